/** DNS settings of a zone: defaults, what was set, and what the DNS server makes of it. */
import { APEX_NS_TTL_SECONDS, SOA_DEFAULTS } from '../constants.ts';
import type { Zone } from './zone.ts';

export interface SoaSettings {
  /** Null: the first assigned nameserver. */
  readonly mname: string | null;
  readonly rname: string;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly ttl: number;
  readonly min_ttl: number;
}

export interface DnsSettings {
  readonly flatten_all_cnames: boolean;
  readonly foundation_dns: boolean;
  readonly internal_dns: { readonly reference_zone_id?: string };
  readonly multi_provider: boolean;
  readonly nameservers: { readonly type: string; readonly ns_set?: number };
  readonly ns_ttl: number;
  readonly secondary_overrides: boolean;
  readonly soa: SoaSettings;
  readonly zone_mode: 'standard' | 'cdn_only' | 'dns_only';
}

export const DNS_SETTINGS_BAG = 'dns_settings';

export const DEFAULT_DNS_SETTINGS: DnsSettings = {
  flatten_all_cnames: false,
  foundation_dns: false,
  internal_dns: {},
  multi_provider: false,
  nameservers: { type: 'cloudflare.standard' },
  ns_ttl: APEX_NS_TTL_SECONDS,
  secondary_overrides: false,
  soa: {
    mname: null,
    rname: SOA_DEFAULTS.rname,
    refresh: SOA_DEFAULTS.refresh,
    retry: SOA_DEFAULTS.retry,
    expire: SOA_DEFAULTS.expire,
    ttl: SOA_DEFAULTS.ttl,
    min_ttl: SOA_DEFAULTS.minTtl,
  },
  zone_mode: 'standard',
};

export function dnsSettingsOf(zone: Zone): DnsSettings {
  return (zone.fields.bag[DNS_SETTINGS_BAG] as DnsSettings | undefined) ?? DEFAULT_DNS_SETTINGS;
}
