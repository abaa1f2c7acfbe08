/**
 * Scripted failures. A fault names a route, strikes a number of times after letting some requests pass, and is then
 * gone. What each kind does is carried out by `http/dispatch.ts`.
 */
import type { Router } from '../http/router.ts';
import { SandboxInputError } from '../input-error.ts';
import { checkShape, is, oneOf, type Shape } from '../shape.ts';

export type FaultKind =
  /** 429, and the caller is blocked for `seconds` (default: the window). */
  | { readonly kind: 'rate-limit'; readonly seconds?: number }
  /** An error page or envelope. `after` lets the write land first. */
  | {
      readonly kind: 'error';
      readonly status: number;
      /** Default `html`, as Cloudflare's gateways answer. */
      readonly body?: 'html' | 'json';
      readonly code?: number;
      readonly message?: string;
      readonly phase?: 'before' | 'after';
    }
  /** The connection is cut, before the write or after it landed. */
  | { readonly kind: 'reset'; readonly phase: 'before' | 'after' }
  /** The connection is cut at once; the write lands `delayMs` of real time later. */
  | { readonly kind: 'late-write'; readonly delayMs: number }
  /** The answer takes `delayMs` longer; the write lands at the end of it (`before`) or at its start (`after`). */
  | { readonly kind: 'slow'; readonly delayMs: number; readonly phase?: 'before' | 'after' }
  /** Half of the announced body, then the connection is cut. The write landed. */
  | { readonly kind: 'truncate' }
  /** Strikes a write: the zone's next `reads` record lists (default 1) still show the state before it. */
  | { readonly kind: 'stale-list'; readonly reads?: number }
  /** Strikes a record list: right after it someone adds (or removes) a record that sorts first. */
  | { readonly kind: 'shifting-list'; readonly how?: 'insert' | 'delete' };

export type Fault = FaultKind & {
  /** `POST /zones/{zone_id}/dns_records/batch`, a method alone (`POST`), or `*`. */
  readonly route: string;
  /** How often it strikes. Default 1. */
  readonly times?: number;
  /** How many matching requests pass first. Default 0. */
  readonly skip?: number;
};

export interface FaultState {
  readonly id: number;
  readonly fault: Fault;
  readonly struck: number;
  readonly passed: number;
}

interface Armed {
  readonly id: number;
  readonly fault: Fault;
  struck: number;
  passed: number;
}

const PHASE = oneOf('before', 'after');
/** What each kind takes beside `route`, `times` and `skip`. */
const KINDS: Readonly<Record<FaultKind['kind'], Shape>> = {
  'rate-limit': { seconds: is.number },
  error: {
    status: is.anything,
    body: oneOf('html', 'json'),
    code: is.count,
    message: is.text,
    phase: PHASE,
  },
  reset: { phase: PHASE },
  'late-write': { delayMs: is.number },
  slow: { delayMs: is.number, phase: PHASE },
  truncate: {},
  'stale-list': { reads: is.count },
  'shifting-list': { how: oneOf('insert', 'delete') },
};
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export class FaultBook {
  readonly #router: Router;
  #armed: Armed[] = [];
  #nextId = 1;

  constructor(router: Router) {
    this.#router = router;
  }

  /** Arms a fault and gives its number. Throws `SandboxInputError` for one that could never strike. */
  add(value: unknown): number {
    const fault = readFault(value);
    if (fault.route !== '*' && !METHODS.includes(fault.route) && !this.#router.has(fault.route)) {
      throw new SandboxInputError('unknown-route', `A fault for an unknown route: ${fault.route}`);
    }
    const id = this.#nextId;
    this.#nextId += 1;
    this.#armed.push({ id, fault, struck: 0, passed: 0 });
    return id;
  }

  list(): readonly FaultState[] {
    return this.#armed.map((armed) => ({ ...armed }));
  }

  remove(id: number): boolean {
    const before = this.#armed.length;
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
    return this.#armed.length < before;
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that strikes this request, if any: the first armed one that is due. */
  take(routeKey: string, method: string): Fault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.route !== '*' && fault.route !== method && fault.route !== routeKey) continue;
      if (armed.passed < (fault.skip ?? 0)) {
        armed.passed += 1;
        continue;
      }
      armed.struck += 1;
      if (armed.struck >= (fault.times ?? 1)) this.remove(armed.id);
      return fault;
    }
    return undefined;
  }
}

function readFault(value: unknown): Fault {
  const wrong = (message: string): never => {
    throw new SandboxInputError('bad-fault', message);
  };
  if (typeof value !== 'object' || value === null) return wrong('A fault must be an object.');
  const fault = value as Record<string, unknown>;
  if (typeof fault['route'] !== 'string') return wrong('A fault needs a route, e.g. "POST /zones".');
  const { kind } = fault;
  const shape =
    typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind as Fault['kind']] : undefined;
  if (shape === undefined) {
    return wrong(`A fault's kind must be one of ${Object.keys(KINDS).join(', ')}, not ${String(kind)}.`);
  }
  checkShape(
    fault,
    { route: is.text, kind: is.text, times: is.count, skip: is.count, ...shape },
    { code: 'bad-fault', what: `A fault of kind ${String(kind)}` },
  );
  if ((fault['kind'] === 'slow' || fault['kind'] === 'late-write') && fault['delayMs'] === undefined) {
    return wrong(`A fault of kind ${fault['kind']} needs delayMs.`);
  }
  if (fault['kind'] === 'reset' && fault['phase'] === undefined)
    return wrong('A reset needs a phase: before or after.');
  const { status } = fault;
  if (fault['kind'] === 'error' && !(typeof status === 'number' && status >= 400 && status <= 599)) {
    return wrong('A fault of kind error needs a status from 400 to 599.');
  }
  return value as Fault;
}
