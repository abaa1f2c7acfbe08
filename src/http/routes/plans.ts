/** Plans over HTTP: what would change, whether it may, and what it costs. Nothing is stored or written. */
import { z } from '@hono/zod-openapi';
import {
  formatPlanFile,
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
  namesReached,
  refuseForeignNames,
  requireAllNames,
  seesZone,
} from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, zoneParams } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { planFileShape, plannedView, planShape, recordCheckShape } from '../shapes/changes.ts';
import { jobShape, jobView } from '../shapes/jobs.ts';
import { certificatesPlan, planCertificates } from './certificate-plans.ts';
import { planRevert, revertPlan } from './drift.ts';
import { planTemplate, templatePlan, templateRemoval } from './templates.ts';
import { planSettings, settingsPlan } from './tls.ts';

const tag = 'changes';
/** Zone files of the largest zones that Cloudflare takes, with room. */
export const BODY_MAX: number = 32 * 1024 * 1024;
export const ZONES_MAX = 200;
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

const readPlan = z
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
      own: z.literal(true).optional().openapi({
        description: 'Touch only records that Zoneward made, and those that the source adds; not with `only`',
      }),
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
    certificatesPlan,
    revertPlan,
  ])
  .openapi('PlanInput');
type PlanInput = z.output<typeof readPlan>;
/** What is to be planned. */
export const planInput: z.ZodType = readPlan;

/** Reads the zones that are meant at Cloudflare and plans. `input` is what `planInput` has read. Throws 403 for names out of the key's reach. */
export async function planFrom(caller: Caller, input: unknown): Promise<Planned> {
  const planned = await makePlan(caller, input as PlanInput);
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
      const { text: source, format, file = 'request', only, own } = input;
      if (only !== undefined && own !== undefined)
        throw new HttpError(422, 'scope-ambiguous', 'Give `only` or `own`.');
      const narrowed =
        only === undefined
          ? { ...(own === true ? { scope: 'own' as const } : {}) }
          : { scope: { kind: 'names' as const, patterns: only } };
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
    case 'certificates':
      return planCertificates(caller, input.zone, { change: input.change, ...via });
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
  const ids = plans.flatMap((plan: unknown) =>
    typeof plan === 'object' && plan !== null && 'zoneId' in plan && typeof plan.zoneId === 'string'
      ? [plan.zoneId]
      : [],
  );
  return [...new Set(ids)];
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
  handle: async (call, { body }) =>
    json(plannedView(await planFrom(call.caller, body), namesReached(call.caller))),
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
    if (planned.zones.some(({ plan: { objects = [] } }) => objects.length > 0))
      throw new HttpError(422, 'plan-file-without-certificates', 'Plan files carry no certificates.', {
        next: ['Store the plan as a change set: POST /v1/change-sets'],
      });
    return json(JSON.parse(formatPlanFile(planned.zones.map((one) => one.plan))));
  },
});

/** Each is read at Cloudflare, one after the other. */
const EVERYWHERE_MAX = 5_000;

const everywhere = endpoint({
  method: 'post',
  path: '/v1/change-sets/everywhere',
  operationId: 'planEverywhere',
  tag,
  summary:
    'Plan one edit or removal in many zones as a job, and store it as a change set to be looked at; `result.changeSetId` is it',
  scope: 'apply',
  body: z
    .strictObject({
      zones: z.array(zone).min(1).max(EVERYWHERE_MAX).optional().openapi({
        description: 'Absent: every zone that the key reaches, of `connection` where that is given',
      }),
      connection,
      select: selection,
      set: recordText.partial().optional().openapi({ description: 'What records become' }),
      remove: z.literal(true).optional().openapi({ description: 'In place of `set`' }),
      allow: z.array(z.string().max(64)).max(50).optional(),
      summary: z.string().min(1).max(500).optional(),
    })
    .openapi('EverywhereChange'),
  answers: { status: 202, description: 'The job', schema: jobShape },
  handle: async (call, { body }) => {
    requireAllNames(call.caller);
    if ((body.set === undefined) === (body.remove === undefined))
      throw new HttpError(422, 'change-ambiguous', 'Give `set` or `remove`: one of them.');
    const { allow, summary } = body;
    const { tenantName, principal } = call.caller;
    const request = {
      kind: 'change-sets.plan' as const,
      ...(await zonesMeant(call.caller, body)),
      select: defined(body.select) as RecordSelection,
      set: body.set === undefined ? ('remove' as const) : (defined(body.set) as RecordSet),
      ...(allow === undefined ? {} : { allow }),
      ...(summary === undefined ? {} : { summary }),
    };
    const job = await call.zoneward.jobs.add(tenantName, request, { principal });
    return json(jobView(job), 202, { location: `/v1/jobs/${job.id}` });
  },
});

/** The zones by their ids, each the caller's; refused before anything is read where they have several connections. */
async function zonesMeant(
  caller: Caller,
  body: { readonly zones?: readonly string[] | undefined; readonly connection?: string | undefined },
): Promise<{ readonly zones: readonly string[]; readonly connection?: string }> {
  const via =
    body.connection === undefined ? {} : { connection: (await findConnection(caller, body.connection)).id };
  const zones =
    body.zones === undefined
      ? (await caller.tenant.zones.list(via)).filter((one) => seesZone(caller, one))
      : await Promise.all(body.zones.map((reference) => findZone(caller, reference)));
  const there = zones.filter(({ facts }) => facts.status !== 'deleted');
  if (there.length === 0) throw new HttpError(422, 'zones-none', 'There is no zone to plan.');
  if (there.length > EVERYWHERE_MAX)
    throw new HttpError(422, 'zones-too-many', `These are ${there.length} zones; ${EVERYWHERE_MAX} at most.`);
  if (body.connection === undefined && new Set(there.map((one) => one.connectionId)).size > 1)
    throw new HttpError(422, 'several-connections', 'These zones belong to several connections.', {
      next: ['Name a `connection`, and plan the zones of each by themselves.'],
    });
  return { zones: [...new Set(there.map(({ facts }) => facts.id))], ...via };
}

export const PLAN_ENDPOINTS: readonly Endpoint[] = [check, plan, planFile, everywhere];
