/** Lists of zones and records for people who look for one among many: narrowed, ordered, page by page. */
import type { ConnectionId, RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { MirrorRecord, Zone, ZoneStatus } from './model.ts';

/** What a list of zones is narrowed to; every given condition must hold. */
export interface ZoneFilter {
  /** Seen by this connection. */
  readonly connectionId?: ConnectionId;
  /** Read by one of these. */
  readonly readers?: readonly ConnectionId[];
  readonly zoneIds?: readonly ZoneId[];
  readonly status?: ZoneStatus;
  /** Part of the name, in lower case. */
  readonly search?: string;
  /** Changed from outside, and not accepted yet; rules that ignore some of it do not count here. */
  readonly drifting?: boolean;
  /** A signal says that the mirror is behind, it was never read, or no connection can read it any more. */
  readonly stale?: boolean;
}

/** By name, by how many records there are, or by when the zone was last read in full (never: first). */
export type ZoneOrder = 'name' | 'records' | 'verified';

export interface ZoneListPage {
  readonly order: ZoneOrder;
  readonly descending: boolean;
  /** Begins behind this place, which need not be there any more. */
  readonly after?: { readonly value: string | number; readonly zoneId: ZoneId };
  readonly limit: number;
}

/** Lists of zones for people, who look for one among many. */
export interface ZoneList {
  /** Zones that are deleted are listed, too. */
  list(tenantId: TenantId, filter: ZoneFilter, page: ZoneListPage): Promise<readonly Zone[]>;
  count(tenantId: TenantId, filter: ZoneFilter): Promise<number>;
}

/** What a list of a zone's records is narrowed to; every given condition must hold. */
export interface RecordFilter {
  /** Part of the name, the content (its first 200 characters) or the comment, in any case. */
  readonly search?: string;
  readonly type?: string;
}

/** By type, then name; by name, then type; or by id alone. */
export type RecordOrder = 'id' | 'name' | 'type';

/** Where a page of records ends: what it was ordered by, then the id. */
export interface RecordPlace {
  readonly nameKey: string;
  readonly type: string;
  readonly recordId: RecordId;
}

/** Lists of a zone's records for people, of one revision. */
export interface RecordList {
  /** Throws `revision-not-found`, and `zone-unknown`. */
  list(
    tenantId: TenantId,
    zoneId: ZoneId,
    filter: RecordFilter,
    page: {
      readonly revision: number;
      readonly order: RecordOrder;
      readonly after?: RecordPlace;
      readonly limit: number;
    },
  ): Promise<readonly (MirrorRecord & { readonly place: RecordPlace })[]>;
  count(tenantId: TenantId, zoneId: ZoneId, revision: number, filter: RecordFilter): Promise<number>;
}
