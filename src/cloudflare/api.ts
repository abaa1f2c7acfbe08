/**
 * Calls by route: typed parameters in, typed result out, everything else (budget, retries, errors) underneath.
 *
 * ```
 * const { result } = await api.call('GET /zones/{zone_id}', { zone_id: zoneId }, {}, options);
 * for await (const page of api.pages('GET /zones', {}, { perPage: 50 }, options)) …
 * ```
 *
 * Concurrency: every call is independent. Abort: `options.signal`. Throws `ZonewardError` with a
 * `CloudflareErrorCode` (an aborted read throws the signal's reason).
 */
import type { BaseCloudflare, ClientOptions } from 'cloudflare/client';
import { ZonewardError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import type { CallOptions, CloudflareFault } from '../domains/cloudflare-call.ts';
import { errorFromSilence } from './errors.ts';
import { fillPath, type PathParams } from './route.ts';
import type { Route, Routes } from './routes.ts';
import { CALL, type CallContext, loadSdk } from './sdk.ts';
import type { Transport, TransportAnswer } from './transport.ts';

export interface Answer<Result> {
  readonly result: Result;
  readonly resultInfo: JsonObject | null;
  readonly messages: readonly CloudflareFault[];
  readonly status: number;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

export interface CallRequest {
  /** Absent and null values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>;
  /** Sent as JSON; a `FormData` as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PagesRequest extends CallRequest {
  readonly perPage: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Items in the whole list, as this page told; what has come so far where it told nothing. */
  readonly totalCount: number;
}

type ItemOf<R extends Route> = Routes[R] extends readonly (infer Item)[] ? Item : never;

/** More pages than any list has; a server that never ends the list is left here. */
const PAGES_MAX = 20_000;

export interface Api {
  call<R extends Route>(
    route: R,
    params: PathParams<R>,
    request: CallRequest,
    options: CallOptions,
  ): Promise<Answer<Routes[R]>>;
  /**
   * Pages of a list that counts them (`page`, `per_page`, `result_info`): one request each, and none to find out
   * that the list has ended (the SDK's own pager makes one).
   */
  pages<R extends Route>(
    route: R,
    params: PathParams<R>,
    request: PagesRequest,
    options: CallOptions,
  ): AsyncGenerator<Page<ItemOf<R>>, void, undefined>;
  /** An answer that is a text, not an envelope: a zone file. */
  text(
    path: { readonly template: string; readonly params: Readonly<Record<string, string>> },
    options: CallOptions,
  ): Promise<string>;
}

export function createApi(transport: Transport, baseUrl: string): Api {
  let loading: Promise<BaseCloudflare> | null = null;
  const sdk = (): Promise<BaseCloudflare> => {
    loading ??= loadSdk(transport, baseUrl);
    return loading;
  };

  const call: Api['call'] = async <R extends Route>(
    route: R,
    params: PathParams<R>,
    request: CallRequest,
    options: CallOptions,
  ) => {
    const [method = '', template = ''] = route.split(' ');
    const path = fillPath(template, params);
    const answer = await send(await sdk(), { method, template, path, expect: 'json' }, request, options);
    const { envelope, status, ray, auditLogId } = answer;
    return {
      // Typed by the table of routes; see there.
      result: (envelope?.result ?? null) as unknown as Routes[R],
      resultInfo: envelope?.resultInfo ?? null,
      messages: envelope?.messages ?? [],
      status,
      ray,
      auditLogId,
    };
  };

  return {
    call,
    pages: (route, params, request, options) => walk(call, route, params, request, options),
    text: async ({ template, params }, options) => {
      const path = fillPath(template, params);
      const target = { method: 'GET', template, path, expect: 'text' } as const;
      const { text } = await send(await sdk(), target, { headers: { accept: 'text/plain' } }, options);
      return text;
    },
  };
}

/** One request through the SDK. What our transport made of it comes back in the call's context. */
async function send(
  sdk: BaseCloudflare,
  target: {
    readonly method: string;
    readonly template: string;
    readonly path: string;
    readonly expect: CallContext['expect'];
  },
  { query, body, headers }: CallRequest,
  options: CallOptions,
): Promise<TransportAnswer> {
  const { method, template, path, expect } = target;
  const context: CallContext = { route: template, expect, options };
  try {
    await sdk
      .request<unknown>({
        method: method.toLowerCase() as 'get',
        path,
        ...(query === undefined ? {} : { query: presentOnly(query) }),
        ...(body === undefined ? {} : { body }),
        ...(headers === undefined ? {} : { headers }),
        fetchOptions: { [CALL]: context } as NonNullable<ClientOptions['fetchOptions']>,
      })
      .asResponse();
  } catch (error) {
    throw context.failure ?? error;
  }
  if (context.answer === undefined) {
    throw new ZonewardError('the SDK answered without a request', { code: 'internal', kind: 'internal' });
  }
  return context.answer;
}

async function* walk<R extends Route>(
  call: Api['call'],
  route: R,
  params: PathParams<R>,
  request: PagesRequest,
  options: CallOptions,
): AsyncGenerator<Page<ItemOf<R>>, void, undefined> {
  const { perPage, ...rest } = request;
  let seen = 0;
  for (let page = 1; page <= PAGES_MAX; page += 1) {
    const query = { ...rest.query, page, per_page: perPage };
    const { result, resultInfo, ray } = await call(route, params, { ...rest, query }, options);
    const items = itemsOf<ItemOf<R>>(result ?? [], { route, ray });
    seen += items.length;
    yield { items, totalCount: count(resultInfo, 'total_count') ?? seen };
    if (isLast(resultInfo, { page, perPage, items: items.length })) return;
  }
}

/** A list that is none, or has something else than objects in it, is no empty list: what was there is not known. */
function itemsOf<Item>(
  result: unknown,
  { route, ray }: { readonly route: string; readonly ray: string | null },
): readonly Item[] {
  const isList = Array.isArray(result) && result.every((item) => typeof item === 'object' && item !== null);
  if (isList) return result as readonly Item[];
  throw errorFromShape(route, 'a list', ray);
}

/** The result of a route that answers with an object. Throws when it did not. */
export function objectOf<Result>(route: string, { result, ray }: Answer<Result>): Result {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result;
  throw errorFromShape(route, 'an object', ray);
}

/** Cloudflare said success and gave something else than the route gives. */
function errorFromShape(route: string, expected: string, ray: string | null): ZonewardError {
  const [method = '', path = ''] = route.split(' ');
  const why = `the answer holds no result of the route's form (${expected})`;
  return errorFromSilence({ method, route: path }, { sent: true, why, aborted: false, ray });
}

function isLast(
  info: JsonObject | null,
  { page, perPage, items }: { readonly page: number; readonly perPage: number; readonly items: number },
): boolean {
  const pages = count(info, 'total_pages');
  if (pages !== null) return page >= pages;
  const total = count(info, 'total_count');
  // A server may have clamped the size of the page.
  const size = count(info, 'per_page') ?? perPage;
  if (total !== null && size > 0) return page * size >= total;
  return items < size || items === 0;
}

function count(info: JsonObject | null, key: string): number | null {
  const value = info?.[key];
  return typeof value === 'number' ? value : null;
}

function presentOnly(query: NonNullable<CallRequest['query']>): Record<string, string | number | boolean> {
  const present: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) present[key] = value;
  }
  return present;
}
