/** A process whose PostgreSQL is gone for good still ends when it is told to, and says why it ends badly. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';
import { makeDatabase, startPostgres } from './kit/postgres-server.ts';
import { startCli } from './kit/spawn-cli.ts';

const END_MAX_MS = 60_000;

describe('a worker whose store is gone', { timeout: 2 * END_MAX_MS }, () => {
  it('ends when it is told to', async () => {
    const server = await startPostgres();
    const { href: store } = await makeDatabase(server.url);
    const engine = await startEngine({ seed: { zones: [{ name: 'a.example' }] } }, { store });
    const { sandbox, tenant, home } = engine;
    const credential = { kind: 'user-token', token: new Secret(sandbox.tokens.full) } as const;
    await tenant.connections.add({ credential, label: 'a' });
    const before = sandbox.counts().total;
    const env = { ZONEWARD_HOME: home, ZONEWARD_STORE: store, CLOUDFLARE_API_BASE_URL: sandbox.baseUrl };
    const worker = startCli(['worker', '--json'], { env });
    try {
      // Calls that it has made and not yet settled with the budget in the store.
      while (sandbox.counts().total === before) await sleep(20);
      await engine.zoneward.close();
      await server.dispose();
      worker.child.kill('SIGTERM');
      const run = await Promise.race([worker.ended, sleep(END_MAX_MS, null, { ref: false })]);
      assert.ok(run !== null, 'it does not end');
      assert.equal(run.signal, null, run.stderr);
      assert.match(run.stderr, /store/, run.stderr);
    } finally {
      worker.child.kill('SIGKILL');
      await worker.ended;
      await server.dispose();
      await sandbox.close();
    }
  });
});
