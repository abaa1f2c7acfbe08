/**
 * One process's dealings with the stored budget: what it has to tell (settled leases, what answers reported) goes
 * along with what it asks for, in one step; a budget that was merged into another is followed there.
 *
 * Invariant: what was to be told is kept until a step has taken it; a failed step loses nothing.
 */
import type { JsonValue } from '../base/json.ts';
import {
  type BudgetAnswer,
  type BudgetState,
  emptyBudget,
  type LeaseRequest,
  mergeBudget,
  type Observation,
  type Settlement,
  stepBudget,
} from './budget.ts';
import type { BudgetStore } from './ports.ts';

/** Observations kept for the next step; the newest count. */
const OBSERVATIONS_MAX = 20;
/** A merge follows a merge at most this often. */
const MERGES_MAX = 4;
/** A report that differs from what we believed by more than this share of the quota goes to the store at once. */
const SURPRISE_SHARE = 0.02;

export interface BudgetLedgerOptions {
  readonly store: BudgetStore;
  /** Whose budget: see `budgetKeyOf`. */
  readonly key: string;
  /** The budget is kept under another key now, where leases taken so far are charged as spent: drop them. */
  readonly onMove: () => void;
}

/** How many calls a budget had settled at some moment. */
export interface SettledMark {
  readonly key: string;
  readonly settledCalls: number;
}

export class BudgetLedger {
  readonly #options: BudgetLedgerOptions;
  readonly #settlements: Settlement[] = [];
  readonly #observations: Observation[] = [];
  #key: string;
  #left: number | null = null;
  #mark: SettledMark | null = null;
  #flushing: Promise<void> | null = null;

  constructor(options: BudgetLedgerOptions) {
    this.#options = options;
    this.#key = options.key;
  }

  /** Calls that could be made besides those leased, as of the last step; null before the first. */
  get left(): number | null {
    return this.#left;
  }

  /** What was settled by now, for the report of a request that begins now. */
  get mark(): SettledMark | null {
    return this.#mark;
  }

  settle(settlement: Settlement): void {
    this.#settlements.push(settlement);
  }

  /** Told with the next step; at once when it is a surprise. */
  observe(observation: Observation, mark: SettledMark | null): void {
    const settledBefore = mark?.key === this.#key ? mark.settledCalls : null;
    this.#observations.push({ ...observation, settledBefore });
    if (this.#observations.length > OBSERVATIONS_MAX) this.#observations.shift();
    if (this.#isSurprising(observation)) this.#flushSoon();
  }

  /** Asks for a lease; the request may look at the state as it is. */
  async lease(request: (state: BudgetState) => LeaseRequest): Promise<BudgetAnswer> {
    return await this.#step(request);
  }

  /** Tells what there is to tell. */
  async flush(): Promise<void> {
    await this.#flushing;
    await this.#flush();
  }

  /** From now on the budget is `key`'s. Charges made so far move along. */
  async merge(key: string): Promise<void> {
    if (key === this.#key) return;
    await this.flush();
    await this.#moveTo(key);
  }

  async #step(request: ((state: BudgetState) => LeaseRequest) | null): Promise<BudgetAnswer> {
    const settlements = this.#settlements.splice(0);
    const observations = this.#observations.splice(0);
    try {
      for (let merges = 0; ; merges += 1) {
        const answer = await this.#options.store.update(this.#key, (json, nowMs) => {
          const known = readBudget(json);
          const wanted = known.mergedInto === null && request !== null ? request(known) : null;
          const step = stepBudget(known, nowMs, { settlements, observations, request: wanted });
          return { state: writeBudget(step.state), result: step.answer };
        });
        this.#left = answer.left;
        this.#mark = { key: this.#key, settledCalls: answer.settledCalls };
        if (answer.mergedInto === null) return answer;
        if (merges >= MERGES_MAX) throw new Error(`the budget ${this.#key} was merged too often`);
        await this.#moveTo(answer.mergedInto);
        // Those leases were copied as spent.
        settlements.length = 0;
      }
    } catch (error) {
      this.#settlements.unshift(...settlements);
      this.#observations.unshift(...observations);
      throw error;
    }
  }

  /**
   * The old budget is marked first and keeps its charges, so that whoever finds the mark can copy them (once): a
   * crash in between loses nothing. Leases under the old key are copied as spent, so slices of them are dropped.
   */
  async #moveTo(key: string): Promise<void> {
    const { store } = this.#options;
    const from = this.#key;
    const old = await store.update(from, (json) => {
      const state = readBudget(json);
      const marked = { ...state, mergedInto: state.mergedInto ?? key };
      return { state: writeBudget(marked), result: marked };
    });
    const into = old.mergedInto ?? key;
    await store.update(into, (json, nowMs) => ({
      state: writeBudget(mergeBudget(readBudget(json), old, from, nowMs)),
      result: null,
    }));
    this.#key = into;
    this.#settlements.length = 0;
    this.#options.onMove();
  }

  #isSurprising({ limited, remaining, policy }: Observation): boolean {
    if (limited !== null) return true;
    if (remaining === null || policy === null || this.#left === null) return false;
    return this.#left - remaining > policy.quota * SURPRISE_SHARE;
  }

  #flushSoon(): void {
    this.#flushing ??= this.#flush()
      // What could not be told now goes with the next step, which will show the store's error to a caller.
      .catch(() => undefined)
      .finally(() => {
        this.#flushing = null;
      });
  }

  async #flush(): Promise<void> {
    if (this.#settlements.length === 0 && this.#observations.length === 0) return;
    await this.#step(null);
  }
}

/** The state as stored; anything that is none (a first use, a future version) is an empty budget. */
export function readBudget(json: JsonValue): BudgetState {
  const isBudget = typeof json === 'object' && json !== null && 'version' in json && json['version'] === 1;
  return isBudget ? (json as unknown as BudgetState) : emptyBudget();
}

function writeBudget(state: BudgetState): JsonValue {
  return state as unknown as JsonValue;
}
