/** All zones as one answer: a line each, read as the client takes them, and only what the key reaches. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { STREAMS_MAX } from './open-streams.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const ZONES = 5;
describe('the export of all zones', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;

  before(async () => {
    engine = await startEngine();
    for (let at = 0; at < ZONES; at += 1)
      engine.sandbox.seedZone(`zone${at}.com`, [
        { type: 'A', name: 'www', content: `192.0.2.${at}`, ttl: 300 },
      ]);
    edge = openEdge(engine.zoneward);
    key = (await edge.makeKey('local', ['admin'])).secret;
    await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
    engine.sandbox.seedZone('unread.com', []);
    await edge.ask('POST', '/v1/zones/discover', { key, body: {} });
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const exported = (as: string, query = ''): Promise<Answer> =>
    edge.ask('GET', `/v1/zones/export${query}`, { key: as });
  const linesOf = ({ text }: Answer) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('has a line for each zone that was read, the same file as by itself, and says that it is whole', async () => {
    const calls = engine.sandbox.counts().total;
    for (const format of ['yaml', 'bind']) {
      const answer = await exported(key, `?format=${format}`);
      assert.equal(answer.headers.get('content-type'), 'application/x-ndjson');
      const lines = linesOf(answer);
      assert.deepEqual(lines.pop(), { end: true, zones: ZONES });
      assert.deepEqual(
        lines.map(({ zone }) => zone.name),
        Array.from({ length: ZONES }, (_, at) => `zone${at}.com`),
      );
      for (const { zone, text } of lines)
        assert.equal(
          text,
          (await edge.ask('GET', `/v1/zones/${zone.id}/export?format=${format}`, { key })).text,
        );
    }
    assert.equal(engine.sandbox.counts().total, calls, 'all from the mirror');
  });

  it('ends where the client does, reads no zone ahead of it, and leaves nothing open', async () => {
    for (let time = 0; time <= STREAMS_MAX; time += 1) {
      const headers = { authorization: `Bearer ${key}` };
      const { status, body } = await edge.app.request('/v1/zones/export', { headers });
      assert.ok(status === 200 && body !== null, `${time}: ${status}`);
      const reader = body.getReader();
      const lines = new TextDecoder()
        .decode((await reader.read()).value)
        .trimEnd()
        .split('\n');
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).zone.name),
        ['zone0.com'],
      );
      await reader.cancel();
    }
  });

  it('shows a key what it reaches, and a key for some names nothing', async () => {
    const [one] = linesOf(await exported(key));
    const narrow = (await edge.makeKey('local', ['read'], { zoneIds: [one.zone.id] })).secret;
    assert.deepEqual(
      linesOf(await exported(narrow)).map((line) => line.zone?.name ?? line),
      ['zone0.com', { end: true, zones: 1 }],
    );
    const names = (await edge.makeKey('local', ['read'], { namePatterns: ['www'] })).secret;
    assert.deepEqual((await exported(names)).body.code, 'key-limited');
    const other = (await edge.makeKey('globex', ['admin'])).secret;
    assert.deepEqual(linesOf(await exported(other)), [{ end: true, zones: 0 }]);
    assert.equal((await exported(other, '?connection=nobody')).status, 404);
    assert.equal((await exported(key, '?format=none')).status, 422);
  });
});
