/**
 * A refusal as the API words it: HTTP status, codes and texts. Thrown by checks anywhere below a route and turned
 * into an envelope in one place (`http/dispatch.ts`). Errors that belong to one family stand with that family.
 */

export interface ApiMessage {
  readonly code: number;
  readonly message: string;
  readonly documentation_url?: string;
  readonly source?: { readonly pointer: string };
  readonly error_chain?: readonly ApiMessage[];
}

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly ApiMessage[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errors: ApiMessage | readonly ApiMessage[],
    headers: Readonly<Record<string, string>> = {},
  ) {
    const list = Array.isArray(errors) ? (errors as readonly ApiMessage[]) : [errors as ApiMessage];
    super(list.map((item) => `${item.message} (${item.code})`).join('; '));
    this.status = status;
    this.errors = list;
    this.headers = headers;
  }
}

/** Shorthand for an error with one message. */
export function refusal(status: number, code: number, message: string, pointer?: string): ApiError {
  return new ApiError(
    status,
    pointer === undefined ? { code, message } : { code, message, source: { pointer } },
  );
}

/** Missing permission, foreign or unknown zone or account. */
export function authenticationError(): ApiError {
  return refusal(403, 10000, 'Authentication error');
}

/** Unknown path or malformed identifier. The status is [U]: 400 in old reports, 404 in newer ones. */
export function couldNotRoute(path: string): ApiError {
  return refusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
}

/** Known path, other method. Text and status are [U]. */
export function methodNotAllowed(method: string): ApiError {
  return refusal(405, 7001, `Method ${method} not available for that URI.`);
}

/** A body that is not JSON. Text and code are [U]. */
export function malformedJson(): ApiError {
  return refusal(400, 6007, 'Malformed JSON in request body');
}

/** A body of the wrong shape where no more exact refusal is known. [U] */
export function invalidBody(message: string, pointer?: string): ApiError {
  return refusal(400, 10021, message, pointer);
}

/** What was named does not exist inside a zone or account that the caller may see. [U] text */
export function notFound(code: number, message: string): ApiError {
  return refusal(404, code, message);
}
