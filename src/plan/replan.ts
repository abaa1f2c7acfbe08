/**
 * A plan made earlier, held against the zone as it is now. The changes stay those that were reviewed; everything
 * that judges them is made anew, so that a plan file cannot bring its own judgement: groups, requests, problems,
 * guard rails, risk and price.
 */
import type { Problem } from '../base/problem.ts';
import { changedFields } from '../dns/changed-fields.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { Change } from './change.ts';
import { conflictsAfter } from './checks.ts';
import type { Draft } from './diff.ts';
import { hashOf } from './hash.ts';
import { type PlanContext, planDrafts } from './make-plan.ts';
import type { GuardFinding, ZonePlan } from './plan.ts';

/**
 * The saved plan again, for `context.live`. A record that is still as the plan saw it is taken from the live zone,
 * with all that Cloudflare says of it; one that moved stays as it was seen, and applying refuses its group. So does
 * it with what came in the way since: here that is only a warning, for the other groups may go on. Guard rails that
 * held when the plan was made hold on. The source, the inventory and what was left out stay those of the plan.
 */
export function replan(context: PlanContext, saved: ZonePlan): ZonePlan {
  const byId = new Map<string, LiveRecord>(context.live.records.map((record) => [record.id, record]));
  const drafts = saved.groups
    .flatMap((group) => group.changes)
    .map((change) => draftOf(change, change.before === null ? undefined : byId.get(change.before.id)));
  const fresh = planDrafts(
    { ...context, source: saved.source },
    { drafts, problems: zoneProblems(context, saved) },
  );
  const conflicts = new Set(conflictsAfter(drafts, context.live).map(keyOfProblem));
  const problems = fresh.problems.map((problem): Problem => {
    return conflicts.has(keyOfProblem(problem)) ? { ...problem, severity: 'warning' } : problem;
  });
  const told = new Set(problems.map(keyOfProblem));
  const held = heldSince(saved, fresh);
  const {
    hash: _,
    readAt,
    ...content
  } = {
    ...fresh,
    problems: [...saved.problems.filter((problem) => !told.has(keyOfProblem(problem))), ...problems],
    guards: [...fresh.guards, ...held],
    risk: held.length > 0 && fresh.risk !== 'none' ? ('high' as const) : fresh.risk,
    inventory: saved.inventory,
    omitted: saved.omitted,
  };
  return { ...content, readAt, hash: hashOf(content) };
}

/** The change as a wish; `now` is its record in the live zone. */
function draftOf(change: Change, now: LiveRecord | undefined): Draft {
  const position = change.position === undefined ? {} : { position: change.position };
  if (change.action === 'create') {
    const continues = change.continues === undefined ? {} : { continues: change.continues };
    return { action: 'create', after: change.after, ...continues, ...position };
  }
  const same = now !== undefined && changedFields(now.fields, change.before.fields).length === 0;
  const before = same ? now : change.before;
  if (change.action === 'delete') return { action: 'delete', before, ...position };
  return { action: 'update', before, after: change.after, fields: change.fields, ...position };
}

function keyOfProblem({ code, message }: Problem): string {
  return `${code} ${message}`;
}

function zoneProblems({ live }: PlanContext, saved: ZonePlan): Problem[] {
  if (live.zoneId === saved.zoneId && live.zoneName === saved.zoneName) return [];
  return [
    {
      code: 'plan-file-other-zone',
      severity: 'error',
      message: `the plan is for zone ${saved.zoneName} (${saved.zoneId}), not for ${live.zoneName} (${live.zoneId})`,
      next: 'Make the plan again.',
    },
  ];
}

/** Groups may have been cut anew since, so an old finding speaks of all of them. */
function heldSince(saved: ZonePlan, fresh: ZonePlan): GuardFinding[] {
  const known = new Set(fresh.guards.map((guard) => `${guard.code} ${guard.message}`));
  const groupIds = fresh.groups.map((group) => group.id);
  return saved.guards
    .filter((guard) => !known.has(`${guard.code} ${guard.message}`))
    .map((guard) => ({ ...guard, groupIds }));
}
