/** `zoneward tls list`: the TLS of every zone as it was last seen, without a call. */
import type { Command } from 'commander';
import { REFRESH_CALLS } from '../../app/call-prices.ts';
import type { Cli } from '../cli.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { examples } from '../help.ts';
import { counted } from '../output/words.ts';
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
    .option(
      '--refresh',
      `look at every zone first: ${REFRESH_CALLS} calls each; the worker then follows them. Through a server it is a job there, which goes on when this command ends`,
    )
    .addHelpText('after', examples('zoneward tls list', 'zoneward tls list --refresh'))
    .action(
      cli.run(async (session, flags: { readonly refresh?: boolean }) => {
        if (flags.refresh === true) {
          const failures = await refresh(session, await allZones(session));
          const shown = await showFleet(session);
          return failures === 0 ? shown : EXIT.partial;
        }
        return showFleet(session);
      }),
    );
}

/** @returns how many zones could not be looked at; each is told. */
async function refresh(session: Session, zones: readonly string[]): Promise<number> {
  const bar = session.progress();
  const tell = (done: number): void =>
    bar.status(
      `Looked at ${done} of ${counted(zones.length, 'zone')}, ${zones.length * REFRESH_CALLS} calls in all …`,
    );
  tell(0);
  const { tls } = await session.tenant();
  const { failures } = await tls.refresh(zones, { ...session.via, onZone: tell }).finally(() => bar.end());
  for (const { zone, error } of failures) session.out.warn(`${zone}: ${error.message}`);
  return failures.length;
}

export async function showFleet(session: Session): Promise<ExitCode> {
  const list = await (await session.tenant()).tls.list(session.via);
  session.out.result({ json: () => fleetJson(list), text: () => formatFleet(session.out, list) });
  return EXIT.done;
}
