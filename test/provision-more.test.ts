/** Provisioning with templates, TLS, DNSSEC and lists of domains; and killed where it hurts. The sandbox is the judge. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { provisionAll } from '../src/app/bulk-provision.ts';
import { isZonewardError } from '../src/base/errors.ts';
import { parseBulk } from '../src/domains/provisioning/bulk-file.ts';
import type { Provisioning } from '../src/domains/provisioning/model.ts';
import { openZoneward, type Tenant, type Zoneward } from '../src/index.ts';
import type { Fault } from '../src/sandbox/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { leapingClock } from './kit/leaping-clock.ts';
import { runCli, startCli } from './kit/spawn-cli.ts';

const DOMAIN = 'lemonade-stand.com';
const FILE = { file: 'lemonade.zone', text: '$ORIGIN lemonade-stand.com.\napi 300 IN A 192.0.2.10\n' };

function envOf({ sandbox, home }: Engine): Record<string, string> {
  return {
    ZONEWARD_HOME: home,
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
  };
}

const start = (): Promise<Engine> => startEngine({ dnsPort: 0, delegation: 'assigned', rateLimit: false });
const withDns = (engine: Engine): Promise<Zoneward> =>
  openZoneward({ home: engine.home, environment: envOf(engine) });

function states({ steps }: Provisioning): string {
  return steps.map(({ name, state }) => `${name}:${state}`).join(' ');
}

async function days(
  engine: Engine,
  tenant: Tenant,
  input: Parameters<Tenant['provisioning']['provision']>[1] = {},
): Promise<Provisioning> {
  let now = await tenant.provisioning.provision(DOMAIN, input);
  for (let turn = 0; turn < 5 && now.state === 'going'; turn += 1) {
    engine.sandbox.setClock({ advanceMs: 3_600_000 });
    now = await tenant.provisioning.provision(DOMAIN);
  }
  return now;
}

const TEMPLATES = [
  { template: 'vercel.com/site' },
  { template: 'google.com/workspace', groups: ['mail', 'verification'], variables: { verification: 'abc' } },
];

describe('provisioning with everything', () => {
  it('applies file, templates and TLS, waits for DNSSEC, is live, and leaves nothing when taken down', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    const wish = { source: FILE, templates: TEMPLATES, tls: 'modern', dnssec: true } as const;
    const held = await days(engine, tenant, wish);
    assert.match(states(held), /records:done tls:done dnssec:action/);
    assert.match(held.steps[6]?.next.join(' ') ?? '', /add the DS record \d+ 13 2/);
    assert.equal(engine.sandbox.records(DOMAIN).length, 6);
    assert.equal((await tenant.templates.applied(DOMAIN)).length, 2);
    engine.sandbox.updateZone(DOMAIN, { parentDs: 'published' });
    const live = await days(engine, tenant);
    assert.equal(live.state, 'live', states(live));
    assert.match(live.steps.at(-1)?.reason ?? '', /answered as wanted/);
    const min = (await tenant.tls.settings(DOMAIN, ['min_version']))[0]?.state?.value;
    assert.equal(min, '1.2');
    const removed = await tenant.provisioning.deprovision(DOMAIN, { allow: ['zone-delete'] });
    assert.equal(removed.state, 'removed');
    assert.deepEqual(
      engine.sandbox.zones().filter(({ status }) => status !== 'deleted'),
      [],
    );
  });

  it('on a zone that was there takes back its templates and its settings, and nothing else', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    engine.sandbox.seedZone(DOMAIN, [
      { type: 'A', name: 'old', content: '192.0.2.1', ttl: 300 },
      { type: 'A', name: '@', content: '192.0.2.2', ttl: 300 },
    ]);
    const before = engine.sandbox.records(DOMAIN).map(({ name, content }) => `${name} ${content}`);
    const live = await days(engine, tenant, { templates: TEMPLATES, tls: 'modern' });
    assert.equal(live.state, 'live', states(live));
    assert.ok(engine.sandbox.records(DOMAIN).some(({ content }) => content === '76.76.21.21'));
    await tenant.provisioning.deprovision(DOMAIN);
    const after = engine.sandbox.records(DOMAIN).map(({ name, content }) => `${name} ${content}`);
    assert.deepEqual(after.sort(), before.sort());
    assert.equal((await tenant.tls.settings(DOMAIN, ['min_version']))[0]?.state?.value, '1.0');
  });

  it('signs a zone that was there, and unsigns it only on its word while the parent vouches for it', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    engine.sandbox.seedZone(DOMAIN, []);
    await days(engine, tenant, { dnssec: true });
    engine.sandbox.updateZone(DOMAIN, { parentDs: 'published' });
    assert.equal((await days(engine, tenant)).state, 'live');
    await assert.rejects(tenant.provisioning.deprovision(DOMAIN), { code: 'guard-rail' });
    assert.equal((await tenant.tls.dnssec(DOMAIN)).status, 'active');
    engine.sandbox.updateZone(DOMAIN, { parentDs: 'none' });
    const removed = await tenant.provisioning.deprovision(DOMAIN, { allow: ['dnssec-off'] });
    assert.equal(removed.state, 'removed');
    assert.notEqual((await tenant.tls.dnssec(DOMAIN)).status, 'active');
  });

  it('waits for the edge certificate where a record is proxied', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const text =
      'zone: lemonade-stand.com\nrecords:\n  - { name: www, type: A, content: 192.0.2.1, proxied: true }\n';
    const live = await days(engine, zoneward.tenant('local'), { source: { file: 'z.yaml', text } });
    assert.equal(live.state, 'live', states(live));
    assert.match(live.steps.at(-1)?.reason ?? '', /certificate is active at the edge/);
  });

  const refused: readonly (readonly [name: string, input: object, code: string])[] = [
    ['a file with a mistake', { source: { file: 'z.zone', text: '@ IN A nowhere' } }, 'address-invalid'],
    [
      'a template without its variables',
      { templates: [{ template: 'github.com/pages' }] },
      'variable-missing',
    ],
    [
      'a hostile variable',
      { templates: [{ template: 'github.com/pages', variables: { user: 'a\nb' } }] },
      'variable-control',
    ],
    ['an unknown template', { templates: [{ template: 'nope' }] }, 'template-unknown'],
  ];
  for (const [name, input, code] of refused) {
    it(`refuses ${name} before anything is bought or made`, async () => {
      await using engine = await start();
      await engine.tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
      const register = { confirmPrice: '10.46' };
      await assert.rejects(engine.tenant.provisioning.provision(DOMAIN, { ...input, register }), (error) => {
        assert.ok(
          isZonewardError(error) && (error.code === code || error.message.includes('nowhere')),
          String(error),
        );
        return true;
      });
      assert.deepEqual(engine.sandbox.requests(), []);
      assert.deepEqual(engine.sandbox.registrar.charges(), []);
    });
  }
});

/** Runs the command until the fault has struck, and kills it there. */
async function killedAt(engine: Engine, fault: Fault, args: readonly string[]): Promise<void> {
  const { sandbox } = engine;
  sandbox.setFault(fault);
  const { child, ended } = startCli(args, { env: envOf(engine) });
  const patience = Date.now() + 30_000;
  while (sandbox.faults().some(({ struck }) => struck === 0)) {
    assert.ok(Date.now() < patience, 'the request never came');
    if (child.exitCode !== null) {
      const { stdout, stderr } = await ended;
      assert.fail(`it ended before the request came: ${stdout}${stderr}`);
    }
    await sleep(5);
  }
  await sleep(200);
  child.kill('SIGKILL');
  await ended;
  sandbox.clearFaults();
}

/**
 * Until the request that was on its way has landed. A lease is longer than any request is on its way; where the clock leaps
 * over the lease, the request must be over before the leap.
 */
async function landed({ sandbox }: Engine): Promise<void> {
  const patience = Date.now() + 30_000;
  while (sandbox.requests().every(({ fault }) => fault === undefined)) {
    assert.ok(Date.now() < patience, 'the request never landed');
    await sleep(20);
  }
}

describe('a provisioning that is killed', () => {
  const registrations = 'POST /accounts/{account_id}/registrar/registrations';
  const moments: readonly (readonly [name: string, fault: Fault])[] = [
    [
      'before the name is bought, which happens later all the same',
      { kind: 'slow', phase: 'before', delayMs: 5_000, route: registrations },
    ],
    [
      'while the answer of the purchase is on its way',
      { kind: 'slow', phase: 'after', delayMs: 5_000, route: registrations },
    ],
    ['while the zone is looked for', { kind: 'slow', delayMs: 5_000, route: 'GET /zones' }],
    ['before the zone is made', { kind: 'slow', phase: 'before', delayMs: 5_000, route: 'POST /zones' }],
    [
      'while the answer with the zone is on its way',
      { kind: 'slow', phase: 'after', delayMs: 5_000, route: 'POST /zones' },
    ],
  ];
  for (const [name, fault] of moments) {
    it(`${name} buys once, makes one zone, and is live in the end`, async () => {
      await using engine = await start();
      const { sandbox, tenant } = engine;
      await tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
      // A purchase at Cloudflare makes the zone by itself; without one there is a zone to make.
      const buys = fault.route === registrations;
      const args = ['provision', DOMAIN, '--template', 'vercel.com/site'];
      const bought = buys ? [...args, '--register', '--confirm-price', '10.46'] : args;
      await killedAt(engine, fault, bought);
      let code: number | null = null;
      for (let turn = 0; turn < 12 && code !== 0; turn += 1) {
        ({ code } = await runCli(bought, { env: envOf(engine) }));
        sandbox.setClock({ advanceMs: 3_600_000 });
      }
      assert.equal(code, 0);
      assert.equal(sandbox.registrar.charges().length, buys ? 1 : 0);
      assert.equal(sandbox.zones().length, 1);
      assert.equal(sandbox.records(DOMAIN).length, 2);
      await using fresh = await withDns(engine);
      const standing = await fresh.tenant('local').provisioning.status(DOMAIN);
      if (!buys) assert.equal(standing.added.zone.state, 'made');
    });
  }
});

describe('a provisioning that is killed in a later step', () => {
  const UP = ['provision', DOMAIN, '--template', 'vercel.com/site', '--tls', 'modern', '--dnssec'];
  const DOWN = ['provision', 'deprovision', DOMAIN, '--allow', 'dnssec-off', '--yes'];
  const SETTING = 'PATCH /zones/{zone_id}/settings/{setting}';
  const DNSSEC = 'PATCH /zones/{zone_id}/dnssec';
  const BATCH = 'POST /zones/{zone_id}/dns_records/batch';
  const ZONE = 'DELETE /zones/{zone_id}';
  const OLD = { type: 'A', name: 'old', content: '192.0.2.1', ttl: 300 };

  /** What a crash may not double: the records by content, and what each setting is. */
  const held = ({ sandbox }: Engine): readonly string[] =>
    sandbox
      .records(DOMAIN)
      .map(({ type, name, content }) => `${type} ${name} ${content}`)
      .sort();
  const before = (route: string): Fault => ({ kind: 'slow', phase: 'before', delayMs: 5_000, route });
  const after = (route: string): Fault => ({ kind: 'slow', phase: 'after', delayMs: 5_000, route });

  /** Another process, after the lease of the one that was killed. */
  const later = async (engine: Engine): Promise<Zoneward> => {
    const clock = leapingClock();
    await clock.sleep(200_000);
    return openZoneward({ home: engine.home, environment: envOf(engine), clock });
  };

  async function live(engine: Engine): Promise<void> {
    await using zoneward = await later(engine);
    const wish = { templates: [{ template: 'vercel.com/site' }], tls: 'modern', dnssec: true } as const;
    await days(engine, zoneward.tenant('local'), wish);
    engine.sandbox.updateZone(DOMAIN, { parentDs: 'published' });
    await days(engine, zoneward.tenant('local'));
  }

  async function gone(engine: Engine, allow: readonly string[]): Promise<Provisioning> {
    await using zoneward = await later(engine);
    return await zoneward.tenant('local').provisioning.deprovision(DOMAIN, { allow });
  }

  async function judge(engine: Engine): Promise<void> {
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    const standing = await tenant.provisioning.status(DOMAIN);
    assert.equal(standing.state, 'live', states(standing));
    const kinds = (standing.added.others ?? []).map(({ kind }) => kind);
    assert.deepEqual([...new Set(kinds)], kinds, 'a step stands twice among what was added');
    assert.deepEqual(kinds, ['template 1', 'tls', 'dnssec']);
    assert.deepEqual(held(engine).length, 3);
    assert.equal((await tenant.tls.settings(DOMAIN, ['min_version']))[0]?.state?.value, '1.2');
    assert.equal((await tenant.tls.dnssec(DOMAIN)).status, 'active');
  }

  async function judgeDown(engine: Engine): Promise<void> {
    const { state, added } = await gone(engine, ['dnssec-off']);
    assert.equal(state, 'removed');
    assert.ok(added.others?.every(({ takenBack }) => takenBack));
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    assert.deepEqual(held(engine), ['A old.lemonade-stand.com 192.0.2.1']);
    assert.equal((await tenant.tls.settings(DOMAIN, ['min_version']))[0]?.state?.value, '1.0');
    assert.notEqual((await tenant.tls.dnssec(DOMAIN)).status, 'active');
  }

  const ups: readonly (readonly [name: string, fault: Fault])[] = [
    ['before a TLS setting is written', before(SETTING)],
    ['while the answer of a TLS setting is on its way', after(SETTING)],
    ['between two TLS settings', { ...before(SETTING), skip: 1 }],
    ['before the zone is signed', before(DNSSEC)],
    ['while the answer of the signing is on its way', after(DNSSEC)],
    [
      'while it verifies',
      { kind: 'slow', delayMs: 5_000, route: 'GET /zones/{zone_id}/ssl/certificate_packs' },
    ],
  ];
  for (const [name, fault] of ups) {
    it(`${name} is live once, and can be taken down`, async () => {
      await using engine = await start();
      engine.sandbox.seedZone(DOMAIN, [OLD]);
      if (fault.route.endsWith('certificate_packs')) {
        // It verifies once the parent vouches for the zone, and that once it is signed.
        await runCli(UP, { env: envOf(engine) });
        engine.sandbox.updateZone(DOMAIN, { parentDs: 'published' });
      }
      await killedAt(engine, fault, UP);
      await landed(engine);
      await live(engine);
      await judge(engine);
      engine.sandbox.updateZone(DOMAIN, { parentDs: 'none' });
      await judgeDown(engine);
    });
  }

  const downs: readonly (readonly [name: string, fault: Fault])[] = [
    ['before the zone is unsigned', before(DNSSEC)],
    ['while the answer of the unsigning is on its way', after(DNSSEC)],
    ['before a TLS setting goes back', before(SETTING)],
    ['while the answer of a TLS setting that goes back is on its way', after(SETTING)],
    ['before the records go', before(BATCH)],
    ['while the answer of the records that go is on its way', after(BATCH)],
  ];
  for (const [name, fault] of downs) {
    it(`taken down and killed ${name} leaves exactly what was there before`, async () => {
      await using engine = await start();
      engine.sandbox.seedZone(DOMAIN, [OLD]);
      await live(engine);
      engine.sandbox.updateZone(DOMAIN, { parentDs: 'none' });
      await killedAt(engine, fault, DOWN);
      await landed(engine);
      await judgeDown(engine);
    });
  }

  it('taken down again at once is told until when the killed one holds the zone, and why', async () => {
    await using engine = await start();
    engine.sandbox.seedZone(DOMAIN, [OLD]);
    await live(engine);
    engine.sandbox.updateZone(DOMAIN, { parentDs: 'none' });
    await killedAt(engine, before(SETTING), DOWN);
    const clock = leapingClock();
    await using zoneward = await openZoneward({ home: engine.home, environment: envOf(engine), clock });
    const again = zoneward.tenant('local').provisioning.deprovision(DOMAIN, { allow: ['dnssec-off'] });
    await assert.rejects(again, (error) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'zone-locked');
      const [, until = ''] = /which holds it until (.*) UTC/.exec(error.message) ?? [];
      const left = Date.parse(`${until.replace(' ', 'T')}Z`) - Date.now();
      assert.ok(left > 120_000 && left <= 180_000, error.message);
      assert.match(error.message, /request may still be on its way/);
      assert.match(error.next[0] ?? '', /after \d\d:\d\d:\d\d UTC/);
      return true;
    });
    await landed(engine);
    await judgeDown(engine);
  });

  for (const [name, fault] of [
    ['before the zone is deleted', before(ZONE)],
    ['while the answer of its deletion is on its way', after(ZONE)],
  ] as const) {
    it(`taken down and killed ${name} leaves no zone, and says so`, async () => {
      await using engine = await start();
      const up = ['provision', DOMAIN, '--template', 'vercel.com/site'];
      const down = ['provision', 'deprovision', DOMAIN, '--allow', 'zone-delete', '--yes'];
      await runCli(up, { env: envOf(engine) });
      engine.sandbox.setClock({ advanceMs: 3_600_000 });
      assert.equal((await runCli(up, { env: envOf(engine) })).code, 0);
      await killedAt(engine, fault, down);
      await landed(engine);
      const { state, added } = await gone(engine, ['zone-delete']);
      assert.deepEqual([state, added.zone.state], ['removed', 'removed']);
      assert.deepEqual(
        engine.sandbox.zones().filter(({ status }) => status !== 'deleted'),
        [],
      );
    });
  }
});

describe('lists of domains', () => {
  const rows: readonly (readonly [
    name: string,
    file: string,
    text: string,
    good: readonly string[],
    bad: number,
  ])[] = [
    ['names alone', 'l.csv', 'a-lemon.com\nb-lemon.com\n', ['a-lemon.com', 'b-lemon.com'], 0],
    [
      'CSV with headings',
      'l.csv',
      'domain,tls,var.user\na-lemon.com,modern,x\nb-lemon.com,medium,\n',
      ['a-lemon.com'],
      1,
    ],
    [
      'JSON',
      'l.json',
      '[{"domain":"a-lemon.com","dnssec":true},{"domain":"www.a-lemon.com"}]',
      ['a-lemon.com'],
      1,
    ],
    [
      'YAML',
      'l.yaml',
      '- a-lemon.com\n- { domain: bücher.com, tls: strict }\n- { domian: c-lemon.com }\n',
      ['a-lemon.com', 'xn--bcher-kva.com'],
      1,
    ],
    ['a domain twice', 'l.csv', 'a-lemon.com\nA-Lemon.com.\n', ['a-lemon.com'], 1],
    ['an extension alone', 'l.csv', 'co.uk\n-x.com\n', [], 2],
  ];
  for (const [name, file, text, good, bad] of rows) {
    it(`reads ${name}`, () => {
      const parsed = parseBulk(text, file);
      assert.ok(parsed.ok);
      assert.deepEqual(
        parsed.lines.flatMap((one) => (one.ok ? [one.line.domain] : [])),
        good,
      );
      const wrong = parsed.lines.filter((one) => !one.ok);
      assert.equal(wrong.length, bad);
      for (const one of wrong) assert.ok(one.position.line !== undefined && one.problems.length > 0);
    });
  }

  it('are brought up some at a time; bad lines and refused ones are told, and the others go on', async () => {
    await using engine = await start();
    await using zoneward = await withDns(engine);
    const tenant = zoneward.tenant('local');
    const names = Array.from({ length: 6 }, (_, number) => `lemon-${number}.com`);
    engine.sandbox.setFault({
      kind: 'error',
      status: 400,
      body: 'json',
      code: 1061,
      message: 'lemon-0.com already exists',
      route: 'POST /zones',
    });
    const list = {
      file: 'l.csv',
      text: `domain,template\nwww.${DOMAIN},\n${names.map((one) => `${one},vercel.com/site`).join('\n')}\n`,
    };
    const told: number[] = [];
    const input = {
      readFile: async () => FILE,
      readTemplate: async (reference: string) => reference,
      onLine: (_: unknown, done: number) => told.push(done),
    };
    const run = () => provisionAll(tenant.provisioning, list, input);
    let reports = await run();
    assert.equal(reports.length, 7);
    assert.equal(reports[0]?.error?.code, 'name-is-subdomain');
    assert.equal(reports[0]?.position.line, 2);
    assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7]);
    const failed = reports.filter(({ provisioning }) =>
      provisioning?.steps.some(({ state }) => state === 'failed'),
    );
    assert.equal(failed.length, 1);
    assert.match(failed[0]?.provisioning?.steps[1]?.next.join() ?? '', /Remove it there first/);
    for (let turn = 0; turn < 5; turn += 1) {
      engine.sandbox.setClock({ advanceMs: 3_600_000 });
      reports = await run();
    }
    assert.equal(reports.filter(({ provisioning }) => provisioning?.state === 'live').length, 6);
    for (const name of names) assert.equal(engine.sandbox.records(name).length, 2);
  });
});
