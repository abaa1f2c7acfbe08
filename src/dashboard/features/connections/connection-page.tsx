/** One connection: how it does, what it may do, what it costs, and what can be done with it. */
import { Button, Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import type { Connection, TestReport } from '../../../client/index.ts';
import { forgetConnections, useConnection } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Badge, ConnectionStateBadge } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { CapabilityMatrix } from './capability-matrix.tsx';
import { kindName } from './connections-page.tsx';
import { CredentialForm } from './credential-form.tsx';
import { MissingRights } from './missing-rights.tsx';
import { Report } from './report.tsx';
import { RotationCard } from './rotation-card.tsx';
import { UsageChart } from './usage-chart.tsx';

export function ConnectionPage(): ReactNode {
  const { connection: id = '' } = useParams<{ connection: string }>();
  const connection = useConnection(id);
  if (connection.isPending) return <Loading what="connection" />;
  if (connection.error !== null)
    return (
      <Page title="Connection">
        <Problem error={connection.error} onRetry={() => void connection.refetch()} />
      </Page>
    );
  return <KnownConnection connection={connection.data} />;
}

function KnownConnection({ connection }: { readonly connection: Connection }): ReactNode {
  const [report, setReport] = useState<TestReport | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState('');
  const [dialog, setDialog] = useState<'relink' | 'remove' | null>(null);
  const queries = useQueryClient();
  const { id, label, state, stateDetail, next, tags } = connection;
  const act = async (verb: string, work: () => Promise<unknown>): Promise<void> => {
    setBusy(verb);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    await forgetConnections(queries);
    setBusy('');
  };
  const test = (): Promise<void> =>
    act('test', async () => {
      const answer = await api.testConnection({ connection: id });
      setReport(answer.report);
      toast(
        answer.report?.passed === true ? 'It works' : 'It does not work',
        answer.report?.passed === true ? 'done' : 'problem',
      );
    });
  const isPaused = state === 'paused';
  return (
    <Page
      title={label}
      heading={
        <span className="row">
          {label}
          <ConnectionStateBadge state={state} />
        </span>
      }
      lead={
        <span className="row small">
          <span>
            {connection.accountName ?? 'Account'} · {kindName(connection.kind)}
          </span>
          <Link href={`/zones?connection=${id}`}>Its zones</Link>
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      }
      actions={
        <>
          <Button
            variant="default"
            leftSection={<Icon name="check" />}
            loading={busy === 'test'}
            onClick={() => void test()}
          >
            Test
          </Button>
          <Button
            variant="default"
            leftSection={<Icon name={isPaused ? 'play' : 'pause'} />}
            loading={busy === 'pause'}
            onClick={() =>
              void act('pause', () =>
                isPaused ? api.resumeConnection({ connection: id }) : api.pauseConnection({ connection: id }),
              )
            }
          >
            {isPaused ? 'Use again' : 'Pause'}
          </Button>
          <Button variant="default" leftSection={<Icon name="key" />} onClick={() => setDialog('relink')}>
            New credential
          </Button>
          <Button
            variant="default"
            color="red"
            leftSection={<Icon name="trash" />}
            onClick={() => setDialog('remove')}
          >
            Remove
          </Button>
        </>
      }
    >
      {error === null ? null : <Problem error={error} />}
      {state === 'active' ? null : (
        <Note tone={isPaused || state === 'limited' || state === 'expiring' ? 'risk' : 'delete'}>
          <strong>{stateDetail}</strong>
          {next.map((line) => (
            <p key={line}>→ {line}</p>
          ))}
          {state === 'limited' ? <MissingRights connection={id} /> : null}
        </Note>
      )}
      {report === null ? null : (
        <section className="card">
          <Report report={report} />
        </section>
      )}
      <UsageChart connection={id} />
      <div className="zw-twocolumns">
        <section className="card stack stack--tight" aria-labelledby="may">
          <h2 id="may">What it may do</h2>
          <CapabilityMatrix capabilities={connection.capabilities} />
        </section>
        <section className="card stack stack--tight" aria-labelledby="facts">
          <h2 id="facts">Facts</h2>
          <dl className="facts small">
            <dt>Id</dt>
            <dd>
              <CopyText text={id} what="connection id" />
            </dd>
            <dt>Account</dt>
            <dd>
              <CopyText text={connection.accountId} what="account id" />
            </dd>
            <dt>Profile</dt>
            <dd>{connection.profile === 'full' ? 'see and change' : 'see only'}</dd>
            <dt>Tested</dt>
            <dd>
              <Time at={connection.testedAt} />
            </dd>
            <dt>Expires</dt>
            <dd>
              <Time at={connection.expiresAt} as="local" />
            </dd>
            <dt>Connected</dt>
            <dd>
              <Time at={connection.createdAt} as="local" />
            </dd>
          </dl>
        </section>
        <RotationCard connection={connection} />
      </div>
      <RelinkDialog isOpen={dialog === 'relink'} connection={connection} onClose={() => setDialog(null)} />
      <RemoveDialog isOpen={dialog === 'remove'} connection={connection} onClose={() => setDialog(null)} />
    </Page>
  );
}

interface DialogProps {
  readonly isOpen: boolean;
  readonly connection: Connection;
  readonly onClose: () => void;
}

function RelinkDialog({ isOpen, connection, onClose }: DialogProps): ReactNode {
  const queries = useQueryClient();
  return (
    <Modal opened={isOpen} onClose={onClose} title={`A new credential for ${connection.label}`} size="lg">
      <div className="stack">
        <p className="small soft">
          Of the same account. Zones, history and audit stay as they are; the old credential is forgotten once
          the new one has passed its test.
        </p>
        <CredentialForm
          submitLabel="Test and replace"
          onSubmit={async ({ credential }) => {
            await api.relinkConnection({ connection: connection.id, body: { credential } });
            await forgetConnections(queries);
            toast('The new credential is in use');
            onClose();
            return undefined;
          }}
        />
      </div>
    </Modal>
  );
}

function RemoveDialog({ isOpen, connection, onClose }: DialogProps): ReactNode {
  const [word, setWord] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [left, setLeft] = useState<readonly string[] | null>(null);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const remove = async (): Promise<void> => {
    setError(null);
    try {
      setLeft((await api.removeConnection({ connection: connection.id })).next);
    } catch (failure) {
      setError(failure);
    }
  };
  const leave = (): void => {
    onClose();
    if (left === null) return;
    go('/connections');
    void forgetConnections(queries);
  };
  return (
    <Modal opened={isOpen} onClose={leave} title={`Remove ${connection.label}`}>
      {left === null ? (
        <div className="stack">
          <p>
            The sealed secret is deleted and the connection no longer used. Its zones stay at Cloudflare as
            they are; history and audit stay here.
          </p>
          <TextInput
            label={
              <>
                Type <span className="mono">{connection.label}</span>
              </>
            }
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
            data-autofocus
          />
          {error === null ? null : <Problem error={error} />}
          <Button color="red" disabled={word !== connection.label} onClick={() => void remove()}>
            Remove it
          </Button>
        </div>
      ) : (
        <div className="stack">
          <Note tone="create" icon="check">
            <strong>Removed</strong>
            {left.map((line) => (
              <p key={line}>→ {line}</p>
            ))}
          </Note>
          <Button onClick={leave}>To the connections</Button>
        </div>
      )}
    </Modal>
  );
}
