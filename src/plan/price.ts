/** What a plan costs, told before it runs. */
import type { Price } from './plan.ts';

/** Records in one page of the list (cloudflare-api §4.2: the largest that is known to be honoured). */
export const RECORDS_PER_PAGE = 5_000;
/** Cloudflare's budget: requests in five minutes for one user or account token (§2.3). */
export const BUDGET_CALLS = 1_200;
/** An ordinary answer time, for the estimate only. */
export const CALL_MS = 300;

export function priceOf(input: { readonly liveRecords: number; readonly batches: number }): Price {
  const reads = Math.max(1, Math.ceil(input.liveRecords / RECORDS_PER_PAGE));
  const calls = reads + input.batches;
  return {
    reads,
    writes: input.batches,
    budgetShare: calls / BUDGET_CALLS,
    estimatedMs: calls * CALL_MS,
  };
}
