/** Moments sorted into months of the reader's clock. */

const MONTHS = 12;

export interface Month<Entry> {
  readonly key: string;
  /** `Nov 2026` */
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** This month and the eleven after it. Entries outside of them are in none. */
export function monthsFrom<Entry extends { readonly expiresAt: string }>(
  now: number,
  entries: readonly Entry[],
): readonly Month<Entry>[] {
  const byMonth = Map.groupBy(entries, ({ expiresAt }) => monthOf(new Date(expiresAt)));
  const start = new Date(now);
  return Array.from({ length: MONTHS }, (_, index) => {
    const first = new Date(start.getFullYear(), start.getMonth() + index, 1);
    const name = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' }).format(first);
    return { key: monthOf(first), name, entries: byMonth.get(monthOf(first)) ?? [] };
  });
}

function monthOf(at: Date): string {
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;
}
