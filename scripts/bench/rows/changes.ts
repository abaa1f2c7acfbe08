/** Changes in one zone of 10,000 records: planned, applied, taken back. */
import {
  callsAtMost,
  computed,
  type Measured,
  type Place,
  type Row,
  type RowResult,
  withPlace,
} from '../frame.ts';
import { recordSeeds } from './first-sync.ts';

const RECORDS = 10_000;
const BATCH_MAX = 3_500;
const READS = 2;
const ZONE = 'big.example';

/** Writes of so many operations on a paid plan (promise 1). */
function callsOf(changes: number): number {
  return READS + Math.ceil(changes / BATCH_MAX);
}

async function placeWithMirror(place: Place): Promise<void> {
  place.sandbox.seedZone(ZONE, recordSeeds(RECORDS), { plan: 'enterprise', recordQuota: 2 * RECORDS });
  await place.measure('zoneward', 'sync');
}

const noOpPlan: Row = {
  name: 'plan without a change, 10,000 records',
  run: ({ say }) =>
    withPlace(async (place) => {
      await placeWithMirror(place);
      const results: RowResult[] = [];
      for (const latencyMs of [0, 50]) {
        say(`no-op plan, ${latencyMs} ms`);
        place.sandbox.setLatency(latencyMs);
        const zoneward = await place.measure('zoneward', 'plan', { zone: ZONE, changes: 0 });
        const verdicts = [callsAtMost('promise 1', zoneward.calls, READS)];
        results.push({ name: noOpPlan.name, latencyMs, by: { zoneward }, callsMin: READS, verdicts });
      }
      return results;
    }),
};

function applyRow(changes: number): Row {
  const share = changes === RECORDS ? 'all' : `${(100 * changes) / RECORDS} %`;
  const name = `apply ${share} of 10,000 (${changes.toLocaleString('en')} changes)`;
  return {
    name,
    run: ({ say }) =>
      withPlace(async (place) => {
        await placeWithMirror(place);
        const results: RowResult[] = [];
        let sdkWithout: Measured | null = null;
        const input = { zone: ZONE, changes };
        for (const latencyMs of [0, 50]) {
          say(`${name}, ${latencyMs} ms`);
          place.sandbox.setLatency(latencyMs);
          const zoneward = await place.measure('zoneward', 'apply', input);
          const undone = await place.measure('zoneward', 'undo', { ...input, ...zoneward.told });
          const tuned: Measured = await place.measure('tuned', 'apply', input);
          sdkWithout ??= await place.measure('sdk', 'apply', input);
          const sdk = latencyMs === 0 ? sdkWithout : computed(sdkWithout, latencyMs);
          restore(place);
          const limit = callsOf(changes);
          const row = { latencyMs, callsMin: limit };
          results.push({
            ...row,
            name,
            by: { zoneward, sdk, tuned },
            verdicts: [callsAtMost('promise 1', zoneward.calls, limit)],
          });
          results.push({
            ...row,
            name: name.replace('apply', 'undo of'),
            by: { zoneward: undone },
            verdicts: [callsAtMost('promise 1', undone.calls, limit)],
          });
        }
        return results;
      }),
  };
}

/** Brings the addresses back, as somebody else would. */
function restore({ sandbox }: Place): void {
  const wanted = new Map(recordSeeds(RECORDS).map(({ name, content }) => [`${name}.${ZONE}`, content]));
  const patches = sandbox
    .records(ZONE)
    .filter(({ name, content }) => wanted.get(name) !== content)
    .map(({ id, name }) => ({ id, content: wanted.get(name) ?? '' }));
  for (let start = 0; start < patches.length; start += BATCH_MAX) {
    sandbox.foreignEdit(ZONE, { patches: patches.slice(start, start + BATCH_MAX) });
  }
}

export const CHANGES: readonly Row[] = [noOpPlan, applyRow(100), applyRow(1_000), applyRow(10_000)];
