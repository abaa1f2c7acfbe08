/** What is staged, and the way to its plan. There only when something is. */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { Icon } from '../../kit/icons.tsx';
import { countStaged, type Staging } from './staging.ts';

export function StagedBar({
  zone,
  staging,
  onBack,
  onDiscard,
}: {
  readonly zone: string;
  readonly staging: Staging;
  readonly onBack: () => void;
  readonly onDiscard: () => void;
}): ReactNode {
  const [, go] = useLocation();
  const total = staging.changes.size;
  if (total === 0)
    return staging.past.length === 0 ? null : (
      <span className="visually-hidden" role="status">
        Nothing is staged
      </span>
    );
  const { add, edit, remove } = countStaged(staging);
  return (
    <section className="zw-foot" aria-label="Staged changes">
      <strong role="status">
        {total.toLocaleString('en')} {total === 1 ? 'change' : 'changes'}
      </strong>
      <span className="row row--tight grow">
        {add > 0 ? <span className="zw-count zw-count--create">+{add} new</span> : null}
        {edit > 0 ? <span className="zw-count zw-count--update">~{edit} changed</span> : null}
        {remove > 0 ? <span className="zw-count zw-count--delete">−{remove} removed</span> : null}
      </span>
      <Button variant="subtle" color="gray" onClick={onDiscard}>
        Discard
      </Button>
      {staging.past.length > 0 ? (
        <Button variant="default" leftSection={<Icon name="undo" />} onClick={onBack}>
          Step back
        </Button>
      ) : null}
      <Button rightSection={<Icon name="arrow" />} onClick={() => go(`/zones/${zone}/review`)}>
        Review
      </Button>
    </section>
  );
}
