/** Many rows into one table, in statements of a bounded size: Kysely's builder costs more than the insert itself. */
import { CompiledQuery } from 'kysely';
import type { Engine, Trx } from './engine.ts';
import type { Schema } from './schema.ts';

export type Cell = string | number | null;

/** SQLite allows 32,766 parameters and PostgreSQL 65,535; beyond some hundreds there is no gain. */
const PARAMETERS_MAX = 700;

/**
 * Inserts `rows` (cells in the order of `columns`). `onConflict` is what follows the values, for example
 * `on conflict (a) do update set b = excluded.b`; it must not come from outside the store.
 */
export async function insertMany(
  trx: Trx,
  engine: Engine,
  into: { readonly table: keyof Schema; readonly columns: readonly string[]; readonly onConflict?: string },
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const width = into.columns.length;
  const perStatement = Math.max(1, Math.floor(PARAMETERS_MAX / width));
  for (let start = 0; start < rows.length; start += perStatement) {
    const chunk = rows.slice(start, start + perStatement);
    const sql = insertSql(engine, into, chunk.length);
    await trx.executeQuery(CompiledQuery.raw(sql, chunk.flat()));
  }
}

function insertSql(
  engine: Engine,
  into: { readonly table: string; readonly columns: readonly string[]; readonly onConflict?: string },
  rows: number,
): string {
  const width = into.columns.length;
  const tuple = (row: number): string =>
    `(${into.columns.map((_, column) => engine.placeholder(row * width + column + 1)).join(',')})`;
  const values = Array.from({ length: rows }, (_, row) => tuple(row)).join(',');
  const columns = into.columns.map((column) => `"${column}"`).join(',');
  return `insert into "${into.table}" (${columns}) values ${values} ${into.onConflict ?? ''}`.trimEnd();
}

/** Cuts a list into pieces of at most `size`, for `in (…)` lists. */
export function* chunksOf<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
