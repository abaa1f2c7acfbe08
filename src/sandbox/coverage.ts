/**
 * Which operations of the official SDK the sandbox has. The operations are read from the SDK's own sources, the
 * answer from the sandbox's router, so the table cannot drift from either. `node src/sandbox/coverage.ts` prints it,
 * `--write` puts it into COVERAGE.md; a test checks that the file is current.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Router } from './http/router.ts';
import { endedRoutes } from './routes/ended.ts';
import { ROUTES } from './routes/index.ts';

/** Files of the SDK's `resources` folder that are in scope. */
const SCOPE: readonly string[] = [
  'user/user.js',
  'user/tokens/*.js',
  'user/audit-logs.js',
  'accounts/accounts.js',
  'accounts/tokens/*.js',
  'accounts/logs/audit.js',
  'audit-logs/audit-logs.js',
  'memberships/memberships.js',
  'zones/zones.js',
  'zones/activation-check.js',
  'zones/holds.js',
  'zones/plans.js',
  'zones/rate-plans.js',
  'zones/subscriptions.js',
  'zones/settings.js',
  'dns/records.js',
  'dns/usage/*.js',
  'dns/dnssec/*.js',
  'dns/settings/zone.js',
  'dns/settings/account/account.js',
  'ssl/**/*.js',
  'acm/total-tls.js',
  'custom-certificates/*.js',
  'custom-hostnames/**/*.js',
  'origin-ca-certificates/*.js',
  'origin-tls-client-auth/**/*.js',
  'registrar/*.js',
  'registrar-sandbox/*.js',
];

const HTTP_METHODS: Readonly<Record<string, string>> = {
  get: 'GET',
  getAPIList: 'GET',
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

export interface Operation {
  /** `dns.records.list` */
  readonly name: string;
  readonly method: string;
  /** `/zones/{zone_id}/dns_records` */
  readonly path: string;
  /** `ended`: Cloudflare has ended it, and it is answered so. */
  readonly state: 'done' | 'ended' | 'missing';
}

const COVERAGE_FILE = join(dirname(fileURLToPath(import.meta.url)), 'COVERAGE.md');

/** Every operation in scope, sorted by path and method. */
export function operations(): readonly Operation[] {
  const resources = join(dirname(fileURLToPath(import.meta.resolve('cloudflare'))), 'resources');
  const router = new Router(ROUTES);
  const found = globSync([...SCOPE], { cwd: resources })
    .filter((file) => !file.endsWith('index.js'))
    .flatMap((file) => operationsIn(file, readFileSync(join(resources, file), 'utf8')));
  return found
    .map((operation) => ({ ...operation, state: stateOf(router, operation) }))
    .sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method) || compare(a.name, b.name));
}

const CALL =
  /this\._client\s*\.?\s*(get|getAPIList|post|put|patch|delete)\(\s*(?:\(0, path_1\.path\) `([^`]*)`|'([^']*)')/;

function operationsIn(file: string, source: string): Omit<Operation, 'state'>[] {
  const found: Omit<Operation, 'state'>[] = [];
  let member = '';
  const lines = source.split('\n');
  for (const [index, line] of lines.entries()) {
    member = /^ {8}(?:async )?(\w+)\([^)]*\) \{$/.exec(line)?.[1] ?? member;
    const call = CALL.exec(line);
    if (call === null) continue;
    const path = (call[2] ?? call[3] ?? '').replace(/\$\{(\w+)\}/g, '{$1}');
    // A list may be the answer to another method, which its options name.
    const statement =
      lines
        .slice(index, index + 5)
        .join(' ')
        .split(';')[0] ?? '';
    const named = /method: '(\w+)'/.exec(statement)?.[1] ?? call[1] ?? '';
    found.push({ name: `${resourceName(file)}.${member}`, method: HTTP_METHODS[named] ?? '', path });
  }
  return found;
}

/** `dns/dnssec/zsk.js` is `dns.dnssec.zsk`, `zones/zones.js` is `zones`. */
function resourceName(file: string): string {
  const parts = file.replace(/\.js$/, '').split(/[/\\]/);
  if (parts.at(-1) === parts.at(-2)) parts.pop();
  return parts.map((part) => part.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())).join('.');
}

/** Asked of the router, with an id in each parameter's place. */
function stateOf(router: Router, { method, path }: Omit<Operation, 'state'>): Operation['state'] {
  const match = router.match(method, path.replace(/\{\w+\}/g, 'f'.repeat(32)));
  if (match.kind !== 'found') return 'missing';
  return endedRoutes.includes(match.route) ? 'ended' : 'done';
}

/** The table as Markdown. */
export function coverageTable(): string {
  const all = operations();
  const count = (state: Operation['state']): number =>
    all.filter((operation) => operation.state === state).length;
  const rows = all.map(({ name, method, path, state }) => [
    state === 'missing' ? '**missing**' : state,
    method,
    `\`${path}\``,
    name,
  ]);
  return [
    '# What the sandbox has',
    '',
    'Made by `node src/sandbox/coverage.ts --write`; do not edit. The operations are those of the official `cloudflare`',
    'SDK for accounts, tokens, zones, DNS, settings, SSL/TLS, registrar and audit logs.',
    '',
    `Of ${all.length} operations ${count('done')} are done, ${count('ended')} have ended at Cloudflare and are answered so, ${count('missing')} are missing.`,
    '',
    ...table(['state', 'method', 'path', 'SDK'], rows),
    '',
  ].join('\n');
}

/** A Markdown table with its columns aligned, as the project's formatter wants it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

export function coverageFile(): string {
  return readFileSync(COVERAGE_FILE, 'utf8');
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(COVERAGE_FILE, coverageTable());
  else process.stdout.write(coverageTable());
}
