/**
 * Carrying a change set out. One process holds the change set. For each zone: take its lock; settle what an earlier
 * holder left in flight; read the zone; refuse the groups whose records moved; then request by request: write down,
 * send, write down.
 *
 * Invariants:
 * - Nothing is sent that the journal does not hold, with every id of the zone and every before-image.
 * - A request whose fate is unknown is settled before the next one, and never sent again blindly.
 * - Aborting stops between requests; a request under way is always awaited and written down.
 * - Running it again on the same change set goes on with what has no outcome yet: this is also how a crashed or
 *   interrupted change set is resumed.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { toUnicode } from '../../dns/name.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { SettingState } from '../../plan/setting-change.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { SettingsReader, SettingsWriter, ZoneObjects } from '../tls/ports.ts';
import type { ZoneReader } from '../zones/ports.ts';
import { refuseUnapproved } from './approve.ts';
import { movedError, recordConflicts } from './conflicts.ts';
import { begin, finish } from './finish.ts';
import { renewAll, takeLease, whileHeld } from './hold.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from './model.ts';
import { checkMoved } from './moved.ts';
import { explainStop } from './out-of-reach.ts';
import type { ChangeJournal, Lease, Locks, RecordWriter } from './ports.ts';
import { stopIfAsked, stoppedError } from './run.ts';
import { sendGroups } from './send.ts';
import { hasUnseenCreation, sendObjects } from './send-objects.ts';
import { remainingOf } from './send-rules.ts';
import { sendSettings, verifySettings } from './send-settings.ts';
import { settleZone } from './settle-zone.ts';

export interface ApplyPorts {
  readonly journal: ChangeJournal;
  readonly locks: Locks;
  readonly reader: ZoneReader;
  readonly writer: RecordWriter;
  /** Absent where only records are ever applied. */
  readonly settings?: SettingsReader & SettingsWriter;
  /** Absent where certificates and custom hostnames are never applied. */
  readonly objects?: ZoneObjects;
  /** A reading that brings the mirror up to date as well (`readZone` of the zones capability). */
  readonly readZone: (zoneId: ZoneId, options: CallOptions) => Promise<Reading>;
  readonly clock: Clock;
  readonly onProgress?: (event: ApplyProgress) => void;
  /** For tests and scaled time; see `QUIET_PERIOD_MS`. */
  readonly quietPeriodMs?: number;
}

export type ApplyProgress =
  | {
      readonly kind: 'waiting-for-lock';
      readonly zoneId: ZoneId;
      readonly heldBy: string;
      readonly untilMs: number;
    }
  | { readonly kind: 'reading'; readonly zoneId: ZoneId }
  | {
      readonly kind: 'sending';
      readonly zoneId: ZoneId;
      readonly operations: number;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'landed';
      readonly zoneId: ZoneId;
      readonly done: number;
      readonly total: number;
      readonly ray: string | null;
    }
  | { readonly kind: 'settling'; readonly zoneId: ZoneId; readonly waitMs: number }
  | { readonly kind: 'waiting-for-budget'; readonly zoneId: ZoneId; readonly waitMs: number }
  | { readonly kind: 'refused'; readonly zoneId: ZoneId; readonly message: string };

export interface ApplyOptions {
  readonly principal: Principal;
  /** Who holds the lock, for others to see: `host:pid`. */
  readonly holder: string;
  readonly signal?: AbortSignal;
  /** After a refusal, find the groups at fault by halving and apply the others. */
  readonly continueOnRefusal?: boolean;
  /** Read the zone once more at the end and compare. */
  readonly verify?: boolean;
  /** How long to wait for another process's lock. Milliseconds. */
  readonly lockWaitMs?: number;
  /**
   * Readings made for the plan. One that is younger than a minute saves the reading before the write; the lock
   * must then show that no one wrote to the zone through Zoneward since.
   */
  readonly readings?: ReadonlyMap<ZoneId, Reading>;
  /** Private keys of certificates that are uploaded, by the SHA-256 of their public halves. Never stored. */
  readonly keys?: ReadonlyMap<string, Secret>;
}

export interface Reading {
  readonly records: readonly LiveRecord[];
  /** When the read began. Milliseconds. */
  readonly readAt: number;
  /** Settings that were read with the records, by the catalogue's keys. */
  readonly settings?: ReadonlyMap<string, SettingState>;
}

export interface ApplyResult {
  readonly status: ChangeSetStatus;
  readonly zones: readonly ZoneResult[];
}

export interface ZoneResult {
  readonly zoneId: ZoneId;
  readonly outcomes: readonly OperationOutcome[];
  /** Why it stopped early, for people; null when it did not. */
  readonly stopped: ZonewardError | null;
  /** Whether the closing reading shows what was meant; null where none was asked for. */
  readonly verified: boolean | null;
}

const READING_FRESH_MS = 60_000;
const LOCK_WAIT_MS = 30_000;

/**
 * Applies a change set, or goes on with it. Throws before anything is touched: `approval-missing`, `zone-locked`,
 * `change-set-moved` (it has ended), `apply-stopped`. What stops it later stands in the result, zone by zone.
 */
export async function applyChangeSet(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  options: ApplyOptions,
): Promise<ApplyResult> {
  refuseUnapproved(changeSet, ports.clock.now());
  const lease = await untilStopped(changeSet, options, () => hold(ports, changeSet.id, changeSet, options));
  return whileHeld(lease, () => carryOut(ports, changeSet, { ...options, lease }));
}

export interface CarryOutOptions extends ApplyOptions {
  /** Of the change set; the caller gives it back. */
  readonly lease: Lease;
  /**
   * Nobody looks on: the rest is sent only when this allows it and no record of it moved since the plan; else
   * it waits for `changes resume`.
   */
  readonly automatic?: { readonly maySend: boolean };
}

/** The same for who holds the change set already. */
export async function carryOut(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  options: CarryOutOptions,
): Promise<ApplyResult> {
  const zones: ZoneResult[] = [];
  // The status moves once the first lock is held: who is locked out from the start has touched nothing.
  let begun = false;
  const onLocked = async (): Promise<void> => {
    if (!begun) await begin(ports, changeSet, options.principal);
    begun = true;
  };
  for (const plan of changeSet.plans) {
    const zone = await applyZone(ports, changeSet, plan, { ...options, onLocked });
    if (!begun && zone.stopped !== null) throw zone.stopped;
    zones.push(zone);
    if (zone.stopped !== null && endsAll(zone.stopped, options)) break;
  }
  const status = await finish(ports, changeSet, zones, options.principal);
  return { status, zones };
}

/** What concerns one zone alone leaves the others to go on; the rest would strike them too, or may. */
function endsAll(stopped: ZonewardError, options: ApplyOptions): boolean {
  if (stopped.code === 'moved-since-plan') return false;
  const ofZone = stopped.kind === 'refused' || stopped.kind === 'not-found' || stopped.kind === 'permission';
  return !(ofZone && options.continueOnRefusal === true);
}

interface ZoneOptions extends CarryOutOptions {
  readonly onLocked: () => Promise<void>;
}

async function applyZone(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  plan: ZonePlan,
  options: ZoneOptions,
): Promise<ZoneResult> {
  const { zoneId } = plan;
  let stopped: ZonewardError | null = null;
  let verified: boolean | null = null;
  try {
    await untilStopped(changeSet, options, async () => {
      const lease = await hold(ports, zoneId, changeSet, options);
      await whileHeld(lease, async () => {
        await options.onLocked();
        const conflicts = await writeZone(ports, changeSet, plan, {
          ...options,
          leases: [options.lease, lease],
        });
        if (options.verify) verified = await verifyZone(ports, changeSet, plan);
        if (conflicts.length > 0) stopped = movedError(plan, conflicts);
      });
    });
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    stopped = error;
  }
  const outcomes = await ports.journal.outcomes(changeSet.tenantId, changeSet.id, zoneId);
  if (stopped !== null) stopped = await explainStop(ports, { changeSet, plan, outcomes }, stopped);
  return { zoneId, outcomes, stopped, verified };
}

function hold(
  ports: ApplyPorts,
  subject: ZoneId | ChangeSet['id'],
  changeSet: ChangeSet,
  options: ApplyOptions,
): Promise<Lease> {
  const zoneId = changeSet.plans[0]?.zoneId;
  return takeLease(ports, subject, {
    holder: options.holder,
    ...calledOf(subject, changeSet),
    waitMs: options.lockWaitMs ?? LOCK_WAIT_MS,
    ...signalOf(options),
    onWait: (held) => {
      const concerned = subject === changeSet.id ? zoneId : subject;
      if (concerned !== undefined)
        ports.onProgress?.({ kind: 'waiting-for-lock', zoneId: concerned as ZoneId, ...held });
    },
  });
}

/** The zone's name, as a person knows it; a change set is called by its id. */
function calledOf(subject: ZoneId | ChangeSet['id'], { plans }: ChangeSet): { readonly called?: string } {
  const plan = plans.find(({ zoneId }) => zoneId === subject);
  return plan === undefined ? {} : { called: `Zone ${toUnicode(plan.zoneName)}` };
}

/** An aborted wait or read becomes `apply-stopped`. */
async function untilStopped<Result>(
  changeSet: ChangeSet,
  options: ApplyOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isZonewardError(error) && options.signal?.aborted) throw stoppedError(changeSet);
    throw error;
  }
}

/** Settles, reads, refuses what moved, sends the rest. @returns what moved. */
async function writeZone(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  plan: ZonePlan,
  options: ZoneOptions & { readonly leases: readonly Lease[] },
): Promise<readonly OperationOutcome[]> {
  const { leases, principal, automatic } = options;
  const { tenantId } = changeSet;
  const settled = await settleZone(ports, { plan, tenantId, principal, leases });
  const groups = await remainingOf(ports, changeSet, plan, plan.groups);
  const settings = await remainingOf(ports, changeSet, plan, plan.settings ?? []);
  const objects = await remainingOf(ports, changeSet, plan, plan.objects ?? []);
  if (groups.length + settings.length + objects.length === 0) return [];
  stopIfAsked(changeSet, options.signal);
  if (automatic?.maySend === false) throw resumeNeeded(changeSet, 'it is too old to be gone on with unasked');
  if (automatic !== undefined && (await hasUnseenCreation(ports, changeSet, objects)))
    throw resumeNeeded(changeSet, 'what it ordered was not seen: look for it before it is ordered again');
  const fresh = await freshReading(ports, plan, { ...options, settled });
  const moved =
    groups.length === 0 ? [] : await writeRecords(ports, { changeSet, plan, groups, fresh }, options);
  const onMoved = (): void => {
    if (automatic !== undefined)
      throw resumeNeeded(changeSet, `${toUnicode(plan.zoneName)} moved since the plan`);
  };
  const known = fresh?.settings ?? null;
  const job = { changeSet, plan, leases, options, onMoved };
  const late = await sendSettings(ports, { ...job, settings, known });
  const last = await sendObjects(ports, { ...job, objects });
  return [...moved, ...late, ...last];
}

/** Reads the records where the plan's reading is too old, refuses what moved, sends the rest. @returns what moved. */
async function writeRecords(
  ports: ApplyPorts,
  work: {
    readonly changeSet: ChangeSet;
    readonly plan: ZonePlan;
    readonly groups: ZonePlan['groups'];
    readonly fresh: Reading | null;
  },
  options: ZoneOptions & { readonly leases: readonly Lease[] },
): Promise<readonly OperationOutcome[]> {
  const { changeSet, plan, groups, fresh } = work;
  const { leases, automatic } = options;
  const reading = fresh ?? (await readAgain(ports, plan, options));
  await renewAll(leases);
  const { unmoved, conflicts } = checkMoved(groups, reading.records);
  if (conflicts.length > 0) {
    if (automatic !== undefined)
      throw resumeNeeded(changeSet, `${toUnicode(plan.zoneName)} moved since the plan`);
    await recordConflicts(ports, { changeSet, plan, options }, conflicts);
  }
  const later = await sendGroups(ports, { changeSet, plan, groups: unmoved, reading, leases, options });
  return [...conflicts, ...later];
}

function resumeNeeded(changeSet: ChangeSet, why: string): ZonewardError {
  return new ZonewardError(`Change set ${changeSet.id} was interrupted, and ${why}`, {
    code: 'resume-needed',
    kind: 'conflict',
    next: [`zoneward changes show ${changeSet.id}`, `zoneward changes resume ${changeSet.id}`],
  });
}

/** The plan's own reading where it is young and nothing was in flight since. */
async function freshReading(
  ports: ApplyPorts,
  plan: ZonePlan,
  options: ApplyOptions & { readonly settled: number },
): Promise<Reading | null> {
  const reading = options.readings?.get(plan.zoneId);
  const fresh = reading !== undefined && ports.clock.now() - reading.readAt <= READING_FRESH_MS;
  if (fresh && options.settled === 0 && !(await wroteSince(ports, plan.zoneId, reading.readAt)))
    return reading;
  return null;
}

async function readAgain(ports: ApplyPorts, plan: ZonePlan, options: ApplyOptions): Promise<Reading> {
  ports.onProgress?.({ kind: 'reading', zoneId: plan.zoneId });
  return ports.readZone(plan.zoneId, { lane: 'apply', ...signalOf(options) });
}

async function wroteSince(ports: ApplyPorts, zoneId: ZoneId, since: number): Promise<boolean> {
  const last = await ports.journal.lastWriteAt(zoneId);
  return last !== null && last >= since;
}

function signalOf(options: { readonly signal?: AbortSignal }): { readonly signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

/** A closing read: every applied change must show as it was meant. */
async function verifyZone(ports: ApplyPorts, changeSet: ChangeSet, plan: ZonePlan): Promise<boolean> {
  if (!(await verifySettings(ports, changeSet, plan))) return false;
  if (plan.groups.length === 0) return true;
  const { records } = await ports.readZone(plan.zoneId, { lane: 'apply' });
  const byId = new Map(records.map((record) => [record.id, record]));
  const outcomes = await ports.journal.outcomes(changeSet.tenantId, changeSet.id, plan.zoneId);
  const groups = new Map(plan.groups.map((group) => [group.id, group.changes]));
  return outcomes.every((outcome) => {
    if (outcome.state !== 'applied' || outcome.recordId === undefined) return true;
    const change = groups.get(outcome.groupId)?.[outcome.change];
    const record = byId.get(outcome.recordId);
    if (change === undefined || change.after === null) return record === undefined;
    return record !== undefined && changedFields(record.fields, change.after.fields).length === 0;
  });
}
