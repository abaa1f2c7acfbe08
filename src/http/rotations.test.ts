/**
 * The three steps of a rotation under an `Idempotency-Key`, where the work is done: 409 while the first request is under
 * way, 422 for another one, and the answer it had, also after a restart. No second token is made, none is deleted twice.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import type { Zoneward } from '../app/open-zoneward.ts';
import { DEMO_SEED } from '../sandbox/index.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

/** Longer than the step before it takes, on a machine that is busy with other work, too. */
const DRAIN = { drainMs: 3_000 };
const SLOW_MS = 1_000;

interface Step {
  readonly path: string;
  readonly body?: object;
  readonly idempotencyKey: string;
}

describe('a rotation under idempotency keys', () => {
  let engine: Engine;
  let edge: Edge;
  let reopened: Zoneward | null = null;
  let key: string;
  let at: string;
  const taken: { readonly step: Step; readonly answer: Answer }[] = [];

  before(async () => {
    engine = await startEngine({ seed: DEMO_SEED, rateLimit: false });
    edge = openEdge(engine.zoneward);
    await edge.runner.stop();
    key = (await edge.makeKey('local', ['admin'])).secret;
    const { full: token } = engine.sandbox.tokens;
    const added = await edge.ask('POST', '/v1/connections', {
      key,
      body: { credential: { token }, label: 'a' },
    });
    assert.equal(added.status, 201, added.text);
    at = `/v1/connections/${added.body.connection.id}/rotations`;
  });
  after(async () => {
    await reopened?.close();
    await engine[Symbol.asyncDispose]();
  });

  const send = ({ path, body, idempotencyKey }: Step): Promise<Answer> =>
    edge.ask('POST', path, {
      key,
      headers: { 'idempotency-key': idempotencyKey },
      ...(body === undefined ? {} : { body }),
    });
  /** Of another request: with another body, or, where there is none, to another place. */
  const other = (step: Step): Step =>
    step.body === undefined
      ? { ...step, path: `${at}/${step.path.endsWith('cancel') ? 'continue' : 'cancel'}` }
      : { ...step, body: { drainMs: 1 } };
  const asked = (): number => engine.sandbox.counts().total;

  /** Sends it; again and otherwise while `route` of it is slow; again and otherwise when it is done. */
  async function doneOnce(step: Step, route: string): Promise<Answer> {
    engine.sandbox.setFault({ kind: 'slow', delayMs: SLOW_MS, route });
    const calls = asked();
    const sent = send(step);
    let isOver = false;
    void sent.finally(() => (isOver = true));
    while (asked() === calls && !isOver) await sleep(5);
    const meanwhile = [await send(step), await send(other(step))];
    const first = await sent;
    engine.sandbox.clearFaults();
    assert.deepEqual(
      meanwhile.map(({ status, body }) => [status, body.code]),
      [
        [409, 'idempotency-in-flight'],
        [422, 'idempotency-key-reused'],
      ],
    );
    assert.ok(first.status < 300, first.text);
    assert.equal(first.headers.get('idempotent-replayed'), null);
    taken.push({ step, answer: first });
    await repeated(step, first);
    return first;
  }

  async function repeated(step: Step, first: Answer): Promise<void> {
    const calls = asked();
    const again = await send(step);
    assert.equal(again.headers.get('idempotent-replayed'), 'true', again.text);
    assert.deepEqual([again.status, again.text], [first.status, first.text]);
    const { status, body } = await send(other(step));
    assert.deepEqual([status, body.code], [422, 'idempotency-key-reused']);
    assert.equal(asked(), calls, 'nothing is asked of Cloudflare');
  }

  const tokens = (): number =>
    engine.sandbox.state().tokens.filter(({ name }) => name.startsWith('zoneward/')).length;

  it('is cancelled once', async () => {
    // The token is made, and nobody knows its value: the rotation waits.
    engine.sandbox.setFault({ kind: 'reset', phase: 'after', route: 'POST /user/tokens' });
    const begun = await edge.ask('POST', at, { key, body: DRAIN });
    assert.deepEqual([begun.status, begun.body.step, tokens()], [202, 'minting', 1], begun.text);
    const step = { path: `${at}/cancel`, idempotencyKey: 'cancel' };
    const { body } = await doneOnce(step, 'DELETE /user/tokens/{token_id}');
    assert.deepEqual([body.step, tokens()], ['backed-out', 0]);
    // The same without the key is another request, and there is nothing to cancel any more.
    assert.equal((await edge.ask('POST', step.path, { key })).body.code, 'rotation-none');
  });

  it('is begun once, and goes on once', async () => {
    const begun = await doneOnce({ path: at, body: DRAIN, idempotencyKey: 'begin' }, 'POST /user/tokens');
    assert.deepEqual([begun.status, begun.body.step, tokens()], [202, 'draining', 1], begun.text);
    const { oldTokenId } = begun.body;
    const isThere = (): boolean => engine.sandbox.state().tokens.some(({ id }) => id === oldTokenId);
    assert.ok(isThere());
    await sleep(Math.max(0, Date.parse(begun.body.dueAt) - Date.now()) + 5);
    const step = { path: `${at}/continue`, idempotencyKey: 'continue' };
    const { status, body, text } = await doneOnce(step, 'DELETE /user/tokens/{token_id}');
    assert.deepEqual([status, body.step, tokens(), isThere()], [200, 'done', 1, false], text);
  });

  it('is answered as before after a restart', async () => {
    await engine.zoneward.close();
    reopened = await engine.reopen();
    edge = openEdge(reopened);
    await edge.runner.stop();
    assert.equal(taken.length, 3);
    for (const { step, answer } of taken) await repeated(step, answer);
    assert.equal(tokens(), 1);
  });
});
