/**
 * Origin CA (§6.3): certificates for origins, signed for real by an authority of the sandbox. The path names no zone:
 * what one may do follows from the zones of the host names.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { OriginCACertificate } from 'cloudflare/resources/origin-ca-certificates/origin-ca-certificates';
import { type ApiError, authenticationError, notFound, refusal } from '../api-error.ts';
import { allows, zoneResource } from '../auth/caller.ts';
import type { GroupName } from '../auth/permission-groups.ts';
import { DAY_MS, LIST_PER_PAGE_DEFAULT, LIST_PER_PAGE_MAX } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, pageOf, pageQuery, type Reply } from '../http/envelope.ts';
import { isRecordName, toAscii } from '../records/names.ts';
import { family } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';
import { parseSigningRequest } from '../tls/csr.ts';
import { issueOriginCertificate } from '../tls/origin-authority.ts';
import { isoSeconds } from '../tls/packs.ts';

const ANYBODY: Needs = { scope: 'any' };
const READ_GROUPS: readonly GroupName[] = ['SSL and Certificates Read', 'SSL and Certificates Write'];
const WRITE_GROUPS: readonly GroupName[] = ['SSL and Certificates Write'];
const PAGE = { perPageDefault: LIST_PER_PAGE_DEFAULT, perPageMax: LIST_PER_PAGE_MAX };
const VALIDITY_DAYS_DEFAULT = 5475;
const VALIDITIES_DAYS = [7, 30, 90, 365, 730, 1095, 5475] as const;
const REQUEST_TYPES = ['origin-rsa', 'origin-ecc', 'keyless-certificate'] as const;
/** [U] */
const HOSTS_MAX = 100;

// [U] Codes and texts of this family.
const invalidRequest = (message: string): ApiError => refusal(400, 1100, message);
const invalidCsr = (): ApiError => refusal(400, 1101, 'Failed to parse the certificate signing request');
const foreignHost = (host: string): ApiError =>
  refusal(
    400,
    1010,
    `Failed to validate requested hostname ${host}: This zone is either not part of your account, or you do not ` +
      'have access to it. Please contact support if using a multi-user organization.',
  );
const noSuchCertificate = (): ApiError => notFound(1101, 'Certificate not found');
const zoneIdNeeded = (): ApiError => refusal(400, 1003, 'zone_id is required');

interface StoredOriginCertificate {
  readonly id: string;
  readonly certificate: string;
  readonly csr: string;
  readonly hostnames: readonly string[];
  readonly requestType: (typeof REQUEST_TYPES)[number];
  readonly validityDays: (typeof VALIDITIES_DAYS)[number];
  readonly expiresAtMs: number;
  readonly zoneId: string;
  revokedAt?: string | undefined;
}

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'origin_ca', type: 'ssl.origin_certificate', action };
}

export const originCaRoutes: readonly Route[] = [
  { method: 'GET', path: '/certificates', needs: ANYBODY, run: listCertificates },
  { method: 'POST', path: '/certificates', needs: ANYBODY, audit: label('create'), run: createCertificate },
  { method: 'GET', path: '/certificates/{certificate}', needs: ANYBODY, run: getCertificate },
  {
    method: 'DELETE',
    path: '/certificates/{certificate}',
    needs: ANYBODY,
    audit: label('delete'),
    run: revokeCertificate,
  },
];

function stored(call: Call): StoredOriginCertificate[] {
  return family<StoredOriginCertificate[]>(call.world.bag, 'origin_certificates', () => []);
}

function wire(item: StoredOriginCertificate): OriginCACertificate & { readonly revoked_at?: string } {
  return {
    id: item.id,
    certificate: item.certificate,
    csr: item.csr,
    hostnames: [...item.hostnames],
    request_type: item.requestType,
    requested_validity: item.validityDays,
    expires_on: isoSeconds(item.expiresAtMs),
    ...(item.revokedAt === undefined ? {} : { revoked_at: item.revokedAt }),
  };
}

/** Of one zone, revoked ones left out. */
function listCertificates(call: Call): Reply {
  const zoneId = call.query.get('zone_id') ?? '';
  if (zoneId === '') throw zoneIdNeeded();
  const zone = call.world.zone(zoneId);
  if (zone === undefined || !allows(call.caller, READ_GROUPS, zoneResource(zone)))
    throw authenticationError();
  const mine = stored(call).filter((item) => item.zoneId === zoneId && item.revokedAt === undefined);
  const { items, info } = pageOf(mine, pageQuery(call.query, PAGE));
  return ok(items.map(wire), { info });
}

function createCertificate(call: Call): Reply {
  const body = call.jsonObject();
  const requestType = REQUEST_TYPES.find((known) => known === body['request_type']);
  if (requestType === undefined)
    throw invalidRequest(`request_type must be one of ${REQUEST_TYPES.join(', ')}`);
  const wanted = body['requested_validity'] ?? VALIDITY_DAYS_DEFAULT;
  const validityDays = VALIDITIES_DAYS.find((known) => known === wanted);
  if (validityDays === undefined)
    throw invalidRequest(`requested_validity must be one of ${VALIDITIES_DAYS.join(', ')}`);
  const csr = typeof body['csr'] === 'string' ? body['csr'] : '';
  const request = parseSigningRequest(csr);
  if (request === undefined) throw invalidCsr();
  if (requestType !== 'keyless-certificate' && request.keyType !== KEY_TYPES[requestType])
    throw invalidRequest(`The key of the signing request does not fit ${requestType}`);
  const { hostnames, zone } = readHosts(call, body['hostnames']);
  const { world } = call;
  const serial = serialNumber();
  const nowMs = world.clock.now();
  const expiresAtMs = nowMs + validityDays * DAY_MS;
  const item: StoredOriginCertificate = {
    id: BigInt(`0x${serial.toString('hex')}`).toString(),
    certificate: issueOriginCertificate(world, {
      spki: request.spki,
      hosts: hostnames,
      serial,
      notBeforeMs: nowMs - 3_600_000,
      notAfterMs: expiresAtMs,
    }),
    csr,
    hostnames,
    requestType,
    validityDays,
    expiresAtMs,
    zoneId: zone.id,
  };
  stored(call).push(item);
  world.changed();
  resolveZone(call, zone);
  Object.assign(call.auditNote, { resourceId: item.id, after: wire(item) });
  return ok(wire(item));
}

const KEY_TYPES = { 'origin-rsa': 'rsa', 'origin-ecc': 'ec' } as const;

/** Positive, 20 bytes, unique. */
function serialNumber(): Buffer {
  const serial = createHash('sha1').update(randomBytes(32)).digest();
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

/** Every host must lie in a zone in which the caller may write certificates; the first one's zone keeps it. */
function readHosts(call: Call, value: unknown): { hostnames: readonly string[]; zone: Zone } {
  if (!Array.isArray(value) || value.length === 0) throw invalidRequest('hostnames must not be empty');
  if (value.length > HOSTS_MAX) throw invalidRequest(`At most ${HOSTS_MAX} hostnames are allowed`);
  const found = value.map((host: unknown) => {
    const ascii = typeof host === 'string' ? toAscii(host) : undefined;
    if (ascii === undefined || !isRecordName(ascii)) throw invalidRequest(`${String(host)} is no hostname`);
    const zone = zoneOfHost(call, ascii);
    if (zone === undefined) throw foreignHost(ascii);
    return { host: ascii, zone };
  });
  const [first] = found;
  if (first === undefined) throw invalidRequest('hostnames must not be empty');
  return { hostnames: [...new Set(found.map((item) => item.host))], zone: first.zone };
}

function zoneOfHost(call: Call, host: string): Zone | undefined {
  const labels = host.replace(/^\*\./, '').split('.');
  for (let at = 0; at < labels.length; at += 1) {
    const zone = call.world
      .zonesNamed(labels.slice(at).join('.'))
      .find((candidate) => allows(call.caller, WRITE_GROUPS, zoneResource(candidate)));
    if (zone !== undefined) return zone;
  }
  return undefined;
}

function resolveZone(call: Call, zone: Zone): void {
  const account = call.world.account(zone.accountId);
  call.resolve(account === undefined ? { zone } : { zone, account });
}

function permitted(call: Call, groups: readonly GroupName[]): StoredOriginCertificate {
  const item = stored(call).find((known) => known.id === call.param('certificate'));
  const zone = item === undefined ? undefined : call.world.zone(item.zoneId);
  if (item === undefined || zone === undefined) throw noSuchCertificate();
  if (!allows(call.caller, groups, zoneResource(zone))) throw authenticationError();
  resolveZone(call, zone);
  return item;
}

function getCertificate(call: Call): Reply {
  return ok(wire(permitted(call, READ_GROUPS)));
}

/** There is no way back. */
function revokeCertificate(call: Call): Reply {
  const item = permitted(call, WRITE_GROUPS);
  Object.assign(call.auditNote, { resourceId: item.id, before: wire(item) });
  item.revokedAt ??= call.world.clock.stamp();
  call.world.changed();
  return ok({ id: item.id, revoked_at: item.revokedAt });
}
