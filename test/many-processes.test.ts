/**
 * Several `serve` and `worker` processes on one PostgreSQL: they make its tables together, do what a schedule asks for
 * once, share the jobs, and are replaced one by one, or killed, without a job being lost or a password being told.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openZoneward, Secret } from '../src/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { createDatabase, type TestDatabase } from './kit/postgres.ts';
import { type CliProcess, type CliRun, runCli, startCli } from './kit/spawn-cli.ts';

const ZONES = 24;
const CANARY = 'canary-of-the-store';

let sandbox: Sandbox;
let database: TestDatabase;
let home: string;
let env: Record<string, string>;
let apiKey = '';
/** Reads that adding the connection took. */
let tried = 0;
const runs: CliRun[] = [];
const started: CliProcess[] = [];

before(async () => {
  const zones = Array.from({ length: ZONES }, (_, number) => ({ name: `zone-${number}.example` }));
  sandbox = await startSandbox({
    dnsPort: false,
    warn: () => {},
    seed: { zones },
    rateLimit: false,
    latencyMs: 120,
  });
  database = await createDatabase();
  home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-many-'));
  const store = new URL(database.url);
  // Not a password of the server's, but told nowhere all the same.
  store.searchParams.set('fallback_application_name', CANARY);
  env = {
    ZONEWARD_HOME: home,
    ZONEWARD_STORE: store.href,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
  };
});

after(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await sandbox.close();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

interface Server {
  readonly url: string;
  readonly process: CliProcess;
}

async function serve(...words: string[]): Promise<Server> {
  const flags = ['--port', '0', '--json', '--no-dashboard', '--log-level', 'info'];
  // The least that a process can do with: it is as good as the others, only slower.
  const least = words.length > 0 ? { ZONEWARD_STORE_POOL: '1' } : {};
  const process = startCli(['serve', ...flags, ...words], { env: { ...env, ...least } });
  started.push(process);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  process.child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
    if (text.trimEnd().endsWith('}')) resolve((JSON.parse(text) as { url: string }).url);
  });
  process.ended.then((run) => {
    runs.push(run);
    reject(new Error(`it ended: ${run.stderr}`));
  }, reject);
  return { url: await promise, process };
}

async function stop({ process }: Server): Promise<void> {
  process.child.kill('SIGTERM');
  const run = await process.ended;
  assert.equal(run.code, 0, run.stderr);
}

async function ask<Body>(server: Server, method: string, route: string): Promise<Body> {
  const response = await fetch(`${server.url}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {}),
    },
  });
  const body = (await response.json()) as Body;
  assert.ok(response.status < 300, `${route}: ${JSON.stringify(body)}`);
  return body;
}

interface Job {
  readonly id: string;
  readonly state: string;
  readonly attempts?: number;
}

/** One job for each zone, asked for at the servers in turn. */
async function askForAll(servers: readonly Server[]): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < ZONES; number += 1) {
    const server = servers[number % servers.length];
    assert.ok(server !== undefined);
    ids.push((await ask<Job>(server, 'POST', `/v1/zones/zone-${number}.example/sync`)).id);
  }
  assert.equal(new Set(ids).size, ZONES);
  return ids;
}

async function allDone(server: Server, ids: readonly string[], withinMs: number): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const { items } = await ask<{ items: readonly Job[] }>(server, 'GET', '/v1/jobs?limit=200');
    const states = items.filter(({ id }) => ids.includes(id)).map(({ state }) => state);
    assert.equal(states.length, ids.length);
    const left = states.filter((state) => state !== 'done');
    if (left.length === 0) return;
    assert.ok(
      left.every((state) => state === 'queued' || state === 'running') && Date.now() < giveUpAt,
      left.join(),
    );
    await sleep(250);
  }
}

function isFullRead({ route, url }: { readonly route: string; readonly url: string }): boolean {
  return route === 'GET /zones/{zone_id}/dns_records' && url.includes('per_page=5000');
}

describe('several processes on one PostgreSQL', { timeout: 180_000 }, () => {
  let servers: Server[];

  it('make its tables and the vault together, whoever comes first', async () => {
    servers = await Promise.all([serve(), serve(), serve('--no-worker')]);
    await using zoneward = await openZoneward({ home, environment: env });
    const key = await zoneward.apiKeys.create('local', { label: 'test', scopes: ['admin'] });
    apiKey = key.secret.reveal();
    const { connections, zones } = zoneward.tenant('local');
    const credential = { kind: 'user-token', token: new Secret(sandbox.tokens.full) } as const;
    await connections.add({ credential, label: 'many' });
    tried = sandbox.requests().filter(isFullRead).length;
    await zones.discover();
    assert.equal((await zones.list()).length, ZONES);
    assert.deepEqual(await zoneward.checkStore().then(({ problems }) => problems), []);
  });

  it('do what a schedule asks for once', async () => {
    // Each zone is read in full once by whoever of them holds the lease, though all of them are workers.
    const reads = (): number => sandbox.requests().filter(isFullRead).length - tried;
    const giveUpAt = Date.now() + 60_000;
    while (reads() < ZONES && Date.now() < giveUpAt) await sleep(100);
    await sleep(2_000);
    assert.equal(reads(), ZONES);
  });

  it('are replaced one by one without a job being lost', async () => {
    const ids = await askForAll(servers);
    const [first, second, third] = servers;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const replacement = serve();
    await stop(first);
    const another = serve();
    await stop(second);
    servers = [await replacement, await another, third];
    await allDone(third, ids, 60_000);
  });

  it('take up what a killed one was doing, once its lease has run out', async () => {
    const worker = startCli(['worker', '--json'], { env });
    started.push(worker);
    const [first, second, third] = servers;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    // All workers but one are killed while they have jobs in hand.
    const ids = await askForAll([first]);
    const running = async (): Promise<number> =>
      (await ask<{ items: readonly Job[] }>(third, 'GET', '/v1/jobs?state=running')).items.length;
    while ((await running()) === 0) await sleep(50);
    first.process.child.kill('SIGKILL');
    second.process.child.kill('SIGKILL');
    worker.child.kill('SIGKILL');
    runs.push(await worker.ended);
    await allDone(third, ids, 90_000);
    await stop(third);
  });

  it('tell no password', async () => {
    runs.push(await runCli(['store', 'check', '--json'], { env }));
    runs.push(await runCli(['store', 'check'], { env }));
    runs.push(await runCli(['init', '--json'], { env }));
    runs.push(
      await runCli(['zones', 'list'], { env: { ...env, ZONEWARD_STORE: `${env['ZONEWARD_STORE']}%zz` } }),
    );
    const said = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const { password, pathname } = new URL(database.url);
    assert.ok(said.includes(pathname), 'the store is named');
    for (const secret of [password, CANARY]) assert.ok(!said.includes(secret), said);
    assert.ok(runs.every(({ signal, code }) => signal === 'SIGKILL' || code !== null));
  });
});
