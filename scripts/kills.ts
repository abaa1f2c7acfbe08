/**
 * The full campaign of kills: `npm run kills -- [--kills 500] [--seed N] [--seconds S] [--chains C] [--postgres]`. With
 * `--postgres` the processes of each chain share a database of a server that is started for it. Prints the
 * seed, the table, and what was judged. Ends with 1 when something does not hold. The seed decides the order of the
 * cells and every delay that the campaign chooses; how processes interleave is the machine's.
 */
import { parseArgs } from 'node:util';
import { emptyCells, formatTable, runCampaign } from '../test/kit/campaign.ts';
import { makeDatabase, startPostgres } from '../test/kit/postgres-server.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    seconds: { type: 'string', default: '3600' },
    chains: { type: 'string', default: '12' },
    postgres: { type: 'boolean', default: false },
  },
});
const server = values.postgres ? await startPostgres() : null;
const options = {
  ...(server === null ? {} : { makeStore: async () => (await makeDatabase(server.url)).href }),
  kills: Number(values.kills),
  seed: Number(values.seed),
  chains: Number(values.chains),
  secondsMax: Number(values.seconds),
};
const startedAt = performance.now();
console.log(`seed ${options.seed}`);
const report = await runCampaign(options).finally(() => server?.dispose());
const { kills } = report;
const flying = kills.filter((kill) => kill.inFlight).length;
console.log(`\n${formatTable(kills)}\n\nin brackets: with a write on the wire`);
console.log(
  `${kills.length} processes killed by SIGKILL, ${flying} (${Math.round((100 * flying) / kills.length)} %) with a write on the wire`,
);
console.log(
  `${report.operations} operations of ${report.changeSets} change sets judged by the sandboxes' logs: each known applied landed once, the others never`,
);
console.log(`${report.processes} processes, ${Math.round((performance.now() - startedAt) / 1000)} s`);
const empty = emptyCells(kills);
if (empty.length > 0) {
  console.log(`empty cells: ${empty.join(', ')}`);
  process.exitCode = 1;
}
