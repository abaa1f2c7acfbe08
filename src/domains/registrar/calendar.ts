/**
 * The expiry calendar: when each registration ends, whether it renews itself and from when that may charge; and the
 * same as iCalendar (RFC 5545). Cloudflare's API renews nothing on demand: what can be done is auto-renew, or the
 * dashboard, and every entry says which.
 */
import { type DomainName, toUnicode } from '../../dns/name.ts';
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
  const stamp = `${basic(new Date(now).toISOString()).slice(0, 15)}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Zoneward//Domains//EN',
    ...entries.flatMap((entry) => eventLines(entry, stamp)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function eventLines(entry: ExpiryEntry, stamp: string): string[] {
  const day = basic(entry.expiresAt).slice(0, 8);
  const shown = toUnicode(entry.domain);
  const what = entry.autoRenew ? 'renews itself' : 'expires';
  const told = entry.autoRenew
    ? `Auto-renewal may charge from ${entry.chargesFrom?.slice(0, 10)} on.`
    : entry.next.join(' ');
  return [
    'BEGIN:VEVENT',
    `UID:${entry.domain}-${day}@zoneward`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${day}`,
    `SUMMARY:${escapeText(`${shown} ${what}`)}`,
    `DESCRIPTION:${escapeText(told)}`,
    'END:VEVENT',
  ];
}

/** `2027-01-02T03:04:05.000Z` → `20270102T030405000Z`, after bringing it to UTC. */
function basic(time: string): string {
  return new Date(time).toISOString().replace(/[-:.]/g, '');
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, (mark) => `\\${mark}`).replaceAll('\n', '\\n');
}

const LINE_OCTETS_MAX = 75;

/** Long lines go on after a line break and a space; never inside a character. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    if (octets + size > LINE_OCTETS_MAX) {
      parts.push(part);
      part = ' ';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}
