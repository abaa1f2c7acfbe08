/** `zoneward tls list`: the TLS of every zone as it was last seen, without a call. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';
import { fleetJson, formatFleet } from '../views/tls-fleet.ts';

export function registerFleet(
  tls: Command,
  cli: Cli,
  allZones: (session: Session) => Promise<readonly string[]>,
): void {
  tls
    .command('list')
    .description('The TLS of every zone as it was last seen, and how long ago. Asks Cloudflare nothing.')
    .option('--refresh', 'look at every zone first: 17 calls each; the worker then follows them')
    .addHelpText('after', examples('zoneward tls list', 'zoneward tls list --refresh'))
    .action(
      cli.run(async (session, flags: { readonly refresh?: boolean }) => {
        if (flags.refresh === true) {
          const bar = session.progress();
          const zones = await allZones(session);
          bar.status(`Reading ${zones.length} zones …`);
          const tenant = await session.tenant();
          await tenant.tls.refresh(zones, session.via).finally(() => bar.end());
        }
        return showFleet(session);
      }),
    );
}

export async function showFleet(session: Session): Promise<ExitCode> {
  const list = await (await session.tenant()).tls.list(session.via);
  session.out.result({ json: () => fleetJson(list), text: () => formatFleet(session.out, list) });
  return EXIT.done;
}
