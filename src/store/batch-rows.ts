/** Batches and operation outcomes as rows, and back. */
import type { ChangeSetId, RecordId, TenantId, ZoneId } from '../base/ids.ts';
import type { BatchEntry, BatchState, OperationOutcome } from '../domains/changes/model.ts';
import type { Cell } from './insert-many.ts';
import type { BatchRow, OutcomeRow } from './schema.ts';
import { fromJson, showable, toJson } from './text.ts';

const ID_LENGTH = 32;

/** True while nobody knows for certain: a new holder of the zone's lock settles these first. */
export function isOpen(state: BatchState): boolean {
  return state === 'sent' || state === 'unknown';
}

export function toBatchRow(entry: BatchEntry): BatchRow {
  return {
    tenant_id: entry.tenantId,
    change_set_id: entry.changeSetId,
    sequence: entry.sequence,
    zone_id: entry.zoneId,
    group_ids: toJson(entry.groupIds),
    body: toJson(entry.body),
    ids_before: packIds(entry.idsBefore),
    sent_at: entry.sentAt,
    state: entry.state,
    is_open: isOpen(entry.state) ? 1 : 0,
    decided_at: entry.decidedAt,
    decided_by: entry.decidedBy,
    ray: entry.ray,
    audit_log_id: entry.auditLogId,
    faults: toJson(entry.faults),
  };
}

export function toBatchEntry(row: BatchRow): BatchEntry {
  return {
    tenantId: row.tenant_id as TenantId,
    changeSetId: row.change_set_id as ChangeSetId,
    zoneId: row.zone_id as ZoneId,
    sequence: row.sequence,
    groupIds: fromJson(row.group_ids),
    body: fromJson(row.body),
    idsBefore: unpackIds(row.ids_before),
    sentAt: row.sent_at,
    state: row.state as BatchState,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by as BatchEntry['decidedBy'],
    ray: row.ray,
    auditLogId: row.audit_log_id,
    faults: fromJson(row.faults),
  };
}

/** Ids of Cloudflare's length are joined without a separator; anything else is JSON. */
export function packIds(ids: readonly RecordId[]): string {
  return ids.every((id) => id.length === ID_LENGTH && !id.startsWith('[')) ? ids.join('') : toJson(ids);
}

export function unpackIds(packed: string): RecordId[] {
  if (packed.startsWith('[')) return fromJson(packed);
  const ids: RecordId[] = [];
  for (let start = 0; start < packed.length; start += ID_LENGTH) {
    ids.push(packed.slice(start, start + ID_LENGTH) as RecordId);
  }
  return ids;
}

export const OUTCOME_COLUMNS: readonly (keyof OutcomeRow)[] = [
  'tenant_id',
  'change_set_id',
  'zone_id',
  'group_id',
  'change_index',
  'sequence',
  'state',
  'record_id',
  'received',
  'message',
];

/** What is known last of an operation is what is kept. */
export const OUTCOME_ON_CONFLICT = `on conflict (tenant_id, change_set_id, zone_id, group_id, change_index) do update set
  sequence = excluded.sequence, state = excluded.state, record_id = excluded.record_id,
  received = excluded.received, message = excluded.message`;

export function toOutcomeCells(
  key: { tenantId: TenantId; changeSetId: ChangeSetId; zoneId: string; sequence: number | null },
  outcome: OperationOutcome,
): Cell[] {
  return [
    key.tenantId,
    key.changeSetId,
    key.zoneId,
    outcome.groupId,
    outcome.change,
    key.sequence,
    outcome.state,
    outcome.recordId ?? null,
    outcome.received === undefined ? null : toJson(outcome.received),
    outcome.message === undefined ? null : showable(outcome.message),
  ];
}

export function toOutcome(row: OutcomeRow): OperationOutcome {
  return {
    groupId: row.group_id,
    change: row.change_index,
    state: row.state as OperationOutcome['state'],
    ...(row.record_id === null ? {} : { recordId: row.record_id as RecordId }),
    ...(row.received === null ? {} : { received: fromJson(row.received) }),
    ...(row.message === null ? {} : { message: row.message }),
  };
}
