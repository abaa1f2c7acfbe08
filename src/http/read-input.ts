/** What comes in, checked before anything is done: sizes, media types, JSON, and every field against its schema. */
import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Endpoint } from './endpoint.ts';
import { type Fault, HttpError } from './problem.ts';

export const BODY_MAX_DEFAULT: number = 256 * 1024;
const FAULTS_SHOWN_MAX = 50;
const JSON_DEPTH_MAX = 64;
/** Silence of a client in the middle of a body. */
const BODY_TIMEOUT_MS = 30_000;

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** As received, for fingerprints. */
  readonly bodyText: string;
}

/** Throws `HttpError`: 400, 404 for a path that names nothing, 408, 413, 415, 422 with every fault. */
export async function readInput(context: Context, endpoint: Endpoint): Promise<Input> {
  const params = readParams(endpoint, context.req.param());
  const query = readQuery(endpoint, new URLSearchParams(searchOf(context.req.url)));
  const bodyText = await readBody(context, endpoint);
  const body = endpoint.body === null ? undefined : check(endpoint.body, parseJson(bodyText), 'body');
  return { params, query, body, bodyText };
}

function readParams({ params }: Endpoint, given: Record<string, string>): unknown {
  if (params === null) return undefined;
  const checked = params.safeParse(given);
  if (checked.success) return checked.data;
  throw new HttpError(404, 'not-found', 'There is nothing here.');
}

function readQuery({ query }: Endpoint, given: URLSearchParams): unknown {
  const names = [...given.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalid([{ path: `query.${twice.slice(0, 64)}`, message: 'is given more than once' }]);
  const [first] = names;
  if (query === null && first !== undefined)
    throw invalid([{ path: `query.${first.slice(0, 64)}`, message: 'is not known here' }]);
  return query === null ? undefined : check(query, Object.fromEntries(given), 'query');
}

async function readBody(context: Context, endpoint: Endpoint): Promise<string> {
  const { req } = context;
  const { body, bodyMax = BODY_MAX_DEFAULT } = endpoint;
  // The server drops what a GET brings along.
  const stream = endpoint.method === 'get' ? null : req.raw.body;
  const announced = Number(req.header('content-length') ?? 0);
  if (announced > bodyMax) throw tooLarge(bodyMax);
  const bytes = stream === null ? new Uint8Array() : await readStream(stream, bodyMax);
  if (body === null) {
    if (bytes.length === 0) return '';
    throw new HttpError(400, 'body-unexpected', 'This takes no body.');
  }
  const type = (req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (bytes.length > 0 && type !== 'application/json')
    throw new HttpError(415, 'media-type-unsupported', 'The body must be JSON.', {
      next: ['Send the header Content-Type: application/json'],
    });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, 'body-malformed', 'The body is not UTF-8.');
  }
}

async function readStream(stream: ReadableStream<Uint8Array>, max: number): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await withinTime(reader.read().catch(brokenOff));
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > max) {
      reader.cancel().catch(() => {});
      throw tooLarge(max);
    }
    chunks.push(value);
  }
}

/** A client that went away in the middle: nobody hears the answer, and the log is not to take it for a failure of ours. */
function brokenOff(): never {
  throw new HttpError(400, 'body-incomplete', 'The body broke off.');
}

async function withinTime<T>(reading: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new HttpError(408, 'body-too-slow', 'The body did not come in time.')),
    BODY_TIMEOUT_MS,
  );
  try {
    return await Promise.race([reading, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(max: number): HttpError {
  return new HttpError(413, 'body-too-large', `The body may have ${max} bytes.`);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (isDeeperThan(value, JSON_DEPTH_MAX))
      throw new HttpError(400, 'body-malformed', 'The JSON is nested too deeply.');
    return value;
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, 'body-malformed', 'The body is not JSON.');
  }
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(member, levels - 1));
}

function check(schema: z.ZodType, value: unknown, where: string): unknown {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw invalid(faultsOf(checked.error, where));
}

function faultsOf(error: z.ZodError, where: string): Fault[] {
  return error.issues.slice(0, FAULTS_SHOWN_MAX).flatMap((issue) => {
    const path = issue.path.reduce<string>(
      (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key).slice(0, 64)}`),
      where,
    );
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({ path: `${path}.${key.slice(0, 64)}`, message: 'is not known here' }));
  });
}

function invalid(errors: readonly Fault[]): HttpError {
  const [first, ...others] = errors;
  const rest = others.length === 0 ? '' : `, and ${others.length} more`;
  return new HttpError(422, 'input-invalid', `${first?.path ?? 'input'}: ${first?.message ?? ''}${rest}`, {
    errors,
  });
}

/** The query of an address, with its `?`. */
export function searchOf(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? '' : url.slice(at).replace(/#.*$/, '');
}
