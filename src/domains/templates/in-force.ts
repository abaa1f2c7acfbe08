/** The instances that hold in a zone now. */
import type { ChangeSetId, TenantId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { type Standing, standingOf } from '../../plan/templates/ownership.ts';
import type { TemplateInstance } from '../../plan/templates/template.ts';
import type { ChangeSet, ChangeSetStatus } from '../changes/model.ts';
import type { TemplateUse } from './model.ts';
import type { TemplateStore } from './ports.ts';

export interface InForcePorts {
  readonly templates: TemplateStore;
  readonly changeSet: (
    tenantId: TenantId,
    id: ChangeSetId,
  ) => Promise<Pick<ChangeSet, 'status' | 'undoneBy' | 'undoneInPart'> | null>;
}

export interface InstanceInForce {
  readonly use: TemplateUse;
  readonly instance: TemplateInstance;
}

/** Something of it may be at Cloudflare. */
const CARRIED_OUT: readonly ChangeSetStatus[] = [
  'applying',
  'applied',
  'partly-applied',
  'interrupted',
  'unknown',
];
/** An undo of an undo of an undo … */
const UNDOS_MAX = 50;

/** Those whose change set holds and that no later one ended; the zone itself is judged by `presentInstances`. */
export async function instancesInForce(
  ports: InForcePorts,
  tenantId: TenantId,
  zoneId: ZoneId,
): Promise<readonly InstanceInForce[]> {
  const uses = await ports.templates.list(tenantId, zoneId);
  const holding: TemplateUse[] = [];
  for (const use of uses) if (await holds(ports, tenantId, use.changeSetId)) holding.push(use);
  const ended = new Set(holding.flatMap(({ ends }) => ends));
  return holding.flatMap((use) =>
    use.instance === null || ended.has(use.id) ? [] : [{ use, instance: use.instance }],
  );
}

/** Of these, the ones of which the zone still holds something; with how much. */
export function presentInstances(
  instances: readonly InstanceInForce[],
  live: readonly LiveRecord[],
): readonly (InstanceInForce & { readonly standing: Exclude<Standing, 'gone'> })[] {
  return instances.flatMap((one) => {
    const standing = standingOf(one.instance, live);
    return standing === 'gone' ? [] : [{ ...one, standing }];
  });
}

/**
 * Carried out, and not taken back by one that was itself carried out and not taken back. What was taken back in part
 * may hold: the zone itself tells how much of it.
 */
async function holds(ports: InForcePorts, tenantId: TenantId, id: ChangeSetId): Promise<boolean> {
  let current: ChangeSetId = id;
  for (let depth = 0; depth < UNDOS_MAX; depth += 1) {
    const changeSet = await ports.changeSet(tenantId, current);
    if (changeSet === null || !CARRIED_OUT.includes(changeSet.status)) return depth % 2 === 1;
    if (changeSet.undoneInPart) return true;
    if (changeSet.undoneBy === null) return depth % 2 === 0;
    current = changeSet.undoneBy;
  }
  return false;
}
