/** Origin CA certificates: made for a signing request, revoked. The key never comes near Cloudflare or the store. */
import type { DomainName } from '../../../dns/name.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import type { OriginCertificate } from '../model.ts';
import { covers, readHosts } from './hosts.ts';
import { type Drafted, error } from './order-certificate.ts';

export const ORIGIN_HOSTS_MAX = 100;
export const ORIGIN_VALIDITY_DAYS = [7, 30, 90, 365, 730, 1095, 5475] as const;

export interface OriginOrder {
  readonly csr: string;
  readonly keyType: 'ecc' | 'rsa';
  /** What the request asks for. */
  readonly csrHosts: readonly string[];
  /** Empty: those of the request. */
  readonly hosts: readonly string[];
  readonly validityDays: number;
  readonly keySha256: string;
}

export function draftOriginOrder(zone: DomainName, order: OriginOrder): Drafted {
  const texts = order.hosts.length === 0 ? order.csrHosts : order.hosts;
  const { hosts, problems } = readHosts(texts, { zone, hostsMax: ORIGIN_HOSTS_MAX });
  const faults = [...problems];
  if (!(ORIGIN_VALIDITY_DAYS as readonly number[]).includes(order.validityDays))
    faults.push(
      error('order-invalid', `the validity in days cannot be ${order.validityDays}`, {
        next: `It may be ${ORIGIN_VALIDITY_DAYS.join(', ')}.`,
      }),
    );
  const uncovered = hosts.filter((host) => !order.csrHosts.some((one) => one === host || covers(one, host)));
  if (uncovered.length > 0)
    faults.push(
      error('csr-lacks-host', `the signing request does not ask for ${uncovered.join(', ')}`, {
        next: 'Make a request with these names, or leave them out.',
      }),
    );
  if (faults.some(({ severity }) => severity === 'error')) return { drafts: [], problems: faults };
  const draft: ObjectDraft = {
    resource: 'origin-certificate',
    action: 'create',
    objectId: null,
    title: `Origin CA certificate for ${hosts.join(', ')}`,
    before: null,
    after: { hosts, validity_days: order.validityDays, key_sha256: order.keySha256 },
    body: {
      csr: order.csr,
      hostnames: hosts,
      request_type: `origin-${order.keyType}`,
      requested_validity: order.validityDays,
    },
    ...(hosts.includes(zone) ? {} : { guards: [withoutApex(zone, hosts)] }),
  };
  return { drafts: [draft], problems: faults };
}

/** An origin that answers for names below the zone alone is rare, a forgotten apex is not. */
function withoutApex(
  zone: DomainName,
  hosts: readonly DomainName[],
): NonNullable<ObjectDraft['guards']>[number] {
  const wildcard = hosts.includes(`*.${zone}` as DomainName) ? ` (*.${zone} does not cover it)` : '';
  return {
    code: 'apex-missing',
    message: `the certificate leaves out ${zone} itself${wildcard}: in mode strict, an origin that shows it for ${zone} gets visitors error 526; ask for ${zone} too, unless the origin serves names below it alone`,
    override: 'without-apex',
    irreversible: false,
  };
}

export function draftRevocation({ id, hosts }: OriginCertificate): Drafted {
  const title = `Origin CA certificate ${id} for ${[...hosts].sort().join(', ')}`;
  const draft: ObjectDraft = {
    resource: 'origin-certificate',
    action: 'delete',
    objectId: id,
    title,
    before: { hosts: hosts.map((host) => host.toLowerCase()).sort() },
    after: null,
    body: null,
    guards: [
      {
        code: 'origin-ca-revoke',
        message: `revoking ${title}: where an origin still shows it and the mode is strict, visitors get error 526`,
        override: 'origin-ca-revoke',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}
