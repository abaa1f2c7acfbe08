/** Domains brought up over HTTP: one, and many as a job with progress, a report, an end when asked; and who may buy. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Edge, openEdge } from './testing.ts';

const BULK = '/v1/provisionings/bulk';

describe('provisioning over HTTP', () => {
  let engine: Engine;
  let edge: Edge;
  let key: string;
  before(async () => {
    engine = await startEngine({ dnsPort: 0, delegation: 'assigned', rateLimit: false });
    const { sandbox } = engine;
    sandbox.seedZone('settled-stand.com', []);
    sandbox.registrar.update({ outcomes: [{ state: 'succeeded', afterMs: 0 }] });
    edge = openEdge(engine.zoneward);
    key = (await edge.makeKey('local', ['read', 'plan', 'apply', 'billing', 'admin'])).secret;
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });
  const post = (body: unknown, more: { key?: string; path?: string } = {}) =>
    edge.ask('POST', more.path ?? BULK, { key: more.key ?? key, body });

  it('brings a list up as a job: 202, progress, a report for each, the others go on', async () => {
    const common = { text: '$TTL 300\napi A 192.0.2.10\n', format: 'bind', file: 'common.zone' };
    const domains = [
      { domain: 'settled-stand.com' },
      { domain: 'www.settled-stand.com' },
      { domain: 'Settled-Stand.com' },
      { domain: 'lime-stand.com', templates: [{ template: 'github.com/pages', variables: { user: 'a b' } }] },
      { domain: 'melon-stand.com', text: 'no zone file' },
      { domain: 'fig-stand.com' },
    ];
    const begun = await post({ domains, common });
    assert.equal(begun.status, 202, begun.text);
    assert.equal(begun.headers.get('location'), `/v1/jobs/${begun.body.id}`);
    assert.deepEqual(begun.body.input, { domains: domains.map(({ domain }) => domain) });
    const twice = await post({ domains, common });
    assert.equal(twice.body.id, begun.body.id, 'the same list is the same job while it is under way');
    const events = await edge.ask('GET', `/v1/jobs/${begun.body.id}/events`, { key });
    assert.match(events.text, /^event: job$/m);
    assert.match(events.text, /"progress":\{"done":6,"total":6/);
    const job = await edge.ended(begun, key);
    assert.equal(job.body.state, 'done', job.text);
    const { result } = job.body;
    assert.equal(result.refused, 4);
    assert.equal(result.live + result.going, 2);
    // biome-ignore lint/suspicious/noExplicitAny: rows of an answer.
    const codes = result.domains.map((one: any) => `${one.line} ${one.domain} ${one.error?.code ?? 'begun'}`);
    assert.deepEqual(codes, [
      '1 settled-stand.com begun',
      '2 www.settled-stand.com name-is-subdomain',
      '3 Settled-Stand.com bulk-invalid',
      '4 lime-stand.com variable-invalid',
      '5 melon-stand.com format-unclear',
      '6 fig-stand.com begun',
    ]);
    const held = engine.sandbox.records('settled-stand.com').map(({ content }) => content);
    assert.deepEqual(held, ['192.0.2.10']);
    assert.deepEqual(edge.failures, []);
  });

  it('stops when it is asked to, and tells what was begun', async () => {
    engine.sandbox.setFault({ kind: 'slow', delayMs: 400, route: 'GET /zones' });
    const domains = Array.from({ length: 40 }, (_, number) => ({ domain: `stop-${number}-stand.com` }));
    const begun = await post({ domains });
    for (;;) {
      const seen = await edge.ask('GET', `/v1/jobs/${begun.body.id}`, { key });
      if ((seen.body.progress?.done ?? 0) > 0 || seen.body.state === 'done') break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal((await edge.ask('POST', `/v1/jobs/${begun.body.id}/cancel`, { key })).status, 202);
    const job = await edge.ended(begun, key);
    engine.sandbox.clearFaults();
    assert.equal(job.body.state, 'cancelled', job.text);
    assert.ok(job.body.result.domains.length > 0);
    assert.ok(job.body.result.domains.length < 40, String(job.body.result.domains.length));
  });

  it('buys only with the scope billing, for exactly the price, and once', async () => {
    const register = { confirmPrice: '10.46' };
    const narrow = (await edge.makeKey('local', ['read', 'apply'])).secret;
    for (const [body, path] of [
      [{ domain: 'kiwi-stand.com', register }, '/v1/provisionings'],
      [{ domains: [{ domain: 'kiwi-stand.com', register }] }, BULK],
    ] as const) {
      const refused = await post(body, { key: narrow, path });
      assert.deepEqual([refused.status, refused.body.code], [403, 'scope-missing'], refused.text);
    }
    const noLimit = await post({ domain: 'kiwi-stand.com', register }, { path: '/v1/provisionings' });
    assert.equal(noLimit.body.code, 'spend-limit-missing');
    const monthly = { amount: '50', currency: 'USD' };
    assert.equal((await edge.ask('PUT', '/v1/spend-limit', { key, body: { monthly } })).status, 200);
    const wrong = { confirmPrice: '1.00' };
    const changed = await post({ domain: 'kiwi-stand.com', register: wrong }, { path: '/v1/provisionings' });
    assert.equal(changed.body.code, 'price-changed');
    const bought = await edge.ended(await post({ domains: [{ domain: 'kiwi-stand.com', register }] }), key);
    assert.equal(bought.body.result.refused, 0, bought.text);
    const again = await post({ domain: 'kiwi-stand.com', register }, { path: '/v1/provisionings' });
    assert.equal(again.status, 202, again.text);
    assert.equal(again.body.steps[0].state, 'done');
    assert.equal(engine.sandbox.registrar.charges().length, 1);
  });

  const rows: readonly (readonly [name: string, body: unknown, status: number, code: string])[] = [
    ['no domain', { domains: [] }, 422, 'input-invalid'],
    [
      'a word that is not known',
      { domains: [{ domain: 'a-stand.com', tlss: 'modern' }] },
      422,
      'input-invalid',
    ],
    [
      'buying for all',
      { domains: [{ domain: 'a-stand.com' }], common: { register: {} } },
      422,
      'input-invalid',
    ],
    [
      'more than a thousand',
      { domains: Array.from({ length: 1_001 }, () => ({ domain: 'a.com' })) },
      422,
      'input-invalid',
    ],
    [
      'a connection that is not there',
      { domains: [{ domain: 'a-stand.com', connection: 'con_none' }] },
      404,
      'connection-unknown',
    ],
    [
      'a resolver inside',
      { domains: [{ domain: 'a-stand.com', resolvers: ['169.254.169.254'] }] },
      422,
      'resolver-refused',
    ],
    [
      'a resolver that is a name',
      { domains: [{ domain: 'a-stand.com' }], common: { resolvers: ['dns.google'] } },
      422,
      'dns-server-invalid',
    ],
  ];
  for (const [name, body, status, code] of rows)
    it(`refuses ${name}, and begins nothing`, async () => {
      const before = (await edge.ask('GET', '/v1/jobs?limit=500', { key })).body.items.length;
      const refused = await post(body);
      assert.deepEqual([refused.status, refused.body.code], [status, code], refused.text);
      assert.equal((await edge.ask('GET', '/v1/jobs?limit=500', { key })).body.items.length, before);
    });

  it('sends the contacts of a transfer, judges them first, and never shows them', async () => {
    const address = { street: 'A', city: 'B', state: 'BE', postal_code: '1', country_code: 'DE' };
    const registrant = {
      email: 'hostmaster@example.com',
      phone: '+49.301234567',
      postal_info: { name: 'Lemonade Stand', address },
    };
    engine.sandbox.registrar.update({ foreign: { 'foreign-name.com': { authCode: 'let-me-in' } } });
    engine.sandbox.seedZone('foreign-name.com', []);
    const transfer = { domain: 'foreign-name.com', authCode: 'let-me-in', contacts: { registrant } };
    const path = '/v1/transfers';
    const bad = await post(
      { ...transfer, contacts: { registrant: { ...registrant, phone: '030 1' } } },
      { path },
    );
    assert.match(bad.text, /contacts\.registrant\.phone/);
    assert.doesNotMatch(bad.text, /hostmaster|let-me-in/);
    const unconfirmed = await post(transfer, { path });
    assert.equal(unconfirmed.body.code, 'price-unconfirmed');
    const price = /--confirm-price ([\d.]+)/.exec(unconfirmed.body.next[0])?.[1];
    const begun = await post({ ...transfer, confirmPrice: price }, { path });
    assert.equal(begun.status, 202, begun.text);
    assert.equal(begun.body.contactsGiven, true);
    assert.doesNotMatch(begun.text, /hostmaster|let-me-in/);
    const sent = engine.sandbox.requests().find(({ route }) => route.endsWith('/transfer-in'));
    assert.ok(sent !== undefined, 'nothing was sent');
    const { order } = await engine.tenant.registrar.purchase(begun.body.id);
    assert.deepEqual(order.contacts, { registrant }, 'kept with the purchase while it is under way');
  });
});
