/** Sending the groups of one zone, request by request, under the zone's lock. */
import { ZonewardError } from '../../base/errors.ts';
import { PLAN_LIMITS } from '../../dns/plan-limits.ts';
import { changesOf, cutBatches, type PlacedChange, wholeId } from '../../plan/batch.ts';
import type { PlannedBatch, ZonePlan } from '../../plan/plan.ts';
import type { ApplyPorts } from './apply.ts';
import { recordConflicts } from './conflicts.ts';
import type { OperationOutcome } from './model.ts';
import { checkMoved } from './moved.ts';
import type { Run, SendJob } from './run.ts';
import { type Sent, sendRequest } from './send-request.ts';
import { RESENDS_MAX, waitForBudget } from './send-rules.ts';
import { isRecordLevel, isTooLarge, isZoneFull, nameSuspects } from './suspects.ts';

/** Requests that halving may cost beyond the plan. */
const BISECT_CALLS_MAX = 40;

/**
 * Sends the groups. Throws what stopped it; all that is known by then stands in the journal.
 * @returns what moved while a request had no answer, and was refused therefore.
 */
export async function sendGroups(ports: ApplyPorts, job: SendJob): Promise<readonly OperationOutcome[]> {
  const sent = await ports.journal.batches(job.changeSet.tenantId, job.changeSet.id);
  const run: Run = {
    ...job,
    ids: new Set(job.reading.records.map((record) => record.id)),
    total: job.groups.reduce((sum, group) => sum + group.changes.length, 0),
    done: 0,
    sequence: Math.max(0, ...sent.map((entry) => entry.sequence)),
    bisectCallsLeft: BISECT_CALLS_MAX,
    waitedMs: 0,
    operationsMax: largestRequest(job.plan),
    refusedWholes: new Set(),
    conflicts: [],
  };
  const whole = job.groups.length === job.plan.groups.length;
  const batches = whole ? job.plan.batches : cutBatches(job.groups, run.operationsMax);
  for (const batch of batches) await sendBatch(ports, run, batch);
  return run.conflicts;
}

/** The size that the plan was cut to: its own largest request, or the smallest that every Cloudflare plan takes. */
function largestRequest(plan: ZonePlan): number {
  const sizes = plan.batches.map((batch) => changesOf(plan.groups, batch).length);
  return Math.max(PLAN_LIMITS.free.batchOperationsMax, ...sizes);
}

/** Sends the batch until it is decided; in parts where Cloudflare has shown that it is too large. */
async function sendBatch(ports: ApplyPorts, run: Run, planned: PlannedBatch): Promise<void> {
  for (const part of partsOf(run, planned)) await sendPart(ports, run, part);
}

function partsOf(run: Run, planned: PlannedBatch): PlannedBatch[] {
  const groupIds = planned.groupIds.filter((id) => !run.refusedWholes.has(wholeId(id)));
  if (groupIds.length === 0) return [];
  if (changesOf(run.plan.groups, { groupIds }).length <= run.operationsMax) return [{ groupIds }];
  const wanted = new Set(groupIds);
  return cutBatches(
    run.plan.groups.filter((group) => wanted.has(group.id)),
    run.operationsMax,
  );
}

async function sendPart(ports: ApplyPorts, run: Run, part: PlannedBatch): Promise<void> {
  let batch = part;
  let resends = 0;
  for (;;) {
    const changes = changesOf(run.plan.groups, batch);
    if (changes.length === 0) return;
    const sent = await sendRequest(ports, run, batch, changes);
    switch (sent.kind) {
      case 'landed':
        return;
      case 'refused':
        return handleRefusal(ports, run, batch, { changes, error: sent.error });
      case 'held-back':
        await waitForBudget(ports, run, sent.error);
        break;
      case 'not-landed':
        resends += 1;
        if (resends > RESENDS_MAX) throw sent.error;
        batch = await stillUnmoved(ports, run, batch, sent);
        break;
      default:
        sent satisfies never;
    }
  }
}

/** Before a request is sent again: what moved while nobody answered is refused, as it would have been at first. */
async function stillUnmoved(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  sent: Extract<Sent, { kind: 'not-landed' }>,
): Promise<PlannedBatch> {
  const wanted = new Set(batch.groupIds);
  const groups = run.plan.groups.filter((group) => wanted.has(group.id));
  const { unmoved, conflicts } = checkMoved(groups, sent.records);
  if (conflicts.length > 0) await recordConflicts(ports, run, conflicts);
  run.conflicts.push(...conflicts);
  return { groupIds: unmoved.map((group) => group.id) };
}

/** Smaller where it was too large; else stop with the suspects named, or, where asked, halve until they stand alone. */
async function handleRefusal(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  refused: { readonly changes: readonly PlacedChange[]; readonly error: ZonewardError },
): Promise<void> {
  const { changes, error } = refused;
  const smallest = PLAN_LIMITS.free.batchOperationsMax;
  if (isTooLarge(error) && batch.groupIds.length > 1 && changes.length > smallest) {
    run.operationsMax = smallest;
    return sendBatch(ports, run, batch);
  }
  const bisect = run.options.continueOnRefusal === true && isRecordLevel(error);
  if (bisect && batch.groupIds.length > 1 && run.bisectCallsLeft >= 2) {
    run.bisectCallsLeft -= 2;
    const middle = Math.ceil(batch.groupIds.length / 2);
    await sendBatch(ports, run, { groupIds: batch.groupIds.slice(0, middle) });
    await sendBatch(ports, run, { groupIds: batch.groupIds.slice(middle) });
    return;
  }
  for (const id of batch.groupIds) run.refusedWholes.add(wholeId(id));
  const message = nameSuspects(error, changes, run.reading.records);
  await ports.journal.recordUnsent(
    { tenantId: run.changeSet.tenantId, changeSetId: run.changeSet.id, zoneId: run.plan.zoneId },
    changes.map(({ groupId, index }) => ({ groupId, change: index, state: 'refused', message })),
    [],
  );
  if (bisect) return;
  throw new ZonewardError(message, {
    code: 'batch-refused',
    kind: 'refused',
    next: nextAfter(error),
    details: error.details,
    cause: error,
  });
}

function nextAfter(error: ZonewardError): string[] {
  if (isZoneFull(error))
    return [
      'The zone is full: remove records, or raise its plan or quota at Cloudflare. Then plan again: what was applied stays.',
    ];
  return ['Correct the source and plan again, or apply with --continue to leave out what is refused.'];
}
