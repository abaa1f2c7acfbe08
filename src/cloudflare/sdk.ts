/**
 * The official SDK over our transport. The SDK makes the request (URL, query, body) and hands it to its `fetch`,
 * which is ours; everything that concerns the network is underneath (transport.ts). Its own retries and timeout
 * are off, its log too.
 *
 * The SDK is loaded with the first call, not before: importing it takes 0.15–0.2 s and 40 MB (measured for 7.3.0
 * on Node 24.21, November 2026; its client module pulls in all of its 130 resources).
 *
 * Invariant: nothing of the host's environment reaches Cloudflare through the SDK. It reads a credential, extra
 * headers and a base URL from `CLOUDFLARE_*` variables; the credential is pinned to null here, the base URL is
 * given, and of its headers only the kind of content is taken over.
 */
import type { BaseCloudflare } from 'cloudflare/client';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import { routeOf } from './route.ts';
import type { Transport, TransportAnswer, TransportRequest } from './transport.ts';

/** Longer than any wait for budget; the transport has its own timeout for each attempt. */
const SDK_TIMEOUT_MS = 2_147_483_647;
/** Headers of the SDK's request that go on to Cloudflare. */
const HEADERS_KEPT = ['accept', 'content-type', 'prefer'] as const;

/** Carries one call's context through the SDK to our `fetch`, and what became of it back. */
export const CALL: unique symbol = Symbol('zoneward.call');

export interface CallContext {
  readonly route: string;
  readonly expect: TransportRequest['expect'];
  readonly options: CallOptions;
  answer?: TransportAnswer;
  failure?: unknown;
}

interface CallInit extends RequestInit {
  readonly [CALL]?: CallContext;
}

/** Loads the SDK and puts the transport under it. */
export async function loadSdk(transport: Transport, baseUrl: string): Promise<BaseCloudflare> {
  const { BaseCloudflare: Client } = await import('cloudflare/client');
  const client = new Client({
    baseURL: baseUrl,
    apiToken: null,
    apiKey: null,
    apiEmail: null,
    userServiceKey: null,
    // The SDK demands a scheme of authentication; ours is added underneath.
    defaultHeaders: { Authorization: null },
    maxRetries: 0,
    timeout: SDK_TIMEOUT_MS,
    logLevel: 'off',
    fetch: createFetch(transport, baseUrl) as typeof fetch,
  });
  return client;
}

/** The transport as a `fetch`. A request without our context gets its route from its path. */
export function createFetch(
  transport: Transport,
  baseUrl: string,
): (url: string | URL | Request, init?: CallInit) => Promise<Response> {
  return async (input, init = {}) => {
    const url = input instanceof Request ? input.url : String(input);
    const call: CallContext = init[CALL] ?? {
      route: routeOf(url.startsWith(baseUrl) ? url.slice(baseUrl.length) : new URL(url).pathname),
      expect: 'json',
      options: { lane: 'interactive', ...(init.signal ? { signal: init.signal } : {}) },
    };
    try {
      const answer = await transport.send({
        url,
        method: (init.method ?? 'GET').toUpperCase(),
        route: call.route,
        body: init.body ?? null,
        headers: keptHeaders(new Headers(init.headers)),
        expect: call.expect,
        options: call.options,
      });
      call.answer = answer;
      // Who gave a context finds the answer there; the body is only for others.
      return responseOf(answer, { withBody: init[CALL] === undefined });
    } catch (error) {
      // The SDK wraps what its fetch throws, and drops the cause of what it takes for a timeout.
      call.failure = error;
      throw error;
    }
  };
}

function keptHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of HEADERS_KEPT) {
    const value = headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

function responseOf(
  { status, text, envelope }: TransportAnswer,
  { withBody }: { readonly withBody: boolean },
): Response {
  const type = envelope === null ? 'text/plain' : 'application/json';
  const body = withBody && status !== 204 ? text : null;
  return new Response(body, { status, headers: { 'content-type': type } });
}
