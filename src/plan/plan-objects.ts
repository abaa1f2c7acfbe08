/** Objects in a plan: their changes, problems and guard rails, with the price of looking and of sending. */
import type { Problem } from '../base/problem.ts';
import { hashOf } from './hash.ts';
import type { ObjectChange } from './object-change.ts';
import { OBJECT_GROUP_PREFIX } from './object-change.ts';
import type { GuardFinding, ZonePlan } from './plan.ts';
import { BUDGET_CALLS, CALL_MS } from './price.ts';

/** A change before it has its place. */
export type ObjectDraft = Omit<ObjectChange, 'id'> & {
  /** Guard rails that it runs into. */
  readonly guards?: readonly Omit<GuardFinding, 'groupIds'>[];
};

export interface ObjectsPart {
  readonly drafts: readonly ObjectDraft[];
  readonly problems: readonly Problem[];
  /** Calls that looked at what is there. */
  readonly reads: number;
}

/** The plan with its objects; without any that were asked for, the plan as it is. */
export function withObjects(plan: ZonePlan, part: ObjectsPart): ZonePlan {
  if (part.drafts.length === 0 && part.problems.length === 0 && part.reads === 0) return plan;
  const objects = part.drafts.map(({ guards: _, ...change }, index) => ({
    ...change,
    id: `${OBJECT_GROUP_PREFIX}${index + 1}`,
  }));
  const own = part.drafts.flatMap(({ guards = [] }, index) =>
    guards.map((guard) => ({ ...guard, groupIds: [`${OBJECT_GROUP_PREFIX}${index + 1}`] })),
  );
  const { readAt, hash: _, ...rest } = plan;
  // Each kind is looked at once more before the first of it is sent.
  const reads = plan.price.reads + part.reads + new Set(objects.map(({ resource }) => resource)).size;
  const writes = plan.price.writes + objects.length;
  const calls = reads + writes;
  const content = {
    ...rest,
    ...(objects.length === 0 ? {} : { objects }),
    problems: [...plan.problems, ...part.problems],
    guards: [...plan.guards, ...own],
    risk: own.length > 0 ? ('high' as const) : plan.risk === 'none' ? ('medium' as const) : plan.risk,
    price: { reads, writes, budgetShare: calls / BUDGET_CALLS, estimatedMs: calls * CALL_MS },
  };
  return { ...content, readAt, hash: hashOf(content) };
}
