/**
 * One request on the wire: sent once, its answer read whole, bounded in time and size. It never throws; what
 * became of the request is its value.
 */
import { isNotSent } from './connection-failure.ts';

/** 5,000 records of the largest size, twice over. */
export const RESPONSE_BYTES_MAX: number = 64 * 1024 * 1024;

export type RequestBody = NonNullable<RequestInit['body']>;
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface AttemptRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | null;
  /** Real time, because the network does not follow an injected clock. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly kind: 'not-sent'; readonly cause: unknown; readonly aborted: boolean }
  | {
      readonly kind: 'unanswered';
      readonly cause: unknown;
      readonly aborted: boolean;
      /** Of an answer that began and was cut. */
      readonly headers: Headers | null;
    };

/** Redirects are not followed: the credential goes to the base URL and nowhere else. */
export async function attemptOnce(fetch: Fetch, request: AttemptRequest): Promise<AttemptOutcome> {
  const { url, method, headers, body, timeoutMs, signal } = request;
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) return { kind: 'not-sent', cause: signal?.reason, aborted: true };
  const ended = new AbortController();
  const timeout = new Error(`no answer within ${timeoutMs} ms`);
  const timer = setTimeout(() => ended.abort(timeout), timeoutMs);
  // By hand: `AbortSignal.any` leaves something of every call with a signal that outlives a thousand of them.
  const onAbort = (): void => ended.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let answer: Headers | null = null;
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers },
      ...(body === null ? {} : { body }),
      redirect: 'manual',
      signal: ended.signal,
    });
    answer = response.headers;
    const text = await readBody(response);
    return { kind: 'answered', status: response.status, headers: response.headers, text };
  } catch (error) {
    if (isAborted()) return { kind: 'unanswered', cause: signal?.reason, aborted: true, headers: answer };
    const cause = ended.signal.aborted ? timeout : error;
    if (answer === null && isNotSent(cause)) return { kind: 'not-sent', cause, aborted: false };
    return { kind: 'unanswered', cause, aborted: false, headers: answer };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

async function readBody(response: Response): Promise<string> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > RESPONSE_BYTES_MAX) {
      await reader.cancel();
      throw new Error(`the answer is larger than ${RESPONSE_BYTES_MAX} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}
