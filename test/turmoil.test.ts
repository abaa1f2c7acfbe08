/** A minute of the fault campaign, half of it on each engine; `npm run campaign` does it longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase } from './kit/postgres.ts';
import { runTurmoil } from './kit/turmoil/turmoil.ts';

const SECONDS = 30;

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  test(`half a minute of turmoil on ${engine}`, async (t) => {
    const seed = Number(process.env['CAMPAIGN_SEED'] ?? Date.now() % 1_000_000);
    t.diagnostic(`seed ${seed}: CAMPAIGN_SEED=${seed} repeats its choices`);
    const store = engine === 'SQLite' ? null : (await createDatabase()).url;
    const report = await runTurmoil({ seed, seconds: SECONDS, store });
    t.diagnostic(JSON.stringify(report));
    const { kills, faults, foreignEdits, operations, revisions } = report;
    for (const [what, count] of Object.entries({ kills, faults, foreignEdits, operations, revisions }))
      assert.ok(count > 0, `no ${what}: nothing was tried`);
  });
}
