import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem } from '../base/problem.ts';
import { formatRdata } from './rdata-text.ts';
import { RECORD_TYPES } from './record.ts';
import { nameOf, TEST_ZONE } from './testing/arbitrary-record.ts';
import { parseZoneDocument, type ZoneDocument } from './zone-document.ts';
import { typedKeys } from './zone-document-record.ts';
import { ZONE_DOCUMENT_SCHEMA } from './zone-document-schema.ts';

const HEAD = 'zone: example.com\nrecords:\n';

function read(text: string): ZoneDocument {
  const parsed = parseZoneDocument(text);
  assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
  return parsed.value;
}

const READ: readonly (readonly [record: string, expected: string])[] = [
  ['{name: www, type: A, content: 192.0.2.1}', 'www.example.com A 192.0.2.1'],
  ['{name: "@", type: a, content: 192.0.2.1}', 'example.com A 192.0.2.1'],
  ['{name: example.com, type: A, content: 192.0.2.1}', 'example.com A 192.0.2.1'],
  ['{name: www.example.com, type: A, content: 192.0.2.1}', 'www.example.com A 192.0.2.1'],
  ['{name: www.example.com., type: A, content: 192.0.2.1}', 'www.example.com A 192.0.2.1'],
  [
    '{name: www.example.com.example.com., type: A, content: 192.0.2.1}',
    'www.example.com.example.com A 192.0.2.1',
  ],
  ['{name: bücher, type: A, content: 192.0.2.1}', 'xn--bcher-kva.example.com A 192.0.2.1'],
  ['{name: 10, type: PTR, content: a.example.net}', '10.example.com PTR a.example.net.'],
  ['{name: a, type: CNAME, content: "@"}', 'a.example.com CNAME example.com.'],
  ['{name: a, type: CNAME, content: localhost.}', 'a.example.com CNAME localhost.'],
  ['{name: a, type: MX, content: 10 m.example.net}', 'a.example.com MX 10 m.example.net.'],
  ['{name: a, type: MX, content: m.example.net, priority: 10}', 'a.example.com MX 10 m.example.net.'],
  ['{name: a, type: MX, preference: 10, exchange: m.example.net}', 'a.example.com MX 10 m.example.net.'],
  ['{name: a, type: MX, priority: 10, exchange: m.example.net}', 'a.example.com MX 10 m.example.net.'],
  ['{name: a, type: SRV, content: 1 2 s.example.net, priority: 3}', 'a.example.com SRV 3 1 2 s.example.net.'],
  ['{name: a, type: TXT, content: v=spf1 -all; x}', 'a.example.com TXT "v=spf1 -all; x"'],
  ['{name: a, type: TXT, content: \'"one " "two"\'}', 'a.example.com TXT "one two"'],
  ['{name: a, type: TXT, text: \'"verbatim"\'}', 'a.example.com TXT "\\"verbatim\\""'],
  ['{name: a, type: TXT, content: 1.10}', 'a.example.com TXT "1.10"'],
  ['{name: a, type: CAA, flags: 0, tag: issue, value: a; b}', 'a.example.com CAA 0 issue "a; b"'],
  ['{name: a, type: HTTPS, priority: 1, target: .}', 'a.example.com HTTPS 1 .'],
];

describe('what a record may be', () => {
  for (const [record, expected] of READ) {
    test(record, () => {
      const [first] = read(`${HEAD}  - ${record}`).records;
      assert.ok(first !== undefined);
      assert.equal(`${first.name} ${first.rdata.type} ${formatRdata(first.rdata)}`, expected);
    });
  }

  test('only what is mentioned is there', () => {
    const [record] = read(`${HEAD}  - {name: www, type: A, content: 192.0.2.1}`).records;
    assert.deepEqual(Object.keys(record ?? {}).sort(), ['name', 'position', 'rdata']);
  });

  test('every field', () => {
    const fields =
      'ttl: 1h, proxied: false, comment: "", tags: a, settings: {flatten_cname: true, ipv4_only: false}';
    const [record] = read(
      `${HEAD}  - {name: www, type: CNAME, content: a.b, ${fields}, privateRouting: false}`,
    ).records;
    assert.ok(record !== undefined);
    const { position, rdata, ...rest } = record;
    assert.deepEqual(position, { line: 3, column: 5 });
    assert.equal(rdata.type, 'CNAME');
    assert.deepEqual(rest, {
      name: 'www.example.com',
      ttl: 3600,
      proxied: false,
      comment: '',
      tags: ['a'],
      settings: ['flatten_cname'],
      privateRouting: false,
    });
  });

  test('content may be a list', () => {
    const { records } = read(`${HEAD}  - {name: www, type: A, content: [192.0.2.1, 192.0.2.2], ttl: auto}`);
    assert.deepEqual(
      records.map(({ rdata }) => formatRdata(rdata)),
      ['192.0.2.1', '192.0.2.2'],
    );
  });

  test('JSON, also with tabs', () => {
    const json =
      '{\n\t"zone": "example.com",\n\t"records": [\n\t\t{"name": "www", "type": "A", "content": "192.0.2.1"}\n\t]\n}';
    assert.equal(read(json).records.length, 1);
  });
});

describe('the document around the records', () => {
  test('manage, and sections that are kept for later', () => {
    const document = read(`zone: example.com
manage:
  ignore: [_acme-challenge, {name: "*.dyn", type: a, reason: DHCP}]
  only: ["www", "*.lab"]
tls: {mode: strict}
`);
    assert.deepEqual(document.manage, {
      ignore: [{ name: '_acme-challenge' }, { name: '*.dyn', type: 'A', reason: 'DHCP' }],
      only: ['www', '*.lab'],
    });
    assert.deepEqual(document.sections, { tls: { mode: 'strict' } });
  });

  test("the zone's own NS is Cloudflare's affair", () => {
    const { records, omitted } = read(`${HEAD}  - {name: "@", type: NS, content: ns.example.net}`);
    assert.equal(records.length, 0);
    assert.match(omitted[0]?.reason ?? '', /its own nameservers/);
  });

  test('an empty document, where the zone is known', () => {
    for (const text of ['', '# nothing', 'zone: example.com', 'zone: example.com\nrecords:', 'records: []']) {
      const parsed = parseZoneDocument(text, { zone: TEST_ZONE });
      assert.ok(parsed.ok, text);
      assert.deepEqual(parsed.value.records, []);
    }
    assert.equal(parseZoneDocument('').ok, false);
  });
});

/** The document, and the problems that it must have. */
const REFUSED: readonly (readonly [text: string, ...problems: readonly RegExp[]])[] = [
  [`${HEAD}  - {name: www, type: A}`, /^f:3:5: www\.example\.com A: the record has no content → Add content/],
  [
    `${HEAD}  - {name: www, type: A, content: 192.0.2}`,
    /^f:3:35: www\.example\.com A: address: "192\.0\.2" is not an IPv4/,
  ],
  [
    `${HEAD}  - {name: www, type: A, contnet: 192.0.2.1}`,
    /no content/,
    /"contnet" is no key .*Did you mean content/,
  ],
  [
    `${HEAD}  - {name: www, type: TLSA, usage: 3, selector: 1, matching_type: 1, certificate: ab}`,
    /matching type is missing/,
    /Did you mean matchingType/,
  ],
  [
    `${HEAD}  - {name: www, type: A, content: 192.0.2.1, proxied: yes}`,
    /^f:3:55: .*proxied is the text "yes", not true or false/,
  ],
  [`${HEAD}  - name: www\n    type: A\n    content:\n    proxied: true`, /^f:5:5: .*content has no value/],
  [`${HEAD}  - name: www\n    type: A\n    content: 192.0.2.1\n    ttl:`, /^f:6:5: .*ttl has no value/],
  [`${HEAD}  - {name: www, type: A, content: 192.0.2.1, ttl: soon}`, /"soon" is no TTL/],
  [`${HEAD}  - {type: A, content: 192.0.2.1}`, /has no name/],
  [`${HEAD}  - {name: www, content: 192.0.2.1}`, /has no type/],
  [`${HEAD}  - {name: www, type: CNAM, content: a.b}`, /"CNAM" is no record type → Did you mean CNAME/],
  [`${HEAD}  - {name: www, type: SPF, content: x}`, /does not take the type SPF/],
  [
    `${HEAD}  - {name: www.example.net., type: A, content: 192.0.2.1}`,
    /^f:3:12: .*www\.example\.net is not in the zone/,
  ],
  [`${HEAD}  - {name: a..b, type: A, content: 192.0.2.1}`, /empty label/],
  [
    `${HEAD}  - {name: *.a, type: A, content: 192.0.2.1}`,
    /^f:3:12: .*Put a text that begins with \* in quotes/,
  ],
  [
    `${HEAD}  - {name: a, type: CNAME, content: mail}`,
    /"mail" is not a full host name → Write the full name: mail\.example\.com/,
  ],
  [`${HEAD}  - {name: a, type: MX, content: 10 m.b, exchange: m.b}`, /exchange stands beside content/],
  [`${HEAD}  - {name: a, type: TXT, content: '"open'}`, /no closing quote/],
  [`${HEAD}  - {name: a, type: TXT, content: {a: b}}`, /content is a map, not a text/],
  [`${HEAD}  - {name: a, type: TXT, text: "\\ud800"}`, /surrogate/],
  [`${HEAD}  - {name: a, type: A, content: 192.0.2.1, settings: [fast]}`, /"fast" is no setting/],
  [`${HEAD}  - {name: a, type: A, content: 192.0.2.1, zone: example.com}`, /zone stands in the wrong place/],
  [`${HEAD}  - www A 192.0.2.1`, /a record is the text "www A 192\.0\.2\.1", not a map/],
  ['zone: example.com\nrecords:\n  www: {type: A}', /records is a map, not a list of records/],
  [
    'zone: example.com\nproxied: true',
    /^f:2:1: .*proxied stands in the wrong place → It belongs to a record/,
  ],
  ['zone: example.com\nignore: []', /It belongs under manage:/],
  ['zone: example.com\nrecord: []', /Did you mean records/],
  ['zone: example.com\nmanage:\nrecords: []', /^f:2:1: .*manage has no value/],
  ['zone: example.com\nmanage: {ignore: [{type: A}]}', /the rule has no name/],
  ['zone: example.net', /for the zone example\.net, not for example\.com/],
  ['zone: exa mple', /space/],
  ['zone: example.com\nversion: 2', /version "2"; this Zoneward reads version 1/],
  ['zone: example.com\n records: []', /^f:1:7: /],
  ['zone: example.com\nzone: example.com', /^f:2:1: the key "zone" is there twice/],
  ['zone: example.com\nrecords:\n\t- {}', /^f:3:1: tabs are not allowed/],
  ['zone: example.com\n---\nzone: example.com', /a second document/],
  ['- a', /is a list, not a map/],
  ['['.repeat(5000), /nested too deep/],
  [`zone: example.com\nrecords: ${'['.repeat(40)}${']'.repeat(40)}`, /nested too deep/],
];

describe('what is wrong has its place and a next step', () => {
  for (const [text, ...expected] of REFUSED) {
    test(JSON.stringify(text.replace(HEAD, '')).slice(0, 90), () => {
      const parsed = parseZoneDocument(text, { file: 'f', zone: TEST_ZONE });
      assert.ok(!parsed.ok);
      const problems = parsed.problems.map(formatProblem);
      assert.ok(problems.length >= expected.length, problems.join('\n'));
      for (const pattern of expected) {
        assert.ok(
          problems.some((one) => pattern.test(one)),
          `${pattern}\n${problems.join('\n')}`,
        );
      }
      for (const problem of parsed.problems) assert.ok(problem.next, problem.message);
    });
  }

  test('all problems are told at once, in order', () => {
    const bad =
      '  - {name: a, type: A, content: x}\n  - {name: b, type: B, content: y}\n  - {nme: c, type: A, content: z}\n';
    const parsed = parseZoneDocument(HEAD + bad);
    assert.deepEqual(
      parsed.problems.map(({ position }) => position?.line),
      [3, 4, 5, 5, 5],
    );
  });

  test('anchors that multiply are stopped', () => {
    const bomb = [
      'a0: &a0 [x]',
      ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`),
    ];
    const parsed = parseZoneDocument(
      `zone: example.com\ntls:\n${bomb.map((line) => `  ${line}\n`).join('')}`,
    );
    assert.ok(!parsed.ok);
    assert.match(parsed.problems[0]?.message ?? '', /more than 1000000 values/);
  });

  test('a file that is too large is not read', () => {
    const parsed = parseZoneDocument('#'.repeat(10_485_761), { zone: TEST_ZONE });
    assert.match(parsed.problems[0]?.message ?? '', /10485760 are allowed/);
  });
});

test('the schema knows every type and every key that the parser knows', () => {
  const { $defs } = ZONE_DOCUMENT_SCHEMA as {
    $defs: Record<string, { properties: Record<string, unknown> }>;
  };
  for (const type of RECORD_TYPES) {
    for (const key of [
      ...typedKeys(type),
      'name',
      'type',
      'content',
      'ttl',
      'proxied',
      'comment',
      'tags',
      'settings',
    ]) {
      assert.ok(key in ($defs[type]?.properties ?? {}), `${type}.${key}`);
    }
  }
  assert.deepEqual(JSON.parse(JSON.stringify(ZONE_DOCUMENT_SCHEMA)), ZONE_DOCUMENT_SCHEMA);
});

test('ten thousand records take about a second', () => {
  const lines = Array.from(
    { length: 10_000 },
    (_, i) => `  - {name: h${i}, type: A, content: 192.0.2.1, proxied: true}\n`,
  );
  const start = performance.now();
  assert.equal(read(HEAD + lines.join('')).records.length, 10_000);
  assert.ok(performance.now() - start < 4000);
});

test('a name is absolute in the end', () => {
  assert.equal(
    read(`${HEAD}  - {name: www, type: A, content: 192.0.2.1}`).records[0]?.name,
    nameOf('www.example.com'),
  );
});
