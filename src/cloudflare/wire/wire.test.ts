import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Zone } from 'cloudflare/resources/zones/zones';
import fc from 'fast-check';
import type { JsonObject } from '../../base/json.ts';
import { InvalidInputError } from '../../base/problem.ts';
import type { DomainName } from '../../dns/name.ts';
import {
  isProxiableType,
  type Rdata,
  RECORD_TYPES,
  type RecordFields,
  type RecordSetting,
  type RecordType,
} from '../../dns/record.ts';
import { bytesToText } from '../../dns/text-bytes.ts';
import { decodeRecordJson } from './decode-record.ts';
import { decodeZone } from './decode-zone.ts';
import { recordEncoder } from './encode-record.ts';

const ALL_FIELDS = [
  'name',
  'rdata',
  'ttl',
  'proxied',
  'comment',
  'tags',
  'settings',
  'privateRouting',
] as const;

/** `fc.record`, with ordinary objects. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const name = fc
  .array(fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,8}[a-z0-9])?$/), { minLength: 1, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.example` as DomainName);
const hostOrRoot = fc.oneof(name, fc.constant('.' as DomainName));
const hex = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.toWellFormed());
/** Any octets, also those that are no UTF-8. */
const octets = fc.uint8Array({ minLength: 1, maxLength: 700 }).map(bytesToText);

function angle<D extends 'N' | 'S' | 'E' | 'W'>(max: number, directions: readonly D[]) {
  return record({
    degrees: fc.integer({ min: 0, max: max - 1 }),
    minutes: fc.integer({ min: 0, max: 59 }),
    seconds: fc.integer({ min: 0, max: 59_999 }).map((ms) => ms / 1000),
    direction: fc.constantFrom(...directions),
  });
}

const metres = fc.integer({ min: 0, max: 9_000_000 }).map((cm) => cm / 100);

const RDATA: { readonly [T in RecordType]: fc.Arbitrary<Rdata> } = {
  A: fc.ipV4().map((address) => ({ type: 'A', address })),
  AAAA: fc
    .constantFrom('2001:db8::1', '::', 'fe80::1:2', '::ffff:192.0.2.1')
    .map((address) => ({ type: 'AAAA', address })),
  CAA: record({
    type: fc.constant('CAA'),
    flags: u8,
    tag: fc.constantFrom('issue', 'iodef'),
    value: text,
  }),
  CERT: record({
    type: fc.constant('CERT'),
    certType: u16,
    keyTag: u16,
    algorithm: u8,
    certificate: base64,
  }),
  CNAME: name.map((target) => ({ type: 'CNAME', target })),
  DNSKEY: record({
    type: fc.constant('DNSKEY'),
    flags: u16,
    protocol: u8,
    algorithm: u8,
    publicKey: base64,
  }),
  DS: record({ type: fc.constant('DS'), keyTag: u16, algorithm: u8, digestType: u8, digest: hex }),
  HTTPS: record({
    type: fc.constant('HTTPS'),
    priority: u16,
    target: hostOrRoot,
    params: fc.constantFrom('', 'alpn="h2,h3"', 'alpn=h2 port=8443'),
  }),
  LOC: record({
    type: fc.constant('LOC'),
    latitude: angle(90, ['N', 'S']),
    longitude: angle(180, ['E', 'W']),
    altitude: metres,
    size: metres,
    horizontalPrecision: metres,
    verticalPrecision: metres,
  }),
  MX: record({ type: fc.constant('MX'), preference: u16, exchange: hostOrRoot }),
  NAPTR: record({
    type: fc.constant('NAPTR'),
    order: u16,
    preference: u16,
    flags: fc.constantFrom('', 'S', 'U'),
    service: text,
    regexp: text,
    replacement: hostOrRoot,
  }),
  NS: name.map((target) => ({ type: 'NS', target })),
  OPENPGPKEY: base64.map((publicKey) => ({ type: 'OPENPGPKEY', publicKey })),
  PTR: name.map((target) => ({ type: 'PTR', target })),
  SMIMEA: record({
    type: fc.constant('SMIMEA'),
    usage: u8,
    selector: u8,
    matchingType: u8,
    certificate: hex,
  }),
  SRV: record({ type: fc.constant('SRV'), priority: u16, weight: u16, port: u16, target: hostOrRoot }),
  SSHFP: record({ type: fc.constant('SSHFP'), algorithm: u8, fingerprintType: u8, fingerprint: hex }),
  SVCB: record({
    type: fc.constant('SVCB'),
    priority: u16,
    target: hostOrRoot,
    params: fc.constant('port=53'),
  }),
  TLSA: record({ type: fc.constant('TLSA'), usage: u8, selector: u8, matchingType: u8, certificate: hex }),
  TXT: octets.map((value) => ({ type: 'TXT', text: value })),
  URI: record({ type: fc.constant('URI'), priority: u16, weight: u16, target: text }),
};

function fieldsOf(type: RecordType): fc.Arbitrary<RecordFields> {
  const proxiable = isProxiableType(type);
  const settings: readonly RecordSetting[] = proxiable ? ['ipv4_only', 'ipv6_only', 'flatten_cname'] : [];
  return record({
    name,
    rdata: RDATA[type],
    ttl: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 60, max: 86_400 })),
    proxied: proxiable ? fc.boolean() : fc.constant(false),
    comment: fc.string({ maxLength: 20 }),
    tags: fc.uniqueArray(fc.constantFrom('a:1', 'b', 'team:dns'), { maxLength: 3 }),
    settings: fc.subarray([...settings]),
    privateRouting: proxiable ? fc.boolean() : fc.constant(false),
  });
}

/** What a server that stores what it is sent would answer. */
function stored(...bodies: readonly JsonObject[]): JsonObject {
  return { id: 'f'.repeat(32), ...(Object.assign({}, ...bodies) as JsonObject) };
}

describe('wire', () => {
  for (const type of RECORD_TYPES) {
    it(`${type}: what is created, or patched whole, is read back the same`, () => {
      fc.assert(
        fc.property(fieldsOf(type), fieldsOf(type), (fields, other) => {
          const image = { fields, received: null };
          const created = decodeRecordJson(stored(recordEncoder.create(image)));
          assert.deepEqual(created.fields, fields);
          assert.equal(created.readOnly, null);
          // Over whatever was there before.
          const before = recordEncoder.create({ fields: other, received: null });
          const patched = decodeRecordJson(stored(before, recordEncoder.patch(image, ALL_FIELDS)));
          assert.deepEqual(patched.fields, fields);
          // An undo sends the received form, and that reads the same too.
          const undone = recordEncoder.create({ fields, received: created.received });
          assert.deepEqual(undone, recordEncoder.create(image));
        }),
        { numRuns: 40 },
      );
    });
  }

  const A: RecordFields = {
    name: 'www.example.com' as DomainName,
    rdata: { type: 'A', address: '192.0.2.1' },
    ttl: 'auto',
    proxied: false,
    comment: '',
    tags: [],
    settings: [],
    privateRouting: false,
  };

  it('creates with nothing but what differs from Cloudflare’s defaults', () => {
    assert.deepEqual(recordEncoder.create({ fields: A, received: null }), {
      name: 'www.example.com',
      type: 'A',
      content: '192.0.2.1',
      ttl: 1,
      proxied: false,
    });
  });

  const patches: readonly [string, RecordFields, readonly (keyof RecordFields)[], JsonObject][] = [
    ['only the field asked for', A, ['ttl'], { ttl: 1 }],
    ['a cleared comment', A, ['comment'], { comment: '' }],
    ['no tags', A, ['tags'], { tags: [] }],
    [
      'flags explicitly',
      { ...A, settings: ['ipv4_only'] },
      ['settings'],
      { settings: { ipv4_only: true, ipv6_only: false } },
    ],
    ['a renamed record', A, ['name'], { name: 'www.example.com' }],
    ['a content with its type', A, ['rdata'], { type: 'A', content: '192.0.2.1' }],
    [
      'MX with its priority at the top',
      { ...A, rdata: { type: 'MX', preference: 0, exchange: '.' as DomainName } },
      ['rdata'],
      { type: 'MX', content: '.', priority: 0 },
    ],
    [
      'the whole data of a structured type',
      { ...A, rdata: { type: 'SRV', priority: 1, weight: 2, port: 3, target: 'a.example' as DomainName } },
      ['rdata'],
      { type: 'SRV', data: { priority: 1, weight: 2, port: 3, target: 'a.example' } },
    ],
    [
      'URI with its priority at the top',
      { ...A, rdata: { type: 'URI', priority: 1, weight: 2, target: 'https://a.example/' } },
      ['rdata'],
      { type: 'URI', priority: 1, data: { weight: 2, target: 'https://a.example/' } },
    ],
    [
      'TXT in quoted strings of 255 octets',
      { ...A, rdata: { type: 'TXT', text: `${'x'.repeat(255)}"\\` } },
      ['rdata'],
      { type: 'TXT', content: `"${'x'.repeat(255)}" "\\"\\\\"` },
    ],
  ];
  for (const [title, fields, wanted, body] of patches) {
    it(`patches ${title}`, () => {
      assert.deepEqual(recordEncoder.patch({ fields, received: null }, wanted), body);
    });
  }

  it('sends received forms where there are some', () => {
    const received = {
      id: 'e'.repeat(32),
      type: 'TXT',
      name: 'www.example.com',
      content: 'v=spf1 -all',
      ttl: 120,
      proxied: false,
      comment: null,
      tags: null,
      settings: {},
      meta: {},
    };
    const image = { fields: decodeRecordJson(received).fields, received };
    assert.deepEqual(recordEncoder.create(image), {
      name: 'www.example.com',
      type: 'TXT',
      content: 'v=spf1 -all',
      ttl: 120,
    });
    assert.deepEqual(recordEncoder.patch(image, ['rdata', 'comment', 'tags']), {
      type: 'TXT',
      content: 'v=spf1 -all',
      comment: '',
      tags: [],
    });
  });

  it('does not send back the fields that SRV no longer takes', () => {
    const data = {
      service: '_sip',
      proto: '_tcp',
      name: 'x',
      priority: 1,
      weight: 2,
      port: 3,
      target: 'a.example',
    };
    const received = {
      id: 'e',
      type: 'SRV',
      name: '_sip._tcp.x.example',
      ttl: 1,
      data,
      content: '2 3 a.example',
    };
    const image = { fields: decodeRecordJson(received).fields, received };
    assert.deepEqual(recordEncoder.patch(image, ['rdata']), {
      type: 'SRV',
      data: { priority: 1, weight: 2, port: 3, target: 'a.example' },
    });
  });

  it('refuses what cannot be expressed', () => {
    const rdatas: readonly Rdata[] = [
      { type: 'unknown', rrtype: 'APL', content: '1:192.0.2.0/24' },
      { type: 'CAA', flags: 0, tag: 'issue', value: '\udc80' },
    ];
    for (const rdata of rdatas) {
      const image = { fields: { ...A, rdata }, received: null };
      assert.throws(() => recordEncoder.create(image), InvalidInputError);
      assert.throws(() => recordEncoder.patch(image, ['ttl', 'rdata']), InvalidInputError);
    }
  });

  const reads: readonly [string, JsonObject, Rdata][] = [
    ['TXT unquoted', { type: 'TXT', content: 'v=spf1 -all' }, { type: 'TXT', text: 'v=spf1 -all' }],
    ['TXT quoted', { type: 'TXT', content: '"v=spf1 -all"' }, { type: 'TXT', text: 'v=spf1 -all' }],
    ['TXT in several strings', { type: 'TXT', content: '"a b" "c"' }, { type: 'TXT', text: 'a bc' }],
    ['TXT with escapes', { type: 'TXT', content: '"a\\"b\\\\\\195\\188"' }, { type: 'TXT', text: 'a"b\\ü' }],
    ['TXT unquoted with a backslash', { type: 'TXT', content: 'a\\b' }, { type: 'TXT', text: 'a\\b' }],
    ['TXT with a quote that is not closed', { type: 'TXT', content: '"a' }, { type: 'TXT', text: '"a' }],
    [
      'null MX',
      { type: 'MX', content: '.', priority: 0 },
      { type: 'MX', preference: 0, exchange: '.' as DomainName },
    ],
    [
      'MX with a textual priority',
      { type: 'MX', content: 'M.Example', priority: '10' },
      { type: 'MX', preference: 10, exchange: 'm.example' as DomainName },
    ],
    [
      'MX with the priority in its content',
      { type: 'MX', content: '10 m.example' },
      { type: 'MX', preference: 10, exchange: 'm.example' as DomainName },
    ],
    [
      'SRV from content',
      { type: 'SRV', content: '0 5222 talk.example', priority: 5 },
      { type: 'SRV', priority: 5, weight: 0, port: 5222, target: 'talk.example' as DomainName },
    ],
    [
      'SRV with its priority at the top',
      { type: 'SRV', priority: 5, data: { weight: 0, port: 5222, target: 'talk.example' } },
      { type: 'SRV', priority: 5, weight: 0, port: 5222, target: 'talk.example' as DomainName },
    ],
    [
      'URI from content',
      { type: 'URI', content: '1 "https://a.example/"', priority: 10 },
      { type: 'URI', priority: 10, weight: 1, target: 'https://a.example/' },
    ],
    [
      'CAA with textual flags',
      { type: 'CAA', data: { flags: '0', tag: 'issue', value: 'ca.example' } },
      { type: 'CAA', flags: 0, tag: 'issue', value: 'ca.example' },
    ],
    [
      'CAA from content',
      { type: 'CAA', content: '0 issue "ca.example"' },
      { type: 'CAA', flags: 0, tag: 'issue', value: 'ca.example' },
    ],
    [
      'HTTPS with a trailing dot',
      { type: 'HTTPS', data: { priority: 1, target: 'a.example.', value: 'alpn="h2"' } },
      { type: 'HTTPS', priority: 1, target: 'a.example' as DomainName, params: 'alpn="h2"' },
    ],
    [
      'HTTPS without parameters',
      { type: 'HTTPS', data: { priority: 0, target: 'a.example' } },
      { type: 'HTTPS', priority: 0, target: 'a.example' as DomainName, params: '' },
    ],
    [
      'HTTPS from content',
      { type: 'HTTPS', content: '1 . alpn="h2"' },
      { type: 'HTTPS', priority: 1, target: '.' as DomainName, params: 'alpn="h2"' },
    ],
    [
      'DS in capitals',
      { type: 'DS', data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'AB CD' } },
      { type: 'DS', keyTag: 1, algorithm: 13, digestType: 2, digest: 'abcd' },
    ],
    [
      'CNAME with a trailing dot',
      { type: 'CNAME', content: 'A.Example.' },
      { type: 'CNAME', target: 'a.example' as DomainName },
    ],
    [
      'AAAA in another form',
      { type: 'AAAA', content: '2001:DB8:0::1' },
      { type: 'AAAA', address: '2001:db8::1' },
    ],
    [
      'a type of the future',
      { type: 'WALLET', content: 'x' },
      { type: 'unknown', rrtype: 'WALLET', content: 'x' },
    ],
    [
      'data that cannot be read',
      { type: 'SSHFP', content: '???', data: {} },
      { type: 'unknown', rrtype: 'SSHFP', content: '???' },
    ],
    ['nothing at all', {}, { type: 'unknown', rrtype: '', content: '' }],
  ];
  for (const [title, json, rdata] of reads) {
    it(`reads ${title}`, () => {
      const received = { id: 'e', name: 'www.example.com', ...json };
      const record = decodeRecordJson(received);
      assert.deepEqual(record.fields.rdata, rdata);
      assert.equal(record.received, received);
      assert.equal(record.readOnly === null, rdata.type !== 'unknown');
    });
  }

  const readOnly: readonly [JsonObject, RegExp | null][] = [
    [{}, null],
    [{ read_only: true }, /product/],
    [{ read_only: true, email_routing: true }, /Email Routing/],
    [{ origin_worker_id: 'w1' }, /Worker/],
    [{ managed_by_argo_tunnel: false, auto_added: true }, null],
    [{ managed_by_argo_tunnel: true }, /Tunnel/],
  ];
  for (const [meta, reason] of readOnly) {
    it(`meta ${JSON.stringify(meta)} is ${reason === null ? 'writable' : 'read-only'}`, () => {
      const record = decodeRecordJson({ id: 'e', name: 'a.example', type: 'A', content: '192.0.2.1', meta });
      if (reason === null) assert.equal(record.readOnly, null);
      else assert.match(record.readOnly ?? '', reason);
    });
  }

  it('reads the fields around the data leniently', () => {
    const bare = { id: 'e', name: 'WWW.Example.com', type: 'A', content: '192.0.2.1' };
    assert.deepEqual(decodeRecordJson({ ...bare, ttl: '300', tags: null, comment: null }).fields, {
      ...A,
      ttl: 300,
    });
    assert.deepEqual(decodeRecordJson(bare).fields, A);
  });

  it('reads zones: Unicode names, plans, what is missing', () => {
    const zone = (json: JsonObject) => decodeZone(json as unknown as Zone);
    const full = zone({
      id: 'z',
      name: 'München.example',
      status: 'active',
      account: { id: 'a', name: 'Acme' },
      plan: { legacy_id: 'pro', name: 'Pro Website' },
      permissions: ['#zone:read'],
      name_servers: ['a.ns', 'b.ns'],
      original_name_servers: null,
    });
    assert.equal(full.name, 'xn--mnchen-3ya.example');
    assert.equal(full.planTier, 'pro');
    assert.deepEqual(full.permissions, ['#zone:read']);
    assert.deepEqual(full.originalNameServers, []);
    const bare = zone({ id: 'z', name: 'example.com', plan: { id: '0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee' } });
    assert.equal(bare.planTier, 'free');
    assert.equal(bare.permissions, null);
    assert.equal(bare.status, 'initializing');
    assert.equal(zone({ plan: { name: 'Enterprise Website' } }).planTier, 'enterprise');
    assert.equal(zone({ plan: { name: 'Something' } }).planTier, null);
  });
});
