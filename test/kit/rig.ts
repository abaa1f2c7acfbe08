/**
 * Change sets on a model: the real use cases and the real store, a zone in memory that counts what landed, and a
 * clock whose time passes only when someone waits. A `Process` is one life of the program: it can be made to die
 * before or after its nth effect, and everything that it would do later does not happen.
 */
import assert from 'node:assert/strict';
import type { Random } from '../../src/base/clock.ts';
import { ZonewardError } from '../../src/base/errors.ts';
import type { AccountId, ChangeSetId, ConnectionId, TenantId, ZoneId } from '../../src/base/ids.ts';
import type { LiveRecord } from '../../src/dns/live-record.ts';
import { PLAN_LIMITS } from '../../src/dns/plan-limits.ts';
import { sealEvent, verifyChain } from '../../src/domains/audit/chain.ts';
import {
  type ApplyOptions,
  type ApplyPorts,
  type ApplyProgress,
  type ApplyResult,
  applyChangeSet,
} from '../../src/domains/changes/apply.ts';
import { createChangeSet } from '../../src/domains/changes/create-change-set.ts';
import { LEASE_MS } from '../../src/domains/changes/lease.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from '../../src/domains/changes/model.ts';
import type { RecordWriter } from '../../src/domains/changes/ports.ts';
import { type Recovered, recoverChangeSets } from '../../src/domains/changes/recover.ts';
import type { ZoneFacts } from '../../src/domains/zones/model.ts';
import type { ZoneReader } from '../../src/domains/zones/ports.ts';
import { readZone } from '../../src/domains/zones/read-zone.ts';
import type { Draft } from '../../src/plan/diff.ts';
import { FakeZone, Refusal } from '../../src/plan/fake-zone.ts';
import { contextOf } from '../../src/plan/fixtures.ts';
import { planDrafts } from '../../src/plan/make-plan.ts';
import type { BatchBody, ZonePlan } from '../../src/plan/plan.ts';
import { openStore, type Store } from '../../src/store/open-store.ts';
import { recordHash } from '../../src/store/record-hash.ts';
import { seededRandom } from './random.ts';
import { fakeZone as zoneFacts } from './zone-facts.ts';

/** How Cloudflare fails one batch. */
export type BatchFault =
  | 'none'
  | 'refused'
  | '429'
  | 'not-sent'
  | '5xx'
  | 'reset-before'
  | 'reset-after'
  | 'late-landing'
  | 'stale-list';

export const BATCH_FAULTS: readonly BatchFault[] = [
  'none',
  '429',
  'not-sent',
  '5xx',
  'reset-before',
  'reset-after',
  'late-landing',
  'stale-list',
];

const LATE_MS = 40_000;

/** Starts at a round moment; a sleep passes at once, and what is due by then happens. */
export class RigClock {
  at: number = Date.UTC(2026, 9, 1);
  /** How many turns of the event loop the others get while one sleeps; more than none where several work at once. */
  turnsPerSleep = 0;
  readonly #due: { at: number; run: () => void }[] = [];

  now(): number {
    return this.at;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (let turn = 0; turn < this.turnsPerSleep; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    this.at += Math.max(0, ms);
    for (const one of this.#due.splice(0)) {
      if (one.at <= this.at) one.run();
      else this.#due.push(one);
    }
  }

  later(ms: number, run: () => void): void {
    this.#due.push({ at: this.at + ms, run });
  }
}

export interface ZoneLimits {
  readonly quota?: number;
  readonly operationsMax?: number;
  /** Refuses larger requests in the words that Cloudflare might use. */
  readonly tooLarge?: boolean;
}

/** A zone at Cloudflare, with a log of what landed. */
export class ModelZone {
  readonly id: ZoneId;
  readonly fake: FakeZone;
  readonly landed: BatchBody[] = [];
  /** Faults of the coming batches, in order; none beyond. */
  faults: BatchFault[] = [];
  batches = 0;
  lists = 0;
  /** Thrown by every call. */
  down: ZonewardError | null = null;
  /** Thrown by every call for its records, while the zone itself can be read. */
  recordsDenied: ZonewardError | null = null;
  /** Reads of the zone itself. */
  looks = 0;
  /** The same, from the next batch's end on. */
  downAfterBatch: ZonewardError | null = null;
  readonly #tooLarge: boolean;
  readonly #clock: RigClock;
  #stale: readonly LiveRecord[] | null = null;

  constructor(id: ZoneId, records: readonly LiveRecord[], clock: RigClock, limits: ZoneLimits = {}) {
    this.id = id;
    this.fake = new FakeZone(records, limits);
    this.#tooLarge = limits.tooLarge ?? false;
    this.#clock = clock;
  }

  look(): ZoneFacts {
    this.looks += 1;
    if (this.down !== null) throw this.down;
    return zoneFacts(this.id, ACCOUNT);
  }

  list(): readonly LiveRecord[] {
    this.lists += 1;
    this.#refuse();
    const shown = this.#stale ?? this.fake.records;
    this.#stale = null;
    return shown;
  }

  batch(body: BatchBody): ReturnType<FakeZone['batch']> {
    this.batches += 1;
    this.#refuse();
    this.down = this.downAfterBatch;
    const fault = this.faults.shift() ?? 'none';
    const before = this.fake.records;
    switch (fault) {
      case '429':
        throw failed('cloudflare-rate-limited', 'temporary', { retryAfterMs: 5_000 });
      case 'not-sent':
        throw failed('cloudflare-not-sent', 'temporary');
      case 'refused':
        throw failed('cloudflare-refused', 'refused', { faults: [{ code: 10_021, message: 'no' }] });
      case '5xx':
      case 'reset-before':
        throw unanswered();
      case 'late-landing':
        this.#clock.later(LATE_MS, () => {
          try {
            this.#land(body);
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        });
        throw unanswered();
      default: {
        const answer = this.#land(body);
        if (fault === 'stale-list') this.#stale = before;
        if (fault !== 'none') throw unanswered();
        return answer;
      }
    }
  }

  #refuse(): void {
    const refusal = this.down ?? this.recordsDenied;
    if (refusal !== null) throw refusal;
  }

  #land(body: BatchBody): ReturnType<FakeZone['batch']> {
    try {
      const answer = this.fake.batch(body);
      this.landed.push(body);
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const tooLarge = this.#tooLarge && error.code === 10_021;
      const message = tooLarge ? 'Batch exceeds the maximum of 200 operations.' : error.message;
      throw failed('cloudflare-refused', 'refused', { faults: [{ code: error.code, message }] });
    }
  }
}

export function failed(
  code: string,
  kind: 'temporary' | 'refused' | 'unknown-outcome' | 'credentials' | 'permission' | 'not-found',
  details: Record<string, unknown> = {},
): ZonewardError {
  return new ZonewardError(code, { code, kind, details });
}

export function unanswered(): ZonewardError {
  return failed('cloudflare-unanswered', 'unknown-outcome');
}

/** The process is gone: thrown through everything that it was doing. */
export class Death extends Error {}

/**
 * When a process dies: before its nth effect, or right after it. `disk-full`: it lives on, and from that effect on
 * its store takes nothing more. `store-busy`: its store refuses that one effect. Effects count from 1.
 */
export interface DeathAt {
  /** `batch`: the first request that writes. */
  readonly effect: number | 'batch';
  readonly side: 'before' | 'after' | 'disk-full' | 'store-busy';
}

export const connectionId = 'con_rig' as ConnectionId;
export const ACCOUNT = 'a'.repeat(32) as AccountId;

export class Rig implements AsyncDisposable {
  readonly clock: RigClock;
  readonly store: Store;
  readonly zones: Map<ZoneId, ModelZone> = new Map();
  readonly random: Random = seededRandom(7);
  #nextZone = 1;

  private constructor(store: Store, clock: RigClock) {
    this.store = store;
    this.clock = clock;
  }

  static async open(): Promise<Rig> {
    const clock = new RigClock();
    const store = await openStore({
      url: 'sqlite::memory:',
      clock,
      random: seededRandom(1),
      seal: sealEvent,
    });
    return new Rig(store, clock);
  }

  /** A zone, known to the tenants and never read yet. */
  async zone(
    records: readonly LiveRecord[],
    tenants: readonly TenantId[],
    limits: ZoneLimits = {},
  ): Promise<ModelZone> {
    const id = (this.#nextZone++).toString(16).padStart(32, 'e') as ZoneId;
    const zone = new ModelZone(id, records, this.clock, limits);
    this.zones.set(id, zone);
    for (const tenant of tenants)
      await this.store.mirror.putZones(tenant, connectionId, [zoneFacts(id, ACCOUNT)], this.clock.now());
    return zone;
  }

  /** A plan of the drafts for the zone as it is, in requests of at most `operationsMax`. */
  plan(
    zone: ModelZone,
    draft: (live: readonly LiveRecord[]) => readonly Draft[],
    operationsMax = 3_500,
  ): ZonePlan {
    const live = zone.fake.records;
    const limits = { ...PLAN_LIMITS.business, batchOperationsMax: operationsMax };
    const context = contextOf(live, { zoneId: zone.id, limits, readAt: this.clock.now() });
    const plan = planDrafts(context, { drafts: draft(live), problems: [] });
    const errors = plan.problems.filter((problem) => problem.severity === 'error');
    assert.deepEqual(errors, []);
    return plan;
  }

  async save(tenantId: TenantId, plans: readonly ZonePlan[]): Promise<ChangeSet> {
    return createChangeSet(
      { journal: this.store.journal, clock: this.clock, random: this.random },
      {
        tenantId,
        connectionId,
        summary: 'rig',
        plans,
        allow: [...new Set(plans.flatMap((plan) => plan.guards).map((guard) => guard.override))],
        author: 'test',
        approvalRequired: false,
      },
    );
  }

  process(death: DeathAt | null = null): Process {
    return new Process(this, death);
  }

  /** The whole trail of the tenant verifies. */
  async verifyAudit(tenantId: TenantId): Promise<boolean> {
    return (await verifyChain(this.store.audit.read(tenantId, {}))).ok;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
  }
}

let nextPid = 1;

const WRITES = new Set(['setStatus', 'recordIntent', 'recordOutcome', 'recordUnsent', 'renew', 'release']);

/** One life of the program. */
export class Process {
  readonly rig: Rig;
  readonly holder: string = `rig:${nextPid++}`;
  readonly #death: DeathAt | null;
  #effects = 0;
  #dead = false;

  constructor(rig: Rig, death: DeathAt | null) {
    this.rig = rig;
    this.#death = death;
  }

  /** What the store says to a write now; null: it takes it. */
  get #storeFault(): ZonewardError | null {
    const { side, effect } = this.#death ?? { side: null, effect: 0 };
    if (effect === 'batch') return null;
    if (side === 'disk-full' && this.#effects >= effect) return failed('store-full', 'temporary');
    return side === 'store-busy' && this.#effects === effect ? failed('store-busy', 'temporary') : null;
  }

  get effects(): number {
    return this.#effects;
  }

  ports(onProgress?: (event: ApplyProgress) => void): ApplyPorts {
    const { rig } = this;
    const journal = this.#mortal(rig.store.journal);
    const locks: ApplyPorts['locks'] = {
      acquire: async (...input) => {
        const got = await this.#effect(() => rig.store.locks.acquire(...input));
        return 'release' in got ? this.#mortal(got) : got;
      },
    };
    const reader: ZoneReader = {
      listZones: () => assert.fail('no listing here'),
      getZone: async (zoneId) => this.#zone(zoneId).look(),
      listRecords: (zoneId) => this.#list(zoneId),
    };
    const writer: RecordWriter = {
      batch: (zoneId, body) => {
        const send = async (): ReturnType<RecordWriter['batch']> => ({
          ...this.#zone(zoneId).batch(body),
          ray: 'ray',
          auditLogId: null,
        });
        return this.#effect(send, 'batch');
      },
    };
    const sync = {
      reader,
      mirror: rig.store.mirror,
      openWrites: journal,
      hash: recordHash,
      trail: rig.store.audit,
      clock: rig.clock,
    };
    return {
      journal,
      locks,
      reader,
      writer,
      clock: rig.clock,
      ...(onProgress === undefined ? {} : { onProgress }),
      readZone: (zoneId, options) =>
        readZone(sync, { tenantId: this.#tenantOf(), zoneId, principal: 'rig', lane: options.lane }),
    };
  }

  /** As whom this life acts; one tenant in a life. */
  tenantId: TenantId | null = null;

  apply(
    changeSet: ChangeSet,
    options: Partial<ApplyOptions> = {},
    onProgress?: (event: ApplyProgress) => void,
  ): Promise<ApplyResult> {
    this.tenantId = changeSet.tenantId;
    return applyChangeSet(this.ports(onProgress), changeSet, { ...this.#options(), ...options });
  }

  recover(tenantId: TenantId, options: Partial<ApplyOptions> = {}): Promise<readonly Recovered[]> {
    this.tenantId = tenantId;
    const ports = this.ports();
    return recoverChangeSets({ journal: ports.journal, portsFor: async () => ports }, tenantId, {
      ...this.#options(),
      ...options,
    });
  }

  #options(): ApplyOptions {
    return { principal: 'test', holder: this.holder, lockWaitMs: LEASE_MS + 10_000 };
  }

  #tenantOf(): TenantId {
    assert.ok(this.tenantId !== null);
    return this.tenantId;
  }

  async *#list(zoneId: ZoneId): AsyncGenerator<{ records: readonly LiveRecord[]; totalCount: number }> {
    const records = await this.#effect(async () => this.#zone(zoneId).list());
    yield { records, totalCount: records.length };
  }

  #zone(zoneId: ZoneId): ModelZone {
    const zone = this.rig.zones.get(zoneId);
    assert.ok(zone);
    return zone;
  }

  async #effect<Result>(work: () => Promise<Result>, name = ''): Promise<Result> {
    if (this.#dead) throw new Death();
    this.#effects += 1;
    const meant = this.#death?.effect === this.#effects || this.#death?.effect === name;
    const here = meant ? this.#death?.side : null;
    if (here === 'before') this.#die();
    try {
      return await work();
    } finally {
      // Death overrules what the work gave or threw.
      if (here === 'after') this.#die();
    }
  }

  #die(): never {
    this.#dead = true;
    throw new Death();
  }

  /** Every method that returns a promise is an effect. */
  #mortal<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        return (...input: unknown[]): unknown => {
          if (key === 'remainingMs') return this.#dead ? 0 : Reflect.apply(value, target, input);
          return this.#effect(() => {
            const fault = WRITES.has(String(key)) ? this.#storeFault : null;
            if (fault !== null) throw fault;
            return Reflect.apply(value, target, input) as Promise<unknown>;
          });
        };
      },
    });
  }
}

/** What the journal says of a change set. */
export async function accountOf(
  rig: Rig,
  tenantId: TenantId,
  id: ChangeSetId,
): Promise<{
  status: ChangeSetStatus;
  outcomes: Map<ZoneId, readonly OperationOutcome[]>;
  changeSet: ChangeSet;
}> {
  const changeSet = await rig.store.journal.get(tenantId, id);
  assert.ok(changeSet !== null);
  const outcomes = new Map<ZoneId, readonly OperationOutcome[]>();
  for (const { zoneId } of changeSet.plans)
    outcomes.set(zoneId, await rig.store.journal.outcomes(tenantId, id, zoneId));
  return { status: changeSet.status, outcomes, changeSet };
}
