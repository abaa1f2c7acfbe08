/** Connect sessions: found by id over all tenants, listed within one. No row holds more of the secret than its hash. */
import type { ConnectSession } from '../domains/connect/model.ts';
import type { ConnectSessionStore } from '../domains/connect/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, type StoreContext, write } from './context.ts';
import type { ConnectSessionRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openConnectSessionStore(context: StoreContext): ConnectSessionStore {
  const { db } = context;
  return {
    create: (session, secretHash, events) =>
      write(context, async (trx) => {
        await trx
          .insertInto('connect_sessions')
          .values({ ...toRow(session), secret_hash: secretHash })
          .execute();
        await appendEvents(context, trx, session.tenantId, events);
      }),
    async find(id) {
      const row = await db.selectFrom('connect_sessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : { session: fromJson(row.data), secretHash: row.secret_hash };
    },
    async list(tenantId, limit) {
      const rows = await db
        .selectFrom('connect_sessions')
        .select('data')
        .where('tenant_id', '=', tenantId)
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(({ data }) => fromJson<ConnectSession>(data));
    },
    update: (session, events) =>
      write(context, async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('connect_sessions')
          .set(toRow(session))
          .where('id', '=', session.id)
          .where('tenant_id', '=', session.tenantId)
          .where('version', '=', session.version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n)
          throw conflict('connect-session-moved', 'The link is being used by somebody else at this moment.');
        await appendEvents(context, trx, session.tenantId, events);
      }),
    prune: (before) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('connect_sessions')
          .where('expires_at', '<', before)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  };
}

function toRow(session: ConnectSession): Omit<ConnectSessionRow, 'secret_hash'> {
  const { id, tenantId, expiresAt, version } = session;
  return { id, tenant_id: tenantId, expires_at: expiresAt, version, data: toJson(session) };
}
