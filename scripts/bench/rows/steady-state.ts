/** Hours of rounds over 10,000 zones, simulated on a clock of their own; a call takes 150 ms of it. */
import { tenantId } from '../../../src/domains/zones/fakes.ts';
import { falseDrift, runSteady, settledWorld } from '../../../src/domains/zones/signals/fake-steady-state.ts';
import type { Row } from '../frame.ts';

const ZONES = 10_000;
const MINUTES = 45;
const CHANGES_PER_MINUTE = 20;
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
      const script = { minutes: MINUTES, changesPerMinute: CHANGES_PER_MINUTE, ownEvery: 10, silentEvery: 0 };
      const result = await runSteady(world, script);
      const windows = result.windows.length;
      const calls = result.windows.reduce((sum, window) => sum + window.calls, 0);
      const surplus = Math.max(...result.windows.map((window) => window.calls - window.zones.size));
      await world.round();
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
            { target: 'nothing missed', held: missed === 0, measured: `${missed} zones`, decides: true },
            { target: 'no false drift', held: wrong === 0, measured: `${wrong} zones`, decides: true },
          ],
        },
      ];
    },
  };
}

export const STEADY_STATE: readonly Row[] = [steady(true), steady(false)];
