/** From plans to a change set: the last look before anything becomes durable. */
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { type ChangeSetId, type ConnectionId, newId, type TenantId } from '../../base/ids.ts';
import { hasErrors, InvalidInputError } from '../../base/problem.ts';
import type { GuardFinding, ZonePlan } from '../../plan/plan.ts';
import { changeCount, changesAnything } from '../../plan/summarize-plans.ts';
import type { Principal } from '../audit/model.ts';
import type { ChangeSet } from './model.ts';
import type { ChangeJournal } from './ports.ts';

export interface NewChangeSet {
  /** Where something else names it already. */
  readonly id?: ChangeSetId;
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly summary: string;
  readonly plans: readonly ZonePlan[];
  /** Words of the guard rails that the author lifts: `deletions`, `wildcard`, … */
  readonly allow: readonly string[];
  readonly author: Principal;
  /** Someone else must approve it before it is applied. */
  readonly approvalRequired: boolean;
  /** The change set that this one takes back. */
  readonly undoes?: ChangeSetId;
  /** Only some of it. */
  readonly undoesInPart?: boolean;
}

/**
 * Stores the plans as a change set in state `planned`, with its audit event. Throws `InvalidInputError` when a
 * plan has errors, and `conflict`: code `guard-rail` when a guard rail holds that is not lifted, `nothing-to-change`
 * when no plan changes anything.
 */
export async function createChangeSet(
  ports: { readonly journal: ChangeJournal; readonly clock: Clock; readonly random: Random },
  input: NewChangeSet,
): Promise<ChangeSet> {
  refuseErrors(input.plans);
  refuseGuarded(input.plans, input.allow);
  const plans = input.plans.filter(changesAnything);
  if (plans.length === 0) throw nothingToChange();
  const at = ports.clock.now();
  const changeSet: ChangeSet = {
    id: input.id ?? newId<ChangeSetId>('chg', ports),
    tenantId: input.tenantId,
    connectionId: input.connectionId,
    summary: input.summary,
    status: 'planned',
    plans,
    allowed: input.allow,
    author: input.author,
    approval: { required: input.approvalRequired, grant: null },
    createdAt: at,
    finishedAt: null,
    undoes: input.undoes ?? null,
    undoesInPart: input.undoesInPart ?? false,
    undoneBy: null,
    undoneInPart: false,
  };
  await ports.journal.create(changeSet, [
    {
      kind: 'change-set.planned',
      at,
      principal: input.author,
      connectionId: input.connectionId,
      changeSetId: changeSet.id,
      summary: input.summary,
      payload: {
        plans: changeSet.plans.map((plan) => ({
          zoneId: plan.zoneId,
          zone: plan.zoneName,
          source: plan.source,
          hash: plan.hash,
          changes: changeCount(plan),
        })),
        allowed: [...input.allow],
        undoes: input.undoes ?? null,
        ...(input.undoesInPart === true ? { undoesInPart: true } : {}),
      },
    },
  ]);
  return changeSet;
}

function nothingToChange(): ZonewardError {
  return new ZonewardError('There is nothing to change, so there is nothing to store', {
    code: 'nothing-to-change',
    kind: 'conflict',
    next: ['The zone is as it should be.'],
  });
}

function refuseErrors(plans: readonly ZonePlan[]): void {
  const problems = plans.flatMap((plan) => plan.problems);
  if (!hasErrors(problems)) return;
  throw new InvalidInputError(
    'The plan has errors; nothing was written.',
    problems.filter((problem) => problem.severity === 'error'),
  );
}

/** The guard rails of these plans that `allow` does not lift. */
export function heldGuards(plans: readonly ZonePlan[], allow: readonly string[]): GuardFinding[] {
  return plans.flatMap((plan) => plan.guards).filter((guard) => !allow.includes(guard.override));
}

function refuseGuarded(plans: readonly ZonePlan[], allow: readonly string[]): void {
  const held = heldGuards(plans, allow);
  if (held.length === 0) return;
  const words = [...new Set(held.map((guard) => guard.override))];
  throw new ZonewardError(
    ['A guard rail holds; nothing was written.', ...held.map((guard) => `  ${guard.message}`)].join('\n'),
    {
      code: 'guard-rail',
      kind: 'conflict',
      next: [`If that is what you want, add: ${words.map((word) => `--allow ${word}`).join(' ')}`],
      details: { guards: held },
    },
  );
}
