/**
 * Leases: one holder for each Cloudflare zone id and for each change set, across tenants and processes.
 *
 * A lease is a row with an expiry in the store's time and a fence that grows with every new holder; renewing
 * and releasing name the fence, so that a holder that lost its lease cannot touch its successor's. What the
 * holder believes to be left is the lesser of two measures: the store's clock, and the machine's monotonic
 * clock since just before the row was written. A clock that jumps either way shortens the belief, never
 * lengthens it.
 */
import type { Lease, LeaseSubject, Locks } from '../domains/changes/ports.ts';
import { type StoreContext, write } from './context.ts';

export function openZoneLocks(context: StoreContext): Locks {
  return {
    async acquire(subject, holder, ttlMs) {
      const startedAt = performance.now();
      const taken = await take(context, subject, holder, ttlMs);
      if ('heldBy' in taken) return taken;
      return lease(
        context,
        { subject, holder, fence: taken.fence },
        { ttlMs, startedAt, untilMs: taken.untilMs },
      );
    },
  };
}

interface Holding {
  readonly subject: LeaseSubject;
  readonly holder: string;
  readonly fence: number;
}

interface Term {
  readonly ttlMs: number;
  /** Monotonic, taken before the row was written. */
  readonly startedAt: number;
  readonly untilMs: number;
}

/** The same holder asking again is refused too: two appliers in one process are still two. */
function take(
  context: StoreContext,
  subject: LeaseSubject,
  holder: string,
  ttlMs: number,
): Promise<{ fence: number; untilMs: number } | { heldBy: string; untilMs: number }> {
  return write(context, (trx) =>
    context.engine.withLock(trx, `lease:${subject}`, async () => {
      const now = await context.engine.now(trx);
      const row = await trx
        .selectFrom('zone_leases')
        .selectAll()
        .where('zone_id', '=', subject)
        .executeTakeFirst();
      if (row?.holder != null && row.expires_at > now) {
        return { heldBy: row.holder, untilMs: row.expires_at };
      }
      const next = { holder, fence: (row?.fence ?? 0) + 1, expires_at: now + ttlMs };
      await trx
        .insertInto('zone_leases')
        .values({ zone_id: subject, ...next })
        .onConflict((conflict) => conflict.column('zone_id').doUpdateSet(next))
        .execute();
      return { fence: next.fence, untilMs: next.expires_at };
    }),
  );
}

function lease(context: StoreContext, holding: Holding, firstTerm: Term): Lease {
  let term: Term | null = firstTerm;
  return {
    subject: holding.subject,
    holder: holding.holder,
    remainingMs() {
      if (term === null) return 0;
      const byMonotonic = term.ttlMs - (performance.now() - term.startedAt);
      const byStore = term.untilMs - context.clock.now();
      return Math.floor(Math.min(byMonotonic, byStore));
    },
    async renew(ttlMs) {
      const startedAt = performance.now();
      const untilMs = await extend(context, holding, ttlMs);
      term = untilMs === null ? null : { ttlMs, startedAt, untilMs };
      return term !== null;
    },
    async release() {
      term = null;
      await write(context, (trx) =>
        trx
          .updateTable('zone_leases')
          .set({ holder: null, expires_at: 0 })
          .where('zone_id', '=', holding.subject)
          .where('fence', '=', holding.fence)
          .execute(),
      );
    },
  };
}

/** A lease that ran out but that nobody took since is still ours to extend. Null when it is not ours any more. */
function extend(context: StoreContext, holding: Holding, ttlMs: number): Promise<number | null> {
  return write(context, async (trx) => {
    const untilMs = (await context.engine.now(trx)) + ttlMs;
    const { numUpdatedRows } = await trx
      .updateTable('zone_leases')
      .set({ expires_at: untilMs })
      .where('zone_id', '=', holding.subject)
      .where('fence', '=', holding.fence)
      .where('holder', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n ? untilMs : null;
  });
}
