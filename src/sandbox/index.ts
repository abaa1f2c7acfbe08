/**
 * The public entry of the sandbox: a local Cloudflare (API v4 and DNS) that keeps state. It shares no line with the
 * client side of this project, so that one misreading of the API cannot hide on both sides.
 */

import { PERMISSION_GROUPS } from './auth/permission-groups.ts';
import { API_PREFIX, RATE_QUOTA, RATE_WINDOW_SECONDS } from './constants.ts';
import { FaultBook } from './control/faults.ts';
import { controlPath } from './control/http.ts';
import { type DnsListener, listenDns } from './dns/listener.ts';
import type { Core } from './http/dispatch.ts';
import { edgeDoor } from './http/edge.ts';
import { RateLimiter } from './http/rate-limit.ts';
import { RequestLog } from './http/request-log.ts';
import { Router } from './http/router.ts';
import { selfSigned } from './http/self-signed.ts';
import { listenHttp } from './http/server.ts';
import { idFrom, newSecret } from './ids.ts';
import { checkOptions, type SandboxOptions } from './options.ts';
import { ROUTES } from './routes/index.ts';
import { SandboxControls, type SandboxCredentials } from './sandbox.ts';
import { type Home, plantToken, readSeedFile, type SandboxSeed } from './state/seed.ts';
import { openStateFile, type StateFile } from './state/state-file.ts';
import { World } from './state/world.ts';

export type { Behaviour, PlanName } from './constants.ts';
export type { Fault, FaultKind, FaultState } from './control/faults.ts';
export type { RequestCounts, RequestEntry } from './http/request-log.ts';
export { SandboxInputError } from './input-error.ts';
export type { SandboxOptions } from './options.ts';
export type { DnsRecord } from './records/record.ts';
export type { Charge } from './registrar/books.ts';
export type { RegistrarControls, RegistrarUpdate, RegistrarView } from './registrar/controls.ts';
export type { ClockUpdate, SandboxControls, SandboxCredentials, ZoneRef, ZoneUpdate } from './sandbox.ts';
export { DEMO_SEED } from './seeds.ts';
export type { AuditEntry } from './state/audit.ts';
export type { SandboxSeed, TokenSeed, ZoneSeed } from './state/seed.ts';
export type { WorldSnapshot } from './state/world.ts';

export interface Sandbox extends SandboxControls, AsyncDisposable {
  /** What a client takes for `https://api.cloudflare.com/client/v4`. */
  readonly baseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Only when control is on. */
  readonly controlUrl: string | undefined;
  /** Where the DNS server answers; undefined without one. */
  readonly dns: { readonly host: string; readonly port: number } | undefined;
  /** PEM of the sandbox's own certificate, with `tls`. */
  readonly certificate: string | undefined;
  /** Stops listening, writes the state file. Writes still to land are dropped. Safe to call twice. */
  close(): Promise<void>;
}

const DEFAULT_EMAIL = 'developer@example.com';
const DEFAULT_ACCOUNT_NAME = 'Example Account';

/**
 * Starts a sandbox and resolves when it answers. Throws `SandboxInputError` for options, seeds or ports that cannot
 * be; nothing listens then.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  checkOptions(options);
  const world = new World({
    ...(options.behaviour === undefined ? {} : { behaviour: options.behaviour }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.delegation === undefined ? {} : { delegation: options.delegation }),
  });
  const stateFile =
    options.stateFile === undefined ? undefined : openStateFile(world, options.stateFile, warnOf(options));
  const home = settle(world, options);
  const credentials = mintCredentials(world, home, options.token);
  const core = makeCore(world, options);
  const controls = new SandboxControls({
    core,
    home,
    credentials,
    plan: options.plan ?? 'free',
    flush: async () => stateFile?.flush(),
  });
  if (stateFile?.restored !== true) for (const seed of seedsOf(options)) controls.seed(seed);
  for (const fault of options.faults ?? []) controls.setFault(fault);
  return open({ core, controls, options, stateFile });
}

function warnOf(options: SandboxOptions): (line: string) => void {
  return options.warn ?? ((line) => process.stderr.write(`${line}\n`));
}

function makeCore(world: World, options: SandboxOptions): Core {
  const router = new Router(ROUTES);
  const { rateLimit = { quota: RATE_QUOTA, windowSeconds: RATE_WINDOW_SECONDS } } = options;
  return {
    world,
    router,
    limiter: new RateLimiter(world.clock, rateLimit === false ? undefined : rateLimit),
    log: new RequestLog(),
    faults: new FaultBook(router),
    latencyMs: options.latencyMs ?? 0,
    warn: warnOf(options),
    timers: new Set(),
  };
}

/** The user and account of the sandbox, made unless the state file had them. */
function settle(world: World, options: SandboxOptions): Home {
  const accountId = options.account?.id ?? idFrom('account');
  const userId = idFrom('user');
  const now = world.clock.stamp();
  if (!world.users.has(userId)) {
    world.users.set(userId, {
      id: userId,
      email: DEFAULT_EMAIL,
      firstName: 'Dev',
      lastName: 'Eloper',
      telephone: null,
      country: null,
      zipcode: null,
      globalKey: newSecret('cfk'),
      createdOn: now,
      modifiedOn: now,
      bag: {},
    });
  }
  if (!world.accounts.has(accountId)) {
    const name = options.account?.name ?? DEFAULT_ACCOUNT_NAME;
    world.accounts.set(accountId, { id: accountId, name, type: 'standard', createdOn: now, bag: {} });
    const id = idFrom(`membership:${accountId}`);
    const roles = ['Super Administrator - All Privileges'];
    world.memberships.set(id, { id, userId, accountId, roles, status: 'accepted' });
  }
  return { accountId, userId };
}

const FULL_NAME = 'Sandbox full rights';
const READ_NAME = 'Sandbox read only';
const ACCOUNT_NAME = 'Sandbox account token';

/** The three tokens that every sandbox has; those of the state file stay. */
function mintCredentials(world: World, home: Home, value: string | undefined): SandboxCredentials {
  const names = PERMISSION_GROUPS.map((group) => group.name);
  const existing = (name: string): string | undefined =>
    [...world.tokens.values()].find((token) => token.name === name)?.secret;
  const full = existing(FULL_NAME);
  if (full !== undefined && value !== undefined && full !== value) {
    const token = world.tokenBySecret(full);
    if (token !== undefined) world.rollToken(token, value);
  }
  const mint = (
    name: string,
    permissions: readonly string[],
    more: { value?: string; account?: string } = {},
  ): string => existing(name) ?? plantToken(world, home, { name, permissions, ...more }).secret;
  return {
    full: mint(FULL_NAME, names, value === undefined ? {} : { value }),
    readOnly: mint(READ_NAME, [
      'Zone Read',
      'DNS Read',
      'Zone Settings Read',
      'SSL and Certificates Read',
      'Zone DNS Settings Read',
    ]),
    account: mint(
      ACCOUNT_NAME,
      PERMISSION_GROUPS.filter((group) => group.scope !== 'user').map((group) => group.name),
      { account: home.accountId },
    ),
  };
}

function seedsOf({ seed }: SandboxOptions): readonly SandboxSeed[] {
  if (seed === undefined) return [];
  if (typeof seed === 'string') return [readSeedFile(seed)];
  if (Array.isArray(seed)) return (seed as readonly string[]).map(readSeedFile);
  return [seed as SandboxSeed];
}

interface Opening {
  readonly core: Core;
  readonly controls: SandboxControls;
  readonly options: SandboxOptions;
  readonly stateFile: StateFile | undefined;
}

async function open({ core, controls, options, stateFile }: Opening): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1';
  const tls = options.tls === true ? selfSigned(host) : undefined;
  const control = options.control === true ? controlPath(controls, core) : undefined;
  const edge = edgeDoor(core.world);
  const http = await listenHttp(core, { host, port: options.port ?? 0, tls, control, edge });
  let dns: DnsListener | undefined;
  if (options.dnsPort !== false) {
    try {
      dns = await listenDns(core.world, { host, port: options.dnsPort ?? 0 });
    } catch (error) {
      await http.close();
      throw error;
    }
  }
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    for (const timer of core.timers) clearTimeout(timer);
    core.timers.clear();
    await Promise.all([http.close(), dns?.close()]);
    await stateFile?.close();
  };
  const origin = `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  const closeOnce = (): Promise<void> => {
    closing ??= close();
    return closing;
  };
  return Object.assign(controls, {
    baseUrl: `${origin}${API_PREFIX}`,
    host,
    port: http.port,
    controlUrl: control === undefined ? undefined : `${origin}/__sandbox`,
    dns: dns === undefined ? undefined : { host, port: dns.port },
    certificate: tls?.cert,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  });
}
