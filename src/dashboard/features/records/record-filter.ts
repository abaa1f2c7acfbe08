/** Which records a table shows, and in which order. */
import type { DnsRecord } from '../../../client/index.ts';

export interface RecordFilter {
  readonly text: string;
  readonly type: string;
  /** `yes`, `no`, or empty. */
  readonly proxied: string;
}

/** Every word must be found in the name, the type, the content, the comment or a tag. */
export function matchesRecord(record: DnsRecord, { text, type, proxied }: RecordFilter): boolean {
  if (type !== '' && record.type !== type) return false;
  if (proxied !== '' && record.proxied !== (proxied === 'yes')) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const all = `${record.name} ${record.type} ${record.content} ${record.comment} ${record.tags.join(' ')}`;
  const haystack = all.toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/** The zone's own name first, then names in the order of their labels from the right, then types. */
export function orderRecords(records: readonly DnsRecord[]): readonly DnsRecord[] {
  const keyed = records.map((record) => ({
    record,
    key: `${record.name.split('.').reverse().join('\u0001')}\u0000${record.type}\u0000${record.content}`,
  }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ record }) => record);
}
