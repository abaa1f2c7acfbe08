import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Lane } from '../domains/cloudflare-call.ts';
import type { BudgetPolicy, Observation } from './budget.ts';
import { BudgetGate, type BudgetWait, type Permit } from './budget-gate.ts';
import { createMemoryBudgetStore } from './budget-store-memory.ts';
import { seededRandom, VirtualClock } from './fakes.ts';
import type { BudgetStore } from './ports.ts';

const NOTHING: Observation = {
  policy: null,
  remaining: null,
  resetMs: null,
  settledBefore: null,
  limited: null,
};

/** Cloudflare's side: counts in fixed windows and in every sliding one, and reports what is left. */
class Meter {
  readonly times: number[] = [];
  readonly #policy: BudgetPolicy;
  readonly #clock: VirtualClock;
  readonly #reports: boolean;
  /** The most that one of the server's own windows held, others' calls included. */
  fullestFixed = 0;
  #windowStart = Number.NEGATIVE_INFINITY;
  #spent = 0;

  constructor(options: { policy: BudgetPolicy; clock: VirtualClock; reports?: boolean }) {
    this.#policy = options.policy;
    this.#clock = options.clock;
    this.#reports = options.reports ?? true;
  }

  hit(whose: 'ours' | 'foreign' = 'ours'): Observation {
    const now = this.#clock.now();
    if (now >= this.#windowStart + this.#policy.windowMs) {
      this.#windowStart = now;
      this.#spent = 0;
    }
    this.#spent += 1;
    this.fullestFixed = Math.max(this.fullestFixed, this.#spent);
    if (whose === 'ours') this.times.push(now);
    if (!this.#reports) return NOTHING;
    const remaining = Math.max(0, this.#policy.quota - this.#spent);
    // In whole seconds, as the header has it.
    const resetMs = Math.ceil((this.#windowStart + this.#policy.windowMs - now) / 1000) * 1000;
    return { ...NOTHING, policy: this.#policy, remaining, resetMs };
  }

  /** The most calls of ours in any window. */
  fullest(): number {
    let most = 0;
    let from = 0;
    for (let to = 0; to < this.times.length; to += 1) {
      while ((this.times[to] ?? 0) - (this.times[from] ?? 0) >= this.#policy.windowMs) from += 1;
      most = Math.max(most, to - from + 1);
    }
    return most;
  }
}

function gate(
  clock: VirtualClock,
  store: BudgetStore,
  more: { seed?: number; key?: string; waitMaxMs?: number; onWait?: (wait: BudgetWait) => void } = {},
): BudgetGate {
  const { seed = 1, key = 'credential:a', waitMaxMs = 3_600_000, onWait } = more;
  const options = { store, key, clock, random: seededRandom(seed), waitMaxMs };
  return new BudgetGate(onWait === undefined ? options : { ...options, onWait });
}

/** A process: `workers` callers, each making calls one after the other until told to stop. */
async function work(
  self: { gate: BudgetGate; clock: VirtualClock; meter: Meter; lane: Lane },
  options: { workers: number; latencyMs: number; mayGo: () => boolean },
): Promise<number> {
  let calls = 0;
  const worker = async (): Promise<void> => {
    while (options.mayGo()) {
      const permit = await self.gate.acquire(self.lane);
      await self.clock.sleep(options.latencyMs / 2);
      const observation = self.meter.hit();
      calls += 1;
      await self.clock.sleep(options.latencyMs / 2);
      permit.report(observation);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, worker));
  return calls;
}

describe('budget gate', () => {
  const POLICIES: readonly { name: string; policy: BudgetPolicy; latencyMs: number; reports: boolean }[] = [
    { name: '1,200 per 5 min', policy: { quota: 1200, windowMs: 300_000 }, latencyMs: 300, reports: true },
    {
      name: 'the same, unreported',
      policy: { quota: 1200, windowMs: 300_000 },
      latencyMs: 300,
      reports: false,
    },
    { name: '1,200 per 10 s', policy: { quota: 1200, windowMs: 10_000 }, latencyMs: 20, reports: true },
    { name: '120 per 3 s', policy: { quota: 120, windowMs: 3_000 }, latencyMs: 20, reports: true },
  ];
  for (const { name, policy, latencyMs, reports } of POLICIES) {
    it(`four processes, one killed with a lease in hand, foreign traffic beside them: ${name}`, async () => {
      const clock = new VirtualClock();
      const store = createMemoryBudgetStore({ clock });
      const meter = new Meter({ policy, clock, reports });
      const startedAt = clock.now();
      const wanted = policy.quota * 3;
      const foreignEveryMs = policy.windowMs / (policy.quota * (reports ? 0.08 : 0.03));
      let foreign = 0;
      let done = false;
      const others = async (): Promise<void> => {
        while (!done) {
          await clock.sleep(foreignEveryMs);
          meter.hit('foreign');
          foreign += 1;
        }
      };
      const killedAt = startedAt + policy.windowMs / 3;
      const lanes: readonly Lane[] = ['interactive', 'apply', 'sync', 'apply'];
      const processes = lanes.map((lane, index) => {
        const self = { gate: gate(clock, store, { seed: index + 1 }), clock, meter, lane };
        const isKilled = (): boolean => index === 3 && clock.now() >= killedAt;
        const mayGo = (): boolean => !isKilled() && meter.times.length < wanted;
        return work(self, { workers: 6, latencyMs, mayGo });
      });
      const aside = others();
      const made = await clock.run(Promise.all(processes));
      done = true;
      await clock.run(aside);
      const elapsedMs = clock.now() - startedAt;
      assert.ok(meter.fullestFixed <= policy.quota, `${meter.fullestFixed} calls in one window`);
      assert.ok(meter.fullest() <= policy.quota, `${meter.fullest()} calls in a sliding window`);
      const ours = made.reduce((sum, calls) => sum + calls, 0);
      assert.ok(ours >= wanted);
      const permitted = (policy.quota * elapsedMs) / policy.windowMs - foreign;
      assert.ok(ours >= permitted * 0.8, `${ours} of ${Math.round(permitted)} permitted`);
      assert.ok(
        made.every((calls) => calls > policy.quota * 0.02),
        `nobody starves: ${made}`,
      );
    });
  }

  it('asks the store far less often than it lets calls through', async () => {
    const clock = new VirtualClock();
    const inner = createMemoryBudgetStore({ clock });
    let steps = 0;
    const store: BudgetStore = {
      update: (key, step) => {
        steps += 1;
        return inner.update(key, step);
      },
    };
    const meter = new Meter({ policy: { quota: 1200, windowMs: 300_000 }, clock });
    const self = { gate: gate(clock, store), clock, meter, lane: 'sync' as const };
    await clock.run(work(self, { workers: 1, latencyMs: 200, mayGo: () => meter.times.length < 300 }));
    assert.ok(steps <= 300 / 4, `${steps} steps for 300 calls`);
  });

  it('makes one call at a time until the first answer has told the policy', async () => {
    const clock = new VirtualClock();
    const self = gate(clock, createMemoryBudgetStore({ clock }));
    let admitted = 0;
    let first: Permit | null = null;
    const waiting = Array.from({ length: 30 }, async () => {
      first ??= await self.acquire('interactive');
      admitted += 1;
    });
    await clock.run(clock.sleep(1));
    assert.equal(admitted, 1);
    (first as Permit | null)?.report({ ...NOTHING, policy: { quota: 120, windowMs: 3_000 } });
    await clock.run(Promise.all(waiting));
    assert.equal(admitted, 30);
  });

  it('goes on with the next call when the first got no answer', async () => {
    const clock = new VirtualClock();
    const self = gate(clock, createMemoryBudgetStore({ clock }));
    const first = await clock.run(self.acquire('sync'));
    const second = self.acquire('sync');
    first.report(null);
    await clock.run(second);
  });

  it('tells how long it waits, and why', async () => {
    const clock = new VirtualClock();
    const waits: BudgetWait[] = [];
    const self = gate(clock, createMemoryBudgetStore({ clock }), { onWait: (wait) => waits.push(wait) });
    (await clock.run(self.acquire('apply'))).report({ ...NOTHING, limited: { retryAfterMs: 30_000 } });
    const before = clock.now();
    await clock.run(self.acquire('apply'));
    assert.ok(clock.now() - before >= 29_000);
    assert.equal(waits[0]?.reason, 'blocked');
    assert.ok((waits[0]?.waitMs ?? 0) > 29_000);
    assert.ok((waits.at(-1)?.waitMs ?? 0) < 29_000);
  });

  it('refuses a wait that is longer than allowed', async () => {
    const clock = new VirtualClock();
    const self = gate(clock, createMemoryBudgetStore({ clock }), { waitMaxMs: 10_000 });
    (await clock.run(self.acquire('apply'))).report({ ...NOTHING, limited: { retryAfterMs: 30_000 } });
    await assert.rejects(clock.run(self.acquire('apply')), {
      code: 'cloudflare-rate-limited',
      kind: 'temporary',
    });
  });

  it('lets a caller leave the queue', async () => {
    const clock = new VirtualClock();
    const self = gate(clock, createMemoryBudgetStore({ clock }));
    (await clock.run(self.acquire('apply'))).report({ ...NOTHING, limited: { retryAfterMs: 30_000 } });
    const controller = new AbortController();
    const left = assert.rejects(self.acquire('apply', { signal: controller.signal }), /enough/);
    const stays = self.acquire('apply');
    await clock.run(clock.sleep(1_000));
    controller.abort(new Error('enough'));
    await clock.run(left);
    await clock.run(stays);
  });

  it('hands the store’s failure to those who wait, and asks again for the next', async () => {
    const clock = new VirtualClock();
    const inner = createMemoryBudgetStore({ clock });
    let broken = true;
    const store: BudgetStore = {
      update: async (key, step) => {
        if (broken) throw new Error('disk full');
        return inner.update(key, step);
      },
    };
    const self = gate(clock, store);
    await assert.rejects(clock.run(self.acquire('apply')), /disk full/);
    broken = false;
    await clock.run(self.acquire('apply'));
  });

  it('gives back what it did not use when closed', async () => {
    const clock = new VirtualClock();
    const store = createMemoryBudgetStore({ clock });
    const policy = { quota: 1200, windowMs: 300_000 };
    const first = gate(clock, store);
    (await clock.run(first.acquire('sync'))).report({ ...NOTHING, policy });
    for (let i = 0; i < 9; i += 1) (await clock.run(first.acquire('sync'))).report(null);
    await clock.run(first.close());
    await assert.rejects(first.acquire('sync'), { code: 'cloudflare-not-sent' });
    const second = gate(clock, store, { seed: 2 });
    await clock.run(second.acquire('sync'));
    // 1200 - safety - people - 10 - 1
    assert.equal(second.left, 1200 - 12 - 48 - 10 - 1);
  });

  it('lets another use what provably never left, once', async () => {
    const clock = new VirtualClock();
    const store = createMemoryBudgetStore({ clock });
    const self = gate(clock, store);
    const policy = { quota: 1200, windowMs: 300_000 };
    (await clock.run(self.acquire('sync'))).report({ ...NOTHING, policy });
    const unsent = await clock.run(self.acquire('sync'));
    unsent.giveBack();
    unsent.giveBack();
    unsent.report(null);
    (await clock.run(self.acquire('sync'))).report(null);
    await clock.run(self.close());
    const after = gate(clock, store, { seed: 2 });
    await clock.run(after.acquire('sync'));
    assert.equal(after.left, 1200 - 12 - 48 - 2 - 1);
  });

  it('charges a call when it has ended, not when it was begun', async () => {
    const clock = new VirtualClock();
    const store = createMemoryBudgetStore({ clock });
    const policy = { quota: 120, windowMs: 3_000 };
    const self = gate(clock, store);
    (await clock.run(self.acquire('sync'))).report({ ...NOTHING, policy });
    const slow = await clock.run(self.acquire('sync'));
    await clock.run(clock.sleep(1_000));
    slow.report({ ...NOTHING, policy });
    await clock.run(self.close());
    // A window after it was begun it still counts: the server may have seen it at any time in between.
    await clock.run(clock.sleep(2_500));
    const after = gate(clock, store, { seed: 2 });
    await clock.run(after.acquire('sync'));
    assert.equal(after.left, 120 - 2 - 5 - 1 - 1);
  });

  it('does not use a slice beyond its life, nor after the clock jumped back', async () => {
    const clock = new VirtualClock();
    const store = createMemoryBudgetStore({ clock });
    const self = gate(clock, store);
    (await clock.run(self.acquire('sync'))).report({
      ...NOTHING,
      policy: { quota: 1200, windowMs: 300_000 },
    });
    for (let i = 0; i < 4; i += 1) await clock.run(self.acquire('sync'));
    const keys: string[] = [];
    const spy = gate(clock, {
      update: (key, step) => {
        keys.push(key);
        return store.update(key, step);
      },
    });
    (await clock.run(spy.acquire('sync'))).report(NOTHING);
    for (let i = 0; i < 3; i += 1) (await clock.run(spy.acquire('sync'))).report(null);
    const before = keys.length;
    clock.jump(11_000);
    await clock.run(spy.acquire('sync'));
    assert.equal(keys.length, before + 1);
    clock.jump(-5_000);
    await clock.run(spy.acquire('sync'));
    assert.equal(keys.length, before + 2);
  });

  it('follows a merge that another process made, and loses no charge', async () => {
    const clock = new VirtualClock();
    const store = createMemoryBudgetStore({ clock });
    const policy = { quota: 1200, windowMs: 300_000 };
    const one = gate(clock, store, { seed: 1, key: 'credential:a' });
    const two = gate(clock, store, { seed: 2, key: 'credential:a' });
    const other = gate(clock, store, { seed: 3, key: 'credential:b' });
    for (const self of [one, two, other]) {
      (await clock.run(self.acquire('apply'))).report({ ...NOTHING, policy });
    }
    await clock.run(one.merge('user:u'));
    await clock.run(other.merge('user:u'));
    await clock.run(one.merge('user:u'));
    clock.jump(11_000);
    await clock.run(two.acquire('apply'));
    // One call each before the merge, then a slice of two.
    assert.equal(two.left, 1200 - 12 - 48 - 3 - 2);
  });
});
