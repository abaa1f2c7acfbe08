import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Lane } from '../domains/cloudflare-call.ts';
import {
  type BudgetAnswer,
  type BudgetState,
  cellMsOf,
  emptyBudget,
  LANES,
  mergeBudget,
  type Observation,
  stepBudget,
} from './budget.ts';

const T0 = 1_800_000_000_000;
const SMALL = { quota: 120, windowMs: 3_000 };

/** A budget with its store's clock: the steps of all processes, one after the other. */
class Book {
  state: BudgetState;
  #leases = 0;

  constructor(policy = SMALL) {
    this.state = { ...emptyBudget(), policy, reported: true };
  }

  lease(now: number, lane: Lane, want: number): BudgetAnswer & { readonly leaseId: string } {
    this.#leases += 1;
    const leaseId = `lease-${this.#leases}`;
    const input = { settlements: [], observations: [], request: { leaseId, lane, want } };
    const { state, answer } = stepBudget(this.state, now, input);
    this.state = state;
    return { ...answer, leaseId };
  }

  settle(now: number, leaseId: string, used: number, lane: Lane = 'apply'): void {
    const input = { settlements: [{ leaseId, lane, used }], observations: [], request: null };
    this.state = stepBudget(this.state, now, input).state;
  }

  observe(now: number, observation: Partial<Observation>): BudgetAnswer {
    const nothing = { policy: null, remaining: null, resetMs: null, settledBefore: null, limited: null };
    const whole = { ...nothing, ...observation };
    const input = { settlements: [], observations: [whole], request: null };
    const { state, answer } = stepBudget(this.state, now, input);
    this.state = state;
    return answer;
  }

  /** Leases as much as it can in single calls; returns how many. */
  drain(now: number, lane: Lane): number {
    let got = 0;
    while (this.lease(now, lane, 1).granted === 1) got += 1;
    return got;
  }
}

/** The most calls that any window holds, whatever its alignment. */
function fullestWindow(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (let to = 0; to < sorted.length; to += 1) {
    while ((sorted[to] ?? 0) - (sorted[from] ?? 0) >= windowMs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

const lanes = fc.constantFrom(...LANES);

describe('budget', () => {
  it('never lets a window of any alignment exceed the quota, whatever processes do with their leases', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 400 }),
      lane: lanes,
      want: fc.integer({ min: 1, max: 60 }),
      /** Share of the lease that is used, when in its life, and whether the process lives to settle it. */
      usedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      atShare: fc.double({ min: 0, max: 0.999, noNaN: true }),
      settles: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
        const book = new Book();
        const calls: number[] = [];
        const pending: { at: number; leaseId: string; used: number; lane: Lane }[] = [];
        let now = T0;
        for (const { afterMs, lane, want, usedShare, atShare, settles } of steps) {
          now += afterMs;
          for (const due of pending.splice(0)) {
            if (due.at <= now) book.settle(now, due.leaseId, due.used, due.lane);
            else pending.push(due);
          }
          const { granted, leaseId, leaseMs } = book.lease(now, lane, want);
          const used = Math.round(granted * usedShare);
          // A process that lives may be slow: its calls reach the server late, and it settles after them.
          const at = now + Math.floor(leaseMs * atShare * (settles ? 6 : 1));
          for (let i = 0; i < used; i += 1) calls.push(at);
          if (settles && granted > 0) pending.push({ at, leaseId, used, lane });
        }
        assert.ok(fullestWindow(calls, SMALL.windowMs) <= SMALL.quota);
      }),
      { numRuns: 300 },
    );
  });

  it('gives at least 80 % of the permitted rate to a single lane that always asks', () => {
    for (const lane of LANES) {
      const book = new Book();
      const end = T0 + 20 * SMALL.windowMs;
      const calls: number[] = [];
      for (let now = T0; now < end; now += 7) {
        const { granted, leaseId } = book.lease(now, lane, 3);
        for (let i = 0; i < granted; i += 1) calls.push(now);
        if (granted > 0) book.settle(now, leaseId, granted, lane);
      }
      const share = calls.length / (20 * SMALL.quota);
      assert.ok(share >= 0.8, `${lane}: ${share}`);
      assert.ok(fullestWindow(calls, SMALL.windowMs) <= SMALL.quota);
    }
  });

  it('keeps the reserves: sync cannot eat the interactive lane, nor interactive the others', () => {
    for (const greedy of LANES) {
      const book = new Book({ quota: 1200, windowMs: 300_000 });
      assert.ok(book.drain(T0, greedy) > 1000);
      for (const other of LANES) {
        if (other === greedy) continue;
        assert.ok(book.drain(T0 + 1, other) >= 24, `${other} after ${greedy}`);
      }
    }
  });

  it('lets the higher lane go first when someone of it waits', () => {
    const book = new Book({ quota: 1200, windowMs: 300_000 });
    book.drain(T0, 'sync');
    book.drain(T0, 'interactive');
    assert.equal(book.lease(T0 + 1, 'interactive', 1).granted, 0);
    const freed = T0 + 300_000 + 20_000 + 2_000;
    // Someone at the keyboard asked a moment ago; sync finds only its own reserve.
    book.lease(freed - 100, 'interactive', 1);
    const synced = book.drain(freed, 'sync');
    assert.ok(synced <= 24, String(synced));
    assert.ok(book.lease(freed, 'interactive', 1).granted === 1);
  });

  it('counts the lease of a dead process as spent until it has left the window', () => {
    const book = new Book();
    const { granted, leaseMs } = book.lease(T0, 'apply', 50);
    assert.equal(granted, 50);
    const before = book.drain(T0 + 1, 'apply');
    const later = T0 + leaseMs + SMALL.windowMs - 200;
    assert.equal(book.lease(later, 'apply', 1).granted, 0);
    const all = T0 + leaseMs + SMALL.windowMs + 2 * cellMsOf(SMALL);
    assert.ok(book.drain(all, 'apply') >= before + 50);
  });

  it('takes back what a settled lease did not use', () => {
    const book = new Book();
    const { leaseId } = book.lease(T0, 'apply', 50);
    const before = book.observe(T0 + 1, {}).left;
    book.settle(T0 + 2, leaseId, 3);
    assert.equal(book.observe(T0 + 3, {}).left, before + 47);
    // A lease that is no more was folded: what it did later counts beside it.
    book.settle(T0 + 4, leaseId, 3);
    assert.equal(book.observe(T0 + 5, {}).left, before + 44);
  });

  it('adopts the policy that the server reports', () => {
    const book = new Book({ quota: 1200, windowMs: 300_000 });
    const answer = book.observe(T0, { policy: { quota: 1200, windowMs: 10_000 } });
    assert.deepEqual(answer.policy, { quota: 1200, windowMs: 10_000 });
    assert.equal(answer.leaseMs, 334);
  });

  it('believes the server when it counts more than we made: foreign traffic lowers the budget', () => {
    const book = new Book({ quota: 1200, windowMs: 300_000 });
    const { leaseId } = book.lease(T0, 'sync', 40);
    book.settle(T0 + 1, leaseId, 40, 'sync');
    const unaware = book.observe(T0 + 1, { remaining: 1160 }).left;
    const aware = book.observe(T0 + 2, { remaining: 660 }).left;
    // The 500 come out of what was kept for people first, of which half stays.
    assert.equal(unaware - aware, 500 - 48 / 2);
    // Told again, nothing more is taken.
    assert.equal(book.observe(T0 + 3, { remaining: 660 }).left, aware);
    assert.ok(book.drain(T0 + 4, 'sync') + 40 + 500 <= 1200);
  });

  it('leases no more than the server says is left, less what it cannot have counted and what others may use', () => {
    const book = new Book({ quota: 1200, windowMs: 300_000 });
    const { leaseId } = book.lease(T0, 'sync', 40);
    book.settle(T0, leaseId, 40, 'sync');
    book.lease(T0, 'apply', 7);
    const left = (remaining: number, resetMs: number, settledBefore: number): number =>
      book.observe(T0, { remaining, resetMs, settledBefore }).left;
    // 12 for safety; a tenth of the quota for the rest of the window; 7 are leased.
    assert.equal(left(900, 300_000, 40), 900 - 12 - 120 - 7);
    assert.equal(left(900, 150_000, 40), 900 - 12 - 60 - 7);
    // The 40 were settled after the request began: the server may not have counted them.
    assert.equal(left(900, 150_000, 0), 900 - 12 - 60 - 7 - 40);
    // What is leased comes off; what is not used of it comes back.
    const lease = book.lease(T0, 'sync', 20);
    assert.equal(lease.left, 900 - 12 - 60 - 7 - 40 - 20);
    book.settle(T0, lease.leaseId, 5, 'sync');
    assert.equal(book.observe(T0, {}).left, 900 - 12 - 60 - 7 - 40 - 5);
    // Over with the server's window.
    assert.ok(book.observe(T0 + 150_000, {}).left > 900 - 12 - 60);
  });

  it('blocks after a 429 for as long as it was told, else for a window', () => {
    const book = new Book();
    book.observe(T0, { limited: { retryAfterMs: 5_000 }, remaining: 0 });
    const blocked = book.lease(T0 + 1, 'interactive', 1);
    assert.deepEqual([blocked.granted, blocked.reason, blocked.waitMs], [0, 'blocked', 4_999]);
    assert.equal(book.lease(T0 + 5_000, 'interactive', 1).granted, 1);
    book.observe(T0 + 6_000, { limited: { retryAfterMs: null } });
    assert.equal(book.lease(T0 + 6_001, 'interactive', 1).waitMs, SMALL.windowMs - 1);
  });

  it('tells a wait after which a call is indeed possible', () => {
    fc.assert(
      fc.property(lanes, fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }), (lane, gaps) => {
        const book = new Book();
        let now = T0;
        for (const gap of gaps) {
          now += gap;
          book.lease(now, lane, 17);
        }
        book.drain(now, lane);
        const { waitMs, granted } = book.lease(now, lane, 1);
        assert.equal(granted, 0);
        assert.ok(waitMs > 0 && waitMs <= SMALL.windowMs + 3 * cellMsOf(SMALL), String(waitMs));
        assert.equal(book.lease(now + waitMs, lane, 1).granted, 1);
      }),
    );
  });

  it('recovers within a window when the store’s clock jumps back', () => {
    const book = new Book();
    book.drain(T0 + 86_400_000, 'apply');
    assert.equal(book.lease(T0, 'apply', 1).granted, 0);
    assert.equal(book.lease(T0 + SMALL.windowMs + 4 * cellMsOf(SMALL), 'apply', 1).granted, 1);
  });

  it('keeps its state small', () => {
    const book = new Book({ quota: 1200, windowMs: 300_000 });
    for (let now = T0; now < T0 + 3_000_000; now += 500) book.lease(now, 'sync', 1);
    assert.ok(JSON.stringify(book.state).length < 8_000, String(JSON.stringify(book.state).length));
  });

  it('merges the charges of a credential into its user’s budget, once', () => {
    const user = new Book();
    const token = new Book();
    user.lease(T0, 'apply', 30);
    token.lease(T0, 'sync', 40);
    const merged = mergeBudget(user.state, token.state, 'credential:a', T0 + 1);
    const again = mergeBudget(merged, token.state, 'credential:a', T0 + 2);
    const left = stepBudget(again, T0 + 3, { settlements: [], observations: [], request: null }).answer.left;
    const alone = stepBudget(user.state, T0 + 3, { settlements: [], observations: [], request: null }).answer
      .left;
    assert.equal(alone - left, 40);
  });
});
