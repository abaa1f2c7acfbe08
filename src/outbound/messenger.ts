/**
 * Posts to addresses that tenants named (the `Messenger` port of webhooks). The name is resolved once, every address of it
 * is judged, and the connection goes to one that was judged: a name that changes its answer in between changes nothing.
 * No redirect is followed, no proxy is taken from the environment, and of the answer only the status is read.
 */
import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Messenger, Post, Posted } from '../domains/webhooks/ports.ts';
import { type AddressGuard, createAddressGuard } from './address-guard.ts';

/** The specification recommends 15 to 30 seconds. */
const TIMEOUT_MS = 20_000;
const HEADER_BYTES_MAX = 16 * 1_024;
/** What comes after is not read; the status has been seen by then. */
const ANSWER_BYTES_MAX = 16 * 1_024;
const RETRY_AFTER_DIGITS_MAX = 9;
/** Below 1024 only the two of HTTP, so that no other protocol is spoken to by accident. */
const LOW_PORTS: readonly number[] = [80, 443];

export type Lookup = (
  host: string,
  answer: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export interface MessengerOptions {
  /** Addresses and ranges that are let through, though not public; plain http is spoken to these alone. */
  readonly allowed?: readonly string[];
  readonly userAgent: string;
  readonly timeoutMs?: number;
  /** In tests: names without a network. */
  readonly lookup?: Lookup;
  /** In tests: certificates of an authority of their own. */
  readonly ca?: string;
}

/** Throws `webhook-allow-invalid` (input). */
export function createMessenger(options: MessengerOptions): Messenger {
  const guard = createAddressGuard(options.allowed);
  const mayPlain = (options.allowed ?? []).length > 0;
  return {
    refusal: (url) => refusalOf(url, guard, mayPlain),
    post: (post) => send(options, guard, post),
  };
}

function refusalOf(text: string, guard: AddressGuard, mayPlain: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return 'it is not a URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it is not an https URL';
  if (url.protocol === 'http:' && !mayPlain) return 'it is not an https URL';
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password';
  if (url.hash !== '') return 'a fragment is never sent';
  const port = portOf(url);
  if (port < 1_024 && !LOW_PORTS.includes(port)) return `port ${port} is none that HTTP is spoken on`;
  const host = hostOf(url);
  if (isIP(host) !== 0 && !guard.isOpen(host)) return 'it is not a public address';
  if (isIP(host) !== 0 && url.protocol === 'http:' && !guard.isAllowed(host)) return 'it is not an https URL';
  if (/(^|\.)localhost$/.test(host) && !mayPlain) return 'it is not a public address';
  return null;
}

/** Without the brackets of IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** What kept a post from being answered. */
class Refused extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

async function send(options: MessengerOptions, guard: AddressGuard, post: Post): Promise<Posted> {
  const startedAt = performance.now();
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = post.signal === undefined ? limit : AbortSignal.any([post.signal, limit]);
  const durationMs = (): number => Math.round(performance.now() - startedAt);
  try {
    if (refusalOf(post.url, guard, (options.allowed ?? []).length > 0) !== null)
      throw new Refused('address-refused');
    const url = new URL(post.url);
    const address = await judgedAddress(options, guard, url, signal);
    const { status, retryAfterMs } = await exchange(options, { url, address, post, signal });
    return { status, durationMs: durationMs(), error: null, retryAfterMs };
  } catch (error) {
    return { status: null, durationMs: durationMs(), error: reasonOf(error, limit), retryAfterMs: null };
  }
}

/** The one address that is connected to. All that the name has must pass: a name with a private one is up to something. */
async function judgedAddress(
  { lookup = lookupAll }: MessengerOptions,
  guard: AddressGuard,
  url: URL,
  signal: AbortSignal,
): Promise<LookupAddress> {
  const host = hostOf(url);
  const family = isIP(host);
  const found = family === 0 ? await resolve(lookup, host, signal) : [{ address: host, family }];
  const [first] = found;
  if (first === undefined) throw new Refused('name-not-found');
  if (!found.every(({ address }) => guard.isOpen(address))) throw new Refused('address-refused');
  if (url.protocol === 'http:' && !found.every(({ address }) => guard.isAllowed(address)))
    throw new Refused('address-refused');
  return first;
}

const lookupAll: Lookup = (host, answer) =>
  systemLookup(host, { all: true, order: 'verbatim' }, (error, addresses) => answer(error, addresses));

function resolve(lookup: Lookup, host: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  const { promise, resolve: found, reject } = Promise.withResolvers<readonly LookupAddress[]>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  lookup(host, (error, addresses) =>
    error === null ? found(addresses) : reject(new Refused('name-not-found')),
  );
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function exchange(
  options: MessengerOptions,
  to: {
    readonly url: URL;
    readonly address: LookupAddress;
    readonly post: Post;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly status: number; readonly retryAfterMs: number | null }> {
  const { url, address, post, signal } = to;
  const {
    promise,
    resolve: done,
    reject,
  } = Promise.withResolvers<{
    readonly status: number;
    readonly retryAfterMs: number | null;
  }>();
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: 'POST',
    headers: {
      ...post.headers,
      'content-length': Buffer.byteLength(post.body),
      'user-agent': options.userAgent,
      accept: '*/*',
    },
    signal,
    maxHeaderSize: HEADER_BYTES_MAX,
    // A connection of its own, to the address that was judged and to no other.
    agent: false,
    lookup: (_host, { all }, answer) =>
      all === true
        ? (answer as (error: null, addresses: LookupAddress[]) => void)(null, [address])
        : answer(null, address.address, address.family),
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  request.on('error', reject);
  request.on('response', (response) => {
    const { statusCode = 0 } = response;
    const retryAfterMs = readRetryAfter(response.headers['retry-after']);
    let bytes = 0;
    const end = (): void => done({ status: statusCode, retryAfterMs });
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) response.destroy();
    });
    // Whether the rest of the answer came does not matter: the receiver has said what it has to say.
    response.on('error', end);
    response.on('close', end);
  });
  request.end(post.body);
  return promise;
}

/** Seconds, or a date. */
function readRetryAfter(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d+$/.test(text)) return Number(text.slice(0, RETRY_AFTER_DIGITS_MAX)) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timeout',
  EPIPE: 'connection-reset',
};

/** A word of ours: what a library says may hold more than a stranger should read. */
function reasonOf(error: unknown, limit: AbortSignal): string {
  if (error instanceof Refused) return error.reason;
  if (limit.aborted) return 'timeout';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME|VERIFY/.test(code)) return 'certificate-not-valid';
  if (/^HPE_/.test(code)) return 'answer-malformed';
  return REASONS[code] ?? 'not-sent';
}
