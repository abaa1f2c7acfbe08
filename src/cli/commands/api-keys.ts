/** `zoneward api-keys`: what programs show to the HTTP API. Also `zoneward tenants`: whose keys there are. */
import { type Command, Option } from 'commander';
import { type ApiKey, type ConnectionId, SCOPES, type Scope, type ZoneId } from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { collect, examples, span } from '../help.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime, utcTime } from '../output/time.ts';
import { LOCAL_TENANT, type Session } from '../session.ts';

interface OwnerFlags {
  readonly allTenants?: boolean;
}

interface CreateFlags extends OwnerFlags {
  readonly label: string;
  readonly scope?: readonly string[];
  readonly onlyConnection?: readonly string[];
  readonly onlyZone?: readonly string[];
  readonly onlyName?: readonly string[];
  readonly owner?: string;
  readonly expires?: number;
}

interface RevokeFlags extends OwnerFlags {
  readonly withMade?: boolean;
}

const ALL = '--all-tenants';

export function register(program: Command, cli: Cli): void {
  const keys = program
    .command('api-keys')
    .description('Keys for the HTTP API, of the tenant that --tenant names (default: local).');
  keys
    .command('create')
    .description('Make a key. It is shown once, now; the store keeps its hash.')
    .requiredOption('--label <text>', 'what it is for')
    .addOption(
      new Option('--scope <name>', `may be given again: ${SCOPES.join(', ')}; default: read`).argParser(
        collect,
      ),
    )
    .option('--only-connection <id>', 'reach this connection only (may be given again)', collect)
    .option('--only-zone <id>', 'reach this zone only (may be given again)', collect)
    .option('--only-name <pattern>', 'reach these names only: @, api, *.dyn (may be given again)', collect)
    .option('--owner <name>', 'who answers for it; keys of one owner cannot approve for each other')
    .option('--expires <span>', 'ends by itself: 90d, 12h', span)
    .option(ALL, "an operator's key: acts for the tenant that each request names")
    .addHelpText(
      'after',
      examples(
        'zoneward api-keys create --label dashboard --scope read --scope plan',
        "zoneward api-keys create --label acme-dyn --tenant acme --scope apply --scope plan --only-name '*.dyn'",
        `zoneward api-keys create --label backend --scope admin ${ALL}`,
      ),
    )
    .action(cli.run((session, flags: CreateFlags) => create(session, flags)));
  keys
    .command('list')
    .description('Keys with their scopes, reach and last use; never their secrets.')
    .option(ALL, "the operator's keys")
    .action(cli.run((session, flags: OwnerFlags) => list(session, flags)));
  keys
    .command('revoke <id>')
    .description('Refuse a key from its next request on.')
    .option('--with-made', 'the keys that it made, and that those made, too')
    .option(ALL, "one of the operator's keys")
    .addHelpText(
      'after',
      examples('zoneward api-keys revoke KEY_ID', 'zoneward api-keys revoke KEY_ID --with-made'),
    )
    .action(cli.run((session, id: string, flags: RevokeFlags) => revoke(session, id, flags)));
}

function ownerOf({ flags }: Session, { allTenants }: OwnerFlags): string | null {
  return allTenants === true ? null : (flags.tenant ?? LOCAL_TENANT);
}

async function create(session: Session, flags: CreateFlags): Promise<void> {
  const zoneward = await session.zoneward();
  const { out } = session;
  const { key, secret } = await zoneward.apiKeys.create(ownerOf(session, flags), {
    label: flags.label,
    scopes: (flags.scope ?? ['read']) as readonly Scope[],
    reach: {
      connectionIds: (flags.onlyConnection ?? null) as readonly ConnectionId[] | null,
      zoneIds: (flags.onlyZone ?? null) as readonly ZoneId[] | null,
      namePatterns: flags.onlyName ?? null,
    },
    ...(flags.owner === undefined ? {} : { owner: flags.owner }),
    expiresAt: flags.expires === undefined ? null : out.now() + flags.expires,
  });
  out.result({
    json: () => ({ ...keyJson(key), secret: secret.reveal() }),
    text: () =>
      `${out.paint.green('✓')} ${key.label} (${key.id}): ${key.scopes.join(', ')}\n\n  ${secret.reveal()}\n\n  ${out.paint.yellow('!')} It is shown now and never again.\n`,
  });
}

async function revoke(session: Session, id: string, flags: RevokeFlags): Promise<void> {
  const zoneward = await session.zoneward();
  const { out } = session;
  const withMade = flags.withMade === true;
  const { revoked, standing } = await zoneward.apiKeys.revoke(ownerOf(session, flags), id, { withMade });
  const { green, yellow, cyan } = out.paint;
  out.result({
    json: () => ({ id, revoked: true, revokedIds: idsOf(revoked), standingIds: idsOf(standing) }),
    text: () =>
      [
        ...revoked.map((key) => `${green('✓')} ${key.label} (${key.id}) is revoked.`),
        ...standing.map((key) => `${yellow('!')} ${key.label} (${key.id}), which it made, still stands.`),
        ...(standing.length === 0 ? [] : [`  ${cyan('→')} zoneward api-keys revoke ${standing[0]?.id}`]),
        '',
      ].join('\n'),
  });
}

function idsOf(keys: readonly ApiKey[]): readonly string[] {
  return keys.map(({ id }) => id);
}

async function list(session: Session, flags: OwnerFlags): Promise<void> {
  const zoneward = await session.zoneward();
  const { out } = session;
  const keys = await zoneward.apiKeys.list(ownerOf(session, flags));
  out.result({ json: () => keys.map(keyJson), text: () => formatKeys(out, keys) });
}

export function keyJson({ reach, ...key }: ApiKey): Record<string, unknown> {
  return {
    ...key,
    ...reach,
    createdAt: isoTime(key.createdAt),
    expiresAt: isoTime(key.expiresAt),
    lastUsedAt: isoTime(key.lastUsedAt),
    revokedAt: isoTime(key.revokedAt),
  };
}

function formatKeys(out: Output, keys: readonly ApiKey[]): string {
  if (keys.length === 0)
    return `No API keys yet.\n  ${out.paint.cyan('→')} zoneward api-keys create --label NAME\n`;
  return out.table<ApiKey>(
    [
      { title: 'key', cell: ({ id }) => id },
      { title: 'label', cell: ({ label }) => label, shrinksTo: 10 },
      { title: 'scopes', cell: ({ scopes }) => scopes.join(' ') },
      { title: 'reach', cell: reachText, shrinksTo: 8 },
      {
        title: 'last used',
        cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : relativeTime(lastUsedAt, out.now())),
      },
      { title: 'state', cell: (key) => stateText(key, out.now()) },
    ],
    keys,
  );
}

function reachText({ reach }: ApiKey): string {
  const { connectionIds, zoneIds, namePatterns } = reach;
  const parts = [connectionIds, zoneIds, namePatterns].flatMap((list) => list ?? []);
  return parts.length === 0 ? 'all' : parts.join(' ');
}

function stateText({ revokedAt, expiresAt }: ApiKey, now: number): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt === null) return 'stands';
  return expiresAt <= now ? 'expired' : `until ${utcTime(expiresAt)}`;
}
