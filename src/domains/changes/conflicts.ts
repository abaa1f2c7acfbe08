/** Groups that are refused before they are sent, because their records moved since the plan. */
import { ZonewardError } from '../../base/errors.ts';
import { toUnicode } from '../../dns/name.ts';
import { plural } from '../../plan/change-text.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { ApplyOptions, ApplyPorts } from './apply.ts';
import type { ChangeSet, OperationOutcome } from './model.ts';

export async function recordConflicts(
  ports: ApplyPorts,
  of: { readonly changeSet: ChangeSet; readonly plan: ZonePlan; readonly options: ApplyOptions },
  conflicts: readonly OperationOutcome[],
): Promise<void> {
  const { changeSet, plan, options } = of;
  await ports.journal.recordUnsent(
    { tenantId: changeSet.tenantId, changeSetId: changeSet.id, zoneId: plan.zoneId },
    conflicts,
    [
      {
        kind: 'change-set.conflict',
        at: ports.clock.now(),
        principal: options.principal,
        connectionId: changeSet.connectionId,
        zoneId: plan.zoneId,
        changeSetId: changeSet.id,
        summary: `${plural(conflicts.length, 'change')} of ${plan.zoneName} refused: their records moved since the plan`,
        payload: {
          conflicts: conflicts.map(({ groupId, change, message }) => ({
            groupId,
            change,
            message: message ?? '',
          })),
        },
      },
    ],
  );
}

export function movedError(plan: ZonePlan, conflicts: readonly OperationOutcome[]): ZonewardError {
  const reasons = [...new Set(conflicts.map((conflict) => conflict.message ?? ''))];
  return new ZonewardError(
    [
      `${plural(conflicts.length, 'change')} of ${toUnicode(plan.zoneName)} ${conflicts.length === 1 ? 'was' : 'were'} not made: the zone moved since the plan`,
      ...reasons,
    ].join('\n  '),
    { code: 'moved-since-plan', kind: 'conflict', next: ['Plan again, and look at what is different.'] },
  );
}
