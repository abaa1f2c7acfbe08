/**
 * When is a record still the same? The hash covers what a person can write, in the form in which Cloudflare sent
 * it, and whether the record is read-only.
 *
 * Left out on purpose: `modified_on` and the other times (a record changed and changed back is the same record),
 * `meta`, `proxiable`, and every field that Cloudflare may add tomorrow: the day that it does would look like a
 * change of every record from outside. Our own reading (`fields`) is left out too, so that a better parser
 * changes no hash. Where there is `data`, the rendered `content` does not count. Absent, null, false and empty
 * are one; tags have no order.
 *
 * No false drift after an own write: the mirror keeps the answer to the write, so it would take a Cloudflare
 * that answers a write with other values than it lists afterwards.
 */
import { createHash } from 'node:crypto';
import type { JsonValue } from '../base/json.ts';
import type { LiveRecord } from '../dns/live-record.ts';

/** Grows when the rules above change; hashes of different schemes never compare equal. */
const SCHEME = '1';

const COVERED = ['type', 'priority', 'ttl', 'proxied', 'comment', 'settings', 'private_routing'] as const;

/** A short text, equal exactly when the record's lasting content is: 128 bits of SHA-256. */
export function recordHash(live: LiveRecord): string {
  const { received } = live;
  const data = canonical(received['data'] ?? null);
  const parts = [
    text(received['name']).toLowerCase(),
    data === '' ? canonical(received['content'] ?? null) : data,
    canonicalTags(received['tags'] ?? null),
    live.readOnly === null ? '' : 'read-only',
    ...COVERED.map((key) => canonical(received[key] ?? null)),
  ];
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return SCHEME + digest.slice(0, 22);
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** JSON with sorted keys and without what is empty; the empty text for what is empty altogether. */
function canonical(value: JsonValue): string {
  if (value === null || value === false || value === '') return '';
  if (typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) {
    return value.length === 0
      ? ''
      : `[${value.map((item: JsonValue) => canonical(item) || 'null').join(',')}]`;
  }
  const members: string[] = [];
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rest = canonical(member);
    if (rest !== '') members.push(`${JSON.stringify(key)}:${rest}`);
  }
  return members.length === 0 ? '' : `{${members.join(',')}}`;
}

function canonicalTags(value: JsonValue): string {
  return canonical(Array.isArray(value) ? value.map((tag) => canonical(tag)).sort() : value);
}
