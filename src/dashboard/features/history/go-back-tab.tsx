/** The plan that brings a zone back to one of its revisions. */
import { type ReactNode, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { PlanInput, ZoneWithAdvice } from '../../../client/index.ts';
import { Empty } from '../../kit/empty.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Review } from '../review/review.tsx';

export function GoBackTab({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const [text] = useQueryState('revision');
  const revision = Number(text);
  const input = useMemo((): PlanInput => ({ kind: 'restore', zone: zone.id, revision }), [zone.id, revision]);
  const [, go] = useLocation();
  const history = `/zones/${zone.name}/history`;
  if (!Number.isInteger(revision) || revision < 1)
    return (
      <Empty icon="undo" title="Back to which moment?" action={<Link href={history}>To the history</Link>}>
        Choose a revision in the history, then Go back.
      </Empty>
    );
  return (
    <Review
      input={input}
      summary={`${zone.name} back to revision ${revision}`}
      onBack={() => go(`${history}?to=${revision}`)}
    />
  );
}
