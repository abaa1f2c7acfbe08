/**
 * How cost grows with a zone: the first sync of 1,000 to 1,000,000 records, and a change of one record in it. The slope
 * is the exponent of the growth (least squares over logarithms): 1 is linear. The largest size runs with `--full`.
 */
import { callsAtMost, type Measured, type Row, type RowResult, type Verdict, withPlace } from '../frame.ts';
import { callsOfSync, recordSeeds } from './first-sync.ts';

const SIZES = [1_000, 10_000, 100_000] as const;
const SIZE_FULL = 1_000_000;
const ZONE = 'growth.example';
/** Little above linear: sorting, and a cache that grows cold. */
const SLOPE_MAX = 1.15;

const growth: Row = {
  name: 'growth',
  run: async ({ full, say }) => {
    const results: RowResult[] = [];
    const syncs: (readonly [size: number, measured: Measured])[] = [];
    const edits: (readonly [size: number, measured: Measured])[] = [];
    for (const size of full ? [...SIZES, SIZE_FULL] : SIZES) {
      const name = `growth, ${size.toLocaleString('en')} records`;
      say(name);
      await withPlace(async (place) => {
        place.sandbox.seedZone(ZONE, recordSeeds(size), { plan: 'enterprise', recordQuota: 2 * size });
        const callsMin = callsOfSync({ zones: 1, records: size });
        const sync = await place.measure('zoneward', 'sync');
        const edit = await place.measure('zoneward', 'singles', { zone: ZONE, changes: 1, records: size });
        syncs.push([size, sync]);
        edits.push([size, edit]);
        const reads = Math.ceil(size / 5_000);
        results.push(
          {
            name: `${name}: first sync`,
            latencyMs: 0,
            by: { zoneward: sync },
            callsMin,
            verdicts: [callsAtMost('⌈N/5000⌉ reads', sync.calls, callsMin)],
          },
          {
            name: `${name}: one change, read back`,
            latencyMs: 0,
            by: { zoneward: edit },
            callsMin: 2 * reads + 1,
            verdicts: [callsAtMost('promise 1', edit.calls, 2 * reads + 1)],
          },
        );
      });
    }
    return results.map((result, index) => ({
      ...result,
      verdicts: [
        ...result.verdicts,
        ...(index === results.length - 2 ? [slopeVerdict('first sync', syncs)] : []),
        ...(index === results.length - 1 ? [slopeVerdict('one change', edits)] : []),
      ],
    }));
  },
};

/** Of time, so it is shown and decides nothing. */
function slopeVerdict(
  what: string,
  points: readonly (readonly [size: number, measured: Measured])[],
): Verdict {
  const time = slope(points.map(([size, { ms }]) => [size, ms]));
  const memory = slope(points.map(([size, { rssMb }]) => [size, rssMb]));
  return {
    target: `${what}: time grows as N^x, x ≤ ${SLOPE_MAX}`,
    held: time <= SLOPE_MAX,
    measured: `x = ${time.toFixed(2)}, memory ${memory.toFixed(2)}`,
    decides: false,
  };
}

/** Least squares through the logarithms. */
function slope(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(Math.max(y, 1))] as const);
  const mean = (index: 0 | 1): number => logs.reduce((sum, point) => sum + point[index], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return above / below;
}

export const GROWTH: readonly Row[] = [growth];
