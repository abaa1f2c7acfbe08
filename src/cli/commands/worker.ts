/** `zoneward worker`: works on jobs, keeps zones in step, rotates what is due, reminds; until Ctrl-C, or once. */
import type { Command } from 'commander';
import type { SweepReport, WorkerEvent } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import { isoTime, utcTime } from '../output/time.ts';
import { visible } from '../output/width.ts';
import type { Session } from '../session.ts';
import { paintState } from '../views/connection.ts';

/** What `--once` says of while it works; the rest stands in its table. */
const TOLD_AT_ONCE: ReadonlySet<WorkerEvent['kind']> = new Set(['problem', 'rotation', 'recovery']);

export function register(program: Command, cli: Cli): void {
  program
    .command('worker')
    .description(
      'Work on jobs, keep the zones of all connections in step, rotate what is due, remind of what ends. Ctrl-C ends it. All workers of a store share its jobs; one at a time does the rest, and others wait to take over.',
    )
    .option('--once', 'do what is due now, and end: for cron')
    .addHelpText('after', examples('zoneward worker', 'zoneward worker --once --json'))
    .action(
      cli.run(async (session, flags: { readonly once?: boolean }) =>
        flags.once === true ? once(session) : untilStopped(session),
      ),
    );
}

async function once(session: Session): Promise<number> {
  const zoneward = await session.zoneward();
  const { out } = session;
  const problems: WorkerEvent[] = [];
  const report = await session.interruptible(STOPPING, (signal) =>
    zoneward.sweep({
      signal,
      onEvent: (event) => {
        if (event.kind === 'problem') problems.push(event);
        if (TOLD_AT_ONCE.has(event.kind)) out.note(lineOf(session, event));
      },
    }),
  );
  if (!report.ran) {
    out.warn('Another worker is at work on this store; nothing was done.');
    return EXIT.temporary;
  }
  out.result({
    json: () => ({
      ...report,
      connections: report.connections.map(({ round, ...connection }) => ({
        ...connection,
        round:
          round === null
            ? null
            : {
                state: round.state,
                reason: round.reason,
                nextDueAt: isoTime(round.nextDueAt),
                calls: round.calls,
                read: round.outcomes.length,
                failed: round.failures.length,
                waiting: round.waiting,
              },
      })),
      problems,
    }),
    text: () => formatReport(session, report),
  });
  return problems.length === 0 ? EXIT.done : EXIT.partial;
}

type Swept = SweepReport['connections'][number];

function formatReport({ out }: Session, { connections }: SweepReport): string {
  if (connections.length === 0) return 'There is no saved connection to look after.\n';
  const table = out.table<Swept>(
    [
      { title: 'connection', cell: ({ label }) => label, shrinksTo: 16 },
      {
        title: 'state',
        cell: ({ state }) => state,
        paint: (text, { state }) => paintState(out.paint, state, text),
      },
      { title: 'read', cell: ({ round }) => String(round?.outcomes.length ?? ''), align: 'right' },
      { title: 'waiting', cell: ({ round }) => String(round?.waiting ?? ''), align: 'right' },
      { title: 'calls', cell: ({ round }) => String(round?.calls ?? ''), align: 'right' },
      { title: 'note', cell: ({ round }) => round?.reason ?? '', shrinksTo: 20 },
    ],
    connections,
  );
  const told = connections.flatMap((one) =>
    one.told.map((line) => `  ${out.paint.yellow('!')} ${visible(line)}\n`),
  );
  return `${table}${told.join('')}`;
}

const STOPPING = {
  saying: 'Stopping after what is under way; Ctrl-C again stops at once.',
  hard: 'Stopped. Nothing is lost: the next run goes on.',
} as const;

async function untilStopped(session: Session): Promise<number> {
  const zoneward = await session.zoneward();
  const { out } = session;
  const jobs = zoneward.jobs.work();
  try {
    await session.interruptible(STOPPING, (signal) =>
      zoneward.work({
        signal,
        onEvent: (event) => {
          if (out.json) out.jsonLine({ at: isoTime(out.now()), ...event });
          else out.line(lineOf(session, event));
        },
      }),
    );
  } finally {
    await jobs.stop();
  }
  return EXIT.done;
}

function lineOf({ out }: Session, { kind, connection, message }: WorkerEvent): string {
  const { dim, red, yellow } = out.paint;
  const sign = kind === 'problem' ? red('✖') : kind === 'told' ? yellow('!') : dim('·');
  const who = connection === null ? '' : `${visible(connection)}: `;
  // An event's own sentence begins with the connection as a rule.
  const text = visible(message).startsWith(who) ? visible(message) : `${who}${visible(message)}`;
  return `${dim(utcTime(out.now()))} ${sign} ${text}`;
}
