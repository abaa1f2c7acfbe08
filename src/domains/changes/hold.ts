/** Holding a zone or a change set: taking its lease, keeping it while working, giving it back. */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { LEASE_MS } from './lease.ts';
import type { Held, Lease, LeaseSubject, Locks } from './ports.ts';

const LOCK_POLL_MS = 1_000;
/** In one term of a lease it is renewed this often, so that one renewal may fail. */
const RENEWALS_PER_TERM = 6;

export interface HoldInput {
  /** For others to see: `host:pid`. */
  readonly holder: string;
  /** What the subject is called in a message: `Zone shop.example`. Without it the subject is a change set. */
  readonly called?: string;
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  readonly onWait: (held: Held) => void;
}

/**
 * Takes the lease, waiting for it at most `waitMs`. Then throws `conflict`, code `zone-locked`, with the moment at which it
 * runs out at the latest. Nobody takes it earlier, not from a process that seems to be gone either: by its name alone
 * (`host:pid`, which containers share) that cannot be proved, and a request of its own may still be on its way.
 */
export async function takeLease(
  ports: { readonly locks: Locks; readonly clock: Clock },
  subject: LeaseSubject,
  input: HoldInput,
): Promise<Lease> {
  const deadline = ports.clock.now() + input.waitMs;
  for (;;) {
    input.signal?.throwIfAborted();
    const got = await ports.locks.acquire(subject, input.holder, LEASE_MS);
    if ('release' in got) return got;
    if (ports.clock.now() >= deadline) throw locked(subject, input.called, got, ports.clock.now());
    input.onWait(got);
    await ports.clock.sleep(LOCK_POLL_MS, input.signal);
  }
}

function locked(subject: LeaseSubject, called: string | undefined, held: Held, now: number): ZonewardError {
  const what = called === undefined ? `Change set ${subject} is being applied` : `${called} is being changed`;
  const until = new Date(held.untilMs).toISOString().slice(0, 19).replace('T', ' ');
  const message = `${what} by ${held.heldBy}, which holds it until ${until} UTC unless it goes on; after a process was killed, its last request may still be on its way so long`;
  return new ZonewardError(message, {
    code: 'zone-locked',
    kind: 'conflict',
    next: [`Run it again when that is done, or after ${until.slice(11)} UTC.`],
    details: { subject, ...held, retryAfterMs: Math.max(0, held.untilMs - now) },
  });
}

/**
 * Runs `work` under the lease and gives it back. The lease is renewed meanwhile, in real time, because what it has
 * to outlast is waiting for the network. A process that is stopped or too busy loses it all the same: who is about
 * to write asks the lease.
 */
export async function whileHeld<Result>(lease: Lease, work: () => Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {
    // A failure shows when the lease is asked before the next request.
    lease.renew(LEASE_MS).catch(() => undefined);
  }, LEASE_MS / RENEWALS_PER_TERM);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await giveBack(lease);
  }
}

/** What cannot be given back (the disk is full, for one) runs out by itself. */
async function giveBack(lease: Lease): Promise<void> {
  try {
    await lease.release();
  } catch (error) {
    if (!isZonewardError(error)) throw error;
  }
}

/** Extends all of them by a whole term. False when one is lost. */
export async function renewAll(leases: readonly Lease[]): Promise<boolean> {
  for (const lease of leases) if (!(await lease.renew(LEASE_MS))) return false;
  return true;
}
