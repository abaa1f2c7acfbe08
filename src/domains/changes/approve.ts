/**
 * Four eyes: a stored change set is approved by someone who did not write it, for a while. The approval is of the
 * stored plans, byte for byte; a plan made anew needs a new one.
 */
import type { Clock } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { type Owners, refuseOwnApproval } from '../access/four-eyes.ts';
import type { Principal } from '../audit/model.ts';
import type { ChangeSet } from './model.ts';
import type { ChangeJournal } from './ports.ts';

export interface ApproveInput {
  readonly principal: Principal;
  readonly approvalMs: number;
}

/** Throws `approver-is-author` (permission), and `change-set-moved` (conflict) once it has begun. */
export async function approveChangeSet(
  ports: { readonly journal: ChangeJournal; readonly owners: Owners; readonly clock: Clock },
  changeSet: ChangeSet,
  input: ApproveInput,
): Promise<void> {
  const { author } = changeSet;
  const who = { author, approver: input.principal };
  await refuseOwnApproval(ports.owners, who, 'A change set', { changeSetId: changeSet.id });
  const at = ports.clock.now();
  const grant = { by: input.principal, at, expiresAt: at + input.approvalMs };
  await ports.journal.setStatus(
    changeSet.tenantId,
    changeSet.id,
    { from: ['planned', 'approved'], to: 'approved', grant },
    [
      {
        kind: 'change-set.approved',
        at,
        principal: input.principal,
        connectionId: changeSet.connectionId,
        changeSetId: changeSet.id,
        summary: `Approved: ${changeSet.summary}`,
        payload: {
          author: changeSet.author,
          expiresAt: grant.expiresAt,
          plans: changeSet.plans.map((plan) => ({ zone: plan.zoneName, hash: plan.hash })),
        },
      },
    ],
  );
}

/** Throws `approval-missing` or `approval-expired` (permission) when the change set may not begin. */
export function refuseUnapproved(changeSet: ChangeSet, now: number): void {
  const { required, grant } = changeSet.approval;
  // What has begun was approved when it did; resuming it is the same act.
  if (!required || (changeSet.status !== 'planned' && changeSet.status !== 'approved')) return;
  if (grant === null) throw refusal(changeSet, 'approval-missing', 'needs the approval of someone else');
  if (grant.expiresAt <= now) {
    const ended = new Date(grant.expiresAt).toISOString().slice(0, 19).replace('T', ' ');
    throw refusal(changeSet, 'approval-expired', `was approved by ${grant.by}, until ${ended} UTC`);
  }
}

function refusal(changeSet: ChangeSet, code: string, what: string): ZonewardError {
  return new ZonewardError(`The change set ${changeSet.id} ${what}`, {
    code,
    kind: 'permission',
    next: [
      `By someone who is not its author: zoneward changes approve ${changeSet.id}`,
      ...(uploadsKey(changeSet) ? [`then: zoneward changes resume ${changeSet.id} --key FILE`] : []),
    ],
    details: { changeSetId: changeSet.id },
  });
}

/** A private key is nowhere stored, so whoever applies gives it again. */
function uploadsKey({ plans }: ChangeSet): boolean {
  return plans.some(({ objects = [] }) => objects.some(({ keySha256 }) => keySha256 !== undefined));
}
