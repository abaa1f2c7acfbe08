/**
 * A process that applies change sets and kills itself with SIGKILL where it is told to. It uses the library as a
 * host does; what it announces, and where it can die, it hangs into the platform around the library (`fetch` and
 * the statements to SQLite or PostgreSQL), not into the product.
 *
 * Its work: take up what earlier processes left behind, bring the zones to round `round - 1`, then, with the death
 * armed, to round `round`. Every line that it prints is JSON.
 */
import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import type { ChangeSetId } from '../../src/base/ids.ts';
import { openZoneward, type Tenant } from '../../src/index.ts';
import { type Address, documentOf } from './rounds.ts';

/** Where a process dies; see `STEPS` in campaign.ts. */
export type Step =
  | 'begun'
  | 'intent-before'
  | 'intent-after'
  | 'wire-leaving'
  | 'wire-early'
  | 'wire-late'
  | 'settling'
  | 'outcome-before'
  | 'outcome-after'
  | 'end-before'
  | 'random';

export interface Job {
  readonly home: string;
  /** Null: a SQLite file in the home. */
  readonly store: string | null;
  readonly address: Address;
  readonly zones: readonly string[];
  readonly round: number;
  /** Null: work on to the end and report. */
  readonly death: { readonly step: Step; readonly nth: number; readonly wireMs: number } | null;
  readonly scale: number;
  /** When time began to run faster, by the system's clock. */
  readonly epochMs: number;
  readonly timeoutMs: number;
}

const job = JSON.parse(process.argv[2] ?? '{}') as Job;
const flight = { onWire: 0, open: 0 };
let armed = false;
let met = 0;

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** The nth time that the step is met with the death armed, the process is gone. */
function at(step: Step): void {
  if (!armed || job.death?.step !== step) return;
  met += 1;
  if (met < job.death.nth) return;
  die(step);
}

function die(step: Step): void {
  say({ kind: 'dying', step, ...flight });
  process.kill(process.pid, 'SIGKILL');
}

/** Time runs `scale` times as fast; a wait of two seconds takes a part of that. */
const clock: Clock = {
  now: () => job.epochMs + Math.round((Date.now() - job.epochMs) * job.scale),
  sleep: (ms, signal) => {
    if (flight.open > 0 && ms > 1_500) at('settling');
    return systemClock.sleep(ms / job.scale, signal);
  },
};

/** What a statement writes, as far as the steps are told by it; `before` when it writes none of that. */
function wroteBy(sql: string, before: string): string {
  if (/^insert into "batches"/i.test(sql)) return 'intent';
  if (/^update "batches"/i.test(sql)) return 'outcome';
  return /^update "change_sets"/i.test(sql) ? 'status' : before;
}

/** The same on PostgreSQL, where several transactions run at a time, each on a connection of its own. */
function watchQueries(): void {
  const wrote = new WeakMap<Client, string>();
  const { query } = Client.prototype;
  const watched = async function (this: Client, ...input: unknown[]): Promise<unknown> {
    const [sql] = input;
    const call = (): Promise<unknown> => Reflect.apply(query, this, input) as Promise<unknown>;
    if (typeof sql !== 'string') return call();
    if (!/^commit/i.test(sql)) {
      wrote.set(this, wroteBy(sql, wrote.get(this) ?? ''));
      return call();
    }
    const what = wrote.get(this) ?? '';
    wrote.delete(this);
    committing(what, 'before');
    const result = await call();
    committing(what, 'after');
    return result;
  };
  Object.defineProperty(Client.prototype, 'query', { value: watched });
}

/** Tells by the statements of a transaction what it wrote, and stops before and after it is committed. */
function watchStatements(): void {
  let wrote = '';
  const { prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string) {
    const statement = prepare.call(this, sql);
    const isCommit = /^commit/i.test(sql);
    for (const method of ['run', 'all'] as const) {
      const original = statement[method].bind(statement) as (...input: never[]) => unknown;
      const watched = (...input: never[]): unknown => {
        if (!isCommit) {
          wrote = wroteBy(sql, wrote);
          return original(...input);
        }
        const what = wrote;
        wrote = '';
        committing(what, 'before');
        const result = original(...input);
        committing(what, 'after');
        return result;
      };
      Object.defineProperty(statement, method, { value: watched });
    }
    return statement;
  };
}

let ending = false;

function committing(what: string, side: 'before' | 'after'): void {
  if (what === 'intent') {
    at(side === 'before' ? 'intent-before' : 'intent-after');
    if (side === 'after') flight.open += 1;
  } else if (what === 'outcome') {
    at(side === 'before' ? 'outcome-before' : 'outcome-after');
    if (side === 'after') flight.open = Math.max(0, flight.open - 1);
  } else if (what === 'status') {
    if (!ending && side === 'after') at('begun');
    if (ending && side === 'before') at('end-before');
    if (side === 'after') ending = !ending;
  }
}

const watchedFetch: typeof fetch = async (input, init) => {
  const isWrite = String(input).endsWith('/dns_records/batch');
  const signal = AbortSignal.any([
    AbortSignal.timeout(job.timeoutMs),
    ...(init?.signal ? [init.signal] : []),
  ]);
  if (!isWrite) {
    if (flight.open > 0 && String(input).includes('/dns_records')) at('settling');
    return fetch(input, { ...init, signal });
  }
  const answer = fetch(input, { ...init, signal });
  flight.onWire += 1;
  say({ kind: 'wire', ...flight });
  at('wire-leaving');
  const timers = [
    setTimeout(() => at('wire-early'), 2),
    setTimeout(() => at('wire-late'), job.death?.wireMs ?? 1),
  ];
  try {
    return await answer;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    flight.onWire -= 1;
    say({ kind: 'wire', ...flight });
  }
};

const ALLOW = ['deletions', 'critical', 'exposure', 'wildcard', 'updates'];
const LOCK_WAIT_MS = 400_000;

/** All zones to the state of `round`, as one change set. */
async function bringTo(tenant: Tenant, round: number): Promise<void> {
  const plans = [];
  for (const zone of job.zones) {
    const source = { file: `${zone}.yaml`, text: documentOf(zone, round) };
    plans.push(await tenant.changes.plan(zone, source));
  }
  const [first] = plans;
  if (first === undefined) return;
  const words = plans
    .flatMap((plan) => plan.zones)
    .flatMap(({ plan }) => plan.guards.map((guard) => guard.override));
  const merged = { ...first, zones: plans.flatMap((plan) => plan.zones), summary: `round ${round}` };
  ending = false;
  await tenant.changes.apply(merged, { allow: [...ALLOW, ...words], lockWaitMs: LOCK_WAIT_MS });
}

/** What earlier processes left behind. */
async function takeUp(tenant: Tenant): Promise<void> {
  for (const { changeSet, error } of await tenant.changes.recover({ lockWaitMs: LOCK_WAIT_MS }))
    say({ kind: 'recovered', id: changeSet.id, status: changeSet.status, error: error?.message ?? null });
  for (const changeSet of await tenant.changes.list({ status: 'interrupted' }, 50))
    await tenant.changes.resume(changeSet.id, { lockWaitMs: LOCK_WAIT_MS });
}

async function report(tenant: Tenant): Promise<void> {
  const changeSets = [];
  for (const { id } of await tenant.changes.list({}, 1_000)) {
    const { changeSet, outcomes } = await tenant.changes.get(id as ChangeSetId);
    changeSets.push({
      id,
      status: changeSet.status,
      zones: changeSet.plans.map((plan) => ({
        zone: plan.zoneName,
        operations: plan.groups.flatMap((group) =>
          group.changes.map((change, index) => ({
            action: change.action,
            id: change.before?.id ?? null,
            body: change.action === 'delete' ? null : change.body,
            state:
              outcomes.get(plan.zoneId)?.find((one) => one.groupId === group.id && one.change === index)
                ?.state ?? 'none',
          })),
        ),
      })),
    });
  }
  const events = await tenant.audit.list({}, 100_000);
  const kinds: Record<string, number> = {};
  for (const event of events) kinds[event.kind] = (kinds[event.kind] ?? 0) + 1;
  const summaries = events.map(
    ({ kind, changeSetId, summary }) => `${changeSetId ?? ''} ${kind}: ${summary}`,
  );
  say({
    kind: 'report',
    changeSets,
    trail: summaries.reverse(),
    auditOk: (await tenant.audit.verify()).ok,
    kinds,
  });
}

if (job.store === null) watchStatements();
else watchQueries();
const zoneward = await openZoneward({
  home: job.home,
  ...(job.store === null ? {} : { store: job.store }),
  clock,
  fetch: watchedFetch,
  environment: {
    CLOUDFLARE_API_TOKEN: job.address.token,
    CLOUDFLARE_ACCOUNT_ID: job.address.accountId,
    CLOUDFLARE_API_BASE_URL: job.address.baseUrl,
  },
});
const tenant = zoneward.tenant('local');
// What settles in recovery dies there too.
armed = job.death?.step === 'settling';
flight.open = armed ? 1 : 0;
say({ kind: 'ready' });
await takeUp(tenant);
flight.open = 0;
await bringTo(tenant, job.round - 1);
armed = job.death !== null;
say({ kind: 'armed' });
await bringTo(tenant, job.round);
await takeUp(tenant);
if (job.death === null) await report(tenant);
say({ kind: 'done' });
await zoneward.close();
