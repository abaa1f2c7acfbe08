/** Webhooks and their log, for people and programs. */
import type { Delivery, WebhookEndpoint } from '../../app/re-exports.ts';
import type { Output } from '../output/output.ts';
import { isoTime, relativeTime } from '../output/time.ts';

export function webhookJson({
  tenantId: _,
  version: __,
  secretVersion: ___,
  ...endpoint
}: WebhookEndpoint): Record<string, unknown> {
  const { disabled } = endpoint;
  return {
    ...endpoint,
    disabled: disabled === null ? null : { ...disabled, at: isoTime(disabled.at) },
    previousSecretUntil: isoTime(endpoint.previousSecretUntil),
    failingSince: isoTime(endpoint.failingSince),
    holdUntil: isoTime(endpoint.holdUntil),
    createdAt: isoTime(endpoint.createdAt),
  };
}

export function deliveryJson({
  tenantId: _,
  sequence: __,
  message,
  ...delivery
}: Delivery): Record<string, unknown> {
  return {
    ...delivery,
    messageId: message.id,
    type: message.type,
    body: message.body,
    attempts: delivery.attempts.map((one) => ({ ...one, at: isoTime(one.at) })),
    dueAt: isoTime(delivery.dueAt),
    createdAt: isoTime(delivery.createdAt),
    finishedAt: isoTime(delivery.finishedAt),
  };
}

function stateOf({ disabled, failingSince }: WebhookEndpoint): string {
  if (disabled !== null) return `disabled: ${disabled.reason}`;
  return failingSince === null ? 'enabled' : 'failing';
}

export function formatEndpoints(out: Output, all: readonly WebhookEndpoint[]): string {
  if (all.length === 0) return `No webhooks yet.\n  ${out.paint.cyan('→')} zoneward webhooks add https://…\n`;
  return out.table<WebhookEndpoint>(
    [
      { title: 'webhook', cell: ({ id }) => id },
      { title: 'address', cell: ({ url }) => url, shrinksTo: 20 },
      { title: 'types', cell: ({ types }) => types?.join(' ') ?? 'all', shrinksTo: 8 },
      {
        title: 'state',
        cell: stateOf,
        paint: (text, { disabled, failingSince }) =>
          disabled !== null ? out.paint.red(text) : failingSince === null ? text : out.paint.yellow(text),
      },
      { title: 'description', cell: ({ description }) => description, shrinksTo: 8 },
    ],
    all,
  );
}

export function formatEndpoint(out: Output, endpoint: WebhookEndpoint): string {
  const since = (at: number | null): string | null => (at === null ? null : relativeTime(at, out.now()));
  return out.facts([
    ['webhook', endpoint.id],
    ['address', endpoint.url],
    ['description', endpoint.description === '' ? null : endpoint.description],
    ['types', endpoint.types?.join(' ') ?? 'all'],
    ['state', stateOf(endpoint)],
    ['failing since', since(endpoint.failingSince)],
    ['left alone until', since(endpoint.holdUntil)],
    ['made', `${relativeTime(endpoint.createdAt, out.now())} by ${endpoint.createdBy}`],
  ]);
}

export function formatDeliveries(out: Output, all: readonly Delivery[]): string {
  if (all.length === 0) return 'Nothing was sent yet.\n';
  return out.table<Delivery>(
    [
      { title: 'delivery', cell: ({ id }) => id },
      { title: 'type', cell: ({ message }) => message.type },
      { title: 'when', cell: ({ createdAt }) => relativeTime(createdAt, out.now()) },
      {
        title: 'state',
        cell: ({ state }) => state,
        paint: (text, { state }) =>
          state === 'failed' ? out.paint.red(text) : state === 'delivered' ? out.paint.green(text) : text,
      },
      { title: 'attempts', cell: ({ attempts }) => String(attempts.length), align: 'right' },
      { title: 'last', cell: ({ attempts }) => lastText(attempts) },
      {
        title: 'next',
        cell: ({ dueAt }) => (dueAt === null ? '' : relativeTime(dueAt, out.now())),
      },
    ],
    all,
  );
}

function lastText(attempts: Delivery['attempts']): string {
  const last = attempts.at(-1);
  return last === undefined ? '' : `${last.status ?? last.error} ${last.durationMs} ms`;
}
