/**
 * A batch's answer against what was meant. Cloudflare returns every record in full; each is compared, so that a
 * value that was overridden on the way (a TTL, say) is told and not discovered later as drift.
 */
import type { RecordId } from '../../base/ids.ts';
import { changedFields } from '../../dns/changed-fields.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { describeRecord } from '../../dns/record-key.ts';
import type { PlacedChange } from '../../plan/batch.ts';
import type { Change } from '../../plan/change.ts';
import type { MirrorDelta } from '../zones/model.ts';
import type { OperationOutcome } from './model.ts';
import type { BatchAnswer } from './ports.ts';

/** An outcome for each change of the request, in its order. Answers come in the order of the request's lists. */
export function outcomesOfAnswer(changes: readonly PlacedChange[], answer: BatchAnswer): OperationOutcome[] {
  const patched = new Map<RecordId, LiveRecord>(answer.patches.map((record) => [record.id, record]));
  let posts = 0;
  return changes.map(({ change, groupId, index }): OperationOutcome => {
    const base = { groupId, change: index, state: 'applied' as const };
    if (change.action === 'delete') return { ...base, recordId: change.before.id };
    const record = change.action === 'update' ? patched.get(change.before.id) : answer.posts[posts++];
    if (record === undefined) {
      return {
        ...base,
        state: 'unknown',
        message: 'Cloudflare accepted the request but did not return this record',
      };
    }
    const message = differenceOf(change, record);
    return {
      ...base,
      recordId: record.id,
      received: record.received,
      ...(message === null ? {} : { message }),
    };
  });
}

/** What the answer shows otherwise than it was meant: a field that we sent, or one that someone else wrote. */
function differenceOf(change: Exclude<Change, { action: 'delete' }>, record: LiveRecord): string | null {
  const fields = changedFields(record.fields, change.after.fields);
  if (fields.length === 0) return null;
  const sent = fields.filter((field) => change.action === 'create' || change.fields.includes(field));
  const now = describeRecord(record.fields);
  if (sent.length > 0) return `Cloudflare stored it with another ${sent.join(', ')}: ${now}`;
  return `it shows another ${fields.join(', ')}, which was not sent: someone else changed it just before, or Cloudflare adjusted it: ${now}`;
}

/** What the mirror must take over from a request whose records are known. */
export function deltaOfAnswer(changes: readonly PlacedChange[], answer: BatchAnswer): MirrorDelta {
  const continues = changes.flatMap(({ change }) => (change.action === 'create' ? [change.continues] : []));
  return {
    put: [
      ...answer.patches.map((record) => ({ record })),
      ...answer.posts.map((record, index) => withHistory(record, continues[index])),
    ],
    gone: changes.flatMap(({ change }) => (change.action === 'delete' ? [change.before.id] : [])),
  };
}

/** The same from a reading, for the operations that it showed to have landed. */
export function deltaOfReading(
  changes: readonly PlacedChange[],
  outcomes: readonly OperationOutcome[],
  records: readonly LiveRecord[],
): MirrorDelta {
  const byId = new Map(records.map((record) => [record.id, record]));
  const put: MirrorDelta['put'][number][] = [];
  const gone: RecordId[] = [];
  changes.forEach(({ change }, index) => {
    const outcome = outcomes[index];
    if (outcome?.state !== 'applied') return;
    if (change.action === 'delete') gone.push(change.before.id);
    const record = outcome.recordId === undefined ? undefined : byId.get(outcome.recordId);
    if (record === undefined) return;
    put.push(withHistory(record, change.action === 'create' ? change.continues : undefined));
  });
  return { put, gone };
}

function withHistory(record: LiveRecord, continues: RecordId | undefined): MirrorDelta['put'][number] {
  return continues === undefined ? { record } : { record, continues };
}
