/** The subcommands of `connections` that take, test or ask for a credential: add, test, relink, link. */
import type { Command } from 'commander';
import type { AccountId, TestReport, ZoneId } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { type CredentialFlags, type ReadCredential, readCredential } from '../credential-input.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import { parseMetadata, parseProfile, withSecretFlags } from '../flags/credential-flags.ts';
import { collect, examples, wholeNumber } from '../help.ts';
import { formatProblems } from '../output/error.ts';
import { visible } from '../output/width.ts';
import { connectionJson, formatReport, nextSteps, paintState, reportJson } from '../views/connection.ts';
import { formatFindings } from '../views/rights.ts';

export function registerCredentialCommands(connections: Command, cli: Cli): void {
  registerAdd(connections, cli);
  registerTest(connections, cli);
  registerRelink(connections, cli);
  registerLink(connections, cli);
}

interface AddFlags extends CredentialFlags {
  readonly label?: string;
  readonly profile?: string;
  readonly tag?: readonly string[];
  readonly metadata?: readonly string[];
  readonly rotateDays?: number;
  readonly untested?: boolean;
  readonly duplicate?: boolean;
}

/** Flags that say where the secret is. Without any, the environment is looked at, and then a person asked. */
function withCredentialFlags(command: Command): Command {
  return withSecretFlags(command)
    .option('--account-id <id>', 'the account; else CLOUDFLARE_ACCOUNT_ID, else found out')
    .option(
      '--zone-id <id>',
      'for a token of given zones that may not list them (may be given again)',
      collect,
    );
}

function registerAdd(connections: Command, cli: Cli): void {
  withCredentialFlags(
    connections.command('add').description('Test a credential, and save it when the test passes.'),
  )
    .option('--label <text>', 'default: Cloudflare Domains Integration')
    .option('--profile <name>', 'what it is needed for: minimum (read) or full (edit)', 'minimum')
    .option('--tag <tag>', 'a tag (may be given again)', collect)
    .option('--metadata <key=value>', 'a fact of yours about it (may be given again)', collect)
    .option(
      '--rotate-days <days>',
      'how often the secret is to be replaced; default 90',
      wholeNumber(1, 3_650),
    )
    .option('--untested', 'save it without asking Cloudflare')
    .option('--duplicate', 'save a credential that is saved already')
    .addHelpText(
      'after',
      examples(
        'zoneward connections add                      (asks for the token, without showing it)',
        'CLOUDFLARE_API_TOKEN=… zoneward connections add --label "Shop, production" --profile full',
        'zoneward connections add --secret-from file:/run/secrets/cloudflare',
        'pass cloudflare/token | zoneward connections add --token-stdin',
      ),
    )
    .action(
      cli.run(async (session, flags: AddFlags) => {
        const given = await readCredential(session, flags);
        const tenant = await session.tenant();
        const bar = session.progress();
        bar.status('Testing the credential …');
        const added = await tenant.connections
          .add({
            ...inputOf(given),
            profile: parseProfile(flags.profile ?? 'minimum'),
            ...(flags.label === undefined ? {} : { label: flags.label }),
            ...(flags.tag === undefined ? {} : { tags: flags.tag }),
            ...(flags.metadata === undefined ? {} : { metadata: parseMetadata(flags.metadata) }),
            ...(flags.rotateDays === undefined ? {} : { rotateEveryDays: flags.rotateDays }),
            ...(flags.untested === true ? { untested: true } : {}),
            ...(flags.duplicate === true ? { duplicate: true } : {}),
          })
          .finally(() => bar.end());
        const { connection, report } = added;
        const { out } = session;
        out.result({
          json: () => ({
            connection: connectionJson(connection),
            report: report === null ? null : reportJson(report),
            warnings: added.warnings,
          }),
          text: () => {
            const told = new Set(report?.warnings ?? []);
            const more = formatProblems(
              added.warnings.filter((warning) => !told.has(warning)),
              out.paint,
            );
            const head = `${out.paint.green('✓')} Added "${visible(connection.label)}" (${connection.id}): ${paintState(out.paint, connection.state)}\n`;
            const body = report === null ? '' : formatReport(out, report);
            return `${head}${body}${more.map((line) => `${line}\n`).join('')}${nextSteps(out, [...connection.next, 'zoneward zones sync'])}`;
          },
        });
      }),
    );
}

function inputOf({ credential, accountId, zoneIds, reference }: ReadCredential) {
  return {
    credential,
    zoneIds,
    ...(accountId === null ? {} : { accountId }),
    ...(reference === null ? {} : { reference }),
  };
}

function registerTest(connections: Command, cli: Cli): void {
  connections
    .command('test [connection]')
    .description(
      'Ask Cloudflare: is it alive, what does it see, what may it do? Writes nothing there. With --zone, also what it may do in that zone.',
    )
    .addHelpText(
      'after',
      examples(
        'zoneward connections test',
        'zoneward connections test --zone example.com',
        'zoneward connections test --json | jq .report.passed',
      ),
    )
    .action(
      cli.run(async (session, reference: string | undefined) => {
        const tenant = await session.tenant();
        const bar = session.progress();
        bar.status('Testing the credential …');
        const { connection, report } = await tenant.connections
          .test(reference ?? session.flags.connection)
          .finally(() => bar.end());
        const { zone } = session.flags;
        const inZone =
          zone === undefined || !report.passed
            ? null
            : await tenant.connections.zoneRights(connection.id, zone);
        const { out } = session;
        out.result({
          json: () => ({
            connection: connectionJson(connection),
            report: reportJson(report),
            ...(inZone === null ? {} : { zone: inZone }),
          }),
          text: () => {
            const state = paintState(out.paint, connection.state);
            const steps = report.failure === null ? connection.next : report.failure.next;
            const rights =
              inZone === null ? '' : `\n  in ${visible(zone ?? '')}\n${formatFindings(out, inZone)}`;
            return `${out.paint.bold(visible(connection.label))}  ${state}\n${formatReport(out, report)}${rights}${nextSteps(out, steps)}`;
          },
        });
        return reportExit(report);
      }),
    );
}

async function reportExit({ failure }: TestReport): Promise<number> {
  if (failure === null) return EXIT.done;
  const { ZonewardError } = await import('../../app/re-exports.ts');
  return exitCodeOf(new ZonewardError(failure.message, failure));
}

interface RelinkFlags extends CredentialFlags {
  readonly untested?: boolean;
}

function registerRelink(connections: Command, cli: Cli): void {
  withCredentialFlags(
    connections
      .command('relink <connection>')
      .description('Give a connection a new credential. Its id, zones and history stay.'),
  )
    .option('--untested', 'save it without asking Cloudflare')
    .addHelpText('after', examples('zoneward connections relink "Shop, production"'))
    .action(
      cli.run(async (session, connection: string, flags: RelinkFlags) => {
        const given = await readCredential(session, flags);
        const tenant = await session.tenant();
        const linked = await tenant.connections.relink(connection, {
          ...inputOf(given),
          ...(flags.untested === true ? { untested: true } : {}),
        });
        const { out } = session;
        out.result({
          json: () => ({
            connection: connectionJson(linked.connection),
            report: linked.report === null ? null : reportJson(linked.report),
          }),
          text: () => {
            const { label, state } = linked.connection;
            const body = linked.report === null ? '' : formatReport(out, linked.report);
            return `${out.paint.green('✓')} "${visible(label)}" has a new credential: ${paintState(out.paint, state)}\n${body}`;
          },
        });
      }),
    );
}

interface LinkFlags {
  readonly profile?: string;
  readonly missingOf?: string;
  readonly accountId?: string;
  readonly zoneId?: readonly string[];
  readonly name?: string;
}

function registerLink(connections: Command, cli: Cli): void {
  connections
    .command('link [connection]')
    .description(
      "The address of Cloudflare's token form, filled in with exactly the rights that are needed; for a connection, with exactly what it lacks.",
    )
    .option('--profile <name>', "minimum (read) or full (edit); default: the connection's, else minimum")
    .option('--missing-of <connection>', 'the same as naming the connection')
    .option('--account-id <id>', 'limit it to this account')
    .option('--zone-id <id>', 'limit it to this zone (may be given again)', collect)
    .option('--name <text>', 'what the token is to be called')
    .addHelpText(
      'after',
      examples(
        'zoneward connections link --profile full',
        'zoneward connections link "Shop, production" --profile full',
      ),
    )
    .action(
      cli.run(async (session, connection: string | undefined, flags: LinkFlags) => {
        const tenant = await session.tenant();
        const missingOf = connection ?? flags.missingOf ?? session.flags.connection;
        const accountId =
          flags.accountId ?? (missingOf === undefined ? session.io.env['CLOUDFLARE_ACCOUNT_ID'] : undefined);
        const link = await tenant.connections.link({
          ...(flags.profile === undefined ? {} : { profile: parseProfile(flags.profile) }),
          ...(missingOf === undefined ? {} : { missingOf }),
          ...(accountId === undefined ? {} : { accountId: accountId as AccountId }),
          ...(flags.zoneId === undefined ? {} : { zoneIds: flags.zoneId as readonly ZoneId[] }),
          ...(flags.name === undefined ? {} : { name: flags.name }),
        });
        const { out } = session;
        out.result({
          json: () => ({ link }),
          text: () => {
            if (link === null) return `${out.paint.green('✓')} Nothing is missing.\n`;
            const steps = link.instructions.map((step, index) => `  ${index + 1}. ${step}\n`).join('');
            return `${out.paint.bold('For a token of yours')}\n${link.userUrl}\n\n${out.paint.bold('For a token of the account')}\n${link.accountUrl}\n\n${steps}`;
          },
        });
      }),
    );
}
