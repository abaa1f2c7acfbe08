/** Settings by what they are about, in the order in which they are shown. What no group names stands in the last. */

const GROUPS: readonly (readonly [group: string, names: readonly string[]])[] = [
  [
    'SSL/TLS',
    [
      'mode', 'automatic_mode', 'min_version', 'tls_1_3', '0rtt', 'always_use_https', 'hsts',
      'automatic_https_rewrites', 'opportunistic_encryption', 'universal', 'total_tls', 'ciphers', 'origin_pulls',
      'origin_pulls_zone', 'origin_compliance', 'auto_origin_kex', 'recommender', 'tls_1_2_only', 'sha1_support',
      'fallback_origin',
    ],
  ],
  [
    'DNS and DNSSEC',
    [
      'dnssec', 'dnssec_multi_signer', 'dnssec_use_nsec3', 'flatten_all_cnames', 'foundation_dns', 'multi_provider',
      'nameservers', 'ns_ttl', 'secondary_overrides', 'soa', 'zone_mode',
    ],
  ],
  [
    'Security',
    [
      'security_level', 'challenge_ttl', 'browser_check', 'waf', 'advanced_ddos', 'email_obfuscation',
      'hotlink_protection', 'replace_insecure_js', 'server_side_exclude', 'privacy_pass',
    ],
  ],
  [
    'Cache and speed',
    [
      'cache_level', 'browser_cache_ttl', 'always_online', 'development_mode', 'brotli', 'early_hints', 'fonts',
      'rocket_loader', 'polish', 'webp', 'image_resizing', 'transformations', 'transformations_c2pa', 'pre_render',
      'prefetch_preload', 'sort_query_string_for_cache', 'speed_brain', 'mirage',
    ],
  ],
  [
    'Network',
    [
      'http2', 'http3', 'h2_prioritization', 'ipv6', 'websockets', 'pseudo_ipv4', 'ip_geolocation',
      'opportunistic_onion', 'max_upload', 'nel', 'origin_h2_max_streams', 'origin_max_http_version',
      'proxy_read_timeout', 'response_buffering', 'true_client_ip_header', 'origin_error_page_pass_thru',
      'china_network_enabled', 'orange_to_orange',
    ],
  ],
]; // biome-ignore format: a table

const REST = 'Other';
const ORDER: readonly string[] = GROUPS.flatMap(([, names]) => names);
const GROUP_OF: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap(([group, names]) => names.map((name) => [name, group] as const)),
);

export const GROUP_NAMES: readonly string[] = [...GROUPS.map(([group]) => group), REST];

/** Of a setting or of one of its fields, `hsts.max_age`. */
export function groupOf(name: string): string {
  return GROUP_OF.get(name.split('.')[0] ?? name) ?? REST;
}

/** In the order of the groups; empty groups are left out. */
export function grouped<Row extends { readonly name: string }>(
  rows: readonly Row[],
): readonly (readonly [group: string, rows: readonly Row[]])[] {
  const byGroup = Map.groupBy(rows, ({ name }) => groupOf(name));
  return GROUP_NAMES.flatMap((group) => {
    const ones = byGroup.get(group);
    return ones === undefined ? [] : [[group, ones.toSorted((a, b) => placeOf(a) - placeOf(b))] as const];
  });
}

/** As the table has it; fields of a setting stay in their order. */
function placeOf({ name }: { readonly name: string }): number {
  const place = ORDER.indexOf(name.split('.')[0] ?? name);
  return place === -1 ? ORDER.length : place;
}
