/** Calls counted by spans of time, for a chart. */

export interface CallFacts {
  /** RFC 3339. */
  readonly at: string;
  readonly status: number | null;
  readonly error: string | null;
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
}

const SPANS: readonly Span[] = [
  { label: 'hour', bucketMs: 60_000, count: 60 },
  { label: '6 hours', bucketMs: 360_000, count: 60 },
  { label: 'day', bucketMs: 1_800_000, count: 48 },
];

/** The shortest span that holds all calls of the last day; the hour when there is none. */
export function chooseSpan(calls: readonly CallFacts[], now: number): Span {
  const oldest = calls.reduce((least, { at }) => Math.min(least, Date.parse(at)), now);
  const fits = SPANS.find(({ bucketMs, count }) => now - oldest <= bucketMs * count);
  return fits ?? (SPANS.at(-1) as Span);
}

/** Oldest first, with the empty ones; the last ends after `now`. */
export function bucketCalls(
  calls: readonly CallFacts[],
  now: number,
  { bucketMs, count }: Span,
): readonly Bucket[] {
  const end = Math.floor(now / bucketMs) * bucketMs + bucketMs;
  const start = end - bucketMs * count;
  const buckets = Array.from({ length: count }, (_, index) => ({
    at: start + index * bucketMs,
    calls: 0,
    errors: 0,
  }));
  for (const { at, status, error } of calls) {
    const bucket = buckets[Math.floor((Date.parse(at) - start) / bucketMs)];
    if (bucket === undefined) continue;
    bucket.calls += 1;
    if (error !== null || status === null || status >= 400) bucket.errors += 1;
  }
  return buckets;
}
