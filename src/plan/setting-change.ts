/** A change of one setting of a zone, and what is known of a setting: the second kind of resource of a plan. */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { SourcePosition } from '../base/problem.ts';

/** One call. Values are in the catalogue's form; `before` and `after` always differ. */
export interface SettingChange {
  readonly resource: 'setting';
  readonly action: 'update';
  /** Its place in the plan, as outcomes name it: `s1`, `s2`, … */
  readonly id: string;
  /** The catalogue's key. */
  readonly setting: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  /** The body of the PATCH as it will be sent. */
  readonly body: JsonObject;
  readonly position?: SourcePosition;
}

/** What a source, a command or an undo wants a setting to be. */
export interface DesiredSetting {
  readonly setting: string;
  readonly value: JsonValue;
  /** Fields that the value does not name go too; without it they stay as they are. For undo. */
  readonly exact?: true;
  readonly position?: SourcePosition;
}

/** A setting as Cloudflare told it. */
export interface SettingState {
  /** In the catalogue's form. */
  readonly value: JsonValue;
  readonly editable: boolean;
  readonly modifiedOn: string | null;
  /** The result as received. */
  readonly received: JsonObject;
}

/** Where the setting's change stands among outcomes: a group of its own with one change. */
export const SETTING_GROUP_PREFIX = 's';
