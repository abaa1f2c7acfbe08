import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isZonewardError } from '../../base/errors.ts';
import type { ChangeSetId, RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { discoverZones } from './discover-zones.ts';
import { accountId, FakeCloudflare, failure, makeRecord } from './fake-cloudflare.ts';
import {
  connectionId,
  FakeClock,
  FakeMirror,
  FakeOpenWrites,
  fakeHash,
  principal,
  tenantId,
} from './fakes.ts';
import { type SyncOutcome, type SyncZoneInput, syncZone } from './sync-zone.ts';

interface World {
  readonly clock: FakeClock;
  readonly cloudflare: FakeCloudflare;
  readonly mirror: FakeMirror;
  readonly openWrites: FakeOpenWrites;
  readonly zoneId: ZoneId;
  readonly ids: readonly RecordId[];
  sync(input?: Partial<SyncZoneInput>): Promise<SyncOutcome>;
  /** Ids and contents, of the mirror and of Cloudflare. */
  mirrored(): Promise<string[]>;
  live(): string[];
}

async function world(records: number, recordsPerPage = 5_000): Promise<World> {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  const openWrites = new FakeOpenWrites();
  cloudflare.recordsPerPage = recordsPerPage;
  const zoneId = cloudflare.addZone('shop.example');
  const ids: RecordId[] = [];
  for (let i = 0; i < records; i += 1) {
    ids.push(
      cloudflare.addRecord(zoneId, `n${String(i).padStart(4, '0')}.shop.example`, `192.0.2.${i % 250}`),
    );
  }
  await discoverZones(
    { reader: cloudflare, mirror, trail: mirror, clock },
    { tenantId, connectionId, accountId, principal },
  );
  return {
    clock,
    cloudflare,
    mirror,
    openWrites,
    zoneId,
    ids,
    sync: (input = {}) =>
      syncZone(
        { reader: cloudflare, mirror, openWrites, hash: fakeHash, clock },
        { tenantId, zoneId, ...input },
      ),
    mirrored: async () => {
      const lines: string[] = [];
      for await (const chunk of mirror.records(tenantId, zoneId)) {
        lines.push(...chunk.map(({ record }) => `${record.id} ${record.received['content']}`));
      }
      return lines.sort();
    },
    live: () =>
      [...(cloudflare.zones.get(zoneId)?.records.values() ?? [])]
        .map((record) => `${record.id} ${record.received['content']}`)
        .sort(),
  };
}

test('the first read fills the mirror; the next finds nothing and makes no revision', async () => {
  const { clock, mirror, sync, mirrored, live, zoneId } = await world(12);
  const first = await sync();
  assert.deepEqual(
    [first.revision, first.created, first.recordCount, first.calls, first.consistent, first.firstRead],
    [1, 12, 12, 1, true, true],
  );
  assert.deepEqual(await mirrored(), live());
  clock.at += 60_000;
  const second = await sync();
  assert.deepEqual(
    [second.revision, second.created, second.updated, second.deleted, second.calls, second.firstRead],
    [1, 0, 0, 0, 1, false],
  );
  assert.equal((await mirror.getZone(tenantId, zoneId))?.freshness.verifiedAt, clock.now());
  assert.deepEqual(
    (await mirror.revisions(tenantId, zoneId, 9)).map(({ origin }) => origin),
    [{ kind: 'first-read' }],
  );
});

test('changes from outside become one revision with the actor that is known', async () => {
  const { cloudflare, mirror, sync, mirrored, live, zoneId, ids } = await world(5);
  await sync();
  cloudflare.addRecord(zoneId, 'new.shop.example', '192.0.2.99');
  cloudflare.editRecord(zoneId, ids[1] ?? assert.fail(), { address: '198.51.100.1' });
  cloudflare.deleteRecord(zoneId, ids[2] ?? assert.fail());
  const outcome = await sync({ actor: { actor: 'ann@example.com', interface: 'dash' } });
  assert.deepEqual([outcome.revision, outcome.created, outcome.updated, outcome.deleted], [2, 1, 1, 1]);
  assert.deepEqual(await mirrored(), live());
  assert.deepEqual((await mirror.revisions(tenantId, zoneId, 1))[0]?.origin, {
    kind: 'outside',
    actor: 'ann@example.com',
    interface: 'dash',
  });
});

test('several pages cost one call each; a deletion among them costs a second pass', async () => {
  const { cloudflare, zoneId, ids, sync, mirrored, live } = await world(25, 10);
  assert.equal((await sync()).calls, 3);
  assert.equal((await sync()).calls, 3);
  cloudflare.deleteRecord(zoneId, ids[3] ?? assert.fail());
  const outcome = await sync();
  assert.deepEqual([outcome.calls, outcome.deleted, outcome.consistent], [6, 1, true]);
  assert.deepEqual(await mirrored(), live());
});

test('a shift that keeps the total hides a record from a whole pass, and deletes nothing', async () => {
  const { cloudflare, zoneId, ids, sync, mirrored, live } = await world(20, 10);
  await sync();
  let shifts = 1;
  cloudflare.beforePage = (what, page) => {
    if (what !== 'records' || page !== 2 || shifts === 0) return;
    shifts -= 1;
    cloudflare.deleteRecord(zoneId, ids[0] ?? assert.fail());
    cloudflare.addRecord(zoneId, 'zz.shop.example', '192.0.2.77');
  };
  const outcome = await sync();
  assert.deepEqual([outcome.consistent, outcome.deleted, outcome.calls], [true, 1, 6]);
  assert.deepEqual(await mirrored(), live());
});

test('a list that never stands still is marked inconsistent; what was seen is kept, nothing taken out', async () => {
  const { cloudflare, mirror, zoneId, ids, sync, clock } = await world(20, 10);
  await sync();
  const verifiedAt = clock.now();
  clock.at += 1_000;
  let next = 0;
  cloudflare.beforePage = (what, page) => {
    if (what !== 'records' || page !== 2) return;
    cloudflare.deleteRecord(zoneId, ids[next] ?? assert.fail());
    cloudflare.addRecord(zoneId, `zz${next}.shop.example`, '192.0.2.77');
    next += 1;
  };
  const outcome = await sync();
  assert.deepEqual([outcome.consistent, outcome.deleted, outcome.calls], [false, 0, 8]);
  const freshness = (await mirror.getZone(tenantId, zoneId))?.freshness;
  assert.equal(freshness?.verifiedAt, verifiedAt, 'verified when it last was');
  assert.notEqual(freshness?.staleSince, null);
});

test('an answer without any record is asked for again before the mirror is emptied', async () => {
  const { cloudflare, zoneId, sync, mirrored } = await world(5);
  await sync();
  const records = cloudflare.zones.get(zoneId)?.records ?? assert.fail();
  const kept = new Map(records);
  records.clear();
  cloudflare.beforePage = () => {
    if (cloudflare.calls.records === 3) for (const [id, record] of kept) records.set(id, record);
  };
  assert.deepEqual([(await sync()).deleted, (await mirrored()).length], [0, 5]);
  records.clear();
  cloudflare.beforePage = null;
  assert.deepEqual([(await sync()).deleted, (await mirrored()).length], [5, 0]);
});

test('a serial that moves during a pass of several pages makes it read again', async () => {
  const { cloudflare, zoneId, sync } = await world(20, 10);
  const takeSerial = async (): Promise<number | null> => cloudflare.zones.get(zoneId)?.serial ?? null;
  let moves = 1;
  cloudflare.beforePage = (_what, page) => {
    if (page !== 2 || moves === 0) return;
    moves -= 1;
    const records = cloudflare.zones.get(zoneId)?.records ?? assert.fail();
    cloudflare.editRecord(zoneId, [...records.keys()][0] ?? assert.fail(), { address: '198.51.100.9' });
  };
  const outcome = await sync({ takeSerial });
  assert.deepEqual([outcome.calls, outcome.consistent], [4, true]);
  assert.equal(outcome.serial, await takeSerial());
});

test('our own write that is decided during the read is never a change from outside', async () => {
  const { cloudflare, mirror, zoneId, ids, sync, clock } = await world(5);
  await sync();
  const id = ids[0] ?? assert.fail();
  const after = makeRecord(id, 'n0000.shop.example', '198.51.100.1');
  mirror.beforeAdvance = async () => {
    mirror.beforeAdvance = null;
    await mirror.advance(tenantId, zoneId, {
      baseRevision: 1,
      delta: { put: [{ record: after }], gone: [] },
      origin: { kind: 'change-set', changeSetId: 'chg_1' as never },
      freshness: { verifiedAt: clock.now(), signal: 'own-write', staleSince: null },
      at: clock.now(),
    });
  };
  cloudflare.editRecord(zoneId, id, { address: '198.51.100.1' });
  const outcome = await sync();
  assert.deepEqual([outcome.revision, outcome.updated, outcome.calls], [2, 0, 2]);
  assert.deepEqual(
    (await mirror.revisions(tenantId, zoneId, 9)).map(({ origin }) => origin.kind),
    ['change-set', 'first-read'],
  );
});

test('while a batch of ours is open nothing is concluded, whenever it was opened', async () => {
  const { cloudflare, mirror, openWrites, zoneId, ids, sync } = await world(5);
  await sync();
  openWrites.open.add(zoneId);
  await assert.rejects(sync(), { code: 'own-write-open', kind: 'temporary' });
  assert.equal(cloudflare.calls.records, 1, 'not even read');

  openWrites.open.clear();
  cloudflare.beforePage = () => {
    cloudflare.editRecord(zoneId, ids[0] ?? assert.fail(), { address: '198.51.100.1' });
    openWrites.open.add(zoneId);
  };
  await assert.rejects(sync(), { code: 'own-write-open' });
  assert.equal((await mirror.getZone(tenantId, zoneId))?.revision, 1);
});

test('an open batch of ours is told with its change set; of another tenant’s nothing is', async () => {
  const { openWrites, zoneId, sync } = await world(5);
  openWrites.open.add(zoneId);
  const own = await sync().catch((reason: unknown) => reason);
  assert.ok(isZonewardError(own));
  assert.match(own.message, /^Change set chg_1 to zone shop\.example is under way/);
  assert.ok(own.next.at(-1)?.endsWith('zoneward changes resume chg_1'));
  openWrites.tenantId = 'another' as TenantId;
  const other = await sync().catch((reason: unknown) => reason);
  assert.ok(isZonewardError(other));
  assert.match(other.message, /^A change to zone shop\.example is under way/);
  assert.match(other.next.at(-1) ?? '', /whoever runs this store/);
  assert.doesNotMatch(JSON.stringify([other.message, other.next, other.details]), /chg_|another/);
});

test('a signal that comes during the read stays; one from before is answered', async () => {
  const { cloudflare, mirror, zoneId, sync, clock } = await world(5);
  await sync();
  const stale = async (staleSince: number): Promise<void> =>
    mirror.setFreshness(tenantId, zoneId, { verifiedAt: 1, signal: 'audit-log', staleSince });
  await stale(clock.now());
  await sync();
  assert.equal((await mirror.getZone(tenantId, zoneId))?.freshness.staleSince, null);
  const meanwhile = clock.now() + 5;
  cloudflare.beforePage = () => void stale(meanwhile);
  await sync();
  assert.equal((await mirror.getZone(tenantId, zoneId))?.freshness.staleSince, meanwhile);
});

test('a mirror that moves at every turn ends in "busy", not in a guess', async () => {
  const { cloudflare, mirror, zoneId, ids, sync, clock } = await world(3);
  await sync();
  cloudflare.deleteRecord(zoneId, ids[0] ?? assert.fail());
  let inside = false;
  mirror.beforeAdvance = async () => {
    if (inside) return;
    inside = true;
    const zone = (await mirror.getZone(tenantId, zoneId)) ?? assert.fail();
    await mirror.advance(tenantId, zoneId, {
      baseRevision: zone.revision,
      delta: { put: [{ record: makeRecord(`f${zone.revision}`, 'x.shop.example', '192.0.2.5') }], gone: [] },
      origin: { kind: 'change-set', changeSetId: 'chg_1' as never },
      freshness: zone.freshness,
      at: clock.now(),
    });
    inside = false;
  };
  await assert.rejects(sync(), { code: 'zone-busy', kind: 'temporary' });
});

test('what the reader throws comes through and leaves the mirror as it was', async () => {
  const { cloudflare, mirror, zoneId, ids, sync } = await world(20, 10);
  await sync();
  cloudflare.deleteRecord(zoneId, ids[0] ?? assert.fail());
  for (const kind of ['credentials', 'permission', 'not-found', 'temporary'] as const) {
    cloudflare.beforePage = (_what, page) => {
      if (page === 2) throw failure(kind);
    };
    await assert.rejects(sync(), { kind });
  }
  const zone = await mirror.getZone(tenantId, zoneId);
  assert.deepEqual([zone?.revision, zone?.recordCount], [1, 20]);
  await assert.rejects(sync({ zoneId: 'f'.repeat(32) as ZoneId }), { code: 'zone-unknown' });
});

test('a zone larger than one revision holds comes in several, all of the first read', async () => {
  const { mirror, zoneId, sync } = await world(23_000);
  const outcome = await sync();
  assert.deepEqual([outcome.created, outcome.calls, outcome.recordCount], [23_000, 5, 23_000]);
  const revisions = await mirror.revisions(tenantId, zoneId, 9);
  assert.deepEqual(
    revisions.map(({ origin, created }) => [origin.kind, created]),
    [
      ['first-read', 3_000],
      ['first-read', 5_000],
      ['first-read', 5_000],
      ['first-read', 5_000],
      ['first-read', 5_000],
    ],
  );
});

/** One move of somebody outside, just before a page is cut. */
const move = fc.record({
  kind: fc.constantFrom('add', 'delete', 'edit', 'rename', 'delete-and-add', 'nothing'),
  at: fc.nat(1_000),
  name: fc.nat(999),
});

test('random changes between the pages: never a false deletion, and at rest the mirror is exact', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 25 }),
      fc.array(fc.array(move, { maxLength: 3 }), { maxLength: 40 }),
      async (records, script) => {
        const { cloudflare, mirror, zoneId, sync, mirrored, live } = await world(records, 4);
        const zone = cloudflare.zones.get(zoneId) ?? assert.fail();
        await sync();
        const pages = script[Symbol.iterator]();
        /** Alive at every moment of the sync that runs. */
        let throughout = new Set<RecordId>();
        cloudflare.beforePage = () => {
          for (const step of pages.next().value ?? []) {
            const all = [...zone.records.keys()];
            const id = all[step.at % Math.max(1, all.length)];
            const name = `n${String(step.name).padStart(4, '0')}.shop.example`;
            if (step.kind === 'add' || step.kind === 'delete-and-add') {
              cloudflare.addRecord(zoneId, name, '192.0.2.200');
            }
            if (id === undefined) continue;
            if (step.kind === 'delete' || step.kind === 'delete-and-add') cloudflare.deleteRecord(zoneId, id);
            if (step.kind === 'edit') cloudflare.editRecord(zoneId, id, { address: '198.51.100.7' });
            if (step.kind === 'rename') cloudflare.editRecord(zoneId, id, { name });
            throughout = new Set([...throughout].filter((each) => zone.records.has(each)));
          }
        };
        for (let round = 0; round < 4; round += 1) {
          throughout = new Set(zone.records.keys());
          const before = await mirror.recordHashes(tenantId, zoneId);
          await sync();
          const after = await mirror.recordHashes(tenantId, zoneId);
          for (const id of before.keys()) {
            assert.ok(after.has(id) || !throughout.has(id), `${id} was there throughout and was taken out`);
          }
        }
        cloudflare.beforePage = null;
        await sync();
        assert.deepEqual(await mirrored(), live());
      },
    ),
    { numRuns: 300 },
  );
});

/** A write of ours as the journal brings it into the mirror: Cloudflare's answer is known, the lists come later. */
async function ownWrite(
  { clock, mirror, zoneId }: World,
  delta: { readonly put?: readonly LiveRecord[]; readonly gone?: readonly RecordId[] },
): Promise<void> {
  const zone = (await mirror.getZone(tenantId, zoneId)) ?? assert.fail();
  await mirror.advance(tenantId, zoneId, {
    baseRevision: zone.revision,
    delta: { put: (delta.put ?? []).map((record) => ({ record })), gone: delta.gone ?? [] },
    origin: { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId },
    freshness: { verifiedAt: clock.now(), signal: 'own-write', staleSince: null },
    at: clock.now(),
  });
}

for (const { name, pages, old, calls, ends } of [
  { name: 'one old list', pages: 5_000, old: 1, calls: 2, ends: 'right' },
  { name: 'three old lists', pages: 5_000, old: 3, calls: 4, ends: 'right' },
  { name: 'old lists only', pages: 5_000, old: 9, calls: 4, ends: 'stale' },
  { name: 'one old list of several pages', pages: 2, old: 1, calls: 4, ends: 'right' },
] as const) {
  test(`after our write, ${name}: ${ends}`, async () => {
    const w = await world(4, pages);
    await w.sync();
    const [removed, changed] = w.ids;
    assert.ok(removed !== undefined && changed !== undefined);
    const zone = w.cloudflare.zones.get(w.zoneId) ?? assert.fail();
    const before = new Map(zone.records);
    w.clock.at += 60_000;
    const later = makeRecord(changed, 'n0001.shop.example', '198.51.100.9');
    const written = { ...later, modifiedOn: new Date(w.clock.now()).toISOString() };
    const made = makeRecord('made-by-us' as RecordId, 'made.shop.example', '198.51.100.10');
    await ownWrite(w, { put: [written, made], gone: [removed] });
    const after = new Map([...before, [changed, written], [made.id, made]]);
    after.delete(removed);
    const shown = await w.mirrored();
    let passes = 0;
    w.cloudflare.beforePage = (_what, page) => {
      if (page !== 1) return;
      passes += 1;
      zone.records.clear();
      for (const [id, record] of passes <= old ? before : after) zone.records.set(id, record);
    };
    const outcome = await w.sync();
    assert.equal(outcome.calls, calls);
    assert.equal(outcome.consistent, ends === 'right');
    assert.deepEqual(await w.mirrored(), shown, 'nothing of the old list is in the mirror');
    const zoneAfter = (await w.mirror.getZone(tenantId, w.zoneId)) ?? assert.fail();
    assert.equal(zoneAfter.freshness.staleSince !== null, ends === 'stale');
  });
}

test('a record of ours that someone removed is gone after two lists that agree', async () => {
  const w = await world(3);
  await w.sync();
  const id = w.cloudflare.addRecord(w.zoneId, 'made.shop.example', '192.0.2.9');
  const made = w.cloudflare.zones.get(w.zoneId)?.records.get(id) ?? assert.fail();
  await ownWrite(w, { put: [made] });
  w.cloudflare.deleteRecord(w.zoneId, id);
  const outcome = await w.sync();
  assert.deepEqual([outcome.calls, outcome.deleted, outcome.consistent], [2, 1, true]);
});

test('what was written long ago is not held against a list', async () => {
  const w = await world(3);
  await w.sync();
  const [id] = w.ids;
  assert.ok(id !== undefined);
  await ownWrite(w, { gone: [id] });
  w.clock.at += 61 * 60_000;
  const outcome = await w.sync();
  assert.deepEqual([outcome.calls, outcome.created, outcome.consistent], [1, 1, true]);
});
