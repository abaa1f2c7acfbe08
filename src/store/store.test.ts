import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { systemClock, systemRandom } from '../base/clock.ts';
import { isZonewardError } from '../base/errors.ts';
import type { StorePlace } from './contract/fixture.ts';
import { refuses } from './contract/fixture.ts';
import { advance, put } from './contract/mirror-contract.ts';
import {
  announceForTests,
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
import { openSqliteEngine } from './dialect-sqlite.ts';
import { MIGRATIONS } from './migrate.ts';
import { openStore, openStoreOn, type Store } from './open-store.ts';
import { networkFuse } from './sqlite-file.ts';
import { sharedStoreContract, storeContract } from './store-contract.ts';

const parts = { random: systemRandom, seal: sealForTests, announce: announceForTests };

async function inFile(): Promise<StorePlace> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoneward-store-'));
  const url = `sqlite:${path.join(folder, 'store.db')}`;
  return {
    url,
    open: (clock = systemClock) => openStore({ url, clock, ...parts }),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

async function inMemory(): Promise<StorePlace> {
  return {
    url: null,
    open: (clock = systemClock) => openStore({ url: 'sqlite::memory:', clock, ...parts }),
    dispose: async () => {},
  };
}

describe('store: SQLite in memory', () => storeContract(inMemory));

describe('store: SQLite in a file', () => {
  storeContract(inFile);
  sharedStoreContract(inFile);
});

async function withFolder(work: (file: string, url: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'zoneward-store-'));
  const file = path.join(folder, 'store.db');
  try {
    await work(file, `sqlite:${file}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Intent and outcome, over and over, each growing the store; ends by an error. */
async function fillUp(store: Store): Promise<never> {
  const payload = { text: 'x'.repeat(2_000) };
  for (let step = 1; ; step += 1) {
    await store.journal.recordIntent(batch('a', step), [event('sent', { payload })]);
    const mirror = {
      delta: put(record(step)),
      origin: { kind: 'change-set', changeSetId: changeSet('a').id },
      freshness: { verifiedAt: 1, signal: 'own-write', staleSince: null },
      at: step,
    } as const;
    const delta = { ...mirror.delta, gone: [] };
    await store.journal.recordOutcome(batch('a', step), landed, [], { ...mirror, delta }, [
      event('landed', { payload }),
    ]);
  }
}

function open(url: string): Promise<Store> {
  return openStore({ url, clock: systemClock, ...parts });
}

describe('store: the file', () => {
  it('is for its owner alone, and is the same store when opened again', () =>
    withFolder(async (file, url) => {
      const first = await open(url);
      for (const each of [file, `${file}-wal`, `${file}-shm`]) {
        assert.equal(statSync(each).mode & 0o777, 0o600, each);
      }
      await first.close();
      await using again = await open(url);
      assert.equal(again.id, first.id);
      await assert.rejects(() => first.settings.get('x'));
    }));

  it('is refused where it cannot be', () =>
    withFolder(async (file, url) => {
      await refuses('store-url-invalid', () => open('mysql://root:hunter2@host/db'));
      await refuses('store-url-invalid', () => open('sqlite:'));
      await refuses('store-folder-missing', () => open(`sqlite:${file}/no/where.db`));
      writeFileSync(file, 'this is not a database, and long enough to be told apart from one'.repeat(9));
      await refuses('store-damaged', () => open(url));
    }));

  it('does not show the password of a URL', async () => {
    await assert.rejects(
      open('mysql://root:hunter2@host/db'),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });

  it('of a newer version is refused', () =>
    withFolder(async (file, url) => {
      await (await open(url)).close();
      const database = new DatabaseSync(file);
      database.exec("insert into store_migrations (number, name, applied_at) values (99, 'future', 0)");
      database.close();
      await refuses('store-newer', () => open(url));
    }));

  it('holds no trace of a secret that was removed', () =>
    withFolder(async (file, url) => {
      const store = await open(url);
      const secret = { ...sealed(), ciphertext: 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnk=' };
      await store.connections.create(connection('a'), secret, []);
      await store.connections.remove(tenant, connection('a').id, []);
      await store.close();
      const { readFileSync } = await import('node:fs');
      assert.equal(readFileSync(file).includes(secret.ciphertext), false);
    }));

  it('is found damaged by the check', () =>
    withFolder(async (file, url) => {
      await using store = await open(url);
      await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
      await advance(store, 0, put(record(1), record(2)));
      await store.audit.append(tenant, [event('a'), event('b'), event('c')]);
      assert.deepEqual(await store.check(), { ok: true, problems: [], schema: MIGRATIONS.length });
      const database = new DatabaseSync(file);
      database.exec('delete from audit_events where sequence = 2');
      database.exec('update zones set record_count = 9');
      database.close();
      const { ok, problems } = await store.check();
      assert.equal(ok, false);
      assert.equal(problems.length, 2, problems.join('; '));
    }));

  it('on a full disk takes nothing, whole, and says so', () =>
    withFolder(async (file) => {
      const engine = openSqliteEngine(file, systemClock, { pagesMax: 180 });
      await using store = await openStoreOn(engine, { clock: systemClock, ...parts });
      await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
      const many = Array.from({ length: 2_000 }, (_, number) => record(number));
      await refuses('store-full', () => advance(store, 0, put(...many)));
      assert.equal((await store.mirror.getZone(tenant, zoneId(1)))?.revision, 0);
      assert.equal((await gather(store.mirror.records(tenant, zoneId(1)))).length, 0);
      assert.equal(await advance(store, 0, put(record(1))), 1);
      assert.deepEqual((await store.check()).problems, []);
    }));

  it('that is full before anything is written is told as one', () =>
    withFolder(async (file) => {
      const engine = openSqliteEngine(file, systemClock);
      await using _store = await openStoreOn(engine, { clock: systemClock, ...parts });
      const failure = (errcode: number) => Object.assign(new Error('disk I/O error'), { errcode });
      assert.equal(engine.faultOf(failure(4874)), 'full');
      assert.equal(engine.faultOf(failure(266)), 'input-output');
    }));

  it('that fills up at any moment keeps journal, mirror and audit together', async () => {
    for (let pagesMax = 130; pagesMax < 200; pagesMax += 5) {
      await withFolder(async (file) => {
        const engine = openSqliteEngine(file, systemClock, { pagesMax });
        await using store = await openStoreOn(engine, { clock: systemClock, ...parts });
        await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
        await store.journal.create(changeSet('a', { status: 'applying' }), []);
        const failure = await fillUp(store).catch((error: unknown) => error);
        assert.ok(isZonewardError(failure) && failure.code === 'store-full', String(failure));
        const batches = await store.journal.batches(tenant, changeSet('a').id);
        const decided = batches.filter((each) => each.state === 'landed').length;
        assert.ok(batches.length - decided <= 1);
        assert.equal((await store.mirror.getZone(tenant, zoneId(1)))?.revision, decided);
        assert.equal((await store.audit.head(tenant)).sequence, batches.length + decided);
        assert.deepEqual((await store.check()).problems, []);
      });
    }
  });

  it('lets a reader read while another process writes', () =>
    withFolder(async (file, url) => {
      await using store = await open(url);
      const other = new DatabaseSync(file);
      other.exec('begin immediate');
      assert.equal(await store.settings.get('x'), null);
      const writing = store.settings.set('x', '1');
      let turns = 0;
      const timer = setInterval(() => {
        turns += 1;
      }, 5);
      await new Promise((resolve) => setTimeout(resolve, 200));
      clearInterval(timer);
      other.exec('commit');
      other.close();
      await writing;
      assert.ok(turns >= 3, 'the event loop stood still');
      assert.equal(await store.settings.get('x'), '1');
    }));
});

describe('store: network file systems', () => {
  it('are told by the mount that holds the folder', () => {
    const mounts = [
      '/dev/vda / ext4 rw 0 0',
      'me@host: /mnt/far fuse.sshfs rw 0 0',
      'near /mnt/far/near fuse.ntfs rw 0 0',
    ].join('\n');
    assert.equal(networkFuse('/mnt/far/x', mounts), 'fuse.sshfs');
    assert.equal(networkFuse('/mnt/far/near/x', mounts), null);
    assert.equal(networkFuse('/mnt/farther', mounts), null);
  });
});
