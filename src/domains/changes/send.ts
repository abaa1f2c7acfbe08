/** Sending the groups of one zone, request by request, under the zone's lock. */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { RecordId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { PLAN_LIMITS } from '../../dns/plan-limits.ts';
import { bodyOf, changesOf, cutBatches, operationCount, type PlacedChange } from '../../plan/batch.ts';
import type { ChangeGroup } from '../../plan/change.ts';
import type { PlannedBatch, ZonePlan } from '../../plan/plan.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';
import { deltaOfAnswer, outcomesOfAnswer } from './answer.ts';
import type { ApplyOptions, ApplyPorts, Reading } from './apply.ts';
import { LEASE_MS } from './lease.ts';
import type { BatchEntry, ChangeSet, OperationOutcome } from './model.ts';
import type { ZoneLease } from './ports.ts';
import { settleBatch } from './settle.ts';
import { undecided } from './settle-zone.ts';
import { isRecordLevel, nameSuspects } from './suspects.ts';

/** A request may take this long; it is only sent while more than this is left of the lease. */
const REQUEST_MS = 75_000;
/** Requests that halving may cost beyond the plan. */
const BISECT_CALLS_MAX = 40;
/** A request that is known not to have landed is sent again this often. */
const RESENDS_MAX = 2;

interface Job {
  readonly changeSet: ChangeSet;
  readonly plan: ZonePlan;
  readonly groups: readonly ChangeGroup[];
  readonly reading: Reading;
  readonly lease: ZoneLease;
  readonly options: ApplyOptions;
}

interface Run extends Job {
  /** Every id that the zone holds as far as we know; moves with each request. */
  readonly ids: Set<RecordId>;
  readonly total: number;
  done: number;
  sequence: number;
  bisectCallsLeft: number;
}

/** Sends `groups`. Throws what stopped it; all that is known by then stands in the journal. */
export async function sendGroups(ports: ApplyPorts, job: Job): Promise<void> {
  const sent = await ports.journal.batches(job.changeSet.tenantId, job.changeSet.id);
  const run: Run = {
    ...job,
    ids: new Set(job.reading.records.map((record) => record.id)),
    total: job.groups.reduce((sum, group) => sum + group.changes.length, 0),
    done: 0,
    sequence: Math.max(0, ...sent.map((entry) => entry.sequence)),
    bisectCallsLeft: BISECT_CALLS_MAX,
  };
  const whole = job.groups.length === job.plan.groups.length;
  const batches = whole ? job.plan.batches : cutBatches(job.groups, largestRequest(job.plan));
  for (const batch of batches) await sendBatch(ports, run, batch);
}

/** The size that the plan was cut to: its own largest request, or the smallest that every Cloudflare plan takes. */
function largestRequest(plan: ZonePlan): number {
  const sizes = plan.batches.map((batch) => changesOf(plan.groups, batch).length);
  return Math.max(PLAN_LIMITS.free.batchOperationsMax, ...sizes);
}

async function sendBatch(ports: ApplyPorts, run: Run, batch: PlannedBatch): Promise<void> {
  const changes = changesOf(run.plan.groups, batch);
  for (let resend = 0; ; resend += 1) {
    const error = await sendOnce(ports, run, batch, changes);
    if (error === null) return;
    if (error.code === 'batch-not-landed' && resend < RESENDS_MAX) continue;
    if (error.code !== 'cloudflare-refused') throw error;
    await handleRefusal(ports, run, batch, changes, error);
    return;
  }
}

/** Journal, send, journal. Null when it landed; else what came of it, already written down. */
async function sendOnce(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  changes: readonly PlacedChange[],
): Promise<ZonewardError | null> {
  await mayWrite(run);
  const entry = await recordIntent(ports, run, batch, changes);
  const { zoneId } = run.plan;
  ports.onProgress?.({
    kind: 'sending',
    zoneId,
    operations: operationCount(entry.body),
    done: run.done,
    total: run.total,
  });
  try {
    const answer = await ports.writer.batch(zoneId, entry.body, { lane: 'apply' });
    const outcomes = outcomesOfAnswer(changes, answer);
    await recordLanded(ports, run, entry, { changes, outcomes, answer });
    return null;
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    if (error.code === 'cloudflare-unanswered') return settleUnanswered(ports, run, entry, changes);
    await recordNotLanded(ports, run, entry, error);
    return error;
  }
}

/** The lease must outlast the request, and no one may have asked us to stop. */
async function mayWrite(run: Run): Promise<void> {
  if (run.options.signal?.aborted) {
    throw new ZonewardError('Stopped before the next request, as asked', {
      code: 'apply-stopped',
      kind: 'temporary',
      next: [`zoneward changes resume ${run.changeSet.id}`],
    });
  }
  const enough = run.lease.remainingMs() > REQUEST_MS * 2 || (await run.lease.renew(LEASE_MS));
  if (enough && run.lease.remainingMs() > REQUEST_MS) return;
  throw new ZonewardError(`The lock of ${run.plan.zoneName} was lost to another process`, {
    code: 'zone-locked',
    kind: 'conflict',
    next: [`zoneward changes resume ${run.changeSet.id}`],
  });
}

async function recordIntent(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  changes: readonly PlacedChange[],
): Promise<BatchEntry> {
  run.sequence += 1;
  const { changeSet, plan, options } = run;
  const body = bodyOf(changes);
  const entry: BatchEntry = {
    tenantId: changeSet.tenantId,
    changeSetId: changeSet.id,
    zoneId: plan.zoneId,
    sequence: run.sequence,
    groupIds: batch.groupIds,
    body,
    idsBefore: [...run.ids],
    sentAt: ports.clock.now(),
    state: 'sent',
    decidedAt: null,
    decidedBy: null,
    ray: null,
    auditLogId: null,
    faults: [],
  };
  await ports.journal.recordIntent(entry, [
    {
      kind: 'change-set.batch-sent',
      at: entry.sentAt,
      principal: options.principal,
      connectionId: changeSet.connectionId,
      zoneId: plan.zoneId,
      changeSetId: changeSet.id,
      summary: `Request ${entry.sequence} to ${plan.zoneName}: ${changes.length} changes`,
      payload: { sequence: entry.sequence, changes: changes.map(imagesOf) },
    },
  ]);
  return entry;
}

/** Before and after, as the audit keeps them. */
function imagesOf({ change, groupId, index }: PlacedChange): JsonObject {
  return {
    group: groupId,
    change: index,
    action: change.action,
    before: change.before === null ? null : change.before.received,
    after: change.action === 'delete' ? null : change.body,
  };
}

async function recordLanded(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  landed: {
    readonly changes: readonly PlacedChange[];
    readonly outcomes: readonly OperationOutcome[];
    readonly answer: Parameters<typeof deltaOfAnswer>[1];
  },
): Promise<void> {
  const { changes, outcomes, answer } = landed;
  const now = ports.clock.now();
  const delta = deltaOfAnswer(changes, answer);
  await ports.journal.recordOutcome(
    entry,
    {
      state: 'landed',
      decidedAt: now,
      decidedBy: 'answer',
      ray: answer.ray,
      auditLogId: answer.auditLogId,
      faults: [],
    },
    outcomes,
    {
      delta,
      origin: { kind: 'change-set', changeSetId: entry.changeSetId },
      freshness: { verifiedAt: run.reading.readAt, signal: 'own-write', staleSince: null },
      at: now,
    },
    [
      {
        kind: 'change-set.batch-landed',
        at: now,
        principal: run.options.principal,
        connectionId: run.changeSet.connectionId,
        zoneId: entry.zoneId,
        changeSetId: entry.changeSetId,
        summary: `Request ${entry.sequence} to ${run.plan.zoneName} landed`,
        payload: {
          sequence: entry.sequence,
          ray: answer.ray,
          records: outcomes.map((one) => one.recordId ?? null),
        },
      },
    ],
  );
  for (const { record } of delta.put) run.ids.add(record.id);
  for (const id of delta.gone) run.ids.delete(id);
  run.done += changes.length;
  ports.onProgress?.({
    kind: 'landed',
    zoneId: entry.zoneId,
    done: run.done,
    total: run.total,
    ray: answer.ray,
  });
}

async function settleUnanswered(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  changes: readonly PlacedChange[],
): Promise<ZonewardError | null> {
  const settled = await settleBatch(
    {
      ...ports,
      onWait: (waitMs) => {
        ports.onProgress?.({ kind: 'settling', zoneId: entry.zoneId, waitMs });
      },
      keepLease: () => run.lease.renew(LEASE_MS),
    },
    entry,
    changes,
    run.options.principal,
  );
  if (settled.state === 'landed') {
    for (const outcome of settled.outcomes) if (outcome.recordId !== undefined) run.ids.add(outcome.recordId);
    for (const { change } of changes) if (change.action === 'delete') run.ids.delete(change.before.id);
    run.done += changes.length;
    return null;
  }
  if (settled.state === 'not-landed') {
    return new ZonewardError(`Request ${entry.sequence} did not land`, {
      code: 'batch-not-landed',
      kind: 'temporary',
      next: [`zoneward changes resume ${run.changeSet.id}`],
    });
  }
  return undecided(entry);
}

/** Answered with a refusal, or never sent: nothing was written. */
async function recordNotLanded(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  error: ZonewardError,
): Promise<void> {
  const refused = error.code === 'cloudflare-refused';
  const faults = (error.details['faults'] ?? []) as readonly CloudflareFault[];
  await ports.journal.recordOutcome(
    entry,
    {
      state: refused ? 'refused' : 'not-landed',
      decidedAt: ports.clock.now(),
      decidedBy: 'answer',
      ray: typeof error.details['ray'] === 'string' ? error.details['ray'] : null,
      auditLogId: null,
      faults,
    },
    [],
    null,
    [
      {
        kind: 'change-set.batch-refused',
        at: ports.clock.now(),
        principal: run.options.principal,
        connectionId: run.changeSet.connectionId,
        zoneId: entry.zoneId,
        changeSetId: entry.changeSetId,
        summary: `Request ${entry.sequence} to ${run.plan.zoneName} was not carried out: ${error.message}`,
        payload: {
          sequence: entry.sequence,
          code: error.code,
          faults: faults.map(({ code, message }) => ({ code, message })),
        },
      },
    ],
  );
  ports.onProgress?.({ kind: 'refused', zoneId: entry.zoneId, message: error.message });
}

/** Stop with the suspects named; or, where asked, halve until the groups at fault stand alone. */
async function handleRefusal(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  changes: readonly PlacedChange[],
  error: ZonewardError,
): Promise<void> {
  const bisect = run.options.continueOnRefusal === true && isRecordLevel(error);
  if (bisect && batch.groupIds.length > 1 && run.bisectCallsLeft >= 2) {
    run.bisectCallsLeft -= 2;
    const middle = Math.ceil(batch.groupIds.length / 2);
    await sendBatch(ports, run, { groupIds: batch.groupIds.slice(0, middle) });
    await sendBatch(ports, run, { groupIds: batch.groupIds.slice(middle) });
    return;
  }
  const message = nameSuspects(error, changes, run.reading.records);
  await ports.journal.recordUnsent(
    { tenantId: run.changeSet.tenantId, changeSetId: run.changeSet.id, zoneId: run.plan.zoneId },
    changes.map(({ groupId, index }) => ({ groupId, change: index, state: 'refused', message })),
    [],
  );
  if (!bisect) {
    throw new ZonewardError(message, {
      code: 'batch-refused',
      kind: 'refused',
      next: ['Correct the source and plan again, or apply with --continue to leave out what is refused.'],
      details: error.details,
      cause: error,
    });
  }
}
