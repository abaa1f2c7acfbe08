/** Audit entries as the two versions of the API show them (§8). */
import type { AuditListResponse } from 'cloudflare/resources/accounts/logs/audit';
import type { AuditLog as AuditLogWire } from 'cloudflare/resources/shared';
import type { AuditEntry } from '../state/audit.ts';
import type { World } from '../state/world.ts';

export type ResourceScope = 'accounts' | 'user' | 'zones';

export function scopeOf(entry: AuditEntry): ResourceScope {
  if (entry.zoneId !== undefined) return 'zones';
  return entry.accountId === undefined ? 'user' : 'accounts';
}

/** Version 2. */
export function entryWire(world: World, entry: AuditEntry): AuditListResponse {
  const { actor, raw } = entry;
  const accountName = world.account(entry.accountId ?? '')?.name;
  return {
    account: {
      ...(entry.accountId === undefined ? {} : { id: entry.accountId }),
      ...(accountName === undefined ? {} : { name: accountName }),
    },
    action: {
      description: `${entry.action} ${entry.resourceType}`,
      result: entry.result,
      time: entry.at,
      type: entry.action,
    },
    actor: {
      ...(actor.context === 'system' ? {} : { context: actor.context }),
      ...(actor.email === undefined ? {} : { email: actor.email }),
      ...(actor.id === undefined ? {} : { id: actor.id }),
      ...(actor.ip === undefined ? {} : { ip_address: actor.ip }),
      ...(actor.tokenId === undefined ? {} : { token_id: actor.tokenId }),
      ...(actor.tokenName === undefined ? {} : { token_name: actor.tokenName }),
      type: actor.type,
    },
    id: entry.id,
    raw: {
      cf_ray_id: rayOf(entry),
      method: raw.method,
      status_code: raw.status,
      uri: raw.uri,
      ...(raw.userAgent === undefined ? {} : { user_agent: raw.userAgent }),
    },
    resource: {
      ...(entry.resourceId === undefined ? {} : { id: entry.resourceId }),
      product: entry.product,
      ...(entry.request === undefined ? {} : { request: parsed(entry.request) }),
      ...(entry.response === undefined ? {} : { response: parsed(entry.response) }),
      scope: scopeOf(entry),
      type: entry.resourceType,
    },
    ...(entry.zoneId === undefined ? {} : { zone: { id: entry.zoneId, name: entry.zoneName ?? '' } }),
  };
}

/** [U] Without the data centre that the `CF-Ray` header ends with. */
export function rayOf({ raw }: AuditEntry): string {
  return raw.ray.replace(/-.*$/, '');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** [U] How version 1 calls what was done; records and settings as seen, the rest inferred. */
const ACTION_TYPES: Readonly<Record<string, Readonly<Record<AuditEntry['action'], string>>>> = {
  dns_records: { create: 'rec_add', update: 'rec_set', delete: 'rec_del' },
  zone_settings: { create: 'change_setting', update: 'change_setting', delete: 'change_setting' },
};
const OTHER_ACTION_TYPES = { create: 'add', update: 'change', delete: 'delete' } as const;

export function actionTypeV1(entry: AuditEntry): string {
  return (ACTION_TYPES[entry.product] ?? OTHER_ACTION_TYPES)[entry.action];
}

/** Version 1. */
export function entryWireV1(entry: AuditEntry): AuditLogWire {
  const { actor } = entry;
  return {
    id: entry.id,
    action: { result: entry.result === 'success', type: actionTypeV1(entry) },
    actor: {
      ...(actor.email === undefined ? {} : { email: actor.email }),
      ...(actor.id === undefined ? {} : { id: actor.id }),
      ...(actor.ip === undefined ? {} : { ip: actor.ip }),
      type: actor.type === 'system' ? 'Cloudflare' : 'user',
    },
    interface: actor.context === 'dash' ? 'UI' : 'API',
    metadata: entry.zoneName === undefined ? {} : { zone_name: entry.zoneName },
    newValue: entry.after === undefined ? '' : JSON.stringify(entry.after),
    oldValue: entry.before === undefined ? '' : JSON.stringify(entry.before),
    owner: { id: entry.accountId ?? actor.id ?? '' },
    resource: { id: entry.resourceId ?? entry.zoneId ?? '', type: entry.resourceType },
    when: entry.at,
  };
}

/** [U] Columns of the export. */
export function entriesCsv(entries: readonly AuditEntry[]): string {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = entries.map((entry) =>
    [
      entry.id,
      entry.at,
      actionTypeV1(entry),
      entry.result,
      entry.actor.email ?? '',
      entry.actor.ip ?? '',
      entry.resourceType,
      entry.resourceId ?? '',
      entry.zoneName ?? '',
    ]
      .map(quote)
      .join(','),
  );
  return `${['id,when,action,result,actor_email,actor_ip,resource_type,resource_id,zone_name', ...rows].join('\n')}\n`;
}
