/** Connect sessions: found by id over all tenants, listed within one. No row holds more of the secret than its hash. */
import type { NewEvent } from '../domains/audit/model.ts';
import type { ConnectSession, ConnectSessionId } from '../domains/connect/model.ts';
import type { ConnectSessionStore, EndSession } from '../domains/connect/ports.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { ConnectionStore } from '../domains/connections/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { createConnection, updateConnection } from './connection-store.ts';
import { conflict, type StoreContext, write, writeUnder } from './context.ts';
import type { Trx } from './engine.ts';
import type { ConnectSessionRow } from './schema.ts';
import { connectionLock } from './sealed-secrets.ts';
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
        await updateSession(trx, session);
        await appendEvents(context, trx, session.tenantId, events);
      }),
    endingWith: (id, end) => {
      const saveBy =
        (keep: typeof createConnection): ConnectionStore['create'] =>
        (connection, sealed, events) =>
          writeUnder(
            context,
            connectionLock({ tenantId: connection.tenantId, connectionId: connection.id }),
            async (trx) => {
              const ending = await endSession(trx, connection, { id, end });
              await keep(trx, connection, sealed);
              await appendEvents(context, trx, connection.tenantId, [...events, ...ending]);
            },
          );
      return { create: saveBy(createConnection), update: saveBy(updateConnection) };
    },
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

/** The session's row is written first: whoever comes second waits for it, and is refused by what it says then. */
async function endSession(
  trx: Trx,
  { tenantId, id: connectionId }: Connection,
  { id, end }: { readonly id: ConnectSessionId; readonly end: EndSession },
): Promise<readonly NewEvent[]> {
  const row = await trx
    .selectFrom('connect_sessions')
    .select('data')
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  if (row === undefined) throw moved();
  const { session, events } = end(fromJson(row.data), connectionId);
  await updateSession(trx, session);
  return events;
}

async function updateSession(trx: Trx, session: ConnectSession): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('connect_sessions')
    .set(toRow(session))
    .where('id', '=', session.id)
    .where('tenant_id', '=', session.tenantId)
    .where('version', '=', session.version - 1)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw moved();
}

function moved(): Error {
  return conflict('connect-session-moved', 'The link is being used by somebody else at this moment.');
}

function toRow(session: ConnectSession): Omit<ConnectSessionRow, 'secret_hash'> {
  const { id, tenantId, expiresAt, version } = session;
  return { id, tenant_id: tenantId, expires_at: expiresAt, version, data: toJson(session) };
}
