/**
 * Rotations under way and past, and the credentials that mint. The new token's secret lies in a slot of the
 * connection's secrets, so that a change of keys finds it; the rotation's own row holds none.
 */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { Connection, CredentialKind, Rotation } from '../domains/connections/model.ts';
import type { RotationStore, SealedSecret } from '../domains/connections/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { updateConnection } from './connection-store.ts';
import { conflict, notFound, read, type StoreContext, writeUnder } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import type { RotationRow } from './schema.ts';
import { connectionLock, deleteSecrets, findSecret, putSecret } from './sealed-secrets.ts';
import { fromJson, toJson } from './text.ts';

export function openRotationStore(context: StoreContext): RotationStore {
  return {
    current: (tenantId, connectionId) =>
      read(context, async (trx) => {
        const row = await rotationsOf(trx, tenantId, connectionId)
          .where('is_open', '=', 1)
          .executeTakeFirst();
        return row === undefined ? null : withSecret(trx, row);
      }),
    list: (tenantId, connectionId, limit) =>
      read(context, async (trx) => {
        const rows = await rotationsOf(trx, tenantId, connectionId)
          .orderBy('started_at', 'desc')
          .orderBy('id', 'desc')
          .limit(limit)
          .execute();
        return withSecrets(trx, rows);
      }),
    due: (now, limit) => read(context, (trx) => findDue(trx, now, limit)),
    begin: (rotation, connection, events) =>
      writeUnder(context, connectionLock(rotation), async (trx) => {
        await refuseSecond(trx, rotation);
        await updateConnection(trx, connection, null);
        await trx.insertInto('rotations').values(toRow(rotation)).execute();
        await putNextToken(trx, rotation);
        await appendEvents(context, trx, rotation.tenantId, events);
      }),
    advance: (rotation, change, events) =>
      writeUnder(context, connectionLock(rotation), async (trx) => {
        await replaceRotation(trx, rotation);
        // The switch first, while the new token still lies in its slot with the wrapping that counts.
        if (change !== null) await updateOwn(trx, rotation, change.connection, change.sealed);
        await putNextToken(trx, rotation);
        await appendEvents(context, trx, rotation.tenantId, events);
      }),
    minter: (tenantId, connectionId) =>
      read(context, async (trx) => {
        const sealed = await findSecret(trx, { tenantId, connectionId }, ['minter']);
        const row = await trx
          .selectFrom('minters')
          .select(['kind', 'email'])
          .where('tenant_id', '=', tenantId)
          .where('connection_id', '=', connectionId)
          .executeTakeFirst();
        if (sealed === null || row === undefined) return null;
        return { kind: row.kind as CredentialKind, email: row.email, sealed };
      }),
    putMinter: (tenantId, connectionId, minter, events) =>
      writeUnder(context, connectionLock({ tenantId, connectionId }), async (trx) => {
        await refuseUnknown(trx, tenantId, connectionId);
        const place = { tenantId, connectionId };
        if (minter === null) {
          await deleteSecrets(trx, place, ['minter']);
          await trx
            .deleteFrom('minters')
            .where('tenant_id', '=', tenantId)
            .where('connection_id', '=', connectionId)
            .execute();
        } else {
          const facts = { kind: minter.kind, email: minter.email };
          await putSecret(trx, place, 'minter', minter.sealed);
          await trx
            .insertInto('minters')
            .values({ tenant_id: tenantId, connection_id: connectionId, ...facts })
            .onConflict((known) => known.columns(['tenant_id', 'connection_id']).doUpdateSet(facts))
            .execute();
        }
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

function rotationsOf(db: Reader, tenantId: TenantId, connectionId: ConnectionId) {
  return db
    .selectFrom('rotations')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId);
}

/** Those of removed connections are over, whatever step they stopped at. */
async function findDue(trx: Trx, now: number, limit: number): Promise<readonly Rotation[]> {
  const rows = await trx
    .selectFrom('rotations')
    .innerJoin('connections', (join) =>
      join
        .onRef('connections.tenant_id', '=', 'rotations.tenant_id')
        .onRef('connections.id', '=', 'rotations.connection_id'),
    )
    .selectAll('rotations')
    .where('rotations.due_at', '<=', now)
    .where('connections.removed_at', 'is', null)
    .orderBy('rotations.due_at')
    .limit(limit)
    .execute();
  return withSecrets(trx, rows);
}

async function withSecrets(trx: Trx, rows: readonly RotationRow[]): Promise<readonly Rotation[]> {
  const rotations: Rotation[] = [];
  for (const row of rows) rotations.push(await withSecret(trx, row));
  return rotations;
}

async function withSecret(db: Reader, row: RotationRow): Promise<Rotation> {
  const rotation = fromJson<Rotation>(row.data);
  if (row.is_open === 0) return rotation;
  const { tenantId, connectionId } = rotation;
  return { ...rotation, sealed: await findSecret(db, { tenantId, connectionId }, ['next-token']) };
}

/** The unique index says it too; asking first gives the error its name on every engine. */
async function refuseSecond(trx: Trx, { tenantId, connectionId }: Rotation): Promise<void> {
  const other = await rotationsOf(trx, tenantId, connectionId).where('is_open', '=', 1).executeTakeFirst();
  if (other === undefined) return;
  throw conflict('rotation-under-way', 'The connection is being rotated already.', {
    connectionId,
    rotationId: other.id,
  });
}

async function replaceRotation(trx: Trx, rotation: Rotation): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('rotations')
    .set(toRow(rotation))
    .where('tenant_id', '=', rotation.tenantId)
    .where('id', '=', rotation.id)
    .where('connection_id', '=', rotation.connectionId)
    .where('version', '=', rotation.version - 1)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) return;
  throw conflict('rotation-moved', 'The rotation was carried on by someone else meanwhile.', {
    rotationId: rotation.id,
  });
}

async function updateOwn(
  trx: Trx,
  rotation: Rotation,
  connection: Connection,
  sealed: SealedSecret | null,
): Promise<void> {
  if (connection.id !== rotation.connectionId || connection.tenantId !== rotation.tenantId) {
    throw new Error('bug: a rotation may only change its own connection');
  }
  await updateConnection(trx, connection, sealed);
}

/** Kept only while the rotation is open and has one. */
async function putNextToken(trx: Trx, rotation: Rotation): Promise<void> {
  const { tenantId, connectionId, sealed } = rotation;
  const place = { tenantId, connectionId };
  if (sealed !== null && isOpen(rotation)) await putSecret(trx, place, 'next-token', sealed);
  else await deleteSecrets(trx, place, ['next-token']);
}

async function refuseUnknown(trx: Trx, tenantId: TenantId, id: ConnectionId): Promise<void> {
  const row = await trx
    .selectFrom('connections')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (row === undefined) throw notFound('connection-not-found', `There is no connection ${id}.`);
}

function isOpen({ step }: Rotation): boolean {
  return step !== 'done' && step !== 'backed-out';
}

function toRow(rotation: Rotation): RotationRow {
  return {
    tenant_id: rotation.tenantId,
    id: rotation.id,
    connection_id: rotation.connectionId,
    is_open: isOpen(rotation) ? 1 : 0,
    due_at: rotation.dueAt,
    started_at: rotation.startedAt,
    version: rotation.version,
    data: toJson({ ...rotation, sealed: null }),
  };
}
