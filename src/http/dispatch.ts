/**
 * From a request to an endpoint's answer: who calls, how often, what comes in, once or again, within what time, and
 * the answer with its entity tag.
 */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import type { Context } from 'hono';
import type { Zoneward } from '../app/open-zoneward.ts';
import type { ConnectVisit, KeptAnswer } from '../app/re-exports.ts';
import { type Caller, callerFor, requireScope, TENANT_HEADER } from './caller.ts';
import { type Call, type Endpoint, isDoneOnce, type KeyCall, type OpenCall, type Reply } from './endpoint.ts';
import { type Holder, recogniseHolder, stillStands } from './holder.ts';
import { type DoneOnce, doOnce, IDEMPOTENCY_HEADER } from './idempotency.ts';
import type { OpenStreams, StreamPlace } from './open-streams.ts';
import { HttpError, headersOf, PROBLEM_TYPE, type ProblemDetails, problemOf } from './problem.ts';
import type { RateLimiter } from './rate-limit.ts';
import { type Input, readInput, searchOf } from './read-input.ts';
import { cameOverHttps, cookieOf } from './session-cookie.ts';

export interface DispatchPorts {
  readonly zoneward: Zoneward;
  readonly limiter: RateLimiter;
  /** For callers without a key that stands, by their address. */
  readonly strangers: RateLimiter;
  /** For visitors with a link, by its session. */
  readonly visitors: RateLimiter;
  /** For tries to sign in. */
  readonly guesses: RateLimiter;
  readonly timeLimitMs: number;
  /** Told of what only the log may know. */
  readonly onFailure: (error: unknown, requestId: string) => void;
  /** Answers that go on. */
  readonly streams: OpenStreams;
  /** In tests: every answer is held against its schema. */
  readonly checkAnswers: boolean;
}

/** What the edge keeps on each request. */
export interface Variables {
  requestId: string;
  principal: string | null;
  tenant: string | null;
  remoteAddress: string;
  /** The pattern of the path, once it is known. */
  route: string | null;
  /** For the answer, whoever makes it. */
  headers: Record<string, string>;
  /** Whether the answer has them already: adding them to one that is made costs more than all the rest of the edge. */
  isDressed: boolean;
}

/** What the socket's server tells of a request; nothing when there is no socket. */
export interface EdgeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
}

export type EdgeTypes = { Variables: Variables; Bindings: EdgeBindings };
export type Edge = Context<EdgeTypes>;

/** What the operator does to the whole store. No tenant has this name. */
const OF_NO_TENANT = '*';

export async function dispatch(ports: DispatchPorts, endpoint: Endpoint, edge: Edge): Promise<Response> {
  const admitted = await admit(ports, endpoint, edge);
  const input = await readInput(edge, endpoint);
  const request: Request = { edge, admitted, input };
  if (endpoint.for === 'anyone') return respond(edge, plain(await throttled(ports, endpoint, request)));
  if (endpoint.streams === true) return streamed(ports, endpoint, request);
  if (endpoint.method === 'get') {
    const reply = await withinTime(ports, run(ports, endpoint, request));
    return respond(edge, withEntityTag(edge, reply));
  }
  if (admitted.holder === undefined || !isDoneOnce(endpoint))
    return respond(edge, plain(await withinTime(ports, run(ports, endpoint, request))));
  const { method, path } = edge.req;
  const once = doOnce(
    ports.zoneward,
    {
      tenant: admitted.caller?.tenantName ?? OF_NO_TENANT,
      caller: admitted.holder.key.id,
      key: edge.req.header(IDEMPOTENCY_HEADER),
      method,
      path: `${path}${searchOf(edge.req.url)}`,
      body: input.bodyText,
    },
    () => finish(ports, endpoint, request),
  );
  // The work goes on after its time is up, and its answer is kept for who asks again with the same key.
  const { answer, replayed } = await withinTime(ports, once);
  const headers = { ...answer.headers, ...(replayed ? { 'idempotent-replayed': 'true' } : {}) };
  return respond(edge, { status: answer.status, headers, body: answer.status === 204 ? null : answer.body });
}

/** As far as the endpoint asks who it is. */
interface Admitted {
  readonly holder?: Holder;
  readonly caller?: Caller;
  readonly visit?: ConnectVisit;
}

async function admit(ports: DispatchPorts, endpoint: Endpoint, edge: Edge): Promise<Admitted> {
  if (endpoint.for === 'anyone') return {};
  if (endpoint.for === 'connect-session') return { visit: await admitVisitor(ports, edge) };
  const holder = await recogniseHolder(ports.zoneward, edge.req.raw).catch((error: unknown) => {
    limit(ports.strangers, edge.get('remoteAddress'), edge);
    throw error;
  });
  edge.set('principal', holder.principal);
  limit(ports.limiter, holder.key.id, edge);
  if (endpoint.for === 'key') {
    if (endpoint.scope !== null) requireScope(holder, endpoint.scope);
    return { holder };
  }
  const caller = callerFor(ports.zoneward, holder, edge.req.header(TENANT_HEADER));
  edge.set('tenant', caller.tenantName);
  if (endpoint.scope !== null) requireScope(caller, endpoint.scope);
  return { holder, caller };
}

/** The link's secret is sent in a header, as keys are. */
async function admitVisitor(ports: DispatchPorts, edge: Edge): Promise<ConnectVisit> {
  const [, secret = ''] = /^Bearer ([\x21-\x7e]{1,256})$/i.exec(edge.req.header('authorization') ?? '') ?? [];
  const visit = await ports.zoneward.connectVisit(secret);
  if (visit === null) {
    limit(ports.strangers, edge.get('remoteAddress'), edge);
    throw new HttpError(401, 'connect-session-invalid', 'This link was used already, or is too old.', {
      next: ['Ask whoever sent it to you for a new one.'],
      headers: { 'www-authenticate': 'Bearer realm="zoneward-connect"' },
    });
  }
  const { id, tenantId } = visit.session;
  edge.set('principal', id);
  edge.set('tenant', tenantId);
  limit(ports.visitors, id, edge);
  return visit;
}

function limit(limiter: RateLimiter, who: string, edge: Edge): void {
  const { allowed, headers } = limiter.take(who);
  Object.assign(edge.get('headers'), headers);
  if (allowed) return;
  throw new HttpError(429, 'rate-limited', 'Too many requests.', {
    next: [`Wait ${headers['retry-after']} seconds.`],
    headers,
  });
}

/**
 * Tries that fail count, by what they try and by the address that they come from. The address shuts out only who fails:
 * behind a proxy everybody comes from one, and a stranger's guesses must not keep the others from signing in.
 */
async function throttled(
  ports: DispatchPorts,
  endpoint: Endpoint & { readonly for: 'anyone' },
  request: Request,
): Promise<Reply> {
  const { edge, input } = request;
  const target = `at ${endpoint.throttleBy(input.body as never)}`;
  limit(ports.guesses, target, edge);
  try {
    const reply = await withinTime(ports, run(ports, endpoint, request));
    ports.guesses.giveBack(target);
    return reply;
  } catch (error) {
    limit(ports.guesses, `from ${edge.get('remoteAddress')}`, edge);
    throw error;
  }
}

/** A stream outlives neither the key that opened it nor the session. */
async function streamed(ports: DispatchPorts, endpoint: Endpoint, request: Request): Promise<Response> {
  const place = placeOf(ports, request);
  try {
    const until = { ...request, until: place.signal };
    const reply = await run(ports, endpoint, until);
    if (reply.kind !== 'text' || typeof reply.body === 'string') {
      place.release();
      return respond(request.edge, plain(reply));
    }
    return respond(request.edge, plain({ ...reply, body: place.hold(reply.body, reply.type) }));
  } catch (error) {
    place.release();
    throw error;
  }
}

function placeOf({ streams, zoneward }: DispatchPorts, { admitted, edge }: Request): StreamPlace {
  const { holder, visit } = admitted;
  // What a link saves ends it; the stream that tells of it ends with the work.
  if (visit !== undefined) return streams.open(visit.session.id, () => Promise.resolve(true));
  assert(holder !== undefined);
  return streams.open(holder.key.id, () => stillStands(zoneward, holder, edge.req.raw));
}

interface Request {
  readonly edge: Edge;
  readonly admitted: Admitted;
  readonly input: Input;
  /** Ends a stream. */
  readonly until?: AbortSignal;
}

async function run(ports: DispatchPorts, endpoint: Endpoint, request: Request): Promise<Reply> {
  const reply = await answer(endpoint, callOf(ports, endpoint, request), request);
  if (ports.checkAnswers && reply.kind === 'json') checkAnswer(endpoint, reply);
  return reply;
}

function answer(
  endpoint: Endpoint,
  call: OpenCall,
  { edge, admitted: { holder, caller, visit }, input }: Request,
): Promise<Reply> {
  if (endpoint.for === 'anyone') return endpoint.run(call, input);
  if (endpoint.for === 'connect-session') {
    assert(visit !== undefined);
    return endpoint.run(Object.assign(call, { visit }), input);
  }
  assert(holder !== undefined);
  // Assigned, not spread: the signal is made for who asks for it.
  const keyCall: KeyCall = Object.assign(call, { holder, tenantNamed: edge.req.header(TENANT_HEADER) });
  if (endpoint.for === 'key') return endpoint.run(keyCall, input);
  assert(caller !== undefined);
  return endpoint.run(Object.assign(keyCall, { caller }), input);
}

function callOf(
  { zoneward, timeLimitMs }: DispatchPorts,
  endpoint: Endpoint,
  { edge, until }: Request,
): OpenCall {
  const startedAt = performance.now();
  const limits = (): readonly AbortSignal[] => {
    if (endpoint.streams === true) return until === undefined ? [] : [until];
    return [AbortSignal.timeout(Math.max(0, Math.ceil(timeLimitMs - (performance.now() - startedAt))))];
  };
  let signal: AbortSignal | null = null;
  return {
    zoneward,
    get signal() {
      signal ??= AbortSignal.any([edge.req.raw.signal, ...limits()]);
      return signal;
    },
    requestId: edge.get('requestId'),
    route: `${endpoint.method} ${edge.req.path}`,
    ifMatch: edge.req.header('if-match') ?? null,
    lastEventId: edge.req.header('last-event-id') ?? null,
    session: cookieOf(edge.req.raw),
    isSecure: cameOverHttps(edge.req.raw),
    origin: originOf(edge.req.raw),
  };
}

/** As the client wrote it, which is what a link for its people begins with. */
function originOf(request: { readonly url: string; readonly headers: Headers }): string {
  const { protocol, host } = new URL(request.url);
  return `${cameOverHttps(request) ? 'https:' : protocol}//${request.headers.get('host') ?? host}`;
}

function checkAnswer(
  { answers, operationId }: Endpoint,
  { body, status }: Extract<Reply, { kind: 'json' }>,
): void {
  // Through text, as a client sees it: without members that are undefined.
  const checked = answers.schema?.safeParse(JSON.parse(JSON.stringify(body)));
  if (status !== answers.status || checked === undefined || !checked.success)
    throw new Error(
      `The answer of ${operationId} is not as documented: ${status} ${checked?.error?.message ?? ''}`,
    );
}

/** Errors become answers here, so that a refused request is refused in the same words when it is repeated. */
async function finish(ports: DispatchPorts, endpoint: Endpoint, request: Request): Promise<DoneOnce> {
  try {
    const reply = await run(ports, endpoint, request);
    const answer = await toKept(reply, reply.kind === 'json' ? reply.body : null);
    const isSecret = reply.kind === 'json' && reply.keptBody !== undefined;
    return { answer, kept: isSecret ? await toKept(reply, reply.keptBody) : answer };
  } catch (error) {
    const place = { instance: request.edge.req.path, requestId: request.edge.get('requestId') };
    const problem = problemOf(error, place);
    if (problem.status >= 500) ports.onFailure(error, place.requestId);
    const answer: KeptAnswer = {
      status: problem.status,
      headers: { ...headersOf(error), 'content-type': PROBLEM_TYPE },
      body: JSON.stringify(problem),
    };
    return { answer, kept: isLasting(problem) ? answer : null };
  }
}

/** A refusal that a second try of the same request would meet again. */
function isLasting({ status }: ProblemDetails): boolean {
  return [403, 404, 412, 422].includes(status);
}

async function toKept(reply: Reply, body: unknown): Promise<KeptAnswer> {
  const { status, headers, body: given } = plain(reply.kind === 'json' ? { ...reply, body } : reply);
  return { status, headers, body: typeof given === 'string' ? given : await new Response(given).text() };
}

/** An answer before it has the headers of every answer. */
interface Plain {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
}

function respond(edge: Edge, { status, headers, body }: Plain): Response {
  edge.set('isDressed', true);
  return new Response(body, { status, headers: { ...edge.get('headers'), ...headers } });
}

function plain(reply: Reply): Plain {
  switch (reply.kind) {
    case 'json': {
      const headers = { ...reply.headers, 'content-type': 'application/json' };
      return { status: reply.status, headers, body: JSON.stringify(reply.body) };
    }
    case 'empty':
      return { status: 204, headers: { ...reply.headers }, body: null };
    case 'text':
      return { status: 200, headers: { ...reply.headers, 'content-type': reply.type }, body: reply.body };
    default:
      return reply satisfies never;
  }
}

/** The tag of a resource: of what it shows, so that it changes exactly when that does. */
export function entityTag(body: unknown): string {
  return tagOf(JSON.stringify(body));
}

function tagOf(text: string): string {
  return `"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
}

function withEntityTag(edge: Edge, reply: Reply): Plain {
  const answer = plain(reply);
  if (reply.kind !== 'json' || typeof answer.body !== 'string') return answer;
  const etag = reply.tagged === undefined ? tagOf(answer.body) : entityTag(reply.tagged);
  const tagged = { ...answer, headers: { ...answer.headers, etag } };
  // What the tag leaves out may have changed: then there is an answer.
  if (reply.tagged !== undefined) return tagged;
  const known = edge.req
    .header('if-none-match')
    ?.split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  return known?.includes(etag) === true ? { status: 304, headers: { etag }, body: null } : tagged;
}

/** Throws 412 unless the resource is as the caller last saw it. Without `If-Match`, anything goes. */
export function requireMatch(call: Call, current: unknown): void {
  if (call.ifMatch === null || call.ifMatch.trim() === '*') return;
  const tags = call.ifMatch.split(',').map((tag) => tag.trim());
  if (tags.includes(entityTag(current))) return;
  throw new HttpError(412, 'precondition-failed', 'It has changed since you read it.', {
    next: ['Read it again, look at what changed, then send the request with its new ETag.'],
  });
}

async function withinTime<T>(ports: DispatchPorts, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new HttpError(504, 'time-limit', 'This takes longer than a request may.', {
          next: ['Send the same request again with the same Idempotency-Key to learn how it ended.'],
        }),
      ),
    // A little after the signal, so that who heeds it can say more.
    ports.timeLimitMs + 500,
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
