/** `zoneward domains`: names found, checked, held; buying stands in `domains-buy.ts`. */
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { type RegistrarFlags, targetOf, withRegistrarFlags } from '../flags/registrar-flags.ts';
import { collect, examples, wholeNumber } from '../help.ts';
import { isoTime } from '../output/time.ts';
import { confirm } from '../prompt.ts';
import {
  formatCalendar,
  formatOffers,
  formatRegistration,
  formatRegistrations,
  offerJson,
} from '../views/domain.ts';
import { registerBuying } from './domains-buy.ts';
import { registerTransfer } from './domains-transfer.ts';

export function register(program: Command, cli: Cli): void {
  const domains = program
    .command('domains')
    .alias('domain')
    .description("Registrations at Cloudflare's registrar: find, check, buy once, keep.");
  registerFinding(domains, cli);
  registerBuying(domains, cli);
  registerTransfer(domains, cli);
  registerHolding(domains, cli);
  registerExtensions(domains, cli);
}

function registerFinding(domains: Command, cli: Cli): void {
  withRegistrarFlags(domains.command('search <words>'))
    .description('Ideas for names, from cached data: `check` says what is true.')
    .option('--limit <number>', 'so many', wholeNumber(1, 50), 20)
    .option('--extension <name>', 'only with this extension (may be given again)', collect)
    .addHelpText('after', examples('zoneward domains search "lemonade stand" --extension com'))
    .action(
      cli.run(
        async (
          session,
          words: string,
          flags: RegistrarFlags & { readonly limit: number; readonly extension?: readonly string[] },
        ) => {
          const { registrar } = await session.tenant();
          const { limit, extension } = flags;
          const options = { limit, ...(extension === undefined ? {} : { extensions: extension }) };
          const offers = await registrar.search(words, { ...targetOf(session, flags), ...options });
          session.out.result({
            json: () => ({ domains: offers.map(offerJson), authoritative: false }),
            text: () => formatOffers(session.out, offers),
          });
        },
      ),
    );
  withRegistrarFlags(domains.command('check <names...>'))
    .description(
      'Ask the registry whether names can be bought, and for how much. Exit code 3 when one cannot.',
    )
    .addHelpText('after', examples('zoneward domains check example.com example.net --json'))
    .action(
      cli.run(async (session, names: readonly string[], flags: RegistrarFlags) => {
        const { registrar } = await session.tenant();
        const offers = await registrar.check(names, targetOf(session, flags));
        session.out.result({
          json: () => ({ domains: offers.map(offerJson), authoritative: true }),
          text: () => formatOffers(session.out, offers),
        });
        return offers.every(({ registrable }) => registrable) ? EXIT.done : EXIT.findings;
      }),
    );
}

function registerHolding(domains: Command, cli: Cli): void {
  withRegistrarFlags(domains.command('list'))
    .description('The registrations of the account, as they were last read: at most six hours ago.')
    .option('--refresh', 'read them now')
    .action(
      cli.run(async (session, flags: RegistrarFlags & { readonly refresh?: boolean }) => {
        const target = { ...targetOf(session, flags), refresh: flags.refresh === true };
        const { registrations, readAt } = await (await session.tenant()).registrar.mirrored(target);
        session.out.result({
          json: () => ({ registrations, readAt: isoTime(readAt) }),
          text: () => formatRegistrations(session.out, { registrations, readAt }),
        });
      }),
    );
  withRegistrarFlags(domains.command('show <domain>'))
    .description('One registration, and what the API cannot do for it.')
    .action(
      cli.run(async (session, name: string, flags: RegistrarFlags) => {
        const registration = await (await session.tenant()).registrar.show(name, targetOf(session, flags));
        session.out.result({
          json: () => registration,
          text: () => formatRegistration(session.out, registration),
        });
      }),
    );
  withRegistrarFlags(domains.command('set <domain>'))
    .description('Switch auto-renew: the one thing that the API can change.')
    .requiredOption(
      '--auto-renew <on|off>',
      'on: renews and charges by itself, up to 30 days before the expiry',
    )
    .addHelpText('after', examples('zoneward domains set example.com --auto-renew on --yes'))
    .action(
      cli.run(async (session, name: string, flags: RegistrarFlags & { readonly autoRenew: string }) => {
        const on = readSwitch(flags.autoRenew);
        const question = on
          ? `Let ${name} renew itself? It charges the account each year.`
          : `Let ${name} expire when nobody renews it?`;
        await confirm(session.io, question, session.flags.yes === true);
        const done = await (await session.tenant()).registrar.setAutoRenew(
          name,
          on,
          targetOf(session, flags),
        );
        session.out.result({
          json: () => done,
          text: () =>
            `${formatRegistration(session.out, done.registration)}${done.changed ? '' : 'It was so already; nothing was sent.\n'}`,
        });
      }),
    );
  withRegistrarFlags(domains.command('calendar'))
    .description('When registrations expire, and what renews itself.')
    .option('--ical', 'as an iCalendar file')
    .addHelpText('after', examples('zoneward domains calendar --ical > domains.ics'))
    .action(
      cli.run(async (session, flags: RegistrarFlags & { readonly ical?: boolean }) => {
        const calendar = await (await session.tenant()).registrar.calendar(targetOf(session, flags));
        session.out.result({
          json: () => ({ entries: calendar.entries }),
          text: () =>
            flags.ical === true ? calendar.iCalendar : formatCalendar(session.out, calendar.entries),
        });
      }),
    );
}

function readSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`--auto-renew is on or off, not "${text}".`);
}

function registerExtensions(domains: Command, cli: Cli): void {
  withRegistrarFlags(domains.command('extensions [extension]'))
    .description('What the API sells; with an extension, the JSON Schema of what its registrations take.')
    .action(
      cli.run(async (session, name: string | undefined, flags: RegistrarFlags) => {
        const { registrar } = await session.tenant();
        const target = targetOf(session, flags);
        const extensions =
          name === undefined ? await registrar.extensions(target) : [await registrar.extension(name, target)];
        session.out.result({
          json: () => ({ extensions }),
          text: () =>
            name !== undefined
              ? `${JSON.stringify(extensions[0]?.registrationSchema, null, 2)}\n`
              : session.out.table(
                  [
                    { title: 'EXTENSION', cell: (one) => `.${one.name}` },
                    { title: 'YEARS', cell: (one) => `${one.yearsMin} to ${one.yearsMax}` },
                  ],
                  extensions,
                ),
        });
      }),
    );
}
