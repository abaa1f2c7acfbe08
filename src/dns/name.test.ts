import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareNames,
  formatAbsolute,
  formatRelative,
  isInZone,
  isWildcard,
  labelsOf,
  parentOf,
  parseName,
  toUnicode,
} from './name.ts';
import { hostName, nameOf, TEST_ZONE } from './testing/arbitrary-record.ts';

const READ: readonly (readonly [text: string, name: string])[] = [
  ['@', 'example.com'],
  ['www', 'www.example.com'],
  ['WWW.Example.COM.', 'www.example.com'],
  ['www.example.com', 'www.example.com.example.com'],
  ['.', '.'],
  ['*', '*.example.com'],
  ['*.a', '*.a.example.com'],
  ['_dmarc', '_dmarc.example.com'],
  ['0/25', '0/25.example.com'],
  ['bücher', 'xn--bcher-kva.example.com'],
  ['_x.BÜCHER', '_x.xn--bcher-kva.example.com'],
  ['xn--bcher-kva', 'xn--bcher-kva.example.com'],
  ['１', '1.example.com'],
  ['a。b', 'a.b.example.com'],
  ['a\\.b', 'a\\.b.example.com'],
  ['a\\046b', 'a\\.b.example.com'],
  ['A\\066', 'ab.example.com'],
  ['a\\\\', 'a\\\\.example.com'],
  ['a\\\\.', 'a\\\\'],
  ['a\\.', 'a\\..example.com'],
  ['a\\032b', 'a\\032b.example.com'],
  ['\\@', '@.example.com'],
];

for (const [text, expected] of READ) {
  test(`${JSON.stringify(text)} is ${expected}`, () => {
    assert.deepEqual(parseName(text, { origin: TEST_ZONE }), { ok: true, value: expected, problems: [] });
  });
}

const REFUSED: readonly (readonly [text: string, code: string, message: RegExp])[] = [
  ['', 'name-invalid', /is empty/],
  ['..', 'name-invalid', /empty label/],
  ['a..b', 'name-invalid', /empty label/],
  ['.a', 'name-invalid', /empty label/],
  ['a b', 'name-invalid', /space/],
  ['a\\', 'name-invalid', /broken escape/],
  ['a\\1', 'name-invalid', /broken escape/],
  ['a\\999', 'name-invalid', /broken escape/],
  ['\\195ä', 'name-invalid', /mixes/],
  ['a.*', 'name-wildcard', /\* that is not/],
  ['*a', 'name-wildcard', /\* that is not/],
  ['https://example.com/', 'name-invalid', /is a URL/],
  ['\u{ad}', 'name-invalid', /no international name|empty/],
  ['x'.repeat(64), 'name-too-long', /label of 64/],
  [`${'x'.repeat(60)}.`.repeat(5), 'name-too-long', /304 characters/],
];

for (const [text, code, message] of REFUSED) {
  test(`${JSON.stringify(text).slice(0, 40)} is refused: ${code}`, () => {
    const parsed = parseName(text, { origin: TEST_ZONE });
    assert.ok(!parsed.ok);
    assert.equal(parsed.problems[0]?.code, code);
    assert.match(parsed.problems[0].message, message);
    assert.ok(parsed.problems[0].next);
  });
}

test('without an origin, names are absolute and @ means nothing', () => {
  assert.deepEqual(parseName('WWW.example.com'), { ok: true, value: 'www.example.com', problems: [] });
  assert.equal(parseName('@').ok, false);
});

test('a name of 253 characters is allowed, one of 254 is not', () => {
  const long = `${'x'.repeat(63)}.${'x'.repeat(63)}.${'x'.repeat(63)}.`;
  assert.ok(parseName(long + 'x'.repeat(61)).ok);
  assert.equal(parseName(long + 'x'.repeat(62)).ok, false);
});

test('being in a zone goes by labels, not by letters', () => {
  const inZone = (name: string): boolean => isInZone(nameOf(name), TEST_ZONE);
  assert.ok(inZone('example.com') && inZone('a.example.com') && inZone('*.example.com'));
  assert.ok(!inZone('badexample.com') && !inZone('com') && !inZone('a\\.example.com'));
  assert.ok(isInZone(TEST_ZONE, nameOf('.')));
});

test('names and their parents', () => {
  assert.equal(parentOf(nameOf('a\\.b.c')), 'c');
  assert.equal(parentOf(nameOf('com')), '.');
  assert.equal(parentOf(nameOf('.')), undefined);
  assert.deepEqual(labelsOf(nameOf('a\\.b.c')), ['a\\.b', 'c']);
  assert.ok(isWildcard(nameOf('*.a')) && !isWildcard(nameOf('a')));
});

test('names sort as the tree does', () => {
  const sorted = [
    'example.com',
    '*.example.com',
    'a.example.com',
    'z.a.example.com',
    'b.example.com',
    'a.example.net',
  ];
  const names = sorted.map((name) => nameOf(name));
  assert.deepEqual(names.toReversed().sort(compareNames), names);
});

test('Unicode is for people only', () => {
  assert.equal(toUnicode(nameOf('xn--bcher-kva.example.com')), 'bücher.example.com');
  assert.equal(toUnicode(nameOf('xn--a.example.com')), 'xn--a.example.com');
});

test('formatting and parsing invert, relative and absolute', () => {
  fc.assert(
    fc.property(hostName, (name) => {
      const relative = parseName(formatRelative(name, TEST_ZONE), { origin: TEST_ZONE });
      const absolute = parseName(formatAbsolute(name), { origin: TEST_ZONE });
      assert.ok(relative.ok && absolute.ok);
      assert.equal(relative.value, name);
      assert.equal(absolute.value, name);
    }),
  );
});

test('comparing is an order', () => {
  fc.assert(
    fc.property(hostName, hostName, hostName, (a, b, c) => {
      assert.equal(Math.sign(compareNames(a, b)), -Math.sign(compareNames(b, a)) + 0);
      assert.equal(compareNames(a, b) === 0, a === b);
      if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) assert.ok(compareNames(a, c) <= 0);
    }),
  );
});
