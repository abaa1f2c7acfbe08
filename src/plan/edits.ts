/**
 * Single edits: add a record, change one, remove one. Each says what it means for one record; what becomes of them
 * together (conflicts, groups, guard rails) is the plan's business, as with any other wish.
 */
import type { Problem } from '../base/problem.ts';
import { changedFields } from '../dns/changed-fields.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import { type DesiredRecord, isProxiableType, type RecordFields, typeOf } from '../dns/record.ts';
import { describeRecord, recordKey } from '../dns/record-key.ts';
import { completeFields, type Draft, overlay, updateDraft } from './diff.ts';
import { type PlanContext, planDrafts } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';

export type Edit =
  | { readonly kind: 'add'; readonly record: DesiredRecord }
  /** Sets the given fields; the others stay. Data of another type makes it a new record at the same place. */
  | { readonly kind: 'change'; readonly record: LiveRecord; readonly set: Partial<DesiredRecord> }
  | { readonly kind: 'remove'; readonly record: LiveRecord };

/** A plan of single edits in one zone. An edit that has nothing to do is told and left out. */
export function planEdits(
  context: PlanContext,
  wish: { readonly edits: readonly Edit[]; readonly problems?: readonly Problem[] },
): ZonePlan {
  const { drafts, problems } = draftEdits(wish.edits, context.live.records);
  return planDrafts(context, { drafts, problems: [...(wish.problems ?? []), ...problems] });
}

/** The drafts of the edits, and what is to be said of them one by one. */
export function draftEdits(
  edits: readonly Edit[],
  live: readonly LiveRecord[],
): { readonly drafts: readonly Draft[]; readonly problems: readonly Problem[] } {
  const twice = editedTwice(edits);
  if (twice.length > 0) return { drafts: [], problems: twice };
  const edited = new Set(edits.flatMap((edit) => (edit.kind === 'add' ? [] : [edit.record.id])));
  const names = new Set(edits.map((edit) => nameAfter(edit)));
  const staying = live.filter((record) => names.has(record.fields.name) && !edited.has(record.id));
  // What stands at the names, or will: by data, with the fields it will have.
  const places = new Map<string, RecordFields>(
    staying.map((record) => [recordKey(record.fields), record.fields]),
  );
  const drafts: Draft[] = [];
  const problems: Problem[] = [];
  for (const edit of edits) {
    const step =
      edit.kind === 'remove'
        ? { drafts: [draftRemoval(edit.record)], problems: [] }
        : draftEdit(edit, places);
    drafts.push(...step.drafts);
    problems.push(...step.problems);
  }
  return { drafts, problems };
}

interface Step {
  readonly drafts: readonly Draft[];
  readonly problems: readonly Problem[];
}

function draftRemoval(before: LiveRecord): Draft {
  return { action: 'delete', before };
}

function draftEdit(edit: Exclude<Edit, { kind: 'remove' }>, places: Map<string, RecordFields>): Step {
  const fields = fieldsAfter(edit);
  const holder = places.get(recordKey(fields));
  if (holder !== undefined) {
    return edit.kind === 'add' ? existsAlready(edit.record, holder) : mergeInto(edit.record, holder);
  }
  places.set(recordKey(fields), fields);
  if (edit.kind === 'add') {
    const position = edit.record.position === undefined ? {} : { position: edit.record.position };
    return { drafts: [{ action: 'create', after: { fields, received: null }, ...position }], problems: [] };
  }
  const { record } = edit;
  const after = { fields, received: null };
  if (typeOf(fields.rdata) !== typeOf(record.fields.rdata)) {
    const create: Draft = { action: 'create', after, continues: record.id };
    return { drafts: [draftRemoval(record), create], problems: [] };
  }
  const update = updateDraft(record, { after });
  if (update !== null) return { drafts: [update], problems: [] };
  return { drafts: [], problems: [told('nothing-to-change', record.fields, 'is as you want it already')] };
}

function nameAfter(edit: Edit): string {
  if (edit.kind === 'add') return edit.record.name;
  return edit.kind === 'change' ? (edit.set.name ?? edit.record.fields.name) : edit.record.fields.name;
}

function fieldsAfter(edit: Exclude<Edit, { kind: 'remove' }>): RecordFields {
  if (edit.kind === 'add') return completeFields(edit.record);
  const { record, set } = edit;
  const { name, rdata } = record.fields;
  const fields = overlay(record.fields, { name, rdata, ...set });
  if (isProxiableType(typeOf(fields.rdata)) || typeOf(fields.rdata) === typeOf(rdata)) return fields;
  // Of another type, it keeps what that type can have.
  return { ...fields, proxied: set.proxied ?? false, settings: set.settings ?? [] };
}

function existsAlready(wanted: DesiredRecord, holder: RecordFields): Step {
  const fields = changedFields(holder, wanted);
  if (fields.length === 0) return { drafts: [], problems: [told('record-exists', holder, 'exists already')] };
  return {
    drafts: [],
    problems: [
      {
        ...told('record-exists', holder, `exists already, with another ${fields.join(', ')}`),
        severity: 'error',
        next: 'Change the record that is there instead of adding it.',
      },
    ],
  };
}

/** The record would become one that is there: so it goes, and the other stays. */
function mergeInto(record: LiveRecord, holder: RecordFields): Step {
  const what = `exists already, so ${describeRecord(record.fields)} is removed instead of changed`;
  return { drafts: [draftRemoval(record)], problems: [told('record-merged', holder, what)] };
}

function told(code: string, fields: RecordFields, what: string): Problem {
  const subject = `${fields.name} ${typeOf(fields.rdata)}`;
  return { code, severity: 'warning', message: `${describeRecord(fields)} ${what}`, subject };
}

function editedTwice(edits: readonly Edit[]): Problem[] {
  const seen = new Set<string>();
  return edits.flatMap((edit): Problem[] => {
    if (edit.kind === 'add') return [];
    const { id, fields } = edit.record;
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const problem = told('record-edited-twice', fields, 'is edited twice');
    return [{ ...problem, severity: 'error', next: 'Give all its new values in one edit.' }];
  });
}
