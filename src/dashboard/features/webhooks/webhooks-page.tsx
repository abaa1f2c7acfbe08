/** Webhooks: addresses that are told what happens. The list, and each one's own page. */
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import type { Webhook } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Empty, Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time, useNow } from '../../kit/time.tsx';
import { ForAdmins } from '../../shell/for-admins.tsx';
import { OneWebhook } from './one-webhook.tsx';
import { keepSecret } from './shown-secret.ts';
import { WebhookForm } from './webhook-form.tsx';
import { standingOf, typesText } from './webhook-words.ts';

export function WebhooksPage(): ReactNode {
  const { '*': rest = '' } = useParams<{ '*'?: string }>();
  const id = decodeURIComponent(rest.split('/')[0] ?? '');
  if (id === '') return <AllWebhooks />;
  return <OneWebhook key={id} id={id} />;
}

function AllWebhooks(): ReactNode {
  const [wish, setWish] = useQueryState('do');
  const add = (
    <Button leftSection={<Icon name="add" />} onClick={() => setWish('add')}>
      Add a webhook
    </Button>
  );
  return (
    <Page title="Webhooks" lead="Your product is told what happens here: signed, in order, tried again">
      <ForAdmins what="webhooks">
        {wish === 'add' ? <AddWebhook onCancel={() => setWish('')} /> : null}
        <Known isAdding={wish === 'add'} add={add} />
      </ForAdmins>
    </Page>
  );
}

function AddWebhook({ onCancel }: { readonly onCancel: () => void }): ReactNode {
  const queries = useQueryClient();
  const [, go] = useLocation();
  return (
    <WebhookForm
      title="A new webhook"
      action="Add it"
      onCancel={onCancel}
      onSave={async ({ url, description, types }) => {
        const { secret, ...made } = await api.addWebhook({ body: { url, description, types } });
        queries.setQueryData(['webhook', made.id], made);
        void queries.invalidateQueries({ queryKey: ['webhooks'] });
        keepSecret(made.id, secret);
        go(`/webhooks/${made.id}`);
      }}
    />
  );
}

function Known({ isAdding, add }: { readonly isAdding: boolean; readonly add: ReactNode }): ReactNode {
  const webhooks = useQuery({
    queryKey: ['webhooks'],
    queryFn: async ({ signal }) => (await api.listWebhooks({}, { signal })).items,
  });
  const now = useNow();
  if (webhooks.isPending) return <Loading what="webhooks" />;
  if (webhooks.error !== null)
    return <Problem error={webhooks.error} onRetry={() => void webhooks.refetch()} />;
  if (webhooks.data.length === 0)
    return isAdding ? null : (
      <Empty icon="send" title="Nobody is told yet" action={add}>
        Name an address of your product. It gets a signed post when a zone drifts, a credential expires, a
        change is applied, and of whatever else you choose.
      </Empty>
    );
  return (
    <>
      {isAdding ? null : <div className="row">{add}</div>}
      <ul className="card zw-rows" aria-label="Webhooks">
        {webhooks.data.map((webhook) => (
          <Row key={webhook.id} webhook={webhook} now={now} />
        ))}
      </ul>
    </>
  );
}

function Row({ webhook, now }: { readonly webhook: Webhook; readonly now: number }): ReactNode {
  const { id, url, description, types, createdAt, failingSince, disabled } = webhook;
  const { word, tone, says } = standingOf(webhook, now);
  const since = disabled?.at ?? failingSince;
  return (
    <li className="zw-webhook">
      <span className="stack stack--tight">
        <Link href={`/webhooks/${id}`} className="zw-zonename zw-anywhere">
          {url}
        </Link>
        {description === '' ? null : <span className="small soft">{description}</span>}
      </span>
      <Badge tone={tone} title={says}>
        {word}
      </Badge>
      <span className="small zw-anywhere">{typesText(types)}</span>
      <span className="small soft">
        {since === null ? 'added ' : 'since '}
        <Time at={since ?? createdAt} />
      </span>
    </li>
  );
}
