/** Webhook endpoints, their secrets, and the log of what is sent to them. Leases run on the store's time. */
import type { ConnectionId, TenantId } from '../base/ids.ts';
import type { EndpointId, WebhookEndpoint } from '../domains/webhooks/model.ts';
import type { ClaimedEndpoint, WebhookStore } from '../domains/webhooks/ports.ts';
import { appendEvents } from './audit-trail.ts';
import { conflict, type StoreContext, write, writeUnder } from './context.ts';
import type { Reader, Trx } from './engine.ts';
import type { WebhookEndpointRow } from './schema.ts';
import { connectionLock, deleteSecrets, findSecret, putSecret, type SlotPlace } from './sealed-secrets.ts';
import { fromJson, toJson } from './text.ts';
import { putDeliveries, toDelivery, toDeliveryRow } from './webhook-outbox.ts';

/** Who takes an endpoint, and who says how a delivery went, reads its holder first. */
const SENDING_LOCK = 'webhooks';

export function openWebhookStore(context: StoreContext): WebhookStore {
  const { db } = context;
  return {
    ...endpointRows(context),
    ...sending(context),
    enqueue: (deliveries, events) =>
      write(context, async (trx) => {
        const [first] = deliveries;
        if (first === undefined) return;
        await putDeliveries(context, trx, deliveries);
        await appendEvents(context, trx, first.tenantId, events);
      }),
    async delivery(tenantId, endpointId, id) {
      const row = await db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('endpoint_id', '=', endpointId)
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toDelivery(row);
    },
    async deliveries(tenantId, endpointId, { state, type, before }, limit) {
      const rows = await db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('endpoint_id', '=', endpointId)
        .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
        .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? ''))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toDelivery);
    },
    prune: (before) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('webhook_deliveries')
          .where('finished_at', '<', before)
          .executeTakeFirst();
        return Number(numDeletedRows);
      }),
    async counts() {
      const row = await db
        .selectFrom('webhook_deliveries')
        .select((eb) => [eb.fn.countAll().as('pending'), eb.fn.min('due_at').as('oldest')])
        .where('due_at', 'is not', null)
        .executeTakeFirstOrThrow();
      return { pending: Number(row.pending), oldestDueAt: row.oldest === null ? null : Number(row.oldest) };
    },
  };
}

function endpointRows(
  context: StoreContext,
): Pick<WebhookStore, 'create' | 'get' | 'list' | 'update' | 'remove' | 'secrets'> {
  const { db } = context;
  return {
    create: (endpoint, sealed, most, events) =>
      write(context, (trx) =>
        context.engine.withLock(trx, `webhooks:${endpoint.tenantId}`, async () => {
          if ((await listRows(trx, endpoint.tenantId)).length >= most)
            throw conflict('webhooks-too-many', `A tenant has ${most} webhooks at most.`);
          await trx
            .insertInto('webhook_endpoints')
            .values({ ...toRow(endpoint), holder: null, lease_until: null })
            .execute();
          await putSecret(trx, placeOf(endpoint), 'webhook', sealed);
          await appendEvents(context, trx, endpoint.tenantId, events);
        }),
      ),
    async get(tenantId, id) {
      const row = await findRow(db, tenantId, id);
      return row === undefined ? null : toEndpoint(row);
    },
    list: async (tenantId) => (await listRows(db, tenantId)).map(toEndpoint),
    update: (endpoint, sealed, events) =>
      writeUnder(context, connectionLock(placeOf(endpoint)), async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('webhook_endpoints')
          .set(toRow(endpoint))
          .where('tenant_id', '=', endpoint.tenantId)
          .where('id', '=', endpoint.id)
          .where('version', '=', endpoint.version - 1)
          .executeTakeFirst();
        if (numUpdatedRows === 0n)
          throw conflict('webhook-moved', 'The webhook was changed by someone else meanwhile.');
        if (sealed !== null) {
          const current = await findSecret(trx, placeOf(endpoint), ['webhook']);
          if (current !== null && endpoint.previousSecretUntil !== null)
            await putSecret(trx, placeOf(endpoint), 'webhook-previous', current);
          else await deleteSecrets(trx, placeOf(endpoint), ['webhook-previous']);
          await putSecret(trx, placeOf(endpoint), 'webhook', sealed);
        }
        await appendEvents(context, trx, endpoint.tenantId, events);
        // After the trail's lock: whoever had read the endpoint before has put in what they have to tell by then.
        if (endpoint.disabled !== null) await cancelPending(context, trx, endpoint);
      }),
    remove: (tenantId, id, events) =>
      write(context, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('webhook_endpoints')
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .executeTakeFirst();
        if (numDeletedRows === 0n) return false;
        await deleteSecrets(trx, placeOf({ tenantId, id }));
        await appendEvents(context, trx, tenantId, events);
        await trx
          .deleteFrom('webhook_deliveries')
          .where('tenant_id', '=', tenantId)
          .where('endpoint_id', '=', id)
          .execute();
        return true;
      }),
    async secrets(tenantId, id) {
      const place = placeOf({ tenantId, id });
      const current = await findSecret(db, place, ['webhook']);
      if (current === null) return null;
      return { current, previous: await findSecret(db, place, ['webhook-previous']) };
    },
  };
}

function sending(context: StoreContext): Pick<WebhookStore, 'claim' | 'record' | 'release'> {
  return {
    claim: (holder, leaseMs, limit) =>
      writeUnder(context, SENDING_LOCK, async (trx) => {
        const now = await context.engine.now(trx);
        return claim(trx, { now, holder, leaseMs, limit });
      }),
    record: (delivery, holder) =>
      writeUnder(context, SENDING_LOCK, async (trx) => {
        const endpoint = await findRow(trx, delivery.tenantId, delivery.endpointId);
        if (endpoint?.holder !== holder) return false;
        const { numUpdatedRows } = await trx
          .updateTable('webhook_deliveries')
          .set(toDeliveryRow(delivery))
          .where('tenant_id', '=', delivery.tenantId)
          .where('id', '=', delivery.id)
          .where('state', '=', 'pending')
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      }),
    release: ({ tenantId, id }, holder) =>
      write(context, async (trx) => {
        await trx
          .updateTable('webhook_endpoints')
          .set({ holder: null, lease_until: null })
          .where('tenant_id', '=', tenantId)
          .where('id', '=', id)
          .where('holder', '=', holder)
          .execute();
      }),
  };
}

async function claim(
  trx: Trx,
  {
    now,
    holder,
    leaseMs,
    limit,
  }: { readonly now: number; readonly holder: string; readonly leaseMs: number; readonly limit: number },
): Promise<ClaimedEndpoint | null> {
  const row = await trx
    .selectFrom('webhook_deliveries as d')
    .innerJoin('webhook_endpoints as e', (join) =>
      join.onRef('e.tenant_id', '=', 'd.tenant_id').onRef('e.id', '=', 'd.endpoint_id'),
    )
    .selectAll('e')
    .where('d.due_at', '<=', now)
    .where('e.is_enabled', '=', 1)
    .where((eb) => eb.or([eb('e.lease_until', 'is', null), eb('e.lease_until', '<=', now)]))
    .where((eb) => eb.or([eb('e.hold_until', 'is', null), eb('e.hold_until', '<=', now)]))
    .orderBy('d.due_at')
    .orderBy('e.id')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const deliveries = await trx
    .selectFrom('webhook_deliveries')
    .selectAll()
    .where('tenant_id', '=', row.tenant_id)
    .where('endpoint_id', '=', row.id)
    .where('due_at', '<=', now)
    .orderBy('sequence')
    .orderBy('id')
    .limit(limit)
    .execute();
  await trx
    .updateTable('webhook_endpoints')
    .set({ holder, lease_until: now + leaseMs })
    .where('tenant_id', '=', row.tenant_id)
    .where('id', '=', row.id)
    .execute();
  return { endpoint: toEndpoint(row), deliveries: deliveries.map(toDelivery) };
}

/** What happens while an endpoint is disabled can be told later, by a replay. */
async function cancelPending(context: StoreContext, trx: Trx, endpoint: WebhookEndpoint): Promise<void> {
  await trx
    .updateTable('webhook_deliveries')
    .set({ state: 'cancelled', due_at: null, finished_at: context.clock.now() })
    .where('tenant_id', '=', endpoint.tenantId)
    .where('endpoint_id', '=', endpoint.id)
    .where('state', '=', 'pending')
    .execute();
}

/** Secrets lie by their owner's id. */
function placeOf({ tenantId, id }: Pick<WebhookEndpoint, 'tenantId' | 'id'>): SlotPlace {
  return { tenantId, connectionId: id as string as ConnectionId };
}

function findRow(db: Reader, tenantId: TenantId, id: EndpointId): Promise<WebhookEndpointRow | undefined> {
  return db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst();
}

function listRows(db: Reader, tenantId: TenantId): Promise<WebhookEndpointRow[]> {
  return db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

function toRow(endpoint: WebhookEndpoint): Omit<WebhookEndpointRow, 'holder' | 'lease_until'> {
  return {
    tenant_id: endpoint.tenantId,
    id: endpoint.id,
    is_enabled: endpoint.disabled === null ? 1 : 0,
    hold_until: endpoint.holdUntil,
    created_at: endpoint.createdAt,
    version: endpoint.version,
    data: toJson(endpoint),
  };
}

function toEndpoint(row: WebhookEndpointRow): WebhookEndpoint {
  return fromJson<WebhookEndpoint>(row.data);
}
