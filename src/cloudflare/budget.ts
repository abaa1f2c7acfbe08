/**
 * The arithmetic of the shared request budget: a pure function from state, time and request to state and answer.
 * `BudgetStore` keeps the state and serializes the steps of all processes; the gate around it waits.
 *
 * Terms. A *cell* is a thirtieth of the rate window (10 s of 5 min) with the calls charged to it, by lane; its
 * end is after every one of those calls. A *lease* is a slice of calls that a process may begin until it expires; it
 * counts as spent until it is settled, which is once its calls have ended. A lease that nobody settles counts as
 * spent at its expiry. *Foreign* calls are
 * those that the server counted and we did not make: the customer's dashboard, other tools.
 *
 * Invariants:
 * - In every window of every alignment, our calls and the foreign ones known at the time stay within the quota:
 *   a call is granted only if all that can lie in one window with it leaves room. A dead process's lease stays
 *   charged until it has left the window.
 * - Each lane finds its reserve: what the others may take is what is left after keeping it.
 * - Times are the store's. A store clock that jumps back blocks for at most one window.
 *
 * Source: cloudflare-api §2.3 (1,200 requests per 5 minutes and user; exceeding blocks everything).
 */
import type { Lane } from '../domains/cloudflare-call.ts';

export interface BudgetPolicy {
  readonly quota: number;
  readonly windowMs: number;
}

/** The documented limit, until the server reports another. */
export const DEFAULT_POLICY: BudgetPolicy = { quota: 1200, windowMs: 300_000 };

/** From the first to be served to the last. */
export const LANES: readonly Lane[] = ['interactive', 'apply', 'sync'];

const CELLS_PER_WINDOW = 30;
/** Share of the quota that is never used: rounding and calls under way. */
const SAFETY_SHARE = 0.01;
/** Share kept for people at the dashboard; foreign calls that we see are taken out of it, down to the half. */
const HUMAN_SHARE = 0.04;
/**
 * The most that others are expected to use of a whole window. Of what the server says is left, the part of it that
 * lies ahead is kept; as the window passes without them it is released. So the last calls of a window are spread
 * out, and foreign traffic shows before it is too late.
 */
const OTHERS_SHARE = 0.1;
/** Share that only the lane itself may use. */
const RESERVE_SHARE: Readonly<Record<Lane, number>> = { interactive: 0.04, apply: 0.02, sync: 0.02 };
/** A lease is at most this share of the quota, unless as many callers wait. */
const SLICE_SHARE = 1 / 200;
/** The last calls of a process that died may reach the server this long after its lease expired. */
const LATENCY_MAX_MS = 2_000;
/** An unsettled lease becomes a plain charge this long after its expiry. */
const FOLD_AFTER_CELLS = 3;
/** No block is believed for longer. */
const BLOCK_MAX_MS = 3_600_000;

/** `[end, interactive, apply, sync, foreign]`; `end` in milliseconds, exclusive. */
export type BudgetCell = [number, number, number, number, number];
type Column = 1 | 2 | 3 | 4;
const COLUMN = { interactive: 1, apply: 2, sync: 3, foreign: 4 } as const satisfies Record<string, Column>;

export interface BudgetLease {
  readonly id: string;
  readonly lane: Lane;
  readonly size: number;
  readonly expiresMs: number;
}

/** Plain JSON. */
export interface BudgetState {
  version: 1;
  policy: BudgetPolicy;
  /** True once the server told the policy. */
  reported: boolean;
  /** In order of their ends. */
  cells: BudgetCell[];
  leases: BudgetLease[];
  blockedUntilMs: number;
  /** Calls settled since the budget was made: tells a report what the server must have counted. */
  settledCalls: number;
  /** What may still be leased of what the server last said was left; holds until the server's window ends. */
  ceiling: { left: number; resetAtMs: number } | null;
  /** Until when someone of the lane is known to wait; lower lanes keep to their reserves meanwhile. */
  waiting: { interactive: number; apply: number };
  /** This budget is another's since the user behind the credential became known. */
  mergedInto: string | null;
  /** Budgets whose charges were taken over. */
  merged: string[];
}

/** What the headers of an answer told. */
export interface Observation {
  readonly policy: BudgetPolicy | null;
  readonly remaining: number | null;
  /** Milliseconds to the end of the server's window. */
  readonly resetMs: number | null;
  /** `settledCalls` as known when the request was begun; null when not known. */
  readonly settledBefore: number | null;
  /** The answer was a 429. */
  readonly limited: { readonly retryAfterMs: number | null } | null;
}

/** What a process did with a lease. Told once all its calls have ended, so that none reached the server later. */
export interface Settlement {
  readonly leaseId: string;
  readonly lane: Lane;
  readonly used: number;
}

export interface LeaseRequest {
  readonly leaseId: string;
  readonly lane: Lane;
  readonly want: number;
}

export interface BudgetInput {
  readonly settlements: readonly Settlement[];
  readonly observations: readonly Observation[];
  /** Null: only settle and observe. */
  readonly request: LeaseRequest | null;
}

export interface BudgetAnswer {
  /** 0 when nothing is to be had; then `waitMs` and `reason` tell. */
  readonly granted: number;
  readonly leaseMs: number;
  readonly waitMs: number;
  readonly reason: 'none' | 'budget' | 'blocked';
  readonly policy: BudgetPolicy;
  readonly reported: boolean;
  /** Calls that could be made now, by any lane. */
  readonly left: number;
  readonly settledCalls: number;
  readonly mergedInto: string | null;
}

export function emptyBudget(): BudgetState {
  return {
    version: 1,
    policy: DEFAULT_POLICY,
    reported: false,
    cells: [],
    leases: [],
    blockedUntilMs: 0,
    settledCalls: 0,
    ceiling: null,
    waiting: { interactive: 0, apply: 0 },
    mergedInto: null,
    merged: [],
  };
}

export function cellMsOf(policy: BudgetPolicy): number {
  return Math.max(1, Math.ceil(policy.windowMs / CELLS_PER_WINDOW));
}

/** The largest lease for a caller who does not have that many calls waiting. */
export function sliceOf(policy: BudgetPolicy): number {
  return Math.max(1, Math.floor(policy.quota * SLICE_SHARE));
}

/** One step of the budget. Pure: `before` is not changed. */
export function stepBudget(
  before: BudgetState,
  nowMs: number,
  input: BudgetInput,
): { readonly state: BudgetState; readonly answer: BudgetAnswer } {
  const state = structuredClone(before);
  tidy(state, nowMs);
  // The policy first: it sets the width of the cells that are charged.
  for (const { policy } of input.observations) adopt(state, policy);
  for (const settlement of input.settlements) settle(state, settlement, nowMs);
  for (const observation of input.observations) observe(state, observation, nowMs);
  const answer = input.request === null ? null : grant(state, input.request, nowMs);
  const { policy, reported, settledCalls, mergedInto } = state;
  return {
    state,
    answer: {
      ...(answer ?? { granted: 0, waitMs: 0, reason: 'none' as const }),
      leaseMs: cellMsOf(policy),
      policy,
      reported,
      left: state.blockedUntilMs > nowMs ? 0 : Math.max(0, freeAt(state, nowMs)),
      settledCalls,
      mergedInto,
    },
  };
}

/** Takes over the charges of `from` once; leases that are still open count as spent. */
export function mergeBudget(
  into: BudgetState,
  from: BudgetState,
  fromKey: string,
  nowMs: number,
): BudgetState {
  if (into.merged.includes(fromKey)) return into;
  const state = structuredClone(into);
  if (from.reported && !state.reported) {
    state.policy = from.policy;
    state.reported = true;
  }
  const cells = [...state.cells, ...structuredClone(from.cells)];
  state.cells = cells.sort((a, b) => a[0] - b[0]);
  for (const lease of from.leases) charge(state, lease.expiresMs, COLUMN[lease.lane], lease.size);
  state.blockedUntilMs = Math.max(state.blockedUntilMs, from.blockedUntilMs);
  // It knows nothing of the calls that were just taken over; the next answer tells anew.
  state.ceiling = null;
  state.merged.push(fromKey);
  tidy(state, nowMs);
  return state;
}

/** Drops what has left every window, folds old leases, and brings back what a clock that jumped left ahead. */
function tidy(state: BudgetState, nowMs: number): void {
  const cellMs = cellMsOf(state.policy);
  const latest = nowMs + 2 * cellMs;
  for (const cell of state.cells) cell[0] = Math.min(cell[0], latest);
  state.leases = state.leases.map((lease) =>
    lease.expiresMs > latest ? { ...lease, expiresMs: latest } : lease,
  );
  state.blockedUntilMs = Math.min(state.blockedUntilMs, nowMs + BLOCK_MAX_MS);
  const { ceiling } = state;
  if (ceiling !== null && (ceiling.resetAtMs <= nowMs || ceiling.resetAtMs > nowMs + state.policy.windowMs)) {
    state.ceiling = null;
  }
  state.waiting.interactive = Math.min(state.waiting.interactive, latest);
  state.waiting.apply = Math.min(state.waiting.apply, latest);
  const folded = state.leases.filter((lease) => lease.expiresMs + FOLD_AFTER_CELLS * cellMs <= nowMs);
  for (const lease of folded) charge(state, lease.expiresMs, COLUMN[lease.lane], lease.size);
  state.leases = state.leases.filter((lease) => !folded.includes(lease));
  state.cells = state.cells.filter((cell) => counts(state.policy, cell[0], nowMs));
}

/**
 * The calls were made between the lease and now, whatever their latency: charged now, they stay until all have left
 * the window. A lease that was folded meanwhile (its calls took longer than it lived) is charged a second time.
 */
function settle(state: BudgetState, { leaseId, lane, used }: Settlement, nowMs: number): void {
  const lease = state.leases.find(({ id }) => id === leaseId);
  if (lease !== undefined) state.leases = state.leases.filter((other) => other !== lease);
  if (lease !== undefined && state.ceiling !== null) state.ceiling.left += lease.size - used;
  state.settledCalls += used;
  charge(state, nowMs, COLUMN[lane], used);
}

function adopt(state: BudgetState, policy: BudgetPolicy | null): void {
  if (policy === null) return;
  state.policy = policy;
  state.reported = true;
}

function observe(state: BudgetState, observation: Observation, nowMs: number): void {
  if (observation.limited !== null) {
    const blockMs = observation.limited.retryAfterMs ?? state.policy.windowMs;
    state.blockedUntilMs = Math.max(state.blockedUntilMs, nowMs + Math.min(blockMs, BLOCK_MAX_MS));
  }
  // A block shows as nothing left, which says nothing about what was used.
  if (observation.limited !== null || observation.remaining === null || !state.reported) return;
  // Every call of ours was charged before it was sent, so what the server counts beyond our charges is not ours.
  const used = usage(state, nowMs);
  const counted = state.policy.quota - observation.remaining;
  const unknown = counted - used.ours - used.foreign;
  if (unknown > 0) charge(state, nowMs, COLUMN.foreign, unknown);
  lowerCeiling(state, observation, nowMs);
}

/**
 * Of what is left, calls of ours may come that the server had not yet counted: those leased, and those that were
 * settled after the reporting request was begun. Some of them it had counted; later answers tell.
 */
function lowerCeiling(
  state: BudgetState,
  { remaining, resetMs, settledBefore }: Observation,
  nowMs: number,
): void {
  if (remaining === null || settledBefore === null) return;
  const leased = state.leases.reduce((sum, lease) => sum + lease.size, 0);
  const since = Math.max(0, state.settledCalls - settledBefore);
  const { windowMs } = state.policy;
  const resetAtMs = nowMs + Math.min(resetMs ?? windowMs, windowMs);
  state.ceiling = { left: remaining - leased - since, resetAtMs };
}

function grant(
  state: BudgetState,
  { leaseId, lane, want }: LeaseRequest,
  nowMs: number,
): { readonly granted: number; readonly waitMs: number; readonly reason: BudgetAnswer['reason'] } {
  if (state.blockedUntilMs > nowMs) {
    return { granted: 0, waitMs: state.blockedUntilMs - nowMs, reason: 'blocked' };
  }
  const cellMs = cellMsOf(state.policy);
  const granted = Math.min(want, allowedAt(state, lane, nowMs));
  if (granted >= 1) {
    if (lane !== 'sync') state.waiting[lane] = 0;
    if (state.ceiling !== null) state.ceiling.left -= granted;
    state.leases.push({ id: leaseId, lane, size: granted, expiresMs: nowMs + cellMs });
    return { granted, waitMs: 0, reason: 'none' };
  }
  if (lane !== 'sync') state.waiting[lane] = nowMs + 2 * cellMs;
  return { granted: 0, waitMs: waitFor(state, lane, nowMs), reason: 'budget' };
}

/** Milliseconds until charges will have left the window so that the lane may make a call, if nothing else comes. */
function waitFor(state: BudgetState, lane: Lane, nowMs: number): number {
  const ends = [
    ...state.cells.map((cell) => cell[0]),
    ...state.leases.map((lease) => endOfCell(state.policy, lease.expiresMs)),
  ];
  const times = ends.map((end) => end + lookbackMs(state.policy));
  if (state.ceiling !== null) times.push(state.ceiling.resetAtMs);
  for (const at of times.sort((a, b) => a - b)) {
    if (at > nowMs && allowedAt(state, lane, at) >= 1) return at - nowMs;
  }
  return state.policy.windowMs;
}

/** How many calls the lane may make: what is free, less what is kept for the other lanes. */
function allowedAt(state: BudgetState, lane: Lane, atMs: number): number {
  const used = usage(state, atMs);
  let allowed = Math.min(freeOf(state.policy, used), ceilingAt(state, atMs));
  for (const other of LANES) {
    if (other !== lane) allowed -= Math.max(0, reserveOf(state.policy, other) - used[other]);
  }
  const ahead = LANES.slice(0, LANES.indexOf(lane));
  if (ahead.some((higher) => higher !== 'sync' && state.waiting[higher] > atMs)) {
    allowed = Math.min(allowed, reserveOf(state.policy, lane) - used[lane]);
  }
  return Math.max(0, Math.floor(allowed));
}

function freeAt(state: BudgetState, atMs: number): number {
  return Math.min(freeOf(state.policy, usage(state, atMs)), ceilingAt(state, atMs));
}

/** What the server's last word allows, less what others may still use of its window. */
function ceilingAt({ ceiling, policy }: BudgetState, atMs: number): number {
  if (ceiling === null || ceiling.resetAtMs <= atMs) return Number.POSITIVE_INFINITY;
  const ahead = (ceiling.resetAtMs - atMs) / policy.windowMs;
  return ceiling.left - Math.ceil(policy.quota * (SAFETY_SHARE + OTHERS_SHARE * ahead));
}

function freeOf(policy: BudgetPolicy, used: Usage): number {
  const limit = policy.quota - Math.ceil(policy.quota * SAFETY_SHARE);
  const people = policy.quota * HUMAN_SHARE;
  // Who is seen to make calls will make more before anyone tells us.
  const unseen = Math.ceil(Math.max(people - used.foreign, people / 2));
  return limit - used.ours - used.foreign - unseen;
}

function reserveOf(policy: BudgetPolicy, lane: Lane): number {
  return Math.ceil(policy.quota * RESERVE_SHARE[lane]);
}

interface Usage extends Record<Lane, number> {
  ours: number;
  foreign: number;
}

/** All that can lie in one window with a call made at `atMs`. */
function usage(state: BudgetState, atMs: number): Usage {
  const sum: Usage = { interactive: 0, apply: 0, sync: 0, ours: 0, foreign: 0 };
  for (const cell of state.cells) {
    if (!counts(state.policy, cell[0], atMs)) continue;
    for (const lane of LANES) sum[lane] += cell[COLUMN[lane]];
    sum.foreign += cell[COLUMN.foreign];
  }
  for (const lease of state.leases) {
    if (counts(state.policy, endOfCell(state.policy, lease.expiresMs), atMs)) sum[lease.lane] += lease.size;
  }
  sum.ours = sum.interactive + sum.apply + sum.sync;
  return sum;
}

function counts(policy: BudgetPolicy, endMs: number, atMs: number): boolean {
  return endMs + lookbackMs(policy) > atMs;
}

function lookbackMs(policy: BudgetPolicy): number {
  return policy.windowMs + Math.min(LATENCY_MAX_MS, cellMsOf(policy) / 2);
}

/** The end of the cell that `atMs` lies in. */
function endOfCell(policy: BudgetPolicy, atMs: number): number {
  const cellMs = cellMsOf(policy);
  return (Math.floor(atMs / cellMs) + 1) * cellMs;
}

/** Adds calls made at or before `atMs` to the cell that ends after it. */
function charge(state: BudgetState, atMs: number, column: Column, calls: number): void {
  if (calls <= 0) return;
  const end = endOfCell(state.policy, atMs);
  let at = state.cells.length;
  while (at > 0 && (state.cells[at - 1]?.[0] ?? 0) >= end) at -= 1;
  const found = state.cells[at];
  if (found !== undefined && found[0] === end) {
    found[column] += calls;
    return;
  }
  const cell: BudgetCell = [end, 0, 0, 0, 0];
  cell[column] = calls;
  state.cells.splice(at, 0, cell);
}
