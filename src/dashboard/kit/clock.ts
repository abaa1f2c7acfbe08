/** Times for people: how long ago, the reader's own clock, and UTC beside it. */

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const NOW_SECONDS = 45;

/** `3 minutes ago`, `in 12 days`, `just now`. Milliseconds. */
export function formatAgo(at: number, now: number, locale = 'en'): string {
  const seconds = (at - now) / 1_000;
  if (Math.abs(seconds) < NOW_SECONDS) return 'just now';
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one * 0.95) ?? ['minute', 60];
  return format.format(Math.round(seconds / size), unit);
}

/** `28 Nov 2026, 21:04` on the reader's clock. */
export function formatLocal(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** `21:04` on the reader's clock. */
export function formatClock(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' }).format(at);
}

export function formatUtc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1.2 s`, `340 ms`, `2 min`. */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 60 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
