/** What every store keeps for webhooks: endpoints with their secrets, an outbox that fills with the audit trail, leases. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId } from '../../base/ids.ts';
import type { Delivery, DeliveryId, EndpointId, WebhookEndpoint } from '../../domains/webhooks/model.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { event, foreigner, gather, sealed, tenant } from './samples.ts';

function endpoint(name: string, changes: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id: `whk_${name}` as EndpointId,
    tenantId: tenant,
    url: 'https://hooks.example.com/',
    description: '',
    types: null,
    disabled: null,
    secretVersion: 1,
    previousSecretUntil: null,
    failingSince: null,
    holdUntil: null,
    createdAt: 1,
    createdBy: 'test',
    version: 1,
    ...changes,
  };
}

function delivery(name: string, changes: Partial<Delivery> = {}): Delivery {
  return {
    id: `dlv_${name}` as DeliveryId,
    tenantId: tenant,
    endpointId: endpoint('a').id,
    sequence: 1,
    message: { id: `msg_${name}`, type: 'zone.vanished', body: `{"of":"${name}"}` },
    origin: 'replay',
    state: 'pending',
    dueAt: 0,
    attempts: [],
    createdAt: 1,
    finishedAt: null,
    ...changes,
  };
}

export function webhookContract(makePlace: MakeStorePlace): void {
  describe('webhook endpoints', () => {
    it('keep a secret and the one before, and are seen by their own tenant only', () =>
      withStore(makePlace, async ({ webhooks, sealedSecrets, audit }) => {
        const a = endpoint('a');
        await webhooks.create(a, sealed(1), 2, [event('webhook.added')]);
        await webhooks.create(endpoint('b'), sealed(1), 2, []);
        await refuses('webhooks-too-many', () => webhooks.create(endpoint('c'), sealed(1), 2, []));
        assert.deepEqual(await webhooks.get(tenant, a.id), a);
        assert.equal(await webhooks.get(foreigner, a.id), null);
        assert.deepEqual(await webhooks.list(foreigner), []);
        assert.deepEqual(await webhooks.secrets(tenant, a.id), { current: sealed(1), previous: null });
        assert.equal(await webhooks.secrets(foreigner, a.id), null);

        const rotated = { ...a, secretVersion: 2, previousSecretUntil: 9, version: 2 };
        await webhooks.update(rotated, sealed(2), []);
        assert.deepEqual(await webhooks.secrets(tenant, a.id), { current: sealed(2), previous: sealed(1) });
        await refuses('webhook-moved', () => webhooks.update(rotated, null, []));
        const alone = { ...rotated, secretVersion: 3, previousSecretUntil: null, version: 3 };
        await webhooks.update(alone, sealed(3), []);
        assert.deepEqual(await webhooks.secrets(tenant, a.id), { current: sealed(3), previous: null });

        // A change of the vault's keys finds them, in the context that they were sealed in.
        const rows = (await gather(sealedSecrets.notUnder('another'))).filter(
          ({ context }) => context.connectionId === (a.id as string as ConnectionId),
        );
        assert.deepEqual(
          rows.map(({ context }) => [context.field, context.version]),
          [['webhook', 3]],
        );
        assert.equal(await webhooks.remove(foreigner, a.id, [event('x')]), false);
        assert.equal(await webhooks.remove(tenant, a.id, [event('webhook.removed')]), true);
        assert.equal(await webhooks.secrets(tenant, a.id), null);
        assert.equal((await audit.head(tenant)).sequence, 2);
      }));

    it('that are disabled let go of what was on its way', () =>
      withStore(makePlace, async ({ webhooks }) => {
        await webhooks.create(endpoint('a'), sealed(1), 9, []);
        await webhooks.enqueue([delivery('1'), delivery('2')], []);
        await webhooks.update(endpoint('a', { disabled: { reason: 'gone', at: 5 }, version: 2 }), null, []);
        assert.equal(await webhooks.claim('one', 60_000, 9), null);
        const log = await webhooks.deliveries(tenant, endpoint('a').id, {}, 9);
        assert.deepEqual(
          log.map(({ id, state, dueAt }) => [id, state, dueAt]),
          [
            [delivery('2').id, 'cancelled', null],
            [delivery('1').id, 'cancelled', null],
          ],
        );
      }));
  });

  describe('the outbox of webhooks', () => {
    it('leaves nothing pending for an endpoint that is removed, or disabled, while an event is told', () =>
      withStore(makePlace, async ({ webhooks, audit }) => {
        const tell = () => audit.append(tenant, [event('test.wanted')]);
        for (let round = 1; round <= 12; round += 1) {
          const removed = endpoint(`removed${round}`);
          const disabled = endpoint(`disabled${round}`);
          for (const one of [removed, disabled]) await webhooks.create(one, sealed(1), 99, []);
          const off = { ...disabled, disabled: { reason: 'by-hand', at: 1 }, version: 2 } as const;
          await Promise.all([
            tell(),
            webhooks.remove(tenant, removed.id, [event('webhook.removed')]),
            tell(),
            webhooks.update(off, null, [event('webhook.disabled')]),
            tell(),
          ]);
          assert.equal((await webhooks.counts()).pending, 0, `round ${round}`);
        }
      }));

    it('fills in the transaction of the event, for every endpoint that wants it, and not at all when that fails', () =>
      withStore(makePlace, async ({ webhooks, audit, apiKeys }) => {
        await webhooks.create(endpoint('all'), sealed(1), 9, []);
        await webhooks.create(endpoint('some', { types: ['test.wanted'] }), sealed(1), 9, []);
        await webhooks.create(endpoint('off', { disabled: { reason: 'by-hand', at: 1 } }), sealed(1), 9, []);
        await webhooks.create(endpoint('theirs', { tenantId: foreigner }), sealed(1), 9, []);
        await audit.append(tenant, [event('test.wanted'), event('test.other'), event('untold')]);
        const of = async (name: string) =>
          (await webhooks.deliveries(tenant, endpoint(name).id, {}, 9)).map(({ sequence, message }) => [
            sequence,
            message.type,
          ]);
        assert.deepEqual((await of('all')).sort(), [
          [1, 'test.wanted'],
          [2, 'test.other'],
        ]);
        assert.deepEqual(await of('some'), [[1, 'test.wanted']]);
        assert.deepEqual(await of('off'), []);
        assert.deepEqual(await webhooks.deliveries(foreigner, endpoint('theirs').id, {}, 9), []);
        const key = {
          id: 'key_twice',
          tenantId: tenant,
          label: 'x',
          scopes: ['read'],
          reach: { connectionIds: null, zoneIds: null, namePatterns: null },
          createdAt: 1,
          createdBy: 'test',
          expiresAt: null,
          lastUsedAt: null,
          revokedAt: null,
        } as never;
        await apiKeys.create({ key, secretHash: 'h' }, tenant, [event('test.other')]);
        await assert.rejects(apiKeys.create({ key, secretHash: 'h' }, tenant, [event('test.other')]));
        assert.equal((await of('all')).length, 3);
        assert.equal((await webhooks.counts()).pending, 4);
      }));

    it('is sent endpoint by endpoint, in order, by one at a time, and by another when a sender is gone', () =>
      withStore(makePlace, async ({ webhooks }) => {
        const a = endpoint('a');
        await webhooks.create(a, sealed(1), 9, []);
        await webhooks.create(endpoint('b'), sealed(1), 9, []);
        await webhooks.enqueue(
          [
            delivery('3', { sequence: 3 }),
            delivery('1', { sequence: 1, dueAt: 1 }),
            delivery('2', { sequence: 2, dueAt: 2 }),
            delivery('later', { sequence: 4, dueAt: Number.MAX_SAFE_INTEGER }),
            delivery('other', { endpointId: endpoint('b').id, dueAt: 5 }),
          ],
          [],
        );
        // A lease that has run out already: its sender is gone.
        const gone = await webhooks.claim('gone', -1, 9);
        assert.deepEqual(
          gone?.deliveries.map(({ sequence }) => sequence),
          [1, 2, 3],
        );
        const [one, two] = [await webhooks.claim('one', 60_000, 2), await webhooks.claim('two', 60_000, 9)];
        assert.deepEqual([one?.endpoint.id, two?.endpoint.id], [a.id, endpoint('b').id]);
        assert.equal(one?.deliveries.length, 2);
        assert.equal(await webhooks.claim('three', 60_000, 9), null);

        const [first] = one?.deliveries ?? [];
        assert.ok(first !== undefined);
        const done: Delivery = {
          ...first,
          state: 'delivered',
          dueAt: null,
          finishedAt: 7,
          attempts: [{ at: 7, status: 200, durationMs: 3, error: null }],
        };
        assert.equal(await webhooks.record(done, 'gone'), false, 'its lease was lost');
        assert.equal(await webhooks.record(done, 'one'), true);
        assert.deepEqual(await webhooks.delivery(tenant, a.id, done.id), done);
        assert.equal(await webhooks.delivery(foreigner, a.id, done.id), null);
        await webhooks.release(a, 'two');
        assert.equal(await webhooks.claim('three', 60_000, 9), null);
        await webhooks.release(a, 'one');
        assert.deepEqual(
          (await webhooks.claim('three', 60_000, 9))?.deliveries.map(({ sequence }) => sequence),
          [2, 3],
        );
        assert.equal(await webhooks.prune(8), 1);
        assert.equal(await webhooks.delivery(tenant, a.id, done.id), null);
      }));

    it('leaves an endpoint alone that asked for time', () =>
      withStore(makePlace, async ({ webhooks }) => {
        await webhooks.create(endpoint('a', { holdUntil: Number.MAX_SAFE_INTEGER }), sealed(1), 9, []);
        await webhooks.enqueue([delivery('1')], []);
        assert.equal(await webhooks.claim('one', 60_000, 9), null);
      }));
  });
}
