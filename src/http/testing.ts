/** A sandbox, an engine and the HTTP edge on it, without a socket, for the tests of this room. */

import type { Zoneward } from '../app/open-zoneward.ts';
import type { ApiKey, JobRunner, Scope } from '../app/re-exports.ts';
import { createHttpApp, type HttpApp, type HttpOptions } from './app.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` where it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface Ask {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Edge {
  readonly app: HttpApp;
  readonly failures: unknown[];
  ask(method: string, path: string, ask?: Ask): Promise<Answer>;
  makeKey(
    tenant: string | null,
    scopes: readonly Scope[],
    reach?: Partial<ApiKey['reach']>,
  ): Promise<{ readonly id: string; readonly secret: string }>;
  /** Asks until the job has ended, or fails the test. */
  ended(job: Answer, key: string): Promise<Answer>;
  readonly runner: JobRunner;
}

const JOB_WAIT_MAX_MS = 30_000;

export function openEdge(zoneward: Zoneward, options: Partial<HttpOptions> = {}): Edge {
  const failures: unknown[] = [];
  const app = createHttpApp({
    zoneward,
    checkAnswers: true,
    rate: { quota: 1_000_000, windowSeconds: 60 },
    strangersRate: { quota: 1_000_000, windowSeconds: 60 },
    log: { request: () => {}, failure: (error) => failures.push(error) },
    ...options,
  });
  const ask: Edge['ask'] = async (method, path, { key, body, headers = {} } = {}) => {
    const response = await app.request(path, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
  return {
    app,
    failures,
    ask,
    makeKey: async (tenant, scopes, reach = {}) => {
      const { key, secret } = await zoneward.apiKeys.create(tenant, { label: 'test', scopes, reach });
      return { id: key.id, secret: secret.reveal() };
    },
    ended: async (job, key) => {
      const until = Date.now() + JOB_WAIT_MAX_MS;
      for (;;) {
        const seen = await ask('GET', `/v1/jobs/${job.body.id}`, { key });
        if (['done', 'failed', 'cancelled'].includes(seen.body.state)) return seen;
        if (Date.now() > until) throw new Error(`The job has not ended: ${seen.text}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    runner: zoneward.jobs.work(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
