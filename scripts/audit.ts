/**
 * What is known of weaknesses in the packages that Zoneward runs on: `npm audit` of what users install. A registry that
 * answers no such question (a mirror, no network) leaves it open, which is said and is no pass.
 */
import { spawnSync } from 'node:child_process';

/** From here on a weakness fails the run. */
const FAILING = ['high', 'critical'] as const;
const LIMIT_MS = 60_000;

export type Audit =
  | { readonly state: 'sound' }
  | { readonly state: 'weak'; readonly packages: readonly string[] }
  | { readonly state: 'unanswered'; readonly reason: string };

export function auditDependencies(): Audit {
  const { stdout, error } = spawnSync('npm', ['audit', '--omit=dev', '--audit-level=high', '--json'], {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  return error === undefined ? readAudit(stdout) : { state: 'unanswered', reason: error.message };
}

/** What `npm audit --json` printed. */
export function readAudit(text: string): Audit {
  const report = parse(text);
  const { vulnerabilities, message, error } = report as {
    readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
    readonly message?: string;
    readonly error?: { readonly summary?: string };
  };
  if (vulnerabilities === undefined)
    return { state: 'unanswered', reason: message ?? (error?.summary || 'no report came') };
  const packages = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => FAILING.some((one) => one === severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  return packages.length === 0 ? { state: 'sound' } : { state: 'weak', packages };
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
