/** The end of a registration's term: renewed with a charge up to 30 days before, or expired and later given up. */
import { DAY_MS } from '../constants.ts';
import type { World } from '../state/world.ts';
import type { Book } from './books.ts';
import { extensionFor, type Namespace, parseDomain } from './extensions.ts';

const RENEWAL_BEFORE_MS = 30 * DAY_MS;
/** [U] How long each stage after the expiry lasts. */
const GRACE_MS = 30 * DAY_MS;
const REDEMPTION_MS = 30 * DAY_MS;
const PENDING_DELETE_MS = 5 * DAY_MS;
/** Terms that one look may catch up with when the clock has jumped. */
const RENEWALS_MAX = 20;

export function addYears(ms: number, years: number): number {
  const date = new Date(ms);
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.getTime();
}

/** Renews what renews itself, and drops what the registry has deleted. */
export function renewDue(world: World, book: Book, namespace: Namespace): void {
  const now = world.clock.now();
  for (const item of book.registrations) {
    for (let term = 0; term < RENEWALS_MAX && item.autoRenew && isDue(item.expiresAtMs, now); term += 1) {
      const expiresAtMs = item.expiresAtMs ?? now;
      item.expiresAtMs = addYears(expiresAtMs, 1);
      world.changed();
      const extension = extensionFor(parseDomain(item.domain)?.extension ?? '', namespace);
      if (namespace === 'sandbox' || typeof extension === 'string') continue;
      book.charges.push({
        domain: item.domain,
        kind: 'renewal',
        amount: extension.renewalCost,
        currency: 'USD',
        years: 1,
        at: new Date(expiresAtMs - RENEWAL_BEFORE_MS).toISOString(),
        workflowId: null,
      });
    }
  }
  const kept = book.registrations.filter((item) => termStatus(item.expiresAtMs, now) !== 'gone');
  if (kept.length !== book.registrations.length) {
    book.registrations = kept;
    world.changed();
  }
}

function isDue(expiresAtMs: number | null, now: number): boolean {
  return expiresAtMs !== null && now >= expiresAtMs - RENEWAL_BEFORE_MS;
}

export function termStatus(
  expiresAtMs: number | null,
  now: number,
): 'active' | 'expired' | 'redemption_period' | 'pending_delete' | 'gone' {
  const over = expiresAtMs === null ? -1 : now - expiresAtMs;
  if (over < 0) return 'active';
  if (over < GRACE_MS) return 'expired';
  if (over < GRACE_MS + REDEMPTION_MS) return 'redemption_period';
  return over < GRACE_MS + REDEMPTION_MS + PENDING_DELETE_MS ? 'pending_delete' : 'gone';
}
