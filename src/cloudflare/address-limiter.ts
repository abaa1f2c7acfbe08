/**
 * Cloudflare's limit per client address: 200 requests a second (cloudflare-api §2.3), whoever makes them. One
 * limiter serves all credentials of a process; hosts that run several processes behind one address give each its
 * share.
 */
import type { Clock } from '../base/clock.ts';

/** Below 200, for what arrives closer together than it left. */
export const ADDRESS_CALLS_PER_SECOND = 180;
const SECOND_MS = 1_000;
/** A slot further ahead than this can only come from a clock that jumped back. */
const AHEAD_MAX_MS = 60_000;

export interface AddressLimiter {
  /** Resolves when a request may leave; in order of asking. Rejects with the signal's reason. */
  acquire(signal?: AbortSignal): Promise<void>;
}

/** In any second at most `callsPerSecond` requests pass. */
export function createAddressLimiter(options: {
  readonly clock: Clock;
  readonly callsPerSecond?: number;
}): AddressLimiter {
  const { clock } = options;
  const size = Math.max(1, Math.floor(options.callsPerSecond ?? ADDRESS_CALLS_PER_SECOND));
  // The times of the last `size` requests, in a ring: a new one leaves a second after the oldest at the earliest.
  const times = new Array<number>(size).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return {
    acquire: async (signal) => {
      signal?.throwIfAborted();
      const now = clock.now();
      const oldest = times[next] ?? Number.NEGATIVE_INFINITY;
      const slot = oldest > now + AHEAD_MAX_MS ? now : Math.max(now, oldest + SECOND_MS);
      times[next] = slot;
      next = (next + 1) % size;
      if (slot > now) await clock.sleep(slot - now, signal);
    },
  };
}
