/**
 * Settings of a zone at Cloudflare (`SettingsReader`, `SettingsWriter`): zone settings, `dns_settings`, universal SSL
 * and DNSSEC, in the form of the plan room's catalogue.
 *
 * Source: cloudflare-api §5 (DNSSEC, DNS settings), §6.1 (one call for each setting; the bulk route has ended), §6.2.
 */
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import type { ZoneId } from '../base/ids.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { SettingsReader, SettingsWriter } from '../domains/tls/ports.ts';
import type { SettingState } from '../plan/setting-change.ts';
import type { Answer, Api } from './api.ts';
import { isObject } from './envelope.ts';
import { errorFromSilence } from './errors.ts';

/** Where a key is kept at Cloudflare. All other keys are zone settings. */
const DNS_KEYS: ReadonlySet<string> = new Set([
  'flatten_all_cnames',
  'foundation_dns',
  'multi_provider',
  'nameservers',
  'ns_ttl',
  'secondary_overrides',
  'soa',
  'zone_mode',
]);
const DNSSEC_KEYS: ReadonlySet<string> = new Set(['dnssec', 'dnssec_multi_signer', 'dnssec_use_nsec3']);
/** Each of these is a route of its own. */
const OWN_FAMILIES: Readonly<Record<string, Family>> = {
  universal_ssl: 'universal',
  total_tls: 'totalTls',
  origin_pulls_zone: 'originPulls',
  fallback_origin: 'fallback',
};
const HSTS = 'security_header';
const TOTAL_TLS = 'total_tls';
const QUOTA = 'GET /zones/{zone_id}/ssl/certificate_packs/quota';

/** DNSSEC is wanted: signed, whether or not the parent knows it yet. */
const DNSSEC_ON: ReadonlySet<JsonValue> = new Set(['active', 'pending', 'error']);
/** What one setting alone may answer; anything else concerns all of them. */
const OF_ONE_SETTING: ReadonlySet<string> = new Set([
  'permission-missing',
  'cloudflare-refused',
  'cloudflare-not-found',
]);

const PATHS = {
  dns: '/zones/{zone_id}/dns_settings',
  dnssec: '/zones/{zone_id}/dnssec',
  universal: '/zones/{zone_id}/ssl/universal/settings',
  totalTls: '/zones/{zone_id}/acm/total_tls',
  originPulls: '/zones/{zone_id}/origin_tls_client_auth/settings',
  fallback: '/zones/{zone_id}/custom_hostnames/fallback_origin',
  zone: '/zones/{zone_id}/settings/{setting_id}',
} as const;

type Family = keyof typeof PATHS;

function familyOf(key: string): Family {
  if (DNS_KEYS.has(key)) return 'dns';
  if (DNSSEC_KEYS.has(key)) return 'dnssec';
  return OWN_FAMILIES[key] ?? 'zone';
}

export function createZoneSettings(api: Api): SettingsReader & SettingsWriter {
  const call = (
    method: 'GET' | 'PATCH',
    target: { readonly zoneId: ZoneId; readonly key: string; readonly body?: JsonObject },
    options: CallOptions,
  ): Promise<Answer<unknown>> => {
    const family = familyOf(target.key);
    const request = target.body === undefined ? {} : { body: target.body };
    const zone = { zone_id: target.zoneId };
    switch (family) {
      case 'zone':
        break;
      case 'totalTls':
        return api.call(`${method === 'GET' ? 'GET' : 'POST'} ${PATHS.totalTls}`, zone, request, options);
      case 'originPulls':
        return api.call(`${method === 'GET' ? 'GET' : 'PUT'} ${PATHS.originPulls}`, zone, request, options);
      case 'fallback': {
        if (method === 'GET') return api.call(`GET ${PATHS.fallback}`, zone, {}, options);
        const gone = Object.keys(target.body ?? {}).length === 0;
        return api.call(`${gone ? 'DELETE' : 'PUT'} ${PATHS.fallback}`, zone, gone ? {} : request, options);
      }
      default:
        return api.call(`${method} ${PATHS[family]}` as const, zone, request, options);
    }
    const route = `${method} ${PATHS.zone}` as const;
    return api.call(route, { ...zone, setting_id: target.key }, request, options);
  };

  /** Advanced Certificate Manager shows in its quota: what needs it does not say so by itself. */
  const mayOrder = async (zoneId: ZoneId, options: CallOptions): Promise<boolean> => {
    const { result } = await api.call(QUOTA, { zone_id: zoneId }, {}, options);
    return Number(result?.advanced?.allocated ?? 0) > 0;
  };

  return {
    readSettings: async (zoneId, keys, options) => {
      const states = new Map<string, SettingState>();
      const failures = new Map<string, ZonewardError>();
      const calls = Map.groupBy(new Set(keys), (key) => (familyOf(key) === 'zone' ? key : familyOf(key)));
      await Promise.all(
        [...calls.values()].map(async (group) => {
          const [key = ''] = group;
          try {
            const [{ result }, editable] = await Promise.all([
              call('GET', { zoneId, key }, options),
              key !== TOTAL_TLS || mayOrder(zoneId, options),
            ]);
            for (const one of group) {
              const state = stateFrom(one, result, 'GET');
              states.set(one, editable ? state : { ...state, editable: false });
            }
          } catch (error) {
            // A zone without a fallback origin answers that there is none.
            if (
              key === 'fallback_origin' &&
              isZonewardError(error) &&
              error.code === 'cloudflare-not-found'
            ) {
              states.set(key, { value: null, editable: true, modifiedOn: null, received: {} });
              return;
            }
            if (!isZonewardError(error) || !OF_ONE_SETTING.has(error.code)) throw error;
            for (const one of group) failures.set(one, error);
          }
        }),
      );
      return { states, failures };
    },
    writeSetting: async (zoneId, { key, body }, options) => {
      const { result, ray, auditLogId } = await call('PATCH', { zoneId, key, body }, options);
      const gone = key === 'fallback_origin' && Object.keys(body).length === 0;
      const state = gone
        ? { value: null, editable: true, modifiedOn: null, received: {} }
        : stateFrom(key, result, 'PATCH');
      return { state, ray, auditLogId };
    },
  };
}

/** Throws what silence is, when the answer does not show the setting. */
function stateFrom(key: string, result: unknown, method: 'GET' | 'PATCH'): SettingState {
  const family = familyOf(key);
  const received = (result ?? (family === 'dnssec' ? {} : null)) as JsonValue;
  const value = isObject(received) ? valueFrom(key, family, received) : undefined;
  if (!isObject(received) || value === undefined) {
    const why = `the answer does not show ${key}`;
    throw errorFromSilence({ method, route: PATHS[family] }, { sent: true, why, aborted: false });
  }
  const modifiedOn = received['modified_on'];
  return {
    value,
    // Only zone settings say so; for the others the plan and the rights decide.
    editable: received['editable'] !== false,
    modifiedOn: typeof modifiedOn === 'string' ? modifiedOn : null,
    received,
  };
}

function valueFrom(key: string, family: Family, received: JsonObject): JsonValue | undefined {
  switch (family) {
    case 'totalTls': {
      const { enabled, certificate_authority: authority } = received;
      if (typeof enabled !== 'boolean') return undefined;
      // Which authority a switched-off total TLS would use says nothing.
      return enabled && typeof authority === 'string'
        ? { enabled, certificate_authority: authority }
        : { enabled };
    }
    case 'fallback': {
      const { origin, status } = received;
      if (status === 'pending_deletion') return null;
      return typeof origin === 'string' ? origin : undefined;
    }
    case 'originPulls':
    case 'universal': {
      const { enabled } = received;
      return typeof enabled === 'boolean' ? onOff(enabled) : undefined;
    }
    case 'dnssec':
      return key === 'dnssec' ? onOff(DNSSEC_ON.has(received['status'] ?? null)) : received[key] === true;
    case 'dns':
      return received[key];
    case 'zone': {
      const value = received['value'] ?? received['enabled'];
      if (key !== HSTS) return value;
      const inner = isObject(value) ? value['strict_transport_security'] : undefined;
      return isObject(inner) ? inner : undefined;
    }
    default:
      return family satisfies never;
  }
}

function onOff(on: boolean): 'on' | 'off' {
  return on ? 'on' : 'off';
}
