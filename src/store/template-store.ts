/** Uses of templates: one row each, and no more changed once its change set is stored. */
import type { TemplateUse } from '../domains/templates/model.ts';
import type { TemplateStore } from '../domains/templates/ports.ts';
import { type StoreContext, write } from './context.ts';
import { fromJson, toJson } from './text.ts';

export function openTemplateStore(context: StoreContext): TemplateStore {
  return {
    add: (use) =>
      write(context, async (trx) => {
        const { tenantId, id, zoneId, changeSetId, createdAt } = use;
        const row = { tenant_id: tenantId, id, zone_id: zoneId, change_set_id: changeSetId };
        await trx
          .insertInto('template_uses')
          .values({ ...row, created_at: createdAt, data: toJson(use) })
          .onConflict((conflict) => conflict.columns(['tenant_id', 'id']).doUpdateSet({ data: toJson(use) }))
          .execute();
      }),
    list: async (tenantId, zoneId) => {
      const rows = await context.db
        .selectFrom('template_uses')
        .select('data')
        .where('tenant_id', '=', tenantId)
        .where('zone_id', '=', zoneId)
        .orderBy('created_at')
        .orderBy('id')
        .execute();
      return rows.map(({ data }) => fromJson<TemplateUse>(data));
    },
  };
}
