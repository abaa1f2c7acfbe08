/**
 * The package as a user gets it: packed, unpacked into an empty folder, every export imported, the command line run.
 * Its dependencies are linked from the project, so nothing is downloaded.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';

const ROOT = path.join(import.meta.dirname, '..');
const folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function unpack(): string {
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], ROOT),
  ) as [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }];
  assert.ok(packed.files.some(({ path: file }) => file === 'dist/dashboard/index.html'));
  for (const { path: file } of packed.files) assert.doesNotMatch(file, /\.test\.|\/fakes?\.|^src\/|^test\//);
  const modules = path.join(folder, 'node_modules');
  mkdirSync(modules);
  run('tar', ['-xzf', path.join(folder, packed.filename), '-C', folder], folder);
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  symlinkSync(path.join(folder, 'package'), path.join(modules, 'zoneward'));
  return path.join(folder, 'package');
}

describe('the packed package', () => {
  it('imports every export and runs the command line', { timeout: 180_000 }, () => {
    const unpacked = unpack();
    const manifest = JSON.parse(readFileSync(path.join(unpacked, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, unknown>>;
      readonly version: string;
    };
    const doors = Object.keys(manifest.exports).filter((door) => !door.endsWith('.json'));
    assert.ok(doors.length >= 2);
    for (const door of doors) {
      const name = door.replace(/^\./, 'zoneward');
      const script = `import(${JSON.stringify(name)}).then((module) => console.log(Object.keys(module).length))`;
      assert.ok(Number(run(process.execPath, ['-e', script], folder)) > 0, `${name} exports nothing`);
    }
    const version = run(process.execPath, [path.join(unpacked, 'bin', 'zoneward.js'), '--version'], folder);
    assert.equal(version.trim(), manifest.version);
    const home = path.join(folder, 'home');
    const bin = [path.join(unpacked, 'bin', 'zoneward.js'), 'init', '--home', home];
    run(process.execPath, bin, folder);
    assert.ok(readdirSync(home).includes('vault.key'));
  });

  it('has types that a user can compile against', { timeout: 120_000 }, () => {
    const program = `
      import { openZoneward, type Zoneward } from 'zoneward';
      import { startSandbox } from 'zoneward/sandbox';
      const zoneward: Zoneward = await openZoneward({ home: 'x' });
      const zones = await zoneward.tenant('acme').zones.list();
      const names: string[] = zones.map((zone) => zone.facts.name);
      const sandbox = await startSandbox({ plan: 'pro' });
      // @ts-expect-error there is no such plan
      await startSandbox({ plan: 'platinum' });
      console.log(names, sandbox.baseUrl);
    `;
    writeFileSync(path.join(folder, 'program.ts'), program);
    const options = {
      module: 'nodenext',
      target: 'esnext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(
      path.join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['program.ts'] }),
    );
    run(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], folder);
  });
});
