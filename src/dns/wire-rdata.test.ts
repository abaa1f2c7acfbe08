/** Data from the wire against the vectors of the RFCs (9460 appendix D, 1876 §2), and octets that are nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireLoc } from './loc.ts';
import { rdataKey } from './rdata-key.ts';
import { parseRdata } from './rdata-text.ts';
import type { RecordType } from './record.ts';
import { decodeWireRdata, isWireType } from './wire-rdata.ts';

const NAME = '03 666f6f 07 6578616d706c65 03 636f6d 00';

/** Type, octets in hex, and the same in presentation form. */
const ROWS: readonly (readonly [type: RecordType, hex: string, text: string])[] = [
  ['HTTPS', `0000 ${NAME}`, '0 foo.example.com.'],
  ['SVCB', '0001 00', '1 .'],
  ['SVCB', `0010 ${NAME} 0003 0002 0035`, '16 foo.example.com. port=53'],
  ['SVCB', `0001 ${NAME} 029b 0005 68656c6c6f`, '1 foo.example.com. key667=hello'],
  ['SVCB', `0001 ${NAME} 029b 0009 68656c6c6fd2716f6f`, '1 foo.example.com. key667="hello\\210qoo"'],
  [
    'SVCB',
    `0001 ${NAME} 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001`,
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
  ],
  [
    'SVCB',
    `0010 ${NAME} 0000 0004 0001 0004 0001 0009 02 6832 05 68332d3139 0004 0004 c0000201`,
    '16 foo.example.com. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1',
  ],
  [
    'SVCB',
    `0010 ${NAME} 0001 000c 08 665c6f6f2c626172 02 6832`,
    '16 foo.example.com. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
  ['HTTPS', '0001 00 0001 0003 02 6832 0002 0000 0005 0003 0102ff', '1 . alpn=h2 no-default-alpn ech=AQL/'],
  ['URI', '000a 0001 6674703a2f2f', '10 1 "ftp://"'],
  ['CERT', '0001 0002 08 0102ff', '1 2 8 AQL/'],
  ['SMIMEA', '03 01 01 00ff', '3 1 1 00ff'],
  ['OPENPGPKEY', '0102ff', 'AQL/'],
  ['LOC', '00 12 16 13 89172dd0 70be15f0 00988d20', '42 21 54.000 N 71 06 18.000 W -24m 1m 10000m 10m'],
];

function octets(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

describe('record data from the wire', () => {
  for (const [type, hex, text] of ROWS)
    it(`reads ${type} ${text}`, () => {
      assert.ok(isWireType(type));
      const decoded = decodeWireRdata(type, octets(hex));
      const written = parseRdata(type, text);
      assert.ok(decoded !== undefined, 'could not be read');
      assert.ok(written.ok, JSON.stringify(written.problems));
      assert.equal(rdataKey(decoded), rdataKey(written.value));
    });

  it('takes no prefix for the whole, and nothing behind it', () => {
    for (const [type, hex] of ROWS) {
      assert.ok(isWireType(type));
      const whole = octets(hex);
      // What ends with text or octets of any length is well formed when cut there.
      const isOpen = ['URI', 'CERT', 'SMIMEA', 'OPENPGPKEY'].includes(type);
      for (let length = 0; length < (isOpen ? 0 : whole.length); length += 1) {
        const cut = decodeWireRdata(type, whole.subarray(0, length));
        const key = cut === undefined ? null : rdataKey(cut);
        const full = decodeWireRdata(type, whole);
        assert.notEqual(key, full === undefined ? '' : rdataKey(full), `${type} cut at ${length}`);
      }
      if (!isOpen) assert.equal(decodeWireRdata(type, Uint8Array.from([...whole, 7])), undefined, type);
    }
  });

  it('reads nothing from a compressed name, parameters out of order, another version of LOC', () => {
    for (const [type, hex] of [
      ['HTTPS', '0001 c00c'],
      ['SVCB', `0001 ${NAME} 0003 0002 0035 0001 0003 02 6832`],
      ['SVCB', `0001 ${NAME} 0003 0001 35`],
      ['LOC', `01${'00'.repeat(15)}`],
      ['LOC', `00ab${'00'.repeat(14)}`],
      ['HTTPS', ''],
    ] as const)
      assert.equal(decodeWireRdata(type, octets(hex)), undefined, `${type} ${hex}`);
  });

  it('knows what of a place the wire can carry', () => {
    const read = parseRdata('LOC', '1 2 3 N 4 5 6 W 0m 12.34m 0m 90000000m');
    assert.ok(read.ok && read.value.type === 'LOC');
    const { size, horizontalPrecision, verticalPrecision } = wireLoc(read.value);
    assert.deepEqual([size, horizontalPrecision, verticalPrecision], [10, 0, 90_000_000]);
  });
});
