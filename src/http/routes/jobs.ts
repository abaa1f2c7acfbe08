/** Long work over HTTP: looked at, followed, stopped. */
import { z } from '@hono/zod-openapi';
import { hasEnded, isUnlimited, type Job } from '../../app/re-exports.ts';
import { type Caller, reachesEveryName, reachesZone } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, idParams, PAGE } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { reachedPage } from '../reached-page.ts';
import { jobEvents, versionSeen } from '../server-events.ts';
import { jobPageShape, jobShape, jobView } from '../shapes/jobs.ts';

/** A narrowed key stops what it started, and nothing else. */
function mayStop({ key, principal }: Caller, job: Job): boolean {
  return isUnlimited(key.reach) || job.principal === principal;
}

/**
 * A narrowed key sees the jobs that it started, and the sync of a zone that it reaches: who asks for one that is under way
 * already is given that one.
 */
async function seesJob(caller: Caller, job: Job): Promise<boolean> {
  if (mayStop(caller, job)) return true;
  const { kind, input } = job;
  const zone = input['zone'];
  if (kind !== 'zones.sync' || typeof zone !== 'string' || !reachesEveryName(caller)) return false;
  return reachesZone(caller, zone);
}

async function findJob({ zoneward, caller }: Call, id: string): Promise<Job> {
  const job = await zoneward.jobs.get(caller.tenantName, id);
  if (job !== null && (await seesJob(caller, job))) return job;
  throw new HttpError(404, 'job-unknown', 'There is no such job.');
}

const listJobs = endpoint({
  method: 'get',
  path: '/v1/jobs',
  operationId: 'listJobs',
  tag: 'jobs',
  summary: 'Jobs of the last week, newest first',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    kind: z
      .enum([
        'zones.sync',
        'change-set.apply',
        'change-sets.plan',
        'change-sets.recover',
        'rounds.run',
        'tls.refresh',
        'provisionings.bulk',
      ])
      .optional(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']).optional(),
  }),
  answers: { status: 200, description: 'A page of jobs', schema: jobPageShape },
  handle: async (call, { query }) => {
    const { zoneward, caller } = call;
    const scope = { tenant: caller.tenantName, route: call.route, query };
    const from = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'id');
    const filter = defined({ kind: query.kind, state: query.state });
    const { items, more } = await reachedPage(
      (last: Job | null, limit) =>
        zoneward.jobs.list(caller.tenantName, { ...filter, ...defined({ before: last?.id ?? from }) }, limit),
      { limit: query.limit, reaches: (job) => seesJob(caller, job), signal: call.signal },
    );
    const last = more ? items.at(-1) : undefined;
    return json({
      items: items.map(jobView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
  },
});

const getJob = endpoint({
  method: 'get',
  path: '/v1/jobs/{id}',
  operationId: 'getJob',
  tag: 'jobs',
  summary: 'How far a job is, and how it ended',
  scope: 'read',
  params: idParams,
  answers: { status: 200, description: 'The job', schema: jobShape },
  handle: async (call, { params }) => json(jobView(await findJob(call, params.id))),
});

const watchJob = endpoint({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  operationId: 'watchJob',
  tag: 'jobs',
  summary:
    'The job as server-sent events, one for each change, until it has ended; 204 for who has seen the end',
  scope: 'read',
  streams: true,
  params: idParams,
  answers: { status: 200, description: 'Events named `job`, each a Job as JSON', type: 'text/event-stream' },
  handle: async (call, { params }) => {
    const job = await findJob(call, params.id);
    const seen = versionSeen(call.lastEventId);
    // A browser comes back to every stream that ends, until it is told that there is nothing more.
    if (hasEnded(job) && seen === job.version) return { kind: 'empty' };
    return {
      kind: 'text',
      type: 'text/event-stream',
      headers: { 'x-accel-buffering': 'no' },
      body: jobEvents(() => findJob(call, params.id), { seen, view: jobView, hasEnded, signal: call.signal }),
    };
  },
});

const cancelJob = endpoint({
  method: 'post',
  path: '/v1/jobs/{id}/cancel',
  operationId: 'cancelJob',
  tag: 'jobs',
  summary:
    'Stop a job at the next safe point; a request to Cloudflare under way is finished and written down',
  scope: 'apply',
  params: idParams,
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { params }) => {
    const found = await findJob(call, params.id);
    if (!mayStop(call.caller, found))
      throw new HttpError(403, 'key-limited', 'This API key may stop only the jobs that it started.');
    const job = await call.zoneward.jobs.cancel(call.caller.tenantName, found.id);
    return json(jobView(job ?? found), 202);
  },
});

export const JOB_ENDPOINTS: readonly Endpoint[] = [listJobs, getJob, watchJob, cancelJob];
