/**
 * What every part of the store is made with, and the two kinds of transaction. Inside a transaction nothing is
 * awaited but the database: on SQLite it holds the only write lock, on this machine, of all processes.
 */

import type { Kysely } from 'kysely';
import type { Clock, Random } from '../base/clock.ts';
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { SealEvent } from '../domains/audit/ports.ts';
import type { Announce } from '../domains/webhooks/ports.ts';
import type { CommitGroup } from './commit-group.ts';
import type { Engine, EngineFault, Trx } from './engine.ts';
import type { Schema } from './schema.ts';

export interface StoreContext {
  /** For reading; `write` alone has the connection that writes. */
  readonly db: Kysely<Schema>;
  readonly writer: Kysely<Schema>;
  readonly engine: Engine;
  /** Null where the engine lets many transactions write at once. */
  readonly commitGroup: CommitGroup | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly seal: SealEvent;
  /** Fills the outbox of webhooks with the audit trail; null: nothing is told. */
  readonly announce: Announce | null;
  readonly pace: Pace;
}

/** When the event loop last got a turn from us. */
export interface Pace {
  turnedAt: number;
}

/** The engine answers at once, so a caller's loop over the store would never let the event loop turn by itself. */
const TURN_EVERY_MS = 10;

/** A race that is lost so often is no race. */
const TRIES_MAX = 6;
const RACE_WAIT_MAX_MS = 20;

/** All of `work` becomes durable, or nothing of it does. It may be run more than once, so it changes nothing else. */
export async function write<Result>(
  context: StoreContext,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      const result = await (context.commitGroup?.run(work) ?? context.writer.transaction().execute(work));
      await keepPace(context.pace);
      return result;
    } catch (error) {
      if (tries === TRIES_MAX || !context.engine.isRace(error)) throw storeError(context.engine, error);
    }
    // The engine's own wait, in real time. Random, so that the two do not march in step.
    await new Promise((resolve) => setTimeout(resolve, context.random.next() * RACE_WAIT_MAX_MS));
  }
}

/** The same, one transaction at a time for a name: for what is decided by what is read. See `Engine.withLock`. */
export function writeUnder<Result>(
  context: StoreContext,
  lock: string,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return write(context, (trx) => context.engine.withLock(trx, lock, () => work(trx)));
}

/** Several reads of one moment. */
export async function read<Result>(
  context: StoreContext,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  try {
    const reading = context.db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read');
    const result = await reading.execute(work);
    await keepPace(context.pace);
    return result;
  } catch (error) {
    throw storeError(context.engine, error);
  }
}

async function keepPace(pace: Pace): Promise<void> {
  if (performance.now() - pace.turnedAt < TURN_EVERY_MS) return;
  await yieldToLoop();
  pace.turnedAt = performance.now();
}

/** Gives the event loop a turn. Between transactions only. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const FAULTS = {
  busy: {
    kind: 'temporary',
    message: 'The store is busy: another process has been writing to it for too long.',
    next: 'Try again; if it stays so, look for a process that hangs on the same store.',
  },
  full: {
    kind: 'temporary',
    message: 'The disk of the store is full. Nothing was written.',
    next: 'Free some space on the disk that holds the store, then try again.',
  },
  duplicate: { kind: 'conflict', message: 'The store holds this already.', next: 'Read it, then try again.' },
  'read-only': {
    kind: 'internal',
    message: 'The store cannot be written: it is read-only.',
    next: 'Give the user that runs Zoneward the right to write to the file and its folder; of PostgreSQL, use the primary server.',
  },
  damaged: {
    kind: 'internal',
    message: 'The file of the store is damaged, or is not a Zoneward store.',
    next: 'Run `zoneward store check`; restore the last backup when it finds damage.',
  },
  'input-output': {
    kind: 'internal',
    message: 'The disk of the store failed to read or write.',
    next: 'Check the disk and the system log.',
  },
  unreachable: {
    kind: 'temporary',
    message: 'The server of the store cannot be reached, or the connection to it broke.',
    next: 'Check host and port in ZONEWARD_STORE, and that PostgreSQL runs there; then try again.',
  },
  denied: {
    kind: 'credentials',
    message: 'The server of the store refuses the user, its password, or what it may do.',
    next: 'Check user and password in ZONEWARD_STORE (or PGPASSWORD), and that the user owns the database.',
  },
  'no-connection-left': {
    kind: 'temporary',
    message: 'The server of the store takes no more connections.',
    next: 'Run fewer processes, raise max_connections there, or put a pooler in between (docs/operations.md).',
  },
  'no-database': {
    kind: 'input',
    message: 'The server of the store has no database of that name.',
    next: 'Create it (createdb NAME), or correct its name in ZONEWARD_STORE.',
  },
} as const satisfies Record<EngineFault, { kind: string; message: string; next: string }>;

/** An engine's error as one that a person can act on; ours, and what we cannot name, pass unchanged. */
export function storeError(engine: Pick<Engine, 'faultOf'>, error: unknown): unknown {
  if (isZonewardError(error)) return error;
  const fault = engine.faultOf(error);
  if (fault === null) return error;
  const { kind, message, next } = FAULTS[fault];
  return new ZonewardError(message, { code: `store-${fault}`, kind, next: [next], cause: error });
}

export function conflict(code: string, message: string, details?: Record<string, unknown>): ZonewardError {
  return new ZonewardError(message, {
    code,
    kind: 'conflict',
    ...(details === undefined ? {} : { details }),
  });
}

export function notFound(code: string, message: string): ZonewardError {
  return new ZonewardError(message, { code, kind: 'not-found' });
}
