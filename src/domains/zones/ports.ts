/** What the zones capability needs of the world: a reader of Cloudflare, and a mirror to keep what was read. */
import type { AccountId, ConnectionId, RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type {
  Freshness,
  MirrorDelta,
  MirrorRecord,
  Revision,
  RevisionOrigin,
  Zone,
  ZoneFacts,
} from './model.ts';

export interface ZonePage {
  readonly zones: readonly ZoneFacts[];
  /** Zones in the whole listing, as the page told. */
  readonly totalCount: number;
}

export interface RecordPage {
  readonly records: readonly LiveRecord[];
  readonly totalCount: number;
}

/**
 * Reads zones and records with one credential. Every method is safe to repeat and to run concurrently; each
 * waits for the shared budget and throws `ZonewardError` (`credentials`, `permission`, `not-found`,
 * `temporary`). Iterables may be left early; no request is made beyond the page in hand.
 */
export interface ZoneReader {
  /** All zones that the credential sees in the account, 50 per call. */
  listZones(accountId: AccountId | null, options: CallOptions): AsyncIterable<ZonePage>;
  getZone(zoneId: ZoneId, options: CallOptions): Promise<ZoneFacts>;
  /**
   * All records of a zone, 5,000 per call, in the server's order. Pages are as sent: a list that shifts
   * meanwhile shows as duplicate ids or a moving `totalCount`; judging that is the caller's.
   */
  listRecords(zoneId: ZoneId, options: CallOptions): AsyncIterable<RecordPage>;
}

/**
 * The mirror of zones and records with their history. Every method is one transaction; all are scoped to the
 * tenant, and a zone of another tenant does not exist for it.
 */
export interface ZoneMirror {
  /** Adds or refreshes facts; keeps revision, records and freshness. */
  putZones(
    tenantId: TenantId,
    connectionId: ConnectionId,
    zones: readonly ZoneFacts[],
    at: number,
  ): Promise<void>;
  listZones(
    tenantId: TenantId,
    filter?: { connectionId?: ConnectionId; name?: string },
  ): Promise<readonly Zone[]>;
  getZone(tenantId: TenantId, zoneId: ZoneId): Promise<Zone | null>;
  /** The zone's records in the latest revision, or as they were at `revision`. In id order, in chunks. */
  records(tenantId: TenantId, zoneId: ZoneId, revision?: number): AsyncIterable<readonly MirrorRecord[]>;
  /** Each current record's content hash (`recordHash`) by id: what a full read compares with. */
  recordHashes(tenantId: TenantId, zoneId: ZoneId): Promise<ReadonlyMap<RecordId, string>>;
  /**
   * Applies a delta as the next revision and sets freshness; with an empty delta only freshness moves and the
   * revision stays. Refuses (`conflict`, code `mirror-moved`) unless the zone is at `baseRevision`.
   * @returns the zone's revision afterwards.
   */
  advance(
    tenantId: TenantId,
    zoneId: ZoneId,
    input: {
      readonly baseRevision: number;
      readonly delta: MirrorDelta;
      readonly origin: RevisionOrigin;
      readonly freshness: Freshness;
      readonly at: number;
    },
  ): Promise<number>;
  setFreshness(tenantId: TenantId, zoneId: ZoneId, freshness: Freshness): Promise<void>;
  revisions(tenantId: TenantId, zoneId: ZoneId, limit: number): Promise<readonly Revision[]>;
  /** The revision in force at a moment; null when the zone was not yet known. */
  revisionAt(tenantId: TenantId, zoneId: ZoneId, at: number): Promise<number | null>;
}
