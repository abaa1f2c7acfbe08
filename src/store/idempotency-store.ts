/** What idempotency keys were answered with. One row for each key of a caller; holds run on the store's time. */
import type { IdempotencyStore, IdempotentRequest } from '../domains/access/idempotency.ts';
import { type StoreContext, write, writeUnder } from './context.ts';
import type { Trx } from './engine.ts';
import type { IdempotentRequestRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openIdempotencyStore(context: StoreContext): IdempotencyStore {
  return {
    begin: (request, { holder, holdMs, keepMs }) =>
      writeUnder(context, lockOf(request), async (trx) => {
        const now = await context.engine.now(trx);
        const known = await find(trx, request);
        if (known !== undefined && known.expires_at > now) {
          if (known.fingerprint !== request.fingerprint) return { kind: 'other-request' };
          if (known.answer !== null) return { kind: 'replay', answer: fromJson(known.answer) };
          if (known.held_until > now) return { kind: 'in-flight' };
        }
        const row: IdempotentRequestRow = {
          ...keyOf(request),
          fingerprint: request.fingerprint,
          holder,
          held_until: now + holdMs,
          expires_at: now + keepMs,
          answer: null,
        };
        await trx
          .insertInto('idempotent_requests')
          .values(row)
          .onConflict((conflict) => conflict.columns(['tenant_id', 'caller', 'key']).doUpdateSet(row))
          .execute();
        return { kind: 'begin' };
      }),
    keep: (request, holder, answer) =>
      write(context, async (trx) => {
        await held(trx, request, holder)
          .set({ answer: toJson(answer), holder: null })
          .execute();
      }),
    drop: (request, holder) =>
      write(context, async (trx) => {
        const { tenant_id, caller, key } = keyOf(request);
        await trx
          .deleteFrom('idempotent_requests')
          .where('tenant_id', '=', tenant_id)
          .where('caller', '=', caller)
          .where('key', '=', key)
          .where('holder', '=', holder)
          .execute();
      }),
    prune: () =>
      write(context, async (trx) => {
        const now = await context.engine.now(trx);
        const { numDeletedRows } = await trx
          .deleteFrom('idempotent_requests')
          .where('expires_at', '<=', now)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
  };
}

function lockOf({ tenantId, caller, key }: IdempotentRequest): string {
  return `idempotency:${tenantId}:${caller}:${key}`;
}

function keyOf({ tenantId, caller, key }: IdempotentRequest) {
  return { tenant_id: tenantId as string, caller, key };
}

function find(trx: Trx, request: IdempotentRequest): Promise<IdempotentRequestRow | undefined> {
  const { tenant_id, caller, key } = keyOf(request);
  return trx
    .selectFrom('idempotent_requests')
    .selectAll()
    .where('tenant_id', '=', tenant_id)
    .where('caller', '=', caller)
    .where('key', '=', key)
    .executeTakeFirst();
}

/** The row while this holder has it. */
function held(trx: Trx, request: IdempotentRequest, holder: string) {
  const { tenant_id, caller, key } = keyOf(request);
  return trx
    .updateTable('idempotent_requests')
    .where('tenant_id', '=', tenant_id)
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where('holder', '=', holder);
}
