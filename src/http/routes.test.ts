/** What must hold of every route, generated from the table of endpoints, so that a new one cannot be forgotten. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Engine } from '../../test/kit/engine.ts';
import { startPopulated } from '../../test/kit/populated-engine.ts';
import { fitting, nearlyFitting } from '../../test/kit/schema-arbitrary.ts';
import { ENDPOINTS } from './endpoints.ts';
import { openApiDocument } from './openapi.ts';
import { BODIES, FOREIGN_MENTIONS, OF_THE_WORLD, pathOf, type Things } from './samples.ts';
import { type Ask, type Edge, openEdge } from './testing.ts';
import { populate } from './things.ts';

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
    engine = await startPopulated();
    edge = openEdge(engine.zoneward);
    owner = (await edge.makeKey('acme', ['admin'])).secret;
    reader = (await edge.makeKey('acme', ['read'])).secret;
    foreigner = (await edge.makeKey('globex', ['admin'])).secret;
    things = await populate(edge, owner, engine.sandbox.tokens.full);
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
    const own = await populate(edge, made.secret, engine.sandbox.tokens.full, 'fuzzed');
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
    const fresh = await populate(
      edge,
      (await edge.makeKey('initech', ['admin'])).secret,
      engine.sandbox.tokens.full,
      'own',
    );
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
