/** One purchase: where it stands, why, and what a person has to do, watched until it has ended. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Purchase } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { Who } from '../../kit/who.tsx';
import { readableName } from '../zones/names.ts';
import { domainsAt, type Place } from './place.ts';
import { hasEnded, isUnderWay, PurchaseState } from './purchase-state.tsx';

const LOOK_MS = 4_000;

export function PurchaseDetails({ id, place }: { readonly id: string; readonly place: Place }): ReactNode {
  const queries = useQueryClient();
  const key = ['purchase', id];
  const purchase = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.getPurchase({ id }, { signal }),
    // Looked at where it is decided; nothing is bought by looking.
    refetchInterval: ({ state: { data } }) => (data !== undefined && isUnderWay(data) ? LOOK_MS : false),
  });
  const act = useMutation({
    mutationFn: (what: 'followPurchase' | 'approvePurchase' | 'cancelPurchase') => api[what]({ id }),
    onSuccess: (fresh) => {
      queries.setQueryData(key, fresh);
      for (const first of ['purchases', 'domains']) void queries.invalidateQueries({ queryKey: [first] });
    },
  });
  if (purchase.isPending) return <Loading what="purchase" />;
  if (purchase.error !== null)
    return <Problem error={purchase.error} onRetry={() => void purchase.refetch()} />;
  const { data } = purchase;
  const canDecide = data.state === 'planned' || data.state === 'approved';
  return (
    <section className="card stack" aria-labelledby="purchase">
      <header className="row row--apart">
        <h2 id="purchase" className="row">
          {readableName(data.domain)} <PurchaseState state={data.state} />
        </h2>
        <CopyText text={data.id} what="purchase id" />
      </header>
      <Standing purchase={data} />
      <Facts purchase={data} />
      {act.error === null ? null : <Problem error={act.error} />}
      <div className="row">
        {data.state === 'planned' && data.approval.required && data.approval.grant === null ? (
          <Button loading={act.isPending} onClick={() => act.mutate('approvePurchase')}>
            Approve
          </Button>
        ) : null}
        {data.state === 'approved' ? (
          <Button component={Link} href={domainsAt(`register/${encodeURIComponent(data.domain)}`, place)}>
            Go on and buy…
          </Button>
        ) : null}
        {canDecide ? (
          <Button variant="default" loading={act.isPending} onClick={() => act.mutate('cancelPurchase')}>
            Call it off
          </Button>
        ) : null}
        {hasEnded(data) || canDecide ? null : (
          <Button
            variant="default"
            leftSection={<Icon name="refresh" />}
            loading={act.isPending}
            onClick={() => act.mutate('followPurchase')}
          >
            Look at Cloudflare now
          </Button>
        )}
        {data.state === 'registered' ? (
          <Button component={Link} href={`/provisioning/new?domain=${encodeURIComponent(data.domain)}`}>
            Bring it up…
          </Button>
        ) : null}
        <Button component={Link} variant="default" href={domainsAt('purchases', place)}>
          All purchases
        </Button>
      </div>
    </section>
  );
}

function Standing({ purchase }: { readonly purchase: Purchase }): ReactNode {
  const { state, reason, next } = purchase;
  const tone =
    state === 'registered'
      ? 'create'
      : state === 'failed' || state === 'refused'
        ? 'delete'
        : state === 'action-required' || state === 'blocked'
          ? 'risk'
          : state === 'not-bought'
            ? 'unknown'
            : 'plain';
  return (
    <Note tone={tone} icon={state === 'registered' ? 'check' : 'flag'}>
      <p role="status">{reason}</p>
      <NextSteps lines={next} />
    </Note>
  );
}

function Facts({ purchase }: { readonly purchase: Purchase }): ReactNode {
  const { total, years, autoRenew, author, approval, createdAt, sentAt, finishedAt, dueAt } = purchase;
  return (
    <dl className="facts">
      <dt>Price</dt>
      <dd>
        {total.amount} {total.currency} for {years} {years === 1 ? 'year' : 'years'}
        {autoRenew ? ', renews itself' : ', does not renew itself'}
      </dd>
      <dt>Ordered</dt>
      <dd>
        <Time at={createdAt} as="local" /> by <Who principal={author} />
      </dd>
      {approval.required ? (
        <>
          <dt>Approval</dt>
          <dd>
            {approval.grant === null ? (
              'waits for somebody else than its author'
            ) : (
              <>
                by <Who principal={approval.grant.by} />, <Time at={approval.grant.at} />; holds until{' '}
                <Time at={approval.grant.expiresAt} as="local" />
              </>
            )}
          </dd>
        </>
      ) : null}
      <dt>Sent to Cloudflare</dt>
      <dd>
        <Time at={sentAt} as="local" never="not yet" />
      </dd>
      {finishedAt === null ? null : (
        <>
          <dt>Ended</dt>
          <dd>
            <Time at={finishedAt} as="local" />
          </dd>
        </>
      )}
      {dueAt === null || finishedAt !== null ? null : (
        <>
          <dt>Looked at again</dt>
          <dd>
            <Time at={dueAt} />
          </dd>
        </>
      )}
    </dl>
  );
}
