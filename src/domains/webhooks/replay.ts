/** Sent again by hand: one delivery, or every event of a time range, told anew from the audit trail. And tests. */
import type { Clock, Random } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import type { AuditTrail } from '../audit/ports.ts';
import { messageOf, testMessage, wants } from './announce.ts';
import { attempt, type DeliverPorts, keepEndpoint } from './deliver.ts';
import type { Delivery, DeliveryId, Message, WebhookEndpoint } from './model.ts';
import type { WebhookStore } from './ports.ts';

/** Of one call; the rest is a second one's, from where it says. */
const REPLAY_MAX = 10_000;
const CHUNK = 500;

export interface ReplayPorts {
  readonly store: WebhookStore;
  readonly trail: Pick<AuditTrail, 'read'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface Replayed {
  readonly deliveries: number;
  /** Where to go on, when there were too many for one call. Milliseconds. */
  readonly until: number | null;
}

/** Puts a delivery's message on its way once more, under the same id. Throws `delivery-unknown` (not-found). */
export async function replayDelivery(
  ports: ReplayPorts,
  endpoint: WebhookEndpoint,
  { id, principal }: { readonly id: string; readonly principal: Principal },
): Promise<Delivery> {
  refuseDisabled(endpoint);
  const { store, clock } = ports;
  const known = await store.delivery(endpoint.tenantId, endpoint.id, id as DeliveryId);
  if (known === null)
    throw new ZonewardError(`There is no delivery ${id.slice(0, 64)} of this webhook`, {
      code: 'delivery-unknown',
      kind: 'not-found',
      next: [`zoneward webhooks deliveries ${endpoint.id}`],
    });
  const { sequence, message } = known;
  const again = newDelivery(ports, endpoint, { sequence, message, origin: 'replay' });
  await store.enqueue([again], [replayEvent(endpoint, { at: clock.now(), principal, count: 1 })]);
  return again;
}

/**
 * Puts every event of the range that the endpoint wants on its way, whether it was delivered before or not, as the audit
 * trail tells it. Events whose payload was erased, or that were pruned, cannot be told again.
 */
export async function replayRange(
  ports: ReplayPorts,
  endpoint: WebhookEndpoint,
  range: { readonly since: number; readonly until: number; readonly principal: Principal },
): Promise<Replayed> {
  refuseDisabled(endpoint);
  const { tenantId } = endpoint;
  const { since, until } = range;
  let goOn: number | null = null;
  const found: Delivery[] = [];
  for await (const events of ports.trail.read(tenantId, { since, until })) {
    for (const event of events) {
      const message = messageOf(event);
      if (message === null || !wants(endpoint, message.type)) continue;
      if (found.length >= REPLAY_MAX) goOn ??= event.at;
      else found.push(newDelivery(ports, endpoint, { sequence: event.sequence, message, origin: 'replay' }));
    }
    if (goOn !== null) break;
  }
  const at = ports.clock.now();
  const event = replayEvent(endpoint, { at, principal: range.principal, count: found.length });
  for (let from = 0; from < found.length; from += CHUNK)
    await ports.store.enqueue(found.slice(from, from + CHUNK), from === 0 ? [event] : []);
  return { deliveries: found.length, until: goOn };
}

/** Sends a test now, once, and gives what came of it. It stands in the log like every other. */
export async function sendTest(
  ports: Omit<DeliverPorts, 'onDisabled'>,
  endpoint: WebhookEndpoint,
  signal?: AbortSignal,
): Promise<Delivery> {
  refuseDisabled(endpoint);
  const { store, clock } = ports;
  const id = newId<string>('msg', ports);
  const message = testMessage(id, { at: clock.now(), tenant: endpoint.tenantId });
  const delivery = newDelivery(ports, endpoint, { sequence: 0, message, origin: 'test' });
  const secrets = await ports.openSecrets(endpoint);
  const done = await attempt(ports, endpoint, {
    delivery,
    secrets,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  const ended = done?.delivery ?? delivery;
  await store.enqueue([ended], []);
  // A test that fails says nothing of how long the endpoint has been failing.
  if (done !== null && ended.state === 'delivered') await keepEndpoint(ports, endpoint, done.endpoint);
  return ended;
}

function newDelivery(
  sources: { readonly clock: Clock; readonly random: Random },
  { tenantId, id: endpointId }: WebhookEndpoint,
  what: { readonly sequence: number; readonly message: Message; readonly origin: Delivery['origin'] },
): Delivery {
  const at = sources.clock.now();
  return {
    ...what,
    id: newId<DeliveryId>('dlv', sources),
    tenantId,
    endpointId,
    state: 'pending',
    dueAt: at,
    attempts: [],
    createdAt: at,
    finishedAt: null,
  };
}

function replayEvent(
  { id }: WebhookEndpoint,
  { at, principal, count }: { readonly at: number; readonly principal: Principal; readonly count: number },
): NewEvent {
  const summary = `webhook ${id}: ${count === 1 ? '1 message is' : `${count} messages are`} sent again`;
  return { kind: 'webhook.replayed', at, principal, summary, payload: { webhookId: id, count } };
}

function refuseDisabled({ id, disabled }: WebhookEndpoint): void {
  if (disabled === null) return;
  throw new ZonewardError(`Webhook ${id} is disabled (${disabled.reason}).`, {
    code: 'webhook-disabled',
    kind: 'conflict',
    next: [`zoneward webhooks enable ${id}`],
    details: { reason: disabled.reason },
  });
}
