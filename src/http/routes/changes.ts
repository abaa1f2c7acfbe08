/** Change sets over HTTP: stored, approved, applied as a job, called off. */
import { z } from '@hono/zod-openapi';
import {
  type Applied,
  type ChangeDetails,
  type ChangeSet,
  type ChangeSetId,
  keysForChangeSet,
  needsPrivateKey,
  Secret,
  storePlanned,
} from '../../app/re-exports.ts';
import {
  findChangeSet,
  findConnection,
  findZone,
  namesReached,
  requireUnlimited,
  seesChangeSet,
} from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, idParams, JOB_ZONES_MAX, PAGE, time } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { reachedPage } from '../reached-page.ts';
import {
  changeDetailsView,
  changeSetDetailsShape,
  changeSetPageShape,
  changeSetShape,
  changeSetView,
} from '../shapes/changes.ts';
import { jobShape } from '../shapes/jobs.ts';
import { startJob } from '../start-job.ts';
import { pem } from './certificate-plans.ts';
import { BODY_MAX, planFrom, planInput, startPlanJob } from './plans.ts';

const tag = 'changes';
const zone = z.string().min(1).max(255);
/** Whoever waits for the answer does not wait for a dead process's lock. */
const LOCK_WAIT_MS = 10_000;

const list = endpoint({
  method: 'get',
  path: '/v1/change-sets',
  operationId: 'listChangeSets',
  tag,
  summary: 'Change sets, newest first: of a zone, a connection, a state, an author, a span of time',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    zone: zone.optional(),
    connection: zone.optional(),
    author: zone
      .optional()
      .openapi({ description: 'The principal that planned it: an id of a key, for one' }),
    since: time.optional(),
    until: time.optional().openapi({ description: 'Made before' }),
    status: z
      .enum([
        'planned',
        'approved',
        'applying',
        'applied',
        'partly-applied',
        'failed',
        'interrupted',
        'cancelled',
        'unknown',
      ])
      .optional(),
  }),
  answers: { status: 200, description: 'A page of change sets', schema: changeSetPageShape },
  handle: async (call, { query }) => {
    const scope = { tenant: call.caller.tenantName, route: call.route, query };
    const { caller, signal } = call;
    const from = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'id');
    const filter = {
      ...(query.zone === undefined ? {} : { zone: (await findZone(caller, query.zone)).facts.id }),
      ...(query.connection === undefined
        ? {}
        : { connectionId: (await findConnection(caller, query.connection)).id }),
      ...defined({ status: query.status, author: query.author, since: query.since, until: query.until }),
    };
    const { items, more } = await reachedPage(
      (last: ChangeSet | null, limit) => {
        const before = (last?.id ?? from) as ChangeSetId | undefined;
        return caller.tenant.changes.list({ ...filter, ...defined({ before }) }, limit);
      },
      { limit: query.limit, reaches: (one) => seesChangeSet(caller, one), signal },
    );
    const last = more ? items.at(-1) : undefined;
    return json({
      items: items.map(changeSetView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
  },
});

const recover = endpoint({
  method: 'post',
  path: '/v1/change-sets/recover',
  operationId: 'recoverChangeSets',
  tag,
  summary:
    'Take up change sets that a process left behind, and those of unknown outcome, as a job: settled from what the zones show',
  scope: 'apply',
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call) => {
    requireUnlimited(call.caller);
    return startJob(call, { kind: 'change-sets.recover' });
  },
});

const newChangeSet = z
  .strictObject({
    plan: planInput,
    expect: z
      .array(z.string().max(64))
      .max(JOB_ZONES_MAX)
      .optional()
      .openapi({ description: 'The hashes that were looked at: anything else is refused' }),
    allow: z
      .array(z.string().max(64))
      .max(50)
      .optional()
      .openapi({ description: 'Words of guard rails to lift' }),
    summary: z.string().min(1).max(500).optional(),
  })
  .openapi('NewChangeSet');

const save = endpoint({
  method: 'post',
  path: '/v1/change-sets',
  operationId: 'saveChangeSet',
  tag,
  summary: 'Plan and store as a change set, to be approved and applied',
  scope: 'apply',
  bodyMax: BODY_MAX,
  body: newChangeSet,
  answers: { status: 201, description: 'The change set', schema: changeSetShape },
  handle: async (call, { body: { plan, ...options } }) => {
    const planned = await planFrom(call.caller, plan);
    const changeSet = await storePlanned(call.caller.tenant.changes, planned, defined(options));
    if (changeSet === null)
      throw new HttpError(
        409,
        'nothing-to-change',
        'The zones are already as wanted; there is nothing to store.',
      );
    return json(changeSetView(changeSet), 201, { location: `/v1/change-sets/${changeSet.id}` });
  },
});

const saveAsJob = endpoint({
  method: 'post',
  path: '/v1/change-sets/jobs',
  operationId: 'saveChangeSetAsJob',
  tag,
  summary:
    'The same as a job, for what takes long: zone by zone, to be watched and stopped; `result.changeSetId` is it',
  scope: 'apply',
  bodyMax: BODY_MAX,
  body: newChangeSet,
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: (call, { body: { plan, ...options } }) => startPlanJob(call, plan, options),
});

const get = endpoint({
  method: 'get',
  path: '/v1/change-sets/{id}',
  operationId: 'getChangeSet',
  tag,
  summary: 'One change set with its plans and what became of each change',
  scope: 'read',
  params: idParams,
  answers: { status: 200, description: 'The change set', schema: changeSetDetailsShape },
  handle: async (call, { params }) =>
    json(changeDetailsView(await findChangeSet(call.caller, params.id), namesReached(call.caller))),
});

const applyBody = z
  .strictObject({ verify: z.boolean().optional(), continueOnRefusal: z.boolean().optional() })
  .openapi('ApplyOptions');

function applyEndpoint(verb: 'apply' | 'resume', summary: string): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/change-sets/{id}/${verb}`,
    operationId: `${verb}ChangeSet`,
    tag,
    summary,
    scope: 'apply',
    params: idParams,
    body: applyBody,
    answers: { status: 202, description: 'The job', schema: jobShape },
    handle: async (call, { params, body }) => {
      const details = await findChangeSet(call.caller, params.id);
      requireMatch(call, changeDetailsView(details, namesReached(call.caller)));
      refuseUnready(details);
      refuseWithoutKey(details);
      return startJob(call, {
        kind: 'change-set.apply',
        changeSetId: details.changeSet.id,
        ...defined(body),
      });
    },
  });
}

/** Says at once what the job could only find out later. */
function refuseUnready({ changeSet: { status, approval } }: ChangeDetails): void {
  if (['applied', 'partly-applied', 'failed', 'cancelled'].includes(status))
    throw new HttpError(409, 'change-set-moved', `The change set has ended: ${status}.`);
  if (approval.required && approval.grant === null && status === 'planned')
    throw new HttpError(403, 'approval-missing', 'The change set needs the approval of someone else.', {
      next: ['POST …/approve with a key that did not write it'],
    });
}

/** What has been sent already may be settled without it. */
function refuseWithoutKey(details: ChangeDetails): void {
  const { id, status } = details.changeSet;
  if (!['planned', 'approved'].includes(status) || !needsPrivateKey(details)) return;
  throw new HttpError(
    422,
    'private-key-needed',
    'It uploads a certificate, and the private key is stored nowhere: give it again.',
    { next: [`POST /v1/change-sets/${id}/apply-with-key`] },
  );
}

const applyWithKey = endpoint({
  method: 'post',
  path: '/v1/change-sets/{id}/apply-with-key',
  operationId: 'applyWithKey',
  tag,
  summary:
    'Apply or resume one that uploads a certificate, within this request. The private key is held against the planned certificate, goes to Cloudflare and is kept nowhere.',
  scope: 'apply',
  params: idParams,
  body: z
    .strictObject({
      privateKey: pem.openapi({ description: 'PEM, unencrypted' }),
      verify: z.boolean().optional(),
      continueOnRefusal: z.boolean().optional(),
    })
    .openapi('ApplyWithKey'),
  answers: { status: 200, description: 'The change set as it ended', schema: changeSetShape },
  handle: async (call, { params, body: { privateKey, ...options } }) => {
    const details = await findChangeSet(call.caller, params.id);
    requireMatch(call, changeDetailsView(details, namesReached(call.caller)));
    refuseUnready(details);
    const { id } = details.changeSet;
    const keys = keysForChangeSet(details.changeSet, { secret: new Secret(privateKey), file: 'privateKey' });
    const request = { keys, signal: call.signal, lockWaitMs: LOCK_WAIT_MS, ...defined(options) };
    const applied = await call.caller.tenant.changes.resume(id, request);
    throwStopped(applied);
    return json(changeSetView(applied.changeSet));
  },
});

/** Why an apply within a request stopped, as that request's answer. */
export function throwStopped({ zones }: Pick<Applied, 'zones'>): void {
  const stopped = zones.flatMap((one) => one.stopped ?? []);
  if (stopped[0] !== undefined) throw stopped[0];
}

async function act(call: Call, id: string, verb: 'approve' | 'cancel'): Promise<ReturnType<typeof json>> {
  const details = await findChangeSet(call.caller, id);
  requireMatch(call, changeDetailsView(details, namesReached(call.caller)));
  const { changes } = call.caller.tenant;
  await changes[verb](details.changeSet.id);
  return json(changeSetView((await changes.get(details.changeSet.id)).changeSet));
}

const approve = endpoint({
  method: 'post',
  path: '/v1/change-sets/{id}/approve',
  operationId: 'approveChangeSet',
  tag,
  summary: 'Agree to a change set that another key wrote',
  scope: 'approve',
  params: idParams,
  answers: { status: 200, description: 'The change set as it is now', schema: changeSetShape },
  handle: (call, { params }) => act(call, params.id, 'approve'),
});

const cancel = endpoint({
  method: 'post',
  path: '/v1/change-sets/{id}/cancel',
  operationId: 'cancelChangeSet',
  tag,
  summary: 'Call off a change set that has not begun, or was interrupted',
  scope: 'apply',
  params: idParams,
  answers: { status: 200, description: 'The change set as it is now', schema: changeSetShape },
  handle: (call, { params }) => act(call, params.id, 'cancel'),
});

export const CHANGE_ENDPOINTS: readonly Endpoint[] = [
  list,
  recover,
  save,
  saveAsJob,
  get,
  applyEndpoint('apply', 'Apply it, as a job'),
  applyEndpoint('resume', 'Go on with one that was interrupted, as a job'),
  applyWithKey,
  approve,
  cancel,
];
