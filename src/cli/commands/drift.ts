/** `zoneward drift`: what was changed from outside and not accepted yet; accepted, or taken back. */
import type { Command } from 'commander';
import type { Coverage, WatchRule, ZoneDrift } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect, examples } from '../help.ts';
import { refresh } from '../refresh.ts';
import type { Session } from '../session.ts';
import { nextSteps } from '../views/connection.ts';
import { driftJson, findingsOf, formatDrift } from '../views/drift.ts';
import { coverageJson, tellAge } from '../views/zone.ts';

interface DriftFlags extends ApplyFlags {
  readonly adopt?: boolean;
  readonly revert?: boolean;
  readonly refresh?: boolean;
  readonly ignore?: readonly string[];
  readonly remember?: boolean;
}

export function register(program: Command, cli: Cli): void {
  const command = program
    .command('drift [zone]')
    .description(
      'Show what was changed at Cloudflare behind our back: who, how, when. Accept it, or take it back. Exit code 3 when there is some.',
    )
    .option('--adopt', 'accept what is shown; from now on it is as it should be')
    .option('--revert', 'bring back what was; shows the plan and asks first')
    .option('--refresh', 'first hear what moved at Cloudflare, and read those zones')
    .option('--ignore <pattern>', 'leave out names like this: *.dyn (may be given again)', collect)
    .option('--remember', 'keep the --ignore patterns, for this zone or for all');
  withApplyFlags(command)
    .addHelpText(
      'after',
      examples(
        'zoneward drift',
        'zoneward drift --refresh --json',
        'zoneward drift example.com --revert',
        'zoneward drift example.com --ignore "*.dyn" --remember',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: DriftFlags) => run(session, zone, flags)),
    );
}

async function run(session: Session, argument: string | undefined, flags: DriftFlags): Promise<ExitCode> {
  if (flags.adopt === true && flags.revert === true) {
    throw new UsageError('--adopt accepts and --revert takes back; it can only be one of them.');
  }
  if (flags.remember === true && flags.ignore === undefined) {
    throw new UsageError('--remember keeps the patterns of --ignore, and there is none.');
  }
  const tenant = await session.tenant();
  const zone = argument ?? session.flags.zone;
  if (flags.refresh === true) await refresh(session);
  if (flags.remember === true) await remember(session, zone, flags.ignore ?? []);
  const drifts = await tenant.drift.list({
    ...session.via,
    ...(zone === undefined ? {} : { zone }),
    ignore: (flags.ignore ?? []).map((name) => ({ name })),
  });
  if (flags.adopt === true) return adopt(session, drifts);
  if (flags.revert === true && findingsOf(drifts) > 0) return revert(session, drifts, flags);
  const coverage = await tenant.drift.coverage({ ...session.via, ...(zone === undefined ? {} : { zone }) });
  return show(session, drifts, { zone, coverage });
}

function show(
  session: Session,
  drifts: readonly ZoneDrift[],
  { zone, coverage }: { readonly zone: string | undefined; readonly coverage: Coverage },
): ExitCode {
  const { out } = session;
  const findings = findingsOf(drifts);
  const named = zone === undefined ? '' : ` ${zone}`;
  const steps = findings === 0 ? [] : [`zoneward drift${named} --revert`, `zoneward drift${named} --adopt`];
  out.result({
    json: () => ({ findings, zones: drifts.map(driftJson), coverage: coverageJson(coverage) }),
    text: () => `${formatDrift(out, drifts)}${nextSteps(out, steps)}`,
  });
  tellAge(out, coverage);
  return findings === 0 ? EXIT.done : EXIT.findings;
}

async function adopt(session: Session, drifts: readonly ZoneDrift[]): Promise<ExitCode> {
  const { out } = session;
  const tenant = await session.tenant();
  for (const drift of drifts) await tenant.drift.adopt(drift);
  const records = drifts.reduce((sum, { entries }) => sum + entries.length, 0);
  out.result({
    json: () => ({ adopted: drifts.map(driftJson) }),
    text: () =>
      drifts.length === 0
        ? formatDrift(out, drifts)
        : `${formatDrift(out, drifts)}${out.paint.green('✓')} accepted: ${records} ${records === 1 ? 'record' : 'records'} in ${drifts.length} ${drifts.length === 1 ? 'zone' : 'zones'}\n`,
  });
  return EXIT.done;
}

/** One change set for each connection that the zones are read through. */
async function revert(session: Session, drifts: readonly ZoneDrift[], flags: DriftFlags): Promise<ExitCode> {
  const { out } = session;
  const tenant = await session.tenant();
  const real = drifts.filter((drift) => findingsOf([drift]) > 0);
  const groups = Map.groupBy(real, ({ zone }) => zone.connectionId);
  let worst: ExitCode = EXIT.done;
  for (const group of groups.values()) {
    out.note(formatDrift({ ...out, paint: out.notePaint }, group).trimEnd());
    const planned = await tenant.drift.planRevert(group, session.via);
    for (const { zone } of planned.moved) {
      out.warn(
        `A record of ${zone} moved again since it was shown; it is left alone. Look again: zoneward drift`,
      );
    }
    const code = await applyPlanned(session, planned, flags);
    const left = planned.moved.length > 0 && code === EXIT.done ? EXIT.conflict : code;
    if (left > worst) worst = left;
  }
  return worst;
}

async function remember(
  session: Session,
  zone: string | undefined,
  patterns: readonly string[],
): Promise<void> {
  const tenant = await session.tenant();
  const { ignore } = await tenant.inventory.settings();
  const name =
    zone === undefined ? null : (await tenant.zones.get(zone, session.flags.connection)).facts.name;
  const rules = patterns.map(
    (pattern): WatchRule => ({ name: pattern, ...(name === null ? {} : { zone: name }) }),
  );
  const known = new Set(ignore.map(keyOf));
  await tenant.inventory.set({ ignore: [...ignore, ...rules.filter((rule) => !known.has(keyOf(rule)))] });
}

function keyOf({ zone, name, type }: WatchRule): string {
  return `${zone ?? ''} ${name} ${type ?? ''}`;
}
