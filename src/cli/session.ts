/** One run of one command: its streams, its global flags, and the engine, opened when first needed. */
import os from 'node:os';
import type { Tenant, Zoneward } from '../app/open-zoneward.ts';
import type { Tenants } from '../app/tenants.ts';
import type { ClientOptions } from '../client/index.ts';
import { UsageError } from './errors.ts';
import { EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { type Output, openOutput } from './output/output.ts';
import { openProgress, type Progress } from './output/progress.ts';
import { formatDuration } from './output/time.ts';

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly yes?: boolean;
  readonly tenant?: string;
  readonly connection?: string;
  readonly zone?: string;
  readonly home?: string;
  readonly store?: string;
  readonly config?: string;
  readonly server?: string;
  readonly apiKey?: string;
}

/** The tenant of the command line, unless told otherwise. */
export const LOCAL_TENANT = 'local';

export interface Session {
  readonly io: Io;
  readonly out: Output;
  readonly flags: GlobalFlags;
  /** `{ connection }` for the facade's options, or nothing. */
  readonly via: { readonly connection?: string };
  zoneward(): Promise<Zoneward>;
  tenant(): Promise<Tenant>;
  /** All of them, for the operator: of the store, or of the server. */
  tenants(): Promise<Tenants>;
  /** The zone that is meant: the argument, else `--zone`, else `CLOUDFLARE_ZONE_ID`. */
  zoneName(argument: string | undefined): string;
  progress(): Progress;
  /**
   * Runs `work` with a signal that the first Ctrl-C aborts, after saying `saying`. A second one ends the process
   * at once with `hard` as its last words.
   */
  interruptible<T>(
    words: { readonly saying: string; readonly hard: string },
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** What to type next for the store that this run is on: the command, with the `--home` that was given. */
export function inSameHome({ flags }: Pick<Session, 'flags'>, command: string): string {
  return flags.home === undefined ? command : `${command} --home ${flags.home}`;
}

export function openSession(io: Io, flags: GlobalFlags): Session {
  const out = openOutput(io, { json: flags.json === true, quiet: flags.quiet === true });
  const bars: Progress[] = [];
  let opening: Promise<Zoneward> | null = null;
  let remote: Promise<Tenant> | null = null;
  const server = flags.server ?? io.env['ZONEWARD_SERVER'] ?? '';
  const zoneward = (): Promise<Zoneward> => {
    if (server !== '') return Promise.reject(onlyLocal());
    opening ??= openEngine(io, flags, (text) => {
      const bar = bars.at(-1);
      if (bar === undefined) out.note(text);
      else bar.status(text);
    });
    return opening;
  };
  return {
    io,
    out,
    flags,
    via: flags.connection === undefined ? {} : { connection: flags.connection },
    zoneward,
    tenant: async () => {
      if (server === '') return (await zoneward()).tenant(flags.tenant ?? LOCAL_TENANT);
      // One for the whole run: it remembers what it planned.
      remote ??= openRemote(io, flags, server);
      return remote;
    },
    tenants: async () => {
      if (server === '') return (await zoneward()).tenants;
      const { createClient } = await import('../client/index.ts');
      const { remoteTenants } = await import('./remote/remote-tenants.ts');
      const options = serverOptions(io, flags, server);
      return remoteTenants(options, (tenant) =>
        createClient(tenant === null ? options : { ...options, tenant }),
      );
    },
    zoneName: (argument) => zoneName(argument, io, flags),
    progress: () => {
      const bar = openProgress(io, out.notePaint, out.quiet);
      bars.push(bar);
      return bar;
    },
    interruptible: (words, work) => interruptible(io, out, words, work),
    close: async () => {
      for (const bar of bars) bar.end();
      if (opening !== null) await (await opening.catch(() => null))?.close();
    },
  };
}

async function openEngine(io: Io, flags: GlobalFlags, say: (text: string) => void): Promise<Zoneward> {
  const { openZoneward } = await import('../app/open-zoneward.ts');
  return openZoneward({
    environment: io.env,
    principal: `cli:${os.userInfo().username}@${os.hostname()}`,
    ...(flags.home === undefined ? {} : { home: flags.home }),
    ...(flags.config === undefined ? {} : { config: flags.config }),
    ...(flags.store === undefined ? {} : { store: storeUrl(flags.store) }),
    onWait: ({ waitMs, reason }) => {
      const why = reason === 'budget' ? 'the API budget is used up' : 'Cloudflare asked to wait';
      say(`Next call in ${formatDuration(waitMs)}: ${why}`);
    },
  });
}

function onlyLocal(): UsageError {
  return new UsageError('This command works on a store of this machine, not through a server.', [
    'Leave --server and ZONEWARD_SERVER out.',
  ]);
}

/** The tenant behind a server, by its API. */
async function openRemote(io: Io, flags: GlobalFlags, server: string): Promise<Tenant> {
  const options = serverOptions(io, flags, server);
  const { createClient } = await import('../client/index.ts');
  const { remoteTenant } = await import('./remote/remote-tenant.ts');
  const { tenant } = flags;
  return remoteTenant(
    createClient({ ...options, ...(tenant === undefined ? {} : { tenant }) }),
    tenant ?? LOCAL_TENANT,
  );
}

function serverOptions(io: Io, flags: GlobalFlags, server: string): ClientOptions {
  const apiKey = flags.apiKey ?? io.env['ZONEWARD_API_KEY'] ?? '';
  if (!/^https?:\/\//i.test(server) || !URL.canParse(server))
    throw new UsageError(`--server is no address: ${server}`, ['Write it like https://zoneward.internal']);
  if (apiKey === '')
    throw new UsageError('A server asks for an API key.', ['Set ZONEWARD_API_KEY, or give --api-key.']);
  return { server, apiKey };
}

/** A bare path is a SQLite file. */
export function storeUrl(text: string): string {
  return /^[a-z]+:/i.test(text) ? text : `sqlite:${text}`;
}

function zoneName(argument: string | undefined, io: Io, flags: GlobalFlags): string {
  const name = argument ?? flags.zone ?? io.env['CLOUDFLARE_ZONE_ID'] ?? '';
  if (name !== '') return name;
  throw new UsageError('Which zone?', ['Name it: example.com, or its id. `zoneward zones list` shows them.']);
}

async function interruptible<T>(
  io: Io,
  out: Output,
  words: { readonly saying: string; readonly hard: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = io.onInterrupt(() => {
    if (controller.signal.aborted) {
      io.stderr.write(`\n${words.hard}\n`);
      io.exit(EXIT.partial);
      return;
    }
    out.warn(words.saying);
    controller.abort();
  });
  try {
    return await work(controller.signal);
  } finally {
    stop();
  }
}
