import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { daysLeftAtMark, endsText, MARKS } from './expiry.ts';

const DAY_MS = 86_400_000;
const END = Date.UTC(2027, 0, 31, 12);

/** Looks so many days before the end, one after the other: what each of them tells. */
function tellings(daysBefore: readonly number[], marks: readonly number[]): (number | null)[] {
  return daysBefore.map((days, index) => {
    const last = daysBefore[index - 1];
    const before = last === undefined ? null : END - last * DAY_MS;
    return daysLeftAtMark({ expiresAt: END, before, now: END - days * DAY_MS }, marks);
  });
}

describe('an end that comes near', () => {
  const cases: readonly (readonly [
    string,
    readonly number[],
    readonly number[],
    readonly (number | null)[],
  ])[] = [
    [
      'is told at each mark once',
      [31, 30, 29, 14, 13, 7, 1, 0.5, 0, -1],
      MARKS.byHand,
      [null, 30, null, 14, null, 7, 1, null, 0, null],
    ],
    ['that passed several marks is told once', [40, 5, 4], MARKS.byHand, [null, 5, null]],
    ['is told at the first look, also when it is over', [-3, -4], MARKS.byHand, [-3, null]],
    [
      'is told late where it should have been renewed',
      [31, 14, 8, 7, 1],
      MARKS.byItself,
      [null, null, null, 7, 1],
    ],
    ['far away is not told', [400, 300, 31], MARKS.byHand, [null, null, null]],
  ];
  for (const [name, looks, marks, expected] of cases)
    it(name, () => assert.deepEqual(tellings(looks, marks), expected));

  it('is told in words', () => {
    assert.deepEqual([30, 1, 0, -1].map(endsText), [
      'ends in 30 days',
      'ends in 1 day',
      'ends within a day',
      'has ended',
    ]);
  });
});
