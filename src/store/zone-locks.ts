/**
 * Leases: one holder for each Cloudflare zone id and for each change set, across tenants and processes.
 *
 * A lease is a row with an expiry in the store's time and a fence that grows with every new holder; renewing
 * and releasing name the fence, so that a holder that lost its lease cannot touch its successor's. What the
 * holder believes to be left is what two clocks of its own leave of the term since just before the row was
 * written, whichever leaves less: the clock of the process, and the machine's monotonic one. A clock that jumps
 * either way shortens the belief, never lengthens it; that the store's clock shows another time does nothing.
 */
import type { Lease, LeaseSubject, Locks } from '../domains/changes/ports.ts';
import { type StoreContext, write } from './context.ts';

export function openZoneLocks(context: StoreContext): Locks {
  return {
    async acquire(subject, holder, ttlMs) {
      const term = termFrom(context, ttlMs);
      const taken = await take(context, subject, holder, ttlMs);
      return 'heldBy' in taken ? taken : lease(context, { subject, holder, fence: taken.fence }, term);
    },
  };
}

interface Holding {
  readonly subject: LeaseSubject;
  readonly holder: string;
  readonly fence: number;
}

/** Both beginnings are taken before the row is written. */
interface Term {
  readonly ttlMs: number;
  readonly startedAt: number;
  readonly monotonicStart: number;
}

function termFrom({ clock }: StoreContext, ttlMs: number): Term {
  return { ttlMs, startedAt: clock.now(), monotonicStart: performance.now() };
}

/** The same holder asking again is refused too: two appliers in one process are still two. */
function take(
  context: StoreContext,
  subject: LeaseSubject,
  holder: string,
  ttlMs: number,
): Promise<{ fence: number } | { heldBy: string; untilMs: number }> {
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
      return { fence: next.fence };
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
      const byMonotonic = performance.now() - term.monotonicStart;
      const byClock = context.clock.now() - term.startedAt;
      return Math.floor(term.ttlMs - Math.max(byMonotonic, byClock));
    },
    async renew(ttlMs) {
      const renewed = termFrom(context, ttlMs);
      term = (await extend(context, holding, ttlMs)) ? renewed : null;
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

/** A lease that ran out but that nobody took since is still ours to extend. False when it is not ours any more. */
function extend(context: StoreContext, holding: Holding, ttlMs: number): Promise<boolean> {
  return write(context, async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('zone_leases')
      .set({ expires_at: (await context.engine.now(trx)) + ttlMs })
      .where('zone_id', '=', holding.subject)
      .where('fence', '=', holding.fence)
      .where('holder', 'is not', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  });
}
