/**
 * Finding current records over all zones of a tenant. Keys in the indexes are lower case and cut, so a text
 * beyond the cut is compared in full here; a beginning is looked up as a range, which the index serves (`LIKE`
 * would miss it).
 */
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { TenantId, ZoneId } from '../base/ids.ts';
import type { FoundRecord, RecordFinder, RecordQuery } from '../domains/zones/ports.ts';
import type { StoreContext } from './context.ts';
import { contentOf, MIRROR_COLUMNS, toMirrorRecord } from './record-row.ts';
import type { Schema } from './schema.ts';
import { afterPrefix, CUT_MARK, escapeLike, KEY_LENGTH_MAX, searchKey } from './text.ts';
import { isSeenBy } from './zone-sightings.ts';

type Builder = ExpressionBuilder<Schema, 'record_versions'>;
type Condition = Expression<SqlBool>;
type KeyColumn = 'name_key' | 'content_key' | 'comment_key';
type Page = Parameters<RecordFinder['findRecords']>[2];

/** Rows asked for at once: more than the limit helps where the full comparison drops some. */
const CHUNK_MIN = 50;

export function openRecordFinder(context: StoreContext): RecordFinder {
  return {
    async findRecords(tenantId, query, page) {
      const fits = matcher(query);
      const found: FoundRecord[] = [];
      let after = page.after;
      const limit = Math.max(page.limit, CHUNK_MIN);
      while (found.length < page.limit) {
        const rows = await findRows(context, tenantId, query, { limit, ...(after ? { after } : {}) });
        found.push(...rows.filter(fits));
        const last = rows.at(-1);
        if (last === undefined || rows.length < limit) break;
        after = { zoneId: last.zoneId, recordId: last.record.id };
      }
      return found.slice(0, page.limit);
    },
    async coverage(tenantId, connectionId) {
      const { count } = context.db.fn;
      const row = await context.db
        .selectFrom('zones')
        .select([
          count<number>('zone_id').as('zones'),
          count<number>('verified_at').as('read'),
          count<number>('stale_since').as('stale'),
          count<number>('unreadable_since').as('unreadable'),
          sql<number | null>`min(verified_at)`.as('oldest'),
        ])
        .where('tenant_id', '=', tenantId)
        .where('status', '<>', 'deleted')
        .$if(connectionId !== undefined, (query) => query.where(isSeenBy(connectionId ?? '')))
        .executeTakeFirstOrThrow();
      const zones = Number(row.zones);
      return {
        zones,
        neverRead: zones - Number(row.read),
        stale: Number(row.stale),
        unreadable: Number(row.unreadable),
        oldestVerifiedAt: row.oldest === null ? null : Number(row.oldest),
      };
    },
  };
}

async function findRows(
  context: StoreContext,
  tenantId: TenantId,
  query: RecordQuery,
  page: Page,
): Promise<FoundRecord[]> {
  const { type, connectionId, tag } = query;
  const rows = await context.db
    .selectFrom('record_versions')
    .select(MIRROR_COLUMNS)
    .select('zone_id')
    .where('tenant_id', '=', tenantId)
    .where('to_revision', 'is', null)
    .$if(type !== undefined, (select) => select.where('type', '=', (type ?? '').toUpperCase()))
    .where((eb) =>
      eb.and([
        ...keyConditions(eb, 'content_key', query.content),
        ...keyConditions(eb, 'name_key', query.name),
        ...commentConditions(eb, query.comment),
        ...(tag === undefined ? [] : [tagCondition(tenantId, tag)]),
        zoneCondition(eb, connectionId),
      ]),
    )
    .$if(page.after !== undefined, (select) =>
      select.where(
        sql<boolean>`(zone_id, record_id) > (${page.after?.zoneId ?? ''}, ${page.after?.recordId ?? ''})`,
      ),
    )
    .orderBy('zone_id')
    .orderBy('record_id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ zoneId: row.zone_id as ZoneId, ...toMirrorRecord(row) }));
}

interface Pattern {
  readonly text: string;
  readonly openStart: boolean;
  readonly openEnd: boolean;
}

function parsePattern(wanted: string): Pattern {
  const openStart = wanted.startsWith('*');
  const openEnd = wanted.length > 1 && wanted.endsWith('*');
  return {
    text: wanted.slice(openStart ? 1 : 0, openEnd ? -1 : undefined).toLowerCase(),
    openStart,
    openEnd,
  };
}

function keyConditions(eb: Builder, column: KeyColumn, wanted: string | undefined): Condition[] {
  if (wanted === undefined) return [];
  const { text, openStart, openEnd } = parsePattern(wanted);
  if (!openStart && !openEnd) return [eb(column, '=', searchKey(text))];
  if (openStart) {
    const like = `%${escapeLike(searchKey(text.slice(0, KEY_LENGTH_MAX)))}${openEnd ? '%' : ''}`;
    return [
      eb.or([sql<SqlBool>`${sql.ref(column)} like ${like} escape '\\'`, eb(column, 'like', `%${CUT_MARK}`)]),
    ];
  }
  const prefix = searchKey(text.slice(0, KEY_LENGTH_MAX));
  const end = afterPrefix(prefix);
  return [eb(column, '>=', prefix), ...(end === null ? [] : [eb(column, '<', end)])];
}

/** The range is everything that is not null: it leads the planner to the small index of records with a comment. */
function commentConditions(eb: Builder, part: string | undefined): Condition[] {
  if (part === undefined) return [];
  return [eb('comment_key', '>=', ''), ...keyConditions(eb, 'comment_key', `*${part}*`)];
}

/** A tag's name alone finds it with any value. */
function tagCondition(tenantId: TenantId, tag: string): Condition {
  const key = searchKey(tag);
  const end = afterPrefix(`${key}:`) ?? '';
  return sql<SqlBool>`(zone_id, record_id) in (
    select t.zone_id, t.record_id from record_tags t
    where t.tenant_id = ${tenantId} and (t.tag = ${key} or (t.tag >= ${`${key}:`} and t.tag < ${end})))`;
}

function zoneCondition(eb: Builder, connectionId: string | undefined): Condition {
  return eb.exists(
    eb
      .selectFrom('zones')
      .select('zones.zone_id')
      .whereRef('zones.tenant_id', '=', 'record_versions.tenant_id')
      .whereRef('zones.zone_id', '=', 'record_versions.zone_id')
      .where('zones.status', '<>', 'deleted')
      .$if(connectionId !== undefined, (query) => query.where(isSeenBy(connectionId ?? ''))),
  );
}

/** The same conditions on the full texts: what the keys let through by their cut is dropped. */
function matcher(query: RecordQuery): (found: FoundRecord) => boolean {
  const content = query.content === undefined ? null : parsePattern(query.content);
  const name = query.name === undefined ? null : parsePattern(query.name);
  const comment = query.comment?.toLowerCase();
  return ({ record }) =>
    (content === null || fitsPattern(contentOf(record), content)) &&
    (name === null || fitsPattern(record.fields.name, name)) &&
    (comment === undefined || record.fields.comment.toLowerCase().includes(comment));
}

function fitsPattern(text: string, { text: wanted, openStart, openEnd }: Pattern): boolean {
  const lower = text.toLowerCase();
  if (openStart && openEnd) return lower.includes(wanted);
  if (openStart) return lower.endsWith(wanted);
  return openEnd ? lower.startsWith(wanted) : lower === wanted;
}
