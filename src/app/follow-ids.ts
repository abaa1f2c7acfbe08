/** Records under the ids that they have now: one that was deleted and restored lives on under another. */
import type { RecordId, TenantId } from '../base/ids.ts';
import type { OperationOutcome } from '../domains/changes/model.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { ZonePlan } from '../plan/plan.ts';
import type { Context } from './context.ts';

/** The ids of the records that a carried-out plan touched. */
export function idsOf(plan: ZonePlan | undefined, outcomes: readonly OperationOutcome[]): RecordId[] {
  const before = (plan?.groups ?? []).flatMap((group) => group.changes).map((change) => change.before?.id);
  return [...new Set([...before, ...outcomes.map((outcome) => outcome.recordId)])].filter(
    (id) => id !== undefined,
  );
}

/** Where records are now that may have been deleted and restored under another id since. */
export async function followIds(
  context: Context,
  tenantId: TenantId,
  zone: Zone,
  ids: readonly RecordId[],
): Promise<(id: RecordId) => RecordId> {
  const { mirror } = context.store;
  const current = new Map<RecordId, RecordId>();
  const standing = await mirror.recordHashes(tenantId, zone.facts.id);
  for (const id of ids) {
    if (standing.has(id)) continue;
    const versions = await mirror.recordVersions(tenantId, zone.facts.id, id);
    const last = versions.findLast((version) => version.toRevision === null);
    if (last !== undefined) current.set(id, last.record.id);
  }
  return (id) => current.get(id) ?? id;
}
