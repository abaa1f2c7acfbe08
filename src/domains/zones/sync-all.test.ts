import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ZoneId } from '../../base/ids.ts';
import { discoverZones } from './discover-zones.ts';
import { accountId, FakeCloudflare, failure } from './fake-cloudflare.ts';
import {
  connectionId,
  FakeClock,
  FakeMirror,
  FakeOpenWrites,
  fakeHash,
  principal,
  tenantId,
} from './fakes.ts';
import { type SyncAllInput, type SyncAllOutcome, type SyncProgress, syncAll } from './sync-all.ts';

interface World {
  readonly clock: FakeClock;
  readonly cloudflare: FakeCloudflare;
  readonly mirror: FakeMirror;
  readonly openWrites: FakeOpenWrites;
  readonly zoneIds: readonly ZoneId[];
  sync(input?: Partial<SyncAllInput>): Promise<SyncAllOutcome>;
  /** Zones whose mirror was read at least once. */
  verified(): Promise<number>;
}

async function world(zones: number): Promise<World> {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  const openWrites = new FakeOpenWrites();
  for (let i = 0; i < zones; i += 1) {
    const zoneId = cloudflare.addZone(`zone-${String(i).padStart(3, '0')}.example`);
    cloudflare.addRecord(zoneId, `www.zone-${i}.example`, '192.0.2.1');
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
    zoneIds: [...cloudflare.zones.keys()],
    sync: (input = {}) =>
      syncAll(
        { reader: cloudflare, mirror, openWrites, hash: fakeHash, clock },
        { tenantId, connectionId, ...input },
      ),
    verified: async () =>
      (await mirror.listZones(tenantId)).filter(({ freshness }) => freshness.verifiedAt !== null).length,
  };
}

test('reads every zone once and tells the progress', async () => {
  const { clock, cloudflare, sync, verified } = await world(30);
  cloudflare.beforePage = () => {
    clock.at += 1_000;
  };
  const events: SyncProgress[] = [];
  const outcome = await sync({ onProgress: (event) => void events.push(event) });
  assert.deepEqual([outcome.done, outcome.calls, outcome.stopped, await verified()], [30, 30, null, 30]);
  assert.deepEqual(
    events.map(({ done }) => done),
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
  const half = events[14];
  assert.deepEqual([half?.total, half?.remainingMs], [30, half?.elapsedMs], 'half the way, as long again');
});

test('keeps several reads in flight, and no more than it may', async () => {
  const { cloudflare, sync } = await world(12);
  let inFlight = 0;
  let most = 0;
  const listRecords = cloudflare.listRecords.bind(cloudflare);
  cloudflare.listRecords = async function* (zoneId) {
    inFlight += 1;
    most = Math.max(most, inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    yield* listRecords(zoneId);
    inFlight -= 1;
  };
  await sync({ inFlight: 3 });
  assert.equal(most, 3);
});

test('goes on where it stopped', async () => {
  const { clock, cloudflare, sync, verified } = await world(10);
  const startedAt = clock.now();
  const abort = new AbortController();
  cloudflare.beforePage = () => {
    if (cloudflare.calls.records === 5) abort.abort(new Error('Ctrl-C'));
  };
  await assert.rejects(sync({ inFlight: 1, signal: abort.signal }), /Ctrl-C/);
  const before = await verified();
  assert.ok(before >= 4 && before < 10, `${before} zones were read`);
  cloudflare.beforePage = null;
  const rest = await sync({ verifiedSince: startedAt });
  assert.deepEqual([rest.total, rest.skipped, await verified()], [10 - before, before, 10]);
});

test('a zone that fails does not stop the rest', async () => {
  const { cloudflare, openWrites, zoneIds, sync, verified } = await world(8);
  const [busy, gone, denied] = zoneIds;
  assert.ok(busy !== undefined && gone !== undefined && denied !== undefined);
  openWrites.open.add(busy);
  cloudflare.zones.delete(gone);
  cloudflare.beforePage = (_what, _page, zoneId) => {
    if (zoneId === denied) throw failure('permission');
  };
  const outcome = await sync();
  assert.deepEqual([outcome.done, outcome.stopped, await verified()], [8, null, 5]);
  const codes = outcome.failures.map(({ zoneId, error }) => [zoneId, (error as { code: string }).code]);
  assert.deepEqual(
    new Map(codes as [string, string][]),
    new Map([
      [busy, 'own-write-open'],
      [gone, 'cloudflare-not-found'],
      [denied, 'permission-missing'],
    ]),
  );
});

test('a dead credential stops all at once, with its reason', async () => {
  const { cloudflare, sync } = await world(50);
  cloudflare.beforePage = () => {
    if (cloudflare.calls.records >= 10) throw failure('credentials');
  };
  const outcome = await sync({ inFlight: 1 });
  assert.deepEqual(
    [outcome.stopped?.code, outcome.done, cloudflare.calls.records],
    ['credential-rejected', 10, 10],
  );
});

test('Cloudflare out of reach stops after a few zones; a stumble does not', async () => {
  const { cloudflare, sync } = await world(50);
  cloudflare.beforePage = () => {
    if (cloudflare.calls.records % 4 !== 0) throw failure('temporary');
  };
  const stumbling = await sync({ inFlight: 1 });
  assert.deepEqual([stumbling.stopped, stumbling.done], [null, 50]);
  cloudflare.beforePage = () => {
    throw failure('temporary');
  };
  const down = await sync({ inFlight: 1 });
  assert.deepEqual([down.stopped?.code, down.done], ['cloudflare-unavailable', 5]);
});

test('a bug is not collected: it comes through', async () => {
  const { cloudflare, sync } = await world(5);
  cloudflare.beforePage = () => {
    throw new TypeError('not a function');
  };
  await assert.rejects(sync(), TypeError);
});

test('deleted zones are not read; given zones are read in their order', async () => {
  const { cloudflare, mirror, zoneIds, sync } = await world(4);
  const [first, second, third] = zoneIds;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const facts = cloudflare.zones.get(first)?.facts ?? assert.fail();
  await mirror.putZones(tenantId, connectionId, [{ ...facts, status: 'deleted' }], 0);
  const outcome = await sync({ zoneIds: [third, first, second], inFlight: 1 });
  assert.deepEqual(
    outcome.outcomes.map(({ zoneId }) => zoneId),
    [third, second],
  );
});
