/** iCalendar (RFC 5545): all-day events, with an alarm where one is wanted. The same events give the same bytes. */

export interface CalendarEvent {
  /** Unique, and the same each time the event is told. */
  readonly uid: string;
  /** Milliseconds; of the day on which it is, in UTC. */
  readonly at: number;
  readonly summary: string;
  readonly description: string;
  /** Days before it, and what is said then. */
  readonly alarm?: { readonly daysBefore: number; readonly says: string };
}

/** `product` names what made it (`Zoneward//Domains`); `now` is in milliseconds. */
export function iCalendarOf(product: string, events: readonly CalendarEvent[], now: number): string {
  const stamp = `${basic(now).slice(0, 15)}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    `PRODID:-//${product}//EN`,
    ...events.flatMap((event) => eventLines(event, stamp)),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join('');
}

function eventLines({ uid, at, summary, description, alarm }: CalendarEvent, stamp: string): string[] {
  const alarmLines =
    alarm === undefined
      ? []
      : [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          `DESCRIPTION:${escapeText(alarm.says)}`,
          `TRIGGER:-P${alarm.daysBefore}D`,
          'END:VALARM',
        ];
  return [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${calendarDay(at)}`,
    `SUMMARY:${escapeText(summary)}`,
    `DESCRIPTION:${escapeText(description)}`,
    ...alarmLines,
    'END:VEVENT',
  ];
}

/** `20270102`, in UTC. */
export function calendarDay(at: number): string {
  return basic(at).slice(0, 8);
}

/** `20270102T030405000Z` */
function basic(at: number): string {
  return new Date(at).toISOString().replace(/[-:.]/g, '');
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/g, (mark) => `\\${mark}`).replace(/\r\n?|\n/g, '\\n');
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
