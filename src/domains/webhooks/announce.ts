/** From an audit event to the message that tells of it. Pure: the same event gives the same text, whenever it is asked for. */
import type { JsonObject, JsonValue } from '../../base/json.ts';
import type { AuditEvent, NewEvent } from '../audit/model.ts';
import { EVENT_TYPES, type EventField, type EventType, TEST_TYPE } from './catalogue.ts';
import type { Message, WebhookEndpoint } from './model.ts';

const BY_KIND: ReadonlyMap<string, readonly EventType[]> = Map.groupBy(
  EVENT_TYPES.flatMap((type) => type.kinds.map((kind) => ({ kind, type }))),
  ({ kind }) => kind,
)
  .entries()
  .reduce(
    (map, [kind, found]) =>
      map.set(
        kind,
        found.map(({ type }) => type),
      ),
    new Map<string, EventType[]>(),
  );

/** Texts in a message are cut to this many characters: a message stays a small one. */
const TEXT_MAX = 1_000;

/** Null for an event that is told to nobody, or whose payload was erased. */
export function messageOf(event: AuditEvent): Message | null {
  const { payload } = event;
  if (payload === null) return null;
  const whole: NewEvent = { ...event, payload };
  const type = BY_KIND.get(event.kind)?.find(({ when }) => when === undefined || when(whole));
  if (type === undefined) return null;
  const data: Record<string, JsonValue> = {};
  for (const [name, field] of Object.entries(type.data)) {
    const value = readValue(field, field.from === undefined ? payload[name] : field.from(whole));
    if (value !== null) data[name] = value;
  }
  return message(`msg_${event.id.replace(/^evt_/, '')}`, type.type, {
    at: event.at,
    tenant: event.tenantId,
    data,
  });
}

export function testMessage(id: string, of: { readonly at: number; readonly tenant: string }): Message {
  return message(id, TEST_TYPE, { ...of, data: { text: 'Sent by hand, to see that it arrives.' } });
}

/** Whether an endpoint wants messages of this type. Tests go to every one. */
export function wants({ types }: Pick<WebhookEndpoint, 'types'>, type: string): boolean {
  return types === null || types.some((one) => one === type || isFamilyOf(one, type));
}

function isFamilyOf(pattern: string, type: string): boolean {
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
}

/** Families and types that an endpoint may name. */
export function knownFilters(): readonly string[] {
  const families = EVENT_TYPES.map(({ type }) => `${type.split('.')[0]}.*`);
  return [...new Set(families), ...EVENT_TYPES.map(({ type }) => type)];
}

function message(
  id: string,
  type: string,
  { at, tenant, data }: { readonly at: number; readonly tenant: string; readonly data: JsonObject },
): Message {
  const body = JSON.stringify({ id, type, timestamp: new Date(at).toISOString(), tenant, data });
  return { id, type, body };
}

/** The value as the field promises it; null, and so left out, for anything else. */
function readValue({ kind }: EventField, value: JsonValue | undefined): JsonValue | null {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? value.slice(0, TEXT_MAX) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'flag':
      return typeof value === 'boolean' ? value : null;
    case 'time':
      return typeof value === 'number' ? new Date(value).toISOString() : null;
    default:
      return kind satisfies never;
  }
}
