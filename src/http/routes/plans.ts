/** Plans over HTTP: what would change, whether it may, and what it costs. Nothing is stored or written. */
import { z } from '@hono/zod-openapi';
import {
  formatPlanFile,
  type Planned,
  type PlanRequest,
  planRequested,
  type RecordSelection,
  type RecordSet,
  type RecordText,
  type StagedChange,
} from '../../app/re-exports.ts';
import {
  type Caller,
  findChangeSet,
  findZone,
  namesAsked,
  namesReached,
  refuseForeignNames,
  requireAllNames,
  seesZone,
} from '../caller.ts';
import { type Call, type Endpoint, endpoint, json, type Reply } from '../endpoint.ts';
import { defined, JOB_ZONES_MAX, zoneParams, zonesWanted } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { planFileShape, plannedView, planShape, recordCheckShape } from '../shapes/changes.ts';
import { jobShape } from '../shapes/jobs.ts';
import { startJob } from '../start-job.ts';
import { certificatesPlan, planCertificates, viaOf } from './certificate-plans.ts';
import { revertPlan } from './drift.ts';
import { templatePlan, templateRemoval, templateRequest } from './templates.ts';
import { settingsPlan, settingsWish } from './tls.ts';

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

const format = z.enum(['bind', 'octodns', 'document']).optional();
const file = z.string().min(1).max(255).optional().openapi({ description: 'What messages call it' });

const readPlan = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('source'),
      zone,
      text: z
        .string()
        .openapi({ description: 'A zone document (YAML or JSON), a master file, or octoDNS YAML' }),
      format,
      file,
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
    z.strictObject({
      kind: z.literal('sources'),
      sources: z
        .array(z.strictObject({ zone, text: z.string(), format, file }))
        .min(1)
        .max(JOB_ZONES_MAX)
        .openapi({ description: 'Zones of one connection, each with a text like that of a `source`' }),
      connection,
    }),
    z.strictObject({ kind: z.literal('add'), zone, record: recordText, connection }),
    z.strictObject({
      kind: z.literal('edit'),
      zones: zonesWanted,
      select: selection,
      set: recordText.partial(),
      connection,
    }),
    z.strictObject({ kind: z.literal('remove'), zones: zonesWanted, select: selection, connection }),
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
  const wanted = input as PlanInput;
  const planned =
    wanted.kind === 'certificates'
      ? await planCertificates(caller, wanted.zone, {
          change: wanted.change,
          ...(await viaOf(caller, wanted)),
        })
      : await planRequested(caller.tenant, await requestOf(caller, wanted, ZONES_MAX));
  refuseForeignNames(
    caller,
    planned.zones.map(({ plan }) => plan),
  );
  return planned;
}

/** The same as a job's, before one is made: what is wrong with the input, and what is not the key's, is refused here. */
export async function planForJob(caller: Caller, input: unknown): Promise<PlanRequest> {
  requireAllNames(caller);
  const wanted = input as PlanInput;
  if (wanted.kind !== 'certificates') return requestOf(caller, wanted, JOB_ZONES_MAX);
  await findZone(caller, wanted.zone);
  throw new HttpError(
    422,
    'no-job-for-certificates',
    'A job carries no private key, so it plans no certificates.',
    {
      next: ['POST /v1/change-sets'],
    },
  );
}

/** With every zone, connection and change set looked up as the caller's. */
async function requestOf(
  caller: Caller,
  input: Exclude<PlanInput, { kind: 'certificates' }>,
  zonesMax: number,
): Promise<PlanRequest> {
  const zoneId = async (reference: string) => (await findZone(caller, reference)).facts.id;
  const via = 'connection' in input ? await viaOf(caller, input) : {};
  const zoneIds = (wanted: readonly string[] | 'all') => zonesMeant(caller, { wanted, ...via }, zonesMax);
  switch (input.kind) {
    case 'source':
      return { ...via, ...(await sourceRequest(input, await zoneId(input.zone))) };
    case 'sources': {
      if (input.sources.length > zonesMax) throw tooMany(input.sources.length, zonesMax);
      const sources = input.sources.map(
        async ({ zone: reference, file = reference, text: source, format }) => ({
          zone: await zoneId(reference),
          file,
          text: source,
          ...(format === undefined ? {} : { format }),
        }),
      );
      return { kind: 'sources', sources: await Promise.all(sources), ...via };
    }
    case 'add': {
      const record = defined(input.record) as unknown as RecordText;
      return { kind: 'add', zone: await zoneId(input.zone), record, ...via };
    }
    case 'edit':
    case 'remove':
      return {
        kind: 'edit',
        zones: await zoneIds(input.zones),
        select: defined(input.select) as RecordSelection,
        set: input.kind === 'remove' ? 'remove' : (defined(input.set) as RecordSet),
        ...namesAsked(caller),
        ...via,
      };
    case 'staged':
      return {
        kind: 'staged',
        zone: await zoneId(input.zone),
        changes: input.changes.map(stagedChange),
        ...namesAsked(caller),
        ...via,
      };
    case 'undo': {
      const { changeSet } = await findChangeSet(caller, input.changeSetId);
      const only = input.only?.map(({ groupId, change }) => ({
        groupId,
        ...(change === undefined ? {} : { change }),
      }));
      return {
        kind: 'undo',
        changeSetId: changeSet.id,
        ...(only === undefined ? {} : { only }),
        ...(input.force === undefined ? {} : { force: input.force }),
      };
    }
    case 'restore': {
      requireAllNames(caller);
      const target = await zoneId(input.zone);
      if ((input.revision === undefined) === (input.at === undefined))
        throw new HttpError(422, 'moment-ambiguous', 'Give a revision or a time.');
      const to =
        input.revision === undefined ? { at: Date.parse(input.at ?? '') } : { revision: input.revision };
      return { kind: 'restore', zone: target, to };
    }
    case 'settings': {
      requireAllNames(caller);
      const target = await zoneIds(input.zones);
      return { kind: 'settings', zones: target, wish: settingsWish(input), ...via };
    }
    case 'revert':
      return { kind: 'revert', zones: await zoneIds(input.zones), ...namesAsked(caller), ...via };
    case 'file':
      await Promise.all(zonesOfFile(input.planFile).map(zoneId));
      return { kind: 'file', text: JSON.stringify(input.planFile), file: 'planFile' };
    case 'template':
    case 'template-removal':
      return { ...templateRequest(input, await zoneId(input.zone)), ...via };
    default:
      return input satisfies never;
  }
}

function sourceRequest(
  { text: source, format, file = 'request', only, own }: Extract<PlanInput, { kind: 'source' }>,
  target: string,
): PlanRequest {
  if (only !== undefined && own !== undefined)
    throw new HttpError(422, 'scope-ambiguous', 'Give `only` or `own`.');
  return {
    kind: 'source',
    zone: target,
    source: { text: source, file, ...(format === undefined ? {} : { format }) },
    ...(own === true ? { scope: 'own' } : {}),
    ...(only === undefined ? {} : { scope: { kind: 'names', patterns: only } }),
  };
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
      zones: z.array(zone).min(1).max(JOB_ZONES_MAX).optional().openapi({
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
    const { zones: wanted = 'all', connection: through, select, set, remove, ...options } = body;
    if ((set === undefined) === (remove === undefined))
      throw new HttpError(422, 'change-ambiguous', 'Give `set` or `remove`: one of them.');
    const via = { zones: wanted, select, connection: through };
    const input = set === undefined ? { kind: 'remove', ...via } : { kind: 'edit', set, ...via };
    return startPlanJob(call, input, options);
  },
});

/** 202 with the job that plans and stores it. Throws what is wrong before one is made. */
export async function startPlanJob(
  call: Call,
  input: unknown,
  options: {
    readonly expect?: readonly string[] | undefined;
    readonly allow?: readonly string[] | undefined;
    readonly summary?: string | undefined;
  },
): Promise<Reply> {
  const plan = await planForJob(call.caller, input);
  return startJob(call, { kind: 'change-sets.plan', plan, ...defined(options) });
}

/** The zones by their ids, each the caller's. All of them are of one connection, or refused before anything is read. */
async function zonesMeant(
  caller: Caller,
  { wanted, ...via }: { readonly wanted: readonly string[] | 'all'; readonly connection?: string },
  zonesMax: number,
): Promise<readonly string[]> {
  const meant =
    wanted === 'all'
      ? (await caller.tenant.zones.list(via)).filter((one) => seesZone(caller, one))
      : await Promise.all(wanted.map((reference) => findZone(caller, reference)));
  const there = wanted === 'all' ? meant.filter(({ facts }) => facts.status !== 'deleted') : meant;
  if (there.length === 0) throw new HttpError(422, 'zones-none', 'There is no zone to plan.');
  if (there.length > zonesMax) throw tooMany(there.length, zonesMax);
  if (via.connection === undefined && new Set(there.map((one) => one.connectionId)).size > 1)
    throw new HttpError(422, 'several-connections', 'These zones belong to several connections.', {
      next: ['Name a `connection`, and plan the zones of each by themselves.'],
    });
  return [...new Set(there.map(({ facts }) => facts.id))];
}

function tooMany(count: number, most: number): HttpError {
  return new HttpError(422, 'zones-too-many', `These are ${count} zones; ${most} at most.`, {
    next: most === JOB_ZONES_MAX ? [] : [`Up to ${JOB_ZONES_MAX} as a job: POST /v1/change-sets/jobs`],
  });
}

export const PLAN_ENDPOINTS: readonly Endpoint[] = [check, plan, planFile, everywhere];
