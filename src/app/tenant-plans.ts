/** Plans of one tenant: from a source, from edits, from a saved file, back to an earlier state. Nothing is stored. */
import { ZonewardError } from '../base/errors.ts';
import type { ChangeSetId, TenantId } from '../base/ids.ts';
import { InvalidInputError, type Problem } from '../base/problem.ts';
import type { Secret } from '../base/secret.ts';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import { recordEncoder } from '../cloudflare/wire/encode-record.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import type { ChangeSet } from '../domains/changes/model.ts';
import {
  type Drafted,
  type PlannedZone,
  type PlanPorts,
  type PlanSettings,
  planFromDrafts,
  type ZoneWish,
} from '../domains/changes/plan-change.ts';
import { policyFor } from '../domains/changes/policy.ts';
import type { UndoConflict, UndoSelection } from '../domains/changes/undo.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { SettingsPlanPorts } from '../domains/tls/plan-settings.ts';
import type { SettingConflict } from '../domains/tls/undo-settings.ts';
import { type Moment, revisionOf } from '../domains/zones/history.ts';
import type { Zone } from '../domains/zones/model.ts';
import { draftEdits } from '../plan/edits.ts';
import { parsePlanFile } from '../plan/plan-file.ts';
import { restoreZone } from '../plan/restore.ts';
import type { Scope } from '../plan/scope.ts';
import { collect } from './collect.ts';
import type { Context, LinkedConnection } from './context.ts';
import {
  editOf,
  type RecordSelection,
  type RecordSet,
  type RecordText,
  readRecordText,
  recordsAt,
  selectRecords,
} from './edit-records.ts';
import { planZoneUndo, refuseUnknown, type UndoTally, undoSummary } from './plan-undo.ts';
import { beforeZone } from './plan-watch.ts';
import { type SourceText, wishOf } from './read-source.ts';
import { zoneUnknown } from './resolve.ts';
import { planSavedZone, planWish, settingsPorts } from './settings-plans.ts';
import { checkRecordText, draftStaged, type StagedChange } from './staged-changes.ts';
import type { TemplateMemory } from './template-memory.ts';
import type { TenantReach } from './tenant-reach.ts';

/** Plans, made and not yet stored. */
export interface Planned {
  readonly connection: Connection;
  readonly zones: readonly PlannedZone[];
  /** What an undo leaves alone because someone changed it since. */
  readonly conflicts: readonly UndoConflict[];
  /** The same for settings. */
  readonly settingConflicts?: readonly SettingConflict[];
  readonly summary: string;
  readonly undoes: ChangeSetId | null;
  /** It takes only some of that one back: the rest was not asked for, or stands in conflict. */
  readonly undoesInPart?: boolean;
  /** Of an edit: how many of the zones have a record that is meant. */
  readonly meant?: number;
  /** What is to be remembered of a template, when this is applied. */
  readonly template?: TemplateMemory;
  /** Private keys of certificates to be uploaded, by the hash of their public halves; beside the plan, never in it. */
  readonly keys?: ReadonlyMap<string, Secret>;
}

export interface RecordsMeant {
  readonly connection?: string;
  /** Only records at names like these can be meant: `www`, `*.dev`. The others are as if they were not there. */
  readonly names?: readonly string[];
}

export interface TenantPlans {
  /**
   * Plans a zone from a source. Narrower than the source says with `scope` and `ignore`; `own`: only records that a
   * change set of ours made, and those that the source adds.
   */
  plan(
    zone: string,
    source: SourceText,
    options?: {
      readonly connection?: string;
      readonly scope?: Scope | 'own';
      readonly ignore?: readonly IgnoreRule[];
    },
  ): Promise<Planned>;
  /** Plans drafts over one or many zones: edits, for example. `draft` is called with each zone's live records. */
  planDrafts(
    zones: readonly string[],
    draft: (zone: Zone, live: readonly LiveRecord[]) => Drafted | Promise<Drafted>,
    options: { readonly connection?: string; readonly source: string },
  ): Promise<Planned>;
  /** Plans one new record. Throws `InvalidInputError` with what is wrong with it. */
  planAdd(zone: string, record: RecordText, options?: { readonly connection?: string }): Promise<Planned>;
  /**
   * Plans a change (or the removal) of every record that the selection means, in all given zones. Throws
   * `record-unknown` (not-found) when it means none.
   */
  planEdit(
    zones: readonly string[],
    selection: RecordSelection,
    set: RecordSet | 'remove',
    options?: RecordsMeant,
  ): Promise<Planned>;
  /** What is wrong with one record by itself. Asks Cloudflare nothing, so it can be asked at every keystroke. */
  check(zone: string, record: RecordText): Promise<readonly Problem[]>;
  /** Plans changes that were staged one by one, in one zone. What is wrong with one of them is a problem of the plan. */
  planStaged(zone: string, changes: readonly StagedChange[], options?: RecordsMeant): Promise<Planned>;
  /**
   * Reads a saved plan and judges it anew on the zones as they are. The file is untrusted: throws
   * `InvalidInputError` for one that was edited, is too old, or is not for `zone`.
   */
  planSaved(
    source: { readonly text: string; readonly file: string },
    options?: { readonly connection?: string; readonly zone?: string },
  ): Promise<Planned>;
  planUndo(
    id: ChangeSetId,
    options?: { readonly only?: readonly UndoSelection[]; readonly force?: boolean },
  ): Promise<Planned>;
  /** Plans a zone back to a revision, or to the one in force at a moment (milliseconds). */
  planRestore(zone: string, to: { readonly revision: number } | { readonly at: number }): Promise<Planned>;
}

export function tenantPlans(
  context: Context,
  tenantId: TenantId,
  reach: TenantReach,
  stored: (id: ChangeSetId) => Promise<ChangeSet>,
): TenantPlans {
  const planEach = async (
    connectionRef: string | undefined,
    zoneRefs: readonly string[],
    makePlan: (ports: ZonePorts, zone: Zone, settings: PlanSettings) => Promise<PlannedZone>,
  ): Promise<{ connection: Connection; zones: PlannedZone[] }> => {
    const zones: PlannedZone[] = [];
    const policies = await context.store.policies.list(tenantId);
    let connection: Connection | null = null;
    for (const [done, reference] of zoneRefs.entries()) {
      beforeZone(context.planWatch, done, zoneRefs.length);
      const zone = await reach.zone(reference, connectionRef);
      const linked = await reach.linkedTo(zone, connectionRef);
      if (connection !== null && connection.id !== linked.connection.id) throw severalConnections();
      connection = linked.connection;
      const policy = policyFor(policies, { connectionId: linked.connection.id, zoneId: zone.facts.id });
      zones.push(await makePlan(planPorts(context, linked), zone, { tenantId, policy }));
    }
    return { connection: connection ?? (await reach.connection(connectionRef)), zones };
  };

  return {
    plan: async (zone, source, options = {}) => {
      const { scope, ...rest } = options;
      const planned = await planEach(options.connection, [zone], async (ports, found, settings) => {
        const { id, name } = found.facts;
        const narrowed =
          scope === 'own'
            ? { kind: 'own' as const, recordIds: await context.store.mirror.madeByUs(tenantId, id) }
            : scope;
        const wish = narrow(wishOf(source, name), {
          ...rest,
          ...(narrowed === undefined ? {} : { scope: narrowed }),
        });
        return planWish(ports, found, wish, settings);
      });
      return { ...planned, conflicts: [], summary: `${source.file} → ${zone}`, undoes: null };
    },
    planDrafts: async (zones, draft, options) => {
      const planned = await planEach(options.connection, zones, (ports, zone, settings) =>
        planFromDrafts(ports, zone, (live) => draft(zone, live), { ...settings, source: options.source }),
      );
      return { ...planned, conflicts: [], summary: options.source, undoes: null };
    },
    planAdd: async (reference, text, options = {}) => {
      const source = `add ${text.name} ${text.type}`;
      const planned = await planEach(options.connection, [reference], (ports, zone, settings) => {
        const record = readRecordText(text, zone.facts.name);
        const draft = (live: readonly LiveRecord[]) => draftEdits([{ kind: 'add', record }], live);
        return planFromDrafts(ports, zone, draft, { ...settings, source });
      });
      return { ...planned, conflicts: [], summary: source, undoes: null };
    },
    planEdit: async (zones, selection, set, options = {}) => {
      const source = `${set === 'remove' ? 'remove' : 'edit'} ${describeSelection(selection)}`;
      let meant = 0;
      const planned = await planEach(options.connection, zones, (ports, zone, settings) => {
        const { name } = zone.facts;
        const draft = (live: readonly LiveRecord[]) => {
          const records = selectRecords(recordsAt(live, options.names, name), selection, name);
          if (records.length > 0) meant += 1;
          return draftEdits(
            records.map((record) => editOf(record, set, name)),
            live,
          );
        };
        return planFromDrafts(ports, zone, draft, { ...settings, source });
      });
      if (meant === 0) throw noRecord(selection, options);
      return { ...planned, meant, conflicts: [], summary: source, undoes: null };
    },
    check: async (reference, record) => checkRecordText(record, await reach.zone(reference)),
    planStaged: async (reference, changes, options = {}) => {
      const source = changes.length === 1 ? 'one change' : `${changes.length} changes`;
      const planned = await planEach(options.connection, [reference], (ports, zone, settings) =>
        planFromDrafts(
          ports,
          zone,
          (live) => draftStaged(changes, { live, names: options.names }, zone.facts.name),
          { ...settings, source },
        ),
      );
      return { ...planned, conflicts: [], summary: source, undoes: null };
    },
    planSaved: async ({ text, file }, options = {}) => {
      const zone = options.zone === undefined ? null : await reach.zone(options.zone, options.connection);
      const parsed = parsePlanFile(text, {
        file,
        now: context.clock.now(),
        encoder: recordEncoder,
        ...(zone === null ? {} : { zone: zone.facts }),
      });
      if (!parsed.ok)
        throw new InvalidInputError(`${file} cannot be applied; nothing was written.`, parsed.problems);
      const plans = new Map(parsed.value.map((plan) => [plan.zoneId, plan]));
      const planned = await planEach(
        options.connection,
        [...plans.keys()],
        async (ports, found, settings) => {
          const plan = plans.get(found.facts.id);
          if (plan === undefined) throw await zoneUnknown(context, tenantId, found.facts.id);
          return planSavedZone(ports, found, plan, settings);
        },
      );
      return { ...planned, conflicts: [], summary: `${file} (saved plan)`, undoes: null };
    },
    planUndo: async (id, options = {}) => {
      const changeSet = await stored(id);
      refuseUnknown(changeSet, options.only);
      const tally: UndoTally = { conflicts: [], settingConflicts: [], inPart: false };
      const zones = changeSet.plans.map((plan) => plan.zoneId);
      const planned = await planEach(changeSet.connectionId, zones, (ports, zone, settings) =>
        planZoneUndo(context, tenantId, { ports, changeSet, zone, options, settings, tally }),
      );
      const { conflicts, settingConflicts, inPart: undoesInPart } = tally;
      const found = { conflicts, settingConflicts, undoesInPart };
      return { ...planned, ...found, summary: undoSummary(changeSet), undoes: id };
    },
    planRestore: async (reference, to) => {
      const zone = await reach.zone(reference);
      const { id, name } = zone.facts;
      const moment: Moment =
        'revision' in to ? { kind: 'revision', revision: to.revision } : { kind: 'time', at: to.at };
      const revision = await revisionOf({ mirror: context.store.mirror }, zone, moment);
      const target = await collect(context.store.mirror.records(tenantId, id, revision));
      const current = await collect(context.store.mirror.records(tenantId, id));
      const idOfLineage = new Map(current.map(({ lineageId, record }) => [lineageId, record.id]));
      const lineage = new Map(
        target.map(({ lineageId, record }) => [record.id, idOfLineage.get(lineageId) ?? record.id]),
      );
      const source = `${name} as of revision ${revision}`;
      const planned = await planEach(undefined, [id], (ports, found, settings) =>
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
  };
}

function planPorts(context: Context, linked: LinkedConnection): ZonePorts {
  const { cloudflare } = linked;
  return {
    ...settingsPorts(context, cloudflare),
    cloudflare,
    encoder: recordEncoder,
    readZone: (zoneId, options) => context.readZone(linked, zoneId, options),
    quota: cloudflare.records,
  };
}

/** What one zone is planned with, through its connection. */
export type ZonePorts = PlanPorts & SettingsPlanPorts & { readonly cloudflare: Cloudflare };

function narrow(
  wish: ZoneWish,
  options: { readonly scope?: Scope; readonly ignore?: readonly IgnoreRule[] },
): ZoneWish {
  const { settings, ...records } = wish;
  return {
    ...records,
    // Names were asked for, and settings are not a name's.
    ...(settings === undefined || options.scope !== undefined ? {} : { settings }),
    scope: options.scope ?? wish.scope,
    ignore: [...wish.ignore, ...(options.ignore ?? [])],
  };
}

export function severalConnections(): ZonewardError {
  return new ZonewardError('These zones belong to several connections; one change set goes through one', {
    code: 'several-connections',
    kind: 'input',
    next: ['Plan the zones of each connection by themselves: --connection LABEL'],
  });
}

function describeSelection(selection: RecordSelection): string {
  return Object.entries(selection)
    .map(([key, value]) => (key === 'name' || key === 'type' ? value : `${key} ${value}`))
    .join(' ');
}

function noRecord(selection: RecordSelection, { names }: RecordsMeant): ZonewardError {
  const among = names === undefined ? '' : `, among the names ${names.join(', ')}`;
  return new ZonewardError(`No record is meant by: ${describeSelection(selection)}${among}`, {
    code: 'record-unknown',
    kind: 'not-found',
    next: ['zoneward records list ZONE'],
  });
}
