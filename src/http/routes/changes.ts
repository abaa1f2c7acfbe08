/** Plans and change sets over HTTP: plan, save, approve, apply as a job, take back. */
import { z } from '@hono/zod-openapi';
import {
  type ChangeDetails,
  type ChangeSetId,
  changesAnything,
  formatPlanFile,
  hasErrors,
  type Planned,
  type RecordSelection,
  type RecordSet,
  type RecordText,
  type StagedChange,
} from '../../app/handed-out.ts';
import {
  type Caller,
  findChangeSet,
  findConnection,
  findZone,
  refuseForeignNames,
  requireAllNames,
  seesChangeSet,
} from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { idParams, PAGE, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import {
  changeDetailsView,
  changeSetDetailsShape,
  changeSetPageShape,
  changeSetShape,
  changeSetView,
  planFileShape,
  plannedView,
  planShape,
  recordCheckShape,
} from '../shapes/changes.ts';
import { jobShape, jobView } from '../shapes/jobs.ts';
import { planRevert, revertPlan } from './drift.ts';
import { planTemplate, templatePlan, templateRemoval } from './templates.ts';
import { planSettings, settingsPlan } from './tls.ts';

const tag = 'changes';
/** Zone files of the largest zones that Cloudflare takes, with room. */
const BODY_MAX = 32 * 1024 * 1024;
const ZONES_MAX = 200;
/** Records of the largest zones that Cloudflare takes. */
const STAGED_MAX = 20_000;

const zone = z.string().min(1).max(255);
const text = z.string().max(65_536);
const connection = z.string().min(1).max(255).optional();
const recordText = z
  .strictObject({
    name: z.string().min(1).max(1_024),
    type: z.string().min(1).max(32),
    content: text,
    ttl: z.string().max(20).optional().openapi({ description: '`auto`, `300`, `5m`' }),
    proxied: z.boolean().optional(),
    comment: z.string().max(4_096).optional(),
    tags: z.array(z.string().max(1_024)).max(100).optional(),
  })
  .openapi('RecordText', { description: 'As in a zone document: names relative to the zone, or full' });
const selection = z
  .strictObject({
    id: z.string().max(64).optional(),
    name: z.string().max(1_024).optional(),
    type: z.string().max(32).optional(),
    content: text.optional(),
    comment: z.string().max(4_096).optional(),
    tag: z.string().max(1_024).optional(),
  })
  .refine((one) => Object.values(one).some((value) => value !== undefined), 'names no condition')
  .openapi('RecordSelection');
const zones = z.array(zone).min(1).max(ZONES_MAX);

const planInput = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('source'),
      zone,
      text: z
        .string()
        .openapi({ description: 'A zone document (YAML or JSON), a master file, or octoDNS YAML' }),
      format: z.enum(['bind', 'octodns', 'document']).optional(),
      file: z.string().min(1).max(255).optional().openapi({ description: 'What messages call it' }),
      only: z
        .array(z.string().min(1).max(255))
        .min(1)
        .max(1_000)
        .optional()
        .openapi({ description: 'Touch only names like these: `www`, `*.dev`' }),
      connection,
    }),
    z.strictObject({ kind: z.literal('add'), zone, record: recordText, connection }),
    z.strictObject({
      kind: z.literal('edit'),
      zones,
      select: selection,
      set: recordText.partial(),
      connection,
    }),
    z.strictObject({ kind: z.literal('remove'), zones, select: selection, connection }),
    z.strictObject({
      kind: z.literal('staged'),
      zone,
      changes: z
        .array(
          z.discriminatedUnion('kind', [
            z.strictObject({ kind: z.literal('add'), record: recordText }),
            z.strictObject({
              kind: z.literal('edit'),
              id: z.string().min(1).max(64),
              set: recordText.partial(),
            }),
            z.strictObject({ kind: z.literal('remove'), id: z.string().min(1).max(64) }),
          ]),
        )
        .min(1)
        .max(STAGED_MAX)
        .openapi({ description: 'Single changes of one zone, records named by their ids; one plan for all' }),
      connection,
    }),
    z.strictObject({
      kind: z.literal('undo'),
      changeSetId: z.string().min(1).max(64),
      only: z
        .array(z.strictObject({ groupId: z.string().max(64), change: z.int().min(0).optional() }))
        .max(10_000)
        .optional(),
      force: z.boolean().optional(),
    }),
    z.strictObject({
      kind: z.literal('restore'),
      zone,
      revision: z
        .int()
        .min(0)
        .max(2 ** 40)
        .optional(),
      at: z.iso.datetime().optional(),
    }),
    z.strictObject({ kind: z.literal('file'), planFile: z.record(z.string(), z.unknown()) }),
    templatePlan,
    templateRemoval,
    settingsPlan,
    revertPlan,
  ])
  .openapi('PlanInput');
type PlanInput = z.output<typeof planInput>;

/** Reads the zones that are meant at Cloudflare and plans. Throws 403 for names out of the key's reach. */
async function planFrom(caller: Caller, input: PlanInput): Promise<Planned> {
  const planned = await makePlan(caller, input);
  refuseForeignNames(
    caller,
    planned.zones.map(({ plan }) => plan),
  );
  return planned;
}

async function makePlan(caller: Caller, input: PlanInput): Promise<Planned> {
  const { changes } = caller.tenant;
  const zoneId = async (reference: string) => (await findZone(caller, reference)).facts.id;
  const zoneIds = (references: readonly string[]) => Promise.all(references.map(zoneId));
  const via =
    'connection' in input && input.connection !== undefined
      ? { connection: (await findConnection(caller, input.connection)).id }
      : {};
  switch (input.kind) {
    case 'source': {
      const { text: source, format, file = 'request', only } = input;
      const narrowed = only === undefined ? {} : { scope: { kind: 'names' as const, patterns: only } };
      return changes.plan(
        await zoneId(input.zone),
        { text: source, file, ...(format === undefined ? {} : { format }) },
        { ...via, ...narrowed },
      );
    }
    case 'add':
      return changes.planAdd(await zoneId(input.zone), defined(input.record) as unknown as RecordText, via);
    case 'edit':
      return changes.planEdit(
        await zoneIds(input.zones),
        defined(input.select) as RecordSelection,
        defined(input.set) as RecordSet,
        via,
      );
    case 'remove':
      return changes.planEdit(
        await zoneIds(input.zones),
        defined(input.select) as RecordSelection,
        'remove',
        via,
      );
    case 'staged':
      return changes.planStaged(await zoneId(input.zone), input.changes.map(stagedChange), via);
    case 'undo': {
      const { changeSet } = await findChangeSet(caller, input.changeSetId);
      const only = input.only?.map(({ groupId, change }) => ({
        groupId,
        ...(change === undefined ? {} : { change }),
      }));
      return changes.planUndo(changeSet.id, {
        ...(only === undefined ? {} : { only }),
        ...(input.force === undefined ? {} : { force: input.force }),
      });
    }
    case 'restore': {
      requireAllNames(caller);
      const target = await zoneId(input.zone);
      if ((input.revision === undefined) === (input.at === undefined))
        throw new HttpError(422, 'moment-ambiguous', 'Give a revision or a time.');
      return changes.planRestore(
        target,
        input.revision === undefined ? { at: Date.parse(input.at ?? '') } : { revision: input.revision },
      );
    }
    case 'settings':
      return planSettings(caller, input, { zones: await zoneIds(input.zones), via });
    case 'revert':
      return planRevert(caller, await zoneIds(input.zones), via);
    case 'file': {
      await Promise.all(zonesOfFile(input.planFile).map(zoneId));
      return changes.planSaved({ text: JSON.stringify(input.planFile), file: 'planFile' });
    }
    case 'template':
    case 'template-removal':
      return planTemplate(caller, { ...input, zone: await zoneId(input.zone) }, via);
    default:
      return input satisfies never;
  }
}

function stagedChange(change: Extract<PlanInput, { kind: 'staged' }>['changes'][number]): StagedChange {
  if (change.kind === 'add') return { kind: 'add', record: defined(change.record) as unknown as RecordText };
  if (change.kind === 'remove') return change;
  return { kind: 'edit', id: change.id, set: defined(change.set) as RecordSet };
}

/** The zones that an untrusted plan file names, so that each is looked up as the caller's before it is read. */
function zonesOfFile({ plans }: Readonly<Record<string, unknown>>): string[] {
  if (!Array.isArray(plans)) return [];
  return plans
    .slice(0, ZONES_MAX)
    .flatMap((plan: unknown) =>
      typeof plan === 'object' && plan !== null && 'zoneId' in plan && typeof plan.zoneId === 'string'
        ? [plan.zoneId]
        : [],
    );
}

function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

const check = endpoint({
  method: 'post',
  path: '/v1/zones/{zone}/records/check',
  operationId: 'checkRecord',
  tag,
  summary:
    'What is wrong with one record by itself. Asks Cloudflare nothing: for checks while someone types.',
  scope: 'plan',
  params: zoneParams,
  body: recordText,
  answers: { status: 200, description: 'Its problems; none when it is valid', schema: recordCheckShape },
  handle: async ({ caller }, { params, body }) => {
    const { id } = (await findZone(caller, params.zone)).facts;
    return json({ problems: await caller.tenant.changes.check(id, defined(body) as unknown as RecordText) });
  },
});

const plan = endpoint({
  method: 'post',
  path: '/v1/plans',
  operationId: 'plan',
  tag,
  summary: 'What would change, whether it may, and what it costs. Nothing is stored or written.',
  scope: 'plan',
  bodyMax: BODY_MAX,
  body: planInput,
  answers: { status: 200, description: 'The plan', schema: planShape },
  handle: async (call, { body }) => json(plannedView(await planFrom(call.caller, body))),
});

const planFile = endpoint({
  method: 'post',
  path: '/v1/plans/file',
  operationId: 'planFile',
  tag,
  summary: 'The same as a file to keep, with the exact requests; give it back to have just that applied',
  scope: 'plan',
  bodyMax: BODY_MAX,
  body: planInput,
  answers: { status: 200, description: 'The plan file', schema: planFileShape },
  handle: async (call, { body }) => {
    requireAllNames(call.caller);
    const planned = await planFrom(call.caller, body);
    return json(JSON.parse(formatPlanFile(planned.zones.map((one) => one.plan))));
  },
});

const list = endpoint({
  method: 'get',
  path: '/v1/change-sets',
  operationId: 'listChangeSets',
  tag,
  summary: 'Change sets, newest first',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    zone: zone.optional(),
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
    const before = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'id');
    const found = await call.caller.tenant.changes.list(
      {
        ...(query.zone === undefined ? {} : { zone: (await findZone(call.caller, query.zone)).facts.id }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(before === undefined ? {} : { before: before as ChangeSetId }),
      },
      query.limit,
    );
    const seen = await Promise.all(found.map((one) => seesChangeSet(call.caller, one)));
    const last = found.length === query.limit ? found.at(-1) : undefined;
    return json({
      items: found.filter((_, index) => seen[index]).map(changeSetView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
  },
});

const save = endpoint({
  method: 'post',
  path: '/v1/change-sets',
  operationId: 'saveChangeSet',
  tag,
  summary: 'Plan and store as a change set, to be approved and applied',
  scope: 'apply',
  bodyMax: BODY_MAX,
  body: z
    .strictObject({
      plan: planInput,
      expect: z
        .array(z.string().max(64))
        .max(ZONES_MAX)
        .optional()
        .openapi({ description: 'The hashes that were looked at: anything else is refused' }),
      allow: z
        .array(z.string().max(64))
        .max(50)
        .optional()
        .openapi({ description: 'Words of guard rails to lift' }),
      summary: z.string().min(1).max(500).optional(),
    })
    .openapi('NewChangeSet'),
  answers: { status: 201, description: 'The change set', schema: changeSetShape },
  handle: async (call, { body }) => {
    const planned = await planFrom(call.caller, body.plan);
    const plans = planned.zones.map((one) => one.plan).filter(changesAnything);
    // A plan with errors is for `save` to refuse, with all that is wrong with it.
    const isFaulty = planned.zones.some(({ plan: { problems } }) => hasErrors(problems));
    if (plans.length === 0 && !isFaulty)
      throw new HttpError(
        409,
        'nothing-to-change',
        'The zones are already as wanted; there is nothing to store.',
      );
    refuseMoved(
      body.expect,
      plans.map(({ hash }) => hash),
    );
    const changeSet = await call.caller.tenant.changes.save(planned, {
      allow: body.allow ?? [],
      ...(body.summary === undefined ? {} : { summary: body.summary }),
    });
    return json(changeSetView(changeSet), 201, { location: `/v1/change-sets/${changeSet.id}` });
  },
});

function refuseMoved(expected: readonly string[] | undefined, hashes: readonly string[]): void {
  if (expected === undefined || hashes.every((hash) => expected.includes(hash))) return;
  throw new HttpError(
    409,
    'plan-moved',
    'The plan is not the one that you looked at: a zone has changed since.',
    {
      next: ['Plan again, look at it, and send its hashes.'],
    },
  );
}

const get = endpoint({
  method: 'get',
  path: '/v1/change-sets/{id}',
  operationId: 'getChangeSet',
  tag,
  summary: 'One change set with its plans and what became of each change',
  scope: 'read',
  params: idParams,
  answers: { status: 200, description: 'The change set', schema: changeSetDetailsShape },
  handle: async (call, { params }) => json(changeDetailsView(await findChangeSet(call.caller, params.id))),
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
      requireMatch(call, changeDetailsView(details));
      refuseUnready(details);
      const { tenantName, principal } = call.caller;
      const job = await call.zoneward.jobs.add(
        tenantName,
        { kind: 'change-set.apply', changeSetId: details.changeSet.id, ...defined(body) },
        { principal },
      );
      return json(jobView(job), 202, { location: `/v1/jobs/${job.id}` });
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

async function act(call: Call, id: string, verb: 'approve' | 'cancel'): Promise<ReturnType<typeof json>> {
  const details = await findChangeSet(call.caller, id);
  requireMatch(call, changeDetailsView(details));
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
  check,
  plan,
  planFile,
  list,
  save,
  get,
  applyEndpoint('apply', 'Apply it, as a job'),
  applyEndpoint('resume', 'Go on with one that was interrupted, as a job'),
  approve,
  cancel,
];
