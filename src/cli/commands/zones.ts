/** `zoneward zones`: what there is, how fresh it is, and how it was. */
import type { Command } from 'commander';
import type { Zone } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { examples, wholeNumber } from '../help.ts';
import { parseMoment } from '../moment.ts';
import { visible } from '../output/width.ts';
import { counted } from '../output/words.ts';
import type { Session } from '../session.ts';
import { formatRecords, recordJson, sortShown } from '../views/record.ts';
import {
  differenceJson,
  formatDifferences,
  formatRevisions,
  formatZone,
  formatZones,
  freshnessJson,
  revisionJson,
  tellFreshness,
  zoneJson,
} from '../views/zone.ts';
import { registerZonesExport } from './zones-export.ts';
import { registerZonesImport } from './zones-import.ts';
import { registerZonesLife } from './zones-life.ts';
import { registerZonesRetention } from './zones-retention.ts';
import { registerZonesSettings } from './zones-settings.ts';
import { registerZonesSync } from './zones-sync.ts';
import { registerZonesVerify } from './zones-verify.ts';

export function register(program: Command, cli: Cli): void {
  const zones = program
    .command('zones')
    .alias('zone')
    .description('Zones as the mirror holds them: what there is, how fresh it is, and how it was.');
  registerList(zones, cli);
  registerShow(zones, cli);
  registerZonesLife(zones, cli);
  registerZonesSync(zones, cli);
  registerZonesVerify(zones, cli);
  registerHistory(zones, cli);
  registerAt(zones, cli);
  registerDiff(zones, cli);
  registerZonesExport(zones, cli);
  registerZonesImport(zones, cli);
  registerZonesRetention(zones, cli);
  registerZonesSettings(zones, cli);
}

function registerList(zones: Command, cli: Cli): void {
  zones
    .command('list')
    .description('List zones. Asks Cloudflare when none is known yet, or with --refresh.')
    .option('--refresh', 'ask Cloudflare for the zones of the connection first')
    .option('--deleted', 'also those that are gone from Cloudflare')
    .addHelpText(
      'after',
      examples('zoneward zones list', 'zoneward zones list --json | jq -r ".zones[].name"'),
    )
    .action(
      cli.run(async (session, flags: { readonly refresh?: boolean; readonly deleted?: boolean }) => {
        const zones = await listZones(session, flags.refresh === true);
        const shown = zones.filter((zone) => flags.deleted === true || zone.facts.status !== 'deleted');
        session.out.result({
          json: () => ({ zones: shown.map(zoneJson) }),
          text: () => formatZones(session.out, shown),
        });
      }),
    );
}

async function listZones(session: Session, refresh: boolean): Promise<readonly Zone[]> {
  const { zones } = await session.tenant();
  const known = refresh ? [] : await zones.list(session.via);
  if (known.length > 0) return known;
  await zones.discover(session.flags.connection);
  return zones.list(session.via);
}

function registerShow(zones: Command, cli: Cli): void {
  zones
    .command('show [zone]')
    .description('Show one zone: status, nameservers, what to do next.')
    .addHelpText('after', examples('zoneward zones show example.com'))
    .action(
      cli.run(async (session, name: string | undefined) => {
        const tenant = await session.tenant();
        const zone = await tenant.zones.get(session.zoneName(name), session.flags.connection);
        const advice = tenant.zones.advice(zone);
        session.out.result({
          json: () => ({ ...zoneJson(zone), advice }),
          text: () => formatZone(session.out, zone, advice),
        });
      }),
    );
}

const HISTORY_MAX = 10_000;

function registerHistory(zones: Command, cli: Cli): void {
  zones
    .command('history [zone]')
    .description('Every revision of a zone: when, what, by whom. Newest first.')
    .option('--limit <number>', 'so many', wholeNumber(1, HISTORY_MAX), 20)
    .addHelpText('after', examples('zoneward zones history example.com', 'zoneward undo example.com --to 12'))
    .action(
      cli.run(async (session, name: string | undefined, flags: { readonly limit: number }) => {
        const tenant = await session.tenant();
        const { zone, revisions } = await tenant.zones.history(session.zoneName(name), flags.limit);
        session.out.result({
          json: () => ({ zone: zoneJson(zone), revisions: revisions.map(revisionJson) }),
          text: () =>
            revisions.length === 0
              ? `${zone.facts.name} was never read.\n  → zoneward zones sync ${zone.facts.name}\n`
              : formatRevisions(session.out, revisions),
        });
        tellFreshness(session.out, zone);
      }),
    );
}

function registerAt(zones: Command, cli: Cli): void {
  zones
    .command('at <zone> <moment>')
    .description('The records of a zone as they were at a revision or a time.')
    .addHelpText(
      'after',
      examples(
        'zoneward zones at example.com 12',
        'zoneward zones at example.com "2026-11-23 18:04"',
        'zoneward zones at example.com 2h',
      ),
    )
    .action(
      cli.run(async (session, name: string, moment: string) => {
        const tenant = await session.tenant();
        const state = await tenant.zones.records(name, parseMoment(moment, session.out.now()));
        const zone = await tenant.zones.get(name);
        const { facts } = zone;
        const records = sortShown(state.records);
        session.out.note(
          `${visible(name)} at revision ${state.revision}: ${counted(records.length, 'record')}`,
        );
        session.out.result({
          json: () => ({
            zone: name,
            revision: state.revision,
            freshness: freshnessJson(zone.freshness),
            records: records.map((one) => recordJson(one)),
          }),
          text: () => formatRecords(session.out, records, { ids: false, zone: facts.name }),
        });
        tellFreshness(session.out, zone);
      }),
    );
}

function registerDiff(zones: Command, cli: Cli): void {
  zones
    .command('diff <zone> <from> [to]')
    .description('What changed in a zone from one moment to another. Exit code 3 when something did.')
    .addHelpText(
      'after',
      examples('zoneward zones diff example.com 11 12', 'zoneward zones diff example.com 7d'),
    )
    .action(
      cli.run(async (session, name: string, from: string, to: string | undefined) => {
        const tenant = await session.tenant();
        const now = session.out.now();
        const diff = await tenant.zones.diff(name, {
          from: parseMoment(from, now),
          to: parseMoment(to ?? 'latest', now),
        });
        session.out.note(`${diff.zone.facts.name}: revision ${diff.from} → ${diff.to}`);
        session.out.result({
          json: () => ({
            zone: diff.zone.facts.name,
            from: diff.from,
            to: diff.to,
            freshness: freshnessJson(diff.zone.freshness),
            differences: diff.differences.map(differenceJson),
          }),
          text: () =>
            diff.differences.length === 0
              ? 'No differences.\n'
              : formatDifferences(session.out, diff.differences),
        });
        tellFreshness(session.out, diff.zone);
        return diff.differences.length === 0 ? EXIT.done : EXIT.findings;
      }),
    );
}
