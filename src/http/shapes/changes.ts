/** Plans and change sets as they go out. */
import { z } from '@hono/zod-openapi';
import {
  type ChangeDetails,
  type ChangeSet,
  changeCount,
  type DomainName,
  formatRdata,
  type Planned,
  planToJson,
  typeOf,
  type ZonePlan,
} from '../../app/re-exports.ts';
import {
  count,
  inputProblem,
  isoTime,
  loose,
  maybeTime,
  orNull,
  page,
  texts,
  time,
  type View,
} from './common.ts';
import { plannedRecordShape, recordView } from './records.ts';

const guard = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    override: z.string().openapi({ description: 'The word for `allow` that lifts it' }),
    irreversible: z.boolean(),
    groupIds: texts,
  })
  .openapi('Guard');

const mention = z
  .strictObject({ name: z.string(), type: z.string(), content: z.string(), why: z.string() })
  .openapi('RecordLeftAlone');

const recordChange = z
  .strictObject({
    action: z.enum(['create', 'update', 'delete']),
    recordId: z.string().nullable(),
    before: orNull(plannedRecordShape),
    after: orNull(plannedRecordShape),
    fields: texts,
  })
  .openapi('RecordChange');

const changeGroup = z
  .strictObject({ id: z.string(), reason: z.string(), changes: z.array(recordChange) })
  .openapi('ChangeGroup');

export const recordCheckShape: z.ZodType = z
  .strictObject({ problems: z.array(inputProblem) })
  .openapi('RecordCheck');

const zonePlanShape = {
  version: z.literal(1),
  zone: z.strictObject({ id: z.string(), name: z.string(), accountId: z.string() }).openapi('PlanZone'),
  source: z.string(),
  readAt: time,
  hash: z.string().openapi({ description: 'What an approval, and `expect`, bind to' }),
  applicable: z.boolean(),
  risk: z.enum(['none', 'low', 'medium', 'high']),
  counts: z.strictObject({ create: count, update: count, delete: count }).openapi('ChangeCounts'),
  price: z
    .strictObject({ reads: count, writes: count, budgetShare: z.number(), estimatedMs: z.number() })
    .openapi('PlanPrice'),
  groups: z.array(changeGroup),
  guards: z.array(guard),
  problems: z.array(inputProblem),
  inventory: z
    .strictObject({
      live: orNull(count, 'Of the whole zone; null for a key that reaches some names only'),
      managed: orNull(count),
      ignored: z.array(mention),
      readOnly: z.array(mention),
    })
    .openapi('PlanInventory'),
  omitted: z.array(loose),
};

// Loose: members are only ever added within a `version` of the plan's JSON.
const zonePlan = z.looseObject(zonePlanShape).openapi('ZonePlan');

export const planShape: z.ZodType = z
  .strictObject({
    connectionId: z.string(),
    summary: z.string(),
    plans: z.array(zonePlan),
    conflicts: z
      .array(loose)
      .openapi({ description: 'Records that an undo leaves alone, as before, after and now' }),
    settingConflicts: z
      .array(loose)
      .openapi({ description: 'The same of settings: what one was before, what it became, what it is now' }),
  })
  .openapi('Plan');

const changeSetFields = {
  id: z.string(),
  connectionId: z.string(),
  summary: z.string(),
  status: z.enum([
    'planned',
    'approved',
    'applying',
    'applied',
    'partly-applied',
    'failed',
    'interrupted',
    'cancelled',
    'unknown',
  ]),
  zones: z.array(
    z
      .strictObject({ id: z.string(), name: z.string(), hash: z.string(), changes: count })
      .openapi('ZoneChanges'),
  ),
  allowed: texts,
  author: z.string(),
  approval: z.strictObject({
    required: z.boolean(),
    grant: z.strictObject({ by: z.string(), at: time, expiresAt: time }).nullable(),
  }),
  createdAt: time,
  finishedAt: maybeTime,
  undoes: z.string().nullable(),
  undoesInPart: z.boolean().openapi({ description: 'It takes only some of that one back' }),
  undoneBy: z.string().nullable(),
  undoneInPart: z.boolean().openapi({ description: 'Something of it is still there to be taken back' }),
};

export const changeSetShape: z.ZodType = z.strictObject(changeSetFields).openapi('ChangeSet');
export const changeSetPageShape: z.ZodType = page(changeSetShape, 'ChangeSetPage');
export const planFileShape: z.ZodType = loose.openapi('PlanFile', {
  description: 'A plan to keep; give it back as `planFile`',
});

const outcome = z.strictObject({
  groupId: z.string(),
  change: count,
  state: z.enum(['applied', 'refused', 'not-applied', 'conflict', 'unknown']),
  recordId: z.string().optional(),
  message: z.string().optional(),
});

export const changeSetDetailsShape: z.ZodType = z
  .strictObject({
    ...changeSetFields,
    plans: z.array(z.looseObject({ ...zonePlanShape, outcomes: z.array(outcome) })),
  })
  .openapi('ChangeSetDetails');

/** Which names the caller reaches, for each zone; null: all. */
type NamesReached = ((zone: DomainName) => (name: DomainName) => boolean) | null;

/** To who reaches some names only, a plan neither counts nor names the others that it leaves alone. */
function planView(plan: ZonePlan, reached: NamesReached): View {
  const shown = planToJson(plan);
  if (reached === null) return { ...shown };
  const reaches = reached(plan.zoneName);
  const { ignored, readOnly } = plan.inventory;
  const inventory = {
    live: null,
    managed: null,
    ignored: ignored.filter(({ name }) => reaches(name)),
    readOnly: readOnly.filter(({ name }) => reaches(name)),
  };
  return { ...shown, inventory };
}

export function plannedView(planned: Planned, reached: NamesReached): View {
  return {
    connectionId: planned.connection.id,
    summary: planned.summary,
    plans: planned.zones.map(({ plan }) => planView(plan, reached)),
    conflicts: planned.conflicts.map(({ groupId, change, before, after, now }) => ({
      groupId,
      change,
      before: before === null ? null : recordView(before),
      after:
        after === null
          ? null
          : { name: after.name, type: typeOf(after.rdata), content: formatRdata(after.rdata) },
      now: now === null ? null : recordView(now),
    })),
    settingConflicts: (planned.settingConflicts ?? []).map((conflict) => ({ ...conflict })),
  };
}

export function changeSetView(changeSet: ChangeSet): View {
  const { id, connectionId, summary, status, plans, allowed, author, approval } = changeSet;
  const { undoes, undoesInPart, undoneBy, undoneInPart } = changeSet;
  const { grant, required } = approval;
  return {
    id,
    connectionId,
    summary,
    status,
    zones: plans.map((plan) => ({
      id: plan.zoneId,
      name: plan.zoneName,
      hash: plan.hash,
      changes: changeCount(plan),
    })),
    allowed,
    author,
    approval: {
      required,
      grant:
        grant === null ? null : { by: grant.by, at: isoTime(grant.at), expiresAt: isoTime(grant.expiresAt) },
    },
    createdAt: isoTime(changeSet.createdAt),
    finishedAt: isoTime(changeSet.finishedAt),
    undoes,
    undoesInPart,
    undoneBy,
    undoneInPart,
  };
}

export function changeDetailsView({ changeSet, outcomes }: ChangeDetails, reached: NamesReached): View {
  return {
    ...changeSetView(changeSet),
    plans: changeSet.plans.map((plan) => ({
      ...planView(plan, reached),
      outcomes: (outcomes.get(plan.zoneId) ?? []).map(({ groupId, change, state, recordId, message }) => ({
        groupId,
        change,
        state,
        recordId,
        message,
      })),
    })),
  };
}
