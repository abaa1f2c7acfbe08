/**
 * The control path, for tests in which the sandbox runs in another process: `/__sandbox/…`, JSON in and out, no
 * credential. It is open only when asked for, is in no request log and costs no budget.
 */
import { ApiError } from '../api-error.ts';
import type { RawRequest } from '../http/call.ts';
import type { Core, Verdict } from '../http/dispatch.ts';
import { JSON_TYPE } from '../http/envelope.ts';
import type { RatePolicy } from '../http/rate-limit.ts';
import { SandboxInputError } from '../input-error.ts';
import type { RecordBody } from '../records/build.ts';
import type { RegistrarUpdate } from '../registrar/controls.ts';
import type { ClockUpdate, SandboxControls, ZoneUpdate } from '../sandbox.ts';
import type { SandboxSeed, TokenSeed, ZoneSeed } from '../state/seed.ts';
import type { Fault } from './faults.ts';

export const CONTROL_PREFIX = '/__sandbox';

interface ControlCall {
  readonly controls: SandboxControls;
  readonly core: Core;
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Handler = (call: ControlCall) => unknown;

/** `METHOD first-segment`, with `/*` where a second segment follows. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET info': ({ controls }) => ({
    accountId: controls.accountId,
    userId: controls.userId,
    tokens: controls.tokens,
    globalKey: controls.globalKey,
    now: new Date(controls.now()).toISOString(),
    behaviour: controls.behaviour,
  }),
  'GET state': async ({ controls }) => {
    await controls.flush();
    return controls.state();
  },
  'GET audit': ({ controls }) => controls.audit(),
  'PUT audit': ({ controls, body }) => controls.setAuditDelay(numberIn(body, 'delayMs')),
  'GET requests': ({ controls, query }) => controls.requests(Number(query.get('since') ?? 0)),
  'DELETE requests': ({ controls }) => controls.clearRequests(),
  'GET counts': ({ controls }) => controls.counts(),
  'GET faults': ({ controls }) => controls.faults(),
  'POST faults': ({ controls, body }) => ({ id: controls.setFault(body as Fault) }),
  'DELETE faults': ({ controls }) => controls.clearFaults(),
  'DELETE faults/*': ({ core, segments }) => ({ removed: core.faults.remove(Number(segments[1])) }),
  'GET clock': ({ controls, core }) => ({
    now: new Date(controls.now()).toISOString(),
    scale: core.world.clock.scale,
  }),
  'PUT clock': ({ controls, body }) => controls.setClock(objectOf(body) as ClockUpdate),
  'PUT latency': ({ controls, body }) => controls.setLatency(numberIn(body, 'ms')),
  'PUT rate-limit': ({ controls, body }) =>
    controls.setRateLimit(body === false ? false : (objectOf(body) as unknown as RatePolicy)),
  'GET budgets': ({ controls }) => controls.budgets(),
  'POST budgets': ({ controls, body }) => {
    const { key } = objectOf(body) as { key?: string };
    controls.spendBudget(numberIn(body, 'count'), key);
  },
  'POST seed': ({ controls, body }) => controls.seed(objectOf(body) as SandboxSeed),
  'POST tokens': ({ controls, body }) => controls.createToken(objectOf(body) as unknown as TokenSeed),
  'GET zones': ({ controls }) => controls.zones(),
  'POST zones': ({ controls, body }) => {
    const { name, records, ...more } = objectOf(body) as unknown as ZoneSeed;
    return controls.seedZone(name, records, more);
  },
  'GET zones/*': ({ controls, segments }) => {
    const zone = segments[1] ?? '';
    return { ...controls.zone(zone), records: controls.records(zone) };
  },
  'PATCH zones/*': ({ controls, segments, body }) =>
    controls.updateZone(segments[1] ?? '', objectOf(body) as ZoneUpdate),
  'GET edge': ({ controls }) => ({ authorities: controls.edgeAuthorities() }),
  'GET edge/*': ({ controls, segments }) => ({
    certificate: controls.edgeCertificate(segments[1] ?? '') ?? null,
  }),
  'GET registrar': ({ controls }) => controls.registrar.view(),
  'PUT registrar': ({ controls, body }) => controls.registrar.update(objectOf(body) as RegistrarUpdate),
  'POST registrar/*': ({ controls, segments, body }) =>
    controls.registrar.resolve(segments[1] ?? '', objectOf(body) as { state: 'succeeded' | 'failed' }),
  'POST edits/*': ({ controls, segments, body }) =>
    controls.foreignEdit(segments[1] ?? '', objectOf(body) as RecordBody),
};

/** The handler of control requests, for `listenHttp`; gives nothing for other paths. */
export function controlPath(
  controls: SandboxControls,
  core: Core,
): (request: RawRequest) => Promise<Verdict | undefined> {
  return async (request) => {
    if (request.url !== CONTROL_PREFIX && !request.url.startsWith(`${CONTROL_PREFIX}/`)) return undefined;
    const url = new URL(request.url, 'http://sandbox.invalid');
    const segments = url.pathname
      .slice(CONTROL_PREFIX.length)
      .split('/')
      .filter(Boolean)
      .map(decodeURIComponent);
    const key = `${request.method} ${segments[0] ?? ''}${segments.length > 1 ? '/*' : ''}`;
    const handler = HANDLERS[key];
    if (handler === undefined)
      return reply(404, { error: `No control ${key}. There are: ${Object.keys(HANDLERS).join(', ')}` });
    try {
      const body = request.body.length === 0 ? undefined : (JSON.parse(request.body.toString()) as unknown);
      const result = await handler({ controls, core, segments, query: url.searchParams, body });
      return reply(200, result ?? { ok: true });
    } catch (error) {
      if (error instanceof SandboxInputError) return reply(400, { error: error.message, code: error.code });
      if (error instanceof ApiError) return reply(400, { error: error.message, errors: error.errors });
      if (error instanceof SyntaxError) return reply(400, { error: 'The body is not JSON.' });
      throw error;
    }
  };
}

function reply(status: number, value: unknown): Verdict {
  return {
    kind: 'reply',
    reply: { status, body: JSON.stringify(value), contentType: JSON_TYPE },
    headers: {},
  };
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null)
    throw new SandboxInputError('bad-control', 'The body must be an object.');
  return body as Readonly<Record<string, unknown>>;
}

function numberIn(body: unknown, key: string): number {
  const value = objectOf(body)[key];
  if (typeof value !== 'number')
    throw new SandboxInputError('bad-control', `The body needs the number ${key}.`);
  return value;
}
