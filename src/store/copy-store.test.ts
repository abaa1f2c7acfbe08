import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { Client } from 'pg';
import { withDatabase } from '../../test/kit/postgres.ts';
import { systemClock, systemRandom } from '../base/clock.ts';
import { isZonewardError } from '../base/errors.ts';
import type { ChangeSetId } from '../base/ids.ts';
import { refuses } from './contract/fixture.ts';
import { advance, put } from './contract/mirror-contract.ts';
import {
  batch,
  changeSet,
  connection,
  connectionId,
  event,
  facts,
  gather,
  landed,
  record,
  sealed,
  sealForTests,
  tenant,
  zoneId,
} from './contract/samples.ts';
import { openStore, type Store } from './open-store.ts';

const open = (url: string): Promise<Store> =>
  openStore({ url, clock: systemClock, random: systemRandom, seal: sealForTests });

const RECORDS = 2_500;

/** Something in every kind of table, with texts that are hard to carry. */
async function furnish(store: Store): Promise<void> {
  await store.connections.create(connection('a', { label: 'Ünï\u{1F600}' }), sealed(), [event('x')]);
  await store.mirror.putZones(tenant, connectionId, [facts(1), facts(2)], 1);
  const odd = record(0, { comment: 'a"b\\c\u2028', tags: ['team:a', 'b'], content: '192.0.2.9' });
  const many = Array.from({ length: RECORDS - 1 }, (_, number) => record(number + 1));
  await advance(store, 0, put(odd, ...many));
  await advance(store, 1, { ...put(record(1, { content: '192.0.2.8' })), gone: [record(2).id] });
  await store.journal.create(changeSet('a', { status: 'applying' }), [event('y')]);
  await store.journal.recordIntent(batch('a', 1), [event('sent')]);
  await store.journal.recordOutcome(
    batch('a', 1),
    landed,
    [{ groupId: 'g1', change: 0, state: 'applied' }],
    null,
    [],
  );
  const call = { tenantId: tenant, connectionId, at: 1, method: 'GET', route: '/zones', status: 200 };
  const rest = { durationMs: 1, ray: null, error: null, budgetLeft: 9 };
  await store.usage.append([
    { ...call, ...rest },
    { ...call, ...rest, at: Number.MAX_SAFE_INTEGER },
  ]);
  await store.settings.set('big', 'x'.repeat(3_000_000));
  await store.budget.update('k', () => ({ state: { a: 1 }, result: null }));
}

/** What a person would look at, from either store. */
async function readAll(store: Store): Promise<unknown> {
  return {
    id: store.id,
    connections: await store.connections.list(tenant),
    secret: await store.connections.sealedSecret(tenant, connection('a').id),
    zones: await store.mirror.listZones(tenant),
    records: await gather(store.mirror.records(tenant, zoneId(1))),
    before: await gather(store.mirror.records(tenant, zoneId(1), 1)),
    changes: await store.journal.list(tenant, {}, 9),
    outcomes: await store.journal.outcomes(tenant, 'chg_a' as ChangeSetId, zoneId(1)),
    trail: await gather(store.audit.read(tenant, {})),
    calls: await store.usage.calls(tenant, { since: 0 }, 9),
    big: await store.settings.get('big'),
  };
}

async function withFile(work: (file: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoneward-copy-'));
  try {
    await work(path.join(folder, 'store.db'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function tablesIn(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select count(*)::int as n from store_settings`);
  await client.end();
  return rows[0].n;
}

describe('store: moved to PostgreSQL', () => {
  it('is there as it was here, and goes on from there', () =>
    withFile((file) =>
      withDatabase(async (url) => {
        await using source = await open(`sqlite:${file}`);
        await furnish(source);
        const before = await readAll(source);
        const steps: number[] = [];
        const tables = await source.copyTo(url, { onProgress: ({ rows }) => steps.push(rows) });
        const rowsOf = (name: string) => tables.find(({ table }) => table === name)?.rows;
        assert.deepEqual(
          [rowsOf('record_versions'), rowsOf('zones'), rowsOf('api_calls')],
          [RECORDS + 1, 2, 2],
        );
        assert.ok(steps.length > tables.filter(({ rows }) => rows > 0).length, 'in steps');
        assert.deepEqual(await readAll(source), before);
        await using target = await open(url);
        assert.deepEqual(await readAll(target), before);
        assert.deepEqual(await target.check(), await source.check());
        await target.audit.append(tenant, [event('later')]);
        await target.usage.append([
          {
            tenantId: tenant,
            connectionId,
            at: 2,
            method: 'GET',
            route: '/zones',
            status: 200,
            durationMs: 1,
            ray: null,
            error: null,
            budgetLeft: 9,
          },
        ]);
        assert.equal((await target.usage.calls(tenant, { since: 0 }, 9)).length, 3);
        await refuses('store-not-empty', () => source.copyTo(url));
      }),
    ));

  it('not at all when anything fails on the way, and wholly at the next try', () =>
    withFile((file) =>
      withDatabase(async (url) => {
        await using source = await open(`sqlite:${file}`);
        await furnish(source);
        let told = 0;
        const failing = source.copyTo(url, {
          onProgress: () => {
            told += 1;
            if (told === 6) throw new Error('the plug was pulled');
          },
        });
        await assert.rejects(failing, /the plug was pulled/);
        assert.equal(await tablesIn(url), 0);
        // Another process writes to the source in the middle.
        await using other = await open(`sqlite:${file}`);
        let wrote = false;
        const stale = source.copyTo(url, {
          onProgress: ({ table }) => {
            if (table !== 'zones' || wrote) return;
            wrote = true;
            const database = new DatabaseSync(file);
            database.exec("insert into store_settings (key, value) values ('late', '1')");
            database.close();
          },
        });
        await refuses('store-moved-on', () => stale);
        assert.equal(await tablesIn(url), 0);
        assert.equal(await other.settings.get('late'), '1');
        await source.copyTo(url);
        await using target = await open(url);
        assert.equal(target.id, source.id);
        assert.equal(await target.settings.get('late'), '1');
      }),
    ));

  it('is refused from and to what it cannot be', () =>
    withFile((file) =>
      withDatabase(async (url) => {
        await using source = await open(`sqlite:${file}`);
        await refuses('store-url-invalid', () => source.copyTo('sqlite:./other.db'));
        await refuses('store-url-invalid', () => source.copyTo('postgres://host'));
        await refuses('store-unreachable', () => source.copyTo('postgres://127.0.0.1:1/db'));
        await using target = await open(url);
        await refuses('store-move-source', () => target.copyTo(url));
        await refuses('store-not-empty', () => source.copyTo(url));
      }),
    ));

  it('is noticed when what arrives is not what was sent', () =>
    withFile((file) =>
      withDatabase(async (url) => {
        await using source = await open(`sqlite:${file}`);
        await furnish(source);
        await (await open(url)).close();
        const client = new Client({ connectionString: url });
        await client.connect();
        await client.query(`delete from store_settings;
          create function alter_text() returns trigger language plpgsql as $$
            begin new.received := replace(new.received, '192.0.2.9', '192.0.2.6'); return new; end $$;
          create trigger alter_text before insert on record_versions for each row execute function alter_text()`);
        await client.end();
        await refuses('store-copy-differs', () => source.copyTo(url));
        assert.equal(await tablesIn(url), 0);
      }),
    ));
});

describe('store: backed up', () => {
  it('while it is written to, and restored by putting the file in place', () =>
    withFile(async (file) => {
      const backup = `${file}.backup`;
      const store = await open(`sqlite:${file}`);
      await furnish(store);
      let writing = true;
      const writer = (async () => {
        while (writing) await store.audit.append(tenant, [event('a'), event('b')]);
      })();
      const made = await store.backUp(backup);
      writing = false;
      await writer;
      assert.equal(made.bytes, statSync(backup).size);
      assert.equal(statSync(backup).mode & 0o777, 0o600);
      assert.equal(existsSync(`${backup}-wal`) || existsSync(`${backup}.part`), false);
      const id = store.id;
      await store.close();
      for (const each of [file, `${file}-wal`, `${file}-shm`]) rmSync(each, { force: true });
      writeFileSync(file, readFileSync(backup), { mode: 0o600 });
      await using restored = await open(`sqlite:${file}`);
      assert.equal(restored.id, id);
      assert.deepEqual((await restored.check()).problems, []);
      // Of one moment: events come in pairs.
      assert.equal((await restored.audit.head(tenant)).sequence % 2, 1);
      assert.equal((await gather(restored.mirror.records(tenant, zoneId(1)))).length, RECORDS - 1);
    }));

  it('never over a file, nor where it cannot be', () =>
    withFile(async (file) => {
      await using store = await open(`sqlite:${file}`);
      const taken = `${file}.taken`;
      writeFileSync(taken, 'mine');
      await refuses('backup-exists', () => store.backUp(taken));
      assert.equal(readFileSync(taken, 'utf8'), 'mine');
      await refuses('backup-exists', () => store.backUp(file));
      await refuses('backup-not-writable', () => store.backUp(`${file}/no/where`));
    }));

  it('by PostgreSQL itself where it is there, with the command to give', () =>
    withDatabase(async (url) => {
      await using store = await open(url);
      await assert.rejects(
        () => store.backUp("/backup/it's"),
        (error: unknown) => {
          assert.ok(isZonewardError(error));
          const { username, host, pathname, password } = new URL(url);
          const [command = ''] = error.next;
          assert.equal(
            command,
            `pg_dump --format=custom --exclude-schema=zoneward_wake_ups --file='/backup/it'\\''s' postgres://${username}@${host}${pathname}`,
          );
          assert.ok(!command.includes(password));
          return error.code === 'backup-by-pg-dump';
        },
      );
    }));
});
