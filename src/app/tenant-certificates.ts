/** Certificates of a tenant's zones: looked at, and changed by plans like everything else. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId } from '../base/ids.ts';
import { InvalidInputError } from '../base/problem.ts';
import type { Secret } from '../base/secret.ts';
import type {
  CertificatePack,
  CustomCertificate,
  OriginCertificate,
  OriginPullCertificate,
  Quota,
} from '../domains/tls/model.ts';
import { type CheckedCertificate, checkCertificate } from '../domains/tls/objects/check-certificate.ts';
import {
  draftPriority,
  draftRemoval,
  draftReplace,
  draftUpload,
  type UploadOptions,
} from '../domains/tls/objects/custom-certificate.ts';
import { readHosts } from '../domains/tls/objects/hosts.ts';
import {
  type CertificateOrder,
  draftDelete,
  draftOrder,
  draftRestart,
} from '../domains/tls/objects/order-certificate.ts';
import {
  draftOriginOrder,
  draftRevocation,
  ORIGIN_HOSTS_MAX,
} from '../domains/tls/objects/origin-certificate.ts';
import { draftPullHostname, draftPullRemoval, draftPullUpload } from '../domains/tls/objects/origin-pulls.ts';
import type { Context } from './context.ts';
import {
  type LookedAt,
  type ObjectRequestOptions,
  objectPlanner,
  type PlannedProofs,
  type ProofsRequest,
  planProofs,
} from './object-plans.ts';
import { type KeyType, makeSigningRequest, readSigningRequest } from './signing-request.ts';
import type { Planned, TenantPlans } from './tenant-plans.ts';
import type { TenantReach } from './tenant-reach.ts';
import { hashOfKey, keysByHash } from './upload-keys.ts';

export type CertificateRequest = ObjectRequestOptions;

export interface ZoneCertificates {
  readonly zone: string;
  readonly packs: readonly CertificatePack[];
  readonly quota: Quota;
  readonly own: readonly CustomCertificate[];
  readonly ownQuota: number | null;
  readonly origin: readonly OriginCertificate[];
}

/**
 * Texts with the names of the files they came from, for messages. The key is never stored. Without it the plan is made
 * for the certificate's public key, and the private one is given when the change set is applied.
 */
export interface CertificateInput {
  readonly certificate: { readonly text: string; readonly file: string };
  readonly key?: { readonly secret: Secret; readonly file: string };
}

export interface OriginOrderInput {
  readonly csr: { readonly text: string; readonly file: string };
  readonly hosts?: readonly string[];
  readonly validityDays?: number;
}

/** A new key with the request that is signed with it. */
export interface MadeKey {
  readonly key: Secret;
  readonly csr: string;
  readonly hosts: readonly string[];
  readonly keySha256: string;
}

export interface TenantCertificates {
  /** Everything that the zone has: five calls at the same time. */
  list(zone: string, request?: CertificateRequest): Promise<ZoneCertificates>;
  planOrder(zone: string, order?: Partial<CertificateOrder>, request?: CertificateRequest): Promise<Planned>;
  planRestart(zone: string, id: string, request?: CertificateRequest): Promise<Planned>;
  /** Of an advanced certificate, or of one of the customer's own. */
  planDelete(zone: string, id: string, request?: CertificateRequest): Promise<Planned>;
  /** Publishes what the certificate waits for, where its names lie in zones of the tenant. */
  planProofs(zone: string, id: string, request?: ProofsRequest): Promise<PlannedProofs>;
  planUpload(
    zone: string,
    input: CertificateInput,
    options?: Partial<UploadOptions>,
    request?: CertificateRequest,
  ): Promise<Planned>;
  planReplace(
    zone: string,
    id: string,
    input: CertificateInput,
    request?: CertificateRequest,
  ): Promise<Planned>;
  planPriority(zone: string, ids: readonly string[], request?: CertificateRequest): Promise<Planned>;
  /** A key for an Origin CA certificate, made here and given back: it is neither kept nor sent. Asks Cloudflare nothing. */
  makeRequest(
    zone: string,
    wish?: { readonly hosts?: readonly string[]; readonly keyType?: KeyType },
  ): Promise<MadeKey>;
  /** Origin CA. The signing request is made by `makeRequest`, or by the caller. */
  planOriginOrder(zone: string, input: OriginOrderInput, request?: CertificateRequest): Promise<Planned>;
  planOriginRevoke(zone: string, id: string, request?: CertificateRequest): Promise<Planned>;
  originPulls(zone: string, request?: CertificateRequest): Promise<readonly OriginPullCertificate[]>;
  planPullUpload(
    zone: string,
    input: CertificateInput,
    level: OriginPullCertificate['level'],
    request?: CertificateRequest,
  ): Promise<Planned>;
  planPullDelete(zone: string, id: string, request?: CertificateRequest): Promise<Planned>;
  planPullHostname(
    zone: string,
    hostname: string,
    want: { readonly certificateId: string | null; readonly enabled: boolean | null },
    request?: CertificateRequest,
  ): Promise<Planned>;
}

/** What most want: Google, proved by DNS, for three months, renewed by Cloudflare. */
const ORDER: CertificateOrder = { hosts: [], authority: 'google', validationMethod: 'txt', validityDays: 90 };
const UPLOAD: UploadOptions = { bundleMethod: 'ubiquitous', type: 'sni_custom' };
/** What Cloudflare takes where nothing is said: fifteen years. */
const ORIGIN_DAYS = 5_475;

export function tenantCertificates(
  context: Context,
  tenantId: TenantId,
  { reach, plans }: { readonly reach: TenantReach; readonly plans: Pick<TenantPlans, 'planDrafts'> },
): TenantCertificates {
  const planner = objectPlanner(context, reach);
  const checked = (input: CertificateInput, zone: LookedAt['name'] | null): CheckedCertificate & Warnings => {
    const read = checkCertificate(input, { zone, now: context.clock.now() });
    if (!read.ok)
      throw new InvalidInputError('This certificate cannot be used; nothing was sent.', read.problems);
    return { ...read.value, warnings: read.problems };
  };
  /** The key travels beside the plan, by the hash of its public half. */
  const keysOf = ({ key }: CertificateInput): { readonly keys?: ReadonlyMap<string, Secret> } =>
    key === undefined ? {} : { keys: keysByHash([key.secret]) };

  return {
    list: async (reference, request) => {
      const { name, zoneId, cloudflare, call } = await planner.at(reference, request);
      const { tls } = cloudflare;
      const [packs, quota, own, ownQuota, origin] = await Promise.all([
        tls.certificatePacks(zoneId, call),
        tls.packQuota(zoneId, call),
        tls.customCertificates(zoneId, call),
        tls.customCertificateQuota(zoneId, call),
        tls.originCertificates(zoneId, call),
      ]);
      return { zone: name, packs, quota, own, ownQuota, origin };
    },
    planOrder: (reference, order = {}, request) =>
      planner.plan(
        reference,
        { source: 'order a certificate', reads: 2 },
        async ({ name, zoneId, cloudflare, call }) => {
          const [packs, quota] = await Promise.all([
            cloudflare.tls.certificatePacks(zoneId, call),
            cloudflare.tls.packQuota(zoneId, call),
          ]);
          return draftOrder({ ...ORDER, ...order }, { zone: name, packs, quota });
        },
        request,
      ),
    planRestart: (reference, id, request) =>
      planner.plan(
        reference,
        { source: `restart the validation of ${id}`, reads: 1 },
        async (place) => draftRestart(place.name, await packOf(place, id)),
        request,
      ),
    planDelete: (reference, id, request) =>
      planner.plan(
        reference,
        { source: `delete certificate ${id}`, reads: 2 },
        async (place) => {
          const { name, zoneId, cloudflare, call } = place;
          const [packs, own] = await Promise.all([
            cloudflare.tls.certificatePacks(zoneId, call),
            cloudflare.tls.customCertificates(zoneId, call),
          ]);
          const mine = own.find((one) => one.id === id);
          if (mine !== undefined) return draftRemoval(mine);
          return draftDelete(name, found(packs, id, name), packs);
        },
        request,
      ),
    planProofs: async (reference, id, request = {}) => {
      const place = await planner.at(reference, request);
      const { proofs } = await packOf(place, id);
      return planProofs({ context, tenantId, reach, plans }, proofs, request);
    },
    planUpload: (reference, input, options = {}, request) =>
      planner.plan(
        reference,
        { source: `upload ${input.certificate.file}`, reads: 2, ...keysOf(input) },
        async ({ name, zoneId, cloudflare, call }) => {
          const certificate = checked(input, name);
          const [existing, quota] = await Promise.all([
            cloudflare.tls.customCertificates(zoneId, call),
            cloudflare.tls.customCertificateQuota(zoneId, call),
          ]);
          const drafted = draftUpload(
            certificate,
            { ...UPLOAD, ...options },
            { zone: name, existing, quota },
          );
          return { ...drafted, problems: [...certificate.warnings, ...drafted.problems] };
        },
        request,
      ),
    planReplace: (reference, id, input, request) =>
      planner.plan(
        reference,
        { source: `replace ${id} by ${input.certificate.file}`, reads: 1, ...keysOf(input) },
        async ({ name, zoneId, cloudflare, call }) => {
          const certificate = checked(input, name);
          const own = found(await cloudflare.tls.customCertificates(zoneId, call), id, name);
          const drafted = draftReplace(own, certificate, own.bundleMethod ?? UPLOAD.bundleMethod);
          return { ...drafted, problems: [...certificate.warnings, ...drafted.problems] };
        },
        request,
      ),
    planPriority: (reference, ids, request) =>
      planner.plan(
        reference,
        { source: 'order of own certificates', reads: 1 },
        async ({ zoneId, cloudflare, call }) =>
          draftPriority(zoneId, ids, await cloudflare.tls.customCertificates(zoneId, call)),
        request,
      ),
    makeRequest: async (reference, { hosts: texts, keyType = 'ecc' } = {}) => {
      const { name } = (await reach.zone(reference)).facts;
      const read = readHosts(texts ?? [name, `*.${name}`], { zone: name, hostsMax: ORIGIN_HOSTS_MAX });
      if (read.problems.length > 0) throw new InvalidInputError('No key was made.', read.problems);
      // The apex is the common name where it is among them.
      const hosts = [...read.hosts].sort((a, b) => Number(b === name) - Number(a === name));
      const { key, csr } = await makeSigningRequest(hosts, keyType);
      return { key, csr, hosts, keySha256: hashOfKey(key) };
    },
    planOriginOrder: async (reference, input, request) => {
      const {
        keyType,
        keySha256,
        hosts: csrHosts,
      } = await readSigningRequest(input.csr.text, input.csr.file);
      return planner.plan(
        reference,
        { source: 'order an Origin CA certificate', reads: 0 },
        ({ name }) =>
          draftOriginOrder(name, {
            csr: input.csr.text,
            keyType,
            keySha256,
            csrHosts,
            hosts: input.hosts ?? [],
            validityDays: input.validityDays ?? ORIGIN_DAYS,
          }),
        request,
      );
    },
    planOriginRevoke: (reference, id, request) =>
      planner.plan(
        reference,
        { source: `revoke Origin CA certificate ${id}`, reads: 1 },
        async ({ name, zoneId, cloudflare, call }) =>
          draftRevocation(found(await cloudflare.tls.originCertificates(zoneId, call), id, name)),
        request,
      ),
    originPulls: async (reference, request) => {
      const { zoneId, cloudflare, call } = await planner.at(reference, request);
      return cloudflare.tls.originPullCertificates(zoneId, call);
    },
    planPullUpload: (reference, input, level, request) =>
      planner.plan(
        reference,
        { source: `upload client certificate ${input.certificate.file}`, reads: 2, ...keysOf(input) },
        async ({ zoneId, cloudflare, call }) => {
          const certificate = checked(input, null);
          const existing = await cloudflare.tls.originPullCertificates(zoneId, call);
          return draftPullUpload(certificate, level, existing);
        },
        request,
      ),
    planPullDelete: (reference, id, request) =>
      planner.plan(
        reference,
        { source: `delete client certificate ${id}`, reads: 2 },
        async ({ name, zoneId, cloudflare, call }) =>
          draftPullRemoval(found(await cloudflare.tls.originPullCertificates(zoneId, call), id, name)),
        request,
      ),
    planPullHostname: (reference, hostname, want, request) =>
      planner.plan(
        reference,
        { source: `origin pulls of ${hostname}`, reads: 3 },
        async ({ name, zoneId, cloudflare, call }) => {
          const [certificates, now] = await Promise.all([
            cloudflare.tls.originPullCertificates(zoneId, call),
            cloudflare.tls.originPullHostname(zoneId, hostname, call),
          ]);
          return draftPullHostname(hostname, want, { zone: name, certificates, now });
        },
        request,
      ),
  };
}

interface Warnings {
  readonly warnings: InvalidInputError['problems'];
}

async function packOf({ name, zoneId, cloudflare, call }: LookedAt, id: string): Promise<CertificatePack> {
  return found(await cloudflare.tls.certificatePacks(zoneId, call), id, name);
}

function found<T extends { readonly id: string }>(all: readonly T[], id: string, zone: string): T {
  const one = all.find((candidate) => candidate.id === id);
  if (one !== undefined) return one;
  throw new ZonewardError(`${zone} has no certificate ${id}`, {
    code: 'certificate-unknown',
    kind: 'not-found',
    next: [`zoneward tls certificates list ${zone}`],
  });
}
