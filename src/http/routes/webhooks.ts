/** Webhooks over HTTP: endpoints, their secrets, the log of what was sent, and sending again. */
import { z } from '@hono/zod-openapi';
import { type DeliveryState, EVENT_TYPES, type WebhookEndpoint } from '../../app/re-exports.ts';
import { requireUnlimited } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json, type Reply } from '../endpoint.ts';
import { PAGE, time } from '../inputs.ts';
import {
  deliveryPageShape,
  deliveryShape,
  deliveryView,
  endpointView,
  eventTypesShape,
  replayedShape,
  webhookListShape,
  webhookSecretShape,
  webhookShape,
} from '../shapes/webhooks.ts';

const tag = 'webhooks';
const scope = 'admin' as const;
const webhook = z.string().min(1).max(64);
const params = z.strictObject({ webhook });
const deliveryParams = z.strictObject({ webhook, delivery: z.string().min(1).max(64) });
const types = z
  .array(z.string().min(1).max(64))
  .max(100)
  .nullable()
  .optional()
  .openapi({ description: 'Types, or families like `zone.*`; null or absent: all' });
const described = { description: z.string().max(1_024).optional(), types };
const url = z.string().min(1).max(4_096);

/** Of a tenant as a whole. */
function webhooksOf({ caller }: Call) {
  requireUnlimited(caller);
  return caller.tenant.webhooks;
}

function withSecret(shown: WebhookEndpoint, secret: string, status: number): Reply {
  const view = endpointView(shown);
  return { kind: 'json', status, body: { ...view, secret }, keptBody: { ...view, secret: null } };
}

function given(body: {
  readonly description?: string | undefined;
  readonly types?: string[] | null | undefined;
}) {
  return {
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.types === undefined ? {} : { types: body.types }),
  };
}

const listTypes = endpoint({
  method: 'get',
  path: '/v1/webhook-event-types',
  operationId: 'listWebhookEventTypes',
  tag,
  summary: 'What webhooks can be told of; the schemas stand under `webhooks` in this document',
  scope,
  answers: { status: 200, description: 'All types', schema: eventTypesShape },
  handle: async () => json({ items: EVENT_TYPES.map(({ type, about }) => ({ type, about })) }),
});

const list = endpoint({
  method: 'get',
  path: '/v1/webhooks',
  operationId: 'listWebhooks',
  tag,
  summary: 'Webhooks of the tenant, oldest first, without their secrets',
  scope,
  answers: { status: 200, description: 'The webhooks', schema: webhookListShape },
  handle: async (call) => json({ items: (await webhooksOf(call).list()).map(endpointView) }),
});

const add = endpoint({
  method: 'post',
  path: '/v1/webhooks',
  operationId: 'addWebhook',
  tag,
  summary: 'Tell events to an address. The secret that signs is in this answer and nowhere else.',
  scope,
  body: z.strictObject({ url, ...described }).openapi('NewWebhook'),
  answers: { status: 201, description: 'The webhook and its secret', schema: webhookSecretShape },
  handle: async (call, { body }) => {
    const made = await webhooksOf(call).add({ url: body.url, ...given(body) });
    return withSecret(made.endpoint, made.secret.reveal(), 201);
  },
});

const get = endpoint({
  method: 'get',
  path: '/v1/webhooks/{webhook}',
  operationId: 'getWebhook',
  tag,
  summary: 'One webhook',
  scope,
  params,
  answers: { status: 200, description: 'The webhook', schema: webhookShape },
  handle: async (call, { params }) => json(endpointView(await webhooksOf(call).get(params.webhook))),
});

const edit = endpoint({
  method: 'patch',
  path: '/v1/webhooks/{webhook}',
  operationId: 'editWebhook',
  tag,
  summary: 'Change a webhook, turn it off or on; what is not given stays',
  scope,
  params,
  body: z
    .strictObject({ url: url.optional(), ...described, enabled: z.boolean().optional() })
    .openapi('WebhookEdit'),
  answers: { status: 200, description: 'The webhook as it is now', schema: webhookShape },
  handle: async (call, { params, body }) => {
    const webhooks = webhooksOf(call);
    const current = await webhooks.get(params.webhook);
    requireMatch(call, endpointView(current));
    const edited = await webhooks.edit(current.id, {
      ...(body.url === undefined ? {} : { url: body.url }),
      ...given(body),
      ...(body.enabled === undefined ? {} : { enabled: body.enabled }),
    });
    return json(endpointView(edited));
  },
});

const remove = endpoint({
  method: 'delete',
  path: '/v1/webhooks/{webhook}',
  operationId: 'removeWebhook',
  tag,
  summary: 'Remove a webhook with its secrets and its log',
  scope,
  params,
  answers: { status: 204, description: 'It is removed' },
  handle: async (call, { params }) => {
    await webhooksOf(call).remove(params.webhook);
    return { kind: 'empty' };
  },
});

const rotate = endpoint({
  method: 'post',
  path: '/v1/webhooks/{webhook}/rotate',
  operationId: 'rotateWebhookSecret',
  tag,
  summary: 'Make a new secret; the old one signs beside it for a while',
  scope,
  params,
  body: z
    .strictObject({
      overlapSeconds: z
        .int()
        .min(0)
        .max(14 * 86_400)
        .optional()
        .openapi({ description: 'Default: a day. 0 ends the old one at once.' }),
    })
    .openapi('WebhookRotation'),
  answers: { status: 200, description: 'The webhook and its new secret', schema: webhookSecretShape },
  handle: async (call, { params, body }) => {
    const overlap = body.overlapSeconds === undefined ? {} : { overlapMs: body.overlapSeconds * 1_000 };
    const made = await webhooksOf(call).rotate(params.webhook, overlap);
    return withSecret(made.endpoint, made.secret.reveal(), 200);
  },
});

const test = endpoint({
  method: 'post',
  path: '/v1/webhooks/{webhook}/test',
  operationId: 'testWebhook',
  tag,
  summary: 'Send a test message now, once, and say what came of it',
  scope,
  params,
  answers: { status: 200, description: 'The delivery', schema: deliveryShape },
  handle: async (call, { params }) =>
    json(deliveryView(await webhooksOf(call).test(params.webhook, call.signal))),
});

const listDeliveries = endpoint({
  method: 'get',
  path: '/v1/webhooks/{webhook}/deliveries',
  operationId: 'listWebhookDeliveries',
  tag,
  summary: 'What was sent, and is to be sent, newest first; 30 days of it',
  scope,
  params,
  query: z.strictObject({
    ...PAGE,
    state: z.enum(['pending', 'delivered', 'failed', 'cancelled']).optional(),
    type: z.string().min(1).max(64).optional(),
  }),
  answers: { status: 200, description: 'A page of deliveries', schema: deliveryPageShape },
  handle: async (call, { params, query }) => {
    const place = { tenant: call.caller.tenantName, route: call.route, query };
    const before = query.cursor === undefined ? undefined : textAt(parseCursor(place, query.cursor), 'id');
    const found = await webhooksOf(call).deliveries(
      params.webhook,
      {
        ...(query.state === undefined ? {} : { state: query.state as DeliveryState }),
        ...(query.type === undefined ? {} : { type: query.type }),
        ...(before === undefined ? {} : { before }),
      },
      query.limit,
    );
    const last = found.length === query.limit ? found.at(-1) : undefined;
    return json({
      items: found.map(deliveryView),
      next: last === undefined ? null : formatCursor(place, { id: last.id }),
    });
  },
});

const replayOne = endpoint({
  method: 'post',
  path: '/v1/webhooks/{webhook}/deliveries/{delivery}/replay',
  operationId: 'replayWebhookDelivery',
  tag,
  summary: 'Send one message once more, under its own id',
  scope,
  params: deliveryParams,
  answers: { status: 202, description: 'The new delivery', schema: deliveryShape },
  handle: async (call, { params }) =>
    json(deliveryView(await webhooksOf(call).replay(params.webhook, params.delivery)), 202),
});

const replayRange = endpoint({
  method: 'post',
  path: '/v1/webhooks/{webhook}/replay',
  operationId: 'replayWebhookRange',
  tag,
  summary: 'Tell every event of a range of time again, what was missed while it was off too',
  scope,
  params,
  body: z.strictObject({ since: time, until: time.optional() }).openapi('WebhookReplay'),
  answers: { status: 202, description: 'How many are on their way', schema: replayedShape },
  handle: async (call, { params, body }) => {
    const { deliveries, until } = await webhooksOf(call).replayRange(params.webhook, {
      since: body.since,
      ...(body.until === undefined ? {} : { until: body.until }),
    });
    return json({ deliveries, until: until === null ? null : new Date(until).toISOString() }, 202);
  },
});

export const WEBHOOK_ENDPOINTS: readonly Endpoint[] = [
  listTypes,
  list,
  add,
  get,
  edit,
  remove,
  rotate,
  test,
  listDeliveries,
  replayOne,
  replayRange,
];
