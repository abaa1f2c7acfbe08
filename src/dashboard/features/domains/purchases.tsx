/** What was ordered, newest first. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { readableName } from '../zones/names.ts';
import { domainsAt, type Place } from './place.ts';
import { PurchaseState } from './purchase-state.tsx';
import { SpendLimitNote } from './spend-limit.tsx';

const SHOWN_MAX = 200;
/** Cloudflare's prices are in it; a limit that is set says its own. */
const CURRENCY = 'USD';

export function Purchases({ place }: { readonly place: Place }): ReactNode {
  const purchases = useQuery({
    queryKey: ['purchases'],
    queryFn: async ({ signal }) =>
      (await api.listPurchases({ query: { limit: SHOWN_MAX } }, { signal })).items,
  });
  if (purchases.isPending) return <Loading what="purchases" />;
  if (purchases.error !== null)
    return <Problem error={purchases.error} onRetry={() => void purchases.refetch()} />;
  if (purchases.data.length === 0)
    return (
      <>
        <SpendLimitNote currency={CURRENCY} />
        <Empty
          icon="globe"
          title="Nothing was bought yet"
          action={
            <Button component={Link} href={domainsAt('search', place)} leftSection={<Icon name="search" />}>
              Find a name
            </Button>
          }
        >
          Every order stays here with its price, who gave it, and what became of it.
        </Empty>
      </>
    );
  return (
    <>
      <SpendLimitNote currency={purchases.data[0]?.total.currency ?? CURRENCY} />
      <ul className="card zw-rows" aria-label="Purchases">
        {purchases.data.map(({ id, domain, state, reason, total, createdAt, registrar, kind }) => (
          <li key={id} className="zw-purchase">
            <Link href={domainsAt(`purchases/${id}`, place)} className="zw-zonename">
              {readableName(domain)}
            </Link>
            <span className="row row--tight">
              <PurchaseState state={state} />
              {kind === 'transfer' ? <Badge>transfer</Badge> : null}
              {registrar === 'sandbox' ? <Badge>test</Badge> : null}
            </span>
            <span className="soft small">{reason}</span>
            <span>
              {total.amount} {total.currency}
            </span>
            <span className="soft small">
              <Time at={createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
