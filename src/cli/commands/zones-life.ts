/** `zoneward zones create|activate|delete`. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { collect, examples } from '../help.ts';
import { confirm } from '../prompt.ts';
import { formatZone, zoneJson } from '../views/zone.ts';

export function registerZonesLife(zones: Command, cli: Cli): void {
  zones
    .command('create <domain>')
    .description('Create a zone; shows the nameservers to set at the registrar.')
    .addHelpText('after', examples('zoneward zones create example.com'))
    .action(
      cli.run(async (session, domain: string) => {
        const tenant = await session.tenant();
        const zone = await tenant.zones.create(domain, session.flags.connection);
        const advice = tenant.zones.advice(zone);
        session.out.result({
          json: () => ({ ...zoneJson(zone), advice }),
          text: () => formatZone(session.out, zone, advice),
        });
      }),
    );
  zones
    .command('activate [zone]')
    .description('Ask Cloudflare to look at the delegation now. Exit code 6 while the zone is not active.')
    .action(
      cli.run(async (session, name: string | undefined) => {
        const tenant = await session.tenant();
        const { zone, asked, reason } = await tenant.zones.activate(
          session.zoneName(name),
          session.flags.connection,
        );
        const advice = tenant.zones.advice(zone);
        session.out.result({
          json: () => ({ ...zoneJson(zone), asked, reason, advice }),
          text: () => `${reason}\n${formatZone(session.out, zone, advice)}`,
        });
        return zone.facts.status === 'active' ? EXIT.done : EXIT.temporary;
      }),
    );
  zones
    .command('delete <zone>')
    .description('Delete a zone with everything in it. Cannot be undone.')
    .option('--allow <word>', 'zone-delete: yes, that', collect)
    .addHelpText('after', examples('zoneward zones delete example.com --allow zone-delete --yes'))
    .action(
      cli.run(async (session, name: string, flags: { readonly allow?: readonly string[] }) => {
        const tenant = await session.tenant();
        if (flags.allow?.includes('zone-delete') === true)
          await confirm(session.io, `Delete ${name} with all its records?`, session.flags.yes === true);
        await tenant.zones.delete(name, { ...session.via, allow: flags.allow ?? [] });
        session.out.result({
          json: () => ({ zone: name, deleted: true }),
          text: () => `${session.out.paint.green('✓')} ${name} is deleted; its history is kept here.\n`,
        });
      }),
    );
}
