/**
 * Stops calling a Cloudflare that is down, per credential. Only failures of the world count (no answer, 5xx):
 * a refusal is an answer.
 *
 * ```
 * closed ──FAILURES_MAX in a row──→ open ──after the pause──→ half-open ──success──→ closed
 *                                    ↑                            └──failure: a longer pause──┐
 *                                    └────────────────────────────────────────────────────────┘
 * ```
 */
import type { Clock } from '../base/clock.ts';

export const FAILURES_MAX = 6;
const PAUSE_MS = 5_000;
const PAUSE_MAX_MS = 120_000;

export class CircuitBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntilMs: number | null = null;
  #pauseMs = PAUSE_MS;
  #probing = false;

  constructor(options: { readonly clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Milliseconds until a call may be tried; 0 when one may go now. After the pause one caller goes, alone. */
  enter(): number {
    if (this.#openUntilMs === null) return 0;
    const now = this.#clock.now();
    // A pause that ends beyond the longest possible one comes from a clock that jumped back.
    const waitMs = Math.min(this.#openUntilMs - now, PAUSE_MAX_MS);
    if (waitMs > 0) return waitMs;
    if (this.#probing) return this.#pauseMs;
    this.#probing = true;
    return 0;
  }

  /** The world answered, whatever it said. */
  succeeded(): void {
    this.#failures = 0;
    this.#openUntilMs = null;
    this.#pauseMs = PAUSE_MS;
    this.#probing = false;
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures < FAILURES_MAX) return;
    if (this.#openUntilMs !== null) this.#pauseMs = Math.min(this.#pauseMs * 2, PAUSE_MAX_MS);
    this.#openUntilMs = this.#clock.now() + this.#pauseMs;
    this.#probing = false;
  }

  /** The call that `enter` let through ended before it was sent: it showed nothing. */
  abandoned(): void {
    this.#probing = false;
  }
}
