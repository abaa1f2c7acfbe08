/**
 * The one way in which the mirror's records change: a delta becomes the zone's next revision.
 *
 * Invariants: a live record has exactly one open version; a version is written once and only ever closed; a put
 * whose content hash is the open version's writes nothing, so storage grows with changes; times of a zone's
 * revisions never run backwards.
 */
import { type LineageId, newId, type RecordId, type TenantId, type ZoneId } from '../base/ids.ts';
import type { MirrorDelta, RevisionOrigin, Verification } from '../domains/zones/model.ts';
import { conflict, notFound, type StoreContext, yieldToLoop } from './context.ts';
import type { Trx } from './engine.ts';
import { type Cell, chunksOf, insertMany } from './insert-many.ts';
import { recordHash } from './record-hash.ts';
import { type NewVersion, toVersionCells, VERSION_COLUMNS } from './record-row.ts';
import type { ZoneRow } from './schema.ts';
import { searchKey } from './text.ts';

/** Records of one statement. */
const CHUNK_SIZE = 400;
/** Hashes computed before the event loop gets a turn. */
const HASHES_PER_TURN = 2_000;

export interface ZoneKey {
  readonly tenantId: TenantId;
  readonly zoneId: ZoneId;
}

/** A delta with the hashes of its records: what can be done before the transaction is done before it. */
export interface PreparedDelta {
  readonly delta: MirrorDelta;
  readonly hashes: readonly string[];
}

export interface Advance {
  /** Null: on top of whatever revision the zone is at. */
  readonly baseRevision: number | null;
  readonly prepared: PreparedDelta;
  readonly origin: RevisionOrigin;
  readonly freshness: Verification;
  readonly at: number;
}

/** A record that the delta names twice counts as it was put last; one both put and gone is put. */
export async function prepareDelta(delta: MirrorDelta): Promise<PreparedDelta> {
  const puts = new Map(delta.put.map((each) => [each.record.id, each]));
  const put = puts.size === delta.put.length ? delta.put : [...puts.values()];
  const gone = [...new Set(delta.gone)].filter((id) => !puts.has(id));
  const hashes: string[] = [];
  for (const { record } of put) {
    hashes.push(recordHash(record));
    if (hashes.length % HASHES_PER_TURN === 0) await yieldToLoop();
  }
  return { delta: { put, gone }, hashes };
}

/** False when the tenant's mirror does not hold the zone. */
export async function holdsZone(trx: Trx, zone: ZoneKey): Promise<boolean> {
  const row = await trx
    .selectFrom('zones')
    .select('zone_id')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Inside the caller's transaction. @returns the zone's revision afterwards. */
export function advanceZone(
  context: StoreContext,
  trx: Trx,
  zone: ZoneKey,
  advance: Advance,
): Promise<number> {
  return context.engine.withLock(trx, `zone:${zone.tenantId}:${zone.zoneId}`, async () => {
    const { revision, record_count } = await findZone(trx, zone);
    if (advance.baseRevision !== null && advance.baseRevision !== revision) {
      throw conflict('mirror-moved', `The mirror of the zone moved to revision ${revision} meanwhile.`, {
        zoneId: zone.zoneId,
        baseRevision: advance.baseRevision,
        revision,
      });
    }
    const next = revision + 1;
    const updates = await putRecords(context, trx, { zone, next, prepared: advance.prepared });
    const deleted = await closeVersions(trx, { zone, next, ids: advance.prepared.delta.gone });
    const counts = { ...updates, deleted };
    const moved = counts.created + counts.updated + counts.deleted > 0;
    if (moved) await insertRevision(trx, zone, { next, counts, origin: advance.origin, at: advance.at });
    await trx
      .updateTable('zones')
      .set({
        revision: moved ? next : revision,
        record_count: record_count + counts.created - counts.deleted,
        ...(moved && advance.origin.kind === 'outside' ? { outside_revision: next } : {}),
        ...freshnessColumns(advance.freshness),
        unreadable_since: null,
        unreadable_reason: null,
      })
      .where('tenant_id', '=', zone.tenantId)
      .where('zone_id', '=', zone.zoneId)
      .execute();
    return moved ? next : revision;
  });
}

export function freshnessColumns(
  freshness: Verification,
): Pick<ZoneRow, 'verified_at' | 'signal' | 'stale_since'> {
  return {
    verified_at: freshness.verifiedAt,
    signal: freshness.signal,
    stale_since: freshness.staleSince,
  };
}

async function findZone(trx: Trx, zone: ZoneKey): Promise<{ revision: number; record_count: number }> {
  const row = await trx
    .selectFrom('zones')
    .select(['revision', 'record_count'])
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .executeTakeFirst();
  if (row === undefined) throw notFound('zone-unknown', `The mirror does not hold the zone ${zone.zoneId}.`);
  return row;
}

interface Step {
  readonly zone: ZoneKey;
  readonly next: number;
}

async function putRecords(
  context: StoreContext,
  trx: Trx,
  step: Step & { readonly prepared: PreparedDelta },
): Promise<{ created: number; updated: number }> {
  const { put } = step.prepared.delta;
  const counts = { created: 0, updated: 0 };
  for (let start = 0; start < put.length; start += CHUNK_SIZE) {
    const chunk = put.slice(start, start + CHUNK_SIZE);
    const known = await newestVersions(trx, step, chunk);
    const opened: NewVersion[] = [];
    const closed: RecordId[] = [];
    for (const [index, { record, continues }] of chunk.entries()) {
      const hash = step.prepared.hashes[start + index] ?? '';
      const own = known.get(record.id);
      if (own?.open === true && own.hash === hash) continue;
      if (own?.open === true) closed.push(record.id);
      const lineageId =
        (continues === undefined ? undefined : known.get(continues)?.lineageId) ??
        own?.lineageId ??
        newId<LineageId>('lin', context);
      opened.push({ ...step.zone, fromRevision: step.next, lineageId, hash, record });
    }
    counts.updated += await closeVersions(trx, { ...step, ids: closed });
    counts.created += opened.length - closed.length;
    await insertVersions(context, trx, opened);
  }
  return counts;
}

interface KnownVersion {
  readonly open: boolean;
  readonly hash: string;
  readonly lineageId: LineageId;
}

/** The newest version of each record that the chunk puts or continues, as far as there is one. */
async function newestVersions(
  trx: Trx,
  step: Step,
  chunk: MirrorDelta['put'],
): Promise<ReadonlyMap<RecordId, KnownVersion>> {
  const known = new Map<RecordId, KnownVersion>();
  if (step.next === 1) return known;
  const ids = [
    ...new Set(chunk.flatMap(({ record, continues }) => [record.id, ...(continues ? [continues] : [])])),
  ];
  for (const some of chunksOf(ids, CHUNK_SIZE)) {
    const rows = await trx
      .selectFrom('record_versions')
      .select(['record_id', 'to_revision', 'content_hash', 'lineage_id'])
      .where('tenant_id', '=', step.zone.tenantId)
      .where('zone_id', '=', step.zone.zoneId)
      .where('record_id', 'in', some)
      .orderBy('record_id')
      .orderBy('from_revision')
      .execute();
    for (const row of rows) {
      known.set(row.record_id as RecordId, {
        open: row.to_revision === null,
        hash: row.content_hash,
        lineageId: row.lineage_id as LineageId,
      });
    }
  }
  return known;
}

/** @returns how many were open. */
async function closeVersions(trx: Trx, step: Step & { readonly ids: readonly RecordId[] }): Promise<number> {
  let closed = 0;
  for (const ids of chunksOf(step.ids, CHUNK_SIZE)) {
    const { numUpdatedRows } = await trx
      .updateTable('record_versions')
      .set({ to_revision: step.next })
      .where('tenant_id', '=', step.zone.tenantId)
      .where('zone_id', '=', step.zone.zoneId)
      .where('to_revision', 'is', null)
      .where('record_id', 'in', ids)
      .executeTakeFirst();
    closed += Number(numUpdatedRows);
    await trx
      .deleteFrom('record_tags')
      .where('tenant_id', '=', step.zone.tenantId)
      .where('zone_id', '=', step.zone.zoneId)
      .where('record_id', 'in', ids)
      .execute();
  }
  return closed;
}

async function insertVersions(
  context: StoreContext,
  trx: Trx,
  versions: readonly NewVersion[],
): Promise<void> {
  const { engine } = context;
  const into = { table: 'record_versions', columns: VERSION_COLUMNS } as const;
  await insertMany(trx, engine, into, versions.map(toVersionCells));
  const tags: Cell[][] = [];
  for (const { tenantId, zoneId, record } of versions) {
    for (const tag of new Set(record.fields.tags.map(searchKey)))
      tags.push([tenantId, zoneId, record.id, tag]);
  }
  const tagColumns = ['tenant_id', 'zone_id', 'record_id', 'tag'];
  await insertMany(trx, engine, { table: 'record_tags', columns: tagColumns }, tags);
}

async function insertRevision(
  trx: Trx,
  zone: ZoneKey,
  revision: {
    readonly next: number;
    readonly counts: { readonly created: number; readonly updated: number; readonly deleted: number };
    readonly origin: RevisionOrigin;
    readonly at: number;
  },
): Promise<void> {
  const { next, counts, origin, at } = revision;
  const before = await trx
    .selectFrom('zone_revisions')
    .select('at')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where('revision', '=', next - 1)
    .executeTakeFirst();
  await trx
    .insertInto('zone_revisions')
    .values({
      tenant_id: zone.tenantId,
      zone_id: zone.zoneId,
      revision: next,
      at: Math.max(at, before?.at ?? at),
      origin: origin.kind,
      change_set_id: origin.kind === 'change-set' ? origin.changeSetId : null,
      actor: origin.kind === 'outside' ? origin.actor : null,
      interface: origin.kind === 'outside' ? (origin.interface ?? null) : null,
      changed_at: origin.kind === 'outside' ? (origin.changedAt ?? null) : null,
      ...counts,
    })
    .execute();
}
