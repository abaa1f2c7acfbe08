/**
 * What an endpoint is: a method and a path, who may call it, the shapes that go in and come out, and the function
 * between them. The same shapes validate requests and become the OpenAPI document.
 */
import type { z } from '@hono/zod-openapi';
import type { Zoneward } from '../app/open-zoneward.ts';
import type { ConnectVisit, Scope } from '../app/re-exports.ts';
import type { Caller } from './caller.ts';
import type { Holder } from './holder.ts';

/** One request under way. */
export interface OpenCall {
  readonly zoneward: Zoneward;
  /** Aborts when the client goes away or the time is up. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Where the request went, for cursors. */
  readonly route: string;
  /** The `If-Match` of the request; null without one. */
  readonly ifMatch: string | null;
  /** The `Last-Event-ID` of a client that comes back to a stream; null without one. */
  readonly lastEventId: string | null;
  /** The secret of the session that the browser sent along; null without one. */
  readonly session: string | null;
  /** Whether the client came over HTTPS. */
  readonly isSecure: boolean;
  /** Scheme, host and port that the request was sent to. */
  readonly origin: string;
}

/** One of a visitor who holds the link of a connect session. */
export interface ConnectCall extends OpenCall {
  readonly visit: ConnectVisit;
}

/** One of somebody who holds a key. */
export interface KeyCall extends OpenCall {
  readonly holder: Holder;
  /** The tenant that the request names; undefined where it names none. */
  readonly tenantNamed: string | undefined;
}

/** One for a tenant. */
export interface Call extends KeyCall {
  readonly caller: Caller;
}

export type Reply =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** What is kept for a repeated request, where the body holds a secret that is shown once. */
      readonly keptBody?: unknown;
      /** What the entity tag is of, where the body shows more than a change is conditional on. */
      readonly tagged?: unknown;
    }
  | { readonly kind: 'empty'; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly kind: 'text';
      readonly body: string | ReadableStream<Uint8Array>;
      readonly type: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Documentation {
  readonly method: Method;
  /** As OpenAPI writes it: `/v1/zones/{zone}`. */
  readonly path: string;
  /** The method's name in clients. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** What the key must be allowed; null: any key will do. */
  readonly scope: Scope | null;
  readonly answers: {
    readonly status: number;
    readonly description: string;
    /** Absent: no body. */
    readonly schema?: z.ZodType;
    /** Other than JSON. */
    readonly type?: string;
  };
  /** Bytes that a body may have. */
  readonly bodyMax?: number;
  /** A long answer that no time limit ends. */
  readonly streams?: boolean;
}

interface Shapes {
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
}

interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** An endpoint with its types worn off, for tables. */
export type Endpoint = Documentation &
  Shapes &
  (TenantEndpoint | KeyEndpoint | ConnectEndpoint | OpenEndpoint);

/** What is a tenant's, for whoever may act for it. */
export interface TenantEndpoint {
  readonly for: 'tenant';
  readonly run: (call: Call, input: Input) => Promise<Reply>;
}

/** What is no tenant's, for whoever holds a key. */
export interface KeyEndpoint {
  readonly for: 'key';
  readonly run: (call: KeyCall, input: Input) => Promise<Reply>;
}

/** For whoever holds the link of a connect session. */
export interface ConnectEndpoint {
  readonly for: 'connect-session';
  readonly run: (call: ConnectCall, input: Input) => Promise<Reply>;
}

/** For everyone. */
export interface OpenEndpoint {
  readonly for: 'anyone';
  /** What tries are counted by, besides the address that they come from; a try that succeeds does not count. */
  readonly throttleBy: (body: never) => string;
  readonly run: (call: OpenCall, input: Input) => Promise<Reply>;
}

/**
 * Whether `Idempotency-Key` counts here: at every write of a key's holder. A stream is over when it is over, and a session
 * or a link ends once.
 */
export function isDoneOnce(endpoint: Endpoint): boolean {
  if (endpoint.method === 'get' || endpoint.streams === true) return false;
  return endpoint.for === 'tenant' || (endpoint.for === 'key' && endpoint.scope !== null);
}

/** `undefined` where an endpoint takes nothing of the kind. */
type Given<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

type Schemas<Params, Query, Body> = Documentation & {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
};

type Handle<Called, Params, Query, Body> = (
  call: Called,
  input: { readonly params: Given<Params>; readonly query: Given<Query>; readonly body: Given<Body> },
) => Promise<Reply>;

type MaybeObject = z.ZodObject | undefined;

export function endpoint<
  Params extends MaybeObject = undefined,
  Query extends MaybeObject = undefined,
  Body extends z.ZodType | undefined = undefined,
>(spec: Schemas<Params, Query, Body> & { readonly handle: Handle<Call, Params, Query, Body> }): Endpoint {
  const { handle, ...rest } = spec;
  return { ...described(rest), for: 'tenant', run: (call, input) => handle(call, input as never) };
}

export function keyEndpoint<
  Params extends MaybeObject = undefined,
  Query extends MaybeObject = undefined,
  Body extends z.ZodType | undefined = undefined,
>(spec: Schemas<Params, Query, Body> & { readonly handle: Handle<KeyCall, Params, Query, Body> }): Endpoint {
  const { handle, ...rest } = spec;
  return { ...described(rest), for: 'key', run: (call, input) => handle(call, input as never) };
}

export function connectEndpoint<Body extends z.ZodType | undefined = undefined>(
  spec: Schemas<undefined, undefined, Body> & {
    readonly handle: Handle<ConnectCall, undefined, undefined, Body>;
  },
): Endpoint {
  const { handle, ...rest } = spec;
  return { ...described(rest), for: 'connect-session', run: (call, input) => handle(call, input as never) };
}

export function openEndpoint<Body extends z.ZodType>(
  spec: Schemas<undefined, undefined, Body> & {
    readonly throttleBy: (body: z.output<Body>) => string;
    readonly handle: Handle<OpenCall, undefined, undefined, Body>;
  },
): Endpoint {
  const { handle, throttleBy, ...rest } = spec;
  return {
    ...described(rest),
    for: 'anyone',
    throttleBy,
    run: (call, input) => handle(call, input as never),
  };
}

function described<
  Params extends MaybeObject,
  Query extends MaybeObject,
  Body extends z.ZodType | undefined,
>({ params, query, body, ...documentation }: Schemas<Params, Query, Body>): Documentation & Shapes {
  return { ...documentation, params: params ?? null, query: query ?? null, body: body ?? null };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: 'json', status, body, headers };
}
