/**
 * Certificates and custom hostnames as things that change (`ZoneObjects`): what counts of each, and which request
 * makes, changes or removes it. Source: cloudflare-api §6.2, §6.3.
 */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type {
  CertificatePack,
  CustomCertificate,
  CustomHostname,
  OriginCertificate,
  OriginPullCertificate,
} from '../domains/tls/model.ts';
import type { ObjectRequest, ObjectState, TlsReader, ZoneObjects } from '../domains/tls/ports.ts';
import type { ObjectKind } from '../plan/object-change.ts';
import type { Answer, Api } from './api.ts';
import { isObject } from './envelope.ts';
import {
  decodeCustomCertificate,
  decodeHostname,
  decodeOriginCertificate,
  decodeOriginPull,
  decodePack,
  objects,
} from './wire/decode-tls.ts';

type Zone = Parameters<ZoneObjects['readObjects']>[0];

export function createZoneObjects(api: Api, reader: TlsReader): ZoneObjects {
  return {
    readObjects: ({ id }, kind, { ids = [], ...options }) => readKind(reader, id, kind, { ids, options }),
    writeObject: async (zone, request, options) => {
      const { result, ray, auditLogId } = await send(api, zone, request, options);
      const object = request.action === 'delete' ? null : objectFrom(request, zone, result as JsonValue);
      return { object, ray, auditLogId };
    },
  };
}

async function readKind(
  reader: TlsReader,
  zoneId: Zone['id'],
  kind: ObjectKind,
  { ids, options }: { readonly ids: readonly string[]; readonly options: CallOptions },
): Promise<readonly ObjectState[]> {
  switch (kind) {
    case 'certificate-pack':
      return (await reader.certificatePacks(zoneId, options)).map(packState);
    case 'custom-certificate':
      return (await reader.customCertificates(zoneId, options)).map(customState);
    case 'custom-certificate-order':
      return [orderState(zoneId, await reader.customCertificates(zoneId, options))];
    case 'custom-hostname':
      return (await reader.customHostnames(zoneId, options)).map(hostnameState);
    case 'origin-certificate':
      return (await reader.originCertificates(zoneId, options)).map(originState);
    case 'origin-pull-certificate':
      return (await reader.originPullCertificates(zoneId, options)).map(pullState);
    case 'origin-pull-hostname':
      return (
        await Promise.all(
          ids.map(async (id) => {
            const now = await reader.originPullHostname(zoneId, id, options);
            return now === null ? [] : [pullHostnameState(id, now.certificateId, now.enabled)];
          }),
        )
      ).flat();
    default:
      return kind satisfies never;
  }
}

function packState(pack: CertificatePack): ObjectState {
  const facts = {
    type: pack.type,
    hosts: sorted(pack.hosts),
    certificate_authority: pack.authority,
    validation_method: pack.validationMethod,
    validity_days: pack.validityDays,
    timed_out: pack.status === 'validation_timed_out',
  };
  return { id: pack.id, facts };
}

function customState(one: CustomCertificate): ObjectState {
  const { hosts, issuer, expiresAt, bundleMethod } = one;
  const facts = {
    hosts: sorted(hosts),
    issuer,
    expires_on: stampOf(expiresAt),
    bundle_method: bundleMethod,
  };
  return { id: one.id, facts };
}

function orderState(zoneId: string, all: readonly CustomCertificate[]): ObjectState {
  const order = [...all].sort((a, b) => b.priority - a.priority).map(({ id }) => id);
  return { id: zoneId, facts: { order } };
}

function hostnameState({ id, hostname, origin, ssl }: CustomHostname): ObjectState {
  const facts = {
    hostname,
    origin,
    ssl: ssl === null ? null : 'dv',
    method: ssl?.method ?? null,
    certificate_authority: ssl?.authority ?? null,
    wildcard: ssl?.wildcard ?? false,
    min_tls_version: ssl?.minTls ?? null,
    timed_out: ssl?.status === 'validation_timed_out',
  };
  return { id, facts };
}

function originState({ id, hosts, validityDays, keySha256 }: OriginCertificate): ObjectState {
  return { id, facts: { hosts: sorted(hosts), validity_days: validityDays, key_sha256: keySha256 } };
}

function pullState({ id, level, sha256, expiresAt }: OriginPullCertificate): ObjectState {
  return { id, facts: { level, sha256, expires_on: stampOf(expiresAt) } };
}

function pullHostnameState(id: string, certificateId: string, enabled: boolean): ObjectState {
  return { id, facts: { certificate_id: certificateId, enabled } };
}

/** The answer's object; null where it does not show one. */
function objectFrom(
  { kind, body, objectId }: ObjectRequest,
  zone: Zone,
  result: JsonValue,
): ObjectState | null {
  if (kind === 'custom-certificate-order') {
    return orderState(zone.id, objects(result).map(decodeCustomCertificate));
  }
  if (kind === 'origin-pull-hostname') {
    const [wire] = objects(result);
    if (wire === undefined || objectId === null) return null;
    return pullHostnameState(objectId, String(wire['cert_id'] ?? ''), wire['enabled'] === true);
  }
  if (!isObject(result)) return null;
  switch (kind) {
    case 'certificate-pack':
      return packState(decodePack(result));
    case 'custom-certificate':
      return customState(decodeCustomCertificate(result));
    case 'custom-hostname':
      return hostnameState(decodeHostname(result));
    case 'origin-certificate':
      return originState(decodeOriginCertificate(result));
    case 'origin-pull-certificate':
      return pullState(decodeOriginPull(levelOf(body), result));
    default:
      return kind satisfies never;
  }
}

const PACKS = '/zones/{zone_id}/ssl/certificate_packs';
const CUSTOM = '/zones/{zone_id}/custom_certificates';
const HOSTNAMES = '/zones/{zone_id}/custom_hostnames';
const PULLS = '/zones/{zone_id}/origin_tls_client_auth';

/** One request. The private key joins the body here and nowhere else. */
function send(
  api: Api,
  { id }: Zone,
  { kind, action, objectId, body, key }: ObjectRequest,
  options: CallOptions,
): Promise<Answer<unknown>> {
  const zone = { zone_id: id };
  const item = { ...zone, id: objectId ?? '' };
  const { level: _, ...sent } = body ?? {};
  const request =
    body === null ? {} : { body: key === undefined ? sent : { ...sent, private_key: key.reveal() } };
  switch (kind) {
    case 'certificate-pack':
      if (action === 'create') return api.call(`POST ${PACKS}/order`, zone, request, options);
      if (action === 'update') return api.call(`PATCH ${PACKS}/{id}`, item, request, options);
      return api.call(`DELETE ${PACKS}/{id}`, item, {}, options);
    case 'custom-certificate':
      if (action === 'create') return api.call(`POST ${CUSTOM}`, zone, request, options);
      if (action === 'update') return api.call(`PATCH ${CUSTOM}/{id}`, item, request, options);
      return api.call(`DELETE ${CUSTOM}/{id}`, item, {}, options);
    case 'custom-certificate-order':
      return api.call(`PUT ${CUSTOM}/prioritize`, zone, request, options);
    case 'custom-hostname':
      if (action === 'create') return api.call(`POST ${HOSTNAMES}`, zone, request, options);
      if (action === 'update') return api.call(`PATCH ${HOSTNAMES}/{id}`, item, request, options);
      return api.call(`DELETE ${HOSTNAMES}/{id}`, item, {}, options);
    case 'origin-certificate':
      if (action === 'create') return api.call('POST /certificates', {}, request, options);
      return api.call('DELETE /certificates/{id}', { id: objectId ?? '' }, {}, options);
    case 'origin-pull-certificate': {
      const perHostname = levelOf(body) === 'hostname';
      if (action === 'create')
        return perHostname
          ? api.call(`POST ${PULLS}/hostnames/certificates`, zone, request, options)
          : api.call(`POST ${PULLS}`, zone, request, options);
      return perHostname
        ? api.call(`DELETE ${PULLS}/hostnames/certificates/{id}`, item, {}, options)
        : api.call(`DELETE ${PULLS}/{id}`, item, {}, options);
    }
    case 'origin-pull-hostname':
      return api.call(`PUT ${PULLS}/hostnames`, zone, request, options);
    default:
      return kind satisfies never;
  }
}

/** Which of the two lists a client certificate stands in; told in the body, and taken out of it before it is sent. */
function levelOf(body: JsonObject | null): OriginPullCertificate['level'] {
  return body?.['level'] === 'hostname' ? 'hostname' : 'zone';
}

function sorted(hosts: readonly string[]): string[] {
  return [...hosts].map((host) => host.toLowerCase()).sort();
}

function stampOf(at: number | null): string | null {
  return at === null ? null : `${new Date(at).toISOString().slice(0, 19)}Z`;
}
