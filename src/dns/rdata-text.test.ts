import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { canonicalIpv6, isIpv4 } from './ip-address.ts';
import { rdataKey } from './rdata-key.ts';
import { formatRdata, parseRdata, parseTxtContent } from './rdata-text.ts';
import { RECORD_TYPES, type RecordType } from './record.ts';
import { anyText, RDATA, TEST_ZONE } from './testing/arbitrary-record.ts';
import { bytesToText, textToBytes } from './text-bytes.ts';

/** Type, text, and the text after reading and writing it (the same when left out). */
const READ: readonly (readonly [type: RecordType, text: string, formatted?: string])[] = [
  ['A', '192.0.2.1'],
  ['AAAA', '2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['AAAA', '::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
  ['CNAME', '@', 'example.com.'],
  ['CNAME', 'WWW', 'www.example.com.'],
  ['MX', '0 .'],
  ['MX', '10 mail', '10 mail.example.com.'],
  ['TXT', 'a b "c d"', '"abc d"'],
  ['TXT', '"caf\\195" "\\169"', '"caf\\195\\169"'],
  ['TXT', '"\\255\\000\\"\\\\"'],
  ['TXT', `"${'x'.repeat(256)}"`, `"${'x'.repeat(255)}" "x"`],
  ['CAA', '0 ISSUE "ca.example.net; a=b"', '0 issue "ca.example.net; a=b"'],
  ['CAA', '0 issue ;', '0 issue ";"'],
  ['SRV', '1 2 3 @', '1 2 3 example.com.'],
  ['URI', '10 1 https://example.net/', '10 1 "https://example.net/"'],
  ['CERT', 'PKIX 1 RSASHA256 MIIB AAAA', '1 1 8 MIIBAAAA'],
  ['DNSKEY', '257 3 13 MIIB AAAA', '257 3 13 MIIBAAAA'],
  ['DS', '1 ED25519 2 AB cd', '1 15 2 abcd'],
  ['HTTPS', '1 . alpn="h2,h3" port=443', '1 . alpn="h2,h3" port="443"'],
  ['HTTPS', '0 svc', '0 svc.example.com.'],
  ['LOC', '42 N 71 W 0', '42 0 0.000 N 71 0 0.000 W 0.00m 1.00m 10000.00m 10.00m'],
  ['LOC', '42 21 54.5 N 71 06 18 W -24m 30m', '42 21 54.500 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m'],
  ['NAPTR', '100 10 U E2U+sip "!^.*$!sip:a@b!" .', '100 10 "U" "E2U+sip" "!^.*$!sip:a@b!" .'],
  ['OPENPGPKEY', 'MIIB AAAA', 'MIIBAAAA'],
  ['SMIMEA', '3 0 0 AB CD', '3 0 0 abcd'],
  ['TLSA', '3 1 1 abcd'],
  ['SSHFP', '1 1 ABCD', '1 1 abcd'],
];

describe('parseRdata and formatRdata', () => {
  for (const [type, text, formatted = text] of READ) {
    test(`${type} ${text.slice(0, 60)}`, () => {
      const parsed = parseRdata(type, text, { origin: TEST_ZONE });
      assert.ok(parsed.ok, JSON.stringify(parsed.problems));
      assert.equal(formatRdata(parsed.value), formatted);
    });
  }

  for (const type of RECORD_TYPES) {
    test(`${type}: what is written is read back`, () => {
      fc.assert(
        fc.property(RDATA[type], (rdata) => {
          const parsed = parseRdata(type, formatRdata(rdata));
          assert.ok(parsed.ok, JSON.stringify(parsed.problems));
          assert.equal(rdataKey(parsed.value), rdataKey(rdata));
          if (type !== 'HTTPS' && type !== 'SVCB') assert.deepEqual({ ...parsed.value }, { ...rdata });
        }),
      );
    });
  }
});

const REFUSED: readonly (readonly [type: RecordType, text: string, message: RegExp])[] = [
  ['A', '192.0.2', /"192\.0\.2" is not an IPv4 address/],
  ['A', '192.0.2.01', /not an IPv4/],
  ['A', '192.0.2.1 extra', /"extra" is too much/],
  ['AAAA', '2001:db8::1::2', /not an IPv6/],
  ['AAAA', 'fe80::1%eth0', /not an IPv6/],
  ['MX', '10', /exchange is missing/],
  ['MX', 'ten mail', /preference: "ten" is not a number from 0 to 65535/],
  ['MX', '65536 mail', /65536/],
  ['CNAME', 'a b', /too much/],
  ['CNAME', 'a..b', /empty label/],
  ['TXT', '"open', /no closing quote/],
  ['TXT', 'a="b"', /quote in the middle/],
  ['TXT', '"\\999"', /broken escape/],
  ['TXT', '\\# 3 aabbcc', /generic form/],
  ['CAA', '0 is-sue x', /CAA tag/],
  ['CAA', '256 issue x', /0 to 255/],
  ['DS', '1 2 3 abc', /hexadecimal/],
  ['DNSKEY', '257 3 13 A', /base64/],
  ['HTTPS', '1 . alpn', /parameter alpn/],
  ['HTTPS', '1 . port=70000', /parameter port/],
  ['HTTPS', '1 . foo=1', /no parameter that we know/],
  ['HTTPS', '1 . port=1 port=2', /there twice/],
  ['HTTPS', '1 . no-default-alpn', /without alpn/],
  ['HTTPS', '1 . ipv4hint=2001:db8::1', /ipv4hint/],
  ['LOC', '91 N 0 E 0', /latitude "91" is out of range/],
  ['LOC', '42 N 71 W', /no altitude/],
  ['LOC', '42 71 W 0', /no latitude/],
  ['LOC', '42 N 71 W 1e9', /altitude/],
  ['NAPTR', `1 1 U x "${'y'.repeat(256)}" .`, /256 octets is too long/],
];

for (const [type, text, message] of REFUSED) {
  test(`refused: ${type} ${text.slice(0, 50)}`, () => {
    const parsed = parseRdata(type, text, { origin: TEST_ZONE });
    assert.ok(!parsed.ok);
    assert.match(parsed.problems.map((problem) => problem.message).join('\n'), message);
    for (const problem of parsed.problems) assert.ok(problem.next, problem.message);
  });
}

test('every wrong field is told', () => {
  const parsed = parseRdata('SRV', 'a b c d..e');
  assert.equal(parsed.problems.length, 4);
});

test('a TXT content is quoted strings or the text itself, as at Cloudflare', () => {
  assert.deepEqual(parseTxtContent('v=spf1 -all'), { value: 'v=spf1 -all' });
  assert.deepEqual(parseTxtContent('back\\slash; "quoted"'), { value: 'back\\slash; "quoted"' });
  assert.deepEqual(parseTxtContent('"a" "b\\032c"'), { value: 'ab c' });
  assert.ok('fault' in parseTxtContent('"a" b'));
  assert.ok('fault' in parseTxtContent('"a'));
});

test('every octet string has one text, and comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const text = bytesToText(bytes);
      assert.deepEqual(textToBytes(text), bytes);
      assert.equal(bytesToText(textToBytes(text)), text);
    }),
  );
  fc.assert(fc.property(anyText, (text) => assert.equal(bytesToText(textToBytes(text)), text)));
});

test('addresses', () => {
  fc.assert(fc.property(fc.ipV6(), (text) => assert.notEqual(canonicalIpv6(text), undefined)));
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const canonical = canonicalIpv6(text) ?? '';
      assert.equal(canonicalIpv6(canonical), canonical);
    }),
  );
  for (const text of ['', '1.2.3', '1.2.3.4.', '1.2.3.4.5', '256.1.1.1', '0x7f.1', ' 1.2.3.4'])
    assert.ok(!isIpv4(text), text);
});
