/** What a key may and reaches, over every route; and that two keys of one owner are not two people. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { SCOPES, type Scope } from '../app/re-exports.ts';
import { ENDPOINTS } from './endpoints.ts';
import { BODIES, pathOf, type Things } from './samples.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

/** Ids that nobody has: what a scope or a reach refuses is refused before anything is looked for. */
const NOTHING: Things = {
  connection: 'con_none',
  zone: '0'.repeat(32),
  changeSet: 'chg_none',
  job: 'job_none',
  apiKey: 'key_none',
  token: 'none',
  webhook: 'whk_none',
  delivery: 'dlv_none',
  record: '0'.repeat(32),
  purchase: 'buy_none',
  domain: 'none.com',
  connectSession: 'cns_none',
  sequence: 999_999,
};

describe('API keys', () => {
  let engine: Engine;
  let edge: Edge;

  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 }]);
    edge = openEdge(engine.zoneward);
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  it('are refused (403) at every route whose scope they lack, and at no other', async () => {
    const wrong: string[] = [];
    for (const scope of SCOPES) {
      const key = (await edge.makeKey('acme', [scope])).secret;
      for (const endpoint of ENDPOINTS) {
        if (endpoint.for === 'anyone' || endpoint.operationId === 'signOut') continue;
        const body = BODIES[endpoint.operationId];
        const sent = body === undefined ? {} : { body: body(NOTHING) };
        const answer = await edge.ask(endpoint.method.toUpperCase(), pathOf(endpoint, NOTHING), {
          key,
          ...sent,
        });
        const isAllowed = scope === 'admin' || endpoint.scope === null || endpoint.scope === scope;
        const isRefused = answer.status === 403 && answer.body.code === 'scope-missing';
        if (isAllowed === isRefused) wrong.push(`${scope} at ${endpoint.operationId}: ${answer.status}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  describe('of one owner', () => {
    const everything: Scope[] = ['admin'];
    let author: string;

    before(async () => {
      author = (await edge.makeKey('team', everything)).secret;
      const credential = { token: engine.sandbox.tokens.full };
      await edge.ask('POST', '/v1/connections', { key: author, body: { credential } });
      await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: author, body: {} }), author);
      const always = { body: { policy: { approval: 'always' } }, key: author };
      assert.equal((await edge.ask('PUT', '/v1/policies', always)).status, 200);
    });

    const save = async (name: string): Promise<string> => {
      const record = { name, type: 'A', content: '192.0.2.9' };
      const body = { plan: { kind: 'add', zone: 'example.com', record } };
      const saved = await edge.ask('POST', '/v1/change-sets', { key: author, body });
      assert.equal(saved.status, 201, saved.text);
      return saved.body.id;
    };
    const approve = (id: string, key: string): Promise<Answer> =>
      edge.ask('POST', `/v1/change-sets/${id}/approve`, { key });

    it('do not approve for each other, however long the line of keys that made keys is', async () => {
      const id = await save('one');
      let key = author;
      for (let generation = 0; generation < 3; generation += 1) {
        const refused = await approve(id, key);
        assert.deepEqual([refused.status, refused.body.code], [403, 'approver-is-author'], refused.text);
        const body = { label: `generation ${generation}`, scopes: everything };
        key = (await edge.ask('POST', '/v1/api-keys', { key, body })).body.secret;
      }
      assert.equal((await approve(id, key)).body.code, 'approver-is-author');
      const owners = (await edge.ask('GET', '/v1/api-keys', { key })).body.items.map(
        (one: { owner: string }) => one.owner,
      );
      assert.equal(new Set(owners).size, 1, 'they all answer as the first one');
    });

    it('are told apart from keys that were made at the machine for somebody else', async () => {
      const id = await save('two');
      const { zoneward } = engine;
      const make = async (owner: string): Promise<string> => {
        const request = { label: owner, scopes: everything, owner };
        return (await zoneward.apiKeys.create('team', request)).secret.reveal();
      };
      assert.equal((await approve(id, await make('ann'))).status, 200);
      const twice = await make('ben');
      const request = {
        kind: 'add',
        zone: 'example.com',
        record: { name: 'b', type: 'A', content: '192.0.2.8' },
      };
      const saved = await edge.ask('POST', '/v1/change-sets', { key: twice, body: { plan: request } });
      assert.equal((await approve(saved.body.id, await make('ben'))).body.code, 'approver-is-author');
    });

    it("of the operator, which acts for every tenant, do not approve through a tenant's key they made", async () => {
      const operator = (await edge.makeKey(null, everything)).secret;
      const headers = { 'zoneward-tenant': 'team' };
      const plan = {
        kind: 'add',
        zone: 'example.com',
        record: { name: 'c', type: 'A', content: '192.0.2.7' },
      };
      const saved = await edge.ask('POST', '/v1/change-sets', { key: operator, headers, body: { plan } });
      assert.equal(saved.status, 201, saved.text);
      const body = { label: 'puppet', scopes: everything };
      const puppet = await edge.ask('POST', '/v1/api-keys', { key: operator, headers, body });
      assert.equal((await approve(saved.body.id, puppet.body.secret)).body.code, 'approver-is-author');
    });

    it('may not be told another owner over HTTP, nor take the name of a key', async () => {
      const body = { label: 'x', scopes: ['read'], owner: 'somebody' };
      assert.equal((await edge.ask('POST', '/v1/api-keys', { key: author, body })).status, 422);
      for (const owner of ['key_01', ' ', 'x'.repeat(129)])
        await assert.rejects(
          engine.zoneward.apiKeys.create('team', { label: 'x', scopes: ['read'], owner }),
          {
            code: 'api-key-invalid',
          },
        );
    });
  });

  it('take what they made with them when that is asked for, and else say what stands', async () => {
    const root = await edge.makeKey('lines', ['admin']);
    const other = await edge.makeKey('lines', ['admin']);
    const make = async (key: string): Promise<{ readonly id: string; readonly secret: string }> => {
      const made = await edge.ask('POST', '/v1/api-keys', {
        key,
        body: { label: 'child', scopes: ['admin'] },
      });
      return made.body;
    };
    const child = await make(root.secret);
    const grandchild = await make(child.secret);
    const bystander = await make(other.secret);
    const stands = async (secret: string) =>
      (await edge.ask('GET', '/v1/api-keys', { key: secret })).status === 200;
    const ids = (keys: readonly { readonly id: string }[]) => keys.map(({ id }) => id);

    const alone = await edge.ask('DELETE', `/v1/api-keys/${child.id}`, { key: other.secret });
    assert.deepEqual([ids(alone.body.revoked), ids(alone.body.standing)], [[child.id], [grandchild.id]]);
    assert.deepEqual([await stands(child.secret), await stands(grandchild.secret)], [false, true]);
    const all = await edge.ask('DELETE', `/v1/api-keys/${root.id}?withMade=true`, { key: other.secret });
    assert.deepEqual([ids(all.body.revoked), all.body.standing], [[root.id, grandchild.id], []]);
    for (const { secret } of [root, child, grandchild]) assert.equal(await stands(secret), false);
    assert.equal(await stands(bystander.secret), true);
    const trail = await edge.ask('GET', '/v1/audit?kind=api-key.revoked', { key: other.secret });
    assert.equal(trail.body.items.length, 3);
    const twice = await edge.ask('DELETE', `/v1/api-keys/${root.id}?withMade=true`, { key: other.secret });
    assert.equal(twice.status, 404);
    // An operator's key made this one for a tenant.
    const operator = await edge.makeKey(null, ['admin']);
    const headers = { 'zoneward-tenant': 'lines' };
    const body = { label: 'puppet', scopes: ['read'] };
    const puppet = (await edge.ask('POST', '/v1/api-keys', { key: operator.secret, headers, body })).body;
    const gone = await engine.zoneward.apiKeys.revoke(null, operator.id, { withMade: true });
    assert.deepEqual(ids(gone.revoked), [operator.id, puppet.id]);
  });

  it('are revoked on the condition that they are as they were read, used or not', async () => {
    const { secret } = await edge.makeKey('lines', ['admin']);
    const target = await edge.makeKey('lines', ['admin']);
    const path = `/v1/api-keys/${target.id}`;
    const etag = (await edge.ask('GET', path, { key: secret })).headers.get('etag') ?? '';
    await edge.ask('GET', '/v1/api-keys', { key: target.secret });
    const shown = await edge.ask('GET', path, { key: secret });
    assert.notEqual(shown.body.lastUsedAt, null);
    assert.equal(shown.headers.get('etag'), etag);
    const revoke = (tag: string) => edge.ask('DELETE', path, { key: secret, headers: { 'if-match': tag } });
    assert.equal((await revoke('"other"')).status, 412);
    assert.equal((await revoke(etag)).status, 200);
    assert.notEqual((await edge.ask('GET', path, { key: secret })).headers.get('etag'), etag);
  });

  it('end when they expire, and say when they were last used', async () => {
    const { key, secret } = await engine.zoneward.apiKeys.create('acme', {
      label: 'short',
      scopes: ['read'],
      expiresAt: Date.now() + 400,
    });
    assert.equal((await edge.ask('GET', '/v1/zones', { key: secret.reveal() })).status, 200);
    const admin = (await edge.makeKey('acme', ['admin'])).secret;
    const listed = (await edge.ask('GET', '/v1/api-keys', { key: admin })).body.items.find(
      (one: { id: string }) => one.id === key.id,
    );
    assert.ok(listed.lastUsedAt !== null);
    await new Promise((resolve) => setTimeout(resolve, 450));
    assert.equal((await edge.ask('GET', '/v1/zones', { key: secret.reveal() })).status, 401);
  });
});
