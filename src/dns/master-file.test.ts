import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem } from '../base/problem.ts';
import { parseRecordComment } from './cf-tags.ts';
import { parseMasterFile } from './master-file.ts';
import { formatRdata } from './rdata-text.ts';
import type { DesiredZone } from './record.ts';
import { nameOf, TEST_ZONE } from './testing/arbitrary-record.ts';

const HEAD = '$ORIGIN example.com.\n';

function read(text: string): DesiredZone {
  const parsed = parseMasterFile(text, { zone: TEST_ZONE });
  assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
  return parsed.value;
}

/** `name ttl type data`, one for each record. */
function lines(text: string): string[] {
  return read(text).records.map(
    ({ name, ttl, rdata }) => `${name} ${ttl ?? '-'} ${rdata.type} ${formatRdata(rdata)}`,
  );
}

const READ: readonly (readonly [name: string, text: string, records: readonly string[]])[] = [
  ['the plainest record', 'www A 192.0.2.1', ['www.example.com - A 192.0.2.1']],
  ['TTL, then class', 'www 60 IN A 192.0.2.1', ['www.example.com 60 A 192.0.2.1']],
  ['class, then TTL', 'www IN 1h A 192.0.2.1', ['www.example.com 3600 A 192.0.2.1']],
  ['lower case', 'www in a 192.0.2.1', ['www.example.com - A 192.0.2.1']],
  ['units of TTL', 'www 1w2d3h4m5s A 192.0.2.1', ['www.example.com 86400 A 192.0.2.1']],
  ['TTL 1 is automatic', 'www 1 A 192.0.2.1', ['www.example.com auto A 192.0.2.1']],
  [
    'blank owner',
    'www A 192.0.2.1\n\tA 192.0.2.2',
    ['www.example.com - A 192.0.2.1', 'www.example.com - A 192.0.2.2'],
  ],
  [
    '$TTL',
    '$TTL 90\na A 192.0.2.1\nb 60 A 192.0.2.2\nc A 192.0.2.3',
    ['a.example.com 90 A 192.0.2.1', 'b.example.com 60 A 192.0.2.2', 'c.example.com 90 A 192.0.2.3'],
  ],
  [
    'last stated TTL, without $TTL',
    'a 60 A 192.0.2.1\nb A 192.0.2.2',
    ['a.example.com 60 A 192.0.2.1', 'b.example.com 60 A 192.0.2.2'],
  ],
  [
    "the SOA's minimum, without any",
    '@ SOA a. b. 1 2 3 4 120\na A 192.0.2.1',
    ['a.example.com 120 A 192.0.2.1'],
  ],
  [
    '$ORIGIN, relative',
    '$ORIGIN lab\n@ A 192.0.2.1\nx A 192.0.2.2',
    ['lab.example.com - A 192.0.2.1', 'x.lab.example.com - A 192.0.2.2'],
  ],
  ['parentheses', 'a MX ( 10 ; ten\n  mail ) ; end', ['a.example.com - MX 10 mail.example.com.']],
  ['a semicolon and parentheses in quotes', 'a TXT "x;(y"', ['a.example.com - TXT "x;(y"']],
  [
    'Windows line ends',
    'a A 192.0.2.1\r\nb A 192.0.2.2\r\n',
    ['a.example.com - A 192.0.2.1', 'b.example.com - A 192.0.2.2'],
  ],
  ['a byte order mark', '\uFEFFa A 192.0.2.1', ['a.example.com - A 192.0.2.1']],
  [
    'types by number',
    'a TYPE1 192.0.2.1\na CLASS1 TYPE28 ::1',
    ['a.example.com - A 192.0.2.1', 'a.example.com - AAAA ::1'],
  ],
  [
    'a name that looks like a type',
    'mx A 192.0.2.1\n10 A 192.0.2.2',
    ['mx.example.com - A 192.0.2.1', '10.example.com - A 192.0.2.2'],
  ],
  [
    '$GENERATE',
    '$GENERATE 1-5/2 h$ 60 IN A 192.0.2.$',
    ['h1.example.com 60 A 192.0.2.1', 'h3.example.com 60 A 192.0.2.3', 'h5.example.com 60 A 192.0.2.5'],
  ],
  [
    '$GENERATE with modifiers',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: BIND's own syntax.
    '$GENERATE 10-10 ${-9,3}-${0,4,x}-${0,4,X}-${0,3,o}-\\$-$$ CNAME ${0,5,n}.a.',
    ['001-000a-000a-012-$-$.example.com - CNAME a.0.0.a.'],
  ],
  ['comments and blank lines alone', '; nothing\n\n   ; here\n', []],
];

describe('what a master file may hold', () => {
  for (const [name, text, records] of READ) test(name, () => assert.deepEqual(lines(text), records));

  test('SOA, apex NS and unknown types are named with the reason', () => {
    const { records, omitted } = read(
      '@ SOA a. b. 1 2 3 4 5\n@ NS ns.a.\ns NS ns.a.\nh HINFO a b\nt TYPE999 \\# 0',
    );
    assert.deepEqual(
      omitted.map(({ name, type, position }) => [name, type, position?.line]),
      [
        ['example.com', 'SOA', 1],
        ['example.com', 'NS', 2],
        ['h.example.com', 'HINFO', 4],
        ['t.example.com', 'TYPE999', 5],
      ],
    );
    assert.equal(records.length, 1);
  });

  test("Cloudflare's own export, whose SOA lacks a dot", () => {
    const text =
      'example.com\t3600\tIN\tSOA\ta. b. 1 2 3 4 5\n\n;; A Records\nwww.example.com.\t1\tIN\tA\t192.0.2.1 ; cf_tags=cf-proxied:true\n';
    for (const zone of [{ zone: TEST_ZONE }, {}]) {
      const parsed = parseMasterFile(text, zone);
      assert.ok(parsed.ok);
      assert.equal(parsed.value.zone, TEST_ZONE);
      assert.equal(parsed.value.records[0]?.proxied, true);
    }
  });

  test('the zone is the one given, the SOA, or the first $ORIGIN', () => {
    const zoneOf = (text: string): string | undefined => {
      const parsed = parseMasterFile(text);
      return parsed.ok ? parsed.value.zone : undefined;
    };
    assert.equal(zoneOf('$ORIGIN com.\nexample SOA a. b. 1 2 3 4 5\na.example A 192.0.2.1'), 'example.com');
    assert.equal(zoneOf('$ORIGIN example.com.\na A 192.0.2.1'), 'example.com');
    assert.equal(zoneOf('a.example.com. A 192.0.2.1'), undefined);
  });

  test('a TTL that Cloudflare does not have is brought into range, with a warning', () => {
    const parsed = parseMasterFile('a 5 A 192.0.2.1\nb 2d A 192.0.2.1\nc 30 A 192.0.2.1', {
      zone: TEST_ZONE,
    });
    assert.ok(parsed.ok);
    assert.deepEqual(
      parsed.value.records.map(({ ttl }) => ttl),
      [60, 86_400, 30],
    );
    assert.deepEqual(
      parsed.problems.map(({ code, severity, position }) => [code, severity, position?.line]),
      [
        ['ttl-adjusted', 'warning', 1],
        ['ttl-adjusted', 'warning', 2],
      ],
    );
  });
});

/** Text, then the place and message of the problem. */
const REFUSED: readonly (readonly [text: string, place: string, message: RegExp])[] = [
  ['www A 192.0.2', 'f:2:7', /www\.example\.com A: address: "192\.0\.2" is not an IPv4 address/],
  ['www FOO x', 'f:2:5', /"FOO" is no record type/],
  ['  www A 192.0.2.1', 'f:2:3', /"www" is no record type → .*white space/],
  ['\tA 192.0.2.1', 'f:2:2', /first record of the file has no name/],
  ['www', 'f:2:1', /"www" has no type/],
  ['www 60 IN', 'f:2:8', /has no type/],
  ['www CH A 192.0.2.1', 'f:2:5', /class CH is not IN/],
  ['www MX 10', 'f:2:8', /exchange is missing/],
  ['www MX 10 a b', 'f:2:13', /"b" is too much/],
  ['www TXT "open', 'f:2:9', /no closing quote/],
  ['www TXT ( "a"\n\n', 'f:2:9', /never closed/],
  ['www TXT "a" )', 'f:2:13', /never opened/],
  ['www TXT ( ( "a" )', 'f:2:9', /never closed/],
  ['a..b A 192.0.2.1', 'f:2:1', /empty label/],
  ['www CNAME http://a/', 'f:2:11', /is a URL/],
  ['www.example.net. A 192.0.2.1\nx A 192.0.2.1', 'f:2:1', /not in the zone example\.com/],
  ['$INCLUDE other.zone', 'f:2:1', /\$INCLUDE other\.zone is not followed/],
  ['$FOO bar', 'f:2:1', /"\$FOO" is no directive/],
  ['$TTL', 'f:2:1', /\$TTL stands alone/],
  ['$TTL soon', 'f:2:6', /"soon" is no TTL/],
  ['$GENERATE 5-1 a A 192.0.2.$', 'f:2:11', /"5-1" is no range/],
  ['$GENERATE 1-70000 a$ A 192.0.2.1', 'f:2:11', /70000 records; 65536 are allowed/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: BIND's own syntax.
  ['$GENERATE 1-2 a${0,3,q} A 192.0.2.$', 'f:2:11', /is no modifier/],
  ['$GENERATE 255-300 a$ A 192.0.2.$', 'f:2:24', /192\.0\.2\.256/],
  ['www 99999999999 A 192.0.2.1', 'f:2:5', /is no TTL/],
  ['www A \\# 4 c0000201', 'f:2:7', /generic form/],
  ['www A 192.0.2.1 ; cf_tags=cf-magic', 'f:2:5', /"cf-magic" is no setting/],
  ['@ SOA a. b. 1 2 3 4 5\n@ SOA a. b. 1 2 3 4 5', 'f:3:3', /second SOA/],
];

describe('what is wrong has its place and a next step', () => {
  for (const [text, place, message] of REFUSED) {
    test(JSON.stringify(text), () => {
      const parsed = parseMasterFile(HEAD + text, { file: 'f', zone: TEST_ZONE });
      assert.ok(!parsed.ok);
      const [problem] = parsed.problems;
      assert.ok(problem?.next);
      assert.equal(parsed.problems.length, 1);
      assert.match(formatProblem(problem), message);
      assert.equal(formatProblem(problem).split(': ', 1)[0], place);
    });
  }

  test('all problems are told at once, in order', () => {
    const parsed = parseMasterFile('a A x\nb A 192.0.2.1\nc A y\nd MX z', { zone: TEST_ZONE });
    assert.deepEqual(
      parsed.problems.map(({ position }) => position?.line),
      [1, 3, 4, 4],
    );
  });

  test('at most a hundred are listed, the rest is counted', () => {
    const parsed = parseMasterFile('a A x\n'.repeat(150), { zone: TEST_ZONE });
    assert.equal(parsed.problems.length, 101);
    assert.match(parsed.problems[100]?.message ?? '', /50 more problems/);
  });

  test('a file for another zone is one problem', () => {
    for (const text of [
      '@ SOA a. b. 1 2 3 4 300\nwww A 192.0.2.1\nmail A 192.0.2.2',
      'www A 192.0.2.1\nmail A 192.0.2.2',
    ]) {
      const parsed = parseMasterFile(`$ORIGIN example.net.\n${text}`, { zone: TEST_ZONE });
      assert.ok(!parsed.ok);
      assert.equal(parsed.problems.length, 1);
      assert.equal(parsed.problems[0]?.code, 'zone-mismatch');
      assert.match(parsed.problems[0].message, /for the zone example\.net, not for example\.com/);
    }
  });
});

describe('comments behind records', () => {
  const CASES: readonly (readonly [string, ReturnType<typeof parseRecordComment>['fields']])[] = [
    ['', {}],
    [' a note', { comment: 'a note' }],
    ['cf_tags=awesome', { tags: ['awesome'] }],
    [
      'cf_tags=tag1,tag2:value2,tag3:"value,with,commas",tag4:"value with \\"escaped\\" quotation marks"',
      {
        tags: ['tag1', 'tag2:value2', 'tag3:value,with,commas', 'tag4:value with "escaped" quotation marks'],
      },
    ],
    ['this contains cf_tags= as text cf_tags=', { comment: 'this contains cf_tags= as text' }],
    [
      'note cf_tags=important,ticket:THIS-12345',
      { comment: 'note', tags: ['important', 'ticket:THIS-12345'] },
    ],
    ['cf_tags=test:1,cf-flatten-cname', { tags: ['test:1'], settings: ['flatten_cname'] }],
    ['cf_tags=cf-proxied:false', { proxied: false }],
    ['cf_tags=empty:"",also:', { tags: ['empty', 'also'] }],
  ];
  for (const [text, fields] of CASES) {
    test(JSON.stringify(text), () => assert.deepEqual(parseRecordComment(text), { fields, faults: [] }));
  }

  test('only the comment behind the end of a record is its own', () => {
    const { records } = read('a TXT ( "x" ; inside\n "y" ) ; behind\n; alone\nb A 192.0.2.1');
    assert.deepEqual(
      records.map(({ comment }) => comment),
      ['behind', undefined],
    );
  });
});

test('a hundred thousand lines take linear time', () => {
  const record = (i: number): string => `host-${i} 300 IN A 192.0.2.${i % 256} ; note ${i}\n`;
  const file = (count: number): string => HEAD + Array.from({ length: count }, (_, i) => record(i)).join('');
  const time = (text: string): number => {
    const start = performance.now();
    assert.ok(parseMasterFile(text).ok);
    return performance.now() - start;
  };
  time(file(1000));
  assert.ok(time(file(100_000)) < 5000);
});

test('an odd name as owner survives', () => {
  const { records } = read('a\\.b A 192.0.2.1\n\\@ A 192.0.2.2\n\\$x A 192.0.2.3\nsp\\032ace A 192.0.2.4');
  assert.deepEqual(
    records.map(({ name }) => name),
    ['a\\.b', '@', '$x', 'sp\\032ace'].map((label) => nameOf(`${label === '@' ? '\\@' : label}.example.com`)),
  );
});
