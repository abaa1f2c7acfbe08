/**
 * A record as it is at Cloudflare: its id, our reading of it, and the JSON as received. The reading is for
 * comparing and showing; the JSON is what an undo sends back, so that it restores what was there, not our idea
 * of it.
 */
import type { RecordId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { RecordFields } from './record.ts';

export interface LiveRecord {
  readonly id: RecordId;
  readonly fields: RecordFields;
  /** The record object exactly as Cloudflare sent it. */
  readonly received: JsonObject;
  /** Why the record cannot be written (made by a Cloudflare product, or of an unknown type); null when it can. */
  readonly readOnly: string | null;
  /** Cloudflare's text (RFC 3339, up to microseconds); compared for equality, never parsed for order. */
  readonly modifiedOn: string | null;
}

/** What a record becomes: our fields, and the received form to send back where this restores an earlier state. */
export interface RecordImage {
  readonly fields: RecordFields;
  /** The earlier received JSON that an undo restores; null for a state that a person or a file asked for. */
  readonly received: JsonObject | null;
}
