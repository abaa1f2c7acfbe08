/**
 * kill -9 while a connect session saves: the connection and the end of the session are one commit, so whenever the process
 * dies both are there or neither is, and a visitor who comes again ends with one connection.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEngine } from './kit/engine.ts';

/** Saves through the link as a server would, and says when it has. */
const VISITOR = `
  import { openZoneward } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)};
  const { home, store, link, token, baseUrl } = JSON.parse(process.argv[1]);
  const zoneward = await openZoneward({ home, store, environment: { CLOUDFLARE_API_BASE_URL: baseUrl } });
  const visit = await zoneward.connectVisit(link);
  await visit.save({ token });
  process.stdout.write('saved');
  setInterval(() => {}, 1_000);
`;
/** From the first call of its test; the commit comes within them. The last: once it says that it has saved. */
const DELAYS_MS = [0, 40, 60, 80, 100, 120, 160, 240, 'saved'] as const;

describe('a process that is killed while a connect session saves', { timeout: 300_000 }, () => {
  it('leaves a connection and a used link, or no connection and a link that works', async (t) => {
    await using engine = await startEngine({ latencyMs: 5 });
    const { sandbox, zoneward, home } = engine;
    const seen = { both: 0, neither: 0 };
    for (const [index, delayMs] of DELAYS_MS.entries()) {
      const tenant = zoneward.tenant(`customer-${index}`);
      const { session, secret } = await tenant.connectSessions.create({});
      const input = {
        home,
        store: zoneward.config.storeUrl.reveal(),
        link: secret.reveal(),
        token: sandbox.tokens.full,
        baseUrl: sandbox.baseUrl,
      };
      const calls = sandbox.requests().length;
      const child = spawn(process.execPath, ['--input-type=module', '-e', VISITOR, JSON.stringify(input)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const closed = once(child, 'close');
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      // Killed from the first call of its test on, and later each time.
      while (sandbox.requests().length === calls) await sleep(1);
      if (delayMs !== 'saved') await sleep(delayMs);
      else while (said !== 'saved') await sleep(5);
      child.kill('SIGKILL');
      await closed;

      const saved = await tenant.connections.list();
      const after = await tenant.connectSessions.get(session.id);
      const isOver = after.used !== null;
      assert.equal(saved.length, isOver ? 1 : 0, `killed after ${delayMs}`);
      seen[isOver ? 'both' : 'neither'] += 1;
      const again = await zoneward.connectVisit(input.link);
      assert.equal(again === null, isOver);
      await again?.save({ token: input.token });
      const [only, ...more] = await tenant.connections.list();
      assert.ok(only !== undefined && more.length === 0);
      assert.equal((await tenant.connectSessions.get(session.id)).used?.connectionId, only.id);
      assert.equal((await tenant.audit.verify()).ok, true);
    }
    assert.ok(seen.both > 0 && seen.neither > 0, 'it was killed on either side of the commit');
    assert.deepEqual((await zoneward.checkStore()).problems, []);
    t.diagnostic(`${seen.both} times both, ${seen.neither} times neither`);
  });
});
