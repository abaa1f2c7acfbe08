/**
 * Where the dashboard's built files are. In the package they are there; in a clone they are built when they are
 * missing or older than what they are made from.
 */
import { spawn } from 'node:child_process';
import { existsSync, globSync, statSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '..', '..');

/**
 * The folder of the built dashboard; null when there is none and none can be built here (no development packages).
 * `tell` is called with a line for people before and after a build, which takes a few seconds.
 */
export async function dashboardFiles(tell: (line: string) => void): Promise<string | null> {
  const folder = path.join(ROOT, 'dist', 'dashboard');
  const page = path.join(folder, 'index.html');
  if (!import.meta.filename.endsWith('.ts')) return existsSync(page) ? folder : null;
  if (existsSync(page) && statSync(page).mtimeMs >= newestSource()) return folder;
  const startedAt = performance.now();
  tell('building the dashboard, which takes a few seconds');
  const failure = await build();
  if (failure === null) {
    tell(`the dashboard is built (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
    return folder;
  }
  tell(`the dashboard could not be built; the API answers without it. ${failure}`);
  return existsSync(page) ? folder : null;
}

function newestSource(): number {
  const files = globSync(
    ['src/dashboard/**/*', 'src/client/*.ts', 'scripts/dashboard.ts', 'package-lock.json'],
    {
      cwd: ROOT,
    },
  );
  return Math.max(...files.map((file) => statSync(path.join(ROOT, file)).mtimeMs));
}

/** Null when it went well, otherwise what was said of it. */
async function build(): Promise<string | null> {
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts', 'dashboard.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('error', () => resolve(null));
  child.once('close', resolve);
  const code = await promise;
  return code === 0 ? null : said.trim().slice(-1_000) || `scripts/dashboard.ts ended with ${code}`;
}
