import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detectFormat, parseSource, type SourceFormat } from './detect-source.ts';
import { TEST_ZONE } from './testing/arbitrary-record.ts';

const BIND = 'www 300 IN A 192.0.2.1\n';
const DOCUMENT = 'zone: example.com\nrecords:\n  - {name: www, type: A, content: 192.0.2.1}\n';
const OCTODNS = '---\nwww:\n  type: A\n  value: 192.0.2.1\n';

describe('detectFormat', () => {
  const CASES: readonly (readonly [
    text: string,
    file: string | undefined,
    format: SourceFormat | undefined,
  ])[] = [
    [BIND, undefined, 'bind'],
    [BIND, 'example.com.zone', 'bind'],
    [BIND, 'example.com.txt', 'bind'],
    ['; comment\n$ORIGIN example.com.\n', '-', 'bind'],
    ['@ SOA a. b. 1 2 3 4 5\n', undefined, 'bind'],
    [DOCUMENT, undefined, 'document'],
    [DOCUMENT, 'zone.yaml', 'document'],
    ['records:\n- {name: www}\n', 'zone.yml', 'document'],
    ['{"zone": "example.com"}', undefined, 'document'],
    ['{"zone": "example.com"}', 'zone.json', 'document'],
    [OCTODNS, undefined, 'octodns'],
    [OCTODNS, 'example.com.yaml', 'octodns'],
    ["'': {type: A, value: 192.0.2.1}\n", 'example.com.yaml', 'octodns'],
    ['zone:\n  type: A\n  value: 192.0.2.1\n', 'example.com.yaml', 'octodns'],
    ['hello\n', undefined, undefined],
    ['a: b\n', 'x.yaml', undefined],
    [`${DOCUMENT}${BIND}`, undefined, undefined],
  ];
  for (const [text, file, format] of CASES) {
    test(`${JSON.stringify(text.slice(0, 40))} ${file ?? ''} → ${format}`, () => {
      assert.equal(detectFormat(text, file), format);
    });
  }
});

describe('parseSource', () => {
  test('reads every form to the same record', () => {
    for (const text of [BIND, DOCUMENT, OCTODNS]) {
      const parsed = parseSource(text, { zone: TEST_ZONE });
      assert.ok(parsed.ok);
      const [record] = parsed.value.records;
      assert.equal(record?.name, 'www.example.com');
      assert.deepEqual({ ...record.rdata }, { type: 'A', address: '192.0.2.1' });
    }
  });

  test('an empty source is accepted with a warning', () => {
    const empty = [
      '',
      '\n \n',
      '; nothing\n',
      '# nothing\n',
      '---\n',
      'zone: example.com\nrecords: []\n',
      '{}',
      '$ORIGIN example.com.\n',
    ];
    for (const text of empty) {
      const parsed = parseSource(text, { zone: TEST_ZONE, file: 'f' });
      assert.ok(parsed.ok, text);
      assert.deepEqual(parsed.value.records, []);
      assert.deepEqual(
        parsed.problems.map(({ code, severity }) => [code, severity]),
        [['empty-source', 'warning']],
      );
    }
  });

  test('a source with nothing that Cloudflare carries is empty, too', () => {
    const parsed = parseSource('@ SOA a. b. 1 2 3 4 5\n@ NS ns.a.\n', { zone: TEST_ZONE });
    assert.ok(parsed.ok);
    assert.equal(parsed.value.omitted.length, 2);
    assert.equal(parsed.problems[0]?.code, 'empty-source');
  });

  test('an unclear form is asked about, and a given one obeyed', () => {
    const parsed = parseSource('hello', { zone: TEST_ZONE, file: 'f' });
    assert.ok(!parsed.ok);
    assert.equal(parsed.problems[0]?.code, 'format-unclear');
    assert.match(parsed.problems[0].next ?? '', /bind, octodns and document/);
    assert.equal(parseSource(OCTODNS, { zone: TEST_ZONE, format: 'bind' }).ok, false);
    assert.equal(parseSource(OCTODNS, { zone: TEST_ZONE, format: 'octodns' }).ok, true);
  });
});
