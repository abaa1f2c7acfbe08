/**
 * The turmoil: several processes on one store do random things for two tenants, while processes are killed, Cloudflare
 * fails in every way, the clock jumps, and others change the same zones. At the end everything is settled and judged by
 * the sandbox's own log and state:
 *
 * - loss and doubling: what a journal calls applied landed just as often as it says, and nothing else did;
 * - audit: each trail verifies and has the beginning and the end of every change set;
 * - history: the mirror is what Cloudflare holds, and the revisions, replayed one by one, lead there;
 * - isolation: no tenant sees a zone or a change set of the other's, but for the zone that both have a token for.
 *
 * The seed decides what is done, what strikes, who is killed and when; how processes interleave is the machine's.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startSandboxes } from '../campaign.ts';
import { seededRandom } from '../random.ts';
import type { Address } from '../rounds.ts';
import type { Operation, TenantReport } from './report.ts';
import type { Job } from './worker.ts';

const SCALE = 40;
const LATENCY_MS = 15;
const WORKERS = 3;
/** Between two turns of fate. */
const TURN_MS = 900;
/** Quiet at the end, in which a request that lands late has landed. */
const CALM_MS = 3_000;
const END_MAX_MS = 240_000;
/** How much longer than it was told a turmoil goes on until something of each kind was done. */
const SLOW_MAX_MS = 120_000;
const CHANGES = ['add', 'edit', 'undo', 'sync'];
const SHARED = 'shared.example';
const DRIFTERS = 4;
const RECORDS_ROUTE = 'GET /zones/{zone_id}/dns_records';
const BATCH_ROUTE = 'POST /zones/{zone_id}/dns_records/batch';
const RIGHTS = ['Zone Read', 'DNS Read', 'DNS Write'];

const FAULTS: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'rate-limit', seconds: 20, route: BATCH_ROUTE },
  { kind: 'error', status: 502, route: BATCH_ROUTE },
  { kind: 'error', status: 502, phase: 'after', route: BATCH_ROUTE },
  { kind: 'reset', phase: 'before', route: BATCH_ROUTE },
  { kind: 'reset', phase: 'after', route: BATCH_ROUTE },
  { kind: 'late-write', delayMs: 300, route: BATCH_ROUTE },
  { kind: 'truncate', route: BATCH_ROUTE },
  { kind: 'error', status: 503, route: RECORDS_ROUTE },
  { kind: 'reset', phase: 'before', route: RECORDS_ROUTE },
  { kind: 'truncate', route: RECORDS_ROUTE },
];

export interface TurmoilOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Null: a SQLite file. */
  readonly store: string | null;
}

export interface TurmoilReport {
  readonly acts: Readonly<Record<string, number>>;
  /** Errors that were met, by code. */
  readonly met: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly faults: number;
  readonly foreignEdits: number;
  readonly jumps: number;
  readonly changeSets: number;
  readonly operations: number;
  readonly revisions: number;
}

/** Throws (an assertion) at the first thing that does not hold. */
export async function runTurmoil(options: TurmoilOptions): Promise<TurmoilReport> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-turmoil-'));
  const sandboxes = await startSandboxes({ count: 1, latencyMs: LATENCY_MS, scale: SCALE });
  const [address] = sandboxes.addresses;
  assert.ok(address !== undefined);
  const turmoil = new Turmoil(options, home, address);
  try {
    return await turmoil.run();
  } finally {
    turmoil.killAll();
    sandboxes.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Line =
  | { readonly kind: 'ready' | 'done' }
  | { readonly kind: 'did'; readonly act: string }
  | { readonly kind: 'met'; readonly act: string; readonly code: string }
  | { readonly kind: 'report'; readonly tenants: readonly TenantReport[] };

class Turmoil {
  readonly #options: TurmoilOptions;
  readonly #home: string;
  readonly #address: Address;
  readonly #random: () => number;
  readonly #jumps: Job['jumps'];
  readonly #epochMs = Date.now();
  readonly #children = new Set<ChildProcess>();
  #tenants: Job['tenants'] = [];
  #births = 0;
  readonly #counts = { kills: 0, faults: 0, foreignEdits: 0 };
  readonly #acts: Record<string, number> = {};
  readonly #met: Record<string, number> = {};

  constructor(options: TurmoilOptions, home: string, address: Address) {
    this.#options = options;
    this.#home = home;
    this.#address = address;
    const random = seededRandom(options.seed);
    this.#random = () => random.next();
    // Ten minutes forward, half a minute back: a clock that is set right while everything runs.
    this.#jumps = Array.from({ length: Math.max(1, Math.round(options.seconds / 15)) }, () => ({
      atMs: this.#epochMs + this.#random() * options.seconds * 1_000,
      byMs: this.#random() < 0.5 ? 600_000 : -30_000,
    }));
  }

  async run(): Promise<TurmoilReport> {
    await this.#setUp();
    await this.#live('connect').ended;
    const workers = Array.from({ length: WORKERS }, () => this.#live('act'));
    const endsAt = Date.now() + this.#options.seconds * 1_000;
    while (Date.now() < endsAt || (!this.#hasTried() && Date.now() < endsAt + SLOW_MAX_MS)) {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS * (0.3 + this.#random())));
      await this.#turn(workers);
    }
    await this.#control('DELETE', 'faults');
    for (const { child } of workers) child.stdin?.end();
    await Promise.all(workers.map(({ ended }) => ended));
    await new Promise((resolve) => setTimeout(resolve, CALM_MS));
    const end = this.#live('end');
    const timer = setTimeout(() => end.child.kill('SIGKILL'), END_MAX_MS);
    await end.ended.finally(() => clearTimeout(timer));
    const { report } = end;
    assert.ok(report !== null, 'the end came without a report');
    try {
      return await this.#judge(report);
    } catch (cause) {
      const told = report.map(({ tenant, syncs, zones }) => ({ tenant, syncs, zones }));
      const [acts, met] = [this.#acts, this.#met];
      throw new Error(JSON.stringify({ ...this.#counts, acts, met, told }), { cause });
    }
  }

  killAll(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #setUp(): Promise<void> {
    const names = ['north', 'south'];
    for (const name of [...names.flatMap((one) => [`${one}-a.example`, `${one}-b.example`]), SHARED])
      await this.#control('POST', 'zones', { name, records: SEEDS });
    const tenants = [];
    for (const name of names) {
      const zones = [`${name}-a.example`, `${name}-b.example`, SHARED];
      const made = await this.#control('POST', 'tokens', { name, permissions: RIGHTS, zones });
      tenants.push({ name, token: tokenIn(made), zones });
    }
    this.#tenants = tenants;
  }

  /** On a slow machine the time may be over before anything was. */
  #hasTried(): boolean {
    return (
      Object.values(this.#counts).every((count) => count > 0) && CHANGES.every((act) => act in this.#acts)
    );
  }

  /** One turn of fate: a kill, a fault, someone else's edit, or peace. */
  async #turn(workers: Life[]): Promise<void> {
    const fate = this.#random();
    if (fate < 0.35) {
      const index = Math.floor(this.#random() * workers.length);
      const victim = workers[index];
      // One that has done nothing yet would show nothing by its death.
      if (victim?.hasActed === true) {
        victim.kill();
        await victim.ended;
        this.#counts.kills += 1;
        workers[index] = this.#live('act');
      }
    } else if (fate < 0.7) {
      const fault = FAULTS[Math.floor(this.#random() * FAULTS.length)];
      await this.#control('POST', 'faults', { ...fault, times: 1 });
      this.#counts.faults += 1;
    } else if (fate < 0.95) {
      await this.#editFromOutside();
    }
  }

  /** Names of their own, so that what became of ours can be told. */
  async #editFromOutside(): Promise<void> {
    const zones = [...new Set(this.#tenants.flatMap((tenant) => tenant.zones))];
    const zone = zones[Math.floor(this.#random() * zones.length)] ?? SHARED;
    const name = `drift-${Math.floor(this.#random() * DRIFTERS)}`;
    const records = await this.#records(zone);
    const there = records.find((one) => one.name === `${name}.${zone}`);
    const content = `"outside ${Math.floor(this.#random() * 1e6)}"`;
    const body =
      there === undefined
        ? { posts: [{ type: 'TXT', name: `${name}.${zone}`, content, ttl: 300 }] }
        : this.#random() < 0.5
          ? { patches: [{ id: there.id, content }] }
          : { deletes: [{ id: there.id }] };
    try {
      await this.#control('POST', `edits/${zone}`, body);
      this.#counts.foreignEdits += 1;
    } catch {
      // A worker took the record back meanwhile.
    }
  }

  #live(task: Job['task']): Life {
    this.#births += 1;
    const job: Job = {
      home: this.#home,
      store: this.#options.store,
      baseUrl: this.#address.baseUrl,
      accountId: this.#address.accountId,
      tenants: this.#tenants,
      seed: this.#options.seed * 10_000 + this.#births,
      task,
      scale: SCALE,
      epochMs: this.#epochMs,
      jumps: this.#jumps,
    };
    const life = new Life(job, (line) => {
      if (line.kind === 'did') this.#acts[line.act] = (this.#acts[line.act] ?? 0) + 1;
      if (line.kind === 'met') this.#met[line.code] = (this.#met[line.code] ?? 0) + 1;
    });
    this.#children.add(life.child);
    life.child.once('exit', () => this.#children.delete(life.child));
    return life;
  }

  async #judge(tenants: readonly TenantReport[]): Promise<TurmoilReport> {
    const landed = await this.#landed();
    const applied = new Map<string, number>();
    const open = new Map<string, number>();
    let operations = 0;
    for (const { tenant, changeSets, auditOk, auditKinds } of tenants) {
      assert.ok(auditOk, `${tenant}: the audit trail verifies`);
      assert.equal(
        auditKinds['change-set.planned'] ?? 0,
        changeSets.length,
        `${tenant}: every plan is in the trail`,
      );
      for (const { id, status, zones } of changeSets) {
        const about = `${tenant}: ${id} is ${status}`;
        assert.ok(!['applying', 'unknown'].includes(status), about);
        for (const { zone, operations: list } of zones) {
          for (const operation of list) {
            operations += 1;
            if (status === 'applied') assert.equal(operation.state, 'applied', about);
            const key = signatureOf(zone, operation);
            if (operation.state === 'applied') bump(applied, key);
            if (operation.state !== 'unknown') continue;
            // Only where someone else wrote to the same record meanwhile.
            assert.match(operation.name, /^drift-/, `${about}: ${JSON.stringify(operation)}`);
            bump(open, key);
          }
        }
      }
    }
    for (const key of new Set([...landed.keys(), ...applied.keys()])) {
      const [is, told, perhaps] = [landed, applied, open].map((counts) => counts.get(key) ?? 0) as [
        number,
        number,
        number,
      ];
      assert.ok(
        told <= is && is <= told + perhaps,
        `${key}: landed ${is}×, told ${told}×, perhaps ${perhaps}×`,
      );
    }
    for (const one of tenants) await this.#judgeZones(one);
    return {
      ...this.#counts,
      acts: this.#acts,
      met: this.#met,
      jumps: this.#jumps.length,
      changeSets: tenants.reduce((sum, { changeSets }) => sum + changeSets.length, 0),
      operations,
      revisions: tenants.reduce((sum, { revisions }) => sum + revisions, 0),
    };
  }

  /** What is mirrored is there, what is replayed leads there, and nobody sees what is not theirs. */
  async #judgeZones({ tenant, zones, zonesSeen, syncs }: TenantReport): Promise<void> {
    const own = this.#tenants.find(({ name }) => name === tenant)?.zones ?? [];
    assert.deepEqual(zonesSeen, [...own].sort(), `${tenant} sees its zones and no other`);
    assert.deepEqual(
      syncs.filter(({ consistent }) => !consistent),
      [],
      `${tenant}: a list at rest is believed`,
    );
    for (const { zone, mirror, replayed } of zones) {
      const records = await this.#records(zone);
      assert.equal(mirror.length, records.length, `${tenant}: the mirror of ${zone}`);
      const names = (list: readonly string[]): string[] =>
        list.map((text) => text.split(' ')[0] ?? '').sort();
      assert.deepEqual(names(mirror), records.map(({ name }) => name).sort());
      assert.deepEqual(replayed, mirror, `${tenant}: the history of ${zone}, replayed`);
    }
  }

  /** Batches that succeeded, by whoever of ours, operation by operation. */
  async #landed(): Promise<Map<string, number>> {
    const landed = new Map<string, number>();
    const entries = (await this.#control('GET', 'audit')) as readonly {
      readonly result: string;
      readonly zoneName?: string;
      readonly request?: string;
      readonly raw: { readonly uri: string };
    }[];
    for (const { result, zoneName = '', request, raw } of entries) {
      if (result !== 'success' || !raw.uri.endsWith('/dns_records/batch')) continue;
      const body = JSON.parse(request ?? '{}') as Record<string, Record<string, unknown>[] | undefined>;
      const count = (action: Operation['action'], list: Record<string, unknown>[] = []): void => {
        for (const { id, ...fields } of list) {
          const known = typeof id === 'string' ? id : null;
          bump(
            landed,
            signatureOf(zoneName, { action, id: known, body: action === 'delete' ? null : fields }),
          );
        }
      };
      count('delete', body['deletes']);
      count('update', body['patches']);
      count('update', body['puts']);
      count('create', body['posts']);
    }
    return landed;
  }

  async #records(zone: string): Promise<readonly { readonly id: string; readonly name: string }[]> {
    const { records } = (await this.#control('GET', `zones/${zone}`)) as {
      readonly records: readonly { readonly id: string; readonly name: string }[];
    };
    return records;
  }

  async #control(method: string, what: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#address.controlUrl}/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${what}: ${text}`);
    return JSON.parse(text);
  }
}

const SEEDS = [
  { type: 'A', name: 'www', content: '192.0.2.1', ttl: 1 },
  { type: 'TXT', name: 'n0', content: '"first"', ttl: 1 },
];

function tokenIn(answer: unknown): string {
  if (typeof answer === 'string') return answer;
  const { value } = answer as { readonly value?: string };
  return value ?? assert.fail('no token');
}

function signatureOf(zone: string, { action, id, body }: Pick<Operation, 'action' | 'id' | 'body'>): string {
  return `${zone} ${action} ${id ?? ''} ${body === null ? '' : JSON.stringify(Object.entries(body).sort())}`;
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** One process, from its start to its end by whoever's hand. */
class Life {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  report: readonly TenantReport[] | null = null;
  hasActed = false;
  #killed = false;

  constructor(job: Job, onLine: (line: Line) => void) {
    const script = path.join(import.meta.dirname, 'worker.ts');
    const child = spawn(process.execPath, [script, JSON.stringify(job)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child = child;
    let tail = '';
    child.stderr.on('data', (chunk: Buffer) => {
      tail = `${tail}${chunk.toString()}`.slice(-4_000);
    });
    createInterface({ input: child.stdout }).on('line', (text) => {
      // A line may be cut by a kill.
      if (!text.endsWith('}')) return;
      const line = JSON.parse(text) as Line;
      if (line.kind === 'report') this.report = line.tenants;
      if (line.kind === 'did' || line.kind === 'met') this.hasActed = true;
      onLine(line);
    });
    this.ended = new Promise((resolve, reject) => {
      child.once('close', (code, signal) => {
        if (code === 0 || this.#killed) resolve();
        else reject(new Error(`a process ended with ${signal ?? code}: ${tail}`));
      });
    });
    // Whoever waits for it hears of it.
    this.ended.catch(() => undefined);
  }

  kill(): void {
    this.#killed = true;
    this.child.kill('SIGKILL');
  }
}
