/**
 * Taking a change set back. The inverse is planned against the zone as it is now: what was created goes, what
 * was changed gets its old fields back, what was deleted returns in the form in which Cloudflare once sent it.
 * A record that someone changed since is a conflict, shown with its three versions, and left alone unless asked.
 */
import type { RecordId } from '../../base/ids.ts';
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { RecordFields } from '../../dns/record.ts';
import { recordKey } from '../../dns/record-key.ts';
import type { RecordChange } from '../../plan/change.ts';
import type { Draft } from '../../plan/diff.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import { restore } from '../../plan/restore.ts';
import type { OperationOutcome } from './model.ts';

/** A record that is neither as the change left it nor as it was before. */
export interface UndoConflict {
  readonly groupId: string;
  readonly change: number;
  /** Before the change; null where it created the record. */
  readonly before: LiveRecord | null;
  /** What the change made of it; null where it deleted the record. */
  readonly after: RecordFields | null;
  /** As it is now; null where it is gone. */
  readonly now: LiveRecord | null;
}

export interface UndoDrafts {
  readonly drafts: readonly Draft[];
  readonly conflicts: readonly UndoConflict[];
  /** Nothing is left to be taken back after it: nothing that was not asked for, no conflict. */
  readonly isWhole: boolean;
}

/** Only some changes of a change set: all of a group, or one of its changes. */
export interface UndoSelection {
  readonly groupId: string;
  readonly change?: number;
}

/**
 * The drafts that take a carried-out plan back, and what stands in their way. Only operations that are known to
 * have been applied are taken back. With `force`, conflicts are overruled: the old state wins.
 */
export function draftUndo(
  plan: ZonePlan,
  outcomes: readonly OperationOutcome[],
  live: readonly LiveRecord[],
  options: {
    readonly only?: readonly UndoSelection[];
    readonly force?: boolean;
    /** The id under which a record lives that was deleted and restored since; its own where that is not known. */
    readonly currentIdOf?: (id: RecordId) => RecordId;
  } = {},
): UndoDrafts {
  const scene: Scene = {
    byId: new Map(live.map((record) => [record.id, record])),
    byKey: new Map(live.map((record) => [recordKey(record.fields), record])),
    currentIdOf: options.currentIdOf ?? ((id) => id),
  };
  const groups = new Map(plan.groups.map((group) => [group.id, group.changes]));
  const drafts: Draft[] = [];
  const conflicts: UndoConflict[] = [];
  let isWhole = true;
  for (const outcome of outcomes) {
    const change = groups.get(outcome.groupId)?.[outcome.change];
    if (change === undefined || outcome.state !== 'applied') continue;
    const now = currentOf(change, outcome.recordId, scene);
    const back = restore({ target: targetOf(change, now), now });
    if (!isSelected(outcome, options.only)) {
      if (back.length > 0) isWhole = false;
      continue;
    }
    if (isConflict(change, now) && !options.force) {
      conflicts.push({
        groupId: outcome.groupId,
        change: outcome.change,
        before: change.before,
        after: change.after?.fields ?? null,
        now,
      });
      continue;
    }
    drafts.push(...back);
  }
  return { drafts, conflicts, isWhole: isWhole && conflicts.length === 0 };
}

function isSelected(outcome: OperationOutcome, only: readonly UndoSelection[] | undefined): boolean {
  if (only === undefined) return true;
  return only.some(
    (one) => one.groupId === outcome.groupId && (one.change === undefined || one.change === outcome.change),
  );
}

interface Scene {
  readonly byId: ReadonlyMap<RecordId, LiveRecord>;
  readonly byKey: ReadonlyMap<string, LiveRecord>;
  readonly currentIdOf: (id: RecordId) => RecordId;
}

/** Where the changed record is now: under its id, the id that it was restored under, or made again by someone. */
function currentOf(change: RecordChange, recordId: RecordId | undefined, scene: Scene): LiveRecord | null {
  const id = change.before?.id ?? recordId;
  const followed = id === undefined ? undefined : scene.byId.get(scene.currentIdOf(id));
  if (followed !== undefined) return followed;
  return change.action === 'delete' ? (scene.byKey.get(recordKey(change.before.fields)) ?? null) : null;
}

function isConflict(change: RecordChange, now: LiveRecord | null): boolean {
  switch (change.action) {
    case 'create':
      // Gone already is as good as taken back.
      return now !== null && changedFields(now.fields, change.after.fields).length > 0;
    case 'update': {
      if (now === null) return true;
      // Only the fields that the change touched: what someone did to others is theirs and stays. One that is as it was
      // before is taken back already.
      const taken = new Set(changedFields(now.fields, change.before.fields));
      const moved = changedFields(now.fields, change.after.fields).filter((field) => taken.has(field));
      return moved.some((field) => change.fields.includes(field));
    }
    case 'delete':
      return now !== null && changedFields(now.fields, change.before.fields).length > 0;
    default:
      return change satisfies never;
  }
}

/** The state to bring back: of an update only its own fields, the rest as it is now. */
function targetOf(change: RecordChange, now: LiveRecord | null): LiveRecord | null {
  if (change.action !== 'update') return change.before;
  if (now === null) return change.before;
  const old = change.before.fields;
  const mine = Object.fromEntries(change.fields.map((field) => [field, old[field]]));
  return { ...change.before, fields: { ...now.fields, ...mine } };
}
