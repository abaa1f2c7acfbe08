/** The calendar of ends. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { monthsFrom } from './months.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');

describe('the months in which names end', () => {
  it('hold what is registered today for a year, and are two years at most', () => {
    const rows: readonly (readonly [readonly string[], number, number])[] = [
      [[], 12, 0],
      [['2026-11-30T12:00:00Z'], 12, 1],
      [['2027-10-15T12:00:00Z'], 12, 1],
      [['2027-11-29T12:00:00Z'], 18, 1],
      [['2028-10-15T12:00:00Z'], 24, 1],
      [['2028-11-15T12:00:00Z', '2026-12-01T12:00:00Z'], 24, 1],
      [['2020-01-01T12:00:00Z'], 12, 0],
    ];
    for (const [ends, count, placed] of rows) {
      const months = monthsFrom(
        NOW,
        ends.map((expiresAt) => ({ expiresAt })),
      );
      const held = months.reduce((sum, { entries }) => sum + entries.length, 0);
      assert.deepEqual([months.length, held], [count, placed], ends.join());
      assert.equal(months[0]?.name, 'Nov 2026');
    }
  });
});
