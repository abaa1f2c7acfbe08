/** Plans stored, applied, resumed, called off: the heart of the facade. Every method is scoped to one tenant. */
import { ZonewardError } from '../base/errors.ts';
import { type ChangeSetId, type ConnectionId, newId, type TenantId, type ZoneId } from '../base/ids.ts';
import { hasErrors } from '../base/problem.ts';
import type { Secret } from '../base/secret.ts';
import { openOwners } from '../domains/access/four-eyes.ts';
import {
  type ApplyPorts,
  type ApplyProgress,
  type ApplyResult,
  applyChangeSet,
} from '../domains/changes/apply.ts';
import { approveChangeSet } from '../domains/changes/approve.ts';
import { cancelChangeSet } from '../domains/changes/cancel.ts';
import { createChangeSet } from '../domains/changes/create-change-set.ts';
import { LEASE_MS } from '../domains/changes/lease.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from '../domains/changes/model.ts';
import type { PlannedZone } from '../domains/changes/plan-change.ts';
import { type ChangePolicy, needsApproval, policyFor } from '../domains/changes/policy.ts';
import { type Recovered, recoverChangeSets } from '../domains/changes/recover.ts';
import type { ZonePlan } from '../plan/plan.ts';
import { changesAnything } from '../plan/summarize-plans.ts';
import type { Context, LinkedConnection } from './context.ts';
import { refuseWithoutRight } from './edit-rights.ts';
import { rememberTemplate } from './template-memory.ts';
import { type Planned, type TenantPlans, tenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';
import { follow } from './tls-looks.ts';

export interface ApplyRequest {
  /** Words of the guard rails to lift. */
  readonly allow?: readonly string[];
  readonly continueOnRefusal?: boolean;
  readonly verify?: boolean;
  /** Stops between requests; the one under way is finished and written down. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: ApplyProgress) => void;
  /** A line for people; absent: what the plan says of itself. */
  readonly summary?: string;
  /** How long to wait for a lock that someone else holds. Default 30 s; when resuming, until a dead holder's ends. */
  readonly lockWaitMs?: number;
  /** What to store it as; one that is stored so already is given back as it is. */
  readonly id?: ChangeSetId;
  /** Private keys of certificates to be uploaded, by the hash of their public halves (`keysForChangeSet`). */
  readonly keys?: ReadonlyMap<string, Secret>;
}

export interface Applied extends ApplyResult {
  readonly changeSet: ChangeSet;
}

export interface ChangeDetails {
  readonly changeSet: ChangeSet;
  readonly outcomes: ReadonlyMap<ZoneId, readonly OperationOutcome[]>;
}

export interface TenantChanges extends TenantPlans {
  /** Stores plans as a change set in state `planned`, without applying it. */
  save(planned: Planned, request?: ApplyRequest): Promise<ChangeSet>;
  /** Stores and applies plans. Null when there is nothing to do. */
  apply(planned: Planned, request?: ApplyRequest): Promise<Applied | null>;
  /** Goes on with a stored change set: planned, approved, interrupted, or left by a process that is gone. */
  resume(id: ChangeSetId, request?: ApplyRequest): Promise<Applied>;
  /**
   * Finds change sets that a process left behind when it died, and those of unknown outcome; settles them, and goes
   * on with them or leaves them `interrupted` (see `domains/changes/recover.ts`). `apply` does so with the former before
   * it begins.
   * A dead process's lock takes up to three minutes to run out; `lockWaitMs` (default 0) waits for it.
   */
  recover(
    request?: Pick<ApplyRequest, 'signal' | 'onProgress' | 'lockWaitMs'>,
  ): Promise<readonly Recovered[]>;
  /** Agrees to a stored change set that someone else wrote. */
  approve(id: ChangeSetId): Promise<void>;
  cancel(id: ChangeSetId): Promise<void>;
  get(id: ChangeSetId): Promise<ChangeDetails>;
  /** Null where there is none. */
  find(id: ChangeSetId): Promise<ChangeSet | null>;
  list(filter?: ChangeSetFilter, limit?: number): Promise<readonly ChangeSet[]>;
}

export interface ChangeSetFilter {
  readonly zone?: string;
  readonly connectionId?: ConnectionId;
  readonly status?: ChangeSetStatus;
  /** The principal that planned it. */
  readonly author?: string;
  /** Made at or after, and before, milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  readonly before?: ChangeSetId;
}

const LIST_MAX = 50;
/** A dead process's lock has run out by then. */
const RESUME_WAIT_MS = LEASE_MS + 10_000;

export function tenantChanges(context: Context, tenantId: TenantId, reach: TenantReach): TenantChanges {
  const { journal } = context.store;

  const stored = async (id: ChangeSetId): Promise<ChangeSet> => {
    const changeSet = await journal.get(tenantId, id);
    if (changeSet !== null) return changeSet;
    throw new ZonewardError(`There is no change set ${id}`, {
      code: 'change-set-unknown',
      kind: 'not-found',
      next: ['zoneward changes list'],
    });
  };

  const run = async (
    changeSet: ChangeSet,
    zones: readonly PlannedZone[],
    request: ApplyRequest,
  ): Promise<Applied> => {
    const linked = await reach.linkedById(changeSet.connectionId);
    const ports = applyPorts(context, linked, request);
    const result = await applyChangeSet(ports, changeSet, {
      principal: context.principal,
      holder: context.holder,
      readings: new Map(zones.map(({ plan, reading }) => [plan.zoneId, reading])),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.continueOnRefusal === undefined ? {} : { continueOnRefusal: request.continueOnRefusal }),
      ...(request.verify === undefined ? {} : { verify: request.verify }),
      ...(request.lockWaitMs === undefined ? {} : { lockWaitMs: request.lockWaitMs }),
      ...(request.keys === undefined ? {} : { keys: request.keys }),
    });
    await followSlowParts(context, tenantId, changeSet);
    return { ...result, changeSet: (await journal.get(tenantId, changeSet.id)) ?? changeSet };
  };

  const recoverWith = (
    request: Pick<ApplyRequest, 'signal' | 'onProgress' | 'lockWaitMs'>,
    onlyCrashed: boolean,
  ): Promise<readonly Recovered[]> =>
    recoverChangeSets(
      {
        journal,
        portsFor: async ({ connectionId }) => {
          return applyPorts(context, await reach.linkedById(connectionId), request);
        },
      },
      tenantId,
      {
        principal: context.principal,
        holder: context.holder,
        lockWaitMs: request.lockWaitMs ?? 0,
        onlyCrashed,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      },
    );

  const policyOf = async (connectionId: ConnectionId, plan: ZonePlan): Promise<ChangePolicy> =>
    policyFor(await context.store.policies.list(tenantId), { connectionId, zoneId: plan.zoneId });

  const save = async (planned: Planned, request: ApplyRequest = {}): Promise<ChangeSet> => {
    const plans = planned.zones.map(({ plan }) => plan);
    const connectionId = planned.connection.id;
    const required = await Promise.all(
      plans.map(async (plan) => needsApproval(await policyOf(connectionId, plan), plan)),
    );
    const id = request.id ?? newId<ChangeSetId>('chg', context);
    await rememberTemplate(context, tenantId, id, planned);
    const storing = createChangeSet(
      { journal, clock: context.clock, random: context.random },
      {
        id,
        tenantId,
        connectionId,
        summary: request.summary ?? planned.summary,
        plans,
        approvalRequired: required.includes(true),
        allow: request.allow ?? [],
        author: context.principal,
        ...(planned.undoes === null ? {} : { undoes: planned.undoes }),
        ...(planned.undoesInPart === undefined ? {} : { undoesInPart: planned.undoesInPart }),
      },
    );
    if (request.id === undefined) return storing;
    return storing.catch(async (error: unknown) => {
      // Somebody who does the same work may have been first.
      const stored = await journal.get(tenantId, id);
      if (stored === null) throw error;
      return stored;
    });
  };

  return {
    ...tenantPlans(context, tenantId, reach, stored),
    save,
    apply: async (planned, request = {}) => {
      const empty = !planned.zones.some(({ plan }) => changesAnything(plan));
      if (empty && !hasErrors(planned.zones.flatMap(({ plan }) => plan.problems))) return null;
      refuseWithoutRight(
        planned.connection,
        planned.zones.map(({ plan }) => plan),
      );
      const changeSet = await save(planned, request);
      await recoverWith(request.signal === undefined ? {} : { signal: request.signal }, true);
      return run(
        changeSet,
        planned.zones,
        planned.keys === undefined ? request : { keys: planned.keys, ...request },
      );
    },
    resume: async (id, request = {}) => run(await stored(id), [], { lockWaitMs: RESUME_WAIT_MS, ...request }),
    recover: (request = {}) => recoverWith(request, false),
    approve: async (id) => {
      const changeSet = await stored(id);
      const policies = await Promise.all(
        changeSet.plans.map((plan) => policyOf(changeSet.connectionId, plan)),
      );
      const approvalMs = Math.min(...policies.map((policy) => policy.approvalMs));
      const owners = openOwners(context.store.apiKeys);
      const ports = { journal, owners, clock: context.clock };
      await approveChangeSet(ports, changeSet, { principal: context.principal, approvalMs });
    },
    cancel: async (id) =>
      cancelChangeSet({ journal, clock: context.clock }, await stored(id), context.principal),
    get: async (id) => {
      const changeSet = await stored(id);
      const entries = await Promise.all(
        changeSet.plans.map(
          async ({ zoneId }) => [zoneId, await journal.outcomes(tenantId, id, zoneId)] as const,
        ),
      );
      return { changeSet, outcomes: new Map(entries) };
    },
    find: (id) => journal.get(tenantId, id),
    list: async (filter = {}, limit = LIST_MAX) => {
      const { zone, ...rest } = filter;
      const zoneId = zone === undefined ? undefined : (await reach.zone(zone)).facts.id;
      return journal.list(tenantId, { ...rest, ...(zoneId === undefined ? {} : { zoneId }) }, limit);
    },
  };
}

/** What was ordered or uploaded, and DNSSEC, comes into force by and by: the worker looks. */
async function followSlowParts(context: Context, tenantId: TenantId, { plans }: ChangeSet): Promise<void> {
  for (const { zoneId, objects = [], settings = [] } of plans) {
    const moved = [
      ...(objects.length > 0 ? (['certificates'] as const) : []),
      ...(settings.some(({ setting }) => setting === 'dnssec') ? (['dnssec'] as const) : []),
    ];
    const zone = moved.length === 0 ? null : await context.store.mirror.getZone(tenantId, zoneId);
    if (zone !== null) await follow(context, tenantId, zone, moved);
  }
}

function applyPorts(context: Context, linked: LinkedConnection, request: ApplyRequest): ApplyPorts {
  const { cloudflare } = linked;
  return {
    journal: context.store.journal,
    locks: context.store.locks,
    reader: cloudflare.zones,
    writer: cloudflare.records,
    settings: cloudflare.settings,
    objects: cloudflare.objects,
    readZone: (zoneId, options) => context.readZone(linked, zoneId, options),
    clock: context.clock,
    ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
  };
}
