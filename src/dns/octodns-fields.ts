/**
 * What octoDNS calls the fields of each type's data (octoDNS `octodns/record/*.py`, names as in YAML), with the
 * older names that it still reads. Types that are not here do not exist in octoDNS: CERT, DNSKEY, SMIMEA.
 */
/** Names of one field, the one to write first. */
type FieldNames = readonly [string, ...string[]];

/** Types whose value is a single text. */
export const OCTODNS_PLAIN_TYPES: ReadonlySet<string> = new Set([
  'A',
  'AAAA',
  'CNAME',
  'NS',
  'OPENPGPKEY',
  'PTR',
  'TXT',
]);

/** Types that have exactly one value at a name. */
export const OCTODNS_SINGLE_TYPES: ReadonlySet<string> = new Set(['CNAME', 'ALIAS', 'DNAME']);

/** Names in YAML by field of `Rdata`. */
export type OctodnsFields = Readonly<Record<string, FieldNames>>;

/** The fields of a type whose value is a map; `undefined` for any other. LOC's are flat: `OCTODNS_LOC_KEYS`. */
export function octodnsFields(type: string): OctodnsFields | undefined {
  return FIELDS.get(type);
}

const FIELDS: ReadonlyMap<string, OctodnsFields> = new Map<string, OctodnsFields>(
  Object.entries({
    CAA: { flags: ['flags'], tag: ['tag'], value: ['value'] },
    DS: {
      keyTag: ['key_tag'],
      algorithm: ['algorithm'],
      digestType: ['digest_type'],
      digest: ['digest'],
    },
    HTTPS: { priority: ['svcpriority'], target: ['targetname'], params: ['svcparams'] },
    MX: { preference: ['preference', 'priority'], exchange: ['exchange', 'value'] },
    NAPTR: {
      order: ['order'],
      preference: ['preference'],
      flags: ['flags'],
      service: ['service'],
      regexp: ['regexp'],
      replacement: ['replacement'],
    },
    SRV: { priority: ['priority'], weight: ['weight'], port: ['port'], target: ['target'] },
    SSHFP: { algorithm: ['algorithm'], fingerprintType: ['fingerprint_type'], fingerprint: ['fingerprint'] },
    SVCB: { priority: ['svcpriority'], target: ['targetname'], params: ['svcparams'] },
    TLSA: {
      usage: ['certificate_usage'],
      selector: ['selector'],
      matchingType: ['matching_type'],
      certificate: ['certificate_association_data'],
    },
    URI: { priority: ['priority'], weight: ['weight'], target: ['target'] },
  }),
);

/** The old names of a DS record, which octoDNS reads one field off: `flags` is the key tag, and so on. */
export const OCTODNS_OLD_DS_FIELDS: OctodnsFields = {
  keyTag: ['flags'],
  algorithm: ['protocol'],
  digestType: ['algorithm'],
  digest: ['public_key'],
};

export const OCTODNS_LOC_KEYS = {
  latitude: ['lat_degrees', 'lat_minutes', 'lat_seconds', 'lat_direction'],
  longitude: ['long_degrees', 'long_minutes', 'long_seconds', 'long_direction'],
  lengths: ['altitude', 'size', 'precision_horz', 'precision_vert'],
} as const;
