/**
 * The steady state, simulated: hours of rounds in seconds, on a clock that only moves when told to. A call to
 * Cloudflare takes 150 ms of it. Times and counts are what real time would show with calls of that length.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordId, ZoneId } from '../../../base/ids.ts';
import { fakeHash, tenantId } from '../fakes.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';
import type { RoundInput } from './round.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CALL_MS = 150;

/** Numbers that look random and replay (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Watched {
  readonly zoneId: ZoneId;
  readonly recordId: RecordId;
  readonly at: number;
}

interface Run {
  /** Longest time from a change that a signal tells of to the mirror showing it. */
  slowestMs: number;
  changes: number;
  unseen: Watched[];
  /** For each whole window of 5 minutes: calls without discovery, and zones changed. */
  readonly windows: { calls: number; readonly zones: Set<ZoneId> }[];
  readonly foreign: Set<ZoneId>;
}

interface Script {
  readonly minutes: number;
  readonly changesPerMinute: number;
  /** Every so many changes: one of ours, one that no signal tells of. 0: none. */
  readonly ownEvery: number;
  readonly silentEvery: number;
  readonly settings?: NonNullable<RoundInput['settings']>;
}

async function run(world: FakeWorld, script: Script): Promise<Run> {
  const { clock, cloudflare, mirror } = world;
  const next = numbers(7);
  const startedAt = clock.now();
  const endsAt = startedAt + script.minutes * MINUTE_MS;
  /** When the mirror last took a read of a zone in. */
  const seenAt = new Map<ZoneId, number>();
  mirror.beforeAdvance = (zoneId) => void seenAt.set(zoneId, clock.now());
  const result: Run = { slowestMs: 0, changes: 0, unseen: [], windows: [], foreign: new Set() };
  const windowAt = (at: number): Run['windows'][number] => {
    const index = Math.floor((at - startedAt) / (5 * MINUTE_MS));
    result.windows[index] ??= { calls: 0, zones: new Set() };
    return result.windows[index];
  };
  let changeAt = startedAt;
  let roundAt = startedAt;
  while (Math.min(changeAt, roundAt) < endsAt) {
    if (changeAt < roundAt) {
      // A change during a round comes right after it: rounds here are one step of the clock's.
      clock.at = Math.max(clock.at, changeAt);
      await change(world, script, result, windowAt(clock.at).zones, next);
      changeAt += (2 * next() * MINUTE_MS) / script.changesPerMinute;
      continue;
    }
    clock.at = Math.max(clock.at, roundAt);
    const window = windowAt(clock.at);
    const report = await world.round(script.settings === undefined ? {} : { settings: script.settings });
    window.calls += report.calls - (report.discovery?.calls ?? 0);
    roundAt = report.nextDueAt ?? assert.fail('paused');
    const still: Watched[] = [];
    for (const watched of result.unseen) {
      const live = cloudflare.zones.get(watched.zoneId)?.records.get(watched.recordId) ?? assert.fail();
      const hashes = await mirror.recordHashes(tenantId, watched.zoneId);
      if (hashes.get(watched.recordId) !== fakeHash(live)) still.push(watched);
      else result.slowestMs = Math.max(result.slowestMs, (seenAt.get(watched.zoneId) ?? 0) - watched.at);
    }
    result.unseen = still;
  }
  return result;
}

async function change(
  world: FakeWorld,
  script: Script,
  result: Run,
  zones: Set<ZoneId>,
  next: () => number,
): Promise<void> {
  const { cloudflare, clock, zoneIds } = world;
  result.changes += 1;
  const zoneId = zoneIds[Math.floor(next() * zoneIds.length)] ?? assert.fail();
  const recordId = world.recordOf(zoneId);
  const address = `198.51.${Math.floor(result.changes / 250) % 250}.${result.changes % 250}`;
  zones.add(zoneId);
  const isEvery = (every: number): boolean => every > 0 && result.changes % every === 0;
  if (isEvery(script.ownEvery)) return world.writeOurselves(zoneId, recordId, address);
  result.foreign.add(zoneId);
  if (isEvery(script.silentEvery)) return cloudflare.editSilently(zoneId, recordId, address);
  cloudflare.editRecord(zoneId, recordId, { address }, { actor: 'ann@example.com' });
  result.unseen.push({ zoneId, recordId, at: clock.now() });
}

/** Revisions from outside in zones that nobody outside changed. */
async function falseDrift(world: FakeWorld, foreign: ReadonlySet<ZoneId>): Promise<ZoneId[]> {
  const wrong: ZoneId[] = [];
  for (const zoneId of world.zoneIds) {
    const revisions = await world.mirror.revisions(tenantId, zoneId, 1_000);
    if (!foreign.has(zoneId) && revisions.some(({ origin }) => origin.kind === 'outside')) wrong.push(zoneId);
  }
  return wrong;
}

/** All zones read, and then so long ago that the daily verification is in full swing. */
async function settled(zones: number, auditReadable: boolean): Promise<FakeWorld> {
  const world = fakeWorld(zones);
  world.cloudflare.auditReadable = auditReadable;
  const report = await world.round({ settings: { callsPerRoundMax: zones } });
  assert.equal(report.outcomes.length, zones);
  world.clock.at += 10 * HOUR_MS;
  world.cloudflare.beforePage = () => {
    world.clock.at += CALL_MS;
  };
  return world;
}

for (const auditReadable of [true, false]) {
  const how = auditReadable ? 'with a readable audit log' : 'by serials alone';
  test(`10,000 zones, 20 changes a minute, ${how}: seen within 60 s, for calls ≤ changed zones + 100`, async () => {
    const world = await settled(10_000, auditReadable);
    const result = await run(world, { minutes: 45, changesPerMinute: 20, ownEvery: 10, silentEvery: 0 });
    const margins = result.windows.map(({ calls, zones }) => calls - zones.size);
    console.log(
      `${how}: ${result.changes} changes, slowest seen after ${Math.round(result.slowestMs / 1_000)} s; ` +
        `calls beyond changed zones per 5 min: ${margins.join(' ')}`,
    );
    assert.ok(result.changes > 800, `${result.changes} changes`);
    assert.ok(result.slowestMs <= 60_000, `slowest after ${result.slowestMs} ms`);
    assert.ok(Math.max(...margins) <= 100, `calls beyond changed zones: ${margins}`);
    assert.ok(
      result.windows.some(({ calls, zones }) => calls > zones.size),
      'verification goes on meanwhile',
    );
    await world.round();
    assert.deepEqual(await world.wrongZones(), []);
    assert.deepEqual(await falseDrift(world, result.foreign), []);
  });
}

test('what no signal tells of is found by the rolling verification, within its bound', async () => {
  const world = await settled(1_000, false);
  const settings = { verifyWithinMs: HOUR_MS };
  const quiet = { changesPerMinute: 1, ownEvery: 2, silentEvery: 0, settings };
  // Settles the backlog of those ten hours first.
  const before = await run(world, { ...quiet, minutes: 15 });
  const during = await run(world, {
    minutes: 30,
    changesPerMinute: 10,
    ownEvery: 7,
    silentEvery: 2,
    settings,
  });
  assert.ok((await world.wrongZones()).length > 5, 'silent changes are not seen at once');
  const after = await run(world, { ...quiet, minutes: 62 });
  assert.deepEqual(await world.wrongZones(), [], 'none missed after the verification');
  const foreign = new Set([before, during, after].flatMap((each) => [...each.foreign]));
  assert.deepEqual(await falseDrift(world, foreign), []);
  const now = world.clock.now();
  for (const { facts, freshness } of await world.mirror.listZones(tenantId)) {
    const ageMs = now - (freshness.verifiedAt ?? 0);
    assert.ok(ageMs <= HOUR_MS + MINUTE_MS, `${facts.name} was verified ${ageMs} ms ago`);
  }
});
