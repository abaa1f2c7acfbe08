/**
 * Which groups of a plan may still be applied? A group whose records are not as the plan saw them is refused;
 * the others go on. Cloudflare has no conditional write, so this is judged on a reading made just before.
 */
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { describeRecord, recordKey } from '../../dns/record-key.ts';
import type { Change, ChangeGroup } from '../../plan/change.ts';
import type { OperationOutcome } from './model.ts';

export interface MovedCheck {
  readonly unmoved: readonly ChangeGroup[];
  /** For every change of every group that moved, why. */
  readonly conflicts: readonly OperationOutcome[];
}

export function checkMoved(groups: readonly ChangeGroup[], live: readonly LiveRecord[]): MovedCheck {
  const byId = new Map<string, LiveRecord>(live.map((record) => [record.id, record]));
  const byData = new Map<string, LiveRecord>(live.map((record) => [recordKey(record.fields), record]));
  const unmoved: ChangeGroup[] = [];
  const conflicts: OperationOutcome[] = [];
  for (const group of groups) {
    const freed = new Set(group.changes.map((change) => change.before?.id));
    const reasons = group.changes.map((change) => reasonMoved(change, { byId, byData, freed }));
    if (reasons.every((reason) => reason === null)) {
      unmoved.push(group);
      continue;
    }
    group.changes.forEach((_change, index) => {
      conflicts.push({
        groupId: group.id,
        change: index,
        state: 'conflict',
        message: reasons[index] ?? 'it belongs to a change whose record moved',
      });
    });
  }
  return { unmoved, conflicts };
}

interface Scene {
  readonly byId: ReadonlyMap<string, LiveRecord>;
  readonly byData: ReadonlyMap<string, LiveRecord>;
  /** Records that this group itself deletes or changes: their data may be taken over. */
  readonly freed: ReadonlySet<string | undefined>;
}

function reasonMoved(change: Change, { byId, byData, freed }: Scene): string | null {
  if (change.before !== null) {
    const now = byId.get(change.before.id);
    if (now === undefined) return `${describeRecord(change.before.fields)} is gone since the plan was made`;
    const fields = changedFields(now.fields, change.before.fields);
    if (fields.length > 0) {
      return `${describeRecord(change.before.fields)} changed since the plan was made (${fields.join(', ')}); it is now ${describeRecord(now.fields)}`;
    }
  }
  if (change.after === null) return null;
  const holder = byData.get(recordKey(change.after.fields));
  if (holder === undefined || freed.has(holder.id)) return null;
  return `${describeRecord(holder.fields)} exists already: someone added it since the plan was made`;
}
