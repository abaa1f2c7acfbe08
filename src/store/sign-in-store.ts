/** Sessions and the links that begin them, found by the hash of their secret over all tenants. */
import type { ApiKeyId } from '../domains/access/model.ts';
import type { SignIn, SignInStore } from '../domains/access/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { type StoreContext, write } from './context.ts';
import type { SignInRow } from './schema.ts';

export function openSignInStore(context: StoreContext): SignInStore {
  const { db } = context;
  return {
    create: (signIn, trail, events) =>
      write(context, async (trx) => {
        await trx.insertInto('sign_ins').values(toRow(signIn)).execute();
        await appendEvents(context, trx, trail, events);
      }),
    async find(kind, secretHash) {
      const row = await db
        .selectFrom('sign_ins')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .where('kind', '=', kind)
        .executeTakeFirst();
      return row === undefined ? null : toSignIn(row);
    },
    touch: (secretHash, at) =>
      write(context, async (trx) => {
        await trx
          .updateTable('sign_ins')
          .set({ used_at: at })
          .where('secret_hash', '=', secretHash)
          .execute();
      }),
    end: (kind, secretHash, trail, events) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('sign_ins')
          .where('secret_hash', '=', secretHash)
          .where('kind', '=', kind)
          .executeTakeFirst();
        if (numDeletedRows === 0n) return false;
        await appendEvents(context, trx, trail, events);
        return true;
      }),
    prune: ({ before, idleSince }) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('sign_ins')
          .where((row) => row.or([row('expires_at', '<=', before), row('used_at', '<', idleSince)]))
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  };
}

function toRow({ secretHash, kind, apiKeyId, createdAt, usedAt, expiresAt }: SignIn): SignInRow {
  return {
    secret_hash: secretHash,
    kind,
    api_key_id: apiKeyId,
    created_at: createdAt,
    used_at: usedAt,
    expires_at: expiresAt,
  };
}

function toSignIn(row: SignInRow): SignIn {
  return {
    kind: row.kind as SignIn['kind'],
    secretHash: row.secret_hash,
    apiKeyId: row.api_key_id as ApiKeyId,
    createdAt: row.created_at,
    usedAt: row.used_at,
    expiresAt: row.expires_at,
  };
}
