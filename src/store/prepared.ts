/**
 * Queries that are asked with every request, compiled once: building the text of a small one takes longer than the
 * engine takes to answer it. Their parameters stand in the order of the text.
 */
import type { Compilable, CompiledQuery, QueryResult } from 'kysely';

interface Asks {
  executeQuery<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>;
}

export type Prepared<Row, Given extends readonly unknown[]> = (
  db: Asks,
  ...parameters: Given
) => Promise<readonly Row[]>;

/** `query` is built with any values; each call puts its own in their place. */
export function prepare<Row, Given extends readonly unknown[]>(query: Compilable<Row>): Prepared<Row, Given> {
  const compiled = query.compile();
  return async (db, ...parameters) => (await db.executeQuery<Row>({ ...compiled, parameters })).rows;
}
