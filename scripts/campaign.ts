/**
 * `npm run campaign [-- --seconds 180] [--seed N] [--store sqlite|postgres]`: the fault campaign, on both engines one after
 * the other, for the given time together. Prints the seed, what happened, and that it was judged; ends with 1 at the first
 * thing that does not hold. The same seed makes the same choices; how processes interleave is the machine's.
 */
import { parseArgs } from 'node:util';
import { makeDatabase, startPostgres } from '../test/kit/postgres-server.ts';
import { runTurmoil, type TurmoilReport } from '../test/kit/turmoil/turmoil.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    store: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
  },
});
const seed = Number(values.seed);
const seconds = Number(values.seconds) / values.store.length;
console.log(`seed ${seed}`);
for (const engine of values.store) {
  const server = engine === 'postgres' ? await startPostgres() : null;
  const store = server === null ? null : (await makeDatabase(server.url)).href;
  try {
    tell(engine, await runTurmoil({ seed, seconds, store }));
  } catch (error) {
    console.error(`\n${engine}: seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await server?.dispose();
  }
}

function tell(engine: string, report: TurmoilReport): void {
  const { acts, met, kills, faults, foreignEdits, jumps, changeSets, operations, revisions } = report;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  console.log(`
${engine}: ${kills} processes killed, ${faults} faults, ${foreignEdits} edits from outside, ${jumps} jumps of the clock
  done: ${list(acts)}
  met:  ${list(met)}
  ${operations} operations of ${changeSets} change sets and ${revisions} revisions of zones judged:
  nothing lost, nothing doubled, audit whole, history true, tenants apart`);
}
