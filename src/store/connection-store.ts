/**
 * Connections and their sealed secrets. The secret has a table of its own, so that no read of a connection can
 * carry it along. A removed connection stays as a row without a secret: zones, history and audit refer to it.
 */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection } from '../domains/connections/model.ts';
import type { ConnectionStore, SealedSecret } from '../domains/connections/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, notFound, type StoreContext, writeUnder } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import type { ConnectionRow } from './schema.ts';
import {
  connectionLock,
  deleteSecrets,
  findSecret,
  OWN_SLOTS,
  putSecret,
  type SlotPlace,
} from './sealed-secrets.ts';
import { fromJson, toJson } from './text.ts';

export function openConnectionStore(context: StoreContext): ConnectionStore {
  const { db } = context;
  return {
    create: (connection, sealed, events) =>
      writeUnder(context, connectionLock(placeOf(connection)), async (trx) => {
        await createConnection(trx, connection, sealed);
        await appendEvents(context, trx, connection.tenantId, events);
      }),

    async get(tenantId, id) {
      const row = await present(db, tenantId).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : fromJson<Connection>(row.data);
    },

    async list(tenantId) {
      const rows = await present(db, tenantId).orderBy('label').execute();
      return rows.map((row) => fromJson<Connection>(row.data));
    },

    update: (connection, sealed, events) =>
      writeUnder(context, connectionLock(placeOf(connection)), async (trx) => {
        await updateConnection(trx, connection, sealed);
        await appendEvents(context, trx, connection.tenantId, events);
      }),

    sealedSecret: (tenantId, connectionId) => findSecret(db, { tenantId, connectionId }, OWN_SLOTS),

    remove: (tenantId, id, events) =>
      writeUnder(context, connectionLock({ tenantId, connectionId: id }), async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('connections')
          .set({ removed_at: await context.engine.now(trx) })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .where('removed_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw noConnection(id);
        await forgetSecrets(trx, tenantId, id);
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

/** `ConnectionStore.create` within a transaction, under `connectionLock`. */
export async function createConnection(
  trx: Trx,
  connection: Connection,
  sealed: SealedSecret | null,
): Promise<void> {
  await refuseTakenLabel(trx, connection);
  await refuseTakenId(trx, connection);
  await trx.insertInto('connections').values(toRow(connection)).execute();
  if (sealed !== null) await putOwnSecret(trx, connection, sealed);
}

/**
 * `ConnectionStore.update` within a transaction, under `connectionLock`. With `sealed` null the secret stays as it is, unless the
 * connection names a reference now: then nothing of it may stay here.
 */
export async function updateConnection(
  trx: Trx,
  connection: Connection,
  sealed: SealedSecret | null,
): Promise<void> {
  const { tenantId, id, version } = connection;
  const stored = await present(trx, tenantId).where('id', '=', id).executeTakeFirst();
  if (stored === undefined) throw noConnection(id);
  await refuseTakenLabel(trx, connection);
  const { numUpdatedRows } = await trx
    .updateTable('connections')
    .set(toRow(connection))
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('version', '=', version - 1)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) {
    throw conflict('connection-moved', `The connection "${connection.label}" was changed meanwhile.`, {
      connectionId: id,
      storedVersion: stored.version,
    });
  }
  if (sealed !== null) await putOwnSecret(trx, connection, sealed);
  else if (connection.secretSource.kind === 'reference') await forgetSecrets(trx, tenantId, id);
}

function present(db: Reader, tenantId: TenantId) {
  return db
    .selectFrom('connections')
    .select(['data', 'version'])
    .where('tenant_id', '=', tenantId)
    .where('removed_at', 'is', null);
}

/** The unique index says it too; asking first gives the error its name on every engine. */
async function refuseTakenLabel(trx: Trx, connection: Connection): Promise<void> {
  const holder = await trx
    .selectFrom('connections')
    .select('id')
    .where('tenant_id', '=', connection.tenantId)
    .where('label', '=', connection.label)
    .where('removed_at', 'is', null)
    .where('id', '<>', connection.id)
    .executeTakeFirst();
  if (holder === undefined) return;
  throw conflict('label-taken', `There is a connection named "${connection.label}" already.`, {
    label: connection.label,
    connectionId: holder.id,
  });
}

async function refuseTakenId(trx: Trx, connection: Connection): Promise<void> {
  const holder = await trx
    .selectFrom('connections')
    .select('id')
    .where('tenant_id', '=', connection.tenantId)
    .where('id', '=', connection.id)
    .executeTakeFirst();
  if (holder !== undefined) throw conflict('connection-exists', `The connection ${connection.id} exists.`);
}

async function putOwnSecret(trx: Trx, connection: Connection, sealed: SealedSecret): Promise<void> {
  const place = placeOf(connection);
  const slot = connection.kind === 'global-key' ? 'key' : 'token';
  await putSecret(trx, place, slot, sealed);
  // A credential of the other kind is replaced, not kept beside it.
  await deleteSecrets(
    trx,
    place,
    OWN_SLOTS.filter((other) => other !== slot),
  );
}

/** The connection's own, a rotation's new one, and the minter's: nothing here needs them any more. */
async function forgetSecrets(trx: Trx, tenantId: TenantId, connectionId: ConnectionId): Promise<void> {
  await deleteSecrets(trx, { tenantId, connectionId });
  await trx
    .deleteFrom('minters')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .execute();
}

function placeOf({ tenantId, id }: Connection): SlotPlace {
  return { tenantId, connectionId: id };
}

function toRow(connection: Connection): ConnectionRow {
  return {
    tenant_id: connection.tenantId,
    id: connection.id,
    label: connection.label,
    state: connection.state,
    account_id: connection.accountId,
    fingerprint: connection.fingerprint,
    expires_at: connection.expiresAt,
    rotation_due_at: connection.rotation.dueAt,
    version: connection.version,
    removed_at: null,
    data: toJson(connection),
  };
}

function noConnection(id: ConnectionId): Error {
  return notFound('connection-not-found', `There is no connection ${id}.`);
}
