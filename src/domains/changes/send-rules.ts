/**
 * What holds for every request, whether it carries records, a setting or an object: what is still to be sent, when it
 * may leave, how often it is sent again, and how the request budget is waited for.
 */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { toUnicode } from '../../dns/name.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { CloudflareErrorCode } from '../cloudflare-call.ts';
import type { ApplyPorts } from './apply.ts';
import { renewAll } from './hold.ts';
import type { BatchEntry, ChangeSet } from './model.ts';
import { type SendJob, stopIfAsked } from './run.ts';

/** A request may take this long; it is only sent while more than this is left of the leases. */
const REQUEST_MS = 75_000;
/**
 * A request leaves within this time after it was written down, or not at all: so it has landed by `sentAt` plus the
 * quiet period, and whoever settles it after a crash need not know how long it waited.
 */
export const SEND_WITHIN_MS = 20_000;
/** A request that is known not to have landed is sent again this often. */
export const RESENDS_MAX = 2;
/** Waiting for the request budget, over all requests of one run. */
const BUDGET_WAIT_MAX_MS = 900_000;
/** The wait is told, the leases are renewed, and a wish to stop is heard, at least this often. */
const WAIT_SLICE_MS = 30_000;
const WAIT_MIN_MS = 1_000;

/** What the adapter promises of a write that ended with one of these: nothing was written. */
export const NOTHING_WRITTEN: ReadonlySet<string> = new Set<CloudflareErrorCode>([
  'cloudflare-refused',
  'cloudflare-not-sent',
  'cloudflare-rate-limited',
  'credential-malformed',
  'credential-rejected',
  'permission-missing',
  'cloudflare-not-found',
]);

/** Whoever sends requests, one after the other. */
export type Sender = Pick<SendJob, 'changeSet' | 'plan' | 'leases' | 'options'> & {
  /** How long it waited for the request budget so far. Milliseconds. */
  waitedMs: number;
};

/** The groups, settings or objects that are still to be sent: all at first, the rest after an interruption. */
export async function remainingOf<Part extends { readonly id: string }>(
  { journal }: Pick<ApplyPorts, 'journal'>,
  { tenantId, id }: ChangeSet,
  { zoneId }: ZonePlan,
  parts: readonly Part[],
): Promise<readonly Part[]> {
  if (parts.length === 0) return [];
  const outcomes = await journal.outcomes(tenantId, id, zoneId);
  // `not-applied` is known, and may be tried again; `unknown` may not be touched.
  const done = new Set(outcomes.filter(({ state }) => state !== 'not-applied').map(({ groupId }) => groupId));
  return parts.filter((part) => !done.has(part.id));
}

/** The answer, or the error of ours that came instead. */
export async function answerTo<Answer>(send: () => Promise<Answer>): Promise<Answer | ZonewardError> {
  try {
    return await send();
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    return error;
  }
}

/** The leases must outlast the request. Throws `zone-locked` (conflict). */
export async function refuseLost({ leases, plan, changeSet }: Sender): Promise<void> {
  const kept = await renewAll(leases);
  if (kept && leases.every((lease) => lease.remainingMs() > REQUEST_MS + SEND_WITHIN_MS)) return;
  throw new ZonewardError(`The lock of ${toUnicode(plan.zoneName)} was lost to another process`, {
    code: 'zone-locked',
    kind: 'conflict',
    next: [`zoneward changes resume ${changeSet.id}`],
  });
}

/** After a request was held back with `error`. Throws it when the run has waited long enough, and `apply-stopped`. */
export async function waitForBudget(
  ports: Pick<ApplyPorts, 'clock' | 'onProgress'>,
  sender: Sender,
  error: ZonewardError,
): Promise<void> {
  const { changeSet, plan, leases, options } = sender;
  const told = error.details['retryAfterMs'];
  let leftMs = Math.max(WAIT_MIN_MS, typeof told === 'number' ? told : WAIT_SLICE_MS);
  sender.waitedMs += leftMs;
  if (sender.waitedMs > BUDGET_WAIT_MAX_MS) throw error;
  while (leftMs > 0) {
    stopIfAsked(changeSet, options.signal);
    ports.onProgress?.({ kind: 'waiting-for-budget', zoneId: plan.zoneId, waitMs: leftMs });
    const sliceMs = Math.min(leftMs, WAIT_SLICE_MS);
    await ports.clock.sleep(sliceMs, options.signal);
    await renewAll(leases);
    leftMs -= sliceMs;
  }
}

/** A request without an answer, whose fate no reading shows yet: nothing more may be written to its zone. */
export function undecided(entry: BatchEntry): ZonewardError {
  return new ZonewardError(
    `Request ${entry.sequence} of change set ${entry.changeSetId} got no answer, and what became of it cannot be read yet`,
    {
      code: 'batch-undecided',
      kind: 'unknown-outcome',
      next: [`zoneward changes resume ${entry.changeSetId}`],
      details: { zoneId: entry.zoneId, changeSetId: entry.changeSetId, sequence: entry.sequence },
    },
  );
}
