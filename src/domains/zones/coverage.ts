/** How fresh an answer about many zones is, of zones that are at hand; `RecordFinder.coverage` counts them in the store. */
import type { Freshness } from './model.ts';
import type { Coverage } from './ports.ts';

export function coverageOf(all: readonly Freshness[]): Coverage {
  let oldest: number | null = null;
  for (const { verifiedAt } of all) {
    if (verifiedAt !== null) oldest = Math.min(oldest ?? verifiedAt, verifiedAt);
  }
  return {
    zones: all.length,
    neverRead: all.filter(({ verifiedAt }) => verifiedAt === null).length,
    stale: all.filter(({ staleSince }) => staleSince !== null).length,
    unreadable: all.filter(({ unreadable }) => unreadable !== null).length,
    oldestVerifiedAt: oldest,
  };
}
