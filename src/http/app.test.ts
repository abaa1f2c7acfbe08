import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Edge, openEdge } from './testing.ts';

describe('http', () => {
  let engine: Engine;
  let edge: Edge;
  let admin: string;
  let reader: string;

  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [
      { type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 },
      { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
      { type: 'TXT', name: '@', content: '"v=spf1 -all"', ttl: 1 },
    ]);
    edge = openEdge(engine.zoneward);
    admin = (await edge.makeKey('acme', ['admin'])).secret;
    reader = (await edge.makeKey('acme', ['read'])).secret;
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  it('takes a product from a credential to an applied change and back', async () => {
    const { token } = { token: engine.sandbox.tokens.full };
    const added = await edge.ask('POST', '/v1/connections', {
      key: admin,
      body: { credential: { token }, label: 'main' },
    });
    assert.equal(added.status, 201, added.text);
    assert.ok(!added.text.includes(token));
    const { id } = added.body.connection;
    assert.equal(added.headers.get('location'), `/v1/connections/${id}`);

    const sync = await edge.ask('POST', '/v1/zones/sync', { key: admin, body: { connection: 'main' } });
    assert.equal(sync.status, 202, sync.text);
    const synced = await edge.ended(sync, admin);
    assert.equal(synced.body.state, 'done', synced.text);

    const zones = await edge.ask('GET', '/v1/zones', { key: reader });
    const zone = zones.body.items.find((one: { name: string }) => one.name === 'example.com');
    assert.equal(zone.recordCount, 3);

    const plan = {
      kind: 'edit',
      zones: ['example.com'],
      select: { name: 'api' },
      set: { content: '192.0.2.99' },
    };
    const planned = await edge.ask('POST', '/v1/plans', { key: admin, body: plan });
    assert.equal(planned.status, 200, String(edge.failures));
    const [{ hash, counts }] = planned.body.plans;
    assert.deepEqual(counts, { create: 0, update: 1, delete: 0 });

    const other = await edge.ask('POST', '/v1/change-sets', {
      key: admin,
      body: { plan, expect: ['f'.repeat(64)] },
    });
    assert.deepEqual([other.status, other.body.code], [409, 'plan-moved']);
    const saved = await edge.ask('POST', '/v1/change-sets', { key: admin, body: { plan, expect: [hash] } });
    assert.equal(saved.status, 201, saved.text);

    const apply = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key: admin, body: {} });
    assert.equal(apply.status, 202, apply.text);
    const applied = await edge.ended(apply, admin);
    assert.equal(applied.body.result.status, 'applied', applied.text);
    const contents = () => engine.sandbox.records('example.com').map(({ content }) => content);
    assert.ok(contents().includes('192.0.2.99'));

    const again = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key: admin, body: {} });
    assert.deepEqual([again.status, again.body.code], [409, 'change-set-moved']);

    const undo = { kind: 'undo', changeSetId: saved.body.id };
    const undoing = await edge.ask('POST', '/v1/change-sets', { key: admin, body: { plan: undo } });
    assert.equal(undoing.status, 201, undoing.text);
    const undone = await edge.ask('POST', `/v1/change-sets/${undoing.body.id}/apply`, {
      key: admin,
      body: {},
    });
    assert.equal((await edge.ended(undone, admin)).body.result.status, 'applied');
    assert.ok(contents().includes('192.0.2.20'));

    const details = await edge.ask('GET', `/v1/change-sets/${saved.body.id}`, { key: reader });
    assert.equal(details.body.undoneBy, undoing.body.id);
    const events = await edge.ask('GET', '/v1/audit?limit=2', { key: reader });
    assert.equal(events.body.items.length, 2);
    assert.match(events.body.items[0].principal, /^key_/);
    assert.equal((await edge.ask('GET', '/v1/audit/verify', { key: reader })).body.ok, true);
    const lines = (await edge.ask('GET', '/v1/audit/export', { key: reader })).text.trim().split('\n');
    assert.equal(lines.length, events.body.items[0].sequence);
    for (const path of [
      '/v1/usage',
      '/v1/usage/calls',
      '/v1/policies',
      '/v1/zones/example.com',
      '/v1/zones/example.com/history',
      '/v1/zones/example.com/diff?from=1',
      '/v1/records?type=A',
      '/v1/jobs',
      '/v1/connections/main',
      '/v1/connections/main/link?profile=full',
      '/v1/token-link',
    ]) {
      const answer = await edge.ask('GET', path, { key: reader });
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    }
    const body = async (path: string) => (await edge.ask('GET', path, { key: reader })).body;
    for (const answer of [
      await body('/v1/zones/example.com'),
      await body('/v1/zones/example.com/records'),
      await body('/v1/zones/example.com/history'),
      await body('/v1/zones/example.com/diff?from=1'),
      (await body('/v1/records?type=A')).items[0],
    ]) {
      assert.ok(Date.parse(answer.freshness.verifiedAt) > 0, JSON.stringify(answer));
    }
    for (const { coverage } of [await body('/v1/records?type=A'), await body('/v1/drift')]) {
      assert.ok(coverage.zones > 0 && Date.parse(coverage.oldestVerifiedAt) > 0, JSON.stringify(coverage));
    }
    const file = await edge.ask('GET', '/v1/zones/example.com/export?format=bind', { key: reader });
    assert.match(file.text, /192\.0\.2\.10/);
    const events2 = await edge.ask('GET', `/v1/jobs/${apply.body.id}/events`, { key: reader });
    assert.match(events2.text, /event: job\ndata: .*"state":"done"/);
    assert.deepEqual(edge.failures, []);
  });

  it('pages through a list without losing or repeating while it changes', async () => {
    const page = async (cursor: string | null) =>
      (
        await edge.ask(
          'GET',
          `/v1/zones/example.com/records?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`,
          { key: reader },
        )
      ).body;
    const first = await page(null);
    const zone = engine.sandbox.zones().find(({ name }) => name === 'example.com');
    assert.ok(zone !== undefined);
    const made = await fetch(`${engine.sandbox.baseUrl}/zones/${zone.id}/dns_records`, {
      method: 'POST',
      headers: { authorization: `Bearer ${engine.sandbox.tokens.full}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'A', name: 'new', content: '192.0.2.77', ttl: 300 }),
    });
    assert.equal(made.status, 200);
    const job = await edge.ask('POST', '/v1/zones/example.com/sync', { key: admin });
    await edge.ended(job, admin);
    assert.equal(
      (await edge.ask('GET', '/v1/zones/example.com/records', { key: reader })).body.items.length,
      4,
    );
    const names = [first.items[0].id];
    let next = first.next;
    while (next !== null) {
      const more = await page(next);
      assert.equal(more.revision, first.revision);
      names.push(...more.items.map((one: { id: string }) => one.id));
      next = more.next;
    }
    assert.equal(names.length, 3);
    assert.equal(new Set(names).size, 3);
    const elsewhere = await edge.ask('GET', `/v1/zones?cursor=${first.next}`, { key: reader });
    assert.deepEqual([elsewhere.status, elsewhere.body.code], [422, 'cursor-invalid']);
  });

  it('keeps a change from what moved since it was read', async () => {
    const before = await edge.ask('GET', '/v1/connections/main', { key: admin });
    const tag = before.headers.get('etag') ?? '';
    assert.equal(
      (await edge.ask('GET', '/v1/connections/main', { key: admin, headers: { 'if-none-match': tag } }))
        .status,
      304,
    );
    const change = (label: string) =>
      edge.ask('PATCH', `/v1/connections/${before.body.id}`, {
        key: admin,
        body: { tags: [label] },
        headers: { 'if-match': tag },
      });
    assert.equal((await change('one')).status, 200);
    assert.deepEqual(
      [(await change('two')).status, (await change('two')).body.code],
      [412, 'precondition-failed'],
    );
  });

  it('does a write once for an idempotency key, and keeps no secret of its answer', async () => {
    const make = (label: string, key = 'once') =>
      edge.ask('POST', '/v1/api-keys', {
        key: admin,
        body: { label, scopes: ['read'] },
        headers: { 'idempotency-key': key },
      });
    const [first, second] = await Promise.all([make('a'), make('a')]);
    const statuses = [first.status, second.status].sort();
    assert.ok(statuses[0] === 201 && [201, 409].includes(statuses[1] ?? 0), String(statuses));
    const replay = await make('a');
    assert.equal(replay.headers.get('idempotent-replayed'), 'true');
    assert.deepEqual([replay.status, replay.body.secret], [201, null]);
    assert.deepEqual(
      [(await make('b')).status, (await make('b')).body.code],
      [422, 'idempotency-key-reused'],
    );
    const keys = (await edge.ask('GET', '/v1/api-keys', { key: admin })).body.items;
    assert.equal(keys.filter((one: { label: string }) => one.label === 'a').length, 1);
    const made = [first, second].find((one) => one.status === 201 && one.body.secret !== null);
    const secret = made?.body.secret;
    assert.equal((await edge.ask('GET', '/v1/zones', { key: secret })).status, 200);
    const revoke = await edge.ask('DELETE', `/v1/api-keys/${made?.body.id}`, { key: admin });
    assert.equal(revoke.status, 200);
    assert.equal((await edge.ask('GET', '/v1/zones', { key: secret })).status, 401);
  });

  it('lets a key for some zones look at a connection, and change none', async () => {
    const narrowed = await edge.makeKey('acme', ['read', 'connections'], {
      zoneIds: ['0'.repeat(32)] as never,
    });
    const { items } = (await edge.ask('GET', '/v1/connections', { key: narrowed.secret })).body;
    const [connection] = items;
    assert.ok(connection !== undefined);
    const at = `/v1/connections/${connection.id}`;
    const tries = [
      edge.ask('DELETE', at, { key: narrowed.secret }),
      edge.ask('POST', `${at}/test`, { key: narrowed.secret }),
      edge.ask('POST', `${at}/pause`, { key: narrowed.secret }),
      edge.ask('POST', `${at}/rotations`, { key: narrowed.secret, body: {} }),
    ];
    for (const { status, body } of await Promise.all(tries))
      assert.deepEqual([status, body.code], [403, 'key-limited']);
  });

  it('narrows a key to zones and names', async () => {
    const [zone] = (await edge.ask('GET', '/v1/zones', { key: admin })).body.items.filter(
      (one: { name: string }) => one.name === 'example.com',
    );
    const narrow = await edge.makeKey('acme', ['read', 'plan', 'apply'], {
      zoneIds: [zone.id],
      namePatterns: ['api'],
    });
    const key = narrow.secret;
    const records = await edge.ask('GET', '/v1/zones/example.com/records', { key });
    assert.deepEqual(
      records.body.items.map((one: { name: string }) => one.name),
      ['api.example.com'],
    );
    const edit = (name: string) =>
      edge.ask('POST', '/v1/plans', {
        key,
        body: { kind: 'edit', zones: ['example.com'], select: { name }, set: { ttl: '600' } },
      });
    assert.equal((await edit('api')).status, 200);
    const out = await edit('www');
    assert.deepEqual([out.status, out.body.code], [404, 'record-unknown']);
    assert.equal(out.body.detail, 'No record is meant by: www, among the names api');
    assert.equal((await edge.ask('GET', '/v1/audit', { key })).body.code, 'key-limited');
    // However long a plan file is, each of its zones must be the key's.
    const plans = [...Array.from({ length: 200 }, () => ({ zoneId: zone.id })), { zoneId: 'f'.repeat(32) }];
    const file = { kind: 'file', planFile: { format: 'zoneward-plan', version: 1, plans } };
    const foreign = await edge.ask('POST', '/v1/plans', { key, body: file });
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'zone-unknown']);
    // A setting concerns every name of the zone.
    const source = { format: 'document', text: 'zone: example.com\ntls: {mode: strict}\n' };
    const setting = { kind: 'source', zone: 'example.com', ...source };
    const refused = await edge.ask('POST', '/v1/plans', { key, body: setting });
    assert.deepEqual([refused.status, refused.body.code], [403, 'key-limited']);
    const shown = await edge.ask('POST', '/v1/plans', { key: admin, body: setting });
    assert.deepEqual(shown.body.plans?.[0]?.settings?.[0]?.after, 'strict', JSON.stringify(shown.body));
    const stored = await edge.ask('POST', '/v1/change-sets', { key: admin, body: { plan: setting } });
    assert.deepEqual([stored.status, stored.body.zones?.[0]?.changes], [201, 1]);
    const elsewhere = await edge.makeKey('acme', ['read'], { zoneIds: ['0'.repeat(32)] as never });
    assert.equal((await edge.ask('GET', '/v1/zones/example.com', { key: elsewhere.secret })).status, 404);
    assert.deepEqual((await edge.ask('GET', '/v1/zones', { key: elsewhere.secret })).body.items, []);
    assert.deepEqual((await edge.ask('GET', '/v1/records?type=A', { key: elsewhere.secret })).body.items, []);
  });

  it("lets an operator's key act for the tenant that it names, and for none unnamed", async () => {
    const operator = (await edge.makeKey(null, ['admin'])).secret;
    assert.equal((await edge.ask('GET', '/v1/zones', { key: operator })).body.code, 'tenant-missing');
    const named = (tenant: string) =>
      edge.ask('GET', '/v1/zones', { key: operator, headers: { 'zoneward-tenant': tenant } });
    assert.ok((await named('acme')).body.items.length > 0);
    assert.deepEqual((await named('other')).body.items, []);
    assert.equal((await named('../acme')).status, 422);
  });

  it("does not lend the environment's credential to a tenant that has none", async () => {
    const key = (await edge.makeKey('poor', ['admin'])).secret;
    const sync = await edge.ask('POST', '/v1/zones/sync', { key, body: {} });
    assert.equal((await edge.ended(sync, key)).body.error.code, 'connection-missing');
    const local = (await edge.makeKey('local', ['admin'])).secret;
    const own = await edge.ask('POST', '/v1/zones/sync', { key: local, body: {} });
    assert.equal((await edge.ended(own, local)).body.state, 'done');
  });

  it('limits the rate of a key and says so', async () => {
    const slow = openEdge(engine.zoneward, { rate: { quota: 2, windowSeconds: 60 } });
    await slow.runner.stop();
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1)
      answers.push(await slow.ask('GET', '/v1/policies', { key: reader }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.equal(answers[0]?.headers.get('ratelimit-policy'), '"default";q=2;w=60');
    assert.ok(Number(answers[2]?.headers.get('retry-after')) >= 1);
    assert.match(answers[2]?.headers.get('content-type') ?? '', /problem\+json/);
  });

  it('answers what is not there, or not so, as a problem', async () => {
    const cases: [string, string, Parameters<Edge['ask']>[2], number][] = [
      ['GET', '/nowhere', {}, 404],
      ['GET', '/v1/zones', {}, 401],
      ['DELETE', '/v1/zones', { key: admin }, 405],
      ['GET', '/v1/zones?limit=9999', { key: admin }, 422],
      ['GET', '/v1/zones?wat=1', { key: admin }, 422],
      ['GET', '/v1/zones?limit=1&limit=2', { key: admin }, 422],
      ['POST', '/v1/plans', { key: admin, body: '{' }, 400],
      ['POST', '/v1/plans', { key: admin, body: { kind: 'add' } }, 422],
      ['POST', '/v1/plans', { key: admin, body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
      ['POST', '/v1/zones/sync', { key: admin, body: { connection: 'x'.repeat(300_000) } }, 413],
      ['POST', '/v1/zones/sync', { key: admin, body: { surprise: 1 } }, 422],
    ];
    for (const [method, path, ask, status] of cases) {
      const answer = await edge.ask(method, path, ask);
      assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
      assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
      for (const member of [
        'type',
        'title',
        'status',
        'detail',
        'instance',
        'code',
        'next',
        'request_id',
        'retryable',
      ])
        assert.ok(member in answer.body, member);
      assert.equal(answer.headers.get('x-request-id'), answer.body.request_id);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
    const unknown = await edge.ask('POST', '/v1/zones/sync', { key: admin, body: { surprise: 1 } });
    assert.deepEqual(unknown.body.errors, [{ path: 'body.surprise', message: 'is not known here' }]);
  });

  it('shows of an unknown failure its id and nothing else', async () => {
    const broken = openEdge({
      ...engine.zoneward,
      tenant: () => {
        throw new Error('password=hunter2');
      },
    });
    await broken.runner.stop();
    const answer = await broken.ask('GET', '/v1/zones', { key: admin });
    assert.deepEqual([answer.status, answer.body.code], [500, 'internal']);
    assert.ok(!answer.text.includes('hunter2') && answer.body.detail.includes(answer.body.request_id));
    assert.equal(broken.failures.length, 1);
  });

  it('tells its health, its figures and what it can do', async () => {
    assert.equal((await edge.ask('GET', '/livez')).status, 200);
    assert.equal((await edge.ask('GET', '/readyz')).status, 200);
    assert.match(
      (await edge.ask('GET', '/metrics')).text,
      /zoneward_http_requests_total\{.*route="\/v1\/zones"/,
    );
    const figures = (await edge.ask('GET', '/metrics')).text;
    const figure = (name: string): number => {
      const line = figures.split('\n').find((one) => one.startsWith(`zoneward_${name} `));
      assert.ok(line !== undefined, name);
      return Number(line.split(' ')[1]);
    };
    assert.ok(figure('cloudflare_calls_5m{outcome="ok"}') > 0);
    assert.equal(figure('cloudflare_calls_5m{outcome="rate-limited"}'), 0);
    assert.ok(figure('budget_left_min') > 0);
    assert.ok(figure('zones{state="all"}') >= 1);
    assert.equal(figure('zones{state="drifting"}'), 1, 'a record was made from outside');
    assert.ok(figure('sync_lag_seconds') >= 0 && figure('sync_lag_seconds') < 600);
    assert.ok(figure('connections{state="active"}') >= 1);
    for (const name of [
      'jobs{state="queued"}',
      'job_wait_seconds',
      'rotations_overdue',
      'vault_key_age_seconds',
    ])
      assert.ok(figure(name) >= 0, name);
    assert.doesNotMatch(figures, /acme|example\.com/);
    const document = (await edge.ask('GET', '/openapi.json')).body;
    assert.equal(document.openapi, '3.1.0');
    // `nullable()` of a shape with a name comes out as one of these, and says what is not so: see `orNull`.
    assert.doesNotMatch(JSON.stringify(document), /"allOf"/);
    const named = Object.entries(document.components.schemas as Record<string, { type?: unknown }>);
    assert.deepEqual(
      named.filter(([, { type }]) => Array.isArray(type)).map(([name]) => name),
      [],
    );
    const docs = await edge.ask('GET', '/docs');
    assert.doesNotMatch(docs.text, /https?:\/\/(?!www\.w3)|<script/);
    assert.match(docs.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  });
});
