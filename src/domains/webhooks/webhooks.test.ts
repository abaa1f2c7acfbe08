import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import { Secret } from '../../base/secret.ts';
import { EMPTY_CHAIN, sealEvent } from '../audit/chain.ts';
import type { NewEvent } from '../audit/model.ts';
import { messageOf, wants } from './announce.ts';
import { EVENT_TYPES } from './catalogue.ts';
import type { Delivery, DeliveryId, EndpointId, WebhookEndpoint } from './model.ts';
import type { Posted } from './ports.ts';
import { afterAttempt, FAILING_MAX_MS, RETRY_DELAYS_MS } from './schedule.ts';
import { signedHeaders } from './sign.ts';

const tenantId = 'acme' as TenantId;
const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length) };

describe('a signature', () => {
  it('is the one that the specification computes', () => {
    // Computed with openssl from the construction in the specification: HMAC-SHA256, base64, over id.timestamp.body.
    const secret = new Secret(`whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`);
    const headers = signedHeaders(
      { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_999, body: '{"test": 2432232314}' },
      [secret, secret],
    );
    assert.equal(headers['webhook-id'], 'msg_p5jXN8AQM9LWM0D4loKWxJek');
    assert.equal(headers['webhook-timestamp'], '1614265330');
    const [one, two] = headers['webhook-signature']?.split(' ') ?? [];
    assert.equal(one, 'v1,hK4CWvngkaAwjY1pABLuUbOIkEJjW9tAapq1no4ojG0=');
    assert.equal(two, one);
  });
});

const endpoint: WebhookEndpoint = {
  id: 'whk_a' as EndpointId,
  tenantId,
  url: 'https://hooks.example.com/',
  description: '',
  types: null,
  disabled: null,
  secretVersion: 1,
  previousSecretUntil: null,
  failingSince: null,
  holdUntil: null,
  createdAt: 0,
  createdBy: 'test',
  version: 1,
};
const delivery: Delivery = {
  id: 'dlv_a' as DeliveryId,
  tenantId,
  endpointId: endpoint.id,
  sequence: 1,
  message: { id: 'msg_a', type: 'zone.vanished', body: '{}' },
  origin: 'event',
  state: 'pending',
  dueAt: 0,
  attempts: [],
  createdAt: 0,
  finishedAt: null,
};
const failure: Posted = { status: 500, durationMs: 1, error: null, retryAfterMs: null };

describe('the schedule', () => {
  it('is the one of the specification: ten attempts in 75 hours and a half, with some chance added', () => {
    let current = delivery;
    let at = 0;
    const waits: number[] = [];
    while (current.state === 'pending') {
      const { delivery: next } = afterAttempt(endpoint, current, failure, { at, random });
      if (next.dueAt !== null) waits.push((next.dueAt - at) / 1.05);
      at = next.dueAt ?? at;
      current = next;
    }
    assert.equal(current.state, 'failed');
    assert.equal(current.attempts.length, 10);
    assert.deepEqual(waits.map(Math.round), RETRY_DELAYS_MS);
    assert.equal(
      RETRY_DELAYS_MS.reduce((sum, ms) => sum + ms, 0),
      ((75 * 60 + 35) * 60 + 5) * 1_000,
    );
  });

  const judged = (posted: Partial<Posted>, more: Partial<WebhookEndpoint> = {}, at = 1_000) =>
    afterAttempt({ ...endpoint, ...more }, delivery, { ...failure, ...posted }, { at, random });

  it('ends with any 2xx, which also clears the endpoint', () => {
    for (const status of [200, 201, 204, 299]) {
      const { delivery: done, endpoint: change } = judged({ status }, { failingSince: 5, holdUntil: 9 });
      assert.equal(done.state, 'delivered');
      assert.deepEqual(change, { failingSince: null, holdUntil: null, disabled: null });
    }
    for (const status of [100, 199, 300, 301, 307, 400, 404, 500])
      assert.equal(judged({ status }).delivery.state, 'pending', String(status));
  });

  it('disables at 410, and after days of nothing but failures', () => {
    assert.deepEqual(judged({ status: 410 }).endpoint.disabled, { reason: 'gone', at: 1_000 });
    assert.equal(judged({ status: 410 }).delivery.state, 'failed');
    assert.equal(judged({}, { failingSince: 0 }, FAILING_MAX_MS - 1).endpoint.disabled, null);
    assert.equal(judged({}, { failingSince: 0 }, FAILING_MAX_MS).endpoint.disabled?.reason, 'failing');
    assert.equal(judged({ status: null, error: 'timeout' }).endpoint.failingSince, 1_000);
  });

  it('obeys Retry-After, within a day, and spares an endpoint that is overloaded', () => {
    assert.equal(judged({ status: 503, retryAfterMs: 60_000 }).delivery.dueAt, 61_000);
    assert.equal(judged({ status: 503, retryAfterMs: 60_000 }).endpoint.holdUntil, 61_000);
    assert.equal(judged({ status: 429, retryAfterMs: 1e12 }).delivery.dueAt, 86_401_000);
    assert.equal(judged({ status: 502 }).endpoint.holdUntil, 31_000);
    assert.equal(judged({ status: 500 }).endpoint.holdUntil, null);
  });
});

describe('the catalogue', () => {
  it('names types as the specification asks, each once', () => {
    const types = EVENT_TYPES.map(({ type }) => type);
    assert.equal(new Set(types).size, types.length);
    for (const type of types) assert.match(type, /^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)+$/);
  });

  const event = (kind: string, payload: NewEvent['payload'] = {}): NewEvent => ({
    kind,
    at: 1_790_000_000_000,
    principal: 'key_1',
    connectionId: 'con_1' as ConnectionId,
    zoneId: 'z1' as ZoneId,
    summary: 'a sentence',
    payload,
  });
  const told = (kind: string, payload: NewEvent['payload'] = {}) => {
    const message = messageOf(sealEvent(tenantId, EMPTY_CHAIN, event(kind, payload)));
    return message === null ? null : { type: message.type, data: JSON.parse(message.body).data };
  };

  it('tells what it names and nothing else', () => {
    assert.deepEqual(
      told('zone.drifted', { name: 'a.example', revision: 7, created: 1, before: { secret: 'x' } }),
      {
        type: 'zone.drifted',
        data: { connectionId: 'con_1', zoneId: 'z1', name: 'a.example', revision: 7, created: 1 },
      },
    );
    assert.equal(told('change-set.batch-sent', { body: {} }), null);
    assert.equal(told('api-key.created'), null);
  });

  it('tells reminders of ends, reminders of rotations and alerts apart', () => {
    const type = (payload: NewEvent['payload']) => told('connection.alert-raised', payload)?.type;
    assert.equal(type({ alert: 'reminder-expiry-7', kind: 'expiry' }), 'connection.expiring');
    assert.equal(type({ alert: 'reminder-rotation-7', kind: 'rotation' }), 'connection.rotation_due');
    assert.equal(type({ alert: 'budget' }), 'connection.alert_raised');
  });

  it('gives the same text for the same event, and none for one that was erased', () => {
    const sealed = sealEvent(tenantId, EMPTY_CHAIN, event('zone.vanished', { name: 'a.example' }));
    assert.deepEqual(messageOf(sealed), messageOf(structuredClone(sealed)));
    assert.match(messageOf(sealed)?.id ?? '', /^msg_[0-9a-f]{26}$/);
    assert.equal(messageOf({ ...sealed, payload: null }), null);
  });

  it('is filtered by type and by family', () => {
    assert.ok(wants({ types: null }, 'zone.vanished'));
    assert.ok(wants({ types: ['zone.*'] }, 'zone.vanished'));
    assert.ok(!wants({ types: ['zone.*'] }, 'zonename.vanished'));
    assert.ok(!wants({ types: ['zone.vanished'] }, 'zone.vanished_again'));
  });
});
