/** Hours of rounds over 10,000 zones, simulated on a clock of their own; a call takes 150 ms of it. Judged after one whole verification. */
import { tenantId } from '../../../src/domains/zones/fakes.ts';
import {
  falseDrift,
  HOUR_MS,
  runSteady,
  settledWorld,
  verifyOnce,
} from '../../../src/domains/zones/signals/fake-steady-state.ts';
import type { Row } from '../frame.ts';

const ZONES = 10_000;
const MINUTES = 45;
const CHANGES_PER_MINUTE = 20;
/** One change in so many is told by no signal: only the verification can find it. */
const SILENT_EVERY = 50;
const SEEN_WITHIN_MS = 60_000;
const SURPLUS_MAX = 100;

function steady(auditReadable: boolean): Row {
  const name = `steady state, 10,000 zones, ${auditReadable ? 'audit log' : 'serials'}`;
  return {
    name,
    run: async ({ say }) => {
      say(name);
      const startedAt = performance.now();
      const world = await settledWorld(ZONES, auditReadable);
      const script = {
        minutes: MINUTES,
        changesPerMinute: CHANGES_PER_MINUTE,
        ownEvery: 10,
        silentEvery: SILENT_EVERY,
      };
      const result = await runSteady(world, script);
      const windows = result.windows.length;
      const calls = result.windows.reduce((sum, window) => sum + window.calls, 0);
      const surplus = Math.max(...result.windows.map((window) => window.calls - window.zones.size));
      const silent = (await world.wrongZones()).length;
      const hours = (await verifyOnce(world, 24 * HOUR_MS)) / HOUR_MS;
      const missed = (await world.wrongZones()).length;
      const wrong = (await falseDrift(world, result.foreign)).length;
      const zones = (await world.mirror.listZones(tenantId)).length;
      if (zones !== ZONES) throw new Error(`${zones} zones`);
      const perWindow = Math.round(calls / windows);
      const ms = Math.round(performance.now() - startedAt);
      return [
        {
          name,
          latencyMs: null,
          by: { zoneward: { calls: perWindow, ms, rssMb: 0 } },
          callsMin: null,
          verdicts: [
            {
              target: `calls in 5 min ≤ changed zones + ${SURPLUS_MAX}`,
              held: surplus <= SURPLUS_MAX,
              measured: `+${surplus} at most`,
              decides: true,
            },
            {
              target: `changes seen within ${SEEN_WITHIN_MS / 1_000} s`,
              held: result.slowestMs <= SEEN_WITHIN_MS,
              measured: `${Math.round(result.slowestMs / 1_000)} s at most`,
              decides: true,
            },
            {
              target: 'nothing missed after the verification round',
              held: missed === 0 && silent > 0,
              measured: `${missed} zones; ${silent} before it, which took ${hours.toFixed(1)} h`,
              decides: true,
            },
            { target: 'no false drift', held: wrong === 0, measured: `${wrong} zones`, decides: true },
          ],
        },
      ];
    },
  };
}

export const STEADY_STATE: readonly Row[] = [steady(true), steady(false)];
