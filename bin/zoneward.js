#!/usr/bin/env node
/**
 * Starts the command line: the published build, or in a clone the source as it is. Written so that any Node can
 * read it, because saying "this needs a newer Node" is its other task.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 24 || (major === 24 && minor >= 12)) {
  // Before the first import, so that of the source nothing is compiled, or stripped of its types, twice.
  module.enableCompileCache();
  // A clone runs its source, whatever was built before; the package has no source.
  await import(existsSync(here('../src/cli/main.ts')) ? '../src/cli/main.ts' : '../dist/cli/main.js');
} else if (existsSync(here('../node_modules/node/bin/node'))) {
  // A clone brings its own Node.
  const { status } = spawnSync(
    here('../node_modules/node/bin/node'),
    [here('zoneward.js'), ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  process.exitCode = status ?? 1;
} else {
  console.error(`zoneward needs Node 24.12 or newer; this is Node ${process.versions.node}.`);
  console.error('→ install a newer Node, or run it with one: npx -p node@24 -p zoneward zoneward …');
  process.exitCode = 1;
}
