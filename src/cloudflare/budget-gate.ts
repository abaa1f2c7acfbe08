/**
 * The gate before every request: waits until the shared budget allows one. Around the arithmetic of budget.ts it
 * keeps a small leased slice per lane, so that not every call costs a store transaction.
 *
 * ```
 * acquire ─→ slice of the lane has a call left and has not expired ─→ go
 *        └─→ queue ─→ one refill at a time per lane ─→ granted: go │ not: sleep (onWait tells), ask again
 * ```
 *
 * Invariants:
 * - A call goes only on a leased slot that has not expired by this process's clock, counted from before the lease
 *   was asked for; so the store's expiry is never earlier than what was used.
 * - A lease is settled once, when its last call has ended; one that is never settled counts as spent.
 * - While nobody knows the server's policy, calls go one at a time: the first answer may tell of a smaller quota.
 */
import type { Clock, Random } from '../base/clock.ts';
import { ZonewardError } from '../base/errors.ts';
import type { Lane } from '../domains/cloudflare-call.ts';
import { type BudgetAnswer, LANES, type Observation, sliceOf } from './budget.ts';
import { BudgetLedger, type SettledMark } from './budget-ledger.ts';
import type { BudgetStore } from './ports.ts';

/** A refill for many waiting callers asks for at most this much. */
const WANT_MAX = 50;
/** With nothing known, a wait is looked at again after this. */
const POLL_MAX_MS = 10_000;

/** Why and how long a call waits: for the line "next batch in 12 s: budget". */
export interface BudgetWait {
  readonly lane: Lane;
  readonly waitMs: number;
  /** `budget`: our share of the window is used. `blocked`: Cloudflare answered 429. */
  readonly reason: 'budget' | 'blocked';
}

export interface BudgetGateOptions {
  readonly store: BudgetStore;
  /** Whose budget: see `budgetKeyOf`. */
  readonly key: string;
  readonly clock: Clock;
  readonly random: Random;
  /** A longer wait is refused (`cloudflare-rate-limited`) instead of waited for. */
  readonly waitMaxMs: number;
  readonly onWait?: (wait: BudgetWait) => void;
}

/** The right to send one request, at once. Exactly one of the two ends it. */
export interface Permit {
  /** The request has ended, with what its answer told; null when there was no answer. */
  report(observation: Observation | null): void;
  /** The request provably never left: another may use its slot. */
  giveBack(): void;
}

export interface AcquireOptions {
  readonly signal?: AbortSignal | undefined;
  /** By the gate's clock: who cannot go by then is refused as soon as that is known. */
  readonly latestMs?: number;
}

interface Waiter {
  readonly latestMs: number;
  resolve(permit: Permit): void;
  reject(error: unknown): void;
}

interface Slice {
  readonly leaseId: string;
  readonly size: number;
  readonly startedMs: number;
  readonly expiresMs: number;
  used: number;
  /** Of the used ones, those whose request has not ended. */
  open: number;
  /** `retired`: no call begins on it any more. `dropped`: nor is it settled. */
  state: 'current' | 'retired' | 'dropped';
}

interface LaneState {
  readonly lane: Lane;
  readonly waiters: Waiter[];
  slice: Slice | null;
  /** The next lease's size when nobody queues; grows while leases are used up. */
  ramp: number;
  /** The refill loop while it runs. */
  pump: Promise<void> | null;
  sleep: AbortController | null;
}

export class BudgetGate {
  readonly #options: BudgetGateOptions;
  readonly #lanes: Readonly<Record<Lane, LaneState>>;
  readonly #ledger: BudgetLedger;
  #learned = false;
  #probing = false;
  #closed = false;

  constructor(options: BudgetGateOptions) {
    this.#options = options;
    this.#ledger = new BudgetLedger({
      ...options,
      onMove: () => {
        for (const lane of LANES) {
          const { slice } = this.#lanes[lane];
          if (slice !== null) slice.state = 'dropped';
          this.#lanes[lane].slice = null;
        }
      },
    });
    const laneState = (lane: Lane): LaneState => ({
      lane,
      waiters: [],
      slice: null,
      ramp: 1,
      pump: null,
      sleep: null,
    });
    this.#lanes = {
      interactive: laneState('interactive'),
      apply: laneState('apply'),
      sync: laneState('sync'),
    };
  }

  /** Calls that could be made now besides those leased, as of the last step; null before the first. */
  get left(): number | null {
    return this.#ledger.left;
  }

  /**
   * Resolves when one request may be sent; send it at once, and end the permit, always. Rejects with the signal's
   * reason, with `cloudflare-rate-limited` when the wait would be too long, or with the store's error.
   */
  async acquire(lane: Lane, { signal, latestMs }: AcquireOptions = {}): Promise<Permit> {
    signal?.throwIfAborted();
    if (this.#closed) throw closedError();
    const state = this.#lanes[lane];
    const permit = state.waiters.length === 0 ? this.#take(state) : null;
    if (permit !== null) return permit;
    const patienceEndsMs = this.#options.clock.now() + this.#options.waitMaxMs;
    return await new Promise<Permit>((resolve, reject) => {
      const leave = (): void => {
        const at = state.waiters.indexOf(waiter);
        if (at !== -1) state.waiters.splice(at, 1);
        if (state.waiters.length === 0) state.sleep?.abort();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        latestMs: Math.min(patienceEndsMs, latestMs ?? patienceEndsMs),
        resolve: (granted) => {
          signal?.removeEventListener('abort', leave);
          resolve(granted);
        },
        reject: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      state.waiters.push(waiter);
      this.#pump(state);
    });
  }

  /**
   * From now on the budget is kept under `key`, because the user behind the credential is known: all credentials
   * of one user share it. Charges made so far move along. Safe to repeat, to interrupt, and in several processes.
   */
  async merge(key: string): Promise<void> {
    await this.#ledger.merge(key);
  }

  /**
   * Returns what is left of the leases, but for those with a call under way. Waiting callers are refused. Safe to
   * repeat.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const lane of LANES) this.#rejectAll(this.#lanes[lane], closedError());
    for (const lane of LANES) await this.#lanes[lane].pump;
    for (const lane of LANES) this.#retire(this.#lanes[lane]);
    await this.#ledger.flush();
  }

  /** Uses a slot of the lane's slice, if there is one. */
  #take(state: LaneState): Permit | null {
    const { slice } = state;
    if (slice === null || (!this.#learned && this.#probing)) return null;
    const now = this.#options.clock.now();
    // A clock that jumped back would keep the slice alive for too long.
    const alive = now >= slice.startedMs && now < slice.expiresMs;
    if (!alive || slice.used >= slice.size) {
      this.#retire(state);
      return null;
    }
    slice.used += 1;
    slice.open += 1;
    this.#probing = true;
    const { mark } = this.#ledger;
    let ended = false;
    const end = (observation: Observation | null, sent: boolean): void => {
      if (ended) return;
      ended = true;
      slice.open -= 1;
      if (!sent) slice.used -= 1;
      this.#settle(state.lane, slice);
      this.#learn(observation, mark);
    };
    return {
      report: (observation) => end(observation, true),
      giveBack: () => end(null, false),
    };
  }

  #learn(observation: Observation | null, mark: SettledMark | null): void {
    this.#probing = false;
    if (observation !== null) {
      this.#learned = true;
      this.#ledger.observe(observation, mark);
    }
    for (const lane of LANES) this.#pump(this.#lanes[lane]);
  }

  #retire(state: LaneState): void {
    const { slice } = state;
    if (slice === null) return;
    state.slice = null;
    state.ramp = slice.used >= slice.size ? state.ramp * 2 : 1;
    slice.state = 'retired';
    this.#settle(state.lane, slice);
  }

  /** Tells the ledger once nothing of the slice is under way. */
  #settle(lane: Lane, slice: Slice): void {
    if (slice.state !== 'retired' || slice.open > 0) return;
    slice.state = 'dropped';
    this.#ledger.settle({ leaseId: slice.leaseId, lane, used: slice.used });
  }

  #pump(state: LaneState): void {
    if (state.pump !== null || state.waiters.length === 0) return;
    state.pump = this.#serve(state)
      .catch((error: unknown) => this.#rejectAll(state, error))
      .finally(() => {
        state.pump = null;
        // Someone may have joined between the last look and now.
        if (state.waiters.length > 0 && !(this.#probing && !this.#learned)) this.#pump(state);
      });
  }

  async #serve(state: LaneState): Promise<void> {
    while (state.waiters.length > 0) {
      if (!this.#learned && this.#probing) return; // The end of that call goes on.
      const permit = this.#take(state);
      if (permit !== null) {
        state.waiters.shift()?.resolve(permit);
        continue;
      }
      const answer = await this.#refill(state);
      if (answer.granted === 0 && state.waiters.length > 0) await this.#sleep(state, answer);
    }
  }

  async #refill(state: LaneState): Promise<BudgetAnswer> {
    const { clock, random } = this.#options;
    const leaseId = Buffer.from(random.bytes(12)).toString('base64url');
    const startedMs = clock.now();
    const answer = await this.#ledger.lease((known) => ({
      leaseId,
      lane: state.lane,
      want: this.#learned
        ? Math.max(Math.min(state.waiters.length, WANT_MAX), Math.min(state.ramp, sliceOf(known.policy)))
        : 1,
    }));
    if (answer.reported) this.#learned = true;
    if (answer.granted > 0) {
      state.slice = {
        leaseId,
        size: answer.granted,
        startedMs,
        expiresMs: startedMs + answer.leaseMs,
        used: 0,
        open: 0,
        state: 'current',
      };
      state.ramp = Math.min(state.ramp, sliceOf(answer.policy));
    }
    return answer;
  }

  async #sleep(state: LaneState, answer: BudgetAnswer): Promise<void> {
    const { clock, random, onWait } = this.#options;
    const { waitMs, reason } = answer;
    const goesAtMs = clock.now() + waitMs;
    const tooLong = state.waiters.filter((waiter) => waiter.latestMs < goesAtMs);
    for (const waiter of tooLong) {
      state.waiters.splice(state.waiters.indexOf(waiter), 1);
      waiter.reject(tooLongError(state.lane, waitMs));
    }
    if (state.waiters.length === 0) return;
    if (reason !== 'none') onWait?.({ lane: state.lane, waitMs, reason });
    // Others give back what they do not use, so look again within a cell; spread out, so that they do not collide.
    const pollMs = Math.min(POLL_MAX_MS, answer.leaseMs) * (0.75 + random.next() / 2);
    state.sleep = new AbortController();
    try {
      await clock.sleep(Math.max(1, Math.min(waitMs, pollMs)), state.sleep.signal);
    } catch (error) {
      if (!state.sleep.signal.aborted) throw error;
    } finally {
      state.sleep = null;
    }
  }

  #rejectAll(state: LaneState, error: unknown): void {
    for (const waiter of state.waiters.splice(0)) waiter.reject(error);
    state.sleep?.abort();
  }
}

function closedError(): ZonewardError {
  return new ZonewardError('the connection to Cloudflare is closed', {
    code: 'cloudflare-not-sent',
    kind: 'temporary',
    next: ['Open it again.'],
  });
}

function tooLongError(lane: Lane, waitMs: number): ZonewardError {
  const seconds = Math.ceil(waitMs / 1000);
  return new ZonewardError(
    `the request budget at Cloudflare is used up; the next call is possible in ${seconds} s`,
    {
      code: 'cloudflare-rate-limited',
      kind: 'temporary',
      next: [`Try again in ${seconds} s.`],
      details: { lane, retryAfterMs: waitMs },
    },
  );
}
