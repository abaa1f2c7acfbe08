/** Customers' hostnames end to end against the sandbox: added, followed, changed, restarted, removed, taken back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Planned, Secret, ZonewardError } from '../src/app/re-exports.ts';
import type { AccountId } from '../src/base/ids.ts';
import { openEdge } from '../src/http/testing.ts';
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

  test('a name of the zone itself is refused, and let through with its word', async () => {
    await using engine = await start();
    const { tenant } = engine;
    const planned = await tenant.hostnames.planAdd(ZONE, `www.${ZONE}`, { origin: `origin.${ZONE}` });
    const [guard] = planned.zones[0]?.plan.guards ?? [];
    assert.deepEqual([guard?.code, guard?.override], ['host-of-this-zone', 'hostname-of-zone']);
    await assert.rejects(tenant.changes.apply(planned), { code: 'guard-rail' });
    const applied = await tenant.changes.apply(planned, { allow: ['hostname-of-zone'] });
    assert.equal(applied?.status, 'applied');
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

/** The customer's zone exists in two accounts, each with a connection of its own; the zone that serves is in the first. */
async function startTwice() {
  const engine = await startEngine({
    rateLimit: false,
    seed: {
      accounts: [{ name: 'Second' }],
      zones: [
        {
          name: ZONE,
          plan: 'enterprise',
          records: [{ type: 'A', name: `origin.${ZONE}`, content: '192.0.2.1' }] as never,
        },
        { name: CUSTOMER },
        { name: CUSTOMER, account: 'Second' },
      ],
    },
  });
  const { sandbox, tenant } = engine;
  const zones = sandbox.zones();
  const second = zones.find(({ accountId }) => accountId !== sandbox.accountId);
  const add = async (label: string, account: string, ids: readonly string[]) => {
    const permissions = [
      'Zone Read',
      'DNS Read',
      'DNS Write',
      'SSL and Certificates Read',
      'SSL and Certificates Write',
    ];
    const { value } = sandbox.createToken({ name: label, permissions, zones: ids });
    const credential = { kind: 'user-token' as const, token: new Secret(value) };
    await tenant.connections.add({ label, credential, accountId: account as AccountId });
    await tenant.zones.discover(label);
  };
  const idOf = (name: string) =>
    zones.find((zone) => zone.name === name && zone.accountId === sandbox.accountId)?.id ?? '';
  await add('Serves', sandbox.accountId, [idOf(ZONE)]);
  await add('First', sandbox.accountId, [idOf(CUSTOMER)]);
  await add('Second', second?.accountId ?? '', [second?.id ?? '']);
  return Object.assign(engine, { firstId: idOf(CUSTOMER), secondId: second?.id ?? '' });
}

test('proofs that several connections could publish go through the one that is named', async () => {
  await using engine = await startTwice();
  const { tenant, sandbox, firstId, secondId } = engine;
  const wish = { method: 'txt', origin: `origin.${ZONE}` };
  await tenant.changes.apply(await tenant.hostnames.planAdd(ZONE, NAME, wish));
  sandbox.setClock({ advanceMs: 6_000 });
  const unnamed = await tenant.hostnames.planProofs(ZONE, NAME).catch((error: unknown) => error);
  assert.ok(unnamed instanceof ZonewardError);
  assert.deepEqual(
    [unnamed.code, unnamed.next],
    ['several-connections', ['--through "First"', '--through "Second"']],
  );
  // The one that looks at the hostname may be named as well: it is not the one that publishes.
  for (const [through, zoneId] of [
    ['Second', secondId],
    ['First', firstId],
  ] as const) {
    const { planned } = await tenant.hostnames.planProofs(ZONE, NAME, { connection: 'Serves', through });
    assert.deepEqual(
      planned?.zones.map(({ plan }) => plan.zoneId),
      [zoneId],
    );
    assert.ok(planned !== null && (await tenant.changes.apply(planned))?.status === 'applied');
    assert.equal(sandbox.records(zoneId).length, 2);
  }
  await assert.rejects(tenant.hostnames.planProofs(ZONE, NAME, { through: 'Nobody' }), {
    code: 'connection-unknown',
  });
});

test('over HTTP, proofs are a kind of plan; what others must publish is told', async () => {
  await using engine = await startTwice();
  const { tenant, sandbox, zoneward, secondId } = engine;
  const edge = openEdge(zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const { secret: key } = await edge.makeKey('local', ['admin']);
  await tenant.changes.apply(
    await tenant.hostnames.planAdd(ZONE, NAME, { method: 'txt', origin: `origin.${ZONE}` }),
  );
  await tenant.changes.apply(
    await tenant.hostnames.planAdd(ZONE, 'www.stranger.example', { method: 'txt', origin: `origin.${ZONE}` }),
  );
  sandbox.setClock({ advanceMs: 6_000 });
  const plan = (hostname: string, through?: string) =>
    edge.ask('POST', '/v1/plans', {
      key,
      body: { kind: 'certificates', zone: ZONE, change: { kind: 'hostname-proofs', hostname, through } },
    });
  const unnamed = await plan(NAME);
  assert.deepEqual([unnamed.status, unnamed.body.code], [422, 'several-connections'], unnamed.text);
  const named = await plan(NAME, 'Second');
  assert.equal(named.body.plans[0].zone.id, secondId, named.text);
  const others = await plan('www.stranger.example');
  assert.deepEqual([others.status, others.body.code], [409, 'proofs-elsewhere'], others.text);
  assert.match(others.body.next.join(), /_cf-custom-hostname\.www\.stranger\.example TXT/);
});
