/** `zoneward connections`: each subcommand is one call of the facade and one view. */
import { type Command, Option } from 'commander';
import type { Tenant } from '../../app/open-zoneward.ts';
import type { AccountId, Connection, ConnectionState, CredentialKind } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { parseMetadata, parseProfile } from '../flags/credential-flags.ts';
import { collect, collectOf, examples, span, wholeNumber } from '../help.ts';
import { visible } from '../output/width.ts';
import { confirm } from '../prompt.ts';
import type { Session } from '../session.ts';
import {
  CONNECTION_STATES,
  connectionJson,
  formatConnection,
  formatConnections,
  nextSteps,
  paintState,
} from '../views/connection.ts';
import { rotationJson, type Surroundings, surroundingFacts } from '../views/rotation.ts';
import { registerCredentialCommands } from './connections-credential.ts';
import { registerConnectionsImport } from './connections-import.ts';
import { registerRotation } from './connections-rotate.ts';

export function register(program: Command, cli: Cli): void {
  const connections = program
    .command('connections')
    .alias('connection')
    .description('Credentials for Cloudflare accounts: kept in the vault, or named where they are.');
  registerCredentialCommands(connections, cli);
  registerLooking(connections, cli);
  registerEditing(connections, cli);
  registerRotation(connections, cli);
  registerConnectionsImport(connections, cli);
}

interface ListFlags {
  readonly label?: string;
  readonly state?: readonly string[];
  readonly tag?: readonly string[];
  readonly kind?: string;
  readonly accountId?: string;
  readonly profile?: string;
  readonly metadata?: readonly string[];
  readonly dueWithin?: number;
}

function registerLooking(connections: Command, cli: Cli): void {
  connections
    .command('list')
    .description('List connections.')
    .option('--label <text>', 'only those whose label holds this')
    .option('--state <state>', 'only those in this state (may be given again)', collectOf(CONNECTION_STATES))
    .option('--tag <tag>', 'only those with this tag (may be given again)', collect)
    .addOption(
      new Option('--kind <kind>', 'only this kind').choices(['user-token', 'account-token', 'global-key']),
    )
    .option('--account-id <id>', 'only those of this account')
    .addOption(new Option('--profile <name>', 'only this profile').choices(['minimum', 'full']))
    .option('--metadata <key=value>', 'only those with this fact (may be given again)', collect)
    .option('--due-within <time>', 'only those that end or are due for rotation within 30d, say', span)
    .addHelpText(
      'after',
      examples(
        'zoneward connections list --state expiring --state expired',
        'zoneward connections list --due-within 14d --tag production',
      ),
    )
    .action(
      cli.run(async (session, flags: ListFlags) => {
        const tenant = await session.tenant();
        const list = await tenant.connections.list({
          ...(flags.label === undefined ? {} : { label: flags.label }),
          ...(flags.state === undefined ? {} : { states: flags.state as readonly ConnectionState[] }),
          ...(flags.tag === undefined ? {} : { tags: flags.tag }),
          ...(flags.kind === undefined ? {} : { kind: flags.kind as CredentialKind }),
          ...(flags.accountId === undefined ? {} : { accountId: flags.accountId as AccountId }),
          ...(flags.profile === undefined ? {} : { profile: parseProfile(flags.profile) }),
          ...(flags.metadata === undefined ? {} : { metadata: parseMetadata(flags.metadata) }),
          ...(flags.dueWithin === undefined ? {} : { dueBefore: session.out.now() + flags.dueWithin }),
        });
        session.out.result({
          json: () => ({ connections: list.map(connectionJson) }),
          text: () =>
            list.length === 0 && Object.keys(flags).length > 0
              ? 'No connection fits.\n'
              : formatConnections(session.out, list),
        });
      }),
    );
  connections
    .command('show [connection]')
    .description('Show one connection: state, rights, dates.')
    .addHelpText('after', examples('zoneward connections show "Cloudflare Domains Integration"'))
    .action(
      cli.run(async (session, reference: string | undefined) => {
        const { connections: facade } = await session.tenant();
        const connection = await facade.get(reference ?? session.flags.connection);
        // One that only the environment describes has nothing around it.
        const around = connection.id.startsWith('env:') ? null : await surroundingsOf(facade, connection.id);
        const { out } = session;
        out.result({
          json: () => ({
            ...connectionJson(connection),
            ...(around === null
              ? {}
              : {
                  ...around,
                  rotation: {
                    ...(connectionJson(connection)['rotation'] as object),
                    obstacle: around.obstacle,
                    latest: around.rotation === null ? null : rotationJson(around.rotation),
                  },
                }),
          }),
          text: () => formatConnection(out, connection, around === null ? [] : surroundingFacts(out, around)),
        });
      }),
    );
}

interface EditFlags {
  readonly label?: string;
  readonly tag?: readonly string[];
  readonly metadata?: readonly string[];
  readonly profile?: string;
  readonly rotateDays?: number;
}

function registerEditing(connections: Command, cli: Cli): void {
  connections
    .command('edit <connection>')
    .description('Change what a connection is labelled with. What is not given stays.')
    .option('--label <text>', 'another label')
    .option('--tag <tag>', 'these tags in place of the old ones (may be given again)', collect)
    .option('--metadata <key=value>', 'these facts in place of the old ones (may be given again)', collect)
    .option('--profile <name>', 'minimum or full')
    .option('--rotate-days <days>', 'rotate the secret this often', wholeNumber(1, 3_650))
    .addHelpText('after', examples('zoneward connections edit con_… --label "Shop, production" --tag shop'))
    .action(
      cli.run(async (session, reference: string, flags: EditFlags) => {
        const tenant = await session.tenant();
        const edited = await tenant.connections.edit(reference, {
          ...(flags.label === undefined ? {} : { label: flags.label }),
          ...(flags.tag === undefined ? {} : { tags: flags.tag }),
          ...(flags.metadata === undefined ? {} : { metadata: parseMetadata(flags.metadata) }),
          ...(flags.profile === undefined ? {} : { profile: parseProfile(flags.profile) }),
          ...(flags.rotateDays === undefined ? {} : { rotateEveryDays: flags.rotateDays }),
        });
        showConnection(session, edited);
      }),
    );
  connections
    .command('pause <connection>')
    .description('Stop using a connection until it is resumed: no sync, no change, no rotation.')
    .action(
      cli.run(async (session, reference: string) => {
        const tenant = await session.tenant();
        told(session, await tenant.connections.pause(reference));
      }),
    );
  connections
    .command('resume <connection>')
    .description('Use a paused connection again; tests it.')
    .action(
      cli.run(async (session, reference: string) => {
        const tenant = await session.tenant();
        const { id } = await tenant.connections.resume(reference);
        told(session, (await tenant.connections.test(id)).connection);
      }),
    );
  connections
    .command('remove <connection>')
    .description(
      'Delete the secret. Zones, history and audit stay; the credential itself lives on at Cloudflare.',
    )
    .addHelpText('after', examples('zoneward connections remove "Old shop" --yes'))
    .action(
      cli.run(async (session, reference: string) => {
        const tenant = await session.tenant();
        const { id, label } = await tenant.connections.get(reference);
        await confirm(
          session.io,
          `Remove "${visible(label)}" and delete its secret?`,
          session.flags.yes === true,
        );
        const { connection, next } = await tenant.connections.remove(id);
        session.out.result({
          json: () => ({ removed: connectionJson(connection), next }),
          text: () =>
            `${session.out.paint.green('✓')} Removed "${visible(label)}".\n${nextSteps(session.out, next)}`,
        });
      }),
    );
}

async function surroundingsOf(facade: Tenant['connections'], id: string): Promise<Surroundings> {
  const [[latest = null], minter, alerts, obstacle] = await Promise.all([
    facade.rotations(id, 1),
    facade.minter(id),
    facade.alerts(id),
    facade.rotationObstacle(id),
  ]);
  return { rotation: latest, minter, alerts, obstacle: obstacle?.message ?? null };
}

export function showConnection({ out }: Session, connection: Connection): void {
  out.result({ json: () => connectionJson(connection), text: () => formatConnection(out, connection) });
}

function told({ out }: Session, connection: Connection): void {
  out.result({
    json: () => connectionJson(connection),
    text: () =>
      `${visible(connection.label)}: ${paintState(out.paint, connection.state)}  ${connection.stateDetail}\n${nextSteps(out, connection.next)}`,
  });
}
