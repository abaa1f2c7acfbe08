/** Zones of one tenant: discovered, mirrored, looked up in their history, searched, exported. */
import type { RecordId, TenantId, ZoneId } from '../base/ids.ts';
import type { FormattedZone } from '../dns/formatted-zone.ts';
import type { Discovery } from '../domains/zones/discover-zones.ts';
import { type Findings, type FindPlace, findRecords } from '../domains/zones/find-records.ts';
import {
  diffMoments,
  listRevisions,
  type Moment,
  type ReachesName,
  type RecordLife,
  recordLife,
  recordsAt,
  revisionsReached,
  type ZoneDiff,
  type ZoneHistory,
} from '../domains/zones/history.ts';
import type {
  RecordFilter,
  RecordOrder,
  RecordPlace,
  ZoneFilter,
  ZoneListPage,
} from '../domains/zones/list-ports.ts';
import type { MirrorRecord, Zone } from '../domains/zones/model.ts';
import type { MirrorHistory, RecordQuery, Walk, ZonePosition } from '../domains/zones/ports.ts';
import { type SyncAllOutcome, type SyncProgress, syncAll } from '../domains/zones/sync-all.ts';
import { type SyncOutcome, syncZone } from '../domains/zones/sync-zone.ts';
import { adviseOnMirror, type ZoneAdvice } from '../domains/zones/zone-advice.ts';
import { collect } from './collect.ts';
import type { Context } from './context.ts';
import { discoverNow } from './discover.ts';
import { EXPORT_FORMATS, type ExportFormat } from './export-format.ts';
import { findZone, type SeenZones, zoneUnknown } from './resolve.ts';
import { tellChanges } from './tell-changes.ts';
import type { TenantReach } from './tenant-reach.ts';

export interface SyncRequest {
  readonly connection?: string;
  /** Leaves out zones that were verified at or after this moment (milliseconds). */
  readonly verifiedSince?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: SyncProgress) => void;
}

export interface TenantZones {
  /** Asks Cloudflare for the zones of a connection and notes what is new and what is gone. */
  discover(connection?: string): Promise<Discovery>;
  /** From the mirror; asks nothing. */
  list(filter?: { readonly connection?: string; readonly name?: string }): Promise<readonly Zone[]>;
  /** The same in the order of names, then ids, in chunks, beginning behind a place. */
  pages(
    filter?: { readonly connection?: string; readonly name?: string },
    walk?: Walk<ZonePosition>,
  ): AsyncIterable<readonly Zone[]>;
  /** One page of zones for people, narrowed and ordered, and how many there are in all. From the mirror. */
  page(filter: ZoneFilter, page: ZoneListPage): Promise<ZonePage>;
  get(zone: string, connection?: string): Promise<Zone>;
  /**
   * By id or name, from the mirror alone. Throws `zone-unknown` (not-found) without asking Cloudflare. A zone that is not
   * among the seen is not there, and is named to nobody.
   */
  known(zone: string, seen?: SeenZones): Promise<Zone>;
  /** What stands between a zone and `active`, and what to do. */
  advice(zone: Zone): ZoneAdvice;
  /** Reads one zone in full. */
  sync(zone: string, request?: SyncRequest): Promise<SyncOutcome>;
  /** Discovers, then reads all zones of a connection in full. */
  syncAll(request?: SyncRequest): Promise<{ readonly discovery: Discovery; readonly sync: SyncAllOutcome }>;
  /** Records as the mirror holds them, now or at a moment. */
  records(
    zone: string,
    moment?: Moment,
  ): Promise<{ readonly revision: number; readonly records: readonly MirrorRecord[] }>;
  /** One page of `records`, in the order of their ids, from one revision: later changes do not shift it. */
  recordPage(
    zone: string,
    page: { readonly revision?: number; readonly after?: RecordId; readonly limit: number },
  ): Promise<RecordPage>;
  /** One page of a zone's records for people, of one revision, and how many there are in all. */
  /** `zone` by id or name, or as it was read a moment ago. */
  recordListPage(
    zone: string | Zone,
    filter: RecordFilter,
    page: {
      readonly revision?: number;
      readonly order: RecordOrder;
      readonly after?: RecordPlace;
      readonly limit: number;
      /** What an earlier page of the same list said; then it is not counted again. */
      readonly total?: number;
    },
  ): Promise<RecordListPage>;
  /** Newest first; with `before`, from the revision before that one on; with `reaches`, of those names only. */
  history(zone: string, limit?: number, before?: number, reaches?: ReachesName): Promise<ZoneHistory>;
  diff(zone: string, moments: { readonly from: Moment; readonly to: Moment }): Promise<ZoneDiff>;
  /** With `reaches`, its revisions are told as far as they concern those names. */
  recordLife(zone: string, recordId: RecordId, reaches?: ReachesName): Promise<RecordLife>;
  /** Over all zones of the tenant, from the mirror. */
  find(query: RecordQuery, page?: { readonly limit?: number; readonly after?: FindPlace }): Promise<Findings>;
  export(zone: string, format: ExportFormat, moment?: Moment): Promise<FormattedZone>;
}

export interface ZonePage {
  readonly zones: readonly Zone[];
  readonly more: boolean;
  readonly total: number;
}

export interface RecordListPage {
  readonly revision: number;
  readonly records: readonly (MirrorRecord & { readonly place: RecordPlace })[];
  readonly more: boolean;
  readonly total: number;
}

export interface RecordPage {
  readonly revision: number;
  readonly records: readonly MirrorRecord[];
  readonly more: boolean;
}

const HISTORY_LIMIT = 50;

export function tenantZones(context: Context, tenantId: TenantId, reach: TenantReach): TenantZones {
  const { clock } = context;
  const { mirror } = context.store;

  const discover: TenantZones['discover'] = async (reference) =>
    discoverNow(context, await reach.linked(reference));
  const records: TenantZones['records'] = async (reference, moment = { kind: 'latest' }) => {
    const zone = await reach.zone(reference);
    const state = await recordsAt({ mirror }, { tenantId, zoneId: zone.facts.id }, moment);
    return { revision: state.revision, records: await collect(state.records) };
  };

  const filterOf = async ({ connection, name }: NonNullable<Parameters<TenantZones['list']>[0]>) => ({
    ...(connection === undefined ? {} : { connectionId: (await reach.connection(connection)).id }),
    ...(name === undefined ? {} : { name }),
  });

  return {
    discover,
    list: async (filter = {}) => mirror.listZones(tenantId, await filterOf(filter)),
    pages: async function* (filter = {}, walk = {}) {
      yield* mirror.zonePages(tenantId, await filterOf(filter), walk);
    },
    page: async (filter, page) => {
      const { zoneList } = context.store;
      const [zones, total] = await Promise.all([
        zoneList.list(tenantId, filter, { ...page, limit: page.limit + 1 }),
        zoneList.count(tenantId, filter),
      ]);
      return { zones: zones.slice(0, page.limit), more: zones.length > page.limit, total };
    },
    recordListPage: async (reference, filter, { revision, total: known, ...page }) => {
      const { recordList } = context.store;
      const zone = typeof reference === 'string' ? await reach.zone(reference) : reference;
      const { id } = zone.facts;
      const wanted = revision ?? zone.revision;
      const records = await recordList.list(tenantId, id, filter, {
        ...page,
        revision: wanted,
        limit: page.limit + 1,
      });
      // Counting walks the whole zone; of a zone as it is, the mirror has counted already.
      const isWhole = wanted === zone.revision && filter.search === undefined && filter.type === undefined;
      const total =
        known ?? (isWhole ? zone.recordCount : await recordList.count(tenantId, id, wanted, filter));
      return {
        revision: wanted,
        records: records.slice(0, page.limit),
        more: records.length > page.limit,
        total,
      };
    },
    get: (zone, connection) => reach.zone(zone, connection),
    known: async (reference, seen) => {
      const zone = await findZone(context, tenantId, reference, seen);
      if (zone !== null) return zone;
      throw await zoneUnknown(context, tenantId, reference, seen);
    },
    advice: (zone) => adviseOnMirror(zone, clock.now()),
    sync: async (reference, request = {}) => {
      const zone = await reach.zone(reference, request.connection);
      const linked = await reach.linkedTo(zone, request.connection);
      const outcome = await syncZone(context.syncPorts(linked), {
        tenantId,
        zoneId: zone.facts.id,
        lane: 'interactive',
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      const calls = await tellChanges(context, linked, [outcome], request.signal);
      return { ...outcome, calls: outcome.calls + calls };
    },
    syncAll: async (request = {}) => {
      const linked = await reach.linked(request.connection);
      const { connection } = linked;
      const discovery = await discoverNow(context, linked);
      const { verifiedSince, signal, onProgress } = request;
      const sync = await syncAll(context.syncPorts(linked), {
        tenantId,
        connectionId: connection.id,
        lane: 'interactive',
        ...(verifiedSince === undefined ? {} : { verifiedSince }),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      const calls = await tellChanges(context, linked, sync.outcomes, signal);
      return { discovery, sync: { ...sync, calls: sync.calls + calls } };
    },
    records,
    recordPage: async (reference, { revision, after, limit }) => {
      const zone = await reach.zone(reference);
      const moment: Moment = revision === undefined ? { kind: 'latest' } : { kind: 'revision', revision };
      const walk = { chunk: limit + 1, ...(after === undefined ? {} : { after }) };
      const state = await recordsAt({ mirror }, { tenantId, zoneId: zone.facts.id }, moment, walk);
      const page: MirrorRecord[] = [];
      for await (const chunk of state.records) {
        page.push(...chunk);
        if (page.length > limit) break;
      }
      return { revision: state.revision, records: page.slice(0, limit), more: page.length > limit };
    },
    history: async (reference, limit = HISTORY_LIMIT, before, reaches) => {
      const zone = await reach.zone(reference);
      if (reaches !== undefined)
        return {
          zone,
          revisions: await revisionsReached({ mirror }, zone, {
            limit,
            before: before ?? zone.revision + 1,
            reaches,
          }),
        };
      if (before !== undefined) {
        const range = { after: before - 1 - limit, upTo: before - 1 };
        const revisions = await mirror.revisionsIn(tenantId, zone.facts.id, range);
        return { zone, revisions: revisions.toReversed() };
      }
      return listRevisions({ mirror }, { tenantId, zoneId: zone.facts.id }, limit);
    },
    diff: async (reference, moments) => {
      const zone = await reach.zone(reference);
      return diffMoments({ mirror }, { tenantId, zoneId: zone.facts.id }, moments);
    },
    recordLife: async (reference, recordId, reaches) => {
      const zone = await reach.zone(reference);
      return recordLife({ mirror }, { tenantId, zoneId: zone.facts.id }, recordId, reaches);
    },
    find: (query, page = {}) => findRecords({ mirror }, { tenantId, query, ...page }),
    export: async (reference, format, moment) => {
      const zone = await reach.zone(reference);
      const state = await records(reference, moment);
      return EXPORT_FORMATS[format]({
        zone: zone.facts.name,
        records: state.records.map(({ record }) => record.fields),
        ...(await stateOf({ mirror }, tenantId, zone.facts.id, state.revision)),
      });
    },
  };
}

/** The revision with the time at which it came to be, and not that of a read: the same state is the same file. */
async function stateOf(
  { mirror }: { readonly mirror: Pick<MirrorHistory, 'revisionsIn'> },
  tenantId: TenantId,
  zoneId: ZoneId,
  revision: number,
): Promise<{ readonly state?: string }> {
  const [found] = await mirror.revisionsIn(tenantId, zoneId, { after: revision - 1, upTo: revision });
  if (found === undefined) return {};
  return {
    state: `revision ${revision} of ${new Date(found.at).toISOString().slice(0, 19).replace('T', ' ')}Z`,
  };
}
