/**
 * `npm run bench`: every row once, one table. `--json` for machines, `--full` for the rows that take minutes,
 * `--only TEXT` for the rows whose name has the text in it, `--svg FILE` for a picture of the calls. Exits with 1 when a target on calls or memory is broken.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { formatChart } from './chart.ts';
import type { Row, RowResult } from './frame.ts';
import { CHANGES } from './rows/changes.ts';
import { FIRST_SYNC } from './rows/first-sync.ts';
import { GROWTH } from './rows/growth.ts';
import { HTTP_LOAD } from './rows/http-load.ts';
import { MEMORY } from './rows/memory.ts';
import { SINGLE_CHANGES } from './rows/single-changes.ts';
import { STEADY_HTTP } from './rows/steady-http.ts';
import { STEADY_STATE } from './rows/steady-state.ts';
import { formatTable, formatVerdicts, verdictsOf } from './table.ts';

/** Further rows: add a file beside these, and its list here. */
const ROWS: readonly Row[] = [
  ...FIRST_SYNC,
  ...CHANGES,
  ...SINGLE_CHANGES,
  ...STEADY_STATE,
  ...STEADY_HTTP,
  ...MEMORY,
  ...GROWTH,
  ...HTTP_LOAD,
];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    svg: { type: 'string' },
  },
});

const chosen = ROWS.filter(({ name }) => values.only?.some((text) => name.includes(text)) ?? true);
const results: RowResult[] = [];
const failed: string[] = [];
for (const row of chosen) {
  const say = (text: string): void => void process.stderr.write(`  ${text}\n`);
  try {
    results.push(...(await row.run({ full: values.full, say })));
  } catch (error) {
    // One row that cannot be measured does not take the others with it, and is no success.
    failed.push(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
    say(`failed: ${failed.at(-1)}`);
  }
}
const broken = verdictsOf(results).filter(({ verdict }) => verdict.decides && !verdict.held);
if (values.svg !== undefined) writeFileSync(values.svg, formatChart(results));
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ node: process.version, results, broken: broken.length, failed }, null, 2)}\n`,
  );
} else {
  process.stdout.write(`\n${formatTable(results)}\n${formatVerdicts(results)}`);
  for (const line of failed) process.stdout.write(`✖ failed  ${line}\n`);
  process.stdout.write(
    '\nTimes are of this machine; a ratio below 1 is faster than the rival, ~ computed from calls.\n',
  );
}
process.exitCode = broken.length + failed.length === 0 ? 0 : 1;
