/**
 * The house rules as a test: which folder may import which, that pure rooms stay pure, and how large a file may
 * grow. The table is the one in ARCHITECTURE.md; change both together, with a reason.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

const ROOT = path.join(import.meta.dirname, '..');

/** Room → the rooms that it may import; `types:x` allows `import type` only. Every room may import itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  dns: ['base'],
  plan: ['base', 'dns'],
  domains: ['base', 'dns', 'plan'],
  cloudflare: ['base', 'dns', 'types:plan', 'types:domains'],
  vault: ['base', 'types:domains'],
  store: ['base', 'dns', 'plan', 'types:domains', 'types:cloudflare'],
  outbound: ['base', 'types:domains'],
  app: ['base', 'dns', 'plan', 'domains', 'cloudflare', 'vault', 'outbound', 'store'],
  http: ['app'],
  client: [],
  cli: ['app', 'http', 'client', 'sandbox'],
  dashboard: ['client'],
  sandbox: [],
  'index.ts': ['app'],
};

/** Pure rooms do no I/O and know no time: these imports and globals have no place in them. */
const PURE_ROOMS = ['base', 'dns', 'plan'];
const IMPURE_MODULES =
  /^node:(fs|net|http|https|dgram|dns|child_process|timers|worker_threads|sqlite|os|process)/;
const IMPURE_CALLS = /\b(Date\.now|Math\.random|setTimeout|setInterval|fetch|process\.env)\b/;

const LINES_MAX = 500;
const BASE_LINES_MAX = 300;

interface Source {
  readonly file: string;
  readonly room: string;
  readonly text: string;
  /** `late`: loaded when it is needed. */
  readonly imports: readonly { readonly to: string; readonly typeOnly: boolean; readonly late: boolean }[];
}

function readSources(): Source[] {
  return globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).map((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    return { file, room: file.split(path.sep)[1] ?? '', text, imports: importsOf(text) };
  });
}

function importsOf(text: string): Source['imports'] {
  const found: Source['imports'][number][] = [];
  const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  for (const match of text.matchAll(statement))
    found.push({ to: match[2] ?? '', typeOnly: match[1] !== undefined, late: false });
  for (const match of text.matchAll(/\bimport\(\s*'([^']+)'/g))
    found.push({ to: match[1] ?? '', typeOnly: false, late: true });
  return found;
}

/** The room that a relative import leads to; null for packages and for the room itself. */
function roomOf(source: Source, to: string): string | null {
  if (!to.startsWith('.')) return null;
  const target = path.relative(path.join(ROOT, 'src'), path.resolve(ROOT, path.dirname(source.file), to));
  const room = target.split(path.sep)[0] ?? '';
  return room === source.room ? null : room;
}

/** Tests, and the suites and fakes that only tests use, may import what they test with. */
function isTest(file: string): boolean {
  return /\.(test|bench)\.tsx?$|-contract\.ts$|\/(contract|testing)\//.test(file);
}

const sources = readSources();

describe('architecture', () => {
  it('has a rule for every room', () => {
    const rooms = new Set(sources.map((source) => source.room));
    for (const room of rooms) assert.ok(room in MAY_IMPORT, `src/${room} is not in the table`);
    assert.ok(rooms.size >= 5);
  });

  it('imports only what the table allows', () => {
    const broken = sources
      .filter((source) => !isTest(source.file))
      .flatMap((source) =>
        source.imports.flatMap(({ to, typeOnly }) => {
          const room = roomOf(source, to);
          const allowed = MAY_IMPORT[source.room] ?? [];
          if (room === null || allowed.includes(room) || (typeOnly && allowed.includes(`types:${room}`)))
            return [];
          return [`${source.file} imports ${room} (${to})`];
        }),
      );
    assert.deepEqual(broken, []);
  });

  it('has no files that load each other in a circle', () => {
    const inside = new Map(
      sources
        .filter(({ file }) => !isTest(file))
        .map(({ file, imports }) => {
          const loaded = imports.filter(({ to, typeOnly, late }) => !typeOnly && !late && to.startsWith('.'));
          return [file, loaded.map(({ to }) => path.join(path.dirname(file), to))] as const;
        }),
    );
    const clean = new Set<string>();
    const circles: string[] = [];
    const walk = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) circles.push([...above.slice(above.indexOf(file)), file].join(' → '));
      if (above.includes(file) || clean.has(file)) return;
      for (const to of inside.get(file) ?? []) walk(to, [...above, file]);
      clean.add(file);
    };
    for (const file of inside.keys()) walk(file, []);
    assert.ok(inside.size > 500);
    assert.deepEqual(circles, []);
  });

  it('lets the command line see only the door of the sandbox', () => {
    const inner = sources
      .filter((source) => source.room === 'cli')
      .flatMap((source) =>
        source.imports.filter(({ to }) => to.includes('/sandbox/') && !to.endsWith('/index.ts')),
      );
    assert.deepEqual(inner, []);
  });

  it('keeps the pure rooms pure', () => {
    const impure = sources
      // The system clock and random source are the one door to time and chance, handed in from outside.
      .filter(
        (source) =>
          PURE_ROOMS.includes(source.room) && !isTest(source.file) && !source.file.endsWith('clock.ts'),
      )
      .flatMap((source) => {
        const modules = source.imports.filter(({ to }) => IMPURE_MODULES.test(to)).map(({ to }) => to);
        const code = source.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        const call = IMPURE_CALLS.exec(code)?.[0];
        return [...modules, ...(call === undefined ? [] : [call])].map((what) => `${source.file}: ${what}`);
      });
    assert.deepEqual(impure, []);
  });

  it('keeps files to one subject', () => {
    const long = sources
      .filter((source) => !source.text.split('\n', 1)[0]?.includes('Generated by `npm run'))
      .map((source) => ({ file: source.file, lines: source.text.split('\n').length }))
      .filter(({ file, lines }) => lines > LINES_MAX && !isTest(file));
    assert.deepEqual(long, []);
    const base = sources
      .filter((source) => source.room === 'base' && !isTest(source.file))
      .reduce((sum, source) => sum + source.text.split('\n').length, 0);
    assert.ok(base <= BASE_LINES_MAX, `base has ${base} lines`);
  });

  it('opens every file with what it promises', () => {
    const silent = sources
      .filter(
        (source) => !isTest(source.file) && !source.text.startsWith('/**') && !source.text.startsWith('#!'),
      )
      .map((source) => source.file);
    assert.deepEqual(silent, []);
  });

  it('has no default exports and no enums', () => {
    const found = sources
      .filter((source) => /^export default |^(?:export )?(?:const )?enum /m.test(source.text))
      .map((source) => source.file);
    assert.deepEqual(found, []);
  });
});
