/** Connect sessions over HTTP: a customer without a key gives one credential, once, and sees nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import type { ConnectVisit } from '../app/re-exports.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

describe('a connect session', () => {
  let engine: Engine;
  let edge: Edge;
  let owner: string;
  let token: string;
  /** Waited for before each call to Cloudflare; null: none is held up. */
  let hold: (() => Promise<void>) | null = null;

  before(async () => {
    const held: typeof fetch = async (...request) => {
      await hold?.();
      return fetch(...request);
    };
    engine = await startEngine({}, { fetch: held });
    engine.sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.10' }]);
    edge = openEdge(engine.zoneward);
    owner = (await edge.makeKey('acme', ['admin'])).secret;
    token = engine.sandbox.tokens.full;
  });
  after(async () => {
    await edge.runner.stop();
    await engine[Symbol.asyncDispose]();
  });

  const make = async (body: object = {}): Promise<{ readonly link: string; readonly answer: Answer }> => {
    const answer = await edge.ask('POST', '/v1/connect-sessions', { key: owner, body });
    assert.equal(answer.status, 201, answer.text);
    return { answer, link: new URL(answer.body.url).hash.slice(1) };
  };
  const credential = () => ({ credential: { token } });

  it('goes from link to connection, with the brand, and sends the customer back', async () => {
    const { answer, link } = await make({
      profile: 'full',
      label: 'Shop of Ada',
      metadata: { customer: 'ada' },
      tags: ['shops'],
      returnUrl: 'https://product.example/back?step=2',
      brand: { name: 'Product', logoUrl: 'https://product.example/logo.svg', colour: '#AA5500' },
    });
    assert.match(answer.body.url, /^http:\/\/localhost\/connect#zwc_/);
    const page = await edge.ask('GET', '/v1/connect', { key: link });
    assert.equal(page.status, 200, page.text);
    assert.equal(page.body.brand.colour, '#aa5500');
    assert.match(page.body.link.userUrl, /^https:\/\/dash\.cloudflare\.com\//);
    const tested = await edge.ask('POST', '/v1/connect/test', { key: link, body: credential() });
    assert.equal(tested.status, 200, tested.text);
    assert.ok(tested.body.steps.length >= 3);
    assert.deepEqual((await edge.ask('GET', '/v1/connections', { key: owner })).body.items, []);
    const saved = await edge.ask('POST', '/v1/connect/save', { key: link, body: credential() });
    assert.equal(saved.status, 201, saved.text);
    const { connection, returnUrl } = saved.body;
    assert.equal(connection.label, 'Shop of Ada');
    const back = new URL(returnUrl);
    assert.equal(back.origin + back.pathname, 'https://product.example/back');
    assert.deepEqual(
      [...back.searchParams],
      [
        ['step', '2'],
        ['connect_session', answer.body.id],
        ['connection', connection.id],
      ],
    );
    const shown = await edge.ask('GET', `/v1/connections/${connection.id}`, { key: owner });
    assert.deepEqual([shown.body.metadata, shown.body.tags], [{ customer: 'ada' }, ['shops']]);
    const session = await edge.ask('GET', `/v1/connect-sessions/${answer.body.id}`, { key: owner });
    assert.deepEqual([session.body.state, session.body.connectionId], ['used', connection.id]);
    const [added] = (await edge.ask('GET', '/v1/audit?kind=connection.added', { key: owner })).body.items;
    assert.equal(added.principal, answer.body.id);
    // Once is once.
    for (const [method, path] of [
      ['GET', '/v1/connect'],
      ['POST', '/v1/connect/save'],
    ] as const) {
      const again = await edge.ask(method, path, {
        key: link,
        ...(method === 'POST' ? { body: credential() } : {}),
      });
      assert.deepEqual([again.status, again.body.code], [401, 'connect-session-invalid']);
    }
  });

  it('gives a connection that is there a new credential, of the same account only', async () => {
    const [connection] = (await edge.ask('GET', '/v1/connections', { key: owner })).body.items;
    const { link } = await make({ relink: connection.id });
    const page = await edge.ask('GET', '/v1/connect', { key: link });
    assert.equal(page.body.isRelink, true);
    const bad = await edge.ask('POST', '/v1/connect/save', {
      key: link,
      body: { credential: { token: token.replace(/.{8}$/, '00000000') } },
    });
    assert.ok(bad.status >= 400 && bad.status < 500, bad.text);
    assert.ok(!/zoneward |--/.test(bad.body.next.join(' ')), 'a customer is told no commands');
    const saved = await edge.ask('POST', '/v1/connect/save', { key: link, body: credential() });
    assert.equal(saved.status, 201, saved.text);
    assert.equal(saved.body.connection.id, connection.id);
  });

  it('is saved under the eyes of the customer, step by step', async () => {
    const [connection] = (await edge.ask('GET', '/v1/connections', { key: owner })).body.items;
    const { link } = await make({ relink: connection.id });
    const path = '/v1/connect/save/events';
    const named = ({ text }: Answer) => [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name);
    const bad = await edge.ask('POST', path, { key: link, body: { credential: { token: 'x'.repeat(40) } } });
    assert.deepEqual(named(bad).slice(-1), ['problem'], bad.text);
    assert.ok(!/zoneward |--[a-z]/.test(bad.text), 'a customer is told no commands');
    const saved = await edge.ask('POST', path, { key: link, body: credential() });
    assert.deepEqual(named(saved), ['step', 'step', 'step', 'step', 'done'], saved.text);
    assert.ok(saved.text.includes(`"id":"${connection.id}"`) && !saved.text.includes(token));
    assert.equal((await edge.ask('GET', '/v1/connect', { key: link })).status, 401);
  });

  it('tells a visitor nothing of the connections that are there', async () => {
    const { link } = await make();
    const before = (await edge.ask('GET', '/v1/connections', { key: owner })).body.items;
    const [other] = before;
    assert.ok(other !== undefined);
    const twice = await edge.ask('POST', '/v1/connect/save', { key: link, body: credential() });
    assert.deepEqual([twice.status, twice.body.code], [409, 'connection-duplicate'], twice.text);
    assert.ok(!twice.text.includes(other.id) && !twice.text.includes(other.label), twice.text);
    assert.doesNotMatch(twice.text, /--duplicate/);
  });

  it('opens nothing but its own three routes', async () => {
    const { link } = await make();
    for (const endpoint of ENDPOINTS) {
      if (endpoint.for === 'connect-session' || endpoint.for === 'anyone') continue;
      const path = endpoint.path.replaceAll(/\{\w+\}/g, 'x');
      const answer = await edge.ask(endpoint.method.toUpperCase(), path, { key: link });
      assert.equal(answer.status, 401, `${endpoint.operationId}: ${answer.text}`);
    }
  });

  it('is not opened by an API key, a guess, or once it is over, used, revoked', async () => {
    const { answer, link } = await make();
    const last = link.at(-1) === 'A' ? 'B' : 'A';
    for (const key of [owner, `${link.slice(0, -1)}${last}`, `zwc_${'0'.repeat(26)}.${'A'.repeat(43)}`, 'x'])
      assert.equal((await edge.ask('GET', '/v1/connect', { key })).status, 401, key);
    assert.equal((await edge.ask('GET', '/v1/connect')).status, 401);
    assert.equal((await edge.ask('GET', '/v1/connect', { key: link })).status, 200);
    const revoked = await edge.ask('DELETE', `/v1/connect-sessions/${answer.body.id}`, { key: owner });
    assert.equal(revoked.body.state, 'revoked');
    assert.equal((await edge.ask('GET', '/v1/connect', { key: link })).status, 401);
  });

  it('takes twenty tries, and no two saves at once', async () => {
    const { link } = await make({ label: 'Tries' });
    const saves = await Promise.all(
      [1, 2, 3].map(() => edge.ask('POST', '/v1/connect/save', { key: link, body: credential() })),
    );
    // The link serves one visit after the other; the three of one moment meet at its count of tries.
    const winners = saves.filter(({ status }) => status === 201);
    assert.ok(winners.length <= 1, saves.map(({ text }) => text).join('\n'));
    const { link: other } = await make();
    for (let tries = 0; tries < 20; tries += 1) {
      const body = { credential: { token: `cfut_${String(tries).padStart(40, 'a')}00000000` } };
      const answer = await edge.ask('POST', '/v1/connect/test', { key: other, body });
      assert.notEqual(answer.body.code, 'connect-session-exhausted', String(tries));
    }
    const late = await edge.ask('POST', '/v1/connect/test', { key: other, body: credential() });
    assert.deepEqual([late.status, late.body.code], [409, 'connect-session-exhausted']);
  });

  it('saves once when visits test at one time, and not at all once it is revoked', async () => {
    const count = async () => (await edge.ask('GET', '/v1/connections', { key: owner })).body.items.length;
    const visit = async (link: string): Promise<ConnectVisit> => {
      const found = await engine.zoneward.connectVisit(link);
      assert.ok(found !== null);
      return found;
    };
    /** Saves that are at Cloudflare together, and what became of them once `meanwhile` was done. */
    const meet = async (link: string, tokens: readonly string[], meanwhile = async () => {}) => {
      const gate = Promise.withResolvers<void>();
      const saves: Promise<string>[] = [];
      for (const each of tokens) {
        const asked = Promise.withResolvers<void>();
        hold = () => {
          asked.resolve();
          return gate.promise;
        };
        const save = (await visit(link)).save({ token: each });
        saves.push(
          save.then(
            () => 'saved',
            ({ code }) => code,
          ),
        );
        await asked.promise;
      }
      await meanwhile();
      hold = null;
      gate.resolve();
      return (await Promise.all(saves)).sort();
    };
    const minted = (): string =>
      engine.sandbox.createToken({ name: 'minted', permissions: ['Zone Read', 'DNS Write'] }).value;
    const before = await count();
    const { link } = await make();
    const ends = await meet(link, [minted(), minted(), minted()]);
    assert.equal(ends.filter((end) => end === 'saved').length, 1, ends.join());
    assert.ok(
      ends.every((end) => /^(saved|connect-session-(over|moved))$/.test(end)),
      ends.join(),
    );
    assert.equal(await count(), before + 1);

    const { answer, link: revoked } = await make();
    const late = await meet(revoked, [minted()], async () => {
      await edge.ask('DELETE', `/v1/connect-sessions/${answer.body.id}`, { key: owner });
    });
    assert.deepEqual(late, ['connect-session-over']);
    assert.equal(await count(), before + 1);
  });

  it('refuses what would send a customer elsewhere, or paint what is no colour', async () => {
    for (const body of [
      { returnUrl: 'javascript:alert(1)' },
      { returnUrl: 'http://product.example/' },
      { returnUrl: 'https://a:b@product.example/' },
      { brand: { name: 'x', colour: 'red;' } },
      { brand: { name: 'x', logoUrl: 'data:image/svg+xml,x' } },
      { brand: { name: '' } },
      { lastsSeconds: 1 },
      { profile: 'everything' },
      { relink: 'no such connection' },
    ]) {
      const { status, text } = await edge.ask('POST', '/v1/connect-sessions', { key: owner, body });
      assert.ok(status === 422 || status === 404, `${JSON.stringify(body)}: ${text}`);
    }
  });

  it('keeps its link out of a repeated answer', async () => {
    const ask = () =>
      edge.ask('POST', '/v1/connect-sessions', {
        key: owner,
        body: {},
        headers: { 'idempotency-key': 'link' },
      });
    const first = await ask();
    const second = await ask();
    assert.equal(second.body.id, first.body.id);
    assert.equal(second.body.url, null);
  });
});
