/** Transfers on the sandbox's registrar: begun once, followed to the end, and the code seen by nobody else. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { isZonewardError } from '../src/base/errors.ts';
import { Secret } from '../src/base/secret.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const DOMAIN = 'lemon-grove.com';
const CODE = 'k8%Canary-Auth-Code';
const PRICE = '10.46';

async function start(more: object = {}): Promise<Engine> {
  const engine = await startEngine();
  engine.sandbox.registrar.update({ foreign: { [DOMAIN]: { authCode: CODE, ...more } } });
  engine.sandbox.seedZone(DOMAIN, []);
  await engine.tenant.registrar.setSpendLimit({ monthly: { amount: '50', currency: 'USD' } });
  return engine;
}

async function errorOf(work: Promise<unknown>): Promise<{ code: string; next: readonly string[] }> {
  try {
    await work;
  } catch (error) {
    if (isZonewardError(error)) return error;
    throw error;
  }
  return { code: 'none', next: [] };
}

const begin = (engine: Engine, confirmPrice: string = PRICE) =>
  engine.tenant.registrar.transfer(DOMAIN, { authCode: new Secret(CODE), confirmPrice, waitMs: 0 });

describe('transfers', () => {
  it('are checked, confirmed, begun once, followed for days, charged once', async () => {
    await using engine = await start();
    const { tenant, sandbox } = engine;
    const [offer] = await tenant.registrar.transferCheck([{ domain: DOMAIN, authCode: new Secret(CODE) }]);
    assert.deepEqual([offer?.transferable, offer?.price?.transfer], [true, PRICE]);
    assert.equal(
      (await errorOf(tenant.registrar.transfer(DOMAIN, { authCode: new Secret(CODE) }))).code,
      'price-unconfirmed',
    );
    assert.equal((await errorOf(begin(engine, '9.99'))).code, 'price-changed');
    const begun = await begin(engine);
    assert.deepEqual([begun.kind, begun.state], ['transfer', 'running']);
    assert.equal((await begin(engine)).id, begun.id, 'goes on with what was begun');
    sandbox.setClock({ advanceMs: 11 * 86_400_000 });
    const ended = await tenant.registrar.status(DOMAIN);
    assert.deepEqual([ended.state, ended.reason], ['registered', 'Transferred.']);
    assert.equal(sandbox.registrar.charges().length, 1);
    const posts = sandbox
      .requests()
      .filter(({ method, url }) => method === 'POST' && url.endsWith('/transfer-in'));
    assert.equal(posts.length, 1);
    assert.equal((await tenant.registrar.show(DOMAIN)).status, 'active');
    const kinds = (await tenant.audit.list({}, 50)).map(({ kind }) => kind);
    for (const kind of ['transfer.sent', 'transfer.registered'])
      assert.ok(kinds.includes(kind), kinds.join());
  });

  for (const phase of ['before', 'after'] as const) {
    it(`whose answer nobody heard (cut ${phase} it landed) are looked up, not sent again`, async () => {
      await using engine = await start();
      const { sandbox, tenant } = engine;
      sandbox.setFault({
        kind: 'reset',
        phase,
        route: 'POST /accounts/{account_id}/registrar/registrations/{domain}/transfer-in',
      });
      const begun = await begin(engine);
      assert.equal(begun.state, phase === 'after' ? 'running' : 'sent');
      assert.equal((await begin(engine)).id, begun.id);
      const posts = sandbox
        .requests()
        .filter(({ method, url }) => method === 'POST' && url.endsWith('/transfer-in'));
      assert.equal(posts.length, 1);
      sandbox.setClock({ advanceMs: 11 * 86_400_000 });
      if (phase === 'after') assert.equal((await tenant.registrar.status(DOMAIN)).state, 'registered');
      assert.equal(sandbox.registrar.charges().length, phase === 'after' ? 1 : 0);
    });
  }

  it('leave no trace of the code: not in the store, not in the audit trail, not in an error', async () => {
    await using engine = await start({ locked: true });
    const refused = await begin(engine).catch((error: unknown) => error);
    assert.ok(isZonewardError(refused));
    engine.sandbox.registrar.update({ foreign: { [DOMAIN]: { authCode: CODE } } });
    await begin(engine);
    const traces = [CODE, Buffer.from(CODE).toString('base64')];
    const events = JSON.stringify(await engine.tenant.audit.list({}, 100));
    const files = readdirSync(engine.home).map((name) =>
      readFileSync(path.join(engine.home, name), 'latin1'),
    );
    for (const text of [JSON.stringify({ ...refused, message: refused.message }), events, ...files])
      for (const trace of traces) assert.ok(!text.includes(trace));
  });

  const refusals: readonly (readonly [name: string, foreign: object, code: string, next: RegExp])[] = [
    ['a locked name', { locked: true }, 'domain-not-transferable', /Unlock it/],
    ['another code', { authCode: 'other' }, 'domain-not-transferable', /new code/],
    ['a young name', { recent: true }, 'domain-not-transferable', /Wait/],
    ['a held name', { held: true }, 'domain-not-transferable', /registrar what holds it/],
    ['a registry that is silent', { unreachable: true }, 'domain-not-transferable', /check again/],
  ];
  for (const [name, foreign, code, next] of refusals) {
    it(`refuse ${name}, and say what to do`, async () => {
      await using engine = await start(foreign);
      const error = await errorOf(begin(engine));
      assert.equal(error.code, code);
      assert.match(error.next.join(' '), next);
      assert.deepEqual(await engine.tenant.registrar.purchases(), []);
    });
  }

  it('need a zone in the account, and a spend limit', async () => {
    await using engine = await startEngine();
    engine.sandbox.registrar.update({ foreign: { [DOMAIN]: { authCode: CODE } } });
    assert.match((await errorOf(begin(engine))).next.join(' '), /zones create lemon-grove.com/);
    engine.sandbox.seedZone(DOMAIN, []);
    assert.equal((await errorOf(begin(engine))).code, 'spend-limit-missing');
    assert.deepEqual(engine.sandbox.registrar.charges(), []);
  });

  it('are not in the registrar’s own sandbox', async () => {
    await using engine = await start();
    const work = engine.tenant.registrar.transferCheck([{ domain: DOMAIN }], { sandbox: true });
    assert.equal((await errorOf(work)).code, 'transfer-not-in-sandbox');
  });
});
