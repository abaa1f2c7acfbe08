/** Webhooks through the facade: told with the audit trail, signed, in order, tried again, turned off, sent again. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Zoneward } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { type Receiver, startReceiver, verifiedBy } from './kit/receiver.ts';

const ALLOWED = '127.0.0.0/8';

/** Works until the test has seen what it waits for. */
async function whileWorking(zoneward: Zoneward, see: () => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  const working = zoneward.work({ signal: stopping.signal });
  try {
    await see();
  } finally {
    stopping.abort();
    await working;
  }
}

describe('webhooks', () => {
  let engine: Engine;
  let receiver: Receiver;

  before(async () => {
    engine = await startEngine({}, { webhookAllow: ALLOWED });
    receiver = await startReceiver();
  });
  after(async () => {
    await receiver[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });

  const addConnection = async (tenant: string, label: string) => {
    const { connections } = engine.zoneward.tenant(tenant);
    const parsed = await connections.read({ token: engine.sandbox.tokens.full });
    assert.ok(parsed.ok);
    return connections.add({ credential: parsed.value.credential, label, duplicate: true });
  };

  it('tell what happened, signed, in order, with no secret and nothing that the catalogue does not name', async () => {
    const tenant = engine.zoneward.tenant('acme');
    const { endpoint, secret } = await tenant.webhooks.add({ url: receiver.url });
    assert.match(secret.reveal(), /^whsec_[A-Za-z0-9+/]{43}=$/);
    const { connection } = await addConnection('acme', 'First');
    await tenant.connections.pause(connection.id);
    await tenant.connections.resume(connection.id);
    await tenant.connections.remove(connection.id);
    // What came may not have been answered yet, and would come again after a stop.
    const deliveries = () => tenant.webhooks.deliveries(endpoint.id);
    await whileWorking(engine.zoneward, async () => {
      await receiver.came(4);
      while ((await deliveries()).some(({ state }) => state !== 'delivered')) await sleep(10);
    });
    assert.deepEqual(
      receiver.received.map(({ json }) => json.type),
      ['connection.connected', 'connection.state_changed', 'connection.state_changed', 'connection.removed'],
    );
    for (const one of receiver.received) {
      assert.deepEqual(verifiedBy(one, secret.reveal()), [0]);
      assert.equal(one.headers['webhook-id'], one.json.id);
      assert.equal(one.json.tenant, 'acme');
      assert.equal(one.json.data.connectionId, connection.id);
      assert.ok(Math.abs(Number(one.headers['webhook-timestamp']) - Date.now() / 1_000) < 60);
      assert.ok(!one.body.includes(engine.sandbox.tokens.full));
    }
    const log = await deliveries();
    assert.deepEqual(
      log.map(({ state, attempts }) => [state, attempts.map(({ status }) => status)]),
      Array.from({ length: 4 }, () => ['delivered', [204]]),
    );
    // Another tenant's things are told to nobody here, and its webhooks are not found.
    await addConnection('globex', 'Theirs');
    await engine.zoneward.sweep();
    assert.equal(receiver.received.length, 4);
    const other = engine.zoneward.tenant('globex').webhooks;
    await assert.rejects(other.get(endpoint.id), { code: 'webhook-unknown' });
    await assert.rejects(other.replay(endpoint.id, log[0]?.id ?? ''), { code: 'webhook-unknown' });
    await assert.rejects(other.remove(endpoint.id), { code: 'webhook-unknown' });
    await tenant.webhooks.remove(endpoint.id);
  });

  it('are filtered by type and family, and refuse what is not in the catalogue', async () => {
    const { webhooks } = engine.zoneward.tenant('filters');
    const url = receiver.url;
    await assert.rejects(webhooks.add({ url, types: ['connection.conected'] }), (error: Error) => {
      assert.match(error.message, /Did you mean connection\.connected\?/);
      return true;
    });
    await assert.rejects(webhooks.add({ url, types: [] }), { code: 'webhook-types-empty' });
    await webhooks.add({ url, types: ['change_set.*', 'connection.removed'] });
    receiver.received.length = 0;
    const { connection } = await addConnection('filters', 'Second');
    await engine.zoneward.tenant('filters').connections.remove(connection.id);
    await engine.zoneward.sweep();
    assert.deepEqual(
      receiver.received.map(({ json }) => json.type),
      ['connection.removed'],
    );
  });

  it('sign with two secrets while one takes the place of the other', async () => {
    const { webhooks } = engine.zoneward.tenant('rotating');
    const { endpoint, secret: old } = await webhooks.add({ url: receiver.url });
    const { secret: young } = await webhooks.rotate(endpoint.id);
    receiver.received.length = 0;
    assert.equal((await webhooks.test(endpoint.id)).state, 'delivered');
    const [first] = receiver.received;
    assert.ok(first !== undefined);
    assert.deepEqual([verifiedBy(first, young.reveal()), verifiedBy(first, old.reveal())], [[0], [1]]);
    const { secret: last } = await webhooks.rotate(endpoint.id, { overlapMs: 0 });
    await webhooks.test(endpoint.id);
    const second = receiver.received.at(-1);
    assert.ok(second !== undefined);
    assert.deepEqual(
      [last, young, old].map((one) => verifiedBy(second, one.reveal()).length),
      [1, 0, 0],
    );
  });

  it('go where and as the endpoint says at that moment, in the middle of what is due', async () => {
    const { webhooks, connections } = engine.zoneward.tenant('moving');
    const { endpoint, secret: old } = await webhooks.add({ url: receiver.url });
    const { connection } = await addConnection('moving', 'Moved');
    await connections.pause(connection.id);
    await connections.resume(connection.id);
    await connections.remove(connection.id);
    await using elsewhere = await startReceiver();
    let young = old;
    receiver.received.length = 0;
    receiver.answers.push(async () => {
      young = (await webhooks.rotate(endpoint.id, { overlapMs: 0 })).secret;
      await webhooks.edit(endpoint.id, { url: elsewhere.url });
    });
    elsewhere.answers.push(204, async () => void (await webhooks.edit(endpoint.id, { enabled: false })));
    await engine.zoneward.sweep();
    const [first] = receiver.received;
    assert.ok(first !== undefined && receiver.received.length === 1);
    assert.deepEqual(verifiedBy(first, old.reveal()), [0]);
    assert.equal(elsewhere.received.length, 2, 'the fourth was due when it was disabled');
    for (const one of elsewhere.received)
      assert.deepEqual([verifiedBy(one, young.reveal()), verifiedBy(one, old.reveal())], [[0], []]);
    await webhooks.remove(endpoint.id);
  });

  it('are tried again later, and disabled at once by 410, with an event to the others', async () => {
    const { webhooks, audit } = engine.zoneward.tenant('gone');
    const { endpoint } = await webhooks.add({ url: receiver.url, types: ['connection.*'] });
    await webhooks.add({ url: receiver.url, types: ['webhook.*'] });
    receiver.received.length = 0;
    receiver.answers.push(500);
    await addConnection('gone', 'Third');
    await engine.zoneward.sweep();
    const [waiting] = await webhooks.deliveries(endpoint.id);
    assert.equal(waiting?.state, 'pending');
    const waitMs = (waiting?.dueAt ?? 0) - (waiting?.attempts[0]?.at ?? 0);
    assert.ok(waitMs >= 5_000 && waitMs <= 5_500, String(waitMs));
    receiver.answers.push(410);
    const again = await webhooks.replay(endpoint.id, waiting?.id ?? '');
    assert.equal(again.message.id, waiting?.message.id);
    await engine.zoneward.sweep();
    const disabled = await webhooks.get(endpoint.id);
    assert.equal(disabled.disabled?.reason, 'gone');
    assert.equal((await audit.list({ kind: 'webhook.disabled' })).length, 1);
    assert.deepEqual(
      (await webhooks.deliveries(endpoint.id)).map(({ state }) => state),
      ['failed', 'cancelled'],
    );
    await assert.rejects(webhooks.test(endpoint.id), { code: 'webhook-disabled' });
    await engine.zoneward.sweep();
    assert.deepEqual(receiver.received.at(-1)?.json.data, { webhookId: endpoint.id, reason: 'gone' });
    assert.equal((await webhooks.edit(endpoint.id, { enabled: true })).disabled, null);
  });

  it('tell a range of time again from the audit trail, what they missed while disabled too', async () => {
    const { webhooks } = engine.zoneward.tenant('late');
    const since = Date.now();
    const { connection } = await addConnection('late', 'Fourth');
    const { endpoint } = await webhooks.add({ url: receiver.url, types: ['connection.connected'] });
    receiver.received.length = 0;
    await engine.zoneward.sweep();
    assert.equal(receiver.received.length, 0);
    assert.deepEqual(await webhooks.replayRange(endpoint.id, { since }), { deliveries: 1, until: null });
    await engine.zoneward.sweep();
    assert.equal(receiver.received[0]?.json.data.connectionId, connection.id);
    assert.deepEqual(await webhooks.replayRange(endpoint.id, { since: Date.now() + 1_000 }), {
      deliveries: 0,
      until: null,
    });
  });

  it('leave an endpoint alone for as long as it asks', async () => {
    const { webhooks } = engine.zoneward.tenant('slow-down');
    const { endpoint } = await webhooks.add({ url: receiver.url });
    receiver.answers.push({ status: 429, headers: { 'retry-after': '120' } });
    receiver.received.length = 0;
    await addConnection('slow-down', 'A');
    await addConnection('slow-down', 'B');
    await engine.zoneward.sweep();
    assert.equal(receiver.received.length, 1, 'the second waits, too');
    const { holdUntil } = await webhooks.get(endpoint.id);
    assert.ok((holdUntil ?? 0) > Date.now() + 100_000);
  });

  it('follow a change set from its plan to the one that takes it back', async () => {
    const tenant = engine.zoneward.tenant('changes');
    engine.sandbox.seedZone('told.example', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    await addConnection('changes', 'Fifth');
    await tenant.zones.syncAll();
    await tenant.webhooks.add({ url: receiver.url, types: ['change_set.*', 'zone.*'] });
    receiver.received.length = 0;
    const text = 'zone: told.example\nrecords:\n  - {name: www, type: A, content: 192.0.2.2}\n';
    const planned = await tenant.changes.plan('told.example', { file: 'a.yaml', text });
    const applied = await tenant.changes.apply(planned);
    assert.ok(applied !== null);
    const back = await tenant.changes.planUndo(applied.changeSet.id);
    const undone = await tenant.changes.apply(back);
    assert.ok(undone !== null);
    await engine.zoneward.sweep();
    assert.deepEqual(
      receiver.received.map(({ json }) => json.type),
      ['planned', 'started', 'applied', 'planned', 'started', 'applied', 'undone'].map(
        (verb) => `change_set.${verb}`,
      ),
    );
    const told = receiver.received.at(-1)?.json.data;
    assert.deepEqual([told.changeSetId, told.undoneBy], [applied.changeSet.id, undone.changeSet.id]);
    assert.ok(!receiver.received.some(({ body }) => body.includes('192.0.2.')), 'no content of a record');
  });
});
