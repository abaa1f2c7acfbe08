/**
 * Which permission group a request most likely lacks, for messages: Cloudflare answers only "Authentication
 * error". Names are those of the API (cloudflare-api §1.3); the dashboard says "Edit" where the API says "Write".
 */
interface Right {
  /** Matches a route. The first that matches counts. */
  readonly route: RegExp;
  readonly group: string;
  readonly scope: 'on the zone' | 'on the account' | 'for the user';
  /** The group knows only this level. */
  readonly only?: 'Read';
}

const RIGHTS: readonly Right[] = [
  { route: /^\/zones\/\{zone_id\}\/dns_records/, group: 'DNS', scope: 'on the zone' },
  { route: /^\/zones\/\{zone_id\}\/dnssec/, group: 'DNS', scope: 'on the zone' },
  { route: /^\/zones\/\{zone_id\}\/dns_settings/, group: 'Zone DNS Settings', scope: 'on the zone' },
  { route: /^\/zones\/\{zone_id\}\/settings/, group: 'Zone Settings', scope: 'on the zone' },
  {
    route: /^\/zones\/\{zone_id\}\/(ssl|acm|custom_certificates|custom_hostnames|origin_tls_client_auth)/,
    group: 'SSL and Certificates',
    scope: 'on the zone',
  },
  { route: /^\/certificates/, group: 'SSL and Certificates', scope: 'on the zone' },
  { route: /^\/zones/, group: 'Zone', scope: 'on the zone' },
  { route: /^\/accounts\/\{account_id\}\/registrar/, group: 'Registrar Domains', scope: 'on the account' },
  { route: /^\/accounts\/\{account_id\}\/tokens/, group: 'Account API Tokens', scope: 'on the account' },
  {
    route: /^\/accounts\/\{account_id\}\/dns_settings/,
    group: 'Account DNS Settings',
    scope: 'on the account',
  },
  { route: /^\/accounts/, group: 'Account Settings', scope: 'on the account', only: 'Read' },
  { route: /^\/user\/tokens/, group: 'API Tokens', scope: 'for the user' },
  { route: /^\/user/, group: 'User Details', scope: 'for the user', only: 'Read' },
];

/** `DNS Write on the zone`; null for a route that we do not know. */
export function likelyRight(method: string, route: string): string | null {
  const right = RIGHTS.find((one) => one.route.test(route));
  if (right === undefined) return null;
  const level = right.only ?? (method === 'GET' ? 'Read' : 'Write');
  return `${right.group} ${level} ${right.scope}`;
}
