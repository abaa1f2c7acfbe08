/** `zoneward zones sync`: reads zones in full, with progress, and says what was found. */
import type { Command } from 'commander';
import type { Discovery, RoundReport, SyncAllOutcome, SyncProgress } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import { examples, span } from '../help.ts';
import { errorFacts, formatError } from '../output/error.ts';
import type { Output } from '../output/output.ts';
import type { Progress } from '../output/progress.ts';
import { formatDuration, isoTime } from '../output/time.ts';
import { counted } from '../output/words.ts';
import type { Session } from '../session.ts';

export function registerZonesSync(zones: Command, cli: Cli): void {
  zones
    .command('sync [zone]')
    .description('Find the zones of a connection and read them in full; or read one zone.')
    .option('--changed', 'read only what moved or is due, as Cloudflare’s audit log and the nameservers tell')
    .option('--older-than <time>', 'leave out zones that were verified within this time: 90m, 24h, 7d', span)
    .addHelpText(
      'after',
      examples(
        'zoneward zones sync',
        'zoneward zones sync example.com',
        'zoneward zones sync --older-than 24h',
      ),
    )
    .action(
      cli.run(async (session, name: string | undefined, flags: SyncFlags) => {
        const one = name ?? session.flags.zone;
        if (flags.changed === true) return syncChanged(session, one);
        return one === undefined ? syncAll(session, flags.olderThan) : syncOne(session, one);
      }),
    );
}

/** What `serve` and `worker` do all the time, once: for a cron job. */
async function syncChanged(session: Session, zone: string | undefined): Promise<number> {
  if (zone !== undefined) {
    throw new UsageError('--changed looks at all zones of a connection.', [`zoneward zones sync ${zone}`]);
  }
  const { refresh } = await import('../refresh.ts');
  const reports = await refresh(session);
  session.out.result({
    json: () => ({ rounds: reports.map(roundJson) }),
    text: () => reports.map((report) => formatRound(session.out, report)).join(''),
  });
  return reports.every(({ state, failures }) => state === 'ran' && failures.length === 0)
    ? EXIT.done
    : EXIT.failed;
}

function roundJson({
  outcomes,
  discovery,
  failures,
  nextDueAt,
  ...report
}: RoundReport): Record<string, unknown> {
  return {
    ...report,
    nextDueAt: isoTime(nextDueAt),
    appeared: discovery?.appeared.map(({ name }) => name) ?? [],
    vanished: discovery?.vanished.map(({ name }) => name) ?? [],
    zones: outcomes,
    failures: failures.map(({ zoneId, name, error }) => ({ zoneId, name, error: errorFacts(error) })),
  };
}

function formatRound(
  out: Output,
  { state, reason, outcomes, failures, calls, waiting, silent }: RoundReport,
): string {
  if (state !== 'ran') return `${out.paint.red('✖')} ${state}: ${reason}\n`;
  const changed = outcomes.filter((one) => !one.firstRead && one.created + one.updated + one.deleted > 0);
  const notes = [
    `${counted(outcomes.length, 'zone')} read`,
    `${changed.length} changed from outside`,
    ...(failures.length === 0 ? [] : [`${failures.length} failed`]),
    ...(waiting === 0 ? [] : [`${waiting} wait for the next round`]),
    ...(silent === 0 ? [] : [`${silent} without an answer of their nameservers`]),
  ];
  return `${signOf(out, failures)} ${notes.join(', ')}; ${counted(calls, 'call')} to Cloudflare\n`;
}

/** Before what was read: a tick only where all could be. */
function signOf({ paint }: Output, failures: readonly unknown[]): string {
  return failures.length === 0 ? paint.green('✓') : paint.yellow('!');
}

interface SyncFlags {
  readonly olderThan?: number;
  readonly changed?: boolean;
}

async function syncOne(session: Session, name: string): Promise<void> {
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status(`Reading ${name} …`);
  const outcome = await tenant.zones.sync(name, session.via).finally(() => bar.end());
  const { out } = session;
  const { created, updated, deleted, recordCount, revision, calls, firstRead } = outcome;
  out.result({
    json: () => outcome,
    text: () => {
      const changes = firstRead ? 'first read' : `+${created} ~${updated} -${deleted}`;
      return `${out.paint.green('✓')} ${name}: ${counted(recordCount, 'record')}, revision ${revision} (${changes}), ${counted(calls, 'call')}\n`;
    },
  });
  if (outcome.outdated)
    out.warn('The list is older than a write that is known; nothing was taken out. Sync again in a minute.');
  else if (!outcome.consistent)
    out.warn('The list kept shifting while it was read; nothing was taken out. Sync again.');
}

async function syncAll(session: Session, olderThan: number | undefined): Promise<number> {
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status('Looking for zones …');
  const words = {
    saying: 'Stopping; what was read is kept. Sync again to go on.',
    hard: 'Ended at once; what was read is kept.',
  };
  const { discovery, sync } = await session
    .interruptible(words, (signal) =>
      tenant.zones.syncAll({
        ...session.via,
        signal,
        ...(olderThan === undefined ? {} : { verifiedSince: session.out.now() - olderThan }),
        onProgress: (event) => showProgress(bar, event),
      }),
    )
    .finally(() => bar.end());
  session.out.result({
    json: () => syncJson(discovery, sync),
    text: () => formatSync(session.out, discovery, sync),
  });
  for (const { name, error } of sync.failures) session.out.warn(`${name}: ${errorFacts(error).message}`);
  if (sync.stopped !== null) {
    session.io.stderr.write(formatError(sync.stopped, { paint: session.out.notePaint, debug: false }));
    return exitCodeOf(sync.stopped);
  }
  return sync.failures.length === 0 ? EXIT.done : EXIT.failed;
}

export function showProgress(bar: Progress, event: SyncProgress): void {
  const { done, total, name, remainingMs } = event;
  const left = remainingMs === null || remainingMs < 2_000 ? '' : `, ${formatDuration(remainingMs)} left`;
  bar.update({ done, total, text: `${name}${left}` });
}

function syncJson(discovery: Discovery, sync: SyncAllOutcome): Record<string, unknown> {
  const { outcomes, failures, stopped, ...counts } = sync;
  return {
    ...counts,
    calls: sync.calls + discovery.calls,
    seen: discovery.seen,
    appeared: discovery.appeared.map(({ name }) => name),
    vanished: discovery.vanished.map(({ name }) => name),
    outOfReach: discovery.outOfReach.map(({ name }) => name),
    complete: discovery.complete,
    zones: outcomes,
    failures: failures.map(({ zoneId, name, error }) => ({ zoneId, name, error: errorFacts(error) })),
    stopped: stopped === null ? null : errorFacts(stopped),
  };
}

export function formatSync(out: Output, discovery: Discovery, sync: SyncAllOutcome): string {
  const { outcomes } = sync;
  const sum = (key: 'recordCount' | 'created' | 'updated' | 'deleted'): number =>
    outcomes
      .filter((one) => key === 'recordCount' || !one.firstRead)
      .reduce((total, one) => total + one[key], 0);
  const moves = [
    [discovery.appeared.length, 'new'],
    [discovery.vanished.length, 'gone'],
    [discovery.outOfReach.length, 'out of reach'],
    [sync.skipped, 'fresh enough'],
    [sync.failures.length, 'failed'],
  ] as const;
  const notes = moves.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  const changes = [sum('created'), sum('updated'), sum('deleted')];
  const changed = changes.every((number) => number === 0)
    ? 'nothing changed since they were last read'
    : `changed from outside: +${changes[0]} ~${changes[1]} -${changes[2]}`;
  const first = outcomes.filter((one) => one.firstRead).length;
  const lines = [
    `${signOf(out, sync.failures)} ${counted(outcomes.length, 'zone')} read${notes.length === 0 ? '' : ` (${notes.join(', ')})`}, ${counted(sum('recordCount'), 'record')}`,
    `  ${counted(sync.calls + discovery.calls, 'call')} to Cloudflare, ${formatDuration(sync.elapsedMs)}`,
    ...(first === outcomes.length ? [] : [`  ${changed}`]),
  ];
  return `${lines.join('\n')}\n`;
}
