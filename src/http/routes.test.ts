/** What must hold of every route, generated from the table of endpoints, so that a new one cannot be forgotten. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { fitting, nearlyFitting } from '../../test/kit/schema-arbitrary.ts';
import type { Lookup } from '../outbound/messenger.ts';
import { ENDPOINTS } from './endpoints.ts';
import { openApiDocument } from './openapi.ts';
import { BODIES, CUSTOMER_HOSTNAME, FOREIGN_MENTIONS, OF_THE_WORLD, pathOf, type Things } from './samples.ts';
import { type Ask, type Edge, openEdge } from './testing.ts';

/** Resolves to an address for documentation, which is refused before anything is connected to. */
const RECEIVER = 'https://hooks.example.com/';
const NOWHERE: Lookup = (_host, answer) => answer(null, [{ address: '192.0.2.1', family: 4 }]);

async function populate(engine: Engine, edge: Edge, key: string, name = 'later'): Promise<Things> {
  const token = engine.sandbox.tokens.full;
  const added = await edge.ask('POST', '/v1/connections', { key, body: { credential: { token } } });
  assert.equal(added.status, 201, added.text);
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
  const zones = await edge.ask('GET', '/v1/zones', { key });
  const zone = zones.body.items[0].id;
  const plan = { kind: 'add', zone, record: { name, type: 'A', content: '192.0.2.9' } };
  const saved = await edge.ask('POST', '/v1/change-sets', { key, body: { plan } });
  assert.equal(saved.status, 201, saved.text);
  const job = await edge.ask('POST', `/v1/zones/${zone}/sync`, { key });
  // What goes on behind would be counted as asked by whoever comes next.
  await edge.ended(job, key);
  const made = await edge.ask('POST', '/v1/api-keys', { key, body: { label: 'other', scopes: ['read'] } });
  const webhook = await edge.ask('POST', '/v1/webhooks', { key, body: { url: RECEIVER } });
  assert.equal(webhook.status, 201, webhook.text);
  const sent = await edge.ask('POST', `/v1/webhooks/${webhook.body.id}/test`, { key });
  const records = await edge.ask('GET', `/v1/zones/${zone}/records`, { key });
  const { purchase, domain } = await orderNames(edge, key, name);
  const [event] = (await edge.ask('GET', '/v1/audit?limit=1', { key })).body.items;
  const link = await edge.ask('POST', '/v1/connect-sessions', { key, body: {} });
  assert.equal(link.status, 201, link.text);
  return {
    connectSession: link.body.id,
    record: records.body.items[0].id,
    purchase,
    domain,
    sequence: event.sequence,
    webhook: webhook.body.id,
    delivery: sent.body.id,
    connection: added.body.connection.id,
    zone,
    changeSet: saved.body.id,
    job: job.body.id,
    apiKey: made.body.id,
    token,
  };
}

/** The customer's hostname that paths name, in the zone that they name. */
async function serveHostname({ sandbox }: Engine): Promise<void> {
  const { id } = sandbox.zones().find(({ name }) => name === 'example.com') ?? { id: '' };
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'] });
  const made = await fetch(`${sandbox.baseUrl}/zones/${id}/custom_hostnames`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.tokens.full}`, 'content-type': 'application/json' },
    body: JSON.stringify({ hostname: CUSTOMER_HOSTNAME, ssl: { method: 'txt', type: 'dv' } }),
  });
  assert.equal(made.status, 201, await made.text());
}

/** A purchase that is under way, and a domain that is being brought up. */
async function orderNames(
  edge: Edge,
  key: string,
  name: string,
): Promise<Pick<Things, 'purchase' | 'domain'>> {
  const limit = { monthly: { amount: '1000.00', currency: 'USD' } };
  assert.equal((await edge.ask('PUT', '/v1/spend-limit', { key, body: limit })).status, 200);
  const wanted = `${name}-wanted.com`;
  const checked = await edge.ask('GET', `/v1/domains/check?names=${wanted}`, { key });
  const confirmPrice = checked.body.items?.[0].price.registration;
  const bought = await edge.ask('POST', '/v1/domains', { key, body: { domain: wanted, confirmPrice } });
  assert.equal(bought.status, 202, bought.text);
  const begun = await edge.ask('POST', '/v1/provisionings', { key, body: { domain: `${name}-up.com` } });
  assert.equal(begun.status, 202, begun.text);
  return { purchase: bought.body.id, domain: begun.body.domain };
}

describe('every route', () => {
  let engine: Engine;
  let edge: Edge;
  let owner: string;
  let foreigner: string;
  let reader: string;
  let things: Things;

  const request = (operationId: string): Ask => {
    const body = BODIES[operationId];
    return body === undefined ? {} : { body: body(things) };
  };

  before(async () => {
    engine = await startEngine({}, { webhookTransport: { lookup: NOWHERE } });
    engine.sandbox.seedZone('example.com', [
      { type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 },
      { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
    ]);
    await serveHostname(engine);
    edge = openEdge(engine.zoneward);
    owner = (await edge.makeKey('acme', ['admin'])).secret;
    reader = (await edge.makeKey('acme', ['read'])).secret;
    foreigner = (await edge.makeKey('globex', ['admin'])).secret;
    things = await populate(engine, edge, owner);
    // The foreigner has a connection too: what is not theirs is not found for another reason than having nothing.
    const own = { credential: { token: things.token }, accountId: engine.sandbox.accountId, untested: true };
    assert.equal((await edge.ask('POST', '/v1/connections', { key: foreigner, body: own })).status, 201);
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  it('has a sample body where it takes one', () => {
    const without = ENDPOINTS.filter(({ body, operationId }) => body !== null && !(operationId in BODIES));
    assert.deepEqual(
      without.map(({ operationId }) => operationId),
      [],
    );
    assert.equal(new Set(ENDPOINTS.map(({ operationId }) => operationId)).size, ENDPOINTS.length);
  });

  for (const endpoint of ENDPOINTS) {
    const { method, path, operationId } = endpoint;
    const verb = method.toUpperCase();
    if (endpoint.for === 'anyone' || endpoint.for === 'connect-session') continue;
    it(`${verb} ${path} asks for a key`, async () => {
      const answer = await edge.ask(verb, pathOf(endpoint, things), request(operationId));
      assert.deepEqual([answer.status, answer.body.code], [401, 'api-key-missing'], answer.text);
      const made = { key: `zwk_${'0'.repeat(26)}.${'A'.repeat(43)}` };
      assert.equal((await edge.ask(verb, pathOf(endpoint, things), made)).status, 401);
    });

    if (method !== 'get' && endpoint.scope !== null)
      it(`${verb} ${path} refuses a key that may only read`, async () => {
        const answer = await edge.ask(verb, pathOf(endpoint, things), {
          key: reader,
          ...request(operationId),
        });
        assert.deepEqual([answer.status, answer.body.code], [403, 'scope-missing'], answer.text);
      });

    if (endpoint.params !== null && !OF_THE_WORLD.includes(operationId))
      it(`${verb} ${path} does not know another tenant's`, async () => {
        const before = engine.sandbox.counts().total;
        const answer = await edge.ask(verb, pathOf(endpoint, things), {
          key: foreigner,
          ...request(operationId),
        });
        assert.equal(answer.status, 404, answer.text);
        assert.equal(engine.sandbox.counts().total, before, 'nothing was asked of Cloudflare');
        assert.ok(!answer.text.includes('example.com'), answer.text);
      });
  }

  it("does not know another tenant's things by any mention of them", async () => {
    for (const { method, path, body } of FOREIGN_MENTIONS) {
      const sent = body === undefined ? {} : { body: body(things) };
      const answer = await edge.ask(method, path(things), { key: foreigner, ...sent });
      assert.equal(answer.status, 404, `${method} ${path(things)} ${JSON.stringify(sent)}: ${answer.text}`);
      const named = await edge.ask(method, path(things), {
        key: owner,
        headers: { 'zoneward-tenant': 'globex' },
        ...sent,
      });
      assert.equal(named.status, 404);
    }
  });

  it('shows another tenant none of this one in its lists', async () => {
    const lists = ENDPOINTS.filter(({ method, params }) => method === 'get' && params === null);
    for (const endpoint of lists) {
      const { text } = await edge.ask('GET', pathOf(endpoint, things), { key: foreigner });
      for (const secret of [
        'example.com',
        things.zone,
        things.connection,
        things.changeSet,
        things.job,
        things.apiKey,
      ])
        assert.ok(!text.includes(secret), `${endpoint.path} shows ${secret}`);
    }
  });

  it('shows a narrowed key nothing that lies beyond its reach', async () => {
    const zones = ['example.com', things.zone, things.changeSet, things.job, things.purchase, things.domain];
    const reaches = [
      { reach: { zoneIds: ['0'.repeat(32)] as never }, hidden: zones },
      { reach: { connectionIds: ['con_none'] as never }, hidden: [...zones, things.connection] },
    ];
    const shown: string[] = [];
    for (const { reach, hidden } of reaches) {
      const { secret: key } = await edge.makeKey('acme', ['admin'], reach);
      for (const endpoint of ENDPOINTS.filter(({ method }) => method === 'get')) {
        const { status, text } = await edge.ask('GET', pathOf(endpoint, things), { key });
        // A refusal repeats the path that was asked for. A connection is seen whole, with the zones that it names.
        if (status !== 200 || (endpoint.path.startsWith('/v1/connections') && 'zoneIds' in reach)) continue;
        const seen = hidden.filter((one) => text.includes(one));
        if (seen.length > 0) shown.push(`${Object.keys(reach)}: ${endpoint.path} shows ${seen}`);
      }
    }
    assert.deepEqual(shown, []);
  });

  it('carries on no provisioning through a connection that the key does not see', async () => {
    const body = { credential: { token: things.token }, label: 'beside', duplicate: true };
    const beside = await edge.ask('POST', '/v1/connections', { key: owner, body });
    assert.equal(beside.status, 201, beside.text);
    const { id } = beside.body.connection;
    const { secret: key } = await edge.makeKey('acme', ['admin'], { connectionIds: [id] });
    const start = { domain: things.domain, connection: id };
    const answer = await edge.ask('POST', '/v1/provisionings', { key, body: start });
    assert.deepEqual([answer.status, answer.body.code], [404, 'provisioning-unknown'], answer.text);
    assert.equal((await edge.ask('DELETE', `/v1/connections/${id}`, { key: owner })).status, 200);
  });

  it('does every write once for an idempotency key, and shows no secret twice', async () => {
    const key = (await edge.makeKey('umbrella', ['admin'])).secret;
    const own = await populate(engine, edge, key, 'umbrella');
    const wrong: string[] = [];
    const hidden: string[] = [];
    for (const endpoint of ENDPOINTS) {
      const { method, operationId, path } = endpoint;
      if (method === 'get' || endpoint.for !== 'tenant' || operationId === 'eraseTenant') continue;
      // A stream tells what happens now and stores nothing, so there is nothing to do once.
      if (endpoint.streams === true) continue;
      const body = BODIES[operationId];
      const headers = { 'idempotency-key': `every ${operationId}`.replaceAll(' ', '-') };
      const send = (target: string) =>
        edge.ask(method.toUpperCase(), target, {
          key,
          headers,
          ...(body === undefined ? {} : { body: body(own) }),
        });
      // What would take away what the others need is asked for by an id that is not there: that answer is kept, too.
      const things = ['removeConnection', 'revokeApiKey', 'removeWebhook'].includes(operationId)
        ? { ...own, connection: 'con_none', apiKey: 'key_none', webhook: 'whk_none' }
        : own;
      const first = await send(pathOf(endpoint, things));
      const second = await send(pathOf(endpoint, things));
      const isKept = first.status < 300 || [403, 404, 412, 422].includes(first.status);
      if (isKept !== (second.headers.get('idempotent-replayed') === 'true'))
        wrong.push(`${operationId}: ${first.status}, then ${second.status} not replayed`);
      if (isKept && first.status !== second.status)
        wrong.push(`${operationId}: ${first.status}, then ${second.status}`);
      if (!isKept) continue;
      const shownOnce = Object.keys(first.body).filter(
        (member) => typeof first.body[member] === 'string' && second.body[member] === null,
      );
      if (shownOnce.some((member) => second.text.includes(first.body[member])))
        wrong.push(`${operationId}: shows ${shownOnce} twice`);
      if (shownOnce.length > 0) hidden.push(operationId);
      const sync = `/v1/zones/${own.zone}/${operationId === 'syncZone' ? 'activate' : 'sync'}`;
      const other = await edge.ask('POST', sync, { key, headers });
      if (other.body.code !== 'idempotency-key-reused')
        wrong.push(`${operationId} ${path}: another request with its key: ${other.text}`);
    }
    const SHOW_ONCE = ['createApiKey', 'addWebhook', 'rotateWebhookSecret'];
    assert.deepEqual(
      SHOW_ONCE.filter((operationId) => !hidden.includes(operationId)),
      [],
      'what is shown once is not kept',
    );
    assert.deepEqual(wrong, []);
    assert.deepEqual(edge.failures.splice(0).map(String), []);
  });

  it('never answers 500, whatever comes', async () => {
    const hostile = fc.constantFrom(
      '',
      '.',
      '..',
      '%00',
      '%2e%2e%2f',
      '%ff',
      '\u202e',
      '💥',
      '*',
      "' or 1=1 --",
      '-1',
      '1e309',
      'null',
      '__proto__',
      'constructor',
      'a'.repeat(300),
      'xn--',
      '\ud800'.toWellFormed(),
      things.zone,
      things.connection,
      things.changeSet,
      'example.com',
      'www.example.com',
      '2026-13-45',
      '9999999999999999999',
      'eyJhIjoxfQ',
      'W10',
    );
    const text = fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 40 }));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(text, tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    const attack = fc.record({
      endpoint: fc.constantFrom(...ENDPOINTS),
      part: fc.option(text, { nil: null }),
      query: fc.array(
        fc.tuple(
          fc.oneof(
            fc.constantFrom(
              'limit',
              'cursor',
              'at',
              'revision',
              'name',
              'from',
              'since',
              'zone',
              'connection',
              'kind',
            ),
            text,
          ),
          text,
        ),
        { maxLength: 3 },
      ),
      body: fc.oneof(
        fc.constant(undefined),
        value,
        fc.tuple(text, value).map(([key, inner]) => ({ replace: key, inner })),
        fc.constantFrom('{', '[', '"', '{"a":1,}', '\u0000', '[[['.repeat(5_000)),
      ),
      type: fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-16', 'x', ''),
      extra: fc.constantFrom(
        '',
        'idempotency-key',
        'if-match',
        'if-none-match',
        'zoneward-tenant',
        'x-request-id',
        'range',
      ),
      extraValue: fc.constantFrom('', 'a', '"', '*', 'W/"x"', 'same', 'a b', '../..', 'x'.repeat(300)),
    });
    // What its words would do to the things of the other tests is nothing that this one looks at.
    await fc.assert(
      fc.asyncProperty(attack, async ({ endpoint, part, query, body, type, extra, extraValue }) => {
        const base =
          part === null
            ? pathOf(endpoint, things)
            : endpoint.path.replaceAll(/\{\w+\}/g, () => part.replaceAll(/[?#]/g, ''));
        const search = query.map(
          ([name, one]) =>
            `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(one.toWellFormed())}`,
        );
        const sample = BODIES[endpoint.operationId]?.(things);
        const isSplice = typeof body === 'object' && body !== null && 'replace' in body;
        const sent = isSplice ? splice(sample, body as Splice) : body;
        const answer = await edge.ask(
          endpoint.method.toUpperCase(),
          `${base.split('?')[0]}?${search.join('&')}`,
          {
            key: owner,
            ...(endpoint.method === 'get' || sent === undefined ? {} : { body: sent }),
            headers: { 'content-type': type, ...(extra === '' ? {} : { [extra]: extraValue }) },
          },
        );
        const [failure] = edge.failures;
        assert.equal(failure, undefined, `${failure instanceof Error ? failure.stack : failure}`);
        assert.notEqual(answer.status, 500, answer.text);
      }),
      { numRuns: 1_500, seed: 9 },
    );
  });

  it('answers what its own schema allows, or nearly, without a failure of ours', async () => {
    const document = openApiDocument() as unknown as {
      paths: Record<string, Record<string, Operation>>;
      components: Named;
    };
    const world = {
      named: document.components.schemas,
      texts: [
        ...Object.values(things).map(String),
        'example.com',
        'www',
        '@',
        'A',
        '192.0.2.1',
        '300',
        'key_x',
      ],
    };
    // A tenant of its own, with a zone and a connection, that ends as it likes.
    const made = await edge.makeKey('fuzzed', ['admin']);
    const operator = await edge.makeKey(null, ['admin']);
    const own = await populate(engine, edge, made.secret, 'fuzzed');
    const schemas = ENDPOINTS.flatMap((endpoint) => {
      const operation = document.paths[endpoint.path]?.[endpoint.method];
      const schema = operation?.requestBody?.content['application/json']?.schema;
      return schema === undefined || endpoint.for === 'anyone' ? [] : [{ endpoint, schema }];
    });
    assert.ok(schemas.length > 50, String(schemas.length));
    const taken = new Set<string>();
    for (const { endpoint, schema } of schemas) {
      const body = fc.oneof(fitting(schema, world), nearlyFitting(schema, world));
      const send = fc.asyncProperty(body, fc.boolean(), async (sent, asOperator) => {
        const answer = await edge.ask(endpoint.method.toUpperCase(), pathOf(endpoint, own), {
          key: asOperator ? operator.secret : made.secret,
          body: JSON.stringify(sent),
          headers: asOperator ? { 'zoneward-tenant': 'fuzzed' } : {},
        });
        const [failure] = edge.failures;
        const said = failure instanceof Error ? failure.stack : failure;
        assert.equal(failure, undefined, `${endpoint.operationId}: ${said}`);
        assert.notEqual(answer.status, 500, answer.text);
        if (answer.status < 400) taken.add(endpoint.operationId);
      });
      await fc.assert(send, { numRuns: 12, seed: 11, endOnFailure: true });
    }
    assert.ok(taken.size >= 15, `what fits is taken, too: ${[...taken].join()}`);
  });

  it('is there for its own tenant', async () => {
    const last = ['removeConnection', 'revokeApiKey', 'removeWebhook'];
    const inOrder = ENDPOINTS.toSorted((a, b) => last.indexOf(a.operationId) - last.indexOf(b.operationId));
    const fresh = await populate(engine, edge, (await edge.makeKey('initech', ['admin'])).secret, 'own');
    const key = (await edge.makeKey('initech', ['admin'])).secret;
    const wrong: string[] = [];
    for (const endpoint of inOrder) {
      const body = BODIES[endpoint.operationId];
      const sent = body === undefined ? {} : { body: body(fresh) };
      const answer = await edge.ask(endpoint.method.toUpperCase(), pathOf(endpoint, fresh), { key, ...sent });
      if (answer.status === 404 || answer.status >= 500)
        wrong.push(`${endpoint.operationId}: ${answer.text} ${edge.failures.splice(0).map(String)}`);
    }
    assert.deepEqual(wrong, []);
  });
});

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
}

interface Named {
  readonly schemas: Readonly<Record<string, unknown>>;
}

interface Splice {
  readonly replace: string;
  readonly inner: unknown;
}

/** The sample with one member replaced or added. */
function splice(sample: unknown, { replace, inner }: Splice): unknown {
  if (typeof sample !== 'object' || sample === null) return inner;
  const members = Object.keys(sample);
  const target = members[replace.length % (members.length + 1)] ?? replace;
  return { ...sample, [target]: inner };
}
