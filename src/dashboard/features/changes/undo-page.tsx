/** The way back of a change set, as a plan like any other. */
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { useChangeSet } from '../../api/queries.ts';
import { Loading } from '../../kit/empty.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Review } from '../review/review.tsx';

export function UndoPage(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const [force, setForce] = useState(false);
  const [, go] = useLocation();
  const changeSet = useChangeSet(id);
  if (changeSet.isPending) return <Loading what="change set" />;
  if (changeSet.error !== null)
    return (
      <Page title="Undo">
        <Problem error={changeSet.error} onRetry={() => void changeSet.refetch()} />
      </Page>
    );
  return (
    <Page
      title={`Undo: ${changeSet.data.summary}`}
      fills
      heading={`Undo: ${changeSet.data.summary}`}
      lead={
        <>
          Every record goes back to what it was before <Link href={`/changes/${id}`}>the change set</Link>,
          except for what changed again since.
        </>
      }
    >
      <Review
        input={{ kind: 'undo', changeSetId: id, ...(force ? { force: true } : {}) }}
        onBack={() => go(`/changes/${id}`)}
        {...(force ? {} : { onForce: () => setForce(true) })}
      />
    </Page>
  );
}
