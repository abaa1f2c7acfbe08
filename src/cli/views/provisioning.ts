/** Provisionings, for people and for programs. */
import {
  type BulkReport,
  formatPosition,
  holdingStep,
  type Provisioning,
  type Step,
  toUnicode,
} from '../../app/re-exports.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge, utcTime } from '../output/time.ts';
import { nextSteps } from './connection.ts';

export function provisioningJson(provisioning: Provisioning): Record<string, unknown> {
  const { id, domain, state, steps, zoneId, nameServers, added, wish, dueAt, createdAt } = provisioning;
  return {
    id,
    domain,
    state,
    holding: holdingStep(provisioning)?.name ?? null,
    steps: steps.map((step) => ({ ...step, at: isoTime(step.at) })),
    zoneId,
    nameServers,
    added: {
      zone: added.zone.state,
      changeSetId: added.changeSetId,
      recordsTakenBack: added.recordsTakenBack,
      others: added.others ?? [],
    },
    purchaseId: wish.register?.purchaseId ?? null,
    dueAt: isoTime(dueAt),
    createdAt: isoTime(createdAt),
  };
}

const MARKS: Readonly<Record<Step['state'], string>> = {
  todo: '·',
  waiting: '…',
  action: '!',
  failed: '✗',
  skipped: '-',
  done: '✓',
};

export function formatProvisioning(out: Output, provisioning: Provisioning): string {
  const { domain, state, steps, dueAt } = provisioning;
  const lines = steps.map(({ name, state: of, reason, next, at }) => {
    const mark = of === 'done' ? out.paint.green(MARKS[of]) : MARKS[of];
    const age = at === null ? '' : out.paint.dim(` (${timeWithAge(at, out.now())})`);
    const shownNext = of === 'done' ? '' : nextSteps(out, next);
    return `  ${mark} ${name.padEnd(12)} ${reason}${age}\n${shownNext}`;
  });
  const again = dueAt === null ? '' : `  A worker looks again at ${utcTime(dueAt)}.\n`;
  return `${out.paint.bold(toUnicode(domain))}: ${state}\n${lines.join('')}${state === 'going' ? again : ''}`;
}

export function formatProvisionings(out: Output, provisionings: readonly Provisioning[]): string {
  if (provisionings.length === 0) return 'Nothing is provisioned here.\n';
  return out.table(
    [
      { title: 'DOMAIN', cell: ({ domain }) => toUnicode(domain) },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'AT', cell: (one) => (one.state === 'going' ? (holdingStep(one)?.name ?? '') : '') },
      {
        title: 'WHY',
        cell: (one) => (one.state === 'going' ? (holdingStep(one)?.reason ?? '') : ''),
        shrinksTo: 20,
      },
    ],
    provisionings,
  );
}

/** 0 live or taken down, 6 waiting for the world, 7 a person must act, 1 failed. */
export function provisioningExit(provisioning: Provisioning): ExitCode {
  if (provisioning.state === 'live' || provisioning.state === 'removed') return EXIT.done;
  const held = holdingStep(provisioning)?.state;
  if (held === 'failed') return EXIT.failed;
  return held === 'action' ? EXIT.partial : EXIT.temporary;
}

export function bulkJson(reports: readonly BulkReport[]): Record<string, unknown> {
  return {
    domains: reports.map(({ position, domain, provisioning, error }) => ({
      line: position.line ?? null,
      domain,
      provisioning: provisioning === null ? null : provisioningJson(provisioning),
      error: error === null ? null : { code: error.code, message: error.message, next: error.next },
    })),
  };
}

/** A line for each domain, and what to do about those that do not go on by themselves. */
export function formatBulk(out: Output, reports: readonly BulkReport[]): string {
  const table = out.table(
    [
      { title: 'LINE', cell: ({ position }) => String(position.line ?? ''), align: 'right' },
      { title: 'DOMAIN', cell: ({ domain }) => domain },
      { title: 'STATE', cell: bulkState },
      { title: 'WHY', cell: bulkReason, shrinksTo: 20 },
    ],
    reports,
  );
  const refused = reports.filter(({ error }) => error !== null);
  const details = refused.map(
    ({ position, error }) =>
      `${formatPosition(position)}: ${error?.message ?? ''}\n${nextSteps(out, error?.next ?? [])}`,
  );
  const live = reports.filter(({ provisioning }) => provisioning?.state === 'live').length;
  return `${table}${details.join('')}${live} of ${reports.length} are live, ${refused.length} were refused.\n`;
}

function bulkState({ provisioning }: BulkReport): string {
  if (provisioning === null) return 'refused';
  const held = provisioning.state === 'going' ? holdingStep(provisioning) : null;
  return held === null ? provisioning.state : `${held.name} ${held.state}`;
}

function bulkReason({ provisioning, error }: BulkReport): string {
  if (provisioning === null) return error?.message.split('\n', 1)[0] ?? '';
  return provisioning.state === 'going' ? (holdingStep(provisioning)?.reason ?? '') : '';
}

/** 0 all live, 1 one was refused or failed, 7 a person must act, 6 waiting. */
export function bulkExit(reports: readonly BulkReport[]): ExitCode {
  const codes = reports.map(({ provisioning }) =>
    provisioning === null ? EXIT.failed : provisioningExit(provisioning),
  );
  return [EXIT.failed, EXIT.partial, EXIT.temporary].find((code) => codes.includes(code)) ?? EXIT.done;
}
