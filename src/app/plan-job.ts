/**
 * A plan made and stored as a change set, to be looked at: within a request, or as a job that can be watched and
 * stopped. A job stores one change set, however often its worker is replaced: it is named after the job.
 */
import { ZonewardError } from '../base/errors.ts';
import { type ChangeSetId, idBeside } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import { hasErrors } from '../base/problem.ts';
import type { ChangeSet } from '../domains/changes/model.ts';
import type { Job } from '../domains/jobs/model.ts';
import type { JobRun } from '../domains/jobs/run-jobs.ts';
import { changesAnything } from '../plan/summarize-plans.ts';
import type { Tenant } from './open-zoneward.ts';
import { type PlanRequest, planRequested } from './plan-request.ts';
import type { PlanWatch } from './plan-watch.ts';
import type { TenantChanges } from './tenant-changes.ts';
import type { Planned } from './tenant-plans.ts';

export interface StoreOptions {
  /** The hashes that somebody looked at: a plan with another one is refused. */
  readonly expect?: readonly string[];
  /** Words of guard rails to lift. */
  readonly allow?: readonly string[];
  readonly summary?: string;
}

/** What the job holds. */
export interface PlanJob extends StoreOptions {
  readonly plan: PlanRequest;
}

/**
 * Throws `plan-moved` (conflict) for a plan that is not the one expected, and what `save` throws. Null when the zones
 * are as wanted already.
 */
export async function storePlanned(
  changes: Pick<TenantChanges, 'save'>,
  planned: Planned,
  { id, expect, allow = [], summary }: StoreOptions & { readonly id?: ChangeSetId } = {},
): Promise<ChangeSet | null> {
  const plans = planned.zones.map(({ plan }) => plan).filter(changesAnything);
  // A plan with errors is for `save` to refuse, with all that is wrong with it.
  const isFaulty = planned.zones.some(({ plan: { problems } }) => hasErrors(problems));
  if (plans.length === 0 && !isFaulty) return null;
  if (expect !== undefined && !plans.every(({ hash }) => expect.includes(hash))) throw planMoved();
  return changes.save(planned, {
    allow,
    ...(id === undefined ? {} : { id }),
    ...(summary === undefined ? {} : { summary }),
  });
}

/**
 * @param open the tenant, its plans watched.
 * @returns `changeSetId` (null when every zone is as wanted already), `changed`: zones in it, `zones` looked at; of an
 * edit how many of them have a record that is meant, of an undo how many changes stand in conflict and are left alone.
 * Stored by a worker that did not live to say so: only the first two.
 */
export async function runPlanJob(
  open: (watch: PlanWatch) => Tenant,
  job: Job,
  { signal, report }: JobRun,
): Promise<JsonObject> {
  const { plan, ...options } = job.input as unknown as PlanJob;
  const onZone = (done: number, total: number): void => report({ done, total });
  const watch = { signal, onZone };
  const tenant = open(watch);
  const id = idBeside<ChangeSetId>('chg', job.id);
  const stored = job.attempts > 1 ? await tenant.changes.find(id) : null;
  if (stored !== null) return { changeSetId: id, changed: stored.plans.length };
  onZone(0, zonesOf(plan));
  const planned = await planRequested(tenant, plan, watch);
  signal.throwIfAborted();
  onZone(planned.zones.length, planned.zones.length);
  const changeSet = await storePlanned(tenant.changes, planned, { ...options, id });
  const conflicts = planned.conflicts.length + (planned.settingConflicts?.length ?? 0);
  return {
    changeSetId: changeSet?.id ?? null,
    changed: changeSet?.plans.length ?? 0,
    zones: planned.zones.length,
    ...(planned.meant === undefined ? {} : { meant: planned.meant }),
    ...(conflicts === 0 ? {} : { conflicts }),
  };
}

function zonesOf(plan: PlanRequest): number {
  if ('zones' in plan) return plan.zones.length;
  return plan.kind === 'sources' ? plan.sources.length : 1;
}

function planMoved(): ZonewardError {
  return new ZonewardError('The plan is not the one that you looked at: a zone has changed since', {
    code: 'plan-moved',
    kind: 'conflict',
    next: ['Plan again, look at it, and send its hashes.'],
  });
}
