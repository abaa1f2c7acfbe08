/** What is said of webhooks: where one stands, what it is told, what became of a message. */
import type { Webhook, WebhookDelivery } from '../../../client/index.ts';
import type { Tone } from '../../kit/badge.tsx';

export type Delivery = WebhookDelivery;

export interface Standing {
  readonly word: string;
  readonly tone: Tone;
  readonly says: string;
}

const OFF: Readonly<Record<NonNullable<Webhook['disabled']>['reason'], Standing>> = {
  'by-hand': { word: 'off', tone: 'plain', says: 'It was turned off by hand. Nothing is sent.' },
  gone: { word: 'gone', tone: 'delete', says: 'The address answered 410 Gone, so nothing is sent any more.' },
  failing: {
    word: 'gave up',
    tone: 'delete',
    says: 'It failed for so long that nothing is sent any more. Mend the receiver, then turn it on.',
  },
};

export function standingOf({ disabled, failingSince, holdUntil }: Webhook, now: number): Standing {
  if (disabled !== null) return OFF[disabled.reason];
  if (failingSince !== null)
    return { word: 'failing', tone: 'risk', says: 'Messages do not arrive; they are tried again.' };
  if (holdUntil !== null && Date.parse(holdUntil) > now)
    return { word: 'waits', tone: 'risk', says: 'The receiver asked for time.' };
  return { word: 'on', tone: 'create', says: '' };
}

/** `zone.*, drift.adopted`, or that it is told everything. */
export function typesText(types: readonly string[] | null): string {
  return types === null ? 'every event' : types.join(', ');
}

export const DELIVERY_TONES: Readonly<Record<Delivery['state'], Tone>> = {
  pending: 'update',
  delivered: 'create',
  failed: 'delete',
  cancelled: 'plain',
};

export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'cancelled'] as const;

/** What the last attempt came to, in a few words. */
export function lastAnswer({ attempts }: Pick<Delivery, 'attempts'>): string {
  const last = attempts.at(-1);
  if (last === undefined) return 'not sent yet';
  if (last.error !== null) return last.status === null ? last.error : `${last.status}, ${last.error}`;
  return last.status === null ? 'no answer' : String(last.status);
}

export interface Family {
  /** `zone` */
  readonly name: string;
  /** `zone.*` */
  readonly all: string;
  readonly types: readonly { readonly type: string; readonly about: string }[];
}

export function familiesOf(
  types: readonly { readonly type: string; readonly about: string }[],
): readonly Family[] {
  return [...Map.groupBy(types, ({ type }) => type.split('.')[0] ?? '')].map(([name, ones]) => ({
    name,
    all: `${name}.*`,
    types: ones,
  }));
}

/** With or without a type or a family. A family takes the place of its types; without it they are gone, too. */
export function withType(chosen: readonly string[], type: string, isOn: boolean): readonly string[] {
  const rest = chosen.filter((one) => one !== type);
  if (!isOn) return rest;
  if (!type.endsWith('.*')) return [...rest, type];
  const prefix = type.slice(0, -1);
  return [...rest.filter((one) => !one.startsWith(prefix)), type];
}
