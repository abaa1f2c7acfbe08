/**
 * What an endpoint is: a method and a path, who may call it, the shapes that go in and come out, and the function
 * between them. The same shapes validate requests and become the OpenAPI document.
 */
import type { z } from '@hono/zod-openapi';
import type { Scope } from '../app/handed-out.ts';
import type { Zoneward } from '../app/open-zoneward.ts';
import type { Caller } from './caller.ts';

/** One request under way. */
export interface Call {
  readonly zoneward: Zoneward;
  readonly caller: Caller;
  /** Aborts when the client goes away or the time is up. */
  readonly signal: AbortSignal;
  readonly requestId: string;
  /** Where the request went, for cursors. */
  readonly route: string;
  /** The `If-Match` of the request; null without one. */
  readonly ifMatch: string | null;
}

export type Reply =
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
      /** What is kept for a repeated request, where the body holds a secret that is shown once. */
      readonly keptBody?: unknown;
    }
  | { readonly kind: 'empty' }
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
  readonly scope: Scope;
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

/** An endpoint with its types worn off, for tables. */
export interface Endpoint extends Documentation {
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  readonly run: (call: Call, input: { params: unknown; query: unknown; body: unknown }) => Promise<Reply>;
}

/** `None` where an endpoint takes nothing of the kind. */
type Given<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export function endpoint<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  spec: Documentation & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    readonly handle: (
      call: Call,
      input: { readonly params: Given<Params>; readonly query: Given<Query>; readonly body: Given<Body> },
    ) => Promise<Reply>;
  },
): Endpoint {
  const { handle, params, query, body, ...documentation } = spec;
  return {
    ...documentation,
    params: params ?? null,
    query: query ?? null,
    body: body ?? null,
    run: (call, input) => handle(call, input as never),
  };
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { kind: 'json', status, body, headers };
}
