/**
 * The typed client of the HTTP API: every operation as a method, generated from the same schemas that validate.
 *
 * ```ts
 * const zoneward = createClient({ server: 'http://127.0.0.1:4500', apiKey });
 * const { items } = await zoneward.listZones({ query: { status: 'active' } });
 * const job = await zoneward.applyChangeSet({ id, body: {} });
 * await waitForJob(zoneward, job.id);
 * ```
 *
 * Needs nothing but `fetch`. Writes carry an idempotency key, so they are safely tried again when no answer came.
 */
import { type Operations, ROUTES } from './operations.ts';
import type { Job, Problem } from './schemas.ts';

export type { Operations } from './operations.ts';
export type * from './schemas.ts';

export interface ClientOptions {
  /** Where `zoneward serve` answers: `https://zoneward.internal`. Empty in a page of that server. */
  readonly server: string;
  /** Absent in a page of the server: then its session says who asks. */
  readonly apiKey?: string;
  /** For an operator's key: whom it acts for. */
  readonly tenant?: string;
  readonly fetch?: typeof fetch;
  /** Tries of one request in all. Default 3. */
  readonly attempts?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Your own, so that a request is done once even across restarts of your program. */
  readonly idempotencyKey?: string;
  /** The ETag that the change is for. */
  readonly ifMatch?: string;
}

type Input<Name extends keyof Operations> = Operations[Name]['input'];

export type Client = {
  readonly [Name in keyof Operations]: (
    input: Input<Name>,
    options?: CallOptions,
  ) => Promise<Operations[Name]['answer']>;
};

/** What the server said instead of an answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly next: readonly string[];
  readonly problem: Problem | null;

  constructor(status: number, problem: Problem | null) {
    super(problem?.detail ?? `The server answered ${status}`);
    this.status = status;
    this.code = problem?.code ?? `http-${status}`;
    this.next = problem?.next ?? [];
    this.problem = problem;
  }
}

const ATTEMPTS = 3;
const PAUSE_MS = 500;
const PAUSE_MAX_MS = 30_000;
const POLL_MS = 500;

export function createClient(options: ClientOptions): Client {
  const names = Object.keys(ROUTES) as (keyof Operations)[];
  const call = (name: keyof Operations) => (input: GivenInput, more?: CallOptions) =>
    send(options, name, input, more);
  return Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Client;
}

/** Asks until the job has ended. Throws `ApiError`, and the signal's reason when aborted. */
export async function waitForJob(
  client: Client,
  id: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (job: Job) => void } = {},
): Promise<Job> {
  for (;;) {
    const job = await client.getJob({ id }, options.signal === undefined ? {} : { signal: options.signal });
    options.onProgress?.(job);
    if (job.state === 'done' || job.state === 'failed' || job.state === 'cancelled') return job;
    await pause(POLL_MS, options.signal);
  }
}

/** Every item of a list, page by page. */
export async function* allPages<Item>(
  list: (
    cursor: string | undefined,
  ) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  for (;;) {
    const { items, next } = await list(cursor);
    yield* items;
    if (next === null) return;
    cursor = next;
  }
}

type GivenInput = Readonly<Record<string, unknown>> & {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
};

async function send(
  options: ClientOptions,
  name: keyof Operations,
  input: GivenInput,
  more: CallOptions = {},
): Promise<unknown> {
  const { answer } = ROUTES[name];
  const response = await respond(options, name, input, more);
  if (answer === 'none') return null;
  return answer === 'json' ? response.json() : response.text();
}

function respond(
  options: ClientOptions,
  name: keyof Operations,
  input: GivenInput,
  more: CallOptions,
): Promise<Response> {
  const { method, answer } = ROUTES[name];
  const headers: Record<string, string> = {
    ...(options.apiKey === undefined
      ? { 'zoneward-csrf': '1' }
      : { authorization: `Bearer ${options.apiKey}` }),
    accept: answer === 'json' ? 'application/json' : '*/*',
    ...(options.tenant === undefined ? {} : { 'zoneward-tenant': options.tenant }),
    ...(input.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(method === 'GET' ? {} : { 'idempotency-key': more.idempotencyKey ?? crypto.randomUUID() }),
    ...(more.ifMatch === undefined ? {} : { 'if-match': more.ifMatch }),
  };
  return sendOften(options, addressOf(options, name, input), {
    method,
    headers,
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  });
}

function addressOf({ server }: ClientOptions, name: keyof Operations, input: GivenInput): string {
  const path = ROUTES[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = String(input[key] ?? '');
    // A dot segment would be resolved away, and another route be asked.
    if (value === '' || value === '.' || value === '..') throw new TypeError(`${name}: ${key} is missing`);
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(
    Object.entries(input.query ?? {}).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, String(value)] as [string, string]],
    ),
  );
  return `${server.replace(/\/+$/, '')}${path}${query.size === 0 ? '' : `?${query}`}`;
}

/** A text answer as it comes, piece by piece, for what is too long to hold. Throws what the operation throws. */
export async function* textOf<Name extends keyof Operations>(
  options: ClientOptions,
  name: Name,
  input: Input<Name>,
): AsyncGenerator<string> {
  const response = await respond(options, name, input as GivenInput, {});
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** No answer, or one that says to come again: the same request, after a while. */
async function sendOften(options: ClientOptions, address: string, init: RequestInit): Promise<Response> {
  const ask = options.fetch ?? fetch;
  const attempts = options.attempts ?? ATTEMPTS;
  for (let attempt = 1; ; attempt += 1) {
    const response = await ask(address, init).catch((error: unknown) => {
      if (init.signal?.aborted === true || attempt >= attempts) throw error;
      return null;
    });
    if (response?.ok === true) return response;
    const problem = response === null ? null : await readProblem(response);
    const isPassing =
      response === null ||
      [429, 502, 503].includes(response.status) ||
      problem?.code === 'idempotency-in-flight';
    if (response !== null && (!isPassing || attempt >= attempts))
      throw new ApiError(response.status, problem);
    const asked = Number(response?.headers.get('retry-after') ?? 0) * 1_000;
    await pause(
      Math.min(PAUSE_MAX_MS, Math.max(asked, PAUSE_MS * 2 ** (attempt - 1))),
      init.signal ?? undefined,
    );
  }
}

async function readProblem(response: Response): Promise<Problem | null> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (!isProblem) {
    await response.body?.cancel();
    return null;
  }
  return (await response.json()) as Problem;
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
