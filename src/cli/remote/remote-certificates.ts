/**
 * Certificates and customers' hostnames of a tenant behind a server. A certificate is held against its key here; the
 * plan is made from the certificate alone, and the key goes along when it is applied, in that one request.
 */

import type { ObjectRequestOptions } from '../../app/object-plans.ts';
import {
  type CertificateInput,
  checkCertificate,
  InvalidInputError,
  isZonewardError,
  keysByHash,
  type ListedHostname,
  type PlannedProofs,
  type ZoneCertificates,
} from '../../app/re-exports.ts';
import type { TenantCertificates } from '../../app/tenant-certificates.ts';
import type { TenantHostnames } from '../../app/tenant-hostnames.ts';
import type * as api from '../../client/index.ts';
import type { CertificatePlanInput, Client, PlanInput } from '../../client/index.ts';
import { namedFile } from './file-names.ts';
import type { RemotePlanner } from './remote-changes.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';
import { signalOf, viaOf } from './remote-tls.ts';

type Change = (change: CertificatePlanInput, zone: string, request?: ObjectRequestOptions) => PlanInput;
const asInput: Change = (change, zone, request = {}) => ({
  kind: 'certificates',
  zone,
  change,
  ...viaOf(request),
});

/** All but the key for an Origin CA certificate, which the command makes itself. */
export function remoteCertificates(
  client: Client,
  planned: RemotePlanner,
): Omit<TenantCertificates, 'makeRequest'> {
  return {
    list: async (zone, request = {}) =>
      certificatesOf(
        await asked(client.listCertificates({ zone, query: viaOf(request) }, signalOf(request))),
      ),
    originPulls: async (zone, request = {}) => {
      const query = viaOf(request);
      const { items } = await asked(client.listOriginPullCertificates({ zone, query }, signalOf(request)));
      return items.map(dated);
    },
    planOrder: (zone, order = {}, request) => planned(asInput({ kind: 'order', ...order }, zone, request)),
    planRestart: (zone, id, request) => planned(asInput({ kind: 'restart', id }, zone, request)),
    planDelete: (zone, id, request) => planned(asInput({ kind: 'delete', id }, zone, request)),
    planProofs: (zone, id, { through, ...request } = {}) =>
      proofs(planned, asInput({ kind: 'proofs', id, ...throughOf(through) }, zone, request)),
    planPriority: (zone, ids, request) => planned(asInput({ kind: 'prioritize', ids }, zone, request)),
    planOriginOrder: (zone, { csr, ...order }, request) =>
      planned(asInput({ kind: 'origin-ca', csr: csr.text, ...namedFile(csr.file), ...order }, zone, request)),
    planOriginRevoke: (zone, id, request) =>
      planned(asInput({ kind: 'origin-ca-revoke', id }, zone, request)),
    planPullDelete: (zone, id, request) =>
      planned(asInput({ kind: 'origin-pull-delete', id }, zone, request)),
    planPullHostname: (zone, hostname, { certificateId, enabled }, request) => {
      const shown = certificateId === null ? {} : { certificateId };
      return planned(asInput({ kind: 'origin-pull-hostname', hostname, enabled, ...shown }, zone, request));
    },
    ...remoteUploads(client, planned),
  };
}

type Uploads = Pick<TenantCertificates, 'planUpload' | 'planReplace' | 'planPullUpload'>;

function remoteUploads(client: Client, planned: RemotePlanner): Uploads {
  const nameOf = async (zone: string): Promise<string> => (await asked(client.getZone({ zone }))).name;
  return {
    planUpload: async (zone, input, options = {}, request) => {
      const { files, keys } = checked(input, await nameOf(zone));
      return planned(asInput({ kind: 'upload', ...files, ...options }, zone, request), undefined, keys);
    },
    planReplace: async (zone, id, input, request) => {
      const { files, keys } = checked(input, await nameOf(zone));
      return planned(asInput({ kind: 'replace', id, ...files }, zone, request), undefined, keys);
    },
    planPullUpload: async (zone, input, level, request) => {
      const { files, keys } = checked(input, null);
      return planned(
        asInput({ kind: 'origin-pull-upload', level, ...files }, zone, request),
        undefined,
        keys,
      );
    },
  };
}

/** Throws as the server would, had it the key. */
function checked({ certificate, key }: CertificateInput, zone: string | null) {
  const input = { certificate, ...(key === undefined ? {} : { key }) };
  const read = checkCertificate(input, { zone: zone as never, now: Date.now() });
  if (!read.ok)
    throw new InvalidInputError('This certificate cannot be used; nothing was sent.', read.problems);
  return {
    files: { certificate: certificate.text, ...namedFile(certificate.file) },
    ...(key === undefined ? {} : { keys: keysByHash([key.secret]) }),
  };
}

export function remoteHostnames(client: Client, planned: RemotePlanner): TenantHostnames {
  return {
    list: async (zone, request = {}) => {
      const { items, ...list } = await asked(
        client.listHostnames({ zone, query: viaOf(request) }, signalOf(request)),
      );
      return { ...list, hostnames: items.map(hostnameOf) };
    },
    show: async (zone, hostname, request = {}) =>
      hostnameOf(
        await asked(client.getHostname({ zone, hostname, query: viaOf(request) }, signalOf(request))),
      ),
    planAdd: (zone, hostname, wish = {}, request) =>
      planned(asInput({ kind: 'hostname-add', hostname, ...wish }, zone, request)),
    planEdit: (zone, hostname, wish, request) =>
      planned(asInput({ kind: 'hostname-edit', hostname, ...wish }, zone, request)),
    planRestart: (zone, hostname, request) =>
      planned(asInput({ kind: 'hostname-restart', hostname }, zone, request)),
    planDelete: (zone, hostname, request) =>
      planned(asInput({ kind: 'hostname-delete', hostname }, zone, request)),
    planProofs: (zone, hostname, { through, ...request } = {}) =>
      proofs(planned, asInput({ kind: 'hostname-proofs', hostname, ...throughOf(through) }, zone, request)),
  };
}

/** Where nothing can be published here the server refuses, and tells what somebody else has to publish. */
async function proofs(planned: RemotePlanner, input: PlanInput): Promise<PlannedProofs> {
  try {
    return { planned: await planned(input), elsewhere: [] };
  } catch (error) {
    if (!isZonewardError(error) || !['no-proofs', 'proofs-elsewhere'].includes(error.code)) throw error;
    return { planned: null, elsewhere: (error.details['elsewhere'] ?? []) as PlannedProofs['elsewhere'] };
  }
}

function throughOf(through: string | undefined): { readonly through?: string } {
  return through === undefined ? {} : { through };
}

function dated<T extends { readonly expiresAt: string | null }>(one: T) {
  return { ...one, expiresAt: milliseconds(one.expiresAt) };
}

function proofOf({ text: _, ...proof }: api.Proof) {
  return proof;
}

function certificatesOf(view: api.ZoneCertificates): ZoneCertificates {
  return {
    ...view,
    packs: view.packs.map((pack) => ({
      ...dated(pack),
      proofs: pack.proofs.map(proofOf),
      delegations: pack.delegations.map(proofOf),
    })),
    own: view.own.map(dated),
    origin: view.origin.map(dated),
    // Proofs are what they were, without their text.
  } as ZoneCertificates;
}

function hostnameOf({ state, says, next, ssl, ownership, ...hostname }: api.CustomHostname): ListedHostname {
  const known = ssl === null ? null : { ...dated(ssl), proofs: ssl.proofs.map(proofOf) };
  return {
    hostname: { ...hostname, ssl: known, ownership: ownership.map(proofOf) },
    view: { state, says, next },
  } as ListedHostname;
}
