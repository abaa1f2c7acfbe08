/**
 * Whether a failed attempt is made again, and when: a pure decision. Reads are repeated freely within a cap; a
 * write only when it provably did not happen (never sent, or answered 429).
 */
import type { Random } from '../base/clock.ts';

/** Attempts in all, the first included. */
export const ATTEMPTS_MAX = 4;
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 15_000;
/** A `Retry-After` beyond this is handed to the caller instead of waited for. */
export const RETRY_AFTER_MAX_MS = 120_000;
/** No new attempt is begun this long after the first. */
export const RETRY_WITHIN_MS = 180_000;

/** How an attempt failed. */
export interface Failure {
  /**
   * `not-sent`: provably never reached the server. `rate-limited`: 429. `passing`: no answer, a 5xx or the like.
   * `final`: an answer that another attempt would get again.
   */
  readonly kind: 'not-sent' | 'rate-limited' | 'passing' | 'final';
  readonly retryAfterMs: number | null;
}

export interface RetryContext {
  readonly write: boolean;
  /** 1 after the first attempt. */
  readonly attempts: number;
  readonly elapsedMs: number;
}

export type RetryDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

const NO: RetryDecision = { retry: false };

/** Full jitter: uniform between 0 and the exponential bound, and never before `Retry-After`. */
export function decideRetry(failure: Failure, context: RetryContext, random: Random): RetryDecision {
  if (failure.kind === 'final') return NO;
  if (context.attempts >= ATTEMPTS_MAX) return NO;
  // After a 429 the budget gate waits as long as it must; its own cap applies.
  if (failure.kind === 'rate-limited') return { retry: true, delayMs: 0 };
  if (failure.kind === 'passing' && context.write) return NO;
  if (context.elapsedMs >= RETRY_WITHIN_MS) return NO;
  const floorMs = failure.retryAfterMs ?? 0;
  if (floorMs > RETRY_AFTER_MAX_MS) return NO;
  const boundMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (context.attempts - 1));
  return { retry: true, delayMs: floorMs + Math.floor(random.next() * boundMs) };
}
