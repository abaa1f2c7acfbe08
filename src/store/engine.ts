/**
 * What the store needs of a database engine beyond what Kysely hides. One implementation for each engine
 * (`dialect-sqlite.ts`, `dialect-postgres.ts`); everything else in this room is written once, in the subset that both
 * speak: TEXT ids, integer milliseconds, JSON as TEXT, booleans as 0 and 1.
 *
 * SQLite lets one transaction at a time write. PostgreSQL lets many, each seeing what the others have committed so
 * far. So what a transaction reads in order to decide what it writes, it reads under `withLock`, or says again as a
 * condition of the write, or a unique index stands behind it.
 */
import type { Dialect, Kysely, RawBuilder, SqlBool, Transaction } from 'kysely';
import type { WakeUps } from '../domains/jobs/ports.ts';
import type { Schema } from './schema.ts';
import type { Backup } from './sqlite-backup.ts';

export type Trx = Transaction<Schema>;

/** Reads only. Integers come back as numbers, text as it was written. */
export type Reader = Pick<Kysely<Schema>, 'selectFrom'>;

/** What went wrong in the engine, as far as the store answers differently to it. */
export type EngineFault =
  | 'busy'
  | 'full'
  | 'duplicate'
  | 'read-only'
  | 'damaged'
  | 'input-output'
  | 'unreachable'
  | 'denied'
  | 'no-database'
  | 'no-connection-left';

export interface EngineWakeUps extends WakeUps {
  close(): Promise<void>;
}

export interface Engine {
  readonly dialect: Dialect;
  /**
   * Connections of their own for reading, so that no read waits behind a write that waits for a lock. Null where
   * the engine has one pool for both, or cannot have a second connection.
   */
  readonly readerDialect: Dialect | null;
  /** One transaction at a time may write, in this process and beside it. */
  readonly hasOneWriter: boolean;
  /** Column types. Text compares by code point, whatever the locale. */
  readonly text: RawBuilder<unknown>;
  readonly integer: RawBuilder<unknown>;
  /** An integer primary key that the engine counts up. */
  readonly counter: RawBuilder<unknown>;
  /** Ends every `create table`. */
  readonly tableSuffix: RawBuilder<unknown>;
  /** The placeholder of the nth parameter, from 1. */
  placeholder(position: number): string;
  /** Whether the text of a column has this part, compared byte by byte: several times faster than `like`. */
  holds(column: string, part: string): RawBuilder<SqlBool>;
  /**
   * Lets one transaction at a time hold the name, until it ends. Take several in this order only: change set,
   * zone, connection, anything else, audit.
   */
  withLock<Result>(trx: Trx, name: string, work: () => Promise<Result>): Promise<Result>;
  /** The store's time in milliseconds: the same for all processes that share the store. */
  now(db: Kysely<Schema>): Promise<number>;
  /** Makes bytes that were deleted leave the file and the log. May take time with the size of the store. */
  scrub(db: Kysely<Schema>): Promise<void>;
  faultOf(error: unknown): EngineFault | null;
  /**
   * The transaction lost against another one and wrote nothing: run again, it finds what the other has written. Never
   * so where one transaction at a time writes.
   */
  isRace(error: unknown): boolean;
  readonly wakeUps: EngineWakeUps;
  /** Copies the store into a new file, or says how that is done. */
  backUp(path: string): Promise<Backup>;
  /** Another number once another process has written to the file; null where there is no file. */
  readonly changeMark: (() => number) | null;
  /** The engine's own examination of its file. Empty when it is sound. */
  integrityProblems(db: Kysely<Schema>): Promise<readonly string[]>;
}
