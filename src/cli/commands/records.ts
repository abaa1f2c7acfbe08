/** `zoneward records`: looking at records in one zone or in all of them. Changing them is in `records-edit.ts`. */
import type { Command } from 'commander';
import type { Moment } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import {
  type SelectionFlags,
  selectionOf,
  tellCoverage,
  withSelectionFlags,
} from '../flags/selection-flags.ts';
import { examples, wholeNumber } from '../help.ts';
import type { Output } from '../output/output.ts';
import { counted } from '../output/words.ts';
import type { Session } from '../session.ts';
import { formatRecords, recordJson, type ShownRecord, sortShown } from '../views/record.ts';
import { coverageJson, freshnessJson, freshnessText } from '../views/zone.ts';
import { registerRecordsEdit } from './records-edit.ts';
import { registerRecordsLife } from './records-life.ts';

export function register(program: Command, cli: Cli): void {
  const records = program
    .command('records')
    .alias('record')
    .description('Records: look at them, find them over all zones, change them.');
  registerList(records, cli);
  registerFind(records, cli);
  registerRecordsEdit(records, cli);
  registerRecordsLife(records, cli);
}

interface ListFlags extends SelectionFlags {
  readonly refresh?: boolean;
  readonly ids?: boolean;
}

const LATEST: Moment = { kind: 'latest' };

function registerList(records: Command, cli: Cli): void {
  withSelectionFlags(
    records
      .command('list [zone]')
      .description('List the records of a zone, as the mirror holds them, and say how fresh that is.'),
  )
    .option('--refresh', 'read the zone from Cloudflare first')
    .option('--ids', "show Cloudflare's ids")
    .addHelpText(
      'after',
      examples(
        'zoneward records list example.com',
        'zoneward records list example.com --type MX',
        'zoneward records list example.com --json | jq .records',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: ListFlags) => {
        const tenant = await session.tenant();
        const name = session.zoneName(zone);
        const known = await tenant.zones.get(name, session.flags.connection);
        if (flags.refresh === true || known.revision === 0) await readNow(session, name);
        const { records } = await tenant.zones.records(name, LATEST);
        const { freshness } = await tenant.zones.get(name);
        const { selectRecords } = await import('../../app/edit-records.ts');
        const selection = selectionOf(flags);
        const meant = new Set(
          selectRecords(
            records.map(({ record }) => record),
            selection,
            known.facts.name,
          ),
        );
        const shown = sortShown(records.filter(({ record }) => meant.has(record)));
        const { out } = session;
        out.result({
          json: () => ({
            zone: known.facts.name,
            freshness: freshnessJson(freshness),
            records: shown.map((one) => recordJson(one)),
          }),
          text: () => formatRecords(out, shown, { ids: flags.ids === true, zone: known.facts.name }),
        });
        out.note(
          out.notePaint.dim(
            `${counted(shown.length, 'record')}, verified ${freshnessText(freshness, out.now())}`,
          ),
        );
      }),
    );
}

async function readNow(session: Session, zone: string): Promise<void> {
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status(`Reading ${zone} …`);
  await tenant.zones.sync(zone, session.via).finally(() => bar.end());
}

interface FindFlags extends SelectionFlags {
  readonly ids?: boolean;
  readonly limit: number;
}

const FIND_MAX = 10_000;

function registerFind(records: Command, cli: Cli): void {
  withSelectionFlags(records.command('find').description('Find records over all zones, from the mirror.'))
    .option('--limit <number>', 'so many', wholeNumber(1, FIND_MAX), 1_000)
    .option('--ids', "show Cloudflare's ids")
    .addHelpText(
      'after',
      examples(
        'zoneward records find --content 203.0.113.7',
        'zoneward records find --type TXT --content "*v=spf1*"',
      ),
    )
    .action(
      cli.run(async (session, flags: FindFlags) => {
        const tenant = await session.tenant();
        const { id: _, ...query } = selectionOf(flags);
        if (Object.keys(query).length === 0)
          throw new UsageError('Find which records?', [
            'Give --name, --type, --content, --comment or --tag.',
          ]);
        const connection = session.flags.connection;
        const connectionId =
          connection === undefined ? undefined : (await tenant.connections.get(connection)).id;
        const found = await tenant.zones.find(
          { ...query, ...(connectionId === undefined ? {} : { connectionId }) },
          { limit: flags.limit },
        );
        const shown = found.records.map((one) => ({ ...one, zone: one.zoneName }));
        const { out } = session;
        out.result({
          json: () => ({
            records: shown.map((one) => ({ ...recordJson(one), freshness: freshnessJson(one.freshness) })),
            more: found.next !== null,
            coverage: coverageJson(found.coverage),
          }),
          text: () => (shown.length === 0 ? 'Nothing found.\n' : formatFound(out, shown, flags.ids === true)),
        });
        tellCoverage(out, found);
      }),
    );
}

function formatFound(out: Output, records: readonly ShownRecord[], ids: boolean): string {
  return formatRecords(out, sortShown(records), { ids });
}
