/** Certificates that a zone's owner has uploaded: rolled out over the clock, in an order of priority. */
import type { CustomCertificate } from 'cloudflare/resources/custom-certificates/custom-certificates';
import type { CertificatePackListResponse } from 'cloudflare/resources/ssl/certificate-packs';
import { idFrom } from '../ids.ts';
import { family } from '../state/family.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import { deploymentAt } from './timeline.ts';

export interface StoredCertificate {
  readonly id: string;
  type: 'legacy_custom' | 'sni_custom';
  hosts: readonly string[];
  issuer: string;
  signature: string;
  expiresOn: string;
  expiresAtMs: number;
  bundleMethod: 'ubiquitous' | 'optimal' | 'force';
  geo?: CustomCertificate['geo_restrictions'];
  policy?: string | undefined;
  csrId?: string | undefined;
  /** As uploaded, PEM. The key stands in `uploaded-keys.ts`. */
  chain: string;
  priority: number;
  readonly uploadedOn: string;
  modifiedOn: string;
  startedAtMs: number;
}

export function customCertificates(zone: Zone): StoredCertificate[] {
  return family<StoredCertificate[]>(zone.fields.bag, 'custom_certificates', () => []);
}

const STATUSES = {
  initializing: 'initializing',
  pending_deployment: 'pending',
  active: 'active',
  pending_deletion: 'deleted',
  deleted: 'deleted',
} as const;

export function customStatus(
  world: World,
  item: StoredCertificate,
): NonNullable<CustomCertificate['status']> {
  if (item.expiresAtMs <= world.clock.now()) return 'expired';
  return STATUSES[deploymentAt(world.clock.now(), item)];
}

export function customWire(world: World, zone: Zone, item: StoredCertificate): CustomCertificate {
  return {
    id: item.id,
    zone_id: zone.id,
    hosts: [...item.hosts],
    issuer: item.issuer,
    signature: item.signature,
    status: customStatus(world, item),
    bundle_method: item.bundleMethod,
    ...(item.geo === undefined ? {} : { geo_restrictions: item.geo }),
    ...(item.policy === undefined ? {} : { policy_restrictions: item.policy }),
    ...(item.csrId === undefined ? {} : { custom_csr_id: item.csrId }),
    priority: item.priority,
    uploaded_on: item.uploadedOn,
    modified_on: item.modifiedOn,
    expires_on: item.expiresOn,
  };
}

/** As they appear among the zone's certificate packs. */
export function customPacks(world: World, zone: Zone): readonly CertificatePackListResponse[] {
  return customCertificates(zone).map((item) => {
    const wire = customWire(world, zone, item);
    const { status = 'active' } = wire;
    return {
      id: idFrom(`custom-pack:${item.id}`),
      type: item.type,
      hosts: [...item.hosts],
      primary_certificate: item.id,
      status: status === 'pending' ? 'pending_deployment' : status,
      certificates: [
        {
          id: item.id,
          hosts: [...item.hosts],
          issuer: item.issuer,
          signature: item.signature,
          status,
          bundle_method: item.bundleMethod,
          zone_id: zone.id,
          uploaded_on: item.uploadedOn,
          modified_on: item.modifiedOn,
          expires_on: item.expiresOn,
          priority: item.priority,
        },
      ],
    };
  });
}
