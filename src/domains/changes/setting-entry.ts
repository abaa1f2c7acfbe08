/** A setting's request in the journal and the audit trail: before it is sent, and what became of it. */
import type { ZonewardError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import type { SettingChange } from '../../plan/setting-change.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';
import type { SettingAnswer } from '../tls/ports.ts';
import type { ApplyPorts } from './apply.ts';
import type { BatchEntry, BatchState, ChangeSet, OperationOutcome } from './model.ts';

/** Durable before anything is sent. Throws when it cannot be: then nothing may be sent. */
export async function recordSettingIntent(
  ports: Pick<ApplyPorts, 'journal' | 'clock'>,
  of: { readonly changeSet: ChangeSet; readonly sequence: number; readonly principal: Principal },
  to: { readonly zoneId: BatchEntry['zoneId']; readonly zoneName: string; readonly change: SettingChange },
): Promise<BatchEntry> {
  const { changeSet, sequence, principal } = of;
  const { zoneId, zoneName, change } = to;
  const { setting, body, before, after } = change;
  const entry: BatchEntry = {
    tenantId: changeSet.tenantId,
    changeSetId: changeSet.id,
    zoneId,
    sequence,
    groupIds: [change.id],
    body: { deletes: [], patches: [], puts: [], posts: [], setting: { key: setting, body } },
    idsBefore: [],
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
      kind: 'change-set.setting-sent',
      at: entry.sentAt,
      principal,
      connectionId: changeSet.connectionId,
      zoneId,
      changeSetId: changeSet.id,
      summary: `Request ${sequence} to ${zoneName}: setting ${setting}`,
      payload: { sequence, setting, before, after, body },
    },
  ]);
  return entry;
}

export interface SettingDecision {
  readonly state: BatchState;
  readonly decidedBy: 'answer' | 'reading';
  readonly outcome: OperationOutcome | null;
  readonly answer?: SettingAnswer;
  /** Why, where nothing was written. */
  readonly error?: ZonewardError;
}

/** What became of the request, with the setting as it is now where that is known. */
export async function recordSettingOutcome(
  ports: Pick<ApplyPorts, 'journal' | 'clock'>,
  entry: BatchEntry,
  change: SettingChange,
  decision: SettingDecision & { readonly principal: Principal },
): Promise<void> {
  const { state, decidedBy, outcome, answer, error, principal } = decision;
  const at = ports.clock.now();
  const faults = (error?.details['faults'] ?? []) as readonly CloudflareFault[];
  const told = error?.details['ray'];
  const ray = answer?.ray ?? (typeof told === 'string' ? told : null);
  const event: NewEvent = {
    kind: `change-set.setting-${state}`,
    at,
    principal,
    zoneId: entry.zoneId,
    changeSetId: entry.changeSetId,
    summary: summaryOf(entry, change, decision),
    payload: {
      sequence: entry.sequence,
      setting: change.setting,
      before: change.before,
      after: change.after,
      state,
      decidedBy,
      ray,
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

function summaryOf(entry: BatchEntry, { setting }: SettingChange, decision: SettingDecision): string {
  const request = `Request ${entry.sequence}, setting ${setting},`;
  if (decision.decidedBy === 'reading') return `${request} got no answer; read back: ${decision.state}`;
  if (decision.error !== undefined) return `${request} was not carried out: ${decision.error.message}`;
  return `${request} landed`;
}
