/**
 * Which connections see a zone, and which of them reads it. A connection can read while it is saved, not removed,
 * and its credential not known to be dead; one that only the environment describes gives way to any that is saved.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { ZoneSightings } from '../domains/zones/ports.ts';
import type { ZoneKey } from './advance-zone.ts';
import { type StoreContext, writeUnder } from './context.ts';
import type { Engine, Reader, Trx } from './engine.ts';
import { insertMany } from './insert-many.ts';

/** Of a connection `c`. */
const CAN_READ = `c.removed_at is null and c.state not in ('expired', 'revoked', 'invalid', 'paused')`;

/**
 * For `on conflict (…) do update` on `zones`: the reader stays as long as it sees the zone and can read, else
 * whoever sees the zone now takes over.
 */
export const READER_ON_CONFLICT: string = `connection_id = case when exists (
    select 1 from connections c join zone_sightings s
      on s.tenant_id = c.tenant_id and s.connection_id = c.id
    where c.tenant_id = zones.tenant_id and c.id = zones.connection_id and s.zone_id = zones.zone_id and ${CAN_READ}
  ) then zones.connection_id else excluded.connection_id end`;

/** Who comes to see a tenant's zones, and who ceases to, is settled one after the other: a zone needs its reader. */
export function sightingsLock(tenantId: TenantId): string {
  return `sightings:${tenantId}`;
}

export function openZoneSightings(context: StoreContext): ZoneSightings {
  return {
    unsee: (tenantId, connectionId, zoneId) =>
      writeUnder(context, sightingsLock(tenantId), async (trx) => {
        await trx
          .deleteFrom('zone_sightings')
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .where('connection_id', '=', connectionId)
          .execute();
        const others = await seenBy(trx, { tenantId, zoneId });
        const [heir] = others;
        if (heir !== undefined) await handOver(trx, { tenantId, zoneId }, connectionId, heir);
        return others;
      }),
  };
}

/** On `zones`: the connection sees the zone. */
export function isSeenBy(connectionId: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from zone_sightings s where s.tenant_id = zones.tenant_id
    and s.zone_id = zones.zone_id and s.connection_id = ${connectionId})`;
}

/** Notes that a connection sees zones; those that it is known to see stay as they are. */
export async function putSightings(
  trx: Trx,
  engine: Engine,
  connectionId: ConnectionId,
  zones: readonly ZoneKey[],
): Promise<void> {
  const into = {
    table: 'zone_sightings',
    columns: ['tenant_id', 'zone_id', 'connection_id'],
    onConflict: 'on conflict (tenant_id, zone_id, connection_id) do nothing',
  } as const;
  const rows = zones.map(({ tenantId, zoneId }) => [tenantId, zoneId, connectionId]);
  await insertMany(trx, engine, into, rows);
}

/** The connections that see the zone and can read it, oldest first. */
async function seenBy(trx: Reader, zone: ZoneKey): Promise<ConnectionId[]> {
  const rows = await trx
    .selectFrom('zone_sightings')
    .innerJoin('connections as c', (join) =>
      join
        .onRef('c.tenant_id', '=', 'zone_sightings.tenant_id')
        .onRef('c.id', '=', 'zone_sightings.connection_id'),
    )
    .select('zone_sightings.connection_id')
    .where('zone_sightings.tenant_id', '=', zone.tenantId)
    .where('zone_sightings.zone_id', '=', zone.zoneId)
    .where(sql<boolean>`${sql.raw(CAN_READ)}`)
    .orderBy('zone_sightings.connection_id')
    .execute();
  return rows.map((row) => row.connection_id as ConnectionId);
}

async function handOver(trx: Trx, zone: ZoneKey, from: ConnectionId, to: ConnectionId): Promise<void> {
  await trx
    .updateTable('zones')
    .set({ connection_id: to })
    .where('tenant_id', '=', zone.tenantId)
    .where('zone_id', '=', zone.zoneId)
    .where('connection_id', '=', from)
    .execute();
}
