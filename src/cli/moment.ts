/** A point in a zone's past, as a person writes it. */
import type { Moment } from '../app/re-exports.ts';
import { UsageError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `12` is a revision; `latest` and `now` the present; `90m`, `2h`, `7d` that long ago; everything else a moment in
 * RFC 3339 or a part of it, in UTC unless it says otherwise: `2026-11-23`, `2026-11-23 18:04`.
 */
export function parseMoment(text: string, now: number): Moment {
  if (/^\d{1,12}$/.test(text)) return { kind: 'revision', revision: Number(text) };
  if (text === 'latest' || text === 'now') return { kind: 'latest' };
  const at = parseTime(text, now);
  return { kind: 'time', at };
}

/** A time as above, without revisions. Milliseconds. */
export function parseTime(text: string, now: number): number {
  const [, amount, unit = ''] = /^(\d{1,6})(s|m|h|d)(?: ago)?$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:\d{2})?$/i.exec(
    text,
  );
  const [, date, time = '00:00:00', zone = 'Z'] = parts ?? [];
  const at =
    date === undefined ? Number.NaN : Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}${zone}`);
  if (!Number.isNaN(at)) return at;
  throw new UsageError(`"${text}" is neither a revision nor a time.`, [
    'A revision: 12. A time: 2026-11-23 18:04 (UTC), 2026-11-23T18:04:05+01:00. How long ago: 90m, 2h, 7d.',
  ]);
}
