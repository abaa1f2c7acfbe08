/**
 * A process of its own on a shared store, for the contention and crash cases of the contract suite. Started with
 * the store's URL, a task and a count; prints one line for each step that the store has acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '../../base/clock.ts';
import type { ChangeSetId } from '../../base/ids.ts';
import { openStore, type Store } from '../open-store.ts';
import {
  batch,
  connectionId,
  event,
  fresh,
  landed,
  record,
  sealForTests,
  tenant,
  zoneId,
} from './samples.ts';

type Task = (store: Store, count: number) => Promise<void>;

const name = `process-${process.pid}`;

const TASKS: Readonly<Record<string, Task>> = {
  async audit(store, count) {
    for (let step = 1; step <= count; step += 1) {
      await store.audit.append(tenant, [event('a', { payload: { name, step } }), event('b')]);
      console.log(step);
    }
  },
  async budget(store, count) {
    for (let step = 1; step <= count; step += 1) {
      await store.budget.update('shared', (state) => {
        const next = (typeof state === 'number' ? state : 0) + 1;
        return { state: next, result: next };
      });
      console.log(step);
    }
  },
  /** Each holder reads a number, waits, and writes it one higher: without the lock, counts get lost. */
  async lock(store, count) {
    for (let step = 1; step <= count; ) {
      const lease = await store.locks.acquire(zoneId(1), name, 20_000);
      if ('heldBy' in lease) {
        await sleep(1 + Math.random() * 4);
        continue;
      }
      const before = Number((await store.settings.get('counter')) ?? '0');
      await sleep(1);
      await store.settings.set('counter', String(before + 1));
      await lease.release();
      console.log(step);
      step += 1;
    }
  },
  /** Intent, then outcome with a new revision, over and over, until killed. */
  async journal(store, count) {
    const id = 'chg_a' as ChangeSetId;
    const known = await store.journal.batches(tenant, id);
    for (const { sequence, state } of known) {
      if (state === 'sent')
        await store.journal.recordOutcome(batch('a', sequence), landed, [], null, [event('settled')]);
    }
    for (let step = known.length + 1; step <= known.length + count; step += 1) {
      await store.journal.recordIntent(batch('a', step), [event('sent')]);
      console.log(`sent ${step}`);
      const put = [1, 2, 3].map((number) => ({
        record: record(number, { content: `192.0.2.${step}` }),
      }));
      const mirror = {
        delta: { put, gone: [] },
        origin: { kind: 'change-set', changeSetId: id },
        freshness: fresh,
        at: step,
      } as const;
      const outcome = { groupId: `g${step}`, change: 0, state: 'applied' } as const;
      await store.journal.recordOutcome(batch('a', step), landed, [outcome], mirror, [
        event('landed', { connectionId }),
      ]);
      console.log(`landed ${step}`);
    }
  },
};

const [url = '', taskName = '', count = '0'] = process.argv.slice(2);
const task = TASKS[taskName];
if (task === undefined) throw new Error(`no task ${taskName}`);
await using store = await openStore({ url, clock: systemClock, random: systemRandom, seal: sealForTests });
await task(store, Number(count));
