/** Streams: bounded for each key, ended with the key or the session that opened them, and cut where a part is no whole. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { createOpenStreams, STREAMS_MAX } from './open-streams.ts';
import { type Edge, openEdge } from './testing.ts';

const ENDED_WITHIN_MS = 5_000;

describe('streams', () => {
  let engine: Engine;
  let edge: Edge;
  let admin: string;
  let job: string;
  const stopping = new AbortController();
  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.10' }]);
    edge = openEdge(engine.zoneward, { stopping: stopping.signal });
    admin = (await edge.makeKey('local', ['admin'])).secret;
    // Nobody works, so the job stands still.
    await edge.runner.stop();
    const asked = await edge.ask('POST', '/v1/zones/sync', { key: admin, body: {} });
    assert.equal(asked.status, 202, asked.text);
    job = asked.body.id;
  });
  after(async () => {
    await engine[Symbol.asyncDispose]();
  });

  const open = (key: string, path = `/v1/jobs/${job}/events`) =>
    edge.app.request(path, { headers: { authorization: `Bearer ${key}` } });
  /** Reads to the end, or fails when there is none in time. */
  const end = (response: Response): Promise<string> => {
    const late = wait(ENDED_WITHIN_MS, null, { ref: false }).then(() => {
      throw new Error('The stream goes on');
    });
    return Promise.race([response.text(), late]);
  };

  it('end when their key is revoked, and another key hears on', async () => {
    const key = await edge.makeKey('local', ['read']);
    const [mine, other] = [await open(key.secret), await open(admin)];
    const reader = other.body?.getReader();
    await reader?.read();
    assert.equal((await edge.ask('DELETE', `/v1/api-keys/${key.id}`, { key: admin })).status, 200);
    assert.match(await end(mine), /event: job/);
    assert.equal((await open(key.secret)).status, 401);
    const heard = reader?.read().then(({ done }) => (done ? 'ended' : 'more'));
    assert.notEqual(await Promise.race([heard, wait(1_500, 'silent')]), 'ended');
    await reader?.cancel();
  });

  it('end when their key expires', async () => {
    const body = { label: 'short', scopes: ['read'], expiresAt: new Date(Date.now() + 1_500).toISOString() };
    const made = await edge.ask('POST', '/v1/api-keys', { key: admin, body });
    assert.equal(made.status, 201, made.text);
    await end(await open(made.body.secret));
  });

  it('end when their session is signed out', async () => {
    const headers = { 'zoneward-csrf': '1', 'content-type': 'application/json' };
    const started = await edge.app.request('/v1/session', {
      method: 'POST',
      headers,
      body: JSON.stringify({ apiKey: admin }),
    });
    const cookie = (started.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const stream = await edge.app.request(`/v1/jobs/${job}/events`, {
      headers: { cookie, 'zoneward-tenant': 'local' },
    });
    assert.equal(stream.status, 200);
    await edge.app.request('/v1/session', { method: 'DELETE', headers: { ...headers, cookie } });
    await end(stream);
  });

  it('are so many for one key at a time, and free again when they end', async () => {
    const { secret } = await edge.makeKey('local', ['read']);
    const all = await Promise.all(Array.from({ length: STREAMS_MAX }, () => open(secret)));
    assert.ok(all.every(({ status }) => status === 200));
    const more = await open(secret);
    assert.equal(more.status, 429);
    assert.equal(((await more.json()) as { code: string }).code, 'streams-too-many');
    assert.equal((await open(admin)).status, 200, 'another key has its own');
    await Promise.all(all.map((each) => each.body?.cancel()));
    const again = await open(secret);
    assert.equal(again.status, 200);
    await again.body?.cancel();
    // What never became a stream holds no place.
    for (let tries = 0; tries <= STREAMS_MAX; tries += 1)
      assert.equal((await open(secret, '/v1/jobs/job_none/events')).status, 404);
  });

  it('end well as events, and break off as a file', async () => {
    const end = new AbortController();
    const streams = createOpenStreams(end.signal);
    const never = () => new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(1)) });
    const read = async (type: string) => {
      const reader = streams
        .open('key_a', async () => true)
        .hold(never(), type)
        .getReader();
      await reader.read();
      return reader;
    };
    const [events, file] = [await read('text/event-stream'), await read('application/x-ndjson')];
    assert.equal(streams.count(), 2);
    end.abort();
    assert.equal((await events.read()).done, true);
    await assert.rejects(file.read(), /may not read on/);
    assert.equal(streams.count(), 0);
  });

  it('end when the server stops', async () => {
    const stream = await open(admin);
    stopping.abort();
    await end(stream);
  });
});
