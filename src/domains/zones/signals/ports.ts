/**
 * What tells that a zone moved, without reading it. Signals are hints: a lost or late one costs time until the
 * next verification, a false one costs a read; neither makes the mirror wrong.
 */
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../../../base/ids.ts';
import type { DomainName } from '../../../dns/name.ts';
import type { CallOptions } from '../../cloudflare-call.ts';

/** One entry of the account's audit log (v2) that may have changed the records of a zone. */
export interface AuditLogEntry {
  readonly id: string;
  /** Milliseconds, Cloudflare's clock. */
  readonly at: number;
  readonly zoneId: ZoneId;
  /** The e-mail address, or the token's name or id, or Cloudflare's own system; null when not told. */
  readonly actor: string | null;
  /** `actor.context`: `dash`, `api_token`, `api_key`, `oauth`, …; null when not told. */
  readonly interface: string | null;
  readonly tokenId: string | null;
  readonly ray: string | null;
}

/**
 * Reads the account's audit log v2. Safe to repeat. Throws `ZonewardError` (`permission` where the credential may
 * not read it, which is usual; `credentials`; `temporary`).
 */
export interface AuditLogReader {
  /**
   * Successful creates, updates and deletes on DNS records and zones, with `since <= at < before`, oldest first,
   * in pages of up to 1,000 (one call each). Entries without a zone are left out. The iterable may be left early.
   */
  entries(
    accountId: AccountId,
    window: { readonly since: number; readonly before: number },
    options: CallOptions,
  ): AsyncIterable<readonly AuditLogEntry[]>;
}

export interface SoaQuestion {
  readonly zoneId: ZoneId;
  readonly name: DomainName;
  /** The zone's own nameservers; any of them may be asked. */
  readonly nameServers: readonly string[];
}

/** Asks the SOA serial of zones at their own nameservers, never at a cache. Costs no API call. */
export interface SoaAsker {
  /**
   * Serials by zone, each an answer of one of the zone's own nameservers, authoritative and over UDP (TCP when
   * cut). A zone without such an answer in time is missing. Asks in parallel within bounds of its own; never
   * throws but for the signal.
   */
  serials(
    questions: readonly SoaQuestion[],
    options: { readonly signal?: AbortSignal },
  ): Promise<ReadonlyMap<ZoneId, number>>;
}

/** One write of ours as the journal holds it. */
export interface OwnWrite {
  readonly zoneId: ZoneId;
  readonly sentAt: number;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

/** Our own writes, for telling them apart in the audit log. */
export interface OwnWrites {
  /**
   * Batches that this tenant sent at or after `since`. Not those of another tenant to the same zone: they did not
   * move this tenant's mirror, so for it they came from outside.
   */
  since(tenantId: TenantId, since: number): Promise<readonly OwnWrite[]>;
}

/** What the rounds of a connection remember. Losing it costs reads, never correctness. */
export interface SyncState {
  /** Milliseconds of the last discovery that ended; null before the first. */
  readonly discoveredAt: number | null;
  /** How the audit log was last found; `unknown` before the first try. */
  readonly auditLog: 'readable' | 'refused' | 'unknown';
  readonly auditTriedAt: number | null;
  /** Entries before this (Cloudflare's clock) have been read; null before the first poll. */
  readonly auditReadUpTo: number | null;
  /** Ids of the entries read within the overlap. */
  readonly auditSeen: readonly string[];
  readonly soaAskedAt: number | null;
  /** Rounds that failed in a row. */
  readonly failures: number;
  readonly backOffUntil: number | null;
  /** The credential died: rounds stand still until the connection is no longer at this version. */
  readonly paused: { readonly reason: string; readonly connectionVersion: number } | null;
}

/** What is remembered of one zone's signals. */
export interface ZoneMark {
  /** The SOA serial taken before the last consistent read; null when not known: the next one is taken as it comes. */
  readonly serial: number | null;
  /** Reads of the zone that failed in a row, and when to try again; 0 and null after one that did not. */
  readonly failures: number;
  readonly retryAt: number | null;
}

/** Keeps the state of rounds. */
export interface SyncStateStore {
  load(tenantId: TenantId, connectionId: ConnectionId): Promise<SyncState | null>;
  save(tenantId: TenantId, connectionId: ConnectionId, state: SyncState): Promise<void>;
  /** Marks of the zones that the connection reads. */
  marks(tenantId: TenantId, connectionId: ConnectionId): Promise<ReadonlyMap<ZoneId, ZoneMark>>;
  putMarks(tenantId: TenantId, marks: ReadonlyMap<ZoneId, ZoneMark>): Promise<void>;
}
