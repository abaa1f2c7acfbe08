/**
 * The last steps of every command that writes: show the diff, refuse what may not be, ask, apply with progress, say
 * what became of it. The same for a file, an edit, an undo and a resumed change set.
 */
import type { Command } from 'commander';
import type {
  Applied,
  ApplyProgress,
  ApplyRequest,
  GuardFinding,
  Planned,
  ZonePlan,
} from '../app/re-exports.ts';
import {
  changesAnything,
  hasErrors,
  heldGuards,
  InvalidInputError,
  totalChanges,
  ZonewardError,
} from '../app/re-exports.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit.ts';
import { collect } from './help.ts';
import { formatError } from './output/error.ts';
import type { Progress } from './output/progress.ts';
import { formatDuration } from './output/time.ts';
import { counted } from './output/words.ts';
import { confirm } from './prompt.ts';
import type { Session } from './session.ts';
import { appliedJson, formatUndone, stepsFor } from './views/change-set.ts';
import { nextSteps } from './views/connection.ts';
import { formatPlanned, plannedJson } from './views/plan.ts';

export interface ApplyFlags {
  readonly allow?: readonly string[];
  readonly continue?: boolean;
  readonly verify?: boolean;
  readonly dryRun?: boolean;
}

/** Flags of every command that writes. */
export function withApplyFlags(command: Command): Command {
  return command
    .option('--allow <word>', 'lift the guard rail of this word (may be given again)', collect)
    .option('--continue', 'when Cloudflare refuses a request, find the records at fault and apply the others')
    .option('--verify', 'read the zone once more at the end and compare')
    .option('--dry-run', 'show what would be done, and write nothing');
}

/** Throws what refuses the plan; nothing was written then. Otherwise gives the exit code. `beforeSend`: after the yes. */
export async function applyPlanned(
  session: Session,
  planned: Planned,
  flags: ApplyFlags,
  { beforeSend }: { readonly beforeSend?: () => Promise<void> } = {},
): Promise<ExitCode> {
  const { out } = session;
  refuseErrors(planned);
  const changes = countChanges(planned);
  if (changes === 0 || flags.dryRun === true) {
    out.result({
      json: () => ({ ...plannedJson(planned), applied: null }),
      text: () => formatPlanned(out, planned),
    });
    return conflictCount(planned) > 0 && changes === 0 ? EXIT.conflict : EXIT.done;
  }
  // Who has said yes already and wants it quiet has seen the diff.
  const seen = out.json || (out.quiet && session.flags.yes === true);
  if (!seen) out.line(formatPlanned(out, planned).trimEnd());
  refuseGuarded(planned, flags.allow ?? [], seen);
  await confirm(session.io, question(planned, changes), session.flags.yes === true);
  await beforeSend?.();
  const tenant = await session.tenant();
  const startedAt = out.now();
  const plans = planned.zones.map(({ plan }) => plan);
  const applied = await withProgress(session, plans, (request) =>
    tenant.changes.apply(planned, { ...request, ...requestOf(flags) }),
  );
  if (applied === null) return EXIT.done;
  return tellApplied(session, planned, applied, out.now() - startedAt);
}

export function requestOf(flags: ApplyFlags): ApplyRequest {
  return {
    allow: flags.allow ?? [],
    ...(flags.continue === true ? { continueOnRefusal: true } : {}),
    ...(flags.verify === true ? { verify: true } : {}),
  };
}

/** Runs `work` with a progress bar and a Ctrl-C that stops between requests. */
export async function withProgress<T>(
  session: Session,
  plans: readonly Pick<ZonePlan, 'zoneId' | 'zoneName'>[],
  work: (request: Pick<ApplyRequest, 'signal' | 'onProgress'>) => Promise<T>,
): Promise<T> {
  const bar = session.progress();
  const names = new Map(plans.map(({ zoneId, zoneName }) => [zoneId as string, zoneName as string]));
  const words = {
    saying: 'Stopping after the request under way; press Ctrl-C again to end at once.',
    hard: 'Ended at once. The journal knows what was sent: see `zoneward changes list`, and `zoneward changes resume`.',
  };
  try {
    return await session.interruptible(words, (signal) =>
      work({ signal, onProgress: (event) => showProgress(bar, event, names) }),
    );
  } finally {
    bar.end();
  }
}

function showProgress(bar: Progress, event: ApplyProgress, names: ReadonlyMap<string, string>): void {
  const zone = names.get(event.zoneId) ?? event.zoneId;
  switch (event.kind) {
    case 'waiting-for-lock':
      bar.status(`${zone} is being changed by ${event.heldBy}; waiting`);
      return;
    case 'reading':
      bar.status(`Reading ${zone} …`);
      return;
    case 'sending':
    case 'landed':
      bar.update({ done: event.done, total: event.total, text: zone });
      return;
    case 'settling':
      bar.status(`No answer; looking what became of it, up to ${formatDuration(event.waitMs)} …`);
      return;
    case 'waiting-for-budget':
      bar.status(`Next request to ${zone} in ${formatDuration(event.waitMs)}: the API budget is used up`);
      return;
    case 'refused':
      bar.say(`Cloudflare refused a request for ${zone}: ${event.message}`);
      return;
    default:
      event satisfies never;
  }
}

function refuseErrors({ zones }: Planned): void {
  const problems = zones.flatMap(({ plan }) => plan.problems);
  if (hasErrors(problems)) throw new InvalidInputError('The plan has errors; nothing was written.', problems);
}

/** With the diff on the screen the findings stand there already; `tellThem` says them in the error too. */
function refuseGuarded({ zones }: Planned, allow: readonly string[], tellThem: boolean): void {
  const held: readonly GuardFinding[] = heldGuards(
    zones.map(({ plan }) => plan),
    allow,
  );
  if (held.length === 0) return;
  const words = [...new Set(held.map((guard) => guard.override))];
  throw new ZonewardError(
    [
      'A guard rail holds; nothing was written.',
      ...(tellThem ? held.map((guard) => `  ${guard.message}`) : []),
    ].join('\n'),
    {
      code: 'guard-rail',
      kind: 'conflict',
      next: [`If that is what you want, add: ${words.map((word) => `--allow ${word}`).join(' ')}`],
      details: { guards: held },
    },
  );
}

/** What an undo leaves alone because someone changed it since. */
function conflictCount({ conflicts, settingConflicts = [] }: Planned): number {
  return conflicts.length + settingConflicts.length;
}

export function countChanges({ zones }: Pick<Planned, 'zones'>): number {
  return totalChanges(zones.map(({ plan }) => plan));
}

function question({ zones }: Planned, changes: number): string {
  const changed = zones.filter(({ plan }) => changesAnything(plan));
  const [first] = changed;
  const where = changed.length === 1 ? (first?.plan.zoneName ?? '') : `${changed.length} zones`;
  return `Make ${changes === 1 ? 'this change' : `these ${changes} changes`} in ${where} at Cloudflare?`;
}

/** Says what became of an apply, and gives the exit code. */
export function tellApplied(
  session: Session,
  planned: Planned | null,
  applied: Applied,
  elapsedMs: number,
): ExitCode {
  const { out, io } = session;
  const { changeSet, status, zones } = applied;
  const outcomes = zones.flatMap((zone) => zone.outcomes);
  const done = outcomes.filter((outcome) => outcome.state === 'applied').length;
  const total = totalChanges(changeSet.plans);
  out.result({
    json: () => ({ ...(planned === null ? {} : plannedJson(planned)), applied: appliedJson(applied) }),
    text: () => {
      const sign = status === 'applied' ? out.paint.green('✓') : out.paint.red('✖');
      const head = `${sign} ${done} of ${counted(total, 'change')} applied in ${formatDuration(elapsedMs)}: ${changeSet.id} is ${status}\n`;
      const undone = changeSet.plans.map((plan) =>
        formatUndone(out, plan, zones.find((zone) => zone.zoneId === plan.zoneId)?.outcomes ?? []),
      );
      return `${head}${undone.join('')}${nextSteps(out, stepsFor(changeSet, out.now()))}`;
    },
  });
  for (const zone of zones) {
    if (zone.stopped !== null)
      io.stderr.write(formatError(zone.stopped, { paint: out.notePaint, debug: false }));
    if (zone.verified === false)
      out.warn(`The closing read of zone ${zone.zoneId} shows a difference: look at it.`);
  }
  return exitOf(applied, done, planned === null ? 0 : conflictCount(planned));
}

function exitOf({ status, zones }: Applied, done: number, conflicts: number): ExitCode {
  if (status === 'applied')
    return conflicts > 0 || zones.some((zone) => zone.verified === false) ? EXIT.partial : EXIT.done;
  if (status === 'unknown' || done > 0) return EXIT.partial;
  const stopped = zones.find((zone) => zone.stopped !== null)?.stopped;
  // A person called it off before anything was sent.
  if (stopped?.code === 'apply-stopped') return EXIT.usage;
  return stopped === undefined || stopped === null ? EXIT.failed : exitCodeOf(stopped);
}
