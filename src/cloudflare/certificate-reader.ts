/** Certificate packs and CAA records of a zone (`CertificateReader`). Source: cloudflare-api §6.2. */
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { CertificatePack } from '../domains/tls/certificates.ts';
import type { CertificateReader } from '../domains/tls/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';

const PACKS = 'GET /zones/{zone_id}/ssl/certificate_packs';
const PACKS_PER_PAGE = 50;
const CAA_PER_PAGE = 100;
const GONE: ReadonlySet<string> = new Set(['deleted', 'pending_cleanup']);

export function createCertificateReader(api: Api): CertificateReader {
  return {
    certificatePacks: async (zoneId, options) => {
      const packs: CertificatePack[] = [];
      const request = { query: { status: 'all' }, perPage: PACKS_PER_PAGE };
      for await (const page of api.pages(PACKS, { zone_id: zoneId }, request, options)) {
        const items = page.items as unknown as readonly JsonValue[];
        packs.push(...items.filter(isObject).map(decodePack));
      }
      return packs.filter(({ status }) => !GONE.has(status));
    },
    caaRecords: async (zoneId, zone, options) => {
      const query = { type: 'CAA', name: zone, per_page: CAA_PER_PAGE };
      const { result } = await api.call(
        'GET /zones/{zone_id}/dns_records',
        { zone_id: zoneId },
        { query },
        options,
      );
      return (result ?? []).flatMap(({ content }) => (typeof content === 'string' ? [content] : []));
    },
  };
}

function decodePack(pack: JsonObject): CertificatePack {
  const certificates = objects(pack['certificates']);
  const expiries = certificates.flatMap(({ expires_on: at }) => {
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    return Number.isNaN(time) ? [] : [time];
  });
  const authority = pack['certificate_authority'];
  return {
    id: String(pack['id'] ?? ''),
    type: String(pack['type'] ?? 'unknown'),
    status: String(pack['status'] ?? 'unknown'),
    hosts: Array.isArray(pack['hosts']) ? pack['hosts'].map(String) : [],
    authority: typeof authority === 'string' ? authority : null,
    expiresAt: expiries.length === 0 ? null : Math.min(...expiries),
    waitsFor: objects(pack['validation_records']).flatMap(waitText),
  };
}

function objects(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

/** `_acme-challenge.example.com TXT "3f2a…"` */
function waitText(record: JsonObject): string[] {
  const { txt_name: name, txt_value: value, http_url: url, http_body: body, emails } = record;
  if (typeof name === 'string') return [`${name} TXT ${JSON.stringify(value ?? '')}`];
  if (typeof url === 'string') return [`${url} with ${JSON.stringify(body ?? '')}`];
  return Array.isArray(emails) ? [`an answer to the mail to ${emails.map(String).join(' or ')}`] : [];
}
