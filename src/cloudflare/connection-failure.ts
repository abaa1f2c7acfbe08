/**
 * What a thrown `fetch` tells: whether the request can have left. Only what provably happened before the first
 * byte (no address, no connection, a certificate that we refused) counts as not sent; a reset may come after the
 * server acted.
 *
 * Source: Node's system errors (`syscall`), undici's error codes, Node's TLS error codes.
 */

/** Raised before a byte of the request is written, whatever the system call. */
const NOT_SENT_CODES = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NONAME',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
const CONNECT_CALLS = new Set(['connect', 'getaddrinfo']);
const DEPTH_MAX = 5;

/** True only when the request provably never reached the server. */
export function isNotSent(error: unknown, depth = 0): boolean {
  if (depth > DEPTH_MAX || !(error instanceof Error)) return false;
  // Several addresses were tried (RFC 8305): each must have failed to connect.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.every((one) => isNotSent(one, depth + 1));
  }
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof syscall === 'string' && CONNECT_CALLS.has(syscall)) return true;
  if (typeof code === 'string' && NOT_SENT_CODES.has(code)) return true;
  return isNotSent(error.cause, depth + 1);
}

/** One line for people: the innermost code and text. */
export function describeFailure(error: unknown): string {
  let innermost: unknown = error;
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const next: unknown =
      innermost instanceof AggregateError && innermost.errors.length > 0
        ? innermost.errors[0]
        : innermost instanceof Error
          ? innermost.cause
          : undefined;
    if (!(next instanceof Error)) break;
    innermost = next;
  }
  if (!(innermost instanceof Error)) return 'no answer';
  const { code } = innermost as { code?: unknown };
  const { message } = innermost;
  return typeof code === 'string' && !message.includes(code) ? `${code}: ${message}` : message;
}
