/**
 * `npm run coverage [-- --pure]`: runs the tests with V8's coverage and prints lines and branches for each room.
 * Ends with 1 when a test fails, or when `dns` or `plan`, which are pure, have less than 95 % of their branches
 * covered by their own tests. `--pure` runs those two rooms only, in about half a minute.
 */
import { globSync } from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';

const ROOT = path.join(import.meta.dirname, '..');
const PURE_ROOMS = ['dns', 'plan'];
const BRANCHES_MIN = 0.95;
/** What only tests use is not what is measured. */
const NOT_MEASURED = [
  'src/**/*.test.ts',
  'src/**/*.bench.ts',
  'src/**/{testing,contract}/**',
  'src/**/{fakes,fixtures,arbitraries,testing}.ts',
  'src/**/fake-*.ts',
  'src/**/*-stand-in.ts',
];

interface Covered {
  linesAll: number;
  lines: number;
  branchesAll: number;
  branches: number;
}

const pureOnly = process.argv.includes('--pure');
const files = globSync(
  pureOnly
    ? [...PURE_ROOMS.map((room) => `src/${room}/**/*.test.ts`), 'test/corpora.test.ts', 'test/fuzz/*.test.ts']
    : ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
  { cwd: ROOT },
);

const stream = run({
  cwd: ROOT,
  files,
  concurrency: true,
  coverage: true,
  coverageIncludeGlobs: pureOnly ? PURE_ROOMS.map((room) => `src/${room}/**/*.ts`) : ['src/**/*.ts'],
  coverageExcludeGlobs: NOT_MEASURED,
});
let failed = 0;
const rooms = new Map<string, Covered>();
const thin: string[] = [];
stream.on('test:fail', ({ name, file, details }) => {
  if (details.type === 'suite') return;
  failed += 1;
  console.error(`✖ ${path.relative(ROOT, file ?? '')}: ${name}`);
});
stream.on('test:coverage', ({ summary }) => {
  for (const file of summary.files) {
    const [, room = ''] = path.relative(ROOT, file.path).split(path.sep);
    const sum = rooms.get(room) ?? { linesAll: 0, lines: 0, branchesAll: 0, branches: 0 };
    sum.linesAll += file.totalLineCount;
    sum.lines += file.coveredLineCount;
    sum.branchesAll += file.totalBranchCount;
    sum.branches += file.coveredBranchCount;
    rooms.set(room, sum);
    if (PURE_ROOMS.includes(room) && file.coveredBranchPercent < 100 * BRANCHES_MIN)
      thin.push(`${path.relative(ROOT, file.path)}: ${file.coveredBranchPercent.toFixed(1)} % of branches`);
  }
});
stream.resume();
await new Promise((resolve) => stream.on('end', resolve));

const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
const percent = (part: number, whole: number): string =>
  `${(100 * share(part, whole)).toFixed(1)} %`.padStart(9);
console.log(`${'room'.padEnd(12)}${'lines'.padStart(9)}${'branches'.padStart(11)}`);
const short: string[] = [];
for (const [room, { lines, linesAll, branches, branchesAll }] of [...rooms].sort(([a], [b]) =>
  a < b ? -1 : 1,
)) {
  console.log(`${room.padEnd(12)}${percent(lines, linesAll)}  ${percent(branches, branchesAll)}`);
  if (PURE_ROOMS.includes(room) && share(branches, branchesAll) < BRANCHES_MIN) short.push(room);
}
if (thin.length > 0)
  console.log(`\nthinner than ${100 * BRANCHES_MIN} %, one by one:\n  ${thin.sort().join('\n  ')}`);
if (failed > 0) console.log(`\n${failed} tests failed`);
for (const room of short)
  console.log(`\n${room} has less than ${100 * BRANCHES_MIN} % of its branches covered`);
process.exitCode = failed === 0 && short.length === 0 && rooms.size > 0 ? 0 : 1;
