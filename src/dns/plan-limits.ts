/** What a zone may hold under each Cloudflare plan (cloudflare-api §4.3, §4.5, §4.6). */
export type PlanTier = 'free' | 'pro' | 'business' | 'enterprise';

export interface PlanLimits {
  readonly ttlMinSeconds: number;
  readonly ttlMaxSeconds: number;
  readonly commentCharsMax: number;
  readonly tagsMax: number;
  readonly recordsMax: number;
  readonly batchOperationsMax: number;
}

const PAID: PlanLimits = {
  ttlMinSeconds: 60,
  ttlMaxSeconds: 86_400,
  commentCharsMax: 500,
  tagsMax: 20,
  recordsMax: 3_500,
  batchOperationsMax: 3_500,
};

export const PLAN_LIMITS: Readonly<Record<PlanTier, PlanLimits>> = {
  free: { ...PAID, commentCharsMax: 100, tagsMax: 0, recordsMax: 200, batchOperationsMax: 200 },
  pro: PAID,
  business: PAID,
  enterprise: { ...PAID, ttlMinSeconds: 30 },
};
