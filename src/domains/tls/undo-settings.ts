/** Taking settings back: each to exactly the value it had. What someone changed since is left alone unless asked. */
import type { JsonValue } from '../../base/json.ts';
import type { ZonePlan } from '../../plan/plan.ts';
import type { DesiredSetting, SettingState } from '../../plan/setting-change.ts';
import { holds } from '../../plan/setting-domain.ts';
import type { OperationOutcome } from '../changes/model.ts';
import type { UndoSelection } from '../changes/undo.ts';

/** A setting that is neither as the change left it nor as it was before. */
export interface SettingConflict {
  readonly setting: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** Null where it cannot be read. */
  readonly now: JsonValue;
}

export interface SettingsUndo {
  readonly desired: readonly DesiredSetting[];
  readonly conflicts: readonly SettingConflict[];
}

export interface UndoOptions {
  readonly only?: readonly UndoSelection[];
  readonly force?: boolean;
}

/** The settings that a carried-out plan is known to have changed, out of those that are selected. */
export function changedSettings(
  plan: ZonePlan,
  outcomes: readonly OperationOutcome[],
  { only }: UndoOptions = {},
): NonNullable<ZonePlan['settings']> {
  const applied = new Set(outcomes.filter(({ state }) => state === 'applied').map(({ groupId }) => groupId));
  const selected = (id: string): boolean => only === undefined || only.some((one) => one.groupId === id);
  return (plan.settings ?? []).filter(({ id }) => applied.has(id) && selected(id));
}

/** What takes them back, in reverse order. With `force`, conflicts are overruled: the old value wins. */
export function draftSettingsUndo(
  changed: NonNullable<ZonePlan['settings']>,
  now: ReadonlyMap<string, SettingState>,
  { force }: UndoOptions = {},
): SettingsUndo {
  const desired: DesiredSetting[] = [];
  const conflicts: SettingConflict[] = [];
  for (const { setting, before, after } of changed.toReversed()) {
    const value = now.get(setting)?.value ?? null;
    const known = [before, after].some((one) => holds(value, one));
    if (known || force === true) desired.push({ setting, value: before, exact: true });
    else conflicts.push({ setting, before, after, now: value });
  }
  return { desired, conflicts };
}
