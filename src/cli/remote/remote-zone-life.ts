/** Zones made, activated, paused and deleted through a server. */
import type { Tenant } from '../../app/open-zoneward.ts';
import type { Zone } from '../../app/re-exports.ts';
import type { Client, ZoneWithAdvice } from '../../client/index.ts';
import { asked, notOnServer } from './remote-error.ts';

type ZoneLife = Pick<Tenant['zones'], 'create' | 'activate' | 'pause' | 'unpause' | 'delete'>;

/** `seen`: the zone of an answer, whose advice is remembered. */
export function remoteZoneLife(
  client: Client,
  {
    get,
    seen,
  }: { readonly get: (zone: string) => Promise<Zone>; readonly seen: (view: ZoneWithAdvice) => Zone },
): ZoneLife {
  return {
    create: async (name, connection) => {
      const body = { name, ...(connection === undefined ? {} : { connection }) };
      return get((await asked(client.createZone({ body }))).id);
    },
    activate: async (reference, connection) => {
      refuseConnection(connection);
      const { zone, ...answer } = await asked(client.activateZone({ zone: reference }));
      return { ...answer, zone: seen(zone) };
    },
    pause: async (reference, { connection, allow = [] } = {}) => {
      refuseConnection(connection);
      const { zone, ...answer } = await asked(client.pauseZone({ zone: reference, body: { allow } }));
      return { ...answer, zone: seen(zone) };
    },
    unpause: async (reference, connection) => {
      refuseConnection(connection);
      const { zone, ...answer } = await asked(client.unpauseZone({ zone: reference }));
      return { ...answer, zone: seen(zone) };
    },
    delete: async (reference, { connection, allow = [] } = {}) => {
      refuseConnection(connection);
      const query = allow.length === 0 ? {} : { allow: allow.join(',') };
      await asked(client.deleteZone({ zone: reference, query }));
    },
  };
}

/** The server takes the one that reads the zone. */
function refuseConnection(connection: string | undefined): void {
  if (connection !== undefined) throw notOnServer('an act on a zone through another connection');
}
