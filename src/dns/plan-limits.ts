/**
 * What Cloudflare's plans allow for DNS records (cloudflare-api §4.3, §4.5, §4.6; Cloudflare's pages "Record
 * attributes", "Time to Live", "Batch record changes", as of autumn 2026).
 */

export type PlanTier = 'free' | 'pro' | 'business' | 'enterprise';

export interface PlanLimits {
  readonly ttlMinSeconds: number;
  readonly commentCharsMax: number;
  /** Tags of one record; 0 means that the plan has no tags. */
  readonly tagsMax: number;
  /** Records of one zone. A zone of the Free plan made before 2024-09-01 has 1,000; Enterprise can have more. */
  readonly recordsMax: number;
  /** Operations of one batch request. */
  readonly batchOperationsMax: number;
  /** Whether a single CNAME can be set to be flattened. */
  readonly flattenCname: boolean;
}

/** The same on every plan: a day. */
export const TTL_MAX_SECONDS = 86_400;
/** Octets of one record's data on the wire (error 9015). */
export const RECORD_OCTETS_MAX = 4096;
/** Characters of all contents with one name and type together (error 83011). */
export const RRSET_CHARS_MAX = 8192;

const PAID: PlanLimits = {
  ttlMinSeconds: 60,
  commentCharsMax: 500,
  tagsMax: 20,
  recordsMax: 3500,
  batchOperationsMax: 3500,
  flattenCname: true,
};

export const PLAN_LIMITS: Readonly<Record<PlanTier, PlanLimits>> = {
  free: {
    ttlMinSeconds: 60,
    commentCharsMax: 100,
    tagsMax: 0,
    recordsMax: 200,
    batchOperationsMax: 200,
    flattenCname: false,
  },
  pro: PAID,
  business: PAID,
  enterprise: { ...PAID, ttlMinSeconds: 30 },
};
