/** How often one caller may call: a bucket that refills steadily, told in the standard headers. */

export interface RateRule {
  readonly quota: number;
  readonly windowSeconds: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** `RateLimit`, `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), and `Retry-After` where refused. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface RateLimiter {
  take(caller: string): RateVerdict;
  /** Undoes one `take`: it is not to count after all. */
  giveBack(caller: string): void;
}

/** Callers remembered; a full bucket is as good as none, so forgetting the longest idle costs nothing much. */
const CALLERS_MAX = 10_000;

export function createRateLimiter(rule: RateRule, now: () => number): RateLimiter {
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = rule.quota / (rule.windowSeconds * 1_000);
  return {
    take: (caller) => {
      const at = now();
      const known = buckets.get(caller) ?? { left: rule.quota, at };
      const left = Math.min(rule.quota, known.left + Math.max(0, at - known.at) * perMs);
      const allowed = left >= 1;
      const rest = allowed ? left - 1 : left;
      buckets.delete(caller);
      buckets.set(caller, { left: rest, at });
      if (buckets.size > CALLERS_MAX) buckets.delete(buckets.keys().next().value ?? '');
      const resetSeconds = Math.ceil((rule.quota - rest) / perMs / 1_000);
      const waitSeconds = Math.max(1, Math.ceil((1 - rest) / perMs / 1_000));
      return {
        allowed,
        headers: {
          'ratelimit-policy': `"default";q=${rule.quota};w=${rule.windowSeconds}`,
          ratelimit: `"default";r=${Math.floor(rest)};t=${resetSeconds}`,
          ...(allowed ? {} : { 'retry-after': String(waitSeconds) }),
        },
      };
    },
    giveBack: (caller) => {
      const known = buckets.get(caller);
      if (known !== undefined) known.left = Math.min(rule.quota, known.left + 1);
    },
  };
}
