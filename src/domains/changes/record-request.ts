/** A request in the journal and the audit trail: before it is sent, when it landed, when nothing was written. */
import type { ZonewardError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { bodyOf, type PlacedChange } from '../../plan/batch.ts';
import { plural } from '../../plan/change-text.ts';
import type { PlannedBatch } from '../../plan/plan.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';
import { deltaOfAnswer } from './answer.ts';
import type { ApplyPorts } from './apply.ts';
import type { BatchEntry, OperationOutcome } from './model.ts';
import type { BatchAnswer } from './ports.ts';
import type { Run } from './run.ts';

/** Durable before anything is sent. Throws when it cannot be (the disk is full): then nothing may be sent. */
export async function recordIntent(
  ports: ApplyPorts,
  run: Run,
  batch: PlannedBatch,
  changes: readonly PlacedChange[],
): Promise<BatchEntry> {
  run.sequence += 1;
  const { changeSet, plan } = run;
  const entry: BatchEntry = {
    tenantId: changeSet.tenantId,
    changeSetId: changeSet.id,
    zoneId: plan.zoneId,
    sequence: run.sequence,
    groupIds: batch.groupIds,
    body: bodyOf(changes),
    idsBefore: [...run.ids],
    sentAt: ports.clock.now(),
    state: 'sent',
    decidedAt: null,
    decidedBy: null,
    ray: null,
    auditLogId: null,
    faults: [],
  };
  const event = eventOf(run, entry, {
    kind: 'change-set.batch-sent',
    at: entry.sentAt,
    summary: `Request ${entry.sequence} to ${plan.zoneName}: ${plural(changes.length, 'change')}`,
    payload: { sequence: entry.sequence, changes: changes.map(imagesOf) },
  });
  await ports.journal.recordIntent(entry, [event]);
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

export async function recordLanded(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  landed: {
    readonly changes: readonly PlacedChange[];
    readonly outcomes: readonly OperationOutcome[];
    readonly answer: BatchAnswer;
  },
): Promise<void> {
  const { changes, outcomes, answer } = landed;
  const at = ports.clock.now();
  const { ray, auditLogId } = answer;
  await ports.journal.recordOutcome(
    entry,
    { state: 'landed', decidedAt: at, decidedBy: 'answer', ray, auditLogId, faults: [] },
    outcomes,
    {
      delta: deltaOfAnswer(changes, answer),
      origin: { kind: 'change-set', changeSetId: entry.changeSetId },
      freshness: { verifiedAt: run.reading.readAt, signal: 'own-write', staleSince: null },
      at,
    },
    [
      eventOf(run, entry, {
        kind: 'change-set.batch-landed',
        at,
        summary: `Request ${entry.sequence} to ${run.plan.zoneName} landed`,
        payload: { sequence: entry.sequence, ray, records: outcomes.map((one) => one.recordId ?? null) },
      }),
    ],
  );
}

/** Answered with a refusal, or never sent: nothing was written. */
export async function recordNotLanded(
  ports: ApplyPorts,
  run: Run,
  entry: BatchEntry,
  error: ZonewardError,
): Promise<void> {
  const refused = error.code === 'cloudflare-refused';
  const faults = (error.details['faults'] ?? []) as readonly CloudflareFault[];
  const at = ports.clock.now();
  const ray = typeof error.details['ray'] === 'string' ? error.details['ray'] : null;
  await ports.journal.recordOutcome(
    entry,
    {
      state: refused ? 'refused' : 'not-landed',
      decidedAt: at,
      decidedBy: 'answer',
      ray,
      auditLogId: null,
      faults,
    },
    [],
    null,
    [
      eventOf(run, entry, {
        kind: refused ? 'change-set.batch-refused' : 'change-set.batch-not-sent',
        at,
        summary: `Request ${entry.sequence} to ${run.plan.zoneName} was not carried out: ${error.message}`,
        payload: {
          sequence: entry.sequence,
          code: error.code,
          faults: faults.map(({ code, message }) => ({ code, message })),
        },
      }),
    ],
  );
}

function eventOf(
  run: Run,
  entry: BatchEntry,
  event: Pick<NewEvent, 'kind' | 'at' | 'summary' | 'payload'>,
): NewEvent {
  return {
    ...event,
    principal: run.options.principal,
    connectionId: run.changeSet.connectionId,
    zoneId: entry.zoneId,
    changeSetId: entry.changeSetId,
  };
}
