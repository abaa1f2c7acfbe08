import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Client } from 'pg';
import {
  administer,
  createDatabase,
  reuseDatabase,
  type TestDatabase,
  withDatabase,
} from '../../test/kit/postgres.ts';
import { startPostgres } from '../../test/kit/postgres-server.ts';
import { systemClock, systemRandom } from '../base/clock.ts';
import { isZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { refuses, type StorePlace } from './contract/fixture.ts';
import { advance, put } from './contract/mirror-contract.ts';
import {
  announceForTests,
  connection,
  connectionId,
  event,
  facts,
  record,
  sealed,
  sealForTests,
  tenant,
  zoneId,
} from './contract/samples.ts';
import { openStore, type Store } from './open-store.ts';
import { withoutPassword } from './postgres-url.ts';
import { sharedStoreContract, storeContract } from './store-contract.ts';

const parts = { random: systemRandom, seal: sealForTests, announce: announceForTests };
const CANARY = 'canary-hunter2';

function open(url: string, clock = systemClock): Promise<Store> {
  return openStore({ url, clock, ...parts });
}

async function placeIn({ url, drop }: TestDatabase): Promise<StorePlace> {
  return { url, open: (clock) => open(url, clock), dispose: drop };
}

describe('store: PostgreSQL', () => {
  storeContract(async () => placeIn(await reuseDatabase()));
  sharedStoreContract(async () => placeIn(await createDatabase()));
});

/** Refused with this code, with a way out, and without the password in anything that is said. */
async function refusesOpenly(code: string, url: string): Promise<void> {
  await assert.rejects(
    () => open(url),
    (error: unknown) => {
      assert.ok(isZonewardError(error), inspect(error));
      assert.equal(error.code, code, error.message);
      assert.ok(error.next.length > 0);
      const said = inspect(error, { depth: 12, showHidden: true }) + JSON.stringify(error);
      const { password } = URL.canParse(url) ? new URL(url) : { password: '' };
      for (const secret of [CANARY, ...(password === '' ? [] : [password])])
        assert.ok(!said.includes(secret), said);
      return true;
    },
  );
}

function changed(
  url: string,
  change: Partial<URL>,
  parameters: Readonly<Record<string, string>> = {},
): string {
  const copy = Object.assign(new URL(url), change);
  for (const [name, value] of Object.entries(parameters)) copy.searchParams.set(name, value);
  return copy.href;
}

describe('store: a PostgreSQL that cannot be used', () => {
  const malformed: Readonly<Record<string, string>> = {
    'no host': `postgres:///`,
    'no database': `postgres://me:${CANARY}@host`,
    'a port that is none': `postgres://me:${CANARY}@host:99999/db`,
    'a # in the password': `postgres://me:${CANARY}#1@host/db`,
    'a % in the password': `postgres://me:${CANARY}%zz@host/db`,
    'a space': `postgres://me:${CANARY}@ho st/db`,
    'a mode of TLS that is none': `postgres://me:${CANARY}@host/db?sslmode=on`,
    'a certificate that is not there': `postgres://me:${CANARY}@host/db?sslmode=verify-full&sslrootcert=/no/such/${CANARY}`,
    'another scheme': `mysql://me:${CANARY}@host/db?password=${CANARY}`,
    'no slashes': `postgres:me:${CANARY}@host/db`,
  };
  for (const [name, url] of Object.entries(malformed)) {
    it(`by its address: ${name}`, () => refusesOpenly('store-url-invalid', url));
  }

  it('because it is not there', async () => {
    await refusesOpenly('store-unreachable', `postgres://me:${CANARY}@127.0.0.1:1/db`);
    await refusesOpenly('store-unreachable', `postgres://me:${CANARY}@nowhere.invalid/db`);
    await refusesOpenly('store-unreachable', `postgres://me:${CANARY}@%2Fno%2Fsuch%2Ffolder/db`);
  });

  it('because it refuses the password, the user, or what the user may do', () =>
    withDatabase(async (url) => {
      await refusesOpenly('store-denied', changed(url, { password: CANARY }));
      await refusesOpenly('store-denied', changed(url, { username: 'nobody-we-know', password: CANARY }));
      const role = `guest_${Date.now()}`;
      await administer(`create role ${role} login password '${CANARY}'`);
      try {
        await refusesOpenly('store-denied', changed(url, { username: role, password: CANARY }));
        await administer(`alter role ${role} connection limit 0`);
        await refusesOpenly('store-no-connection-left', changed(url, { username: role, password: CANARY }));
      } finally {
        await administer(`drop role ${role}`);
      }
    }));

  it('because it has no such database, or one that keeps text in its own way', () =>
    withDatabase(async (url) => {
      await refusesOpenly('store-no-database', changed(url, { pathname: '/no-such-database' }));
      const other = await createDatabase(
        "encoding 'LATIN1' locale 'C' locale_provider libc template template0 strategy file_copy",
      );
      try {
        await refusesOpenly('store-encoding', other.url);
      } finally {
        await other.drop();
      }
    }));

  it('because it is too old, or cannot be written', () =>
    withDatabase(async (url) => {
      // A server that says of itself what an old one would.
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`create schema old; create function old.current_setting(name text) returns text
        language sql as $$ select case name when 'server_version_num' then '130022'
          when 'server_version' then '13.22' else pg_catalog.current_setting(name) end $$`);
      await client.end();
      const old = changed(url, {}, { options: '-c search_path=old,pg_catalog' });
      await refusesOpenly('store-server-too-old', old);
      const readOnly = changed(url, {}, { options: '-c default_transaction_read_only=on' });
      await refusesOpenly('store-read-only', readOnly);
    }));
});

describe('store: PostgreSQL goes away', () => {
  it('and comes back: calls meanwhile say so, the next one finds it', async () => {
    const server = await startPostgres();
    try {
      await using store = await open(server.url);
      await store.settings.set('x', '1');
      await server.stop();
      await refuses('store-unreachable', () => store.settings.get('x'));
      await refuses('store-unreachable', () => store.settings.set('x', '2'));
      await server.start();
      assert.equal(await store.settings.get('x'), '1');
      await store.settings.set('x', '3');
      assert.equal(await store.settings.get('x'), '3');
    } finally {
      await server.dispose();
    }
  });

  it('in the middle of a transaction: nothing of it is kept', () =>
    withDatabase(async (url) => {
      await using store = await open(url);
      await store.audit.append(tenant, [event('a')]);
      const other = new Client({ connectionString: url });
      await other.connect();
      await other.query('begin; lock table audit_heads in access exclusive mode');
      const writing = store.audit.append(tenant, [event('b')]);
      const refused = refuses('store-unreachable', () => writing);
      const victims = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while ((await other.query(`select pg_terminate_backend(pid) ${victims}`)).rowCount === 0);
      await refused;
      await other.query('commit');
      await other.end();
      assert.equal((await store.audit.head(tenant)).sequence, 1);
      await store.audit.append(tenant, [event('c')]);
      assert.equal((await store.audit.head(tenant)).sequence, 2);
      assert.deepEqual((await store.check()).problems, []);
    }));
});

describe('store: PostgreSQL', () => {
  it('shows no password where it is named', () => {
    const cases = {
      'sqlite:./zoneward.db': 'sqlite:./zoneward.db',
      [`postgres://me:${CANARY}@host:5433/db?password=${CANARY}`]: 'postgres://me@host:5433/db',
      [`postgresql://me:${CANARY}@/db`]: 'postgresql://…',
      'postgres://host/db': 'postgres://host/db',
    };
    for (const [url, shown] of Object.entries(cases)) assert.equal(withoutPassword(url), shown);
  });

  it('erases a tenant, and nothing of tables that are not its own', () =>
    withDatabase(async (url) => {
      await using store = await open(url);
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(`create table customers (tenant_id text, name text);
        insert into customers values ('${tenant}', 'of the host')`);
      await store.connections.create(connection('a'), sealed(), [event('a')]);
      await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
      await advance(store, 0, put(record(1), record(2)));
      const kinds = new Set<string>();
      for await (const { name } of store.tenants.read(tenant)) kinds.add(name);
      assert.ok(['connections', 'zones', 'records', 'audit'].every((name) => kinds.has(name)));
      assert.deepEqual(await store.tenants.shut(tenant), { sealed_secrets: 1 });
      const gone = await store.tenants.erase(tenant);
      assert.deepEqual([gone['record_versions'], gone['zones'], gone['customers']], [2, 1, undefined]);
      await store.tenants.bury(tenant, 'buried' as TenantId, () => [event('tenant.erased')]);
      await store.tenants.scrub();
      assert.deepEqual(await store.tenants.counts(tenant), {});
      const { rows } = await client.query('select name from customers');
      await client.end();
      assert.deepEqual(rows, [{ name: 'of the host' }]);
      assert.deepEqual((await store.check()).problems, []);
    }));

  it('tells its own time, whatever the clock of the process says', () =>
    withDatabase(async (url) => {
      // A host that brings no clock of its own, on a machine whose clock is wrong.
      const real = Date.now;
      await using store = await open(url);
      try {
        Date.now = () => real() + 3_600_000;
        const lease = await store.locks.acquire(zoneId(1), 'one', 10_000);
        assert.ok('renew' in lease);
        assert.ok(lease.remainingMs() > 9_000, `${lease.remainingMs()}`);
        const refused = await store.locks.acquire(zoneId(1), 'two', 10_000);
        assert.ok('heldBy' in refused);
        assert.ok(Math.abs(refused.untilMs - real() - 10_000) < 2_000);
      } finally {
        Date.now = real;
      }
    }));

  for (const pool of [1, 3])
    it(`opens no more than ${pool} connections for writing, and as many for reading, where that is the pool`, () =>
      withDatabase(async (url) => {
        const watcher = new Client({ connectionString: url });
        await watcher.connect();
        const count = async (): Promise<number> => {
          const { rows } = await watcher.query<{
            open: number;
          }>(`select count(*)::int as open from pg_stat_activity
            where datname = current_database() and application_name = 'zoneward'`);
          return rows[0]?.open ?? 0;
        };
        await using store = await openStore({ url, pool, clock: systemClock, ...parts });
        const names = Array.from({ length: 60 }, (_, number) => `c${number}`);
        await Promise.all(
          names.map((name) => store.connections.create(connection(name), sealed(), [event(name)])),
        );
        await Promise.all(names.map(() => store.connections.list(tenant)));
        const opened = await count();
        assert.equal((await store.connections.list(tenant)).length, names.length);
        await watcher.end();
        assert.equal(opened, 2 * pool);
      }));
});
