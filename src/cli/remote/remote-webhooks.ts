/** Webhooks of a tenant behind a server. */

import type { Tenant } from '../../app/open-zoneward.ts';
import type { Delivery, WebhookEndpoint } from '../../app/re-exports.ts';
import { Secret } from '../../app/re-exports.ts';
import type * as api from '../../client/index.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';

export function remoteWebhooks(client: api.Client): Tenant['webhooks'] {
  const withSecret = ({ secret, ...view }: api.WebhookWithSecret) => ({
    endpoint: endpointOf(view),
    secret: new Secret(secret ?? ''),
  });
  const withTypes = <Wish extends { readonly types?: readonly string[] | null }>({
    types,
    ...wish
  }: Wish) => ({
    ...wish,
    ...(types === undefined ? {} : { types: types === null ? null : [...types] }),
  });
  return {
    add: async (wish) => withSecret(await asked(client.addWebhook({ body: withTypes(wish) }))),
    list: async () => (await asked(client.listWebhooks({}))).items.map(endpointOf),
    get: async (webhook) => endpointOf(await asked(client.getWebhook({ webhook }))),
    edit: async (webhook, edit) =>
      endpointOf(await asked(client.editWebhook({ webhook, body: withTypes(edit) }))),
    rotate: async (webhook, { overlapMs } = {}) => {
      const body = overlapMs === undefined ? {} : { overlapSeconds: Math.round(overlapMs / 1_000) };
      return withSecret(await asked(client.rotateWebhookSecret({ webhook, body })));
    },
    test: async (webhook) => deliveryOf(await asked(client.testWebhook({ webhook }))),
    deliveries: async (webhook, { state, type } = {}, limit) => {
      const query = {
        ...(state === undefined ? {} : { state }),
        ...(type === undefined ? {} : { type }),
        ...(limit === undefined ? {} : { limit }),
      };
      return (await asked(client.listWebhookDeliveries({ webhook, query }))).items.map(deliveryOf);
    },
    replay: async (webhook, delivery) =>
      deliveryOf(await asked(client.replayWebhookDelivery({ webhook, delivery }))),
    replayRange: async (webhook, { since, until }) => {
      const iso = (at: number): string => new Date(at).toISOString();
      const body = { since: iso(since), ...(until === undefined ? {} : { until: iso(until) }) };
      const replayed = await asked(client.replayWebhookRange({ webhook, body }));
      return { deliveries: replayed.deliveries, until: milliseconds(replayed.until) };
    },
    remove: async (webhook) => {
      const endpoint = endpointOf(await asked(client.getWebhook({ webhook })));
      await asked(client.removeWebhook({ webhook }));
      return endpoint;
    },
  };
}

function endpointOf(view: api.Webhook): WebhookEndpoint {
  return {
    ...view,
    disabled: view.disabled === null ? null : { ...view.disabled, at: Date.parse(view.disabled.at) },
    previousSecretUntil: milliseconds(view.previousSecretUntil),
    failingSince: milliseconds(view.failingSince),
    holdUntil: milliseconds(view.holdUntil),
    createdAt: Date.parse(view.createdAt),
    // Brands are given here, at the border.
  } as unknown as WebhookEndpoint;
}

function deliveryOf({ messageId, type, body, ...view }: api.WebhookDelivery): Delivery {
  return {
    ...view,
    message: { id: messageId, type, body },
    attempts: view.attempts.map((one) => ({ ...one, at: Date.parse(one.at) })),
    dueAt: milliseconds(view.dueAt),
    createdAt: Date.parse(view.createdAt),
    finishedAt: milliseconds(view.finishedAt),
  } as unknown as Delivery;
}
