/** Looking at TLS: verdicts on one screen, baselines over all zones, DNSSEC from off to active and back, the calendar. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvalidInputError } from '../src/app/re-exports.ts';
import { openZoneward } from '../src/index.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.brand.example';
const PARENT = 'brand.example';

function seed(records: readonly Record<string, unknown>[] = []) {
  return {
    rateLimit: false as const,
    dnsPort: 0,
    seed: { zones: [{ name: ZONE, records: records as never }, { name: PARENT }] },
  };
}

async function start(records: readonly Record<string, unknown>[] = []) {
  const engine = await startEngine(seed(records));
  const { sandbox } = engine;
  const zoneward = await openZoneward({
    home: `${engine.home}/dns`,
    environment: {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
    },
  });
  return {
    sandbox,
    home: engine.home,
    tenant: zoneward.tenant('local'),
    [Symbol.asyncDispose]: async () => {
      await zoneward.close();
      await engine[Symbol.asyncDispose]();
    },
  };
}

type Started = Awaited<ReturnType<typeof start>>;

async function verdicts({ tenant }: Started): Promise<Map<string, string>> {
  const { findings } = await tenant.tls.show(ZONE);
  return new Map(
    findings.map(({ what, verdict }) => [what.replace(/^certificate .*/, 'certificate'), verdict]),
  );
}

describe('tls show', () => {
  test('one screen, and every fix that it names is one that works', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    await tenant.zones.get(ZONE);
    const before = sandbox.requests().length;
    const { findings } = await tenant.tls.show(ZONE);
    const asked = sandbox
      .requests()
      .slice(before)
      .map(({ url }) => url);
    assert.equal(new Set(asked).size, asked.length, 'each is asked once');
    assert.equal(asked.length, 12);
    const fixes = findings.flatMap(({ fix }) => /^zoneward tls set \S+ (\S+)$/.exec(fix ?? '')?.[1] ?? []);
    assert.ok(fixes.length >= 4);
    await tenant.changes.apply(await tenant.tls.plan([ZONE], { words: fixes }));
    const after = await tenant.tls.show(ZONE);
    assert.deepEqual(
      after.findings.flatMap(({ fix }) => /^zoneward tls set/.exec(fix ?? '') ?? []),
      [],
    );
  });

  test('a setting that is bad is called so', async () => {
    await using started = await start();
    const { tenant } = started;
    assert.equal((await verdicts(started)).get('min_version'), 'bad');
    const weak = await tenant.tls.plan([ZONE], { words: ['mode=flexible', 'universal=off'] });
    await tenant.changes.apply(weak, { allow: ['tls-flexible', 'universal-ssl-off'] });
    const now = await verdicts(started);
    assert.deepEqual([now.get('mode'), now.get('certificates')], ['bad', 'bad']);
  });

  test('an authority that CAA does not let issue stands out', async () => {
    const caa = (value: string) => ({
      type: 'CAA',
      name: ZONE,
      ttl: 1,
      data: { flags: 0, tag: 'issue', value },
    });
    await using barred = await start([caa('letsencrypt.org')]);
    assert.equal((await verdicts(barred)).get('caa'), 'bad');
    await using allowed = await start([caa('letsencrypt.org'), caa('pki.goog; cansignhttpexchanges=yes')]);
    assert.equal((await verdicts(allowed)).get('caa'), 'good');
  });

  test('what may not be read says which right is missing', async () => {
    await using started = await start();
    const { value } = started.sandbox.createToken({ name: 'no ssl', permissions: ['Zone Read', 'DNS Read'] });
    const zoneward = await openZoneward({
      home: `${started.home}/narrow`,
      environment: { CLOUDFLARE_API_TOKEN: value, CLOUDFLARE_API_BASE_URL: started.sandbox.baseUrl },
    });
    const { findings } = await zoneward.tenant('local').tls.show(ZONE);
    await zoneward.close();
    const why = (what: string): string => findings.find((one) => one.what === what)?.why ?? '';
    assert.match(why('mode'), /Zone Settings Read on the zone/);
    assert.match(why('universal'), /SSL and Certificates Read on the zone/);
    assert.match(why('certificates'), /SSL and Certificates Read on the zone/);
    assert.equal(findings.find(({ what }) => what === 'dnssec')?.verdict, 'could-be-better');
  });
});

describe('DNSSEC, from off to active and back', () => {
  test('each state says what holds and what comes next', async () => {
    await using started = await start();
    const { tenant, sandbox } = started;
    const set = async (words: string[], allow: string[] = []) =>
      tenant.changes.apply(await tenant.tls.plan([ZONE], { words }), { allow });
    const off = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([off.status, off.atParent, off.ds], ['disabled', 'none', null]);

    await set(['dnssec=on']);
    const pending = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([pending.status, pending.atParent], ['pending', 'none']);
    const text = pending.ds?.text ?? '';
    assert.match(text, /^\d+ 13 2 [0-9A-F]{64}$/);
    assert.match(pending.next[0] ?? '', new RegExp(`add the DS record ${text}`));

    // The registrar publishes it: in the parent's zone, and so Cloudflare sees it.
    const [key_tag = 0, algorithm = 0, digest_type = 0] = text.split(' ').map(Number);
    const digest = text.split(' ')[3] ?? '';
    for (const body of [
      { type: 'NS', name: ZONE, content: 'ns1.example.net', ttl: 3600 },
      { type: 'DS', name: ZONE, ttl: 3600, data: { key_tag, algorithm, digest_type, digest } },
    ])
      await create(started, body);
    sandbox.updateZone(ZONE, { parentDs: 'published' });
    const active = await tenant.tls.dnssec(ZONE);
    assert.deepEqual([active.status, active.atParent, active.next], ['active', 'matches', []]);

    const back = await tenant.tls.plan([ZONE], { words: ['dnssec=off'] });
    assert.match(back.zones[0]?.plan.guards[0]?.message ?? '', /the parent publishes a DS record/);
    sandbox.updateZone(ZONE, { parentDs: 'none' });
    // Cloudflare has noticed that it is gone; the parent still answers with it: that counts.
    const early = await tenant.tls.plan([ZONE], { words: ['dnssec=off'] });
    assert.equal(early.zones[0]?.plan.guards[0]?.override, 'dnssec-off');
  });
});

async function create({ sandbox }: Started, body: unknown): Promise<void> {
  const { id } = sandbox.zone(PARENT);
  const response = await fetch(`${sandbox.baseUrl}/zones/${id}/dns_records`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.tokens.full}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200, await response.text());
}

describe('baselines', () => {
  for (const wish of [
    { baseline: 'modern' as const },
    { baseline: 'strict' as const },
    { file: 'house.yaml', text: 'tls: {min_version: 1.3, hsts: on}\nsettings: {http3: off}\n' },
  ]) {
    test(`${wish.baseline ?? wish.file} over all zones: one plan, one change set, one undo`, async () => {
      await using started = await start();
      const { changes, tls } = started.tenant;
      const planned = await tls.plan([ZONE, PARENT], wish);
      assert.equal(planned.zones.length, 2);
      const applied = await changes.apply(planned);
      assert.equal(applied?.status, 'applied');
      assert.equal(await changes.apply(await tls.plan([ZONE, PARENT], wish)), null);
      assert.equal((await changes.apply(await changes.planUndo(applied.changeSet.id)))?.status, 'applied');
      const again = await tls.plan([ZONE, PARENT], wish);
      assert.deepEqual(
        again.zones.map(({ plan }) => plan.settings),
        planned.zones.map(({ plan }) => plan.settings),
      );
    });
  }

  for (const [text, says] of [
    ['tls: {mod: strict}', /Did you mean mode/],
    ['records: [{name: www, type: A, content: 192.0.2.1}]', /no records/],
    ['{}', /settings under tls/],
    ['tls: [a]', /not a map/],
  ] as const) {
    test(`a file that is none: ${text}`, async () => {
      await using started = await start();
      await assert.rejects(started.tenant.tls.plan([ZONE], { file: 'bad.yaml', text }), (error: unknown) => {
        assert.ok(error instanceof InvalidInputError);
        assert.match(error.message, says);
        assert.match(error.message, /bad\.yaml/);
        return true;
      });
    });
  }
});

test('the calendar has every certificate, soonest first', async () => {
  await using started = await start();
  const { entries, unreadable } = await started.tenant.tls.calendar([ZONE, PARENT]);
  assert.deepEqual(unreadable, []);
  assert.deepEqual(entries.map(({ zone }) => zone.facts.name as string).sort(), [PARENT, ZONE]);
  const times = entries.map(({ pack }) => pack.expiresAt ?? 0);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});
