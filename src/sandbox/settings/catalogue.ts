/**
 * Every zone setting by id: values, defaults, plans (§6.1 of the fact sheet). The ids and value types of the official
 * SDK are the frame: an id that is missing here, or a default that the SDK's type does not have, does not compile.
 * Which plan a setting needs, and its first value, are [U] where neither SDK nor sheet says so.
 */
import type { SettingGetResponse } from 'cloudflare/resources/zones/settings';
import { flag, listOf, objectOf, oneOf, oneOfByPlan, type SettingRule, text, wholeNumber } from './rules.ts';

/** In the SDK still, but removed: they answer as unknown settings. */
type RemovedId = 'mirage' | 'server_side_exclude' | 'privacy_pass' | 'cname_flattening';

type SdkId = Exclude<NonNullable<SettingGetResponse['id']>, RemovedId>;
type Shape<Id> = Extract<SettingGetResponse, { id?: Id }>;
type ValueOf<Id> = Shape<Id> extends { value?: infer Value } ? Value : boolean;

/** Settings that the SDK keeps outside of its union. */
interface FurtherValues {
  fonts: 'on' | 'off';
  ssl_automatic_mode: 'auto' | 'custom';
  auto_origin_tls_kex: boolean;
  origin_tls_compliance_modes: readonly string[];
  transformations_c2pa: 'on' | 'off';
}

type Catalogue = {
  readonly [Id in SdkId]: SettingRule<ValueOf<Id>>;
} & { readonly [Id in keyof FurtherValues]: SettingRule<FurtherValues[Id]> };

export type SettingId = keyof Catalogue;

const SWITCH = oneOf(['on', 'off']);
const OPEN_SWITCH = oneOf(['on', 'off', 'open']);
const ON = { check: SWITCH, initial: 'on' } as const;
const OFF = { check: SWITCH, initial: 'off' } as const;

/** Seconds; 0 is "respect existing headers". */
const BROWSER_CACHE_TTLS = [
  0, 30, 60, 120, 300, 1200, 1800, 3600, 7200, 10800, 14400, 18000, 28800, 43200, 57600, 72000, 86400, 172800, 259200,
  345600, 432000, 691200, 1382400, 2073600, 2678400, 5356800, 16070400, 31536000,
]; // biome-ignore format: a number list
const CHALLENGE_TTLS = [
  300, 900, 1800, 2700, 3600, 7200, 10800, 14400, 28800, 57600, 86400, 604800, 2592000, 31536000,
]; // biome-ignore format: a number list
const EDGE_CACHE_TTLS = [
  30, 60, 300, 1200, 1800, 3600, 7200, 10800, 14400, 18000, 28800, 43200, 57600, 72000, 86400, 172800, 259200, 345600,
  432000, 518400, 604800,
]; // biome-ignore format: a number list
const UPLOADS_MB = [
  100, 125, 150, 175, 200, 225, 250, 275, 300, 325, 350, 375, 400, 425, 450, 475, 500, 1000, 1500, 2000, 2500, 3000,
  3500, 4000, 4500, 5000,
]; // biome-ignore format: a number list

/** [U] Names that are taken; the real list is BoringSSL's. */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA', 'AES128-GCM-SHA256', 'AES128-SHA256', 'AES128-SHA', 'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES256-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-SHA384', 'ECDHE-RSA-AES256-SHA',
  'AES256-GCM-SHA384', 'AES256-SHA256', 'AES256-SHA', 'DES-CBC3-SHA', 'AEAD-AES128-GCM-SHA256',
  'AEAD-AES256-GCM-SHA384', 'AEAD-CHACHA20-POLY1305-SHA256',
]; // biome-ignore format: a word list

const HSTS_MAX_AGE_SECONDS_MAX = 2_147_483_647;
const PROXY_READ_TIMEOUT_SECONDS_MAX = 6000;
const ORIGIN_LIST_CHARS_MAX = 5000;

const HSTS = objectOf({
  strict_transport_security: [
    objectOf({
      enabled: [flag, false],
      max_age: [wholeNumber(0, HSTS_MAX_AGE_SECONDS_MAX), 0],
      include_subdomains: [flag, false],
      preload: [flag, false],
      nosniff: [flag, false],
    }),
    { enabled: false, max_age: 0, include_subdomains: false, preload: false, nosniff: false },
  ],
});
const NO_HSTS = {
  strict_transport_security: {
    enabled: false,
    max_age: 0,
    include_subdomains: false,
    preload: false,
    nosniff: false,
  },
};

const AUTOMATIC_PLATFORM = objectOf({
  enabled: [flag, false],
  cf: [flag, false],
  wordpress: [flag, false],
  wp_plugin: [flag, false],
  hostnames: [listOf(), []],
  cache_by_device_type: [flag, false],
});
const NO_AUTOMATIC_PLATFORM = {
  enabled: false,
  cf: false,
  wordpress: false,
  wp_plugin: false,
  hostnames: [],
  cache_by_device_type: false,
};

export const SETTINGS: Catalogue = {
  '0rtt': OFF,
  advanced_ddos: {
    check: SWITCH,
    initial: ({ fields }) => (fields.plan === 'business' || fields.plan === 'enterprise' ? 'on' : 'off'),
    fixed: true,
  },
  aegis: {
    check: objectOf({ enabled: [flag, false], pool_id: [text(64), ''] }),
    initial: { enabled: false, pool_id: '' },
    plan: 'enterprise',
  },
  always_online: OFF,
  always_use_https: OFF,
  automatic_https_rewrites: ON,
  automatic_platform_optimization: { check: AUTOMATIC_PLATFORM, initial: NO_AUTOMATIC_PLATFORM },
  auto_origin_tls_kex: { check: flag, initial: false, style: 'enabled' },
  brotli: ON,
  browser_cache_ttl: { check: oneOf(BROWSER_CACHE_TTLS), initial: 14400 },
  browser_check: ON,
  cache_level: { check: oneOf(['aggressive', 'basic', 'simplified']), initial: 'aggressive' },
  challenge_ttl: { check: oneOf(CHALLENGE_TTLS), initial: 1800 },
  china_network_enabled: { ...OFF, plan: 'enterprise' },
  ciphers: { check: listOf(CIPHERS), initial: [], entitlement: 'advanced-certificate-manager' },
  content_converter: { ...OFF, plan: 'pro' },
  development_mode: OFF,
  early_hints: OFF,
  edge_cache_ttl: {
    check: oneOfByPlan(EDGE_CACHE_TTLS, {
      30: 'enterprise',
      60: 'enterprise',
      300: 'enterprise',
      1200: 'enterprise',
      1800: 'enterprise',
      3600: 'business',
    }),
    initial: 7200,
  },
  email_obfuscation: ON,
  fonts: OFF,
  h2_prioritization: { check: oneOf(['on', 'off', 'custom']), initial: 'off', plan: 'pro' },
  hotlink_protection: OFF,
  http2: { ...ON, plan: 'pro' },
  http3: ON,
  image_resizing: { check: OPEN_SWITCH, initial: 'off', plan: 'pro' },
  ip_geolocation: ON,
  ipv6: ON,
  max_upload: {
    check: oneOfByPlan(
      UPLOADS_MB,
      Object.fromEntries(
        UPLOADS_MB.filter((size) => size > 100).map((size) => [size, size > 200 ? 'enterprise' : 'business']),
      ),
    ),
    initial: 100,
  },
  min_tls_version: { check: oneOf(['1.0', '1.1', '1.2', '1.3']), initial: '1.0' },
  nel: { check: objectOf({ enabled: [flag, false] }), initial: { enabled: false } },
  opportunistic_encryption: ON,
  opportunistic_onion: ON,
  orange_to_orange: { ...OFF, plan: 'enterprise' },
  origin_error_page_pass_thru: { ...OFF, plan: 'enterprise' },
  origin_h2_max_streams: {
    check: wholeNumber(1, 1000),
    initial: ({ fields }) => (fields.plan === 'enterprise' ? 1 : 100),
  },
  origin_max_http_version: {
    check: oneOf(['1', '2']),
    initial: ({ fields }) => (fields.plan === 'enterprise' ? '1' : '2'),
  },
  origin_tls_compliance_modes: { check: listOf(['fips', 'pqh']), initial: [], replaceable: true },
  polish: { check: oneOf(['off', 'lossless', 'lossy']), initial: 'off', plan: 'pro' },
  pre_render: OFF,
  prefetch_preload: { ...OFF, plan: 'enterprise' },
  proxy_read_timeout: {
    check: wholeNumber(1, PROXY_READ_TIMEOUT_SECONDS_MAX),
    initial: 100,
    plan: 'enterprise',
  },
  pseudo_ipv4: { check: oneOf(['off', 'add_header', 'overwrite_header']), initial: 'off' },
  redirects_for_ai_training: { ...OFF, plan: 'pro' },
  replace_insecure_js: ON,
  response_buffering: { ...OFF, plan: 'enterprise' },
  rocket_loader: OFF,
  search_for_agents: OFF,
  security_header: { check: HSTS, initial: NO_HSTS },
  security_level: {
    check: oneOfByPlan(['off', 'essentially_off', 'low', 'medium', 'high', 'under_attack'], {
      off: 'enterprise',
    }),
    initial: 'medium',
  },
  sha1_support: { ...OFF, plan: 'enterprise' },
  sort_query_string_for_cache: { ...OFF, plan: 'enterprise' },
  ssl: {
    check: oneOfByPlan(['off', 'flexible', 'full', 'strict', 'origin_pull'], { origin_pull: 'enterprise' }),
    initial: 'full',
  },
  ssl_automatic_mode: { check: oneOf(['auto', 'custom']), initial: 'custom' },
  ssl_recommender: { check: flag, initial: false, style: 'enabled' },
  tls_1_2_only: OFF,
  tls_1_3: { check: oneOf(['on', 'off', 'zrt']), initial: 'on' },
  tls_client_auth: OFF,
  transformations: { check: OPEN_SWITCH, initial: 'off' },
  transformations_allowed_origins: { check: text(ORIGIN_LIST_CHARS_MAX), initial: '' },
  transformations_c2pa: OFF,
  true_client_ip_header: { ...OFF, plan: 'enterprise' },
  waf: { ...OFF, plan: 'pro' },
  webmcp_enabled: OFF,
  webmcp_packs: { check: text(ORIGIN_LIST_CHARS_MAX), initial: '' },
  webp: { ...OFF, plan: 'pro' },
  websockets: ON,
};

export function settingRule(id: string): SettingRule | undefined {
  return Object.hasOwn(SETTINGS, id) ? SETTINGS[id as SettingId] : undefined;
}
