/** TLS of many zones from what was last seen: no call, its age told; the worker follows certificates and tells what moved. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCertificate } from './kit/certificates.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';

describe('the fleet view', () => {
  test('a thousand zones cost no call, and each tells how old its view is', async () => {
    const names = Array.from({ length: 1_000 }, (_, number) => ({ name: `z${number}.example` }));
    await using engine = await startEngine({ rateLimit: false, seed: { zones: names } });
    const { tenant, sandbox } = engine;
    await tenant.zones.discover();
    await tenant.tls.show('z0.example');
    const unasked = sandbox.requests().length;
    await tenant.tls.refresh(['z0.example']);
    const asked = sandbox
      .requests()
      .slice(unasked)
      .map(({ url }) => url);
    assert.deepEqual([asked.length, new Set(asked).size], [17, 17], 'each thing once');
    await tenant.tls.refresh(['z1.example']);
    const before = sandbox.requests().length;
    const list = await tenant.tls.list();
    assert.equal(sandbox.requests().length, before, 'nothing was asked');
    assert.equal(list.length, 1_000);
    assert.deepEqual(
      list
        .filter(({ readAt }) => readAt !== null)
        .map(({ zone }) => zone.facts.name)
        .sort(),
      ['z0.example', 'z1.example'],
    );
    const first = list.find(({ zone }) => zone.facts.name === 'z0.example');
    assert.ok(first !== undefined && first.bad > 0 && first.certificates === 1 && first.nextExpiry !== null);
  });
});

describe('following', () => {
  test('what was ordered is looked at by the worker; every status is an event', async () => {
    await using engine = await startEngine({
      rateLimit: false,
      seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
    });
    const { tenant, sandbox, zoneward } = engine;
    await tenant.zones.get(ZONE);
    await tenant.tls.refresh([ZONE]);
    const applied = await tenant.changes.apply(await tenant.certificates.planOrder(ZONE));
    const id = applied?.zones[0]?.outcomes[0]?.recordId ?? '';
    await zoneward.sweep();
    sandbox.setClock({ advanceMs: 600_000 });
    await tenant.tls.refresh([ZONE]);
    const moves = (await tenant.audit.list({ kind: 'certificate.status' }))
      .map(({ payload }) => payload as { certificateId: string; from: string | null; to: string | null })
      .filter(({ certificateId }) => certificateId === id)
      .map(({ from, to }) => `${from} → ${to}`);
    assert.deepEqual(moves.sort(), ['initializing → active', 'null → initializing']);
  });

  test('a certificate that ends soon is told of once, one that Cloudflare renews not yet', async () => {
    await using engine = await startEngine({
      rateLimit: false,
      seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
    });
    const { tenant } = engine;
    await tenant.zones.get(ZONE);
    await tenant.changes.apply(await tenant.certificates.planUpload(ZONE, makeCertificate([ZONE], 20)));
    await tenant.tls.refresh([ZONE]);
    await tenant.tls.refresh([ZONE]);
    const told = await tenant.audit.list({ kind: 'certificate.expiring' });
    assert.deepEqual(
      told.map(({ payload }) => [payload?.['type'], payload?.['name'], payload?.['daysLeft']]),
      [['own', ZONE, 19]],
    );
  });

  test('the calendar holds every kind, live or as last seen', async () => {
    await using engine = await startEngine({
      rateLimit: false,
      seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
    });
    const { tenant, sandbox } = engine;
    await tenant.zones.get(ZONE);
    await tenant.changes.apply(await tenant.certificates.planUpload(ZONE, makeCertificate([ZONE], 40)));
    await tenant.changes.apply(
      await tenant.certificates.planPullUpload(ZONE, makeCertificate([], 50), 'zone'),
    );
    const live = await tenant.tls.calendar([ZONE]);
    assert.deepEqual(
      live.entries.map(({ pack }) => pack.type),
      ['own', 'client', 'universal'],
    );
    const before = sandbox.requests().length;
    const stored = await tenant.tls.calendar([ZONE], { stored: true });
    assert.deepEqual(stored.entries, live.entries);
    assert.equal(sandbox.requests().length, before);
  });
});
