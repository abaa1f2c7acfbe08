/** Webhooks of one tenant: endpoints, their secrets, the log of what was sent, and sending again. */
import type { TenantId } from '../base/ids.ts';
import {
  addEndpoint,
  type EndpointPorts,
  type EndpointWish,
  type EndpointWithSecret,
  editEndpoint,
  getEndpoint,
  removeEndpoint,
  rotateSecret,
} from '../domains/webhooks/endpoints.ts';
import type { Delivery, DeliveryId, DeliveryState, WebhookEndpoint } from '../domains/webhooks/model.ts';
import { type Replayed, replayDelivery, replayRange, sendTest } from '../domains/webhooks/replay.ts';
import type { Context } from './context.ts';
import { deliverPorts } from './webhook-runner.ts';

export interface TenantWebhooks {
  /** The secret is in the answer and nowhere else. Without `types`, everything is told. */
  add(wish: EndpointWish): Promise<EndpointWithSecret>;
  list(): Promise<readonly WebhookEndpoint[]>;
  /** Throws `webhook-unknown` (not-found), as all below do. */
  get(id: string): Promise<WebhookEndpoint>;
  /** What is not given stays. `enabled` turns it off, and on again whatever turned it off. */
  edit(id: string, edit: Partial<EndpointWish> & { readonly enabled?: boolean }): Promise<WebhookEndpoint>;
  /** A new secret; the old one signs beside it for `overlapMs` (default: a day). */
  rotate(id: string, options?: { readonly overlapMs?: number }): Promise<EndpointWithSecret>;
  /** Sends a test now, once, and gives what came of it. */
  test(id: string, signal?: AbortSignal): Promise<Delivery>;
  /** Newest first. */
  deliveries(
    id: string,
    filter?: { readonly state?: DeliveryState; readonly type?: string; readonly before?: string },
    limit?: number,
  ): Promise<readonly Delivery[]>;
  /** One delivery, once more, under the same message id. */
  replay(id: string, deliveryId: string): Promise<Delivery>;
  /** Every event of a range that it wants, told anew from the audit trail. Milliseconds. */
  replayRange(id: string, range: { readonly since: number; readonly until?: number }): Promise<Replayed>;
  /** With its secrets and its log. */
  remove(id: string): Promise<WebhookEndpoint>;
}

const LIST_LIMIT = 50;

export function tenantWebhooks(context: Context, tenantId: TenantId): TenantWebhooks {
  const { clock, random, principal, messenger } = context;
  const store = context.store.webhooks;
  const ports = async (): Promise<EndpointPorts> => ({
    store,
    messenger,
    clock,
    random,
    vault: await context.vault(),
  });
  const replayPorts = { store, trail: context.store.audit, clock, random };
  const find = (id: string): Promise<WebhookEndpoint> => getEndpoint(store, tenantId, id);
  const target = (id: string) => ({ tenantId, id, principal });
  return {
    add: async (wish) => addEndpoint(await ports(), wish, { tenantId, principal }),
    list: () => store.list(tenantId),
    get: find,
    edit: async (id, edit) => editEndpoint(await ports(), target(id), edit),
    rotate: async (id, options) => rotateSecret(await ports(), target(id), options),
    test: async (id, signal) => sendTest(deliverPorts(context), await find(id), signal),
    deliveries: async (id, filter = {}, limit = LIST_LIMIT) => {
      const { before, ...rest } = filter;
      const page = before === undefined ? {} : { before: before as DeliveryId };
      return store.deliveries(tenantId, (await find(id)).id, { ...rest, ...page }, limit);
    },
    replay: async (id, deliveryId) =>
      replayDelivery(replayPorts, await find(id), { id: deliveryId, principal }),
    replayRange: async (id, { since, until = clock.now() }) =>
      replayRange(replayPorts, await find(id), { since, until, principal }),
    remove: (id) => removeEndpoint({ store, clock }, target(id)),
  };
}
