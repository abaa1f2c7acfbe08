/**
 * What a route is, and what its handler is given. A handler is synchronous: it reads and changes the state in one
 * step, so no request ever sees another half done. It throws `ApiError` to refuse.
 */
import { invalidBody, malformedJson } from '../api-error.ts';
import type { Caller } from '../auth/caller.ts';
import type { GroupName } from '../auth/permission-groups.ts';
import type { Account } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import type { Reply } from './envelope.ts';
import { type MultipartPart, parseMultipart } from './multipart.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Who may call. `zone` and `account` resolve the path's `zone_id` or `account_id` first; what the caller may not see
 * answers 403/10000, as does a missing permission. Any one of the groups is enough.
 */
export type Needs =
  | { readonly scope: 'zone' | 'account' | 'user'; readonly anyOf: readonly GroupName[] }
  /** Any good credential; the handler filters by what the caller may see. */
  | { readonly scope: 'any' }
  /** The handler sees to authentication itself (token verification). */
  | { readonly scope: 'none' };

/** How a write is called in the audit log. */
export interface AuditLabel {
  readonly product: string;
  /** Resource type, e.g. `dns.record`. */
  readonly type: string;
  readonly action: 'create' | 'update' | 'delete';
}

export interface Route {
  readonly method: Method;
  /** Below the API's prefix, e.g. `/zones/{zone_id}/dns_records/{record_id}`. */
  readonly path: string;
  readonly needs: Needs;
  /** Every route but GET has one; the hook in `dispatch.ts` writes the entry. */
  readonly audit?: AuditLabel;
  readonly run: (call: Call) => Reply;
}

/** What a handler adds to the audit entry of its write. */
export interface AuditNote {
  resourceId?: string;
  before?: unknown;
  after?: unknown;
}

export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly ip: string;
}

export class Call {
  readonly world: World;
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly request: RawRequest;
  readonly auditNote: AuditNote = {};
  #caller: Caller | undefined;
  #zone: Zone | undefined;
  #account: Account | undefined;
  #parsed: { value: unknown } | undefined;

  constructor(fields: {
    world: World;
    route: Route;
    params: Readonly<Record<string, string>>;
    query: URLSearchParams;
    request: RawRequest;
  }) {
    this.world = fields.world;
    this.route = fields.route;
    this.params = fields.params;
    this.query = fields.query;
    this.request = fields.request;
  }

  /** For `dispatch.ts` only: what authentication and resolution found. */
  resolve(found: { caller?: Caller; zone?: Zone; account?: Account }): void {
    this.#caller = found.caller ?? this.#caller;
    this.#zone = found.zone ?? this.#zone;
    this.#account = found.account ?? this.#account;
  }

  get callerOrUndefined(): Caller | undefined {
    return this.#caller;
  }

  get caller(): Caller {
    if (this.#caller === undefined) throw new Error(`${this.route.path}: no caller on a route without needs`);
    return this.#caller;
  }

  /** The zone of the path; only on routes that need scope `zone`. */
  get zone(): Zone {
    if (this.#zone === undefined) throw new Error(`${this.route.path}: not a zone route`);
    return this.#zone;
  }

  get zoneOrUndefined(): Zone | undefined {
    return this.#zone;
  }

  /** The account of the path, or of the path's zone. */
  get account(): Account {
    if (this.#account === undefined) throw new Error(`${this.route.path}: not an account route`);
    return this.#account;
  }

  get accountOrUndefined(): Account | undefined {
    return this.#account;
  }

  param(name: string): string {
    const value = this.params[name];
    if (value === undefined) throw new Error(`${this.route.path} has no parameter ${name}`);
    return value;
  }

  /** The body as JSON, `undefined` when empty. Trailing NUL bytes of some clients are not part of it. */
  json(): unknown {
    this.#parsed ??= { value: parseJson(this.request.body) };
    return this.#parsed.value;
  }

  /** The body as a JSON object. */
  jsonObject(): Readonly<Record<string, unknown>> {
    const value = this.json();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalidBody('Request body must be a JSON object.');
    }
    return value as Readonly<Record<string, unknown>>;
  }

  /** The parts of a multipart body, by field name. */
  form(): ReadonlyMap<string, MultipartPart> {
    return parseMultipart(this.request.headers['content-type'] ?? '', this.request.body);
  }
}

function parseJson(body: Buffer): unknown {
  let end = body.length;
  while (end > 0 && body[end - 1] === 0) end -= 1;
  if (end === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8', 0, end));
  } catch {
    throw malformedJson();
  }
}
