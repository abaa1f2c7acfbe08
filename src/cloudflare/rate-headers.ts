/**
 * What answers tell about the rate limit: `Ratelimit` and `Ratelimit-Policy` (structured fields, sent since
 * September 2025 but not to be relied on) and `Retry-After`.
 *
 * ```
 * Ratelimit: "default";r=1173;t=212
 * Ratelimit-Policy: "default";q=1200;w=300
 * Retry-After: 30 | Retry-After: Wed, 21 Oct 2026 07:28:00 GMT
 * ```
 */
import type { BudgetPolicy, Observation } from './budget.ts';

/** Bounds of what we believe; anything else is taken as not told. */
const QUOTA_MAX = 1_000_000;
const WINDOW_SECONDS_MAX = 86_400;
const WINDOW_SECONDS_MIN = 0.1;

/** What one answer observed; the gate adds what was settled before it. `now` is needed for a `Retry-After` that is a date. */
export function observe(answer: { status: number; headers: Headers; now: number }): Observation {
  const { status, headers, now } = answer;
  const policy = readPolicy(headers.get('ratelimit-policy'));
  const items = parseItems(headers.get('ratelimit'));
  const item = items.find(({ name }) => name === policy?.name) ?? items[0];
  const remaining = item?.params['r'];
  const reset = item?.params['t'];
  return {
    policy: policy === null ? null : { quota: policy.quota, windowMs: policy.windowMs },
    remaining: remaining === undefined || remaining < 0 ? null : Math.floor(remaining),
    resetMs: reset === undefined ? null : Math.round(reset * 1000),
    settledBefore: null,
    limited: status === 429 ? { retryAfterMs: retryAfterMs(headers.get('retry-after'), now) } : null,
  };
}

/** Milliseconds from now, never negative; null when absent or unreadable. Seconds and HTTP dates (RFC 9110 §10.2.3). */
export function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) || !/[a-z]/i.test(text) ? null : Math.max(0, date - now);
}

/** The policy that allows the lowest steady rate: the one that binds. */
function readPolicy(value: string | null): (BudgetPolicy & { readonly name: string }) | null {
  let best: (BudgetPolicy & { readonly name: string }) | null = null;
  for (const { name, params } of parseItems(value)) {
    const { q, w } = params;
    if (q === undefined || w === undefined || q < 1 || q > QUOTA_MAX) continue;
    if (w < WINDOW_SECONDS_MIN || w > WINDOW_SECONDS_MAX) continue;
    const policy = { name, quota: Math.floor(q), windowMs: Math.round(w * 1000) };
    if (best === null || policy.quota / policy.windowMs < best.quota / best.windowMs) best = policy;
  }
  return best;
}

interface Item {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
}

function parseItems(value: string | null): Item[] {
  if (value === null) return [];
  return value.split(',').map((part) => {
    const [name = '', ...rest] = part.trim().split(';');
    const params: Record<string, number> = {};
    for (const pair of rest) {
      const match = /^\s*([a-z]+)\s*=\s*(\d+(?:\.\d+)?)\s*$/.exec(pair);
      if (match !== null) params[match[1] ?? ''] = Number(match[2]);
    }
    return { name: name.replaceAll('"', ''), params };
  });
}
