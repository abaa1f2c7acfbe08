/**
 * A reading of a whole zone for deciding and writing, which brings the mirror up to date on the way, and tells the
 * audit trail what others had changed: no later read would find it.
 */
import { ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import { toUnicode } from '../../dns/name.ts';
import type { Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import { driftEvent, foundChanges } from './inventory-events.ts';
import type { ZoneReader } from './ports.ts';
import { type SyncOutcome, type SyncPorts, type SyncZoneInput, syncZone } from './sync-zone.ts';

export interface ReadZonePorts extends SyncPorts {
  readonly trail: Pick<AuditTrail, 'append'>;
}

export interface ReadZoneInput extends SyncZoneInput {
  /** Who reads, for the audit trail. */
  readonly principal: Principal;
}

export interface ZoneReading {
  readonly zoneId: ZoneId;
  readonly records: readonly LiveRecord[];
  /** When the read began. Milliseconds. */
  readonly readAt: number;
  readonly calls: number;
}

/**
 * All records of the zone as one consistent read shows them. Costs what a sync costs and is one: what came from
 * outside since the last read becomes a revision of its own, and is not mistaken for ours later.
 * Throws `conflict`, code `zone-keeps-moving`, when the list would not hold still; `temporary`, code `list-outdated`,
 * when each list was from before a write that is known.
 */
export async function readZone(ports: ReadZonePorts, input: ReadZoneInput): Promise<ZoneReading> {
  let records: LiveRecord[] = [];
  let readAt = ports.clock.now();
  // What `syncZone` sees goes past here; its last pass is the one that it trusted.
  const listRecords: ZoneReader['listRecords'] = async function* (zoneId, options) {
    records = [];
    readAt = ports.clock.now();
    for await (const page of ports.reader.listRecords(zoneId, options)) {
      records.push(...page.records);
      yield page;
    }
  };
  const outcome = await syncZone({ ...ports, reader: { ...ports.reader, listRecords } }, input);
  if (foundChanges(outcome)) await tell(ports, input, outcome);
  if (outcome.consistent) return { zoneId: input.zoneId, records, readAt, calls: outcome.calls };
  const zone = await ports.mirror.getZone(input.tenantId, input.zoneId);
  const name = zone === null ? input.zoneId : toUnicode(zone.facts.name);
  if (outcome.outdated) throw outdatedList(name, input.zoneId, outcome.calls);
  throw new ZonewardError(`The records of zone ${name} kept changing while they were read`, {
    code: 'zone-keeps-moving',
    kind: 'conflict',
    next: ['Try again when the other program that writes to this zone is done.'],
    details: { zoneId: input.zoneId, calls: outcome.calls },
  });
}

/** Says nothing of the write: it may be another tenant's. */
function outdatedList(name: string, zoneId: ZoneId, calls: number): ZonewardError {
  return new ZonewardError(
    `Cloudflare's list of the records of zone ${name} is older than a write that is known; nothing is decided on it`,
    {
      code: 'list-outdated',
      kind: 'temporary',
      next: ['Try again in a minute, when the list has caught up.'],
      details: { zoneId, calls },
    },
  );
}

/** Who it was costs a call to the audit log; the next round asks it anyway, and names the revision. */
async function tell(ports: ReadZonePorts, input: ReadZoneInput, outcome: SyncOutcome): Promise<void> {
  const { tenantId, zoneId, principal } = input;
  const zone = await ports.mirror.getZone(tenantId, zoneId);
  if (zone === null) return;
  const scene = { at: ports.clock.now(), principal, connectionId: zone.connectionId };
  await ports.trail.append(tenantId, [driftEvent(scene, { zoneId, name: zone.facts.name }, outcome)]);
}
