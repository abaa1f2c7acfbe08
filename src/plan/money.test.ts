import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addAmounts, compareAmounts, costOfYears, multiplyAmount, parseAmount } from './money.ts';

describe('amounts', () => {
  const read: readonly (readonly [text: string, good: boolean])[] = [
    ['10.44', true],
    ['0', true],
    ['10', true],
    ['10.', false],
    ['.5', false],
    ['-1', false],
    ['1e3', false],
    ['10,44', false],
    [' 10', false],
    ['1_000', false],
    ['10.44 USD', false],
    ['Infinity', false],
    ['1234567890123', false],
  ];
  for (const [text, good] of read) {
    it(`${good ? 'takes' : 'refuses'} "${text}"`, () => assert.equal(parseAmount(text), good ? text : null));
  }

  it('compares exactly, whatever the zeros', () => {
    assert.equal(compareAmounts('10.440', '10.44'), 0);
    assert.ok(compareAmounts('10.44', '10.4400001') < 0);
    assert.ok(compareAmounts('9.99', '10') < 0);
    assert.ok(compareAmounts('100', '99.99999999') > 0);
  });

  it('adds where floats would not', () => {
    assert.equal(addAmounts('0.1', '0.2'), '0.3');
    assert.equal(addAmounts('0.05', '9.95'), '10.00');
    assert.equal(multiplyAmount('10.46', 3), '31.38');
    assert.equal(multiplyAmount('10.46', 0), '0.00');
    assert.equal(costOfYears({ registration: '4.18', renewal: '18.54' }, 3), '41.26');
  });

  it('adds and compares as whole cents do', () => {
    const cents = fc.integer({ min: 0, max: 1_000_000_000 });
    const text = (value: number): string =>
      `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`;
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        assert.equal(addAmounts(text(a), text(b)), text(a + b));
        assert.equal(Math.sign(compareAmounts(text(a), text(b))), Math.sign(a - b));
      }),
    );
  });
});
