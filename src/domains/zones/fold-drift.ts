/**
 * What we meant a zone to be, set against what it is. Pure.
 *
 * Beginning from a state that was accepted, revisions are walked in order. One of ours moves what is *expected*, by
 * just the fields that it changed; one from outside moves only what *is*. What then differs is drift, and belongs
 * to the last revision from outside that touched the record. So a change from outside that was taken back is no
 * drift, and an edit of ours to a drifted record does not make its other fields ours.
 */
import type { LineageId } from '../../base/ids.ts';
import { changedFields, type FieldName } from '../../dns/changed-fields.ts';
import type { LiveRecord, RecordImage } from '../../dns/live-record.ts';
import type { RecordFields } from '../../dns/record.ts';
import type { OutsideActor, RecordVersion, Revision } from './model.ts';
import { compareRecords } from './record-diff.ts';

/** A record that is not as expected. */
export interface DriftedRecord {
  readonly lineageId: LineageId;
  /**
   * As it should be: with the received form where the record once was just so, without where ours and the
   * outside's fields were mixed. Null: it should not be there.
   */
  readonly expected: RecordImage | null;
  /** The last state that was expected and seen; its id is the one whose history a recreated record continues. */
  readonly lastExpected: LiveRecord | null;
  readonly now: LiveRecord | null;
  /** Empty for a record that appeared or disappeared. */
  readonly fields: readonly FieldName[];
  readonly revision: number;
  readonly seenAt: number;
  readonly by: OutsideActor;
}

/** The walk of one record. */
interface Walk {
  readonly lineageId: LineageId;
  expected: RecordImage | null;
  lastExpected: LiveRecord | null;
  live: LiveRecord | null;
  /** The last revision from outside that touched it. */
  outside: Revision | null;
}

/**
 * @param revisions those after the accepted one, oldest first.
 * @param versions every version that began or ended in them.
 */
export function foldDrift(
  revisions: readonly Revision[],
  versions: Iterable<RecordVersion>,
): readonly DriftedRecord[] {
  const byNumber = new Map(revisions.map((revision) => [revision.revision, revision]));
  const lives = new Map<LineageId, RecordVersion[]>();
  for (const version of versions) {
    const life = lives.get(version.lineageId);
    if (life === undefined) lives.set(version.lineageId, [version]);
    else life.push(version);
  }
  const drifted: DriftedRecord[] = [];
  for (const [lineageId, life] of lives) {
    const found = judge(walk(lineageId, life, byNumber));
    if (found !== null) drifted.push(found);
  }
  return withoutRecreated(drifted).sort((a, b) => compareRecords(recordOf(a), recordOf(b)));
}

function walk(lineageId: LineageId, life: RecordVersion[], byNumber: ReadonlyMap<number, Revision>): Walk {
  life.sort((a, b) => a.fromRevision - b.fromRevision);
  const [first] = life;
  const base = first !== undefined && !byNumber.has(first.fromRevision) ? first.record : null;
  const state: Walk = {
    lineageId,
    expected: base,
    lastExpected: base,
    live: base,
    outside: null,
  };
  for (const [index, version] of life.entries()) {
    const began = byNumber.get(version.fromRevision);
    if (began !== undefined) step(state, began, version.record);
    const next = life[index + 1];
    const replaced = next !== undefined && next.fromRevision === version.toRevision;
    const ended = version.toRevision === null ? undefined : byNumber.get(version.toRevision);
    if (ended !== undefined && !replaced) step(state, ended, null);
  }
  return state;
}

function step(state: Walk, revision: Revision, next: LiveRecord | null): void {
  const before = state.live;
  state.live = next;
  if (revision.origin.kind === 'outside') {
    state.outside = revision;
    return;
  }
  state.expected = expectedAfter(state, before, next);
  if (next !== null && state.expected === next) state.lastExpected = next;
}

/** What is expected after a revision of ours turned `before` into `next`. */
function expectedAfter(state: Walk, before: LiveRecord | null, next: LiveRecord | null): RecordImage | null {
  if (before === null || next === null || state.expected === null || state.expected === before) return next;
  const ours = changedFields(before.fields, next.fields);
  const moved = Object.fromEntries(ours.map((field) => [field, next.fields[field]]));
  const fields: RecordFields = { ...state.expected.fields, ...moved };
  return changedFields(fields, next.fields).length === 0 ? next : { fields, received: null };
}

function judge({ lineageId, expected, lastExpected, live, outside }: Walk): DriftedRecord | null {
  if (outside === null || outside.origin.kind !== 'outside') return null;
  if (expected === null && live === null) return null;
  const fields = expected === null || live === null ? [] : changedFields(expected.fields, live.fields);
  if (expected !== null && live !== null && fields.length === 0) return null;
  const { revision, at } = outside;
  const { kind: _, ...by } = outside.origin;
  return { lineageId, expected, lastExpected, now: live, fields, revision, seenAt: at, by };
}

/** A record that was deleted and made again just so, outside: nothing that anybody could notice. */
function withoutRecreated(drifted: readonly DriftedRecord[]): DriftedRecord[] {
  const missing = drifted.filter(({ now }) => now === null);
  const dropped = new Set<DriftedRecord>();
  for (const extra of drifted) {
    const { now } = extra;
    if (extra.expected !== null || now === null) continue;
    const twin = missing.find(
      (gone) =>
        !dropped.has(gone) &&
        gone.expected !== null &&
        gone.expected.fields.name === now.fields.name &&
        changedFields(gone.expected.fields, now.fields).length === 0,
    );
    if (twin !== undefined) dropped.add(twin).add(extra);
  }
  return drifted.filter((each) => !dropped.has(each));
}

/** The record to show: as it is, else as it was. */
function recordOf({ now, lastExpected }: DriftedRecord): LiveRecord {
  const record = now ?? lastExpected;
  if (record === null) throw new Error('bug: drift of a record that never was');
  return record;
}
