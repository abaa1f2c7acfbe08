/** What the audit capability needs of the store, and what the store needs to append in its own transactions. */
import type { ChangeSetId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { AuditEvent, ChainHead, NewEvent, Principal } from './model.ts';

/** Makes the next link of a chain. Pure; the store calls it inside the transaction that holds the head row. */
export type SealEvent = (tenantId: TenantId, head: ChainHead, event: NewEvent) => AuditEvent;

export interface AuditFilter {
  readonly connectionId?: ConnectionId;
  readonly zoneId?: ZoneId;
  readonly changeSetId?: ChangeSetId;
  readonly kind?: string;
  readonly principal?: Principal;
  readonly since?: number;
  readonly until?: number;
  /** Events after this sequence, for paging forward. */
  readonly afterSequence?: number;
  /** Events before this sequence, for paging backward. */
  readonly beforeSequence?: number;
}

/** The trail of one tenant. Appends are serialized on the tenant's head row, last in their transaction. */
export interface AuditTrail {
  append(tenantId: TenantId, events: readonly NewEvent[]): Promise<void>;
  /** In sequence order, in chunks. */
  read(tenantId: TenantId, filter: AuditFilter): AsyncIterable<readonly AuditEvent[]>;
  /** The latest `limit` events that match, newest first. */
  latest(tenantId: TenantId, filter: AuditFilter, limit: number): Promise<readonly AuditEvent[]>;
  head(tenantId: TenantId): Promise<ChainHead>;
  /** Removes the events up to and with `through`, and appends `events`, in one transaction. @returns how many went. */
  prune(tenantId: TenantId, through: number, events: readonly NewEvent[]): Promise<number>;
  /** Empties one event's payload, and appends `events`. False, and nothing is written, when there is no such event. */
  erase(tenantId: TenantId, sequence: number, events: readonly NewEvent[]): Promise<boolean>;
}
