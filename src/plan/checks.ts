/**
 * What speaks against a plan, before the first write: records that break a rule of their type or of the zone's
 * Cloudflare plan, records that could not stand beside each other, a zone that would be too full.
 *
 * What Cloudflare holds already it has once accepted. So only what the plan itself brings is held against it: an
 * oddity that was there before stands in no one's way.
 */
import type { RecordId } from '../base/ids.ts';
import type { Problem, SourcePosition } from '../base/problem.ts';
import type { DomainName } from '../dns/name.ts';
import { type DesiredRecord, type RecordFields, typeOf } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import { validateRecord, validateRecordSet } from '../dns/validate.ts';
import type { ChangeGroup } from './change.ts';
import type { Draft } from './diff.ts';
import type { LiveZone } from './make-plan.ts';

/** Every record that would be written, against the rules of its type and the limits of the zone's plan. */
export function invalidRecords(drafts: readonly Draft[], { zoneName, limits }: LiveZone): Problem[] {
  return drafts.flatMap((draft) => {
    if (draft.action === 'delete') return [];
    const problems = validateRecord(desiredOf(draft), zoneName, limits);
    if (draft.action === 'create' || problems.length === 0) return problems;
    // A field that stays as it is, is not sent.
    const known = new Set(validateRecord(draft.before.fields, zoneName, limits).map(textOfProblem));
    return problems.filter((problem) => !known.has(textOfProblem(problem)));
  });
}

/**
 * Records that could not stand together afterwards, those that the plan does not manage included. `source` gives
 * the places of records that stay as they are.
 */
export function conflictsAfter(
  drafts: readonly Draft[],
  { zoneName, records }: LiveZone,
  source: readonly DesiredRecord[] = [],
): Problem[] {
  if (drafts.length === 0) return [];
  const names = new Set<DomainName>();
  const changedIds = new Set<RecordId>();
  for (const draft of drafts) {
    if (draft.action !== 'delete') names.add(draft.after.fields.name);
    if (draft.action === 'create') continue;
    names.add(draft.before.fields.name);
    changedIds.add(draft.before.id);
  }
  // Delegations elsewhere matter too: a name may lie below one.
  const before = records.filter(({ fields }) => names.has(fields.name) || fields.rdata.type === 'NS');
  const untouched = before.filter((record) => !changedIds.has(record.id)).map((record) => record.fields);
  const writes = drafts.filter((draft) => draft.action !== 'delete');
  // Without positions, so that the texts can be compared with those of the zone as it is.
  const bare = validateRecordSet([...untouched, ...writes.map(({ after }) => after.fields)], zoneName);
  if (bare.length === 0) return [];

  const positions = new Map(source.map((record) => [recordKey(record), record.position]));
  const placed = untouched.map((fields) => withPosition(fields, positions.get(recordKey(fields))));
  const problems = validateRecordSet([...placed, ...writes.map(desiredOf)], zoneName);
  const known = new Map<string, number>();
  const beforehand = before.map((record) => record.fields);
  for (const problem of validateRecordSet(beforehand, zoneName)) {
    const text = textOfProblem(problem);
    known.set(text, (known.get(text) ?? 0) + 1);
  }
  return problems.filter((problem, index) => {
    const text = textOfProblem(bare[index] ?? problem);
    const left = known.get(text) ?? 0;
    known.set(text, left - 1);
    return left <= 0;
  });
}

function desiredOf({ after, position }: Exclude<Draft, { action: 'delete' }>): DesiredRecord {
  return withPosition(after.fields, position);
}

function withPosition(fields: RecordFields, position: SourcePosition | undefined): DesiredRecord {
  return position === undefined ? fields : { ...fields, position };
}

function textOfProblem({ code, subject, message }: Problem): string {
  // A set that is too long by our count was not by Cloudflare's: its exact size is no matter.
  return code === 'rrset-too-long' ? `${code} ${subject}` : `${code} ${message}`;
}

/** A zone that would hold more records than Cloudflare allows. */
export function quotaProblems(drafts: readonly Draft[], live: LiveZone): Problem[] {
  const count = (action: Draft['action']): number => drafts.filter((draft) => draft.action === action).length;
  const growth = count('create') - count('delete');
  const after = live.records.length + growth;
  const quota = live.recordQuota ?? live.limits.recordsMax;
  if (growth <= 0 || after <= quota) return [];
  // Without the zone's own number the ordinary one may be wrong: an old or an enterprise zone holds more.
  const known = live.recordQuota !== null;
  if (!known && live.records.length > quota) return [];
  return [
    {
      code: 'record-quota-exceeded',
      severity: known ? 'error' : 'warning',
      message: `${live.zoneName} would hold ${after} records; ${known ? 'Cloudflare allows' : 'this Cloudflare plan ordinarily allows'} ${quota}`,
      next: 'Remove records, split the zone, or move it to a larger Cloudflare plan.',
      subject: live.zoneName,
    },
  ];
}

/** Groups that do not fit into one request. */
export function oversizedGroups(groups: readonly ChangeGroup[], operationsMax: number): Problem[] {
  return groups
    .filter((group) => group.changes.length > operationsMax)
    .map((group) => ({
      code: 'group-larger-than-batch',
      severity: 'warning' as const,
      message: `${group.reason} has ${group.changes.length} changes that belong together; one request takes ${operationsMax}, so they go out in several`,
      subject: group.id,
    }));
}

/** A draft of a record that cannot be written. */
export function readOnlyProblems(drafts: readonly Draft[]): Problem[] {
  return drafts.flatMap((draft) => {
    if (draft.action === 'create' || draft.before.readOnly === null) return [];
    const subject = `${draft.before.fields.name} ${typeOf(draft.before.fields.rdata)}`;
    return [
      {
        code: 'record-read-only',
        severity: 'error' as const,
        message: `${subject} cannot be changed: ${draft.before.readOnly}`,
        next: 'Change it where it was made.',
        subject,
        ...(draft.position === undefined ? {} : { position: draft.position }),
      },
    ];
  });
}
