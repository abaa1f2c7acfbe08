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
        const columns = COLUMNS[order];
        let query = (await matching(trx, { tenantId, zoneId }, revision, filter))
          .select(MIRROR_COLUMNS)
          .select(['name_key', 'type'])
          .$if(after !== undefined, (rows) => rows.where(isBehind(order, after)))
          .limit(limit);
        for (const column of columns) query = query.orderBy(column);
        return (await query.execute()).map((row) => ({
          ...toMirrorRecord(row),
          place: { nameKey: row.name_key, type: row.type, recordId: row.record_id as RecordId },
        }));
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
