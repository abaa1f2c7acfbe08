/**
 * What this room's tests share: time that runs only when everybody waits, chance from a seed, a `fetch` that
 * answers from a script. No part of the product imports it.
 */
import type { Clock, Random } from '../base/clock.ts';
import type { Fetch } from './attempt.ts';
import type { CallReport, UsageSink } from './ports.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  wake(): void;
}

/** A clock whose time jumps to the next sleeper's hour once all other work is done. */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #sleepers: Sleeper[] = [];

  constructor(startMs = 1_800_000_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  /** Also backwards. */
  jump(ms: number): void {
    this.#now += ms;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const sleeper: Sleeper = {
        at: this.#now + Math.max(0, ms),
        order: this.#order,
        wake: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        reject(signal?.reason);
      };
      this.#order += 1;
      signal?.addEventListener('abort', leave, { once: true });
      this.#sleepers.push(sleeper);
    });
  }

  /** Lets time run until `work` is done. Fails when nobody sleeps and it still is not. */
  async run<Result>(work: Promise<Result>): Promise<Result> {
    let done = false;
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => undefined);
    let idle = 0;
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      if (done) break;
      const next = this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order).shift();
      if (next === undefined) {
        idle += 1;
        if (idle > 2_000) throw new Error('the work waits for something that is not this clock');
        continue;
      }
      idle = 0;
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
    return settled;
  }
}

/** A generator with a seed (mulberry32): the same numbers every time. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
}

export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string | null;
}

export type Script = (request: SentRequest, index: number) => Response | Promise<Response>;

/** A `fetch` that answers by script and keeps what was sent. */
export function scriptedFetch(script: Script): { readonly fetch: Fetch; readonly sent: SentRequest[] } {
  const sent: SentRequest[] = [];
  return {
    sent,
    fetch: async (url, init) => {
      const body = typeof init.body === 'string' ? init.body : null;
      const request = { method: init.method ?? 'GET', url, headers: new Headers(init.headers), body };
      sent.push(request);
      return await script(request, sent.length - 1);
    },
  };
}

/** An answer in Cloudflare's envelope. */
export function envelope(
  result: unknown,
  more: {
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly info?: unknown;
    readonly errors?: readonly { code: number; message: string }[];
  } = {},
): Response {
  const errors = more.errors ?? [];
  const json = { result, success: errors.length === 0, errors, messages: [], result_info: more.info };
  return new Response(JSON.stringify(json), {
    status: more.status ?? 200,
    headers: { 'content-type': 'application/json', 'cf-ray': '8c0ffee000000001-TST', ...more.headers },
  });
}

export function refusal(
  status: number,
  code: number,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return envelope(null, { status, errors: [{ code, message }], headers });
}

export function collectUsage(): UsageSink & { readonly calls: CallReport[] } {
  const calls: CallReport[] = [];
  return { calls, report: (call) => calls.push(call) };
}
