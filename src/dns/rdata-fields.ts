/**
 * The layout of every type's data in presentation order: field names as in `Rdata`, kinds as in field-kind.ts.
 * Parsing, formatting, the zone document's typed fields and its JSON Schema all follow from this table. LOC has its
 * own grammar (loc.ts).
 *
 * Sources: RFC 1035 (A, CNAME, MX, NS, PTR, TXT), 3596 (AAAA), 8659 (CAA), 4398 (CERT), 4034 (DNSKEY, DS), 9460
 * (HTTPS, SVCB), 3403 (NAPTR), 7929 (OPENPGPKEY), 8162 (SMIMEA), 2782 (SRV), 4255 (SSHFP), 6698 (TLSA), 7553 (URI).
 */

import type { FieldKind } from './field-kind.ts';
import * as kind from './field-kind.ts';
import type { Rdata, RecordType } from './record.ts';

/** The kinds of the fields of `T`, by name, in presentation order. */
type Layout<T> = { readonly [K in keyof Omit<T, 'type'>]-?: FieldKind<Exclude<T[K & keyof T], undefined>> };

/** The member of `Rdata` that has type `T`, also where several types share a member. */
type RdataOf<T, R = Rdata> = R extends { readonly type: infer U } ? (T extends U ? R : never) : never;

export type LaidOutType = Exclude<RecordType, 'LOC'>;

const target = { target: kind.host };
const service = { priority: kind.u16, target: kind.host, params: kind.svcParams };
const association = { usage: kind.u8, selector: kind.u8, matchingType: kind.u8, certificate: kind.hex };

const LAYOUTS: { readonly [T in LaidOutType]: Layout<RdataOf<T>> } = {
  A: { address: kind.ipv4 },
  AAAA: { address: kind.ipv6 },
  CAA: { flags: kind.u8, tag: kind.caaTag, value: kind.longString },
  CERT: {
    certType: kind.certType,
    keyTag: kind.u16,
    algorithm: kind.dnssecAlgorithm,
    certificate: kind.base64,
  },
  CNAME: target,
  DNSKEY: { flags: kind.u16, protocol: kind.u8, algorithm: kind.dnssecAlgorithm, publicKey: kind.base64 },
  DS: { keyTag: kind.u16, algorithm: kind.dnssecAlgorithm, digestType: kind.u8, digest: kind.hex },
  HTTPS: service,
  MX: { preference: kind.u16, exchange: kind.host },
  NAPTR: {
    order: kind.u16,
    preference: kind.u16,
    flags: kind.charString,
    service: kind.charString,
    regexp: kind.charString,
    replacement: kind.host,
  },
  NS: target,
  OPENPGPKEY: { publicKey: kind.base64 },
  PTR: target,
  SMIMEA: association,
  SRV: { priority: kind.u16, weight: kind.u16, port: kind.u16, target: kind.host },
  SSHFP: { algorithm: kind.u8, fingerprintType: kind.u8, fingerprint: kind.hex },
  SVCB: service,
  TLSA: association,
  TXT: { text: kind.text },
  URI: { priority: kind.u16, weight: kind.u16, target: kind.longString },
};

/** One field of a type's data. `key` is its name in `Rdata`. */
export interface RdataField {
  readonly key: string;
  readonly kind: FieldKind<unknown>;
  /** `key` in words, for messages: `matching type`. */
  readonly label: string;
}

const FIELDS = new Map<string, readonly RdataField[]>(
  Object.entries(LAYOUTS).map(([type, layout]) => [
    type,
    Object.entries(layout).map(([key, fieldKind]) => ({
      key,
      kind: fieldKind as FieldKind<unknown>,
      label: key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    })),
  ]),
);

/** The fields of `type` in presentation order; none for LOC and for types that we do not model. */
export function rdataFields(type: string): readonly RdataField[] {
  return FIELDS.get(type) ?? [];
}
