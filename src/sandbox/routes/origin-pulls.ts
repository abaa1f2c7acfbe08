/** Authenticated origin pulls (§6.3): client certificates for the way to the origin, per zone and per host name. */
import type { AuthenticatedOriginPull } from 'cloudflare/resources/origin-tls-client-auth/hostnames';
import type { OriginTLSClientAuthGetResponse } from 'cloudflare/resources/origin-tls-client-auth/origin-tls-client-auth';
import { type ApiError, invalidBody, notFound } from '../api-error.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { newId } from '../ids.ts';
import { toAscii } from '../records/names.ts';
import { family } from '../state/family.ts';
import type { Zone } from '../state/zone.ts';
import { deploymentAt } from '../tls/timeline.ts';
import { readUpload } from '../tls/upload.ts';
import { certificateExpired, keyMismatch, noCertificate, noPrivateKey } from './ssl-errors.ts';

const READ: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Read', 'SSL and Certificates Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['SSL and Certificates Write'] };
const BASE = '/zones/{zone_id}/origin_tls_client_auth';
const HOSTNAMES = `${BASE}/hostnames`;

/** [U] code and text */
const noSuchCertificate = (): ApiError => notFound(1436, 'Certificate not found');
/** [U] code and text */
const noSuchHostname = (): ApiError => notFound(1437, 'No origin pull settings for this hostname');

interface StoredClientCertificate {
  readonly id: string;
  readonly certificate: string;
  readonly issuer: string;
  readonly signature: string;
  readonly serialNumber: string;
  readonly expiresOn: string;
  readonly uploadedOn: string;
  readonly startedAtMs: number;
  readonly deletedAtMs?: number;
}

interface StoredHostnamePull {
  readonly hostname: string;
  readonly certId: string;
  enabled: boolean;
  readonly createdAt: string;
  updatedAt: string;
  startedAtMs: number;
}

interface PullState {
  enabled: boolean;
  zone: StoredClientCertificate[];
  hostname: StoredClientCertificate[];
  hostnames: StoredHostnamePull[];
}

/** Certificates for the whole zone, and those for single host names. */
type Level = 'zone' | 'hostname';

function label(type: string, action: AuditLabel['action']): AuditLabel {
  return { product: 'origin_tls_client_auth', type: `ssl.origin_pull.${type}`, action };
}

function certificateRoutes(level: Level, path: string): readonly Route[] {
  const item = `${path}/{certificate}`;
  return [
    { method: 'GET', path, needs: READ, run: (call) => list(call, level) },
    {
      method: 'POST',
      path,
      needs: WRITE,
      audit: label('certificate', 'create'),
      run: (call) => upload(call, level),
    },
    { method: 'GET', path: item, needs: READ, run: (call) => ok(wireOf(call, existing(call, level), level)) },
    {
      method: 'DELETE',
      path: item,
      needs: WRITE,
      audit: label('certificate', 'delete'),
      run: (call) => remove(call, level),
    },
  ];
}

export const originPullRoutes: readonly Route[] = [
  ...certificateRoutes('zone', BASE),
  ...certificateRoutes('hostname', `${HOSTNAMES}/certificates`),
  {
    method: 'GET',
    path: `${BASE}/settings`,
    needs: READ,
    run: ({ zone }) => ok({ enabled: stateOf(zone).enabled }),
  },
  {
    method: 'PUT',
    path: `${BASE}/settings`,
    needs: WRITE,
    audit: label('setting', 'update'),
    run: setEnabled,
  },
  { method: 'PUT', path: HOSTNAMES, needs: WRITE, audit: label('hostname', 'update'), run: setHostnames },
  { method: 'GET', path: `${HOSTNAMES}/{hostname}`, needs: READ, run: getHostname },
];

function stateOf(zone: Zone): PullState {
  return family<PullState>(zone.fields.bag, 'origin_pulls', () => ({
    enabled: false,
    zone: [],
    hostname: [],
    hostnames: [],
  }));
}

function wireOf(
  call: Call,
  item: StoredClientCertificate,
  level: Level,
): OriginTLSClientAuthGetResponse & { serial_number?: string } {
  return {
    id: item.id,
    certificate: item.certificate,
    issuer: item.issuer,
    signature: item.signature,
    ...(level === 'hostname' ? { serial_number: item.serialNumber } : {}),
    expires_on: item.expiresOn,
    status: deploymentAt(call.world.clock.now(), item),
    uploaded_on: item.uploadedOn,
  };
}

function present(call: Call, level: Level): readonly StoredClientCertificate[] {
  return stateOf(call.zone)[level].filter((item) => deploymentAt(call.world.clock.now(), item) !== 'deleted');
}

function existing(call: Call, level: Level): StoredClientCertificate {
  const found = present(call, level).find((item) => item.id === call.param('certificate'));
  if (found === undefined) throw noSuchCertificate();
  return found;
}

function list(call: Call, level: Level): Reply {
  return ok(present(call, level).map((item) => wireOf(call, item, level)));
}

function upload(call: Call, level: Level): Reply {
  const { world, zone } = call;
  const body = call.jsonObject();
  const read = readUpload(body['certificate'], body['private_key'] ?? null);
  if (read === 'no-certificate') throw noCertificate();
  if (read === 'no-key') throw noPrivateKey();
  if (read === 'key-mismatch') throw keyMismatch();
  if (read.expiresAtMs <= world.clock.now()) throw certificateExpired();
  const item: StoredClientCertificate = {
    id: newId(),
    certificate: read.pem,
    issuer: read.issuer,
    signature: read.signature,
    serialNumber: read.serialNumber,
    expiresOn: read.expiresOn,
    uploadedOn: world.clock.stamp(),
    startedAtMs: world.clock.now(),
  };
  stateOf(zone)[level].push(item);
  world.changed();
  const after = wireOf(call, item, level);
  Object.assign(call.auditNote, { resourceId: item.id, after });
  return ok(after);
}

function remove(call: Call, level: Level): Reply {
  const { world, zone } = call;
  const item = existing(call, level);
  const gone = { ...item, deletedAtMs: item.deletedAtMs ?? world.clock.now() };
  const state = stateOf(zone);
  state[level] = state[level].map((known) => (known.id === item.id ? gone : known));
  world.changed();
  Object.assign(call.auditNote, { resourceId: item.id, before: wireOf(call, item, level) });
  return ok(wireOf(call, gone, level));
}

function setEnabled(call: Call): Reply {
  const { enabled } = call.jsonObject();
  if (typeof enabled !== 'boolean') throw invalidBody('enabled must be a boolean', '/enabled');
  const state = stateOf(call.zone);
  Object.assign(call.auditNote, {
    resourceId: call.zone.id,
    before: { enabled: state.enabled },
    after: { enabled },
  });
  state.enabled = enabled;
  call.world.changed();
  return ok({ enabled });
}

/** `enabled: null` takes a host name out again. */
function setHostnames(call: Call): Reply {
  const { world, zone } = call;
  const { config } = call.jsonObject();
  if (!Array.isArray(config) || config.length === 0) throw invalidBody('config must not be empty', '/config');
  const state = stateOf(zone);
  const changes = config.map((item: unknown, index) => readChange(call, item, index));
  const now = world.clock.stamp();
  const shown = changes.map(({ hostname, certId, enabled }) => {
    const old = state.hostnames.find((known) => known.hostname === hostname);
    state.hostnames = state.hostnames.filter((known) => known !== old);
    const pull: StoredHostnamePull = {
      hostname,
      certId,
      enabled: enabled ?? false,
      createdAt: old?.createdAt ?? now,
      updatedAt: now,
      startedAtMs: world.clock.now(),
    };
    if (enabled !== null) state.hostnames.push(pull);
    return { ...hostnameWire(call, pull), enabled };
  });
  world.changed();
  call.auditNote.after = shown;
  return ok(shown);
}

function readChange(
  call: Call,
  item: unknown,
  index: number,
): { hostname: string; certId: string; enabled: boolean | null } {
  const { hostname, cert_id: certId, enabled } = (item ?? {}) as Readonly<Record<string, unknown>>;
  const { zone } = call;
  const name = typeof hostname === 'string' ? toAscii(hostname) : undefined;
  const inside = name === zone.name || name?.endsWith(`.${zone.name}`) === true;
  if (name === undefined || !inside)
    throw invalidBody('hostname must be in this zone', `/config/${index}/hostname`);
  if (typeof enabled !== 'boolean' && enabled !== null)
    throw invalidBody('enabled must be a boolean or null', `/config/${index}/enabled`);
  if (!present(call, 'hostname').some((known) => known.id === certId)) throw noSuchCertificate();
  return { hostname: name, certId: String(certId), enabled };
}

function hostnameWire(call: Call, pull: StoredHostnamePull): AuthenticatedOriginPull {
  const now = call.world.clock.now();
  const certificate = present(call, 'hostname').find((item) => item.id === pull.certId);
  return {
    hostname: pull.hostname,
    cert_id: pull.certId,
    enabled: pull.enabled,
    status: deploymentAt(now, pull),
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    ...(certificate === undefined
      ? { cert_status: 'deleted' }
      : {
          cert_status: deploymentAt(now, certificate),
          cert_uploaded_on: certificate.uploadedOn,
          cert_updated_at: certificate.uploadedOn,
          certificate: certificate.certificate,
          expires_on: certificate.expiresOn,
          issuer: certificate.issuer,
          serial_number: certificate.serialNumber,
          signature: certificate.signature,
        }),
  };
}

function getHostname(call: Call): Reply {
  const name = toAscii(call.param('hostname'));
  const pull = stateOf(call.zone).hostnames.find((known) => known.hostname === name);
  if (pull === undefined) throw noSuchHostname();
  return ok(hostnameWire(call, pull));
}
