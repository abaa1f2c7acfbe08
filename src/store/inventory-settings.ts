/** A tenant's inventory settings: one text beside the store's other settings. */
import type { TenantId } from '../base/ids.ts';
import type { InventorySettings, InventorySettingsStore } from '../domains/zones/inventory-settings.ts';
import { appendEvents } from './audit-trail.ts';
import { type StoreContext, write } from './context.ts';
import { fromJson, toJson } from './text.ts';

export function openInventorySettings(context: StoreContext): InventorySettingsStore {
  return {
    async load(tenantId) {
      const row = await context.db
        .selectFrom('store_settings')
        .select('value')
        .where('key', '=', keyOf(tenantId))
        .executeTakeFirst();
      return row === undefined ? null : fromJson<InventorySettings>(row.value);
    },
    save: (tenantId, settings, events) =>
      write(context, async (trx) => {
        const value = toJson(settings);
        await trx
          .insertInto('store_settings')
          .values({ key: keyOf(tenantId), value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute();
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

function keyOf(tenantId: TenantId): string {
  return `inventory:${tenantId}`;
}
