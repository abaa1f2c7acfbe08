/** What the vault keeps in the store beside the connections' own use: its header, and all rows for a change of keys. */

import { sql } from 'kysely';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { SealedRow, SealedSecretRows, VaultHeaderStore } from '../domains/connections/ports.ts';
import { type StoreContext, write, writeUnder, yieldToLoop } from './context.ts';
import type { SealedSecretRow } from './schema.ts';
import { connectionLock, fieldOfSlot, type SecretSlot, slotsOfField, toSealed } from './sealed-secrets.ts';

const HEADER_KEY = 'vault-header';
const CHUNK_SIZE = 500;

export function openVaultHeader(context: StoreContext): VaultHeaderStore {
  return {
    async read() {
      const row = await context.db
        .selectFrom('store_settings')
        .select('value')
        .where('key', '=', HEADER_KEY)
        .executeTakeFirst();
      return row?.value ?? null;
    },
    replace: (previous, next) =>
      write(context, async (trx) => {
        if (previous === null) {
          const { numInsertedOrUpdatedRows } = await trx
            .insertInto('store_settings')
            .values({ key: HEADER_KEY, value: next })
            .onConflict((conflict) => conflict.column('key').doNothing())
            .executeTakeFirst();
          return numInsertedOrUpdatedRows === 1n;
        }
        const { numUpdatedRows } = await trx
          .updateTable('store_settings')
          .set({ value: next })
          .where('key', '=', HEADER_KEY)
          .where('value', '=', previous)
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      }),
  };
}

export function openSealedSecretRows(context: StoreContext): SealedSecretRows {
  return {
    async countByKey() {
      const rows = await context.db
        .selectFrom('sealed_secrets')
        .select((eb) => ['key_id', eb.fn.countAll().as('count')])
        .groupBy('key_id')
        .execute();
      return Object.fromEntries(rows.map((row) => [row.key_id, Number(row.count)]));
    },
    notUnder: (keyId) => readNotUnder(context, keyId),
    replaceWrapping: (before, after) =>
      writeUnder(context, connectionLock(before.context), async (trx) => {
        const { tenantId, connectionId, field } = before.context;
        const { numUpdatedRows } = await trx
          .updateTable('sealed_secrets')
          .set({ key_id: after.keyId, wrapped_key: after.wrappedKey })
          .where('tenant_id', '=', tenantId)
          .where('connection_id', '=', connectionId)
          .where('field', 'in', slotsOfField(field))
          .where('wrapped_key', '=', before.sealed.wrappedKey)
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      }),
  };
}

async function* readNotUnder(context: StoreContext, keyId: string): AsyncGenerator<readonly SealedRow[]> {
  let after: Pick<SealedSecretRow, 'tenant_id' | 'connection_id' | 'field'> = {
    tenant_id: '',
    connection_id: '',
    field: '',
  };
  for (;;) {
    const rows = await context.db
      .selectFrom('sealed_secrets')
      .selectAll()
      .where('key_id', '<>', keyId)
      .where(
        sql<boolean>`(tenant_id, connection_id, field) > (${after.tenant_id}, ${after.connection_id}, ${after.field})`,
      )
      .orderBy('tenant_id')
      .orderBy('connection_id')
      .orderBy('field')
      .limit(CHUNK_SIZE)
      .execute();
    if (rows.length > 0) yield rows.map(toSealedRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < CHUNK_SIZE) return;
    after = last;
    await yieldToLoop();
  }
}

function toSealedRow(row: SealedSecretRow): SealedRow {
  return {
    context: {
      tenantId: row.tenant_id as TenantId,
      connectionId: row.connection_id as ConnectionId,
      field: fieldOfSlot(row.field as SecretSlot),
      version: row.version,
    },
    sealed: toSealed(row),
  };
}
