/** One consistent reading of a zone's records, for deciding and for writing. */
import { ZonewardError } from '../../base/errors.ts';
import type { ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneReader } from '../zones/ports.ts';

const READS_MAX = 3;

/**
 * All records of a zone. A list that shifts between its pages (a record seen twice, a total that moves or does
 * not add up) is read again, up to three times; then `conflict`, code `zone-keeps-moving`.
 */
export async function readRecords(
  reader: ZoneReader,
  zoneId: ZoneId,
  options: CallOptions,
): Promise<LiveRecord[]> {
  for (let attempt = 1; attempt <= READS_MAX; attempt += 1) {
    const byId = new Map<string, LiveRecord>();
    const totals = new Set<number>();
    let seen = 0;
    for await (const page of reader.listRecords(zoneId, options)) {
      totals.add(page.totalCount);
      for (const record of page.records) {
        seen += 1;
        byId.set(record.id, record);
      }
    }
    const consistent = byId.size === seen && totals.size <= 1 && (totals.size === 0 || totals.has(seen));
    if (consistent) return [...byId.values()];
  }
  throw new ZonewardError(`The record list of zone ${zoneId} kept changing while it was read`, {
    code: 'zone-keeps-moving',
    kind: 'conflict',
    next: ['Try again when the other program that writes to this zone is done.'],
    details: { zoneId },
  });
}
