/** Many changes of one record each, over time, each planned, applied and read back: what a product does all day. */
import { callsAtMost, computed, type Row, type RowResult, withPlace } from '../frame.ts';
import { recordSeeds } from './first-sync.ts';

const CHANGES = 1_000;
const RECORDS = 500;
const ZONE = 'daily.example';
/** A reading, a write, and a reading to verify. */
const CALLS_EACH = 3;

const singles: Row = {
  name: `${CHANGES.toLocaleString('en')} single changes, each read back`,
  run: ({ say }) =>
    withPlace(async (place) => {
      place.sandbox.seedZone(ZONE, recordSeeds(RECORDS), { plan: 'pro', recordQuota: 2 * RECORDS });
      await place.measure('zoneward', 'sync');
      const callsMin = CHANGES * CALLS_EACH;
      const input = { zone: ZONE, changes: CHANGES, records: RECORDS };
      say(singles.name);
      const zoneward = await place.measure('zoneward', 'singles', input);
      const tuned = await place.measure('tuned', 'singles', input);
      const verdicts = [callsAtMost(`${CALLS_EACH} for each`, zoneward.calls, callsMin)];
      const results: RowResult[] = [
        { name: singles.name, latencyMs: 0, by: { zoneward, tuned }, callsMin, verdicts },
        {
          name: singles.name,
          latencyMs: 50,
          by: { zoneward: computed(zoneward, 50), tuned: computed(tuned, 50) },
          callsMin,
          verdicts: [],
        },
      ];
      return results;
    }),
};

export const SINGLE_CHANGES: readonly Row[] = [singles];
