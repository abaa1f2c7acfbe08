/** `zoneward audit`: what was meant, what happened, who asked; and whether the trail is whole. */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { AuditEvent, AuditFilter, ChangeSetId, TrailVerdict, ZoneId } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { examples, wholeNumber } from '../help.ts';
import { parseTime } from '../moment.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime, utcTime } from '../output/time.ts';
import type { Session } from '../session.ts';
import { registerCheckpoints } from './audit-checkpoints.ts';

interface FilterFlags {
  readonly changeSet?: string;
  readonly kind?: string;
  readonly since?: string;
  readonly until?: string;
}

const LIST_MAX = 10_000;

export function register(program: Command, cli: Cli): void {
  const audit = program
    .command('audit')
    .description('The audit trail: append-only, every event chained to the one before.');
  withFilterFlags(audit.command('list').description('List events, newest first.'))
    .option('--limit <number>', 'so many', wholeNumber(1, LIST_MAX), 20)
    .addHelpText(
      'after',
      examples('zoneward audit list --zone example.com', 'zoneward audit list --change-set chg_01… --json'),
    )
    .action(
      cli.run(async (session, flags: FilterFlags & { readonly limit: number }) => {
        const tenant = await session.tenant();
        const events = await tenant.audit.list(await filterOf(session, flags), flags.limit);
        session.out.result({
          json: () => ({ events: events.map(eventJson) }),
          text: () => (events.length === 0 ? 'No events.\n' : formatEvents(session.out, events)),
        });
      }),
    );
  registerVerify(audit, cli);
  registerCheckpoints(audit, cli);
  withFilterFlags(audit.command('export').description('Write events as JSON Lines, oldest first.'))
    .option('-o, --output <path>', 'into this file')
    .addHelpText(
      'after',
      examples('zoneward audit export -o audit.jsonl', 'zoneward audit export --since 7d | jq .summary'),
    )
    .action(
      cli.run(async (session, flags: FilterFlags & { readonly output?: string }) => {
        const tenant = await session.tenant();
        const chunks = tenant.audit.read(await filterOf(session, flags));
        if (flags.output === undefined) {
          for await (const events of chunks) for (const event of events) session.out.jsonLine(event);
          return;
        }
        const count = await writeEvents(path.resolve(session.io.cwd, flags.output), chunks);
        session.out.note(`${count} events → ${flags.output}`);
      }),
    );
}

function withFilterFlags(command: Command): Command {
  return command
    .option('--change-set <id>', 'of this change set')
    .option('--kind <kind>', 'of this kind: change-set.applied, connection.added, …')
    .option('--since <time>', 'from then on: 24h, 2026-11-23')
    .option('--until <time>', 'up to then');
}

async function filterOf(session: Session, flags: FilterFlags): Promise<AuditFilter> {
  const now = session.out.now();
  const tenant = await session.tenant();
  const { zone } = session.flags;
  const zoneId: ZoneId | undefined = zone === undefined ? undefined : (await tenant.zones.get(zone)).facts.id;
  return {
    ...(zoneId === undefined ? {} : { zoneId }),
    ...(flags.changeSet === undefined ? {} : { changeSetId: flags.changeSet as ChangeSetId }),
    ...(flags.kind === undefined ? {} : { kind: flags.kind }),
    ...(flags.since === undefined ? {} : { since: parseTime(flags.since, now) }),
    ...(flags.until === undefined ? {} : { until: parseTime(flags.until, now) }),
  };
}

function eventJson(event: AuditEvent): Record<string, unknown> {
  return { ...event, at: isoTime(event.at) };
}

/** From so many columns on, a line has room for the exact time. */
const EXACT_TIME_COLUMNS = 110;

function formatEvents(out: Output, events: readonly AuditEvent[]): string {
  const exact = out.columns === null || out.columns >= EXACT_TIME_COLUMNS;
  return out.table<AuditEvent>(
    [
      { title: '#', cell: ({ sequence }) => String(sequence), align: 'right', paint: out.paint.dim },
      { title: 'when', cell: ({ at }) => (exact ? utcTime(at) : relativeTime(at, out.now())) },
      { title: 'event', cell: ({ kind }) => kind, paint: out.paint.cyan },
      { title: 'what', cell: ({ summary }) => summary, shrinksTo: 24 },
      {
        title: 'by',
        cell: ({ principal }) => principal,
        shrinksTo: 8,
        hiddenBelow: 110,
        paint: out.paint.dim,
      },
    ],
    events,
  );
}

interface VerifyFlags {
  readonly file?: string;
  readonly checkpoints?: string;
  readonly publicKey?: string;
}

function registerVerify(audit: Command, cli: Cli): void {
  audit
    .command('verify')
    .description(
      'Recompute every hash of the trail, and compare with checkpoints. Exit code 3 when something is wrong.',
    )
    .option('--file <path>', 'an exported trail, instead of the store')
    .option('--checkpoints <path>', 'checkpoints that left the machine, one JSON object a line; with --file')
    .option('--public-key <path>', 'the key that they are signed with (`zoneward audit key`); with --file')
    .addHelpText(
      'after',
      examples(
        'zoneward audit verify',
        'zoneward audit verify --file audit.jsonl --checkpoints audit-checkpoints.jsonl --public-key audit.pem',
      ),
    )
    .action(
      cli.run(async (session, flags: VerifyFlags) => {
        const verdict = await verdictOf(session, flags);
        const { out } = session;
        out.result({ json: () => verdict, text: () => formatVerdict(out, verdict, flags) });
        return verdict.ok ? EXIT.done : EXIT.findings;
      }),
    );
}

async function verdictOf(session: Session, flags: VerifyFlags): Promise<TrailVerdict> {
  const { file, checkpoints, publicKey } = flags;
  if (file === undefined) {
    if (checkpoints === undefined && publicKey === undefined) return (await session.tenant()).audit.verify();
    throw new UsageError('--checkpoints and --public-key belong to --file.', [
      'Export the trail first: zoneward audit export -o audit.jsonl',
    ]);
  }
  const { verifyExport } = await import('../../app/verify-export.ts');
  const at = (name: string): string => path.resolve(session.io.cwd, name);
  return verifyExport({
    events: at(file),
    ...(checkpoints === undefined ? {} : { checkpoints: at(checkpoints) }),
    ...(publicKey === undefined ? {} : { publicKey: at(publicKey) }),
  });
}

function formatVerdict(out: Output, verdict: TrailVerdict, { file }: VerifyFlags): string {
  if (!verdict.ok) {
    const { message, code, sequence } = verdict.fault;
    return `${out.paint.red('✖')} ${message} (${code}, event ${sequence})\n`;
  }
  const { events, head, checkpoints } = verdict;
  const next =
    file === undefined
      ? 'zoneward audit checkpoint'
      : `zoneward audit verify --file ${file} --checkpoints FILE --public-key FILE`;
  const signed =
    checkpoints === 0
      ? `No checkpoint to compare with: a cut end would not show.\n  → ${next}`
      : `Compared with ${checkpoints} checkpoint${checkpoints === 1 ? '' : 's'}.`;
  return `${out.paint.green('✓')} ${events} events, whole and in order. Head: ${head.hash}\n  ${signed}\n`;
}

async function writeEvents(file: string, chunks: AsyncIterable<readonly AuditEvent[]>): Promise<number> {
  const stream = createWriteStream(file, { mode: 0o600 });
  let count = 0;
  for await (const events of chunks) {
    count += events.length;
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    if (!stream.write(text)) await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
  }
  stream.end();
  await finished(stream);
  return count;
}
