/** What PostgreSQL, and the way to it, can answer, in the store's words. */
import type { EngineFault } from './engine.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const FAULT_OF_SQLSTATE: ReadonlyMap<string, EngineFault> = new Map([
  ['23505', 'duplicate'],
  ['40001', 'busy'], // serialization_failure
  ['40P01', 'busy'], // deadlock_detected
  ['55P03', 'busy'], // lock_not_available: lock_timeout ran out
  ['57014', 'busy'], // query_canceled: statement_timeout ran out
  ['53300', 'no-connection-left'],
  ['53100', 'full'],
  ['25006', 'read-only'],
  ['28000', 'denied'],
  ['28P01', 'denied'],
  ['42501', 'denied'],
  ['3D000', 'no-database'],
  ['58030', 'input-output'],
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
]);

/** Another try may find what this one ran into, committed and so readable. */
const RACES: ReadonlySet<string> = new Set(['23505', '40001', '40P01']);

/** The session ended, or never began: of the server's shutdown, start and crash, and of its connections. */
const SQLSTATE_GONE = /^(08|57P0)/;
const SYSTEM_GONE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the folder of a socket
  'EPIPE',
  'ETIMEDOUT',
]);
/** `pg` has no codes for these. */
const TEXT_GONE =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired)/;
const TEXT_POOL_BUSY = /^timeout exceeded when trying to connect/;

export function faultOfPostgres(error: unknown): EngineFault | null {
  if (!(error instanceof Error)) return null;
  const code = codeOf(error);
  if (code !== null) {
    const fault = FAULT_OF_SQLSTATE.get(code);
    if (fault !== undefined) return fault;
    if (SQLSTATE_GONE.test(code) || SYSTEM_GONE.has(code)) return 'unreachable';
  }
  if (TEXT_POOL_BUSY.test(error.message)) return 'busy';
  return TEXT_GONE.test(error.message) ? 'unreachable' : null;
}

/** The transaction met another one, and may simply be run again. */
export function isPostgresRace(error: unknown): boolean {
  const code = error instanceof Error ? codeOf(error) : null;
  return code !== null && RACES.has(code);
}

function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}
