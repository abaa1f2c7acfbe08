/**
 * What lies between two states of a zone, record by record. Records are matched by their lineage, so one that was
 * deleted and restored under a new id is the same record.
 */
import type { LineageId } from '../../base/ids.ts';
import { changedFields, type FieldName } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { compareNames } from '../../dns/name.ts';
import { typeOf } from '../../dns/record.ts';
import type { MirrorRecord } from './model.ts';

export type RecordDifference =
  | {
      readonly kind: 'created';
      readonly lineageId: LineageId;
      readonly before: null;
      readonly after: LiveRecord;
    }
  | {
      readonly kind: 'deleted';
      readonly lineageId: LineageId;
      readonly before: LiveRecord;
      readonly after: null;
    }
  | {
      readonly kind: 'updated';
      readonly lineageId: LineageId;
      readonly before: LiveRecord;
      readonly after: LiveRecord;
      /** The writable fields that differ. Empty: only what nobody can write, or the id of a restored record. */
      readonly fields: readonly FieldName[];
    };

/**
 * The differences, in the order of names, then types. Both sides may leave out records that do not differ. A
 * record that stands on both sides is an update, also when it looks the same.
 */
export function diffRecords(
  before: Iterable<MirrorRecord>,
  after: Iterable<MirrorRecord>,
): readonly RecordDifference[] {
  const earlier = new Map<LineageId, LiveRecord>();
  for (const { lineageId, record } of before) earlier.set(lineageId, record);
  const differences: RecordDifference[] = [];
  for (const { lineageId, record } of after) {
    const was = earlier.get(lineageId);
    earlier.delete(lineageId);
    if (was === undefined) {
      differences.push({ kind: 'created', lineageId, before: null, after: record });
    } else {
      const fields = changedFields(was.fields, record.fields);
      differences.push({ kind: 'updated', lineageId, before: was, after: record, fields });
    }
  }
  for (const [lineageId, record] of earlier) {
    differences.push({ kind: 'deleted', lineageId, before: record, after: null });
  }
  return differences.sort((a, b) => compareRecords(a.after ?? a.before, b.after ?? b.before));
}

/** By name as the tree has it, then type, then id. */
export function compareRecords(a: LiveRecord, b: LiveRecord): number {
  const byName = compareNames(a.fields.name, b.fields.name);
  if (byName !== 0) return byName;
  const left = `${typeOf(a.fields.rdata)} ${a.id}`;
  const right = `${typeOf(b.fields.rdata)} ${b.id}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
