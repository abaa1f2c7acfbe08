/** Planning and applying through a server: it plans, stores and applies; here is only what is shown. */

import type { Tenant } from '../../app/open-zoneward.ts';
import {
  type Applied,
  type ApplyRequest,
  type ChangeSet,
  type ConnectionId,
  changesAnything,
  InvalidInputError,
  isZonewardError,
  type Moment,
  type OperationOutcome,
  type Planned,
  type Problem,
  type Secret,
  type ZoneId,
  type ZonePlan,
  ZonewardError,
} from '../../app/re-exports.ts';
import {
  ApiError,
  allPages,
  type ChangeSetDetails,
  type ChangeSet as ChangeSetView,
  type Client,
  type Job,
  type NewChangeSet,
  type PlanInput,
  waitForJob,
} from '../../client/index.ts';
import { CancelledError } from '../errors.ts';
import { namedFile } from './file-names.ts';
import { patiently } from './patiently.ts';
import { asked, notOnServer } from './remote-error.ts';
import { milliseconds, planOf, plansOf } from './remote-models.ts';

type Changes = Pick<
  Tenant['changes'],
  | 'plan'
  | 'planAdd'
  | 'planEdit'
  | 'planSaved'
  | 'planUndo'
  | 'planRestore'
  | 'list'
  | 'get'
  | 'apply'
  | 'resume'
  | 'approve'
  | 'cancel'
>;

const PAGE = 500;

/**
 * Has the server plan what is wanted; the plan can be applied through `changes` afterwards. `keys` stay here until then.
 * Without a summary it is the server's.
 */
export type RemotePlanner = (
  input: PlanInput,
  summary?: string,
  keys?: ReadonlyMap<string, Secret>,
) => Promise<Planned>;

export function remoteChanges(client: Client): {
  readonly changes: Changes;
  readonly planned: RemotePlanner;
} {
  // What was asked for, so that the server can plan the same again and compare.
  const inputs = new WeakMap<Planned, PlanInput>();
  const made: Maker = (input, plans, more) => {
    const result: Planned = {
      connection: { id: '' as ConnectionId } as Planned['connection'],
      zones: plans.map((plan) => ({ plan }) as Planned['zones'][number]),
      conflicts: [],
      summary: plans[0]?.source ?? '',
      undoes: null,
      ...more,
    };
    inputs.set(result, input);
    return result;
  };
  const planned: RemotePlanner = async (input, summary, keys) => {
    const more = {
      ...(summary === undefined ? {} : { summary }),
      ...(keys === undefined ? {} : { keys }),
    };
    if (!holdsObjects(input))
      return made(
        input,
        plansOf(await asked(patiently((once) => client.planFile({ body: input }, once)))),
        more,
      );
    // Plan files carry no certificates.
    const view = await asked(patiently((once) => client.plan({ body: input }, once)));
    return made(input, view.plans.map(planOf), { summary: view.summary, ...more });
  };

  return { planned, changes: changesOver(client, { planned, made, inputs }) };
}

type Maker = (
  input: PlanInput,
  plans: readonly ZonePlan[],
  more: Partial<Pick<Planned, 'summary' | 'keys'>>,
) => Planned;

function holdsObjects(input: PlanInput): boolean {
  return input.kind === 'certificates' && !input.change.kind.endsWith('proofs');
}

interface Planners {
  readonly planned: RemotePlanner;
  readonly made: Maker;
  readonly inputs: WeakMap<Planned, PlanInput>;
}

function changesOver(client: Client, { planned, made, inputs }: Planners): Changes {
  return {
    plan: async (zone, { text, file, format }, { connection, scope } = {}) => {
      if (scope !== undefined && scope !== 'own' && scope.kind !== 'names') throw notOnServer('this scope');
      const input: PlanInput = {
        kind: 'source',
        zone,
        text,
        ...namedFile(file),
        ...(format === undefined ? {} : { format }),
        ...(connection === undefined ? {} : { connection }),
        ...(scope === undefined ? {} : scope === 'own' ? { own: true } : { only: scope.patterns }),
      };
      return planned(input, `${file} → ${zone}`);
    },
    planAdd: (zone, record, via = {}) =>
      planned({ kind: 'add', zone, record, ...via }, `add ${record.name} ${record.type}`),
    planEdit: (zones, select, set, via = {}) =>
      set === 'remove'
        ? planned({ kind: 'remove', zones, select, ...via }, 'remove')
        : planned({ kind: 'edit', zones, select, set, ...via }, 'edit'),
    planSaved: ({ text, file }, { zone } = {}) => {
      if (zone !== undefined) throw notOnServer('a saved plan with --zone');
      return planned({ kind: 'file', planFile: JSON.parse(text) }, `${file} (saved plan)`);
    },
    planUndo: async (id, { only, force } = {}) => {
      const input: PlanInput = {
        kind: 'undo',
        changeSetId: id,
        ...(only === undefined ? {} : { only }),
        ...(force === undefined ? {} : { force }),
      };
      const { conflicts, settingConflicts, plans } = await asked(
        patiently((once) => client.plan({ body: input }, once)),
      );
      const moved = conflicts.length + settingConflicts.length;
      if (moved > 0) throw conflicting(moved);
      return made(input, plans.map(planOf), { summary: `Undo: ${id}` });
    },
    list: async (filter = {}, limit = PAGE) => {
      const found: ChangeSet[] = [];
      const pages = allPages((cursor) =>
        asked(
          client.listChangeSets({
            query: {
              ...listQueryOf(filter),
              limit: Math.min(limit - found.length, PAGE),
              ...(cursor === undefined ? {} : { cursor }),
            },
          }),
        ),
      );
      for await (const view of pages) {
        found.push(changeSetOf(view, view.zones.map(countedPlan)));
        if (found.length >= limit) break;
      }
      return found;
    },
    get: async (id) => {
      const details = await asked(client.getChangeSet({ id }));
      return {
        changeSet: changeSetOf(details, details.plans.map(planOf)),
        outcomes: new Map(
          details.plans.map(({ zone, outcomes }) => [
            zone.id as ZoneId,
            outcomes as readonly OperationOutcome[],
          ]),
        ),
      };
    },
    planRestore: (zone, to) => planned({ kind: 'restore', zone, ...momentOf(to) }, `${zone} back`),
    apply: async (wanted, request = {}) => {
      const input = inputs.get(wanted);
      if (input === undefined) throw notOnServer('a plan from elsewhere');
      const plans = wanted.zones.map(({ plan }) => plan).filter(changesAnything);
      if (plans.length === 0) return null;
      const body = {
        plan: input,
        expect: plans.map(({ hash }) => hash),
        allow: request.allow ?? [],
        summary: (request.summary ?? wanted.summary).slice(0, 500),
      };
      const id = await stored(client, body, { zones: wanted.zones.map(({ plan }) => plan.zoneId), request });
      const begun = { id, plans, status: 'planned', begin: client.applyChangeSet } as const;
      return applied(client, begun, { ...request, keys: wanted.keys });
    },
    resume: async (id, request = {}) => {
      const { status, ...details } = await asked(client.getChangeSet({ id }));
      const plans = details.plans.map(planOf);
      return applied(client, { id, plans, status, begin: client.resumeChangeSet }, request);
    },
    approve: async (id) => {
      await asked(client.approveChangeSet({ id }));
    },
    cancel: async (id) => {
      await asked(client.cancelChangeSet({ id }));
    },
  };
}

function momentOf(to: { readonly revision: number } | { readonly at: number } | Moment) {
  if ('revision' in to) return { revision: to.revision };
  if ('at' in to) return { at: new Date(to.at).toISOString() };
  throw notOnServer('this moment');
}

function conflicting(count: number): ZonewardError {
  return new ZonewardError(`${count} of the records changed since; nothing was written`, {
    code: 'undo-conflict',
    kind: 'conflict',
    next: ['--force overrules what was changed since', 'or look at it on the server: POST /v1/plans'],
  });
}

/** Planned anew and stored: many zones as a job, which tells how far it is and can be stopped. */
async function stored(
  client: Client,
  body: NewChangeSet,
  { zones, request }: { readonly zones: readonly ZoneId[]; readonly request: ApplyRequest },
): Promise<string> {
  const asJob = zones.length > 1 && !holdsObjects(body.plan);
  const started = asJob ? await asked(client.saveChangeSetAsJob({ body }).catch(nullIfNarrowed)) : null;
  if (started === null) return (await asked(patiently((once) => client.saveChangeSet({ body }, once)))).id;
  const { state, error, result } = await jobEnd(client, started.id, {
    ...request,
    onJob: ({ progress }) => {
      const zoneId = zones[Number(progress?.['done'] ?? 0)];
      if (zoneId !== undefined) request.onProgress?.({ kind: 'reading', zoneId });
    },
  });
  const id = result?.['changeSetId'];
  if (request.signal?.aborted === true) {
    // The word to stop came after it was stored.
    if (typeof id === 'string') await asked(client.cancelChangeSet({ id }));
    throw new CancelledError('Stopped while the server planned; nothing was written.');
  }
  if (state !== 'done') throw ofJob(error);
  if (typeof id === 'string') return id;
  throw new ZonewardError('The zones have become as wanted meanwhile; nothing was written', {
    code: 'nothing-to-change',
    kind: 'conflict',
  });
}

/** A key for some names has its plans made within the request. */
function nullIfNarrowed(error: unknown): null {
  if (error instanceof ApiError && error.code === 'key-limited') return null;
  throw error;
}

/** The job is the server's: a person who stops asks it to stop, and still hears how it ended. */
export async function jobEnd(
  client: Client,
  id: string,
  { signal, onJob }: { readonly signal?: AbortSignal; readonly onJob?: (job: Job) => void },
): Promise<Job> {
  const stop = (): void => void client.cancelJob({ id }).catch(() => {});
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return asked(waitForJob(client, id, onJob === undefined ? {} : { onProgress: onJob })).finally(() =>
    signal?.removeEventListener('abort', stop),
  );
}

interface ApplyOptions {
  readonly signal?: AbortSignal;
  readonly verify?: boolean;
  readonly continueOnRefusal?: boolean;
}

async function applied(
  client: Client,
  {
    id,
    plans,
    status,
    begin,
  }: {
    readonly id: string;
    readonly plans: readonly ZonePlan[];
    /** Before it began: where it is the same afterwards, the job itself failed. */
    readonly status: ChangeSetView['status'];
    readonly begin: Client['applyChangeSet'];
  },
  { signal, keys, ...options }: ApplyOptions & { readonly keys?: ReadonlyMap<string, Secret> | undefined },
): Promise<Applied> {
  const [key] = keys?.values() ?? [];
  if (key !== undefined) return appliedWithKey(client, { id, key, plans }, options);
  const started = await asked(begin({ id, body: bodyOf(options) }));
  const job = await jobEnd(client, started.id, signal === undefined ? {} : { signal });
  const details = await asked(client.getChangeSet({ id }));
  if (job.state === 'failed' && details.status === status) throw ofJob(job.error);
  return appliedOf(details, plans, null);
}

/** A job carries no private key: this is one request, which takes the key along and ends when it is done. */
async function appliedWithKey(
  client: Client,
  { id, key, plans }: { readonly id: string; readonly key: Secret; readonly plans: readonly ZonePlan[] },
  options: ApplyOptions,
): Promise<Applied> {
  let stopped: ZonewardError | null = null;
  try {
    await asked(client.applyWithKey({ id, body: { privateKey: key.reveal(), ...bodyOf(options) } }));
  } catch (error) {
    if (!isZonewardError(error)) throw error;
    stopped = error;
  }
  const details = await asked(client.getChangeSet({ id }));
  if (stopped !== null && (details.status === 'planned' || details.status === 'approved')) throw stopped;
  return appliedOf(details, plans, stopped);
}

function bodyOf({ verify, continueOnRefusal }: ApplyOptions) {
  return {
    ...(verify === undefined ? {} : { verify }),
    ...(continueOnRefusal === undefined ? {} : { continueOnRefusal }),
  };
}

function appliedOf(
  details: ChangeSetDetails,
  plans: readonly ZonePlan[],
  stopped: ZonewardError | null,
): Applied {
  const zones = details.plans.map(({ zone, outcomes }) => ({
    zoneId: zone.id,
    outcomes,
    stopped,
    verified: null,
  }));
  return { changeSet: changeSetOf(details, plans), status: details.status, zones } as unknown as Applied;
}

function listQueryOf({
  zone,
  connectionId,
  status,
  author,
  since,
  until,
}: NonNullable<Parameters<Tenant['changes']['list']>[0]>) {
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(connectionId === undefined ? {} : { connection: connectionId }),
    ...(status === undefined ? {} : { status }),
    ...(author === undefined ? {} : { author }),
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
}

/** A list tells of each zone how many changes there are, not which. */
function countedPlan({ id, name, hash, changes }: ChangeSetView['zones'][number]): ZonePlan {
  const groups = [{ changes: Array.from({ length: changes }) }];
  return { zoneId: id, zoneName: name, hash, groups } as unknown as ZonePlan;
}

function changeSetOf({ zones: _, ...details }: ChangeSetView, plans: readonly ZonePlan[]): ChangeSet {
  return {
    ...details,
    plans,
    createdAt: Date.parse(details.createdAt),
    finishedAt: milliseconds(details.finishedAt),
    approval: approvalOf(details.approval),
  } as unknown as ChangeSet;
}

function approvalOf({ required, grant }: ChangeSetView['approval']): ChangeSet['approval'] {
  if (grant === null) return { required, grant };
  const { at, expiresAt, ...by } = grant;
  return {
    required,
    grant: { ...by, at: Date.parse(at), expiresAt: Date.parse(expiresAt) },
  } as ChangeSet['approval'];
}

/** Why a job failed, as the error that it was. */
export function ofJob(error: Readonly<Record<string, unknown>> | null): ZonewardError {
  const { code = 'job-failed', message = 'The job failed', kind = 'internal', next = [] } = error ?? {};
  const details = Object(error?.['details']) as Readonly<Record<string, unknown>>;
  const { problems } = details;
  // Every mistake of an input, shown as it would be here.
  if (Array.isArray(problems))
    return new InvalidInputError(String(message).split('\n', 1)[0] ?? '', problems as readonly Problem[]);
  return new ZonewardError(String(message), {
    code: String(code),
    kind: kind as 'internal',
    next: next as readonly string[],
    details,
  });
}
