/** Provisionings: one row each, replaced version by version. */

import type { Provisioning } from '../domains/provisioning/model.ts';
import type { ProvisioningStore } from '../domains/provisioning/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, type StoreContext, write } from './context.ts';
import { olderThan } from './older-than.ts';
import type { ProvisioningRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openProvisioningStore(context: StoreContext): ProvisioningStore {
  const { db } = context;
  return {
    get: async (tenantId, id) => {
      const rows = db.selectFrom('provisionings').selectAll().where('tenant_id', '=', tenantId);
      return toProvisioning(await rows.where('id', '=', id).executeTakeFirst());
    },
    current: async (tenantId, domain) => {
      const rows = db.selectFrom('provisionings').selectAll().where('tenant_id', '=', tenantId);
      return toProvisioning(
        await rows.where('domain', '=', domain).where('is_open', '=', 1).executeTakeFirst(),
      );
    },
    list: async (tenantId, limit, before) => {
      const rows = await db
        .selectFrom('provisionings')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .$if(before !== undefined, (query) => query.where(olderThan('provisionings', tenantId, before ?? '')))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.flatMap((row) => toProvisioning(row) ?? []);
    },
    due: async (now, limit) => {
      const rows = await db
        .selectFrom('provisionings')
        .selectAll()
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .execute();
      return rows.flatMap((row) => toProvisioning(row) ?? []);
    },
    create: (provisioning, events) =>
      write(context, (trx) =>
        context.engine.withLock(trx, `provisionings:${provisioning.tenantId}`, async () => {
          const { tenantId, domain } = provisioning;
          const other = await trx
            .selectFrom('provisionings')
            .select('id')
            .where('tenant_id', '=', tenantId)
            .where('domain', '=', domain)
            .where('is_open', '=', 1)
            .executeTakeFirst();
          if (other !== undefined)
            throw conflict('provisioning-under-way', `${domain} is being provisioned already.`, {
              id: other.id,
            });
          await trx.insertInto('provisionings').values(toRow(provisioning)).execute();
          await appendEvents(context, trx, tenantId, events);
        }),
      ),
    advance: (provisioning, events) =>
      write(context, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('provisionings')
          .set(toRow(provisioning))
          .where('tenant_id', '=', provisioning.tenantId)
          .where('id', '=', provisioning.id)
          .where('version', '=', provisioning.version - 1)
          .executeTakeFirst();
        if (numUpdatedRows !== 1n)
          throw conflict('provisioning-moved', 'The provisioning was carried on by someone else meanwhile.');
        await appendEvents(context, trx, provisioning.tenantId, events);
      }),
  };
}

function toProvisioning(row: ProvisioningRow | undefined): Provisioning | null {
  return row === undefined ? null : fromJson<Provisioning>(row.data);
}

function toRow(provisioning: Provisioning): ProvisioningRow {
  return {
    tenant_id: provisioning.tenantId,
    id: provisioning.id,
    domain: provisioning.domain,
    is_open: provisioning.state === 'removed' ? 0 : 1,
    due_at: provisioning.dueAt,
    created_at: provisioning.createdAt,
    version: provisioning.version,
    data: toJson(provisioning),
  };
}
