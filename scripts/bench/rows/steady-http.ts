/**
 * The steady state for real, and in real time: the engine's own rounds, client and store against the sandbox's API and
 * DNS server. 10,000 zones on one credential, up to 5,000 records each; 20 changes a minute, one in ten of them ours.
 * Verification is in full swing: the zones were first read fourteen hours before.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { openZoneward, type Tenant } from '../../../src/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import type { Row, Verdict } from '../frame.ts';
import { recordSeeds } from './first-sync.ts';

const ZONES = 10_000;
const LARGE_EVERY = 500;
const MINUTES = 10;
const WINDOW_MS = 300_000;
const CHANGES_PER_MINUTE = 20;
const OWN_EVERY = 10;
const SEEN_WITHIN_MS = 60_000;
const SURPLUS_MAX = 100;
/** The first read: when it begins, and how fast its clock runs. */
const READ_BEFORE_MS = 14 * 3_600_000;
const READ_SPEED = 60;

const zoneName = (index: number): string => `zone-${String(index).padStart(5, '0')}.example`;

/** A clock that began in the past and runs fast, for the first read. */
function earlierClock(): Clock {
  const startedAt = Date.now();
  return {
    now: () => startedAt - READ_BEFORE_MS + (Date.now() - startedAt) * READ_SPEED,
    sleep: (ms, signal) => systemClock.sleep(ms / READ_SPEED, signal),
  };
}

interface Place {
  readonly sandbox: Sandbox;
  readonly token: string;
  readonly home: string;
}

async function withTenant<Result>(
  { sandbox, token, home }: Place,
  clock: Clock,
  work: (tenant: Tenant) => Promise<Result>,
): Promise<Result> {
  const dns = sandbox.dns;
  await using zoneward = await openZoneward({
    home,
    clock,
    environment: {
      CLOUDFLARE_API_TOKEN: token,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: dns === undefined ? '' : `${dns.host}:${dns.port}`,
    },
  });
  return await work(zoneward.tenant('local'));
}

interface Run {
  slowestMs: number;
  changes: number;
  readonly foreign: Set<string>;
  readonly unseen: Map<string, number>;
  readonly windows: { calls: number; readonly zones: Set<string> }[];
}

async function live({ sandbox, tenant }: { sandbox: Sandbox; tenant: Tenant }): Promise<Run> {
  const startedAt = Date.now();
  const endsAt = startedAt + MINUTES * 60_000;
  const run: Run = { slowestMs: 0, changes: 0, foreign: new Set(), unseen: new Map(), windows: [] };
  const windowNow = (): Run['windows'][number] => {
    const index = Math.floor((Date.now() - startedAt) / WINDOW_MS);
    run.windows[index] ??= { calls: 0, zones: new Set() };
    return run.windows[index];
  };
  const changes = (async () => {
    while (Date.now() < endsAt - SEEN_WITHIN_MS) {
      await change({ sandbox, tenant }, run, windowNow().zones);
      await systemClock.sleep((2 * Math.random() * 60_000) / CHANGES_PER_MINUTE);
    }
  })();
  let failed = '';
  while (Date.now() < endsAt) {
    const window = windowNow();
    const { calls, discovery, nextDueAt, state, reason } = await tenant.inventory.round({
      onProgress: ({ kind, name }) => {
        const at = run.unseen.get(name);
        if (kind !== 'read' || at === undefined) return;
        run.unseen.delete(name);
        run.slowestMs = Math.max(run.slowestMs, Date.now() - at);
      },
    });
    if (state !== 'ran') failed = `${state}: ${reason}`;
    window.calls += calls - (discovery?.calls ?? 0);
    await systemClock.sleep(Math.max(0, Math.min(nextDueAt ?? 0, endsAt) - Date.now()));
  }
  await changes;
  if (failed !== '') throw new Error(failed);
  return run;
}

/** Someone else's address for a record, or one of ours. */
async function change(
  { sandbox, tenant }: { sandbox: Sandbox; tenant: Tenant },
  run: Run,
  zones: Set<string>,
): Promise<void> {
  const zone = zoneName(Math.floor(Math.random() * ZONES));
  if (run.foreign.has(zone)) return;
  run.changes += 1;
  zones.add(zone);
  const content = `198.51.${Math.floor(run.changes / 250)}.${run.changes % 250}`;
  if (run.changes % OWN_EVERY === 0) {
    const planned = await tenant.changes.planEdit([zone], { name: 'host-0', type: 'A' }, { content });
    await tenant.changes.apply(planned);
    return;
  }
  const record = sandbox.records(zone).find(({ name }) => name === `host-0.${zone}`);
  sandbox.foreignEdit(zone, { patches: [{ id: record?.id ?? '', content }] });
  run.foreign.add(zone);
  run.unseen.set(zone, Date.now());
}

/** Every zone read in full once, by rounds for which all of them are overdue. */
async function verifyOnce(tenant: Tenant): Promise<void> {
  const settings = { verifyWithinMs: 1, callsPerRoundMax: ZONES };
  const startedAt = Date.now();
  for (;;) {
    await tenant.inventory.round({ settings });
    const zones = await tenant.zones.list();
    if (zones.every(({ freshness }) => (freshness.verifiedAt ?? 0) >= startedAt)) return;
  }
}

/** Zones whose mirror is not what the sandbox holds. */
async function differing(sandbox: Sandbox, tenant: Tenant): Promise<number> {
  let wrong = 0;
  for (let index = 0; index < ZONES; index += 1) {
    const name = zoneName(index);
    const { records } = await tenant.zones.records(name);
    const mirrored = records.map(({ record }) => `${record.id} ${record.received['content']}`).sort();
    const held = sandbox.records(name).map(({ id, content }) => `${id} ${content}`);
    if (mirrored.join() !== held.sort().join()) wrong += 1;
  }
  return wrong;
}

function steady(auditReadable: boolean): Row {
  const name = `steady state over HTTP, 10,000 zones, ${auditReadable ? 'audit log' : 'serials'}`;
  return {
    name,
    run: async ({ full, say }) => {
      if (!full) return [];
      const sandbox = await startSandbox({ rateLimit: false, warn: () => {} });
      const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-steady-'));
      try {
        say(`${name}: seeding`);
        for (let index = 0; index < ZONES; index += 1) {
          const seeds = recordSeeds(index % LARGE_EVERY === 0 ? 5_000 : 3);
          sandbox.seedZone(zoneName(index), seeds, { plan: 'enterprise', recordQuota: 10_000 });
        }
        const narrow = { name: 'narrow', permissions: ['Zone Read', 'DNS Write'] };
        const token = auditReadable ? sandbox.tokens.full : sandbox.createToken(narrow).value;
        const place: Place = { sandbox, token, home };
        say(`${name}: first read`);
        await withTenant(place, earlierClock(), (tenant) => tenant.zones.syncAll());
        const startedAt = performance.now();
        const { run, silent, missed, wrong } = await withTenant(place, systemClock, async (tenant) => {
          say(`${name}: the first rounds look at what there is`);
          await tenant.inventory.round();
          await tenant.inventory.round();
          say(`${name}: ${MINUTES} minutes`);
          const lived = await live({ sandbox, tenant });
          say(`${name}: judging`);
          const drifted = await tenant.drift.list();
          const falsely = drifted.filter(({ zone }) => !lived.foreign.has(zone.facts.name));
          const silent = await differing(sandbox, tenant);
          say(`${name}: a whole verification`);
          await verifyOnce(tenant);
          return { run: lived, silent, missed: await differing(sandbox, tenant), wrong: falsely.length };
        });
        const ms = Math.round(performance.now() - startedAt);
        const calls = Math.max(...run.windows.map((window) => window.calls));
        return [
          {
            name,
            latencyMs: 0,
            by: { zoneward: { calls, ms, rssMb: 0 } },
            callsMin: null,
            verdicts: verdictsOf(run, { silent, missed, wrong }),
          },
        ];
      } finally {
        await sandbox.close();
        await rm(home, { recursive: true, force: true });
      }
    },
  };
}

interface Found {
  /** Zones of which the signals had not told, before the verification. */
  readonly silent: number;
  readonly missed: number;
  readonly wrong: number;
}

function verdictsOf(run: Run, found: Found): Verdict[] {
  const surplus = Math.max(...run.windows.map((window) => window.calls - window.zones.size));
  const slowest = Math.max(run.slowestMs, ...[...run.unseen.values()].map((at) => Date.now() - at));
  return [
    {
      target: `calls in 5 min ≤ changed zones + ${SURPLUS_MAX}`,
      held: surplus <= SURPLUS_MAX,
      measured: `+${surplus} at most`,
      decides: true,
    },
    {
      target: `${run.changes} changes, each seen within ${SEEN_WITHIN_MS / 1_000} s`,
      held: slowest <= SEEN_WITHIN_MS,
      measured: `${Math.round(slowest / 1_000)} s at most`,
      // By the clock on the wall, and so by the machine.
      decides: false,
    },
    {
      target: 'nothing missed after the verification round',
      held: found.missed === 0,
      measured: `${found.missed} zones; ${found.silent} before it`,
      decides: true,
    },
    { target: 'no false drift', held: found.wrong === 0, measured: `${found.wrong} zones`, decides: true },
  ];
}

export const STEADY_HTTP: readonly Row[] = [steady(true), steady(false)];
