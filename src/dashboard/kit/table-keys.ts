/** How keys walk and select rows of a table. */

/** The row that a key leads to; null for a key that does not walk. */
export function rowAfterKey(
  key: string,
  index: number,
  { count, perPage }: { readonly count: number; readonly perPage: number },
): number | null {
  const last = Math.max(0, count - 1);
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return Math.max(0, index - 1);
    case 'PageDown':
      return Math.min(last, index + perPage);
    case 'PageUp':
      return Math.max(0, index - perPage);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The selection with all rows from one place to another, both included, in either direction. */
export function selectRange(
  selected: ReadonlySet<string>,
  keys: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): ReadonlySet<string> {
  return new Set([...selected, ...keys.slice(Math.min(from, to), Math.max(from, to) + 1)]);
}
