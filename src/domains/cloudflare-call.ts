/** What every call to Cloudflare takes and gives, whichever capability makes it. */

/** Who waits for whom when the budget is short: a person, then a change under way, then sync. */
export type Lane = 'interactive' | 'apply' | 'sync';

export interface CallOptions {
  readonly lane: Lane;
  readonly signal?: AbortSignal;
  /**
   * The request leaves within this time or not at all: what waits longer for budget, or would, is refused at once
   * with `cloudflare-rate-limited` and `details.retryAfterMs`. For writes under a lease, which may run out meanwhile.
   */
  readonly sendWithinMs?: number;
}

/** One error of Cloudflare's envelope. */
export interface CloudflareFault {
  readonly code: number;
  readonly message: string;
}

/**
 * The codes of errors that the Cloudflare adapter throws (`ZonewardError.code`), with what each promises about
 * a write that it ends:
 * - `cloudflare-refused`: answered with an error; nothing was written. `details.faults` has the envelope's errors.
 * - `cloudflare-not-sent`: the request never left; nothing was written.
 * - `cloudflare-rate-limited`: 429; nothing was written. `details.retryAfterMs` when told.
 * - `cloudflare-unanswered`: sent, and no answer that decides (reset, timeout, 5xx, cut body): unknown.
 * - `cloudflare-unavailable`: a read that failed for a passing reason, after its retries.
 * - `credential-malformed` `credential-rejected` `permission-missing` `cloudflare-not-found`: as they say;
 *   nothing was written.
 * All carry `details: { method, route, status?, ray?, faults? }`.
 */
export type CloudflareErrorCode =
  | 'cloudflare-refused'
  | 'cloudflare-not-sent'
  | 'cloudflare-rate-limited'
  | 'cloudflare-unanswered'
  | 'cloudflare-unavailable'
  | 'credential-malformed'
  | 'credential-rejected'
  | 'permission-missing'
  | 'cloudflare-not-found';
