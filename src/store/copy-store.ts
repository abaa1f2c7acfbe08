/**
 * Moves a SQLite store into an empty PostgreSQL database: all rows in one transaction there, read from one moment
 * here, compared row by row before it is committed. Whatever fails, and whenever, the target is as empty as it was
 * and the source as it stood.
 */
import { createHash } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import { ZonewardError } from '../base/errors.ts';
import { read, type StoreContext, storeError } from './context.ts';
import { openPostgresEngine } from './dialect-postgres.ts';
import type { Engine, Trx } from './engine.ts';
import { type Cell, insertMany } from './insert-many.ts';
import { migrate } from './migrate.ts';
import { isPostgresUrl } from './postgres-url.ts';
import type { Schema } from './schema.ts';

export interface CopiedTable {
  readonly table: string;
  readonly rows: number;
}

export interface CopyOptions {
  /** Told as the rows of a table come over. */
  readonly onProgress?: (progress: CopiedTable) => void;
}

/** Rows of one step. */
const CHUNK_SIZE = 1_000;
/** Of the migrations each store has its own account. */
const NOT_COPIED: ReadonlySet<string> = new Set(['store_migrations', 'sqlite_sequence']);

/** A table's rows as a number and a sum that does not depend on their order. */
interface Digest {
  rows: number;
  sum: bigint;
}

/**
 * Throws `store-url-invalid`, `store-move-source` (this is no SQLite file), `store-not-empty`, `store-moved-on`
 * (another process wrote to the source meanwhile), `store-copy-differs`, and what opening a store throws.
 */
export async function copyToPostgres(
  source: StoreContext,
  url: string,
  options: CopyOptions = {},
): Promise<readonly CopiedTable[]> {
  const { changeMark } = source.engine;
  if (changeMark === null) {
    throw new ZonewardError('Only a store in a SQLite file can be moved to PostgreSQL.', {
      code: 'store-move-source',
      kind: 'input',
      next: ['From one PostgreSQL to another: pg_dump and pg_restore (docs/operations.md).'],
    });
  }
  if (!isPostgresUrl(url)) {
    throw new ZonewardError('A store is moved to PostgreSQL; this is the address of something else.', {
      code: 'store-url-invalid',
      kind: 'input',
      next: ['Give --to postgres://USER@HOST:5432/DATABASE, and the password in PGPASSWORD.'],
    });
  }
  const engine = await openPostgresEngine(url, source.clock);
  const db = new Kysely<Schema>({ dialect: engine.dialect });
  try {
    await migrate({ ...source, db, writer: db, engine, commitGroup: null });
    const before = changeMark();
    return await db.transaction().execute(async (target) => {
      const copied = await engine.withLock(target, 'migrations', () =>
        copyAll(source, engine, target, options),
      );
      if (changeMark() !== before) throw movedOn();
      return copied;
    });
  } catch (error) {
    throw storeError(engine, error);
  } finally {
    await db.destroy();
  }
}

async function copyAll(
  source: StoreContext,
  engine: Engine,
  target: Trx,
  { onProgress = () => {} }: CopyOptions,
): Promise<readonly CopiedTable[]> {
  return read(source, async (from) => {
    const tables = await tablesOf(from);
    await refuseFull(target, tables);
    const copied: CopiedTable[] = [];
    for (const table of tables) {
      const columns = await columnsOf(from, table);
      const sent = await copyTable(from, target, { engine, table, columns, onProgress });
      const found = await digestOf(target, table, columns);
      if (found.rows !== sent.rows || found.sum !== sent.sum) throw differs(table, sent, found);
      copied.push({ table, rows: sent.rows });
    }
    await setCounter(target);
    return copied;
  });
}

/** In the order in which they were made, so that what is referred to comes first. */
async function tablesOf(from: Trx): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' order by rowid`.execute(from);
  return rows.map(({ name }) => name).filter((name) => !NOT_COPIED.has(name));
}

async function columnsOf(from: Trx, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(from);
  return rows.map(({ name }) => name);
}

async function refuseFull(target: Trx, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(target);
    if (rows.length === 0) continue;
    throw new ZonewardError(`The database holds a store already: there are rows in ${table}.`, {
      code: 'store-not-empty',
      kind: 'conflict',
      next: ['Give the address of an empty database.'],
    });
  }
}

async function copyTable(
  from: Trx,
  target: Trx,
  step: {
    readonly engine: Engine;
    readonly table: string;
    readonly columns: readonly string[];
    readonly onProgress: (progress: CopiedTable) => void;
  },
): Promise<Digest> {
  const { engine, table, columns, onProgress } = step;
  const digest: Digest = { rows: 0, sum: 0n };
  const into = { table: table as keyof Schema, columns };
  let chunk: Cell[][] = [];
  const flush = async (): Promise<void> => {
    await insertMany(target, engine, into, chunk);
    chunk = [];
    onProgress({ table, rows: digest.rows });
  };
  for await (const row of from
    .selectFrom(table as keyof Schema)
    .selectAll()
    .stream(CHUNK_SIZE)) {
    const cells = columns.map((column) => (row as Record<string, Cell>)[column] ?? null);
    add(digest, cells);
    chunk.push(cells);
    if (chunk.length === CHUNK_SIZE) await flush();
  }
  if (chunk.length > 0) await flush();
  return digest;
}

/** What the target gives back of a table. */
async function digestOf(target: Trx, table: string, columns: readonly string[]): Promise<Digest> {
  const digest: Digest = { rows: 0, sum: 0n };
  const list = sql.join(columns.map((column) => sql.ref(column)));
  await sql`declare copied no scroll cursor for select ${list} from ${sql.table(table)}`.execute(target);
  for (;;) {
    const { rows } = await sql<Record<string, Cell>>`fetch ${sql.lit(CHUNK_SIZE)} from copied`.execute(
      target,
    );
    for (const row of rows)
      add(
        digest,
        columns.map((column) => row[column] ?? null),
      );
    if (rows.length < CHUNK_SIZE) break;
  }
  await sql`close copied`.execute(target);
  return digest;
}

function add(digest: Digest, cells: readonly Cell[]): void {
  const hash = createHash('sha256').update(JSON.stringify(cells)).digest('hex');
  digest.rows += 1;
  digest.sum = (digest.sum + BigInt(`0x${hash}`)) % 2n ** 256n;
}

/** The next call in the usage log is counted on from the last. */
async function setCounter(target: Trx): Promise<void> {
  await sql`select setval(pg_get_serial_sequence('api_calls', 'number'), coalesce(max(number), 1), max(number) is not null)
    from api_calls`.execute(target);
}

function movedOn(): ZonewardError {
  return new ZonewardError('Another process wrote to the store while it was copied; nothing was moved.', {
    code: 'store-moved-on',
    kind: 'conflict',
    next: ['Stop every `serve` and `worker` of the store, then run it again.'],
  });
}

function differs(table: string, sent: Digest, found: Digest): ZonewardError {
  return new ZonewardError(
    `What came over of ${table} is not what was sent (${sent.rows} rows, ${found.rows} came); nothing was moved.`,
    { code: 'store-copy-differs', kind: 'internal', next: ['Run `zoneward store check` on the source.'] },
  );
}
