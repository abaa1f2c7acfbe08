/** `zones verify` on the sandbox's real DNS, with a parent and a resolver of the test's own. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DSAnswer } from 'dns-packet';
import { isVerified, type Verification } from '../src/domains/verify/model.ts';
import { openZoneward, type Zoneward } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';
import { type FakeDns, parentOf, startFakeDns } from './kit/fake-dns.ts';

const ZONE = 'example.com';

interface Scene extends AsyncDisposable {
  readonly engine: Engine;
  readonly zoneward: Zoneward;
  readonly parent: FakeDns;
  delegated: readonly string[];
  ds: readonly DSAnswer['data'][];
  verify(request?: Parameters<Zoneward['tenant']>[1] | object): Promise<Verification>;
}

async function start(records: readonly object[], more: Record<string, string> = {}): Promise<Scene> {
  const engine = await startEngine({ dnsPort: 0 });
  const { sandbox, home } = engine;
  sandbox.seedZone(ZONE, records as never);
  const scene: Pick<Scene, 'delegated' | 'ds'> = {
    ds: [],
    delegated: [...(sandbox.zones()[0]?.nameServers ?? [])],
  };
  const parent = await startFakeDns(
    parentOf(
      ZONE,
      () => scene.delegated,
      () => scene.ds,
    ),
  );
  const zoneward = await openZoneward({
    home,
    environment: {
      CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
      CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
      ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
      ZONEWARD_PARENT_DNS_SERVER: parent.address,
      ...more,
    },
  });
  return Object.assign(scene, {
    engine,
    zoneward,
    parent,
    verify: (request = {}) => zoneward.tenant('local').zones.verify(ZONE, request),
    [Symbol.asyncDispose]: async () => {
      await zoneward.close();
      await parent[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  });
}

function states({ records }: Verification): string[] {
  return records.map(({ name, type, state }) => `${name} ${type} ${state}`);
}

/** Types whose data are compared octet by octet. */
const RARE: readonly Record<string, unknown>[] = [
  { type: 'CERT', data: { type: 1, key_tag: 2, algorithm: 8, certificate: 'AQL/' } },
  { type: 'HTTPS', data: { priority: 2, target: 'alt.example.net', value: 'alpn="h3,h2" port="8443"' } },
  {
    type: 'SVCB',
    data: { priority: 1, target: 'svc.example.net', value: 'ipv4hint="192.0.2.9" ipv6hint="2001:db8::9"' },
  },
  {
    type: 'LOC',
    data: {
      lat_degrees: 42,
      lat_minutes: 21,
      lat_seconds: 54,
      lat_direction: 'N',
      long_degrees: 71,
      long_minutes: 6,
      long_seconds: 18.5,
      long_direction: 'W',
      altitude: -24,
      size: 1,
      precision_horz: 10000,
      precision_vert: 10,
    },
  },
  { type: 'SMIMEA', data: { usage: 3, selector: 1, matching_type: 1, certificate: '00ff' } },
  { type: 'OPENPGPKEY', content: 'AQL/' },
].map((record) => ({ ...record, name: 'rare', ttl: 300 }));

describe('zones verify', () => {
  it('finds every type as it is served, proxied, flattened and wildcards with it', async () => {
    await using scene = await start([
      { type: 'CNAME', name: '@', content: 'target.example.net' },
      { type: 'A', name: 'www', content: '192.0.2.1', proxied: true },
      { type: 'A', name: 'api', content: '192.0.2.2', ttl: 300 },
      { type: 'A', name: 'api', content: '192.0.2.3', ttl: 300 },
      { type: 'AAAA', name: 'api', content: '2001:db8:0:0::1', ttl: 300 },
      { type: 'A', name: '*.shop', content: '192.0.2.4', ttl: 300 },
      { type: 'MX', name: '@', content: 'mx.example.net', priority: 10, ttl: 300 },
      { type: 'TXT', name: '@', content: `"${'a'.repeat(255)}" "ü; \\"q\\""`, ttl: 300 },
      { type: 'CNAME', name: 'blog', content: 'blog.example.net', ttl: 300 },
      { type: 'NS', name: 'sub', content: 'ns1.example.net', ttl: 300 },
      {
        type: 'SRV',
        name: '_sip._tcp',
        data: { priority: 1, weight: 2, port: 5060, target: 'sip.example.net' },
        ttl: 300,
      },
      { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' }, ttl: 300 },
      { type: 'HTTPS', name: 'api', data: { priority: 1, target: '.', value: 'alpn="h2"' }, ttl: 300 },
      {
        type: 'URI',
        name: '_ftp._tcp',
        priority: 1,
        data: { weight: 1, target: 'ftp://x.example.net/' },
        ttl: 300,
      },
      ...RARE,
    ]);
    const seen = await scene.verify();
    assert.deepEqual(states(seen), [
      'example.com CAA ok',
      'example.com CNAME flattened',
      'example.com MX ok',
      'example.com TXT ok',
      '_ftp._tcp.example.com URI ok',
      '_sip._tcp.example.com SRV ok',
      'api.example.com A ok',
      'api.example.com AAAA ok',
      'api.example.com HTTPS ok',
      'blog.example.com CNAME ok',
      'rare.example.com CERT ok',
      'rare.example.com HTTPS ok',
      'rare.example.com LOC ok',
      'rare.example.com OPENPGPKEY ok',
      'rare.example.com SMIMEA ok',
      'rare.example.com SVCB ok',
      '*.shop.example.com A ok',
      'sub.example.com NS ok',
      'www.example.com A proxied',
    ]);
    assert.equal(seen.delegation.state, 'cloudflare');
    assert.equal(seen.dnssec?.atParent, 'none');
    assert.ok(isVerified(seen));
  });

  it('tells missing, differing and unwanted records, by a file', async () => {
    await using scene = await start([
      { type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 },
      { type: 'A', name: 'old', content: '192.0.2.9', ttl: 300 },
    ]);
    const text =
      'zone: example.com\nrecords:\n  - { name: www, type: A, content: 192.0.2.7 }\n  - { name: new, type: A, content: 192.0.2.8 }\n';
    const seen = await scene.verify({ source: { file: 'z.yaml', text } });
    assert.deepEqual(states(seen).sort(), [
      'new.example.com A missing',
      'old.example.com A unexpected',
      'www.example.com A differs',
    ]);
    assert.ok(seen.records.every(({ next }) => next.length > 0));
    assert.equal(isVerified(seen), false);
  });

  it('tells what was changed from outside since it was last known', async () => {
    await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    assert.ok(isVerified(await scene.verify()));
    const [record] = scene.engine.sandbox.records(ZONE);
    scene.engine.sandbox.foreignEdit(ZONE, { patches: [{ id: record?.id, content: '192.0.2.66' }] });
    assert.deepEqual(states(await scene.verify()), ['www.example.com A differs']);
  });

  for (const [type, data] of [
    ['HTTPS', { priority: 2, target: 'alt.example.net', value: 'alpn="h3" port="8443"' }],
    ['URI', { weight: 1, target: 'ftp://elsewhere.example.net/' }],
    ['LOC', { ...(RARE[3]?.['data'] as object), altitude: -25 }],
    ['CERT', { type: 1, key_tag: 2, algorithm: 8, certificate: 'AQL+' }],
  ] as const)
    it(`sees that ${type} is answered with as many records, but other data`, async () => {
      const written = { type, name: 'rare', ttl: 300, ...(type === 'URI' ? { priority: 1 } : {}) };
      const wanted = RARE.find((one) => one['type'] === type)?.['data'];
      await using old = await start([{ ...written, data }]);
      const first = wanted ?? { weight: 1, target: 'ftp://x.example.net/' };
      await using scene = await start([{ ...written, data: first }]);
      const seen = await scene.verify({ resolvers: [`127.0.0.1:${old.engine.sandbox.dns?.port}`] });
      assert.deepEqual(states(seen), [`rare.example.com ${type} waiting`]);
      assert.deepEqual(
        seen.records[0]?.sightings.map(({ kind, state }) => `${kind} ${state}`),
        ['nameserver right', 'nameserver right', 'resolver other'],
      );
    });

  it('knows a resolver that remembers an older answer, and for how long', async () => {
    await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    let data = '192.0.2.9';
    await using resolver = await startFakeDns((name, type) =>
      type === 'A' ? { answers: [{ type: 'A', name, data, ttl: 120 }] } : {},
    );
    await using silent = await startFakeDns(() => ({ rcode: 'SERVFAIL' }));
    const seen = await scene.verify({ resolvers: [resolver.address] });
    assert.deepEqual(states(seen), ['www.example.com A waiting']);
    assert.equal(seen.records[0]?.waitSeconds, 120);
    const failing = await scene.verify({ resolvers: [silent.address] });
    assert.deepEqual(states(failing), ['www.example.com A failing']);
    assert.match(failing.records[0]?.next.join() ?? '', /dnssec/);
    data = '192.0.2.1';
    assert.ok(isVerified(await scene.verify({ resolvers: [resolver.address] })));
  });

  it('waits until a resolver has forgotten, on its clock', async () => {
    await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    let left = 2;
    await using resolver = await startFakeDns((name) => {
      left -= 1;
      return { answers: [{ type: 'A', name, data: left >= 0 ? '192.0.2.9' : '192.0.2.1', ttl: 7 }] };
    });
    const slept: number[] = [];
    let now = 1_700_000_000_000;
    const clock = {
      now: () => now,
      sleep: async (ms: number) => {
        if (ms >= 5_000) slept.push(ms);
        now += ms;
      },
    };
    const { sandbox, home } = scene.engine;
    await using waiting = await openZoneward({
      home: `${home}/waiting`,
      clock,
      environment: {
        CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
        CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
        ZONEWARD_DNS_SERVER: `${sandbox.dns?.host}:${sandbox.dns?.port}`,
      },
    });
    const room = waiting.tenant('local').zones;
    const seen = await room.verify(ZONE, { resolvers: [resolver.address], waitMs: 600_000 });
    assert.ok(isVerified(seen));
    assert.deepEqual(slept, [7_000, 7_000]);
  });

  const delegations: readonly (readonly [
    name: string,
    servers: (own: readonly string[]) => readonly string[],
    state: string,
  ])[] = [
    ['to others', () => ['ns1.other.example', 'ns2.other.example'], 'other'],
    ['to both', (own) => [...own, 'ns1.other.example'], 'partial'],
    ['to nobody', () => [], 'none'],
  ];
  for (const [name, servers, state] of delegations) {
    it(`tells a domain that is delegated ${name}, and what to set where`, async () => {
      await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
      const own = scene.delegated;
      scene.delegated = servers(own);
      await using resolver = await startFakeDns((asked) => ({
        answers: [{ type: 'A', name: asked, data: '192.0.2.200', ttl: 60 }],
      }));
      const seen = await scene.verify({ resolvers: [resolver.address] });
      assert.equal(seen.delegation.state, state);
      assert.ok(seen.delegation.next[0]?.includes([...own].sort().join(', ')));
      assert.deepEqual(states(seen), ['www.example.com A elsewhere']);
      assert.equal(isVerified(seen), false);
    });
  }

  it('tells a chain of DNSSEC that the parent breaks', async () => {
    await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    scene.ds = [{ keyTag: 12_345, algorithm: 13, digestType: 2, digest: Buffer.alloc(32, 1) }];
    const seen = await scene.verify();
    assert.equal(seen.dnssec?.atParent, 'other');
    assert.equal(isVerified(seen), false);
  });

  it('refuses names that no record has, which would all be as wanted', async () => {
    await using scene = await start([{ type: 'A', name: 'www', content: '192.0.2.1', ttl: 300 }]);
    await assert.rejects(scene.verify({ only: ['wwww', '*.dev'] }), { code: 'verify-nothing' });
    assert.ok(isVerified(await scene.verify({ only: ['www'] })));
    const source = { file: 'w.zone', text: '$ORIGIN example.com.\nwwww 300 IN A 192.0.2.1\n' };
    assert.deepEqual(states(await scene.verify({ only: ['wwww'], source })), ['wwww.example.com A missing']);
  });

  it('refuses resolvers that are no addresses', async () => {
    await using scene = await start([]);
    await assert.rejects(scene.verify({ resolvers: ['dns.example'] }), { code: 'dns-server-invalid' });
  });
});
