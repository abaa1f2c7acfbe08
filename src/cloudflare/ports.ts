/** What the transport needs of its host: a place to keep the budget, and somewhere to report calls. */
import type { JsonValue } from '../base/json.ts';

/**
 * One small state per key, changed atomically. The budget's arithmetic is a pure function in this room; the
 * store keeps its state and serializes the steps of all processes.
 */
export interface BudgetStore {
  /**
   * Runs `step` on the state of `key` (null at first) in one transaction, keeps the state that it returns, and
   * gives back its result. `nowMs` is the store's time, the same for all processes. `step` is synchronous and
   * may run more than once; when it throws, nothing is kept.
   */
  update<Result>(
    key: string,
    step: (state: JsonValue, nowMs: number) => { readonly state: JsonValue; readonly result: Result },
  ): Promise<Result>;
}

/** One call as it ended, for the usage log. Never holds a secret, a body or a query string. */
export interface CallReport {
  readonly at: number;
  readonly method: string;
  /** With ids replaced by their names: `/zones/{zone_id}/dns_records`. */
  readonly route: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly ray: string | null;
  /** Cloudflare's first error code, or ours. */
  readonly error: string | null;
  readonly budgetLeft: number | null;
}

export interface UsageSink {
  /** Must return at once and never throw; the host batches. */
  report(call: CallReport): void;
}
