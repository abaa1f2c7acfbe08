/**
 * The campaign of kills: chains of real processes, each killed with SIGKILL at a step, the next one taking up what
 * it left, on sandboxes in another process. Faults strike the requests meanwhile. At the end of a chain the
 * sandbox's log and state judge: what the journals call applied landed once, what they call anything else never.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Job, Step } from './applier.ts';
import { seededRandom } from './random.ts';
import { type Address, documentOf, SEED } from './rounds.ts';

export const STEPS: readonly Step[] = [
  'begun',
  'intent-before',
  'intent-after',
  'wire-leaving',
  'wire-early',
  'wire-late',
  'settling',
  'outcome-before',
  'outcome-after',
  'end-before',
  'random',
];

const BATCH_ROUTE = 'POST /zones/{zone_id}/dns_records/batch';

/** What strikes the request of the round; delays in real milliseconds. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> = {
  none: null,
  '429': { kind: 'rate-limit', seconds: 20 },
  '502': { kind: 'error', status: 502 },
  '502 landed': { kind: 'error', status: 502, phase: 'after' },
  'reset before': { kind: 'reset', phase: 'before' },
  'reset landed': { kind: 'reset', phase: 'after' },
  'lands late': { kind: 'late-write', delayMs: 400 },
  'stale list': { kind: 'stale-list', reads: 1 },
};
export const FAULT_NAMES: readonly string[] = Object.keys(FAULTS);

/** A second of the processes and sandboxes is this many: 90 s of quiet pass in about two. */
const SCALE = 40;
const LATENCY_MS = 40;
const REQUEST_TIMEOUT_MS = 1_500;
const LIFE_MAX_MS = 300_000;
const RANDOM_KILL_MAX_MS = 1_000;

export interface Kill {
  readonly step: Step;
  readonly fault: string;
  /** A write was on the wire at that instant. */
  readonly inFlight: boolean;
}

export interface CampaignOptions {
  readonly seed: number;
  /** At least; every cell is visited at least once. */
  readonly kills: number;
  readonly chains: number;
  /** No new kill after this. */
  readonly secondsMax?: number;
  /** Visits so many cells and no more, whatever `kills` says: a part of a campaign. */
  readonly cellsMax?: number;
  /** The store of each chain; default: a SQLite file of its own. */
  readonly makeStore?: () => Promise<string>;
}

export interface CampaignReport {
  readonly kills: readonly Kill[];
  /** Operations judged. */
  readonly operations: number;
  readonly changeSets: number;
  readonly processes: number;
}

/** Runs the campaign; throws (an assertion) at the first thing that does not hold. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const root = await mkdtemp(path.join(os.tmpdir(), 'zoneward-kills-'));
  const sandboxes = await startSandboxes({ count: options.chains, latencyMs: LATENCY_MS, scale: SCALE });
  try {
    const cells = cellsOf(options).slice(0, options.cellsMax);
    const epochMs = Date.now();
    const endsAt = Date.now() + (options.secondsMax ?? 3_600) * 1_000;
    const stores = await Promise.all(sandboxes.addresses.map(() => options.makeStore?.() ?? null));
    const chains = sandboxes.addresses.map(
      (address, index) =>
        new Chain({
          address,
          index,
          epochMs,
          root,
          cells,
          endsAt,
          seed: options.seed,
          store: stores[index] ?? null,
        }),
    );
    const ends = await Promise.allSettled(
      chains.map((chain) =>
        chain.run().catch((error: unknown) => {
          // The others come to their end without another kill.
          cells.length = 0;
          throw error;
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return {
      kills: chains.flatMap((chain) => chain.kills),
      operations: sum(chains.map((chain) => chain.operations)),
      changeSets: sum(chains.map((chain) => chain.changeSets)),
      processes: sum(chains.map((chain) => chain.processes)),
    };
  } finally {
    sandboxes.close();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Cell = readonly [step: Step, fault: string];

/** Every cell once, then again from the start, in an order that the seed decides. */
function cellsOf({ seed, kills }: CampaignOptions): Cell[] {
  const all = STEPS.flatMap((step) => FAULT_NAMES.map((fault): Cell => [step, fault]));
  const random = seededRandom(seed);
  const cells: Cell[] = [];
  // A cell of settling costs two kills, so there are enough.
  while (cells.length < Math.max(kills, all.length)) {
    cells.push(
      ...all
        .map((cell) => ({ cell, at: random.next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ cell }) => cell),
    );
  }
  return cells.slice(0, Math.max(kills, all.length));
}

interface ChainInput {
  readonly address: Address;
  readonly index: number;
  readonly epochMs: number;
  readonly root: string;
  readonly store: string | null;
  /** Shared by the chains: each takes the next. */
  readonly cells: Cell[];
  readonly endsAt: number;
  readonly seed: number;
}

class Chain {
  readonly kills: Kill[] = [];
  operations = 0;
  changeSets = 0;
  processes = 0;
  readonly #input: ChainInput;
  readonly #zones: readonly string[];
  readonly #random: () => number;
  #round = 1;

  constructor(input: ChainInput) {
    this.#input = input;
    this.#zones = ['a', 'b'].map((letter) => `chain-${input.index}-${letter}.example`);
    const random = seededRandom(input.seed * 1_000 + input.index);
    this.#random = () => random.next();
  }

  async run(): Promise<void> {
    for (const name of this.#zones) await this.#control('POST', 'zones', { name, records: SEED });
    for (;;) {
      const cell = Date.now() < this.#input.endsAt ? this.#input.cells.shift() : undefined;
      if (cell === undefined) break;
      const died = await this.#visit(cell);
      if (!died) this.#input.cells.push(cell);
    }
    await this.#control('DELETE', 'faults');
    const life = await this.#live(null, 'none');
    assert.ok(life.report !== null, `chain ${this.#input.index} ended without a report: ${life.tail}`);
    await this.#judge(life.report);
  }

  /** True when the process died in the cell. */
  async #visit([step, fault]: Cell): Promise<boolean> {
    if (step !== 'settling') return this.#kill(step, fault);
    // Something must be open for the next process to settle.
    if (!(await this.#kill('wire-late', fault))) return false;
    return this.#kill('settling', fault);
  }

  async #kill(step: Step, fault: string): Promise<boolean> {
    const life = await this.#live(step, fault);
    if (life.wasArmed) this.#round += 1;
    if (life.died === null) return false;
    this.kills.push({ step, fault, inFlight: life.died.inFlight });
    return true;
  }

  async #live(step: Step | null, fault: string): Promise<Life> {
    const { address, index, epochMs, root, store } = this.#input;
    const nth = this.#random() < 0.5 ? 1 : 2;
    const perRequest = step !== 'begun' && step !== 'end-before' && step !== 'settling';
    const job: Job = {
      home: path.join(root, `chain-${index}`),
      store,
      address,
      zones: this.#zones,
      round: this.#round,
      death:
        step === null
          ? null
          : { step, nth: perRequest ? nth : 1, wireMs: 5 + this.#random() * (LATENCY_MS - 10) },
      scale: SCALE,
      epochMs,
      timeoutMs: REQUEST_TIMEOUT_MS,
    };
    this.processes += 1;
    return new Life(job, {
      root,
      killAfterMs: step === 'random' ? this.#random() * RANDOM_KILL_MAX_MS : null,
      onArmed: async () => {
        // What a process that died too early did not meet has struck the one that took up its work.
        await this.#control('DELETE', 'faults');
        const strike = FAULTS[fault];
        if (strike == null) return;
        await this.#control('POST', 'faults', {
          ...strike,
          route: BATCH_ROUTE,
          skip: perRequest ? nth - 1 : 0,
        });
      },
    }).ended();
  }

  /** The sandbox's log against the journals. */
  async #judge(report: Report): Promise<void> {
    const where = `chain ${this.#input.index}`;
    assert.ok(report.auditOk, `${where}: the audit chain verifies`);
    const landed = landedOf((await this.#control('GET', 'audit')) as readonly AuditEntry[]);
    const told = new Map<string, number>();
    for (const changeSet of report.changeSets) {
      this.changeSets += 1;
      const trail = report.trail.filter((line) => line.startsWith(changeSet.id)).join('\n');
      const about = `${where}: ${changeSet.id} is ${changeSet.status}\n${trail}`;
      const ended = ['applied', 'planned'].includes(changeSet.status);
      assert.ok(ended, about);
      for (const { zone, operations } of changeSet.zones) {
        for (const operation of operations) {
          this.operations += 1;
          if (changeSet.status === 'applied') assert.equal(operation.state, 'applied', about);
          if (changeSet.status === 'planned') assert.equal(operation.state, 'none', about);
          assert.notEqual(operation.state, 'unknown', about);
          if (operation.state === 'applied') bump(told, signatureOf(zone, operation));
        }
      }
    }
    for (const key of new Set([...landed.keys(), ...told.keys()])) {
      assert.equal(landed.get(key) ?? 0, told.get(key) ?? 0, `${where}: landed and told of ${key}`);
      assert.equal(landed.get(key), 1, `${where}: ${key} landed once`);
    }
    const begun = report.changeSets.filter(({ status }) => status === 'applied').length;
    assert.equal(report.kinds['change-set.applied'], begun, `${where}: every end is in the audit trail`);
    assert.equal(report.kinds['change-set.planned'], report.changeSets.length);
    for (const zone of this.#zones) await this.#judgeState(zone);
  }

  /** The zone holds what the last round's document says. */
  async #judgeState(zone: string): Promise<void> {
    const { records } = (await this.#control('GET', `zones/${zone}`)) as {
      records: readonly { name: string; type: string; content: string; comment: string | null }[];
    };
    const shown = records.map(({ name, type, content, comment }) => {
      return `${name.replace(`.${zone}`, '')} ${type} ${content.replaceAll('"', '')} ${comment ?? ''}`.trim();
    });
    const wanted = [
      ...documentOf(zone, this.#round).matchAll(
        /name: ([\w-]+), type: (\w+), content: "?([^",}]+)"?(?:, comment: "([^"]+)")?/g,
      ),
    ].map(([, name, type, content, comment]) => `${name} ${type} ${content} ${comment ?? ''}`.trim());
    assert.deepEqual(shown.sort(), wanted.sort());
  }

  async #control(method: string, what: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#input.address.controlUrl}/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${what}: ${text}`);
    return JSON.parse(text);
  }
}

interface Report {
  readonly auditOk: boolean;
  /** Every event, oldest first: for finding out. */
  readonly trail: readonly string[];
  readonly kinds: Readonly<Record<string, number>>;
  readonly changeSets: readonly {
    readonly id: string;
    readonly status: string;
    readonly zones: readonly { readonly zone: string; readonly operations: readonly Operation[] }[];
  }[];
}

interface Operation {
  readonly action: 'create' | 'update' | 'delete';
  readonly id: string | null;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly state: string;
}

interface AuditEntry {
  readonly result: string;
  readonly zoneName?: string;
  readonly request?: string;
  readonly raw: { readonly uri: string };
}

/** How often each operation landed, by the sandbox's log. */
function landedOf(entries: readonly AuditEntry[]): Map<string, number> {
  const landed = new Map<string, number>();
  for (const { result, zoneName, request, raw } of entries) {
    if (result !== 'success' || !raw.uri.endsWith('/dns_records/batch')) continue;
    const body = JSON.parse(request ?? '{}') as Record<string, Record<string, unknown>[] | undefined>;
    const zone = zoneName ?? '';
    for (const one of body['deletes'] ?? [])
      bump(landed, signatureOf(zone, { action: 'delete', id: String(one['id']), body: null }));
    for (const { id, ...patch } of body['patches'] ?? [])
      bump(landed, signatureOf(zone, { action: 'update', id: String(id), body: patch }));
    for (const post of body['posts'] ?? [])
      bump(landed, signatureOf(zone, { action: 'create', id: null, body: post }));
  }
  return landed;
}

function signatureOf(zone: string, { action, id, body }: Pick<Operation, 'action' | 'id' | 'body'>): string {
  const text = body === null ? '' : JSON.stringify(Object.entries(body).sort());
  return `${zone} ${action} ${id ?? ''} ${text}`;
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** One process from its start to its end, by whoever's hand. */
class Life {
  died: { readonly inFlight: boolean } | null = null;
  wasArmed = false;
  report: Report | null = null;
  tail = '';
  readonly #child: ChildProcess;
  readonly #hooks: { readonly killAfterMs: number | null; readonly onArmed: () => Promise<void> };
  #onWire = 0;
  #killed = false;
  #arming: Promise<void> | null = null;

  constructor(
    job: Job,
    hooks: {
      readonly root: string;
      readonly killAfterMs: number | null;
      readonly onArmed: () => Promise<void>;
    },
  ) {
    this.#hooks = hooks;
    const script = path.join(import.meta.dirname, 'applier.ts');
    this.#child = spawn(process.execPath, [script, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: path.join(hooks.root, 'compiled') },
    });
  }

  async ended(): Promise<this> {
    const { stdout, stderr } = this.#child;
    assert.ok(stdout !== null && stderr !== null);
    stderr.on('data', (chunk: Buffer) => {
      this.tail = `${this.tail}${chunk.toString()}`.slice(-4_000);
    });
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => this.#take(JSON.parse(line) as Line));
    const guard = setTimeout(() => this.#child.kill('SIGKILL'), LIFE_MAX_MS);
    const closed = new Promise<void>((resolve) => lines.on('close', resolve));
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      this.#child.on('exit', (...how) => resolve(how));
    });
    clearTimeout(guard);
    await closed;
    await this.#arming;
    if (signal === 'SIGKILL') {
      assert.ok(this.#killed || this.died !== null, `a process hung: ${this.tail}`);
      this.died ??= { inFlight: this.#onWire > 0 };
    } else {
      assert.equal(code, 0, `a process failed (${signal ?? code}): ${this.tail}`);
    }
    return this;
  }

  #take(line: Line): void {
    if (line.kind === 'wire') this.#onWire = line.onWire;
    else if (line.kind === 'dying') this.died = { inFlight: line.onWire > 0 };
    else if (line.kind === 'report') this.report = line;
    else if (line.kind === 'armed') {
      this.wasArmed = true;
      this.#arming = this.#hooks.onArmed();
      if (this.#hooks.killAfterMs !== null) setTimeout(() => this.#kill(), this.#hooks.killAfterMs);
    }
  }

  #kill(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#killed = this.#child.kill('SIGKILL');
  }
}

type Line =
  | { readonly kind: 'ready' | 'armed' | 'done' | 'recovered' }
  | { readonly kind: 'wire' | 'dying'; readonly onWire: number }
  | ({ readonly kind: 'report' } & Report);

/** Sandboxes in a process of their own. */
export async function startSandboxes(order: {
  readonly count: number;
  readonly latencyMs: number;
  readonly scale: number;
  readonly rateLimit?: { readonly quota: number; readonly windowSeconds: number };
}): Promise<{ readonly addresses: readonly Address[]; close(): void }> {
  const script = path.join(import.meta.dirname, 'sandboxes.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => reject(new Error('the sandboxes did not start')));
  });
  return { addresses: JSON.parse(line) as Address[], close: () => child.stdin.end() };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Kills by step and fault, those with a write on the wire in brackets. */
export function formatTable(kills: readonly Kill[]): string {
  const rows = STEPS.map((step) => [
    step,
    ...FAULT_NAMES.map((fault) => {
      const here = kills.filter((kill) => kill.step === step && kill.fault === fault);
      return `${here.length} (${here.filter((kill) => kill.inFlight).length})`;
    }),
  ]);
  const head = ['killed at', ...FAULT_NAMES];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return [head, ...rows].map(line).join('\n');
}

/** Cells of the table that no kill fell into. */
export function emptyCells(kills: readonly Kill[]): string[] {
  return STEPS.flatMap((step) =>
    FAULT_NAMES.filter((fault) => !kills.some((kill) => kill.step === step && kill.fault === fault)).map(
      (fault) => `${step} × ${fault}`,
    ),
  );
}
