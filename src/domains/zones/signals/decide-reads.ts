/**
 * Which zones to read now, and in which order. Pure: the signals have been heard, this only weighs.
 *
 * 1. Zones that a signal says have moved, longest ago first: a person waits for these.
 * 2. Zones that were never read.
 * 3. Zones that were not verified for longer than the bound, longest ago first.
 * 4. Zones whose verification is due. Each has its own moment between 0.35 and 0.95 of the bound after the last, drawn
 *    from its id and that time, so that zones first read together do not come due together.
 *
 * A zone verified in the future (the clock jumped back) is due: the bound is kept, whatever the clock says.
 */
import type { ZoneId } from '../../../base/ids.ts';

/** Records of one page; a read of a zone costs its pages. */
const RECORDS_PER_PAGE = 5_000;
const EARLIEST = 0.35;
const LATEST = 0.95;
/** Clocks of several machines differ a little; more than this is a jump. */
const SKEW_MS = 300_000;

export interface ReadCandidate {
  readonly zoneId: ZoneId;
  readonly verifiedAt: number | null;
  readonly staleSince: number | null;
  readonly recordCount: number;
  /** Not before this, because the last reads failed; null when they did not. */
  readonly retryAt: number | null;
}

export interface ReadBudget {
  readonly now: number;
  /** Every zone is verified at least this often. */
  readonly verifyWithinMs: number;
  /** Calls for all reads of this round. */
  readonly callsMax: number;
  /** Time until the next round: verification is spread over rounds by it. */
  readonly roundMs: number;
}

export interface ReadDecision {
  readonly reads: readonly ZoneId[];
  /** What those reads cost when each needs one pass. */
  readonly calls: number;
  /** Zones of kinds 1 to 3 that must wait for a later round. */
  readonly waiting: number;
}

export function decideReads(candidates: readonly ReadCandidate[], budget: ReadBudget): ReadDecision {
  const { now, verifyWithinMs } = budget;
  const stale: ReadCandidate[] = [];
  const unread: ReadCandidate[] = [];
  const overdue: ReadCandidate[] = [];
  const due: ReadCandidate[] = [];
  let pages = 0;
  for (const zone of candidates) {
    pages += pagesOf(zone);
    if (zone.retryAt !== null && zone.retryAt > now && zone.retryAt - now < verifyWithinMs) continue;
    if (zone.staleSince !== null) stale.push(zone);
    else if (zone.verifiedAt === null) unread.push(zone);
    else if (now - zone.verifiedAt > verifyWithinMs) overdue.push(zone);
    else if (isDue(zone.zoneId, zone.verifiedAt, budget)) due.push(zone);
  }
  stale.sort((a, b) => (a.staleSince ?? 0) - (b.staleSince ?? 0));
  overdue.sort((a, b) => (a.verifiedAt ?? 0) - (b.verifiedAt ?? 0));
  due.sort((a, b) => (a.verifiedAt ?? 0) - (b.verifiedAt ?? 0));
  // A little over the pace that the moments give (1 / 0.65 of the even one): a crowd that comes due together, after
  // the clock jumped say, is spread; and who is overtaken by it becomes overdue and goes first.
  const verifyCallsMax = 1 + Math.ceil((1.5 * pages * budget.roundMs) / verifyWithinMs);
  const urgent = take([...stale, ...unread, ...overdue], budget.callsMax);
  const routine = take(due, Math.min(verifyCallsMax, budget.callsMax - urgent.calls));
  return {
    reads: [...urgent.reads, ...routine.reads],
    calls: urgent.calls + routine.calls,
    waiting: urgent.left,
  };
}

/** True once the zone's own moment has come. */
function isDue(zoneId: ZoneId, verifiedAt: number, { now, verifyWithinMs }: ReadBudget): boolean {
  if (verifiedAt > now + SKEW_MS) return true;
  const share = EARLIEST + (LATEST - EARLIEST) * fraction(`${zoneId} ${verifiedAt}`);
  return now >= verifiedAt + verifyWithinMs * share;
}

/** The first zones that fit; a zone larger than the whole budget is read when it is first, else never would be. */
function take(
  zones: readonly ReadCandidate[],
  callsMax: number,
): { readonly reads: readonly ZoneId[]; readonly calls: number; readonly left: number } {
  const reads: ZoneId[] = [];
  let calls = 0;
  for (const zone of zones) {
    const cost = pagesOf(zone);
    if (calls + cost > callsMax && (calls > 0 || callsMax <= 0)) break;
    reads.push(zone.zoneId);
    calls += cost;
  }
  return { reads, calls, left: zones.length - reads.length };
}

function pagesOf(zone: ReadCandidate): number {
  return Math.max(1, Math.ceil(zone.recordCount / RECORDS_PER_PAGE));
}

/** A number in [0, 1) that looks random and is the same for the same text (FNV-1a, then mixed). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
