/**
 * Errors as problem details (RFC 9457): the one table from what happened to what a client sees. An error that nobody
 * foresaw shows an id, by which the log has the rest, and never a stack.
 */
import {
  cloudflareOf,
  type ErrorKind,
  isZonewardError,
  shownDetails,
  type ZonewardError,
} from '../app/re-exports.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** A member of the problem's `errors`: what is wrong with one place of the request. */
export interface Fault {
  /** `body.records[2].ttl`, `query.limit`. */
  readonly path: string;
  readonly message: string;
}

export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly next: readonly string[];
  readonly request_id: string;
  readonly retryable: boolean;
  readonly cloudflare?: { readonly code: number | null; readonly ray: string | null };
  readonly errors?: readonly Fault[];
  /** What a guard rail or a refused plan says of itself. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error that only this edge knows: what is wrong with the request itself. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: string;
  readonly next: readonly string[];
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly next?: readonly string[];
      readonly errors?: readonly Fault[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.next = more.next ?? [];
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

/**
 * 424 where the Cloudflare side of a request failed for a reason that the caller must mend: its credential, or the
 * request as Cloudflare sees it. 401 and 403 are kept for the caller's own key, but for `permission`, which is both.
 */
const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  input: 422,
  'not-found': 404,
  credentials: 424,
  permission: 403,
  conflict: 409,
  temporary: 503,
  'unknown-outcome': 502,
  refused: 424,
  internal: 500,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is malformed',
  401: 'Who are you?',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not a method of this resource',
  406: 'No such representation',
  408: 'The request came too slowly',
  409: 'In conflict with the present state',
  412: 'Changed since it was read',
  413: 'Too large',
  414: 'The address is too long',
  415: 'Not a media type that is taken here',
  422: 'The input is not valid',
  424: 'Cloudflare refused',
  429: 'Too many requests',
  500: 'A failure on our side',
  502: 'The outcome is not known',
  503: 'Try again',
  504: 'It took too long',
};

export interface ProblemPlace {
  /** The path of the request. */
  readonly instance: string;
  readonly requestId: string;
}

export function problemOf(error: unknown, place: ProblemPlace): ProblemDetails {
  if (error instanceof HttpError) return ofHttpError(error, place);
  if (isZonewardError(error) && error.kind !== 'internal') return ofZonewardError(error, place);
  return problem(500, 'internal', place, {
    detail: `Something failed on our side. Its id is ${place.requestId}; the log has the rest.`,
    next: ['Try again; if it stays so, report the id.'],
  });
}

/** True for a failure that the log must tell in full. */
export function isOurFailure(error: unknown): boolean {
  return !(error instanceof HttpError) && !(isZonewardError(error) && error.kind !== 'internal');
}

export function headersOf(error: unknown): Readonly<Record<string, string>> {
  if (error instanceof HttpError) return error.headers;
  if (!isZonewardError(error)) return {};
  const waitMs = error.details['retryAfterMs'];
  // A conflict that ends by itself says when, as what is only temporary does.
  if (error.kind !== 'temporary' && typeof waitMs !== 'number') return {};
  return { 'retry-after': String(typeof waitMs === 'number' ? Math.max(1, Math.ceil(waitMs / 1_000)) : 5) };
}

function ofHttpError(error: HttpError, place: ProblemPlace): ProblemDetails {
  return problem(error.status, error.code, place, {
    detail: error.message,
    next: error.next,
    ...(error.errors.length === 0 ? {} : { errors: error.errors }),
  });
}

function ofZonewardError(error: ZonewardError, place: ProblemPlace): ProblemDetails {
  const { message, next, details, code, kind } = error;
  const cloudflare = cloudflareOf(details);
  const shown = shownDetails(details);
  return problem(STATUS_OF_KIND[kind], code, place, {
    detail: message,
    next,
    ...(cloudflare === null ? {} : { cloudflare }),
    ...(Object.keys(shown).length === 0 ? {} : { details: shown }),
  });
}

function problem(
  status: number,
  code: string,
  place: ProblemPlace,
  more: Pick<ProblemDetails, 'detail' | 'next'> & Partial<ProblemDetails>,
): ProblemDetails {
  return {
    type: `urn:zoneward:problem:${code}`,
    title: TITLES[status] ?? 'Not possible',
    status,
    instance: place.instance,
    code,
    request_id: place.requestId,
    retryable: [408, 429, 500, 503, 504].includes(status),
    ...more,
  };
}
