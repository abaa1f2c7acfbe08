/** What accounts for a tenant: jobs, policies, the audit trail, usage, API keys. */
import { z } from '@hono/zod-openapi';
import {
  type ConnectionId,
  hasEnded,
  isUnlimited,
  type Job,
  SCOPES,
  type ZoneId,
} from '../../app/handed-out.ts';
import { type Caller, findConnection, findZone, requireUnlimited } from '../caller.ts';
import { formatCursor, parseCursor } from '../cursor.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { idParams, PAGE, time } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { SHAPES } from '../schemas.ts';
import { jobEvents } from '../server-events.ts';
import { apiKeyView, callView, eventView, jobView } from '../views.ts';

/** A narrowed key sees the jobs that it started. */
function seesJob({ key, principal }: Caller, job: Job): boolean {
  return isUnlimited(key.reach) || job.principal === principal;
}

async function findJob({ zoneward, caller }: Call, id: string): Promise<Job> {
  const job = await zoneward.jobs.get(caller.tenantName, id);
  if (job !== null && seesJob(caller, job)) return job;
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
    kind: z.enum(['zones.sync', 'change-set.apply']).optional(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']).optional(),
  }),
  answers: { status: 200, description: 'A page of jobs', schema: SHAPES.jobs },
  handle: async (call, { query }) => {
    const { zoneward, caller } = call;
    const scope = { tenant: caller.tenantName, route: call.route, query };
    const before = query.cursor === undefined ? undefined : String(parseCursor(scope, query.cursor)['id']);
    const jobs = await zoneward.jobs.list(
      caller.tenantName,
      {
        ...(query.kind === undefined ? {} : { kind: query.kind }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(before === undefined ? {} : { before }),
      },
      query.limit,
    );
    const last = jobs.length === query.limit ? jobs.at(-1) : undefined;
    return json({
      items: jobs.filter((job) => seesJob(caller, job)).map(jobView),
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
  answers: { status: 200, description: 'The job', schema: SHAPES.job },
  handle: async (call, { params }) => json(jobView(await findJob(call, params.id))),
});

const watchJob = endpoint({
  method: 'get',
  path: '/v1/jobs/{id}/events',
  operationId: 'watchJob',
  tag: 'jobs',
  summary: 'The job as server-sent events, one for each change, until it has ended',
  scope: 'read',
  streams: true,
  params: idParams,
  answers: { status: 200, description: 'Events named `job`, each a Job as JSON', type: 'text/event-stream' },
  handle: async (call, { params }) => {
    await findJob(call, params.id);
    return {
      kind: 'text',
      type: 'text/event-stream',
      headers: { 'x-accel-buffering': 'no' },
      body: jobEvents(() => findJob(call, params.id), { view: jobView, hasEnded, signal: call.signal }),
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
  answers: { status: 202, description: 'The job', schema: SHAPES.job },
  handle: async (call, { params }) => {
    const { id } = await findJob(call, params.id);
    const job = await call.zoneward.jobs.cancel(call.caller.tenantName, id);
    return json(jobView(job ?? (await findJob(call, id))), 202);
  },
});

const policy = z
  .strictObject({
    deletionShareMax: z.number().optional(),
    deletionShareFrom: z.number().optional(),
    deletionsMax: z.number().optional(),
    updateShareMax: z.number().optional(),
    approval: z.enum(['never', 'guarded', 'always']).optional(),
    approvalMs: z.number().optional(),
  })
  .openapi('Policy');

const listPolicies = endpoint({
  method: 'get',
  path: '/v1/policies',
  operationId: 'listPolicies',
  tag: 'policies',
  summary: 'Guard rails and approval rules, for all, by connection, by zone',
  scope: 'read',
  answers: { status: 200, description: 'All policies', schema: SHAPES.policies },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json({ items: await caller.tenant.policies.list() });
  },
});

const setPolicy = endpoint({
  method: 'put',
  path: '/v1/policies',
  operationId: 'setPolicy',
  tag: 'policies',
  summary: "Replace the tenant's policy, a connection's or a zone's; null takes it away",
  scope: 'admin',
  body: z
    .strictObject({
      connection: z.string().min(1).max(255).optional(),
      zone: z.string().min(1).max(255).optional(),
      policy: policy.nullable(),
    })
    .refine(
      (one) => one.connection === undefined || one.zone === undefined,
      'is for a connection or a zone, not both',
    )
    .openapi('PolicyChange'),
  answers: { status: 200, description: 'All policies as they are now', schema: SHAPES.policies },
  handle: async ({ caller }, { body }) => {
    requireUnlimited(caller);
    const target =
      body.zone !== undefined
        ? { zone: (await findZone(caller, body.zone)).facts.id }
        : body.connection === undefined
          ? {}
          : { connection: (await findConnection(caller, body.connection)).id };
    const wanted =
      body.policy === null
        ? null
        : Object.fromEntries(Object.entries(body.policy).filter(([, value]) => value !== undefined));
    await caller.tenant.policies.set(target, wanted);
    return json({ items: await caller.tenant.policies.list() });
  },
});

const auditQuery = {
  kind: z.string().min(1).max(128).optional(),
  zone: z.string().min(1).max(255).optional(),
  changeSet: z.string().min(1).max(64).optional(),
  since: time.optional(),
  until: time.optional(),
};

async function auditFilter(
  caller: Caller,
  query: {
    readonly kind?: string | undefined;
    readonly zone?: string | undefined;
    readonly changeSet?: string | undefined;
    readonly since?: number | undefined;
    readonly until?: number | undefined;
  },
) {
  requireUnlimited(caller);
  const { kind, zone, changeSet, since, until } = query;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(zone === undefined ? {} : { zoneId: (await findZone(caller, zone)).facts.id }),
    ...(changeSet === undefined ? {} : { changeSetId: changeSet as never }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
}

const listEvents = endpoint({
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAuditEvents',
  tag: 'audit',
  summary: 'The audit trail, newest first',
  scope: 'read',
  query: z.strictObject({ ...PAGE, ...auditQuery }),
  answers: { status: 200, description: 'A page of events', schema: SHAPES.events },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const before =
      query.cursor === undefined ? undefined : Number(parseCursor(scope, query.cursor)['sequence']);
    const filter = await auditFilter(call.caller, query);
    const events = await call.caller.tenant.audit.list(
      { ...filter, ...(before === undefined ? {} : { beforeSequence: before }) },
      query.limit,
    );
    const last = events.length === query.limit ? events.at(-1) : undefined;
    return json({
      items: events.map(eventView),
      next: last === undefined ? null : formatCursor(scope, { sequence: last.sequence }),
    });
  },
});

const exportEvents = endpoint({
  method: 'get',
  path: '/v1/audit/export',
  operationId: 'exportAudit',
  tag: 'audit',
  summary: 'The audit trail as JSON lines, oldest first, with all that a verification needs',
  scope: 'read',
  streams: true,
  query: z.strictObject(auditQuery),
  answers: { status: 200, description: 'One event a line', type: 'application/x-ndjson' },
  handle: async (call, { query }) => {
    const events = call.caller.tenant.audit.read(await auditFilter(call.caller, query));
    return { kind: 'text', type: 'application/x-ndjson', body: lines(events, call.signal) };
  },
});

function lines(chunks: AsyncIterable<readonly object[]>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      yield encoder.encode(chunk.map((event) => `${JSON.stringify(event)}\n`).join(''));
    }
  }
  return ReadableStream.from(read());
}

const verifyAudit = endpoint({
  method: 'get',
  path: '/v1/audit/verify',
  operationId: 'verifyAudit',
  tag: 'audit',
  summary: 'Recompute every hash of the trail and compare it with the last checkpoint',
  scope: 'read',
  answers: { status: 200, description: 'Whether it holds', schema: SHAPES.verdict },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json(await caller.tenant.audit.verify());
  },
});

const usageQuery = { connection: z.string().min(1).max(255).optional(), since: time.optional() };

async function usageFilter(
  caller: Caller,
  query: { readonly connection?: string | undefined; readonly since?: number | undefined },
) {
  if (query.connection === undefined) requireUnlimited(caller);
  return {
    ...(query.connection === undefined
      ? {}
      : { connection: (await findConnection(caller, query.connection)).id }),
    ...(query.since === undefined ? {} : { since: query.since }),
  };
}

const usage = endpoint({
  method: 'get',
  path: '/v1/usage',
  operationId: 'usage',
  tag: 'usage',
  summary: 'Calls to Cloudflare: how many, how slow, what failed. Without `since`, of the last day.',
  scope: 'read',
  query: z.strictObject(usageQuery),
  answers: { status: 200, description: 'The figures', schema: SHAPES.usage },
  handle: async ({ caller }, { query }) => {
    const { lastError, ...figures } = await caller.tenant.usage.summary(await usageFilter(caller, query));
    return json({ ...figures, lastError: lastError === null ? null : callView(lastError) });
  },
});

const calls = endpoint({
  method: 'get',
  path: '/v1/usage/calls',
  operationId: 'listCalls',
  tag: 'usage',
  summary: 'The latest calls to Cloudflare, newest first',
  scope: 'read',
  query: z.strictObject({ ...usageQuery, limit: PAGE.limit, errors: z.enum(['true', 'false']).optional() }),
  answers: { status: 200, description: 'The calls', schema: SHAPES.calls },
  handle: async ({ caller }, { query }) => {
    const filter = { ...(await usageFilter(caller, query)), errorsOnly: query.errors === 'true' };
    return json({ items: (await caller.tenant.usage.calls(filter, query.limit)).map(callView) });
  },
});

const listApiKeys = endpoint({
  method: 'get',
  path: '/v1/api-keys',
  operationId: 'listApiKeys',
  tag: 'api-keys',
  summary: "The tenant's API keys, newest first, without their secrets",
  scope: 'admin',
  answers: { status: 200, description: 'The keys', schema: SHAPES.apiKeys },
  handle: async ({ zoneward, caller }) => {
    requireUnlimited(caller);
    return json({ items: (await zoneward.apiKeys.list(caller.tenantName)).map(apiKeyView) });
  },
});

const names = (max: number) => z.array(z.string().min(1).max(255)).min(1).max(max).nullable().optional();

const createApiKey = endpoint({
  method: 'post',
  path: '/v1/api-keys',
  operationId: 'createApiKey',
  tag: 'api-keys',
  summary: 'Make an API key. Its secret is in this answer and nowhere else.',
  scope: 'admin',
  body: z
    .strictObject({
      label: z.string().min(1).max(128),
      scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
      connectionIds: names(1_000),
      zoneIds: names(1_000),
      namePatterns: names(1_000),
      expiresAt: time.nullable().optional(),
    })
    .openapi('NewApiKey'),
  answers: { status: 201, description: 'The key', schema: SHAPES.createdApiKey },
  handle: async ({ zoneward, caller }, { body }) => {
    requireUnlimited(caller);
    const { key, secret } = await zoneward.apiKeys.create(
      caller.tenantName,
      {
        label: body.label,
        scopes: body.scopes,
        reach: {
          connectionIds: (body.connectionIds ?? null) as readonly ConnectionId[] | null,
          zoneIds: (body.zoneIds ?? null) as readonly ZoneId[] | null,
          namePatterns: body.namePatterns ?? null,
        },
        expiresAt: body.expiresAt ?? null,
      },
      { principal: caller.principal },
    );
    const view = apiKeyView(key);
    return {
      kind: 'json',
      status: 201,
      body: { ...view, secret: secret.reveal() },
      keptBody: { ...view, secret: null },
    };
  },
});

const revokeApiKey = endpoint({
  method: 'delete',
  path: '/v1/api-keys/{id}',
  operationId: 'revokeApiKey',
  tag: 'api-keys',
  summary: 'Revoke an API key, from the next request on',
  scope: 'admin',
  params: idParams,
  answers: { status: 204, description: 'It is revoked' },
  handle: async ({ zoneward, caller }, { params }) => {
    requireUnlimited(caller);
    await zoneward.apiKeys.revoke(caller.tenantName, params.id, { principal: caller.principal });
    return { kind: 'empty' };
  },
});

export const ACCOUNT_ENDPOINTS: readonly Endpoint[] = [
  listJobs,
  getJob,
  watchJob,
  cancelJob,
  listPolicies,
  setPolicy,
  listEvents,
  exportEvents,
  verifyAudit,
  usage,
  calls,
  listApiKeys,
  createApiKey,
  revokeApiKey,
];
