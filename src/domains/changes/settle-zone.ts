/** Before a new holder of a zone's lock writes, whatever was in flight there is settled, whoever sent it. */
import { ZonewardError } from '../../base/errors.ts';
import type { TenantId, ZoneId } from '../../base/ids.ts';
import { toUnicode } from '../../dns/name.ts';
import { changesOf, type PlacedChange } from '../../plan/batch.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { Principal } from '../audit/model.ts';
import type { ApplyPorts } from './apply.ts';
import { renewAll } from './hold.ts';
import type { BatchEntry } from './model.ts';
import type { Lease } from './ports.ts';
import { objectsPort, openObject } from './send-objects.ts';
import { undecided } from './send-rules.ts';
import { openSetting, settingsPort } from './send-settings.ts';
import { type Settled, type SettlePorts, settleBatch } from './settle.ts';
import { type OpenSingle, settleSingle } from './settle-single.ts';

/** What one tenant's audit trail says of a settling that another tenant's applier caused. */
const OURSELVES: Principal = 'zoneward';

export interface SettleInput {
  readonly plan: Pick<ZonePlan, 'zoneId' | 'zoneName'>;
  /** In whose name the zone is held. */
  readonly tenantId: TenantId;
  readonly principal: Principal;
  readonly leases: readonly Lease[];
}

/**
 * Settles the open requests of a zone, oldest first, and tells how many there were. Throws (`unknown-outcome`,
 * code `batch-undecided`) when one cannot be decided yet: nothing more may be written to the zone until it is.
 */
export async function settleZone(ports: ApplyPorts, input: SettleInput): Promise<number> {
  const { plan, tenantId } = input;
  const { zoneId } = plan;
  const open = await ports.journal.openBatches(zoneId);
  for (const entry of open) {
    const own = entry.tenantId === tenantId;
    const state = await settleEntry(ports, entry, {
      principal: own ? input.principal : OURSELVES,
      onWait: (waitMs) => ports.onProgress?.({ kind: 'settling', zoneId, waitMs }),
      keepLease: () => renewAll(input.leases),
    });
    if (state === 'unknown') throw own ? undecided(entry) : otherUndecided(plan);
  }
  return open.length;
}

/** A request holds record operations, or one setting, or one object. */
async function settleEntry(
  ports: ApplyPorts,
  entry: BatchEntry,
  how: Required<Pick<SettlePorts, 'onWait' | 'keepLease'>> & { readonly principal: Principal },
): Promise<Settled['state']> {
  const { principal, ...waiting } = how;
  if (entry.body.setting === undefined && entry.body.object === undefined) {
    const changes = await changesOfEntry(ports, entry);
    return (await settleBatch({ ...ports, ...waiting }, entry, changes, principal)).state;
  }
  const single = await singleOfEntry(ports, entry);
  return settleSingle({ ...ports, ...waiting }, entry, single, principal);
}

async function singleOfEntry(ports: ApplyPorts, entry: BatchEntry): Promise<OpenSingle> {
  const plan = await planOfEntry(ports, entry);
  const setting = plan.settings?.find(({ id }) => entry.groupIds.includes(id));
  if (setting !== undefined) return openSetting(settingsPort(ports), entry.zoneId, setting);
  const object = plan.objects?.find(({ id }) => entry.groupIds.includes(id));
  if (object !== undefined) return openObject(objectsPort(ports), plan, object, entry.idsBefore);
  throw planGone(entry.zoneId);
}

async function changesOfEntry(ports: ApplyPorts, entry: BatchEntry): Promise<PlacedChange[]> {
  return changesOf((await planOfEntry(ports, entry)).groups, entry);
}

async function planOfEntry(ports: ApplyPorts, entry: BatchEntry): Promise<ZonePlan> {
  const changeSet = await ports.journal.get(entry.tenantId, entry.changeSetId);
  const plan = changeSet?.plans.find((candidate) => candidate.zoneId === entry.zoneId);
  if (plan === undefined) throw planGone(entry.zoneId);
  return plan;
}

function planGone(zoneId: ZoneId): ZonewardError {
  return new ZonewardError('The journal holds a request whose plan is gone', {
    code: 'journal-broken',
    kind: 'internal',
    next: ['Run `zoneward store check`.'],
    details: { zoneId },
  });
}

/** Another tenant's request stands open: nothing of it is told. */
function otherUndecided({ zoneId, zoneName }: SettleInput['plan']): ZonewardError {
  const message = `An earlier request to zone ${toUnicode(zoneName)} got no answer, and the zone cannot be read now`;
  return new ZonewardError(message, {
    code: 'zone-undecided',
    kind: 'temporary',
    next: ['Try again when Cloudflare can be read.'],
    details: { zoneId },
  });
}
