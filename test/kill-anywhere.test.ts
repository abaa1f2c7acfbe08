/**
 * Real processes, killed with SIGKILL at every step and at random instants, while faults strike. Here every cell of
 * the table once (96 kills); the campaign of 500 and more is `npm run campaign`, and docs/proof.md holds its table.
 * stop-anywhere.test.ts does the same in one process, for every effect.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyCells, formatTable, runCampaign } from './kit/campaign.ts';

test('killed anywhere, nothing is lost and nothing is done twice', async (t) => {
  const seed = Number(process.env['CAMPAIGN_SEED'] ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}: CAMPAIGN_SEED=${seed} repeats its choices`);
  const { kills, operations } = await runCampaign({ seed, kills: 0, chains: 8 });
  for (const line of formatTable(kills).split('\n')) t.diagnostic(line);
  assert.deepEqual(emptyCells(kills), []);
  assert.ok(kills.length >= 60, `${kills.length} kills`);
  const flying = kills.filter((kill) => kill.inFlight).length;
  assert.ok(flying / kills.length >= 0.3, `${flying} of ${kills.length} kills with a write in flight`);
  assert.ok(operations >= kills.length);
});
