/** Memory at its peak: a very large zone, and a very large account (promise 8). */
import { callsAtMost, memoryBelow, type Row, withPlace } from '../frame.ts';
import { callsOfSync, seedZones } from './first-sync.ts';

const LIMIT_MB = 512;

function memory(shape: { readonly zones: number; readonly records: number }, isLong: boolean): Row {
  const name = `memory, ${shape.zones.toLocaleString('en')} × ${shape.records.toLocaleString('en')} records`;
  return {
    name,
    run: async ({ full, say }) => {
      if (isLong && !full) return [];
      return withPlace(async (place) => {
        say(`${name}: seeding`);
        seedZones(place, shape);
        say(`${name}: first sync`);
        const first = await place.measure('zoneward', 'sync');
        say(`${name}: again`);
        const second = await place.measure('zoneward', 'sync');
        const callsMin = callsOfSync(shape);
        return [
          {
            name: `${name}, first sync`,
            latencyMs: 0,
            by: { zoneward: first },
            callsMin,
            verdicts: [
              memoryBelow('promise 8', first.rssMb, LIMIT_MB),
              callsAtMost('⌈N/5000⌉ reads for each zone', first.calls, callsMin),
            ],
          },
          {
            name: `${name}, read again`,
            latencyMs: 0,
            by: { zoneward: second },
            callsMin,
            verdicts: [memoryBelow('promise 8', second.rssMb, LIMIT_MB)],
          },
        ];
      });
    },
  };
}

export const MEMORY: readonly Row[] = [
  memory({ zones: 1, records: 200_000 }, false),
  memory({ zones: 10_000, records: 2 }, false),
  memory({ zones: 100_000, records: 2 }, true),
];
