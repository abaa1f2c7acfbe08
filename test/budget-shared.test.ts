/**
 * One credential, four real processes on one store, one of them killed with a lease of the budget in its hand, and
 * foreign traffic beside them: no 429, and the budget is used. The rate window is scaled (240 calls per 6 s in
 * place of 1,200 per 5 minutes); the arithmetic is the same.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { startSandboxes } from './kit/campaign.ts';
import { createDatabase } from './kit/postgres.ts';
import type { SpenderOrder } from './kit/spender.ts';

const QUOTA = 240;
const WINDOW_MS = 6_000;
const WINDOWS = 4.8;
/** Of every window's quota, what someone else spends. */
const FOREIGN_SHARE = 0.1;
const FOREIGN_EVERY_MS = 250;

interface LogEntry {
  readonly at: string;
  readonly status: number;
}

function spender(order: SpenderOrder): Promise<{ calls?: number; died?: boolean; signal: string | null }> {
  const script = path.join(import.meta.dirname, 'kit', 'spender.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => resolve({ ...(JSON.parse(said || '{}') as object), signal }));
  });
}

interface StorePlace {
  readonly url: string;
  dispose(): Promise<void>;
}

const STORES: Readonly<Record<string, () => Promise<StorePlace>>> = {
  async SQLite() {
    const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-budget-'));
    return {
      url: `sqlite:${path.join(home, 'zoneward.db')}`,
      dispose: () => rm(home, { recursive: true, force: true }),
    };
  },
  async PostgreSQL() {
    const { url, drop } = await createDatabase();
    return { url, dispose: drop };
  },
};

for (const [name, makeStore] of Object.entries(STORES)) {
  test(`on ${name}, four processes and a stranger share one budget without a 429`, (t) =>
    share(t, makeStore));
}

async function share(t: TestContext, makeStore: () => Promise<StorePlace>): Promise<void> {
  const store = await makeStore();
  const rateLimit = { quota: QUOTA, windowSeconds: WINDOW_MS / 1_000 };
  const { addresses, close } = await startSandboxes({ count: 1, latencyMs: 5, scale: 1, rateLimit });
  const [address] = addresses;
  assert.ok(address !== undefined);
  const control = async (method: string, what: string, body?: object): Promise<unknown> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    return (await fetch(`${address.controlUrl}/${what}`, init)).json();
  };
  let foreign = 0;
  const stranger = setInterval(() => {
    const count = Math.round((QUOTA * FOREIGN_SHARE * FOREIGN_EVERY_MS) / WINDOW_MS);
    foreign += count;
    control('POST', 'budgets', { count }).catch(() => undefined);
  }, FOREIGN_EVERY_MS);
  try {
    const { id } = (await control('POST', 'zones', { name: 'busy.example' })) as { id: string };
    const order = {
      storeUrl: store.url,
      baseUrl: address.baseUrl,
      token: address.token,
      zoneId: id,
      forMs: WINDOWS * WINDOW_MS,
    };
    const ended = await Promise.all([
      spender({ ...order, lane: 'interactive', dieAtGrant: null }),
      spender({ ...order, lane: 'apply', dieAtGrant: null }),
      spender({ ...order, lane: 'sync', dieAtGrant: null }),
      spender({ ...order, lane: 'apply', dieAtGrant: 6 }),
    ]);
    const [first, second, third, fourth] = ended;
    assert.deepEqual([fourth?.died, fourth?.signal], [true, 'SIGKILL'], 'killed with a lease in hand');
    const log = (await control('GET', 'requests')) as readonly LogEntry[];
    assert.equal(log.filter((entry) => entry.status === 429).length, 0, 'no 429 in the sandbox’s log');
    const times = log.map((entry) => Date.parse(entry.at)).sort((a, b) => a - b);
    const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    const used = (log.length + foreign) / (QUOTA * (tookMs / WINDOW_MS));
    t.diagnostic(
      `${log.length} calls and ${foreign} foreign ones in ${(tookMs / 1_000).toFixed(1)} s: ${Math.round(100 * used)} % of the permitted rate`,
    );
    assert.ok(log.length >= 3 * QUOTA, `${log.length} calls`);
    assert.ok(used >= 0.8, `${used} of the permitted rate`);
    for (const one of [first, second, third]) assert.ok((one?.calls ?? 0) > 0, 'no lane starved');
  } finally {
    clearInterval(stranger);
    close();
    await store.dispose();
  }
}
