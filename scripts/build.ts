/**
 * Builds `dist/`: JavaScript and declarations by tsc, the files that the code reads beside itself, the dashboard. Told on
 * stderr: `npm pack --json` runs it, and has stdout for itself.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const startedAt = performance.now();
const root = path.join(import.meta.dirname, '..');
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
process.stderr.write('building dist/ …\n');
run(path.join(root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.build.json');
const files = globSync('src/**/*.{yaml,html,css,svg}', { cwd: root, exclude: ['src/dashboard/**'] });
for (const file of files) {
  const target = path.join(root, 'dist', path.relative('src', file));
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(path.join(root, file), target);
}
run(process.execPath, path.join(root, 'scripts', 'dashboard.ts'));
process.stderr.write(`dist/ is built (${((performance.now() - startedAt) / 1000).toFixed(0)} s)\n`);

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
