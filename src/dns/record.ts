/**
 * What a DNS record is to Zoneward: a name, its data by type, a TTL, and the fields that Cloudflare adds.
 *
 * One internal form, whatever the source:
 * - Names and host targets are absolute, lower case, A-labels, without the trailing dot; the root is `.`.
 * - A TTL is `'auto'` or seconds, never Cloudflare's 1.
 * - TXT is the text itself, not quoted, not cut into 255-byte strings. A byte that is not UTF-8 is carried as a
 *   lone surrogate U+DC80–U+DCFF (so every byte string has one text and comes back as it was).
 * - Absent, null and empty mean the same for comment and tags; a flag of `settings` that is absent is false.
 */
import type { SourcePosition } from '../base/problem.ts';
import type { DomainName } from './name.ts';

/** `'auto'` (Cloudflare serves 300 s) or seconds. */
export type Ttl = 'auto' | number;

/** Record data by type, RFC 1035 and successors; field names follow the RFCs. Closed but for `unknown`. */
export type Rdata =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME'; readonly target: DomainName }
  | { readonly type: 'NS'; readonly target: DomainName }
  | { readonly type: 'PTR'; readonly target: DomainName }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: DomainName }
  | { readonly type: 'TXT'; readonly text: string }
  | { readonly type: 'CAA'; readonly flags: number; readonly tag: string; readonly value: string }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: DomainName;
    }
  | { readonly type: 'URI'; readonly priority: number; readonly weight: number; readonly target: string }
  | {
      readonly type: 'CERT';
      readonly certType: number;
      readonly keyTag: number;
      readonly algorithm: number;
      /** Base64 without white space. */
      readonly certificate: string;
    }
  | {
      readonly type: 'DNSKEY';
      readonly flags: number;
      readonly protocol: number;
      readonly algorithm: number;
      /** Base64 without white space. */
      readonly publicKey: string;
    }
  | {
      readonly type: 'DS';
      readonly keyTag: number;
      readonly algorithm: number;
      readonly digestType: number;
      /** Lower-case hex. */
      readonly digest: string;
    }
  | {
      readonly type: 'HTTPS' | 'SVCB';
      readonly priority: number;
      readonly target: DomainName;
      /** SvcParams in presentation form (RFC 9460 §2.1), space-joined, in the order given. */
      readonly params: string;
    }
  | {
      readonly type: 'LOC';
      readonly latitude: LocAngle<'N' | 'S'>;
      readonly longitude: LocAngle<'E' | 'W'>;
      /** Metres. */
      readonly altitude: number;
      readonly size: number;
      readonly horizontalPrecision: number;
      readonly verticalPrecision: number;
    }
  | {
      readonly type: 'NAPTR';
      readonly order: number;
      readonly preference: number;
      readonly flags: string;
      readonly service: string;
      readonly regexp: string;
      readonly replacement: DomainName;
    }
  | { readonly type: 'OPENPGPKEY' /** Base64 without white space. */; readonly publicKey: string }
  | {
      readonly type: 'SMIMEA' | 'TLSA';
      readonly usage: number;
      readonly selector: number;
      readonly matchingType: number;
      /** Lower-case hex. */
      readonly certificate: string;
    }
  | {
      readonly type: 'SSHFP';
      readonly algorithm: number;
      readonly fingerprintType: number;
      /** Lower-case hex. */
      readonly fingerprint: string;
    }
  | {
      /** A type that Cloudflare returned and we do not model: carried verbatim, shown, never written. */
      readonly type: 'unknown';
      readonly rrtype: string;
      /** The record's content as received. */
      readonly content: string;
    };

export interface LocAngle<Direction extends string> {
  readonly degrees: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly direction: Direction;
}

/** The 21 types that Cloudflare accepts, in alphabetical order. */
export const RECORD_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CERT',
  'CNAME',
  'DNSKEY',
  'DS',
  'HTTPS',
  'LOC',
  'MX',
  'NAPTR',
  'NS',
  'OPENPGPKEY',
  'PTR',
  'SMIMEA',
  'SRV',
  'SSHFP',
  'SVCB',
  'TLSA',
  'TXT',
  'URI',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

/** Flags of a record's `settings`; a flag that is not listed true is false. */
export type RecordSetting = 'ipv4_only' | 'ipv6_only' | 'flatten_cname';

/** Every writable field of a record, complete. */
export interface RecordFields {
  readonly name: DomainName;
  readonly rdata: Rdata;
  readonly ttl: Ttl;
  readonly proxied: boolean;
  /** Empty when there is none. */
  readonly comment: string;
  /** `name` or `name:value`; order has no meaning. */
  readonly tags: readonly string[];
  /** The flags that are true. */
  readonly settings: readonly RecordSetting[];
  readonly privateRouting: boolean;
}

/**
 * A record as a source wants it. A field that the source does not mention is absent, and stays as it is at
 * Cloudflare (or takes Cloudflare's default on a new record).
 */
export interface DesiredRecord {
  readonly name: DomainName;
  readonly rdata: Rdata;
  readonly ttl?: Ttl;
  readonly proxied?: boolean;
  readonly comment?: string;
  readonly tags?: readonly string[];
  readonly settings?: readonly RecordSetting[];
  readonly privateRouting?: boolean;
  readonly position?: SourcePosition;
}

/** What a source says of a zone. */
export interface DesiredZone {
  readonly zone: DomainName;
  readonly records: readonly DesiredRecord[];
  /** What the source holds and Cloudflare cannot carry (a Route 53 alias, say): named, never silently dropped. */
  readonly omitted: readonly OmittedRecord[];
}

export interface OmittedRecord {
  readonly name: DomainName;
  readonly type: string;
  readonly reason: string;
  readonly position?: SourcePosition;
}

/** The type as DNS writes it: `rrtype` for a type that we do not model. */
export function typeOf(rdata: Rdata): string {
  return rdata.type === 'unknown' ? rdata.rrtype : rdata.type;
}

/** Cloudflare proxies only these types (cloudflare-api: `proxiable`). */
export function isProxiableType(type: string): boolean {
  return type === 'A' || type === 'AAAA' || type === 'CNAME';
}
