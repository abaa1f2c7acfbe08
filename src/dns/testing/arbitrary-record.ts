/** Arbitrary records for property tests: every type, odd texts, odd names, every field. Test code only. */
import fc from 'fast-check';
import { canonicalIpv6 } from '../ip-address.ts';
import { type DomainName, parseName } from '../name.ts';
import { isProxiableType, type Rdata, RECORD_TYPES, type RecordFields, type RecordType } from '../record.ts';
import { bytesToText } from '../text-bytes.ts';

/** A name that is known to be one. */
export function nameOf(text: string, origin?: DomainName): DomainName {
  const parsed = parseName(text, origin === undefined ? {} : { origin });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problems[0]?.message}`);
  return parsed.value;
}

export const TEST_ZONE: DomainName = nameOf('example.com');

const label = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9])?$/) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '_dmarc',
      'xn--bcher-kva',
      'com',
      'a;b',
      '(x)',
      'a\\.b',
      '@',
      '$ttl',
      'q"q',
      '\\000',
      'no',
      '10',
    ),
  },
);
const labels = fc.array(label, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));

export const hostName: fc.Arbitrary<DomainName> = fc.oneof(
  labels.map((text) => nameOf(`${text}.example.net.`)),
  labels.map((text) => nameOf(text, TEST_ZONE)),
);

/** A name in `TEST_ZONE`. */
export const recordName: fc.Arbitrary<DomainName> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(TEST_ZONE) },
  { weight: 6, arbitrary: labels.map((text) => nameOf(text, TEST_ZONE)) },
  { weight: 1, arbitrary: labels.map((text) => nameOf(`*.${text}`, TEST_ZONE)) },
  { weight: 1, arbitrary: fc.constant(nameOf('www.example.com', TEST_ZONE)) },
);

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const hex = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const bytesText = fc.uint8Array({ minLength: 1, maxLength: 600 }).map(bytesToText);
const plainText = fc
  .string({ minLength: 1, maxLength: 300, unit: 'grapheme' })
  .filter((text) => text.isWellFormed());
const oddText = fc.constantFrom(
  '"',
  '" "',
  '"a" "b"',
  '\\',
  ';',
  '\\;',
  ' a ',
  'yes',
  '1',
  '1.10',
  '#',
  'a\nb',
  '\t',
  '~',
  "''",
);
/** Any text that a TXT record can hold. */
export const anyText: fc.Arbitrary<string> = fc.oneof(bytesText, plainText, oddText);
const shortText = fc.oneof(fc.string({ maxLength: 40 }), oddText).map((text) => text.slice(0, 40));
const longText = fc.oneof(fc.string({ minLength: 1, maxLength: 300 }), oddText);

const param = fc.record(
  {
    alpn: fc.constantFrom('h2', '"h2,h3"', '"f\\\\oo\\\\,bar,h2"'),
    port: u16.map(String),
    ipv4hint: fc.constantFrom('192.0.2.1', '192.0.2.1,198.51.100.2'),
    ipv6hint: fc.constantFrom('2001:db8::1', '"2001:DB8::2,2001:db8::3"'),
    key667: fc.constantFrom('hello', '"hello\\210qoo"', '"a b"', '"a;b(c)"'),
  },
  { requiredKeys: [] },
);
const params = param.map((given) =>
  Object.entries(given)
    .map(([key, value]) => `${key}=${value}`)
    .join(' '),
);
const service = { priority: u16, target: hostName, params };
const association = { usage: u8, selector: u8, matchingType: u8, certificate: hex };
const metres = fc.integer({ min: 0, max: 9_000_000 }).map((cm) => cm / 100);

function angle<D extends string>(max: number, directions: readonly D[]) {
  return fc.record(
    {
      degrees: fc.integer({ min: 0, max: max - 1 }),
      minutes: fc.integer({ min: 0, max: 59 }),
      seconds: fc.integer({ min: 0, max: 59_999 }).map((ms) => ms / 1000),
      direction: fc.constantFrom(...directions),
    },
    { noNullPrototype: true },
  );
}

/** The data of each type. */
export const RDATA: { readonly [T in RecordType]: fc.Arbitrary<Rdata> } = {
  A: fc.record({
    type: fc.constant('A'),
    address: fc.tuple(u8, u8, u8, u8).map((octets) => octets.join('.')),
  }),
  AAAA: fc.record({
    type: fc.constant('AAAA'),
    address: fc.ipV6().map((text) => canonicalIpv6(text) ?? '::1'),
  }),
  CAA: fc.record({
    type: fc.constant('CAA'),
    flags: u8,
    tag: fc.constantFrom('issue', 'issuewild', 'iodef'),
    value: longText,
  }),
  CERT: fc.record({
    type: fc.constant('CERT'),
    certType: u16,
    keyTag: u16,
    algorithm: u8,
    certificate: base64,
  }),
  CNAME: fc.record({ type: fc.constant('CNAME'), target: hostName }),
  DNSKEY: fc.record({
    type: fc.constant('DNSKEY'),
    flags: u16,
    protocol: u8,
    algorithm: u8,
    publicKey: base64,
  }),
  DS: fc.record({ type: fc.constant('DS'), keyTag: u16, algorithm: u8, digestType: u8, digest: hex }),
  HTTPS: fc.record({ type: fc.constant('HTTPS'), ...service }),
  LOC: fc.record({
    type: fc.constant('LOC'),
    latitude: angle(90, ['N', 'S']),
    longitude: angle(180, ['E', 'W']),
    altitude: fc.integer({ min: -1_000_000, max: 9_000_000 }).map((cm) => cm / 100),
    size: metres,
    horizontalPrecision: metres,
    verticalPrecision: metres,
  }),
  MX: fc.record({ type: fc.constant('MX'), preference: u16, exchange: hostName }),
  NAPTR: fc.record({
    type: fc.constant('NAPTR'),
    order: u16,
    preference: u16,
    flags: fc.constantFrom('', 'S', 'U'),
    service: shortText,
    regexp: shortText,
    replacement: hostName,
  }),
  NS: fc.record({ type: fc.constant('NS'), target: hostName }),
  OPENPGPKEY: fc.record({ type: fc.constant('OPENPGPKEY'), publicKey: base64 }),
  PTR: fc.record({ type: fc.constant('PTR'), target: hostName }),
  SMIMEA: fc.record({ type: fc.constant('SMIMEA'), ...association }),
  SRV: fc.record({ type: fc.constant('SRV'), priority: u16, weight: u16, port: u16, target: hostName }),
  SSHFP: fc.record({ type: fc.constant('SSHFP'), algorithm: u8, fingerprintType: u8, fingerprint: hex }),
  SVCB: fc.record({ type: fc.constant('SVCB'), ...service }),
  TLSA: fc.record({ type: fc.constant('TLSA'), ...association }),
  TXT: fc.record({ type: fc.constant('TXT'), text: anyText }),
  URI: fc.record({ type: fc.constant('URI'), priority: u16, weight: u16, target: longText }),
};

export const anyRdata: fc.Arbitrary<Rdata> = fc.oneof(...RECORD_TYPES.map((type) => RDATA[type]));

const comment = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'web team',
      'a "quoted" note',
      'x cf_tags=y',
      'cf_tags=',
      '; semi',
      'naïve – ☃',
      'yes',
      '1',
      ': #',
    ),
  },
);
const tags = fc.uniqueArray(
  fc.constantFrom(
    'team:web',
    'env:prod',
    'plain',
    'list:a,b',
    'note:say "hi"',
    'path:C:\\x',
    'mark:a cf_tags=b',
    'eq:a=b',
  ),
  { maxLength: 3 },
);

/** A complete record in `TEST_ZONE`, as Cloudflare could hold it: never the zone's own NS. */
export const anyRecord: fc.Arbitrary<RecordFields> = fc
  .record({
    name: recordName,
    rdata: anyRdata,
    ttl: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 60, max: 86_400 })),
    proxied: fc.boolean(),
    comment,
    tags,
    flatten: fc.boolean(),
    ipv4Only: fc.boolean(),
    privateRouting: fc.boolean(),
  })
  .filter(({ name, rdata }) => rdata.type !== 'NS' || name !== TEST_ZONE)
  .map(({ name, rdata, ttl, proxied, comment: note, tags: own, flatten, ipv4Only, privateRouting }) => {
    const isProxied = proxied && isProxiableType(rdata.type);
    return {
      name,
      rdata,
      ttl: isProxied ? 'auto' : ttl,
      proxied: isProxied,
      comment: note,
      tags: own,
      settings: [
        ...(ipv4Only && isProxied ? (['ipv4_only'] as const) : []),
        ...(flatten && rdata.type === 'CNAME' ? (['flatten_cname'] as const) : []),
      ],
      privateRouting: privateRouting && rdata.type === 'A',
    };
  });
