/** What a zone serves TLS with (`TlsReader`). Source: cloudflare-api §6.2, §6.3. */
import { isZonewardError } from '../base/errors.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Quota } from '../domains/tls/model.ts';
import type { TlsReader } from '../domains/tls/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';
import {
  decodeCustomCertificate,
  decodeHostname,
  decodeOriginCertificate,
  decodeOriginPull,
  decodePack,
  objects,
} from './wire/decode-tls.ts';

const PER_PAGE = 50;
const CAA_PER_PAGE = 100;
const GONE: ReadonlySet<string> = new Set(['deleted', 'pending_deletion', 'pending_cleanup']);

const LISTS = {
  packs: 'GET /zones/{zone_id}/ssl/certificate_packs',
  custom: 'GET /zones/{zone_id}/custom_certificates',
  hostnames: 'GET /zones/{zone_id}/custom_hostnames',
} as const;

export function createTlsReader(api: Api): TlsReader {
  const listAll = async (
    route: (typeof LISTS)[keyof typeof LISTS],
    zoneId: string,
    query: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<JsonObject[]> => {
    const all: JsonObject[] = [];
    for await (const page of api.pages(route, { zone_id: zoneId }, { query, perPage: PER_PAGE }, options))
      all.push(...(page.items as unknown as readonly JsonValue[]).filter(isObject));
    return all;
  };

  return {
    certificatePacks: async (zoneId, options) => {
      const all = await listAll(LISTS.packs, zoneId, { status: 'all' }, options);
      return all.map(decodePack).filter(isThere);
    },
    customCertificates: async (zoneId, options) =>
      (await listAll(LISTS.custom, zoneId, {}, options)).map(decodeCustomCertificate).filter(isThere),
    customHostnames: async (zoneId, { hostname, ...options }) => {
      const query = hostname === undefined ? {} : { 'hostname.exact': hostname };
      return (await listAll(LISTS.hostnames, zoneId, query as Record<string, string>, options))
        .map(decodeHostname)
        .filter(isThere);
    },
    originCertificates: async (zoneId, options) => {
      const all: JsonObject[] = [];
      const request = { query: { zone_id: zoneId }, perPage: PER_PAGE };
      for await (const page of api.pages('GET /certificates', {}, request, options))
        all.push(...(page.items as unknown as readonly JsonValue[]).filter(isObject));
      return all
        .filter(({ revoked_at: revoked }) => typeof revoked !== 'string')
        .map(decodeOriginCertificate);
    },
    originPullCertificates: async (zoneId, options) => {
      const params = { zone_id: zoneId };
      const [zone, hostname] = await Promise.all([
        api.call('GET /zones/{zone_id}/origin_tls_client_auth', params, {}, options),
        api.call('GET /zones/{zone_id}/origin_tls_client_auth/hostnames/certificates', params, {}, options),
      ]);
      return [
        ...objects(zone.result as unknown as JsonValue).map((wire) => decodeOriginPull('zone', wire)),
        ...objects(hostname.result as unknown as JsonValue).map((wire) => decodeOriginPull('hostname', wire)),
      ].filter(isThere);
    },
    originPullHostname: async (zoneId, hostname, options) => {
      const route = 'GET /zones/{zone_id}/origin_tls_client_auth/hostnames/{hostname}';
      try {
        const { result } = await api.call(route, { zone_id: zoneId, hostname }, {}, options);
        const wire = result as unknown as JsonValue;
        if (!isObject(wire) || typeof wire['cert_id'] !== 'string') return null;
        return { certificateId: wire['cert_id'], enabled: wire['enabled'] === true };
      } catch (error) {
        return nullWhenMissing(error);
      }
    },
    packQuota: async (zoneId, options) => {
      const route = 'GET /zones/{zone_id}/ssl/certificate_packs/quota';
      const { result } = await api.call(route, { zone_id: zoneId }, {}, options);
      const wire = result as unknown as JsonValue;
      return quotaOf(isObject(wire) ? wire['advanced'] : undefined);
    },
    hostnameQuota: async (zoneId, options) => {
      const route = 'GET /zones/{zone_id}/custom_hostnames/quota';
      const { result } = await api.call(route, { zone_id: zoneId }, {}, options);
      return quotaOf(result as unknown as JsonValue);
    },
    customCertificateQuota: async (zoneId, options) => {
      const { result } = await api.call('GET /zones/{zone_id}', { zone_id: zoneId }, {}, options);
      const meta = (result as unknown as JsonObject)['meta'];
      const quota = isObject(meta) ? meta['custom_certificate_quota'] : null;
      return typeof quota === 'number' ? quota : null;
    },
    fallbackOrigin: async (zoneId, options) => {
      const route = 'GET /zones/{zone_id}/custom_hostnames/fallback_origin';
      try {
        const { result } = await api.call(route, { zone_id: zoneId }, {}, options);
        const wire = result as unknown as JsonValue;
        if (!isObject(wire) || typeof wire['origin'] !== 'string') return null;
        if (wire['status'] === 'pending_deletion') return null;
        const errors = Array.isArray(wire['errors'])
          ? (wire['errors'] as readonly JsonValue[]).map(String)
          : [];
        return { origin: wire['origin'], status: String(wire['status'] ?? 'unknown'), errors };
      } catch (error) {
        return nullWhenMissing(error);
      }
    },
    caaRecords: async (zoneId, zone, options) => {
      const query = { type: 'CAA', name: zone, per_page: CAA_PER_PAGE };
      const route = 'GET /zones/{zone_id}/dns_records';
      const { result } = await api.call(route, { zone_id: zoneId }, { query }, options);
      return (result ?? []).flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
    },
  };
}

function isThere({ status }: { readonly status: string }): boolean {
  return !GONE.has(status);
}

function nullWhenMissing(error: unknown): null {
  if (isZonewardError(error) && error.code === 'cloudflare-not-found') return null;
  throw error;
}

/** What is not told is no quota. */
function quotaOf(value: JsonValue | undefined): Quota {
  const { allocated, used } = isObject(value) ? value : {};
  return { allocated: Number(allocated ?? 0), used: Number(used ?? 0) };
}
