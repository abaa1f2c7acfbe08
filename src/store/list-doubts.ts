/**
 * What a list cannot show, or should not miss, because a write says otherwise (`ZoneMirror.doubts`): one of this
 * tenant, or of another one in this store. Of the other's, only ids and times are compared, and nothing is handed on.
 */
import type { RecordId, TenantId } from '../base/ids.ts';
import type { ListDoubts, ShownList } from '../domains/zones/ports.ts';
import type { ZoneKey } from './advance-zone.ts';
import type { Trx } from './engine.ts';
import { chunksOf } from './insert-many.ts';

const IDS_PER_QUERY = 400;

interface Newest {
  readonly from_revision: number;
  readonly to_revision: number | null;
  readonly modified_on: string | null;
}

export async function listDoubts(
  trx: Trx,
  zone: ZoneKey,
  list: ShownList,
  since: number,
): Promise<ListDoubts> {
  const doubts = { outdated: new Set<RecordId>(), unconfirmed: new Set<RecordId>() };
  await doubtByOwn(trx, zone, list, since, doubts);
  for (const tenantId of await otherWriters(trx, zone, since))
    await doubtByOther(trx, { ...zone, tenantId }, list, since, doubts);
  return doubts;
}

interface Doubts {
  readonly outdated: Set<RecordId>;
  readonly unconfirmed: Set<RecordId>;
}

async function doubtByOwn(
  trx: Trx,
  zone: ZoneKey,
  list: ShownList,
  since: number,
  { outdated, unconfirmed }: Doubts,
): Promise<void> {
  if (list.shown.length + list.missing.length === 0) return;
  const revisions = await revisionsSince(trx, zone, since);
  if (revisions.recent.size === 0) return;
  const shown = await newestVersions(
    trx,
    zone,
    list.shown.map(({ id }) => id),
  );
  for (const { id, modifiedOn } of list.shown) {
    const known = shown.get(id);
    if (known !== undefined && isOutdated(timeOf(modifiedOn), known, revisions)) outdated.add(id);
  }
  for (const [id, { to_revision, from_revision }] of await newestVersions(trx, zone, list.missing))
    if (to_revision === null && revisions.ours.has(from_revision)) unconfirmed.add(id);
}

/** Other tenants that wrote to the zone and know what became of it: no zone is read while a write is open. */
async function otherWriters(trx: Trx, zone: ZoneKey, since: number): Promise<TenantId[]> {
  const rows = await trx
    .selectFrom('batches')
    .select('tenant_id')
    .distinct()
    .where('zone_id', '=', zone.zoneId)
    .where('is_open', '=', 0)
    .where('sent_at', '>=', since)
    .where('tenant_id', '!=', zone.tenantId)
    .execute();
  return rows.map((row) => row.tenant_id as TenantId);
}

/**
 * What is shown as this tenant's mirror has it may be old just the same: the other's write has not been read yet. Or it is
 * new, and was changed and changed back; so the time that the list tells counts, not the mirror's.
 */
async function doubtByOther(
  trx: Trx,
  other: ZoneKey,
  list: ShownList,
  since: number,
  { outdated, unconfirmed }: Doubts,
): Promise<void> {
  const revisions = await revisionsSince(trx, other, since);
  const written = await versionsSince(trx, other, revisions.ours);
  const times = list.times ?? new Map(list.shown.map(({ id, modifiedOn }) => [id, timeOf(modifiedOn)]));
  for (const [id, known] of written) {
    const time = times.get(id);
    if (time !== undefined && isOutdated(time, known, revisions)) outdated.add(id);
    const isMissing = list.times !== undefined && !list.times.has(id);
    if (isMissing && known.to_revision === null) unconfirmed.add(id);
  }
}

/**
 * A record's time of change never goes back, whoever changed it. That somebody else's record is gone, an earlier list
 * said, and that one may have been the old one.
 */
function isOutdated(time: number, known: Newest, { ours, recent }: Revisions): boolean {
  if (known.to_revision !== null) return ours.has(known.to_revision);
  // NaN where one is missing: then nothing can be said.
  return recent.has(known.from_revision) && time < timeOf(known.modified_on);
}

function timeOf(text: string | null): number {
  return text === null ? Number.NaN : Date.parse(text);
}

interface Revisions {
  /** Made by a change set. */
  readonly ours: ReadonlySet<number>;
  readonly recent: ReadonlySet<number>;
}

async function revisionsSince(trx: Trx, zone: ZoneKey, since: number): Promise<Revisions> {
  const rows = await trx
    .selectFrom('zone_revisions')
    .select(['revision', 'origin'])
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where('at', '>=', since)
    .execute();
  const own = rows.filter(({ origin }) => origin === 'change-set');
  return {
    ours: new Set(own.map(({ revision }) => revision)),
    recent: new Set(rows.map(({ revision }) => revision)),
  };
}

/** The newest version of each record that one of these revisions put or took out. */
async function versionsSince(
  trx: Trx,
  zone: ZoneKey,
  revisions: ReadonlySet<number>,
): Promise<ReadonlyMap<RecordId, Newest>> {
  const touched = new Set<RecordId>();
  for (const some of chunksOf([...revisions], IDS_PER_QUERY)) {
    for (const column of ['from_revision', 'to_revision'] as const) {
      const rows = await trx
        .selectFrom('record_versions')
        .select('record_id')
        .where('tenant_id', '=', zone.tenantId)
        .where('zone_id', '=', zone.zoneId)
        .where(column, 'in', some)
        .execute();
      for (const row of rows) touched.add(row.record_id as RecordId);
    }
  }
  return newestVersions(trx, zone, [...touched]);
}

async function newestVersions(
  trx: Trx,
  zone: ZoneKey,
  ids: readonly RecordId[],
): Promise<ReadonlyMap<RecordId, Newest>> {
  const newest = new Map<RecordId, Newest>();
  for (const some of chunksOf(ids, IDS_PER_QUERY)) {
    const rows = await trx
      .selectFrom('record_versions')
      .select(['record_id', 'from_revision', 'to_revision', 'modified_on'])
      .where('tenant_id', '=', zone.tenantId)
      .where('zone_id', '=', zone.zoneId)
      .where('record_id', 'in', some)
      .orderBy('record_id')
      .orderBy('from_revision')
      .execute();
    for (const row of rows) newest.set(row.record_id as RecordId, row);
  }
  return newest;
}
