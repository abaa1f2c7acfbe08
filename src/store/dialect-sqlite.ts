/**
 * SQLite, by `node:sqlite` under Kysely's dialect. All that is particular to SQLite stands here and in
 * `sqlite-file.ts`.
 *
 * Invariants: a write transaction begins IMMEDIATE, so it holds the write lock before it reads; a commit is on
 * the disk when it returns (`synchronous=FULL`); a wait for another process's lock does not block the event
 * loop. There is one connection for writing in the process, which Kysely lets one transaction at a time have, and
 * one for reading, which never waits for a writer.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Kysely,
  type SqlBool,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
  sql,
  type TransactionSettings,
} from 'kysely';
import type { Clock } from '../base/clock.ts';
import { storeError } from './context.ts';
import type { Engine, EngineFault, EngineWakeUps } from './engine.ts';
import type { Schema } from './schema.ts';
import { backUpSqlite } from './sqlite-backup.ts';
import { prepareSqliteFile } from './sqlite-file.ts';
import { assertStorable } from './text.ts';

/** How long a write waits for the other processes' writes before it gives up. */
const LOCK_WAIT_MAX_MS = 30_000;
/** Between two tries for the lock. Random, so that processes do not march in step. */
const LOCK_RETRY_MAX_MS = 12;
/** SQLite's own wait, which blocks the event loop: next to none for writes, which are tried again. */
const WRITER_BUSY_MS = 20;
/** Reads meet a lock only while the log is being recovered or cleared away, and while opening. */
const READER_BUSY_MS = 10_000;
const STATEMENTS_KEPT_MAX = 256;

/** Primary result codes, https://www.sqlite.org/rescode.html */
const FAULT_OF_CODE: ReadonlyMap<number, EngineFault> = new Map([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [10, 'input-output'],
  [11, 'damaged'],
  [13, 'full'],
  [26, 'damaged'],
]);
/** SQLITE_IOERR_SHMSIZE: the index of the log could not grow. On a disk without a free page it is what fails first. */
const SHM_SIZE_CODE = 4874;
const UNIQUE_CODES: ReadonlySet<number> = new Set([1555, 2067]);

/** A worker of the same process is woken without the store; one of another looks twice a second. */
const NO_WAKE_UPS: EngineWakeUps = {
  pollEveryMs: 500,
  send: () => Promise.resolve(),
  receive: () => Promise.resolve({ stop: () => Promise.resolve() }),
  close: () => Promise.resolve(),
};

export interface SqliteLimits {
  /** The file grows no further than so many pages of 4 KiB: what a full disk is like. */
  readonly pagesMax?: number;
}

/** Opens the file (made 0600 when new), or a database in memory for `:memory:`. Throws what `faultOf` can name. */
export function openSqliteEngine(path: string, clock: Clock, limits: SqliteLimits = {}): Engine {
  const database = openWriter(path);
  if (limits.pagesMax !== undefined) database.exec(`pragma max_page_count = ${limits.pagesMax}`);
  const reader = path === ':memory:' ? null : openReader(path);
  return {
    dialect: dialectOf(database),
    readerDialect: reader === null ? null : dialectOf(reader),
    hasOneWriter: true,
    text: sql`text`,
    integer: sql`integer`,
    counter: sql`integer primary key autoincrement`,
    tableSuffix: sql`strict`,
    placeholder: () => '?',
    holds: (column, part) => sql<SqlBool>`instr(${sql.ref(column)}, ${part}) > 0`,
    // BEGIN IMMEDIATE serializes all writers already.
    withLock: (_trx, _name, work) => work(),
    now: () => Promise.resolve(clock.now()),
    // Deleted cells are overwritten (secure_delete); the log still has them until it is cut.
    scrub: async (db) => {
      await sql`pragma wal_checkpoint(truncate)`.execute(db);
    },
    faultOf,
    isRace: () => false,
    wakeUps: NO_WAKE_UPS,
    backUp: (file) => backUpSqlite(reader ?? database, file),
    changeMark: reader === null ? null : () => changeMarkOf(reader),
    integrityProblems,
  };
}

function openWriter(path: string): DatabaseSync {
  if (path !== ':memory:') prepareSqliteFile(path);
  const database = new DatabaseSync(path, { timeout: READER_BUSY_MS });
  try {
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    // Rows of one moment lie far apart in the indexes: a page is written back once, not after every megabyte or so.
    database.exec('pragma wal_autocheckpoint = 4000');
    database.exec('pragma foreign_keys = on');
    // A removed secret's bytes are overwritten in the file.
    database.exec('pragma secure_delete = on');
    database.exec('pragma cache_size = -32000');
    // A giant transaction's log is cut back afterwards.
    database.exec('pragma journal_size_limit = 67108864');
    database.exec(`pragma busy_timeout = ${WRITER_BUSY_MS}`);
  } catch (error) {
    database.close();
    throw storeError({ faultOf }, error);
  }
  return database;
}

function openReader(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: READER_BUSY_MS });
  database.exec('pragma query_only = on');
  database.exec('pragma cache_size = -16000');
  return database;
}

function changeMarkOf(reader: DatabaseSync): number {
  return (reader.prepare('pragma data_version').get() as { data_version: number }).data_version;
}

function dialectOf(database: DatabaseSync): Dialect {
  return {
    createDriver: () => new ImmediateDriver(database),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

function faultOf(error: unknown): EngineFault | null {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  if (typeof code !== 'number') return null;
  if (UNIQUE_CODES.has(code)) return 'duplicate';
  if (code === SHM_SIZE_CODE) return 'full';
  return FAULT_OF_CODE.get(code & 0xff) ?? null;
}

async function integrityProblems(db: Kysely<Schema>): Promise<readonly string[]> {
  const integrity = await sql<{ integrity_check: string }>`pragma integrity_check(20)`.execute(db);
  const problems = integrity.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
  const foreign = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db);
  for (const row of foreign.rows.slice(0, 20)) {
    problems.push(`a row of ${row.table} refers to a row of ${row.parent} that is not there`);
  }
  return problems;
}

/** Kysely's driver, but for how a transaction begins and how it ends after a failure. */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: new StatementCache(database) });
    this.#database = database;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    const begin = settings?.accessMode === 'read only' ? 'begin' : 'begin immediate';
    const giveUpAt = performance.now() + LOCK_WAIT_MAX_MS;
    for (;;) {
      try {
        await connection.executeQuery(CompiledQuery.raw(begin));
        return;
      } catch (error) {
        if (faultOf(error) !== 'busy' || performance.now() > giveUpAt) throw error;
      }
      // The engine's own wait, in real time: the other process does not run on our clock.
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * LOCK_RETRY_MAX_MS));
    }
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After some errors (disk full, for one) SQLite has rolled back by itself.
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** The slice of a database that Kysely asks for; statements are compiled once. */
class StatementCache implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(text: string): SqliteStatement {
    const known = this.#statements.get(text);
    this.#statements.delete(text);
    const statement = known ?? toKysely(this.#database.prepare(text));
    this.#statements.set(text, statement);
    if (this.#statements.size > STATEMENTS_KEPT_MAX) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

function toKysely(statement: StatementSync): SqliteStatement {
  const checked = (parameters: readonly unknown[]): SQLInputValue[] => {
    assertStorable(parameters);
    return parameters as SQLInputValue[];
  };
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...checked(parameters)),
    run: (parameters) => statement.run(...checked(parameters)),
    iterate: (parameters) => statement.iterate(...checked(parameters)),
  };
}
