/**
 * A zone as Cloudflare sends it, read as ours. IDN names come in Unicode and leave here as A-labels
 * (cloudflare-api §3.2).
 */
import type { Zone } from 'cloudflare/resources/zones/zones';
import type { AccountId, ZoneId } from '../../base/ids.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { type DomainName, parseName } from '../../dns/name.ts';
import type { PlanTier } from '../../dns/plan-limits.ts';
import type { ZoneFacts, ZoneStatus } from '../../domains/zones/model.ts';
import { isObject } from '../envelope.ts';

const STATUSES: Readonly<Record<string, ZoneStatus>> = {
  initializing: 'initializing',
  pending: 'pending',
  active: 'active',
  moved: 'moved',
  // Only in older copies of the schema.
  deactivated: 'deleted',
  deleted: 'deleted',
  purged: 'deleted',
};

const TIERS: readonly PlanTier[] = ['free', 'pro', 'business', 'enterprise'];
/** The id of the free plan, the same in every account. */
const FREE_PLAN_ID = '0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee';

/** Never throws. A status that we do not know counts as `initializing`: not yet usable. */
export function decodeZone(zone: Zone): ZoneFacts {
  const json = zone as unknown as JsonObject;
  const account = isObject(json['account']) ? json['account'] : {};
  const name = textOf(json['name']) ?? '';
  const parsed = parseName(name);
  return {
    id: (textOf(json['id']) ?? '') as ZoneId,
    name: parsed.ok ? parsed.value : (name as DomainName),
    accountId: (textOf(account['id']) ?? '') as AccountId,
    accountName: textOf(account['name']) ?? '',
    status: STATUSES[textOf(json['status']) ?? ''] ?? 'initializing',
    paused: json['paused'] === true,
    type: textOf(json['type']) ?? 'full',
    planTier: tierOf(json['plan']),
    nameServers: textsOf(json['name_servers']) ?? [],
    originalNameServers: textsOf(json['original_name_servers']) ?? [],
    permissions: textsOf(json['permissions']),
    createdOn: textOf(json['created_on']),
    modifiedOn: textOf(json['modified_on']),
    activatedOn: textOf(json['activated_on']),
  };
}

/** By the legacy id, then by the free plan's id, then by the name ("Pro Website"). */
function tierOf(plan: JsonValue | undefined): PlanTier | null {
  if (!isObject(plan)) return null;
  const legacy = TIERS.find((tier) => tier === plan['legacy_id']);
  if (legacy !== undefined) return legacy;
  if (plan['id'] === FREE_PLAN_ID) return 'free';
  const name = textOf(plan['name'])?.toLowerCase() ?? '';
  return TIERS.find((tier) => name.startsWith(tier)) ?? null;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function textsOf(value: JsonValue | undefined): string[] | null {
  if (!Array.isArray(value)) return null;
  return value.filter((item): item is string => typeof item === 'string');
}
