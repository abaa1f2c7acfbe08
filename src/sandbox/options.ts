/** Options of `startSandbox`, and their validation: a wrong one is said clearly, before anything listens. */

import type { TimeSource } from './clock.ts';
import { type Behaviour, DEFAULT_BEHAVIOUR, PLAN_NAMES, type PlanName } from './constants.ts';
import type { Fault } from './control/faults.ts';
import type { RatePolicy } from './http/rate-limit.ts';
import { SandboxInputError } from './input-error.ts';
import { checkShape, is, type Shape } from './shape.ts';
import type { SandboxSeed } from './state/seed.ts';

export interface SandboxOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Of the API. Default 0: any free port. */
  readonly port?: number;
  /** Of the DNS server, UDP and TCP. Default 0: any free port; `false`: none. */
  readonly dnsPort?: number | false;
  /** Plan of seeded zones that do not name one. Default `free`. */
  readonly plan?: PlanName;
  /** A value, a JSON file, or zone files. */
  readonly seed?: SandboxSeed | string | readonly string[];
  /** Keeps the state here; what it holds wins over `seed`. */
  readonly stateFile?: string;
  /** The secret of the full-rights token; made up when absent. */
  readonly token?: string;
  /** The account that everything belongs to. */
  readonly account?: { readonly id?: string; readonly name?: string };
  /** Delays each answer by this much real time. */
  readonly latencyMs?: number;
  /** Default 1,200 requests per 300 seconds, and 200 per second and client address; `false`: none. */
  readonly rateLimit?: RatePolicy | false;
  /** Failures to begin with. */
  readonly faults?: readonly Fault[];
  /** Opens the control path `/__sandbox/…`. Default off. */
  readonly control?: boolean;
  /** Serves HTTPS with a certificate of its own. */
  readonly tls?: boolean;
  /** Where time comes from. Default the system's. */
  readonly clock?: TimeSource;
  /** What the registrar shows for zones made through the API. Default `assigned`: they become active. */
  readonly delegation?: 'assigned' | 'none';
  /** Unverified behaviour ([U]) to have otherwise. */
  readonly behaviour?: Partial<Behaviour>;
  /** Takes loud lines (unknown routes, bugs). Default stderr. */
  readonly warn?: (line: string) => void;
}

function bad(message: string): SandboxInputError {
  return new SandboxInputError('bad-option', message);
}

/** Throws `SandboxInputError` for the first option that cannot be. */
export function checkOptions(options: SandboxOptions): void {
  checkPort('port', options.port);
  if (options.dnsPort !== false) checkPort('dnsPort', options.dnsPort);
  if (options.plan !== undefined && !PLAN_NAMES.includes(options.plan)) {
    throw bad(`plan must be one of ${PLAN_NAMES.join(', ')}, not ${String(options.plan)}.`);
  }
  const { latencyMs, rateLimit, token, account } = options;
  if (account?.id !== undefined && !is.id.test(account.id)) {
    throw bad(`account.id must be ${is.id.words}, not ${account.id}.`);
  }
  if (latencyMs !== undefined && !(latencyMs >= 0 && latencyMs <= 600_000)) {
    throw bad(`latencyMs must be between 0 and 600000, not ${latencyMs}.`);
  }
  if (rateLimit !== undefined) checkRateLimit(rateLimit);
  if (token !== undefined && !is.secret.test(token)) throw bad(`token must have ${is.secret.words}.`);
  for (const key of Object.keys(options.behaviour ?? {})) {
    if (!(key in DEFAULT_BEHAVIOUR)) throw bad(`There is no behaviour "${key}".`);
  }
}

function checkPort(name: string, port: number | undefined): void {
  if (port === undefined) return;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw bad(`${name} must be between 0 and 65535, not ${port}.`);
}

const RATE_SHAPE: Shape = { quota: is.anything, windowSeconds: is.anything, addressPerSecond: is.anything };

/** Also for the control path. */
export function checkRateLimit(value: RatePolicy | false): void {
  if (value === false) return;
  checkShape(value, RATE_SHAPE, { code: 'bad-option', what: 'rateLimit' });
  if (!(Number.isInteger(value.quota) && value.quota >= 1))
    throw bad('rateLimit.quota must be a whole number above 0.');
  if (!(value.windowSeconds > 0)) throw bad('rateLimit.windowSeconds must be above 0.');
  const { addressPerSecond } = value;
  if (addressPerSecond !== undefined && !(Number.isInteger(addressPerSecond) && addressPerSecond >= 1))
    throw bad('rateLimit.addressPerSecond must be a whole number above 0.');
}
