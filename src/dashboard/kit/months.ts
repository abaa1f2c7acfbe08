/** Moments sorted into months of the reader's clock. */

/** A row of the calendar. A year at least, so that it looks the same where nothing ends; two at most. */
const ROW = 6;
const MONTHS_MIN = 12;
const MONTHS_MAX = 24;

export interface Month<Entry> {
  readonly key: string;
  /** `Nov 2026` */
  readonly name: string;
  readonly entries: readonly Entry[];
}

/**
 * This month and those after it, in rows of six: as many as hold every entry, a year at least, two at most. What is
 * registered today for a year ends in the thirteenth. Entries outside of them are in none.
 */
export function monthsFrom<Entry extends { readonly expiresAt: string }>(
  now: number,
  entries: readonly Entry[],
): readonly Month<Entry>[] {
  const byMonth = Map.groupBy(entries, ({ expiresAt }) => monthOf(new Date(expiresAt)));
  const start = new Date(now);
  const last = Math.max(0, ...entries.map(({ expiresAt }) => monthsBetween(start, new Date(expiresAt))));
  const count = Math.min(MONTHS_MAX, Math.max(MONTHS_MIN, Math.ceil((last + 1) / ROW) * ROW));
  return Array.from({ length: count }, (_, index) => {
    const first = new Date(start.getFullYear(), start.getMonth() + index, 1);
    const name = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' }).format(first);
    return { key: monthOf(first), name, entries: byMonth.get(monthOf(first)) ?? [] };
  });
}

function monthsBetween(from: Date, to: Date): number {
  return (to.getFullYear() - from.getFullYear()) * 12 + to.getMonth() - from.getMonth();
}

function monthOf(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;
}
