/** What a person is asked for, by type: how the content is written, and whether Cloudflare can proxy it. */

export interface TypeHint {
  readonly type: string;
  /** In a few words. */
  readonly what: string;
  /** As master files write it. */
  readonly example: string;
}

/** Those that people write by hand, most common first. */
export const TYPE_HINTS: readonly TypeHint[] = [
  { type: 'A', what: 'IPv4 address', example: '192.0.2.1' },
  { type: 'AAAA', what: 'IPv6 address', example: '2001:db8::1' },
  { type: 'CNAME', what: 'another name', example: 'www.example.com.' },
  { type: 'MX', what: 'priority and mail server', example: '10 mail.example.com.' },
  { type: 'TXT', what: 'text, in quotes', example: '"v=spf1 -all"' },
  { type: 'NS', what: 'nameserver', example: 'ns1.example.com.' },
  { type: 'SRV', what: 'priority, weight, port, target', example: '10 5 443 host.example.com.' },
  { type: 'CAA', what: 'flags, tag, value', example: '0 issue "letsencrypt.org"' },
  { type: 'HTTPS', what: 'priority, target, parameters', example: '1 . alpn="h2,h3"' },
  { type: 'SVCB', what: 'priority, target, parameters', example: '1 host.example.com. port=853' },
  { type: 'PTR', what: 'name', example: 'host.example.com.' },
  { type: 'TLSA', what: 'usage, selector, matching, data', example: '3 1 1 ab12…' },
  { type: 'SSHFP', what: 'algorithm, type, fingerprint', example: '4 2 ab12…' },
  { type: 'DS', what: 'key tag, algorithm, digest type, digest', example: '2371 13 2 1f98…' },
  { type: 'URI', what: 'priority, weight, target', example: '10 1 "https://www.example.com/"' },
  { type: 'NAPTR', what: 'order, preference, flags, service, regexp, replacement', example: '100 10 "U" "E2U+sip" "!^.*$!sip:info@example.com!" .' },
  { type: 'LOC', what: 'place', example: '52 31 12.000 N 13 24 18.000 E 34m 100m 100m 10m' },
  { type: 'CERT', what: 'type, key tag, algorithm, certificate', example: '1 0 0 MIIB…' },
  { type: 'DNSKEY', what: 'flags, protocol, algorithm, key', example: '257 3 13 mdsswUyr3…' },
  { type: 'SMIMEA', what: 'usage, selector, matching, data', example: '3 1 1 ab12…' },
  { type: 'OPENPGPKEY', what: 'key, base64', example: 'mQINBF…' },
]; // biome-ignore format: a table

const PROXIABLE = new Set(['A', 'AAAA', 'CNAME']);

export function isProxiable(type: string): boolean {
  return PROXIABLE.has(type);
}
