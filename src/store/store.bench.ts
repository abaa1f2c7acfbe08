/**
 * What the store costs: run `node src/store/store.bench.ts [records]`. Times are of this machine and its disk; a
 * commit is on the disk when it counts.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock, systemRandom } from '../base/clock.ts';
import type { ChangeSetId } from '../base/ids.ts';
import type { DomainName } from '../dns/name.ts';
import {
  batch,
  changeSet,
  connectionId,
  event,
  facts,
  fresh,
  gather,
  landed,
  record,
  sealForTests,
  tenant,
  zoneId,
} from './contract/samples.ts';
import { openStore } from './open-store.ts';

const RECORDS = Number(process.argv[2] ?? 100_000);
const STEPS = 500;

const folder = mkdtempSync(path.join(tmpdir(), 'zoneward-bench-'));
const file = path.join(folder, 'store.db');
const store = await openStore({
  url: `sqlite:${file}`,
  clock: systemClock,
  random: systemRandom,
  seal: sealForTests,
});

/** Prints how long it took, and the longest time for which the event loop stood still. */
async function measure<Result>(what: string, work: () => Promise<Result>, times = 1): Promise<Result> {
  let standstillMs = 0;
  let turnedAt = performance.now();
  const timer = setInterval(() => {
    standstillMs = Math.max(standstillMs, performance.now() - turnedAt);
    turnedAt = performance.now();
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  const startedAt = performance.now();
  const result = await work();
  const tookMs = performance.now() - startedAt;
  standstillMs = Math.max(standstillMs, performance.now() - turnedAt);
  clearInterval(timer);
  const memoryMb = Math.round(process.memoryUsage().rss / 1e6);
  const each = times > 1 ? `, ${(tookMs / times).toFixed(2)} ms each` : '';
  console.log(
    `${what.padEnd(52)} ${tookMs.toFixed(1).padStart(8)} ms${each} (loop still ≤ ${standstillMs.toFixed(0)} ms, ${memoryMb} MB)`,
  );
  return result;
}

const records = Array.from({ length: RECORDS }, (_, number) =>
  record(number, {
    name: `host-${number}.zone1.example` as DomainName,
    content: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  }),
);
const changed = records.map((each, index) =>
  index % 10 === 0 ? { ...each, received: { ...each.received, content: '203.0.113.7' } } : each,
);

async function advance(baseRevision: number, put: typeof records): Promise<void> {
  await store.mirror.advance(tenant, zoneId(1), {
    baseRevision,
    delta: { put: put.map((each) => ({ record: each })), gone: [] },
    origin: baseRevision === 0 ? { kind: 'first-read' } : { kind: 'outside', actor: null },
    freshness: fresh,
    at: 1_000 + baseRevision,
  });
}

async function repeat(work: (step: number) => Promise<unknown>): Promise<void> {
  for (let step = 1; step <= STEPS; step += 1) await work(step);
}

console.log(
  `${RECORDS} records; Node ${process.version}, ${process.memoryUsage().rss / 1e6} MB with the samples`,
);
await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
await measure('first read, one revision', () => advance(0, records));
await measure('the same again: nothing changed', () => advance(1, records));
await measure('one in ten changed', () => advance(1, changed));
await measure('hashes', () => store.mirror.recordHashes(tenant, zoneId(1)));
await measure('read all, latest', () => gather(store.mirror.records(tenant, zoneId(1))));
await measure('read all, revision 1', () => gather(store.mirror.records(tenant, zoneId(1), 1)));
await measure('what revision 2 changed', () =>
  gather(store.mirror.versionsIn(tenant, zoneId(1), { after: 1, upTo: 2 })),
);
const page = { limit: 50 };
await measure('one record: its life', () => store.mirror.recordVersions(tenant, zoneId(1), record(70).id));
for (const query of [
  { content: '10.0.0.99' },
  { content: '203.0.113.7' },
  { name: 'host-777*' },
  { name: '*-99999.zone1.example' },
  { comment: 'nothing' },
  { tag: 'nothing' },
]) {
  await measure(`find ${JSON.stringify(query)}`, () => store.mirror.findRecords(tenant, query, page));
}
console.log(`file: ${(statSync(file).size / 1e6).toFixed(0)} MB`);

await store.journal.create(changeSet('a', { status: 'applying' }), []);
await measure(
  `${STEPS} × intent + outcome of one record`,
  () =>
    repeat(async (step) => {
      await store.journal.recordIntent(batch('a', step), [event('sent')]);
      const mirror = {
        delta: { put: [{ record: record(1, { content: `192.0.2.${step}` }) }], gone: [] },
        origin: { kind: 'change-set', changeSetId: 'chg_a' as ChangeSetId },
        freshness: fresh,
        at: step,
      } as const;
      await store.journal.recordOutcome(batch('a', step), landed, [], mirror, [event('landed')]);
    }),
  STEPS,
);
await measure(
  `${STEPS} × budget step`,
  () => repeat((step) => store.budget.update('k', (state) => ({ state: step, result: state }))),
  STEPS,
);
await measure(
  `${STEPS} × lease taken and released`,
  () =>
    repeat(async () => {
      const lease = await store.locks.acquire(zoneId(2), 'bench', 10_000);
      if ('release' in lease) await lease.release();
    }),
  STEPS,
);
const many = Array.from({ length: 100_000 }, (_, number) => facts(number + 10));
await measure('100,000 zones put', () => store.mirror.putZones(tenant, connectionId, many, 2));
await measure('100,000 zones listed', () => store.mirror.listZones(tenant));
await measure('prune', () => store.mirror.prune(tenant, Number.MAX_SAFE_INTEGER));
await measure('check', () => store.check());
await store.close();
rmSync(folder, { recursive: true });
