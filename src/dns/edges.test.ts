// biome-ignore-all lint/suspicious/noTemplateCurlyInString: $GENERATE writes its modifiers so
/** Corners of the DNS room that no ordinary zone visits: each is right, or refused with words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatProblem } from '../base/problem.ts';
import { sortRecords } from './formatted-zone.ts';
import type { LocatedValue } from './located-value.ts';
import { describeLocated } from './located-value.ts';
import { parseMasterFile } from './master-file.ts';
import { formatMasterFile } from './master-file-format.ts';
import {
  compareNames,
  type DomainName,
  formatAbsolute,
  formatRelative,
  labelsOf,
  nameOctets,
  parentOf,
  parseName,
} from './name.ts';
import { parseOctodnsYaml } from './octodns-yaml.ts';
import { rdataKey } from './rdata-key.ts';
import { formatRdata, parseRdata } from './rdata-text.ts';
import type { Rdata, RecordFields } from './record.ts';
import { svcParamsKey } from './svc-params.ts';
import { parseZoneDocument } from './zone-document.ts';

const ZONE = 'example.com' as DomainName;
const ROOT = '.' as DomainName;
const FIELDS = {
  ttl: 'auto',
  proxied: false,
  comment: '',
  tags: [],
  settings: [],
  privateRouting: false,
} as const;

function rdata(type: Rdata['type'], text: string): Rdata {
  const parsed = parseRdata(type as 'A', text, { origin: ZONE });
  assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
  return parsed.value;
}

describe('names', () => {
  it('know the root', () => {
    assert.deepEqual([labelsOf(ROOT), nameOctets(ROOT), parentOf(ROOT)], [[], 1, undefined]);
    assert.deepEqual([formatAbsolute(ROOT), formatRelative(ROOT, ZONE)], ['.', '.']);
    assert.equal(formatRelative(ZONE, ROOT), 'example.com');
    assert.equal(parentOf('com' as DomainName), ROOT);
  });

  it('have labels that hold dots and at signs', () => {
    const dotted = 'a\\.b.example.com' as DomainName;
    assert.deepEqual(labelsOf(dotted), ['a\\.b', 'example', 'com']);
    assert.equal(nameOctets(dotted), 17);
    assert.equal(formatRelative('@.example.com' as DomainName, ZONE), '\\@');
    const long = parseName(`${'\\046'.repeat(64)}.example.com.`);
    assert.deepEqual(
      long.problems.map(({ code }) => code),
      ['name-too-long'],
    );
  });

  it('are ordered as the tree is', () => {
    assert.equal(compareNames(ZONE, ZONE), 0);
    assert.ok(compareNames(ZONE, 'www.example.com' as DomainName) < 0);
    assert.ok(compareNames('b.example.com' as DomainName, 'a.example.net' as DomainName) < 0);
    assert.ok(compareNames('b.example.com' as DomainName, 'a.example.com' as DomainName) > 0);
  });
});

describe('data', () => {
  it('of an unknown type are carried as they are', () => {
    const unknown: Rdata = { type: 'unknown', rrtype: 'TYPE65534', content: '\\# 1 00' };
    assert.equal(formatRdata(unknown), '\\# 1 00');
    assert.equal(rdataKey(unknown), rdataKey({ ...unknown }));
    const record: RecordFields = { name: ZONE, rdata: unknown, ...FIELDS };
    const { text, losses } = formatMasterFile({ zone: ZONE, records: [record] });
    assert.match(text, /TYPE65534/);
    assert.deepEqual(
      losses.map(({ type }) => type),
      ['TYPE65534'],
    );
  });

  it('of one name and type are sorted, doubles included', () => {
    const record = (text: string): RecordFields => ({ name: ZONE, rdata: rdata('A', text), ...FIELDS });
    const sorted = sortRecords(['192.0.2.2', '192.0.2.1', '192.0.2.1'].map(record));
    assert.deepEqual(
      sorted.map((one) => formatRdata(one.rdata)),
      ['192.0.2.1', '192.0.2.1', '192.0.2.2'],
    );
  });

  it('of a service binding are one however they are written', () => {
    for (const [a, b] of [
      ['mandatory=port,alpn alpn=h2 port=0443', 'port=443 alpn="h2" mandatory=alpn,port'],
      ['ipv6hint=2001:DB8:0::1', 'ipv6hint="2001:db8::1"'],
      ['alpn="a\\\\,b"', 'key1="a\\\\,b"'],
      ['ech=AAAA', 'key5="AAAA"'],
      ['no-default-alpn alpn=h2', 'alpn=h2 key2'],
    ] as const)
      assert.equal(svcParamsKey(a), svcParamsKey(b), `${a} and ${b}`);
    assert.equal(svcParamsKey('no such=1'), 'no such=1', 'what is malformed stands for itself');
    assert.notEqual(svcParamsKey('alpn="a\\\\,b"'), svcParamsKey('alpn=a,b'));
  });

  it('keep the space around a comment in a master file as a loss', () => {
    const record: RecordFields = { name: ZONE, rdata: rdata('A', '192.0.2.1'), ...FIELDS, comment: ' x' };
    assert.deepEqual(
      formatMasterFile({ zone: ZONE, records: [record] }).losses.map(({ what }) => what),
      ['the space around the comment'],
    );
  });
});

describe('master files', () => {
  for (const [name, text, becomes] of [
    ['a relative name without an origin', 'www 300 IN A 192.0.2.1', ['zone-unknown', 'name-invalid']],
    ['an upper-case count', '$ORIGIN example.com.\n$GENERATE 10-11 h${0,2,X} 300 A 192.0.2.$', 2],
    ['nibbles', '$ORIGIN example.com.\n$GENERATE 10-11 h${0,3,n} 300 A 192.0.2.$', 2],
    ['an escaped dollar', '$ORIGIN example.com.\n$GENERATE 1-2 a\\$$ 300 A 192.0.2.$', 2],
    [
      'an offset below nothing',
      '$ORIGIN example.com.\n$GENERATE 1-2 a${-5,0,d} 300 A 192.0.2.1',
      ['generate'],
    ],
    ['a half modifier', '$ORIGIN example.com.\n$GENERATE 1-2 a${1} 300 A 192.0.2.$', 2],
  ] as const)
    it(`with ${name}`, () => {
      const parsed = parseMasterFile(text);
      if (typeof becomes === 'number') assert.equal(parsed.ok && parsed.value.records.length, becomes);
      else
        assert.ok(
          !parsed.ok && becomes.some((code) => parsed.problems[0]?.code.startsWith(code)),
          JSON.stringify(parsed),
        );
    });
});

describe('octoDNS', () => {
  for (const [name, text, code] of [
    ['a map where a text belongs', 'www: {type: A, value: {a: b}}', 'value-type'],
    ['a broken escape', "www: {type: TXT, value: 'a\\999'}", 'text-invalid'],
    [
      'a list within a list of parameters',
      'www: {type: HTTPS, values: [{svcpriority: 1, targetname: ., svcparams: {alpn: [[h2]]}}]}',
      'value-type',
    ],
    [
      'parameters that are a text',
      'www: {type: HTTPS, values: [{svcpriority: 1, targetname: ., svcparams: 7}]}',
      'svc-param',
    ],
    ['a part of a location missing', 'www: {type: LOC, value: {lat_degrees: 1}}', 'rdata-invalid'],
    ['a name that is none', '"a..b": {type: A, value: 192.0.2.1}', 'name-invalid'],
    ['a type that is none', 'www: {type: BOGUS, value: x}', 'type-unknown'],
  ] as const)
    it(`with ${name}`, () => {
      const parsed = parseOctodnsYaml(text, { zone: ZONE });
      assert.deepEqual([parsed.ok, parsed.problems[0]?.code], [false, code], JSON.stringify(parsed.problems));
      assert.ok((parsed.problems[0]?.next ?? '') !== '');
    });
});

describe('zone documents', () => {
  for (const [name, text, code] of [
    ['a version that is a list', 'version: [1]\nzone: example.com', 'value-type'],
    [
      'a name that is a list',
      'zone: example.com\nrecords: [{name: [a], type: A, content: 192.0.2.1}]',
      'value-type',
    ],
    [
      'a type that is a map',
      'zone: example.com\nrecords: [{name: a, type: {}, content: 192.0.2.1}]',
      'value-type',
    ],
    [
      'a typed field that is a list',
      'zone: example.com\nrecords: [{name: a, type: MX, preference: [1], exchange: a}]',
      'value-type',
    ],
    ['a content of maps', 'zone: example.com\nrecords: [{name: a, type: A, content: [{}]}]', 'value-type'],
    ['an ignore rule that is a list', 'zone: example.com\nmanage: {ignore: [[a]]}', 'value-type'],
    [
      'an ignore rule whose name is a list',
      'zone: example.com\nmanage: {ignore: [{name: [a]}]}',
      'value-type',
    ],
    ['a record that is a text', 'zone: example.com\nrecords: [www]', 'value-type'],
    ['a key that is a list', 'zone: example.com\n? [a]\n: b', 'yaml-key'],
  ] as const)
    it(`with ${name}`, () => {
      const parsed = parseZoneDocument(text);
      assert.equal(parsed.ok, false);
      assert.ok(
        parsed.problems.some((problem) => problem.code === code),
        JSON.stringify(parsed.problems),
      );
      for (const { next } of parsed.problems) assert.ok((next ?? '') !== '');
    });

  it('take merge keys, and one ignore rule without a list', () => {
    const text = `zone: example.com
records:
  - &base {name: a, type: A, content: 192.0.2.1}
  - {<<: [*base], name: b}
manage:
  ignore: {name: "*.dyn", type: a, reason: dynamic}`;
    const parsed = parseZoneDocument(text);
    assert.ok(parsed.ok, parsed.problems.map(formatProblem).join('\n'));
    assert.deepEqual(
      parsed.value.records.map(({ name }) => name),
      ['a.example.com', 'b.example.com'],
    );
    assert.deepEqual(parsed.value.manage?.ignore, [{ name: '*.dyn', type: 'A', reason: 'dynamic' }]);
  });

  it('keep what other rooms read: lists and maps below settings', () => {
    const parsed = parseZoneDocument(
      'zone: example.com\nsettings: {ciphers: [a, b], soa: {ttl: 3600}, nel: null}',
    );
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value.sections, {
      settings: { ciphers: ['a', 'b'], soa: { ttl: 3600 }, nel: null },
    });
    const settings = parsed.value.located?.['settings'];
    assert.ok(settings?.kind === 'map');
    const kinds = settings.entries.map(({ value }: { readonly value: LocatedValue }) =>
      describeLocated(value),
    );
    assert.deepEqual(kinds, ['a list', 'a map', 'nothing']);
  });
});
