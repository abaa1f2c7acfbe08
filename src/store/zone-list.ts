/** Lists of zones: narrowed and ordered by SQL, so that a page of ten thousand zones costs a page. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { TenantId } from '../base/ids.ts';
import type { ZoneFilter, ZoneList, ZoneListPage, ZoneOrder } from '../domains/zones/list-ports.ts';
import type { StoreContext } from './context.ts';
import { escapeLike } from './text.ts';
import { toZone } from './zone-rows.ts';
import { isSeenBy } from './zone-sightings.ts';

const ORDERED_BY: Readonly<Record<ZoneOrder, RawBuilder<string | number>>> = {
  name: sql<string>`name`,
  records: sql<number>`record_count`,
  verified: sql<number>`coalesce(verified_at, 0)`,
};

export function openZoneList(context: StoreContext): ZoneList {
  return {
    async list(tenantId, filter, page) {
      const column = ORDERED_BY[page.order];
      const direction = page.descending ? 'desc' : 'asc';
      const rows = await matching(context, tenantId, filter)
        .selectAll()
        .$if(page.after !== undefined, (query) => query.where(isBehind(column, page)))
        .orderBy(column, direction)
        .orderBy('zone_id', direction)
        .limit(page.limit)
        .execute();
      return rows.map(toZone);
    },
    async count(tenantId, filter) {
      const row = await matching(context, tenantId, filter)
        .select((eb) => eb.fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

function isBehind(
  column: RawBuilder<string | number>,
  { after, descending }: ZoneListPage,
): RawBuilder<SqlBool> {
  const [value, zoneId] = [after?.value ?? '', after?.zoneId ?? ''];
  return descending
    ? sql<SqlBool>`(${column}, zone_id) < (${value}, ${zoneId})`
    : sql<SqlBool>`(${column}, zone_id) > (${value}, ${zoneId})`;
}

function matching(context: StoreContext, tenantId: TenantId, filter: ZoneFilter) {
  const { connectionId, readers, zoneIds, status, search, drifting, stale } = filter;
  const isStale = sql<SqlBool>`(stale_since is not null or verified_at is null or unreadable_since is not null)`;
  const isDrifting = sql<SqlBool>`outside_revision > acknowledged_revision`;
  return context.db
    .selectFrom('zones')
    .where('tenant_id', '=', tenantId)
    .$if(connectionId !== undefined, (query) => query.where(isSeenBy(connectionId ?? '')))
    .$if(readers !== undefined, (query) => query.where('connection_id', 'in', orNone(readers)))
    .$if(zoneIds !== undefined, (query) => query.where('zone_id', 'in', orNone(zoneIds)))
    .$if(status !== undefined, (query) => query.where('status', '=', status ?? ''))
    .$if(search !== undefined, (query) =>
      query.where(sql<SqlBool>`name like ${`%${escapeLike(search ?? '')}%`} escape '\\'`),
    )
    .$if(drifting !== undefined, (query) =>
      query.where(drifting === true ? isDrifting : sql<SqlBool>`not (${isDrifting})`),
    )
    .$if(stale !== undefined, (query) =>
      query.where(stale === true ? isStale : sql<SqlBool>`not ${isStale}`),
    );
}

/** `in ()` is no SQL: nobody has the empty id. */
function orNone(ids: readonly string[] | undefined): string[] {
  return ids === undefined || ids.length === 0 ? [''] : [...ids];
}
