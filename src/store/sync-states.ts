/** What the sync rounds remember between them, and our own writes as they tell them apart. Losing it costs reads. */
import type { ZoneId } from '../base/ids.ts';
import type { OwnWrites, SyncState, SyncStateStore, ZoneMark } from '../domains/zones/signals/ports.ts';
import { type StoreContext, write } from './context.ts';
import { insertMany } from './insert-many.ts';
import { fromJson, toJson } from './text.ts';

export function openSyncStates(context: StoreContext): SyncStateStore {
  const { db, engine } = context;
  return {
    async load(tenantId, connectionId) {
      const row = await db
        .selectFrom('sync_states')
        .select('state')
        .where('tenant_id', '=', tenantId)
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row === undefined ? null : fromJson<SyncState>(row.state);
    },
    async save(tenantId, connectionId, state) {
      const kept = { state: toJson(state) };
      await write(context, (trx) =>
        trx
          .insertInto('sync_states')
          .values({ tenant_id: tenantId, connection_id: connectionId, ...kept })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'connection_id']).doUpdateSet(kept))
          .execute(),
      );
    },
    async marks(tenantId, connectionId) {
      const rows = await db
        .selectFrom('zone_marks')
        .innerJoin('zones', (join) =>
          join
            .onRef('zones.tenant_id', '=', 'zone_marks.tenant_id')
            .onRef('zones.zone_id', '=', 'zone_marks.zone_id'),
        )
        .select(['zone_marks.zone_id', 'zone_marks.mark'])
        .where('zone_marks.tenant_id', '=', tenantId)
        .where('zones.connection_id', '=', connectionId)
        .execute();
      return new Map(rows.map((row) => [row.zone_id as ZoneId, fromJson<ZoneMark>(row.mark)]));
    },
    async putMarks(tenantId, marks) {
      const rows = [...marks].map(([zoneId, mark]) => [tenantId, zoneId, toJson(mark)]);
      const into = {
        table: 'zone_marks',
        columns: ['tenant_id', 'zone_id', 'mark'],
        onConflict: 'on conflict (tenant_id, zone_id) do update set mark = excluded.mark',
      } as const;
      await write(context, (trx) => insertMany(trx, engine, into, rows));
    },
  };
}

export function openOwnWrites(context: StoreContext): OwnWrites {
  return {
    async since(tenantId, since) {
      const rows = await context.db
        .selectFrom('batches')
        .select(['zone_id', 'sent_at', 'ray', 'audit_log_id'])
        .where('tenant_id', '=', tenantId)
        .where('sent_at', '>=', since)
        .orderBy('sent_at')
        .execute();
      return rows.map((row) => ({
        zoneId: row.zone_id as ZoneId,
        sentAt: row.sent_at,
        ray: row.ray,
        auditLogId: row.audit_log_id,
      }));
    },
  };
}
