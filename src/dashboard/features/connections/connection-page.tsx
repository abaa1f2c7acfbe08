/** One connection: how it does, what it may do, what it costs, and what can be done with it. */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link, useParams } from 'wouter';
import type { Connection, TestReport } from '../../../client/index.ts';
import { forgetConnections, useConnection } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { watchTest } from '../../api/watched.ts';
import { useActing } from '../../kit/acting.ts';
import { Badge, ConnectionStateBadge } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { useQueryState } from '../../kit/query-state.ts';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { sentence } from '../../kit/words.ts';
import { Report, StepsUnderWay } from '../credential/report.tsx';
import { useTrial } from '../credential/trial.ts';
import { CapabilityMatrix } from './capability-matrix.tsx';
import { RelinkDialog, RemoveDialog } from './connection-dialogs.tsx';
import { kindName } from './connections-page.tsx';
import { MissingRights } from './missing-rights.tsx';
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
  const { id, label, state, stateDetail, next } = connection;
  const [dialog, setDialog] = useQueryState('do');
  const queries = useQueryClient();
  const { busy, error, act } = useActing(() => forgetConnections(queries));
  const { trial, report, test } = useRetest(id);
  return (
    <Page
      title={label}
      heading={
        <span className="row">
          {label}
          <ConnectionStateBadge state={state} />
        </span>
      }
      lead={<Lead connection={connection} />}
      actions={
        <Actions
          state={state}
          busy={trial.isTrying ? 'test' : busy}
          onTest={() => void test()}
          onPause={() =>
            void act('pause', () =>
              state === 'paused'
                ? api.resumeConnection({ connection: id })
                : api.pauseConnection({ connection: id }),
            )
          }
          onDialog={setDialog}
        />
      }
    >
      {error === null ? null : <Problem error={error} />}
      {trial.error === null ? null : <Problem error={trial.error} />}
      {state === 'active' ? null : (
        <Note tone={MILD.includes(state) ? 'risk' : 'delete'}>
          <strong>{sentence(stateDetail)}</strong>
          <NextSteps lines={next} of={{ connection: id }} />
          {state === 'limited' ? <MissingRights connection={id} /> : null}
        </Note>
      )}
      {trial.isTrying || report !== null ? (
        <section className="card">
          {report === null ? <StepsUnderWay ended={trial.steps} /> : <Report report={report} />}
        </section>
      ) : null}
      <UsageChart connection={id} />
      <div className="zw-twocolumns">
        <section className="card stack stack--tight" aria-labelledby="may">
          <h2 id="may">What it may do</h2>
          <CapabilityMatrix capabilities={connection.capabilities} />
        </section>
        <Facts connection={connection} />
        <RotationCard connection={connection} />
      </div>
      <RelinkDialog isOpen={dialog === 'relink'} connection={connection} onClose={() => setDialog('')} />
      <RemoveDialog isOpen={dialog === 'remove'} connection={connection} onClose={() => setDialog('')} />
    </Page>
  );
}

/** A test of the connection, and the report of the last one that was seen here. */
function useRetest(id: string): {
  readonly trial: ReturnType<typeof useTrial>;
  readonly report: TestReport | null;
  readonly test: () => Promise<void>;
} {
  const trial = useTrial();
  const [ended, setEnded] = useState<TestReport | null>(null);
  const queries = useQueryClient();
  const test = async (): Promise<void> => {
    setEnded(null);
    const answer = await trial.run((onStep) => watchTest(id, onStep));
    await forgetConnections(queries);
    if (answer === null) return;
    setEnded(answer.report);
    const isFine = answer.report?.passed === true;
    toast(isFine ? 'It works' : 'It does not work', isFine ? 'done' : 'problem');
  };
  return { trial, report: ended ?? trial.report, test };
}

/** States that a person need not hurry about. */
const MILD: readonly string[] = ['paused', 'limited', 'expiring', 'untested'];

function Lead({ connection }: { readonly connection: Connection }): ReactNode {
  const { id, accountName, kind, tags } = connection;
  return (
    <span className="row small">
      <span>
        {accountName ?? 'Account'} · {kindName(kind)}
      </span>
      <Link href={`/zones?connection=${id}`}>Its zones</Link>
      {tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
    </span>
  );
}

function Actions({
  state,
  busy,
  onTest,
  onPause,
  onDialog,
}: {
  readonly state: string;
  readonly busy: string;
  readonly onTest: () => void;
  readonly onPause: () => void;
  readonly onDialog: (dialog: 'relink' | 'remove') => void;
}): ReactNode {
  const isPaused = state === 'paused';
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon name="check" />}
        loading={busy === 'test'}
        onClick={onTest}
      >
        Test
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name={isPaused ? 'play' : 'pause'} />}
        loading={busy === 'pause'}
        onClick={onPause}
      >
        {isPaused ? 'Use again' : 'Pause'}
      </Button>
      <Button variant="default" leftSection={<Icon name="key" />} onClick={() => onDialog('relink')}>
        New credential
      </Button>
      <Button
        variant="default"
        color="red"
        leftSection={<Icon name="trash" />}
        onClick={() => onDialog('remove')}
      >
        Remove
      </Button>
    </>
  );
}

function Facts({ connection }: { readonly connection: Connection }): ReactNode {
  const { id, accountId, profile, testedAt, expiresAt, createdAt } = connection;
  return (
    <section className="card stack stack--tight" aria-labelledby="facts">
      <h2 id="facts">Facts</h2>
      <dl className="facts small">
        <dt>Id</dt>
        <dd>
          <CopyText text={id} what="connection id" />
        </dd>
        <dt>Account</dt>
        <dd>
          <CopyText text={accountId} what="account id" />
        </dd>
        <dt>Profile</dt>
        <dd>{profile === 'full' ? 'see and change' : 'see only'}</dd>
        <dt>Tested</dt>
        <dd>
          <Time at={testedAt} />
        </dd>
        <dt>Expires</dt>
        <dd>
          <Time at={expiresAt} as="local" />
        </dd>
        <dt>Connected</dt>
        <dd>
          <Time at={createdAt} as="local" />
        </dd>
      </dl>
    </section>
  );
}
