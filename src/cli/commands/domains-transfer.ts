/** `zoneward domains transfer check|start|status`: names brought in from another registrar. */
import type { Command } from 'commander';
import type { Secret } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { readContacts } from '../flags/registrar-flags.ts';
import { examples, span } from '../help.ts';
import { askSecret, canAsk } from '../prompt.ts';
import type { Session } from '../session.ts';
import { formatTransferOffers, tellPurchase, transferJson } from '../views/domain.ts';

const VARIABLE = 'ZONEWARD_AUTH_CODE';

interface CodeFlags {
  readonly authCodeStdin?: boolean;
  readonly authCode?: false;
}

interface StartFlags extends CodeFlags {
  readonly confirmPrice?: string;
  readonly autoRenew?: boolean;
  readonly contacts?: string;
  readonly wait: number;
}

export function registerTransfer(domains: Command, cli: Cli): void {
  const transfer = domains
    .command('transfer')
    .description(
      'Bring a name in from another registrar. It needs a zone in the account, DNSSEC off and the name unlocked. The API cannot cancel a transfer or send its mail again: the dashboard and the other registrar can.',
    );
  transfer
    .command('check <domains...>')
    .description(
      'Whether names can come in, for how much, and what stands in the way. Exit code 3 when one cannot.',
    )
    .option('--auth-code-stdin', 'judge the code too, read from standard input (one domain)')
    .addHelpText('after', examples('zoneward domains transfer check example.com'))
    .action(
      cli.run(async (session, names: readonly string[], flags: CodeFlags) => {
        if (flags.authCodeStdin === true && names.length !== 1)
          throw new UsageError('--auth-code-stdin gives the code of one domain.');
        const authCode = flags.authCodeStdin === true ? await readCode(session, flags) : null;
        const asked = names.map((domain) => ({ domain, ...(authCode === null ? {} : { authCode }) }));
        const offers = await (await session.tenant()).registrar.transferCheck(asked, session.via);
        session.out.result({
          json: () => ({ domains: offers.map(transferJson) }),
          text: () => formatTransferOffers(session.out, offers),
        });
        return offers.every(({ transferable }) => transferable) ? EXIT.done : EXIT.findings;
      }),
    );
  registerStart(transfer, cli);
  transfer
    .command('status <domain>')
    .description('Look where the transfer of a name stands. Sends nothing.')
    .option('--wait <time>', 'follow it for so long', span, 0)
    .action(
      cli.run(async (session, name: string, flags: { readonly wait: number }) => {
        const { registrar } = await session.tenant();
        return tellPurchase(
          session.out,
          await registrar.status(name, { ...session.via, waitMs: flags.wait }),
        );
      }),
    );
}

function registerStart(transfer: Command, cli: Cli): void {
  transfer
    .command('start <domain>')
    .description(
      `Begin the transfer. Needs the price as an amount, and the auth code: asked for, from ${VARIABLE}, or from standard input; it is never stored. Called again, it goes on with what was begun.`,
    )
    .option('--confirm-price <amount>', 'the whole price, as `transfer check` says it now')
    .option('--auth-code-stdin', 'read the code from standard input')
    .option('--no-auth-code', 'for extensions that need none (.uk)')
    .option('--auto-renew', 'renews itself and charges each year, once it is here')
    .option('--contacts <file>', 'JSON: {"contacts": …, "contact_extensions": …}')
    .option('--wait <time>', 'follow it for so long; it takes days', span, 10_000)
    .addHelpText('after', examples('zoneward domains transfer start example.com --confirm-price 10.46'))
    .action(
      cli.run(async (session, name: string, flags: StartFlags) => {
        const details = flags.contacts === undefined ? {} : await readContacts(session, flags.contacts);
        const authCode = flags.authCode === false ? null : await readCode(session, flags);
        const { registrar } = await session.tenant();
        const words = {
          saying: 'Stops following; what was sent stays sent.',
          hard: 'Look with: zoneward domains transfer status',
        };
        const purchase = await session.interruptible(words, (signal) =>
          registrar.transfer(name, {
            ...session.via,
            ...details,
            signal,
            waitMs: flags.wait,
            autoRenew: flags.autoRenew === true,
            ...(authCode === null ? {} : { authCode }),
            ...(flags.confirmPrice === undefined ? {} : { confirmPrice: flags.confirmPrice }),
          }),
        );
        return tellPurchase(session.out, purchase);
      }),
    );
}

/** From standard input, the environment or a hidden prompt; never from a flag, which others on the machine could read. */
async function readCode(session: Session, flags: CodeFlags): Promise<Secret> {
  const { Secret } = await import('../../app/re-exports.ts');
  const { io } = session;
  const given =
    flags.authCodeStdin === true ? (await io.stdin.readAll()).trim() : (io.env[VARIABLE] ?? '').trim();
  if (given !== '') return new Secret(given);
  if (flags.authCodeStdin === true) throw new UsageError('Standard input holds no auth code.');
  if (!canAsk(io))
    throw new UsageError('The transfer needs the auth code, and there is no terminal to ask at.', [
      `Set ${VARIABLE}, or pipe it in with --auth-code-stdin.`,
      'Extensions that need none: --no-auth-code',
    ]);
  return new Secret(await askSecret(io, 'Auth code (nothing is shown):'));
}
