/** Planning and applying through a server that is slow: the same request again until it is answered, many zones as a job. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../../test/kit/engine.ts';
import { ApiError, type Client, createClient } from '../../client/index.ts';
import { type Edge, openEdge } from '../../http/testing.ts';
import { patiently } from './patiently.ts';
import { remoteChanges } from './remote-changes.ts';

const problem = (code: string) => ({ code, detail: code, next: [] }) as never;

describe('through a slow server', () => {
  let engine: Engine;
  let edge: Edge;
  let client: Client;
  const zones = ['one.com', 'two.com', 'three.com'];
  before(async () => {
    engine = await startEngine();
    for (const name of zones)
      engine.sandbox.seedZone(name, [{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    edge = openEdge(engine.zoneward);
    const { secret } = await edge.makeKey('local', ['admin']);
    client = createClient({
      server: 'http://zoneward.test',
      apiKey: secret,
      fetch: async (input, init) => edge.app.request(String(input), init),
    });
    await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: secret, body: {} }), secret);
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const planJobs = async (): Promise<number> =>
    (await client.listJobs({ query: { kind: 'change-sets.plan', limit: 500 } })).items.length;
  const www = { name: 'www', type: 'A' };

  it('asks again with the same key while the server is at it, and no longer', async () => {
    const keys: (string | undefined)[] = [];
    const answers = ['time-limit', 'idempotency-in-flight', null];
    const answer = await patiently(
      async ({ idempotencyKey }) => {
        keys.push(idempotencyKey);
        const code = answers.shift();
        if (typeof code === 'string') throw new ApiError(504, problem(code));
        return 'planned';
      },
      { pauseMs: 1 },
    );
    assert.deepEqual([answer, keys.length, new Set(keys).size], ['planned', 3, 1]);
    const refused = patiently(() => Promise.reject(new ApiError(409, problem('guard-rail'))), { pauseMs: 1 });
    await assert.rejects(refused, { code: 'guard-rail' });
  });

  it('stores a plan of many zones as a job that tells which zone it reads; one zone within the request', async () => {
    const { changes } = remoteChanges(client);
    const one = await changes.apply(await changes.planEdit(['one.com'], www, { ttl: '600' }));
    assert.deepEqual([one?.status, await planJobs()], ['applied', 0]);
    const many = await changes.planEdit(zones, www, { content: '192.0.2.9' });
    const read: string[] = [];
    const applied = await changes.apply(many, {
      onProgress: (event) => {
        if (event.kind === 'reading') read.push(event.zoneId);
      },
    });
    assert.deepEqual([applied?.status, await planJobs()], ['applied', 1]);
    assert.ok(
      read.every((id) => many.zones.some(({ plan }) => plan.zoneId === id)),
      String(read),
    );
  });

  it('leaves nothing behind when it is stopped while the server plans', async () => {
    const { changes } = remoteChanges(client);
    const planned = await changes.planEdit(zones, www, { ttl: '1200' });
    const signal = AbortSignal.abort();
    await assert.rejects(changes.apply(planned, { signal }), { code: 'cancelled' });
    const { items } = await client.listChangeSets({ query: { status: 'planned', limit: 500 } });
    assert.deepEqual(items, []);
  });

  it('says what the job was refused for, and stores nothing', async () => {
    const { changes } = remoteChanges(client);
    const gone = await changes.planEdit(zones, www, 'remove');
    await assert.rejects(changes.apply(gone), (error: { code: string; details: { guards: unknown[] } }) => {
      assert.deepEqual([error.code, error.details.guards.length], ['guard-rail', zones.length]);
      return true;
    });
    const planned = await changes.planEdit(zones, www, { ttl: '900' });
    const [record] = engine.sandbox.records('two.com');
    engine.sandbox.foreignEdit('two.com', { patches: [{ id: record?.id ?? '', content: '192.0.2.77' }] });
    await assert.rejects(changes.apply(planned), { code: 'plan-moved', kind: 'conflict' });
  });
});
