/** How the plans of a tenant take settings along: beside records, in saved plans, in undo. */
import assert from 'node:assert/strict';
import type { Cloudflare } from '../cloudflare/cloudflare.ts';
import type { OperationOutcome } from '../domains/changes/model.ts';
import {
  type PlannedZone,
  type PlanPorts,
  type PlanSettings,
  planFromSaved,
  planFromWish,
  type ZoneWish,
} from '../domains/changes/plan-change.ts';
import {
  planWithSettings,
  readLive,
  replanWithSettings,
  type SettingsPlanPorts,
  settingsAlone,
} from '../domains/tls/plan-settings.ts';
import type { DnssecMemories } from '../domains/tls/ports.ts';
import {
  changedSettings,
  draftSettingsUndo,
  type SettingConflict,
  type UndoOptions,
} from '../domains/tls/undo-settings.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { ZonePlan } from '../plan/plan.ts';
import type { Context } from './context.ts';
import { parentAskerOf } from './ds-asker.ts';
import { remember } from './tls-looks.ts';

type Ports = PlanPorts & SettingsPlanPorts;

export function settingsPorts(context: Context, cloudflare: Cloudflare): SettingsPlanPorts {
  const { config, clock } = context;
  const dnssec: DnssecMemories = {
    remember: async (zone, seen) => {
      const { dnssec: memory } = await remember(context, zone.tenantId, zone, { dnssec: seen });
      assert(memory !== undefined, 'a look at DNSSEC is remembered');
      return memory;
    },
  };
  return { settings: cloudflare.settings, parent: parentAskerOf(config), dnssec, clock };
}

/** Records and settings of a source. One that speaks of settings alone costs no reading of the records. */
export function planWish(
  ports: Ports,
  zone: Zone,
  wish: ZoneWish,
  settings: PlanSettings,
): Promise<PlannedZone> {
  const desired = wish.settings ?? [];
  const alone = desired.length > 0 && wish.desired.records.length === 0;
  const records = alone
    ? withProblems(settingsAlone(ports, zone, wish.source), wish)
    : planFromWish(ports, zone, wish, settings);
  return planWithSettings(ports, zone, desired, records);
}

/** Nothing but warnings get here; they are the plan's to tell. */
function withProblems(planned: PlannedZone, { problems }: ZoneWish): PlannedZone {
  return problems.length === 0 ? planned : { ...planned, plan: { ...planned.plan, problems } };
}

export function planSavedZone(
  ports: Ports,
  zone: Zone,
  saved: ZonePlan,
  settings: PlanSettings,
): Promise<PlannedZone> {
  const changes = saved.settings ?? [];
  const alone = changes.length > 0 && saved.groups.length === 0;
  const records = alone
    ? settingsAlone(ports, zone, saved.source)
    : planFromSaved(ports, zone, saved, settings);
  return replanWithSettings(ports, zone, changes, records);
}

export async function planSettingsUndo(
  ports: Ports,
  zone: Zone,
  from: {
    readonly plan: ZonePlan | undefined;
    readonly outcomes: readonly OperationOutcome[];
    readonly options: UndoOptions;
    readonly base: Promise<PlannedZone> | PlannedZone;
  },
): Promise<{ readonly planned: PlannedZone; readonly conflicts: readonly SettingConflict[] }> {
  const { plan, outcomes, options } = from;
  const changed = plan === undefined ? [] : changedSettings(plan, outcomes, options);
  const base = await from.base;
  if (changed.length === 0) return { planned: base, conflicts: [] };
  const keys = changed.map((change) => change.setting);
  const { states } = await readLive(ports, zone, { keys, askParent: false });
  const { desired, conflicts } = draftSettingsUndo(changed, states, options);
  return { planned: await planWithSettings(ports, zone, desired, base), conflicts };
}
