/** Customers' hostnames (SSL for SaaS): added, changed, removed; and their two states read as one, with what comes next. */
import type { Problem } from '../../../base/problem.ts';
import { type DomainName, isInZone, isWildcard } from '../../../dns/name.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import {
  type CustomHostname,
  type FallbackOrigin,
  type Proof,
  proofText,
  type Quota,
  TIMED_OUT,
} from '../model.ts';
import { choiceFault } from './custom-certificate.ts';
import { readHost } from './hosts.ts';
import { type Drafted, error } from './order-certificate.ts';

export const HOSTNAME_METHODS = ['http', 'txt', 'email'] as const;
export const HOSTNAME_AUTHORITIES = ['google', 'lets_encrypt', 'ssl_com'] as const;
export const MIN_TLS_VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const;

export interface HostnameWish {
  readonly method?: string;
  readonly authority?: string;
  readonly wildcard?: boolean;
  readonly minTls?: string;
  /** Null: the zone's fallback origin. */
  readonly origin?: string | null;
}

export interface HostnameScene {
  readonly zone: DomainName;
  readonly existing: readonly CustomHostname[];
  readonly quota: Quota;
  readonly fallback: FallbackOrigin | null;
}

export function draftHostname(text: string, wish: HostnameWish, scene: HostnameScene): Drafted {
  const { zone, existing, quota, fallback } = scene;
  const hostname = readHost(text);
  if (hostname === null || isWildcard(hostname))
    return refuse(
      error('host-invalid', `${JSON.stringify(text)} is no host name of a customer`, {
        next: 'Give the bare name: shop.customer.example. Names below it come with --wildcard.',
      }),
    );
  const problems = [...wishFaults(wish, zone), ...quotaFaults(zone, quota)];
  if (hostname === zone)
    problems.push(
      error('host-of-this-zone', `${hostname} is the zone itself, which its own certificates cover`, {
        next: 'Custom hostnames are names of customers, in zones of theirs.',
      }),
    );
  const alike = existing.find((one) => one.hostname === hostname);
  if (alike !== undefined)
    problems.push(
      error('hostname-exists', `${hostname} is there already: ${alike.id} (${alike.status})`, {
        next: `zoneward tls hostnames show ${zone} ${hostname}`,
      }),
    );
  if (fallback === null && wish.origin === undefined)
    problems.push({
      ...error('no-fallback-origin', `${zone} has no fallback origin, so ${hostname} would lead nowhere`, {
        next: `zoneward zones settings ${zone} fallback_origin=origin.${zone}`,
      }),
      severity: 'warning',
    });
  if (problems.some(({ severity }) => severity === 'error')) return { drafts: [], problems };
  const { method = 'http', authority = 'google', wildcard = false, minTls = null, origin = null } = wish;
  const draft: ObjectDraft = {
    resource: 'custom-hostname',
    action: 'create',
    objectId: null,
    title: `hostname ${hostname}`,
    before: null,
    after: { hostname, origin, method, certificate_authority: authority, wildcard },
    body: {
      hostname,
      ...(origin === null ? {} : { custom_origin_server: origin }),
      ssl: sslBody({ method, authority, wildcard, minTls }),
    },
    ...(isInZone(hostname, zone) ? { guards: [ofThisZone(hostname, zone)] } : {}),
  };
  return { drafts: [draft], problems };
}

/** Cloudflare takes it; that it was meant is rare. */
function ofThisZone(hostname: DomainName, zone: DomainName): NonNullable<ObjectDraft['guards']>[number] {
  return {
    code: 'host-of-this-zone',
    message: `${hostname} is a name of ${zone} itself, which its own certificates cover: as a custom hostname it takes one of the quota, and requests for it go to the origin of custom hostnames instead of where its record leads`,
    override: 'hostname-of-zone',
    irreversible: false,
  };
}

export function draftHostnameEdit(zone: DomainName, existing: CustomHostname, wish: HostnameWish): Drafted {
  const problems = wishFaults(wish, zone);
  if (wish.origin === null && existing.origin !== null)
    problems.push(
      error('origin-stays', 'an origin of its own can be replaced, not taken away', {
        next: 'Give the fallback origin’s name, or delete the hostname and add it anew.',
      }),
    );
  if (problems.length > 0) return { drafts: [], problems };
  const before = factsOf(existing);
  const after = {
    origin: wish.origin ?? before.origin,
    method: wish.method ?? before.method,
    certificate_authority: wish.authority ?? before.certificate_authority,
    wildcard: wish.wildcard ?? before.wildcard,
    min_tls_version: wish.minTls ?? before.min_tls_version,
  };
  const changed = (Object.keys(after) as (keyof typeof after)[]).filter((key) => after[key] !== before[key]);
  if (changed.length === 0) return { drafts: [], problems: [] };
  const pick = (facts: typeof after) => Object.fromEntries(changed.map((key) => [key, facts[key]]));
  return { drafts: [editDraft(existing, pick(before), pick(after))], problems: [] };
}

/** The whole `ssl` goes along: Cloudflare replaces what it is given. */
export function editDraft(
  existing: CustomHostname,
  before: Readonly<Record<string, string | boolean | null>>,
  after: Readonly<Record<string, string | boolean | null>>,
): ObjectDraft {
  const now = { ...factsOf(existing), ...after };
  const origin =
    'origin' in after && after['origin'] !== null ? { custom_origin_server: after['origin'] ?? null } : {};
  const ssl = Object.keys(after).some((key) => key !== 'origin')
    ? {
        ssl: sslBody({
          method: now.method,
          authority: now.certificate_authority,
          wildcard: now.wildcard,
          minTls: now.min_tls_version,
        }),
      }
    : {};
  return {
    resource: 'custom-hostname',
    action: 'update',
    objectId: existing.id,
    title: `hostname ${existing.hostname}`,
    before,
    after,
    body: { ...origin, ...ssl },
  };
}

/** A validation that has timed out begins again when the same `ssl` is sent. */
export function draftHostnameRestart(existing: CustomHostname): Drafted {
  if (existing.ssl === null || !TIMED_OUT.test(existing.ssl.status)) {
    const message = `the validation of ${existing.hostname} has not timed out (it is ${existing.ssl?.status ?? 'without a certificate'})`;
    return refuse(error('not-timed-out', message, {}));
  }
  const draft = editDraft(existing, { timed_out: true }, { timed_out: false });
  return { drafts: [{ ...draft, title: `validation of ${existing.hostname}` }], problems: [] };
}

export function draftHostnameRemoval({ id, hostname }: CustomHostname): Drafted {
  const draft: ObjectDraft = {
    resource: 'custom-hostname',
    action: 'delete',
    objectId: id,
    title: `hostname ${hostname}`,
    before: { hostname },
    after: null,
    body: null,
    guards: [
      {
        code: 'hostname-delete',
        message: `deleting ${hostname}: the customer's site stops being served at once; added again it has another id and must be proved anew`,
        override: 'hostname-delete',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}

function factsOf({ origin, ssl }: CustomHostname) {
  return {
    origin,
    method: ssl?.method ?? null,
    certificate_authority: ssl?.authority ?? null,
    wildcard: ssl?.wildcard ?? false,
    min_tls_version: ssl?.minTls ?? null,
  };
}

function sslBody(of: {
  readonly method: string | boolean | null;
  readonly authority: string | boolean | null;
  readonly wildcard: string | boolean | null;
  readonly minTls: string | boolean | null;
}) {
  return {
    type: 'dv',
    method: of.method ?? 'http',
    ...(of.authority === null ? {} : { certificate_authority: of.authority }),
    wildcard: of.wildcard === true,
    ...(of.minTls === null ? {} : { settings: { min_tls_version: of.minTls } }),
  };
}

function wishFaults(
  { method, authority, minTls, origin, wildcard }: HostnameWish,
  zone: DomainName,
): Problem[] {
  const host = typeof origin === 'string' ? readHost(origin) : undefined;
  return [
    ...(method === undefined ? [] : choiceFault('validation method', method, HOSTNAME_METHODS)),
    ...(authority === undefined ? [] : choiceFault('authority', authority, HOSTNAME_AUTHORITIES)),
    ...(minTls === undefined ? [] : choiceFault('minimum TLS version', minTls, MIN_TLS_VERSIONS)),
    ...(wildcard === true && method !== undefined && method !== 'txt'
      ? [
          error('wildcard-needs-txt', `a wildcard cannot be proved by ${method}`, {
            next: 'Take --validation txt.',
          }),
        ]
      : []),
    ...(host === null || (host !== undefined && !isInZone(host, zone))
      ? [
          error('origin-of-another-zone', `${origin} is not a name of ${zone}, as an origin must be`, {
            next: `Give a name of ${zone} that has an A, AAAA or CNAME record.`,
          }),
        ]
      : []),
  ];
}

function quotaFaults(zone: DomainName, { allocated, used }: Quota): Problem[] {
  if (allocated === 0)
    return [
      error('add-on-missing', `${zone} has no custom hostnames: SSL for SaaS is not switched on`, {
        next: 'Switch it on in the Cloudflare dashboard (SSL/TLS → Custom Hostnames).',
      }),
    ];
  if (used < allocated) return [];
  return [
    error('quota-used-up', `all ${allocated} custom hostnames of ${zone} are in use`, {
      next: 'Delete one, or buy more from Cloudflare.',
    }),
  ];
}

function refuse(problem: Problem): Drafted {
  return { drafts: [], problems: [problem] };
}

/** Two statuses as one. */
export type HostnameState =
  | 'served'
  | 'waits-for-customer'
  | 'under-way'
  | 'timed-out'
  | 'blocked'
  | 'ending';

export interface HostnameView {
  readonly state: HostnameState;
  readonly says: string;
  /** What comes next: what the customer has to publish, or what is waited for. */
  readonly next: readonly string[];
}

const BLOCKED = /blocked|moved/;

export function hostnameView(
  zone: DomainName,
  one: CustomHostname,
  fallback: FallbackOrigin | null,
): HostnameView {
  const { hostname, status, ssl, ownership } = one;
  const target = one.origin ?? fallback?.origin ?? null;
  const lead =
    target === null
      ? `${hostname} CNAME (the fallback origin, which is missing)`
      : `${hostname} CNAME ${target}`;
  const shown = (proofs: readonly Proof[]): string[] =>
    proofs.map((proof) => `The customer publishes: ${proofText(proof)}`);
  const states = `hostname ${status}, certificate ${ssl?.status ?? 'none'}`;
  if (status.includes('deletion') || status === 'deleted')
    return { state: 'ending', says: `It is being deleted (${states}).`, next: [] };
  if (BLOCKED.test(status))
    return {
      state: 'blocked',
      says: `Cloudflare does not serve it (${states}).`,
      next: [`The customer points ${lead} here again.`, ...one.errors],
    };
  if (ssl !== null && TIMED_OUT.test(ssl.status))
    return {
      state: 'timed-out',
      says: `The authority gave up waiting for the proof (${states}).`,
      next: [...shown(ssl.proofs), `zoneward tls hostnames restart ${zone} ${hostname}`],
    };
  if (status === 'active' && (ssl === null || ssl.status === 'active'))
    return {
      state: 'served',
      says: ssl === null ? 'Served, without a certificate.' : 'Served over HTTPS.',
      next: [],
    };
  const proofs = [...ownership.slice(0, 1), ...(ssl?.proofs ?? [])];
  if (proofs.length > 0)
    return {
      state: 'waits-for-customer',
      says: `It waits for the customer (${states}).`,
      next: [...(status === 'active' ? [] : [`The customer publishes: ${lead}`]), ...shown(proofs)],
    };
  return {
    state: 'under-way',
    says: `Cloudflare is at it (${states}).`,
    next: ['Wait a few minutes, then look again.'],
  };
}
