/** Snapshots of zones' TLS: one row each, replaced version by version. */

import type { TlsSnapshots } from '../domains/tls/ports.ts';
import type { TlsSnapshot } from '../domains/tls/snapshot.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, type StoreContext, write } from './context.ts';
import type { TlsSnapshotRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openTlsSnapshots(context: StoreContext): TlsSnapshots {
  const { db } = context;
  return {
    get: async (tenantId, zoneId) => {
      const rows = db.selectFrom('tls_snapshots').selectAll().where('tenant_id', '=', tenantId);
      const row = await rows.where('zone_id', '=', zoneId).executeTakeFirst();
      return row === undefined ? null : fromJson<TlsSnapshot>(row.data);
    },
    list: async (tenantId) => {
      const rows = db.selectFrom('tls_snapshots').select('data').where('tenant_id', '=', tenantId);
      return (await rows.orderBy('zone_id').execute()).map(({ data }) => fromJson<TlsSnapshot>(data));
    },
    due: async (now, limit) => {
      const rows = db.selectFrom('tls_snapshots').select('data').where('due_at', '<=', now);
      return (await rows.orderBy('due_at').limit(limit).execute()).map(({ data }) =>
        fromJson<TlsSnapshot>(data),
      );
    },
    put: (snapshot, events) =>
      write(context, async (trx) => {
        const { tenantId, zoneId, version } = snapshot;
        const { numUpdatedRows } = await trx
          .updateTable('tls_snapshots')
          .set(toRow(snapshot))
          .where('tenant_id', '=', tenantId)
          .where('zone_id', '=', zoneId)
          .where('version', '=', version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) {
          const { numInsertedOrUpdatedRows } = await trx
            .insertInto('tls_snapshots')
            .values(toRow(snapshot))
            .onConflict((on) => on.columns(['tenant_id', 'zone_id']).doNothing())
            .executeTakeFirst();
          if (numInsertedOrUpdatedRows !== 1n)
            throw conflict('tls-snapshot-moved', 'Someone else looked at the zone meanwhile.');
        }
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

function toRow(snapshot: TlsSnapshot): TlsSnapshotRow {
  return {
    tenant_id: snapshot.tenantId,
    zone_id: snapshot.zoneId,
    read_at: snapshot.readAt,
    due_at: snapshot.dueAt,
    version: snapshot.version,
    data: toJson(snapshot),
  };
}
