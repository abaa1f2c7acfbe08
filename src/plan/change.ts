/**
 * The nouns of a plan. A change is `{resource, before, after}`. Changes of records come in groups and share
 * requests; those of settings (setting-change.ts) stand alone, a call for each, under the same journal, audit and undo.
 */
import type { RecordId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { SourcePosition } from '../base/problem.ts';
import type { FieldName } from '../dns/changed-fields.ts';
import type { LiveRecord, RecordImage } from '../dns/live-record.ts';
import type { SettingChange } from './setting-change.ts';

export interface RecordCreate {
  readonly resource: 'record';
  readonly action: 'create';
  readonly before: null;
  readonly after: RecordImage;
  /** The body as it will be sent. */
  readonly body: JsonObject;
  /** The id that this record had before it was deleted: its history goes on under the new id. */
  readonly continues?: RecordId;
  readonly position?: SourcePosition;
}

export interface RecordUpdate {
  readonly resource: 'record';
  readonly action: 'update';
  readonly before: LiveRecord;
  readonly after: RecordImage;
  /** Only these fields are sent. Never empty. */
  readonly fields: readonly FieldName[];
  /** The PATCH body as it will be sent, without the id. */
  readonly body: JsonObject;
  readonly position?: SourcePosition;
}

export interface RecordDelete {
  readonly resource: 'record';
  readonly action: 'delete';
  readonly before: LiveRecord;
  readonly after: null;
  readonly position?: SourcePosition;
}

export type RecordChange = RecordCreate | RecordUpdate | RecordDelete;
export type Change = RecordChange;
/** Everything that a plan may hold. */
export type AnyChange = RecordChange | SettingChange;

/**
 * Changes that stand or fall together: refused whole when one of their records moved, cut into batches whole,
 * bisected whole.
 */
export interface ChangeGroup {
  /** Stable within the plan: `g1`, `g2`, … in order of names; `g3.2` is a part of a group too large for a request. */
  readonly id: string;
  /** Why these belong together, for people: the name, or the dependency. */
  readonly reason: string;
  readonly changes: readonly Change[];
}

/**
 * Turns changes into request bodies. The plan holds the exact bytes that will be sent, and only the Cloudflare
 * adapter knows their shape; so it implements this and the planner calls it.
 *
 * Both must be pure, and must throw `InvalidInputError` for a record that cannot be expressed. Bodies carry all
 * that they need: with `image.received`, the writable fields go out in their received form.
 */
export interface RecordEncoder {
  create(image: RecordImage): JsonObject;
  /** Only the given fields, in the form of `after`. */
  patch(after: RecordImage, fields: readonly FieldName[]): JsonObject;
}
