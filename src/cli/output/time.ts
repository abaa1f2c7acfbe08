/** Moments and spans for people: always UTC, with how long ago it was. Machines get RFC 3339. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** RFC 3339 in UTC; null stays null. */
export function isoTime(at: number): string;
export function isoTime(at: number | null): string | null;
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** `2026-11-23 18:04:05Z`. */
export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** `3 min ago`, `in 12 days`, `now`. */
export function relativeTime(at: number, now: number): string {
  const span = now - at;
  if (Math.abs(span) < 2 * SECOND_MS) return 'now';
  const text = formatSpan(Math.abs(span));
  return span > 0 ? `${text} ago` : `in ${text}`;
}

/** `2026-11-23 18:04:05Z (3 min ago)`. */
export function timeWithAge(at: number, now: number): string {
  return `${utcTime(at)} (${relativeTime(at, now)})`;
}

/** One unit, rounded down: `12 s`, `3 min`, `5 h`, `41 days`. */
function formatSpan(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
  return `${Math.floor(ms / DAY_MS)} days`;
}

/** `340 ms`, `1.2 s`, `2 min 5 s`: how long something took. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  return `${Math.floor(ms / MINUTE_MS)} min ${Math.round((ms % MINUTE_MS) / SECOND_MS)} s`;
}
