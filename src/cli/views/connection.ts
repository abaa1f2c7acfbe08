/** Connections and their tests, for people and for programs. No field of a view holds a secret. */
import type { Connection, ConnectionState, TestReport, TestStep } from '../../app/re-exports.ts';
import { formatProblems } from '../output/error.ts';
import type { Output } from '../output/output.ts';
import type { Paint } from '../output/paint.ts';
import { formatDuration, isoTime, relativeTime, timeWithAge } from '../output/time.ts';
import { visible } from '../output/width.ts';
import { counted } from '../output/words.ts';
import { formatRights } from './rights.ts';

export function connectionJson(connection: Connection): Record<string, unknown> {
  const { fingerprint: _, version: __, secretSource, rotation, ...shown } = connection;
  return {
    ...shown,
    secret: secretSource.kind === 'vault' ? 'vault' : secretSource.reference,
    rotation: {
      everyDays: rotation.everyDays,
      dueAt: isoTime(rotation.dueAt),
      lastRotatedAt: isoTime(rotation.lastRotatedAt),
    },
    expiresAt: isoTime(connection.expiresAt),
    testedAt: isoTime(connection.testedAt),
    createdAt: isoTime(connection.createdAt),
    updatedAt: isoTime(connection.updatedAt),
  };
}

export function reportJson(report: TestReport): Record<string, unknown> {
  return { ...report, testedAt: isoTime(report.testedAt) };
}

const STATE_STYLES: Readonly<Record<ConnectionState, keyof Paint>> = {
  untested: 'dim',
  active: 'green',
  limited: 'yellow',
  expiring: 'yellow',
  expired: 'red',
  revoked: 'red',
  invalid: 'red',
  paused: 'dim',
  rotating: 'cyan',
};

/** In the order of a connection's life. */
export const CONNECTION_STATES: readonly string[] = Object.keys(STATE_STYLES);

export function paintState(paint: Paint, state: ConnectionState, text: string = state): string {
  return paint[STATE_STYLES[state]](text);
}

export function formatConnections(out: Output, connections: readonly Connection[]): string {
  if (connections.length === 0) {
    return `No connections yet.\n  ${out.paint.cyan('→')} zoneward connections add\n`;
  }
  return out.table<Connection>(
    [
      { title: 'label', cell: (one) => one.label, shrinksTo: 16 },
      {
        title: 'state',
        cell: (one) => one.state,
        paint: (text, one) => paintState(out.paint, one.state, text),
      },
      { title: 'kind', cell: (one) => one.kind },
      { title: 'account', cell: (one) => one.accountName ?? one.accountId, shrinksTo: 10 },
      { title: 'tested', cell: (one) => ago(one.testedAt, out) },
      { title: 'expires', cell: (one) => ago(one.expiresAt, out) },
      { title: 'rotation due', cell: (one) => ago(one.rotation.dueAt, out) },
    ],
    connections,
  );
}

function ago(at: number | null, out: Output): string {
  return at === null ? '' : relativeTime(at, out.now());
}

/** `more`: facts below the connection's own. */
export function formatConnection(
  out: Output,
  connection: Connection,
  more: readonly (readonly [label: string, value: string | null])[] = [],
): string {
  const when = (at: number | null): string | null => (at === null ? null : timeWithAge(at, out.now()));
  const { secretSource, rotation } = connection;
  const facts = out.facts(
    [
      ['id', connection.id],
      ['state', `${paintState(out.paint, connection.state)}  ${connection.stateDetail}`],
      ['kind', connection.kind],
      ['e-mail', connection.email],
      ['account', [connection.accountName, connection.accountId].filter(Boolean).join('  ')],
      ['zones', connection.zoneIds.length === 0 ? 'all that it sees' : connection.zoneIds.join('\n')],
      ['secret', secretSource.kind === 'vault' ? 'sealed in the vault' : secretSource.reference],
      ['profile', connection.profile],
      ['tags', connection.tags.length === 0 ? null : visible(connection.tags.join(', '))],
      ['metadata', metadataText(connection)],
      ['tested', when(connection.testedAt)],
      ['expires', when(connection.expiresAt)],
      ['rotation due', when(rotation.dueAt)],
      ['created', when(connection.createdAt)],
      ...more,
    ],
    '  ',
  );
  const rights =
    connection.capabilities.length === 0 ? '' : `\n${formatRights(out, connection.capabilities)}`;
  return `${out.paint.bold(visible(connection.label))}\n${facts}${rights}${nextSteps(out, connection.next)}`;
}

function metadataText({ metadata }: Connection): string | null {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return null;
  return visible(entries.map(([key, value]) => `${key}=${value}`).join(', '));
}

export function nextSteps(out: Output, steps: readonly string[]): string {
  return steps.map((step) => `  ${out.paint.cyan('→')} ${visible(step)}\n`).join('');
}

const STEP_NAMES: Readonly<Record<TestStep['name'], string>> = {
  account: 'account',
  verify: 'verify',
  'list-zones': 'list zones',
  'read-records': 'read records',
  rights: 'rights',
};

/** Each step with its time and ray id, then what the credential may do, then what to think about. */
export function formatReport(out: Output, report: TestReport): string {
  const { paint } = out;
  const signs = { ok: paint.green('✓'), failed: paint.red('✖'), skipped: paint.dim('·') } as const;
  const steps = report.steps.map((step) => {
    const cost = step.calls === 0 ? '' : `  ${formatDuration(step.durationMs)}${rayText(step, out)}`;
    return `  ${signs[step.outcome]} ${STEP_NAMES[step.name].padEnd(14)}${visible(step.detail)}${paint.dim(cost)}\n`;
  });
  const rights = report.capabilities.length === 0 ? '' : `\n${formatRights(out, report.capabilities)}`;
  const met = {
    yes: paint.green('met'),
    no: paint.red('not met'),
    unknown: paint.yellow('not known'),
  } as const;
  const grade = report.grade === null ? '' : `, least privilege ${gradeText(report.grade, paint)}`;
  const verdict = `\n  profile ${report.profile.profile}: ${met[report.profile.met]}${grade}; ${counted(report.calls, 'call')}, ${formatDuration(report.durationMs)}\n`;
  const warnings = formatProblems(report.warnings, paint, out.columns).map((line) => `${line}\n`);
  return [...steps, rights, verdict, ...warnings].join('');
}

const RAY_COLUMNS_MIN = 120;

/** The ray id is for Cloudflare's support: of a step that failed always, of others where there is room. */
function rayText({ ray, outcome }: TestStep, { columns }: Output): string {
  const roomy = columns === null || columns >= RAY_COLUMNS_MIN;
  return ray === null || (outcome === 'ok' && !roomy) ? '' : `, ray ${ray}`;
}

function gradeText(grade: string, paint: Paint): string {
  if (grade === 'A' || grade === 'B') return paint.green(grade);
  return grade === 'C' ? paint.yellow(grade) : paint.red(grade);
}
