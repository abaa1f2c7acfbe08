import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, hashOf } from './hash.ts';

test('the canonical text is the one of RFC 8785, and the hash is over it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = canonicalize(value) ?? assert.fail();
      assert.equal(canonicalJson(value), text);
      assert.equal(hashOf(value), createHash('sha256').update(text).digest('hex'));
    }),
    { numRuns: 1000 },
  );
});

const rows: readonly (readonly [unknown, string])[] = [
  [{ b: 1, a: undefined, 9: 2, 10: 3 }, '{"10":3,"9":2,"b":1}'],
  [{ é: 1, z: 2, '"': 3 }, '{"\\"":3,"z":2,"é":1}'],
  [[undefined, null, -0, 1e21, 'a"\\\n\u2028'], '[null,null,0,1e+21,"a\\"\\\\\\n\u2028"]'],
  ['half of a pair: \udc80', '"half of a pair: \\udc80"'],
  [undefined, 'null'],
  [Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${29 - i}`, 0])), ''],
];

test('keys in order, undefined left out, escapes only where they must be', () => {
  for (const [value, text] of rows) if (text !== '') assert.equal(canonicalJson(value), text);
  const many = JSON.parse(canonicalJson(rows.at(-1)?.[0]));
  assert.deepEqual(Object.keys(many), Object.keys(many).toSorted());
});

test('what is no JSON has no hash', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => hashOf({ deep: [value] }), TypeError);
});
