import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { TokenFacts } from '../domains/connections/ports.ts';
import { createAddressLimiter } from './address-limiter.ts';
import { type CloudflareOptions, createCloudflare } from './cloudflare.ts';
import { envelope, refusal, type Script, scriptedFetch, seededRandom, VirtualClock } from './fakes.ts';
import { fillPath, routeOf } from './route.ts';

const OPTIONS = { lane: 'sync' } as const;
const ACCOUNT = 'a'.repeat(32) as AccountId;
const CREDENTIAL: Credential = { kind: 'user-token', token: new Secret('token-of-a-test') };

function open(script: Script, more: Partial<CloudflareOptions> = {}) {
  const clock = new VirtualClock();
  const { fetch, sent } = scriptedFetch(script);
  const random = seededRandom(3);
  return {
    cloudflare: createCloudflare({ credential: CREDENTIAL, clock, random, fetch, ...more }),
    clock,
    sent,
  };
}

describe('api', () => {
  const ENDS: readonly [string, readonly { items: number; info: unknown }[]][] = [
    [
      'total_pages',
      [
        { items: 50, info: { total_pages: 2, total_count: 60 } },
        { items: 10, info: { total_pages: 2, total_count: 60 } },
      ],
    ],
    ['total_pages 1 for nothing', [{ items: 0, info: { total_pages: 1, total_count: 0 } }]],
    ['a full last page', [{ items: 50, info: { total_pages: 1, total_count: 50 } }]],
    [
      'total_count alone',
      [
        { items: 50, info: { total_count: 55 } },
        { items: 5, info: { total_count: 55 } },
      ],
    ],
    [
      'a page size that the server clamped',
      [
        { items: 20, info: { total_count: 30, per_page: 20 } },
        { items: 10, info: { total_count: 30, per_page: 20 } },
      ],
    ],
    [
      'no information: a short page ends',
      [
        { items: 50, info: undefined },
        { items: 3, info: undefined },
      ],
    ],
    [
      'no information: an empty page ends',
      [
        { items: 50, info: undefined },
        { items: 0, info: undefined },
      ],
    ],
  ];
  for (const [name, pages] of ENDS) {
    it(`knows the last page by ${name}`, async () => {
      const { cloudflare, clock, sent } = open((_, index) => {
        const page = pages[index];
        assert.ok(page, 'a request too many');
        return envelope(
          Array.from({ length: page.items }, () => ({ id: 'z', name: 'example.com' })),
          { info: page.info },
        );
      });
      const read = async (): Promise<number> => {
        let zones = 0;
        for await (const page of cloudflare.zones.listZones(null, OPTIONS)) zones += page.zones.length;
        return zones;
      };
      assert.equal(
        await clock.run(read()),
        pages.reduce((sum, page) => sum + page.items, 0),
      );
      assert.equal(sent.length, pages.length);
      assert.match(sent[0]?.url ?? '', /\/zones\?.*page=1&per_page=50/);
      assert.doesNotMatch(sent[0]?.url ?? '', /account/);
    });
  }

  it('asks for the zones of one account', async () => {
    const { cloudflare, clock, sent } = open(() => envelope([]));
    const read = async () => {
      for await (const _ of cloudflare.zones.listZones(ACCOUNT, OPTIONS));
    };
    await clock.run(read());
    assert.equal(new URL(sent[0]?.url ?? '').searchParams.get('account.id'), ACCOUNT);
  });

  it('sends only the parts of a batch that say something', async () => {
    const { cloudflare, clock, sent } = open(() =>
      envelope({ posts: [{ id: 'p', type: 'A', name: 'a.example', content: '192.0.2.1' }] }),
    );
    const posts = [{ type: 'A', name: 'a.example', content: '192.0.2.1', ttl: 1 }];
    const body = { deletes: [], patches: [], puts: [], posts };
    const answer = await clock.run(cloudflare.records.batch('f'.repeat(32) as never, body, OPTIONS));
    assert.deepEqual(JSON.parse(sent[0]?.body ?? ''), { posts });
    assert.equal(sent[0]?.headers.get('content-type'), 'application/json');
    assert.equal(answer.posts[0]?.id, 'p');
    assert.deepEqual(answer.deletes, []);
  });

  it('reads a text that is no envelope', async () => {
    const { cloudflare, clock } = open(
      () => new Response(';; zone file\n', { headers: { 'content-type': 'text/plain' } }),
    );
    const path = { template: '/zones/{zone_id}/dns_records/export', params: { zone_id: 'z1' } };
    assert.equal(await clock.run(cloudflare.api.text(path, OPTIONS)), ';; zone file\n');
  });
});

describe('routes', () => {
  const paths: readonly [string, string][] = [
    [`/zones/${ACCOUNT}`, '/zones/{zone_id}'],
    [
      `/zones/${ACCOUNT}/dns_records/${'b'.repeat(32)}?x=${ACCOUNT}`,
      '/zones/{zone_id}/dns_records/{dns_record_id}',
    ],
    [
      `/accounts/${ACCOUNT}/registrar/registrations/example.com`,
      '/accounts/{account_id}/registrar/registrations/{domain_name}',
    ],
    [`/zones/${ACCOUNT}/settings/ssl`, '/zones/{zone_id}/settings/ssl'],
    ['/x/0190a1b2-0000-7000-8000-000000000000', '/x/{id}'],
    ['/user/tokens/verify', '/user/tokens/verify'],
  ];
  for (const [path, route] of paths) it(path, () => assert.equal(routeOf(path), route));

  it('keeps a parameter to one segment', () => {
    assert.equal(fillPath('/zones/{zone_id}/x', { zone_id: '../a b?c' }), '/zones/..%2Fa%20b%3Fc/x');
    for (const zone_id of ['', '.', '..']) {
      assert.throws(() => fillPath('/zones/{zone_id}', { zone_id }), { code: 'path-parameter-invalid' });
    }
    assert.throws(() => fillPath('/zones/{zone_id}', {}), { code: 'path-parameter-invalid' });
  });
});

describe('address limiter', () => {
  it('lets at most so many pass in any second, in order', async () => {
    const clock = new VirtualClock();
    const limiter = createAddressLimiter({ clock, callsPerSecond: 10 });
    const passed: { at: number; index: number }[] = [];
    const work = Array.from({ length: 45 }, async (_, index) => {
      await limiter.acquire();
      passed.push({ at: clock.now(), index });
    });
    await clock.run(Promise.all(work));
    assert.deepEqual(
      passed.map(({ index }) => index),
      Array.from({ length: 45 }, (_, index) => index),
    );
    for (let i = 10; i < passed.length; i += 1) {
      assert.ok((passed[i]?.at ?? 0) - (passed[i - 10]?.at ?? 0) >= 1_000);
    }
    clock.jump(-3_600_000);
    const before = clock.now();
    await clock.run(limiter.acquire());
    assert.ok(clock.now() - before < 60_000);
  });
});

describe('credential inspector', () => {
  const TOKEN: TokenFacts = {
    tokenId: 't1',
    kind: 'user-token',
    status: 'active',
    expiresAt: null,
    notBefore: null,
  };

  it('flattens nested resources, both keys', async () => {
    const policies = [
      {
        effect: 'allow',
        permission_groups: [{ id: 'g1', name: 'DNS Write' }, { id: 'g2' }],
        resources: {
          [`com.cloudflare.api.account.${ACCOUNT}`]: { 'com.cloudflare.api.account.zone.*': '*' },
        },
      },
      { effect: 'deny', permission_groups: [], resources: { 'com.cloudflare.api.account.zone.z1': '*' } },
      { effect: 'perhaps', permission_groups: [], resources: {} },
    ];
    const condition = { 'request.ip': { in: ['192.0.2.0/24'] } };
    const { cloudflare, clock } = open(() => envelope({ id: 't1', name: 'mine', policies, condition }));
    const told = await clock.run(cloudflare.inspector.describe(CREDENTIAL, TOKEN, ACCOUNT, OPTIONS));
    assert.deepEqual(told, {
      name: 'mine',
      ipRestricted: true,
      policies: [
        {
          effect: 'allow',
          permissionGroups: ['DNS Write', 'g2'],
          resources: [`com.cloudflare.api.account.${ACCOUNT}`, 'com.cloudflare.api.account.zone.*'],
        },
        { effect: 'deny', permissionGroups: [], resources: ['com.cloudflare.api.account.zone.z1'] },
        { effect: 'deny', permissionGroups: [], resources: [] },
      ],
    });
  });

  it('tries both routes before it calls a token dead, and none when the failure is not about the token', async () => {
    const dead = open(() => refusal(401, 1000, 'Invalid API Token'));
    await assert.rejects(dead.clock.run(dead.cloudflare.inspector.verify(CREDENTIAL, ACCOUNT, OPTIONS)), {
      code: 'credential-rejected',
    });
    assert.deepEqual(
      dead.sent.map(({ url }) => new URL(url).pathname.replace('/client/v4', '')),
      ['/user/tokens/verify', `/accounts/${ACCOUNT}/tokens/verify`],
    );
    const malformed = open(() => refusal(400, 6003, 'Invalid request headers'));
    await assert.rejects(
      malformed.clock.run(malformed.cloudflare.inspector.verify(CREDENTIAL, ACCOUNT, OPTIONS)),
      {
        code: 'credential-malformed',
      },
    );
    assert.equal(malformed.sent.length, 1);
  });

  it('reads the dates of a token', async () => {
    const result = { id: 't1', status: 'active', expires_on: '2027-01-01T00:00:00Z', not_before: null };
    const { cloudflare, clock } = open(() => envelope(result));
    const facts = await clock.run(cloudflare.inspector.verify(CREDENTIAL, ACCOUNT, OPTIONS));
    assert.deepEqual(facts, { ...TOKEN, expiresAt: Date.parse('2027-01-01T00:00:00Z') });
  });

  const verdicts: readonly [string, Response | (() => Response), boolean | 'throws'][] = [
    ['an answer', () => envelope([]), true],
    ['a missing right', () => refusal(403, 10000, 'Authentication error'), false],
    ['a resource out of reach', () => refusal(403, 9109, 'Unauthorized to access requested resource'), false],
    ['a refusal for another reason', () => refusal(400, 1057, 'cannot be read for this zone'), true],
    ['a failure of the world', () => new Response('', { status: 503 }), 'throws'],
  ];
  for (const [name, answer, verdict] of verdicts) {
    it(`probe: ${name} is ${verdict}`, async () => {
      const { cloudflare, clock } = open(() => (typeof answer === 'function' ? answer() : answer));
      const target = { accountId: ACCOUNT, zoneId: 'f'.repeat(32) };
      const work = clock.run(cloudflare.inspector.probe(CREDENTIAL, 'settings', target, OPTIONS));
      if (verdict === 'throws') await assert.rejects(work, { code: 'cloudflare-unavailable' });
      else assert.equal(await work, verdict);
    });
  }

  it('asks each question with a GET of its own', async () => {
    const { cloudflare, clock, sent } = open(() => envelope([]));
    const target = { accountId: ACCOUNT, zoneId: 'f'.repeat(32) };
    const probes = ['records', 'settings', 'ssl', 'dnssec', 'registrar', 'audit', 'tokens'] as const;
    for (const probe of probes)
      await clock.run(cloudflare.inspector.probe(CREDENTIAL, probe, target, OPTIONS));
    assert.equal(new Set(sent.map(({ url }) => new URL(url).pathname)).size, probes.length);
    assert.ok(sent.every(({ method, body }) => method === 'GET' && body === null));
  });

  it('gives another credential its own client and header', async () => {
    const { cloudflare, clock, sent } = open(() => envelope([]));
    const other: Credential = {
      kind: 'global-key',
      email: 'a@example.com',
      key: new Secret('key-of-a-test'),
    };
    await clock.run(cloudflare.inspector.accounts(other, OPTIONS));
    assert.equal(sent[0]?.headers.get('x-auth-key'), 'key-of-a-test');
    assert.equal(sent[0]?.headers.get('authorization'), null);
    await clock.run(cloudflare.close());
    await assert.rejects(clock.run(cloudflare.inspector.accounts(other, OPTIONS)), {
      code: 'cloudflare-not-sent',
    });
  });
});
