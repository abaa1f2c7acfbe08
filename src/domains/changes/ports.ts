/** What applying changes needs: a writer to Cloudflare, a journal that survives a crash, a lock per zone. */
import type { ChangeSetId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { BatchBody } from '../../plan/plan.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { MirrorDelta, RevisionOrigin, Verification } from '../zones/model.ts';
import type { BatchEntry, ChangeSet, ChangeSetStatus, OperationOutcome } from './model.ts';

export interface BatchAnswer {
  /** Ids as Cloudflare confirmed them. */
  readonly deletes: readonly LiveRecord[];
  readonly patches: readonly LiveRecord[];
  readonly puts: readonly LiveRecord[];
  /** In the order of the request. */
  readonly posts: readonly LiveRecord[];
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

/**
 * Writes records. One call is one request to Cloudflare, never repeated by this port once it may have left;
 * what a thrown error promises about the write stands in `CloudflareErrorCode`.
 */
export interface RecordWriter {
  batch(zoneId: ZoneId, body: BatchBody, options: CallOptions): Promise<BatchAnswer>;
}

/** Asks how many records a zone may hold. One call, changes nothing. */
export interface RecordQuotaReader {
  /** `quota` is null where Cloudflare names none. */
  recordQuota(
    zoneId: ZoneId,
    options: CallOptions,
  ): Promise<{ readonly quota: number | null; readonly used: number }>;
}

/**
 * The journal of change sets. Every method is one transaction: the rows, the mirror's revision where given, and
 * the audit events (appended last) become durable together or not at all. After it returns, a power cut loses
 * nothing of it. With the disk full it throws, and the caller must not write to Cloudflare.
 */
export interface ChangeJournal {
  create(changeSet: ChangeSet, events: readonly NewEvent[]): Promise<void>;
  get(tenantId: TenantId, id: ChangeSetId): Promise<ChangeSet | null>;
  /** Newest first; with `before`, those older than that one. */
  list(
    tenantId: TenantId,
    filter: {
      readonly before?: ChangeSetId;
      readonly connectionId?: ConnectionId;
      readonly zoneId?: ZoneId;
      readonly status?: ChangeSetStatus;
      readonly author?: Principal;
      /** What takes this one back. */
      readonly undoes?: ChangeSetId;
      /** Made at or after, and before, milliseconds since the epoch. */
      readonly since?: number;
      readonly until?: number;
    },
    limit: number,
  ): Promise<readonly ChangeSet[]>;
  /**
   * Moves a change set's status. Refuses (`conflict`, code `change-set-moved`) unless it stands in one of `from`.
   */
  setStatus(
    tenantId: TenantId,
    id: ChangeSetId,
    move: {
      readonly from: readonly ChangeSetStatus[];
      readonly to: ChangeSetStatus;
      readonly finishedAt?: number;
      /** The approval, with the move to `approved`. */
      readonly grant?: NonNullable<ChangeSet['approval']['grant']>;
      /** Sets `undoneBy` and `undoneInPart` on another change set in the same transaction: this one took it back. */
      readonly takesBack?: { readonly id: ChangeSetId; readonly inPart: boolean };
    },
    events: readonly NewEvent[],
  ): Promise<void>;
  /** Writes a batch down as `sent`, before it is. */
  recordIntent(entry: BatchEntry, events: readonly NewEvent[]): Promise<void>;
  /** Writes down what became of it, with the mirror's next revision when records changed. */
  recordOutcome(
    key: { readonly tenantId: TenantId; readonly changeSetId: ChangeSetId; readonly sequence: number },
    decision: Pick<BatchEntry, 'state' | 'decidedAt' | 'decidedBy' | 'ray' | 'auditLogId' | 'faults'>,
    outcomes: readonly OperationOutcome[],
    /** Applied on top of whatever revision the mirror is at; absent when the mirror does not hold the zone. */
    mirror: {
      readonly delta: MirrorDelta;
      readonly origin: RevisionOrigin;
      readonly freshness: Verification;
      readonly at: number;
    } | null,
    events: readonly NewEvent[],
  ): Promise<void>;
  /** Outcomes that belong to no batch: groups refused before sending, operations never attempted. */
  recordUnsent(
    key: { readonly tenantId: TenantId; readonly changeSetId: ChangeSetId; readonly zoneId: ZoneId },
    outcomes: readonly OperationOutcome[],
    events: readonly NewEvent[],
  ): Promise<void>;
  outcomes(tenantId: TenantId, id: ChangeSetId, zoneId: ZoneId): Promise<readonly OperationOutcome[]>;
  batches(tenantId: TenantId, id: ChangeSetId): Promise<readonly BatchEntry[]>;
  /** Batches of a zone that are `sent` or `unknown`, of every tenant: what a new lock holder settles first. */
  openBatches(zoneId: ZoneId): Promise<readonly BatchEntry[]>;
  /** When a request to the zone was last written down or decided, by any tenant; null when never. */
  lastWriteAt(zoneId: ZoneId): Promise<number | null>;
  /** Change sets left `applying` by a process that is gone; the caller takes the zone's lock before acting. */
  unfinished(tenantId: TenantId): Promise<readonly ChangeSet[]>;
  /** Tenants with change sets to settle that nobody is at: `applying` under no lease, or `unknown`. */
  unsettled(): Promise<readonly TenantId[]>;
}

/** What can be held: a zone, to write to it; a change set, to carry it out. Their ids never meet. */
export type LeaseSubject = ZoneId | ChangeSetId;

/** The right to write to a zone, or to carry out a change set, for a while. Times are the store's, in milliseconds. */
export interface Lease {
  readonly subject: LeaseSubject;
  readonly holder: string;
  /** Milliseconds left, by the store's clock, at the time of asking. Zero or less: lost. */
  remainingMs(): number;
  /** Extends to `ttlMs` from now. False when someone else has it already: stop writing. */
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/** Who has it instead, and until when if they do not renew it. */
export interface Held {
  readonly heldBy: string;
  readonly untilMs: number;
}

/** One lock for each Cloudflare zone id, across tenants and processes, and one for each change set. */
export interface Locks {
  /** The lease, or who holds it. A dead holder's lease runs out. */
  acquire(subject: LeaseSubject, holder: string, ttlMs: number): Promise<Lease | Held>;
}
