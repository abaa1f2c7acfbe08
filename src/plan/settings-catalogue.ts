/**
 * Every setting of a zone that can be planned: zone settings, `dns_settings`, universal SSL, DNSSEC. One key for each,
 * Cloudflare's own id where it has one; what it may be; what it needs; how it is asked for and sent.
 *
 * Values are in one form of ours, the same in documents, plans and the journal: HSTS without its outer level,
 * universal SSL and DNSSEC as `on` and `off`. `bodyOfSetting` makes the exact body of the PATCH.
 *
 * Source: cloudflare-api §5, §6.1, §6.2, and the official SDK's `zones/settings`, `dns/settings`.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { PlanTier } from '../dns/plan-limits.ts';
import { isRecord, type SettingDomain } from './setting-domain.ts';

/** Where a setting is kept: each is asked by a call of its own, except that `dns` and `dnssec` hold several. */
export type SettingSource =
  | 'zone'
  | 'dns'
  | 'universal-ssl'
  | 'total-tls'
  | 'origin-pulls'
  | 'fallback-origin'
  | 'dnssec';

export interface SettingSpec {
  /** Cloudflare's id; stable in documents, plans and journals. */
  readonly key: string;
  readonly source: SettingSource;
  /** What people call it. */
  readonly title: string;
  readonly domain: SettingDomain;
  /** Its name in the `tls:` section; absent where it is not about TLS. */
  readonly tlsName?: string;
  /** The lowest Cloudflare plan that may change it. What Cloudflare says of `editable` wins. */
  readonly plan?: PlanTier;
  /** Single values that need more: `{ origin_pull: 'enterprise' }`; of a map, fields: `{ 'type=custom.zone': … }`. */
  readonly valuePlans?: Readonly<Record<string, PlanTier>>;
  /** What must be bought besides a plan. */
  readonly addOn?: string;
  /** Cloudflare decides it; it can be read only. */
  readonly fixed?: true;
  /** Sent and told as `enabled` in place of `value`. */
  readonly style?: 'enabled';
}

const SWITCH: SettingDomain = { kind: 'switch' };
const FLAG: SettingDomain = { kind: 'flag' };

function choice(...values: readonly (string | number)[]): SettingDomain {
  return { kind: 'choice', values };
}

function number(min: number, max: number): SettingDomain {
  return { kind: 'number', min, max };
}

/** Half a year, what Cloudflare's dashboard recommends. Seconds. */
const HSTS_MAX_AGE_SECONDS = 15_552_000;
/** What the browsers' preload list asks for: a year (hstspreload.org). Seconds. */
export const HSTS_PRELOAD_SECONDS_MIN = 31_536_000;
const HSTS_MAX_AGE_SECONDS_MAX = 2_147_483_647;

const HSTS: SettingDomain = {
  kind: 'fields',
  fields: {
    enabled: FLAG,
    max_age: number(0, HSTS_MAX_AGE_SECONDS_MAX),
    include_subdomains: FLAG,
    preload: FLAG,
    nosniff: FLAG,
  },
  words: { on: { enabled: true, max_age: HSTS_MAX_AGE_SECONDS }, off: { enabled: false } },
};

const BROWSER_CACHE_SECONDS = [
  0, 30, 60, 120, 300, 1200, 1800, 3600, 7200, 10800, 14400, 18000, 28800, 43200, 57600, 72000, 86400, 172800,
  259200, 345600, 432000, 691200, 1382400, 2073600, 2678400, 5356800, 16070400, 31536000,
];
const CHALLENGE_SECONDS = [
  300, 900, 1800, 2700, 3600, 7200, 10800, 14400, 28800, 57600, 86400, 604800, 2592000, 31536000,
];
const UPLOAD_MB = [100, 125, 150, 175, 200, 225, 250, 275, 300, 325, 350, 375, 400, 425, 450, 475, 500];

/** Read as text, not checked against a list: BoringSSL's names, which change. */
const CIPHERS: SettingDomain = { kind: 'texts' };

const SOA: SettingDomain = {
  kind: 'fields',
  fields: {
    mname: { kind: 'text', charsMax: 253, nullable: true },
    rname: { kind: 'text', charsMax: 253 },
    refresh: number(600, 86_400),
    retry: number(600, 3_600),
    expire: number(86_400, 2_419_200),
    ttl: number(1_800, 3_600),
    min_ttl: number(60, 86_400),
  },
};

const NAMESERVERS: SettingDomain = {
  kind: 'fields',
  fields: {
    type: choice(
      'cloudflare.standard',
      'cloudflare.advanced',
      'custom.account',
      'custom.tenant',
      'custom.zone',
    ),
    ns_set: number(1, 5),
  },
};

type Row = Omit<SettingSpec, 'source' | 'title'> & { readonly title?: string };

const TLS: readonly Row[] = [
  {
    key: 'ssl',
    tlsName: 'mode',
    title: 'SSL/TLS mode',
    domain: choice('off', 'flexible', 'full', 'strict', 'origin_pull'),
    valuePlans: { origin_pull: 'enterprise' },
  },
  {
    key: 'ssl_automatic_mode',
    tlsName: 'automatic_mode',
    title: 'automatic SSL/TLS mode',
    domain: choice('auto', 'custom'),
  },
  {
    key: 'min_tls_version',
    tlsName: 'min_version',
    title: 'minimum TLS version',
    domain: choice('1.0', '1.1', '1.2', '1.3'),
  },
  { key: 'tls_1_3', tlsName: 'tls_1_3', title: 'TLS 1.3', domain: choice('on', 'off', 'zrt') },
  { key: '0rtt', tlsName: '0rtt', title: '0-RTT resumption', domain: SWITCH },
  { key: 'always_use_https', tlsName: 'always_use_https', title: 'Always Use HTTPS', domain: SWITCH },
  {
    key: 'automatic_https_rewrites',
    tlsName: 'automatic_https_rewrites',
    title: 'automatic HTTPS rewrites',
    domain: SWITCH,
  },
  {
    key: 'opportunistic_encryption',
    tlsName: 'opportunistic_encryption',
    title: 'opportunistic encryption',
    domain: SWITCH,
  },
  { key: 'tls_client_auth', tlsName: 'origin_pulls', title: 'authenticated origin pulls', domain: SWITCH },
  {
    key: 'ciphers',
    tlsName: 'ciphers',
    title: 'cipher suites',
    domain: CIPHERS,
    addOn: 'Advanced Certificate Manager',
  },
  {
    key: 'origin_tls_compliance_modes',
    tlsName: 'origin_compliance',
    title: 'origin TLS compliance modes',
    domain: { kind: 'texts', known: ['fips', 'pqh'] },
  },
  {
    key: 'auto_origin_tls_kex',
    tlsName: 'auto_origin_kex',
    title: 'automatic origin key exchange',
    domain: FLAG,
    style: 'enabled',
  },
  {
    key: 'ssl_recommender',
    title: 'SSL/TLS recommender',
    domain: FLAG,
    style: 'enabled',
    tlsName: 'recommender',
  },
  { key: 'security_header', tlsName: 'hsts', title: 'HSTS', domain: HSTS },
];

const ZONE: readonly Row[] = [
  ...[
    'always_online', 'brotli', 'browser_check', 'development_mode', 'early_hints', 'email_obfuscation', 'fonts',
    'hotlink_protection', 'http3', 'ip_geolocation', 'ipv6', 'opportunistic_onion', 'pre_render',
    'replace_insecure_js', 'rocket_loader', 'search_for_agents', 'tls_1_2_only', 'transformations_c2pa',
    'webmcp_enabled', 'websockets',
  ].map((key): Row => ({ key, domain: SWITCH })), // biome-ignore format: a word list
  ...['content_converter', 'http2', 'redirects_for_ai_training', 'waf', 'webp'].map(
    (key): Row => ({ key, domain: SWITCH, plan: 'pro' }),
  ),
  ...[
    'china_network_enabled', 'orange_to_orange', 'origin_error_page_pass_thru', 'prefetch_preload',
    'response_buffering', 'sha1_support', 'sort_query_string_for_cache', 'true_client_ip_header',
  ].map((key): Row => ({ key, domain: SWITCH, plan: 'enterprise' })), // biome-ignore format: a word list
  { key: 'advanced_ddos', domain: SWITCH, fixed: true },
  { key: 'browser_cache_ttl', domain: choice(...BROWSER_CACHE_SECONDS) },
  { key: 'cache_level', domain: choice('aggressive', 'basic', 'simplified') },
  { key: 'challenge_ttl', domain: choice(...CHALLENGE_SECONDS) },
  { key: 'h2_prioritization', domain: choice('on', 'off', 'custom'), plan: 'pro' },
  { key: 'image_resizing', domain: choice('on', 'off', 'open'), plan: 'pro' },
  { key: 'max_upload', domain: choice(...UPLOAD_MB) },
  { key: 'nel', domain: { kind: 'fields', fields: { enabled: FLAG } } },
  { key: 'origin_h2_max_streams', domain: number(1, 1_000) },
  { key: 'origin_max_http_version', domain: choice('1', '2') },
  { key: 'polish', domain: choice('off', 'lossless', 'lossy'), plan: 'pro' },
  { key: 'proxy_read_timeout', domain: number(1, 6_000), plan: 'enterprise' },
  { key: 'pseudo_ipv4', domain: choice('off', 'add_header', 'overwrite_header') },
  {
    key: 'security_level',
    domain: choice('off', 'essentially_off', 'low', 'medium', 'high', 'under_attack'),
    valuePlans: { off: 'enterprise' },
  },
  { key: 'transformations', domain: choice('on', 'off', 'open') },
];

const DNS: readonly Row[] = [
  { key: 'flatten_all_cnames', title: 'flattening of all CNAMEs', domain: FLAG, plan: 'pro' },
  { key: 'foundation_dns', title: 'Foundation DNS', domain: FLAG, plan: 'enterprise' },
  { key: 'multi_provider', title: 'multi-provider DNS', domain: FLAG },
  {
    key: 'nameservers',
    title: 'nameserver set',
    domain: NAMESERVERS,
    valuePlans: {
      'type=cloudflare.advanced': 'enterprise',
      'type=custom.account': 'business',
      'type=custom.tenant': 'business',
      'type=custom.zone': 'business',
    },
  },
  { key: 'ns_ttl', title: 'TTL of the apex NS records', domain: number(30, 86_400), plan: 'enterprise' },
  { key: 'secondary_overrides', title: 'overrides of a secondary zone', domain: FLAG, plan: 'enterprise' },
  { key: 'soa', title: 'SOA record', domain: SOA, plan: 'enterprise' },
  { key: 'zone_mode', domain: choice('standard', 'cdn_only', 'dns_only'), plan: 'enterprise' },
];

/** Certificates for every proxied name, one by one, whatever universal SSL covers. */
const TOTAL_TLS: Row = {
  key: 'total_tls',
  tlsName: 'total_tls',
  title: 'total TLS',
  domain: {
    kind: 'fields',
    fields: { enabled: FLAG, certificate_authority: choice('google', 'lets_encrypt', 'ssl_com') },
    words: { on: { enabled: true }, off: { enabled: false } },
  },
  addOn: 'Advanced Certificate Manager',
};

/** With the zone's own client certificate, in place of the one that Cloudflare shares (`tls_client_auth`). */
const ZONE_PULLS: Row = {
  key: 'origin_pulls_zone',
  tlsName: 'origin_pulls_zone',
  title: "origin pulls with the zone's own certificate",
  domain: SWITCH,
};

/** Where custom hostnames go that name no origin of their own. */
const FALLBACK: Row = {
  key: 'fallback_origin',
  title: 'fallback origin of custom hostnames',
  domain: { kind: 'text', charsMax: 253, nullable: true },
};

const DNSSEC: readonly Row[] = [
  { key: 'dnssec', tlsName: 'dnssec', title: 'DNSSEC', domain: SWITCH },
  { key: 'dnssec_multi_signer', tlsName: 'dnssec_multi_signer', title: 'multi-signer DNSSEC', domain: FLAG },
  { key: 'dnssec_use_nsec3', tlsName: 'dnssec_use_nsec3', title: 'DNSSEC with NSEC3', domain: FLAG },
];

function rows(source: SettingSource, list: readonly Row[]): SettingSpec[] {
  return list.map((row) => ({ ...row, source, title: row.title ?? row.key.replaceAll('_', ' ') }));
}

/**
 * In the order in which changes are sent: a certificate before what relies on it, HSTS and DNSSEC, which outlive a
 * mistake, last.
 */
export const SETTINGS: readonly SettingSpec[] = [
  ...rows('universal-ssl', [
    { key: 'universal_ssl', tlsName: 'universal', title: 'universal SSL', domain: SWITCH },
  ]),
  ...rows('total-tls', [TOTAL_TLS]),
  ...rows('origin-pulls', [ZONE_PULLS]),
  ...rows('fallback-origin', [FALLBACK]),
  ...rows('zone', TLS.slice(0, -1)),
  ...rows('zone', ZONE),
  ...rows('dns', DNS),
  ...rows('zone', TLS.slice(-1)),
  ...rows('dnssec', DNSSEC),
];

const BY_NAME = new Map(
  SETTINGS.flatMap((spec) => [
    [spec.key, spec] as const,
    ...(spec.tlsName === undefined ? [] : [[spec.tlsName, spec] as const]),
  ]),
);

/** The setting of a key, or of a name of the `tls:` section. */
export function findSetting(name: string): SettingSpec | undefined {
  return BY_NAME.get(name);
}

/** Every name by which a setting may be called; for suggestions. */
export function settingNames(): readonly string[] {
  return [...BY_NAME.keys()];
}

/** As documents and commands write it: the name in `tls:`, else the key. */
export function nameOfSetting({ key, tlsName }: Pick<SettingSpec, 'key' | 'tlsName'>): string {
  return tlsName ?? key;
}

/** The exact body of the PATCH that sets the value. */
export function bodyOfSetting(spec: SettingSpec, value: JsonValue): JsonObject {
  switch (spec.source) {
    case 'universal-ssl':
    case 'origin-pulls':
      return { enabled: value === 'on' };
    case 'total-tls':
      return isRecord(value) ? value : {};
    case 'fallback-origin':
      // An empty body stands for a DELETE.
      return value === null ? {} : { origin: value };
    case 'dns':
      return { [spec.key]: value };
    case 'dnssec':
      return spec.key === 'dnssec'
        ? { status: value === 'on' ? 'active' : 'disabled' }
        : { [spec.key]: value };
    case 'zone':
      if (spec.style === 'enabled') return { enabled: value };
      return { value: spec.key === 'security_header' ? { strict_transport_security: value } : value };
    default:
      return spec.source satisfies never;
  }
}
