/** Planning and applying through a server: it plans, stores and applies; here is only what is shown. */
import {
  type Applied,
  type ChangeSet,
  type ConnectionId,
  type Moment,
  type Planned,
  type ZonePlan,
  ZonewardError,
} from '../../app/handed-out.ts';
import type { Tenant } from '../../app/open-zoneward.ts';
import { type ChangeSetDetails, type Client, type PlanInput, waitForJob } from '../../client/index.ts';
import { asked, notOnServer } from './remote-error.ts';
import { milliseconds, plansOf } from './remote-models.ts';

type Changes = Pick<
  Tenant['changes'],
  'plan' | 'planAdd' | 'planEdit' | 'planSaved' | 'planUndo' | 'planRestore' | 'apply' | 'approve' | 'cancel'
>;

/** Has the server plan what is wanted; the plan can be applied through `changes` afterwards. */
export type RemotePlanner = (input: PlanInput, summary: string) => Promise<Planned>;

export function remoteChanges(client: Client): {
  readonly changes: Changes;
  readonly planned: RemotePlanner;
} {
  // What was asked for, so that the server can plan the same again and compare.
  const inputs = new WeakMap<Planned, PlanInput>();
  const planned: RemotePlanner = async (input, summary) => {
    const plans = plansOf(await asked(client.planFile({ body: input })));
    const made: Planned = {
      connection: { id: '' as ConnectionId } as Planned['connection'],
      zones: plans.map((plan) => ({ plan }) as Planned['zones'][number]),
      conflicts: [],
      summary,
      undoes: null,
    };
    inputs.set(made, input);
    return made;
  };

  return { planned, changes: changesOver(client, { planned, inputs }) };
}

function changesOver(
  client: Client,
  { planned, inputs }: { readonly planned: RemotePlanner; readonly inputs: WeakMap<Planned, PlanInput> },
): Changes {
  return {
    plan: async (zone, { text, file, format }, { connection, scope } = {}) => {
      if (scope !== undefined && scope !== 'own' && scope.kind !== 'names') throw notOnServer('this scope');
      const input: PlanInput = {
        kind: 'source',
        zone,
        text,
        ...(file === '-' ? {} : { file: file.slice(-255) }),
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
      const { conflicts } = await asked(client.plan({ body: input }));
      if (conflicts.length > 0) throw conflicting(conflicts.length);
      return planned(input, `Undo: ${id}`);
    },
    planRestore: (zone, to) => planned({ kind: 'restore', zone, ...momentOf(to) }, `${zone} back`),
    apply: async (made, request = {}) => {
      const input = inputs.get(made);
      if (input === undefined) throw notOnServer('a plan from elsewhere');
      const plans = made.zones.map(({ plan }) => plan).filter(({ groups }) => groups.length > 0);
      if (plans.length === 0) return null;
      const body = {
        plan: input,
        expect: plans.map(({ hash }) => hash),
        allow: request.allow ?? [],
        summary: (request.summary ?? made.summary).slice(0, 500),
      };
      const { id } = await asked(client.saveChangeSet({ body }));
      return applied(client, id, plans, request);
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

async function applied(
  client: Client,
  id: string,
  plans: readonly ZonePlan[],
  {
    signal,
    verify,
    continueOnRefusal,
  }: { signal?: AbortSignal; verify?: boolean; continueOnRefusal?: boolean },
): Promise<Applied> {
  const options = {
    ...(verify === undefined ? {} : { verify }),
    ...(continueOnRefusal === undefined ? {} : { continueOnRefusal }),
  };
  const started = await asked(client.applyChangeSet({ id, body: options }));
  // The job is the server's: a person who stops asks it to stop, and still hears how it ended.
  const stop = (): void => void client.cancelJob({ id: started.id }).catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  const job = await asked(waitForJob(client, started.id)).finally(() =>
    signal?.removeEventListener('abort', stop),
  );
  const details = await asked(client.getChangeSet({ id }));
  if (job.state === 'failed' && details.status === 'planned') throw ofJob(job.error);
  const changeSet = changeSetOf(details, plans);
  const zones = details.plans.map(({ zone, outcomes }) => ({
    zoneId: zone.id,
    outcomes,
    stopped: null,
    verified: null,
  }));
  return { changeSet, status: details.status, zones } as unknown as Applied;
}

function changeSetOf(details: ChangeSetDetails, plans: readonly ZonePlan[]): ChangeSet {
  return {
    ...details,
    plans,
    createdAt: Date.parse(details.createdAt),
    finishedAt: milliseconds(details.finishedAt),
  } as unknown as ChangeSet;
}

/** Why a job failed, as the error that it was. */
export function ofJob(error: Readonly<Record<string, unknown>> | null): ZonewardError {
  const { code = 'job-failed', message = 'The job failed', kind = 'internal', next = [] } = error ?? {};
  return new ZonewardError(String(message), {
    code: String(code),
    kind: kind as 'internal',
    next: next as readonly string[],
  });
}
