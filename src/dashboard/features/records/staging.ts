/**
 * Changes of a zone's records that are staged and not yet planned. A value, and functions from one to the next; where
 * it is kept is `staged-store.ts`. Every change holds the record as it was seen (its base), so that it can be told when
 * somebody else has changed it meanwhile.
 */
import type { DnsRecord, PlanInput, RecordText } from '../../../client/index.ts';
import { relativeName } from '../zones/names.ts';

/** What of a record can be edited, as text. */
export type RecordSet = Partial<RecordText>;

export type Staged =
  | { readonly kind: 'add'; readonly key: string; readonly record: RecordText }
  | { readonly kind: 'edit'; readonly key: string; readonly base: DnsRecord; readonly set: RecordSet }
  | { readonly kind: 'remove'; readonly key: string; readonly base: DnsRecord };

export interface Staging {
  /** In the order in which they were staged; one for each record. */
  readonly changes: ReadonlyMap<string, Staged>;
  /** What was before each step, newest last, to go back to. */
  readonly past: readonly ReadonlyMap<string, Staged>[];
}

export const NOTHING_STAGED: Staging = { changes: new Map(), past: [] };
const PAST_MAX = 100;

/** Stages several at once, as one step back. Later changes of a record replace earlier ones; those to nothing vanish. */
export function stage(staging: Staging, changes: readonly Staged[]): Staging {
  const next = new Map(staging.changes);
  for (const change of changes) {
    next.delete(change.key);
    if (changesSomething(change)) next.set(change.key, change);
  }
  return { changes: next, past: [...staging.past, staging.changes].slice(-PAST_MAX) };
}

export function unstage(staging: Staging, keys: readonly string[]): Staging {
  const next = new Map(staging.changes);
  for (const key of keys) next.delete(key);
  return { changes: next, past: [...staging.past, staging.changes].slice(-PAST_MAX) };
}

export function stepBack(staging: Staging): Staging {
  const before = staging.past.at(-1);
  return before === undefined ? staging : { changes: before, past: staging.past.slice(0, -1) };
}

/** An edit of a record that may be staged already: what is set now is added to what was. */
export function editOf(staging: Staging, record: DnsRecord, set: RecordSet): Staged {
  const before = staging.changes.get(record.id);
  const earlier = before?.kind === 'edit' ? before.set : {};
  const base = before?.kind === 'edit' ? before.base : record;
  return { kind: 'edit', key: record.id, base, set: withoutSame(base, { ...earlier, ...set }) };
}

function changesSomething(change: Staged): boolean {
  return change.kind !== 'edit' || Object.keys(change.set).length > 0;
}

/** Without what the record has already. */
function withoutSame(base: DnsRecord, set: RecordSet): RecordSet {
  const now = textOf(base);
  return Object.fromEntries(
    Object.entries(set).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(now[key as keyof RecordText]),
    ),
  );
}

/** The record as its editor shows it. */
export function textOf(record: DnsRecord): Required<RecordText> {
  const { name, type, content, ttl, proxied, comment, tags } = record;
  return { name: `${name}.`, type, content, ttl: String(ttl), proxied, comment, tags };
}

/** The record with what is staged for it. */
export function withStaged(record: DnsRecord, staged: Staged | undefined): DnsRecord {
  if (staged?.kind !== 'edit') return record;
  const { name, ttl, ...rest } = staged.set;
  return {
    ...record,
    ...rest,
    ...(name === undefined ? {} : { name: name.replace(/\.$/, '') }),
    ...(ttl === undefined ? {} : { ttl: ttlOf(ttl) }),
  };
}

/** `auto`, or seconds; a text like `5m` stays for the server to read. */
export function ttlOf(text: string): number | 'auto' {
  const [, digits, unit = 's'] = /^(\d+)\s*([smhd]?)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return 'auto';
  const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  return Number(digits) * (seconds[unit.toLowerCase()] ?? 1);
}

export interface StagedCounts {
  readonly add: number;
  readonly edit: number;
  readonly remove: number;
}

export function countStaged({ changes }: Staging): StagedCounts {
  const counts = { add: 0, edit: 0, remove: 0 };
  for (const { kind } of changes.values()) counts[kind] += 1;
  return counts;
}

/** What the server plans from. */
export function planInputOf(zone: string, { changes }: Staging): PlanInput {
  return {
    kind: 'staged',
    zone,
    changes: [...changes.values()].map((change) => {
      if (change.kind === 'add') return { kind: 'add', record: change.record };
      if (change.kind === 'remove') return { kind: 'remove', id: change.key };
      return { kind: 'edit', id: change.key, set: change.set };
    }),
  };
}

/** Replaces text in a field of each record; those that do not hold it stay out. */
export function replaceIn(
  staging: Staging,
  records: readonly DnsRecord[],
  wish: { readonly field: 'content' | 'name' | 'comment'; readonly find: string; readonly replace: string },
): readonly Staged[] {
  if (wish.find === '') return [];
  return records.flatMap((record): Staged[] => {
    const shown = withStaged(record, staging.changes.get(record.id));
    const value = shown[wish.field];
    if (!value.includes(wish.find)) return [];
    const next = value.replaceAll(wish.find, wish.replace);
    const set = wish.field === 'name' ? { name: `${next}.` } : { [wish.field]: next };
    return [editOf(staging, record, set)];
  });
}

const NAMES_SHOWN_MAX = 3;

/** A line for people: which names are edited. */
export function summaryOf(zone: string, { changes }: Staging): string {
  const names = [
    ...new Set(
      [...changes.values()].map((change) =>
        relativeName(
          (change.kind === 'add' ? change.record.name : change.base.name).replace(/\.$/, ''),
          zone,
        ),
      ),
    ),
  ];
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = names.length - NAMES_SHOWN_MAX;
  return `Edit ${shown}${more > 0 ? ` and ${more} more ${more === 1 ? 'name' : 'names'}` : ''}`;
}
