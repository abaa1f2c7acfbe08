/** `zoneward tls`: a zone's SSL/TLS on one screen, set by words or baselines; DNSSEC; when certificates end. */
import type { Command } from 'commander';
import type { BaselineName, SettingsWish } from '../../app/re-exports.ts';
import { BASELINE_NAMES, certificateICalendar, dnssecToJson, tlsToJson } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { examples, span } from '../help.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';
import { calendarJson, formatCalendar, formatDnssec, formatTls } from '../views/tls.ts';
import { registerCertificates } from './tls-certificates.ts';
import { registerFleet, showFleet } from './tls-fleet.ts';
import { registerHostnames } from './tls-hostnames.ts';

export function register(program: Command, cli: Cli): void {
  const tls = program
    .command('tls')
    .description('SSL/TLS of zones: what is, how good it is, and what puts it right; DNSSEC; certificates.');
  registerShow(tls, cli);
  registerSet(tls, cli);
  registerDnssec(tls, cli);
  registerCalendar(tls, cli);
  registerFleet(tls, cli, allZones);
  registerCertificates(tls, cli);
  registerHostnames(tls, cli);
}

function registerShow(tls: Command, cli: Cli): void {
  tls
    .command('show [zone]')
    .description(
      'Mode, certificates, TLS versions, HTTPS, HSTS, origin, DNSSEC and CAA, each with a verdict. Exit code 3 when something is bad. Without a zone: every zone, as `tls list`.',
    )
    .addHelpText('after', examples('zoneward tls show example.com', 'zoneward tls show example.com --json'))
    .action(
      cli.run(async (session, zone: string | undefined) => {
        const tenant = await session.tenant();
        const named = zone ?? session.flags.zone;
        if (named === undefined) return showFleet(session);
        const view = await tenant.tls.show(session.zoneName(named), session.via);
        session.out.result({ json: () => tlsToJson(view), text: () => formatTls(session.out, view) });
        return view.findings.some(({ verdict }) => verdict === 'bad') ? EXIT.findings : EXIT.done;
      }),
    );
}

interface SetFlags extends ApplyFlags {
  readonly baseline?: string;
  readonly all?: boolean;
}

function registerSet(tls: Command, cli: Cli): void {
  withApplyFlags(
    tls
      .command('set [zone] [settings...]')
      .description(
        'Set TLS settings by key=value, or all that a baseline says. Shows the plan and asks first.',
      )
      .option('--baseline <name>', `${BASELINE_NAMES.join(', ')}, or a file with tls: and settings:`)
      .option('--all', 'in every zone of the connection; the plan over all of them comes first'),
  )
    .addHelpText(
      'after',
      examples(
        'zoneward tls set example.com mode=strict min_version=1.2',
        'zoneward tls set example.com hsts.enabled=true hsts.max_age=31536000',
        'zoneward tls set example.com --baseline strict',
        'zoneward tls set --all --baseline modern --dry-run',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, words: readonly string[], flags: SetFlags) => {
        // With --all there is no zone, and the first word is a setting already.
        const all = flags.all === true;
        const settings = all && zone !== undefined ? [zone, ...words] : words;
        const zones = all ? await allZones(session) : [session.zoneName(zone)];
        return applySettings(session, zones, await wishOf(session, settings, flags.baseline), flags);
      }),
    );
}

export async function applySettings(
  session: Session,
  zones: readonly string[],
  wish: SettingsWish,
  flags: ApplyFlags,
): Promise<ExitCode> {
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status(zones.length === 1 ? `Reading ${zones[0]} …` : `Reading ${zones.length} zones …`);
  const planned = await tenant.tls.plan(zones, wish, session.via).finally(() => bar.end());
  return applyPlanned(session, planned, flags);
}

async function wishOf(
  session: Session,
  words: readonly string[],
  baseline: string | undefined,
): Promise<SettingsWish> {
  if (baseline === undefined && words.length === 0) {
    throw new UsageError('What is to be set?', [
      'A setting: zoneward tls set example.com mode=strict',
      `A baseline: zoneward tls set example.com --baseline ${BASELINE_NAMES[0]}`,
    ]);
  }
  if (baseline === undefined) return { words };
  if (words.length > 0)
    throw new UsageError('Give settings or a baseline, not both.', [
      'One after the other: first the baseline, then the settings that differ from it.',
    ]);
  const named = BASELINE_NAMES.find((name): name is BaselineName => name === baseline);
  return named === undefined ? readSource(session.io, baseline) : { baseline: named };
}

async function allZones(session: Session): Promise<string[]> {
  const { zones } = await session.tenant();
  const known = await zones.list(session.via);
  if (known.length === 0) await zones.discover(session.flags.connection);
  const listed = known.length > 0 ? known : await zones.list(session.via);
  return listed.filter(({ facts }) => facts.status !== 'deleted').map(({ facts }) => facts.id);
}

const DNSSEC_ACTIONS = ['status', 'enable', 'disable'] as const;
const WAIT_MS = 600_000;

interface DnssecFlags extends ApplyFlags {
  /** True without a time. */
  readonly wait?: number | true;
}

function registerDnssec(tls: Command, cli: Cli): void {
  withApplyFlags(
    tls
      .command('dnssec [zone] [action]')
      .description(
        'DNSSEC: enable signs the zone and shows the DS for the registrar; status asks Cloudflare and the parent; disable is the way back. Exit code 3 when --wait ends before the wait does.',
      )
      .option('--wait [time]', 'look again until nothing is waited for, for so long (10m)', span),
  )
    .addHelpText(
      'after',
      `${examples(
        'zoneward tls dnssec example.com enable',
        'zoneward tls dnssec example.com status',
        'zoneward tls dnssec example.com status --wait 1h',
        'zoneward tls dnssec example.com disable',
      )}\nThe safe way back: remove the DS at the registrar, wait for its TTL, then disable.\n`,
    )
    .action(
      cli.run(async (session, given: string | undefined, word: string | undefined, flags: DnssecFlags) => {
        const action = DNSSEC_ACTIONS.find((known) => known === (word ?? 'status'));
        if (action === undefined)
          throw new UsageError(`${word} is nothing to do with DNSSEC.`, [
            `One of: ${DNSSEC_ACTIONS.join(', ')}`,
          ]);
        const zone = session.zoneName(given);
        if (action !== 'status') {
          const wish = { words: [`dnssec=${action === 'enable' ? 'on' : 'off'}`] };
          const exit = await applySettings(session, [zone], wish, flags);
          // With --json the result is one value: the change. `status` tells the rest.
          if (exit !== EXIT.done || session.out.json || flags.dryRun === true) return exit;
        }
        return showDnssec(session, zone, flags.wait);
      }),
    );
}

async function showDnssec(session: Session, zone: string, wait: DnssecFlags['wait']): Promise<ExitCode> {
  const { tls } = await session.tenant();
  const bar = session.progress();
  const words = { saying: 'Stops looking.', hard: 'Nothing was written.' };
  const view = await session
    .interruptible(words, (signal) =>
      tls.dnssec(zone, {
        ...session.via,
        signal,
        onLook: ({ waitsFor }) => bar.status(`Waiting for the ${waitsFor}; looking again …`),
        ...(wait === undefined ? {} : { waitMs: wait === true ? WAIT_MS : wait }),
      }),
    )
    .finally(() => bar.end());
  session.out.result({ json: () => dnssecToJson(view), text: () => formatDnssec(session.out, view) });
  return wait !== undefined && view.waitsFor !== null ? EXIT.findings : EXIT.done;
}

function registerCalendar(tls: Command, cli: Cli): void {
  tls
    .command('calendar [zone]')
    .description('When certificates end, of every kind: of one zone, or of all. Six calls for each zone.')
    .option('--stored', 'as they were last seen; asks Cloudflare nothing')
    .option('--ical', 'as a calendar (RFC 5545), for a calendar program')
    .addHelpText(
      'after',
      examples('zoneward tls calendar', 'zoneward tls calendar --ical > certificates.ics'),
    )
    .action(
      cli.run(
        async (
          session,
          zone: string | undefined,
          flags: { readonly ical?: boolean; readonly stored?: boolean },
        ) => {
          const tenant = await session.tenant();
          const named = zone ?? session.flags.zone;
          const zones = named === undefined ? await allZones(session) : [named];
          const stored = flags.stored === true ? { stored: true } : {};
          const calendar = await tenant.tls.calendar(zones, { ...session.via, ...stored });
          const { out } = session;
          if (flags.ical === true) session.io.stdout.write(certificateICalendar(calendar, out.now()));
          else out.result({ json: () => calendarJson(calendar), text: () => formatCalendar(out, calendar) });
          return EXIT.done;
        },
      ),
    );
}
