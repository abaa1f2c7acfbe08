/**
 * Change sets: durable plans, and what became of each of their operations.
 *
 * ```
 * planned ─→ approved ─→ applying ─→ applied            every operation applied
 *    └────────────────────┘   ├───→ partly-applied      some applied, the rest known not to be
 *    (no approval needed)     ├───→ failed              none applied
 *                             ├───→ interrupted         stopped between batches; `changes resume` goes on
 *                             └───→ unknown             a batch's fate cannot be read yet
 * planned | approved ─→ cancelled
 * ```
 */
import type { ChangeSetId, ConnectionId, RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { BatchBody, ZonePlan } from '../../plan/plan.ts';
import type { Principal } from '../audit/model.ts';
import type { CloudflareFault } from '../cloudflare-call.ts';

export type ChangeSetStatus =
  | 'planned'
  | 'approved'
  | 'applying'
  | 'applied'
  | 'partly-applied'
  | 'failed'
  | 'interrupted'
  | 'cancelled'
  | 'unknown';

export interface ChangeSet {
  readonly id: ChangeSetId;
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  /** A line for people: what this is for. */
  readonly summary: string;
  readonly status: ChangeSetStatus;
  /** One plan for each zone; a change over many zones is one change set and one undo. */
  readonly plans: readonly ZonePlan[];
  /** The guard rails that were lifted, by their words. */
  readonly allowed: readonly string[];
  readonly author: Principal;
  readonly approval: Approval;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  /** The change set that this one takes back. */
  readonly undoes: ChangeSetId | null;
  /** It was made to take only some of that one back: the rest was not asked for, or stood in conflict. */
  readonly undoesInPart: boolean;
  /** The last change set that took this one back, or some of it. */
  readonly undoneBy: ChangeSetId | null;
  /** Something of it is still there to be taken back. */
  readonly undoneInPart: boolean;
}

/** Whether someone else must agree first, and whether they did. */
export interface Approval {
  readonly required: boolean;
  readonly grant: { readonly by: Principal; readonly at: number; readonly expiresAt: number } | null;
}

/** What is known of one operation of a change set. */
export interface OperationOutcome {
  readonly groupId: string;
  /** Index of the change in its group. */
  readonly change: number;
  readonly state: 'applied' | 'refused' | 'not-applied' | 'conflict' | 'unknown';
  /** The record's id afterwards (a create's new id), where applied. */
  readonly recordId?: RecordId;
  /** The record as Cloudflare returned it, where applied and not deleted. */
  readonly received?: JsonObject;
  /** Why, for a person, where not applied. */
  readonly message?: string;
}

/**
 * `sent` until decided. `landed` and `not-landed` are certain. `mixed`: judged one by one. `unknown`: could not
 * be judged yet.
 */
export type BatchState = 'sent' | 'landed' | 'refused' | 'not-landed' | 'mixed' | 'unknown';

/** One request, written down before it is sent: a batch of records, or one setting or object. */
export interface BatchEntry {
  readonly tenantId: TenantId;
  readonly changeSetId: ChangeSetId;
  readonly zoneId: ZoneId;
  /** 1, 2, 3, … within the change set. */
  readonly sequence: number;
  readonly groupIds: readonly string[];
  readonly body: BatchBody;
  /** Every record id of the zone just before sending. */
  readonly idsBefore: readonly RecordId[];
  readonly sentAt: number;
  readonly state: BatchState;
  readonly decidedAt: number | null;
  /** How it was decided: Cloudflare's answer, or our own reading afterwards. */
  readonly decidedBy: 'answer' | 'reading' | null;
  readonly ray: string | null;
  /** The `cf-auditlog-id` of the answer: what tells our own writes apart in the account's audit log. */
  readonly auditLogId: string | null;
  readonly faults: readonly CloudflareFault[];
}
