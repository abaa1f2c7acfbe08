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

/** The drafts, in order of name and type as first met on either side. Input order changes no draft. */
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
  const byKey = new Map<string, LiveRecord[]>();
  for (const record of existing) {
    const key = rdataKey(record.fields.rdata);
    const same = byKey.get(key);
    if (same === undefined) byKey.set(key, [record]);
    else same.push(record);
  }
  const unmatched: DesiredRecord[] = [];
  for (const record of desired) {
    const match = byKey.get(rdataKey(record.rdata))?.shift();
    if (match === undefined) unmatched.push(record);
    else drafts.push(...draftUpdate(match, record));
  }
  const left = [...byKey.values()].flat();
  // By data, so that the same two sets always pair in the same way, whatever the order of the lists.
  left.sort((a, b) => compareText(rdataKey(a.fields.rdata), rdataKey(b.fields.rdata)));
  unmatched.sort((a, b) => compareText(rdataKey(a.rdata), rdataKey(b.rdata)));
  unmatched.forEach((record, index) => {
    const partner = left[index];
    drafts.push(...(partner === undefined ? [draftCreate(record)] : draftUpdate(partner, record)));
  });
  for (const record of left.slice(unmatched.length)) drafts.push({ action: 'delete', before: record });
  return drafts;
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
  return [
    {
      action: 'update',
      before,
      after: { fields: overlay(before.fields, desired), received: null },
      fields,
      ...(desired.position === undefined ? {} : { position: desired.position }),
    },
  ];
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

/** Every field of `fields` as a source that mentions them all. */
export function asDesired(fields: RecordFields): DesiredRecord {
  return fields;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
