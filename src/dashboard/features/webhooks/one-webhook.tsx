/** One webhook: where it stands, its secret, a test, and the log of what was sent. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import type { Webhook } from '../../../client/index.ts';
import { api } from '../../api/session.ts';
import { Badge } from '../../kit/badge.tsx';
import { Confirm } from '../../kit/confirm.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { ShownOnce } from '../../kit/shown-once.tsx';
import { Time, useNow } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Who } from '../../kit/who.tsx';
import { ForAdmins } from '../../shell/for-admins.tsx';
import { Deliveries } from './deliveries.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { forgetSecret, useShownSecret } from './shown-secret.ts';
import { WebhookForm } from './webhook-form.tsx';
import { lastAnswer, standingOf, typesText } from './webhook-words.ts';

export function OneWebhook({ id }: { readonly id: string }): ReactNode {
  return (
    <ForAdmins what="webhooks">
      <Asked id={id} />
    </ForAdmins>
  );
}

function Asked({ id }: { readonly id: string }): ReactNode {
  const webhook = useQuery({
    queryKey: ['webhook', id],
    queryFn: ({ signal }) => api.getWebhook({ webhook: id }, { signal }),
  });
  if (webhook.isPending) return <Loading what="webhook" />;
  if (webhook.error !== null)
    return (
      <Page title="Webhook">
        <Problem error={webhook.error} onRetry={() => void webhook.refetch()} />
        <p>
          <Link href="/webhooks">All webhooks</Link>
        </p>
      </Page>
    );
  return <Known webhook={webhook.data} />;
}

function Known({ webhook }: { readonly webhook: Webhook }): ReactNode {
  const { id, url, description, types } = webhook;
  const queries = useQueryClient();
  const [wish, setWish] = useQueryState('do');
  const now = useNow();
  const { word, tone, says } = standingOf(webhook, now);
  const became = (fresh: Webhook): void => {
    queries.setQueryData(['webhook', id], fresh);
    void queries.invalidateQueries({ queryKey: ['webhooks'] });
  };
  return (
    <Page
      fills
      title={`${new URL(url).host} · Webhook`}
      heading={
        <span className="row">
          <span className="zw-anywhere">{url}</span> <Badge tone={tone}>{word}</Badge>
        </span>
      }
      lead={
        <span className="small">
          {description === '' ? null : <>{description} · </>}told {typesText(types)} · added{' '}
          <Time at={webhook.createdAt} /> by <Who principal={webhook.createdBy} /> ·{' '}
          <Link href="/webhooks">all webhooks</Link>
        </span>
      }
    >
      <Secret id={id} />
      {says === '' ? null : <Standing webhook={webhook} says={says} />}
      <Acts webhook={webhook} onWish={setWish} onChanged={became} />
      {wish === 'edit' ? (
        <WebhookForm
          title="Change the webhook"
          action="Save"
          of={webhook}
          onCancel={() => setWish('')}
          onSave={async (edit) => {
            became(await api.editWebhook({ webhook: id, body: edit }));
            setWish('');
            toast('The webhook is changed');
          }}
        />
      ) : null}
      <Deliveries webhook={id} />
      <RotateDialog isOpen={wish === 'rotate'} webhook={id} onRotated={became} onClose={() => setWish('')} />
      <Removal isOpen={wish === 'remove'} webhook={webhook} onClose={() => setWish('')} />
    </Page>
  );
}

function Secret({ id }: { readonly id: string }): ReactNode {
  const secret = useShownSecret(id);
  // Whoever leaves the page has seen it.
  useEffect(() => () => forgetSecret(id), [id]);
  if (secret === null) return null;
  return (
    <ShownOnce
      title="This secret signs what is sent. It is shown here once."
      text={secret}
      what="secret"
      onDone={() => forgetSecret(id)}
    >
      Your receiver checks the headers <span className="mono">webhook-id</span>,{' '}
      <span className="mono">webhook-timestamp</span> and <span className="mono">webhook-signature</span> with
      it (Standard Webhooks: their libraries take it as it is).
    </ShownOnce>
  );
}

function Standing({ webhook, says }: { readonly webhook: Webhook; readonly says: string }): ReactNode {
  const { disabled, failingSince, holdUntil } = webhook;
  return (
    <Note tone={disabled?.reason === 'by-hand' ? 'plain' : disabled === null ? 'risk' : 'delete'}>
      <p>
        {says}{' '}
        <span className="soft">
          {disabled !== null ? (
            <>
              Since <Time at={disabled.at} />.
            </>
          ) : failingSince !== null ? (
            <>
              Since <Time at={failingSince} />.
            </>
          ) : (
            <>
              The next is sent <Time at={holdUntil} />.
            </>
          )}
        </span>
      </p>
    </Note>
  );
}

function Acts({
  webhook: { id, disabled, previousSecretUntil },
  onWish,
  onChanged,
}: {
  readonly webhook: Webhook;
  readonly onWish: (wish: string) => void;
  readonly onChanged: (fresh: Webhook) => void;
}): ReactNode {
  const queries = useQueryClient();
  const test = useMutation({
    mutationFn: () => api.testWebhook({ webhook: id }),
    onSuccess: (delivery) => {
      const isThere = delivery.state === 'delivered';
      toast(
        isThere ? 'The test arrived' : `The test did not arrive: ${lastAnswer(delivery)}`,
        isThere ? 'done' : 'problem',
      );
      void queries.invalidateQueries({ queryKey: ['deliveries', id] });
    },
  });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => api.editWebhook({ webhook: id, body: { enabled } }),
    onSuccess: (fresh) => {
      onChanged(fresh);
      toast(fresh.disabled === null ? 'The webhook is on' : 'The webhook is off');
    },
  });
  const error = test.error ?? turn.error;
  return (
    <>
      <div className="row">
        <Button
          variant="default"
          leftSection={<Icon name="send" />}
          loading={test.isPending}
          onClick={() => test.mutate()}
        >
          Send a test
        </Button>
        <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => onWish('edit')}>
          Change
        </Button>
        <Button variant="default" leftSection={<Icon name="key" />} onClick={() => onWish('rotate')}>
          New secret…
        </Button>
        <Button
          variant="default"
          leftSection={<Icon name={disabled === null ? 'pause' : 'play'} />}
          loading={turn.isPending}
          onClick={() => turn.mutate(disabled !== null)}
        >
          {disabled === null ? 'Turn off' : 'Turn on'}
        </Button>
        <Button variant="default" leftSection={<Icon name="trash" />} onClick={() => onWish('remove')}>
          Remove…
        </Button>
        {previousSecretUntil === null ? null : (
          <span className="small soft">
            the secret before signs, too, until <Time at={previousSecretUntil} as="local" />
          </span>
        )}
      </div>
      {error === null ? null : <Problem error={error} />}
    </>
  );
}

function Removal({
  isOpen,
  webhook: { id, url },
  onClose,
}: {
  readonly isOpen: boolean;
  readonly webhook: Webhook;
  readonly onClose: () => void;
}): ReactNode {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const remove = useMutation({
    mutationFn: () => api.removeWebhook({ webhook: id }),
    onSuccess: () => {
      toast('The webhook is removed');
      void queries.invalidateQueries({ queryKey: ['webhooks'] });
      go('/webhooks');
    },
  });
  return (
    <Confirm
      title="Remove the webhook"
      action="Remove it"
      isOpen={isOpen}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <p>
        <span className="mono zw-anywhere">{url}</span> is told nothing any more. Its secrets and the log of
        what was sent are deleted; the events themselves stay in the audit trail.
      </p>
    </Confirm>
  );
}
