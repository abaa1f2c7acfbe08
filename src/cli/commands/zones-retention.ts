/** `zoneward zones retention` and `zones prune`: how much of the past is kept. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';
import { examples } from '../help.ts';
import { parseTime } from '../moment.ts';
import { utcTime } from '../output/time.ts';

export function registerZonesRetention(zones: Command, cli: Cli): void {
  registerRetention(zones, cli);
  registerPrune(zones, cli);
}

function registerRetention(zones: Command, cli: Cli): void {
  zones
    .command('retention [days]')
    .description(
      'Show or set for how many days history stays readable: a number, or "all". The latest state always stays.',
    )
    .addHelpText(
      'after',
      examples('zoneward zones retention', 'zoneward zones retention 90', 'zoneward zones retention all'),
    )
    .action(
      cli.run(async (session, days: string | undefined) => {
        const { inventory } = await session.tenant();
        const settings =
          days === undefined
            ? await inventory.settings()
            : await inventory.set({ historyDays: readDays(days) });
        const { historyDays, ignore } = settings;
        session.out.result({
          json: () => ({ historyDays, ignore }),
          text: () =>
            historyDays === null
              ? 'All history is kept.\n'
              : `History of the last ${historyDays} days is kept.\n  → zoneward zones prune   deletes the rest now\n`,
        });
      }),
    );
}

function registerPrune(zones: Command, cli: Cli): void {
  zones
    .command('prune')
    .description('Delete history that the retention setting does not keep. The latest state always stays.')
    .option('--before <time>', 'delete what is older than this instead: 2026-01-01, 90d')
    .addHelpText('after', examples('zoneward zones prune', 'zoneward zones prune --before 365d'))
    .action(
      cli.run(async (session, flags: { readonly before?: string }) => {
        const { inventory } = await session.tenant();
        const moment = flags.before === undefined ? undefined : parseTime(flags.before, session.out.now());
        const { before, ...pruned } = await inventory.prune(moment);
        session.out.result({
          json: () => ({ ...pruned, before: before === null ? null : new Date(before).toISOString() }),
          text: () =>
            before === null
              ? 'All history is kept; nothing was deleted.\n  → zoneward zones retention 90\n'
              : `${session.out.paint.green('✓')} deleted from before ${utcTime(before)}: ${pruned.revisions} revisions, ${pruned.versions} record versions, of ${pruned.zones} zones\n`,
        });
      }),
    );
}

function readDays(text: string): number | null {
  if (text === 'all') return null;
  const [, number] = /^(\d{1,5})d?$/.exec(text) ?? [];
  if (number !== undefined) return Number(number);
  throw new InvalidArgumentError('Give a number of days, or "all".');
}
