/**
 * Traces by OpenTelemetry: spans for requests, jobs and calls to Cloudflare. Loaded only where
 * `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one for traces) is set; what else `OTEL_…` says, the SDK reads by itself. A host
 * that has set up OpenTelemetry hands in its own tracer instead, and spans join its traces.
 *
 * Spans hold methods, patterns of routes, statuses, ray ids and our own ids. Never a path, a body, a header or a name.
 */
import { ZonewardError } from '../base/errors.ts';
import type { CallReport, UsageSink } from '../cloudflare/ports.ts';
import type { Environment } from './config.ts';

export type SpanValue = string | number | boolean;
export type SpanFacts = Readonly<Record<string, SpanValue | null>>;

export interface Tracing {
  /** Runs `work` in a span of which other spans inside are parts. What it throws marks the span as failed. */
  span<T>(
    name: string,
    options: {
      readonly kind: 'server' | 'internal';
      readonly facts?: SpanFacts;
      /** Headers of a request, which may name the span that it belongs to. */
      readonly parent?: Headers;
    },
    work: (add: (facts: SpanFacts) => void) => Promise<T>,
  ): Promise<T>;
  /** Calls to Cloudflare, each as a span, on their way to where they are counted. */
  watch(sink: UsageSink): UsageSink;
  /** Sends what has not been sent. */
  close(): Promise<void>;
}

/** The slices of `@opentelemetry/api` that are used. */
interface OtelSpan {
  setAttributes(attributes: Readonly<Record<string, SpanValue>>): unknown;
  setStatus(status: { readonly code: number }): unknown;
  end(endTime?: number): void;
}

interface OtelApi {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: object): OtelSpan;
      startActiveSpan<T>(name: string, options: object, context: unknown, work: (span: OtelSpan) => T): T;
    };
  };
  readonly context: { active(): unknown };
  readonly propagation: { extract(context: unknown, carrier: Readonly<Record<string, string>>): unknown };
}

interface OtelSdk {
  readonly NodeSDK: new (options: object) => { start(): void; shutdown(): Promise<void> };
}

const NAME = 'zoneward';
/** As the API numbers them. */
const KINDS = { internal: 0, server: 1, client: 2 } as const;
const FAILED = 2;
const PARENT_HEADERS = ['traceparent', 'tracestate'];

export const NO_TRACING: Tracing = {
  span: (_name, _options, work) => work(() => {}),
  watch: (sink) => sink,
  close: async () => {},
};

/** Throws `tracing-unavailable` where traces are asked for and the packages are not there. */
export async function openTracing(environment: Environment): Promise<Tracing> {
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  if (endpoint === '' || environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return NO_TRACING;
  const { NodeSDK } = await load<OtelSdk>('@opentelemetry/sdk-node');
  const api = await load<OtelApi>('@opentelemetry/api');
  const named = environment['OTEL_SERVICE_NAME'] ?? '';
  // Only traces: figures are at /metrics, logs on standard error.
  const sdk = new NodeSDK({
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
    ...(named === '' ? { serviceName: NAME } : {}),
  });
  sdk.start();
  // A collector that is gone must not hold up the end of the process.
  return tracingOn(api, () => sdk.shutdown().catch(() => undefined));
}

async function load<Package>(name: string): Promise<Package> {
  try {
    return (await import(name)) as Package;
  } catch (cause) {
    throw new ZonewardError(`Traces need the package ${name}.`, {
      code: 'tracing-unavailable',
      kind: 'input',
      next: [
        'npm install @opentelemetry/api @opentelemetry/sdk-node',
        'or unset OTEL_EXPORTER_OTLP_ENDPOINT',
      ],
      cause,
    });
  }
}

/** On an API whose SDK is set up already: what a host hands in. */
export function tracingOn(api: OtelApi, close: () => Promise<void> = async () => {}): Tracing {
  const tracer = api.trace.getTracer(NAME);
  return {
    span: (name, { kind, facts = {}, parent }, work) => {
      const options = { kind: KINDS[kind], attributes: present(facts) };
      return tracer.startActiveSpan(name, options, contextOf(api, parent), async (span) => {
        try {
          return await work((more) => span.setAttributes(present(more)));
        } catch (error) {
          span.setStatus({ code: FAILED });
          span.setAttributes({ 'error.type': codeOf(error) });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    watch: (sink) => ({
      report: (call) => {
        endedCall(tracer, call);
        sink.report(call);
      },
    }),
    close,
  };
}

function contextOf(api: OtelApi, headers: Headers | undefined): unknown {
  const active = api.context.active();
  if (headers === undefined) return active;
  const carrier = PARENT_HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return carrier.length === 0 ? active : api.propagation.extract(active, Object.fromEntries(carrier));
}

/** A call is told when it has ended, within the span that it was made in. */
function endedCall(tracer: ReturnType<OtelApi['trace']['getTracer']>, call: CallReport): void {
  const endedAt = Date.now();
  const span = tracer.startSpan(`cloudflare ${call.method} ${call.route}`, {
    kind: KINDS.client,
    startTime: endedAt - call.durationMs,
    attributes: present({
      'http.request.method': call.method,
      'url.template': call.route,
      'http.response.status_code': call.status,
      'cloudflare.ray': call.ray,
      'error.type': call.error,
      'zoneward.budget_left': call.budgetLeft,
    }),
  });
  if (call.error !== null) span.setStatus({ code: FAILED });
  span.end(endedAt);
}

function present(facts: SpanFacts): Record<string, SpanValue> {
  const known = Object.entries(facts).filter((entry): entry is [string, SpanValue] => entry[1] !== null);
  return Object.fromEntries(known);
}

/** Never a message: it may quote what somebody gave. */
function codeOf(error: unknown): string {
  if (error instanceof ZonewardError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
