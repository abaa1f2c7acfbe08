/**
 * The HTTP edge as one function from request to response. It opens no socket: `server.ts` does, and tests call
 * `request` on it.
 */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { Zoneward } from '../app/open-zoneward.ts';
import { NO_TRACING } from '../app/tracing.ts';
import { type DispatchPorts, dispatch, type Edge, type EdgeTypes } from './dispatch.ts';
import { DOCS_POLICY, docsPage } from './docs-page.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { HttpLog } from './log.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { createOpenStreams } from './open-streams.ts';
import { openApiDocument } from './openapi.ts';
import { HttpError, headersOf, isOurFailure, PROBLEM_TYPE, problemOf } from './problem.ts';
import { createRateLimiter, type RateRule } from './rate-limit.ts';
import { openStaticFiles } from './static-files.ts';

export interface HttpOptions {
  readonly zoneward: Zoneward;
  readonly log?: HttpLog;
  /** The folder of the built dashboard; absent: none is served. */
  readonly dashboard?: string;
  /** Per API key. Default: 1,200 in a minute. */
  readonly rate?: RateRule;
  /** Of one address, for requests without a key that stands. Default: 120 in a minute. */
  readonly strangersRate?: RateRule;
  /** How long a request may take; long work goes on as a job. Milliseconds. */
  readonly timeLimitMs?: number;
  /** Ends the streams that are open. */
  readonly stopping?: AbortSignal;
  /** Holds every answer against its schema. For tests. */
  readonly checkAnswers?: boolean;
}

export type HttpApp = Hono<EdgeTypes>;

const RATE_DEFAULT: RateRule = { quota: 1_200, windowSeconds: 60 };
const RATE_STRANGERS: RateRule = { quota: 120, windowSeconds: 60 };
/** Of one connect session: a person at a form. */
const RATE_VISITORS: RateRule = { quota: 60, windowSeconds: 60 };
/** Tries to sign in that failed: of one address, and at one key. */
const RATE_GUESSES: RateRule = { quota: 10, windowSeconds: 300 };
const HEALTH: readonly string[] = ['/livez', '/readyz', '/metrics'];
const TIME_LIMIT_MS = 60_000;
const URL_LENGTH_MAX = 8_192;
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

export function createHttpApp(options: HttpOptions): HttpApp {
  const { zoneward, log } = options;
  const metrics = openMetrics(zoneward);
  const ports: DispatchPorts = {
    zoneward,
    limiter: createRateLimiter(options.rate ?? RATE_DEFAULT, Date.now),
    strangers: createRateLimiter(options.strangersRate ?? RATE_STRANGERS, Date.now),
    visitors: createRateLimiter(RATE_VISITORS, Date.now),
    guesses: createRateLimiter(RATE_GUESSES, Date.now),
    timeLimitMs: options.timeLimitMs ?? TIME_LIMIT_MS,
    onFailure: (error, requestId) => log?.failure(error, requestId),
    streams: createOpenStreams(options.stopping),
    checkAnswers: options.checkAnswers ?? false,
  };
  const app: HttpApp = new Hono();
  observe(app, { log, metrics, tracing: zoneward.tracing });
  serveHealth(app, zoneward, metrics);
  serveDocuments(app);
  for (const endpoint of ENDPOINTS) {
    const path = endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(endpoint.method.toUpperCase(), path, (edge) => {
      edge.set('route', endpoint.path);
      return dispatch(ports, endpoint, edge);
    });
  }
  if (options.dashboard !== undefined) serveDashboard(app, options.dashboard);
  const answerError = (error: unknown, edge: Edge): Response => {
    const requestId = edge.get('requestId');
    if (isOurFailure(error)) ports.onFailure(error, requestId);
    const problem = problemOf(error, { instance: edge.req.path, requestId });
    const headers = { ...edge.get('headers'), ...headersOf(error), 'content-type': PROBLEM_TYPE };
    return new Response(JSON.stringify(problem), { status: problem.status, headers });
  };
  app.notFound((edge) => answerError(nothingHere(edge.req.method, edge.req.path), edge));
  app.onError((error, edge) => answerError(error, edge));
  return app;
}

/** Ids, headers, log and figures: for every request, whatever becomes of it. */
function observe(
  app: HttpApp,
  {
    log,
    metrics,
    tracing,
  }: { readonly log: HttpLog | undefined; readonly metrics: Metrics; readonly tracing: Zoneward['tracing'] },
): void {
  /** Each request as a span, but for those that only ask whether all is well. */
  const traced = (edge: Edge, requestId: string, next: () => Promise<void>): Promise<void> => {
    const { method, path } = edge.req;
    if (tracing === NO_TRACING || HEALTH.includes(path)) return next();
    const route = routeOf(method, path);
    const facts = { 'http.request.method': method, 'http.route': route, 'zoneward.request_id': requestId };
    const parent = edge.req.raw.headers;
    return tracing.span(`${method} ${route}`, { kind: 'server', facts, parent }, async (add) => {
      await next();
      const { status } = edge.res;
      add({ 'http.response.status_code': status, 'error.type': status >= 500 ? String(status) : null });
    });
  };
  app.use(async (edge, next) => {
    const startedAt = performance.now();
    const given = edge.req.header('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : `req_${randomUUID().replaceAll('-', '')}`;
    edge.set('requestId', requestId);
    edge.set('principal', null);
    edge.set('tenant', null);
    edge.set('remoteAddress', edge.env?.incoming?.socket?.remoteAddress ?? 'unknown');
    edge.set('route', null);
    edge.set('isDressed', false);
    edge.set('headers', { ...SECURITY_HEADERS, 'x-request-id': requestId });
    if (edge.req.url.length > URL_LENGTH_MAX)
      throw new HttpError(414, 'address-too-long', 'The address is too long.');
    await traced(edge, requestId, next);
    if (!edge.get('isDressed'))
      for (const [name, value] of Object.entries(edge.get('headers')))
        if (!edge.res.headers.has(name)) edge.res.headers.set(name, value);
    const seconds = (performance.now() - startedAt) / 1_000;
    const route = edge.get('route') ?? routeOf(edge.req.method, edge.req.path);
    metrics.observe({ method: edge.req.method, route, status: edge.res.status, seconds });
    log?.request({
      requestId,
      method: edge.req.method,
      route,
      status: edge.res.status,
      durationMs: Math.round(seconds * 1_000),
      principal: edge.get('principal'),
      tenant: edge.get('tenant'),
    });
  });
}

function serveHealth(app: HttpApp, zoneward: Zoneward, metrics: Metrics): void {
  app.get('/livez', (edge) => edge.text('ok\n'));
  app.get('/readyz', async (edge) => {
    try {
      await zoneward.checkReady();
      return edge.text('ok\n');
    } catch {
      // What is wrong is for the log and `zoneward store check`, not for everyone who can reach the port.
      return edge.text('not ready\n', 503);
    }
  });
  app.get('/metrics', async (edge) => {
    edge.header('content-type', metrics.contentType);
    return edge.body(await metrics.render());
  });
}

function serveDocuments(app: HttpApp): void {
  app.get('/openapi.json', (edge) => {
    edge.header('cache-control', 'public, max-age=300');
    return edge.json(openApiDocument());
  });
  app.get('/docs', (edge) => {
    edge.header('content-security-policy', DOCS_POLICY);
    return edge.html(docsPage());
  });
}

/** Last of all: what it does not have is for `notFound`, so it stands in the way of nothing. */
function serveDashboard(app: HttpApp, folder: string): void {
  const files = openStaticFiles(folder);
  app.get('*', async (edge, next) => {
    const encodings = edge.req.header('accept-encoding') ?? '';
    const knownTag = edge.req.header('if-none-match') ?? '';
    const answer = files.answer(edge.req.path, { encodings, knownTag });
    if (answer === null) return next();
    return answer;
  });
}

/** The pattern of a path, so that logs and figures do not grow with ids. */
function routeOf(method: string, path: string): string {
  const found = PATTERNS.find((one) => one.method === method && one.pattern.test(path));
  if (found !== undefined) return found.path;
  return ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs'].includes(path) ? path : 'other';
}

const PATTERNS = ENDPOINTS.map(({ method, path }) => ({
  method: method.toUpperCase(),
  path,
  pattern: patternOf(path),
}));

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

function nothingHere(method: string, path: string): HttpError {
  const methods = PATTERNS.filter((one) => one.pattern.test(path)).map((one) => one.method);
  if (methods.length === 0)
    return new HttpError(404, 'not-found', 'There is nothing here.', { next: ['GET /docs'] });
  const allow = [...new Set(methods)].sort().join(', ');
  return new HttpError(405, 'method-not-allowed', `${method.slice(0, 20)} is not possible here: ${allow}.`, {
    headers: { allow },
  });
}
