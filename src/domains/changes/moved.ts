/**
 * Which groups of a plan may still be applied? A group whose records are not as the plan saw them is refused;
 * the others go on. Cloudflare has no conditional write, so this is judged on a reading made just before.
 */
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { describeRecord, recordKey } from '../../dns/record-key.ts';
import { wholeId } from '../../plan/batch.ts';
import type { Change, ChangeGroup } from '../../plan/change.ts';
import { excludes } from '../../plan/coexistence.ts';
import { changesPlaceOrData, nameOf } from '../../plan/group.ts';
import type { OperationOutcome } from './model.ts';

export interface MovedCheck {
  readonly unmoved: readonly ChangeGroup[];
  /** For every change of every group that moved, why. */
  readonly conflicts: readonly OperationOutcome[];
}

export function checkMoved(groups: readonly ChangeGroup[], live: readonly LiveRecord[]): MovedCheck {
  const byId = new Map<string, LiveRecord>(live.map((record) => [record.id, record]));
  const names = new Set(groups.flatMap((group) => group.changes.map(nameOf)));
  const byName = Map.groupBy(
    live.filter((record) => names.has(record.fields.name)),
    (record) => record.fields.name,
  );
  const unmoved: ChangeGroup[] = [];
  const conflicts: OperationOutcome[] = [];
  // The parts of a group that was too large for one request are refused together, as the group would be.
  for (const parts of Map.groupBy(groups, (group) => wholeId(group.id)).values()) {
    const changes = parts.flatMap((group) => group.changes);
    const freed = new Set(changes.filter(changesPlaceOrData).map((change) => change.before?.id));
    const scene = { byId, byName, freed };
    const reasons = parts.map((group) => group.changes.map((change) => reasonMoved(change, scene)));
    if (reasons.flat().every((reason) => reason === null)) unmoved.push(...parts);
    else conflicts.push(...parts.flatMap((group, part) => conflictsOf(group, reasons[part] ?? [])));
  }
  return { unmoved, conflicts };
}

function conflictsOf(group: ChangeGroup, reasons: readonly (string | null)[]): OperationOutcome[] {
  return group.changes.map((_change, index) => ({
    groupId: group.id,
    change: index,
    state: 'conflict',
    message: reasons[index] ?? 'it belongs to a change whose record moved',
  }));
}

interface Scene {
  readonly byId: ReadonlyMap<string, LiveRecord>;
  readonly byName: ReadonlyMap<string, readonly LiveRecord[]>;
  /** Records that this group itself deletes or moves away: their place may be taken. All parts of a cut group count. */
  readonly freed: ReadonlySet<string | undefined>;
}

function reasonMoved(change: Change, { byId, byName, freed }: Scene): string | null {
  if (change.before !== null) {
    const now = byId.get(change.before.id);
    if (now === undefined) return `${describeRecord(change.before.fields)} is gone since the plan was made`;
    const fields = changedFields(now.fields, change.before.fields);
    if (fields.length > 0) {
      return `${describeRecord(change.before.fields)} changed since the plan was made (${fields.join(', ')}); it is now ${describeRecord(now.fields)}`;
    }
  }
  if (change.after === null || !changesPlaceOrData(change)) return null;
  const { name, rdata } = change.after.fields;
  const key = recordKey(change.after.fields);
  // What stood beside a record before may stand beside it afterwards.
  const arrives = change.action === 'create' || change.fields.includes('name');
  for (const other of byName.get(name) ?? []) {
    if (freed.has(other.id)) continue;
    const what = describeRecord(other.fields);
    if (recordKey(other.fields) === key)
      return `${what} exists already: someone added it since the plan was made`;
    if (arrives && excludes(other.fields.rdata, rdata))
      return `${what} stands in the way: someone added it since the plan was made`;
  }
  return null;
}
