/** Random zones and wishes for property tests. Few names and few values, so that records meet and swap. */
import fc from 'fast-check';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord, RecordFields, RecordSetting, Ttl } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import { completeFields } from './diff.ts';
import { desired, liveOf } from './fixtures.ts';

const NAMES = ['@', 'www', 'a', 'b', 'c', '*.w', 'sub', 'dep', 'ns1.sub', 'x.sub'] as const;

const ADDRESSES = ['A 192.0.2.1', 'A 192.0.2.2', 'A 192.0.2.3', 'AAAA 2001:db8::1', 'AAAA 2001:db8::2'];
const CNAMES = ['CNAME www', 'CNAME a', 'CNAME other.example.', 'CNAME third.example.'];
const OTHERS = [
  'TXT "one"',
  'TXT "two"',
  'TXT "v=spf1 ip4:192.0.2.1 -all"',
  'MX 10 mail.other.example.',
  'MX 20 mail.other.example.',
  'MX 10 a',
  'CAA 0 issue "ca.example"',
  'SRV 0 5 5060 a',
  'HTTPS 1 . alpn=h2',
];
const NAMESERVERS = ['NS ns1.sub', 'NS ns1.other.example.', 'NS ns2.other.example.'];
const SIGNERS = [`DS 1 13 2 ${'ab'.repeat(32)}`, `DS 2 13 2 ${'cd'.repeat(32)}`];

/** The fields besides name and data. */
function extras(type: string): fc.Arbitrary<Partial<RecordFields>> {
  const proxiable = type === 'A' || type === 'AAAA' || type === 'CNAME';
  return fc.record({
    ttl: fc.constantFrom<Ttl>('auto', 'auto', 300, 3600),
    proxied: proxiable ? fc.boolean() : fc.constant(false),
    comment: fc.constantFrom('', '', 'first', 'second'),
    tags: fc.constantFrom<readonly string[]>([], [], ['team:web'], ['a', 'b']),
    settings: fc.constant<readonly RecordSetting[]>([]),
    privateRouting: fc.constant(false),
  });
}

/** Texts of records that can stand together at one name. */
const setAtName: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 5, arbitrary: fc.subarray([...ADDRESSES, ...OTHERS], { maxLength: 5 }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...CNAMES), fc.subarray(OTHERS, { maxLength: 2 }))
      .map(([cname, others]) => [cname, ...others]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.subarray(NAMESERVERS, { minLength: 1 }), fc.subarray(SIGNERS))
      .map(([ns, ds]) => [...ns, ...ds]),
  },
  { weight: 2, arbitrary: fc.constant([]) },
);

/** Complete records of a zone that Cloudflare would hold. */
export const zoneFields: fc.Arbitrary<RecordFields[]> = fc
  .tuple(...NAMES.map((name) => setAtName.map((texts) => texts.map((text) => ({ name, text })))))
  .chain((sets) => {
    const records = sets.flat().filter(({ name, text }) => standsAt(name, text));
    return fc.tuple(
      ...records.map(({ name, text }) => {
        const record = desired(`${name} ${text}`);
        return extras(record.rdata.type).map((more) => completeFields({ ...record, ...more }));
      }),
    );
  });

/** No delegation of the apex, no CNAME that points to itself. */
function standsAt(name: string, text: string): boolean {
  const delegates = text.startsWith('NS') || text.startsWith('DS');
  return !(name === '@' && delegates) && text !== `CNAME ${name}`;
}

/** A live zone: ids in random order of the records. */
export const zoneLive: fc.Arbitrary<LiveRecord[]> = zoneFields.chain((fields) =>
  fc
    .shuffledSubarray(fields, { minLength: fields.length })
    .map((shuffled) => shuffled.map((one, index) => liveOf(one, index + 1))),
);

/** A source: the same records, some fields not mentioned. */
export const zoneDesired: fc.Arbitrary<DesiredRecord[]> = zoneFields.chain((fields) =>
  fc.tuple(
    ...fields.map((one) =>
      fc
        .subarray(['ttl', 'proxied', 'comment', 'tags', 'settings', 'privateRouting'] as const)
        .map((mentioned) => ({
          name: one.name,
          rdata: one.rdata,
          ...Object.fromEntries(mentioned.map((field) => [field, one[field]])),
        })),
    ),
  ),
);

/**
 * Two states of one zone with ids that say nothing about the data: a record may have become any other of its type,
 * at any name, as after many renames and edits.
 */
export const zoneThenAndNow: fc.Arbitrary<{ target: LiveRecord[]; now: LiveRecord[] }> = fc
  .tuple(zoneFields, zoneFields)
  .chain(([then, now]) =>
    fc.tuple(
      fc.shuffledSubarray(then, { minLength: then.length }),
      fc.shuffledSubarray(now, { minLength: now.length }),
      fc.nat(20),
    ),
  )
  .map(([then, now, offset]) => ({
    target: then.map((fields, index) => liveOf(fields, index + 1)),
    now: now.map((fields, index) => liveOf(fields, index + 1 + offset)),
  }));

/** A zone's writable state as comparable text, ids aside. */
export function stateOf(records: readonly { readonly fields: RecordFields }[]): string[] {
  return records
    .map(
      ({ fields }) =>
        `${recordKey(fields)} ${JSON.stringify([fields.ttl, fields.proxied, fields.comment, [...fields.tags].sort(), fields.settings, fields.privateRouting])}`,
    )
    .sort();
}
