/** The HTTP edge on a socket: bounded in time on every side, and ended without cutting an answer short. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Zoneward } from '../app/open-zoneward.ts';
import { ZonewardError } from '../app/re-exports.ts';
import { createHttpApp, type HttpOptions } from './app.ts';
import type { ServiceLog } from './log.ts';

export interface ServeOptions extends Omit<HttpOptions, 'log' | 'stopping'> {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly log: ServiceLog;
  /** Keeps zones in step and rotates what is due, besides answering. Default true. */
  readonly worker?: boolean;
}

export interface RunningServer extends AsyncDisposable {
  readonly url: string;
  /** Takes no new request, ends those under way within a few seconds, lets jobs go back to the queue. */
  close(): Promise<void>;
}

/** Of requests that name none. */
const HOST_DEFAULT = 'localhost';
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_MS = 10_000;
/** What has not been answered by then is cut. */
const DRAIN_MS = 8_000;
const HOUSEKEEPING_EVERY_MS = 3_600_000;

/** Starts answering, and working on jobs. Throws `address-in-use`, `address-not-possible`. */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { zoneward, log, host, port } = options;
  const stopping = new AbortController();
  const app = createHttpApp({ ...options, stopping: stopping.signal });
  // HTTP/1.0 has no Host header, and who looks after machines by it (`GET /livez`) is to be answered.
  const server = createAdaptorServer({ fetch: app.fetch, hostname: HOST_DEFAULT }) as Server;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await listen(server, host, port);
  const runner = zoneward.jobs.work();
  const working = options.worker === false ? Promise.resolve() : work(zoneward, log, stopping.signal);
  const housekeeping = setInterval(() => {
    Promise.all([zoneward.idempotency.prune(), zoneward.jobs.prune(), zoneward.signIns.prune()]).catch(
      (error: unknown) =>
        log.warn('old answers, jobs and sessions could not be cleared away', { error: String(error) }),
    );
  }, HOUSEKEEPING_EVERY_MS);
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      clearInterval(housekeeping);
      stopping.abort();
      await Promise.all([drain(server), runner.stop(), working]);
    })();
    return closing;
  };
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function work(zoneward: Zoneward, log: ServiceLog, signal: AbortSignal): Promise<void> {
  try {
    await zoneward.work({
      signal,
      onEvent: ({ kind, connection, message }) => {
        if (kind === 'problem') log.warn(message, { kind, connection });
        else log.info(message, { kind, connection });
      },
    });
  } catch (error) {
    if (!signal.aborted) log.error('the worker stopped', { error: String(error) });
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    throw new ZonewardError(
      `Cannot listen on ${host}, port ${port}: ${code === 'EADDRINUSE' ? 'it is in use' : String(code)}`,
      {
        code: code === 'EADDRINUSE' ? 'address-in-use' : 'address-not-possible',
        kind: 'input',
        next: ['Give another one with --port, or 0 for any free one.'],
        cause,
      },
    );
  }
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
}
