/** What the queue needs of the store. */
import type { TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Job, JobId, JobState } from './model.ts';

/**
 * Word between processes that a job may be due. It carries an id and no state: the rows are the truth, and a worker
 * looks at them by itself every so often, so word that is lost costs time, and word that comes twice costs a look.
 */
export interface WakeUps {
  /** How often to look without any word, while `receive` works. */
  readonly pollEveryMs: number;
  /** Tells one worker, of whatever process. Throws what the store throws; the job stands all the same. */
  send(job: JobId): Promise<void>;
  /** `onWake` is called for each word, and resolves once it can be acted on; until then no other comes. */
  receive(onWake: () => Promise<void>): Promise<{ stop(): Promise<void> }>;
}

/** How a run ended. */
export interface JobEnd {
  readonly state: Extract<JobState, 'done' | 'failed' | 'cancelled'>;
  readonly result: JsonObject | null;
  readonly error: JsonObject | null;
}

export interface JobStore {
  /** Adds the job, unless one of the tenant with this dedupe key has not ended: then gives that one back. */
  add(job: Job, dedupeKey: string | null): Promise<Job>;
  get(tenantId: TenantId, id: JobId): Promise<Job | null>;
  /** Newest first, older than `before`. What is long of a job is loaded one by one, and its input left out: `{}`. */
  list(
    tenantId: TenantId,
    filter: { readonly kind?: string; readonly state?: JobState; readonly before?: JobId },
    limit: number,
  ): Promise<readonly Job[]>;
  /**
   * Takes the job that is due longest, queued or left by a worker whose lease ran out, and starts its next attempt.
   * Two callers never get the same one.
   */
  claim(holder: string, leaseMs: number): Promise<Job | null>;
  /** Extends the lease and notes progress. @returns null when the lease was lost; else whether to stop. */
  renew(
    job: Job,
    holder: string,
    leaseMs: number,
    progress: JsonObject | null,
  ): Promise<{ readonly cancelRequested: boolean } | null>;
  /** Ends the run. False when the lease was lost: another worker's word counts then. */
  end(job: Job, holder: string, end: JobEnd): Promise<boolean>;
  /** Back to the queue, for a run that a shutdown broke off. */
  release(job: Job, holder: string, dueAt: number): Promise<void>;
  /** Ends a queued one at once, asks a running one to stop. Null when there is none. An ended one stays as it is. */
  cancel(tenantId: TenantId, id: JobId, at: number): Promise<Job | null>;
  /** Removes what ended before `before`. @returns how many. */
  prune(before: number): Promise<number>;
  /** Over all tenants, for gauges. */
  counts(): Promise<{
    readonly queued: number;
    readonly running: number;
    readonly oldestDueAt: number | null;
  }>;
}
