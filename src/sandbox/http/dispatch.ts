/**
 * From a request to its answer: route, faults, authentication, budget, permission, handler, audit. `perform` is
 * synchronous, so each request sees and leaves a whole state; only faults and latency wait, around it.
 */
import { ApiError, authenticationError, couldNotRoute, methodNotAllowed } from '../api-error.ts';
import { authenticate } from '../auth/authenticate.ts';
import { allows, budgetKeyOf, type Caller, credentialOf, zoneResource } from '../auth/caller.ts';
import { formatSeconds } from '../clock.ts';
import { API_PREFIX, API_VERSION } from '../constants.ts';
import type { Fault, FaultBook } from '../control/faults.ts';
import { shiftList } from '../control/foreign.ts';
import { newRay, newUuid7 } from '../ids.ts';
import { RecordStore } from '../state/record-store.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { recordAudit } from './audit-hook.ts';
import { Call, type RawRequest } from './call.ts';
import { failure, htmlFailure, type Reply } from './envelope.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RequestEntry, RequestLog } from './request-log.ts';
import { type Match, type Router, routeKey } from './router.ts';

/** What a running sandbox consists of behind its sockets. */
export interface Core {
  readonly world: World;
  readonly router: Router;
  readonly limiter: RateLimiter;
  readonly log: RequestLog;
  readonly faults: FaultBook;
  /** Delays every answer by this much real time. */
  latencyMs: number;
  /** Loud lines: unknown routes. */
  readonly warn: (line: string) => void;
  /** Writes that are still to land; ended by `close`. */
  readonly timers: Set<NodeJS.Timeout>;
}

export type Verdict =
  | { readonly kind: 'reply' | 'truncate'; readonly reply: Reply; readonly headers: Record<string, string> }
  | { readonly kind: 'reset' };

/** One request on its way. */
interface Arrival {
  readonly request: RawRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly match: Match;
  readonly ray: string;
  readonly startedAt: number;
  readonly fault: Fault | undefined;
}

interface Outcome {
  readonly reply: Reply;
  readonly caller: Caller | undefined;
  readonly zone: Zone | undefined;
  readonly errorCodes: readonly number[];
  readonly wrote: boolean;
  readonly auditId: string;
}

export async function dispatch(core: Core, request: RawRequest): Promise<Verdict> {
  const arrival = arrive(core, request);
  const { fault } = arrival;
  if (core.latencyMs > 0) await sleep(core.latencyMs);
  if (fault?.kind === 'slow' && fault.phase !== 'after') await sleep(fault.delayMs);
  const cut = cutBefore(core, arrival);
  if (cut !== undefined) return cut;
  const releaseStale = fault?.kind === 'stale-list' ? keepStale(core, arrival, fault.reads ?? 1) : undefined;
  const outcome = perform(core, arrival);
  releaseStale?.(outcome.wrote);
  const entry = writeLog(core, arrival, outcome);
  countStaleRead(arrival, outcome);
  if (fault?.kind === 'shifting-list' && outcome.zone !== undefined && outcome.reply.status === 200) {
    shiftList(core.world, outcome.zone, fault.how ?? 'insert', entry);
  }
  if (fault?.kind === 'slow' && fault.phase === 'after') await sleep(fault.delayMs);
  entry.durationMs = performance.now() - arrival.startedAt;
  return verdictOf(core, { arrival, outcome, entry });
}

function arrive(core: Core, request: RawRequest): Arrival {
  const cut = request.url.indexOf('?');
  const path = cut === -1 ? request.url : request.url.slice(0, cut);
  const inside = path === API_PREFIX || path.startsWith(`${API_PREFIX}/`);
  const match: Match = inside
    ? core.router.match(request.method, path.slice(API_PREFIX.length))
    : { kind: 'no-path' };
  const fault = match.kind === 'found' ? core.faults.take(routeKey(match.route), request.method) : undefined;
  return {
    request,
    path,
    query: new URLSearchParams(cut === -1 ? '' : request.url.slice(cut + 1)),
    match,
    ray: newRay(),
    startedAt: performance.now(),
    fault,
  };
}

/** Faults that strike before anything is done. */
function cutBefore(core: Core, arrival: Arrival): Verdict | undefined {
  const { fault } = arrival;
  if (fault?.kind === 'reset' && fault.phase === 'before') {
    writeLog(core, arrival, undefined);
    return { kind: 'reset' };
  }
  if (fault?.kind === 'late-write') {
    const entry = writeLog(core, arrival, undefined);
    const timer = setTimeout(() => {
      core.timers.delete(timer);
      entry.wrote = perform(core, arrival).wrote;
    }, fault.delayMs);
    core.timers.add(timer);
    return { kind: 'reset' };
  }
  if (fault?.kind === 'error' && fault.phase !== 'after') {
    const reply = faultReply(fault, arrival.ray);
    writeLog(core, arrival, { ...nothingDone(reply), errorCodes: [fault.code ?? fault.status] });
    return { kind: 'reply', reply, headers: baseHeaders(arrival, undefined) };
  }
  return undefined;
}

function verdictOf(core: Core, done: { arrival: Arrival; outcome: Outcome; entry: RequestEntry }): Verdict {
  const { arrival, outcome, entry } = done;
  const { fault } = arrival;
  if (fault?.kind === 'reset') {
    entry.status = 0;
    return { kind: 'reset' };
  }
  const headers = {
    ...baseHeaders(arrival, outcome.auditId),
    ...(outcome.caller === undefined ? {} : core.limiter.headers(budgetKeyOf(outcome.caller))),
    ...outcome.reply.headers,
  };
  if (fault?.kind === 'error') {
    const reply = faultReply(fault, arrival.ray);
    entry.status = reply.status;
    return { kind: 'reply', reply, headers };
  }
  return { kind: fault?.kind === 'truncate' ? 'truncate' : 'reply', reply: outcome.reply, headers };
}

function faultReply(fault: Extract<Fault, { kind: 'error' }>, ray: string): Reply {
  if (fault.body !== 'json') return htmlFailure(fault.status, ray);
  return failure(fault.status, [
    { code: fault.code ?? 10000, message: fault.message ?? 'Internal server error' },
  ]);
}

/** Does what the request asks, and writes its audit entry. Never throws for what a client sent. */
function perform(core: Core, arrival: Arrival): Outcome {
  const { world } = core;
  world.tick();
  const auditId = newUuid7(world.clock.now());
  const { match, request } = arrival;
  if (match.kind !== 'found')
    return { ...nothingDone(refuseRoute(core, arrival)), auditId, errorCodes: [7003] };
  const call = new Call({ world, route: match.route, params: match.params, query: arrival.query, request });
  let reply: Reply;
  let errorCodes: readonly number[] = [];
  let admitted = false;
  try {
    core.limiter.countAddress(request.ip);
    admit(core, call, arrival.fault);
    admitted = true;
    reply = match.route.run(call);
  } catch (error) {
    const refused = error instanceof ApiError ? error : unexpected(core, arrival, error);
    reply = failure(refused.status, refused.errors, refused.headers);
    errorCodes = refused.errors.map((item) => item.code);
  }
  const wrote = admitted && reply.status < 300 && match.route.audit !== undefined;
  if (admitted && match.route.audit !== undefined) recordAudit(call, { reply, auditId, ray: arrival.ray });
  return {
    reply,
    caller: call.callerOrUndefined,
    zone: call.zoneOrUndefined,
    errorCodes,
    wrote,
    auditId,
  };
}

function refuseRoute(core: Core, arrival: Arrival): Reply {
  const { request, path, match } = arrival;
  const error = match.kind === 'no-method' ? methodNotAllowed(request.method) : couldNotRoute(path);
  if (match.kind !== 'bad-id') {
    core.warn(`sandbox: no route for ${request.method} ${path} (COVERAGE.md lists what there is)`);
  }
  return failure(error.status, error.errors);
}

/** A bug of the sandbox: said loudly, answered as Cloudflare answers its own. */
function unexpected(core: Core, arrival: Arrival, error: unknown): ApiError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  core.warn(`sandbox: bug in ${arrival.request.method} ${arrival.path}: ${text}`);
  return new ApiError(500, { code: 10000, message: 'Internal server error' });
}

/** Authentication, budget, resolution of zone and account, permission: in this order. */
function admit(core: Core, call: Call, fault: Fault | undefined): void {
  const { needs } = call.route;
  const { world } = core;
  if (needs.scope === 'none') {
    resolveAccountOnly(call);
    return;
  }
  const caller = authenticate(world, call.request);
  call.resolve({ caller });
  if (fault?.kind === 'rate-limit') {
    core.limiter.block(budgetKeyOf(caller), fault.seconds ?? core.limiter.policy?.windowSeconds ?? 1);
  }
  const blocked = core.limiter.policy === undefined ? core.limiter.blockedSeconds(budgetKeyOf(caller)) : 0;
  if (blocked > 0) core.limiter.refuse(blocked);
  core.limiter.spend(budgetKeyOf(caller));
  if (caller.token !== undefined) caller.token.lastUsedOn = formatSeconds(world.clock.now());
  if (needs.scope === 'any') return;
  if (!isAllowed(call, caller, needs)) throw authenticationError();
}

function resolveAccountOnly(call: Call): void {
  const account = call.world.account(call.params['account_id'] ?? '');
  if (account !== undefined) call.resolve({ account });
}

function isAllowed(
  call: Call,
  caller: Caller,
  needs: Exclude<Call['route']['needs'], { scope: 'any' } | { scope: 'none' }>,
): boolean {
  const { world, params } = call;
  if (needs.scope === 'user') {
    return caller.user !== undefined && allows(caller, needs.anyOf, { kind: 'user', userId: caller.user.id });
  }
  if (needs.scope === 'account') {
    const account = world.account(params['account_id'] ?? '');
    if (account === undefined) return false;
    call.resolve({ account });
    return allows(caller, needs.anyOf, { kind: 'account', accountId: account.id });
  }
  const zone = world.zone(params['zone_id'] ?? '');
  if (zone === undefined) return false;
  const account = world.account(zone.accountId);
  call.resolve(account === undefined ? { zone } : { zone, account });
  return allows(caller, needs.anyOf, zoneResource(zone));
}

function nothingDone(reply: Reply): Outcome {
  return { reply, caller: undefined, zone: undefined, errorCodes: [], wrote: false, auditId: '' };
}

function baseHeaders(arrival: Arrival, auditId: string | undefined): Record<string, string> {
  return {
    'CF-Ray': arrival.ray,
    'CF-Cache-Status': 'DYNAMIC',
    'api-version': API_VERSION,
    ...(auditId === undefined || auditId === '' ? {} : { 'cf-auditlog-id': auditId }),
    ...(arrival.path.startsWith(`${API_PREFIX}/zones`)
      ? { 'Cache-Control': 'no-store, no-cache, must-revalidate' }
      : {}),
    Server: 'cloudflare',
  };
}

function writeLog(core: Core, arrival: Arrival, outcome: Outcome | undefined): RequestEntry {
  const { request, match, fault } = arrival;
  const caller = outcome?.caller;
  const userAgent = request.headers['user-agent'];
  return core.log.add({
    at: core.world.clock.stamp(),
    method: request.method,
    url: request.url,
    route: match.kind === 'found' ? routeKey(match.route) : 'unknown',
    ray: arrival.ray,
    ...(caller === undefined ? {} : { budgetKey: budgetKeyOf(caller), credential: credentialOf(caller) }),
    ...(userAgent === undefined ? {} : { userAgent }),
    status: outcome?.reply.status ?? 0,
    errorCodes: outcome?.errorCodes ?? [],
    wrote: outcome?.wrote ?? false,
    ...(fault === undefined ? {} : { fault: fault.kind }),
    requestBytes: request.body.length,
    durationMs: performance.now() - arrival.startedAt,
  });
}

/** How many record lists of a zone are still to be answered from the state before a write. */
const staleReads = new WeakMap<Zone, number>();

function keepStale(core: Core, arrival: Arrival, reads: number): ((wrote: boolean) => void) | undefined {
  const { match } = arrival;
  const zone = match.kind === 'found' ? core.world.zone(match.params['zone_id'] ?? '') : undefined;
  if (zone === undefined || reads < 1) return undefined;
  const copy = new RecordStore();
  for (const entry of zone.records.entries()) copy.put(entry);
  return (wrote) => {
    if (!wrote) return;
    zone.staleRecords = copy;
    staleReads.set(zone, reads);
  };
}

function countStaleRead(arrival: Arrival, outcome: Outcome): void {
  const { match } = arrival;
  const { zone } = outcome;
  if (zone?.staleRecords === undefined || match.kind !== 'found') return;
  if (routeKey(match.route) !== 'GET /zones/{zone_id}/dns_records') return;
  const left = (staleReads.get(zone) ?? 1) - 1;
  staleReads.set(zone, left);
  if (left <= 0) zone.staleRecords = undefined;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
