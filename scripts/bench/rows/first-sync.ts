/** The first sync of an account, and the next one: nothing has changed. */
import {
  callsAtMost,
  computed,
  type Measured,
  type Place,
  type Row,
  type RowResult,
  type Verdict,
  withPlace,
} from '../frame.ts';

const LATENCIES_MS = [0, 50] as const;
/** Beyond so many calls one after another, a rival's time at a latency is computed. */
const RUN_CALLS_MAX = 400;
const ZONES_PER_PAGE = 50;
const RECORDS_PER_PAGE = 5_000;

interface Shape {
  readonly zones: number;
  readonly records: number;
}

export function recordSeeds(count: number): { type: string; name: string; content: string; ttl: number }[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'A',
    name: `host-${index}`,
    content: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    ttl: 300,
  }));
}

export function seedZones({ sandbox }: Place, { zones, records }: Shape): void {
  const quota = Math.max(records * 2, 200);
  for (let index = 0; index < zones; index += 1) {
    const name = `zone-${String(index).padStart(6, '0')}.example`;
    sandbox.seedZone(name, recordSeeds(records), { plan: 'enterprise', recordQuota: quota });
  }
}

/** Pages of the zone list, and of each zone's records. */
export function callsOfSync({ zones, records }: Shape): number {
  return Math.ceil(zones / ZONES_PER_PAGE) + zones * Math.max(1, Math.ceil(records / RECORDS_PER_PAGE));
}

function firstSync(shape: Shape): Row {
  const zones = shape.zones.toLocaleString('en');
  const name = `first sync, ${zones} × ${shape.records.toLocaleString('en')} records`;
  return {
    name,
    run: ({ say }) =>
      withPlace(async (place) => {
        seedZones(place, shape);
        const callsMin = callsOfSync(shape);
        const results: RowResult[] = [];
        let sdkWithout: Measured | null = null;
        for (const latencyMs of LATENCIES_MS) {
          say(`${name}, ${latencyMs} ms`);
          place.sandbox.setLatency(latencyMs);
          const isLong: boolean = sdkWithout !== null && sdkWithout.calls > RUN_CALLS_MAX;
          const sdk: Measured =
            isLong && sdkWithout !== null
              ? computed(sdkWithout, latencyMs)
              : await place.measure('sdk', 'sync');
          sdkWithout ??= sdk;
          const tuned = await place.measure('tuned', 'sync');
          const zoneward = await place.measure('zoneward', 'sync', { home: `at-${latencyMs}` });
          results.push({
            name,
            latencyMs,
            by: { zoneward, sdk, tuned },
            callsMin,
            verdicts: [callsAtMost('⌈N/5000⌉ reads for each zone', zoneward.calls, callsMin)],
          });
          if (latencyMs === 0) results.push(...(await again(place, { name, callsMin, tuned })));
        }
        return results;
      }),
  };
}

/** Nothing has changed: read again in full, and as rounds do it. */
async function again(
  place: Place,
  before: { readonly name: string; readonly callsMin: number; readonly tuned: Measured },
): Promise<RowResult[]> {
  const { callsMin, tuned } = before;
  const full = await place.measure('zoneward', 'sync', { home: 'at-0' });
  // The first round looks at what there is; what follows is the steady one.
  await place.measure('zoneward', 'round', { home: 'at-0' });
  const round = await place.measure('zoneward', 'round', { home: 'at-0' });
  const what = before.name.replace('first sync', 'no-op');
  const verdicts: Verdict[] = [callsAtMost('nothing moved', round.calls, 1)];
  return [
    {
      name: `${what}, full read`,
      latencyMs: 0,
      by: { zoneward: full, tuned },
      callsMin,
      verdicts: [callsAtMost('as the first', full.calls, callsMin)],
    },
    { name: `${what}, round`, latencyMs: 0, by: { zoneward: round, tuned }, callsMin: 1, verdicts },
  ];
}

export const FIRST_SYNC: readonly Row[] = [
  firstSync({ zones: 1, records: 10_000 }),
  firstSync({ zones: 1_000, records: 20 }),
];
