import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatProblem } from '../base/problem.ts';
import { formatOctodnsYaml } from './octodns-format.ts';
import { decodeOctodnsText, encodeOctodnsText } from './octodns-value.ts';
import { parseOctodnsYaml } from './octodns-yaml.ts';
import { formatRdata, parseRdata } from './rdata-text.ts';
import type { DesiredZone, RecordFields } from './record.ts';
import { anyText, nameOf, TEST_ZONE } from './testing/arbitrary-record.ts';

function read(text: string): DesiredZone {
  const parsed = parseOctodnsYaml(text, { zone: TEST_ZONE });
  assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
  return parsed.value;
}

const READ: readonly (readonly [name: string, text: string, records: readonly string[]])[] = [
  ['value', 'www: {type: A, value: 192.0.2.1}', ['www.example.com A 192.0.2.1']],
  [
    'values',
    'www: {type: A, values: [192.0.2.1, 192.0.2.2]}',
    ['www.example.com A 192.0.2.1', 'www.example.com A 192.0.2.2'],
  ],
  ['a single one in values', 'www: {type: A, values: 192.0.2.1}', ['www.example.com A 192.0.2.1']],
  ['the zone itself', "'': {type: TXT, value: x}", ['example.com TXT "x"']],
  ['a numeric name', '10: {type: PTR, value: a.}', ['10.example.com PTR a.']],
  [
    'a name that YAML 1.1 would take for false',
    'no: {type: A, value: 192.0.2.1}',
    ['no.example.com A 192.0.2.1'],
  ],
  ['a wildcard', "'*': {type: A, value: 192.0.2.1}", ['*.example.com A 192.0.2.1']],
  ['an ALIAS', "'': {type: ALIAS, value: a.example.net.}", ['example.com CNAME a.example.net.']],
  [
    'a target without a dot',
    'www: {type: CNAME, value: a.example.net}',
    ['www.example.com CNAME a.example.net.'],
  ],
  ['old MX names', "'': {type: MX, value: {priority: 1, value: a.b.}}", ['example.com MX 1 a.b.']],
  [
    'old DS names',
    's: {type: DS, value: {flags: 1, protocol: 8, algorithm: 2, public_key: ABCD}}',
    ['s.example.com DS 1 8 2 abcd'],
  ],
  [
    'escaped semicolons',
    'a: {type: TXT, value: "v=DMARC1\\\\; p=none"}',
    ['a.example.com TXT "v=DMARC1; p=none"'],
  ],
  [
    'semicolons left bare',
    'a: {type: TXT, value: v=DMARC1; p=none}',
    ['a.example.com TXT "v=DMARC1; p=none"'],
  ],
  ['a TXT that YAML reads as a number', 'a: {type: TXT, value: 1.10}', ['a.example.com TXT "1.10"']],
  ['quoted chunks', 'a: {type: TXT, value: \'"one " "two"\'}', ['a.example.com TXT "one two"']],
  [
    'an anchor',
    'a: &x {type: A, value: 192.0.2.1}\nb: *x',
    ['a.example.com A 192.0.2.1', 'b.example.com A 192.0.2.1'],
  ],
  [
    'a merge key',
    'a: &x {type: A, value: 192.0.2.1}\nb: {<<: *x, value: 192.0.2.2}',
    ['a.example.com A 192.0.2.1', 'b.example.com A 192.0.2.2'],
  ],
  ['an empty map', '{}', []],
];

describe('what octoDNS YAML may hold', () => {
  for (const [name, text, records] of READ) {
    test(name, () => {
      const lines = read(text).records.map(
        (record) => `${record.name} ${record.rdata.type} ${formatRdata(record.rdata)}`,
      );
      assert.deepEqual(lines, records);
    });
  }

  test('options of octodns-cloudflare', () => {
    const options = 'octodns: {cloudflare: {proxied: true, comment: note, tags: [a, "b:c"]}}';
    const [record] = read(`www: {type: A, ttl: 300, ${options}, value: 192.0.2.1}`).records;
    assert.equal(record?.ttl, 'auto');
    assert.equal(record.proxied, true);
    assert.equal(record.comment, 'note');
    assert.deepEqual(record.tags, ['a', 'b:c']);
    const [plain] = read('www: {type: A, ttl: 300, value: 192.0.2.1}').records;
    assert.deepEqual(Object.keys(plain ?? {}).sort(), ['name', 'position', 'rdata', 'ttl']);
  });

  test('the zone may come from the name of the file', () => {
    const parsed = parseOctodnsYaml('www: {type: A, value: 192.0.2.1}', { file: 'zones/example.com.yaml' });
    assert.ok(parsed.ok);
    assert.equal(parsed.value.zone, TEST_ZONE);
    assert.equal(parseOctodnsYaml('{}', { file: 'config.yaml' }).ok, false);
  });
});

describe('what Cloudflare cannot carry is named', () => {
  const OMITTED: readonly (readonly [text: string, type: string, reason: RegExp])[] = [
    [
      'a: {type: Route53Provider/ALIAS, ttl: 942942942, value: {name: x., type: A}}',
      'Route53Provider/ALIAS',
      /only Route53 has ALIAS/,
    ],
    ["'': {type: NS, value: ns.a.}", 'NS', /its own nameservers/],
    ['a: {type: SPF, value: v=spf1}', 'SPF', /TXT record/],
    ['a: {type: URLFWD, value: {path: /}}', 'URLFWD', /redirect rule/],
    ['a: {type: DNAME, value: b.}', 'DNAME', /DNAME/],
    [
      'a: {type: A, value: 192.0.2.1, octodns: {excluded: [my-cloudflare]}}',
      'A',
      /excluded names my-cloudflare/,
    ],
    ['a: {type: A, value: 192.0.2.1, octodns: {included: [route53]}}', 'A', /included names only route53/],
    ['a: {type: A, value: 192.0.2.1, octodns: {ignored: true}}', 'A', /ignored/],
  ];
  for (const [text, type, reason] of OMITTED) {
    test(text, () => {
      const { records, omitted } = read(text);
      assert.equal(records.length, 0);
      assert.equal(omitted[0]?.type, type);
      assert.match(omitted[0].reason, reason);
      assert.equal(omitted[0].position?.line, 1);
    });
  }

  const WARNED: readonly (readonly [text: string, message: RegExp])[] = [
    ['a: {type: A, value: 192.0.2.1, octodns: {lenient: true}}', /lenient has no effect/],
    ['a: {type: A, value: 192.0.2.1, octodns: {healthcheck: {path: /}}}', /healthcheck has no effect/],
    ['a: {type: A, value: 192.0.2.1, octodns: {excluded: [ns1]}}', /excluded names ns1, none of which/],
    ['a: {type: A, value: 192.0.2.1, octodns: {azuredns: {x: 1}}}', /options for azuredns/],
    ['a: {type: A, value: 192.0.2.1, dynamic: {pools: {}}}', /dynamic rules and pools are not carried/],
    ['a: {type: A, value: 192.0.2.1, geo: {NA: [192.0.2.2]}}', /geo rules/],
    ["'': {type: ALIAS, value: a.b.}", /taken as a CNAME/],
    ['a: {type: A, ttl: 604800, value: 192.0.2.1}', /no TTL of 604800 s; taken as 86400/],
  ];
  for (const [text, message] of WARNED) {
    test(text, () => {
      const parsed = parseOctodnsYaml(text, { zone: TEST_ZONE });
      assert.ok(parsed.ok);
      assert.equal(parsed.value.records.length, 1);
      assert.equal(parsed.problems.length, 1);
      assert.equal(parsed.problems[0]?.severity, 'warning');
      assert.match(parsed.problems[0].message, message);
    });
  }
});

/** Text, then the places and messages of all problems. */
const REFUSED: readonly (readonly [text: string, ...problems: readonly RegExp[]])[] = [
  [
    'www:\n  octodns:\n    cloudflare:\n    proxied: true\n  type: A\n  value: 192.0.2.1\n',
    /^f:3:5: www\.example\.com A: cloudflare has no value → Indent its options/,
    /^f:4:5: www\.example\.com A: proxied stands in the wrong place → It belongs under cloudflare:/,
  ],
  [
    'www:\n  proxied: true\n  type: A\n  value: 192.0.2.1',
    /^f:2:3: .*proxied stands in the wrong place → It belongs under octodns: → cloudflare:/,
  ],
  ['www:\n  octodns:\n  type: A\n  value: 192.0.2.1', /^f:2:3: .*octodns has no value/],
  [
    'www:\n  octodns: {cloudflare: {proxied: "yes"}}\n  type: A\n  value: 192.0.2.1',
    /^f:2:35: .*proxied is the text "yes", not true or false/,
  ],
  [
    'www:\n  octodns: {cloudflare: {proxied: }}\n  type: A\n  value: 192.0.2.1',
    /^f:2:26: .*proxied has no value/,
  ],
  [
    'www:\n  octodns: {cloudflare: {proxy: true}}\n  type: A\n  value: 192.0.2.1',
    /^f:2:26: .*"proxy" is no key .*Did you mean proxied/,
  ],
  ['www:\n  type: A\n  valeu: 192.0.2.1', /no value → Add value/, /"valeu" is no key .*Did you mean value/],
  [
    'www:\n  type: A\nvalue: 192.0.2.1',
    /^f:2:3: .*has no value/,
    /^f:3:8: .*the record is the text "192.0.2.1", not a map/,
  ],
  ['www:\n  type: A\n  value:', /^f:3:3: .*value has no value/],
  ['www:', /^f:1:1: www: the record is nothing, not a map/],
  ['www:\n  value: 192.0.2.1', /^f:2:3: .*has no type/],
  ['www:\n  type: AAA\n  value: x', /^f:2:9: .*"AAA" is no record type → Did you mean A/],
  ['www:\n  type: A\n  value: 192.0.2', /^f:3:10: .*"192.0.2" is not an IPv4/],
  ['www:\n  type: A\n  value: a\n  values: [b]', /both value and values/],
  ['www:\n  type: MX\n  value: 10 mail.', /^f:3:10: .*is the text "10 mail\.", not a map with preference/],
  ['www:\n  type: MX\n  value: {preference: 10}', /exchange is missing/],
  ['www:\n  type: MX\n  value: {preference: ten, exchange: a.b.}', /^f:3:23: .*"ten" is not a number/],
  [
    'www:\n  type: CNAME\n  value: other',
    /"other" is not a full host name → Write the full name: other\.example\.com/,
  ],
  ['www:\n  type: CNAME\n  values: [a.b., c.d.]', /one value/],
  ['www:\n  - {type: A, value: 192.0.2.1}\n  - {type: A, value: 192.0.2.2}', /^f:3:5: .*two A records/],
  ['www:\n  type: A\n  ttl: soon\n  value: 192.0.2.1', /^f:3:8: .*"soon" is no TTL/],
  ["'@': {type: A, value: 192.0.2.1}", /not as octoDNS has it → Write '' /],
  ['www.: {type: A, value: 192.0.2.1}', /without the dot/],
  [
    'a: {type: A, value: 192.0.2.1}\na: {type: A, value: 192.0.2.1}',
    /^f:2:1: the key "a" is there twice, first on line 1/,
  ],
  ['a:\n\ttype: A', /^f:2:1: tabs are not allowed/],
  ['a: {type: A\n  value: 192.0.2.1', /^f:2:\d+: /],
  ['- a', /is a list, not a map/],
];

describe('what is wrong has its place and a next step', () => {
  for (const [text, ...expected] of REFUSED) {
    test(JSON.stringify(text), () => {
      const parsed = parseOctodnsYaml(text, { file: 'f', zone: TEST_ZONE });
      assert.ok(!parsed.ok);
      const problems = parsed.problems.map(formatProblem);
      assert.ok(problems.length >= expected.length, problems.join('\n'));
      for (const pattern of expected)
        assert.ok(
          problems.some((one) => pattern.test(one)),
          `${pattern}\n${problems.join('\n')}`,
        );
      for (const problem of parsed.problems) assert.ok(problem.next, problem.message);
    });
  }
});

test('any text goes through octoDNS’s escaping and back', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const encoded = encodeOctodnsText(text);
      assert.match(encoded, /^[ -~]*$/);
      assert.deepEqual(decodeOctodnsText(encoded), { value: text });
    }),
  );
});

test('records of one set that differ lose only what octoDNS cannot hold', () => {
  const rdata = (text: string): RecordFields['rdata'] => {
    const parsed = parseRdata('A', text);
    assert.ok(parsed.ok);
    return parsed.value;
  };
  const base = {
    name: nameOf('www', TEST_ZONE),
    proxied: false,
    tags: [],
    settings: [],
    privateRouting: false,
  };
  const { text, losses } = formatOctodnsYaml({
    zone: TEST_ZONE,
    records: [
      { ...base, rdata: rdata('192.0.2.1'), ttl: 300, comment: 'one' },
      { ...base, rdata: rdata('192.0.2.2'), ttl: 300, comment: 'two' },
    ],
  });
  assert.equal(
    text,
    `---
www:
  octodns:
    cloudflare:
      proxied: false
  ttl: 300
  type: A
  values:
    - 192.0.2.1
    - 192.0.2.2
# not in this file: www.example.com A: the comment of 192.0.2.1 (the set differs in it)
# not in this file: www.example.com A: the comment of 192.0.2.2 (the set differs in it)
`,
  );
  assert.equal(losses.length, 2);
});

test('ten thousand records take about a second', () => {
  const text = Array.from(
    { length: 10_000 },
    (_, i) => `h${i}:\n  ttl: 300\n  type: A\n  value: 192.0.2.1\n`,
  ).join('');
  const start = performance.now();
  assert.equal(read(text).records.length, 10_000);
  assert.ok(performance.now() - start < 4000);
});
