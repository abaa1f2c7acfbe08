import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ZoneId } from '../../../base/ids.ts';
import { decideReads, type ReadBudget, type ReadCandidate } from './decide-reads.ts';

const HOUR_MS = 3_600_000;
const now = 1_000 * HOUR_MS;
const budget: ReadBudget = { now, verifyWithinMs: 24 * HOUR_MS, callsMax: 100, roundMs: 30_000 };

function zone(id: string, change: Partial<ReadCandidate> = {}): ReadCandidate {
  return {
    zoneId: id as ZoneId,
    verifiedAt: now - HOUR_MS,
    staleSince: null,
    recordCount: 10,
    retryAt: null,
    ...change,
  };
}

test('what moved goes first, then what was never read, then what is overdue, longest ago first', () => {
  const { reads, waiting } = decideReads(
    [
      zone('fresh'),
      zone('overdue', { verifiedAt: now - 25 * HOUR_MS }),
      zone('unread', { verifiedAt: null }),
      zone('long-overdue', { verifiedAt: now - 90 * HOUR_MS }),
      zone('moved-now', { staleSince: now }),
      zone('moved-before', { staleSince: now - 1 }),
    ],
    budget,
  );
  assert.deepEqual(reads, ['moved-before', 'moved-now', 'unread', 'long-overdue', 'overdue']);
  assert.equal(waiting, 0);
});

test('reads stay within the calls; a zone larger than all of them is read alone', () => {
  const zones = [
    zone('a', { staleSince: 1, recordCount: 12_000 }),
    zone('b', { staleSince: 2, recordCount: 5_000 }),
    zone('c', { staleSince: 3, recordCount: 5_001 }),
  ];
  assert.deepEqual(decideReads(zones, { ...budget, callsMax: 4 }), {
    reads: ['a', 'b'],
    calls: 4,
    waiting: 1,
  });
  assert.deepEqual(decideReads(zones, { ...budget, callsMax: 2 }), { reads: ['a'], calls: 3, waiting: 2 });
});

test('a zone that failed waits for its time, and a time far off (the clock jumped) does not bind', () => {
  const retry = (retryAt: number): readonly ZoneId[] =>
    decideReads([zone('a', { staleSince: 1, retryAt })], budget).reads;
  assert.deepEqual([retry(now + 1), retry(now), retry(now + 48 * HOUR_MS)], [[], ['a'], ['a']]);
});

test('zones verified together come due apart, each within the bound, and none before a third of it', () => {
  const verifiedAt = now;
  const zones = Array.from({ length: 2_000 }, (_, i) => zone(`zone-${i}`, { verifiedAt }));
  const dueBy = (share: number): number =>
    zones.filter((each) => {
      const at = { ...budget, now: verifiedAt + 24 * HOUR_MS * share };
      return decideReads([each], at).reads.length === 1;
    }).length;
  assert.deepEqual([dueBy(0), dueBy(0.34), dueBy(0.96)], [0, 0, 2_000]);
  assert.ok(Math.abs(dueBy(0.65) - 1_000) < 100, `half are due half-way: ${dueBy(0.65)}`);
});

test('a zone verified in the future is due: the clock jumped back', () => {
  assert.deepEqual(decideReads([zone('a', { verifiedAt: now + HOUR_MS })], budget).reads, ['a']);
  assert.deepEqual(decideReads([zone('a', { verifiedAt: now + 1_000 })], budget).reads, []);
});

test('a crowd that comes due at once is spread over rounds', () => {
  const zones = Array.from({ length: 10_000 }, (_, i) =>
    zone(`zone-${i}`, { verifiedAt: now - 23 * HOUR_MS }),
  );
  const { reads, waiting } = decideReads(zones, budget);
  assert.deepEqual([reads.length, waiting], [7, 0]);
});
