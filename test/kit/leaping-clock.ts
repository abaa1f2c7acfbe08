/** A clock on which every sleep is over at once, and as long as it was meant to be: leases and quiet periods run out. */
import type { Clock } from '../../src/base/clock.ts';

export function leapingClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      ahead += Math.max(0, ms);
    },
  };
}
