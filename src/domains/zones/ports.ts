/** What the zones capability needs of the world: a reader of Cloudflare, and a mirror to keep what was read. */
import type { AccountId, ChangeSetId, ConnectionId, RecordId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type {
  MirrorDelta,
  MirrorRecord,
  OutsideActor,
  RecordVersion,
  Revision,
  RevisionOrigin,
  Unreadable,
  Verification,
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
  /** All zones that the credential sees in the account, 50 per call; at least one page, also when there are none. */
  listZones(accountId: AccountId | null, options: CallOptions): AsyncIterable<ZonePage>;
  getZone(zoneId: ZoneId, options: CallOptions): Promise<ZoneFacts>;
  /**
   * All records of a zone, 5,000 per call, in the server's order; at least one page, also of an empty zone. Pages are as sent: a list that shifts
   * meanwhile shows as duplicate ids or a moving `totalCount`; judging that is the caller's.
   */
  listRecords(zoneId: ZoneId, options: CallOptions): AsyncIterable<RecordPage>;
}

/**
 * A record's content hash: equal for two readings of one record in which nothing that lasts changed. The mirror
 * owns it; a full read is given the same function, so that both sides of the comparison agree.
 */
export type RecordHash = (record: LiveRecord) => string;

/** How a long list is walked. A chunk is read when it is asked for; a walk that is left early costs no more. */
export interface Walk<Position> {
  /** Begins behind this place, which need not be there any more. Finding it costs the same wherever it is. */
  readonly after?: Position;
  /** Items of a chunk; never more than a thousand. */
  readonly chunk?: number;
}

export interface ZonePosition {
  readonly name: string;
  readonly zoneId: ZoneId;
}

/**
 * The mirror of zones and records with their history. Every method is one transaction; all are scoped to the
 * tenant, and a zone of another tenant does not exist for it.
 */
export interface ZoneMirror {
  /**
   * Adds or refreshes facts; keeps revision, records and freshness. Notes that this connection sees the zones.
   * The first that saw a zone stays its reader, until it cannot read any more; then the next that sees it.
   */
  putZones(
    tenantId: TenantId,
    connectionId: ConnectionId,
    zones: readonly ZoneFacts[],
    at: number,
  ): Promise<void>;
  /** With `connectionId`: the zones that the connection sees, also those that another one reads. */
  listZones(
    tenantId: TenantId,
    filter?: { connectionId?: ConnectionId; name?: string },
  ): Promise<readonly Zone[]>;
  /**
   * The same in the order of names, then ids, in chunks: for accounts that do not fit into memory at once, and for
   * pages of a list. What stands throughout is met once, whatever comes and goes meanwhile.
   */
  zonePages(
    tenantId: TenantId,
    filter?: { connectionId?: ConnectionId; name?: string },
    walk?: Walk<ZonePosition>,
  ): AsyncIterable<readonly Zone[]>;
  getZone(tenantId: TenantId, zoneId: ZoneId): Promise<Zone | null>;
  /** Of several zones those that the mirror holds; some hundreds of ids at once. */
  getZones(tenantId: TenantId, zoneIds: readonly ZoneId[]): Promise<ReadonlyMap<ZoneId, Zone>>;
  /** The zone's records in the latest revision, or as they were at `revision`. In id order, in chunks. */
  records(
    tenantId: TenantId,
    zoneId: ZoneId,
    revision?: number,
    walk?: Walk<RecordId>,
  ): AsyncIterable<readonly MirrorRecord[]>;
  /** Each current record's content hash (`recordHash`) by id: what a full read compares with. */
  recordHashes(tenantId: TenantId, zoneId: ZoneId): Promise<ReadonlyMap<RecordId, string>>;
  /**
   * Applies a delta as the next revision and sets freshness, as one who could read the zone: it is not unreadable any
   * more. With an empty delta only freshness moves and the revision stays. Refuses (`conflict`, code `mirror-moved`) unless the zone is at `baseRevision`.
   * @returns the zone's revision afterwards.
   */
  advance(
    tenantId: TenantId,
    zoneId: ZoneId,
    input: {
      readonly baseRevision: number;
      readonly delta: MirrorDelta;
      readonly origin: RevisionOrigin;
      readonly freshness: Verification;
      readonly at: number;
    },
  ): Promise<number>;
  /** What a signal says. Whether the zone can be read stays as it is. */
  setFreshness(tenantId: TenantId, zoneId: ZoneId, freshness: Verification): Promise<void>;
  /**
   * What of a list cannot be right, or is not sure, because a revision at or after `since` says otherwise. The list is
   * old where it shows a record that a change set of ours took out (an id never comes back), or one with an earlier
   * `modified_on` than we were answered, or have read, before. What other tenants of this store wrote to the zone
   * counts the same; who they are and what they wrote is told nobody.
   */
  doubts(tenantId: TenantId, zoneId: ZoneId, list: ShownList, since: number): Promise<ListDoubts>;
  revisions(tenantId: TenantId, zoneId: ZoneId, limit: number): Promise<readonly Revision[]>;
  /** The revision in force at a moment; null when the zone was not yet known. */
  revisionAt(tenantId: TenantId, zoneId: ZoneId, at: number): Promise<number | null>;
}

/** What a list says, compared with the mirror. */
export interface ShownList {
  /** New, or other than the mirror has them. */
  readonly shown: readonly LiveRecord[];
  /** In the mirror, not in the list. */
  readonly missing: readonly RecordId[];
  /**
   * All that the whole list shows, with the time of the last change as it tells it (milliseconds, NaN for none); absent
   * while it is still being read. What is shown as the mirror has it may have been changed and changed back.
   */
  readonly times?: ReadonlyMap<RecordId, number>;
}

export interface ListDoubts {
  /** Shown, and from before a write that is known. */
  readonly outdated: ReadonlySet<RecordId>;
  /** Missing, and written just now: perhaps someone removed them since, perhaps the list is old. */
  readonly unconfirmed: ReadonlySet<RecordId>;
}

/** Which connections see a zone, and can read it. */
export interface ZoneSightings {
  /**
   * The connection does not see the zone any more. Where it was the reader, another that sees the zone and can
   * read becomes it. @returns the connections that still see the zone.
   */
  unsee(tenantId: TenantId, connectionId: ConnectionId, zoneId: ZoneId): Promise<readonly ConnectionId[]>;
  /**
   * Cloudflare refused the connection the zone (`not-seen`), or its records. Where it was the reader, another that sees
   * the zone, can read and was not refused becomes it; where there is none, the zone is unreadable from now on, or
   * stays so. A connection counts as refused until it sees the zone anew (`putZones`): then it is worth another try.
   */
  refuse(
    tenantId: TenantId,
    connectionId: ConnectionId,
    zoneId: ZoneId,
    refusal: { readonly reason: Unreadable['reason']; readonly at: number },
  ): Promise<Refusal>;
}

/**
 * What a refusal made of the zone. `handed-over`: another connection reads it from now on. `unreadable`: nobody can,
 * since now. `known`: nobody could before. `not-reader`: another connection reads it anyway.
 */
export type Refusal = 'handed-over' | 'unreadable' | 'known' | 'not-reader';

/** Revisions later than `after`, up to and with `upTo`. */
export interface RevisionRange {
  readonly after: number;
  readonly upTo: number;
}

/** The past of a zone, as the mirror keeps it. Reads only what changed, never the whole zone. Scoped like it. */
export interface MirrorHistory {
  /** Oldest first; what retention has pruned is missing. */
  revisionsIn(tenantId: TenantId, zoneId: ZoneId, range: RevisionRange): Promise<readonly Revision[]>;
  /** Every version that began or ended within the range (`fromRevision` or `toRevision` in it). In chunks, any order. */
  versionsIn(
    tenantId: TenantId,
    zoneId: ZoneId,
    range: RevisionRange,
  ): AsyncIterable<readonly RecordVersion[]>;
  /** The whole life of one record, oldest first, through all ids of the lineage that `recordId` belongs to. */
  recordVersions(tenantId: TenantId, zoneId: ZoneId, recordId: RecordId): Promise<readonly RecordVersion[]>;
  /**
   * The zone's current records that a change set of ours brought into being, under whatever id they have now. One whose
   * beginning retention has pruned does not count: nobody knows any more who made it.
   */
  madeByUs(tenantId: TenantId, zoneId: ZoneId): Promise<ReadonlySet<RecordId>>;
  /** Tells afterwards who made an `outside` revision; leaves one alone that has an actor, or another origin. */
  nameActor(tenantId: TenantId, zoneId: ZoneId, revision: number, actor: OutsideActor): Promise<void>;
}

/** Up to which revision a zone's changes from outside have been seen and accepted. */
export interface DriftMarks {
  /**
   * Zones with an `outside` revision beyond the acknowledged one, and that acknowledged revision (0 when none
   * ever was), in zone id order: at most `limit`, after the given one.
   */
  unacknowledged(
    tenantId: TenantId,
    filter: { readonly connectionId?: ConnectionId; readonly zoneId?: ZoneId },
    page: { readonly after?: ZoneId; readonly limit: number },
  ): Promise<readonly { readonly zoneId: ZoneId; readonly acknowledged: number }[]>;
  /** Moves the mark forward, never back, and commits the events with it. */
  acknowledge(
    tenantId: TenantId,
    zoneId: ZoneId,
    revision: number,
    events: readonly NewEvent[],
  ): Promise<void>;
}

/** What to look for; every given condition must hold. Texts compare without regard to case. */
export interface RecordQuery {
  readonly connectionId?: ConnectionId;
  /** The record's name, exactly, or with a leading or trailing `*` for any beginning or end. */
  readonly name?: string;
  readonly type?: string;
  /** The content as Cloudflare shows it, exactly, or with a leading or trailing `*`. */
  readonly content?: string;
  /** Part of the comment. */
  readonly comment?: string;
  /** `name` or `name:value`. */
  readonly tag?: string;
}

export interface FoundRecord extends MirrorRecord {
  readonly zoneId: ZoneId;
}

/** Finds current records over all zones of a tenant, from the mirror; zones that are deleted do not count. */
export interface RecordFinder {
  /** At most `limit`, in (zone id, record id) order, after the given place. */
  findRecords(
    tenantId: TenantId,
    query: RecordQuery,
    page: {
      readonly limit: number;
      readonly after?: { readonly zoneId: ZoneId; readonly recordId: RecordId };
    },
  ): Promise<readonly FoundRecord[]>;
  /** How far the mirror can speak: over all zones of the tenant, or those that a connection sees. */
  coverage(tenantId: TenantId, connectionId?: ConnectionId): Promise<Coverage>;
}

/** Of the zones that a search goes over, so that "nothing found" can be trusted, or not. */
export interface Coverage {
  readonly zones: number;
  readonly neverRead: number;
  readonly stale: number;
  /** No connection can read them any more. */
  readonly unreadable: number;
  /** The zone that was verified longest ago; null when none was ever. */
  readonly oldestVerifiedAt: number | null;
}

/** Our own writes under way: while one is open, what a read shows may be ours without the mirror knowing it. */
export interface OpenWrites {
  /** Batches of a zone that are sent and not decided, of every tenant (`ChangeJournal` offers it by shape). */
  openBatches(
    zoneId: ZoneId,
  ): Promise<readonly { readonly tenantId: TenantId; readonly changeSetId: ChangeSetId }[]>;
}
