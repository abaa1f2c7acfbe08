import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { generateClient } from '../../scripts/client.ts';
import { startEngine } from '../../test/kit/engine.ts';
import { ENDPOINTS } from '../http/endpoints.ts';
import { openEdge } from '../http/testing.ts';
import { ApiError, allPages, createClient, waitForJob } from './index.ts';
import { ROUTES } from './operations.ts';

describe('client', () => {
  it('is generated from the present schemas', () => {
    for (const [name, text] of Object.entries(generateClient())) {
      const held = readFileSync(path.join(import.meta.dirname, name), 'utf8');
      assert.ok(held === text, `src/client/${name} is not current: npm run client`);
    }
    assert.deepEqual(Object.keys(ROUTES).sort(), ENDPOINTS.map(({ operationId }) => operationId).sort());
  });

  it('does the main job, page by page and job by job', async () => {
    await using engine = await startEngine();
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    engine.sandbox.seedZone('example.net', []);
    const edge = openEdge(engine.zoneward);
    const { secret } = await edge.makeKey('acme', ['admin']);
    const lost: string[] = [];
    const client = createClient({
      server: 'http://zoneward.test/',
      apiKey: secret,
      // Each write's first answer is lost on its way.
      fetch: async (address, init) => {
        const response = await edge.app.request(String(address), init);
        const key = new Headers(init?.headers).get('idempotency-key');
        if (key === null || lost.includes(key)) return response;
        lost.push(key);
        throw new TypeError('connection reset');
      },
    });
    try {
      await client.addConnection({ body: { credential: { token: engine.sandbox.tokens.full } } });
      assert.equal((await client.listConnections({})).items.length, 1);
      await waitForJob(client, (await client.syncZones({ body: {} })).id);
      const names: string[] = [];
      for await (const { name } of allPages((cursor) =>
        client.listZones({ query: cursor === undefined ? { limit: 1 } : { limit: 1, cursor } }),
      ))
        names.push(name);
      assert.ok(names.includes('example.com') && names.includes('example.net'));
      const record = { name: 'new', type: 'A', content: '192.0.2.2' };
      const saved = await client.saveChangeSet({
        body: { plan: { kind: 'add', zone: 'example.com', record } },
      });
      const done = await waitForJob(client, (await client.applyChangeSet({ id: saved.id, body: {} })).id);
      assert.equal(done.result?.['status'], 'applied');
      assert.equal(
        (await client.listChangeSets({})).items.length,
        1,
        'a lost answer is no second change set',
      );
      await assert.rejects(
        client.getZone({ zone: 'nowhere.example' }),
        (error) => error instanceof ApiError && error.status === 404 && error.code === 'zone-unknown',
      );
      await assert.rejects(client.getZone({ zone: '..' }), TypeError);
    } finally {
      await edge.runner.stop();
    }
  });
});
