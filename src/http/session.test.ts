/** Signing in at the edge: what a browser holds, how long it counts, and what it does not let other pages do. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openZoneward, type Zoneward } from '../app/open-zoneward.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const HOUR_MS = 3_600_000;

/** A clock that stands until it is told. */
function standing(start: number) {
  let at = start;
  return {
    now: () => at,
    sleep: async (_: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      await new Promise((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
    pass: (ms: number) => {
      at += ms;
    },
  };
}

function cookieFrom(answer: Answer): string {
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('a session of the dashboard', () => {
  let home: string;
  let zoneward: Zoneward;
  let edge: Edge;
  let clock: ReturnType<typeof standing>;
  let key: { readonly id: string; readonly secret: string };

  beforeEach(async () => {
    home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-session-test-'));
    clock = standing(Date.now());
    zoneward = await openZoneward({ home, environment: {}, clock });
    edge = openEdge(zoneward);
    await edge.runner.stop();
    key = await edge.makeKey('acme', ['admin']);
  });
  afterEach(async () => {
    await zoneward.close();
    await rm(home, { recursive: true, force: true });
  });

  const signIn = (body: unknown, headers: Record<string, string> = {}, at: Edge = edge) =>
    at.ask('POST', '/v1/session', { body, headers });
  const who = (cookie: string, headers: Record<string, string> = {}, at: Edge = edge) =>
    at.ask('GET', '/v1/session', { headers: { cookie, ...headers } });

  it('begins with an API key, counts on every route, and ends by signing out', async () => {
    const started = await signIn({ apiKey: key.secret });
    assert.equal(started.status, 201, started.text);
    const setCookie = started.headers.get('set-cookie') ?? '';
    assert.match(
      setCookie,
      /^zoneward_session=zws_[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieFrom(started);
    assert.ok(!started.text.includes(key.secret) && !started.text.includes('zws_'));
    const { body } = await who(cookie);
    assert.deepEqual(
      [body.key.id, body.tenant, body.allTenants, body.server.store, body.server.sandbox],
      [key.id, 'acme', false, 'sqlite', false],
    );
    assert.equal((await edge.ask('GET', '/v1/zones', { headers: { cookie } })).status, 200);
    const policy = { body: { policy: { deletionsMax: 3 } }, headers: { cookie, 'zoneward-csrf': '1' } };
    assert.equal((await edge.ask('PUT', '/v1/policies', policy)).status, 200);
    const out = await edge.ask('DELETE', '/v1/session', { headers: { cookie, 'zoneward-csrf': '1' } });
    assert.equal(out.status, 204);
    assert.match(out.headers.get('set-cookie') ?? '', /^zoneward_session=; .*Expires=Thu, 01 Jan 1970/);
    const after = await who(cookie);
    assert.deepEqual([after.status, after.body.code], [401, 'session-ended']);
    const kinds = (await zoneward.tenant('acme').audit.list()).map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter((kind) => kind.startsWith('session.')),
      ['session.ended', 'session.started'],
    );
    assert.deepEqual(edge.failures, []);
  });

  it('has a cookie that only HTTPS carries, where the client came over HTTPS', async () => {
    const started = await signIn({ apiKey: key.secret }, { 'x-forwarded-proto': 'https' });
    const cookie = started.headers.get('set-cookie') ?? '';
    assert.match(cookie, /^__Host-zoneward_session=.*; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/);
    const https = { 'x-forwarded-proto': 'https' };
    assert.equal((await who(cookieFrom(started), https)).status, 200);
    // A host beside this one can plant a cookie with the plain name, and so a session of its own.
    const planted = cookieFrom(await signIn({ apiKey: key.secret }));
    assert.equal((await who(planted, https)).status, 401);
    const { body } = await who(`${planted}; ${cookieFrom(started)}`, https);
    assert.equal(body.key.id, key.id);
  });

  it('ends when it is idle, when its time is over, and with its key', async () => {
    const idle = cookieFrom(await signIn({ apiKey: key.secret }));
    clock.pass(8 * HOUR_MS - 1_000);
    assert.equal((await who(idle)).status, 200, 'its use is what keeps it');
    clock.pass(8 * HOUR_MS - 1_000);
    assert.equal((await who(idle)).status, 200);
    clock.pass(8 * HOUR_MS);
    assert.equal((await who(idle)).body.code, 'session-ended');

    const used = cookieFrom(await signIn({ apiKey: key.secret }));
    for (let hours = 0; hours < 7 * 24 - 4; hours += 4) {
      clock.pass(4 * HOUR_MS);
      assert.equal((await who(used)).status, 200);
    }
    clock.pass(4 * HOUR_MS);
    assert.equal((await who(used)).body.code, 'session-ended');

    const bound = cookieFrom(await signIn({ apiKey: key.secret }));
    await zoneward.apiKeys.revoke('acme', key.id);
    assert.equal((await who(bound)).body.code, 'session-ended');
    assert.ok((await zoneward.signIns.prune()) >= 2);
  });

  it('is known to every process on the store, and after a restart; the store holds no secret of it', async () => {
    const cookie = cookieFrom(await signIn({ apiKey: key.secret }));
    await using second = await openZoneward({ home, environment: {}, clock });
    const other = openEdge(second);
    await other.runner.stop();
    assert.equal((await who(cookie, {}, other)).status, 200);
    const link = (await second.signIns.link(key.id as never)).reveal();
    const files = (await readdir(home)).filter((name) => name.includes('.db'));
    assert.ok(files.length > 0);
    for (const file of files) {
      const bytes = await readFile(path.join(home, file));
      for (const secret of [cookie.split('=')[1] ?? '', link]) assert.ok(!bytes.includes(secret), file);
    }
  });

  it('begins with a link, once, within an hour, however many try', async () => {
    const link = async () => (await zoneward.signIns.link(key.id as never)).reveal();
    const once = await link();
    const tries = await Promise.all([1, 2, 3, 4].map(() => signIn({ link: once })));
    assert.deepEqual(tries.map(({ status }) => status).sort(), [201, 401, 401, 401]);
    assert.equal((await signIn({ link: once })).body.code, 'sign-in-link-invalid');
    const late = await link();
    clock.pass(HOUR_MS);
    assert.equal((await signIn({ link: late })).status, 401);
    const orphan = await link();
    await zoneward.apiKeys.revoke('acme', key.id);
    assert.equal((await signIn({ link: orphan })).status, 401);
  });

  it('counts only for requests of our own pages', async () => {
    const cookie = cookieFrom(await signIn({ apiKey: key.secret }));
    const csrf = { 'zoneward-csrf': '1' };
    const cases: [method: string, headers: Record<string, string>, status: number][] = [
      ['GET', {}, 200],
      ['GET', { 'sec-fetch-site': 'same-origin' }, 200],
      ['GET', { 'sec-fetch-site': 'none' }, 200],
      ['GET', { 'sec-fetch-site': 'cross-site' }, 403],
      ['GET', { 'sec-fetch-site': 'same-site' }, 403],
      ['GET', { origin: 'https://evil.example' }, 403],
      ['DELETE', {}, 403],
      ['DELETE', { 'sec-fetch-site': 'same-origin' }, 403],
      ['DELETE', { ...csrf, 'sec-fetch-site': 'cross-site' }, 403],
      ['DELETE', { ...csrf, 'sec-fetch-site': 'same-site' }, 403],
      ['DELETE', { ...csrf, origin: 'https://evil.example' }, 403],
      ['DELETE', { ...csrf, origin: 'null' }, 403],
      ['DELETE', { ...csrf, origin: 'http://localhost' }, 204],
    ];
    for (const [method, headers, status] of cases) {
      const answer = await edge.ask(method, '/v1/session', { headers: { cookie, ...headers } });
      assert.equal(answer.status, status, `${method} ${JSON.stringify(headers)}: ${answer.text}`);
      if (status === 403) assert.equal(answer.body.code, 'cross-site');
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  });

  it('is refused to who guesses, by what is guessed at, and does not count who succeeds', async () => {
    for (let turn = 0; turn < 25; turn += 1)
      assert.equal((await signIn({ apiKey: key.secret })).status, 201, 'success is free');
    const wrong = `${key.secret.slice(0, -3)}AAA`;
    const statuses: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) statuses.push((await signIn({ apiKey: wrong })).status);
    assert.deepEqual(statuses.slice(0, 10), Array(10).fill(401));
    assert.deepEqual(statuses.slice(10), [429, 429]);
    const right = await signIn({ apiKey: key.secret });
    assert.equal(right.status, 429, 'nobody goes on guessing by luck');
    assert.ok(Number(right.headers.get('retry-after')) >= 1);
  });

  it('is open to others at the address that guesses come from: behind a proxy, everybody has that one', async () => {
    const guess = (turn: number) =>
      signIn({ apiKey: `zwk_${String(turn).padStart(26, '0')}.${'A'.repeat(43)}` });
    const statuses: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) statuses.push((await guess(turn)).status);
    assert.deepEqual(statuses, [...Array(10).fill(401), 429, 429]);
    assert.equal((await signIn({ apiKey: key.secret })).status, 201);
  });

  it('refuses what is no proof of anything', async () => {
    const cases: [body: unknown, status: number][] = [
      [{}, 422],
      [{ apiKey: '' }, 422],
      [{ apiKey: key.secret, link: 'x' }, 422],
      [{ apiKey: key.secret, tenant: 'acme' }, 422],
      ['{', 400],
      [{ link: key.secret }, 401],
      [{ apiKey: 'zwk_' }, 401],
    ];
    for (const [body, status] of cases)
      assert.equal((await signIn(body)).status, status, JSON.stringify(body));
    for (const cookie of ['zoneward_session=', 'zoneward_session=zws_x', 'zoneward_session=%00', 'x'])
      assert.equal((await who(cookie)).status, 401, cookie);
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    const posted = await edge.ask('POST', '/v1/session', { body: `apiKey=${key.secret}`, ...form });
    assert.equal(posted.status, 415);
  });

  it("shows an operator's key without a tenant, and with the one that is named", async () => {
    const operator = await edge.makeKey(null, ['admin']);
    const cookie = cookieFrom(await signIn({ apiKey: operator.secret }));
    assert.deepEqual([(await who(cookie)).body.tenant, (await who(cookie)).body.allTenants], [null, true]);
    const headers = { cookie, 'zoneward-tenant': 'acme' };
    assert.equal((await who(cookie, headers)).body.tenant, 'acme');
    assert.equal((await edge.ask('GET', '/v1/zones', { headers })).status, 200);
  });
});
