/**
 * The audit trail: what was meant, what happened, who asked. Append-only, hash-chained per tenant. An event's
 * payload lies beside its hash, so that it can be erased when the law asks and the chain still verifies.
 */
import type { ChangeSetId, ConnectionId, EventId, TenantId, ZoneId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';

/** Who acted: an API key's id, `cli:user@host`, or `zoneward` for what it does by itself. */
export type Principal = string;

export interface NewEvent {
  /** `noun.verb-in-past`, for example `change-set.batch-sent`. */
  readonly kind: string;
  readonly at: number;
  readonly principal: Principal;
  readonly connectionId?: ConnectionId;
  readonly zoneId?: ZoneId;
  readonly changeSetId?: ChangeSetId;
  /** A sentence for people. */
  readonly summary: string;
  /** Facts, before- and after-images. Never a secret. */
  readonly payload: JsonObject;
}

/** What is left of an event that was erased with its tenant: sequence, time and hashes. */
export type ErasedKind = 'erased';

export interface AuditEvent extends Omit<NewEvent, 'payload'> {
  readonly id: EventId;
  readonly tenantId: TenantId;
  /** 1, 2, 3, … within the tenant, without a gap. */
  readonly sequence: number;
  /** Null when it was erased. */
  readonly payload: JsonObject | null;
  /** SHA-256 (hex) over the canonical bytes (RFC 8785) of the payload. */
  readonly payloadHash: string;
  /** SHA-256 (hex) over the canonical bytes of everything above except the payload, with `previousHash`. */
  readonly hash: string;
  /** The hash of the event before; 64 zeros for the first. */
  readonly previousHash: string;
}

/** The last link of a tenant's chain. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: string;
}
