/** What a process that is gone left open is settled by the worker, without anybody asking, against the sandbox. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Clock, systemClock } from '../src/base/clock.ts';
import { isZonewardError, openZoneward } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'left.example';
const RECORD = { type: 'A', name: 'api', content: '203.0.113.9' } as const;

it('the worker settles an apply whose process is gone, and the zone can be read again', async (t) => {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  // Whoever waits makes time pass.
  const passing: Clock = {
    now,
    sleep: async (ms) => {
      aheadMs += ms;
    },
  };
  await using engine = await startEngine({ rateLimit: false }, { clock: passing });
  const { sandbox, zoneward, tenant, home } = engine;
  sandbox.seedZone(ZONE, [{ type: 'A', name: 'www', content: '203.0.113.7' }]);
  await tenant.zones.syncAll();

  let isGone = false;
  const silence = Promise.withResolvers<Response>();
  t.after(() => silence.reject(new Error('nobody waits for it any more')));
  const landed = Promise.withResolvers<void>();
  await using gone = await openZoneward({
    home,
    clock: {
      now,
      sleep: (ms, signal) => (isGone ? new Promise(() => undefined) : systemClock.sleep(ms, signal)),
    },
    environment: {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    },
    // Its request lands, and it never hears of the answer, nor does time pass for it: as good as killed.
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      if (!String(input).endsWith('/dns_records/batch')) return answer;
      isGone = true;
      landed.resolve();
      return silence.promise;
    },
  });
  const { changes } = gone.tenant('local');
  void changes.apply(await changes.planAdd(ZONE, RECORD)).catch(() => undefined);
  await landed.promise;
  const changeSet = async () => (await tenant.changes.list({}, 1))[0];
  await zoneward.sweep();
  assert.equal((await changeSet())?.status, 'applying', 'its lease has not run out');
  await assert.rejects(tenant.zones.sync(ZONE), (error) => {
    return isZonewardError(error) && error.code === 'own-write-open';
  });

  aheadMs += 240_000;
  const said: string[] = [];
  await zoneward.sweep({ onEvent: ({ kind, message }) => said.push(`${kind}: ${message}`) });
  const settled = await changeSet();
  assert.equal(settled?.status, 'applied');
  assert.deepEqual(
    said.filter((line) => line.startsWith('recovery')),
    [`recovery: change set ${settled?.id}, which a process left open, is applied`],
  );
  assert.equal((await tenant.zones.sync(ZONE)).recordCount, 2);
  assert.equal(sandbox.records(ZONE).filter(({ name }) => name === `api.${ZONE}`).length, 1);
  assert.equal((await tenant.audit.list({ kind: 'change-set.applied' }, 5)).length, 1);
});
