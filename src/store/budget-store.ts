/** The budget's states, one small JSON value for each key, stepped atomically by all processes of the store. */
import type { JsonValue } from '../base/json.ts';
import type { BudgetStore } from '../cloudflare/ports.ts';
import { type StoreContext, write } from './context.ts';
import { fromJson, toJson } from './text.ts';

export function openBudgetStore(context: StoreContext): BudgetStore {
  const { engine } = context;
  return {
    update: (key, step) =>
      write(context, (trx) =>
        engine.withLock(trx, `budget:${key}`, async () => {
          const row = await trx
            .selectFrom('budget_states')
            .select('state')
            .where('key', '=', key)
            .executeTakeFirst();
          const nowMs = await engine.now(trx);
          const { state, result } = step(row === undefined ? null : fromJson<JsonValue>(row.state), nowMs);
          const kept = { state: toJson(state), updated_at: nowMs };
          if (row?.state === kept.state) return result;
          await trx
            .insertInto('budget_states')
            .values({ key, ...kept })
            .onConflict((conflict) => conflict.column('key').doUpdateSet(kept))
            .execute();
          return result;
        }),
      ),
  };
}
