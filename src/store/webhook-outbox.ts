/**
 * The outbox of webhooks. It fills in the transaction that appends an event to the audit trail: what is committed is
 * told, and what is not told was not committed.
 */
import { newId, type TenantId } from '../base/ids.ts';
import type { AuditEvent } from '../domains/audit/model.ts';
import type {
  Delivery,
  DeliveryId,
  EndpointId,
  Message,
  WebhookEndpoint,
} from '../domains/webhooks/model.ts';
import type { StoreContext } from './context.ts';
import type { Trx } from './engine.ts';
import { type Cell, insertMany } from './insert-many.ts';
import type { WebhookDeliveryRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

/** Puts what the events say on its way to every endpoint of the tenant that wants it. */
export async function fillOutbox(
  context: StoreContext,
  trx: Trx,
  tenantId: TenantId,
  events: readonly AuditEvent[],
): Promise<void> {
  const { announce } = context;
  if (announce === null) return;
  const told = events.flatMap((event) => {
    const message = announce.messageOf(event);
    return message === null ? [] : [{ message, sequence: event.sequence }];
  });
  if (told.length === 0) return;
  const rows = await trx
    .selectFrom('webhook_endpoints')
    .select(['id', 'data'])
    .where('tenant_id', '=', tenantId)
    .where('is_enabled', '=', 1)
    .execute();
  const deliveries = rows.flatMap(({ id, data }) =>
    told
      .filter(({ message }) => announce.wants(fromJson<WebhookEndpoint>(data), message.type))
      .map((one) => newDelivery(context, { tenantId, endpointId: id as EndpointId, ...one })),
  );
  await putDeliveries(context, trx, deliveries);
}

function newDelivery(
  context: StoreContext,
  of: {
    readonly tenantId: TenantId;
    readonly endpointId: EndpointId;
    readonly sequence: number;
    readonly message: Message;
  },
): Delivery {
  const at = context.clock.now();
  return {
    ...of,
    id: newId<DeliveryId>('dlv', context),
    origin: 'event',
    state: 'pending',
    dueAt: at,
    attempts: [],
    createdAt: at,
    finishedAt: null,
  };
}

export async function putDeliveries(
  { engine }: StoreContext,
  trx: Trx,
  deliveries: readonly Delivery[],
): Promise<void> {
  const rows = deliveries.map((delivery) => {
    const row = toDeliveryRow(delivery);
    return DELIVERY_COLUMNS.map((column): Cell => row[column]);
  });
  await insertMany(trx, engine, { table: 'webhook_deliveries', columns: DELIVERY_COLUMNS }, rows);
}

const DELIVERY_COLUMNS = [
  'tenant_id',
  'id',
  'endpoint_id',
  'sequence',
  'type',
  'state',
  'due_at',
  'created_at',
  'finished_at',
  'data',
] as const satisfies readonly (keyof WebhookDeliveryRow)[];

export function toDeliveryRow(delivery: Delivery): WebhookDeliveryRow {
  const { message, origin, attempts } = delivery;
  return {
    tenant_id: delivery.tenantId,
    id: delivery.id,
    endpoint_id: delivery.endpointId,
    sequence: delivery.sequence,
    type: message.type,
    state: delivery.state,
    due_at: delivery.dueAt,
    created_at: delivery.createdAt,
    finished_at: delivery.finishedAt,
    data: toJson({ id: message.id, body: message.body, origin, attempts }),
  };
}

export function toDelivery(row: WebhookDeliveryRow): Delivery {
  const { id, body, origin, attempts } = fromJson<
    Pick<Message, 'id' | 'body'> & Pick<Delivery, 'origin' | 'attempts'>
  >(row.data);
  return {
    id: row.id as DeliveryId,
    tenantId: row.tenant_id as TenantId,
    endpointId: row.endpoint_id as EndpointId,
    sequence: row.sequence,
    message: { id, type: row.type, body },
    origin,
    state: row.state as Delivery['state'],
    dueAt: row.due_at,
    attempts,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
