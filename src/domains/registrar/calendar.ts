/**
 * The expiry calendar: when each registration ends, whether it renews itself and from when that may charge; and the
 * same as iCalendar (RFC 5545). Cloudflare's API renews nothing on demand: what can be done is auto-renew, or the
 * dashboard, and every entry says which.
 */

import { type DomainName, toUnicode } from '../../dns/name.ts';
import { type CalendarEvent, calendarDay, iCalendarOf } from '../icalendar.ts';
import { hasLapsed, type Registration } from './model.ts';

const DAY_MS = 86_400_000;
/** Auto-renewal charges up to so long before the expiry (cloudflare-api §7). */
export const RENEWS_BEFORE_DAYS = 30;

/** What a person does about a name that runs out, or has. */
export const RENEW_BY_HAND = 'Renew it in the Cloudflare dashboard: the API has no renewal.';

export interface ExpiryEntry {
  readonly domain: DomainName;
  /** RFC 3339, as Cloudflare gave it. */
  readonly expiresAt: string;
  /** Whole days; negative when it has passed. */
  readonly daysLeft: number;
  readonly autoRenew: boolean;
  readonly status: string;
  /** From when auto-renewal may charge; null without it. */
  readonly chargesFrom: string | null;
  readonly next: readonly string[];
}

/** Soonest first. Registrations without an expiry (under way) are left out. */
export function expiryCalendar(registrations: readonly Registration[], now: number): readonly ExpiryEntry[] {
  return registrations
    .flatMap((registration) => entryOf(registration, now) ?? [])
    .sort((a, b) => Date.parse(a.expiresAt) - Date.parse(b.expiresAt) || (a.domain < b.domain ? -1 : 1));
}

function entryOf(registration: Registration, now: number): ExpiryEntry | null {
  const { domain, expiresAt, autoRenew, status } = registration;
  const at = Date.parse(expiresAt ?? '');
  if (expiresAt === null || Number.isNaN(at)) return null;
  const shown = toUnicode(domain);
  return {
    domain,
    expiresAt,
    daysLeft: Math.floor((at - now) / DAY_MS),
    autoRenew,
    status,
    chargesFrom: autoRenew ? new Date(at - RENEWS_BEFORE_DAYS * DAY_MS).toISOString() : null,
    next: hasLapsed(registration)
      ? [RENEW_BY_HAND]
      : autoRenew
        ? []
        : [`zoneward domains set ${shown} --auto-renew on`, RENEW_BY_HAND],
  };
}

/** One all-day event for each expiry. The same entries give the same bytes. */
export function formatICalendar(entries: readonly ExpiryEntry[], now: number): string {
  return iCalendarOf('Zoneward//Domains', entries.map(eventOf), now);
}

function eventOf({ domain, expiresAt, autoRenew, chargesFrom, next }: ExpiryEntry): CalendarEvent {
  const at = Date.parse(expiresAt);
  return {
    uid: `${domain}-${calendarDay(at)}@zoneward`,
    at,
    summary: `${toUnicode(domain)} ${autoRenew ? 'renews itself' : 'expires'}`,
    description: autoRenew ? `Auto-renewal may charge from ${chargesFrom?.slice(0, 10)} on.` : next.join(' '),
  };
}
