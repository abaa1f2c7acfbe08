/** The mirror of zones: facts, freshness, records, revisions. See `advance-zone.ts` for how records change. */

import { sql } from 'kysely';
import type { ConnectionId, RecordId, TenantId, ZoneId } from '../base/ids.ts';
import type { MirrorRecord, Zone, ZoneFacts } from '../domains/zones/model.ts';
import type { Walk, ZoneMirror, ZonePosition } from '../domains/zones/ports.ts';
import { advanceZone, freshnessColumns, prepareDelta, type ZoneKey } from './advance-zone.ts';
import { notFound, read, type StoreContext, write, writeUnder, yieldToLoop } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { chunksOf, insertMany } from './insert-many.ts';
import { listDoubts } from './list-doubts.ts';
import { prepare } from './prepared.ts';
import { MIRROR_COLUMNS, toMirrorRecord } from './record-row.ts';
import type { ZoneRow } from './schema.ts';
import { newZoneCells, toRevision, toZone, ZONE_COLUMNS } from './zone-rows.ts';
import { isSeenBy, putSightings, READER_ON_CONFLICT, sightingsLock } from './zone-sightings.ts';

/** Records of one query: some milliseconds of the event loop. */
const CHUNK_SIZE = 1_000;
/** Zones of one `in (…)` list. */
const IDS_PER_QUERY = 400;

export function openZoneMirror(context: StoreContext): ZoneMirror {
  const { db } = context;
  const oneZone = prepare<ZoneRow, [tenantId: string, zoneId: string]>(
    zoneRow(db, { tenantId: '' as TenantId, zoneId: '' as ZoneId }).selectAll(),
  );
  return {
    putZones: (tenantId, connectionId, zones, at) => putZones(context, { tenantId, connectionId, zones, at }),

    async listZones(tenantId, filter = {}) {
      const zones: Zone[] = [];
      for await (const page of zonePages(context, tenantId, filter, {})) zones.push(...page);
      return zones;
    },

    zonePages: (tenantId, filter = {}, walk = {}) => zonePages(context, tenantId, filter, walk),

    async getZone(tenantId, zoneId) {
      const [row] = await oneZone(db, tenantId, zoneId);
      return row === undefined ? null : toZone(row);
    },

    async getZones(tenantId, zoneIds) {
      const zones = new Map<ZoneId, Zone>();
      for (const some of chunksOf(zoneIds, IDS_PER_QUERY)) {
        const rows = await db
          .selectFrom('zones')
          .selectAll()
          .where('tenant_id', '=', tenantId)
          .where('zone_id', 'in', some)
          .execute();
        for (const row of rows) zones.set(row.zone_id as ZoneId, toZone(row));
      }
      return zones;
    },

    records: (tenantId, zoneId, revision, walk = {}) =>
      readRecords(context, { tenantId, zoneId }, revision, walk),

    recordHashes: (tenantId, zoneId) => read(context, (trx) => readHashes(trx, { tenantId, zoneId })),

    async advance(tenantId, zoneId, { delta, ...input }) {
      const prepared = await prepareDelta(delta);
      return write(context, (trx) => advanceZone(context, trx, { tenantId, zoneId }, { ...input, prepared }));
    },

    async setFreshness(tenantId, zoneId, freshness) {
      const { numUpdatedRows } = await write(context, (trx) =>
        trx
          .updateTable('zones')
          .set(freshnessColumns(freshness))
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .executeTakeFirstOrThrow(),
      );
      if (numUpdatedRows === 0n) throw noZone(zoneId);
    },

    doubts: (tenantId, zoneId, list, since) =>
      read(context, (trx) => listDoubts(trx, { tenantId, zoneId }, list, since)),

    async revisions(tenantId, zoneId, limit) {
      const rows = await revisionRows(db, { tenantId, zoneId })
        .selectAll()
        .orderBy('revision', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toRevision);
    },

    async revisionAt(tenantId, zoneId, at) {
      const zone = await zoneRow(db, { tenantId, zoneId }).select('oldest_revision').executeTakeFirst();
      const row = await revisionRows(db, { tenantId, zoneId })
        .select('revision')
        .where('at', '<=', at)
        .where('revision', '>=', zone?.oldest_revision ?? 0)
        .orderBy('revision', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.revision ?? null;
    },
  };
}

/** Chunk by chunk, so that an account of 100,000 zones neither holds up the event loop nor fills the memory. */
function chunkSize({ chunk = CHUNK_SIZE }: Walk<unknown>): number {
  return Math.max(1, Math.min(CHUNK_SIZE, chunk));
}

async function* zonePages(
  context: StoreContext,
  tenantId: TenantId,
  filter: { connectionId?: ConnectionId; name?: string },
  walk: Walk<ZonePosition>,
): AsyncGenerator<readonly Zone[]> {
  const { connectionId, name } = filter;
  const size = chunkSize(walk);
  let after = { name: walk.after?.name ?? '', zone_id: walk.after?.zoneId ?? '' };
  for (;;) {
    const rows = await context.db
      .selectFrom('zones')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .$if(connectionId !== undefined, (query) => query.where(isSeenBy(connectionId ?? '')))
      .where(sql<boolean>`(name, zone_id) > (${after.name}, ${after.zone_id})`)
      .orderBy('name')
      .orderBy('zone_id')
      .limit(size)
      .execute();
    if (rows.length > 0) yield rows.map(toZone);
    after = rows.at(-1) ?? after;
    if (rows.length < size) return;
    await yieldToLoop();
  }
}

async function putZones(
  context: StoreContext,
  input: { tenantId: TenantId; connectionId: ConnectionId; zones: readonly ZoneFacts[]; at: number },
): Promise<void> {
  const { tenantId, connectionId, zones, at } = input;
  const { engine } = context;
  const ofZones = {
    table: 'zones',
    columns: ZONE_COLUMNS,
    onConflict: `on conflict (tenant_id, zone_id) do update set
      name = excluded.name, status = excluded.status, facts = excluded.facts, seen_at = excluded.seen_at,
      ${READER_ON_CONFLICT}`,
  } as const;
  await writeUnder(context, sightingsLock(tenantId), async (trx) => {
    for (const some of chunksOf(zones, CHUNK_SIZE)) {
      const cells = some.map((facts) => newZoneCells(tenantId, connectionId, facts, at));
      await insertMany(trx, engine, ofZones, cells);
      const keys = some.map(({ id }) => ({ tenantId, zoneId: id }));
      await putSightings(trx, engine, connectionId, keys);
    }
  });
}

/**
 * The revision is settled first, so all chunks show one state while the zone moves on. The open versions have
 * an index of their own; once the zone has moved past the revision, or for an older one, all its versions are
 * walked in id order.
 */
async function* readRecords(
  context: StoreContext,
  zone: ZoneKey,
  wanted: number | undefined,
  walk: Walk<RecordId>,
): AsyncGenerator<readonly MirrorRecord[]> {
  const revision = await read(context, (trx) => settleRevision(trx, zone, wanted));
  const size = chunkSize(walk);
  let after: string = walk.after ?? '';
  for (;;) {
    const rows = await read(context, (trx) => recordRows(trx, zone, { revision, after, size }));
    if (rows.length > 0) yield rows.map(toMirrorRecord);
    if (rows.length < size) return;
    after = rows.at(-1)?.record_id ?? after;
    await yieldToLoop();
  }
}

/** Chunk by chunk: the rows of 200,000 records at once would cost more memory than what is kept of them. */
async function readHashes(trx: Trx, zone: ZoneKey): Promise<ReadonlyMap<RecordId, string>> {
  const known = await zoneRow(trx, zone).select('zone_id').executeTakeFirst();
  if (known === undefined) throw noZone(zone.zoneId);
  const hashes = new Map<RecordId, string>();
  let after = '';
  for (;;) {
    const rows = await trx
      .selectFrom('record_versions')
      .select(['record_id', 'content_hash'])
      .where('tenant_id', '=', zone.tenantId)
      .where('zone_id', '=', zone.zoneId)
      .where('to_revision', 'is', null)
      .where('record_id', '>', after)
      .orderBy('record_id')
      .limit(CHUNK_SIZE)
      .execute();
    for (const row of rows) hashes.set(row.record_id as RecordId, row.content_hash);
    after = rows.at(-1)?.record_id ?? after;
    if (rows.length < CHUNK_SIZE) return hashes;
  }
}

/** Throws `revision-not-found`, and `zone-unknown`. */
async function settleRevision(trx: Trx, zone: ZoneKey, wanted: number | undefined): Promise<number> {
  const now = await zoneRow(trx, zone).select(['revision', 'oldest_revision']).executeTakeFirst();
  return settled(now, zone, wanted);
}

/** The revision that is wanted, of a zone's row. Throws `zone-unknown`, `revision-not-found`. */
export function settled(
  now: Pick<ZoneRow, 'revision' | 'oldest_revision'> | undefined,
  zone: ZoneKey,
  wanted: number | undefined,
): number {
  if (now === undefined) throw noZone(zone.zoneId);
  const revision = wanted ?? now.revision;
  if (revision >= now.oldest_revision && revision <= now.revision) return revision;
  throw notFound(
    'revision-not-found',
    `Revision ${revision} of the zone ${zone.zoneId} is not in the store.`,
  );
}

async function recordRows(trx: Trx, zone: ZoneKey, page: { revision: number; after: string; size: number }) {
  const now = await zoneRow(trx, zone).select('revision').executeTakeFirst();
  const rows = trx
    .selectFrom('record_versions')
    .select(MIRROR_COLUMNS)
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where('record_id', '>', page.after)
    .orderBy('record_id')
    .limit(page.size);
  if (now?.revision === page.revision) return rows.where('to_revision', 'is', null).execute();
  return rows
    .where('from_revision', '<=', page.revision)
    .where((eb) => eb.or([eb('to_revision', 'is', null), eb('to_revision', '>', page.revision)]))
    .execute();
}

function zoneRow(db: Reader, zone: ZoneKey) {
  return db.selectFrom('zones').where('tenant_id', '=', zone.tenantId).where('zone_id', '=', zone.zoneId);
}

function revisionRows(db: Reader, zone: ZoneKey) {
  return db
    .selectFrom('zone_revisions')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId);
}

function noZone(zoneId: ZoneId): Error {
  return notFound('zone-unknown', `The mirror does not hold the zone ${zoneId}.`);
}
