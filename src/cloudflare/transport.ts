/**
 * How every request reaches Cloudflare: authenticated, within the shared budget, retried where that is safe,
 * written to the usage log, its failure mapped to an error of ours.
 *
 * ```
 * send ─→ circuit closed? ─→ budget (waits) ─→ client address (waits) ─→ one attempt ─→ report, log
 *  ↑                                                                         │
 *  └──────────── back-off ←── retry? ←── failed ────────────────────────────┤
 *                                                                  answered ─┴→ parsed answer
 * ```
 *
 * sdk.ts puts it under the official SDK, as its `fetch`.
 */
import type { Clock, Random } from '../base/clock.ts';
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { CallOptions, CloudflareFault } from '../domains/cloudflare-call.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { AddressLimiter } from './address-limiter.ts';
import { type AttemptOutcome, attemptOnce, type Fetch, type RequestBody } from './attempt.ts';
import { authHeaders, scrubberOf } from './auth.ts';
import type { BudgetGate, Permit } from './budget-gate.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { describeFailure } from './connection-failure.ts';
import { EMPTY_ENVELOPE, type Envelope, readEnvelope } from './envelope.ts';
import { type CallFacts, circuitOpenError, errorFromAnswer, errorFromSilence, isWrite } from './errors.ts';
import type { UsageSink } from './ports.ts';
import { observe, retryAfterMs } from './rate-headers.ts';
import { decideRetry, type Failure } from './retry.ts';

export const DEFAULT_TIMEOUT_MS = 60_000;
export const USER_AGENT = 'zoneward';

export interface TransportOptions {
  readonly credential: Credential;
  readonly fetch: Fetch;
  readonly gate: BudgetGate;
  readonly address: AddressLimiter;
  readonly breaker: CircuitBreaker;
  readonly clock: Clock;
  readonly random: Random;
  readonly usage: UsageSink | null;
  readonly timeoutMs: number;
}

export interface TransportRequest {
  readonly url: string;
  readonly method: string;
  /** The template of the path. */
  readonly route: string;
  readonly body: RequestBody | null;
  readonly headers: Readonly<Record<string, string>>;
  /** `text`: the answer is no envelope (a zone file). */
  readonly expect: 'json' | 'text';
  readonly options: CallOptions;
}

export interface TransportAnswer {
  readonly status: number;
  readonly text: string;
  /** Null for a text. */
  readonly envelope: Envelope | null;
  readonly ray: string | null;
  readonly auditLogId: string | null;
}

export interface Transport {
  /** One call. Throws `ZonewardError` with a `CloudflareErrorCode`; an aborted read throws the signal's reason. */
  send(request: TransportRequest): Promise<TransportAnswer>;
}

export function createTransport(transport: TransportOptions): Transport {
  // Made once: a malformed credential is refused before the first wait, and the secret is revealed in one place.
  let auth: Record<string, string> | null = null;
  const scrub = scrubberOf(transport.credential);
  return {
    send: async (request) => {
      auth ??= authHeaders(transport.credential);
      const headers = { ...request.headers, ...auth, 'User-Agent': USER_AGENT };
      const startedMs = transport.clock.now();
      const latestMs = startedMs + (request.options.sendWithinMs ?? Number.POSITIVE_INFINITY);
      for (let attempts = 1; ; attempts += 1) {
        const result = await attempt(transport, { ...request, headers, latestMs }, scrub);
        if ('answer' in result) return result.answer;
        const elapsedMs = transport.clock.now() - startedMs;
        const context = { write: isWrite(request.method), attempts, elapsedMs };
        const decision = decideRetry(result.failure, context, transport.random);
        if (!decision.retry || startedMs + elapsedMs + decision.delayMs > latestMs) throw result.error;
        await sleepOr(transport.clock, decision.delayMs, request.options.signal, result.error);
      }
    },
  };
}

type AttemptResult =
  | { readonly answer: TransportAnswer }
  | { readonly error: unknown; readonly failure: Failure };

/** With the time by which it must have left, by the transport's clock. */
interface DueRequest extends TransportRequest {
  readonly latestMs: number;
}

async function attempt(
  transport: TransportOptions,
  request: DueRequest,
  scrub: (text: string) => string,
): Promise<AttemptResult> {
  const { clock, breaker, timeoutMs, fetch } = transport;
  const { method, url, headers, body } = request;
  const { signal } = request.options;
  const permit = await admit(transport, request);
  const startedMs = clock.now();
  const outcome = await attemptOnce(fetch, { url, method, headers, body, timeoutMs, signal });
  const answered = outcome.kind === 'answered' ? outcome : null;
  if (outcome.kind === 'not-sent') permit.giveBack();
  else permit.report(answered === null ? null : observe({ ...answered, now: clock.now() }));
  const result = judge(request, outcome, scrub, clock.now());
  if ('answer' in result || result.failure.kind === 'final' || result.failure.kind === 'rate-limited') {
    if (outcome.kind === 'answered') breaker.succeeded();
    else breaker.abandoned();
  } else {
    breaker.failed();
  }
  log(transport, request, { outcome, result, startedMs });
  return result;
}

/** Waits until the request may leave. Throws when it may not; then nothing was sent. */
async function admit(
  transport: TransportOptions,
  { method, route, options, latestMs }: DueRequest,
): Promise<Permit> {
  const { gate, address, breaker, clock } = transport;
  const call: CallFacts = { method, route };
  const { lane, signal } = options;
  const openMs = breaker.enter();
  if (openMs > 0) throw circuitOpenError(call, openMs);
  let permit: Permit | null = null;
  try {
    permit = await gate.acquire(lane, { signal, latestMs });
    await address.acquire(signal);
    if (clock.now() > latestMs) throw tooLateError(call);
    return permit;
  } catch (error) {
    breaker.abandoned();
    permit?.giveBack();
    if (signal?.aborted === true) throw abortError(call, signal);
    throw notAdmitted(call, error);
  }
}

/** The permit came in time, the turn of this address did not. */
function tooLateError(call: CallFacts): ZonewardError {
  return new ZonewardError(`${call.method} ${call.route} could not leave in time; it was not sent`, {
    code: 'cloudflare-rate-limited',
    kind: 'temporary',
    next: ['Try again.'],
    details: { ...call, retryAfterMs: 0 },
  });
}

/** What the gate or its store threw, with the call's facts; a write learns that it was not sent. */
function notAdmitted(call: CallFacts, error: unknown): unknown {
  if (isZonewardError(error) && (error.code.startsWith('cloudflare-') || !isWrite(call.method))) {
    const { code, kind, next } = error;
    return new ZonewardError(error.message, { code, kind, next, details: { ...call, ...error.details } });
  }
  if (!isWrite(call.method)) return error;
  const why = error instanceof Error ? error.message : 'the budget could not be asked';
  return new ZonewardError(`${call.method} ${call.route} was not sent: ${why}`, {
    code: 'cloudflare-not-sent',
    kind: isZonewardError(error) ? error.kind : 'internal',
    next: isZonewardError(error) ? error.next : [],
    details: { ...call },
    cause: error,
  });
}

/** An aborted write must say that it was not sent; an aborted read says what it was aborted with. */
function abortError(call: CallFacts, signal: AbortSignal): unknown {
  if (!isWrite(call.method)) return signal.reason;
  return errorFromSilence(call, { sent: false, why: 'cancelled', aborted: true });
}

function judge(
  request: TransportRequest,
  outcome: AttemptOutcome,
  scrub: (text: string) => string,
  now: number,
): AttemptResult {
  const call: CallFacts = { method: request.method, route: request.route };
  if (outcome.kind !== 'answered') {
    const sent = outcome.kind === 'unanswered';
    const { aborted, cause } = outcome;
    if (aborted && !isWrite(call.method)) return { error: cause, failure: FINAL };
    const why = aborted ? 'cancelled' : scrub(describeFailure(cause));
    const ray = outcome.kind === 'unanswered' ? (outcome.headers?.get('cf-ray') ?? null) : null;
    const error = errorFromSilence(call, { sent, why, aborted, ray });
    if (aborted) return { error, failure: FINAL };
    return { error, failure: { kind: sent ? 'passing' : 'not-sent', retryAfterMs: null } };
  }
  const { status, headers, text } = outcome;
  const ray = headers.get('cf-ray');
  const success = status >= 200 && status < 300;
  if (success && request.expect === 'text') return { answer: answerOf(outcome, null) };
  const envelope = status === 204 ? EMPTY_ENVELOPE : readEnvelope(text);
  if (success && envelope?.success === true) return { answer: answerOf(outcome, envelope) };
  const waitMs = retryAfterMs(headers.get('retry-after'), now);
  const failed = {
    status,
    faults: (envelope?.errors ?? []).map((fault) => ({ ...fault, message: scrub(fault.message) })),
    ray,
    enveloped: envelope !== null,
    retryAfterMs: waitMs,
  };
  const error = errorFromAnswer(call, failed);
  return { error, failure: { kind: failureKind(error), retryAfterMs: waitMs } };
}

const FINAL: Failure = { kind: 'final', retryAfterMs: null };

function failureKind(error: ZonewardError): Failure['kind'] {
  if (error.code === 'cloudflare-rate-limited') return 'rate-limited';
  return error.code === 'cloudflare-unavailable' || error.code === 'cloudflare-unanswered'
    ? 'passing'
    : 'final';
}

function answerOf(
  { status, headers, text }: AttemptOutcome & { kind: 'answered' },
  envelope: Envelope | null,
): TransportAnswer {
  return {
    status,
    text,
    envelope,
    ray: headers.get('cf-ray'),
    auditLogId: headers.get('cf-auditlog-id'),
  };
}

function log(
  { usage, gate, clock }: TransportOptions,
  { method, route }: TransportRequest,
  call: { readonly outcome: AttemptOutcome; readonly result: AttemptResult; readonly startedMs: number },
): void {
  const { outcome, result, startedMs } = call;
  const answered = outcome.kind === 'answered' ? outcome : null;
  usage?.report({
    at: startedMs,
    method,
    route,
    status: answered?.status ?? null,
    durationMs: Math.max(0, clock.now() - startedMs),
    ray: answered?.headers.get('cf-ray') ?? null,
    error: 'answer' in result ? null : errorName(result.error),
    budgetLeft: gate.left,
  });
}

/** Cloudflare's first code, or ours. */
function errorName(error: unknown): string {
  if (!isZonewardError(error)) return 'cancelled';
  const faults = error.details['faults'] as readonly CloudflareFault[] | undefined;
  const first = faults?.[0]?.code;
  return first === undefined ? error.code : String(first);
}

/** Waits before the next attempt; when aborted meanwhile, the last attempt's error stands. */
async function sleepOr(
  clock: Clock,
  delayMs: number,
  signal: AbortSignal | undefined,
  error: unknown,
): Promise<void> {
  if (delayMs <= 0) return;
  try {
    await clock.sleep(delayMs, signal);
  } catch (reason) {
    throw signal?.aborted === true ? error : reason;
  }
}
