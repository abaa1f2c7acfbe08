/** Registrations followed like zones: read once, kept, what changed from outside told, read again by a worker. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openZoneward } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';

describe('registrations', () => {
  it('are read once and kept; what changed from outside is told when a worker reads them again', async () => {
    await using engine = await startEngine();
    const { sandbox, home } = engine;
    let now = Date.now();
    const clock = {
      now: () => now,
      sleep: async (ms: number): Promise<void> => {
        now += ms;
      },
    };
    await using zoneward = await openZoneward({
      home,
      clock,
      environment: {
        CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      },
    });
    const tenant = zoneward.tenant('local');
    const names = Array.from({ length: 60 }, (_, number) => ({ domain: `lemon-${100 + number}.com` }));
    sandbox.registrar.update({ registrations: names });
    const first = await tenant.registrar.mirrored();
    assert.equal(first.registrations.length, 60);
    const calls = sandbox.requests().length;
    assert.deepEqual((await tenant.registrar.mirrored()).registrations, first.registrations);
    assert.equal((await tenant.registrar.calendar()).entries.length, 60);
    assert.equal(sandbox.requests().length, calls, 'asks nothing');

    const changed = await tenant.registrar.setAutoRenew('lemon-100.com', true);
    assert.equal(changed.changed, true);
    assert.equal((await tenant.registrar.list())[0]?.autoRenew, true, 'what was done shows at once');

    sandbox.registrar.update({ registrations: [{ domain: 'melon.com' }] });
    const url = `${sandbox.baseUrl}/accounts/${sandbox.accountId}/registrar/registrations/lemon-101.com`;
    const headers = { authorization: `Bearer ${sandbox.tokens.full}`, 'content-type': 'application/json' };
    await fetch(url, { method: 'PATCH', headers, body: '{"auto_renew":true}' });
    now += 21_600_001;
    await zoneward.sweep();
    const events = (await tenant.audit.list({}, 50)).filter(({ kind }) =>
      /registration\.(found|changed|gone)/.test(kind),
    );
    const told = events.map(({ summary }) => summary);
    assert.deepEqual(told.sort(), [
      'lemon-101.com changed: autoRenew false → true',
      'melon.com is in the account',
    ]);
    const ours = (await tenant.audit.list({}, 50)).filter(({ summary }) => summary.includes('lemon-100.com'));
    assert.deepEqual(
      ours.map(({ kind }) => kind).sort(),
      ['registration.auto-renew-sent', 'registration.auto-renew-set'],
      'what was done here is not told again as seen',
    );
  });

  it('that end are told of before: at each mark once, later where they renew themselves', async () => {
    const DAY_MS = 86_400_000;
    await using engine = await startEngine();
    const { sandbox, tenant, zoneward } = engine;
    const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS + 60_000).toISOString();
    sandbox.registrar.update({
      registrations: [
        { domain: 'far.com', expiresOn: inDays(60) },
        { domain: 'near.com', expiresOn: inDays(10) },
        { domain: 'renewed.com', expiresOn: inDays(10), autoRenew: true },
      ],
    });
    await tenant.registrar.list();
    await tenant.registrar.list();
    await zoneward.sweep();
    const told = (await tenant.audit.list({ kind: 'registration.expiring' })).map(({ summary }) => summary);
    assert.deepEqual(told, ['The registration of near.com ends in 10 days']);
  });
});
