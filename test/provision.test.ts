/** Domains brought up on the sandbox: its zones, records and charges say what was really made, and what was left. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isZonewardError } from '../src/base/errors.ts';
import type { Provisioning } from '../src/domains/provisioning/model.ts';
import { openZoneward, type Tenant, type Zoneward } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const DOMAIN = 'lemonade-stand.com';
const FILE = {
  file: 'lemonade.zone',
  text: [
    '$ORIGIN lemonade-stand.com.',
    '@ 300 IN A 192.0.2.10',
    'www 300 IN CNAME lemonade-stand.com.',
    '@ 300 IN MX 10 mail.lemonade-stand.com.',
    '@ 300 IN TXT "v=spf1 -all"',
    'mail 300 IN AAAA 2001:db8::1',
    '',
  ].join('\n'),
};

const DAY_MS = 86_400_000;
/** The test registrar has no default contact. */
const CONTACTS = {
  registrant: {
    email: 'hostmaster@example.com',
    phone: '+49.301234567',
    postal_info: {
      name: 'Lemonade Stand',
      address: {
        street: 'Hauptstr. 1',
        city: 'Berlin',
        state: 'BE',
        postal_code: '10115',
        country_code: 'DE',
      },
    },
  },
};

/** An engine whose DNS questions go to the sandbox. */
async function start(delegation: 'assigned' | 'none' = 'assigned'): Promise<Engine> {
  return startEngine({ dnsPort: 0, delegation });
}

async function withDns(engine: Engine): Promise<Zoneward> {
  const { sandbox, home } = engine;
  return openZoneward({
    home,
    environment: {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
    },
  });
}

function states({ steps }: Provisioning): string {
  return steps.map(({ name, state }) => `${name}:${state}`).join(' ');
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isZonewardError(error)) return error.code;
    throw error;
  }
  return 'none';
}

/** What a day brings: Cloudflare has looked at the delegation, and somebody carries on. */
async function carryOn(engine: Engine, tenant: Tenant, times = 4): Promise<Provisioning> {
  let now = await tenant.provisioning.provision(DOMAIN);
  for (let turn = 0; turn < times && now.state === 'going'; turn += 1) {
    engine.sandbox.setClock({ advanceMs: 3_600_000 });
    now = await tenant.provisioning.provision(DOMAIN);
  }
  return now;
}

describe('provisioning', () => {
  it('brings a domain from nothing to live, and repeats without doing anything', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    await tenant.provisioning.provision(DOMAIN, { source: FILE });
    const live = await carryOn(engine, tenant);
    assert.equal(live.state, 'live', states(live));
    assert.equal(
      states(live),
      'register:skipped zone:done nameservers:done activation:done records:done tls:skipped dnssec:skipped verify:done',
    );
    assert.match(live.steps.at(-1)?.reason ?? '', /^5 sets of records are answered/);
    assert.equal(engine.sandbox.records(DOMAIN).length, 5);
    engine.sandbox.clearRequests();
    await tenant.provisioning.provision(DOMAIN);
    assert.deepEqual(engine.sandbox.requests(), []);
    const kinds = (await tenant.audit.list({}, 100)).map(({ kind }) => kind);
    for (const kind of ['zone.create-sent', 'zone.created', 'provisioning.live'])
      assert.ok(kinds.includes(kind), kind);
  });

  it('stops where a person must set nameservers, shows both delegations, and goes on in another process', async () => {
    await using engine = await start('none');
    {
      await using zoneward = await withDns(engine);
      const stopped = await zoneward.tenant('local').provisioning.provision(DOMAIN, { source: FILE });
      const step = stopped.steps.find(({ name }) => name === 'nameservers');
      assert.equal(step?.state, 'action');
      assert.match(step?.next[0] ?? '', /Set these at the registrar .*ns\.cloudflare\.com/);
      assert.ok(stopped.dueAt !== null);
      assert.equal(engine.sandbox.records(DOMAIN).length, 0);
    }
    engine.sandbox.updateZone(DOMAIN, { delegation: 'assigned' });
    engine.sandbox.setClock({ advanceMs: 86_400_000 });
    await using zoneward = await withDns(engine);
    const live = await carryOn(engine, zoneward.tenant('local'));
    assert.equal(live.state, 'live', states(live));
  });

  it('buys the name first when told to, and keeps it when taken down', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    await tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
    assert.equal(await codeOf(tenant.provisioning.provision(DOMAIN, { register: {} })), 'price-unconfirmed');
    assert.deepEqual(await tenant.provisioning.list(), [], 'nothing is begun by a refusal');
    engine.sandbox.registrar.update({ outcomes: [{ domain: DOMAIN, state: 'succeeded', afterMs: 600_000 }] });
    const register = { confirmPrice: '10.46', waitMs: 0 };
    const bought = await tenant.provisioning.provision(DOMAIN, { register, source: FILE });
    assert.equal(bought.steps[0]?.state, 'waiting');
    const live = await carryOn(engine, tenant);
    assert.equal(live.state, 'live', states(live));
    assert.equal(engine.sandbox.registrar.charges().length, 1);
    const removed = await tenant.provisioning.deprovision(DOMAIN, { allow: ['zone-delete'] });
    assert.equal(removed.state, 'removed');
    assert.equal((await tenant.registrar.show(DOMAIN)).status, 'active');
  });

  it('takes no name of the test registrar for one that was bought, and buys what lapsed anew', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    await tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
    engine.sandbox.registrar.update({ outcomes: [{ state: 'succeeded', afterMs: 0 }] });
    const tried = await tenant.registrar.register(DOMAIN, {
      sandbox: true,
      confirmPrice: '10.46',
      contacts: CONTACTS,
    });
    assert.equal(tried.state, 'registered', tried.reason);
    assert.equal(engine.sandbox.registrar.charges().length, 0);
    const register = { confirmPrice: '10.46' };
    await tenant.provisioning.provision(DOMAIN, { register });
    assert.equal(engine.sandbox.registrar.charges().length, 1);
    assert.equal((await tenant.provisioning.status(DOMAIN)).steps[0]?.state, 'done');
    // A process that died before it wrote the provisioning down comes again: bought is bought.
    await tenant.provisioning.deprovision(DOMAIN, { allow: ['zone-delete'] });
    await tenant.provisioning.provision(DOMAIN, { register });
    assert.equal(engine.sandbox.registrar.charges().length, 1);
    await tenant.provisioning.deprovision(DOMAIN, { allow: ['zone-delete'] });
    // Nobody renewed it: first it can only be renewed by hand, then it is free again.
    engine.sandbox.setClock({ advanceMs: 370 * DAY_MS });
    await assert.rejects(tenant.provisioning.provision(DOMAIN, { register }), (error) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'domain-owned');
      assert.match(error.next[0] ?? '', /dashboard/);
      return true;
    });
    engine.sandbox.setClock({ advanceMs: 100 * DAY_MS });
    // The purchase made its zone, and a name that is served is taken.
    await tenant.zones.delete(DOMAIN, { allow: ['zone-delete'] });
    await tenant.provisioning.provision(DOMAIN, { register });
    assert.equal(engine.sandbox.registrar.charges().length, 2);
  });

  it('goes on with another purchase where the first one failed', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    await tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
    const failing = { domain: DOMAIN, state: 'failed', afterMs: 0 } as const;
    engine.sandbox.registrar.update({ outcomes: [failing] });
    const register = { confirmPrice: '10.46' };
    const failed = await tenant.provisioning.provision(DOMAIN, { register });
    assert.equal(failed.steps[0]?.state, 'failed');
    assert.equal((await tenant.provisioning.provision(DOMAIN)).steps[0]?.state, 'failed');
    engine.sandbox.registrar.update({ outcomes: [{ ...failing, state: 'succeeded' }] });
    const gone = await tenant.provisioning.provision(DOMAIN, { register });
    assert.equal(gone.steps[0]?.state, 'done', gone.steps[0]?.reason);
    assert.notEqual(gone.wish.register?.purchaseId, failed.wish.register?.purchaseId);
    const held = engine.sandbox.registrar.view().registrations.filter(({ domain }) => domain === DOMAIN);
    assert.equal(held.length, 1);
  });

  it('is not touched by a worker while a person carries it on', async () => {
    await using engine = await start();
    await using person = await withDns(engine);
    await using worker = await withDns(engine);
    engine.sandbox.setFault({ kind: 'slow', phase: 'after', delayMs: 2_000, route: 'POST /zones' });
    const going = person.tenant('local').provisioning.provision(DOMAIN, { source: FILE });
    let sweeps = 0;
    const over = going.then(
      () => true,
      () => true,
    );
    while (!(await Promise.race([over, sleep(100, false)]))) {
      await worker.sweep();
      sweeps += 1;
    }
    assert.ok(sweeps > 3, String(sweeps));
    assert.match(states(await going), /zone:done nameservers:action/, 'it went on by itself');
    const posts = engine.sandbox.requests().filter(({ route }) => route === 'POST /zones');
    assert.equal(posts.length, 1);
    // Two people at once: one goes on, the other is told where it stands.
    const two = [person, worker].map((one) => one.tenant('local').provisioning.provision('mango-stand.com'));
    const ended = await Promise.allSettled(two);
    for (const one of ended)
      if (one.status === 'rejected') assert.equal(one.reason.code, 'provisioning-under-way');
    assert.ok(ended.some(({ status }) => status === 'fulfilled'));
  });

  it('is carried on by a worker when it is due, and only then', async () => {
    await using engine = await start('none');
    const { sandbox, home } = engine;
    let now = Date.now();
    const clock = {
      now: () => now,
      sleep: async (ms: number): Promise<void> => {
        now += ms;
      },
    };
    const environment = {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
    };
    await using zoneward = await openZoneward({ home, environment, clock });
    const tenant = zoneward.tenant('local');
    const stopped = await tenant.provisioning.provision(DOMAIN, { source: FILE });
    assert.equal(stopped.state, 'going');
    sandbox.updateZone(DOMAIN, { delegation: 'assigned' });
    sandbox.setClock({ advanceMs: 86_400_000 });
    await zoneward.sweep();
    assert.equal((await tenant.provisioning.status(DOMAIN)).state, 'going', 'not due yet');
    let shown = stopped;
    // A busy machine can let a DNS question go unanswered: the step is then due again a while later.
    for (let turn = 0; turn < 4 && shown.state === 'going'; turn += 1) {
      now = shown.dueAt ?? now;
      await zoneward.sweep();
      shown = await tenant.provisioning.status(DOMAIN);
    }
    assert.equal(shown.state, 'live', states(shown));
  });

  it('takes down exactly what it added: a zone that was there keeps its records', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    engine.sandbox.seedZone(DOMAIN, [{ type: 'A', name: 'old', content: '192.0.2.1' }]);
    await tenant.provisioning.provision(DOMAIN, { source: FILE });
    assert.equal((await carryOn(engine, tenant)).added.zone.state, 'found');
    assert.equal(engine.sandbox.records(DOMAIN).length, 6);
    const removed = await tenant.provisioning.deprovision(DOMAIN);
    assert.equal(removed.state, 'removed');
    assert.deepEqual(
      engine.sandbox.records(DOMAIN).map(({ name }) => name),
      [`old.${DOMAIN}`],
    );
    assert.equal(await codeOf(tenant.provisioning.status(DOMAIN)), 'provisioning-unknown');
  });

  it('deletes a zone that it made only on its word, and only when nothing else is in it', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    await tenant.provisioning.provision(DOMAIN, { source: FILE });
    await carryOn(engine, tenant);
    assert.equal(await codeOf(tenant.provisioning.deprovision(DOMAIN)), 'guard-rail');
    assert.equal(engine.sandbox.records(DOMAIN).length, 5);
    engine.sandbox.foreignEdit(DOMAIN, { posts: [{ type: 'A', name: 'theirs', content: '192.0.2.77' }] });
    const allow = ['zone-delete'];
    assert.equal(await codeOf(tenant.provisioning.deprovision(DOMAIN, { allow })), 'zone-not-empty');
    assert.deepEqual(
      engine.sandbox.records(DOMAIN).map(({ name }) => name),
      [`theirs.${DOMAIN}`],
    );
    const [theirs] = engine.sandbox.records(DOMAIN);
    engine.sandbox.foreignEdit(DOMAIN, { deletes: [{ id: theirs?.id }] });
    assert.equal((await tenant.provisioning.deprovision(DOMAIN, { allow })).state, 'removed');
    assert.deepEqual(
      engine.sandbox.zones().filter(({ status }) => status !== 'deleted'),
      [],
    );
    assert.equal(await tenant.zones.known(DOMAIN).catch(() => null), null);
  });

  for (const phase of ['before', 'after'] as const) {
    it(`settles a zone whose creation nobody answered (cut ${phase} it landed), and knows it for its own`, async () => {
      await using engine = await start();
      await using zoneward = await withDns(engine);
      const tenant = zoneward.tenant('local');
      engine.sandbox.setFault({ kind: 'reset', phase, route: 'POST /zones' });
      const first = await Promise.race([tenant.provisioning.provision(DOMAIN)]);
      assert.equal(first.added.zone.state === 'made', phase === 'after');
      const live = await carryOn(engine, tenant);
      assert.equal(live.state, 'live', states(live));
      assert.equal(live.added.zone.state, 'made');
      assert.equal(engine.sandbox.zones().length, 1);
    });
  }

  it('does not take a zone for its own that somebody made after Cloudflare refused', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    const refusal = { code: 1061, message: `${DOMAIN} already exists` };
    engine.sandbox.setFault({ kind: 'error', status: 400, body: 'json', ...refusal, route: 'POST /zones' });
    await tenant.provisioning.provision(DOMAIN).catch(() => null);
    assert.equal((await tenant.provisioning.status(DOMAIN)).added.zone.state, 'none');
    engine.sandbox.clearFaults();
    engine.sandbox.seedZone(DOMAIN, []);
    const again = await tenant.provisioning.provision(DOMAIN);
    assert.equal(again.added.zone.state, 'found');
    await tenant.provisioning.deprovision(DOMAIN, { allow: ['zone-delete'] });
    assert.deepEqual(
      engine.sandbox.zones().map(({ status }) => status === 'deleted'),
      [false],
    );
  });

  const refused: readonly (readonly [name: string, code: string])[] = [
    [`www.${DOMAIN}`, 'name-is-subdomain'],
    ['co.uk', 'name-is-extension'],
    ['intranet.local', 'extension-unknown'],
    ['192.0.2.1', 'extension-unknown'],
    ['-lemon.com', 'label-invalid'],
  ];
  for (const [name, code] of refused) {
    it(`refuses ${name} with ${code} before anything is sent`, async () => {
      await using engine = await start();
      assert.equal(await codeOf(engine.tenant.provisioning.provision(name)), code);
      assert.equal(await codeOf(engine.tenant.zones.create(name)), code);
      assert.equal(await codeOf(engine.tenant.registrar.check([name])), code);
      assert.deepEqual(engine.sandbox.requests(), []);
    });
  }
});

describe('zones made by hand', () => {
  const refusals: readonly (readonly [code: number, text: string, hint: RegExp])[] = [
    [1061, `${DOMAIN} already exists`, /Remove it there first/],
    [1049, `${DOMAIN} is not a registered domain`, /domains register/],
    [1097, 'This zone is banned and cannot be added to Cloudflare at this time', /support/],
    [1118, 'Too many attempts', /pending zones/],
  ];
  for (const [code, message, hint] of refusals) {
    it(`says what to do about ${code}`, async () => {
      await using engine = await start();
      engine.sandbox.setFault({
        kind: 'error',
        status: 400,
        body: 'json',
        code,
        message,
        route: 'POST /zones',
      });
      await assert.rejects(engine.tenant.zones.create(DOMAIN), (error) => {
        assert.ok(isZonewardError(error));
        assert.equal(error.code, 'zone-refused');
        assert.match(error.next.join(' '), hint);
        return true;
      });
      const kinds = (await engine.tenant.audit.list({}, 10)).map(({ kind }) => kind);
      assert.deepEqual(kinds.reverse(), ['zone.create-sent', 'zone.create-refused']);
    });
  }

  it('are created, activated, and deleted on their word; an IDN too', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    const zone = await tenant.zones.create('bücher-laden.com');
    assert.equal(zone.facts.name, 'xn--bcher-laden-thb.com');
    assert.equal(await codeOf(tenant.zones.create('bücher-laden.com')), 'zone-exists');
    sandbox.setClock({ advanceMs: 120_000 });
    assert.equal((await tenant.zones.activate('bücher-laden.com')).zone.facts.status, 'active');
    assert.equal(await codeOf(tenant.zones.delete('bücher-laden.com')), 'guard-rail');
    assert.equal(sandbox.zones().length, 1);
    await tenant.zones.delete('bücher-laden.com', { allow: ['zone-delete'] });
    assert.equal(await codeOf(tenant.zones.known('bücher-laden.com')), 'zone-unknown');
  });
});
