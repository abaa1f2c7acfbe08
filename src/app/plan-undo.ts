/** The plan that takes a change set back: its records, its settings, its certificates and hostnames. */
import type { TenantId } from '../base/ids.ts';
import type { Problem } from '../base/problem.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { ChangeSet, OperationOutcome } from '../domains/changes/model.ts';
import { type PlannedZone, type PlanSettings, planFromDrafts } from '../domains/changes/plan-change.ts';
import { draftUndo, type UndoConflict, type UndoSelection } from '../domains/changes/undo.ts';
import { settingsAlone } from '../domains/tls/plan-settings.ts';
import type { SettingConflict, UndoOptions } from '../domains/tls/undo-settings.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Draft } from '../plan/diff.ts';
import type { ZonePlan } from '../plan/plan.ts';
import type { Context } from './context.ts';
import { followIds, idsOf } from './follow-ids.ts';
import { planObjectsUndo } from './object-plans.ts';
import { planSettingsUndo } from './settings-plans.ts';
import type { ZonePorts } from './tenant-plans.ts';

/** What the zones of one undo add up to. */
export interface UndoTally {
  readonly conflicts: UndoConflict[];
  readonly settingConflicts: SettingConflict[];
  /** Something of the change set will still be there to be taken back. */
  inPart: boolean;
}

export async function planZoneUndo(
  context: Context,
  tenantId: TenantId,
  of: {
    readonly ports: ZonePorts;
    readonly changeSet: ChangeSet;
    readonly zone: Zone;
    readonly options: UndoOptions;
    readonly settings: PlanSettings;
    readonly tally: UndoTally;
  },
): Promise<PlannedZone> {
  const { ports, changeSet, zone, options, settings, tally } = of;
  const source = `undo of ${changeSet.id}`;
  const plan = changeSet.plans.find(({ zoneId }) => zoneId === zone.facts.id);
  const outcomes = await context.store.journal.outcomes(tenantId, changeSet.id, zone.facts.id);
  const currentIdOf = await followIds(context, tenantId, zone, idsOf(plan, outcomes));
  let records: ReturnType<typeof draftUndo> = { drafts: [], conflicts: [], isWhole: true };
  const draft = (
    live: readonly LiveRecord[],
  ): { readonly drafts: readonly Draft[]; readonly problems: readonly Problem[] } => {
    if (plan !== undefined) records = draftUndo(plan, outcomes, live, { ...options, currentIdOf });
    return { drafts: records.drafts, problems: [] };
  };
  const base =
    plan?.groups.length === 0
      ? settingsAlone(ports, zone, source)
      : await planFromDrafts(ports, zone, draft, { ...settings, source });
  const undo = await planSettingsUndo(ports, zone, { plan, outcomes, options, base });
  tally.conflicts.push(...records.conflicts);
  tally.settingConflicts.push(...undo.conflicts);
  tally.inPart ||= !records.isWhole || undo.conflicts.length > 0 || leavesOut(plan, outcomes, options.only);
  const selection = options.only === undefined ? {} : { only: options.only };
  return planObjectsUndo(ports.cloudflare, zone, { plan, outcomes, ...selection, base: undo.planned });
}

/** Whether settings, certificates or hostnames that were changed are not among what is to be taken back. */
function leavesOut(
  plan: ZonePlan | undefined,
  outcomes: readonly OperationOutcome[],
  only: readonly UndoSelection[] | undefined,
): boolean {
  if (plan === undefined || only === undefined) return false;
  const applied = new Set(outcomes.filter(({ state }) => state === 'applied').map(({ groupId }) => groupId));
  const wanted = new Set(only.map(({ groupId }) => groupId));
  return [...(plan.settings ?? []), ...(plan.objects ?? [])].some(
    ({ id }) => applied.has(id) && !wanted.has(id),
  );
}
