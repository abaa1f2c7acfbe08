/** The mark of a zone that no connection can read any more; nothing for one that can be read, or is gone. */
import type { ReactNode } from 'react';
import type { Zone } from '../../../client/index.ts';
import { Badge } from '../../kit/badge.tsx';

export function OutOfReach({
  zone: { status, freshness },
}: {
  readonly zone: Pick<Zone, 'status' | 'freshness'>;
}): ReactNode {
  if (freshness.unreadable === null || status === 'deleted') return null;
  const why =
    freshness.unreadable.reason === 'not-seen'
      ? 'No connection sees this zone any more'
      : 'No connection may read its records';
  return (
    <Badge tone="delete" title={why}>
      out of reach
    </Badge>
  );
}
