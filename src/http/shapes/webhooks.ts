/** Webhooks as they go over the wire: endpoints and their log, and the messages themselves for OpenAPI's `webhooks`. */
import { z } from '@hono/zod-openapi';
import {
  type Delivery,
  EVENT_TYPES,
  type EventField,
  TEST_TYPE,
  type WebhookEndpoint,
} from '../../app/re-exports.ts';
import { isoTime, maybeTime, page, time, type View } from './common.ts';

const endpointFields = {
  id: z.string(),
  url: z.string(),
  description: z.string(),
  types: z
    .array(z.string())
    .nullable()
    .openapi({ description: 'Types, or families like `zone.*`; null: all' }),
  disabled: z.strictObject({ reason: z.enum(['gone', 'failing', 'by-hand']), at: time }).nullable(),
  previousSecretUntil: maybeTime.openapi({ description: 'Until then the secret before signs, too' }),
  failingSince: maybeTime,
  holdUntil: maybeTime.openapi({ description: 'Nothing is sent before: the endpoint asked for time' }),
  createdAt: time,
  createdBy: z.string(),
};
const endpoint = z.strictObject(endpointFields).openapi('Webhook');
const attempt = z.strictObject({
  at: time,
  status: z.int().nullable().openapi({ description: 'Null when no answer came' }),
  durationMs: z.int(),
  error: z.string().nullable().openapi({
    description: '`outcome-unknown`: under way, or its sender ended in the middle; it may have arrived',
  }),
});
const delivery = z
  .strictObject({
    id: z.string(),
    messageId: z.string().openapi({ description: 'The same at every attempt and every replay' }),
    type: z.string(),
    origin: z.enum(['event', 'replay', 'test']),
    state: z.enum(['pending', 'delivered', 'failed', 'cancelled']),
    dueAt: maybeTime.openapi({ description: 'The next attempt' }),
    attempts: z.array(attempt),
    createdAt: time,
    finishedAt: maybeTime,
    body: z.string().openapi({ description: 'The message as it is signed and sent' }),
  })
  .openapi('WebhookDelivery');

export const webhookShape: z.ZodType = endpoint;
export const webhookListShape: z.ZodType = z
  .strictObject({ items: z.array(endpoint) })
  .openapi('WebhookList');
export const webhookSecretShape: z.ZodType = z
  .strictObject({
    ...endpointFields,
    secret: z
      .string()
      .nullable()
      .openapi({ description: 'Shown in this answer only; null when it is repeated' }),
  })
  .openapi('WebhookWithSecret');
export const deliveryShape: z.ZodType = delivery;
export const deliveryPageShape: z.ZodType = page(delivery, 'WebhookDeliveryPage');
export const replayedShape: z.ZodType = z
  .strictObject({
    deliveries: z.int(),
    until: maybeTime.openapi({ description: 'Where to go on, when there were too many for one call' }),
  })
  .openapi('WebhookReplayed');
export const eventTypesShape: z.ZodType = z
  .strictObject({ items: z.array(z.strictObject({ type: z.string(), about: z.string() })) })
  .openapi('WebhookEventTypes');

export function endpointView(shown: WebhookEndpoint): View {
  const { id, url, description, types, disabled, createdAt, createdBy } = shown;
  return {
    id,
    url,
    description,
    types,
    disabled: disabled === null ? null : { reason: disabled.reason, at: isoTime(disabled.at) },
    previousSecretUntil: isoTime(shown.previousSecretUntil),
    failingSince: isoTime(shown.failingSince),
    holdUntil: isoTime(shown.holdUntil),
    createdAt: isoTime(createdAt),
    createdBy,
  };
}

export function deliveryView({ id, message, origin, state, attempts, ...times }: Delivery): View {
  return {
    id,
    messageId: message.id,
    type: message.type,
    origin,
    state,
    dueAt: isoTime(times.dueAt),
    attempts: attempts.map((one) => ({ ...one, at: isoTime(one.at) })),
    createdAt: isoTime(times.createdAt),
    finishedAt: isoTime(times.finishedAt),
    body: message.body,
  };
}

/** What a receiver is sent, by type: the schemas of OpenAPI's `webhooks`. */
export function messageSchemas(): readonly { type: string; about: string; schema: z.ZodType }[] {
  const test = { type: TEST_TYPE, about: 'Sent by hand, to see that an endpoint takes it.', data: {} };
  return [...EVENT_TYPES, test].map(({ type, about, data }) => ({
    type,
    about,
    schema: messageSchema(type, data),
  }));
}

function messageSchema(type: string, data: Readonly<Record<string, EventField>>): z.ZodType {
  const fields = Object.entries(data).map(([name, field]) => [name, fieldSchema(field)] as const);
  return z.object({
    id: z.string().openapi({ description: 'As in the header `webhook-id`' }),
    type: z.literal(type),
    timestamp: time.openapi({ description: 'When it happened' }),
    tenant: z.string(),
    data: z.object(Object.fromEntries(fields)),
  });
}

/** What cannot be told is left out, so every field may be absent. */
function fieldSchema({ kind, about }: EventField): z.ZodType {
  const schema = { text: z.string(), number: z.number(), flag: z.boolean(), time }[kind];
  return schema.optional().openapi({ description: about });
}
