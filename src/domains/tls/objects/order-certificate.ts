/** Advanced certificates: ordered, restarted, removed. What Cloudflare would refuse is said before. */
import type { Problem } from '../../../base/problem.ts';
import type { DomainName } from '../../../dns/name.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import { type CertificatePack, type Quota, TIMED_OUT } from '../model.ts';
import { readHosts } from './hosts.ts';

/** cloudflare-api §6.2. */
const HOSTS_MAX = 50;
export const AUTHORITIES = ['google', 'lets_encrypt', 'ssl_com'] as const;
export const VALIDATION_METHODS = ['txt', 'http', 'email'] as const;
export const VALIDITY_DAYS = [14, 30, 90, 365] as const;

export interface CertificateOrder {
  /** Empty: the apex and one level below it. */
  readonly hosts: readonly string[];
  readonly authority: string;
  readonly validationMethod: string;
  readonly validityDays: number;
}

export interface Drafted {
  readonly drafts: readonly ObjectDraft[];
  readonly problems: readonly Problem[];
}

export interface PackScene {
  readonly zone: DomainName;
  readonly packs: readonly CertificatePack[];
  readonly quota: Quota;
}

export function draftOrder(order: CertificateOrder, { zone, packs, quota }: PackScene): Drafted {
  const texts = order.hosts.length === 0 ? [zone, `*.${zone}`] : order.hosts;
  const { hosts, problems } = readHosts(texts, { zone, hostsMax: HOSTS_MAX });
  const faults = [...problems, ...orderFaults(order), ...quotaFaults(zone, quota)];
  const wildcard = hosts.find((host) => host.startsWith('*.'));
  if (problems.length === 0 && !hosts.includes(zone))
    faults.push(
      error('apex-missing', `the order leaves out ${zone}; Cloudflare takes none without the apex`, {
        next: `Add ${zone} to the hosts.`,
      }),
    );
  if (wildcard !== undefined && order.validationMethod !== 'txt')
    faults.push(
      error('wildcard-needs-txt', `${wildcard} cannot be proved by ${order.validationMethod}`, {
        next: 'Take --validation txt, or leave the wildcard out.',
      }),
    );
  if (faults.length > 0) return { drafts: [], problems: faults };
  const asked = {
    type: 'advanced',
    hosts,
    certificate_authority: order.authority,
    validation_method: order.validationMethod,
    validity_days: order.validityDays,
  };
  const alike = packs.find(
    (pack) => pack.type === 'advanced' && sameOrder(pack, order, hosts) && !TIMED_OUT.test(pack.status),
  );
  if (alike !== undefined)
    return {
      drafts: [],
      problems: [
        error('certificate-exists', `such a certificate is there: ${alike.id} (${alike.status})`, {
          next: `zoneward tls certificates show ${zone} ${alike.id}`,
        }),
      ],
    };
  const draft: ObjectDraft = {
    resource: 'certificate-pack',
    action: 'create',
    objectId: null,
    title: `advanced certificate for ${hosts.join(', ')}`,
    before: null,
    after: { ...asked, timed_out: false },
    body: { ...asked, cloudflare_branding: false },
  };
  return { drafts: [draft], problems: [] };
}

function sameOrder(pack: CertificatePack, order: CertificateOrder, hosts: readonly string[]): boolean {
  return (
    pack.authority === order.authority &&
    pack.validityDays === order.validityDays &&
    pack.validationMethod === order.validationMethod &&
    [...pack.hosts].sort().join(' ') === hosts.join(' ')
  );
}

function orderFaults({ authority, validationMethod, validityDays }: CertificateOrder): Problem[] {
  const faults: Problem[] = [];
  const check = (what: string, value: unknown, known: readonly unknown[]): void => {
    if (!known.includes(value))
      faults.push(
        error('order-invalid', `the ${what} cannot be ${String(value)}`, {
          next: `It may be ${known.join(', ')}.`,
        }),
      );
  };
  check('authority', authority, AUTHORITIES);
  check('validation method', validationMethod, VALIDATION_METHODS);
  check('validity in days', validityDays, VALIDITY_DAYS);
  return faults;
}

function quotaFaults(zone: DomainName, { allocated, used }: Quota): Problem[] {
  if (allocated === 0)
    return [
      error('add-on-missing', `${zone} has no Advanced Certificate Manager, which orders need`, {
        next: 'Buy it for the zone in the Cloudflare dashboard (SSL/TLS → Edge Certificates).',
      }),
    ];
  if (used < allocated) return [];
  return [
    error('quota-used-up', `all ${allocated} advanced certificates of ${zone} are in use`, {
      next: `Remove one: zoneward tls certificates delete ${zone} ID`,
    }),
  ];
}

export function draftRestart(zone: DomainName, pack: CertificatePack): Drafted {
  if (pack.status !== 'validation_timed_out') {
    const message = `the validation of ${pack.id} has not timed out (it is ${pack.status}); only then it can be restarted`;
    return { drafts: [], problems: [error('not-timed-out', message, {})] };
  }
  const draft: ObjectDraft = {
    resource: 'certificate-pack',
    action: 'update',
    objectId: pack.id,
    title: `validation of ${titleOf(pack)} of ${zone}`,
    before: { timed_out: true },
    after: { timed_out: false },
    body: {},
  };
  return { drafts: [draft], problems: [] };
}

export function draftDelete(
  zone: DomainName,
  pack: CertificatePack,
  packs: readonly CertificatePack[],
): Drafted {
  if (pack.type !== 'advanced') {
    const next =
      pack.type === 'universal'
        ? `zoneward tls set ${zone} universal=off`
        : pack.type === 'total_tls'
          ? `zoneward tls set ${zone} total_tls=off`
          : `zoneward tls certificates list ${zone}`;
    const message = `${pack.id} is a ${pack.type} certificate; only advanced ones are deleted by themselves`;
    return { drafts: [], problems: [error('not-deletable', message, { next })] };
  }
  const others = packs.filter(({ id, status }) => id !== pack.id && status === 'active');
  const bare = pack.hosts.filter(
    (host) => !others.some(({ hosts }) => hosts.some((one) => coversAll(one, host))),
  );
  const lost =
    pack.status !== 'active' || bare.length === 0
      ? 'no name loses HTTPS by it'
      : `HTTPS fails at once for ${bare.join(', ')}: no other active certificate covers ${bare.length === 1 ? 'it' : 'them'}`;
  const draft: ObjectDraft = {
    resource: 'certificate-pack',
    action: 'delete',
    objectId: pack.id,
    title: titleOf(pack),
    before: { hosts: [...pack.hosts].sort() },
    after: null,
    body: null,
    guards: [
      {
        code: 'certificate-delete',
        message: `deleting ${titleOf(pack)}: ${lost}; it can only be ordered anew, not brought back`,
        override: 'certificate-delete',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}

function coversAll(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  return (
    pattern.startsWith('*.') &&
    !host.startsWith('*.') &&
    host.slice(host.indexOf('.') + 1) === pattern.slice(2)
  );
}

export function titleOf({ type, hosts }: Pick<CertificatePack, 'type' | 'hosts'>): string {
  return `${type} certificate for ${[...hosts].sort().join(', ')}`;
}

export function error(
  code: string,
  message: string,
  more: { readonly next?: string; readonly file?: string },
): Problem {
  return {
    code,
    severity: 'error',
    message,
    ...(more.next === undefined ? {} : { next: more.next }),
    ...(more.file === undefined ? {} : { position: { file: more.file } }),
  };
}
