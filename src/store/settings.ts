/** A few small values of the store itself: its id, the vault's key-check value. Shared by all tenants. */
import { newId } from '../base/ids.ts';
import { type StoreContext, write } from './context.ts';
import type { Reader } from './engine.ts';

export interface StoreSettings {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
  /** Keeps `value` unless the key has one already; gives back the one that stands. Safe between processes. */
  setIfAbsent(key: string, value: string): Promise<string>;
}

const STORE_ID_KEY = 'store-id';

export function openSettings(context: StoreContext): StoreSettings {
  return {
    async get(key) {
      return find(context.db, key);
    },
    async set(key, value) {
      await write(context, (trx) =>
        trx
          .insertInto('store_settings')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
          .execute(),
      );
    },
    async setIfAbsent(key, value) {
      const known = await find(context.db, key);
      if (known !== null) return known;
      return write(context, async (trx) => {
        await trx
          .insertInto('store_settings')
          .values({ key, value })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .execute();
        return (await find(trx, key)) ?? value;
      });
    },
  };
}

/** The store's own id: made once, the same for all who open it. The vault binds its key check to it. */
export function ensureStoreId(context: StoreContext, settings: StoreSettings): Promise<string> {
  return settings.setIfAbsent(STORE_ID_KEY, newId<string>('store', context));
}

async function find(db: Reader, key: string): Promise<string | null> {
  const row = await db.selectFrom('store_settings').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value ?? null;
}
