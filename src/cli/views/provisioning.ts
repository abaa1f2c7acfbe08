/** Provisionings, for people and for programs. */
import { holdingStep, type Provisioning, type Step, toUnicode } from '../../app/handed-out.ts';
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
