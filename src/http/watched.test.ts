/** A credential tested under the caller's eyes: steps as they end, then what was found. Nothing is stored. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Edge, openEdge } from './testing.ts';

describe('a credential, tested and watched', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;
  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.10' }]);
    edge = openEdge(engine.zoneward);
    key = (await edge.makeKey('acme', ['admin'])).secret;
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const watch = async (body: object) => {
    const answer = await edge.ask('POST', '/v1/connections/test', { key, body });
    const events = [...answer.text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      name,
      data: JSON.parse(data ?? ''),
    }));
    return { answer, events, names: events.map(({ name }) => name) };
  };

  it('tells each step, then the report', async () => {
    const { answer, events, names } = await watch({ credential: { token: engine.sandbox.tokens.full } });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    assert.deepEqual(names, ['step', 'step', 'step', 'step', 'step', 'report']);
    const report = events.at(-1)?.data;
    assert.equal(report.passed, true);
    assert.deepEqual(
      events.slice(0, -1).map(({ data }) => data),
      report.steps,
    );
    assert.ok(!answer.text.includes(engine.sandbox.tokens.full));
    assert.equal((await edge.ask('GET', '/v1/connections', { key })).body.items.length, 0);
  });

  it('tells of a token that is unknown what failed, and skips the rest', async () => {
    const { events } = await watch({ credential: { token: 'x'.repeat(40) } });
    const report = events.at(-1)?.data;
    assert.deepEqual([report.passed, report.failure.code], [false, 'credential-rejected']);
    assert.ok(report.steps.some(({ outcome }: { outcome: string }) => outcome === 'skipped'));
  });

  it('tells what cannot be tested as a problem', async () => {
    const { events, names } = await watch({ credential: {} });
    assert.deepEqual(names, ['problem']);
    assert.ok(events[0]?.data.status >= 400 && events[0]?.data.request_id.length > 0);
  });
});
