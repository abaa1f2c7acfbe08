/** `zoneward records add|edit|rm`: single edits, planned, shown and applied like any other change. */
import { type Command, Option } from 'commander';
import type { RecordSelection, RecordSet, RecordText } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import {
  type SelectionFlags,
  selectionOf,
  tellCoverage,
  withSelectionFlags,
} from '../flags/selection-flags.ts';
import { collect, examples } from '../help.ts';
import type { Session } from '../session.ts';

export function registerRecordsEdit(records: Command, cli: Cli): void {
  registerAdd(records, cli);
  registerEdit(records, cli);
  registerRemove(records, cli);
}

interface AddFlags extends ApplyFlags {
  readonly ttl?: string;
  readonly proxied?: boolean;
  readonly comment?: string;
  readonly tag?: readonly string[];
}

function registerAdd(records: Command, cli: Cli): void {
  const command = records
    .command('add <zone> <name> <type> <content...>')
    .description('Add a record. Names as in the dashboard: @, www, www.example.com.')
    .option('--ttl <time>', 'auto, 300, 5m; default auto')
    .option('--proxied', 'through Cloudflare')
    .option('--comment <text>', 'a comment')
    .option('--tag <tag>', 'a tag (may be given again)', collect);
  withApplyFlags(command)
    .addHelpText(
      'after',
      examples(
        'zoneward records add example.com www A 203.0.113.7 --proxied',
        'zoneward records add example.com @ MX 10 mail.example.com',
        'zoneward records add example.com _dmarc TXT "v=DMARC1; p=reject"',
      ),
    )
    .action(
      cli.run(
        async (session, zone: string, name: string, type: string, content: string[], flags: AddFlags) => {
          const record: RecordText = {
            name,
            type,
            content: content.join(' '),
            ...(flags.ttl === undefined ? {} : { ttl: flags.ttl }),
            ...(flags.proxied === undefined ? {} : { proxied: flags.proxied }),
            ...(flags.comment === undefined ? {} : { comment: flags.comment }),
            ...(flags.tag === undefined ? {} : { tags: flags.tag }),
          };
          const tenant = await session.tenant();
          return applyPlanned(session, await tenant.changes.planAdd(zone, record, session.via), flags);
        },
      ),
    );
}

interface EditFlags extends ApplyFlags, SelectionFlags {
  readonly setName?: string;
  readonly setType?: string;
  readonly setContent?: string;
  readonly setTtl?: string;
  readonly setProxied?: 'on' | 'off';
  readonly setComment?: string;
  readonly setTag?: readonly string[];
}

function registerEdit(records: Command, cli: Cli): void {
  const command = withSelectionFlags(
    records
      .command('edit [zone]')
      .description('Change the records that are meant: in one zone, or without a zone in all of them.'),
  )
    .option('--id <id>', "the record with Cloudflare's id")
    .option('--set-name <name>', 'another name')
    .option('--set-type <type>', 'another type; a new record at the same place')
    .option('--set-content <text>', 'another content')
    .option('--set-ttl <time>', 'auto, 300, 5m')
    .addOption(new Option('--set-proxied <on|off>', 'through Cloudflare or not').choices(['on', 'off']))
    .option('--set-comment <text>', 'another comment; "" for none')
    .option('--set-tag <tag>', 'these tags in place of the old ones (may be given again)', collect);
  withApplyFlags(command)
    .addHelpText(
      'after',
      examples(
        'zoneward records edit example.com --name www --type A --set-content 203.0.113.8',
        'zoneward records edit --content 203.0.113.7 --set-content 203.0.113.8      (everywhere)',
        'zoneward records edit example.com --name "*.dev.example.com" --set-ttl 5m',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, flags: EditFlags) => {
        const set = setOf(flags);
        if (Object.keys(set).length === 0)
          throw new UsageError('What is to be set?', ['Give --set-content, --set-ttl, --set-proxied, …']);
        return editMeant(session, zone, set, flags);
      }),
    );
}

function setOf(flags: EditFlags): RecordSet {
  const { setName, setType, setContent, setTtl, setProxied, setComment, setTag } = flags;
  return {
    ...(setName === undefined ? {} : { name: setName }),
    ...(setType === undefined ? {} : { type: setType }),
    ...(setContent === undefined ? {} : { content: setContent }),
    ...(setTtl === undefined ? {} : { ttl: setTtl }),
    ...(setProxied === undefined ? {} : { proxied: setProxied === 'on' }),
    ...(setComment === undefined ? {} : { comment: setComment }),
    ...(setTag === undefined ? {} : { tags: setTag }),
  };
}

function registerRemove(records: Command, cli: Cli): void {
  const command = withSelectionFlags(
    records
      .command('rm [zone] [name] [type]')
      .alias('remove')
      .description('Remove the records that are meant: in one zone, or without a zone in all of them.'),
  ).option('--id <id>', "the record with Cloudflare's id");
  withApplyFlags(command)
    .addHelpText(
      'after',
      examples(
        'zoneward records rm example.com old A',
        'zoneward records rm --content 203.0.113.7 --dry-run',
      ),
    )
    .action(
      cli.run(
        async (
          session,
          zone: string | undefined,
          name: string | undefined,
          type: string | undefined,
          flags: ApplyFlags & SelectionFlags,
        ) => {
          const meant = {
            ...flags,
            ...(name === undefined ? {} : { name }),
            ...(type === undefined ? {} : { type }),
          };
          return editMeant(session, zone, 'remove', meant);
        },
      ),
    );
}

/** Plans the edit over the zones that are meant, and applies it. */
async function editMeant(
  session: Session,
  zone: string | undefined,
  set: RecordSet | 'remove',
  flags: ApplyFlags & SelectionFlags,
): Promise<number> {
  const selection = selectionOf(flags);
  if (Object.keys(selection).length === 0) {
    throw new UsageError('Which records are meant? Nothing says so, and all of them is not assumed.', [
      'Give --name, --type, --content, --comment, --tag or --id.',
    ]);
  }
  const one = zone ?? session.flags.zone;
  const zones = one === undefined ? await zonesHolding(session, selection) : [one];
  if (zones.length === 0) return EXIT.failed;
  const tenant = await session.tenant();
  const bar = session.progress();
  bar.status(zones.length === 1 ? `Reading ${zones[0]} …` : `Reading ${zones.length} zones …`);
  const planned = await tenant.changes.planEdit(zones, selection, set, session.via).finally(() => bar.end());
  return applyPlanned(session, planned, flags);
}

/** The zones in which the mirror knows such records; each is then read anew. */
async function zonesHolding(session: Session, selection: RecordSelection): Promise<readonly string[]> {
  const { id, ...query } = selection;
  if (id !== undefined)
    throw new UsageError('--id needs the zone.', ['zoneward records edit ZONE --id ID …']);
  const tenant = await session.tenant();
  const found = await tenant.zones.find(query, { limit: 10_000 });
  tellCoverage(session.out, found);
  const zones = [...new Set(found.records.map((record) => record.zoneId))];
  if (zones.length === 0) session.out.warn('No such record in any zone; nothing was written.');
  return zones;
}
