import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseMoment, parseTime } from './moment.ts';

const NOW = Date.UTC(2026, 10, 23, 18, 0, 0);

describe('moment', () => {
  const times: readonly (readonly [text: string, iso: string])[] = [
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2026-11-23 17:30', '2026-11-23T17:30:00.000Z'],
    ['2026-11-23T17:30:05', '2026-11-23T17:30:05.000Z'],
    ['2026-11-23 17:30:05Z', '2026-11-23T17:30:05.000Z'],
    ['2026-11-23T17:30:05.25+01:00', '2026-11-23T16:30:05.250Z'],
    ['90m', '2026-11-23T16:30:00.000Z'],
    ['2h ago', '2026-11-23T16:00:00.000Z'],
    ['7d', '2026-11-16T18:00:00.000Z'],
  ];
  for (const [text, iso] of times)
    it(text, () => assert.equal(new Date(parseTime(text, NOW)).toISOString(), iso));

  for (const text of ['yesterday', '', '2026-13-01', '2026-11-23 25:00', '12x', '-5m'])
    it(`refuses ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseTime(text, NOW), /neither a revision nor a time/));

  it('a number is a revision, and latest is latest', () => {
    assert.deepEqual(parseMoment('12', NOW), { kind: 'revision', revision: 12 });
    assert.deepEqual(parseMoment('latest', NOW), { kind: 'latest' });
  });
});
