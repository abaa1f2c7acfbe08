/**
 * The steady state, simulated: hours of rounds in seconds, on a clock that only moves when told to. A call to
 * Cloudflare takes 150 ms of it. Times and counts are what real time would show with calls of that length. Shared by
 * the test and the benchmark; no part of the product imports it.
 */
import assert from 'node:assert/strict';
import type { RecordId, ZoneId } from '../../../base/ids.ts';
import { fakeHash, tenantId } from '../fakes.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';
import type { RoundInput } from './round.ts';

export const MINUTE_MS: number = 60_000;
export const HOUR_MS: number = 60 * MINUTE_MS;
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

export interface SteadyRun {
  /** Longest time from a change that a signal tells of to the mirror showing it. */
  slowestMs: number;
  changes: number;
  unseen: Watched[];
  /** For each whole window of 5 minutes: calls without discovery, and zones changed. */
  readonly windows: { calls: number; readonly zones: Set<ZoneId> }[];
  readonly foreign: Set<ZoneId>;
}

export interface SteadyScript {
  readonly minutes: number;
  readonly changesPerMinute: number;
  /** Every so many changes: one of ours, one that no signal tells of. 0: none. */
  readonly ownEvery: number;
  readonly silentEvery: number;
  readonly settings?: NonNullable<RoundInput['settings']>;
}

export async function runSteady(world: FakeWorld, script: SteadyScript): Promise<SteadyRun> {
  const { clock, cloudflare, mirror } = world;
  const next = numbers(7);
  const startedAt = clock.now();
  const endsAt = startedAt + script.minutes * MINUTE_MS;
  /** When the mirror last took a read of a zone in. */
  const seenAt = new Map<ZoneId, number>();
  mirror.beforeAdvance = (zoneId) => void seenAt.set(zoneId, clock.now());
  const result: SteadyRun = { slowestMs: 0, changes: 0, unseen: [], windows: [], foreign: new Set() };
  const windowAt = (at: number): SteadyRun['windows'][number] => {
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
  script: SteadyScript,
  result: SteadyRun,
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

/** Longer than a round of it takes, so that the world is not waited for. */
const VERIFY_ROUND_MS = 10 * MINUTE_MS;

/**
 * Rounds in which nobody changes anything, until each zone was read in full since now: one whole verification.
 * @returns how long it took by the world's clock. Fails when it takes longer than its bound.
 */
export async function verifyOnce(world: FakeWorld, boundMs: number): Promise<number> {
  const { clock, mirror } = world;
  const startedAt = clock.now();
  const settings = { verifyWithinMs: boundMs, signalEveryMs: VERIFY_ROUND_MS };
  for (;;) {
    const report = await world.round({ settings });
    const zones = await mirror.listZones(tenantId);
    if (zones.every(({ freshness }) => (freshness.verifiedAt ?? 0) >= startedAt))
      return clock.now() - startedAt;
    clock.at = Math.max(clock.at, report.nextDueAt ?? assert.fail('paused'));
    assert.ok(clock.at <= startedAt + boundMs + 2 * VERIFY_ROUND_MS, 'the verification takes too long');
  }
}

/** Revisions from outside in zones that nobody outside changed. */
export async function falseDrift(world: FakeWorld, foreign: ReadonlySet<ZoneId>): Promise<ZoneId[]> {
  const wrong: ZoneId[] = [];
  for (const zoneId of world.zoneIds) {
    const revisions = await world.mirror.revisions(tenantId, zoneId, 1_000);
    if (!foreign.has(zoneId) && revisions.some(({ origin }) => origin.kind === 'outside')) wrong.push(zoneId);
  }
  return wrong;
}

/** All zones read, and then so long ago that the daily verification is in full swing. */
export async function settledWorld(zones: number, auditReadable: boolean): Promise<FakeWorld> {
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
