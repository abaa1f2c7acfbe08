/** DNSSEC from unsigned to active and safely back, with a parent of the test's own: stages, waits, events, guard rails. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DSAnswer } from 'dns-packet';
import { dnssecToJson } from '../src/app/re-exports.ts';
import { type FakeIoOptions, type Ran, runCli } from '../src/cli/fake-io.ts';
import { openEdge } from '../src/http/testing.ts';
import { openZoneward, type Tenant, type Zoneward } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { type FakeDns, parentOf, startFakeDns } from './kit/fake-dns.ts';

const ZONE = 'shop.example';
/** The TTL of the fake parent's DS. */
const TTL_MS = 3_600_000;
/** Of no key of the zone. */
const OTHER_DS = `4711 13 2 ${'AB'.repeat(32)}`;

interface Scene extends AsyncDisposable {
  readonly engine: Engine;
  readonly zoneward: Zoneward;
  readonly tenant: Tenant;
  readonly parent: FakeDns;
  readonly env: Readonly<Record<string, string>>;
  /** What the registrar publishes; Zoneward sees it, and Cloudflare unless it lags. */
  publish(ds: 'own' | 'none' | 'other', options?: { readonly cloudflareSees?: boolean }): Promise<void>;
  pass(ms: number): void;
  /** What happens while someone sleeps. */
  onSleep: () => Promise<void>;
}

async function start(): Promise<Scene> {
  const engine = await startEngine({ dnsPort: 0, rateLimit: false });
  const { sandbox, home } = engine;
  sandbox.seedZone(ZONE, [{ type: 'A', name: 'www', content: '192.0.2.1' }] as never);
  let ds: readonly DSAnswer['data'][] = [];
  let passed = 0;
  const parent = await startFakeDns(
    parentOf(
      ZONE,
      () => ['ns.example.net'],
      () => ds,
    ),
  );
  const env = {
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
    ZONEWARD_PARENT_DNS_SERVER: parent.address,
  };
  const scene = { onSleep: async () => {} };
  const zoneward = await openZoneward({
    home: `${home}/own`,
    environment: env,
    clock: {
      now: () => Date.now() + passed,
      sleep: async (ms) => {
        passed += ms;
        await scene.onSleep();
      },
    },
  });
  const tenant = zoneward.tenant('local');
  const publish: Scene['publish'] = async (wanted, { cloudflareSees = true } = {}) => {
    const own = wanted === 'own' ? (await tenant.tls.dnssec(ZONE)).ds?.text : undefined;
    const text = wanted === 'other' ? OTHER_DS : own;
    const [keyTag, algorithm, digestType, digest = ''] = (text ?? '').split(' ');
    ds =
      text === undefined
        ? []
        : [
            {
              keyTag: Number(keyTag),
              algorithm: Number(algorithm),
              digestType: Number(digestType),
              digest: Buffer.from(digest, 'hex'),
            },
          ];
    const seen = { own: 'published', none: 'none', other: [OTHER_DS] } as const;
    if (cloudflareSees) sandbox.updateZone(ZONE, { parentDs: seen[wanted] });
  };
  return Object.assign(scene, {
    engine,
    zoneward,
    tenant,
    parent,
    env,
    publish,
    pass: (ms: number) => {
      passed += ms;
    },
    [Symbol.asyncDispose]: async () => {
      await zoneward.close();
      await parent[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  });
}

async function switchTo({ tenant }: Scene, value: 'on' | 'off', allow: readonly string[] = []) {
  const planned = await tenant.tls.plan([ZONE], { words: [`dnssec=${value}`] });
  return tenant.changes.apply(planned, { allow });
}

async function guardsOf({ tenant }: Scene): Promise<string[]> {
  const planned = await tenant.tls.plan([ZONE], { words: ['dnssec=off'] });
  return planned.zones.flatMap(({ plan }) => plan.guards.map(({ code }) => code));
}

async function moves({ tenant }: Scene): Promise<string[]> {
  const events = await tenant.audit.list({ kind: 'dnssec.stage' });
  return events.map(({ payload }) => `${payload?.['from']} → ${payload?.['to']}`).reverse();
}

describe('DNSSEC', () => {
  test('goes from off to active and back, each stage told, the DS forgotten before the signatures go', async () => {
    await using scene = await start();
    const { tenant } = scene;
    assert.equal((await tenant.tls.dnssec(ZONE)).stage, 'off');

    await switchTo(scene, 'on');
    const waiting = await tenant.tls.dnssec(ZONE);
    assert.deepEqual(
      [waiting.stage, waiting.waitsFor, waiting.parent.dsSeenAt],
      ['waits-for-ds', 'registrar', null],
    );
    assert.match(
      waiting.next[0] ?? '',
      /At the registrar of shop\.example, add the DS record \d+ 13 2 [0-9A-F]{64}\./,
    );

    await scene.publish('own');
    const active = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([active.stage, active.atParent, active.waitsFor], ['active', 'matches', null]);
    assert.equal(active.parent.dsTtlSeconds, 3_600);
    assert.deepEqual(await guardsOf(scene), ['dnssec-off-with-ds']);

    await scene.publish('none');
    assert.deepEqual(await guardsOf(scene), ['dnssec-off-early']);
    const leaving = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([leaving.stage, leaving.waitsFor], ['waits-for-resolvers', 'resolvers']);
    assert.equal(leaving.until, (leaving.parent.dsGoneAt ?? 0) + TTL_MS);
    assert.match(leaving.says, new RegExp(new Date(leaving.until).toISOString()));
    await assert.rejects(switchTo(scene, 'off'), { code: 'guard-rail' });
    await assert.rejects(switchTo(scene, 'off', ['dnssec-off']), { code: 'guard-rail' });

    // One look later does not start the wait anew.
    scene.pass(TTL_MS / 2);
    assert.equal((await tenant.tls.dnssec(ZONE)).until, leaving.until);
    scene.pass(TTL_MS / 2 + 1_000);
    assert.deepEqual(await guardsOf(scene), []);
    assert.equal((await switchTo(scene, 'off'))?.status, 'applied');
    assert.equal((await tenant.tls.dnssec(ZONE)).stage, 'off');
    assert.deepEqual(await moves(scene), [
      'off → waits-for-ds',
      'waits-for-ds → active',
      'active → waits-for-resolvers',
      'waits-for-resolvers → waits-for-ds',
      'waits-for-ds → off',
    ]);
    assert.equal((await tenant.audit.verify()).ok, true);
  });

  test('a DS that comes back takes the way back with it', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    await scene.publish('own');
    await scene.tenant.tls.dnssec(ZONE);
    await scene.publish('none');
    await scene.tenant.tls.dnssec(ZONE);
    await scene.publish('own');
    scene.pass(2 * TTL_MS);
    assert.deepEqual(await guardsOf(scene), ['dnssec-off-with-ds']);
  });

  test('a parent that falls silent keeps the guard rail up', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    await scene.publish('own');
    await scene.tenant.tls.dnssec(ZONE);
    await scene.parent[Symbol.asyncDispose]();
    scene.engine.sandbox.updateZone(ZONE, { parentDs: 'none' });
    const planned = await scene.tenant.tls.plan([ZONE], { words: ['dnssec=off'] });
    assert.match(planned.zones[0]?.plan.guards[0]?.message ?? '', /gives no answer now/);
    // For the scene's own end.
    Object.assign(scene.parent, { [Symbol.asyncDispose]: async () => {} });
  });

  test('the early word goes ahead all the same', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    await scene.publish('own');
    await scene.tenant.tls.dnssec(ZONE);
    await scene.publish('none');
    assert.equal((await switchTo(scene, 'off', ['dnssec-off-early']))?.status, 'applied');
  });

  test('waiting looks again until nothing is waited for, and gives up in time', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    const looks: string[] = [];
    const onLook = ({ stage }: { readonly stage: string }): void => {
      looks.push(stage);
    };
    const waited = await scene.tenant.tls.dnssec(ZONE, { waitMs: 25_000, onLook });
    assert.equal(waited.stage, 'waits-for-ds');
    assert.equal(looks.length, 3);
    scene.onSleep = async () => scene.publish('own');
    assert.equal((await scene.tenant.tls.dnssec(ZONE, { waitMs: 60_000 })).stage, 'active');
  });

  test('the worker follows what waits with one call a look, and tells the audit trail', async () => {
    await using scene = await start();
    const { tenant, zoneward, engine } = scene;
    await tenant.tls.refresh([ZONE]);
    await switchTo(scene, 'on');
    await zoneward.sweep();
    assert.deepEqual((await moves(scene)).at(-1), 'off → waits-for-ds');
    await scene.publish('own');
    scene.pass(61_000);
    const before = engine.sandbox.requests().length;
    await zoneward.sweep();
    const asked = engine.sandbox
      .requests()
      .slice(before)
      .filter(({ url }) => url.includes('/dnssec'));
    assert.equal(asked.length, 1);
    assert.deepEqual((await moves(scene)).at(-1), 'waits-for-ds → active');
  });

  test('a domain registered at Cloudflare needs no DS told to anyone', async () => {
    await using scene = await start();
    const { tenant, engine } = scene;
    await switchTo(scene, 'on');
    engine.sandbox.registrar.update({ registrations: [{ domain: ZONE }] });
    assert.equal((await tenant.tls.dnssec(ZONE)).atCloudflareRegistrar, false, 'never read: not known');
    await tenant.registrar.mirrored();
    const view = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([view.stage, view.atCloudflareRegistrar], ['waits-for-ds', true]);
    const row = (await tenant.tls.show(ZONE)).findings.find(({ what }) => what === 'dnssec');
    assert.match(row?.why ?? '', /waits for Cloudflare, its registrar/);
    assert.match(view.next[0] ?? '', /takes no DS over its API and is expected to publish it by itself/);
    assert.ok(!view.next.some((step) => step.includes('add the DS record')));
  });

  test('Cloudflare that still believes in a DS does not hold up what the parent has long forgotten', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    await scene.publish('own');
    await scene.tenant.tls.dnssec(ZONE);
    await scene.publish('none', { cloudflareSees: false });
    assert.deepEqual(await guardsOf(scene), ['dnssec-off-early']);
    scene.pass(TTL_MS + 1_000);
    const free = await scene.tenant.tls.dnssec(ZONE);
    assert.deepEqual([free.status, free.stage], ['active', 'can-be-disabled']);
    assert.deepEqual(free.next[0], `zoneward tls dnssec ${ZONE} disable`);
    assert.deepEqual(await guardsOf(scene), []);
  });

  test('a DS that only Cloudflare has seen is given a day', async () => {
    await using scene = await start();
    await switchTo(scene, 'on');
    scene.engine.sandbox.updateZone(ZONE, { parentDs: 'published' });
    assert.deepEqual(await guardsOf(scene), ['dnssec-off-early']);
    const view = await scene.tenant.tls.dnssec(ZONE);
    assert.equal(view.until, (view.parent.dsGoneAt ?? 0) + 86_400_000);
  });
});

/** Every stage that waits or is broken, the same in the library, `tls dnssec`, `tls show`, over HTTP and in the audit trail. */
describe('DNSSEC, stage by stage, wherever it is shown', () => {
  const rows: readonly (readonly [
    stage: string,
    bring: (scene: Scene) => Promise<unknown>,
    waitsFor: string | null,
    verdict: string,
    why: RegExp,
  ])[] = [
    [
      'waits-for-ds',
      (scene) => switchTo(scene, 'on'),
      'registrar',
      'could-be-better',
      /registrar to publish its DS/,
    ],
    [
      'waits-for-cloudflare',
      async (scene) => {
        await switchTo(scene, 'on');
        await scene.publish('own', { cloudflareSees: false });
      },
      'cloudflare',
      'could-be-better',
      /waits for Cloudflare to see it/,
    ],
    [
      'switching-off',
      async (scene) => {
        await switchTo(scene, 'on');
        await scene.publish('own');
        await scene.tenant.tls.dnssec(ZONE);
        await switchTo(scene, 'off', ['dnssec-off']);
      },
      'cloudflare',
      'could-be-better',
      /waits for Cloudflare to see that the DS is gone/,
    ],
    [
      'broken',
      async (scene) => {
        await switchTo(scene, 'on');
        await scene.publish('other');
      },
      'registrar',
      'bad',
      /does not fit the zone's key/,
    ],
    [
      'broken',
      (scene) => scene.publish('other', { cloudflareSees: false }),
      'registrar',
      'bad',
      /not signed, and the parent publishes a DS/,
    ],
    [
      'waits-for-resolvers',
      async (scene) => {
        await switchTo(scene, 'on');
        await scene.publish('own');
        await scene.tenant.tls.dnssec(ZONE);
        await scene.publish('none');
      },
      'resolvers',
      'could-be-better',
      /waits for resolvers to forget it, until \d{4}-/,
    ],
  ];
  for (const [stage, bring, waitsFor, verdict, why] of rows)
    test(`${stage}: ${why.source}`, async () => {
      await using scene = await start();
      const { tenant, zoneward } = scene;
      await tenant.tls.dnssec(ZONE);
      await bring(scene);
      // First, so that it is not what an earlier look remembered.
      const { findings } = await tenant.tls.show(ZONE);
      const finding = findings.find(({ what }) => what === 'dnssec');
      assert.equal(finding?.verdict, verdict);
      assert.match(finding?.why ?? '', why);
      assert.ok(finding?.value.includes(stage.replaceAll('-', ' ')), finding?.value);
      assert.match(finding?.fix ?? '', /^zoneward tls dnssec shop\.example status$/);
      const view = await tenant.tls.dnssec(ZONE);
      assert.deepEqual([view.stage, view.waitsFor], [stage, waitsFor]);
      assert.ok(view.next.length > 0);
      assert.match((await moves(scene)).at(-1) ?? '', new RegExp(`→ ${stage}$`));
      const edge = openEdge(zoneward);
      await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
      const { secret: key } = await edge.makeKey('local', ['read']);
      const { body } = await edge.ask('GET', `/v1/zones/${ZONE}/dnssec`, { key });
      // What programs are told is the same, by the command line and over HTTP.
      const told = JSON.parse(JSON.stringify(dnssecToJson(await tenant.tls.dnssec(ZONE))));
      // Times of looks are those of each look.
      const times = { askedAt: told.parent.askedAt, dsSeenAt: told.parent.dsSeenAt };
      assert.deepEqual({ ...body, parent: { ...body.parent, ...times } }, told);
      assert.equal(body.stage, stage);
    });
});

describe('tls dnssec', () => {
  test('shows stages, waits with its exit code, and takes nonsense badly', async () => {
    await using scene = await start();
    const home = { ...scene.env, ZONEWARD_HOME: `${scene.engine.home}/cli` };
    const zoneward = (words: string, options: FakeIoOptions = {}): Promise<Ran> =>
      runCli(words.split(' '), { ...options, env: home });
    const on = await zoneward(`tls dnssec ${ZONE} enable --yes`);
    assert.equal(on.code, 0, on.stderr);
    assert.match(on.stdout, /IN DS \d+ 13 2/);
    assert.match(on.stdout, /waits for\s+the registrar/);
    const waited = await zoneward(`tls dnssec ${ZONE} status --wait 1s --json`);
    assert.equal(waited.code, 3, waited.stderr);
    const seen = JSON.parse(waited.stdout);
    assert.deepEqual([seen.stage, seen.until, seen.parent.dsSeenAt], ['waits-for-ds', null, null]);
    assert.match(seen.since, /^\d{4}-.*Z$/);
    await scene.publish('own');
    assert.equal((await zoneward(`tls dnssec ${ZONE} status --wait 1m`)).code, 0);
    const off = await zoneward(`tls dnssec ${ZONE} disable --yes`);
    assert.equal(off.code, 5);
    assert.match(off.stderr + off.stdout, /remove the DS at the registrar first/);
    for (const words of [`tls dnssec ${ZONE} sign`, `tls dnssec ${ZONE} status --wait soon`]) {
      const ran = await zoneward(words);
      assert.equal(ran.code, 2, words);
    }
  });
});
