/** Lists of a zone's records: of one revision, narrowed and ordered by SQL. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RecordId } from '../base/ids.ts';

import type { RecordFilter, RecordList, RecordOrder, RecordPlace } from '../domains/zones/list-ports.ts';
import type { MirrorRecord } from '../domains/zones/model.ts';
import type { ZoneKey } from './advance-zone.ts';
import { read, type StoreContext } from './context.ts';
import type { Trx } from './engine.ts';
import { prepare } from './prepared.ts';
import { MIRROR_COLUMNS, toMirrorRecord } from './record-row.ts';
import { openRevisionMemo } from './revision-memo.ts';
import type { RecordVersionRow, ZoneRow } from './schema.ts';
import { KEY_LENGTH_MAX, searchKey } from './text.ts';
import { settled } from './zone-mirror.ts';

const COLUMNS: Readonly<Record<RecordOrder, readonly ('name_key' | 'type' | 'record_id')[]>> = {
  id: ['record_id'],
  name: ['name_key', 'type', 'record_id'],
  type: ['type', 'name_key', 'record_id'],
};

const COUNTS_KEPT_MAX = 1_000;
const PAGES_KEPT_MAX = 300;

export function openRecordList(context: StoreContext): RecordList {
  const stateOf = prepare<ZoneState, [tenantId: string, zoneId: string]>(
    context.db
      .selectFrom('zones')
      .select(['revision', 'oldest_revision', 'first_seen_at'])
      .where('tenant_id', '=', '')
      .where('zone_id', '=', ''),
  );
  const counts = openRevisionMemo<number>(COUNTS_KEPT_MAX);
  const pages = openRevisionMemo<readonly RowPlace[]>(PAGES_KEPT_MAX);
  const openRevision = async (trx: Trx, zone: ZoneKey, wanted: number, filter: RecordFilter) => {
    const [state] = await stateOf(trx, zone.tenantId, zone.zoneId);
    const revision = settled(state, zone, wanted);
    const isNow = state?.revision === revision;
    return {
      revision,
      rows: matching({ context, trx }, zone, { revision, isNow }, filter),
      // A tenant that was erased and came back begins its revisions anew.
      key: [zone.tenantId, zone.zoneId, state?.first_seen_at, revision, filter.search, filter.type],
    };
  };
  return {
    list: (tenantId, zoneId, filter, page) =>
      read(context, async (trx) => {
        const zone = { tenantId, zoneId };
        const { revision, rows, key } = await openRevision(trx, zone, page.revision, filter);
        // In the order of ids the index leads to the page: nothing is sorted, and hardly anything passed over.
        if (page.order === 'id' && filter.search === undefined)
          return (await idPage(rows, page)).map(toListed);
        const { order, after, limit } = page;
        const places = await pages.get([...key, order, after, limit], () => placesOf(rows, page));
        return rowsAt(trx, zone, revision, places);
      }),
    count: (tenantId, zoneId, wanted, filter) =>
      read(context, async (trx) => {
        const { rows, key } = await openRevision(trx, { tenantId, zoneId }, wanted, filter);
        return counts.get(key, async () => {
          const row = await rows.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
          return Number(row.count);
        });
      }),
  };
}

type ZoneState = Pick<ZoneRow, 'revision' | 'oldest_revision' | 'first_seen_at'>;
type Page = Parameters<RecordList['list']>[3];
type Matching = ReturnType<typeof matching>;
type ListedRow = Parameters<typeof toMirrorRecord>[0] & { readonly name_key: string; readonly type: string };
type RowPlace = Pick<RecordVersionRow, 'record_id' | 'from_revision'>;

function toListed(row: ListedRow): MirrorRecord & { readonly place: RecordPlace } {
  const place = { nameKey: row.name_key, type: row.type, recordId: row.record_id as RecordId };
  return { ...toMirrorRecord(row), place };
}

function idPage(rows: Matching, { after, limit }: Page): Promise<ListedRow[]> {
  return rows
    .select([...MIRROR_COLUMNS, 'name_key', 'type'])
    .$if(after !== undefined, (query) => query.where(isBehind('id', after)))
    .orderBy('record_id')
    .limit(limit)
    .execute();
}

/** Only what orders them is sorted, over the whole zone; the rows of one page are read after that. */
function placesOf(rows: Matching, { order, after, limit }: Page): Promise<readonly RowPlace[]> {
  let page = rows
    .select(['record_id', 'from_revision'])
    .$if(after !== undefined, (query) => query.where(isBehind(order, after)))
    .limit(limit);
  for (const column of COLUMNS[order]) page = page.orderBy(column);
  return page.execute();
}

async function rowsAt(trx: Trx, zone: ZoneKey, revision: number, places: readonly RowPlace[]) {
  if (places.length === 0) return [];
  const rows = await trx
    .selectFrom('record_versions')
    .select([...MIRROR_COLUMNS, 'name_key', 'type', 'from_revision'])
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where(
      'record_id',
      'in',
      places.map((row) => row.record_id),
    )
    .where('from_revision', '<=', revision)
    .execute();
  const rowOf = new Map(rows.map((row) => [`${row.record_id} ${row.from_revision}`, row]));
  return places.flatMap(({ record_id, from_revision }) => {
    const row = rowOf.get(`${record_id} ${from_revision}`);
    return row === undefined ? [] : [toListed(row)];
  });
}

function isBehind(order: RecordOrder, after: RecordPlace | undefined): RawBuilder<SqlBool> {
  const { nameKey = '', type = '', recordId = '' } = after ?? {};
  if (order === 'id') return sql<SqlBool>`record_id > ${recordId}`;
  return order === 'name'
    ? sql<SqlBool>`(name_key, type, record_id) > (${nameKey}, ${type}, ${recordId})`
    : sql<SqlBool>`(type, name_key, record_id) > (${type}, ${nameKey}, ${recordId})`;
}

function matching(
  { context, trx }: { readonly context: StoreContext; readonly trx: Trx },
  zone: ZoneKey,
  { revision, isNow }: { readonly revision: number; readonly isNow: boolean },
  { search, type }: RecordFilter,
) {
  const stands = isNow
    ? sql<SqlBool>`to_revision is null`
    : sql<SqlBool>`from_revision <= ${revision} and (to_revision is null or to_revision > ${revision})`;
  const part = searchKey((search ?? '').slice(0, KEY_LENGTH_MAX));
  const { holds } = context.engine;
  return trx
    .selectFrom('record_versions')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where(stands)
    .$if(type !== undefined, (query) => query.where('type', '=', (type ?? '').toUpperCase()))
    .$if(search !== undefined, (query) =>
      query.where(
        sql<SqlBool>`(${holds('name_key', part)} or ${holds('content_key', part)} or ${holds('comment_key', part)})`,
      ),
    );
}
