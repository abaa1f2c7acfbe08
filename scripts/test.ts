/**
 * The one test command: types, lint and format, then every test under `src/` and `test/`.
 * It prints a closing line `N passed, N failed`; each of the three checks counts as one test.
 * Arguments are file globs, to run a part of the suite; the checks then stay out, and no tool is installed.
 * The files share one PostgreSQL: the one that `DATABASE_URL` names, or one that is started here.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { startPostgres } from '../test/kit/postgres-server.ts';
import { auditDependencies } from './audit.ts';
import { provideTools } from './tools.ts';

const wanted = process.argv.slice(2);
const files = globSync(
  wanted.length > 0 ? wanted : ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
);

let passed = 0;
let failed = 0;
let skipped = 0;

function check(name: string, command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${status === 0 ? '✔' : '✖'} ${name}`);
}

if (wanted.length === 0) {
  check('types (tsc)', 'node_modules/.bin/tsc', ['-p', 'tsconfig.json']);
  check('types of the dashboard (tsc)', 'node_modules/.bin/tsc', ['-p', 'src/dashboard/tsconfig.json']);
  check('lint and format (biome)', 'node_modules/.bin/biome', ['ci', '--error-on-warnings', '.']);
  const audit = auditDependencies();
  if (audit.state === 'unanswered')
    console.log(`- dependencies were not audited: the registry gave no answer (${audit.reason})`);
  else {
    const isSound = audit.state === 'sound';
    if (isSound) passed += 1;
    else failed += 1;
    console.log(
      `${isSound ? '✔' : '✖'} dependencies (npm audit)${isSound ? '' : `: ${audit.packages.join(', ')}`}`,
    );
  }
}

// A file that is run by itself starts its own when it needs one.
const postgres = files.length > 1 && !process.env['DATABASE_URL'] ? await startPostgres() : null;
if (postgres !== null) process.env['DATABASE_URL'] = postgres.url;

const toolsMissing = wanted.length === 0 ? provideTools() : [];

// Hundreds of processes begin with the same modules: their types are taken off once.
process.env['NODE_COMPILE_CACHE'] ??= path.resolve('node_modules/.cache/compiled');

async function runFiles(some: readonly string[]): Promise<void> {
  if (some.length === 0) return;
  // Node's own choice is a file less than there are processors, and much of a file's time is waiting.
  const stream = run({ files: [...some], concurrency: availableParallelism() });
  stream.on('test:pass', (event) => {
    if (event.details.type === 'suite') return;
    if (event.skip !== undefined || event.todo !== undefined) skipped += 1;
    else passed += 1;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type !== 'suite') failed += 1;
  });
  stream.compose(spec).pipe(process.stdout);
  await new Promise((resolve) => stream.on('end', resolve));
}

/**
 * What measures a rate, and what starts processes by the dozen: after the others and one by one, so that none takes the
 * machine from another.
 */
const ALONE: readonly string[] = ['budget-shared', 'turmoil', 'kill-anywhere'].map((name) =>
  path.join('test', `${name}.test.ts`),
);
await runFiles(files.filter((file) => !ALONE.includes(file)));
for (const file of ALONE) await runFiles(files.filter((one) => one === file));
await postgres?.dispose();

// In CI a skipped test is a failed one: the run must have shown all that it claims to show.
if (process.env['CI'] === 'true') {
  failed += skipped;
  skipped = 0;
}
if (toolsMissing.length > 0) {
  console.log(`\nnot on this machine, so what they judge was not tested: ${toolsMissing.join(', ')}`);
}
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
