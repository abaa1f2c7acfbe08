/**
 * Every request that reached the sandbox, in order: the judge in tests of budgets and crashes. `wrote` tells whether
 * the request changed state, whatever its client was told.
 */
import { REQUEST_LOG_MAX } from '../constants.ts';

export interface RequestEntry {
  readonly number: number;
  /** By the sandbox's clock. */
  readonly at: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** `GET /zones/{zone_id}`, or `unknown`. */
  readonly route: string;
  readonly ray: string;
  /** Whose budget it was counted on; absent when authentication failed. */
  readonly budgetKey?: string;
  readonly credential?: string;
  readonly userAgent?: string;
  /** HTTP status, 0 when the connection was cut instead. */
  status: number;
  readonly errorCodes: readonly number[];
  wrote: boolean;
  /** The fault that struck, if one did. */
  readonly fault?: string;
  readonly requestBytes: number;
  durationMs: number;
}

export interface RequestCounts {
  readonly total: number;
  readonly writes: number;
  readonly rateLimited: number;
  readonly byRoute: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
}

export class RequestLog {
  #entries: RequestEntry[] = [];
  #next = 1;
  #total = 0;
  #rateLimited = 0;
  #byRoute = new Map<string, number>();
  #byStatus = new Map<string, number>();

  add(entry: Omit<RequestEntry, 'number'>): RequestEntry {
    const numbered: RequestEntry = { number: this.#next, ...entry };
    this.#next += 1;
    this.#total += 1;
    if (entry.status === 429) this.#rateLimited += 1;
    bump(this.#byRoute, entry.route);
    bump(this.#byStatus, String(entry.status));
    this.#entries.push(numbered);
    if (this.#entries.length > REQUEST_LOG_MAX * 1.1) this.#entries = this.#entries.slice(-REQUEST_LOG_MAX);
    return numbered;
  }

  entries(since = 0): readonly RequestEntry[] {
    return since <= 0 ? [...this.#entries] : this.#entries.filter((entry) => entry.number > since);
  }

  counts(): RequestCounts {
    return {
      total: this.#total,
      writes: this.#entries.reduce((sum, entry) => sum + (entry.wrote ? 1 : 0), 0),
      rateLimited: this.#rateLimited,
      byRoute: Object.fromEntries(this.#byRoute),
      byStatus: Object.fromEntries(this.#byStatus),
    };
  }

  clear(): void {
    this.#entries = [];
    this.#total = 0;
    this.#rateLimited = 0;
    this.#byRoute = new Map();
    this.#byStatus = new Map();
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
