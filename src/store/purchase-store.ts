/** Purchases of names, and what a tenant may spend on them. */
import type { TenantId } from '../base/ids.ts';
import type { Purchase, SpendLimit } from '../domains/registrar/model.ts';
import type { Admit, PurchaseStore } from '../domains/registrar/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, type StoreContext, write } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import { olderThan } from './older-than.ts';
import type { PurchaseRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

export function openPurchaseStore(context: StoreContext): PurchaseStore {
  const { db } = context;
  return {
    get: async (tenantId, id) => {
      const row = await db
        .selectFrom('purchases')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toPurchase(row);
    },
    open: async (place, domain) => {
      const row = await findOpen(db, place, domain);
      return row === undefined ? null : toPurchase(row);
    },
    list: async (tenantId, { domain, open, before }, limit) => {
      const rows = await db
        .selectFrom('purchases')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .$if(domain !== undefined, (query) => query.where('domain', '=', domain ?? ''))
        .$if(open !== undefined, (query) => query.where('is_open', '=', open === true ? 1 : 0))
        .$if(before !== undefined, (query) => query.where(olderThan('purchases', tenantId, before ?? '')))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toPurchase);
    },
    due: async (now, limit) => {
      const rows = await db
        .selectFrom('purchases')
        .selectAll()
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .execute();
      return rows.map(toPurchase);
    },
    create: (purchase, admit, events) =>
      write(context, (trx) =>
        context.engine.withLock(trx, lockOf(purchase), async () => {
          await ask(trx, purchase, admit);
          if ((await findOpen(trx, purchase, purchase.domain)) !== undefined) {
            throw conflict(
              'purchase-under-way',
              `A registration of ${purchase.domain} is under way in this account.`,
            );
          }
          await trx.insertInto('purchases').values(toRow(purchase)).execute();
          await appendEvents(context, trx, purchase.tenantId, events);
        }),
      ),
    advance: (purchase, admit, events) =>
      write(context, (trx) =>
        context.engine.withLock(trx, lockOf(purchase), async () => {
          await ask(trx, purchase, admit);
          await replace(trx, purchase);
          await appendEvents(context, trx, purchase.tenantId, events);
        }),
      ),
    spendLimit: async (tenantId) => {
      const row = await db
        .selectFrom('store_settings')
        .select('value')
        .where('key', '=', limitKey(tenantId))
        .executeTakeFirst();
      return row === undefined ? null : fromJson<SpendLimit | null>(row.value);
    },
    setSpendLimit: (tenantId, limit, events) =>
      write(context, async (trx) => {
        const value = toJson(limit);
        await trx
          .insertInto('store_settings')
          .values({ key: limitKey(tenantId), value })
          .onConflict((known) => known.column('key').doUpdateSet({ value }))
          .execute();
        await appendEvents(context, trx, tenantId, events);
      }),
  };
}

/** One purchase of a tenant at a time is judged by what it has spent. */
function lockOf({ tenantId }: Purchase): string {
  return `purchases:${tenantId}`;
}

async function ask(trx: Trx, purchase: Purchase, admit: Admit | null): Promise<void> {
  if (admit === null) return;
  const rows = await trx
    .selectFrom('purchases')
    .selectAll()
    .where('tenant_id', '=', purchase.tenantId)
    .where('sent_at', '>=', monthOf(purchase.sentAt ?? purchase.createdAt))
    .where('id', '!=', purchase.id)
    .execute();
  admit(rows.map(toPurchase));
}

/** The beginning of the month, in UTC. */
function monthOf(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}

async function replace(trx: Trx, purchase: Purchase): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('purchases')
    .set(toRow(purchase))
    .where('tenant_id', '=', purchase.tenantId)
    .where('id', '=', purchase.id)
    .where('version', '=', purchase.version - 1)
    .executeTakeFirst();
  if (numUpdatedRows === 1n) return;
  throw conflict('purchase-moved', 'The purchase was carried on by someone else meanwhile.', {
    purchaseId: purchase.id,
  });
}

function findOpen(
  db: Reader,
  place: Pick<Purchase, 'accountId' | 'namespace'>,
  domain: string,
): Promise<PurchaseRow | undefined> {
  return db
    .selectFrom('purchases')
    .selectAll()
    .where('account_id', '=', place.accountId)
    .where('namespace', '=', place.namespace)
    .where('domain', '=', domain)
    .where('is_open', '=', 1)
    .executeTakeFirst();
}

function limitKey(tenantId: TenantId): string {
  return `spend-limit:${tenantId}`;
}

function toPurchase(row: PurchaseRow): Purchase {
  return fromJson<Purchase>(row.data);
}

function toRow(purchase: Purchase): PurchaseRow {
  return {
    tenant_id: purchase.tenantId,
    id: purchase.id,
    account_id: purchase.accountId,
    namespace: purchase.namespace,
    domain: purchase.domain,
    is_open: purchase.finishedAt === null ? 1 : 0,
    sent_at: purchase.sentAt,
    due_at: purchase.dueAt,
    created_at: purchase.createdAt,
    version: purchase.version,
    data: toJson(purchase),
  };
}
