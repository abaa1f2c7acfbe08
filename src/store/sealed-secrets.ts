/**
 * Rows of sealed secrets, each in a slot of its connection. Runs inside the transaction of whatever the secret
 * belongs to. Text that is here is sealed; nothing in this room can open it.
 */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { SealedSecret, SecretContext } from '../domains/connections/ports.ts';
import type { Reader, Trx } from './engine.ts';
import type { SealedSecretRow } from './schema.ts';

/**
 * `next-token` is a rotation's: sealed as the connection's token, which it becomes. `webhook-previous` is what
 * `webhook` was, and signs on for a while.
 */
export type SecretSlot = SecretContext['field'] | 'next-token' | 'webhook-previous';

/** The slots that hold a connection's own credential. */
export const OWN_SLOTS: readonly SecretSlot[] = ['token', 'key'];

export interface SlotPlace {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
}

/** The lock under which a connection, its secrets and their wrapping change. */
export function connectionLock({ tenantId, connectionId }: SlotPlace): string {
  return `connection:${tenantId}:${connectionId}`;
}

/** The secret in one of the slots; null when they are empty. */
export async function findSecret(
  db: Reader,
  { tenantId, connectionId }: SlotPlace,
  slots: readonly SecretSlot[],
): Promise<SealedSecret | null> {
  const row = await db
    .selectFrom('sealed_secrets')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .where('field', 'in', slots)
    .executeTakeFirst();
  return row === undefined ? null : toSealed(row);
}

/**
 * Puts a secret into its slot, under `connectionLock`. A caller may hold it from before a change of keys: where the same ciphertext lies in
 * any slot of the connection, the wrapping that is stored stands, or a key could be retired under the row.
 */
export async function putSecret(
  trx: Trx,
  { tenantId, connectionId }: SlotPlace,
  slot: SecretSlot,
  sealed: SealedSecret,
): Promise<void> {
  const known = await trx
    .selectFrom('sealed_secrets')
    .select(['key_id', 'wrapped_key'])
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .where('version', '=', sealed.version)
    .where('nonce', '=', sealed.nonce)
    .where('ciphertext', '=', sealed.ciphertext)
    .executeTakeFirst();
  const secret = {
    key_id: known?.key_id ?? sealed.keyId,
    wrapped_key: known?.wrapped_key ?? sealed.wrappedKey,
    nonce: sealed.nonce,
    ciphertext: sealed.ciphertext,
    version: sealed.version,
  };
  await trx
    .insertInto('sealed_secrets')
    .values({ tenant_id: tenantId, connection_id: connectionId, field: slot, ...secret })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'connection_id', 'field']).doUpdateSet(secret))
    .execute();
}

/** Without `slots`, all of the connection's. */
export async function deleteSecrets(
  trx: Trx,
  { tenantId, connectionId }: SlotPlace,
  slots?: readonly SecretSlot[],
): Promise<void> {
  await trx
    .deleteFrom('sealed_secrets')
    .where('tenant_id', '=', tenantId)
    .where('connection_id', '=', connectionId)
    .$if(slots !== undefined, (query) => query.where('field', 'in', slots ?? []))
    .execute();
}

export function toSealed(row: SealedSecretRow): SealedSecret {
  return {
    keyId: row.key_id,
    wrappedKey: row.wrapped_key,
    nonce: row.nonce,
    ciphertext: row.ciphertext,
    version: row.version,
  };
}

/** What the secret of a slot is bound to. */
export function fieldOfSlot(slot: SecretSlot): SecretContext['field'] {
  if (slot === 'next-token') return 'token';
  return slot === 'webhook-previous' ? 'webhook' : slot;
}

/** The slots in which a secret bound to the field may lie. */
export function slotsOfField(field: SecretContext['field']): readonly SecretSlot[] {
  if (field === 'token') return ['token', 'next-token'];
  return field === 'webhook' ? ['webhook', 'webhook-previous'] : [field];
}
