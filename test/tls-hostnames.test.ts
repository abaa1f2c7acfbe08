/** Customers' hostnames end to end against the sandbox: added, followed, changed, restarted, removed, taken back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Planned } from '../src/app/handed-out.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'saas.example';
const CUSTOMER = 'customer.example';
const NAME = `shop.${CUSTOMER}`;

async function start(plan: 'free' | 'enterprise' = 'enterprise') {
  const origin = { type: 'A', name: `origin.${ZONE}`, content: '192.0.2.1', ttl: 1 };
  const other = { type: 'A', name: `eu.${ZONE}`, content: '192.0.2.2', ttl: 1 };
  const zones = [{ name: ZONE, plan, records: [origin, other] as never }, { name: CUSTOMER }];
  const engine = await startEngine({ rateLimit: false, seed: { zones } });
  await engine.tenant.zones.get(ZONE);
  await engine.tenant.zones.get(CUSTOMER);
  return engine;
}

function problemCodes({ zones }: Planned): string[] {
  return zones.flatMap(({ plan }) => plan.problems.map(({ code }) => code));
}

describe('custom hostnames', () => {
  test('two statuses are one state, with what the customer has to publish; the zone of the customer may be ours', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    assert.deepEqual(problemCodes(await tenant.hostnames.planAdd(ZONE, NAME)), ['no-fallback-origin']);
    const fallback = await tenant.tls.plan([ZONE], { words: [`fallback_origin=origin.${ZONE}`] });
    const set = await tenant.changes.apply(fallback);
    assert.equal(set?.status, 'applied');
    const added = await tenant.changes.apply(await tenant.hostnames.planAdd(ZONE, NAME, { method: 'txt' }));
    assert.equal(added?.status, 'applied');
    sandbox.setClock({ advanceMs: 6_000 });
    const waiting = await tenant.hostnames.show(ZONE, NAME);
    assert.equal(waiting.view.state, 'waits-for-customer');
    assert.match(waiting.view.next.join('\n'), /shop\.customer\.example CNAME origin\.saas\.example/);
    assert.match(waiting.view.next.join('\n'), /_cf-custom-hostname\.shop\.customer\.example TXT/);
    const { planned, elsewhere } = await tenant.hostnames.planProofs(ZONE, NAME);
    assert.ok(planned !== null && elsewhere.length === 0);
    assert.equal((await tenant.changes.apply(planned))?.status, 'applied');
    assert.deepEqual(
      sandbox
        .records(CUSTOMER)
        .map(({ name }) => name)
        .sort(),
      [`_acme-challenge.${NAME}`, `_cf-custom-hostname.${NAME}`],
    );
    sandbox.setClock({ advanceMs: 600_000 });
    const { hostnames, quota } = await tenant.hostnames.list(ZONE);
    assert.deepEqual([hostnames.map(({ view }) => view.state), quota.used], [['served'], 1]);
    const back = await tenant.changes.planUndo(added?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(back, { allow: ['hostname-delete'] }))?.status, 'applied');
    assert.deepEqual((await tenant.hostnames.list(ZONE)).hostnames, []);
    const unset = await tenant.changes.planUndo(set?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(unset))?.status, 'applied');
    assert.equal((await tenant.hostnames.list(ZONE)).fallback, null);
  });

  test('an edit is taken back exactly', async () => {
    await using engine = await start();
    const { tenant } = engine;
    await tenant.changes.apply(
      await tenant.hostnames.planAdd(ZONE, NAME, { method: 'txt', origin: `origin.${ZONE}`, minTls: '1.2' }),
    );
    const { hostname: before } = await tenant.hostnames.show(ZONE, NAME);
    const wish = { origin: `eu.${ZONE}`, minTls: '1.3', wildcard: true };
    const edited = await tenant.changes.apply(await tenant.hostnames.planEdit(ZONE, NAME, wish));
    assert.equal(edited?.status, 'applied');
    assert.equal(await tenant.changes.apply(await tenant.hostnames.planEdit(ZONE, NAME, wish)), null);
    const undo = await tenant.changes.planUndo(edited?.changeSet.id ?? ('' as never));
    assert.equal((await tenant.changes.apply(undo))?.status, 'applied');
    const { hostname: after } = await tenant.hostnames.show(ZONE, NAME);
    const facts = ({ origin, ssl }: typeof before) => [origin, ssl?.minTls, ssl?.wildcard, ssl?.method];
    assert.deepEqual(facts(after), facts(before));
  });

  test('a validation that timed out says so, and is restarted', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    const zone = await tenant.zones.get(ZONE);
    sandbox.updateZone(zone.facts.id, { certificatesValidate: false });
    await tenant.changes.apply(await tenant.hostnames.planAdd(ZONE, NAME, { origin: `origin.${ZONE}` }));
    sandbox.setClock({ advanceMs: 2 * 86_400_000 });
    assert.equal((await tenant.hostnames.show(ZONE, NAME)).view.state, 'timed-out');
    const restarted = await tenant.changes.apply(await tenant.hostnames.planRestart(ZONE, NAME));
    assert.equal(restarted?.status, 'applied');
    assert.notEqual((await tenant.hostnames.show(ZONE, NAME)).view.state, 'timed-out');
  });

  const rows = [
    ['a wildcard', `*.${CUSTOMER}`, {}, 'host-invalid'],
    ['an address', `https://${NAME}/path`, {}, 'host-invalid'],
    ['a single label', 'localhost', {}, 'host-invalid'],
    ['the zone itself', ZONE, {}, 'host-of-this-zone'],
    ['an origin of another zone', NAME, { origin: 'origin.other.example' }, 'origin-of-another-zone'],
    ['an unknown method', NAME, { method: 'pigeon' }, 'value-invalid'],
    ['an unknown TLS version', NAME, { minTls: '1.4' }, 'value-invalid'],
    ['a wildcard proved by HTTP', NAME, { wildcard: true, method: 'http' }, 'wildcard-needs-txt'],
  ] as const;
  test('what cannot be added is said before', async (t) => {
    await using engine = await start();
    for (const [name, hostname, wish, code] of rows)
      await t.test(name, async () => {
        const codes = problemCodes(await engine.tenant.hostnames.planAdd(ZONE, hostname, wish));
        assert.ok(codes.includes(code), codes.join());
      });
  });

  test('without SSL for SaaS nothing is sent', async () => {
    await using engine = await start('free');
    const planned = await engine.tenant.hostnames.planAdd(ZONE, NAME, { origin: `origin.${ZONE}` });
    assert.deepEqual(problemCodes(planned), ['add-on-missing']);
    await assert.rejects(engine.tenant.hostnames.show(ZONE, NAME), { code: 'hostname-unknown' });
  });
});
