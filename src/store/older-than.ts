/** Lists that go back in time, page by page: by when a thing was made, then by its id, from a thing that was shown. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';

export function olderThan(
  table: 'change_sets' | 'purchases' | 'provisionings',
  tenantId: string,
  id: string,
): RawBuilder<SqlBool> {
  const rows = sql.table(table);
  return sql<SqlBool>`(created_at, id) < (select created_at, id from ${rows} where tenant_id = ${tenantId} and id = ${id})`;
}
