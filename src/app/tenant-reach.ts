/** What a tenant can reach: its connections and zones by name, and the Cloudflare client behind each. */
import { ZonewardError } from '../base/errors.ts';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { Zone } from '../domains/zones/model.ts';
import type { Context, LinkedConnection } from './context.ts';
import { resolveConnection, resolveZone } from './resolve.ts';

export interface TenantReach {
  connection(reference?: string): Promise<Connection>;
  zone(reference: string, connection?: string): Promise<Zone>;
  linked(reference?: string): Promise<LinkedConnection>;
  linkedById(id: ConnectionId): Promise<LinkedConnection>;
  /** The connection that reads the zone, or the one that was asked for by name. */
  linkedTo(zone: Zone, reference?: string): Promise<LinkedConnection>;
}

export function tenantReach(context: Context, tenantId: TenantId): TenantReach {
  const connection = (reference?: string): Promise<Connection> =>
    resolveConnection(context, tenantId, reference);
  const linkedById = async (id: ConnectionId): Promise<LinkedConnection> => {
    const saved = await context.store.connections.get(tenantId, id);
    if (saved !== null) return context.link(saved);
    if (id.startsWith('env:')) return context.link(await connection(id));
    throw new ZonewardError(`The connection ${id} that this belongs to is gone`, {
      code: 'connection-unknown',
      kind: 'not-found',
      next: ['zoneward connections add', 'then say it with --connection'],
    });
  };
  return {
    connection,
    zone: (reference, connectionRef) =>
      resolveZone(context, tenantId, reference, () => connection(connectionRef)),
    linked: async (reference) => context.link(await connection(reference)),
    linkedById,
    linkedTo: async (zone, reference) => {
      if (reference !== undefined) return context.link(await connection(reference));
      const saved = await context.store.connections.get(tenantId, zone.connectionId);
      // A zone outlives its connection: then the one that there is now reads it.
      return context.link(saved ?? (await connection()));
    },
  };
}
