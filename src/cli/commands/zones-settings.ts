/** `zoneward zones settings`: every setting of a zone, shown or set. */
import type { Command } from 'commander';
import { type ApplyFlags, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import { formatSettings, settingsJson } from '../views/tls.ts';
import { applySettings } from './tls.ts';

export function registerZonesSettings(zones: Command, cli: Cli): void {
  withApplyFlags(
    zones
      .command('settings [zone] [settings...]')
      .description(
        'Settings of a zone and of its DNS: key shows one, key=value sets one; without any, all (a call for each).',
      ),
  )
    .addHelpText(
      'after',
      examples(
        'zoneward zones settings example.com',
        'zoneward zones settings example.com ssl min_tls_version',
        'zoneward zones settings example.com http3=on flatten_all_cnames=true',
        'zoneward zones settings example.com soa.refresh=7200',
      ),
    )
    .action(
      cli.run(async (session, zone: string | undefined, words: readonly string[], flags: ApplyFlags) => {
        const name = session.zoneName(zone);
        const sets = words.filter((word) => word.includes('='));
        if (sets.length > 0 && sets.length < words.length)
          throw new UsageError('Show settings or set them, not both at once.');
        if (sets.length > 0) return applySettings(session, [name], { words: sets }, flags);
        const tenant = await session.tenant();
        const settings = await tenant.tls.settings(name, words, session.via);
        const { out } = session;
        out.result({ json: () => settingsJson(settings), text: () => formatSettings(out, settings) });
        return EXIT.done;
      }),
    );
}
