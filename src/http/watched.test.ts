/** Credentials tested under the caller's eyes: steps as they end, then what was found, and what came of it. */
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

  const watch = async (body?: object, path = '/v1/connections/test') => {
    const answer = await edge.ask('POST', path, { key, ...(body === undefined ? {} : { body }) });
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

  /** Where the account is known it need not be found. */
  const STEPS = ['step', 'step', 'step', 'step'];

  it('adds, tests again and relinks with the calls that it costs unwatched', async () => {
    const credential = { token: engine.sandbox.tokens.full };
    const calls = async (work: () => Promise<unknown>): Promise<number> => {
      const before = engine.sandbox.requests().length;
      await work();
      return engine.sandbox.requests(before).length;
    };
    const cost = await calls(() => watch({ credential }));
    const added = await watch({ credential, label: 'Watched' }, '/v1/connections/events');
    assert.deepEqual(added.names, ['step', ...STEPS, 'done']);
    const { connection, report } = added.events.at(-1)?.data ?? {};
    assert.deepEqual([connection.label, connection.state, report.passed], ['Watched', 'active', true]);
    for (const path of ['test', 'relink']) {
      const spent = await calls(async () => {
        const body = path === 'relink' ? { credential } : undefined;
        const again = await watch(body, `/v1/connections/${connection.id}/${path}/events`);
        assert.deepEqual(again.names, [...STEPS, 'done'], path);
        assert.equal(again.events.at(-1)?.data.connection.id, connection.id);
      });
      assert.ok(spent <= cost, `${path}: ${spent} calls, ${cost} for a test`);
    }
  });

  it('stores nothing of what fails while it is watched', async () => {
    const credential = { token: 'x'.repeat(40) };
    const { id } = (await edge.ask('GET', '/v1/connections', { key })).body.items[0];
    for (const path of ['/v1/connections/events', `/v1/connections/${id}/relink/events`]) {
      const { names, events } = await watch({ credential }, path);
      assert.deepEqual(names.slice(-5), [...STEPS, 'problem'], path);
      const problem = events.at(-1)?.data;
      assert.deepEqual([problem.code, problem.details.report.passed], ['credential-rejected', false]);
    }
    assert.equal((await edge.ask('GET', '/v1/connections', { key })).body.items.length, 1);
    const unknown = await edge.ask('POST', '/v1/connections/con_none/test/events', { key });
    assert.equal(unknown.status, 404, 'who cannot reach it is told so before anything is watched');
  });
});
