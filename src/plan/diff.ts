/**
 * What must change so that a zone holds what a source wants. Records are matched by name and type; within those
 * by data; what is left over on both sides is paired into updates, so that a record keeps its id, its comment
 * and whatever else the source does not mention.
 *
 * Terms: *existing* is what is managed and writable at Cloudflare; what a rule ignores never comes here.
 */
import type { RecordId } from '../base/ids.ts';
import type { SourcePosition } from '../base/problem.ts';
import { changedFields, type FieldName } from '../dns/changed-fields.ts';
import type { LiveRecord, RecordImage } from '../dns/live-record.ts';
import { rdataKey } from '../dns/rdata-key.ts';
import { type DesiredRecord, type RecordFields, typeOf } from '../dns/record.ts';
import { compareText } from './compare-text.ts';

/** A change before its request body is made. */
export type Draft =
  | {
      readonly action: 'create';
      readonly after: RecordImage;
      readonly continues?: RecordId;
      readonly position?: SourcePosition;
    }
  | {
      readonly action: 'update';
      readonly before: LiveRecord;
      readonly after: RecordImage;
      readonly fields: readonly FieldName[];
      readonly position?: SourcePosition;
    }
  | { readonly action: 'delete'; readonly before: LiveRecord; readonly position?: SourcePosition };

interface Sets {
  existing: LiveRecord[];
  desired: DesiredRecord[];
}

/** The drafts, in no particular order; which drafts they are does not depend on the order of either list. */
export function diffRecords(existing: readonly LiveRecord[], desired: readonly DesiredRecord[]): Draft[] {
  const sets = new Map<string, Sets>();
  const setOf = (name: string, type: string): Sets => {
    const key = `${name} ${type}`;
    let set = sets.get(key);
    if (set === undefined) {
      set = { existing: [], desired: [] };
      sets.set(key, set);
    }
    return set;
  };
  for (const record of existing) setOf(record.fields.name, typeOf(record.fields.rdata)).existing.push(record);
  for (const record of desired) setOf(record.name, typeOf(record.rdata)).desired.push(record);
  return [...sets.values()].flatMap(diffSet);
}

/** One name and type. */
function diffSet({ existing, desired }: Sets): Draft[] {
  if (existing.length === 0) return desired.map(draftCreate);
  const drafts: Draft[] = [];
  const byKey = Map.groupBy(existing, (record) => rdataKey(record.fields.rdata));
  const unmatched: DesiredRecord[] = [];
  for (const record of desired) {
    const match = takeBest(byKey.get(rdataKey(record.rdata)), record);
    if (match === undefined) unmatched.push(record);
    else drafts.push(...draftUpdate(match, record));
  }
  const left = [...byKey.values()].flat();
  if (left.length === 0) return [...drafts, ...unmatched.map(draftCreate)];
  // By data, so that the same two sets always pair in the same way, whatever the order of the lists.
  const pairs = zip(
    sortByKey(left, keyOfLive),
    sortByKey(unmatched, (record) => rdataKey(record.rdata)),
  );
  for (const [before, record] of pairs) {
    if (before !== undefined && record !== undefined) drafts.push(...draftUpdate(before, record));
    else if (record !== undefined) drafts.push(draftCreate(record));
    else if (before !== undefined) drafts.push({ action: 'delete', before });
  }
  return drafts;
}

/**
 * Takes a record out of `same`, whose data are all equal: nearly always there is one. Of several (Cloudflare may
 * hold the same address grey and proxied) the one that has least to change, then the lowest id.
 */
function takeBest(same: LiveRecord[] | undefined, desired: DesiredRecord): LiveRecord | undefined {
  if (same === undefined || same.length < 2) return same?.shift();
  const cost = (record: LiveRecord): number => changedFields(record.fields, desired).length;
  const [best] = same.toSorted((a, b) => cost(a) - cost(b) || compareText(a.id, b.id));
  if (best !== undefined) same.splice(same.indexOf(best), 1);
  return best;
}

function keyOfLive(record: LiveRecord): string {
  return `${rdataKey(record.fields.rdata)} ${record.id}`;
}

function sortByKey<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, key: keyOf(item) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ item }) => item);
}

function zip<A, B>(a: readonly A[], b: readonly B[]): [A | undefined, B | undefined][] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => [a[index], b[index]]);
}

function draftCreate(record: DesiredRecord): Draft {
  return {
    action: 'create',
    after: { fields: completeFields(record), received: null },
    ...(record.position === undefined ? {} : { position: record.position }),
  };
}

function draftUpdate(before: LiveRecord, desired: DesiredRecord): Draft[] {
  const fields = changedFields(before.fields, desired);
  if (fields.length === 0) return [];
  const after = { fields: overlay(before.fields, desired), received: null };
  const position = desired.position === undefined ? {} : { position: desired.position };
  return [{ action: 'update', before, after, fields, ...position }];
}

/** A new record: what the source does not mention takes Cloudflare's default. */
export function completeFields(record: DesiredRecord): RecordFields {
  const proxied = record.proxied ?? false;
  return {
    name: record.name,
    rdata: record.rdata,
    ttl: proxied ? 'auto' : (record.ttl ?? 'auto'),
    proxied,
    comment: record.comment ?? '',
    tags: record.tags ?? [],
    settings: record.settings ?? [],
    privateRouting: record.privateRouting ?? false,
  };
}

/** An existing record with the fields that the source mentions. */
export function overlay(existing: RecordFields, desired: DesiredRecord): RecordFields {
  const proxied = desired.proxied ?? existing.proxied;
  return {
    name: desired.name,
    rdata: desired.rdata,
    ttl: proxied ? 'auto' : (desired.ttl ?? existing.ttl),
    proxied,
    comment: desired.comment ?? existing.comment,
    tags: desired.tags ?? existing.tags,
    settings: desired.settings ?? existing.settings,
    privateRouting: desired.privateRouting ?? existing.privateRouting,
  };
}

/** The update that gives an existing record every field of `wanted`; null when it has them all. */
export function updateDraft(
  before: LiveRecord,
  wanted: { readonly after: RecordImage; readonly position?: SourcePosition },
): Draft | null {
  const fields = changedFields(before.fields, wanted.after.fields);
  if (fields.length === 0) return null;
  const position = wanted.position === undefined ? {} : { position: wanted.position };
  return { action: 'update', before, after: wanted.after, fields, ...position };
}
