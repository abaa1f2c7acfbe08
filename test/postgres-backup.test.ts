/**
 * A store on PostgreSQL is backed up and restored as docs/operations.md says, by the real `pg_dump` and `pg_restore`: a filled store, dumped while it is in use, comes back row by row; its secrets open, its audit trail holds,
 * its queue goes on, and without the vault's key it is of no use.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Client } from 'pg';
import type { AccountId } from '../src/base/ids.ts';
import { runCli } from '../src/cli/fake-io.ts';
import { openZoneward, Secret, type Zoneward } from '../src/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { makeDatabase } from './kit/postgres-server.ts';
import { type DumpRig, startDumpRig } from './kit/postgres-tools.ts';

const TENANTS = ['local', 'globex'] as const;
const ZONE = 'shop.example';
/** As docs/operations.md has it. */
const RESTORE = ['--exit-on-error', '--single-transaction', '--no-owner'] as const;
/** The tables that a filled store must have rows in, for the round trip to say anything. */
const FILLED = [
  'api_keys',
  'audit_events',
  'audit_heads',
  'change_sets',
  'connections',
  'jobs',
  'record_versions',
  'sealed_secrets',
  'webhook_endpoints',
  'zone_revisions',
  'zones',
] as const;

/** The rows of every table of the store, in an order of their own. */
async function rowsOf(url: string): Promise<Map<string, string[]>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    );
    const found = new Map<string, string[]>();
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `select t::text as text from "${name}" t order by t::text collate "C"`,
      );
      found.set(
        name,
        rows.map(({ text }) => text),
      );
    }
    return found;
  } finally {
    await client.end();
  }
}

async function schemasOf(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select nspname as name from pg_namespace where nspname !~ '^pg_|^information_schema$' order by 1`,
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

const rig = await startDumpRig();
if (rig === null)
  console.log('no pg_dump on this machine that fits a server: backup by it was not tested (CONTRIBUTING.md)');
else
  describe(`a store on PostgreSQL, by ${rig.versions}`, { timeout: 600_000 }, () => {
    roundTrip(rig);
  });

function roundTrip(rig: DumpRig): void {
  let sandbox: Sandbox;
  let folder: string;
  let source: string;
  let restored: string;
  const dump = (): string => path.join(folder, 'zoneward.dump');
  const open = (store: string, home = path.join(folder, 'home')): Promise<Zoneward> =>
    openZoneward({ home, store, environment: { CLOUDFLARE_API_BASE_URL: sandbox.baseUrl } });
  const envOf = (store: string): Record<string, string> => ({
    ZONEWARD_HOME: path.join(folder, 'home'),
    ZONEWARD_STORE: store,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
  });

  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'zoneward-backup-'));
    sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      rateLimit: false,
      seed: { zones: [{ name: ZONE, records: [{ name: 'www', type: 'A', content: '192.0.2.1' }] }] },
    });
    source = (await makeDatabase(rig.url)).href;
    restored = (await makeDatabase(rig.url)).href;
    await using zoneward = await open(source);
    for (const name of TENANTS) await fill(zoneward, name, sandbox.tokens.full);
  });
  after(async () => {
    await sandbox.close();
    await rig[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('is dumped by the command that `store backup` prints, which is the one of the documents', async () => {
    const asked = await runCli(['store', 'backup', dump()], { env: envOf(source) });
    assert.equal(asked.code, 2, asked.stdout);
    const command = asked.stderr.split('\n').find((line) => line.includes('pg_dump ')) ?? '';
    const words = command.slice(command.indexOf('pg_dump ')).trim().split(' ').slice(1);
    const { password, username, host, pathname } = new URL(source);
    assert.deepEqual(words, [
      '--format=custom',
      '--exclude-schema=zoneward_wake_ups',
      `--file=${dump()}`,
      `postgres://${username}@${host}${pathname}`,
    ]);
    assert.ok(!asked.stderr.includes(password));
    const documented = readFileSync(path.join(import.meta.dirname, '../docs/operations.md'), 'utf8');
    assert.ok(documented.includes(`pg_dump ${words.slice(0, 2).join(' ')} --file=`));
    assert.ok(documented.includes(`pg_restore ${RESTORE.join(' ')} --dbname=`));
    const dumped = await rig.run('pg_dump', words);
    assert.deepEqual([dumped.code, dumped.stderr], [0, '']);
    assert.ok(!readFileSync(dump()).includes(sandbox.tokens.full), 'no credential lies in it unsealed');
  });

  it('comes back in an empty database, every table row by row', async () => {
    assert.ok((await schemasOf(source)).includes('zoneward_wake_ups'));
    const back = await rig.run('pg_restore', [
      ...RESTORE,
      `--dbname=${restored.replace(/:[^:@/]+@/, '@')}`,
      dump(),
    ]);
    assert.deepEqual([back.code, back.stderr], [0, '']);
    const [before, afterwards] = [await rowsOf(source), await rowsOf(restored)];
    for (const table of FILLED) assert.ok((before.get(table)?.length ?? 0) > 0, `${table} has no rows`);
    assert.deepEqual([...afterwards], [...before]);
    assert.deepEqual(await schemasOf(restored), ['public'], 'wake-ups are made anew');
  });

  it('is whole there: the checks of the documents pass, and no change was needed to its tables', async () => {
    for (const words of [
      ['store', 'check'],
      ...TENANTS.map((tenant) => ['audit', 'verify', '--tenant', tenant]),
      ['connections', 'test', 'local'],
      ['zones', 'sync'],
    ]) {
      const ran = await runCli(words, { env: envOf(restored) });
      assert.equal(ran.code, 0, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`);
    }
  });

  it('goes on there: secrets open, the queue is worked on, what was applied can be taken back', async () => {
    await using zoneward = await open(restored);
    for (const name of TENANTS) {
      const tenant = zoneward.tenant(name);
      const { report } = await tenant.connections.test();
      assert.equal(report.passed, true);
      assert.equal((await zoneward.jobs.list(name, { state: 'queued' })).length, 1);
      // The trail goes on where it was, with numbers that nobody has.
      assert.equal((await tenant.audit.verify()).ok, true);
    }
    const areDone = async (): Promise<boolean> => {
      const jobs = await Promise.all(TENANTS.map((name) => zoneward.jobs.list(name)));
      return jobs.flat().every(({ state }) => state === 'done');
    };
    await whileWorking(zoneward, areDone);
    const tenant = zoneward.tenant('local');
    const [applied] = await tenant.changes.list();
    assert.ok(applied !== undefined);
    const undone = await tenant.changes.apply(await tenant.changes.planUndo(applied.id));
    assert.equal(undone?.status, 'applied');
    assert.deepEqual(
      sandbox.records(ZONE).map(({ content }) => content),
      ['192.0.2.1'],
    );
    assert.deepEqual((await zoneward.checkStore()).problems, []);
  });

  it('is of one moment although it was being written to', async () => {
    const busy = (await makeDatabase(rig.url)).href;
    await using zoneward = await open(source);
    const accountId = sandbox.accountId as AccountId;
    const { promise: underWay, resolve: begin } = Promise.withResolvers<void>();
    let isDumped = false;
    const write = async (): Promise<number> => {
      for (let written = 0; ; written += 1) {
        if (isDumped) return written;
        const { connections } = zoneward.tenant('busy');
        const credential = { kind: 'user-token', token: new Secret(sandbox.tokens.full) } as const;
        const label = `busy ${written}`;
        await connections.add({ credential, label, accountId, untested: true, duplicate: true });
        if (written === 2) begin();
      }
    };
    const writing = write();
    await Promise.race([underWay, writing]);
    const dumped = await rig.run('pg_dump', [
      '--format=custom',
      '--exclude-schema=zoneward_wake_ups',
      `--file=${dump()}.2`,
      source,
    ]);
    isDumped = true;
    const written = await writing;
    assert.deepEqual(dumped, { code: 0, stderr: '' });
    assert.deepEqual(await rig.run('pg_restore', [...RESTORE, `--dbname=${busy}`, `${dump()}.2`]), {
      code: 0,
      stderr: '',
    });
    await using copy = await open(busy);
    const copied = (await copy.tenant('busy').connections.list()).length;
    assert.ok(copied >= 3 && copied < written, `${copied} of ${written}`);
    const ran = await runCli(['store', 'check'], { env: envOf(busy) });
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    const verified = await runCli(['audit', 'verify', '--tenant', 'busy'], { env: envOf(busy) });
    assert.equal(verified.code, 0, verified.stderr);
  });

  it('is of no use without the key of the vault, and says so', async () => {
    const elsewhere = path.join(folder, 'elsewhere');
    const ran = await runCli(['connections', 'test', 'local'], {
      env: { ...envOf(restored), ZONEWARD_HOME: elsewhere },
    });
    assert.notEqual(ran.code, 0);
    assert.match(ran.stderr, /holds secrets that need it/);
  });

  it('is not restored over a store that is there', async () => {
    const before = await rowsOf(restored);
    const again = await rig.run('pg_restore', [...RESTORE, `--dbname=${restored}`, dump()]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /already exists/);
    assert.deepEqual([...(await rowsOf(restored))], [...before]);
  });
}

async function fill(zoneward: Zoneward, name: string, token: string): Promise<void> {
  const tenant = zoneward.tenant(name);
  await tenant.webhooks.add({ url: 'https://hooks.example/zoneward' });
  await tenant.connections.add({
    credential: { kind: 'user-token', token: new Secret(token) },
    label: name,
    duplicate: true,
  });
  await tenant.zones.syncAll();
  if (name === 'local') {
    const text = `zone: ${ZONE}\nrecords:\n  - {name: www, type: A, content: 192.0.2.2}\n`;
    const applied = await tenant.changes.apply(await tenant.changes.plan(ZONE, { file: 'a.yaml', text }));
    assert.equal(applied?.status, 'applied');
  }
  await zoneward.apiKeys.create(name, { label: 'backup', scopes: ['read'] });
  await tenant.audit.checkpoint();
  await zoneward.jobs.add(name, { kind: 'zones.sync' }, { principal: 'test' });
}

async function whileWorking(zoneward: Zoneward, isDone: () => Promise<boolean>): Promise<void> {
  const runner = zoneward.jobs.work();
  try {
    const giveUpAt = Date.now() + 30_000;
    while (!(await isDone())) {
      assert.ok(Date.now() < giveUpAt, 'the job is not done');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await runner.stop();
  }
}
