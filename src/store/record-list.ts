/** Lists of a zone's records: of one revision, narrowed and ordered by SQL. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { RecordId } from '../base/ids.ts';
import type { RecordFilter, RecordList, RecordOrder, RecordPlace } from '../domains/zones/list-ports.ts';
import type { ZoneKey } from './advance-zone.ts';
import { read, type StoreContext } from './context.ts';
import type { Trx } from './engine.ts';
import { MIRROR_COLUMNS, toMirrorRecord } from './record-row.ts';
import { escapeLike, KEY_LENGTH_MAX, searchKey } from './text.ts';
import { settleRevision } from './zone-mirror.ts';

const COLUMNS: Readonly<Record<RecordOrder, readonly ('name_key' | 'type' | 'record_id')[]>> = {
  id: ['record_id'],
  name: ['name_key', 'type', 'record_id'],
  type: ['type', 'name_key', 'record_id'],
};

export function openRecordList(context: StoreContext): RecordList {
  return {
    list: (tenantId, zoneId, filter, { revision, order, after, limit }) =>
      read(context, async (trx) => {
        // Only what orders them is sorted, over the whole zone; the rows of one page are read after that.
        let page = (await matching(trx, { tenantId, zoneId }, revision, filter))
          .select(['record_id', 'from_revision', 'name_key', 'type'])
          .$if(after !== undefined, (rows) => rows.where(isBehind(order, after)))
          .limit(limit);
        for (const column of COLUMNS[order]) page = page.orderBy(column);
        const places = await page.execute();
        const rows = await trx
          .selectFrom('record_versions')
          .select([...MIRROR_COLUMNS, 'from_revision'])
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .where('record_id', 'in', ['', ...places.map((row) => row.record_id)])
          .where('from_revision', '<=', revision)
          .execute();
        const rowOf = new Map(rows.map((row) => [`${row.record_id} ${row.from_revision}`, row]));
        return places.flatMap(({ record_id, from_revision, name_key, type }) => {
          const row = rowOf.get(`${record_id} ${from_revision}`);
          if (row === undefined) return [];
          const place = { nameKey: name_key, type, recordId: record_id as RecordId };
          return [{ ...toMirrorRecord(row), place }];
        });
      }),
    count: (tenantId, zoneId, revision, filter) =>
      read(context, async (trx) => {
        const rows = await matching(trx, { tenantId, zoneId }, revision, filter);
        const row = await rows.select((eb) => eb.fn.countAll().as('count')).executeTakeFirstOrThrow();
        return Number(row.count);
      }),
  };
}

function isBehind(order: RecordOrder, after: RecordPlace | undefined): RawBuilder<SqlBool> {
  const { nameKey = '', type = '', recordId = '' } = after ?? {};
  if (order === 'id') return sql<SqlBool>`record_id > ${recordId}`;
  return order === 'name'
    ? sql<SqlBool>`(name_key, type, record_id) > (${nameKey}, ${type}, ${recordId})`
    : sql<SqlBool>`(type, name_key, record_id) > (${type}, ${nameKey}, ${recordId})`;
}

async function matching(trx: Trx, zone: ZoneKey, wanted: number, { search, type }: RecordFilter) {
  const revision = await settleRevision(trx, zone, wanted);
  const now = await trx
    .selectFrom('zones')
    .select('revision')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .executeTakeFirst();
  const stands =
    now?.revision === revision
      ? sql<SqlBool>`to_revision is null`
      : sql<SqlBool>`from_revision <= ${revision} and (to_revision is null or to_revision > ${revision})`;
  const part = `%${escapeLike(searchKey((search ?? '').slice(0, KEY_LENGTH_MAX)))}%`;
  return trx
    .selectFrom('record_versions')
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where(stands)
    .$if(type !== undefined, (query) => query.where('type', '=', (type ?? '').toUpperCase()))
    .$if(search !== undefined, (query) =>
      query.where(
        sql<SqlBool>`(name_key like ${part} escape '\\' or content_key like ${part} escape '\\' or comment_key like ${part} escape '\\')`,
      ),
    );
}
