/** How a migration makes a table: columns by kind, in the types of the engine at hand. */
import { type CreateTableBuilder, type RawBuilder, sql } from 'kysely';
import type { Engine, Trx } from '../engine.ts';

/** `text` and `int` are not null; with a question mark, they may be. */
export type ColumnKind = 'text' | 'text?' | 'int' | 'int?' | 'counter';

export type TableBuilder = CreateTableBuilder<string, string>;

/** Adds a table; without a primary key where the list is empty. */
export async function createTable(
  trx: Trx,
  engine: Engine,
  name: string,
  primaryKey: readonly string[],
  columns: Readonly<Record<string, ColumnKind>>,
  constrain: (builder: TableBuilder) => TableBuilder = (builder) => builder,
): Promise<void> {
  let builder: TableBuilder = trx.schema.createTable(name);
  for (const [column, kind] of Object.entries(columns)) {
    builder = builder.addColumn(column, columnType(engine, kind), (definition) =>
      kind.endsWith('?') || kind === 'counter' ? definition : definition.notNull(),
    );
  }
  if (primaryKey.length > 0)
    builder = builder.addPrimaryKeyConstraint(`${name}_primary_key`, [...primaryKey]);
  await constrain(builder).modifyEnd(sql`${engine.tableSuffix}`).execute();
}

function columnType(engine: Engine, kind: ColumnKind): RawBuilder<unknown> {
  if (kind === 'counter') return engine.counter;
  return kind.startsWith('text') ? engine.text : engine.integer;
}
