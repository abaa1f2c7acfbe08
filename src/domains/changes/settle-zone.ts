/** Before a new holder of a zone's lock writes, whatever was in flight there is settled, whoever sent it. */

import { ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import { changesOf, type PlacedChange } from '../../plan/batch.ts';
import type { Principal } from '../audit/model.ts';
import type { ApplyPorts } from './apply.ts';
import type { BatchEntry } from './model.ts';
import { settleBatch } from './settle.ts';

/**
 * Settles the open requests of a zone, oldest first, and tells how many there were. Throws (`unknown-outcome`,
 * code `batch-undecided`) when one cannot be decided yet: nothing more may be written to the zone until it is.
 */
export async function settleZone(ports: ApplyPorts, zoneId: ZoneId, principal: Principal): Promise<number> {
  const open = await ports.journal.openBatches(zoneId);
  for (const entry of open) {
    const changes = await changesOfEntry(ports, entry);
    const settled = await settleBatch(
      { ...ports, onWait: (waitMs) => ports.onProgress?.({ kind: 'settling', zoneId, waitMs }) },
      entry,
      changes,
      principal,
    );
    if (settled.state === 'unknown') throw undecided(entry);
  }
  return open.length;
}

export async function changesOfEntry(ports: ApplyPorts, entry: BatchEntry): Promise<PlacedChange[]> {
  const changeSet = await ports.journal.get(entry.tenantId, entry.changeSetId);
  const plan = changeSet?.plans.find((candidate) => candidate.zoneId === entry.zoneId);
  if (plan === undefined) {
    throw new ZonewardError(
      `The journal holds a request of change set ${entry.changeSetId}, but not its plan`,
      {
        code: 'journal-broken',
        kind: 'internal',
        next: ['Run `zoneward store check`.'],
      },
    );
  }
  return changesOf(plan.groups, entry);
}

export function undecided(entry: BatchEntry): ZonewardError {
  return new ZonewardError(
    `Request ${entry.sequence} of change set ${entry.changeSetId} got no answer, and what became of it cannot be read yet`,
    {
      code: 'batch-undecided',
      kind: 'unknown-outcome',
      next: [`zoneward changes resume ${entry.changeSetId}`],
      details: { zoneId: entry.zoneId, changeSetId: entry.changeSetId, sequence: entry.sequence },
    },
  );
}
