/**
 * A page of a list for a key that may reach only some of it: full of what it reaches. So neither how full the page is nor
 * where it ends tells of the rest.
 */

/** Where much may be passed over. */
const CHUNK_MIN = 200;

/** `read` gives what stands behind an item (null: the beginning), in the order of the list; less than asked for at its end. */
export async function reachedPage<Item>(
  read: (last: Item | null, limit: number) => Promise<readonly Item[]>,
  wanted: {
    readonly limit: number;
    readonly reaches: (item: Item) => boolean | Promise<boolean>;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly items: readonly Item[]; readonly more: boolean }> {
  const items: Item[] = [];
  let last: Item | null = null;
  for (let chunk = wanted.limit + 1; ; chunk = Math.max(CHUNK_MIN, chunk)) {
    wanted.signal.throwIfAborted();
    const found: readonly Item[] = await read(last, chunk);
    for (const item of found) {
      if (!(await wanted.reaches(item))) continue;
      if (items.length === wanted.limit) return { items, more: true };
      items.push(item);
    }
    if (found.length < chunk) return { items, more: false };
    last = found.at(-1) ?? null;
  }
}
