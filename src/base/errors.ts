/**
 * The base of every error that Zoneward throws. `kind` is what the caller does next; `code` is stable and for
 * programs; `message` says what happened and where; `next` says what to do. Secrets never enter any of them.
 */

/** The caller's next move. The command line's exit codes and HTTP statuses follow from it. */
export type ErrorKind =
  /** Correct what was given and try again. */
  | 'input'
  /** What was named does not exist (or is another tenant's). */
  | 'not-found'
  /** The credential is missing, malformed, expired or refused. */
  | 'credentials'
  /** The credential is good but lacks a right. */
  | 'permission'
  /** The world moved, a guard rail holds, or someone else has the lock. */
  | 'conflict'
  /** Wait and try again. */
  | 'temporary'
  /** Sent, but no answer: look before acting again. */
  | 'unknown-outcome'
  /** Cloudflare refused the request for a reason of its own. */
  | 'refused'
  /** A bug or a broken environment. */
  | 'internal';

export interface ErrorFields {
  readonly code: string;
  readonly kind: ErrorKind;
  /** Commands or steps for a person, most useful first. */
  readonly next?: readonly string[];
  /** Facts for programs: ids, positions, Cloudflare's code and ray. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class ZonewardError extends Error {
  override readonly name: string = 'ZonewardError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly next: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, fields: ErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = fields.code;
    this.kind = fields.kind;
    this.next = fields.next ?? [];
    this.details = fields.details ?? {};
  }
}

export function isZonewardError(error: unknown): error is ZonewardError {
  return error instanceof ZonewardError;
}
