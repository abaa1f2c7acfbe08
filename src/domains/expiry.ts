/**
 * When the end of something is told of beforehand: at marks, so many days before it, each once. No mark is stored; which
 * ones were passed follows from two looks at the same thing.
 */
const DAY_MS = 86_400_000;

/** Days before the end. What renews itself is told of only when that should have happened. */
export const MARKS: Readonly<Record<'byHand' | 'byItself', readonly number[]>> = {
  byHand: [30, 14, 7, 1, 0],
  byItself: [7, 1, 0],
};

export interface TwoLooks {
  /** The end. Milliseconds, as the others. */
  readonly expiresAt: number;
  /** The look before; null when this end was not known then. */
  readonly before: number | null;
  readonly now: number;
}

/** Whole days that are left, below zero after the end; null when no mark was passed since the look before. */
export function daysLeftAtMark(
  { expiresAt, before, now }: TwoLooks,
  marks: readonly number[],
): number | null {
  const passed = marks.some((days) => {
    const at = expiresAt - days * DAY_MS;
    return at <= now && (before === null || at > before);
  });
  return passed ? Math.floor((expiresAt - now) / DAY_MS) : null;
}

/** `ends in 7 days`, `has ended`. */
export function endsText(daysLeft: number): string {
  if (daysLeft < 0) return 'has ended';
  return daysLeft === 0 ? 'ends within a day' : `ends in ${daysLeft} day${daysLeft === 1 ? '' : 's'}`;
}
