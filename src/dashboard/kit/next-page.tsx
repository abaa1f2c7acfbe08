/** The foot of a list that has more than is shown: brings the next page in under it. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';

export function NextPage({
  of,
  label,
}: {
  /** What `useInfiniteQuery` gave. */
  readonly of: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  readonly label: string;
}): ReactNode {
  if (!of.hasNextPage) return null;
  return (
    <div className="zw-foot">
      <Button variant="default" loading={of.isFetchingNextPage} onClick={() => void of.fetchNextPage()}>
        {label}
      </Button>
    </div>
  );
}
