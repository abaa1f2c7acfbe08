/**
 * Builds the dashboard into `dist/dashboard` (or `--out FOLDER`), beside the old one until it is whole. `--watch` serves it from source
 * instead, with the API of a running `zoneward serve` behind it (`ZONEWARD_SERVER`, default http://127.0.0.1:4500).
 */
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import react from '@vitejs/plugin-react';
import { build, createServer, type InlineConfig, type Plugin } from 'vite';
import { firstSegments } from '../src/dashboard/paths.ts';

const ROOT = path.join(import.meta.dirname, '..');
const { values: flags } = parseArgs({ options: { out: { type: 'string' }, watch: { type: 'boolean' } } });
const TARGET = path.resolve(flags.out ?? path.join(ROOT, 'dist', 'dashboard'));
/** Stands in the page until the server puts a fresh one in its place, for each answer. */
const NONCE_MARK = '__CSP_NONCE__';
const SERVER_DEFAULT = 'http://127.0.0.1:4500';

/** Tells the server which addresses are pages. */
function pathsFile(): Plugin {
  return {
    name: 'zoneward-paths',
    generateBundle() {
      this.emitFile({
        type: 'asset',
        fileName: 'paths.json',
        source: JSON.stringify({ nonceMark: NONCE_MARK, pages: firstSegments() }),
      });
    },
  };
}

function configOf(outDir: string): InlineConfig {
  return {
    configFile: false,
    root: path.join(ROOT, 'src', 'dashboard'),
    logLevel: 'warn',
    plugins: [react(), pathsFile()],
    html: { cspNonce: NONCE_MARK },
    build: {
      outDir,
      emptyOutDir: true,
      // Everything is a file with its hash in its name; nothing is a data address that the policy would refuse.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: 'manifest.json',
      reportCompressedSize: false,
      target: 'es2023',
    },
  };
}

async function buildDashboard(): Promise<void> {
  const fresh = `${TARGET}.${process.pid}`;
  try {
    await build(configOf(fresh));
    rmSync(TARGET, { recursive: true, force: true });
    renameSync(fresh, TARGET);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

async function watch(): Promise<void> {
  const target = process.env['ZONEWARD_SERVER'] ?? SERVER_DEFAULT;
  const config = configOf(TARGET);
  const server = await createServer({
    ...config,
    html: {},
    logLevel: 'info',
    server: { proxy: { '/v1': { target }, '/docs': { target }, '/openapi.json': { target } } },
  });
  await server.listen();
  server.printUrls();
}

await (flags.watch === true ? watch() : buildDashboard());
