/** `zoneward tls hostnames`: customers' hostnames (SSL for SaaS), their two states as one, and what comes next. */
import type { Command } from 'commander';
import type { Planned } from '../../app/re-exports.ts';
import { type ApplyFlags, applyPlanned, withApplyFlags } from '../apply-planned.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit.ts';
import { examples } from '../help.ts';
import type { Session } from '../session.ts';
import { formatHostname, formatHostnames, hostnameJson, hostnamesJson } from '../views/certificates.ts';
import { applyProofs, type ProofsFlags, THROUGH } from './tls-certificates.ts';

export function registerHostnames(tls: Command, cli: Cli): void {
  const hostnames = tls
    .command('hostnames')
    .description('Hostnames of your customers (SSL for SaaS): list, show, add, edit, restart, delete.');
  registerLooking(hostnames, cli);
  registerAdd(hostnames, cli);
  registerOne(
    hostnames,
    cli,
    'restart',
    'Begin a validation again that has timed out.',
    async (session, zone, name) => (await session.tenant()).hostnames.planRestart(zone, name, session.via),
  );
  registerOne(
    hostnames,
    cli,
    'delete',
    'Stop serving a hostname. Cannot be undone.',
    async (session, zone, name) => (await session.tenant()).hostnames.planDelete(zone, name, session.via),
  );
  withApplyFlags(
    hostnames
      .command('proofs <zone> <hostname>')
      .description("Publish what a hostname waits for, where the customer's zone is yours too.")
      .option('--through <label>', THROUGH),
  ).action(
    cli.run(async (session, zone: string, hostname: string, { through, ...flags }: ProofsFlags) => {
      const tenant = await session.tenant();
      const via = { ...session.via, ...(through === undefined ? {} : { through }) };
      const proofs = await tenant.hostnames.planProofs(session.zoneName(zone), hostname, via);
      return applyProofs(session, proofs, flags);
    }),
  );
}

function registerLooking(hostnames: Command, cli: Cli): void {
  hostnames
    .command('list [zone]')
    .description('All of them, with the quota and the fallback origin.')
    .action(
      cli.run(async (session, zone: string | undefined) => {
        const tenant = await session.tenant();
        const list = await tenant.hostnames.list(session.zoneName(zone), session.via);
        session.out.result({
          json: () => hostnamesJson(list),
          text: () => formatHostnames(session.out, list),
        });
        return EXIT.done;
      }),
    );
  hostnames
    .command('show <zone> <hostname>')
    .description('One of them: where it stands, and what the customer has to publish.')
    .action(
      cli.run(async (session, zone: string, hostname: string) => {
        const tenant = await session.tenant();
        const one = await tenant.hostnames.show(session.zoneName(zone), hostname, session.via);
        session.out.result({ json: () => hostnameJson(one), text: () => formatHostname(session.out, one) });
        return EXIT.done;
      }),
    );
}

interface WishFlags extends ApplyFlags {
  readonly validation?: string;
  readonly authority?: string;
  readonly wildcard?: boolean;
  readonly minTls?: string;
  readonly origin?: string;
}

function withWish(command: Command): Command {
  return withApplyFlags(
    command
      .option('--validation <method>', 'http, txt or email')
      .option('--authority <name>', 'google, lets_encrypt or ssl_com')
      .option('--wildcard', 'the names one level below it too')
      .option('--no-wildcard', 'not the names below it')
      .option('--min-tls <version>', '1.0, 1.1, 1.2 or 1.3')
      .option('--origin <name>', 'a name of the zone that serves it; default: the fallback origin'),
  );
}

function registerAdd(hostnames: Command, cli: Cli): void {
  withWish(hostnames.command('add <zone> <hostname>').description("Serve a customer's hostname."))
    .addHelpText(
      'after',
      examples('zoneward tls hostnames add saas.example shop.customer.example --validation txt'),
    )
    .action(
      cli.run(async (session, zone: string, hostname: string, flags: WishFlags) => {
        const tenant = await session.tenant();
        const name = session.zoneName(zone);
        const planned = await tenant.hostnames.planAdd(name, hostname, wishOf(flags), session.via);
        return applyPlanned(session, planned, flags);
      }),
    );
  withWish(
    hostnames.command('edit <zone> <hostname>').description('Change how a hostname is served.'),
  ).action(
    cli.run(async (session, zone: string, hostname: string, flags: WishFlags) => {
      const tenant = await session.tenant();
      const name = session.zoneName(zone);
      const planned = await tenant.hostnames.planEdit(name, hostname, wishOf(flags), session.via);
      return applyPlanned(session, planned, flags);
    }),
  );
}

function wishOf({ validation, authority, wildcard, minTls, origin }: WishFlags) {
  return {
    ...(validation === undefined ? {} : { method: validation }),
    ...(authority === undefined ? {} : { authority }),
    ...(wildcard === undefined ? {} : { wildcard }),
    ...(minTls === undefined ? {} : { minTls }),
    ...(origin === undefined ? {} : { origin }),
  };
}

function registerOne(
  hostnames: Command,
  cli: Cli,
  name: string,
  about: string,
  plan: (session: Session, zone: string, hostname: string) => Promise<Planned>,
): void {
  withApplyFlags(hostnames.command(`${name} <zone> <hostname>`).description(about)).action(
    cli.run(async (session, zone: string, hostname: string, flags: ApplyFlags) =>
      applyPlanned(session, await plan(session, session.zoneName(zone), hostname), flags),
    ),
  );
}
