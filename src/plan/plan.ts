/**
 * A plan is a value: what would change in one zone, whether it may, what it costs, and the exact bodies that
 * would be sent. Text, Markdown and JSON are readers of it; applying it needs nothing else.
 */
import type { AccountId, ZoneId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import type { Problem } from '../base/problem.ts';
import type { DomainName } from '../dns/name.ts';
import type { OmittedRecord } from '../dns/record.ts';
import type { ChangeGroup } from './change.ts';
import type { ObjectChange, ObjectKind } from './object-change.ts';
import type { SettingChange } from './setting-change.ts';

/** Operations of one request, in the order in which Cloudflare runs them (deletes, patches, puts, posts). */
export interface BatchBody {
  readonly deletes: readonly { readonly id: string }[];
  readonly patches: readonly JsonObject[];
  readonly puts: readonly JsonObject[];
  readonly posts: readonly JsonObject[];
  /** In place of operations on records: one setting, by the catalogue's key, with the body of its PATCH. */
  readonly setting?: { readonly key: string; readonly body: JsonObject };
  /** The same for one object; `objectId` null: it is created. Without its private key, where it has one. */
  readonly object?: {
    readonly kind: ObjectKind;
    readonly action: ObjectChange['action'];
    readonly objectId: string | null;
    readonly body: JsonObject | null;
  };
}

/** One request: whole groups. `bodyOf` makes its body. */
export interface PlannedBatch {
  readonly groupIds: readonly string[];
}

/** A guard rail that holds. It refuses the apply until its own word is given. */
export interface GuardFinding {
  readonly code: string;
  /** What would happen, for a person. */
  readonly message: string;
  /** The word that lifts it: `--allow <override>`. */
  readonly override: string;
  /** No undo brings this back. */
  readonly irreversible: boolean;
  readonly groupIds: readonly string[];
}

export type Risk = 'none' | 'low' | 'medium' | 'high';

/** What the plan costs in Cloudflare API calls, and at best in time. */
export interface Price {
  /** Calls to read the zone before writing. */
  readonly reads: number;
  readonly writes: number;
  /** Share of the credential's 5-minute budget, 0 to 1 and above. */
  readonly budgetShare: number;
  /** Rough time at an ordinary 300 ms a call, without waiting for budget. */
  readonly estimatedMs: number;
}

/** Where every live record stands in the plan; the counts add up to the zone's records. */
export interface PlanInventory {
  readonly live: number;
  readonly managed: number;
  /** Left alone by a rule, each with the rule that says so. */
  readonly ignored: readonly RecordMention[];
  readonly readOnly: readonly RecordMention[];
}

export interface RecordMention {
  readonly name: DomainName;
  readonly type: string;
  readonly content: string;
  readonly why: string;
}

export interface ZonePlan {
  readonly version: 1;
  readonly zoneId: ZoneId;
  readonly zoneName: DomainName;
  readonly accountId: AccountId;
  /** Where the desired state came from: a file's name, `edit`, `undo of chg_…`. */
  readonly source: string;
  /** Milliseconds; when the live state was read. */
  readonly readAt: number;
  readonly groups: readonly ChangeGroup[];
  readonly batches: readonly PlannedBatch[];
  /** In the order in which they are sent, after the records; absent when the plan changes none. */
  readonly settings?: readonly SettingChange[];
  /** Certificates and custom hostnames, in the order in which they are sent, last; absent when the plan changes none. */
  readonly objects?: readonly ObjectChange[];
  /** With an error among them the plan cannot be applied. */
  readonly problems: readonly Problem[];
  readonly guards: readonly GuardFinding[];
  readonly inventory: PlanInventory;
  readonly omitted: readonly OmittedRecord[];
  readonly risk: Risk;
  readonly price: Price;
  /** SHA-256 (hex) over the canonical JSON (RFC 8785) of all the above except `readAt`. */
  readonly hash: string;
}
