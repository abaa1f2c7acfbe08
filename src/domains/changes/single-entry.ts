/**
 * A request for one setting or one object in the journal and the audit trail: before it is sent, and what became of it.
 */
import type { ZonewardError } from '../../base/errors.ts';
import type { RecordId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BatchBody, ZonePlan } from '../../plan/plan.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';
import type { ApplyPorts } from './apply.ts';
import type { BatchEntry, BatchState, ChangeSet, OperationOutcome } from './model.ts';

/** What one request is about. */
export interface Single {
  readonly noun: 'setting' | 'object';
  /** The change's id in its plan. */
  readonly id: string;
  /** For people: `setting ssl`, `advanced certificate for example.com`. */
  readonly label: string;
  /** For the audit trail: what it is, before and after. */
  readonly facts: JsonObject;
  readonly body: Pick<BatchBody, 'setting' | 'object'>;
  /** Ids of its kind that were there just before; none for a setting. */
  readonly idsBefore: readonly string[];
}

/** Durable before anything is sent. Throws when it cannot be: then nothing may be sent. */
export async function recordSingleIntent(
  ports: Pick<ApplyPorts, 'journal' | 'clock'>,
  of: { readonly changeSet: ChangeSet; readonly sequence: number; readonly principal: Principal },
  { zoneId, zoneName }: Pick<ZonePlan, 'zoneId' | 'zoneName'>,
  single: Single,
): Promise<BatchEntry> {
  const { changeSet, sequence, principal } = of;
  const entry: BatchEntry = {
    tenantId: changeSet.tenantId,
    changeSetId: changeSet.id,
    zoneId,
    sequence,
    groupIds: [single.id],
    body: { deletes: [], patches: [], puts: [], posts: [], ...single.body },
    idsBefore: single.idsBefore as readonly RecordId[],
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
      kind: `change-set.${single.noun}-sent`,
      at: entry.sentAt,
      principal,
      connectionId: changeSet.connectionId,
      zoneId,
      changeSetId: changeSet.id,
      summary: `Request ${sequence} to ${zoneName}: ${single.label}`,
      payload: {
        sequence,
        ...single.facts,
        body: single.body.setting?.body ?? single.body.object?.body ?? null,
      },
    },
  ]);
  return entry;
}

export interface SingleDecision {
  readonly state: BatchState;
  readonly decidedBy: 'answer' | 'reading';
  readonly outcome: OperationOutcome | null;
  readonly answer?: { readonly ray: string | null; readonly auditLogId: string | null };
  /** Why, where nothing was written. */
  readonly error?: ZonewardError;
}

/** What became of the request, with what it made where that is known. */
export async function recordSingleOutcome(
  ports: Pick<ApplyPorts, 'journal' | 'clock'>,
  entry: BatchEntry,
  single: Omit<Single, 'body' | 'idsBefore'>,
  decision: SingleDecision & { readonly principal: Principal },
): Promise<void> {
  const { state, decidedBy, outcome, answer, error, principal } = decision;
  const at = ports.clock.now();
  const faults = (error?.details['faults'] ?? []) as readonly CloudflareFault[];
  const told = error?.details['ray'];
  const ray = answer?.ray ?? (typeof told === 'string' ? told : null);
  const event: NewEvent = {
    kind: `change-set.${single.noun}-${state}`,
    at,
    principal,
    zoneId: entry.zoneId,
    changeSetId: entry.changeSetId,
    summary: summaryOf(entry, single.label, decision),
    payload: {
      sequence: entry.sequence,
      ...single.facts,
      state,
      decidedBy,
      ray,
      ...(outcome?.recordId === undefined ? {} : { objectId: outcome.recordId }),
      ...(error === undefined ? {} : { code: error.code, faults: faults.map(faultJson) }),
    },
  };
  await ports.journal.recordOutcome(
    entry,
    { state, decidedAt: at, decidedBy, ray, auditLogId: answer?.auditLogId ?? null, faults },
    outcome === null ? [] : [outcome],
    null,
    [event],
  );
}

function faultJson({ code, message }: CloudflareFault): JsonObject {
  return { code, message };
}

function summaryOf(entry: BatchEntry, label: string, decision: SingleDecision): string {
  const request = `Request ${entry.sequence}, ${label},`;
  if (decision.decidedBy === 'reading') return `${request} got no answer; read back: ${decision.state}`;
  if (decision.error !== undefined) return `${request} was not carried out: ${decision.error.message}`;
  return `${request} landed`;
}
