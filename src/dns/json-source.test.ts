import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJson } from './json-source.ts';
import { SourceProblems } from './source-problems.ts';
import { readYaml, type SourceNode } from './yaml-source.ts';

const LIMITS = { values: 1_000, depth: 8 };

/** The same text as YAML is read: a comment behind it is no JSON. */
function asYaml(text: string): SourceNode | undefined {
  return readYaml(`${text}\n#`, new SourceProblems(text, undefined));
}

test('gives what the reader of YAML gives, places included', () => {
  const key = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => text !== '<<');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.constantFrom(true, false, null, '', 'a "quote" \\ and /', '\u0001\t\n', '😀', 'yes', '1.10'),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  const indents = fc.constantFrom(undefined, 1, 2);
  fc.assert(
    fc.property(fc.dictionary(key, tree, { noNullPrototype: true }), indents, (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      assert.deepEqual(readJson(text, LIMITS), asYaml(text));
    }),
    { numRuns: 500 },
  );
});

for (const [name, text] of [
  ['numbers as they are written', '{"a": 1.10, "b": -0, "c": 1E5, "d": 100000000000000000000, "e": 0.5e-3}'],
  ['escapes', '{"a": "\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t", "\\u0061b": []}'],
  ['spaces everywhere', ' \r\n{ "a" : [ 1 , { } , [ ] ] , "b" : null } \n'],
] as const) {
  test(`reads ${name} as YAML does`, () => {
    const tree = readJson(text, LIMITS);
    assert.notEqual(tree, undefined);
    assert.deepEqual(tree, asYaml(text));
  });
}

for (const [name, text] of [
  ['nothing', ''],
  ['a list', '[1]'],
  ['a text', '"a"'],
  ['a comma too many', '{"a": 1,}'],
  ['a comma too many in a list', '{"a": [1,]}'],
  ['a key without quotes', '{a: 1}'],
  ['a comment', '{"a": 1} # note'],
  ['a second document', '{"a": 1}{"b": 2}'],
  ['an end that is missing', '{"a": {"b": [1, 2'],
  ['a quote that is missing', '{"a": "b}'],
  ['a colon that is missing', '{"a" 1}'],
  ['a key that is there twice', '{"a": 1, "a": 2}'],
  ['a merge key', '{"<<": {"a": 1}}'],
  ['a number with a leading zero', '{"a": 010}'],
  ['a word that only begins like one', '{"a": nullify}'],
  ['an escape of YAML', '{"a": "\\x41"}'],
  ['a line break in a text', '{"a": "b\nc"}'],
  ['a byte order mark', '\ufeff{"a": 1}'],
  ['what is nested too deep', `${'{"a":'.repeat(10)}1${'}'.repeat(10)}`],
  ['too many values', `{"a": [${'1,'.repeat(1_000)}1]}`],
] as const) {
  test(`leaves ${name} to the reader of YAML`, () => assert.equal(readJson(text, LIMITS), undefined));
}

test('mistakes of form are told as before, with their line', () => {
  const text = '{\n  "zone": "example.com",\n  "zone": "example.org"\n}';
  const problems = new SourceProblems(text, 'zone.json');
  readYaml(text, problems);
  const [problem] = problems.list();
  assert.deepEqual([problem?.code, problem?.position?.line], ['yaml-duplicate-key', 3]);
});
