/** Jobs of the facade: what can be queued, and the worker that does it. */
import { createHash } from 'node:crypto';
import { isZonewardError } from '../base/errors.ts';
import { type ChangeSetId, newId, type TenantId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { Job, JobId, JobState } from '../domains/jobs/model.ts';
import { type JobHandler, type JobRunner, startJobRunner } from '../domains/jobs/run-jobs.ts';
import type { SyncAllOutcome } from '../domains/zones/sync-all.ts';
import { engineHolder } from './api-keys.ts';
import { type BulkWish, bulkSummary, provisionItems, wishItems } from './bulk-provision.ts';
import type { Context } from './context.ts';
import type { Tenant } from './open-zoneward.ts';
import { type PlanJob, runPlanJob } from './plan-job.ts';
import type { PlanWatch } from './plan-watch.ts';
import { cloudflareOf, shownDetails } from './shown-details.ts';
import type { Applied } from './tenant-changes.ts';
import { parseTenant } from './tenant-name.ts';

/** What a job can be asked to do. Each kind bears being done again after a crash. */
export type JobRequest =
  /** Discovers and reads all zones of a connection, or reads one zone. */
  | { readonly kind: 'zones.sync'; readonly connection?: string; readonly zone?: string }
  /** Applies a stored change set, or goes on with one that was interrupted. */
  | {
      readonly kind: 'change-set.apply';
      readonly changeSetId: ChangeSetId;
      readonly verify?: boolean;
      readonly continueOnRefusal?: boolean;
    }
  /** Settles change sets that were left behind, and those of unknown outcome. */
  | { readonly kind: 'change-sets.recover' }
  /** One round of a connection: hears what moved, reads what is due. */
  | { readonly kind: 'rounds.run'; readonly connection?: string }
  /** Makes a plan of any kind and stores it as a change set to be looked at. Writes nothing. */
  | ({ readonly kind: 'change-sets.plan' } & PlanJob)
  /** Looks at all TLS of these zones, by their ids. `calls`: what that costs, for who looks at the job. */
  | {
      readonly kind: 'tls.refresh';
      readonly zones: readonly string[];
      readonly connection?: string;
      readonly calls: number;
    }
  /** Brings domains up, each as far as it can go now; its wish is kept with the job. */
  | { readonly kind: 'provisionings.bulk'; readonly domains: readonly BulkWish[] };

export interface Jobs {
  /** Queues it, or gives back the same job that is already under way. */
  add(tenant: string, request: JobRequest, options: { readonly principal: string }): Promise<Job>;
  /** Null for one that is unknown or another tenant's. */
  get(tenant: string, id: string): Promise<Job | null>;
  /** Newest first. */
  list(
    tenant: string,
    filter?: { readonly kind?: string; readonly state?: JobState; readonly before?: string },
    limit?: number,
  ): Promise<readonly Job[]>;
  /** Ends a queued job, asks a running one to stop at the next safe point. Null when there is none. */
  cancel(tenant: string, id: string): Promise<Job | null>;
  /** Works on the queue until stopped. Several workers, also of several processes, share it. */
  work(): JobRunner;
  counts(): Promise<{
    readonly queued: number;
    readonly running: number;
    readonly oldestDueAt: number | null;
  }>;
  /** Removes ended jobs that are older than a week. */
  prune(): Promise<number>;
}

const LIST_LIMIT = 50;
const KEPT_MS = 7 * 86_400_000;

/** Opens a tenant as the principal of a job. */
type OpenTenant = (
  name: string,
  options: { readonly principal: string; readonly planWatch?: PlanWatch },
) => Tenant;

export function openJobs(context: Context, tenant: OpenTenant): Jobs {
  const store = context.store.jobs;
  const { clock } = context;
  const { wakeUps } = context.store;
  const onError = (error: unknown): void =>
    context.logger.error('the queue could not be worked on', { error: String(error) });
  const runners = new Set<JobRunner>();
  return {
    add: async (name, request, { principal }) => {
      const { kind, ...input } = request;
      const at = clock.now();
      const job: Job = {
        id: newId<JobId>('job', context),
        tenantId: parseTenant(name),
        kind,
        input: input as unknown as JsonObject,
        principal,
        state: 'queued',
        progress: null,
        result: null,
        error: null,
        cancelRequested: false,
        attempts: 0,
        dueAt: at,
        createdAt: at,
        startedAt: null,
        finishedAt: null,
        version: 1,
      };
      const added = await store.add(job, dedupeKeyOf(request, principal));
      for (const runner of runners) runner.wake();
      // The job stands; without word it is only found later.
      await wakeUps.send(added.id).catch(onError);
      return added;
    },
    get: (name, id) => store.get(parseTenant(name), id as JobId),
    list: (name, filter = {}, limit = LIST_LIMIT) => {
      const { before, ...rest } = filter;
      return store.list(
        parseTenant(name),
        { ...rest, ...(before === undefined ? {} : { before: before as JobId }) },
        limit,
      );
    },
    cancel: (name, id) => store.cancel(parseTenant(name), id as JobId, clock.now()),
    work: () => {
      const runner = startJobRunner({
        store,
        wakeUps,
        clock,
        holder: engineHolder(context),
        handlers: traced(context, handlersOf(tenant)),
        describeError: (error, job) => describeError(context, error, job),
        onError,
      });
      runners.add(runner);
      return { ...runner, stop: () => runner.stop().finally(() => runners.delete(runner)) };
    },
    counts: () => store.counts(),
    prune: () => store.prune(clock.now() - KEPT_MS),
  };
}

function dedupeKeyOf(request: JobRequest, principal: string): string {
  if (request.kind === 'change-set.apply') return `apply:${request.changeSetId}`;
  if (request.kind === 'provisionings.bulk')
    return `bulk:${createHash('sha256').update(JSON.stringify(request.domains)).digest('hex')}`;
  if (request.kind === 'change-sets.plan')
    // A change set has an author, who may not be the one to approve it.
    return `plan:${createHash('sha256')
      .update(JSON.stringify([principal, request]))
      .digest('hex')}`;
  if (request.kind === 'tls.refresh')
    return `tls:${createHash('sha256').update(JSON.stringify(request)).digest('hex')}`;
  if (request.kind === 'change-sets.recover') return 'recover';
  if (request.kind === 'rounds.run') return `round:${request.connection ?? ''}`;
  return `sync:${request.connection ?? ''}:${request.zone ?? ''}`;
}

function handlersOf(tenant: OpenTenant): Record<string, JobHandler> {
  const of = ({ tenantId, principal }: { tenantId: TenantId; principal: string }): Tenant =>
    tenant(tenantId, { principal });
  return {
    'zones.sync': async (job, { signal, report }) => {
      const { connection, zone } = job.input as { readonly connection?: string; readonly zone?: string };
      const via = connection === undefined ? {} : { connection };
      if (zone !== undefined) {
        const outcome = await of(job).zones.sync(zone, { ...via, signal });
        const { zoneId, revision, recordCount, created, updated, deleted, calls, consistent, firstRead } =
          outcome;
        return { zoneId, revision, recordCount, created, updated, deleted, calls, consistent, firstRead };
      }
      const { discovery, sync } = await of(job).zones.syncAll({
        ...via,
        signal,
        onProgress: (event) => report({ done: event.done, total: event.total }),
      });
      return { seen: discovery.seen, ...syncSummary(sync) };
    },
    'change-set.apply': async (job, { signal, report }) => {
      const { changeSetId, verify, continueOnRefusal } = job.input as unknown as Extract<
        JobRequest,
        { kind: 'change-set.apply' }
      >;
      const { changes } = of(job);
      const before = await changes.get(changeSetId);
      // An earlier attempt may have ended the work and not lived to say so.
      if (job.attempts > 1 && before.changeSet.finishedAt !== null)
        return { changeSetId, status: before.changeSet.status };
      const applied = await changes.resume(changeSetId, {
        signal,
        ...(verify === undefined ? {} : { verify }),
        ...(continueOnRefusal === undefined ? {} : { continueOnRefusal }),
        onProgress: (event) => report({ ...event } as unknown as JsonObject),
      });
      return appliedSummary(applied);
    },
    'change-sets.plan': (job, run) =>
      runPlanJob((planWatch) => tenant(job.tenantId, { principal: job.principal, planWatch }), job, run),
    'change-sets.recover': async (job, { signal }) => {
      const recovered = await of(job).changes.recover({ signal });
      return {
        changeSets: recovered.map(({ changeSet, result, error }) => ({
          changeSetId: changeSet.id,
          status: result?.status ?? changeSet.status,
          error: error === null ? null : { code: error.code, message: error.message },
        })),
      };
    },
    'rounds.run': async (job, { signal, report }) => {
      const { connection } = job.input as { readonly connection?: string };
      const round = await of(job).inventory.round({
        ...(connection === undefined ? {} : { connection }),
        signal,
        onProgress: ({ done, total }) => report({ done, total }),
      });
      const { state, reason, nextDueAt, calls, outcomes, failures, waiting } = round;
      const next = nextDueAt === null ? null : new Date(nextDueAt).toISOString();
      const [read, failed] = [outcomes.length, failures.length];
      return { state, reason, nextDueAt: next, calls, read, failed, waiting };
    },
    'tls.refresh': async (job, { signal, report }) => {
      const { zones, connection } = job.input as unknown as Extract<JobRequest, { kind: 'tls.refresh' }>;
      const { failures } = await of(job).tls.refresh(zones, {
        ...(connection === undefined ? {} : { connection }),
        signal,
        onZone: (done, total) => report({ done, total }),
      });
      return {
        zones: zones.length,
        failures: failures
          .slice(0, FAILURES_SHOWN_MAX)
          .map(({ zone, error }) => ({ zoneId: zone, code: error.code, message: error.message })),
      };
    },
    'provisionings.bulk': async (job, { signal, report }) => {
      const { domains } = job.input as unknown as Extract<JobRequest, { kind: 'provisionings.bulk' }>;
      const counts = { live: 0, going: 0, refused: 0 };
      const reports = await provisionItems(of(job).provisioning, wishItems(domains), {
        signal,
        onLine: ({ domain, provisioning }, done, total) => {
          if (provisioning === null) counts.refused += 1;
          else if (provisioning.state === 'live') counts.live += 1;
          else counts.going += 1;
          report({ done, total, domain, ...counts });
        },
      });
      return bulkSummary(reports);
    },
  };
}

/** Each run of a job is a span, with the calls to Cloudflare in it. */
function traced(context: Context, handlers: Record<string, JobHandler>): Record<string, JobHandler> {
  const wrap = (kind: string, handler: JobHandler): JobHandler => {
    return (job, run) => {
      const facts = { 'zoneward.job': job.id, 'zoneward.attempt': job.attempts };
      return context.tracing.span(`job ${kind}`, { kind: 'internal', facts }, () => handler(job, run));
    };
  };
  return Object.fromEntries(Object.entries(handlers).map(([kind, handler]) => [kind, wrap(kind, handler)]));
}

const FAILURES_SHOWN_MAX = 100;

function syncSummary({ done, total, skipped, calls, failures, stopped }: SyncAllOutcome): JsonObject {
  return {
    done,
    total,
    skipped,
    calls,
    failures: failures.slice(0, FAILURES_SHOWN_MAX).map(({ zoneId, name, error }) => ({
      zoneId,
      name,
      code: isZonewardError(error) ? error.code : 'internal',
    })),
    stopped: stopped === null ? null : { code: stopped.code, message: stopped.message },
  };
}

/** Counts by state; the operations themselves stand with the change set. */
function appliedSummary({ changeSet, status, zones }: Applied): JsonObject {
  return {
    changeSetId: changeSet.id,
    status,
    zones: zones.map(({ zoneId, outcomes, stopped, verified }) => ({
      zoneId,
      operations: Object.fromEntries(
        [...new Set(outcomes.map(({ state }) => state))].map((state) => [
          state,
          outcomes.filter((one) => one.state === state).length,
        ]),
      ),
      stopped: stopped === null ? null : { code: stopped.code, message: stopped.message },
      verified,
    })),
  };
}

function describeError(context: Context, error: unknown, job: Job): JsonObject {
  if (isZonewardError(error)) {
    const { code, kind, message, next } = error;
    const [details, cloudflare] = [shownDetails(error.details), cloudflareOf(error.details)];
    return {
      code,
      kind,
      message,
      next: [...next],
      ...(cloudflare === null ? {} : { cloudflare }),
      ...(Object.keys(details).length === 0 ? {} : { details: details as JsonObject }),
    };
  }
  const errorId = newId<string>('err', context);
  context.logger.error('a job failed for a reason of ours', {
    errorId,
    jobId: job.id,
    kind: job.kind,
    error: String(error),
  });
  return {
    code: 'internal',
    kind: 'internal',
    message: `Something failed on our side (${errorId}).`,
    next: [],
  };
}
