/**
 * From a zone as it is and a wish, to a plan. Three kinds of wish share all that follows the diff: a desired
 * zone (`planZone`), single edits (`planEdits`), an earlier state (`planDrafts`, used by undo).
 *
 * Deterministic and without I/O: the same input gives the same plan, byte for byte.
 */
import type { AccountId, ZoneId } from '../base/ids.ts';
import { hasErrors, type Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DomainName } from '../dns/name.ts';
import type { PlanLimits } from '../dns/plan-limits.ts';
import type { DesiredRecord, DesiredZone, OmittedRecord } from '../dns/record.ts';
import { typeOf } from '../dns/record.ts';
import { validateRecord, validateRecordSet } from '../dns/validate.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { cutBatches, splitOversized } from './batch.ts';
import type { Change, ChangeGroup, RecordEncoder } from './change.ts';
import { asDesired, type Draft, diffRecords } from './diff.ts';
import { groupChanges, nameOf } from './group.ts';
import { type GuardPolicy, guardFindings } from './guard.ts';
import { hashOf } from './hash.ts';
import type { GuardFinding, PlanInventory, Risk, ZonePlan } from './plan.ts';
import { priceOf } from './price.ts';
import { applyScope, mention, type Scope } from './scope.ts';
import { orderUpdates } from './swap.ts';

/** The zone as it is, and what is known of it. */
export interface LiveZone {
  readonly zoneId: ZoneId;
  readonly zoneName: DomainName;
  readonly accountId: AccountId;
  readonly limits: PlanLimits;
  /** Records that Cloudflare allows in the zone, where it told; else the plan's ordinary quota is only a warning. */
  readonly recordQuota: number | null;
  readonly records: readonly LiveRecord[];
  /** Milliseconds. */
  readonly readAt: number;
}

export interface PlanContext {
  readonly live: LiveZone;
  /** Where the wish came from, for people. */
  readonly source: string;
  readonly policy: GuardPolicy;
  readonly encoder: RecordEncoder;
}

/** A plan that makes the zone hold what `desired` says, within `scope`. An empty source deletes nothing. */
export function planZone(
  context: PlanContext,
  wish: {
    readonly desired: DesiredZone;
    readonly scope: Scope;
    readonly ignore: readonly IgnoreRule[];
    /** Problems found while reading the source; they become the plan's. */
    readonly problems: readonly Problem[];
  },
): ZonePlan {
  const { live } = context;
  const heaps = applyScope({
    zone: live.zoneName,
    live: live.records,
    ...wish,
    desired: wish.desired.records,
  });
  const empty = wish.desired.records.length === 0;
  const drafts = empty ? [] : diffRecords(heaps.managed, heaps.desired);
  const duplicates = validateRecordSet(wish.desired.records, live.zoneName);
  return finish(context, {
    drafts,
    inventory: {
      live: live.records.length,
      managed: heaps.managed.length,
      ignored: heaps.ignored,
      readOnly: heaps.readOnly,
    },
    omitted: wish.desired.omitted,
    problems: [...wish.problems, ...heaps.problems, ...duplicates],
  });
}

/** A plan from drafts that someone else made: single edits, an undo. Everything live counts as managed. */
export function planDrafts(
  context: PlanContext,
  wish: { readonly drafts: readonly Draft[]; readonly problems: readonly Problem[] },
): ZonePlan {
  const { records } = context.live;
  const readOnly = records.flatMap((record) =>
    record.readOnly === null ? [] : [mention(record, record.readOnly)],
  );
  const refused = wish.drafts.flatMap((draft) =>
    draft.action !== 'create' && draft.before.readOnly !== null ? [readOnlyProblem(draft.before)] : [],
  );
  return finish(context, {
    drafts: wish.drafts,
    inventory: { live: records.length, managed: records.length - readOnly.length, ignored: [], readOnly },
    omitted: [],
    problems: [...wish.problems, ...refused],
  });
}

function finish(
  context: PlanContext,
  parts: {
    readonly drafts: readonly Draft[];
    readonly inventory: PlanInventory;
    readonly omitted: readonly OmittedRecord[];
    readonly problems: readonly Problem[];
  },
): ZonePlan {
  const { live, policy, encoder } = context;
  const invalid = validateDrafts(parts.drafts, live);
  const drafts = orderUpdates(parts.drafts);
  // A record that is not valid may have no body; then the plan shows its problems and no changes.
  const changes = hasErrors([...parts.problems, ...invalid])
    ? []
    : drafts.map((draft) => encode(draft, encoder));
  const { batchOperationsMax } = live.limits;
  const whole = groupChanges(changes);
  const groups = splitOversized(whole, batchOperationsMax);
  const problems = [
    ...parts.problems,
    ...invalid,
    ...conflictsAfter(groups, live),
    ...quotaProblems(changes, live),
    ...oversizedGroups(whole, batchOperationsMax),
  ];
  const guards = guardFindings({
    zone: live.zoneName,
    groups,
    live: live.records,
    managedCount: parts.inventory.managed,
    policy,
  });
  const batches = cutBatches(groups, batchOperationsMax);
  const content = {
    version: 1 as const,
    zoneId: live.zoneId,
    zoneName: live.zoneName,
    accountId: live.accountId,
    source: context.source,
    groups,
    batches,
    problems: uniqueProblems(problems),
    guards,
    inventory: parts.inventory,
    omitted: parts.omitted,
    risk: riskOf(changes, guards),
    price: priceOf({ liveRecords: live.records.length, batches: batches.length }),
  };
  return { ...content, readAt: live.readAt, hash: hashOf(content) };
}

function encode(draft: Draft, encoder: RecordEncoder): Change {
  const position = draft.position === undefined ? {} : { position: draft.position };
  switch (draft.action) {
    case 'create':
      return {
        resource: 'record',
        action: 'create',
        before: null,
        after: draft.after,
        body: encoder.create(draft.after),
        ...(draft.continues === undefined ? {} : { continues: draft.continues }),
        ...position,
      };
    case 'update':
      return {
        resource: 'record',
        action: 'update',
        before: draft.before,
        after: draft.after,
        fields: draft.fields,
        body: encoder.patch(draft.after, draft.fields),
        ...position,
      };
    case 'delete':
      return { resource: 'record', action: 'delete', before: draft.before, after: null, ...position };
    default:
      return draft satisfies never;
  }
}

/** Every record that would be written, against the rules of its type and the limits of the zone's plan. */
function validateDrafts(drafts: readonly Draft[], live: LiveZone): Problem[] {
  return drafts.flatMap((draft) => {
    if (draft.action === 'delete') return [];
    const record: DesiredRecord = {
      ...asDesired(draft.after.fields),
      ...(draft.position === undefined ? {} : { position: draft.position }),
    };
    return validateRecord(record, live.zoneName, live.limits);
  });
}

/** What stands at each touched name afterwards must be able to stand together, unmanaged records included. */
function conflictsAfter(groups: readonly ChangeGroup[], live: LiveZone): Problem[] {
  const changes = groups.flatMap((group) => group.changes);
  if (changes.length === 0) return [];
  const touchedNames = new Set(changes.map(nameOf));
  const touchedIds = new Set(changes.map((change) => change.before?.id));
  const after: DesiredRecord[] = [];
  for (const record of live.records) {
    if (touchedIds.has(record.id) || !touchedNames.has(record.fields.name)) continue;
    after.push(asDesired(record.fields));
  }
  for (const change of changes) {
    if (change.after === null) continue;
    after.push({
      ...asDesired(change.after.fields),
      ...(change.position === undefined ? {} : { position: change.position }),
    });
  }
  return validateRecordSet(after, live.zoneName);
}

function quotaProblems(changes: readonly Change[], live: LiveZone): Problem[] {
  const created = changes.filter((change) => change.action === 'create').length;
  const deleted = changes.filter((change) => change.action === 'delete').length;
  const after = live.records.length + created - deleted;
  const quota = live.recordQuota ?? live.limits.recordsMax;
  if (created <= deleted || after <= quota) return [];
  return [
    {
      code: 'record-quota-exceeded',
      // Without the zone's own number this may be wrong: an old or an enterprise zone holds more.
      severity: live.recordQuota === null ? 'warning' : 'error',
      message: `${live.zoneName} would hold ${after} records; Cloudflare allows ${quota}`,
      next: 'Remove records, split the zone, or move it to a larger Cloudflare plan.',
      subject: live.zoneName,
    },
  ];
}

function oversizedGroups(groups: readonly ChangeGroup[], operationsMax: number): Problem[] {
  return groups
    .filter((group) => group.changes.length > operationsMax)
    .map((group) => ({
      code: 'group-larger-than-batch',
      severity: 'warning' as const,
      message: `${group.reason} has ${group.changes.length} changes that belong together; one request takes ${operationsMax}, so they go out in several`,
      subject: group.id,
    }));
}

function readOnlyProblem(record: LiveRecord): Problem {
  const subject = `${record.fields.name} ${typeOf(record.fields.rdata)}`;
  return {
    code: 'record-read-only',
    severity: 'error',
    message: `${subject} cannot be changed: ${record.readOnly}`,
    next: 'Change it where it was made.',
    subject,
  };
}

/** The same problem can show up among the source's records and again in the state afterwards. */
function uniqueProblems(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function riskOf(changes: readonly Change[], guards: readonly GuardFinding[]): Risk {
  if (changes.length === 0) return 'none';
  if (guards.length > 0) return 'high';
  return changes.some(endsAnAnswer) ? 'medium' : 'low';
}

/** A deletion, or data that changes: someone may have relied on the old answer. */
function endsAnAnswer(change: Change): boolean {
  return change.action === 'delete' || (change.action === 'update' && change.fields.includes('rdata'));
}
