/** When certificates of zones end: soonest first, with how long ago each zone was looked at; and as iCalendar. */
import type { ZonewardError } from '../../base/errors.ts';
import { type CalendarEvent, iCalendarOf } from '../icalendar.ts';
import type { Zone } from '../zones/model.ts';
import type { DatedCertificate } from './snapshot.ts';

/** Long enough to have a certificate validated by hand. */
const ALARM_DAYS = 14;

export interface CalendarEntry {
  readonly zone: Zone;
  /** Packs, own certificates, Origin CA, custom hostnames, client certificates: its type tells. */
  readonly pack: DatedCertificate;
  /** Milliseconds; when the zone's certificates were looked at. */
  readonly readAt: number;
}

export interface TlsCalendar {
  /** Soonest first; those without a date are left out. */
  readonly entries: readonly CalendarEntry[];
  /** Zones whose certificates could not be read, and why. */
  readonly unreadable: readonly { readonly zone: Zone; readonly error: ZonewardError }[];
  /** Zones that nobody has looked at yet, so that nothing is known of their certificates. */
  readonly neverRead: readonly Zone[];
}

/** Puts entries in order, and leaves out what has no end. */
export function inOrder(entries: readonly CalendarEntry[]): readonly CalendarEntry[] {
  return entries
    .filter(({ pack }) => pack.expiresAt !== null)
    .sort((a, b) => (a.pack.expiresAt ?? 0) - (b.pack.expiresAt ?? 0));
}

/** RFC 5545: a day for each certificate, with an alarm two weeks before. */
export function certificateICalendar({ entries }: Pick<TlsCalendar, 'entries'>, now: number): string {
  return iCalendarOf('Zoneward//Certificates', entries.map(eventOf), now);
}

function eventOf({ zone, pack }: CalendarEntry): CalendarEvent {
  const ends = `Certificate of ${zone.facts.name} expires`;
  return {
    uid: `${pack.id}-${pack.expiresAt}@zoneward`,
    at: pack.expiresAt ?? 0,
    summary: `${ends} (${pack.type})`,
    description: `${pack.status}; ${pack.hosts.join(', ')}`,
    alarm: { daysBefore: ALARM_DAYS, says: `${ends} in two weeks` },
  };
}
