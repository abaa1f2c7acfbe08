/** Exit codes: the one table from what happened to what a script sees. They are a contract; see the README. */
import { type ErrorKind, isZonewardError } from '../app/re-exports.ts';
import { CancelledError, UsageError } from './errors.ts';

export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or wrong input, and everything that a person called off. Never 0. */
  usage: 2,
  /** Changes or findings exist (`plan --detailed-exitcode`, `drift`, `zones diff`). */
  findings: 3,
  credentials: 4,
  /** The world moved since the plan, a guard rail holds, someone else has the lock. */
  conflict: 5,
  /** Wait and try again. */
  temporary: 6,
  /** Outcome unknown, or only a part was applied. */
  partial: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For the reference; the numbers are those above. */
export const EXIT_MEANINGS: Readonly<Record<ExitCode, string>> = {
  0: 'done, or nothing to do',
  1: 'failed',
  2: 'wrong usage or wrong input, or called off',
  3: 'changes or findings exist (`plan --detailed-exitcode`, `drift`, `zones diff`)',
  4: 'credentials or permission',
  5: 'conflict: moved since planned, a guard rail, a lock',
  6: 'temporary: budget, Cloudflare is down',
  7: 'outcome unknown, or only a part was applied',
};

const OF_KIND: Readonly<Record<ErrorKind, ExitCode>> = {
  input: EXIT.usage,
  'not-found': EXIT.failed,
  credentials: EXIT.credentials,
  permission: EXIT.credentials,
  conflict: EXIT.conflict,
  temporary: EXIT.temporary,
  'unknown-outcome': EXIT.partial,
  refused: EXIT.failed,
  internal: EXIT.failed,
};

/** Other keys have codes too: those of certificates and of documents. */
const MALFORMED_CREDENTIAL = /^(?:(?:credential|token|email)-|key-(?:missing|is-token|malformed)$)/;

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CancelledError || error instanceof UsageError) return EXIT.usage;
  if (isZonewardError(error)) {
    // A credential that is not one: wrong input in form, and for who calls, a matter of credentials.
    const malformed = error.kind === 'input' && MALFORMED_CREDENTIAL.test(error.code);
    return malformed ? EXIT.credentials : OF_KIND[error.kind];
  }
  // The sandbox shares no class with us; its input errors are told by their name.
  if (error instanceof Error && error.name === 'SandboxInputError') return EXIT.usage;
  return EXIT.failed;
}
