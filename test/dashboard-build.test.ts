/** The built dashboard: how much a first page weighs, that nothing of it points elsewhere, that its pages are known. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { firstSegments, PATHS } from '../src/dashboard/paths.ts';
import { openStaticFiles } from '../src/http/static-files.ts';

const ROOT = path.join(import.meta.dirname, '..');
const FOLDER = mkdtempSync(path.join(os.tmpdir(), 'zoneward-dashboard-'));
const BUILT = path.join(FOLDER, 'dashboard');
const FIRST_PAGE_MAX_BYTES = 400 * 1024;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** What a browser fetches to show a page: the entry and the page's own files, with all that they import. */
function filesOf(manifest: Readonly<Record<string, Chunk>>, names: readonly string[]): ReadonlySet<string> {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined || seen.has(name)) return;
    seen.add(name);
    files.add(chunk.file);
    for (const sheet of chunk.css ?? []) files.add(sheet);
    for (const one of chunk.imports ?? []) visit(one);
  };
  for (const name of names) visit(name);
  return files;
}

describe('the built dashboard', () => {
  after(() => rmSync(FOLDER, { recursive: true, force: true }));
  before(() => {
    const script = path.join(ROOT, 'scripts', 'dashboard.ts');
    execFileSync(process.execPath, [script, '--out', BUILT], { stdio: 'inherit' });
  });

  it('is light: the first page, with fonts, is under 400 KB packed', (context) => {
    const manifest = JSON.parse(readFileSync(path.join(BUILT, 'manifest.json'), 'utf8')) as Record<
      string,
      Chunk
    >;
    const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry === true) ?? '';
    const pages = [
      'features/zones/zones-page.tsx',
      'features/zones/zone-page.tsx',
      'features/records/records-tab.tsx',
    ];
    for (const page of pages) {
      assert.ok(page in manifest, `${page} is a file of its own`);
      const files = [...filesOf(manifest, [entry, page]), 'index.html'];
      const fonts = globSync('assets/ibm-plex-{sans-latin-wght,mono-latin-*}*.woff2', { cwd: BUILT });
      assert.ok(fonts.length >= 3);
      const bytes = [
        ...files.map((file) => gzipSync(readFileSync(path.join(BUILT, file)), { level: 9 }).length),
        ...fonts.map((file) => readFileSync(path.join(BUILT, file)).length),
      ].reduce((sum, one) => sum + one, 0);
      context.diagnostic(`${page}: ${Math.round(bytes / 1024)} KB`);
      assert.ok(bytes < FIRST_PAGE_MAX_BYTES, `${page} weighs ${bytes} bytes`);
    }
  });

  it('has no script, style or address in the page but files of its own', () => {
    const page = readFileSync(path.join(BUILT, 'index.html'), 'utf8');
    assert.doesNotMatch(page, /<script(?![^>]*\bsrc="\/assets\/)/);
    assert.doesNotMatch(page, /<style|\son\w+=|style="/);
    for (const sheet of globSync('assets/*.css', { cwd: BUILT }))
      assert.doesNotMatch(
        readFileSync(path.join(BUILT, sheet), 'utf8'),
        /url\((?!["']?(?:\/assets\/|data:))|@import/,
      );
  });

  it('is known to the server by the first segments of its pages, and stands in nobody else’s way', () => {
    const files = openStaticFiles(BUILT);
    const ask = (asked: string) => files.answer(asked, { encodings: 'gzip', knownTag: '' });
    for (const pattern of Object.values(PATHS)) {
      const address = pattern.replace('/*?', '').replaceAll(/:\w+/g, 'example.com');
      assert.equal(ask(address)?.status, 200, address);
    }
    for (const taken of ['v1', 'docs', 'metrics', 'livez', 'readyz', 'openapi.json'])
      assert.ok(!firstSegments().includes(taken));
  });
});
