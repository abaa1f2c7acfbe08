/** `zoneward connect-sessions`: links with which a customer gives one credential, on a page and without an API key. */
import { type Command, Option } from 'commander';
import {
  type ConnectSession,
  connectSessionState,
  type MadeConnectSession,
  type Profile,
} from '../../app/re-exports.ts';
import type { Cli } from '../cli.ts';
import { collect, examples, span } from '../help.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime } from '../output/time.ts';
import type { Session } from '../session.ts';

interface CreateFlags {
  readonly profile?: Profile;
  readonly label?: string;
  readonly tag?: readonly string[];
  readonly relink?: string;
  readonly returnUrl?: string;
  readonly brand?: string;
  readonly logo?: string;
  readonly colour?: string;
  readonly lasts?: number;
}

export function register(program: Command, cli: Cli): void {
  const sessions = program
    .command('connect-sessions')
    .description('Links with which a customer gives one credential, on a page and without an API key.');
  sessions
    .command('create')
    .description('Make a link. It is shown once, works once, and lasts half an hour.')
    .addOption(new Option('--profile <name>', 'the rights asked for').choices(['minimum', 'full']))
    .option('--label <text>', 'what the connection is to be called')
    .option('--tag <text>', 'of the connection (may be given again)', collect)
    .option('--relink <connection>', 'give this connection a new credential instead')
    .option('--return-url <url>', 'where the customer goes afterwards')
    .option('--brand <name>', 'whose page it is')
    .option('--logo <url>', 'its logo')
    .option('--colour <#rrggbb>', 'its colour')
    .option('--lasts <span>', 'how long the link works: 30m, 24h, 7d', span)
    .addHelpText(
      'after',
      examples(
        "zoneward connect-sessions create --tenant acme --profile full --brand 'Product' --colour '#0055aa'",
        "zoneward connect-sessions create --relink 'Shop, production' --lasts 24h",
      ),
    )
    .action(cli.run(create));
  sessions
    .command('list')
    .description('The latest sessions, and what came of them.')
    .action(
      cli.run(async (session) => {
        const all = await (await session.tenant()).connectSessions.list();
        const { out } = session;
        out.result({
          json: () => all.map((one) => sessionJson(one, out.now())),
          text: () => format(out, all),
        });
      }),
    );
  sessions
    .command('revoke <id>')
    .description('Its link opens nothing any more.')
    .action(
      cli.run(async (session, id: string) => {
        const revoked = await (await session.tenant()).connectSessions.revoke(id);
        const { out } = session;
        const state = connectSessionState(revoked, out.now());
        out.result({
          json: () => sessionJson(revoked, out.now()),
          text: () => `${out.paint.green('✓')} ${id} is ${state}.\n`,
        });
      }),
    );
}

async function create(session: Session, flags: CreateFlags): Promise<void> {
  const { profile, label, tag, relink, returnUrl, brand, logo, colour, lasts } = flags;
  const made = await (await session.tenant()).connectSessions.create({
    ...(profile === undefined ? {} : { profile }),
    ...(label === undefined ? {} : { label }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(relink === undefined ? {} : { relink }),
    ...(returnUrl === undefined ? {} : { returnUrl }),
    ...(brand === undefined ? {} : { brand: { name: brand, logoUrl: logo ?? null, colour: colour ?? null } }),
    ...(lasts === undefined ? {} : { lastsMs: lasts }),
  });
  const { out } = session;
  const { url, isGuessed } = await linkOf(session, made);
  const hint = isGuessed
    ? `  ${out.paint.dim('ZONEWARD_PUBLIC_URL says where people reach the server')}\n`
    : '';
  out.result({
    json: () => ({ ...sessionJson(made.session, out.now()), url }),
    text: () =>
      `${out.paint.green('✓')} ${made.session.id}, ends ${relativeTime(made.session.expiresAt, out.now())}\n\n  ${url}\n\n  ${out.paint.yellow('!')} It is shown now and never again.\n${hint}`,
  });
}

/** A server gives the link itself; a store knows only what it was told of where a server is reached. */
async function linkOf(
  session: Session,
  { secret, url }: MadeConnectSession,
): Promise<{ readonly url: string; readonly isGuessed: boolean }> {
  if (url !== undefined) return { url, isGuessed: false };
  const { publicUrl, host, port } = (await session.zoneward()).config;
  const base = publicUrl ?? `http://${host}:${port}`;
  return { url: `${base}/connect#${secret.reveal()}`, isGuessed: publicUrl === null };
}

function sessionJson({ tenantId: _, version: __, ...session }: ConnectSession, now: number) {
  return {
    ...session,
    state: connectSessionState({ tenantId: _, version: __, ...session }, now),
    createdAt: isoTime(session.createdAt),
    expiresAt: isoTime(session.expiresAt),
    used: session.used === null ? null : { ...session.used, at: isoTime(session.used.at) },
    revokedAt: isoTime(session.revokedAt),
  };
}

function format(out: Output, all: readonly ConnectSession[]): string {
  if (all.length === 0) return 'No connect sessions yet.\n';
  return out.table<ConnectSession>(
    [
      { title: 'session', cell: ({ id }) => id },
      { title: 'state', cell: (one) => connectSessionState(one, out.now()) },
      { title: 'ends', cell: ({ expiresAt }) => relativeTime(expiresAt, out.now()) },
      { title: 'label', cell: ({ label }) => label ?? '', shrinksTo: 8 },
      { title: 'connection', cell: ({ used, relink }) => used?.connectionId ?? relink ?? '' },
      { title: 'by', cell: ({ createdBy }) => createdBy, shrinksTo: 8 },
    ],
    all,
  );
}
