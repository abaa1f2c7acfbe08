/** A tenant's change policies: few, read whole, kept as one text beside the store's other settings. */
import type { TenantId } from '../base/ids.ts';
import type { PolicyScope, PolicyStore, ScopedPolicy } from '../domains/changes/policy.ts';
import { appendEvents } from './audit-trail.ts';
import { type StoreContext, write } from './context.ts';
import type { Reader } from './engine.ts';
import { fromJson, toJson } from './text.ts';

export function openPolicyStore(context: StoreContext): PolicyStore {
  return {
    list: (tenantId) => findPolicies(context.db, tenantId),
    set: (tenantId, scope, policy, events) =>
      write(context, (trx) =>
        context.engine.withLock(trx, keyOf(tenantId), async () => {
          const others = (await findPolicies(trx, tenantId)).filter((one) => !isSame(one.scope, scope));
          const value = toJson(policy === null ? others : [...others, { scope, policy }]);
          await trx
            .insertInto('store_settings')
            .values({ key: keyOf(tenantId), value })
            .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
            .execute();
          await appendEvents(context, trx, tenantId, events);
        }),
      ),
  };
}

async function findPolicies(db: Reader, tenantId: TenantId): Promise<readonly ScopedPolicy[]> {
  const row = await db
    .selectFrom('store_settings')
    .select('value')
    .where('key', '=', keyOf(tenantId))
    .executeTakeFirst();
  return row === undefined ? [] : fromJson(row.value);
}

function isSame(a: PolicyScope, b: PolicyScope): boolean {
  return a.kind === b.kind && ('id' in a ? a.id : '') === ('id' in b ? b.id : '');
}

function keyOf(tenantId: TenantId): string {
  return `change-policies:${tenantId}`;
}
