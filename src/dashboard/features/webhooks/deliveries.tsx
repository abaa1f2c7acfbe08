/** What was sent to a webhook and what came of it; each message can be sent again, or all of a range of time. */
import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { WebhookDeliveryPage } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { FilterSelect } from '../../kit/filter-select.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextPage } from '../../kit/next-page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time } from '../../kit/time.tsx';
import { type Column, VirtualTable } from '../../kit/virtual-table.tsx';
import { DeliveryDetail } from './delivery-detail.tsx';
import { ReplayRange } from './replay-range.tsx';
import { DELIVERY_STATES, DELIVERY_TONES, type Delivery, lastAnswer } from './webhook-words.ts';

const LOOK_MS = 5_000;

export function Deliveries({ webhook }: { readonly webhook: string }): ReactNode {
  const [state, setState] = useQueryState('state');
  const [type, setType] = useQueryState('type');
  const types = useQuery({
    queryKey: ['webhook-event-types', 'names'],
    queryFn: async ({ signal }) =>
      (await api.listWebhookEventTypes({}, { signal })).items.map((one) => one.type),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const known = DELIVERY_STATES.find((one) => one === state);
  const filter = {
    ...(known === undefined ? {} : { state: known }),
    ...(type === '' ? {} : { type }),
  };
  const found = useInfiniteQuery({
    queryKey: ['deliveries', webhook, filter],
    queryFn: ({ pageParam, signal }) =>
      api.listWebhookDeliveries(
        { webhook, query: { ...filter, limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page: WebhookDeliveryPage) => page.next ?? undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some((one) => one.state === 'pending')) === true
        ? LOOK_MS
        : false,
  });
  return (
    <>
      <h2>What was sent</h2>
      <div className="zw-toolbar">
        <search className="zw-filters">
          <FilterSelect
            label="Any state"
            value={state}
            onChange={setState}
            choices={DELIVERY_STATES.map((one) => [one, one] as const)}
          />
          <FilterSelect
            label="Any event"
            value={type}
            onChange={setType}
            choices={(types.data ?? []).map((one) => [one, one] as const)}
          />
        </search>
        <span className="row">
          <ReplayRange webhook={webhook} />
          <Button
            variant="default"
            leftSection={<Icon name="refresh" />}
            loading={found.isRefetching}
            onClick={() => void found.refetch()}
          >
            Look again
          </Button>
        </span>
      </div>
      {found.isPending ? (
        <Loading what="deliveries" />
      ) : found.error !== null ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <>
          <Log
            webhook={webhook}
            rows={found.data.pages.flatMap(({ items }) => items)}
            isFiltered={Object.keys(filter).length > 0}
          />
          <NextPage of={found} label="Older ones" />
        </>
      )}
    </>
  );
}

function Log({
  webhook,
  rows,
  isFiltered,
}: {
  readonly webhook: string;
  readonly rows: readonly Delivery[];
  readonly isFiltered: boolean;
}): ReactNode {
  const [open, setOpen] = useQueryState('delivery');
  if (rows.length === 0)
    return (
      <Empty icon="send" title={isFiltered ? 'No message fits' : 'Nothing was sent yet'}>
        {isFiltered
          ? 'Take a filter away.'
          : 'Send a test to see that your receiver takes it. Messages stay in this log for 30 days.'}
      </Empty>
    );
  return (
    <VirtualTable
      label="Deliveries"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      rowLabel={({ type, state }) => `${type}, ${state}`}
      card={(delivery) => <DeliveryCard delivery={delivery} />}
      onOpen={({ id }) => setOpen(open === id ? '' : id)}
      detail={{
        key: open === '' ? null : open,
        draw: (delivery) => <DeliveryDetail webhook={webhook} delivery={delivery} />,
      }}
    />
  );
}

function StateOf({ delivery: { state, origin } }: { readonly delivery: Delivery }): ReactNode {
  return (
    <span className="row row--tight">
      <Badge tone={DELIVERY_TONES[state]}>{state}</Badge>
      {origin === 'event' ? null : <Badge>{origin}</Badge>}
    </span>
  );
}

const COLUMNS: readonly Column<Delivery>[] = [
  { key: 'when', head: 'When', width: '8rem', cell: ({ createdAt }) => <Time at={createdAt} /> },
  {
    key: 'type',
    head: 'Event',
    width: 'minmax(12rem, 1.2fr)',
    cell: ({ type }) => <span className="mono">{type}</span>,
  },
  { key: 'state', head: 'State', width: '10rem', cell: (delivery) => <StateOf delivery={delivery} /> },
  {
    key: 'attempts',
    head: 'Attempts',
    width: '5rem',
    align: 'end',
    cell: ({ attempts }) => attempts.length,
  },
  {
    key: 'answer',
    head: 'Last answer',
    width: 'minmax(10rem, 1fr)',
    cell: (delivery) => <span className="soft">{lastAnswer(delivery)}</span>,
  },
  {
    key: 'due',
    head: 'Next attempt',
    width: '8rem',
    cell: ({ dueAt }) => <Time at={dueAt} never="–" />,
  },
];

function DeliveryCard({ delivery }: { readonly delivery: Delivery }): ReactNode {
  return (
    <div className="stack stack--tight">
      <div className="row row--apart zw-cardline">
        <span className="mono cut grow">{delivery.type}</span>
        <StateOf delivery={delivery} />
      </div>
      <div className="row row--apart tiny soft zw-cardline">
        <span className="cut">{lastAnswer(delivery)}</span>
        <Time at={delivery.createdAt} />
      </div>
    </div>
  );
}
