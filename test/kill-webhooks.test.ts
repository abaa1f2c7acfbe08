/**
 * kill -9 in the middle of a delivery, in a process of its own: another sender delivers the message again under the same
 * id, once the dead one's lease has run out, and the log keeps the attempt whose outcome nobody knows.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine } from './kit/engine.ts';
import { startReceiver, verifiedBy } from './kit/receiver.ts';
import { type CliProcess, startCli } from './kit/spawn-cli.ts';

/** The lease of a minute runs out, on a machine that is busy with other work, too. */
const PATIENCE_MS = 180_000;

describe('a sender of webhooks that is killed', { timeout: 2 * PATIENCE_MS }, () => {
  it('is relieved, and its message comes again, once, under its id', async () => {
    await using engine = await startEngine({}, { webhookAllow: '127.0.0.0/8' });
    await using receiver = await startReceiver();
    const { tenant, sandbox, home } = engine;
    const { endpoint, secret } = await tenant.webhooks.add({ url: receiver.url });
    const parsed = await tenant.connections.read({ token: sandbox.tokens.full });
    assert.ok(parsed.ok);
    // Two messages: the second must not overtake the first, nor come twice.
    const { connection } = await tenant.connections.add({ credential: parsed.value.credential, label: 'a' });
    await tenant.connections.pause(connection.id);
    receiver.answers.push('hang');
    const env = {
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_HOME: home,
      ZONEWARD_WEBHOOK_ALLOW: '127.0.0.0/8',
      ...(process.env['TEST_STORE'] === 'postgres'
        ? { ZONEWARD_STORE: engine.zoneward.config.storeUrl.reveal() }
        : {}),
    };
    const started: CliProcess[] = [];
    try {
      const doomed = startCli(['worker', '--json'], { env });
      started.push(doomed);
      await receiver.came(1, PATIENCE_MS);
      doomed.child.kill('SIGKILL');
      assert.equal((await doomed.ended).signal, 'SIGKILL');
      const left = await tenant.webhooks.deliveries(endpoint.id);
      const told = left.map(({ state, attempts }) => [state, attempts.map(({ error }) => error)]);
      assert.deepEqual(told.toReversed(), [
        ['pending', ['outcome-unknown']],
        ['pending', []],
      ]);
      const killedAt = Date.now();

      started.push(startCli(['worker', '--json'], { env }));
      await receiver.came(3, PATIENCE_MS);
      assert.ok(Date.now() - killedAt > 30_000, 'it was not relieved while it might have lived');
      const [first, again, second] = receiver.received;
      assert.ok(first !== undefined && again !== undefined && second !== undefined);
      assert.deepEqual([again.headers['webhook-id'], again.body], [first.headers['webhook-id'], first.body]);
      assert.notEqual(second.headers['webhook-id'], first.headers['webhook-id']);
      for (const one of receiver.received) assert.deepEqual(verifiedBy(one, secret.reveal()), [0]);

      const log = async () => (await tenant.webhooks.deliveries(endpoint.id)).toReversed();
      while ((await log()).some(({ state }) => state === 'pending')) await sleep(50);
      const attempts = (await log()).map(({ state, attempts }) => [
        state,
        attempts.map(({ status, error }) => status ?? error),
      ]);
      assert.deepEqual(attempts, [
        ['delivered', ['outcome-unknown', 204]],
        ['delivered', [204]],
      ]);
      assert.equal(receiver.received.length, 3, 'nothing more was sent');
    } finally {
      for (const { child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ ended }) => ended));
    }
  });
});
