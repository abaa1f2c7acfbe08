/**
 * Real processes, killed with SIGKILL at every step and at random instants, while faults strike, at least 500 times:
 * some minutes. `CAMPAIGN_KILLS=0` visits every cell of the table once; `npm run kills` is the same as a command.
 * stop-anywhere.test.ts does it in one process, for every effect.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyCells, formatTable, runCampaign } from './kit/campaign.ts';
import { createDatabase } from './kit/postgres.ts';

const KILLS = 500;
/** More than there are processors: much of a chain's time is waiting for the quiet period. */
const CHAINS = 10;
const CELLS_ON_POSTGRES = 12;

test('killed anywhere, nothing is lost and nothing is done twice', async (t) => {
  const seed = Number(process.env['CAMPAIGN_SEED'] ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}: CAMPAIGN_SEED=${seed} repeats its choices`);
  const wanted = Number(process.env['CAMPAIGN_KILLS'] ?? KILLS);
  const { kills, operations } = await runCampaign({ seed, kills: wanted, chains: CHAINS });
  for (const line of formatTable(kills).split('\n')) t.diagnostic(line);
  assert.deepEqual(emptyCells(kills), []);
  assert.ok(kills.length >= wanted, `${kills.length} kills`);
  const flying = kills.filter((kill) => kill.inFlight).length;
  assert.ok(flying / kills.length >= 0.3, `${flying} of ${kills.length} kills with a write in flight`);
  assert.ok(operations >= kills.length);
});

test('killed anywhere on PostgreSQL, a part of the same', async (t) => {
  const seed = Number(process.env['CAMPAIGN_SEED'] ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}: CAMPAIGN_SEED=${seed} repeats its choices`);
  const makeStore = async (): Promise<string> => (await createDatabase()).url;
  const { kills, operations } = await runCampaign({
    seed,
    kills: 0,
    chains: 6,
    cellsMax: CELLS_ON_POSTGRES,
    makeStore,
  });
  for (const line of formatTable(kills).split('\n')) t.diagnostic(line);
  assert.ok(kills.length >= CELLS_ON_POSTGRES, `${kills.length} kills`);
  assert.ok(operations >= kills.length);
});
