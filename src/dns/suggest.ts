/** "Did you mean": the known word nearest to an unknown one. */

/** The word of `known` that is at most two letters away from `word`, or three where it is long; if there is one. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const plain = word.toLowerCase().replace(/[_\s-]/g, '');
  let best: string | undefined;
  let bestSlips = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const slips = distance(plain, candidate.toLowerCase().replace(/[_\s-]/g, ''));
    if (slips < bestSlips && slips <= (candidate.length > 5 ? 3 : 2) && slips < candidate.length - 1) {
      best = candidate;
      bestSlips = slips;
    }
  }
  return best;
}

/** Levenshtein distance; words longer than 40 letters are no slips of anything we know: infinitely far. */
export function distance(a: string, b: string): number {
  if (a.length > 40) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
