/** `zoneward zones create|activate|pause|unpause|delete`. */
import type { Command } from 'commander';
import { toUnicode, type ZonePausing } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { collect, examples } from '../help.ts';
import { visible } from '../output/width.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { nextSteps } from '../views/connection.ts';
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
    .command('pause <zone>')
    .description(
      'Serve a zone by DNS alone: proxied records answer with the addresses of their servers, without TLS at the edge.',
    )
    .option('--allow <word>', 'exposure: the addresses behind proxied records may be told', collect)
    .addHelpText('after', examples('zoneward zones pause example.com --allow exposure --yes'))
    .action(
      cli.run(async (session, name: string, flags: { readonly allow?: readonly string[] }) => {
        const tenant = await session.tenant();
        if (flags.allow?.includes('exposure') === true)
          await confirm(
            session.io,
            `Pause ${name}? The addresses behind its proxied records are told to the world.`,
            session.flags.yes === true,
          );
        tellPausing(session, await tenant.zones.pause(name, { ...session.via, allow: flags.allow ?? [] }));
      }),
    );
  zones
    .command('unpause <zone>')
    .description('Serve a paused zone through Cloudflare again.')
    .addHelpText('after', examples('zoneward zones unpause example.com'))
    .action(
      cli.run(async (session, name: string) => {
        const tenant = await session.tenant();
        tellPausing(session, await tenant.zones.unpause(name, session.flags.connection));
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

function tellPausing({ out }: Session, { zone, changed, reveals }: ZonePausing): void {
  const { name, paused } = zone.facts;
  const state = paused ? 'paused' : 'not paused';
  const said = changed
    ? `is ${paused ? 'paused' : 'served through Cloudflare again'}`
    : `was ${state} already`;
  const told = changed && reveals.length > 0 ? `  revealed: ${visible(reveals.join(', '))}\n` : '';
  const back = paused ? nextSteps(out, [`zoneward zones unpause ${visible(toUnicode(name))}`]) : '';
  out.result({
    json: () => ({ ...zoneJson(zone), changed, reveals }),
    text: () => `${out.paint.green('✓')} ${visible(toUnicode(name))} ${said}\n${told}${back}`,
  });
}
