/** Zones and records as the zones capability reads them (`ZoneReader`; its contract stands there). */
import type { ZoneReader } from '../domains/zones/ports.ts';
import { type Api, objectOf } from './api.ts';
import { decodeRecord } from './wire/decode-record.ts';
import { decodeZone } from './wire/decode-zone.ts';

/** The documented maximum (cloudflare-api §3.1). */
export const ZONES_PER_PAGE = 50;
/** The largest page that a live client has used (cloudflare-api §4.2). */
export const RECORDS_PER_PAGE = 5000;

export function createZoneReader(api: Api): ZoneReader {
  return {
    listZones: async function* (accountId, options) {
      // In order of name, so that a zone added meanwhile shifts the list as little as it can.
      const query = { 'account.id': accountId, order: 'name', direction: 'asc' };
      const pages = api.pages('GET /zones', {}, { perPage: ZONES_PER_PAGE, query }, options);
      for await (const { items, totalCount } of pages) yield { zones: items.map(decodeZone), totalCount };
    },
    getZone: async (zoneId, options) => {
      const route = 'GET /zones/{zone_id}';
      return decodeZone(objectOf(route, await api.call(route, { zone_id: zoneId }, {}, options)));
    },
    listRecords: async function* (zoneId, options) {
      const request = { perPage: RECORDS_PER_PAGE };
      const pages = api.pages('GET /zones/{zone_id}/dns_records', { zone_id: zoneId }, request, options);
      for await (const { items, totalCount } of pages) yield { records: items.map(decodeRecord), totalCount };
    },
  };
}
