/** A reading of a whole zone for deciding and writing, which brings the mirror up to date on the way. */

import { ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { ZoneReader } from './ports.ts';
import { type SyncPorts, type SyncZoneInput, syncZone } from './sync-zone.ts';

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
 * Throws `conflict`, code `zone-keeps-moving`, when the list would not hold still.
 */
export async function readZone(ports: SyncPorts, input: SyncZoneInput): Promise<ZoneReading> {
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
  if (outcome.consistent) return { zoneId: input.zoneId, records, readAt, calls: outcome.calls };
  throw new ZonewardError(`The records of zone ${input.zoneId} kept changing while they were read`, {
    code: 'zone-keeps-moving',
    kind: 'conflict',
    next: ['Try again when the other program that writes to this zone is done.'],
    details: { zoneId: input.zoneId, calls: outcome.calls },
  });
}
