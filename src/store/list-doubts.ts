/** What a list cannot show, or should not miss, because a write of ours says otherwise (`ZoneMirror.doubts`). */
import type { RecordId } from '../base/ids.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { ListDoubts } from '../domains/zones/ports.ts';
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
  list: { readonly shown: readonly LiveRecord[]; readonly missing: readonly RecordId[] },
  since: number,
): Promise<ListDoubts> {
  const outdated = new Set<RecordId>();
  const unconfirmed = new Set<RecordId>();
  const { ours, recent } = await revisionsSince(trx, zone, since);
  if (recent.size === 0) return { outdated, unconfirmed };
  const shown = await newestVersions(
    trx,
    zone,
    list.shown.map(({ id }) => id),
  );
  for (const record of list.shown) {
    const known = shown.get(record.id);
    if (known !== undefined && isOutdated(record, known, { ours, recent })) outdated.add(record.id);
  }
  for (const [id, { to_revision, from_revision }] of await newestVersions(trx, zone, list.missing))
    if (to_revision === null && ours.has(from_revision)) unconfirmed.add(id);
  return { outdated, unconfirmed };
}

/**
 * A record's time of change never goes back, whoever changed it. That somebody else's record is gone, an earlier list
 * said, and that one may have been the old one.
 */
function isOutdated(record: LiveRecord, known: Newest, { ours, recent }: Revisions): boolean {
  if (known.to_revision !== null) return ours.has(known.to_revision);
  // NaN where one is missing: then nothing can be said.
  return recent.has(known.from_revision) && timeOf(record.modifiedOn) < timeOf(known.modified_on);
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
