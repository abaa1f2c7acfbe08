/** When a rotation is due, and when a person is reminded because nobody may mint. Pure. */
import type { Connection, Rotation } from '../model.ts';
import { USABLE_STATES } from '../state.ts';

const DAY_MS = 86_400_000;
/** A token that ends before its rotation is due is replaced this long before its end. */
const BEFORE_END_DAYS = 14;
/** After a rotation was given up, the next try comes no sooner. */
export const RETRY_AFTER_DAYS = 1;
/** Days before the due date, the first reminder first. */
export const REMINDER_DAYS: readonly number[] = [30, 14, 7, 1];

/** Whether the sweeper starts a rotation now. */
export function rotationIsDue(connection: Connection, latest: Rotation | null, now: number): boolean {
  const { dueAt, everyDays } = connection.rotation;
  if (!['active', 'limited', 'expiring'].includes(connection.state)) return false;
  // Half an interval at most: a token that is made for two intervals must not be replaced as soon as it is made.
  const leadMs = Math.min(BEFORE_END_DAYS, everyDays / 2) * DAY_MS;
  const endsSoon = connection.expiresAt !== null && connection.expiresAt - leadMs <= now;
  if (!endsSoon && (dueAt === null || dueAt > now)) return false;
  return latest === null || latest.step !== 'backed-out' || latest.stepAt + RETRY_AFTER_DAYS * DAY_MS <= now;
}

export interface Reminder {
  readonly kind: 'rotation' | 'expiry';
  readonly daysLeft: number;
  /** The threshold that this reminder is for: one of 30, 14, 7, 1, or 0 when the day has come. */
  readonly threshold: number;
  /** Stable for connection, date and threshold: a reminder of this name was sent already, or was not. */
  readonly name: string;
}

/**
 * The reminder that a connection owes its people now: for the due date or the end of the token, whichever comes
 * first. Null while both are far, and for a connection that is not in use. Only the tightest threshold counts, so a
 * sweep that slept for a month sends one reminder and not four.
 */
export function reminderFor(connection: Connection, now: number): Reminder | null {
  if (!USABLE_STATES.has(connection.state) && connection.state !== 'expired') return null;
  const expiresAt = connection.expiresAt ?? Infinity;
  const dueAt = connection.rotation.dueAt ?? Infinity;
  const at = Math.min(expiresAt, dueAt);
  const threshold = at <= now ? 0 : REMINDER_DAYS.findLast((days) => at - now <= days * DAY_MS);
  if (threshold === undefined) return null;
  const kind = expiresAt <= dueAt ? 'expiry' : 'rotation';
  const daysLeft = Math.max(0, Math.ceil((at - now) / DAY_MS));
  return { kind, daysLeft, threshold, name: `${kind}-${connection.id}-${at}-${threshold}` };
}
