/** Calls counted by stretches of time, for a chart. */

/** What the server tells of one of its stretches, a minute or longer. */
export interface CallCounts {
  /** When it begins, RFC 3339. */
  readonly at: string;
  readonly calls: number;
  readonly errors: number;
  readonly rateLimited: number;
  /** The least that was left of the budget in it; null where no call told. */
  readonly budgetLeft: number | null;
}

export interface Span {
  readonly label: string;
  readonly bucketMs: number;
  readonly count: number;
}

export interface Bucket {
  readonly at: number;
  readonly calls: number;
  readonly errors: number;
  readonly budgetLeft: number | null;
}

const SPANS: readonly Span[] = [
  { label: 'hour', bucketMs: 60_000, count: 60 },
  { label: '6 hours', bucketMs: 360_000, count: 60 },
  { label: 'day', bucketMs: 1_800_000, count: 48 },
];

/** The shortest span that holds all calls of the last day; the hour when there is none. */
export function chooseSpan(counts: readonly Pick<CallCounts, 'at'>[], now: number): Span {
  const oldest = counts.reduce((least, { at }) => Math.min(least, Date.parse(at)), now);
  const fits = SPANS.find(({ bucketMs, count }) => now - oldest <= bucketMs * count);
  return fits ?? (SPANS.at(-1) as Span);
}

/** Oldest first, with the empty ones; the last ends after `now`. */
export function bucketsOf(
  counts: readonly CallCounts[],
  now: number,
  { bucketMs, count }: Span,
): readonly Bucket[] {
  const end = Math.floor(now / bucketMs) * bucketMs + bucketMs;
  const start = end - bucketMs * count;
  const placed = Map.groupBy(counts, ({ at }) => Math.floor((Date.parse(at) - start) / bucketMs));
  return Array.from({ length: count }, (_, index) => {
    const ones = placed.get(index) ?? [];
    const { calls, errors } = sumOf(ones);
    const levels = ones.flatMap(({ budgetLeft }) => (budgetLeft === null ? [] : [budgetLeft]));
    return {
      at: start + index * bucketMs,
      calls,
      errors,
      budgetLeft: levels.length === 0 ? null : Math.min(...levels),
    };
  });
}

/** Cloudflare counts the calls of the last five minutes. */
const WINDOW_MS = 300_000;

/**
 * What was left of the budget in each bucket: what the calls in it told; without calls what was left before, as long as
 * those before count; then all of it.
 */
export function budgetOver(
  buckets: readonly Pick<Bucket, 'budgetLeft'>[],
  { full, bucketMs }: { readonly full: number; readonly bucketMs: number },
): readonly number[] {
  let level = full;
  let silentMs = 0;
  return buckets.map(({ budgetLeft }) => {
    silentMs = budgetLeft === null ? silentMs + bucketMs : 0;
    if (budgetLeft !== null) level = budgetLeft;
    else if (silentMs > WINDOW_MS) level = full;
    return level;
  });
}

export function sumOf(counts: readonly CallCounts[]): Pick<CallCounts, 'calls' | 'errors' | 'rateLimited'> {
  const sum = { calls: 0, errors: 0, rateLimited: 0 };
  for (const { calls, errors, rateLimited } of counts) {
    sum.calls += calls;
    sum.errors += errors;
    sum.rateLimited += rateLimited;
  }
  return sum;
}
