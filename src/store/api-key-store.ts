/** API keys: found by id over all tenants, listed within one. No row holds more of the secret than its hash. */
import type { TenantId } from '../base/ids.ts';
import type { ApiKey } from '../domains/access/model.ts';
import type { ApiKeyStore } from '../domains/access/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { type StoreContext, write } from './context.ts';
import { prepare } from './prepared.ts';
import type { ApiKeyRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openApiKeyStore(context: StoreContext): ApiKeyStore {
  const { db } = context;
  const byId = prepare<ApiKeyRow, [id: string]>(db.selectFrom('api_keys').selectAll().where('id', '=', ''));
  return {
    create: ({ key, secretHash }, trail, events) =>
      write(context, async (trx) => {
        await trx.insertInto('api_keys').values(toRow(key, secretHash)).execute();
        await appendEvents(context, trx, trail, events);
      }),
    async find(id) {
      const [row] = await byId(db, id);
      return row === undefined ? null : { key: toKey(row), secretHash: row.secret_hash };
    },
    async list(tenantId) {
      const rows = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('tenant_id', tenantId === null ? 'is' : '=', tenantId)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toKey);
    },
    async madeBy(id) {
      // The maker stands in the data alone; keys are few, and this is asked when one is revoked.
      const rows = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('data', 'like', `%${id}%`)
        .orderBy('id')
        .execute();
      return rows.map(toKey).filter(({ createdBy }) => createdBy === id);
    },
    revoke: (tenantId, id, at, trail, events) =>
      write(context, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('api_keys')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('tenant_id', tenantId === null ? 'is' : '=', tenantId)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        await appendEvents(context, trx, trail, events);
        return true;
      }),
    touch: (id, at) =>
      write(context, async (trx) => {
        await trx.updateTable('api_keys').set({ last_used_at: at }).where('id', '=', id).execute();
      }),
    async isEmpty() {
      return (await db.selectFrom('api_keys').select('id').limit(1).executeTakeFirst()) === undefined;
    },
    async tenants() {
      const rows = await db
        .selectFrom('api_keys')
        .select('tenant_id')
        .where('tenant_id', 'is not', null)
        .union(db.selectFrom('connections').select('tenant_id'))
        .union(db.selectFrom('audit_heads').select('tenant_id'))
        .execute();
      return rows.map((row) => row.tenant_id as TenantId).sort();
    },
  };
}

function toRow(key: ApiKey, secretHash: string): ApiKeyRow {
  const { lastUsedAt, revokedAt, ...data } = key;
  return {
    id: key.id,
    tenant_id: key.tenantId,
    secret_hash: secretHash,
    created_at: key.createdAt,
    last_used_at: lastUsedAt,
    revoked_at: revokedAt,
    data: toJson(data),
  };
}

function toKey(row: ApiKeyRow): ApiKey {
  const data = fromJson<Omit<ApiKey, 'lastUsedAt' | 'revokedAt'>>(row.data);
  // A key from before there were owners answers for itself.
  return { ...data, owner: data.owner ?? row.id, lastUsedAt: row.last_used_at, revokedAt: row.revoked_at };
}
