/**
 * The way back. From an earlier state and the zone as it is now, the drafts that bring the earlier state back,
 * in the forms in which Cloudflare once sent them: equal in every writable field.
 */
import type { RecordId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { LiveRecord, RecordImage } from '../dns/live-record.ts';
import { typeOf } from '../dns/record.ts';
import { describeRecord, recordKey } from '../dns/record-key.ts';
import { type Draft, updateDraft } from './diff.ts';

/** One record's way back. */
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
  const update = updateDraft(now, { after });
  return update === null ? [] : [update];
}

/** What brings a zone back, and what stays different because Zoneward cannot write it. */
export interface ZoneRestoration {
  readonly drafts: readonly Draft[];
  /** A warning for each record that cannot be brought back or taken away. */
  readonly problems: readonly Problem[];
}

/**
 * The drafts that bring a whole zone back to `target`. Records are matched by id, then by `lineage` (the id
 * under which the same record lives now), then by name and data; what is left now and was not then is deleted.
 * Records that cannot be written, then or now, stay as they are and are told.
 */
export function restoreZone(
  target: readonly LiveRecord[],
  now: readonly LiveRecord[],
  lineage: ReadonlyMap<RecordId, RecordId>,
): ZoneRestoration {
  const byId = new Map(now.map((record) => [record.id, record]));
  const byData = Map.groupBy(now, (record) => recordKey(record.fields));
  const used = new Set<RecordId>();
  const take = (record: LiveRecord | undefined): LiveRecord | null => {
    if (record === undefined || used.has(record.id)) return null;
    used.add(record.id);
    return record;
  };
  // Ids first for all, so that no record is taken by data that another needs by id.
  const pairs: Restoration[] = target.map((wanted) => ({
    target: wanted,
    now: take(byId.get(wanted.id)) ?? take(byId.get(lineage.get(wanted.id) ?? wanted.id)),
  }));
  const found = pairs.map((pair): Restoration => {
    if (pair.now !== null || pair.target === null) return pair;
    const same = byData.get(recordKey(pair.target.fields)) ?? [];
    return { ...pair, now: take(same.find((record) => !used.has(record.id))) };
  });
  const extra = now.filter((record) => !used.has(record.id)).map((record) => ({ target: null, now: record }));

  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  for (const pair of [...found, ...extra]) {
    const steps = restore(pair);
    const problem = steps.length === 0 ? null : unrestorable(pair);
    if (problem === null) drafts.push(...steps);
    else problems.push(problem);
  }
  return { drafts, problems };
}

function unrestorable({ target, now }: Restoration): Problem | null {
  const locked = [now, target].find((record) => (record?.readOnly ?? null) !== null);
  if (locked === undefined || locked === null) return null;
  const subject = `${locked.fields.name} ${typeOf(locked.fields.rdata)}`;
  const what = now === null ? 'cannot be brought back' : 'stays as it is';
  return {
    code: 'record-read-only',
    severity: 'warning',
    message: `${describeRecord(locked.fields)} ${what}: ${locked.readOnly}`,
    next: 'Change it where it was made.',
    subject,
  };
}
