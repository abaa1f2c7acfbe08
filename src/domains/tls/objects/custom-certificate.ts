/** Certificates of the customer's own: uploaded, replaced, removed, put in order. The key goes along in memory only. */
import type { Problem } from '../../../base/problem.ts';
import type { DomainName } from '../../../dns/name.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import type { CustomCertificate } from '../model.ts';
import type { CheckedCertificate } from './check-certificate.ts';
import { type Drafted, error } from './order-certificate.ts';

export const BUNDLE_METHODS = ['ubiquitous', 'optimal', 'force'] as const;
export const CUSTOM_TYPES = ['sni_custom', 'legacy_custom'] as const;

export interface UploadOptions {
  readonly bundleMethod: string;
  readonly type: string;
}

export interface CustomScene {
  readonly zone: DomainName;
  readonly existing: readonly CustomCertificate[];
  /** Null where Cloudflare does not tell. */
  readonly quota: number | null;
}

export function draftUpload(
  checked: CheckedCertificate,
  { bundleMethod, type }: UploadOptions,
  { zone, existing, quota }: CustomScene,
): Drafted {
  const problems = [
    ...choiceFault('bundle method', bundleMethod, BUNDLE_METHODS),
    ...choiceFault('type', type, CUSTOM_TYPES),
  ];
  if (quota !== null && existing.length >= quota) problems.push(quotaFault(zone, quota));
  const alike = existing.find((one) => isSame(one, checked));
  if (alike !== undefined)
    problems.push(
      error('certificate-exists', `a certificate for these hosts with this end is there: ${alike.id}`, {
        next: `zoneward tls certificates replace ${zone} ${alike.id} …`,
      }),
    );
  if (problems.length > 0) return { drafts: [], problems };
  const draft: ObjectDraft = {
    resource: 'custom-certificate',
    action: 'create',
    objectId: null,
    title: `own certificate for ${checked.hosts.join(', ')}`,
    before: null,
    after: { hosts: [...checked.hosts], expires_on: checked.expiresOn },
    body: { certificate: checked.pem, bundle_method: bundleMethod, type },
    keySha256: checked.keySha256,
  };
  return { drafts: [draft], problems: [] };
}

export function draftReplace(
  existing: CustomCertificate,
  checked: CheckedCertificate,
  bundleMethod: string,
): Drafted {
  const problems = choiceFault('bundle method', bundleMethod, BUNDLE_METHODS);
  const lost = existing.hosts.filter((host) => !checked.hosts.includes(host.toLowerCase()));
  if (problems.length > 0) return { drafts: [], problems };
  const covered = lost.length === 0 ? '' : `; ${lost.join(', ')} will not be covered by it any more`;
  const draft: ObjectDraft = {
    resource: 'custom-certificate',
    action: 'update',
    objectId: existing.id,
    title: `own certificate ${existing.id}`,
    before: { hosts: sorted(existing.hosts), expires_on: stamp(existing.expiresAt) },
    after: { hosts: [...checked.hosts], expires_on: checked.expiresOn },
    body: { certificate: checked.pem, bundle_method: bundleMethod },
    keySha256: checked.keySha256,
    guards: [
      {
        code: 'certificate-replace',
        message: `replacing ${existing.id}: the old certificate and its key are gone from Cloudflare, and nobody can read them back${covered}`,
        override: 'certificate-replace',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}

export function draftRemoval(existing: CustomCertificate): Drafted {
  const draft: ObjectDraft = {
    resource: 'custom-certificate',
    action: 'delete',
    objectId: existing.id,
    title: `own certificate for ${sorted(existing.hosts).join(', ')}`,
    before: { hosts: sorted(existing.hosts) },
    after: null,
    body: null,
    guards: [
      {
        code: 'certificate-delete',
        message: `deleting ${existing.id}: its key is gone from Cloudflare; HTTPS of ${sorted(existing.hosts).join(', ')} falls back on another certificate, or fails where none covers a name`,
        override: 'certificate-delete',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}

/** The given ones first, in this order; the others keep theirs, below. */
export function draftPriority(
  zoneId: string,
  first: readonly string[],
  existing: readonly CustomCertificate[],
): Drafted {
  const unknown = first.filter((id) => !existing.some((one) => one.id === id));
  if (unknown.length > 0 || new Set(first).size !== first.length) {
    const message =
      unknown.length > 0 ? `there is no certificate ${unknown.join(', ')}` : 'a certificate is named twice';
    return { drafts: [], problems: [error('certificate-unknown', message, {})] };
  }
  const before = [...existing].sort((a, b) => b.priority - a.priority).map(({ id }) => id);
  const after = [...first, ...before.filter((id) => !first.includes(id))];
  if (before.join() === after.join()) return { drafts: [], problems: [] };
  return { drafts: [orderDraft(zoneId, before, after)], problems: [] };
}

export function orderDraft(zoneId: string, before: readonly string[], after: readonly string[]): ObjectDraft {
  return {
    resource: 'custom-certificate-order',
    action: 'update',
    objectId: zoneId,
    title: 'order of own certificates',
    before: { order: [...before] },
    after: { order: [...after] },
    body: { certificates: after.map((id, index) => ({ id, priority: after.length - index })) },
  };
}

function quotaFault(zone: DomainName, quota: number): Problem {
  return quota === 0
    ? error(
        'plan-too-low',
        `${zone} may have no certificates of its own: that needs Cloudflare Business or higher`,
        {
          next: `Order one from an authority instead: zoneward tls certificates order ${zone}`,
        },
      )
    : error('quota-used-up', `${zone} has all ${quota} certificates of its own that it may have`, {
        next: 'Replace one, or delete one first.',
      });
}

export function choiceFault(what: string, value: string, known: readonly string[]): Problem[] {
  if (known.includes(value)) return [];
  return [
    error('value-invalid', `the ${what} cannot be ${value}`, { next: `It may be ${known.join(', ')}.` }),
  ];
}

function isSame(one: CustomCertificate, checked: CheckedCertificate): boolean {
  return stamp(one.expiresAt) === checked.expiresOn && sorted(one.hosts).join() === checked.hosts.join();
}

function sorted(hosts: readonly string[]): string[] {
  return hosts.map((host) => host.toLowerCase()).sort();
}

function stamp(at: number | null): string | null {
  return at === null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
