/**
 * Which connections see a zone, and which of them reads it. A connection can read while it is saved, not removed,
 * and its credential not known to be dead; one that only the environment describes gives way to any that is saved.
 */
import { type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Refusal, ZoneSightings } from '../domains/zones/ports.ts';
import type { ZoneKey } from './advance-zone.ts';
import { type StoreContext, writeUnder } from './context.ts';
import type { Engine, Reader, Trx } from './engine.ts';
import { insertMany } from './insert-many.ts';
import type { Schema } from './schema.ts';

/** Of a connection `c`, that its credential is not known to be dead. */
const CAN_READ = `c.removed_at is null and c.state not in ('expired', 'revoked', 'invalid', 'paused')`;

/**
 * For `on conflict (…) do update` on `zones`: the reader stays as long as it sees the zone and can read, else
 * whoever sees the zone now takes over.
 */
export const READER_ON_CONFLICT: string = `connection_id = case when exists (
    select 1 from connections c join zone_sightings s
      on s.tenant_id = c.tenant_id and s.connection_id = c.id
    where c.tenant_id = zones.tenant_id and c.id = zones.connection_id and s.zone_id = zones.zone_id
      and s.refused_at is null and ${CAN_READ}
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
        if (heir !== undefined) await handOver(trx, { tenantId, zoneId }, connectionId, heir.id);
        return others.map(({ id }) => id);
      }),
    refuse: (tenantId, connectionId, zoneId, refusal) =>
      writeUnder(context, sightingsLock(tenantId), (trx) =>
        refuse(trx, { tenantId, zoneId }, connectionId, refusal),
      ),
  };
}

/** On `zones`: the connection sees the zone. */
export function isSeenBy(connectionId: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (select 1 from zone_sightings s where s.tenant_id = zones.tenant_id
    and s.zone_id = zones.zone_id and s.connection_id = ${connectionId})`;
}

/** Notes that a connection sees zones. One that was refused their records may try again. */
export async function putSightings(
  trx: Trx,
  engine: Engine,
  connectionId: ConnectionId,
  zones: readonly ZoneKey[],
): Promise<void> {
  const into = {
    table: 'zone_sightings',
    columns: ['tenant_id', 'zone_id', 'connection_id'],
    onConflict: `on conflict (tenant_id, zone_id, connection_id) do update set refused_at = null
      where zone_sightings.refused_at is not null`,
  } as const;
  const rows = zones.map(({ tenantId, zoneId }) => [tenantId, zoneId, connectionId]);
  await insertMany(trx, engine, into, rows);
}

interface Seer {
  readonly id: ConnectionId;
  readonly isRefused: boolean;
}

/** The connections that see the zone and whose credential lives: those that were not refused first, then oldest first. */
async function seenBy(trx: Reader, zone: ZoneKey): Promise<readonly Seer[]> {
  const rows = await trx
    .selectFrom('zone_sightings')
    .innerJoin('connections as c', (join) =>
      join
        .onRef('c.tenant_id', '=', 'zone_sightings.tenant_id')
        .onRef('c.id', '=', 'zone_sightings.connection_id'),
    )
    .select(['zone_sightings.connection_id', 'zone_sightings.refused_at'])
    .where('zone_sightings.tenant_id', '=', zone.tenantId)
    .where('zone_sightings.zone_id', '=', zone.zoneId)
    .where(sql<boolean>`${sql.raw(CAN_READ)}`)
    .orderBy(sql`case when zone_sightings.refused_at is null then 0 else 1 end`)
    .orderBy('zone_sightings.connection_id')
    .execute();
  return rows.map((row) => ({
    id: row.connection_id as ConnectionId,
    isRefused: row.refused_at !== null,
  }));
}

async function refuse(
  trx: Trx,
  zone: ZoneKey,
  from: ConnectionId,
  { reason, at }: Parameters<ZoneSightings['refuse']>[3],
): Promise<Refusal> {
  const { tenantId, zoneId } = zone;
  const ofZone = { tenant_id: tenantId, zone_id: zoneId };
  const itsSighting = (eb: ExpressionBuilder<Schema, 'zone_sightings'>) =>
    eb.and({ ...ofZone, connection_id: from });
  let isSeen = false;
  if (reason === 'not-seen') await trx.deleteFrom('zone_sightings').where(itsSighting).execute();
  else {
    const refused = trx.updateTable('zone_sightings').set({ refused_at: at }).where(itsSighting);
    isSeen = (await refused.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
  }
  const known = await trx
    .selectFrom('zones')
    .select(['connection_id', 'unreadable_since'])
    .where((eb) => eb.and(ofZone))
    .executeTakeFirst();
  if (known?.connection_id !== from) return 'not-reader';
  const heir = (await seenBy(trx, zone)).find(({ id }) => id !== from);
  if (heir !== undefined && !heir.isRefused) {
    await handOver(trx, zone, from, heir.id);
    return known.unreadable_since === null ? 'handed-over' : 'known';
  }
  await trx
    .updateTable('zones')
    .set({
      unreadable_since: known.unreadable_since ?? at,
      unreadable_reason: isSeen || heir !== undefined ? 'records-refused' : 'not-seen',
    })
    .where((eb) => eb.and(ofZone))
    .execute();
  return known.unreadable_since === null ? 'unreadable' : 'known';
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
