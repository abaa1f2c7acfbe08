/**
 * Carrying a change set out. For each zone: take its lock; settle what an earlier holder left in flight; read
 * the zone; refuse the groups whose records moved; then request by request: write down, send, write down.
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
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneReader } from '../zones/ports.ts';
import { refuseUnapproved } from './approve.ts';
import { LEASE_MS } from './lease.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from './model.ts';
import { checkMoved } from './moved.ts';
import type { ChangeJournal, RecordWriter, ZoneLease, ZoneLocks } from './ports.ts';
import { sendGroups } from './send.ts';
import { settleZone } from './settle-zone.ts';

export interface ApplyPorts {
  readonly journal: ChangeJournal;
  readonly locks: ZoneLocks;
  readonly reader: ZoneReader;
  readonly writer: RecordWriter;
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
}

export interface Reading {
  readonly records: readonly LiveRecord[];
  /** When the read began. Milliseconds. */
  readonly readAt: number;
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
  /** Differences that the closing reading found, where one was asked for. */
  readonly verified: boolean | null;
}

const READING_FRESH_MS = 60_000;
const LOCK_POLL_MS = 1_000;
const LOCK_WAIT_MS = 30_000;

export async function applyChangeSet(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  options: ApplyOptions,
): Promise<ApplyResult> {
  refuseUnapproved(changeSet, ports.clock.now());
  const zones: ZoneResult[] = [];
  // The status moves once the first lock is held: who is locked out from the start has touched nothing.
  let started = false;
  const onLocked = async (): Promise<void> => {
    if (!started) await start(ports, changeSet, options.principal);
    started = true;
  };
  for (const plan of changeSet.plans) {
    const zone = await applyZone(ports, changeSet, plan, { ...options, onLocked });
    if (!started && zone.stopped !== null) throw zone.stopped;
    zones.push(zone);
    if (zone.stopped !== null && !options.continueOnRefusal) break;
  }
  const status = await finish(ports, changeSet, zones, options.principal);
  return { status, zones };
}

async function start(ports: ApplyPorts, changeSet: ChangeSet, principal: Principal): Promise<void> {
  const operations = changeSet.plans.flatMap((plan) => plan.groups).flatMap((group) => group.changes).length;
  await ports.journal.setStatus(
    changeSet.tenantId,
    changeSet.id,
    { from: ['planned', 'approved', 'interrupted', 'applying', 'unknown'], to: 'applying' },
    [
      {
        kind: 'change-set.started',
        at: ports.clock.now(),
        principal,
        connectionId: changeSet.connectionId,
        changeSetId: changeSet.id,
        summary: `Applying ${operations} changes in ${changeSet.plans.length} zone(s): ${changeSet.summary}`,
        payload: { plans: changeSet.plans.map((plan) => ({ zone: plan.zoneName, hash: plan.hash })) },
      },
    ],
  );
}

async function applyZone(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  plan: ZonePlan,
  options: ApplyOptions & { readonly onLocked: () => Promise<void> },
): Promise<ZoneResult> {
  const zoneId = plan.zoneId;
  let lease: ZoneLease | null = null;
  let stopped: ZonewardError | null = null;
  let verified: boolean | null = null;
  try {
    lease = await takeLock(ports, zoneId, options);
    await options.onLocked();
    const settled = await settleZone(ports, zoneId, options.principal);
    const reading = await currentReading(ports, plan, { ...options, settled });
    const groups = await remainingGroups(ports, changeSet, plan);
    const { unmoved, conflicts } = checkMoved(groups, reading.records);
    if (conflicts.length > 0) await recordConflicts(ports, changeSet, plan, conflicts, options.principal);
    await sendGroups(ports, { changeSet, plan, groups: unmoved, reading, lease, options });
    if (conflicts.length > 0) stopped = movedError(plan, conflicts);
    if (options.verify) verified = await verifyZone(ports, changeSet, plan);
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    stopped = error;
  } finally {
    await lease?.release();
  }
  const outcomes = await ports.journal.outcomes(changeSet.tenantId, changeSet.id, zoneId);
  return { zoneId, outcomes, stopped, verified };
}

async function takeLock(ports: ApplyPorts, zoneId: ZoneId, options: ApplyOptions): Promise<ZoneLease> {
  const deadline = ports.clock.now() + (options.lockWaitMs ?? LOCK_WAIT_MS);
  for (;;) {
    const got = await ports.locks.acquire(zoneId, options.holder, LEASE_MS);
    if ('release' in got) return got;
    if (ports.clock.now() >= deadline || options.signal?.aborted) {
      throw new ZonewardError(`Zone ${zoneId} is being changed by ${got.heldBy}`, {
        code: 'zone-locked',
        kind: 'conflict',
        next: ['Wait until that change is done, then run `zoneward changes resume` or apply again.'],
        details: { zoneId, heldBy: got.heldBy, untilMs: got.untilMs },
      });
    }
    ports.onProgress?.({ kind: 'waiting-for-lock', zoneId, heldBy: got.heldBy, untilMs: got.untilMs });
    await ports.clock.sleep(LOCK_POLL_MS);
  }
}

/** The plan's own reading where it is fresh and nothing was in flight since; else a new one. */
async function currentReading(
  ports: ApplyPorts,
  plan: ZonePlan,
  options: ApplyOptions & { readonly settled: number },
): Promise<Reading> {
  const reading = options.readings?.get(plan.zoneId);
  const fresh = reading !== undefined && ports.clock.now() - reading.readAt <= READING_FRESH_MS;
  if (fresh && options.settled === 0 && !(await wroteSince(ports, plan.zoneId, reading.readAt)))
    return reading;
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

/** The groups of which not every change has an outcome: all at first, the rest after an interruption. */
async function remainingGroups(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  plan: ZonePlan,
): Promise<ZonePlan['groups']> {
  const outcomes = await ports.journal.outcomes(changeSet.tenantId, changeSet.id, plan.zoneId);
  const done = new Set(outcomes.filter(isFinal).map((outcome) => outcome.groupId));
  return plan.groups.filter((group) => !done.has(group.id));
}

/** `not-applied` is known, and may be tried again; `unknown` may not be touched. */
function isFinal(outcome: OperationOutcome): boolean {
  return outcome.state !== 'not-applied';
}

async function recordConflicts(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  plan: ZonePlan,
  conflicts: readonly OperationOutcome[],
  principal: Principal,
): Promise<void> {
  await ports.journal.recordUnsent(
    { tenantId: changeSet.tenantId, changeSetId: changeSet.id, zoneId: plan.zoneId },
    conflicts,
    [
      {
        kind: 'change-set.conflict',
        at: ports.clock.now(),
        principal,
        connectionId: changeSet.connectionId,
        zoneId: plan.zoneId,
        changeSetId: changeSet.id,
        summary: `${conflicts.length} changes of ${plan.zoneName} refused: their records moved since the plan`,
        payload: {
          conflicts: conflicts.map(({ groupId, change, message }) => ({
            groupId,
            change,
            message: message ?? '',
          })),
        },
      },
    ],
  );
}

function movedError(plan: ZonePlan, conflicts: readonly OperationOutcome[]): ZonewardError {
  const reasons = [...new Set(conflicts.map((conflict) => conflict.message ?? ''))];
  return new ZonewardError(
    [
      `${conflicts.length} changes of ${plan.zoneName} were not made: the zone moved since the plan`,
      ...reasons,
    ].join('\n  '),
    { code: 'moved-since-plan', kind: 'conflict', next: ['Plan again, and look at what is different.'] },
  );
}

/** A closing read: every applied change must show as it was meant. */
async function verifyZone(ports: ApplyPorts, changeSet: ChangeSet, plan: ZonePlan): Promise<boolean> {
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

async function finish(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  zones: readonly ZoneResult[],
  principal: Principal,
): Promise<ChangeSetStatus> {
  const outcomes = await Promise.all(
    changeSet.plans.map((plan) => ports.journal.outcomes(changeSet.tenantId, changeSet.id, plan.zoneId)),
  );
  const total = changeSet.plans.flatMap((plan) => plan.groups).flatMap((group) => group.changes).length;
  const resumable = zones.some((zone) => zone.stopped !== null && isPassing(zone.stopped));
  const undecided = zones.some((zone) => zone.stopped?.kind === 'unknown-outcome');
  const status = undecided ? 'unknown' : statusOf(outcomes.flat(), total, resumable);
  const at = ports.clock.now();
  const done = outcomes.flat().filter((outcome) => outcome.state === 'applied').length;
  await ports.journal.setStatus(
    changeSet.tenantId,
    changeSet.id,
    {
      // Another process may have tried, found the zone locked, and left it `interrupted` meanwhile.
      from: ['applying', 'interrupted'],
      to: status,
      ...(status === 'interrupted' || status === 'unknown' ? {} : { finishedAt: at }),
      ...(changeSet.undoes !== null && done > 0 ? { takesBack: changeSet.undoes } : {}),
    },
    [
      {
        kind: `change-set.${status}`,
        at,
        principal,
        connectionId: changeSet.connectionId,
        changeSetId: changeSet.id,
        summary: `${done} of ${total} changes applied: ${changeSet.summary}`,
        payload: { applied: done, total, stopped: zones.map((zone) => zone.stopped?.code ?? null) },
      },
    ],
  );
  return status;
}

/** Stopped by something that passes: the change set may be resumed. */
function isPassing(error: ZonewardError): boolean {
  return error.kind === 'temporary' || error.code === 'zone-locked' || error.code === 'apply-stopped';
}

/** What a change set's outcomes add up to. */
export function statusOf(
  outcomes: readonly OperationOutcome[],
  total: number,
  resumable: boolean,
): ChangeSetStatus {
  const count = (state: OperationOutcome['state']): number =>
    outcomes.filter((outcome) => outcome.state === state).length;
  if (count('unknown') > 0) return 'unknown';
  if (count('applied') === total) return 'applied';
  if (resumable) return 'interrupted';
  return count('applied') > 0 ? 'partly-applied' : 'failed';
}
