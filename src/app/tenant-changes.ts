/** Plans, applies, undoes: the heart of the facade. Every method is scoped to one tenant. */
import { ZonewardError } from '../base/errors.ts';
import type { ChangeSetId, TenantId, ZoneId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import { recordEncoder } from '../cloudflare/wire/encode-record.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import {
  type ApplyPorts,
  type ApplyProgress,
  type ApplyResult,
  applyChangeSet,
} from '../domains/changes/apply.ts';
import { cancelChangeSet } from '../domains/changes/cancel.ts';
import { createChangeSet } from '../domains/changes/create-change-set.ts';
import type { ChangeSet, ChangeSetStatus, OperationOutcome } from '../domains/changes/model.ts';
import {
  type PlannedZone,
  type PlanPorts,
  planFromDrafts,
  planFromWish,
  type ZoneWish,
} from '../domains/changes/plan-change.ts';
import { draftUndo, type UndoConflict, type UndoSelection } from '../domains/changes/undo.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Draft } from '../plan/diff.ts';
import { DEFAULT_POLICY } from '../plan/guard.ts';
import { restoreZone } from '../plan/restore.ts';
import type { Scope } from '../plan/scope.ts';
import { collect } from './collect.ts';
import type { Context } from './context.ts';
import { type SourceText, wishOf } from './read-source.ts';
import type { TenantReach } from './tenant-reach.ts';

/** Plans, made and not yet stored. */
export interface Planned {
  readonly connection: Connection;
  readonly zones: readonly PlannedZone[];
  /** What an undo leaves alone because someone changed it since. */
  readonly conflicts: readonly UndoConflict[];
  readonly summary: string;
  readonly undoes: ChangeSetId | null;
}

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
}

export interface Applied extends ApplyResult {
  readonly changeSet: ChangeSet;
}

export interface ChangeDetails {
  readonly changeSet: ChangeSet;
  readonly outcomes: ReadonlyMap<ZoneId, readonly OperationOutcome[]>;
}

export interface TenantChanges {
  /** Plans a zone from a source. Narrower than the source says with `scope` and `ignore`. */
  plan(
    zone: string,
    source: SourceText,
    options?: {
      readonly connection?: string;
      readonly scope?: Scope;
      readonly ignore?: readonly IgnoreRule[];
    },
  ): Promise<Planned>;
  /** Plans drafts over one or many zones: edits, for example. `draft` is called with each zone's live records. */
  planDrafts(
    zones: readonly string[],
    draft: (
      zone: Zone,
      live: readonly LiveRecord[],
    ) => { drafts: readonly Draft[]; problems: readonly Problem[] },
    options: { readonly connection?: string; readonly source: string },
  ): Promise<Planned>;
  planUndo(
    id: ChangeSetId,
    options?: { readonly only?: readonly UndoSelection[]; readonly force?: boolean },
  ): Promise<Planned>;
  /** Plans a zone back to a revision, or to the one in force at a moment (milliseconds). */
  planRestore(zone: string, to: { readonly revision: number } | { readonly at: number }): Promise<Planned>;
  /** Stores plans as a change set in state `planned`, without applying it. */
  save(planned: Planned, request?: ApplyRequest): Promise<ChangeSet>;
  /** Stores and applies plans. Null when there is nothing to do. */
  apply(planned: Planned, request?: ApplyRequest): Promise<Applied | null>;
  /** Goes on with a stored change set: planned, approved, interrupted, or left by a process that is gone. */
  resume(id: ChangeSetId, request?: ApplyRequest): Promise<Applied>;
  cancel(id: ChangeSetId): Promise<void>;
  get(id: ChangeSetId): Promise<ChangeDetails>;
  list(
    filter?: { readonly zone?: string; readonly status?: ChangeSetStatus },
    limit?: number,
  ): Promise<readonly ChangeSet[]>;
}

const LIST_MAX = 50;

export function tenantChanges(context: Context, tenantId: TenantId, reach: TenantReach): TenantChanges {
  const { journal } = context.store;

  const planEach = async (
    connectionRef: string | undefined,
    zoneRefs: readonly string[],
    makePlan: (ports: PlanPorts, zone: Zone) => Promise<PlannedZone>,
  ): Promise<{ connection: Connection; zones: PlannedZone[] }> => {
    const zones: PlannedZone[] = [];
    let connection: Connection | null = null;
    for (const reference of zoneRefs) {
      const zone = await reach.zone(reference, connectionRef);
      const linked = await reach.linkedTo(zone, connectionRef);
      if (connection !== null && connection.id !== linked.connection.id) throw severalConnections();
      connection = linked.connection;
      zones.push(await makePlan(planPorts(context, tenantId, linked.cloudflare), zone));
    }
    return { connection: connection ?? (await reach.connection(connectionRef)), zones };
  };
  const settings = { tenantId, policy: DEFAULT_POLICY };

  const run = async (
    changeSet: ChangeSet,
    zones: readonly PlannedZone[],
    request: ApplyRequest,
  ): Promise<Applied> => {
    const linked = await reach.linkedById(changeSet.connectionId);
    const ports = applyPorts(context, tenantId, linked.cloudflare, request);
    const result = await applyChangeSet(ports, changeSet, {
      principal: context.principal,
      holder: context.holder,
      readings: new Map(zones.map(({ plan, reading }) => [plan.zoneId, reading])),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.continueOnRefusal === undefined ? {} : { continueOnRefusal: request.continueOnRefusal }),
      ...(request.verify === undefined ? {} : { verify: request.verify }),
    });
    return { ...result, changeSet: (await journal.get(tenantId, changeSet.id)) ?? changeSet };
  };

  const save = (planned: Planned, request: ApplyRequest = {}): Promise<ChangeSet> =>
    createChangeSet(
      { journal, clock: context.clock, random: context.random },
      {
        tenantId,
        connectionId: planned.connection.id,
        summary: request.summary ?? planned.summary,
        plans: planned.zones.map(({ plan }) => plan),
        allow: request.allow ?? [],
        author: context.principal,
        ...(planned.undoes === null ? {} : { undoes: planned.undoes }),
      },
    );

  const stored = async (id: ChangeSetId): Promise<ChangeSet> => {
    const changeSet = await journal.get(tenantId, id);
    if (changeSet !== null) return changeSet;
    throw new ZonewardError(`There is no change set ${id}`, {
      code: 'change-set-unknown',
      kind: 'not-found',
      next: ['zoneward changes list'],
    });
  };

  return {
    plan: async (zone, source, options = {}) => {
      const planned = await planEach(options.connection, [zone], (ports, found) => {
        const wish = narrow(wishOf(source, found.facts.name), options);
        return planFromWish(ports, found, wish, settings);
      });
      return { ...planned, conflicts: [], summary: `${source.file} → ${zone}`, undoes: null };
    },
    planDrafts: async (zones, draft, options) => {
      const planned = await planEach(options.connection, zones, (ports, zone) =>
        planFromDrafts(ports, zone, (live) => draft(zone, live), { ...settings, source: options.source }),
      );
      return { ...planned, conflicts: [], summary: options.source, undoes: null };
    },
    planUndo: async (id, options = {}) => {
      const changeSet = await stored(id);
      const conflicts: UndoConflict[] = [];
      const source = `undo of ${id}`;
      const plans = new Map(changeSet.plans.map((plan) => [plan.zoneId, plan]));
      const planned = await planEach(changeSet.connectionId, [...plans.keys()], async (ports, zone) => {
        const plan = plans.get(zone.facts.id);
        const outcomes = await journal.outcomes(tenantId, id, zone.facts.id);
        const draft = (
          live: readonly LiveRecord[],
        ): { drafts: readonly Draft[]; problems: readonly Problem[] } => {
          if (plan === undefined) return { drafts: [], problems: [] };
          const undo = draftUndo(plan, outcomes, live, options);
          conflicts.push(...undo.conflicts);
          return { drafts: undo.drafts, problems: [] };
        };
        return planFromDrafts(ports, zone, draft, { ...settings, source });
      });
      return { ...planned, conflicts, summary: `Undo: ${changeSet.summary}`, undoes: id };
    },
    planRestore: async (reference, to) => {
      const zone = await reach.zone(reference);
      const { id, name } = zone.facts;
      const revision =
        'revision' in to ? to.revision : await context.store.mirror.revisionAt(tenantId, id, to.at);
      if (revision === null) throw noRevision(name);
      const target = await collect(context.store.mirror.records(tenantId, id, revision));
      const current = await collect(context.store.mirror.records(tenantId, id));
      const idOfLineage = new Map(current.map(({ lineageId, record }) => [lineageId, record.id]));
      const lineage = new Map(
        target.map(({ lineageId, record }) => [record.id, idOfLineage.get(lineageId) ?? record.id]),
      );
      const source = `${name} as of revision ${revision}`;
      const planned = await planEach(undefined, [id], (ports, found) =>
        planFromDrafts(
          ports,
          found,
          (live) =>
            restoreZone(
              target.map(({ record }) => record),
              live,
              lineage,
            ),
          { ...settings, source },
        ),
      );
      return { ...planned, conflicts: [], summary: `Back to ${source}`, undoes: null };
    },
    save,
    apply: async (planned, request = {}) => {
      if (planned.zones.every(({ plan }) => plan.groups.length === 0 && plan.problems.length === 0))
        return null;
      const changeSet = await save(planned, request);
      return changeSet.plans.length === 0 ? null : run(changeSet, planned.zones, request);
    },
    resume: async (id, request = {}) => run(await stored(id), [], request),
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
    list: async (filter = {}, limit = LIST_MAX) => {
      const { zone, status } = filter;
      const zoneId = zone === undefined ? undefined : (await reach.zone(zone)).facts.id;
      return journal.list(
        tenantId,
        { ...(zoneId === undefined ? {} : { zoneId }), ...(status === undefined ? {} : { status }) },
        limit,
      );
    },
  };
}

function planPorts(context: Context, tenantId: TenantId, cloudflare: Cloudflare): PlanPorts {
  return {
    encoder: recordEncoder,
    readZone: (zoneId, options) => context.readZone(tenantId, cloudflare, zoneId, options),
    quota: cloudflare.records,
  };
}

function applyPorts(
  context: Context,
  tenantId: TenantId,
  cloudflare: Cloudflare,
  request: ApplyRequest,
): ApplyPorts {
  return {
    journal: context.store.journal,
    locks: context.store.locks,
    reader: cloudflare.zones,
    writer: cloudflare.records,
    readZone: (zoneId, options) => context.readZone(tenantId, cloudflare, zoneId, options),
    clock: context.clock,
    ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
  };
}

function narrow(
  wish: ZoneWish,
  options: { readonly scope?: Scope; readonly ignore?: readonly IgnoreRule[] },
): ZoneWish {
  return { ...wish, scope: options.scope ?? wish.scope, ignore: [...wish.ignore, ...(options.ignore ?? [])] };
}

function severalConnections(): ZonewardError {
  return new ZonewardError('These zones belong to several connections; one change set goes through one', {
    code: 'several-connections',
    kind: 'input',
    next: ['Plan the zones of each connection by themselves: --connection LABEL'],
  });
}

function noRevision(name: string): ZonewardError {
  return new ZonewardError(`${name} was not known yet at that moment`, {
    code: 'revision-unknown',
    kind: 'not-found',
    next: [`zoneward zones history ${name}`],
  });
}
