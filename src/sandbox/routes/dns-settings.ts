/** DNS settings of a zone and an account's defaults for new zones (§5 of the fact sheet). */
import { type ApiError, refusal } from '../api-error.ts';
import type { PlanName } from '../constants.ts';
import type { Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import {
  DEFAULT_DNS_SETTINGS,
  DNS_SETTINGS_BAG,
  type DnsSettings,
  dnsSettingsOf,
  type SoaSettings,
} from '../state/dns-settings.ts';

const READ: Needs = { scope: 'zone', anyOf: ['Zone DNS Settings Read', 'Zone DNS Settings Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['Zone DNS Settings Write'] };
const READ_ACCOUNT: Needs = {
  scope: 'account',
  anyOf: ['Account DNS Settings Read', 'Account DNS Settings Write'],
};
const WRITE_ACCOUNT: Needs = { scope: 'account', anyOf: ['Account DNS Settings Write'] };
const LABEL = { product: 'dns_settings', type: 'dns.settings', action: 'update' } as const;

export const dnsSettingsRoutes: readonly Route[] = [
  { method: 'GET', path: '/zones/{zone_id}/dns_settings', needs: READ, run: getZoneSettings },
  {
    method: 'PATCH',
    path: '/zones/{zone_id}/dns_settings',
    needs: WRITE,
    audit: LABEL,
    run: patchZoneSettings,
  },
  {
    method: 'GET',
    path: '/accounts/{account_id}/dns_settings',
    needs: READ_ACCOUNT,
    run: getAccountSettings,
  },
  {
    method: 'PATCH',
    path: '/accounts/{account_id}/dns_settings',
    needs: WRITE_ACCOUNT,
    audit: LABEL,
    run: patchAccountSettings,
  },
];

// Texts are [U].
const notEntitled = (field: string): ApiError => refusal(400, 1003, `${field} is not available to this zone`);
const invalid = (field: string): ApiError =>
  refusal(400, 1004, `Invalid value for ${field}`, `/${field.replace('.', '/')}`);

const SOA_RANGES: Readonly<Record<string, readonly [min: number, max: number]>> = {
  refresh: [600, 86_400],
  retry: [600, 3600],
  expire: [86_400, 2_419_200],
  ttl: [1800, 3600],
  min_ttl: [60, 86_400],
};
const NS_TTL_RANGE: readonly [number, number] = [30, 86_400];
const NAMESERVER_TYPES: readonly string[] = [
  'cloudflare.standard',
  'cloudflare.advanced',
  'custom.account',
  'custom.tenant',
  'custom.zone',
];

/** [U] What each setting needs; the fact sheet only says that not being entitled is 1003. */
const MINIMAL_PLAN: Readonly<Record<string, readonly PlanName[]>> = {
  flatten_all_cnames: ['pro', 'business', 'enterprise'],
  foundation_dns: ['enterprise'],
  internal_dns: ['enterprise'],
  secondary_overrides: ['enterprise'],
  soa: ['enterprise'],
  ns_ttl: ['enterprise'],
  zone_mode: ['enterprise'],
};

function getZoneSettings(call: Call): Reply {
  return ok(dnsSettingsOf(call.zone));
}

function patchZoneSettings(call: Call): Reply {
  const { zone, world } = call;
  const body = call.jsonObject();
  for (const [field, plans] of Object.entries(MINIMAL_PLAN)) {
    if (body[field] !== undefined && !plans.includes(zone.fields.plan)) throw notEntitled(field);
  }
  const before = dnsSettingsOf(zone);
  const after = merge(before, body);
  if (
    after.nameservers.type !== 'cloudflare.standard' &&
    !['business', 'enterprise'].includes(zone.fields.plan)
  ) {
    throw notEntitled('nameservers.type');
  }
  zone.fields.bag[DNS_SETTINGS_BAG] = after;
  world.zoneChanged(zone, { content: true, fields: true });
  Object.assign(call.auditNote, { resourceId: zone.id, before, after });
  return ok(after);
}

interface AccountSettings {
  readonly zone_defaults: DnsSettings;
  readonly enforce_dns_only: boolean;
}

function accountSettings(call: Call): AccountSettings {
  const kept = call.account.bag[DNS_SETTINGS_BAG] as AccountSettings | undefined;
  return kept ?? { zone_defaults: DEFAULT_DNS_SETTINGS, enforce_dns_only: false };
}

function getAccountSettings(call: Call): Reply {
  return ok(accountSettings(call));
}

function patchAccountSettings(call: Call): Reply {
  const body = call.jsonObject();
  const before = accountSettings(call);
  const defaults = body['zone_defaults'];
  const enforce = body['enforce_dns_only'];
  if (enforce !== undefined && typeof enforce !== 'boolean') throw invalid('enforce_dns_only');
  const after: AccountSettings = {
    zone_defaults: isObject(defaults) ? merge(before.zone_defaults, defaults) : before.zone_defaults,
    enforce_dns_only: enforce ?? before.enforce_dns_only,
  };
  call.account.bag[DNS_SETTINGS_BAG] = after;
  call.world.changed();
  Object.assign(call.auditNote, { resourceId: call.account.id, before, after });
  return ok(after);
}

function merge(old: DnsSettings, body: Readonly<Record<string, unknown>>): DnsSettings {
  const flag = (
    field: 'flatten_all_cnames' | 'foundation_dns' | 'multi_provider' | 'secondary_overrides',
  ): boolean => {
    const value = body[field];
    if (value === undefined) return old[field];
    if (typeof value !== 'boolean') throw invalid(field);
    return value;
  };
  return {
    flatten_all_cnames: flag('flatten_all_cnames'),
    foundation_dns: flag('foundation_dns'),
    internal_dns: isObject(body['internal_dns'])
      ? (body['internal_dns'] as DnsSettings['internal_dns'])
      : old.internal_dns,
    multi_provider: flag('multi_provider'),
    nameservers: readNameservers(body['nameservers'], old.nameservers),
    ns_ttl: body['ns_ttl'] === undefined ? old.ns_ttl : numberIn(body['ns_ttl'], 'ns_ttl', NS_TTL_RANGE),
    secondary_overrides: flag('secondary_overrides'),
    soa: readSoa(body['soa'], old.soa),
    zone_mode: readMode(body['zone_mode'], old.zone_mode),
  };
}

function readNameservers(value: unknown, old: DnsSettings['nameservers']): DnsSettings['nameservers'] {
  if (value === undefined) return old;
  const type = isObject(value) ? value['type'] : undefined;
  const set = isObject(value) ? value['ns_set'] : undefined;
  if (typeof type !== 'string' || !NAMESERVER_TYPES.includes(type)) throw invalid('nameservers.type');
  return { type, ...(typeof set === 'number' ? { ns_set: set } : {}) };
}

function readSoa(value: unknown, old: SoaSettings): SoaSettings {
  if (value === undefined) return old;
  if (!isObject(value)) throw invalid('soa');
  const numbers: Record<string, number> = {};
  for (const [field, range] of Object.entries(SOA_RANGES)) {
    if (value[field] !== undefined) numbers[field] = numberIn(value[field], `soa.${field}`, range);
  }
  const { mname, rname } = value;
  if (mname !== undefined && mname !== null && typeof mname !== 'string') throw invalid('soa.mname');
  if (rname !== undefined && typeof rname !== 'string') throw invalid('soa.rname');
  return {
    ...old,
    ...numbers,
    ...(mname === undefined ? {} : { mname }),
    ...(rname === undefined ? {} : { rname }),
  };
}

function readMode(value: unknown, old: DnsSettings['zone_mode']): DnsSettings['zone_mode'] {
  if (value === undefined) return old;
  if (value !== 'standard' && value !== 'cdn_only' && value !== 'dns_only') throw invalid('zone_mode');
  return value;
}

function numberIn(value: unknown, field: string, [min, max]: readonly [min: number, max: number]): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw invalid(field);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
