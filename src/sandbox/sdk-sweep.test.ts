/**
 * Every operation through the official SDK, and every answer held against the SDK's own types by the compiler: the
 * bodies that came are written down as literals of the types that the SDK promises for them, so a missing field, a
 * value outside of its union or a key that the SDK does not know is an error. What recordings of the real API show
 * otherwise is listed below, each with its reason; nothing else may differ.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { operations } from './coverage.ts';
import { Router } from './http/router.ts';
import { ROUTES } from './routes/index.ts';
import { SDK_CALLS } from './testing/sdk-calls.ts';
import { type Stage, stageFor } from './testing/sdk-stage.ts';

interface Difference {
  readonly operations: RegExp;
  /** Which key of the bodies; with a value, only where it has that. */
  readonly key: string;
  readonly value?: unknown;
  /** What stands for it before the compiler; absent: nothing does. */
  readonly instead?: unknown;
  readonly why: string;
}

/** What differs from the SDK's types, and why it is right to. */
const DIFFERENCES: readonly Difference[] = [
  {
    operations: /^(accounts\.(list|create|get|update)|memberships\.(list|get|update))$/,
    key: 'abuse_contact_email',
    value: null,
    why: 'null as long as none is set, by the fact sheet §3',
  },
  {
    operations: /^(user|accounts)\.tokens\.(create|list|get|update)$/,
    key: 'last_used_on',
    value: null,
    why: 'null in practice, by the fact sheet §1.2',
  },
  {
    operations: /^dns\.records\./,
    key: 'comment',
    value: null,
    why: 'recorded: a record without a comment has null',
  },
  {
    operations: /^dns\.records\.batch$/,
    key: 'deletes',
    value: null,
    why: '[U] lists that were not sent are null',
  },
  {
    operations: /^dns\.records\.batch$/,
    key: 'patches',
    value: null,
    why: '[U] lists that were not sent are null',
  },
  {
    operations: /^dns\.records\.batch$/,
    key: 'puts',
    value: null,
    why: '[U] lists that were not sent are null',
  },
  {
    operations: /^dns\.dnssec\.get$/,
    key: 'status',
    value: null,
    why: 'null when DNSSEC was never on, by the fact sheet §5',
  },
  {
    operations: /^ssl\.(autoOriginTLSKex|recommendations)\.get$/,
    key: 'modified_on',
    value: null,
    instead: '2026-01-01T00:00:00Z',
    why: 'null until it is set, by the fact sheet §6.1',
  },
  {
    operations: /^zones\.(list|create|get|edit)$/,
    key: 'owner',
    instead: {},
    why: 'recorded: null for API tokens',
  },
  {
    operations: /^zones\.(list|create|get|edit)$/,
    key: 'vanity_name_servers_ips',
    why: 'recorded, unknown to the SDK',
  },
  {
    operations: /^dns\.records\.list$/,
    key: 'priority',
    why: 'at the top of an SRV too, by the fact sheet §4.4',
  },
  { operations: /^zones\.(list|create|get|edit)$/, key: 'tenant', instead: {}, why: 'recorded: nulls' },
  { operations: /^zones\.(list|create|get|edit)$/, key: 'tenant_unit', instead: {}, why: 'recorded: nulls' },
  {
    operations: /^zones\.plans\.(list|get)$/,
    key: 'frequency',
    value: '',
    why: 'recorded in zones on the free plan',
  },
  {
    operations: /^customHostnames\./,
    key: 'certificates',
    why: '[U] shown by the API of today, unknown to the SDK',
  },
  {
    operations: /^registrar(Sandbox)?\.(registrations\.(create|edit)|\w*Status\.get|transferIn\.create)$/,
    key: 'domain_name',
    why: 'part of a workflow, by the fact sheet §7.4',
  },
  { operations: /^ssl\.verification\.get$/, key: 'hostname', why: 'by the fact sheet §6.2' },
];

interface Answered {
  /** `zones.get` */
  readonly name: string;
  /** The rows of a page, else what the SDK gave. */
  readonly value: unknown;
}

/** Makes every call, and checks that each reached its own route and succeeded there. */
async function callAll(stage: Stage): Promise<readonly Answered[]> {
  const router = new Router(ROUTES);
  const byName = new Map(operations().map((operation) => [operation.name.toLowerCase(), operation]));
  const answers: Answered[] = [];
  for (const [name, call] of Object.entries(SDK_CALLS)) {
    const operation = byName.get(name.toLowerCase());
    assert.ok(operation !== undefined, `COVERAGE.md has no ${name}`);
    const found = await call(stage).catch((error: unknown) => {
      throw new Error(`${name}: ${String(error)}`, { cause: error });
    });
    const wanted = router.match(operation.method, operation.path.replace(/\{\w+\}/g, 'f'.repeat(32)));
    assert.ok(wanted.kind === 'found', name);
    const last = stage.sandbox.requests().at(-1);
    assert.equal(last?.route, `${operation.method} ${wanted.route.path}`, name);
    assert.ok(last.status >= 200 && last.status < 300, `${name}: ${last.status}`);
    answers.push({ name, value: rowsOf(found) });
  }
  return answers;
}

function rowsOf(answer: unknown): unknown {
  const page = answer as { getPaginatedItems?: () => unknown[] } | null | undefined;
  return typeof page?.getPaginatedItems === 'function' ? page.getPaginatedItems() : answer;
}

const PREAMBLE = `import type Cloudflare from 'cloudflare';
import type { PagePromise } from 'cloudflare/core/pagination';
/** The rows of a page, or the answer itself. */
type Answer<F> = F extends (...args: never[]) => infer R
  ? R extends PagePromise<infer _, infer Row> ? Row[] : Awaited<R>
  : never;
`;

/** The answers as a module that compiles when each is what the SDK says. */
function literalsOf(answers: readonly Answered[]): string {
  const lines = answers.map(({ name, value }, index) => {
    const path = name.split('.').map((part) => `['${part}']`);
    return `export const a${index}: Answer<Cloudflare${path.join('')}> = ${literal(value)}; // ${name}`;
  });
  return `${PREAMBLE}${lines.join('\n')}\n`;
}

function literal(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value).replaceAll('\u2028', '');
}

/** What the compiler says of the module, as `operation: message`. */
function complaintsOf(answers: readonly Answered[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'sdk-types-'));
  const root = join(import.meta.dirname, '../..');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compilerOptions = {
    module: 'nodenext',
    target: 'esnext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['answers.ts'] }));
  const source = literalsOf(answers);
  writeFileSync(join(folder, 'answers.ts'), source);
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    const lines = source.split('\n');
    return stdout
      .split('\n')
      .filter((line) => line.includes('error TS'))
      .map((line) => {
        const [, row, message] = /\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
        const name = /\/\/ (\S+)$/.exec(lines[Number(row) - 1] ?? '')?.[1];
        return `${name ?? 'preamble'}: ${message ?? line}`;
      });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the calls are those that COVERAGE.md calls done, no more and no fewer', () => {
  const done = operations().filter(({ state }) => state === 'done');
  assert.deepEqual(
    Object.keys(SDK_CALLS)
      .map((name) => name.toLowerCase())
      .sort(),
    done.map(({ name }) => name.toLowerCase()).sort(),
  );
});

/** An answer without what may differ; tells which differences it had. */
function withoutDifferences({ name, value }: Answered, met: Set<Difference>): Answered {
  const mine = DIFFERENCES.filter(({ operations: where }) => where.test(name));
  const strip = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(strip);
    if (typeof part !== 'object' || part === null) return part;
    const kept = Object.entries(part).flatMap(([key, held]) => {
      const found = mine.find((item) => item.key === key && (!('value' in item) || item.value === held));
      if (found === undefined) return [[key, strip(held)]];
      met.add(found);
      return found.instead === undefined ? [] : [[key, found.instead]];
    });
    return Object.fromEntries(kept);
  };
  return { name, value: strip(value) };
}

test('every operation answers the SDK, and every answer has the type that the SDK promises', async (t) => {
  const answers = await callAll(await stageFor(t));
  const met = new Set<Difference>();
  assert.deepEqual(complaintsOf(answers.map((answer) => withoutDifferences(answer, met))), []);
  const stale = DIFFERENCES.filter((difference) => !met.has(difference));
  assert.deepEqual(stale, [], 'these differ no more');
  t.diagnostic(`${answers.length} answers, ${DIFFERENCES.length} kinds of difference`);
});

test('the compiler does complain when an answer is wrong', () => {
  const wrong: readonly Answered[] = [
    { name: 'zones.holds.get', value: { hold: 'yes' } },
    { name: 'ssl.certificatePacks.quota.get', value: { advanced: { allocated: 1, used: 0, more: 1 } } },
    { name: 'accounts.get', value: { id: 'x', name: 'y' } },
    { name: 'zones.holds.get', value: { hold: true } },
  ];
  assert.deepEqual(
    complaintsOf(wrong).map((line) => line.split(':')[0]),
    ['zones.holds.get', 'ssl.certificatePacks.quota.get', 'accounts.get'],
  );
});
