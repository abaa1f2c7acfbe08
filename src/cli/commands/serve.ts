/** `zoneward serve`: the HTTP API with a worker inside, until Ctrl-C; with `--sandbox`, on a local Cloudflare. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { LOG_LEVELS, resolveConfig } from '../../app/config.ts';
import { openZoneward, type Zoneward } from '../../app/open-zoneward.ts';
import type { ApiKey, Secret } from '../../app/re-exports.ts';
import { openLog, type ServiceLog } from '../../http/log.ts';
import { type RunningServer, startServer } from '../../http/server.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import type { Cli } from '../cli.ts';
import { dashboardFiles } from '../dashboard-files.ts';
import { examples, wholeNumber } from '../help.ts';
import { openBrowser } from '../open-browser.ts';
import { inSameHome, LOCAL_TENANT, type Session, storeUrl } from '../session.ts';
import { furnish, SHOWCASE_SEED } from '../showcase.ts';

interface ServeFlags {
  readonly host?: string;
  readonly port?: number;
  readonly sandbox?: boolean;
  readonly worker: boolean;
  readonly dashboard: boolean;
  readonly open?: boolean;
  readonly logLevel?: string;
}

const PORT_MAX = 65_535;

export function register(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('Show the dashboard, answer the HTTP API, work on jobs, keep zones in step. Ctrl-C ends it.')
    .option('--host <address>', 'where to listen; put a TLS proxy before anything but 127.0.0.1, the default')
    .option('--port <number>', 'default: 4500; 0: any free one', wholeNumber(0, PORT_MAX))
    .option('--sandbox', 'on a local Cloudflare with example zones, in a folder of its own that ends with it')
    .option('--open', 'open the dashboard in the browser, signed in as the operator of this machine')
    .option('--no-worker', 'answer and work on jobs only; `zoneward worker` does the rest elsewhere')
    .option('--no-dashboard', 'answer the API alone')
    .addOption(
      new Option('--log-level <level>', 'JSON lines on standard error; default: info').choices(LOG_LEVELS),
    )
    .addHelpText(
      'after',
      examples('zoneward serve', 'zoneward serve --sandbox', 'zoneward serve --port 8080 --log-level warn'),
    )
    .action(cli.run(async (session, flags: ServeFlags) => serve(session, flags)));
}

async function serve(session: Session, flags: ServeFlags): Promise<void> {
  // Listening for the end comes first, so that none is missed.
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const stopListening = session.io.onInterrupt(end);
  const { config: file, home } = session.flags;
  const named = { ...(file === undefined ? {} : { config: file }), ...(home === undefined ? {} : { home }) };
  const config = resolveConfig(named, session.io.env);
  const log = openLog({
    level: flags.logLevel ?? config.logLevel,
    write: (line) => session.io.stderr.write(line),
  });
  try {
    const dashboard = flags.dashboard ? await dashboardFiles((line) => session.out.note(line)) : null;
    await using place = await openPlace(session, flags, log);
    const key = await firstKey(place, flags);
    await using server = await startServer({
      zoneward: place.zoneward,
      host: flags.host ?? config.host,
      port: flags.port ?? config.port,
      log,
      worker: flags.worker,
      ...(dashboard === null ? {} : { dashboard }),
    });
    const link = key === null || dashboard === null ? null : await signInLink(place, server, key);
    const hasDashboard = dashboard !== null;
    tell(session, { server, place, key: key?.secret?.reveal() ?? null, link, hasDashboard });
    if (flags.open === true && link !== null) openBrowser(link);
    await ended;
    log.info('stopping: requests under way are answered, jobs go back to the queue');
  } finally {
    stopListening();
  }
}

interface Place extends AsyncDisposable {
  readonly zoneward: Zoneward;
  readonly sandbox: Sandbox | null;
}

async function openPlace(
  { io, flags: { home, store, config } }: Session,
  { sandbox }: ServeFlags,
  logger: ServiceLog,
): Promise<Place> {
  const principal = `serve:${os.userInfo().username}@${os.hostname()}`;
  if (sandbox === true) return openSandboxPlace(io.env, principal, logger);
  const zoneward = await openZoneward({
    environment: io.env,
    principal,
    logger,
    ...(home === undefined ? {} : { home }),
    ...(config === undefined ? {} : { config }),
    ...(store === undefined ? {} : { store: storeUrl(store) }),
  });
  return { zoneward, sandbox: null, [Symbol.asyncDispose]: () => zoneward.close() };
}

/** A Cloudflare, a home and a store that begin and end with this process. */
async function openSandboxPlace(
  env: Session['io']['env'],
  principal: string,
  logger: ServiceLog,
): Promise<Place> {
  const sandbox = await startSandbox({ seed: SHOWCASE_SEED, warn: (line) => logger.warn(line) });
  const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-serve-'));
  const zoneward = await openZoneward({
    home,
    environment: { PATH: env['PATH'] },
    baseUrl: sandbox.baseUrl,
    principal,
    logger,
  });
  const close = async (): Promise<void> => {
    await zoneward.close();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  };
  return { zoneward, sandbox, [Symbol.asyncDispose]: close };
}

interface FirstKey {
  readonly id: ApiKey['id'];
  /** Null for one that was made earlier, or that nobody is to see. */
  readonly secret: Secret | null;
}

/** In the sandbox: what there is to see, and a key to look at them with. Elsewhere, only for `--open`. */
async function firstKey({ zoneward, sandbox }: Place, { open }: ServeFlags): Promise<FirstKey | null> {
  if (sandbox === null) return open === true ? operatorsKey(zoneward) : null;
  await furnish({ zoneward, sandbox });
  const { key, secret } = await zoneward.apiKeys.create(LOCAL_TENANT, {
    label: 'sandbox',
    scopes: ['admin'],
  });
  return { id: key.id, secret };
}

/** What the operator's browser acts with: one key for each person and machine, whose secret nobody ever sees. */
async function operatorsKey({ apiKeys }: Zoneward): Promise<FirstKey> {
  const label = `dashboard of ${os.userInfo().username}@${os.hostname()}`;
  const known = (await apiKeys.list(LOCAL_TENANT)).find(
    (key) => key.label === label && key.revokedAt === null,
  );
  const key = known ?? (await apiKeys.create(LOCAL_TENANT, { label, scopes: ['admin'] })).key;
  return { id: key.id, secret: null };
}

/** What follows the `#` never leaves the browser by itself: no log and no proxy sees it. */
async function signInLink(place: Place, server: RunningServer, { id }: FirstKey): Promise<string> {
  return `${server.url}/sign-in#${(await place.zoneward.signIns.link(id)).reveal()}`;
}

function tell(
  session: Session,
  {
    server,
    place,
    key,
    hasDashboard,
    link,
  }: {
    readonly server: RunningServer;
    readonly place: Place;
    readonly key: string | null;
    readonly hasDashboard: boolean;
    readonly link: string | null;
  },
): void {
  const { out } = session;
  const { sandbox, zoneward } = place;
  if (out.json) {
    out.jsonLine({
      url: server.url,
      store: zoneward.config.storePlace,
      cloudflare: zoneward.config.baseUrl,
      apiKey: key,
      signInLink: link,
    });
    return;
  }
  const { bold, dim, green, cyan } = out.paint;
  out.line(`${green('✓')} ${bold('Zoneward answers')} ${dim('(Ctrl-C ends it)')}`);
  out.line();
  const facts: (readonly [string, string | null])[] = [
    ['dashboard', hasDashboard ? `${server.url}/` : null],
    ['dashboard, signed in', link === null ? null : `${link}   (once, within the hour)`],
    ['API', `${server.url}/v1`],
    ['documentation', `${server.url}/docs`],
    [
      'Cloudflare',
      sandbox === null ? zoneward.config.baseUrl : `${sandbox.baseUrl}, a local one with example zones`,
    ],
    ['store', zoneward.config.storePlace],
    ['API key', key],
  ];
  session.io.stdout.write(out.facts(facts, '  '));
  out.line();
  if (key === null) {
    const create = inSameHome(session, 'zoneward api-keys create --label NAME --scope read');
    const uses = hasDashboard ? '(in another terminal; signs in, too)' : '(in another terminal)';
    out.line(`  ${cyan('→')} ${create}   ${dim(uses)}`);
    return;
  }
  out.line(`  ${cyan('→')} curl -H 'Authorization: Bearer ${key}' ${server.url}/v1/zones`);
}
