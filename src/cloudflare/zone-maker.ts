/** Zones made, activated, paused and removed (`ZoneMaker`; its contract stands there). */
import type { ZoneMaker } from '../domains/provisioning/ports.ts';
import type { Api } from './api.ts';
import { decodeZone } from './wire/decode-zone.ts';

export function createZoneMaker(api: Api): ZoneMaker {
  return {
    find: async (accountId, name, options) => {
      const query = { name, 'account.id': accountId };
      const { result } = await api.call('GET /zones', {}, { query }, options);
      const zones = (result ?? []).map(decodeZone);
      return zones.find((zone) => zone.name === name && zone.accountId === accountId) ?? null;
    },
    create: async (accountId, name, options) => {
      const request = { body: { name, account: { id: accountId }, type: 'full' } };
      const { result } = await api.call('POST /zones', {}, request, options);
      return decodeZone(result);
    },
    remove: async (zoneId, options) => {
      await api.call('DELETE /zones/{zone_id}', { zone_id: zoneId }, {}, options);
    },
    setPaused: async (zoneId, paused, options) => {
      const request = { body: { paused } };
      const { result } = await api.call('PATCH /zones/{zone_id}', { zone_id: zoneId }, request, options);
      return decodeZone(result);
    },
    askActivation: async (zoneId, options) => {
      await api.call('PUT /zones/{zone_id}/activation_check', { zone_id: zoneId }, {}, options);
    },
  };
}
