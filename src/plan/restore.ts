/**
 * The way back. From an earlier state and the zone as it is now, the drafts that bring the earlier state back,
 * in the forms in which Cloudflare once sent them: equal in every writable field.
 */
import type { RecordId } from '../base/ids.ts';
import { changedFields } from '../dns/changed-fields.ts';
import type { LiveRecord, RecordImage } from '../dns/live-record.ts';
import { typeOf } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import { asDesired, type Draft } from './diff.ts';

/** One record's way back. `id` is the id under which it lives now; absent when it is gone or never was. */
export interface Restoration {
  /** What to bring back; null: the record was not there, so it goes. */
  readonly target: LiveRecord | null;
  /** The record as it is now; null when it is gone. */
  readonly now: LiveRecord | null;
}

/** The drafts that turn `now` into `target`; none when they are already equal in every writable field. */
export function restore({ target, now }: Restoration): Draft[] {
  if (target === null) return now === null ? [] : [{ action: 'delete', before: now }];
  const after: RecordImage = { fields: target.fields, received: target.received };
  const create: Draft = { action: 'create', after, continues: target.id };
  if (now === null) return [create];
  // A record's type cannot be changed in place.
  if (typeOf(now.fields.rdata) !== typeOf(target.fields.rdata))
    return [{ action: 'delete', before: now }, create];
  const fields = changedFields(now.fields, asDesired(target.fields));
  return fields.length === 0 ? [] : [{ action: 'update', before: now, after, fields }];
}

/**
 * The drafts that bring a whole zone back to `target`. Records are matched by id, then by `lineage` (the id
 * under which the same record lives now), then by name and data; what is left now and was not then is deleted.
 */
export function restoreZone(
  target: readonly LiveRecord[],
  now: readonly LiveRecord[],
  lineage: ReadonlyMap<RecordId, RecordId>,
): Draft[] {
  const byId = new Map(now.map((record) => [record.id, record]));
  const byData = new Map(now.map((record) => [recordKey(record.fields), record]));
  const used = new Set<RecordId>();
  const take = (record: LiveRecord | undefined): LiveRecord | null => {
    if (record === undefined || used.has(record.id)) return null;
    used.add(record.id);
    return record;
  };
  // Ids first for all, so that no record is taken by data that another needs by id.
  const pairs = target.map((wanted) => ({
    wanted,
    match: take(byId.get(wanted.id)) ?? take(byId.get(lineage.get(wanted.id) ?? wanted.id)),
  }));
  const drafts: Draft[] = [];
  for (const { wanted, match } of pairs) {
    const current = match ?? take(byData.get(recordKey(wanted.fields)));
    drafts.push(...restore({ target: wanted, now: current }));
  }
  for (const record of now) if (!used.has(record.id)) drafts.push({ action: 'delete', before: record });
  return drafts;
}
