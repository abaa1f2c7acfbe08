/**
 * The global limit: so many requests per window and user (or account-owned token), summed over all credentials of
 * that user; who exceeds it is blocked for a whole window. Windows are fixed: the first request opens one, and the
 * headers announce what is left of it and the seconds to its end. Beside it the limit per client address and second,
 * whoever asks; the headers do not speak of it. All by the sandbox's clock.
 */
import { ApiError } from '../api-error.ts';
import type { SandboxClock } from '../clock.ts';
import { ADDRESS_QUOTA_PER_SECOND, RATE_POLICY_NAME, SECOND_MS } from '../constants.ts';

export interface RatePolicy {
  readonly quota: number;
  readonly windowSeconds: number;
  /** Requests per second and client address. Default 200. */
  readonly addressPerSecond?: number;
}

interface Window {
  startedAt: number;
  spent: number;
  blockedUntil: number;
}

export interface RateState {
  readonly key: string;
  readonly spent: number;
  readonly remaining: number;
  readonly resetSeconds: number;
  readonly blocked: boolean;
}

export class RateLimiter {
  #policy: RatePolicy | undefined;
  readonly #clock: SandboxClock;
  readonly #windows = new Map<string, Window>();
  /** Requests by client address in the second that began at `#secondStartedAt`. */
  #addresses = new Map<string, number>();
  #secondStartedAt = 0;

  constructor(clock: SandboxClock, policy: RatePolicy | undefined) {
    this.#clock = clock;
    this.#policy = policy;
  }

  get policy(): RatePolicy | undefined {
    return this.#policy;
  }

  /** Takes another policy from now on; everybody starts with a fresh window. */
  setPolicy(policy: RatePolicy | undefined): void {
    this.#policy = policy;
    this.#windows.clear();
    this.#addresses.clear();
  }

  /**
   * Counts one request of a client address. Throws the 429 for those above the limit.
   * [U] The body is that of the other limit, and nothing is blocked beyond the second.
   */
  countAddress(address: string): void {
    if (this.#policy === undefined) return;
    const now = this.#clock.now();
    if (now < this.#secondStartedAt || now >= this.#secondStartedAt + SECOND_MS) {
      this.#secondStartedAt = now;
      this.#addresses = new Map();
    }
    const count = (this.#addresses.get(address) ?? 0) + 1;
    this.#addresses.set(address, count);
    if (count > (this.#policy.addressPerSecond ?? ADDRESS_QUOTA_PER_SECOND)) throw tooManyRequests(1);
  }

  /** Counts one request. Throws the 429 when the key is, or thereby becomes, blocked. */
  spend(key: string, count = 1): void {
    const policy = this.#policy;
    if (policy === undefined) return;
    const window = this.#window(key, policy);
    const now = this.#clock.now();
    if (now < window.blockedUntil) throw tooManyRequests((window.blockedUntil - now) / 1000);
    window.spent += count;
    if (window.spent > policy.quota) {
      window.blockedUntil = now + policy.windowSeconds * 1000;
      throw tooManyRequests(policy.windowSeconds);
    }
  }

  /** Traffic of others on the same budget: counted, never answered, blocks like any other. */
  spendForeign(key: string, count: number): void {
    try {
      this.spend(key, count);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  /** Blocks a key as if it had exceeded the limit. */
  block(key: string, seconds: number): void {
    const policy = this.#policy ?? { quota: 0, windowSeconds: seconds };
    this.#window(key, policy).blockedUntil = this.#clock.now() + seconds * 1000;
  }

  /** Throws the 429 of a block that holds for so many more seconds. */
  refuse(seconds: number): never {
    throw tooManyRequests(seconds);
  }

  blockedSeconds(key: string): number {
    const until = this.#windows.get(key)?.blockedUntil ?? 0;
    return Math.max(0, (until - this.#clock.now()) / 1000);
  }

  headers(key: string): Record<string, string> {
    const policy = this.#policy;
    if (policy === undefined) return {};
    const state = this.#stateOf(key, policy);
    return {
      Ratelimit: `"${RATE_POLICY_NAME}";r=${state.remaining};t=${state.resetSeconds}`,
      'Ratelimit-Policy': `"${RATE_POLICY_NAME}";q=${policy.quota};w=${policy.windowSeconds}`,
    };
  }

  states(): readonly RateState[] {
    const policy = this.#policy;
    if (policy === undefined) return [];
    return [...this.#windows.keys()].map((key) => this.#stateOf(key, policy));
  }

  #stateOf(key: string, policy: RatePolicy): RateState {
    const window = this.#window(key, policy);
    const now = this.#clock.now();
    const blocked = now < window.blockedUntil;
    const end = blocked ? window.blockedUntil : window.startedAt + policy.windowSeconds * 1000;
    return {
      key,
      spent: window.spent,
      remaining: blocked ? 0 : Math.max(0, policy.quota - window.spent),
      resetSeconds: Math.max(0, Math.ceil((end - now) / 1000)),
      blocked,
    };
  }

  #window(key: string, policy: RatePolicy): Window {
    const now = this.#clock.now();
    const known = this.#windows.get(key);
    const blockEnded = known !== undefined && known.blockedUntil > 0 && now >= known.blockedUntil;
    const over =
      known === undefined ||
      blockEnded ||
      // A clock set backwards opens a fresh window too.
      now < known.startedAt ||
      (now >= known.startedAt + policy.windowSeconds * 1000 && now >= known.blockedUntil);
    if (!over) return known;
    const fresh = { startedAt: now, spent: 0, blockedUntil: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

/** The block as answered since 2025: code 971, whole seconds to wait in `retry-after`. */
export function tooManyRequests(retryAfterSeconds: number): ApiError {
  return new ApiError(
    429,
    { code: 971, message: 'Please wait and consider throttling your request speed' },
    { 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) },
  );
}
