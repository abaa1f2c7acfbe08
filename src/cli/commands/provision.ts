/** `zoneward provision`: a domain from its name to live, step by step; `--status` and `--take-down` of the same. */
import type { Command } from 'commander';
import type { Provisioning } from '../../app/handed-out.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit.ts';
import { collect, examples } from '../help.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';
import {
  formatProvisioning,
  formatProvisionings,
  provisioningExit,
  provisioningJson,
} from '../views/provisioning.ts';

interface ProvisionFlags {
  readonly file?: string;
  readonly allow?: readonly string[];
  readonly resolver?: readonly string[];
  readonly register?: boolean;
  readonly confirmPrice?: string;
  readonly status?: boolean;
  readonly takeDown?: boolean;
}

export function register(program: Command, cli: Cli): void {
  program
    .command('provision [domain]')
    .description(
      'Bring a domain up: [buy] → zone → nameservers → activation → records → verified → live. Stops where the world or a person must act, and goes on when called again. Without a domain: the list.',
    )
    .option('-f, --file <path>', 'records (and settings) for the zone, as `zoneward plan` takes them')
    .option(
      '--allow <word>',
      'lift a guard rail of the records, or of taking down (may be given again)',
      collect,
    )
    .option(
      '--resolver <address>',
      'ask this server whether the records are there (may be given again)',
      collect,
    )
    .option('--register', 'buy the name first; needs --confirm-price')
    .option('--confirm-price <amount>', 'the whole price, as `domains check` says it now')
    .option('--status', 'show where it stands; asks Cloudflare nothing')
    .option('--take-down', 'remove exactly what was added (deprovision)')
    .addHelpText(
      'after',
      examples(
        'zoneward provision example.com -f example.com.zone',
        'zoneward provision example.com --status',
        'zoneward provision example.com --take-down --allow zone-delete',
      ),
    )
    .action(
      cli.run(async (session, domain: string | undefined, flags: ProvisionFlags) => {
        if (domain === undefined) return list(session);
        if (flags.takeDown === true && flags.status === true)
          throw new UsageError('--status looks and --take-down removes; it can only be one of them.');
        if (flags.status === true)
          return tell(session, await (await session.tenant()).provisioning.status(domain));
        return flags.takeDown === true ? takeDown(session, domain, flags) : bringUp(session, domain, flags);
      }),
    );
}

async function list(session: Session): Promise<void> {
  const provisionings = await (await session.tenant()).provisioning.list();
  session.out.result({
    json: () => ({ provisionings: provisionings.map(provisioningJson) }),
    text: () => formatProvisionings(session.out, provisionings),
  });
}

async function bringUp(session: Session, domain: string, flags: ProvisionFlags): Promise<ExitCode> {
  const { file, allow, resolver, confirmPrice } = flags;
  if (flags.register !== true && confirmPrice !== undefined)
    throw new UsageError('--confirm-price is for --register, which buys the name.');
  const source = file === undefined ? undefined : await readSource(session.io, file);
  const { provisioning } = await session.tenant();
  const done = await session.interruptible(
    {
      saying: 'Stops after this step; it goes on when called again.',
      hard: `Look with: zoneward provision ${domain} --status`,
    },
    (signal) =>
      provisioning.provision(domain, {
        ...session.via,
        signal,
        ...(source === undefined ? {} : { source }),
        ...(allow === undefined ? {} : { allow }),
        ...(resolver === undefined ? {} : { resolvers: resolver }),
        ...(flags.register === true
          ? { register: { ...session.via, ...(confirmPrice === undefined ? {} : { confirmPrice }) } }
          : {}),
      }),
  );
  return tell(session, done);
}

async function takeDown(session: Session, domain: string, flags: ProvisionFlags): Promise<ExitCode> {
  const { provisioning } = await session.tenant();
  const standing = await provisioning.status(domain);
  session.out.note(formatProvisioning({ ...session.out, paint: session.out.notePaint }, standing).trimEnd());
  await confirm(session.io, `Take ${domain} down?`, session.flags.yes === true);
  return tell(session, await provisioning.deprovision(domain, { allow: flags.allow ?? [] }));
}

function tell(session: Session, provisioning: Provisioning): ExitCode {
  session.out.result({
    json: () => provisioningJson(provisioning),
    text: () => formatProvisioning(session.out, provisioning),
  });
  return provisioningExit(provisioning);
}
