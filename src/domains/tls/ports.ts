/** What settings need of the world: reading and writing them at Cloudflare, and asking a zone's parent for its DS. */
import type { ZonewardError } from '../../base/errors.ts';
import type { TenantId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Secret } from '../../base/secret.ts';
import type { DomainName } from '../../dns/name.ts';
import type { ObjectChange, ObjectKind } from '../../plan/object-change.ts';
import type { SettingState } from '../../plan/setting-change.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { Zone } from '../zones/model.ts';
import type { DnssecMemory, DnssecSeen } from './dnssec-memory.ts';
import type {
  CertificatePack,
  CustomCertificate,
  CustomHostname,
  FallbackOrigin,
  OriginCertificate,
  OriginPullCertificate,
  Quota,
} from './model.ts';
import type { TlsSnapshot } from './snapshot.ts';

/** Settings by the catalogue's keys. What cannot be read stands beside what can. */
export interface SettingsRead {
  readonly states: ReadonlyMap<string, SettingState>;
  /** `permission-missing`, `cloudflare-refused` or `cloudflare-not-found`, with the right that is missing named. */
  readonly failures: ReadonlyMap<string, ZonewardError>;
}

/** Reads settings. Changes nothing; safe to repeat and to abort. */
export interface SettingsReader {
  /**
   * Each setting is asked once, all at the same time (the budget paces them); `dns_settings` and DNSSEC are one call
   * whatever is wanted of them. Throws what concerns all of them: credentials, budget, Cloudflare down.
   */
  readSettings(zoneId: ZoneId, keys: readonly string[], options: CallOptions): Promise<SettingsRead>;
}

export interface SettingAnswer {
  /** The setting as Cloudflare says it is now. */
  readonly state: SettingState;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

/**
 * Writes settings. One call is one request, never repeated by this port once it may have left; what a thrown error
 * promises about the write stands in `CloudflareErrorCode`. An answer that does not show the setting is thrown as
 * `cloudflare-unanswered`.
 */
export interface SettingsWriter {
  writeSetting(
    zoneId: ZoneId,
    setting: { readonly key: string; readonly body: JsonObject },
    options: CallOptions,
  ): Promise<SettingAnswer>;
}

/** Asks the DNS, not Cloudflare. */
export interface ParentDsAsker {
  /**
   * The DS records that the parent of `zone` publishes; null when nobody gave an answer that can be relied on. Costs
   * no call to Cloudflare.
   */
  parentDs(zone: DomainName, options: { readonly signal?: AbortSignal }): Promise<ParentDs | null>;
}

export interface ParentDs {
  /** `tag algorithm type DIGEST`, sorted. */
  readonly records: readonly string[];
  /** How long resolvers keep them; null where there are none. */
  readonly ttlSeconds: number | null;
}

/** What was seen of zones' DNSSEC, remembered from look to look. Writes to the store alone. */
export interface DnssecMemories {
  /** Adds a look, with an event when the stage moved; what is remembered then. */
  remember(zone: Zone, seen: DnssecSeen): Promise<DnssecMemory>;
}

/** Reads what a zone serves TLS with. Changes nothing. Lists are read in pages of 50, one call each, without what is deleted. */
export interface TlsReader {
  certificatePacks(zoneId: ZoneId, options: CallOptions): Promise<readonly CertificatePack[]>;
  customCertificates(zoneId: ZoneId, options: CallOptions): Promise<readonly CustomCertificate[]>;
  originCertificates(zoneId: ZoneId, options: CallOptions): Promise<readonly OriginCertificate[]>;
  /** All, or the one of that name. */
  customHostnames(
    zoneId: ZoneId,
    options: CallOptions & { readonly hostname?: string },
  ): Promise<readonly CustomHostname[]>;
  /** Of the zone and of its hostnames: two calls. */
  originPullCertificates(zoneId: ZoneId, options: CallOptions): Promise<readonly OriginPullCertificate[]>;
  originPullHostname(
    zoneId: ZoneId,
    hostname: string,
    options: CallOptions,
  ): Promise<{ readonly certificateId: string; readonly enabled: boolean } | null>;
  /** Advanced packs. */
  packQuota(zoneId: ZoneId, options: CallOptions): Promise<Quota>;
  hostnameQuota(zoneId: ZoneId, options: CallOptions): Promise<Quota>;
  /** How many certificates of their own the zone may have; null where Cloudflare does not tell. */
  customCertificateQuota(zoneId: ZoneId, options: CallOptions): Promise<number | null>;
  fallbackOrigin(zoneId: ZoneId, options: CallOptions): Promise<FallbackOrigin | null>;
  /** Contents of the CAA records at the zone's apex. One call. */
  caaRecords(zoneId: ZoneId, zone: DomainName, options: CallOptions): Promise<readonly string[]>;
}

/**
 * One certificate or hostname as far as changes are concerned. `facts` by kind, lists sorted, times RFC 3339 in UTC:
 * - `certificate-pack`: type, hosts, certificate_authority, validation_method, validity_days, timed_out
 * - `custom-certificate`: hosts, issuer, expires_on, bundle_method
 * - `custom-certificate-order`: order (ids, the one that wins first); its id is the zone's
 * - `custom-hostname`: hostname, origin, ssl (null: none), method, certificate_authority, wildcard, min_tls_version, timed_out
 * - `origin-certificate`: hosts, validity_days, key_sha256 (of the public key)
 * - `origin-pull-certificate`: level (zone, hostname), sha256 (of the certificate), expires_on
 * - `origin-pull-hostname`: certificate_id, enabled; its id is the hostname
 */
export interface ObjectState {
  readonly id: string;
  readonly facts: JsonObject;
}

export interface ObjectRequest {
  readonly kind: ObjectKind;
  readonly action: ObjectChange['action'];
  readonly objectId: string | null;
  readonly body: JsonObject | null;
  /** Put into the body as `private_key` when it is sent. */
  readonly key?: Secret;
}

export interface ObjectAnswer {
  /** As Cloudflare says it is now; null where the answer does not show it, as after a deletion. */
  readonly object: ObjectState | null;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

/**
 * Reads and writes what a zone owns besides records and settings. A read lists all of a kind that are not deleted or
 * being deleted, pages of 50; hostnames of origin pulls cannot be listed, so only `ids` are asked for, a call each.
 * A write is one request, never repeated by this port once it may have left (`CloudflareErrorCode`).
 */
export interface ZoneObjects {
  readObjects(
    zone: { readonly id: ZoneId; readonly name: DomainName },
    kind: ObjectKind,
    options: CallOptions & { readonly ids?: readonly string[] },
  ): Promise<readonly ObjectState[]>;
  writeObject(
    zone: { readonly id: ZoneId; readonly name: DomainName },
    request: ObjectRequest,
    options: CallOptions,
  ): Promise<ObjectAnswer>;
}

/** What was last seen of zones' TLS. Every method is one transaction; all but `due` are scoped to the tenant. */
export interface TlsSnapshots {
  get(tenantId: TenantId, zoneId: ZoneId): Promise<TlsSnapshot | null>;
  list(tenantId: TenantId): Promise<readonly TlsSnapshot[]>;
  /** Of all tenants, the longest overdue first. */
  due(now: number, limit: number): Promise<readonly TlsSnapshot[]>;
  /**
   * Replaces the version before it, or is the zone's first. Refuses (`conflict`, code `tls-snapshot-moved`) when
   * someone else wrote meanwhile. Commits with its events.
   */
  put(snapshot: TlsSnapshot, events: readonly NewEvent[]): Promise<void>;
}
