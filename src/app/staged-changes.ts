/**
 * Changes that someone has staged one by one (in a dashboard, say) and wants as one plan: new records, records with
 * new values, records that go. What is wrong with one is told with its place, and the others are still looked at.
 */
import { InvalidInputError, type Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import { PLAN_LIMITS } from '../dns/plan-limits.ts';
import { validateRecord } from '../dns/validate.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Draft } from '../plan/diff.ts';
import { draftEdits, type Edit } from '../plan/edits.ts';
import { editOf, type RecordSet, type RecordText, readRecordText, recordsAt } from './edit-records.ts';

export type StagedChange =
  | { readonly kind: 'add'; readonly record: RecordText }
  /** Cloudflare's id, and what is to be set; the rest stays. */
  | { readonly kind: 'edit'; readonly id: string; readonly set: RecordSet }
  | { readonly kind: 'remove'; readonly id: string };

/**
 * The drafts of all changes. A record that is gone, or a value that cannot be, is a problem at `changes[n]`.
 * @param names patterns of the names whose records can be meant; any other is gone. Absent: all.
 */
export function draftStaged(
  changes: readonly StagedChange[],
  { live, names }: { readonly live: readonly LiveRecord[]; readonly names?: readonly string[] | undefined },
  zone: DomainName,
): { readonly drafts: readonly Draft[]; readonly problems: readonly Problem[] } {
  const byId = new Map(recordsAt(live, names, zone).map((record) => [record.id as string, record]));
  const edits: Edit[] = [];
  const problems: Problem[] = [];
  for (const [index, change] of changes.entries()) {
    try {
      const edit = stagedEdit(change, byId, zone);
      if (edit === null) problems.push(gone(index));
      else edits.push(edit);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems.map((problem) => ({ ...problem, subject: `changes[${index}]` })));
    }
  }
  const drafted = draftEdits(edits, live);
  return { drafts: drafted.drafts, problems: [...problems, ...drafted.problems] };
}

function stagedEdit(
  change: StagedChange,
  byId: ReadonlyMap<string, LiveRecord>,
  zone: DomainName,
): Edit | null {
  if (change.kind === 'add') return { kind: 'add', record: readRecordText(change.record, zone) };
  const record = byId.get(change.id);
  if (record === undefined) return null;
  return editOf(record, change.kind === 'remove' ? 'remove' : change.set, zone);
}

function gone(index: number): Problem {
  return {
    code: 'record-gone',
    severity: 'error',
    message: 'The record that this changes is no longer there: someone removed or replaced it.',
    next: 'Take this change back, or add the record anew.',
    subject: `changes[${index}]`,
  };
}

/** What is wrong with one record by itself, as far as can be said without asking Cloudflare; empty when nothing is. */
export function checkRecordText(text: RecordText, { facts }: Zone): readonly Problem[] {
  try {
    const record = readRecordText(text, facts.name);
    return validateRecord(record, facts.name, PLAN_LIMITS[facts.planTier ?? 'free']);
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}
