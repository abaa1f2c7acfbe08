import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { PLAN_LIMITS, type PlanLimits } from './plan-limits.ts';
import { parseRdata } from './rdata-text.ts';
import type { DesiredRecord, RecordType } from './record.ts';
import { isPrivateUse } from './record-rules.ts';
import { anyRecord, nameOf, TEST_ZONE } from './testing/arbitrary-record.ts';
import { validateRecord, validateRecordCount, validateRecordSet } from './validate.ts';

type Extra = Partial<DesiredRecord>;

function record(name: string, type: RecordType, text: string, extra: Extra = {}): DesiredRecord {
  const rdata = parseRdata(type, text, { origin: TEST_ZONE });
  assert.ok(rdata.ok, text);
  return { name: nameOf(name, TEST_ZONE), rdata: rdata.value, ...extra };
}

const { free, pro, enterprise } = PLAN_LIMITS;
const A = (extra: Extra): DesiredRecord => record('www', 'A', '192.0.2.1', extra);

const FINE: readonly (readonly [string, DesiredRecord, PlanLimits])[] = [
  ['a TTL of 60', A({ ttl: 60 }), free],
  ['a TTL of 30 on Enterprise', A({ ttl: 30 }), enterprise],
  ['any TTL where proxied', A({ ttl: 5, proxied: true }), free],
  ['a comment of 100 characters', A({ comment: '☃'.repeat(100) }), free],
  ['20 tags', A({ tags: Array.from({ length: 20 }, (_, i) => `t${i}:x`) }), pro],
  ['a private address, not proxied', record('www', 'A', '10.0.0.1', { proxied: false }), free],
  ['flattening', record('www', 'CNAME', 'a.example.net.', { settings: ['flatten_cname'] }), pro],
  ['a null MX', record('@', 'MX', '0 .'), free],
  ['a long TXT', record('@', 'TXT', `"${'x'.repeat(4000)}"`.replace(/x{250}/g, '$&" "')), free],
];

const REFUSED: readonly (readonly [code: string, message: RegExp, DesiredRecord, PlanLimits])[] = [
  ['name-outside-zone', /not in the zone example\.com/, { ...A({}), name: nameOf('www.example.net') }, free],
  [
    'name-not-carried',
    /character that Cloudflare does not take/,
    { ...A({}), name: nameOf('a\\.b.example.com') },
    free,
  ],
  ['ttl-out-of-range', /TTL 59 is out of range/, A({ ttl: 59 }), pro],
  ['ttl-out-of-range', /TTL 86401/, A({ ttl: 86_401 }), free],
  ['ttl-out-of-range', /TTL 29/, A({ ttl: 29 }), enterprise],
  ['ttl-out-of-range', /TTL 60\.5/, A({ ttl: 60.5 }), free],
  ['proxied-type', /MX record cannot be proxied/, record('@', 'MX', '1 a', { proxied: true }), free],
  [
    'proxied-address',
    /does not proxy to 10\.0\.0\.1/,
    record('www', 'A', '10.0.0.1', { proxied: true }),
    free,
  ],
  ['proxied-address', /fd00::1/, record('www', 'AAAA', 'fd00::1', { proxied: true }), free],
  ['comment-too-long', /101 characters; this plan allows 100/, A({ comment: 'x'.repeat(101) }), free],
  ['comment-lines', /more than one line/, A({ comment: 'a\nb' }), free],
  ['tags-too-many', /this plan has none/, A({ tags: ['a:b'] }), free],
  [
    'tags-too-many',
    /21 tags; this plan allows 20/,
    A({ tags: Array.from({ length: 21 }, (_, i) => `t${i}`) }),
    pro,
  ],
  ['tag-invalid', /"a b:c" is no tag/, A({ tags: ['a b:c'] }), pro],
  ['tag-reserved', /begins with cf-/, A({ tags: ['cf-proxied:true'] }), pro],
  ['text-empty', /text is empty/, { ...A({}), rdata: { type: 'TXT', text: '' } }, free],
  ['text-invalid', /surrogate/, { ...A({}), rdata: { type: 'TXT', text: '\ud800' } }, free],
  [
    'rdata-invalid',
    /"192\.0\.2" is not an IPv4/,
    { ...A({}), rdata: { type: 'A', address: '192.0.2' } },
    free,
  ],
  [
    'rdata-invalid',
    /preference/,
    { ...A({}), rdata: { type: 'MX', preference: -1, exchange: TEST_ZONE } },
    free,
  ],
  [
    'rdata-too-long',
    /Cloudflare allows 4096/,
    { ...A({}), rdata: { type: 'TXT', text: 'x'.repeat(4090) } },
    free,
  ],
  ['target-is-address', /192\.0\.2\.1 is an address/, record('www', 'CNAME', '192.0.2.1.'), free],
  ['target-is-self', /points to itself/, record('www', 'CNAME', 'www'), free],
  ['target-is-root', /the root/, record('www', 'NS', '.'), free],
  ['setting-plan', /no flattening/, record('www', 'CNAME', 'a.b.', { settings: ['flatten_cname'] }), free],
  ['setting-type', /only on a CNAME/, A({ settings: ['flatten_cname'] }), pro],
  ['setting-type', /only on proxied/, A({ settings: ['ipv4_only'], proxied: false }), pro],
  [
    'type-not-writable',
    /type RP/,
    { ...A({}), rdata: { type: 'unknown', rrtype: 'RP', content: 'a. b.' } },
    pro,
  ],
];

describe('validateRecord', () => {
  for (const [name, given, limits] of FINE) {
    test(`fine: ${name}`, () => assert.deepEqual(validateRecord(given, TEST_ZONE, limits), []));
  }
  for (const [code, message, given, limits] of REFUSED) {
    test(`${code}: ${message.source}`, () => {
      const [problem, second] = validateRecord(given, TEST_ZONE, limits);
      assert.ok(problem !== undefined && second === undefined);
      assert.equal(problem.code, code);
      assert.match(problem.message, message);
      assert.ok(problem.message.includes(given.name));
      assert.ok(problem.next);
    });
  }

  test('every problem of a record is told, with its place', () => {
    const bad = A({
      ttl: 1_000_000,
      comment: 'x'.repeat(999),
      tags: ['?'],
      position: { file: 'z', line: 3, column: 5 },
    });
    const problems = validateRecord(bad, TEST_ZONE, free);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['ttl-out-of-range', 'comment-too-long', 'tags-too-many', 'tag-invalid'],
    );
    for (const { position } of problems) assert.deepEqual(position, { file: 'z', line: 3, column: 5 });
  });

  test('never throws', () => {
    fc.assert(fc.property(anyRecord, (any) => void validateRecord(any, TEST_ZONE, pro)));
  });
});

test('private use', () => {
  const yes = [
    '10.1.2.3',
    '127.0.0.1',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.0.1',
    '100.64.0.1',
    '224.0.0.1',
    '255.1.1.1',
  ];
  const yes6 = ['::', '::1', 'fc00::1', 'fe80::1', 'ff02::1', '::ffff:10.0.0.1'];
  const no = [
    '192.0.2.1',
    '172.32.0.1',
    '100.128.0.1',
    '11.0.0.1',
    '2001:db8::1',
    '::ffff:192.0.2.1',
    '2606:4700::1',
  ];
  for (const address of [...yes, ...yes6]) assert.ok(isPrivateUse(address), address);
  for (const address of no) assert.ok(!isPrivateUse(address), address);
});

describe('validateRecordSet', () => {
  const CASES: readonly (readonly [string, readonly DesiredRecord[], readonly string[]])[] = [
    ['several addresses', [record('a', 'A', '192.0.2.1'), record('a', 'A', '192.0.2.2')], []],
    [
      'a duplicate',
      [record('a', 'AAAA', '2001:db8::1'), record('a', 'AAAA', '2001:DB8:0::1')],
      ['record-duplicate'],
    ],
    ['CNAME beside A', [record('a', 'CNAME', 'b'), record('a', 'A', '192.0.2.1')], ['cname-conflict']],
    ['two CNAMEs', [record('a', 'CNAME', 'b'), record('a', 'CNAME', 'c')], ['cname-conflict']],
    ['the same CNAME twice', [record('a', 'CNAME', 'b'), record('a', 'CNAME', 'b')], ['record-duplicate']],
    [
      'CNAME beside TXT and MX',
      [record('@', 'CNAME', 'b'), record('@', 'TXT', 'x'), record('@', 'MX', '1 b')],
      [],
    ],
    ['NS at the apex', [record('@', 'NS', 'ns.example.net.')], ['apex-ns']],
    ['DS at the apex', [record('@', 'DS', '1 8 2 abcd')], ['ds-at-apex']],
    ['DS without NS', [record('s', 'DS', '1 8 2 abcd')], ['ds-without-ns']],
    ['DS with NS', [record('s', 'DS', '1 8 2 abcd'), record('s', 'NS', 'ns.s')], []],
    ['NS beside A', [record('s', 'NS', 'ns.s'), record('s', 'A', '192.0.2.1')], ['ns-conflict']],
    ['glue', [record('s', 'NS', 'ns.s'), record('ns.s', 'A', '192.0.2.1')], []],
    ['below a delegation', [record('s', 'NS', 'ns.s'), record('a.b.s', 'TXT', 'x')], ['record-shadowed']],
    [
      'partly proxied',
      [record('a', 'A', '192.0.2.1', { proxied: true }), record('a', 'A', '192.0.2.2', { proxied: false })],
      ['proxied-mixed'],
    ],
    [
      'too much text',
      [0, 1, 2].map((i) =>
        record('a', 'TXT', `"${String(i)}" ${'"'.concat('x'.repeat(250), '" ').repeat(12)}`),
      ),
      ['rrset-too-long'],
    ],
  ];
  for (const [name, records, codes] of CASES) {
    test(name, () => {
      const problems = validateRecordSet(records, TEST_ZONE);
      assert.deepEqual(
        problems.map(({ code }) => code),
        codes,
      );
      for (const problem of problems) assert.ok(problem.next && problem.subject);
    });
  }

  test('a conflict names the place of the other record', () => {
    const [problem] = validateRecordSet(
      [record('a', 'CNAME', 'b', { position: { line: 7, column: 1 } }), record('a', 'A', '192.0.2.1')],
      TEST_ZONE,
    );
    assert.match(problem?.message ?? '', /A 192\.0\.2\.1 cannot stand beside the CNAME .* at 7:1/);
  });

  test('the order of the records decides nothing but whom of two the blame falls on', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { maxLength: 8 }), (records) => {
        const codes = (list: readonly DesiredRecord[]): string[] =>
          validateRecordSet(list, TEST_ZONE)
            .map(({ code }) => code)
            .sort();
        assert.deepEqual(codes(records), codes(records.toReversed()));
      }),
    );
  });
});

test('the quota of records', () => {
  assert.deepEqual(validateRecordCount(200, free), []);
  assert.match(validateRecordCount(201, free)[0]?.message ?? '', /201 records; this plan allows 200/);
});
