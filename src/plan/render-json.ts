/**
 * A plan as JSON for programs: `--json`. A shape of its own, so that the plan's inner form can change without
 * breaking anyone: members are only ever added within a `version`. It carries what a person would see, and not the
 * forms in which Cloudflare sent the records.
 */

import type { JsonObject, JsonValue } from '../base/json.ts';
import { hasErrors, type Problem } from '../base/problem.ts';
import type { FieldName } from '../dns/changed-fields.ts';
import { formatRdata } from '../dns/rdata-text.ts';
import { type OmittedRecord, type RecordFields, typeOf } from '../dns/record.ts';
import type { Change } from './change.ts';
import type { ObjectChange, ObjectKind } from './object-change.ts';
import type { GuardFinding, PlanInventory, Price, Risk, ZonePlan } from './plan.ts';
import { type ChangeCounts, countChanges } from './summarize-plans.ts';

export interface PlanJson {
  readonly version: 1;
  readonly zone: { readonly id: string; readonly name: string; readonly accountId: string };
  readonly source: string;
  /** When the zone was read, RFC 3339. */
  readonly readAt: string;
  /** What an approval binds to. */
  readonly hash: string;
  /** False when a problem is an error. Guard rails may still hold. */
  readonly applicable: boolean;
  readonly risk: Risk;
  readonly counts: ChangeCounts;
  readonly price: Price;
  readonly groups: readonly {
    readonly id: string;
    readonly reason: string;
    readonly changes: readonly ChangeJson[];
  }[];
  /** Settings that change, in the order in which they are sent. */
  readonly settings: readonly SettingJson[];
  /** Certificates and custom hostnames that change, in the order in which they are sent. */
  readonly objects: readonly ObjectJson[];
  readonly guards: readonly GuardFinding[];
  readonly problems: readonly Problem[];
  readonly inventory: PlanInventory;
  readonly omitted: readonly OmittedRecord[];
}

export interface ChangeJson {
  readonly action: Change['action'];
  /** Cloudflare's id of the record; null for a new one. */
  readonly recordId: string | null;
  /** Null for a new record. */
  readonly before: RecordJson | null;
  /** Null for a removed record. */
  readonly after: RecordJson | null;
  /** What an update changes; empty for the others. */
  readonly fields: readonly FieldName[];
}

export interface SettingJson {
  readonly id: string;
  /** Cloudflare's id of the setting. */
  readonly setting: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

export interface ObjectJson {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly action: ObjectChange['action'];
  /** Cloudflare's id; null for a new one. */
  readonly objectId: string | null;
  readonly title: string;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  /** SHA-256 (hex) of the public key whose private half must be given when this is sent; null: none is needed. */
  readonly keySha256: string | null;
}

export interface RecordJson {
  /** Absolute, lower case, A-labels, without the trailing dot. */
  readonly name: string;
  readonly type: string;
  /** In presentation form, as master files write it. */
  readonly content: string;
  readonly ttl: number | 'auto';
  readonly proxied: boolean;
  readonly comment: string;
  readonly tags: readonly string[];
  readonly settings: readonly string[];
  readonly privateRouting: boolean;
}

export function planToJson(plan: ZonePlan): PlanJson {
  return {
    version: 1,
    zone: { id: plan.zoneId, name: plan.zoneName, accountId: plan.accountId },
    source: plan.source,
    readAt: new Date(plan.readAt).toISOString(),
    hash: plan.hash,
    applicable: !hasErrors(plan.problems),
    risk: plan.risk,
    counts: countChanges(plan),
    price: plan.price,
    groups: plan.groups.map(({ id, reason, changes }) => ({
      id,
      reason,
      changes: changes.map(changeToJson),
    })),
    settings: (plan.settings ?? []).map(({ id, setting, before, after }) => ({ id, setting, before, after })),
    objects: (plan.objects ?? []).map(({ resource, keySha256, body: _, ...change }) => ({
      ...change,
      kind: resource,
      keySha256: keySha256 ?? null,
    })),
    guards: plan.guards,
    problems: plan.problems,
    inventory: plan.inventory,
    omitted: plan.omitted,
  };
}

function changeToJson(change: Change): ChangeJson {
  return {
    action: change.action,
    recordId: change.before?.id ?? null,
    before: change.before === null ? null : recordToJson(change.before.fields),
    after: change.after === null ? null : recordToJson(change.after.fields),
    fields: change.action === 'update' ? change.fields : [],
  };
}

function recordToJson({ rdata, ...fields }: RecordFields): RecordJson {
  return { ...fields, type: typeOf(rdata), content: formatRdata(rdata) };
}
