/** How a change set begins and ends: its status, with the event that says so. */
import type { ZonewardError } from '../../base/errors.ts';
import type { ChangeSetId } from '../../base/ids.ts';
import { plural } from '../../plan/change-text.ts';
import { totalChanges } from '../../plan/summarize-plans.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { ApplyPorts, ZoneResult } from './apply.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from './model.ts';

/** Statuses from which a change set may be carried out, for the first time or once more. */
export const OPEN_STATUSES: readonly ChangeSetStatus[] = [
  'planned',
  'approved',
  'interrupted',
  'applying',
  'unknown',
];

export async function begin(ports: ApplyPorts, changeSet: ChangeSet, principal: Principal): Promise<void> {
  const first = changeSet.status === 'planned' || changeSet.status === 'approved';
  await ports.journal.setStatus(changeSet.tenantId, changeSet.id, { from: OPEN_STATUSES, to: 'applying' }, [
    {
      kind: first ? 'change-set.started' : 'change-set.resumed',
      at: ports.clock.now(),
      principal,
      connectionId: changeSet.connectionId,
      changeSetId: changeSet.id,
      summary: `${first ? 'Applying' : 'Going on with'} ${plural(countChanges(changeSet), 'change')} in ${plural(changeSet.plans.length, 'zone')}: ${changeSet.summary}`,
      payload: { plans: changeSet.plans.map((plan) => ({ zone: plan.zoneName, hash: plan.hash })) },
    },
  ]);
}

/** Writes down what the zones add up to. The caller holds the change set. */
export async function finish(
  ports: ApplyPorts,
  changeSet: ChangeSet,
  zones: readonly ZoneResult[],
  principal: Principal,
): Promise<ChangeSetStatus> {
  const { tenantId, id } = changeSet;
  const known = new Map(zones.map((zone) => [zone.zoneId, zone.outcomes]));
  const each = await Promise.all(
    changeSet.plans.map(({ zoneId }) => known.get(zoneId) ?? ports.journal.outcomes(tenantId, id, zoneId)),
  );
  const outcomes = each.flat();
  const total = countChanges(changeSet);
  const stops = zones.flatMap((zone) => (zone.stopped === null ? [] : [zone.stopped]));
  const status = statusOf(outcomes, total, stops);
  const at = ports.clock.now();
  const done = countState(outcomes, 'applied');
  const inPart = changeSet.undoesInPart || status !== 'applied';
  const takenBack = done > 0 && changeSet.undoes !== null ? { id: changeSet.undoes, inPart } : null;
  await ports.journal.setStatus(
    tenantId,
    id,
    {
      from: ['applying'],
      to: status,
      ...(status === 'interrupted' || status === 'unknown' ? {} : { finishedAt: at }),
      ...(takenBack === null ? {} : { takesBack: takenBack }),
    },
    [
      {
        kind: `change-set.${status}`,
        at,
        principal,
        connectionId: changeSet.connectionId,
        changeSetId: id,
        summary: `${done} of ${plural(total, 'change')} applied: ${changeSet.summary}`,
        payload: { applied: done, total, stopped: zones.map((zone) => zone.stopped?.code ?? null) },
      },
      ...(takenBack === null ? [] : [undoneEvent(changeSet, takenBack, { at, principal })]),
    ],
  );
  return status;
}

/** Told of the one that is taken back; this one tells of itself. */
function undoneEvent(
  { id, connectionId }: ChangeSet,
  takenBack: { readonly id: ChangeSetId; readonly inPart: boolean },
  by: { readonly at: number; readonly principal: Principal },
): NewEvent {
  const summary = `Change set ${takenBack.id} was taken back ${takenBack.inPart ? 'in part ' : ''}by ${id}`;
  return {
    kind: 'change-set.undone',
    ...by,
    connectionId,
    changeSetId: takenBack.id,
    summary,
    payload: { undoneBy: id, inPart: takenBack.inPart },
  };
}

/** What a change set's outcomes, and what stopped it, add up to. */
export function statusOf(
  outcomes: readonly OperationOutcome[],
  total: number,
  stops: readonly ZonewardError[],
): ChangeSetStatus {
  if (stops.some((stop) => stop.kind === 'unknown-outcome')) return 'unknown';
  const applied = countState(outcomes, 'applied');
  if (applied === total) return 'applied';
  if (stops.some((stop) => isPassing(stop, applied))) return 'interrupted';
  // An operation that can never be judged may have been applied.
  return applied + countState(outcomes, 'unknown') > 0 ? 'partly-applied' : 'failed';
}

const PASSING_CODES = new Set([
  'zone-locked',
  'zone-keeps-moving',
  'apply-stopped',
  'resume-needed',
  'private-key-needed',
]);

/** Stopped by something that passes or can be put right: the change set may be resumed. */
function isPassing({ kind, code }: ZonewardError, applied: number): boolean {
  if (kind === 'temporary' || PASSING_CODES.has(code)) return true;
  // A credential that died half-way is replaced, and the rest goes on; without a beginning, one plans again.
  return (kind === 'credentials' || kind === 'permission') && applied > 0;
}

function countState(outcomes: readonly OperationOutcome[], state: OperationOutcome['state']): number {
  return outcomes.filter((outcome) => outcome.state === state).length;
}

function countChanges(changeSet: ChangeSet): number {
  return totalChanges(changeSet.plans);
}
