import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { packIds, unpackIds } from './batch-rows.ts';
import { recordId } from './contract/samples.ts';
import { afterPrefix, assertStorable, KEY_LENGTH_MAX, searchKey } from './text.ts';

/** By code point, as the engines compare. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe('text', () => {
  it('afterPrefix bounds exactly what begins so', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 }).filter((each) => each.isWellFormed());
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const end = afterPrefix(prefix);
        const inRange = compare(other, prefix) >= 0 && (end === null || compare(other, end) < 0);
        assert.equal(inRange, other.startsWith(prefix));
      }),
    );
  });

  it('every key is storable, and equal texts have equal keys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2 * KEY_LENGTH_MAX }), (text) => {
        assertStorable([searchKey(text)]);
        assert.equal(searchKey(text), searchKey(`${text}`));
        assert.ok(searchKey(text).length <= KEY_LENGTH_MAX + 1);
      }),
    );
  });

  it('refuses what an engine would alter', () => {
    for (const text of ['a\0', '\ud800', '\udc80x']) assert.throws(() => assertStorable([1, text]));
    assertStorable([null, 1, '', 'é😀']);
  });

  it('packs ids and unpacks them', () => {
    for (const ids of [
      [],
      [recordId(1)],
      [recordId(1), recordId(2)],
      ['short' as ReturnType<typeof recordId>],
    ]) {
      assert.deepEqual(unpackIds(packIds(ids)), ids);
    }
  });
});
