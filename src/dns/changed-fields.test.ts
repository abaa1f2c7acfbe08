import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { changedFields } from './changed-fields.ts';
import { rdataKey } from './rdata-key.ts';
import { parseRdata } from './rdata-text.ts';
import type { DesiredRecord, Rdata, RecordFields, RecordType } from './record.ts';
import { anyRecord, nameOf } from './testing/arbitrary-record.ts';

function rdata(type: RecordType, text: string): Rdata {
  const parsed = parseRdata(type, text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

describe('rdataKey', () => {
  const SAME: readonly (readonly [RecordType, string, string])[] = [
    ['AAAA', '2001:db8::1', '2001:DB8:0:0:0:0:0:1'],
    ['CNAME', 'WWW.example.com', 'www.example.com.'],
    ['TXT', '"ab"', '"a" "b"'],
    ['TXT', 'a', '"\\097"'],
    ['CAA', '0 issue "x"', '0 ISSUE x'],
    ['TLSA', '3 1 1 ABCD', '3 1 1 ab cd'],
    ['OPENPGPKEY', 'MIIBAA==', 'MI IBAA =='],
    ['HTTPS', '1 . alpn=h2 port=1', '1 . port="1" alpn="h2"'],
    ['HTTPS', '1 . ipv6hint=2001:db8::1', '1 . ipv6hint="2001:DB8::0001"'],
    ['SVCB', '1 . alpn=h2 port=1 mandatory=alpn,port', '1 . mandatory=port,alpn alpn=h2 port=1'],
    ['LOC', '0 N 0 E 0', '0 0 0.000 S 0 0 0 W -0.00m 1m'],
  ];
  for (const [type, a, b] of SAME) {
    test(`${type} ${a} = ${b}`, () => assert.equal(rdataKey(rdata(type, a)), rdataKey(rdata(type, b))));
  }

  const DIFFERENT: readonly (readonly [RecordType, string, string])[] = [
    ['TXT', 'a', 'A'],
    ['TXT', '"a b"', '"a  b"'],
    ['TXT', '"\\195\\169"', '"\\233"'],
    ['CAA', '0 issue x', '0 issue X'],
    ['MX', '10 a.', '20 a.'],
    ['HTTPS', '1 . alpn=h2,h3', '1 . alpn=h3,h2'],
    ['NAPTR', '1 1 "a b" "" "" .', '1 1 "a" "b" "" .'],
    ['LOC', '0 N 0 E 0', '0 N 0 E 0.01'],
  ];
  for (const [type, a, b] of DIFFERENT) {
    test(`${type} ${a} ≠ ${b}`, () => assert.notEqual(rdataKey(rdata(type, a)), rdataKey(rdata(type, b))));
  }

  test('a type never has the key of another', () => {
    assert.notEqual(rdataKey(rdata('CNAME', 'a.')), rdataKey(rdata('NS', 'a.')));
  });
});

describe('changedFields', () => {
  const existing: RecordFields = {
    name: nameOf('www.example.com'),
    rdata: { type: 'A', address: '192.0.2.1' },
    ttl: 300,
    proxied: false,
    comment: 'note',
    tags: ['Team:Web', 'b'],
    settings: [],
    privateRouting: false,
  };
  const CASES: readonly (readonly [
    string,
    Partial<DesiredRecord>,
    readonly string[],
    Partial<RecordFields>?,
  ])[] = [
    ['nothing mentioned', {}, []],
    ['the same', { ttl: 300, proxied: false, comment: 'note', tags: ['b', 'team:Web'], settings: [] }, []],
    ['another address', { rdata: { type: 'A', address: '192.0.2.2' } }, ['rdata']],
    ['another TTL', { ttl: 60 }, ['ttl']],
    ['proxied makes the TTL automatic', { proxied: true, ttl: 300 }, ['ttl', 'proxied']],
    ['a TTL on what is proxied', { ttl: 300 }, [], { proxied: true, ttl: 'auto' }],
    ['a TTL with proxied both ways', { ttl: 60, proxied: true }, [], { proxied: true, ttl: 'auto' }],
    ['no longer proxied', { ttl: 300, proxied: false }, ['ttl', 'proxied'], { proxied: true, ttl: 'auto' }],
    ['no comment', { comment: '' }, ['comment']],
    ["a tag's value has case", { tags: ['team:web', 'b'] }, ['tags']],
    ['no tags', { tags: [] }, ['tags']],
    ['an empty tag value', { tags: ['team:Web', 'b:'] }, []],
    ['a setting', { settings: ['ipv4_only'] }, ['settings']],
    ['private routing', { privateRouting: true }, ['privateRouting']],
  ];
  for (const [name, desired, expected, was = {}] of CASES) {
    test(name, () => {
      const before = { ...existing, ...was };
      assert.deepEqual(
        changedFields(before, { name: before.name, rdata: before.rdata, ...desired }),
        expected,
      );
    });
  }

  test('a record differs from itself in nothing', () => {
    fc.assert(fc.property(anyRecord, (record) => assert.deepEqual(changedFields(record, record), [])));
  });
});
