/** What a purchase costs and when its amount was typed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameAmount, totalOf } from './money.ts';

describe('money of purchases', () => {
  it('adds years without rounding', () => {
    const price = { registration: '7.50', renewal: '10.13' };
    const totals: readonly (readonly [number, string])[] = [
      [1, '7.50'],
      [2, '17.63'],
      [10, '98.67'],
    ];
    for (const [years, expected] of totals) assert.equal(totalOf(price, years), expected);
    assert.equal(totalOf({ registration: '0.005', renewal: '1' }, 1), '0.005');
  });

  it('knows the typed amount, and nothing near it', () => {
    const rows: readonly (readonly [string, boolean])[] = [
      ['10.46', true],
      [' 10,46 ', true],
      ['10.460', true],
      ['$10.46', true],
      ['10.46 USD', true],
      ['10.4', false],
      ['10.461', false],
      ['1046', false],
      ['', false],
      ['ten', false],
      ['-10.46', false],
    ];
    for (const [typed, expected] of rows) assert.equal(isSameAmount(typed, '10.46'), expected, typed);
  });
});
