/** The plan that takes a change set back: its records, its settings, its certificates and hostnames. */
import { ZonewardError } from '../base/errors.ts';
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

/** More times than this nobody takes one change set back; beyond it, it stays taken back in part. */
const UNDOS_MAX = 200;

/** What the zones of one undo add up to. */
export interface UndoTally {
  readonly conflicts: UndoConflict[];
  readonly settingConflicts: SettingConflict[];
  /** Something of the change set will still be there to be taken back. */
  inPart: boolean;
}

/** Throws `change-unknown` (input) for a selection that names nothing of the change set. */
export function refuseUnknown({ id, plans }: ChangeSet, only: readonly UndoSelection[] = []): void {
  const sizes = new Map<string, number>();
  for (const { groups, settings = [], objects = [] } of plans) {
    for (const group of groups) sizes.set(group.id, Math.max(group.changes.length, sizes.get(group.id) ?? 0));
    for (const single of [...settings, ...objects]) sizes.set(single.id, 1);
  }
  const unknown = only.find(({ groupId, change = 0 }) => change >= (sizes.get(groupId) ?? 0));
  if (unknown === undefined) return;
  const { groupId, change } = unknown;
  throw new ZonewardError(`Change set ${id} has no ${groupId}${change === undefined ? '' : `:${change}`}`, {
    code: 'change-unknown',
    kind: 'input',
    next: [`Its changes with their ids: zoneward changes show ${id}`],
    details: { changeSetId: id },
  });
}

/** What takes an undo back is no undo of an undo of …, but does again what was done at first. */
export function undoSummary({ summary, undoes }: ChangeSet): string {
  const [, word, what] = (undoes === null ? null : /^(Undo|Redo): (.*)$/s.exec(summary)) ?? [];
  if (what === undefined) return `Undo: ${summary}`;
  return word === 'Undo' ? `Redo: ${what}` : `Undo: ${what}`;
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
  const isRest = await leavesOut(context, changeSet, plan, outcomes, options.only);
  tally.inPart ||= !records.isWhole || undo.conflicts.length > 0 || isRest;
  const selection = options.only === undefined ? {} : { only: options.only };
  return planObjectsUndo(ports.cloudflare, zone, { plan, outcomes, ...selection, base: undo.planned });
}

/**
 * Whether settings, certificates or hostnames that were changed are neither among what is to be taken back nor taken
 * back before, as the journal tells: it costs no call. An earlier undo that was itself taken back does not count.
 */
async function leavesOut(
  { store: { journal } }: Context,
  changeSet: ChangeSet,
  plan: ZonePlan | undefined,
  outcomes: readonly OperationOutcome[],
  only: readonly UndoSelection[] | undefined,
): Promise<boolean> {
  if (plan === undefined || only === undefined) return false;
  const wanted = new Set(only.map(({ groupId }) => groupId));
  const left = new Set(
    [...keysOfApplied(plan, outcomes)].flatMap(([id, key]) => (wanted.has(id) ? [] : key)),
  );
  if (left.size === 0) return false;
  const { tenantId, id: undoes, createdAt: since } = changeSet;
  for (const undo of await journal.list(tenantId, { undoes, since }, UNDOS_MAX)) {
    const own = undo.plans.find(({ zoneId }) => zoneId === plan.zoneId);
    if (own === undefined || undo.undoneBy !== null) continue;
    const back = keysOfApplied(own, await journal.outcomes(tenantId, undo.id, plan.zoneId));
    for (const key of back.values()) left.delete(key);
  }
  return left.size > 0;
}

/** What of settings and objects a plan is known to have changed: by its place in the plan, the thing itself. */
function keysOfApplied(
  { settings = [], objects = [] }: ZonePlan,
  outcomes: readonly OperationOutcome[],
): Map<string, string> {
  const applied = new Map(
    outcomes.filter(({ state }) => state === 'applied').map((outcome) => [outcome.groupId, outcome]),
  );
  const keys = new Map(settings.map(({ id, setting }) => [id, `setting ${setting}`]));
  for (const { id, resource, objectId } of objects)
    keys.set(id, `${resource} ${objectId ?? applied.get(id)?.recordId ?? id}`);
  return new Map([...keys].filter(([id]) => applied.has(id)));
}
