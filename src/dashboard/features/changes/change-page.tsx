/** One change set: what it plans, how far it is, what became of each change, and what can be done with it now. */
import { Button, Progress } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'wouter';
import type { ChangeSetDetails, Job } from '../../../client/index.ts';
import { useJob } from '../../api/job-events.ts';
import { forgetZones, useChangeSet } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { useActing } from '../../kit/acting.ts';
import { Badge } from '../../kit/badge.tsx';
import { CopyText } from '../../kit/copy.tsx';
import { Loading } from '../../kit/empty.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Icon } from '../../kit/icons.tsx';
import { NextSteps } from '../../kit/next-steps.tsx';
import { Note } from '../../kit/note.tsx';
import { Page } from '../../kit/page.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Who } from '../../kit/who.tsx';
import { planRows, sumPlans } from '../review/plan-rows.ts';
import { PlanSummary, PlanTable } from '../review/plan-view.tsx';
import { readableName } from '../zones/names.ts';
import { ChangeSetMarks } from './change-list.tsx';
import { actionsOf, explainStatus, progressOf } from './change-state.ts';
import { KeyForm, needsKey } from './key-form.tsx';

export function ChangePage(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const changeSet = useChangeSet(id);
  if (changeSet.isPending) return <Loading what="change set" />;
  if (changeSet.error !== null)
    return (
      <Page title="Change set">
        <Problem error={changeSet.error} onRetry={() => void changeSet.refetch()} />
      </Page>
    );
  return <KnownChangeSet changeSet={changeSet.data} />;
}

function KnownChangeSet({ changeSet }: { readonly changeSet: ChangeSetDetails }): ReactNode {
  const work = useWork(changeSet);
  const { error, jobId, job, busy } = work;
  const rows = useMemo(() => planRows(changeSet.plans), [changeSet]);
  const actions = actionsOf(changeSet, jobId !== null);
  const waitsForKey = (actions.includes('apply') || actions.includes('resume')) && needsKey(changeSet);
  const [, go] = useLocation();
  const undo = (): void => go(`/changes/${changeSet.id}/undo`);
  useHotkey('mod+z', undo, actions.includes('undo'));
  return (
    <Page
      title={changeSet.summary}
      fills
      heading={
        <span className="row">
          {changeSet.summary}
          <ChangeSetMarks changeSet={changeSet} />
        </span>
      }
      lead={<ChangeFacts changeSet={changeSet} />}
      actions={
        <Actions
          changeSet={changeSet}
          actions={actions}
          waitsForKey={waitsForKey}
          work={work}
          onUndo={undo}
        />
      }
    >
      {error === null ? null : <Problem error={error} />}
      {work.followError === null ? null : <Problem error={work.followError} />}
      {jobId === null ? <StatusNote changeSet={changeSet} /> : <ApplyProgress job={job} />}
      {waitsForKey ? (
        <KeyForm isBusy={busy === 'applyWithKey'} onKey={(key) => void work.applyWithKey(key)} />
      ) : null}
      <PlanSummary sums={sumPlans(changeSet.plans)} />
      <PlanTable rows={rows} label="Changes and what became of them" />
    </Page>
  );
}

interface Work {
  /** What is being done; empty: nothing. */
  readonly busy: string;
  readonly error: unknown;
  /** Of the job that is under way; null: none is. */
  readonly jobId: string | null;
  readonly job: Job | null;
  readonly followError: unknown;
  readonly act: (verb: string, work: () => Promise<unknown>) => Promise<void>;
  readonly apply: (verb: 'applyChangeSet' | 'resumeChangeSet') => Promise<void>;
  readonly applyWithKey: (privateKey: string) => Promise<void>;
}

/** What is done with the change set, and the job that does it: its id stands in the address, so that a reload goes on watching. */
function useWork({ id }: ChangeSetDetails): Work {
  const [params, setParams] = useSearchParams();
  const queries = useQueryClient();
  const jobId = params.get('job');
  const look = (): Promise<void> => queries.invalidateQueries({ queryKey: ['change-set', id] });
  const { busy, error, setError, act } = useActing(look);
  const following = useJob(jobId, (job) => {
    setParams((before) => without(before, 'job'), { replace: true });
    void Promise.all([look(), forgetZones(queries)]);
    if (job.state === 'failed') setError(jobFailure(job));
    else toast(job.state === 'done' ? 'Applied' : 'Stopped', job.state === 'done' ? 'done' : 'problem');
  });
  return {
    busy,
    error,
    jobId,
    job: following.job,
    followError: following.error,
    act,
    apply: (verb) =>
      act(verb, async () => {
        const job = await api[verb]({ id, body: {} });
        setParams({ job: job.id }, { replace: true });
      }),
    applyWithKey: (privateKey) =>
      act('applyWithKey', async () => {
        await api.applyWithKey({ id, body: { privateKey } });
        await forgetZones(queries);
        toast('Applied', 'done');
      }),
  };
}

function Actions({
  changeSet: { id, status },
  actions,
  waitsForKey,
  work: { busy, act, apply },
  onUndo,
}: {
  readonly changeSet: ChangeSetDetails;
  readonly actions: ReturnType<typeof actionsOf>;
  /** Then it is applied by the form of the key. */
  readonly waitsForKey: boolean;
  readonly work: Work;
  readonly onUndo: () => void;
}): ReactNode {
  const applies = actions.includes('apply') && !waitsForKey;
  const resumes = actions.includes('resume') && (!waitsForKey || status !== 'interrupted');
  return (
    <>
      {actions.includes('cancel') ? (
        <Button
          variant="default"
          loading={busy === 'cancel'}
          onClick={() => void act('cancel', () => api.cancelChangeSet({ id }))}
        >
          Cancel it
        </Button>
      ) : null}
      {actions.includes('approve') ? (
        <Button
          variant="default"
          leftSection={<Icon name="check" />}
          loading={busy === 'approve'}
          onClick={() => void act('approve', () => api.approveChangeSet({ id }))}
        >
          Approve
        </Button>
      ) : null}
      {applies ? (
        <Button loading={busy === 'applyChangeSet'} onClick={() => void apply('applyChangeSet')}>
          Apply
        </Button>
      ) : null}
      {resumes ? (
        <Button loading={busy === 'resumeChangeSet'} onClick={() => void apply('resumeChangeSet')}>
          {status === 'unknown' ? 'Find out what landed' : 'Resume'}
        </Button>
      ) : null}
      {actions.includes('undo') ? (
        <Button variant="default" leftSection={<Icon name="undo" />} onClick={onUndo}>
          Undo
        </Button>
      ) : null}
    </>
  );
}

function ChangeFacts({ changeSet }: { readonly changeSet: ChangeSetDetails }): ReactNode {
  const { approval } = changeSet;
  return (
    <span className="row small">
      <span>
        {changeSet.zones.map(({ id, name }, index) => (
          <span key={id}>
            {index > 0 ? ', ' : ''}
            <Link href={`/zones/${name}`}>{readableName(name)}</Link>
          </span>
        ))}
      </span>
      <span>
        by <Who principal={changeSet.author} />
      </span>
      <span>
        planned <Time at={changeSet.createdAt} />
      </span>
      {changeSet.finishedAt === null ? null : (
        <span>
          ended <Time at={changeSet.finishedAt} />
        </span>
      )}
      {approval.grant === null ? null : (
        <span>
          approved by <Who principal={approval.grant.by} />
        </span>
      )}
      {changeSet.allowed.map((word) => (
        <Badge key={word} tone="risk">
          allowed: {word}
        </Badge>
      ))}
      <CopyText text={changeSet.id} what="change set id" />
    </span>
  );
}

function StatusNote({ changeSet }: { readonly changeSet: ChangeSetDetails }): ReactNode {
  const { tone, text, next } = explainStatus(changeSet);
  if (text === '') return null;
  return (
    <Note tone={tone} icon={tone === 'create' ? 'check' : 'alert'}>
      <p role="status">{text}</p>
      <NextSteps lines={next === '' ? [] : [next]} />
      {changeSet.undoneBy === null ? null : (
        <p>
          <Link href={`/changes/${changeSet.undoneBy}`}>The undo</Link>
        </p>
      )}
      {changeSet.undoes === null ? null : (
        <p>
          <Link href={`/changes/${changeSet.undoes}`}>What it takes back</Link>
        </p>
      )}
    </Note>
  );
}

function ApplyProgress({ job }: { readonly job: Job | null }): ReactNode {
  const { text, share } = progressOf(job);
  const cancel = async (): Promise<void> => {
    if (job === null) return;
    try {
      await api.cancelJob({ id: job.id });
      toast('It stops after the request under way');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), 'problem');
    }
  };
  return (
    <section className="card stack stack--tight" aria-label="Progress">
      <div className="row row--apart">
        <span role="status">{text}</span>
        <Button size="compact-sm" variant="default" disabled={job === null} onClick={() => void cancel()}>
          Stop
        </Button>
      </div>
      <Progress value={share * 100} animated={share < 1} aria-label="Progress" />
    </section>
  );
}

function without(params: URLSearchParams, name: string): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete(name);
  return next;
}

/** A failed job's problem as an error that is shown like any other. */
function jobFailure(job: Job): Error {
  const { detail, message } = (job.error ?? {}) as { readonly detail?: string; readonly message?: string };
  return new Error(detail ?? message ?? 'The job failed.');
}
