/** `zoneward provision`: a domain from its name to live, step by step; its status, many at once, and the way back. */
import path from 'node:path';
import type { Command } from 'commander';
import {
  BASELINE_NAMES,
  type BaselineName,
  type ProvisionInput,
  type Provisioning,
} from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { UsageError } from '../errors.ts';
import type { ExitCode } from '../exit.ts';
import { readTemplate, type TemplateFlags, templateRequest } from '../flags/template-flags.ts';
import { collect, examples } from '../help.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import { readSource } from '../source.ts';
import {
  bulkExit,
  bulkJson,
  formatBulk,
  formatProvisioning,
  formatProvisionings,
  provisioningExit,
  provisioningJson,
} from '../views/provisioning.ts';

interface UpFlags extends Omit<TemplateFlags, 'omitUnsupported'> {
  readonly file?: string;
  readonly tls?: string;
  readonly dnssec?: boolean;
  readonly allow?: readonly string[];
  readonly resolver?: readonly string[];
  readonly register?: boolean;
  readonly confirmPrice?: string;
}

export function register(program: Command, cli: Cli): void {
  const provision = withUpFlags(
    program
      .command('provision [domain]')
      .description(
        'Bring a domain up: [buy] → zone → nameservers → activation → records → TLS → DNSSEC → verified → live. Stops where the world or a person must act, and goes on when called again or when a worker finds it due. Without a domain: the list.',
      ),
  )
    .option('--register', 'buy the name first; needs --confirm-price')
    .option('--confirm-price <amount>', 'the whole price, as `domains check` says it now')
    .addHelpText(
      'after',
      examples(
        'zoneward provision example.com -f example.com.zone --tls modern',
        'zoneward provision example.com --template workspace --var verification=… --var dkim=…',
        'zoneward provision status example.com',
        'zoneward provision deprovision example.com --allow zone-delete',
        'zoneward provision bulk domains.csv --template vercel.com/site',
      ),
    )
    .action(
      cli.run(async (session, domain: string | undefined, flags: UpFlags) => {
        if (domain !== undefined) return bringUp(session, domain, flags);
        if (Object.keys(flags).length > 0)
          throw new UsageError('Which domain is that for?', [
            'zoneward provision example.com …',
            'Without a domain and without flags this is the list.',
          ]);
        return list(session);
      }),
    );
  provision
    .command('status [domain]')
    .description('Where a domain stands, or all of them; asks Cloudflare nothing.')
    .action(
      cli.run(async (session, domain: string | undefined) =>
        domain === undefined
          ? list(session)
          : tell(session, await (await session.tenant()).provisioning.status(domain)),
      ),
    );
  provision
    .command('deprovision <domain>')
    .description('Take a domain down: remove exactly what was added, and nothing that was there before.')
    .option('--allow <word>', 'lift a guard rail: zone-delete (may be given again)', collect)
    .action(
      cli.run(async (session, domain: string, flags: { readonly allow?: readonly string[] }) =>
        takeDown(session, domain, flags.allow ?? []),
      ),
    );
  registerBulk(provision, cli);
}

function withUpFlags(command: Command): Command {
  return command
    .option('-f, --file <path>', 'records (and settings) for the zone, as `zoneward plan` takes them')
    .option('--template <template>', 'records of a template: a key of the pack, or a file')
    .option('--var <name=value>', 'a value for a variable of the template (may be given again)', collect)
    .option('--host <name>', 'where the template goes, below the zone')
    .option('--group <name>', 'only this group of the template (may be given again)', collect)
    .option('--tls <baseline>', `TLS settings: ${BASELINE_NAMES.join(' or ')}`)
    .option('--dnssec', 'sign the zone, and wait until the parent vouches for it')
    .option('--allow <word>', 'lift a guard rail of the records (may be given again)', collect)
    .option(
      '--resolver <address>',
      'ask this resolver too whether the records are there (may be given again)',
      collect,
    );
}

function registerBulk(provision: Command, cli: Cli): void {
  withUpFlags(
    provision
      .command('bulk <list>')
      .description(
        'Bring up every domain of a list (CSV, JSON or YAML: domain, file, template, host, var.NAME, tls, dnssec, confirmPrice), some at a time, with a report for each. A bad line is told and the others go on; run again, it goes on where each one stands.',
      ),
  )
    .addHelpText(
      'after',
      examples(
        'zoneward provision bulk domains.csv --tls modern',
        'zoneward provision bulk domains.yaml --json',
      ),
    )
    .action(cli.run(bulk));
}

async function bulk(session: Session, file: string, flags: UpFlags): Promise<ExitCode> {
  const text = await readSource(session.io, file);
  const { provisioning } = await session.tenant();
  const folder = path.dirname(file);
  const near = (name: string): string => (path.isAbsolute(name) ? name : path.join(folder, name));
  const bar = session.progress();
  const common = await inputOf(session, flags);
  const words = {
    saying: 'Stops after the steps under way; run it again to go on.',
    hard: 'Look with: zoneward provision status',
  };
  const reports = await session
    .interruptible(words, (signal) =>
      provisioning.bulk(text, {
        common,
        signal,
        readFile: (name) => readSource(session.io, near(name)),
        readTemplate: (name) =>
          readTemplate(session, /^\.|\.(?:json|ya?ml)$/i.test(name) ? near(name) : name),
        onLine: ({ domain }, done, total) => bar.update({ done, total, text: domain }),
      }),
    )
    .finally(() => bar.end());
  session.out.result({ json: () => bulkJson(reports), text: () => formatBulk(session.out, reports) });
  return bulkExit(reports);
}

async function list(session: Session): Promise<void> {
  const provisionings = await (await session.tenant()).provisioning.list();
  session.out.result({
    json: () => ({ provisionings: provisionings.map(provisioningJson) }),
    text: () => formatProvisionings(session.out, provisionings),
  });
}

async function inputOf(session: Session, flags: UpFlags): Promise<ProvisionInput> {
  const { file, template, tls, dnssec, allow, resolver } = flags;
  const baseline = BASELINE_NAMES.find((name): name is BaselineName => name === tls);
  if (tls !== undefined && baseline === undefined)
    throw new UsageError(`There is no baseline ${tls}.`, [`Use ${BASELINE_NAMES.join(' or ')}.`]);
  if (template === undefined && (flags.var ?? flags.host ?? flags.group) !== undefined)
    throw new UsageError('--var, --host and --group belong to --template.');
  const wanted =
    template === undefined
      ? {}
      : { templates: [{ template: await readTemplate(session, template), ...templateRequest(flags) }] };
  return {
    ...session.via,
    ...wanted,
    ...(file === undefined ? {} : { source: await readSource(session.io, file) }),
    ...(baseline === undefined ? {} : { tls: baseline }),
    ...(dnssec === true ? { dnssec } : {}),
    ...(allow === undefined ? {} : { allow }),
    ...(resolver === undefined ? {} : { resolvers: resolver }),
  };
}

async function bringUp(session: Session, domain: string, flags: UpFlags): Promise<ExitCode> {
  const { confirmPrice } = flags;
  if (flags.register !== true && confirmPrice !== undefined)
    throw new UsageError('--confirm-price is for --register, which buys the name.');
  const input = await inputOf(session, flags);
  const { provisioning } = await session.tenant();
  const words = {
    saying: 'Stops after this step; it goes on when called again.',
    hard: `Look with: zoneward provision status ${domain}`,
  };
  const done = await session.interruptible(words, (signal) =>
    provisioning.provision(domain, {
      ...input,
      signal,
      ...(flags.register === true
        ? { register: { ...session.via, ...(confirmPrice === undefined ? {} : { confirmPrice }) } }
        : {}),
    }),
  );
  return tell(session, done);
}

async function takeDown(session: Session, domain: string, allow: readonly string[]): Promise<ExitCode> {
  const { provisioning } = await session.tenant();
  const standing = await provisioning.status(domain);
  session.out.note(formatProvisioning({ ...session.out, paint: session.out.notePaint }, standing).trimEnd());
  await confirm(session.io, `Take ${domain} down?`, session.flags.yes === true);
  return tell(session, await provisioning.deprovision(domain, { allow }));
}

function tell(session: Session, provisioning: Provisioning): ExitCode {
  session.out.result({
    json: () => provisioningJson(provisioning),
    text: () => formatProvisioning(session.out, provisioning),
  });
  return provisioningExit(provisioning);
}
