/** `zoneward domains register|status|purchases|approve|cancel|limit`: money, and who may spend it. */
import type { Command } from 'commander';
import { formatMoney, type Purchase, type PurchaseId } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit.ts';
import { type RegistrarFlags, readContacts, targetOf, withRegistrarFlags } from '../flags/registrar-flags.ts';
import { examples, span, wholeNumber } from '../help.ts';
import type { Session } from '../session.ts';
import { formatPurchases, purchaseJson, tellPurchase } from '../views/domain.ts';

interface RegisterFlags extends RegistrarFlags {
  readonly confirmPrice?: string;
  readonly years?: number;
  readonly autoRenew?: boolean;
  readonly contacts?: string;
  readonly wait: number;
}

export function registerBuying(domains: Command, cli: Cli): void {
  registerOrder(domains, cli);
  registerAfter(domains, cli);
  registerLimit(domains, cli);
}

function registerOrder(domains: Command, cli: Cli): void {
  withRegistrarFlags(domains.command('register <domain>'))
    .description(
      'Buy a name. Charged at once, not refundable. Needs a spend limit, and the price as an amount; called again, it goes on with what was begun and never buys twice.',
    )
    .option('--confirm-price <amount>', 'the whole price, as `domains check` says it now: 10.44')
    .option('--years <number>', 'how long; default the least that the extension takes', wholeNumber(1, 10))
    .option('--auto-renew', 'renews itself and charges each year')
    .option('--contacts <file>', 'JSON: {"contacts": …, "contact_extensions": …, "acknowledgements": …}')
    .option('--wait <time>', 'follow it for so long', span, 60_000)
    .addHelpText('after', examples('zoneward domains register example.com --confirm-price 10.44'))
    .action(
      cli.run(async (session, name: string, flags: RegisterFlags) => {
        const details = flags.contacts === undefined ? {} : await readContacts(session, flags.contacts);
        const { registrar } = await session.tenant();
        const purchase = await session.interruptible(
          {
            saying: 'Stops following; what was sent stays sent.',
            hard: 'Look with: zoneward domains status',
          },
          (signal) =>
            registrar.register(name, {
              ...targetOf(session, flags),
              ...details,
              signal,
              waitMs: flags.wait,
              autoRenew: flags.autoRenew === true,
              ...(flags.years === undefined ? {} : { years: flags.years }),
              ...(flags.confirmPrice === undefined ? {} : { confirmPrice: flags.confirmPrice }),
            }),
        );
        return tell(session, purchase);
      }),
    );
}

function registerAfter(domains: Command, cli: Cli): void {
  withRegistrarFlags(domains.command('status <domain>'))
    .description('Look what became of the latest purchase of a name. Sends nothing.')
    .option('--wait <time>', 'follow it for so long', span, 0)
    .action(
      cli.run(async (session, name: string, flags: RegistrarFlags & { readonly wait: number }) => {
        const { registrar } = await session.tenant();
        return tell(
          session,
          await registrar.status(name, { ...targetOf(session, flags), waitMs: flags.wait }),
        );
      }),
    );
  domains
    .command('purchases')
    .description('What was bought, is being bought, or was refused. Newest first.')
    .option('--open', 'only those under way')
    .action(
      cli.run(async (session, flags: { readonly open?: boolean }) => {
        const { registrar } = await session.tenant();
        const purchases = await registrar.purchases(flags.open === true ? { open: true } : {});
        session.out.result({
          json: () => ({ purchases: purchases.map(purchaseJson) }),
          text: () => formatPurchases(session.out, purchases),
        });
      }),
    );
  domains
    .command('approve <purchase>')
    .description('Agree to a purchase that someone else ordered.')
    .action(
      cli.run(async (session, id: string) =>
        tell(session, await (await session.tenant()).registrar.approve(id as PurchaseId)),
      ),
    );
  domains
    .command('cancel <purchase>')
    .description('Call off a purchase that was not sent yet.')
    .action(
      cli.run(async (session, id: string) =>
        tell(session, await (await session.tenant()).registrar.cancel(id as PurchaseId)),
      ),
    );
}

function registerLimit(domains: Command, cli: Cli): void {
  domains
    .command('limit')
    .description(
      'What may be spent on registrations in a calendar month (UTC). Without a limit nothing is bought.',
    )
    .option('--monthly <amount>', 'set it: 100.00')
    .option('--currency <code>', 'its currency', 'USD')
    .option('--none', 'take it away')
    .action(
      cli.run(
        async (
          session,
          flags: { readonly monthly?: string; readonly currency: string; readonly none?: boolean },
        ) => {
          const { registrar } = await session.tenant();
          if (flags.none === true && flags.monthly !== undefined)
            throw new UsageError(
              '--monthly sets the limit and --none takes it away; it can only be one of them.',
            );
          if (flags.none === true) await registrar.setSpendLimit(null);
          const { monthly, currency } = flags;
          if (monthly !== undefined)
            await registrar.setSpendLimit({ monthly: { amount: monthly, currency } });
          const limit = await registrar.spendLimit();
          session.out.result({
            json: () => ({ limit }),
            text: () =>
              limit === null
                ? 'No spend limit is set: nothing can be bought.\n  → zoneward domains limit --monthly 100.00\n'
                : `${formatMoney(limit.monthly)} a month (UTC).\n`,
          });
        },
      ),
    );
}

function tell(session: Session, purchase: Purchase): ExitCode {
  return tellPurchase(session.out, purchase);
}
