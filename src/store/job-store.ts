/** The queue: jobs as rows with a due time and a lease. Leases run on the store's time, the same for all workers. */
import type { TenantId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { Job, JobId, JobState } from '../domains/jobs/model.ts';
import type { JobEnd, JobStore } from '../domains/jobs/ports.ts';
import { type StoreContext, write, writeUnder } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import type { JobRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

/** Who takes, keeps and leaves a job reads its row first; each of these is a matter of a millisecond. */
const JOBS_LOCK = 'jobs';
/** Characters of a job that a list holds beside others: one may be planned from the text of a whole zone. */
const LISTED_MAX = 65_536;

export function openJobStore(context: StoreContext): JobStore {
  const { db } = context;
  return {
    add: (job, dedupeKey) =>
      write(context, async (trx) => {
        const twin = dedupeKey === null ? undefined : await findOpen(trx, job.tenantId, dedupeKey);
        if (twin !== undefined) return toJob(twin);
        await trx
          .insertInto('jobs')
          .values({ ...toRow(job), dedupe_key: dedupeKey, holder: null, lease_until: null })
          .execute();
        return job;
      }),
    async get(tenantId, id) {
      const row = await find(db, tenantId, id);
      return row === undefined ? null : toJob(row);
    },
    async list(tenantId, { kind, state, before }, limit) {
      const rows = await db
        .selectFrom('jobs')
        .select((eb) => ['id', eb.fn<number>('length', ['data']).as('length')])
        .where('tenant_id', '=', tenantId)
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? ''))
        .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      const isShort = ({ length }: { readonly length: number }): boolean => length <= LISTED_MAX;
      const short = await loadAll(
        db,
        tenantId,
        rows.filter(isShort).map((row) => row.id),
      );
      const jobs = new Map(short.map((job) => [job.id as string, job]));
      for (const row of rows.filter((one) => !isShort(one))) {
        const long = await find(db, tenantId, row.id as JobId);
        if (long !== undefined) jobs.set(row.id, { ...toJob(long), input: {} });
      }
      return rows.flatMap((row) => jobs.get(row.id) ?? []);
    },
    claim: (holder, leaseMs) =>
      writeUnder(context, JOBS_LOCK, (trx) => claim(context, trx, { holder, leaseMs })),
    renew: (job, holder, leaseMs, progress) =>
      writeUnder(context, JOBS_LOCK, async (trx) => {
        const row = await heldRow(trx, job, holder);
        if (row === undefined) return null;
        const now = await context.engine.now(trx);
        const moved = progress === null ? toJob(row) : { ...toJob(row), progress };
        await put(
          trx,
          { ...moved, version: row.version + (progress === null ? 0 : 1) },
          { holder, leaseUntil: now + leaseMs },
        );
        return { cancelRequested: row.cancel_requested === 1 };
      }),
    end: (job, holder, end) =>
      writeUnder(context, JOBS_LOCK, async (trx) => {
        const row = await heldRow(trx, job, holder);
        if (row === undefined) return false;
        await put(trx, ended(toJob(row), end, context.clock.now()), { holder: null, leaseUntil: null });
        return true;
      }),
    release: (job, holder, dueAt) =>
      writeUnder(context, JOBS_LOCK, async (trx) => {
        const row = await heldRow(trx, job, holder);
        if (row === undefined) return;
        const queued: Job = { ...toJob(row), state: 'queued', dueAt, version: row.version + 1 };
        await put(trx, queued, { holder: null, leaseUntil: null });
      }),
    cancel: (tenantId, id, at) => writeUnder(context, JOBS_LOCK, (trx) => cancel(trx, tenantId, { id, at })),
    prune: (before) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('jobs')
          .where('finished_at', '<', before)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
    async counts() {
      const rows = await db
        .selectFrom('jobs')
        .select((eb) => ['state', eb.fn.countAll().as('count'), eb.fn.min('due_at').as('oldest')])
        .where('finished_at', 'is', null)
        .groupBy('state')
        .execute();
      const of = (state: JobState) => rows.find((row) => row.state === state);
      const oldest = of('queued')?.oldest ?? null;
      return {
        queued: Number(of('queued')?.count ?? 0),
        running: Number(of('running')?.count ?? 0),
        oldestDueAt: oldest === null ? null : Number(oldest),
      };
    },
  };
}

async function claim(
  context: StoreContext,
  trx: Trx,
  { holder, leaseMs }: { readonly holder: string; readonly leaseMs: number },
): Promise<Job | null> {
  const now = await context.engine.now(trx);
  const row = await trx
    .selectFrom('jobs')
    .selectAll()
    .where('finished_at', 'is', null)
    .where('due_at', '<=', now)
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<=', now)]))
    .orderBy('due_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const known = toJob(row);
  const job: Job = {
    ...known,
    state: 'running',
    attempts: known.attempts + 1,
    startedAt: known.startedAt ?? now,
    version: known.version + 1,
  };
  await put(trx, job, { holder, leaseUntil: now + leaseMs });
  return job;
}

async function cancel(
  trx: Trx,
  tenantId: TenantId,
  { id, at }: { readonly id: JobId; readonly at: number },
): Promise<Job | null> {
  const row = await find(trx, tenantId, id);
  if (row === undefined) return null;
  const job = toJob(row);
  if (row.finished_at !== null || job.cancelRequested) return job;
  const asked: Job = { ...job, cancelRequested: true, version: job.version + 1 };
  const stopped =
    job.state === 'queued' ? ended(asked, { state: 'cancelled', result: null, error: null }, at) : asked;
  await put(trx, stopped, { holder: row.holder, leaseUntil: row.lease_until });
  return stopped;
}

function ended(job: Job, end: JobEnd, at: number): Job {
  return { ...job, ...end, finishedAt: at, version: job.version + 1 };
}

async function loadAll(db: Reader, tenantId: TenantId, ids: readonly string[]): Promise<Job[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('jobs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', ids)
    .execute();
  return rows.map(toJob);
}

function find(db: Reader, tenantId: TenantId, id: JobId): Promise<JobRow | undefined> {
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
}

function findOpen(db: Reader, tenantId: TenantId, dedupeKey: string): Promise<JobRow | undefined> {
  return db
    .selectFrom('jobs')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('dedupe_key', '=', dedupeKey)
    .where('finished_at', 'is', null)
    .executeTakeFirst();
}

async function heldRow(trx: Trx, job: Job, holder: string): Promise<JobRow | undefined> {
  const row = await find(trx, job.tenantId, job.id);
  return row?.holder === holder && row.finished_at === null ? row : undefined;
}

async function put(
  trx: Trx,
  job: Job,
  lease: { readonly holder: string | null; readonly leaseUntil: number | null },
): Promise<void> {
  await trx
    .updateTable('jobs')
    .set({ ...toRow(job), holder: lease.holder, lease_until: lease.leaseUntil })
    .where('tenant_id', '=', job.tenantId)
    .where('id', '=', job.id)
    .execute();
}

function toRow(job: Job): Omit<JobRow, 'dedupe_key' | 'holder' | 'lease_until'> {
  return {
    tenant_id: job.tenantId,
    id: job.id,
    kind: job.kind,
    state: job.state,
    due_at: job.dueAt,
    finished_at: job.finishedAt,
    cancel_requested: job.cancelRequested ? 1 : 0,
    version: job.version,
    data: toJson({
      input: job.input,
      principal: job.principal,
      progress: job.progress,
      result: job.result,
      error: job.error,
      attempts: job.attempts,
      createdAt: job.createdAt,
      startedAt: job.startedAt,
    }),
  };
}

type JobData = Pick<Job, 'principal' | 'attempts' | 'createdAt' | 'startedAt'> & {
  readonly input: JsonObject;
  readonly progress: JsonObject | null;
  readonly result: JsonObject | null;
  readonly error: JsonObject | null;
};

function toJob(row: JobRow): Job {
  return {
    ...fromJson<JobData>(row.data),
    id: row.id as JobId,
    tenantId: row.tenant_id as TenantId,
    kind: row.kind,
    state: row.state as JobState,
    dueAt: row.due_at,
    finishedAt: row.finished_at,
    cancelRequested: row.cancel_requested === 1,
    version: row.version,
  };
}
