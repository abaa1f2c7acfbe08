/** The plan of what is staged in a zone. */
import { Button } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ZoneWithAdvice } from '../../../client/index.ts';
import { Empty } from '../../kit/empty.tsx';
import { Review } from '../review/review.tsx';
import { useStaging } from './staged-store.ts';
import { NOTHING_STAGED, planInputOf, summaryOf, unstage } from './staging.ts';

export function ReviewStaged({ zone }: { readonly zone: ZoneWithAdvice }): ReactNode {
  const [staging, setStaging] = useStaging(zone.id);
  // What is stored is no longer staged; what is shown stays until the next page is there.
  const [shown, setShown] = useState(staging);
  const [, go] = useLocation();
  const back = (): void => go(`/zones/${zone.name}`);
  const input = useMemo(() => planInputOf(zone.id, shown), [zone.id, shown]);
  const bases = useMemo(
    () =>
      new Map(
        [...shown.changes.values()].flatMap((one) =>
          one.kind === 'add' ? [] : [[one.key, one.base] as const],
        ),
      ),
    [shown],
  );
  if (shown.changes.size === 0)
    return (
      <Empty
        icon="record"
        title="Nothing is staged"
        action={
          <Button variant="default" onClick={back}>
            To the records
          </Button>
        }
      >
        Edit records first; each edit is staged, and all of them are planned here as one.
      </Empty>
    );
  return (
    <Review
      input={input}
      bases={bases}
      summary={summaryOf(zone.name, shown)}
      onBack={back}
      onSaved={() => setStaging(NOTHING_STAGED)}
      onYield={(ids) => {
        const next = unstage(staging, ids);
        setStaging(next);
        setShown(next);
      }}
    />
  );
}
