/** Authenticated origin pulls: client certificates that Cloudflare shows to origins, of the zone or of single hostnames. */
import type { JsonObject } from '../../../base/json.ts';
import { type DomainName, isInZone } from '../../../dns/name.ts';
import type { ObjectDraft } from '../../../plan/plan-objects.ts';
import type { OriginPullCertificate } from '../model.ts';
import type { CheckedCertificate } from './check-certificate.ts';
import { readHost } from './hosts.ts';
import { type Drafted, error } from './order-certificate.ts';

export function draftPullUpload(
  checked: CheckedCertificate,
  level: OriginPullCertificate['level'],
  existing: readonly OriginPullCertificate[],
): Drafted {
  const alike = existing.find((one) => one.level === level && one.sha256 === checked.sha256);
  if (alike !== undefined)
    return {
      drafts: [],
      problems: [error('certificate-exists', `this certificate is there already: ${alike.id}`, {})],
    };
  const draft: ObjectDraft = {
    resource: 'origin-pull-certificate',
    action: 'create',
    objectId: null,
    title: `client certificate of the ${level === 'zone' ? 'zone' : 'zone’s hostnames'}`,
    before: null,
    after: { level, sha256: checked.sha256, expires_on: checked.expiresOn },
    body: { level, certificate: checked.pem },
    keySha256: checked.keySha256,
  };
  return { drafts: [draft], problems: [] };
}

export function draftPullRemoval({ id, level, sha256 }: OriginPullCertificate): Drafted {
  const draft: ObjectDraft = {
    resource: 'origin-pull-certificate',
    action: 'delete',
    objectId: id,
    title: `client certificate ${id}`,
    before: { level, sha256 },
    after: null,
    body: { level },
    guards: [
      {
        code: 'certificate-delete',
        message: `deleting client certificate ${id}: its key is gone from Cloudflare, and an origin that asks for it refuses Cloudflare`,
        override: 'certificate-delete',
        irreversible: true,
      },
    ],
  };
  return { drafts: [draft], problems: [] };
}

/** `certificateId` null: as it is now. `enabled` null: taken out. */
export function draftPullHostname(
  text: string,
  want: { readonly certificateId: string | null; readonly enabled: boolean | null },
  scene: {
    readonly zone: DomainName;
    readonly certificates: readonly OriginPullCertificate[];
    readonly now: { readonly certificateId: string; readonly enabled: boolean } | null;
  },
): Drafted {
  const { zone, certificates, now } = scene;
  const hostname = readHost(text);
  const refuse = (code: string, message: string, next?: string): Drafted => ({
    drafts: [],
    problems: [error(code, message, next === undefined ? {} : { next })],
  });
  if (hostname === null || !isInZone(hostname, zone))
    return refuse('host-invalid', `${text} is no name of ${zone}`, `Give a name of the zone: api.${zone}`);
  const certificateId = want.certificateId ?? now?.certificateId ?? null;
  if (certificateId === null)
    return refuse(
      'certificate-missing',
      `${hostname} has no client certificate yet`,
      'Name one: --certificate ID',
    );
  const known = certificates.some(({ id, level }) => id === certificateId && level === 'hostname');
  if (!known)
    return refuse(
      'certificate-unknown',
      `there is no client certificate ${certificateId} for hostnames of ${zone}`,
      `zoneward tls origin-pulls list ${zone}`,
    );
  const before = now === null ? null : { certificate_id: now.certificateId, enabled: now.enabled };
  const after = want.enabled === null ? null : { certificate_id: certificateId, enabled: want.enabled };
  if (JSON.stringify(before) === JSON.stringify(after)) return { drafts: [], problems: [] };
  return { drafts: [pullDraft(hostname, before, after, certificateId)], problems: [] };
}

/** From one state of a hostname to another; null: it is not set up. */
export function pullDraft(
  hostname: string,
  before: JsonObject | null,
  after: JsonObject | null,
  certificateId?: string,
): ObjectDraft {
  const id = certificateId ?? String((after ?? before)?.['certificate_id'] ?? '');
  const enabled = after === null ? null : (after['enabled'] ?? null);
  return {
    resource: 'origin-pull-hostname',
    action: before === null ? 'create' : after === null ? 'delete' : 'update',
    objectId: hostname,
    title: `origin pulls of ${hostname}`,
    before,
    after,
    body: { config: [{ hostname, cert_id: id, enabled }] },
  };
}
