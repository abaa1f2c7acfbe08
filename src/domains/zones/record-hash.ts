/**
 * The content hash that a full read is compared by. It covers what a person can write, with the data in its
 * received form, because an undo restores that form; and why a record is read-only.
 *
 * Left out on purpose: times, `meta`, and every field that Cloudflare may add tomorrow. Else the day that it does
 * would look like a change of every record from outside. Our own reading of the data (`fields.rdata`) is left out
 * too, so that a better parser changes no hash.
 */
import { createHash } from 'node:crypto';
import type { JsonValue } from '../../base/json.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { typeOf } from '../../dns/record.ts';

/** 22 characters of base64url: the first 128 bits of SHA-256. */
export function recordHash(record: LiveRecord): string {
  const { fields, received } = record;
  const text = JSON.stringify([
    fields.name,
    typeOf(fields.rdata),
    received['content'] ?? null,
    sorted(received['data'] ?? null),
    received['priority'] ?? null,
    fields.ttl,
    fields.proxied,
    fields.comment,
    [...fields.tags].sort(),
    [...fields.settings].sort(),
    fields.privateRouting,
    record.readOnly,
  ]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** The same JSON with the keys of objects in order. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
