/** The steady state of a large account: what is seen how soon, for how many calls. See `fake-steady-state.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '../fakes.ts';
import {
  falseDrift,
  HOUR_MS,
  MINUTE_MS,
  runSteady as run,
  settledWorld as settled,
  verifyOnce,
} from './fake-steady-state.ts';

for (const auditReadable of [true, false]) {
  const how = auditReadable ? 'with a readable audit log' : 'by serials alone';
  test(`10,000 zones, 20 changes a minute, ${how}: seen within 60 s, for calls ≤ changed zones + 100`, async () => {
    const world = await settled(10_000, auditReadable);
    const result = await run(world, { minutes: 45, changesPerMinute: 20, ownEvery: 10, silentEvery: 50 });
    const margins = result.windows.map(({ calls, zones }) => calls - zones.size);
    console.log(
      `${how}: ${result.changes} changes, slowest seen after ${Math.round(result.slowestMs / 1_000)} s; ` +
        `calls beyond changed zones per 5 min: ${margins.join(' ')}`,
    );
    assert.ok(result.changes > 800, `${result.changes} changes`);
    assert.ok(result.slowestMs <= 60_000, `slowest after ${result.slowestMs} ms`);
    assert.ok(Math.max(...margins) <= 100, `calls beyond changed zones: ${margins}`);
    assert.ok(
      result.windows.some(({ calls, zones }) => calls > zones.size),
      'verification goes on meanwhile',
    );
    assert.ok((await world.wrongZones()).length > 5, 'what no signal tells of');
    await verifyOnce(world, 24 * HOUR_MS);
    assert.deepEqual(await world.wrongZones(), [], 'none missed after the verification round');
    assert.deepEqual(await falseDrift(world, result.foreign), []);
  });
}

test('what no signal tells of is found by the rolling verification, within its bound', async () => {
  const world = await settled(1_000, false);
  const settings = { verifyWithinMs: HOUR_MS };
  const quiet = { changesPerMinute: 1, ownEvery: 2, silentEvery: 0, settings };
  // Settles the backlog of those ten hours first.
  const before = await run(world, { ...quiet, minutes: 15 });
  const during = await run(world, {
    minutes: 30,
    changesPerMinute: 10,
    ownEvery: 7,
    silentEvery: 2,
    settings,
  });
  assert.ok((await world.wrongZones()).length > 5, 'silent changes are not seen at once');
  const after = await run(world, { ...quiet, minutes: 62 });
  assert.deepEqual(await world.wrongZones(), [], 'none missed after the verification');
  const foreign = new Set([before, during, after].flatMap((each) => [...each.foreign]));
  assert.deepEqual(await falseDrift(world, foreign), []);
  const now = world.clock.now();
  for (const { facts, freshness } of await world.mirror.listZones(tenantId)) {
    const ageMs = now - (freshness.verifiedAt ?? 0);
    assert.ok(ageMs <= HOUR_MS + MINUTE_MS, `${facts.name} was verified ${ageMs} ms ago`);
  }
});
