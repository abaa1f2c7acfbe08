/**
 * From a wish to a change set: plan, look, lift guard rails, apply. For staged edits, files, undo, going back, drift
 * and settings alike; whoever has a `PlanInput` shows this. Saved is what was looked at, or nothing: the plan's hashes go
 * with it.
 */
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { ChangeSet, DnsRecord, Plan, PlanInput } from '../../../client/index.ts';
import { forgetZones, usePlan } from '../../api/queries.ts';
import { api } from '../../api/session.ts';
import { Empty, Loading } from '../../kit/empty.tsx';
import { useHotkey } from '../../kit/hotkeys.ts';
import { Icon } from '../../kit/icons.tsx';
import { Note } from '../../kit/note.tsx';
import { Problem } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { toast } from '../../kit/toasts.tsx';
import { Conflicts, UndoConflicts } from './conflicts.tsx';
import { Guards, guardsByWord } from './guards.tsx';
import { findConflicts, planRows, sumPlans } from './plan-rows.ts';
import { PlanSummary, PlanTable } from './plan-view.tsx';

export interface ReviewProps {
  readonly input: PlanInput;
  readonly summary?: string;
  /** The records as they were when the edits began, by id: what differs now is shown as a conflict. */
  readonly bases?: ReadonlyMap<string, DnsRecord>;
  readonly onBack: () => void;
  /** Once the change set is stored, before it is applied. */
  readonly onSaved?: (changeSet: ChangeSet) => void;
  /** Applies it in place of the job: for what a job may not carry. */
  readonly applyWith?: (changeSet: ChangeSet) => Promise<unknown>;
  /** For conflicts of an undo. */
  readonly onForce?: () => void;
  /** Takes edits of these records back, in favour of what is there now. */
  readonly onYield?: (recordIds: readonly string[]) => void;
}

export function Review(props: ReviewProps): ReactNode {
  const plan = usePlan(props.input);
  if (plan.isPending) return <Loading what="the plan: the zone is read at Cloudflare" />;
  if (plan.error !== null)
    return (
      <div className="stack">
        <Problem error={plan.error} onRetry={() => void plan.refetch()} />
        <div className="row">
          <Button variant="default" leftSection={<Icon name="back" />} onClick={props.onBack}>
            Back
          </Button>
        </div>
      </div>
    );
  return (
    <Planned
      key={plan.dataUpdatedAt}
      {...props}
      plan={plan.data}
      isPlanning={plan.isFetching}
      onPlanAgain={() => void plan.refetch()}
    />
  );
}

interface PlannedProps extends ReviewProps {
  readonly plan: Plan;
  readonly isPlanning: boolean;
  readonly onPlanAgain: () => void;
}

function Planned(props: PlannedProps): ReactNode {
  const { plan, bases, onBack, onYield, onPlanAgain } = props;
  const [allowed, setAllowed] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState(false);
  const rows = useMemo(() => planRows(plan.plans), [plan]);
  const guards = useMemo(() => guardsByWord(plan.plans), [plan]);
  const conflicts = useMemo(() => findConflicts(plan, bases ?? new Map()), [plan, bases]);
  const problems = plan.plans.flatMap((one) => one.problems);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const warnings = problems.filter(({ severity }) => severity !== 'error');
  const { save, isBusy, error } = useSaving(props, allowed);
  const isHeld = [...guards.keys()].some((word) => !allowed.has(word));
  const mayApply =
    rows.length > 0 && errors.length === 0 && !isHeld && !isBusy && (conflicts.length === 0 || seen);
  useHotkey('mod+s', () => void save(true), mayApply);
  useHotkey('Escape', onBack);

  const undoConflicts = (
    <UndoConflicts plan={plan} {...(props.onForce === undefined ? {} : { onForce: props.onForce })} />
  );
  if (rows.length === 0 && errors.length === 0)
    return (
      <>
        {undoConflicts}
        <NothingToChange onBack={onBack} />
        <Problems title="Noted" problems={warnings} tone="risk" />
      </>
    );
  return (
    <>
      <PlanSummary sums={sumPlans(plan.plans)} />
      <Conflicts
        conflicts={conflicts}
        isSeen={seen}
        onSeen={setSeen}
        {...(onYield === undefined ? {} : { onYield })}
      />
      {undoConflicts}
      <Problems title="This cannot be applied" problems={errors} tone="delete" />
      <Problems title="Noted" problems={warnings} tone="risk" />
      <Guards guards={guards} allowed={allowed} onAllow={setAllowed} />
      {error === null ? null : <Problem error={error} onRetry={onPlanAgain} />}
      {rows.length > 0 ? <PlanTable rows={rows} label="Planned changes" /> : null}
      <Decision {...props} count={rows.length} isBusy={isBusy} mayApply={mayApply} onSave={save} />
    </>
  );
}

interface Saving {
  readonly save: (thenApply: boolean) => Promise<void>;
  readonly isBusy: boolean;
  readonly error: unknown;
}

/** Stores the plan as a change set, and applies it where that is wished and may be; then leads to its page. */
function useSaving(
  { plan, input, summary, onSaved, applyWith }: PlannedProps,
  allowed: ReadonlySet<string>,
): Saving {
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const queries = useQueryClient();
  const [, go] = useLocation();
  const save = async (thenApply: boolean): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const changeSet = await api.saveChangeSet({
        body: {
          plan: input,
          expect: plan.plans.map(({ hash }) => hash),
          allow: [...allowed],
          ...(summary === undefined ? {} : { summary }),
        },
      });
      onSaved?.(changeSet);
      const isReady = !changeSet.approval.required || changeSet.approval.grant !== null;
      const applies = thenApply && isReady;
      // Stored it is already: what its page says of a failure is more than this one could.
      if (applies && applyWith !== undefined) await applyWith(changeSet).catch(tell);
      const job =
        applies && applyWith === undefined ? await api.applyChangeSet({ id: changeSet.id, body: {} }) : null;
      void forgetZones(queries);
      go(`/changes/${changeSet.id}${job === null ? '' : `?job=${job.id}`}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return { save, isBusy, error };
}

function NothingToChange({ onBack }: Pick<ReviewProps, 'onBack'>): ReactNode {
  return (
    <Empty
      icon="check"
      title="Nothing to change"
      action={
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
      }
    >
      The zone is already as this wants it.
    </Empty>
  );
}

function Decision({
  plan,
  count,
  isBusy,
  isPlanning,
  mayApply,
  onBack,
  onPlanAgain,
  onSave,
}: PlannedProps & {
  readonly count: number;
  readonly isBusy: boolean;
  readonly mayApply: boolean;
  readonly onSave: (thenApply: boolean) => Promise<void>;
}): ReactNode {
  return (
    <section className="zw-foot" aria-label="What to do with the plan">
      <Button variant="default" leftSection={<Icon name="back" />} onClick={onBack}>
        Back
      </Button>
      <span className="soft small grow zw-foot__aside">
        Read at Cloudflare <Time at={plan.plans[0]?.readAt ?? null} />
      </span>
      <Button variant="subtle" color="gray" loading={isPlanning} onClick={onPlanAgain}>
        Plan again
      </Button>
      <Button variant="default" disabled={!mayApply} onClick={() => void onSave(false)}>
        Save for later
      </Button>
      <Button loading={isBusy} disabled={!mayApply} onClick={() => void onSave(true)}>
        Apply {count.toLocaleString('en')} {count === 1 ? 'change' : 'changes'}
      </Button>
    </section>
  );
}

function tell(error: unknown): void {
  toast(error instanceof Error ? error.message : String(error), 'problem');
}

const PROBLEMS_SHOWN_MAX = 8;

function Problems({
  title,
  problems,
  tone,
}: {
  readonly title: string;
  readonly problems: readonly {
    readonly code: string;
    readonly message: string;
    readonly [key: string]: unknown;
  }[];
  readonly tone: 'delete' | 'risk';
}): ReactNode {
  if (problems.length === 0) return null;
  return (
    <Note tone={tone}>
      <strong>{title}</strong>
      {problems.slice(0, PROBLEMS_SHOWN_MAX).map((problem) => (
        <p key={`${problem.code} ${problem.message}`}>
          {problem.message}
          {typeof problem['next'] === 'string' ? <span className="soft"> {problem['next']}</span> : null}
        </p>
      ))}
      {problems.length > PROBLEMS_SHOWN_MAX ? (
        <p className="soft">and {problems.length - PROBLEMS_SHOWN_MAX} more</p>
      ) : null}
    </Note>
  );
}
