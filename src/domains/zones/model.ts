/** A zone as Zoneward mirrors it, its revisions, and how fresh the mirror is. */
import type {
  AccountId,
  ChangeSetId,
  ConnectionId,
  LineageId,
  RecordId,
  TenantId,
  ZoneId,
} from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { DomainName } from '../../dns/name.ts';
import type { PlanTier } from '../../dns/plan-limits.ts';

/** Cloudflare's life cycle; `deleted` is ours, for a zone that vanished from a complete listing. */
export type ZoneStatus = 'initializing' | 'pending' | 'active' | 'moved' | 'deleted';

/** What the zone list tells of a zone. */
export interface ZoneFacts {
  readonly id: ZoneId;
  readonly name: DomainName;
  readonly accountId: AccountId;
  readonly accountName: string;
  readonly status: ZoneStatus;
  readonly paused: boolean;
  readonly type: string;
  /** Null when Cloudflare did not tell or we do not know the name it gave. */
  readonly planTier: PlanTier | null;
  readonly nameServers: readonly string[];
  readonly originalNameServers: readonly string[];
  /** The caller's rights as the deprecated `permissions` array tells them (`#dns_records:read`); null when absent. */
  readonly permissions: readonly string[] | null;
  readonly createdOn: string | null;
  readonly modifiedOn: string | null;
  readonly activatedOn: string | null;
}

/** Why no connection of the tenant can read a zone. What the mirror holds of it is what was read before. */
export interface Unreadable {
  /** Milliseconds of the refusal that came first, with no read since. */
  readonly since: number;
  /**
   * `not-seen`: no connection sees the zone any more, and Cloudflare does not say that it is gone.
   * `records-refused`: a connection sees the zone, and may not read its records.
   */
  readonly reason: 'not-seen' | 'records-refused';
}

/** How we know that the mirror is right, and since when we are not sure. */
export interface Freshness extends Verification {
  /** Null while a connection can read the zone, as far as was tried. */
  readonly unreadable: Unreadable | null;
}

/** What a read, a write or a signal says of the mirror. */
export interface Verification {
  /** Milliseconds of the last complete and consistent read; null before the first. */
  readonly verifiedAt: number | null;
  /** What last told us about the zone's state. */
  readonly signal: 'full-read' | 'own-write' | 'audit-log' | 'soa-serial' | 'modified-on' | null;
  /** Since when a signal says that the mirror is behind; null when none does. */
  readonly staleSince: number | null;
}

export interface Zone {
  readonly tenantId: TenantId;
  /** The connection that reads it; another may see it too. */
  readonly connectionId: ConnectionId;
  readonly facts: ZoneFacts;
  /** Grows by one with every observed or made change of the zone's records; 0 before the first read. */
  readonly revision: number;
  readonly recordCount: number;
  readonly freshness: Freshness;
}

/** Who changed a zone from outside, as far as Cloudflare's audit log tells. */
export interface OutsideActor {
  /** Who, where the audit log tells; null when it does not. */
  readonly actor: string | null;
  /** How they came in: `dash`, `api_token`, `api_key`, … in the audit log's words. */
  readonly interface?: string;
  /** Milliseconds, Cloudflare's clock: when the audit log says that it happened. */
  readonly changedAt?: number;
}

/** Who moved a zone from one revision to the next. */
export type RevisionOrigin =
  | { readonly kind: 'change-set'; readonly changeSetId: ChangeSetId }
  | ({ readonly kind: 'outside' } & OutsideActor)
  | { readonly kind: 'first-read' };

export interface Revision {
  readonly zoneId: ZoneId;
  readonly revision: number;
  readonly at: number;
  readonly origin: RevisionOrigin;
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A record in the mirror: what Cloudflare holds, and the thread that runs through its successive ids. */
export interface MirrorRecord {
  readonly record: LiveRecord;
  readonly lineageId: LineageId;
}

/** A record as it stood from one revision to another. */
export interface RecordVersion extends MirrorRecord {
  /** The revision that brought this version. */
  readonly fromRevision: number;
  /** The first revision in which it no longer stood; null while it stands. */
  readonly toRevision: number | null;
}

/** What one revision changes in the mirror. */
export interface MirrorDelta {
  readonly put: readonly {
    readonly record: LiveRecord;
    /** An earlier id whose history goes on in this record; absent: the id's own lineage, or a new one. */
    readonly continues?: RecordId;
  }[];
  readonly gone: readonly RecordId[];
}
