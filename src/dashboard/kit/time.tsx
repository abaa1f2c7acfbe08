/** A moment: relative or on the reader's clock, with UTC on hover and for machines. */
import { Tooltip } from '@mantine/core';
import { type ReactNode, useSyncExternalStore } from 'react';
import { formatAgo, formatLocal, formatUtc } from './clock.ts';

const TICK_MS = 30_000;

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, TICK_MS);
  return () => clearInterval(timer);
}

/** The present, renewed every half minute. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / TICK_MS) * TICK_MS);
}

interface TimeProps {
  /** RFC 3339; null shows `never`. */
  readonly at: string | null;
  readonly never?: string;
  /** `ago` (default) or the reader's clock. */
  readonly as?: 'ago' | 'local';
}

export function Time({ at, never = 'never', as = 'ago' }: TimeProps): ReactNode {
  const now = useNow();
  if (at === null) return <span className="soft">{never}</span>;
  const ms = Date.parse(at);
  const shown = as === 'ago' ? formatAgo(ms, now) : formatLocal(ms);
  const other = as === 'ago' ? `${formatLocal(ms)} · ${formatUtc(ms)}` : formatUtc(ms);
  return (
    <Tooltip label={other}>
      <time dateTime={at} className="zw-time">
        {shown}
      </time>
    </Tooltip>
  );
}
