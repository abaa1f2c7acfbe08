/**
 * kill -9 of a worker that plans, on both stores: another worker takes the job up once the dead one's lease has run out,
 * and there is one change set at the end, whether or not the dead one had stored it. The lease is ended by hand: how long
 * it lasts is the store's contract (`store/contract/service-contract.ts`).
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Edge, openEdge } from '../src/http/testing.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { createDatabase } from './kit/postgres.ts';
import { runStatement } from './kit/postgres-server.ts';
import { type CliProcess, startCli } from './kit/spawn-cli.ts';

const ZONES = 3;
const names = Array.from({ length: ZONES }, (_, at) => `zone${at}.com`);
/** So long that whoever reads them is killed first. */
const neverRead = { kind: 'slow', delayMs: 300_000, route: 'GET /zones/{zone_id}/dns_records' } as const;

/** Makes the store refuse to write down that a job has ended, as if its worker died before it could say so. */
interface Hold {
  readonly put: readonly string[];
  readonly lift: string;
}

interface Backend {
  readonly name: string;
  readonly hold: Hold;
  open(): Promise<{
    readonly engine: Engine;
    execute(statement: string): Promise<void>;
    close(): Promise<void>;
  }>;
}

const backends: readonly Backend[] = [
  {
    name: 'SQLite',
    hold: {
      put: [
        `create trigger unsaid before update on jobs when new.finished_at is not null
         begin select raise(abort, 'not now'); end`,
      ],
      lift: 'drop trigger unsaid',
    },
    open: async () => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-planning-'));
      const file = path.join(folder, 'zoneward.db');
      const engine = await startEngine({ rateLimit: false }, { store: `sqlite:${file}` });
      const execute = async (statement: string): Promise<void> => {
        using db = new DatabaseSync(file, { timeout: 5_000 });
        db.exec(statement);
      };
      const close = async (): Promise<void> => {
        await engine[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      };
      return { engine, execute, close };
    },
  },
  {
    name: 'PostgreSQL',
    hold: {
      put: [
        `create function unsaid() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`,
        `create trigger unsaid before update on jobs for each row
         when (new.finished_at is not null) execute function unsaid()`,
      ],
      lift: 'drop trigger unsaid on jobs',
    },
    open: async () => {
      const database = await createDatabase();
      const engine = await startEngine({ rateLimit: false }, { store: database.url });
      const close = async (): Promise<void> => {
        await engine[Symbol.asyncDispose]();
        await database.drop();
      };
      return { engine, execute: (statement) => runStatement(database.url, statement), close };
    },
  },
];

for (const { name, hold, open } of backends)
  describe(`a worker on ${name} that is killed while it plans`, { timeout: 120_000 }, () => {
    it('is relieved, and one change set is stored', async () => {
      const { engine, execute, close } = await open();
      const { sandbox, zoneward, home } = engine;
      const started: CliProcess[] = [];
      const edge: Edge = openEdge(zoneward);
      await edge.runner.stop();
      try {
        for (const zone of names)
          sandbox.seedZone(zone, [{ type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 }]);
        await engine.tenant.zones.syncAll();
        const { secret: key } = await edge.makeKey('local', ['admin']);
        const startWorker = (): CliProcess => {
          const worker = startCli(['worker', '--json'], {
            env: {
              ZONEWARD_HOME: home,
              ZONEWARD_STORE: zoneward.config.storeUrl.reveal(),
              CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
              CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
              CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
            },
          });
          started.push(worker);
          return worker;
        };
        const kill = async ({ child, ended }: CliProcess): Promise<void> => {
          child.kill('SIGKILL');
          const { signal, stderr } = await ended;
          assert.equal(signal, 'SIGKILL', stderr);
          await execute('update jobs set lease_until = 0 where lease_until is not null');
        };
        const plan = async (ttl: string) => {
          const body = { plan: { kind: 'edit', zones: names, select: { name: 'www' }, set: { ttl } } };
          const job = await edge.ask('POST', '/v1/change-sets/jobs', { key, body });
          assert.equal(job.status, 202, job.text);
          return job;
        };
        const look = async (id: string) => (await edge.ask('GET', `/v1/jobs/${id}`, { key })).body;
        const stored = async (): Promise<string[]> =>
          (await edge.ask('GET', '/v1/change-sets', { key })).body.items.map((one: { id: string }) => one.id);

        // In the middle: it has begun to read, and stored nothing.
        sandbox.setFault(neverRead);
        const halfway = await plan('600');
        const first = startWorker();
        while ((await look(halfway.body.id)).progress === null) await sleep(20);
        await kill(first);
        const { state, attempts } = await look(halfway.body.id);
        assert.deepEqual([state, attempts, await stored()], ['running', 1, []]);
        sandbox.clearFaults();
        const second = startWorker();
        const { body: done } = await edge.ended(halfway, key);
        assert.deepEqual([done.state, done.attempts, done.result.changed], ['done', 2, ZONES]);
        assert.deepEqual(await stored(), [done.result.changeSetId]);

        // At the end: the change set is stored, and the job does not say so.
        for (const statement of hold.put) await execute(statement);
        const unsaid = await plan('900');
        while ((await stored()).length < 2) await sleep(20);
        await kill(second);
        await execute(hold.lift);
        const [kept] = await stored();
        const before = await look(unsaid.body.id);
        assert.deepEqual([before.state, before.attempts, before.result], ['running', 1, null]);
        const reads = sandbox.counts().total;
        startWorker();
        const { body: told } = await edge.ended(unsaid, key);
        assert.deepEqual([told.state, told.attempts], ['done', 2]);
        assert.deepEqual(told.result, { changeSetId: kept, changed: ZONES });
        assert.deepEqual(await stored(), [kept, done.result.changeSetId]);
        assert.equal(sandbox.counts().total, reads, 'nothing is planned again');
      } finally {
        for (const { child } of started) child.kill('SIGKILL');
        await Promise.all(started.map(({ ended }) => ended));
        await close();
      }
    });
  });
