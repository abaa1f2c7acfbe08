/**
 * Every type of event that is told to webhooks: which audit event it comes from and which of its facts go out. This one
 * table makes the messages, the schemas in the OpenAPI document and the list in docs/webhooks.md. Messages are thin: ids,
 * names, states and counts; who wants more asks the API. What an audit event holds and this table does not name stays
 * inside.
 */
import type { JsonValue } from '../../base/json.ts';
import type { NewEvent } from '../audit/model.ts';

export interface EventField {
  readonly kind: 'text' | 'number' | 'flag' | 'time';
  readonly about: string;
  /** Default: the event's payload, under the field's own name. */
  readonly from?: (event: NewEvent) => JsonValue | undefined;
}

export interface EventType {
  readonly type: string;
  readonly about: string;
  /** The kinds of audit events that it tells of. */
  readonly kinds: readonly string[];
  /** Which of them, where not all. */
  readonly when?: (event: NewEvent) => boolean;
  readonly data: Readonly<Record<string, EventField>>;
}

const text = (about: string, from?: EventField['from']): EventField => field('text', about, from);
const number = (about: string, from?: EventField['from']): EventField => field('number', about, from);
const time = (about: string, from?: EventField['from']): EventField => field('time', about, from);

function field(kind: EventField['kind'], about: string, from: EventField['from']): EventField {
  return from === undefined ? { kind, about } : { kind, about, from };
}

/** Of whoever acted by a connect session, its id. */
const SESSION = /^cns_[0-9a-z]{26}$/;

const connectionId = text('The connection', ({ connectionId }) => connectionId);
const zoneId = text('The zone, as Cloudflare names it', ({ zoneId }) => zoneId);
const changeSetId = text('The change set', ({ changeSetId }) => changeSetId);
const connection = { connectionId };
const zone = { connectionId, zoneId, name: text("The zone's name") };
const certificate = {
  zoneId,
  name: text("The zone's name"),
  certificateId: text('The certificate'),
  type: text('universal, advanced, own, origin-ca, custom-hostname, client, …'),
  expiresAt: time('Its end; absent before it is issued'),
};
const daysLeft = number('Whole days that are left; below zero after the end');
const changeSet = { changeSetId, connectionId };

const REMINDER = /^reminder-/;
const isReminder = ({ payload }: NewEvent): boolean => REMINDER.test(String(payload['alert']));
const isExpiry = (event: NewEvent): boolean => isReminder(event) && event.payload['kind'] === 'expiry';
const isDue = (event: NewEvent): boolean => isReminder(event) && event.payload['kind'] !== 'expiry';

const reminder = {
  ...connection,
  daysLeft: number('Whole days that are left'),
  link: text("Cloudflare's token form, filled in for a new one"),
};

const CONNECTIONS: readonly EventType[] = [
  {
    type: 'connection.connected',
    about: 'A connection was made: its credential was tested, sealed and saved.',
    kinds: ['connection.added'],
    data: {
      ...connection,
      label: text('What it is called'),
      accountId: text('The Cloudflare account'),
      state: text('active, limited, expiring or untested'),
      connectSessionId: text('The connect session that it was made by, if one was', ({ principal }) =>
        SESSION.test(principal) ? principal : undefined,
      ),
    },
  },
  {
    type: 'connection.relinked',
    about: 'A connection was given a new credential.',
    kinds: ['connection.relinked'],
    data: {
      ...connection,
      connectSessionId: text('The connect session that it was given by, if one was', ({ principal }) =>
        SESSION.test(principal) ? principal : undefined,
      ),
    },
  },
  {
    type: 'connection.state_changed',
    about: 'A connection went from one state to another, or has another reason for its state.',
    kinds: ['connection.state-changed'],
    data: {
      ...connection,
      from: text('The state before'),
      to: text('The state now'),
      reason: text('Why, as a code'),
    },
  },
  {
    type: 'connection.expiring',
    about: "A connection's token ends soon and nobody replaces it; told at 30, 14, 7 and 1 days.",
    kinds: ['connection.alert-raised'],
    when: isExpiry,
    data: reminder,
  },
  {
    type: 'connection.rotation_due',
    about: "A connection's token is due to be replaced by hand; told at 30, 14, 7 and 1 days.",
    kinds: ['connection.alert-raised'],
    when: isDue,
    data: reminder,
  },
  {
    type: 'connection.alert_raised',
    about: 'Many calls of a connection fail, or little of its call budget is left.',
    kinds: ['connection.alert-raised'],
    when: (event) => !isReminder(event),
    data: { ...connection, alert: text('error-rate or budget') },
  },
  {
    type: 'connection.alert_cleared',
    about: 'What an alert told of has passed.',
    kinds: ['connection.alert-cleared'],
    data: { ...connection, alert: text('error-rate or budget') },
  },
  {
    type: 'connection.rotated',
    about: "A connection's token was replaced and the old one deleted.",
    kinds: ['rotation.finished', 'rotation.old-token-left'],
    data: {
      ...connection,
      oldTokenLeft: field('flag', 'True when the old token could not be deleted', (event) =>
        event.kind.endsWith('left'),
      ),
    },
  },
  {
    type: 'connection.rotation_failed',
    about: 'A rotation was given up; the old token stays in use.',
    kinds: ['rotation.backed-out'],
    data: connection,
  },
  {
    type: 'connection.removed',
    about: 'A connection was removed and its secret deleted.',
    kinds: ['connection.removed'],
    data: connection,
  },
];

/** A discovery of very many is one event that counts them. */
const someZones = {
  connectionId,
  zoneId: text('The zone; absent where many are told at once', ({ zoneId }) => zoneId),
  name: text("The zone's name; absent where many are told at once"),
  count: number('How many', ({ payload }) => payload['count'] ?? 1),
};

const ZONES: readonly EventType[] = [
  {
    type: 'zone.discovered',
    about: 'A zone was found at Cloudflare.',
    kinds: ['zone.discovered'],
    data: { ...someZones, status: text("Cloudflare's status of the zone") },
  },
  {
    type: 'zone.vanished',
    about: 'Cloudflare says that a zone does not exist any more; its history stays here.',
    kinds: ['zone.vanished'],
    data: someZones,
  },
  {
    type: 'zone.unreadable',
    about:
      'No connection can read a zone any more, and Cloudflare does not say that it is gone: a token lost its right, or the zone moved to another account.',
    kinds: ['zone.unreadable'],
    data: { ...someZones, status: text("Cloudflare's status of the zone when it was last seen") },
  },
  {
    type: 'zone.readable',
    about: 'A zone that no connection could read was read again.',
    kinds: ['zone.readable'],
    data: { ...zone, status: text("Cloudflare's status of the zone") },
  },
  {
    type: 'zone.status_changed',
    about: 'A zone went from one status to another: activated, moved away, deleted.',
    kinds: ['zone.status-moved'],
    data: {
      ...zone,
      from: text('The status before'),
      to: text('The status now'),
      deletesAt: time('When Cloudflare deletes it, where that is known'),
    },
  },
  {
    type: 'zone.drifted',
    about: 'A zone was changed from outside, found by the worker or by a sync that somebody asked for.',
    kinds: ['zone.drifted'],
    data: {
      ...zone,
      revision: number('The revision of the mirror that holds the change'),
      created: number('Records that are new'),
      updated: number('Records that differ'),
      deleted: number('Records that are gone'),
      actor: text("Who did it, where Cloudflare's audit log may be read"),
    },
  },
  {
    type: 'drift.adopted',
    about: 'Changes from outside were accepted as they are.',
    kinds: ['drift.adopted'],
    data: { connectionId, zoneId, revision: number('Up to which revision', ({ payload }) => payload['to']) },
  },
  {
    type: 'zone.created',
    about: 'A zone was made at Cloudflare.',
    kinds: ['zone.created'],
    data: { connectionId, zoneId },
  },
  {
    type: 'zone.paused',
    about:
      'A zone was paused through Zoneward: it is served by DNS alone, and its proxied records tell their addresses.',
    kinds: ['zone.paused'],
    data: { connectionId, zoneId },
  },
  {
    type: 'zone.unpaused',
    about: 'A paused zone was given back to Cloudflare’s proxy through Zoneward.',
    kinds: ['zone.unpaused'],
    data: { connectionId, zoneId },
  },
  {
    type: 'zone.deleted',
    about: 'A zone was deleted at Cloudflare.',
    kinds: ['zone.deleted'],
    data: { connectionId, zoneId },
  },
];

const progress = {
  ...changeSet,
  applied: number('Operations that are applied'),
  total: number('Operations in all'),
};

function ended(verb: string, about: string): EventType {
  return {
    type: `change_set.${verb.replaceAll('-', '_')}`,
    about,
    kinds: [`change-set.${verb}`],
    data: progress,
  };
}

const CHANGE_SETS: readonly EventType[] = [
  {
    type: 'change_set.planned',
    about: 'A change set was stored. It may wait for an approval.',
    kinds: ['change-set.planned'],
    data: {
      ...changeSet,
      author: text('Who planned it', ({ principal }) => principal),
      zones: number('Zones that it changes', ({ payload }) => countOf(payload['plans'])),
      undoes: text('The change set that it takes back, if one is'),
    },
  },
  {
    type: 'change_set.approved',
    about: 'A change set was approved by somebody other than its author.',
    kinds: ['change-set.approved'],
    data: {
      ...changeSet,
      by: text('Who approved it', ({ principal }) => principal),
      expiresAt: time('When the approval ends'),
    },
  },
  {
    type: 'change_set.started',
    about: 'The first request of a change set is about to be sent, or it is gone on with.',
    kinds: ['change-set.started', 'change-set.resumed'],
    data: changeSet,
  },
  ended('applied', 'Every operation of a change set is applied.'),
  ended('partly-applied', 'A change set has ended; some of its operations are not applied.'),
  ended('failed', 'A change set has ended; none of its operations is applied.'),
  ended('interrupted', 'A change set stopped for a reason that passes; it can be resumed.'),
  ended('unknown', 'Whether a request of a change set landed is not known: Cloudflare cannot be read.'),
  {
    type: 'change_set.undone',
    about: 'A change set was taken back by another, as a whole or in part.',
    kinds: ['change-set.undone'],
    data: {
      ...changeSet,
      undoneBy: text('The change set that took it back'),
      inPart: { kind: 'flag', about: 'Something of it is still there to be taken back' },
    },
  },
  {
    type: 'change_set.cancelled',
    about: 'A change set was called off before anything of it was sent.',
    kinds: ['change-set.cancelled'],
    data: changeSet,
  },
];

const REGISTRATION_STATES = ['planned', 'approved', 'sent', 'action-required', 'blocked'];
const REGISTRATION_ENDS = ['registered', 'failed', 'refused', 'not-bought', 'cancelled'];

function registration(verb: string): EventType {
  const ends = REGISTRATION_ENDS.includes(verb);
  return {
    type: `registration.${verb.replaceAll('-', '_')}`,
    about: `A purchase of a name ${ends ? 'has ended' : 'is now'}: ${verb}.`,
    kinds: [`registration.${verb}`],
    data: {
      connectionId,
      purchaseId: text('The purchase'),
      domain: text('The name'),
      total: text('The price that was confirmed'),
    },
  };
}

const CERTIFICATES: readonly EventType[] = [
  {
    type: 'certificate.status_changed',
    about:
      'A certificate of a zone whose certificates are followed came, went, or has another status at Cloudflare.',
    kinds: ['certificate.status'],
    data: {
      ...certificate,
      from: text('The status before; absent for a new one'),
      to: text('The status now; absent when it is gone'),
    },
  },
  {
    type: 'certificate.expiring',
    about:
      'A certificate ends in 30, 14, 7 days or 1, or has ended; of those that Cloudflare renews from 7 days on.',
    kinds: ['certificate.expiring'],
    data: { ...certificate, daysLeft },
  },
  {
    type: 'dnssec.stage_changed',
    about:
      'DNSSEC of a zone has come to another stage: signed, waiting for the parent, active, on its way out.',
    kinds: ['dnssec.stage'],
    data: {
      zoneId,
      from: text('The stage before'),
      to: text('The stage now'),
    },
  },
];

const registrationFacts = {
  connectionId,
  domain: text('The name'),
  accountId: text('The account at Cloudflare'),
};

const REGISTRATIONS: readonly EventType[] = [
  {
    type: 'registration.found',
    about: 'A name is in the account that was not at the last reading.',
    kinds: ['registration.found'],
    data: registrationFacts,
  },
  {
    type: 'registration.changed',
    about: 'A registration has another expiry, status, lock or auto-renewal.',
    kinds: ['registration.changed'],
    data: registrationFacts,
  },
  {
    type: 'registration.gone',
    about: 'A name is not in the account any more.',
    kinds: ['registration.gone'],
    data: registrationFacts,
  },
  {
    type: 'registration.expiring',
    about:
      'A registration ends in 30, 14, 7 days or 1, or has ended; of those that renew themselves from 7 days on.',
    kinds: ['registration.expiring'],
    data: {
      ...registrationFacts,
      expiresAt: time('Its end'),
      autoRenew: { kind: 'flag', about: 'Whether it is to renew itself' },
      daysLeft,
    },
  },
];

const PROVISIONING = {
  connectionId,
  zoneId,
  provisioningId: text('The provisioning'),
  domain: text('The name'),
};

const DOMAINS: readonly EventType[] = [
  ...[...REGISTRATION_STATES, ...REGISTRATION_ENDS].map(registration),
  {
    type: 'provisioning.begun',
    about: 'A domain is being brought up.',
    kinds: ['provisioning.begun'],
    data: PROVISIONING,
  },
  {
    type: 'provisioning.waiting',
    about: 'A step of a provisioning waits for the world, and is looked at again by itself.',
    kinds: ['provisioning.step-waiting'],
    data: PROVISIONING,
  },
  {
    type: 'provisioning.action_required',
    about: 'A step of a provisioning waits for a person.',
    kinds: ['provisioning.step-action'],
    data: PROVISIONING,
  },
  {
    type: 'provisioning.failed',
    about: 'A step of a provisioning failed.',
    kinds: ['provisioning.step-failed'],
    data: PROVISIONING,
  },
  {
    type: 'provisioning.live',
    about: 'A domain is live: zone, delegation, records and certificate.',
    kinds: ['provisioning.live'],
    data: PROVISIONING,
  },
  {
    type: 'provisioning.removed',
    about: 'A provisioning was taken down.',
    kinds: ['provisioning.removed'],
    data: PROVISIONING,
  },
];

const WEBHOOKS: readonly EventType[] = [
  {
    type: 'webhook.disabled',
    about: 'Nothing is sent to an endpoint any more; told to the others.',
    kinds: ['webhook.disabled'],
    data: { webhookId: text('The endpoint'), reason: text('gone, failing or by-hand') },
  },
];

/** Sent by hand, to see that an endpoint takes it. */
export const TEST_TYPE = 'webhook.test';

/** Every type but the test, in the order of the documentation. */
export const EVENT_TYPES: readonly EventType[] = [
  ...CONNECTIONS,
  ...ZONES,
  ...CHANGE_SETS,
  ...CERTIFICATES,
  ...REGISTRATIONS,
  ...DOMAINS,
  ...WEBHOOKS,
];

function countOf(value: JsonValue | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}
