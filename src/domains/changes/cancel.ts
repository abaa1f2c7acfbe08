/** Calling off a change set that has not begun. One that has is stopped by its own process, or taken back. */
import type { Clock } from '../../base/clock.ts';
import type { Principal } from '../audit/model.ts';
import type { ChangeSet } from './model.ts';
import type { ChangeJournal } from './ports.ts';

/** Throws `conflict` (code `change-set-moved`) when it has begun or ended already. */
export async function cancelChangeSet(
  ports: { readonly journal: ChangeJournal; readonly clock: Clock },
  changeSet: ChangeSet,
  principal: Principal,
): Promise<void> {
  const at = ports.clock.now();
  await ports.journal.setStatus(
    changeSet.tenantId,
    changeSet.id,
    // An interrupted one keeps what it did; what was not sent yet never will be.
    { from: ['planned', 'approved', 'interrupted'], to: 'cancelled', finishedAt: at },
    [
      {
        kind: 'change-set.cancelled',
        at,
        principal,
        connectionId: changeSet.connectionId,
        changeSetId: changeSet.id,
        summary: `Called off: ${changeSet.summary}`,
        payload: { statusBefore: changeSet.status },
      },
    ],
  );
}
