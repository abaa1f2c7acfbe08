/**
 * One pass through a zone's record list, streamed: each record is compared by its hash as it arrives and let go
 * of when nothing changed. Memory grows with the ids and times of the zone and with what changed, not with its records.
 *
 * Terms. A pass is *whole* when no id came twice, every page told one total, and as many ids came as the total
 * says. Records that the mirror holds and the pass did not show are *missing*; whether they are gone is for
 * `sync-zone.ts` to judge, because a list that shifts between its pages can hide a record and still look whole.
 */
import type { RecordId, ZoneId } from '../../base/ids.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { RecordHash, ZoneReader } from './ports.ts';

/** Changed records held before they are handed on: bounds memory at the first read of a large zone. */
export const PENDING_MAX = 5_000;

export interface ReadPass {
  /** Every id that came, and when its record was changed last, as the list tells it: milliseconds, NaN for none. */
  readonly times: ReadonlyMap<RecordId, number>;
  readonly whole: boolean;
  readonly pages: number;
  /** Records that are new or changed and were not handed to `flush`; of an id seen twice, the later. */
  readonly pending: ReadonlyMap<RecordId, LiveRecord>;
}

/**
 * @param hashOf the content hash of a record in the mirror, by its id.
 * @param flush takes over a full load of changed records while the pass goes on, and makes `hashOf` tell of them;
 * it may throw to end the pass.
 */
export async function readPass(
  ports: { readonly reader: Pick<ZoneReader, 'listRecords'>; readonly hash: RecordHash },
  zoneId: ZoneId,
  hashOf: (id: RecordId) => string | undefined,
  options: CallOptions,
  flush: (records: ReadonlyMap<RecordId, LiveRecord>) => Promise<void>,
): Promise<ReadPass> {
  const times = new Map<RecordId, number>();
  const totals = new Set<number>();
  let pending = new Map<RecordId, LiveRecord>();
  let rows = 0;
  let pages = 0;
  for await (const page of ports.reader.listRecords(zoneId, options)) {
    pages += 1;
    rows += page.records.length;
    totals.add(page.totalCount);
    for (const record of page.records) {
      times.set(record.id, Date.parse(record.modifiedOn ?? ''));
      if (hashOf(record.id) === ports.hash(record)) pending.delete(record.id);
      else pending.set(record.id, record);
    }
    if (pending.size >= PENDING_MAX) {
      await flush(pending);
      pending = new Map();
    }
  }
  const whole = rows === times.size && totals.size === 1 && totals.has(times.size);
  return { times, whole, pages, pending };
}
