/**
 * Numbers and switches of the real API in one place. What the fact sheet of the API marks `[U]` (unverified) is
 * marked here too: it is one constant, chosen with a reason, easy to change when someone has seen the truth.
 * Texts and HTTP statuses of errors stand in the `*-errors.ts` files, marked the same way.
 */

export const API_PREFIX = '/client/v4';
/** Value of the `api-version` header: the date of the behaviour that is emulated. */
export const API_VERSION = '2026-10-01';

export type PlanName = 'free' | 'pro' | 'business' | 'enterprise';
export const PLAN_NAMES: readonly PlanName[] = ['free', 'pro', 'business', 'enterprise'];

/** What a plan allows. `recordQuota` may be raised for one zone; `tagsMax` of paid plans is [U]. */
export interface PlanLimits {
  readonly recordQuota: number;
  readonly batchMax: number;
  readonly ttlMinSeconds: number;
  readonly commentCharsMax: number;
  readonly tagsMax: number;
  readonly activationCheckIntervalSeconds: number;
}

const PAID: PlanLimits = {
  recordQuota: 3500,
  batchMax: 3500,
  ttlMinSeconds: 60,
  commentCharsMax: 500,
  tagsMax: 20,
  activationCheckIntervalSeconds: 300,
};

export const PLAN_LIMITS: Readonly<Record<PlanName, PlanLimits>> = {
  free: {
    recordQuota: 200,
    batchMax: 200,
    ttlMinSeconds: 60,
    commentCharsMax: 100,
    tagsMax: 0,
    activationCheckIntervalSeconds: 3600,
  },
  pro: PAID,
  business: PAID,
  enterprise: { ...PAID, ttlMinSeconds: 30 },
};

/** Free zones made before this moment hold 1,000 records. */
export const FREE_QUOTA_CUT_OFF = '2024-09-01T00:00:00Z';
export const FREE_QUOTA_BEFORE_CUT_OFF = 1000;

export const TTL_AUTO = 1;
/** What an automatic TTL is served as. */
export const TTL_AUTO_SERVED_SECONDS = 300;
export const TTL_MAX_SECONDS = 86_400;

export const RECORD_WIRE_BYTES_MAX = 4096;
export const RRSET_CONTENT_CHARS_MAX = 8192;
export const IMPORT_BYTES_MAX: number = 256 * 1024;
export const GENERATE_RECORDS_MAX = 10_000;
/** Shadow metadata is computed only for pages and batches up to this size. */
export const SHADOW_RECORDS_MAX = 1000;

export const RECORDS_PER_PAGE_DEFAULT = 100;
/** [U] The schema says 5,000,000; what happens above 5,000 is unknown. Here it is clamped. */
export const RECORDS_PER_PAGE_MAX = 5000;
export const ZONES_PER_PAGE_DEFAULT = 20;
/** [U] Documented 50, but 100 was echoed in recordings; above 100 it is clamped. */
export const ZONES_PER_PAGE_MAX = 100;
export const LIST_PER_PAGE_DEFAULT = 20;
export const LIST_PER_PAGE_MAX = 100;

export const RATE_QUOTA = 1200;
export const RATE_WINDOW_SECONDS = 300;
/** Per client address, whoever asks. */
export const ADDRESS_QUOTA_PER_SECOND = 200;
/** [U] The policy's name in `Ratelimit` and `Ratelimit-Policy`. */
export const RATE_POLICY_NAME = 'default';

export const USER_TOKENS_MAX = 50;
export const ACCOUNT_TOKENS_MAX = 500;

export const SECOND_MS: number = 1000;
export const DAY_MS: number = 86_400 * SECOND_MS;
export const FIRST_ACTIVATION_CHECK_MS: number = 60 * SECOND_MS;
export const PENDING_FREE_ZONE_LIFE_MS: number = 28 * DAY_MS;
export const MOVED_FREE_ZONE_LIFE_MS: number = 7 * DAY_MS;
export const DELETED_ZONE_PURGE_MS: number = 7 * DAY_MS;

export const REQUEST_BODY_BYTES_MAX: number = 64 * 1024 * 1024;
/** The request log and the audit log keep this many newest entries; counts go on. */
export const REQUEST_LOG_MAX = 200_000;
export const AUDIT_LOG_MAX = 50_000;
/** Bodies above this size are not kept in audit entries. */
export const AUDIT_BODY_CHARS_MAX: number = 64 * 1024;

/**
 * Switches for what nobody has verified of the real API, and for what is not the same for everybody there. A sandbox
 * may be started with others.
 */
export interface Behaviour {
  /** [U] NS below the apex excludes every other type but DS at its name (81056), as the documentation says. */
  readonly nsExcludesOtherTypes: boolean;
  /** [U] `"x"` and `x` are one TXT record. When false, only texts equal as sent are identical. */
  readonly txtIdentityIsDecoded: boolean;
  /** [U] DNSKEY records are refused unless the zone has multi-signer DNSSEC. */
  readonly dnskeyNeedsMultiSigner: boolean;
  /** [U] A zone's `modified_on` moves when its records change. False is the harder case for a client. */
  readonly zoneModifiedByRecords: boolean;
  /** [U] The SOA serial moves for changes of comments and tags only. */
  readonly serialMovesForNotes: boolean;
  /** [U] A DS record needs an NS record at its name, and an NS set under a DS cannot be emptied. */
  readonly dsNeedsNs: boolean;
  /** Whether the sandbox's user administers a tenant: who does not cannot delete accounts. */
  readonly tenantAdmin: boolean;
}

export const DEFAULT_BEHAVIOUR: Behaviour = {
  nsExcludesOtherTypes: true,
  txtIdentityIsDecoded: false,
  dnskeyNeedsMultiSigner: false,
  zoneModifiedByRecords: false,
  serialMovesForNotes: false,
  dsNeedsNs: true,
  tenantAdmin: false,
};

/** Addresses that proxied names answer with: of Cloudflare's published ranges, picked by a hash of the name. */
export const EDGE_IPV4_PREFIXES: readonly string[] = ['104.21', '172.67'];
export const EDGE_IPV6_PREFIX = '2606:4700:3030::';
/** A flattened target that no sandbox zone knows answers from this documentation range. */
export const EXTERNAL_IPV4_PREFIX = '198.51.100';

export const NAME_SERVER_SUFFIX = 'ns.cloudflare.com';
export const NAME_SERVER_FIRST: readonly string[] = [
  'ada', 'amy', 'beth', 'cara', 'dana', 'elle', 'fay', 'gina', 'iris', 'jean', 'kate', 'lana', 'mona', 'nora', 'tess', 'vera',
]; // biome-ignore format: a word list
export const NAME_SERVER_SECOND: readonly string[] = [
  'abe', 'bob', 'carl', 'dean', 'eric', 'fred', 'gabe', 'hank', 'ivan', 'jim', 'kurt', 'leo', 'mark', 'noah', 'ray', 'theo',
]; // biome-ignore format: a word list

export const SOA_DEFAULTS = {
  rname: 'dns.cloudflare.com',
  refresh: 10_000,
  retry: 2400,
  expire: 604_800,
  ttl: 3600,
  minTtl: 1800,
} as const;
export const APEX_NS_TTL_SECONDS = 86_400;
/** First serial of a new zone; each change adds one. */
export const SERIAL_START = 2_340_000_000;
