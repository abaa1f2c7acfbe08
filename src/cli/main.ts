#!/usr/bin/env node
/**
 * The entry of the command line, and the only place that ends the process. It must parse on any Node, so that an old
 * one is told what is needed: nothing newer than `import()` here, and everything else is loaded after the check.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 12)) {
  process.stderr.write(
    `zoneward needs Node 24.12 or newer; this is ${process.versions.node}.\n` +
      'Install a newer one (https://nodejs.org), or run it with: npx -p node@24 -p zoneward zoneward\n',
  );
  process.exitCode = 1;
} else {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { keepHeapSmall } = await import('./keep-heap-small.ts');
  keepHeapSmall();
  const { processIo } = await import('./io.ts');
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2), processIo());
}

export {};
