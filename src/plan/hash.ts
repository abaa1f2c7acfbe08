/** Hashes over canonical JSON (RFC 8785): the same value gives the same hash on every machine. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** SHA-256, hex, over the canonical bytes of a JSON value; members that are `undefined` do not count. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? 'null')
    .digest('hex');
}
