/**
 * A zone verified: what is wanted, what Cloudflare holds, what its nameservers answer, what resolvers see. Each set of
 * records (one name and type) gets one state, the worst that was found for it.
 */
import type { DomainName } from '../../dns/name.ts';
import type { Rdata } from '../../dns/record.ts';
import type { DnssecView } from '../tls/dnssec.ts';

/** Fine, in this order of preference: as wanted; through Cloudflare, so answers differ by design; served as addresses. */
export const FINE_STATES = ['ok', 'proxied', 'flattened'] as const;

export const FINDING_STATES = [
  /** Wanted, and not at Cloudflare. */
  'missing',
  /** At Cloudflare with other data. */
  'differs',
  /** At Cloudflare, and not wanted. */
  'unexpected',
  /** At Cloudflare, and its nameservers answer otherwise. */
  'not-served',
  /** A proxied name answers with its origin's addresses. */
  'exposed',
  /** A resolver has an older answer, which it forgets by itself. */
  'waiting',
  /** Resolvers ask other nameservers than Cloudflare's. */
  'elsewhere',
  /** A resolver refuses to answer: a broken chain of DNSSEC, nearly always. */
  'failing',
  /** Nobody answered. */
  'unreachable',
] as const;

export type RecordState = (typeof FINE_STATES)[number] | (typeof FINDING_STATES)[number];

/** One server's answer about one set. */
export interface Sighting {
  /** A nameserver's name, or a resolver's address. */
  readonly server: string;
  readonly kind: 'nameserver' | 'resolver';
  readonly state: 'right' | 'other' | 'failing' | 'refused' | 'unreachable';
  /** What came, in presentation form. */
  readonly answers: readonly string[];
  /** Seconds until it is forgotten; null where nothing tells. */
  readonly ttlSeconds: number | null;
}

export interface RecordVerdict {
  readonly name: DomainName;
  readonly type: string;
  readonly state: RecordState;
  /** A sentence for people. */
  readonly reason: string;
  readonly next: readonly string[];
  readonly wanted: readonly string[];
  readonly held: readonly string[];
  readonly sightings: readonly Sighting[];
  /** How long to wait, where waiting helps. */
  readonly waitSeconds: number | null;
}

export interface DelegationVerdict {
  /** `unknown`: the parent could not be asked. `partial`: Cloudflare's nameservers and others. */
  readonly state: 'cloudflare' | 'partial' | 'other' | 'none' | 'unknown';
  /** As the parent publishes it now. */
  readonly nameServers: readonly string[] | null;
  /** What it must be. */
  readonly wanted: readonly string[];
  readonly reason: string;
  readonly next: readonly string[];
}

export interface Verification {
  readonly zone: DomainName;
  readonly at: number;
  /** The source of what is wanted: a file, or the zone as it was last known. */
  readonly source: string;
  readonly delegation: DelegationVerdict;
  /** Null where it could not be read. */
  readonly dnssec: DnssecView | null;
  readonly records: readonly RecordVerdict[];
  /** Sets that this cannot compare in DNS, and why. */
  readonly notAsked: readonly { readonly name: DomainName; readonly type: string; readonly why: string }[];
  readonly calls: number;
}

/** A record as DNS shows it. `unknown` data are of types that are not taken apart. */
export interface SeenRecord {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly rdata: Rdata;
}

export function isFine({ state }: Pick<RecordVerdict, 'state'>): boolean {
  return FINE_STATES.some((fine) => fine === state);
}

/** Nothing to tell: every set is fine, the domain is delegated here, and DNSSEC is no danger. */
export function isVerified({ records, delegation, dnssec }: Verification): boolean {
  const brokenChain =
    dnssec !== null && (dnssec.status === 'error' || dnssec.atParent === 'other' || isOrphan(dnssec));
  return (
    records.every(isFine) &&
    (delegation.state === 'cloudflare' || delegation.state === 'unknown') &&
    !brokenChain
  );
}

/** The parent vouches for a zone that is not signed. */
function isOrphan({ status, atParent }: DnssecView): boolean {
  return status === 'disabled' && atParent !== 'none' && atParent !== 'unknown';
}
