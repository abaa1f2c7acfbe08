/**
 * A zone as the sandbox itself holds it, reduced to what can be written. The sandbox shares no code with the client,
 * so this comparison is nobody's own idea of what it restored.
 */
import type { DnsRecord, Sandbox } from '../../sandbox/index.ts';

/** One text for each record, sorted: every writable field, and neither id nor time. */
export function writableFields(sandbox: Sandbox, zone: string): readonly string[] {
  return sandbox.records(zone).map(writableText).sort();
}

/** Everything but what Cloudflare makes: the id, the times, and what follows from other fields. */
const MADE_BY_CLOUDFLARE = new Set([
  'id',
  'created_on',
  'modified_on',
  'comment_modified_on',
  'tags_modified_on',
  'meta',
  'proxiable',
]);

function writableText(record: DnsRecord): string {
  const entries = Object.entries(record).filter(
    ([key, value]) => !MADE_BY_CLOUDFLARE.has(key) && value !== undefined,
  );
  return JSON.stringify(entries.map(([key, value]) => [key, normal(value)]).sort());
}

/** Absent, null, empty and a flag that is off mean the same, at Cloudflare too; order of keys has no meaning. */
function normal(value: unknown): unknown {
  if (value === null || value === '' || value === false) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.toSorted();
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, each]) => normal(each) !== null);
  return entries.length === 0 ? null : entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What one list has and the other lacks. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const text of before) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const text of after) counts.set(text, (counts.get(text) ?? 0) - 1);
  return [...counts]
    .filter(([, count]) => count !== 0)
    .map(([text, count]) => `${count > 0 ? '-' : '+'} ${text}`);
}
