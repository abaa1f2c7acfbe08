/**
 * A process that spends the shared budget of a credential as fast as it may: the real client on the real store. Its
 * orders come as one argument. With `dieAtGrant` it kills itself the moment that its nth slice of the budget is
 * leased, so that the lease is in its hand and nothing of it is used.
 */
import { writeSync } from 'node:fs';
import { systemClock, systemRandom } from '../../src/base/clock.ts';
import type { ZoneId } from '../../src/base/ids.ts';
import { Secret } from '../../src/base/secret.ts';
import { createCloudflare } from '../../src/cloudflare/cloudflare.ts';
import type { BudgetStore } from '../../src/cloudflare/ports.ts';
import { sealEvent } from '../../src/domains/audit/chain.ts';
import { openStore } from '../../src/store/open-store.ts';

export interface SpenderOrder {
  readonly storeUrl: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly zoneId: string;
  /** From when its store is open. */
  readonly forMs: number;
  readonly lane: 'interactive' | 'apply' | 'sync';
  readonly dieAtGrant: number | null;
}

const order = JSON.parse(process.argv[2] ?? '{}') as SpenderOrder;
/** Callers at once in this process. */
const CALLERS = 6;

const store = await openStore({
  url: order.storeUrl,
  clock: systemClock,
  random: systemRandom,
  seal: sealEvent,
});
let grants = 0;
const budgetStore: BudgetStore = {
  update: async (key, step) => {
    const result = await store.budget.update(key, step);
    const granted = (result as { granted?: number } | null)?.granted ?? 0;
    if (granted > 0) grants += 1;
    if (granted > 0 && grants === order.dieAtGrant) {
      writeSync(1, `${JSON.stringify({ died: true, granted })}\n`);
      process.kill(process.pid, 'SIGKILL');
    }
    return result;
  },
};
const cloudflare = createCloudflare({
  credential: { kind: 'user-token', token: new Secret(order.token) },
  baseUrl: order.baseUrl,
  budgetStore,
});
const untilMs = Date.now() + order.forMs;
let calls = 0;
async function spend(): Promise<void> {
  while (Date.now() < untilMs) {
    await cloudflare.zones.getZone(order.zoneId as ZoneId, { lane: order.lane });
    calls += 1;
  }
}
await Promise.all(Array.from({ length: CALLERS }, spend));
writeSync(1, `${JSON.stringify({ calls, grants })}\n`);
await cloudflare.close();
await store.close();
