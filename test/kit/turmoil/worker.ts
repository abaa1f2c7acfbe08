/**
 * A process of the turmoil: it does random things through the library, as a product's servers do, until it is told to end
 * or is killed. What it does follows from its seed; what it meets is the machine's and its fellows' doing. Every line
 * that it prints is JSON.
 */
import { writeSync } from 'node:fs';
import type { Planned } from '../../../src/app/re-exports.ts';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { isZonewardError } from '../../../src/base/errors.ts';
import { openZoneward, Secret, type Tenant } from '../../../src/index.ts';
import { seededRandom } from '../random.ts';
import { report } from './report.ts';

export interface Job {
  readonly home: string;
  readonly store: string | null;
  readonly baseUrl: string;
  readonly accountId: string;
  readonly tenants: readonly {
    readonly name: string;
    readonly token: string;
    readonly zones: readonly string[];
  }[];
  readonly seed: number;
  /** `connect`: save the connections; `act`: random work; `end`: settle everything and report. */
  readonly task: 'connect' | 'act' | 'end';
  readonly scale: number;
  readonly epochMs: number;
  /** When the machine's clock jumps, by how much: the same for all processes. Milliseconds, real and scaled. */
  readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[];
}

/** Errors that a product's servers must expect: someone else has the zone, Cloudflare is ill, things moved. */
const EXPECTED = new Set(['conflict', 'temporary', 'unknown-outcome', 'refused', 'not-found', 'input']);
const REQUEST_TIMEOUT_MS = 1_500;
const NAMES = 8;
const LOCK_WAIT_MS = 60_000;

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const random = seededRandom(job.seed);
const clock: Clock = {
  now: () => {
    const real = Date.now();
    const jumped = job.jumps.reduce((sum, { atMs, byMs }) => sum + (real >= atMs ? byMs : 0), 0);
    return job.epochMs + Math.round((real - job.epochMs) * job.scale) + jumped;
  },
  sleep: (ms, signal) => systemClock.sleep(ms / job.scale, signal),
};

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function below(count: number): number {
  return Math.floor(random.next() * count);
}

function pick<Item>(items: readonly Item[]): Item | undefined {
  return items[below(items.length)];
}

const zoneward = await openZoneward({
  home: job.home,
  ...(job.store === null ? {} : { store: job.store }),
  clock,
  baseUrl: job.baseUrl,
  environment: {},
  fetch: (input, init) =>
    fetch(input, {
      ...init,
      signal: AbortSignal.any([
        AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(init?.signal ? [init.signal] : []),
      ]),
    }),
});

/** Plans, lifts every guard rail, applies. */
async function carryOut(tenant: Tenant, plan: Promise<Planned>): Promise<void> {
  const planned = await plan;
  const allow = planned.zones.flatMap(({ plan: one }) => one.guards.map(({ override }) => override));
  await tenant.changes.apply(planned, { allow, lockWaitMs: LOCK_WAIT_MS });
}

let made = 0;

/** A text that no other change has. */
function content(): string {
  made += 1;
  return `"${job.seed}-${made}"`;
}

/** `zones` are all of the tenant's. */
type Act = (tenant: Tenant, zone: string, zones: readonly string[]) => Promise<unknown>;

const ACTS: Readonly<Record<string, Act>> = {
  add: (tenant, zone) =>
    carryOut(
      tenant,
      tenant.changes.planAdd(zone, { name: `n${below(NAMES)}`, type: 'TXT', content: content() }),
    ),
  edit: (tenant, zone) =>
    carryOut(
      tenant,
      tenant.changes.planEdit(
        [zone],
        { name: `n${below(NAMES)}.${zone}`, type: 'TXT' },
        { content: content() },
      ),
    ),
  remove: (tenant, zone) =>
    carryOut(
      tenant,
      tenant.changes.planEdit([zone], { name: `n${below(NAMES)}.${zone}`, type: 'TXT' }, 'remove'),
    ),
  everywhere: (tenant, _zone, zones) => {
    const comment = `round ${below(1_000)}`;
    return carryOut(tenant, tenant.changes.planEdit(zones, { type: 'TXT', name: 'n*' }, { comment }));
  },
  undo: async (tenant) => {
    const found = pick(await tenant.changes.list({ status: 'applied' }, 20));
    if (found !== undefined && found.undoneBy === null)
      await carryOut(tenant, tenant.changes.planUndo(found.id));
  },
  goBack: async (tenant, zone) => {
    const { revisions } = await tenant.zones.history(zone, 10);
    const to = pick(revisions);
    if (to !== undefined) await carryOut(tenant, tenant.changes.planRestore(zone, { revision: to.revision }));
  },
  sync: (tenant, zone) => tenant.zones.sync(zone),
  revert: async (tenant, zone) => {
    const drifts = await tenant.drift.list({ zone });
    if (drifts.length > 0) await carryOut(tenant, tenant.drift.planRevert(drifts));
  },
  adopt: async (tenant, zone) => {
    for (const drift of await tenant.drift.list({ zone })) await tenant.drift.adopt(drift);
  },
  recover: (tenant) => tenant.changes.recover(),
  verify: async (tenant) => {
    const verdict = await tenant.audit.verify();
    if (!verdict.ok) throw new Error(`the audit trail is broken: ${JSON.stringify(verdict)}`);
  },
};
/** Changes more often than the rest. */
const CHOICES = ['add', 'add', 'add', 'edit', 'edit', 'remove', ...Object.keys(ACTS)];

async function connect(): Promise<void> {
  for (const { name, token } of job.tenants) {
    const tenant = zoneward.tenant(name);
    await tenant.connections.add({
      credential: { kind: 'user-token', token: new Secret(token) },
      accountId: job.accountId as never,
      profile: 'minimum',
    });
    await tenant.zones.syncAll();
  }
}

async function act(): Promise<void> {
  let isEnding = false;
  process.stdin.on('end', () => {
    isEnding = true;
  });
  process.stdin.resume();
  while (!isEnding) {
    const owner = pick(job.tenants);
    const zone = pick(owner?.zones ?? []);
    const name = pick(CHOICES) ?? 'sync';
    if (owner === undefined || zone === undefined) continue;
    try {
      await ACTS[name]?.(zoneward.tenant(owner.name), zone, owner.zones);
      say({ kind: 'did', act: name });
    } catch (error) {
      if (!isZonewardError(error) || !EXPECTED.has(error.kind)) throw error;
      say({ kind: 'met', act: name, code: error.code });
    }
  }
}

/** What is open is settled, for every tenant, because they share a zone; then all is read, and everything is told. */
async function end(): Promise<void> {
  const tenants = job.tenants.map(({ name, zones }) => ({ name, zones, tenant: zoneward.tenant(name) }));
  for (const { tenant } of tenants) {
    await tenant.changes.recover({ lockWaitMs: 4 * LOCK_WAIT_MS });
    for (const { id } of await tenant.changes.list({ status: 'interrupted' }, 500))
      await tenant.changes.resume(id, { lockWaitMs: 4 * LOCK_WAIT_MS });
  }
  const reports = [];
  for (const { name, zones, tenant } of tenants) {
    const syncs = [];
    for (const zone of zones) syncs.push(await tenant.zones.sync(zone));
    reports.push({ ...(await report(tenant, name, zones)), syncs });
  }
  say({ kind: 'report', tenants: reports });
}

say({ kind: 'ready' });
await { connect, act, end }[job.task]();
await zoneward.close();
say({ kind: 'done' });
process.exit(0);
