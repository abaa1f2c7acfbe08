/**
 * How much of the past is kept. A zone's state at any moment since `before` stays readable; what stood only
 * earlier goes. The latest state is never touched.
 */
import { sql } from 'kysely';
import type { TenantId } from '../base/ids.ts';
import type { ZoneKey } from './advance-zone.ts';
import { type StoreContext, write, yieldToLoop } from './context.ts';

/** Versions deleted in one transaction. */
const CHUNK_SIZE = 2_000;

export interface Pruned {
  readonly zones: number;
  readonly revisions: number;
  readonly versions: number;
}

export interface MirrorRetention {
  /**
   * Deletes what no moment from `before` (milliseconds) on needs, in short transactions. Killed in the middle,
   * the next run goes on; a revision that is about to go is refused from the start, never shown in part.
   */
  prune(tenantId: TenantId, before: number): Promise<Pruned>;
}

export function openMirrorRetention(context: StoreContext): MirrorRetention {
  return {
    async prune(tenantId, before) {
      const pruned = { zones: 0, revisions: 0, versions: 0 };
      for (const { zoneId, keepFrom } of await overdueZones(context, tenantId, before)) {
        const zone = { tenantId, zoneId };
        await raiseFloor(context, zone, keepFrom);
        pruned.versions += await deleteVersions(context, zone, keepFrom);
        pruned.revisions += await deleteRevisions(context, zone, keepFrom);
        pruned.zones += 1;
      }
      return pruned;
    },
  };
}

/** Zones with revisions older than the one that was in force at `before`. */
async function overdueZones(
  context: StoreContext,
  tenantId: TenantId,
  before: number,
): Promise<{ zoneId: ZoneKey['zoneId']; keepFrom: number }[]> {
  const rows = await context.db
    .selectFrom('zone_revisions')
    .select((eb) => ['zone_id', eb.fn.max('revision').as('keep_from')])
    .where('tenant_id', '=', tenantId)
    .where('at', '<=', before)
    .groupBy('zone_id')
    .having((eb) => eb(eb.fn.max('revision'), '>', eb.fn.min('revision')))
    .execute();
  return rows.map((row) => ({ zoneId: row.zone_id as ZoneKey['zoneId'], keepFrom: Number(row.keep_from) }));
}

async function raiseFloor(context: StoreContext, zone: ZoneKey, keepFrom: number): Promise<void> {
  await write(context, (trx) =>
    trx
      .updateTable('zones')
      .set({ oldest_revision: keepFrom })
      .where('tenant_id', '=', zone.tenantId)
      .where('zone_id', '=', zone.zoneId)
      .where('oldest_revision', '<', keepFrom)
      .execute(),
  );
}

async function deleteVersions(context: StoreContext, zone: ZoneKey, keepFrom: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { numAffectedRows = 0n } = await write(context, (trx) =>
      sql`delete from record_versions where tenant_id = ${zone.tenantId} and zone_id = ${zone.zoneId}
        and (record_id, from_revision) in (
          select record_id, from_revision from record_versions
          where tenant_id = ${zone.tenantId} and zone_id = ${zone.zoneId} and to_revision <= ${keepFrom}
          limit ${CHUNK_SIZE})`.execute(trx),
    );
    deleted += Number(numAffectedRows);
    if (numAffectedRows < CHUNK_SIZE) return deleted;
    await yieldToLoop();
  }
}

async function deleteRevisions(context: StoreContext, zone: ZoneKey, keepFrom: number): Promise<number> {
  const { numDeletedRows } = await write(context, (trx) =>
    trx
      .deleteFrom('zone_revisions')
      .where('tenant_id', '=', zone.tenantId)
      .where('zone_id', '=', zone.zoneId)
      .where('revision', '<', keepFrom)
      .executeTakeFirstOrThrow(),
  );
  return Number(numDeletedRows);
}
