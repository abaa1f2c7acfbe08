/**
 * Uploads that wait for somebody's approval: the key is kept nowhere, and given again, over HTTP and at the terminal; and
 * keys that are made here for Origin CA certificates.
 */
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { ChangeSetId } from '../src/app/re-exports.ts';
import { runCli } from '../src/cli/fake-io.ts';
import { type Edge, openEdge } from '../src/http/testing.ts';
import { openZoneward } from '../src/index.ts';
import { filesUnder } from './kit/canary.ts';
import { type MadeCertificate, makeCertificate, makeChain } from './kit/certificates.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';

interface Scene extends AsyncDisposable {
  readonly engine: Engine;
  readonly edge: Edge;
  readonly zone: string;
  /** Writes; another approves. */
  readonly author: string;
  readonly other: string;
}

async function start({ approval }: { readonly approval: boolean }): Promise<Scene> {
  const engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const edge = openEdge(engine.zoneward);
  const { secret: admin } = await edge.makeKey('acme', ['admin']);
  const credential = { token: engine.sandbox.tokens.full };
  await edge.ask('POST', '/v1/connections', { key: admin, body: { credential } });
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: admin, body: {} }), admin);
  const zone = (await edge.ask('GET', '/v1/zones', { key: admin })).body.items[0].id;
  if (approval)
    await edge.ask('PUT', '/v1/policies', { key: admin, body: { policy: { approval: 'always' } } });
  return {
    engine,
    edge,
    zone,
    author: (await edge.makeKey('acme', ['read', 'plan', 'apply'])).secret,
    other: (await edge.makeKey('acme', ['read', 'approve'])).secret,
    [Symbol.asyncDispose]: async () => {
      await edge.runner.stop();
      await engine[Symbol.asyncDispose]();
    },
  };
}

const bodyOf = ({ certificate, key }: MadeCertificate) => ({
  certificate: certificate.text,
  privateKey: key.secret.reveal(),
});

describe('an upload that must be approved, over HTTP', () => {
  test('waits without its key, and is finished with it', async () => {
    await using scene = await start({ approval: true });
    const { edge, zone, author, other, engine } = scene;
    const made = makeChain([ZONE]);
    const at = `/v1/zones/${zone}/certificates`;
    const waiting = await edge.ask('POST', `${at}/upload`, { key: author, body: bodyOf(made) });
    assert.deepEqual(
      [waiting.status, waiting.body.status, waiting.body.approval.required],
      [200, 'planned', true],
      waiting.text,
    );
    const set = `/v1/change-sets/${waiting.body.id}`;
    const { body: details } = await edge.ask('GET', set, { key: author });
    assert.match(details.plans[0].objects[0].keySha256, /^[0-9a-f]{64}$/);

    const privateKey = made.key.secret.reveal();
    const early = await edge.ask('POST', `${set}/apply-with-key`, { key: author, body: { privateKey } });
    assert.deepEqual([early.status, early.body.code], [403, 'approval-missing'], early.text);
    assert.equal((await edge.ask('POST', `${set}/approve`, { key: other })).status, 200);

    const without = await edge.ask('POST', `${set}/apply`, { key: author, body: {} });
    assert.deepEqual([without.status, without.body.code], [422, 'private-key-needed'], without.text);
    assert.deepEqual(without.body.next, [`POST ${set}/apply-with-key`]);
    const writes = () => engine.sandbox.counts().writes;
    const before = writes();
    for (const [given, code] of [
      [makeCertificate([ZONE]).key.secret.reveal(), 'key-mismatch'],
      ['no PEM', 'key-invalid'],
      [made.certificate.text, 'key-invalid'],
    ] as const) {
      const answer = await edge.ask('POST', `${set}/apply-with-key`, {
        key: author,
        body: { privateKey: given },
      });
      assert.deepEqual([answer.status, answer.body.code], [422, code], answer.text);
    }
    assert.equal(writes(), before);

    const done = await edge.ask('POST', `${set}/apply-with-key`, { key: author, body: { privateKey } });
    assert.deepEqual([done.status, done.body.status], [200, 'applied'], done.text);
    const { body: list } = await edge.ask('GET', at, { key: author });
    assert.equal(list.own.length, 1);
    const again = await edge.ask('POST', `${set}/apply-with-key`, { key: author, body: { privateKey } });
    assert.deepEqual([again.status, again.body.code], [409, 'change-set-moved']);
    // Whole lines of the key's private half: its public half may be seen.
    const line = privateKey.split('\n')[1]?.slice(40, 60) ?? '';
    assert.ok(line.length === 20);
    assert.deepEqual(
      filesUnder(engine.home)
        .filter(({ text }) => text.includes(line))
        .map(({ where }) => where),
      [],
    );
  });

  test('is planned from the certificate alone, and from a certificate with its key', async () => {
    await using scene = await start({ approval: false });
    const { edge, zone, author } = scene;
    const made = makeChain([ZONE]);
    const { certificate, privateKey } = bodyOf(made);
    const input = (change: object) => ({ kind: 'certificates', zone, change });
    const upload = { kind: 'upload', certificate };
    const plan = await edge.ask('POST', '/v1/plans', { key: author, body: input(upload) });
    assert.equal(plan.status, 200, plan.text);
    const same = await edge.ask('POST', '/v1/plans', {
      key: author,
      body: input({ ...upload, privateKey }),
    });
    assert.equal(same.body.plans[0].hash, plan.body.plans[0].hash);
    const crossed = { ...upload, privateKey: makeCertificate([ZONE]).key.secret.reveal() };
    const refused = await edge.ask('POST', '/v1/plans', { key: author, body: input(crossed) });
    assert.deepEqual([refused.status, refused.body.code], [422, 'key-mismatch'], refused.text);
    const file = await edge.ask('POST', '/v1/plans/file', { key: author, body: input(upload) });
    assert.deepEqual([file.status, file.body.code], [422, 'plan-file-without-certificates'], file.text);

    const saved = await edge.ask('POST', '/v1/change-sets', {
      key: author,
      body: { plan: input(upload), expect: [plan.body.plans[0].hash] },
    });
    assert.equal(saved.status, 201, saved.text);
    const done = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply-with-key`, {
      key: author,
      body: { privateKey },
    });
    assert.equal(done.body.status, 'applied', done.text);
    const [own] = (await edge.ask('GET', `/v1/zones/${zone}/certificates`, { key: author })).body.own;
    const next = makeChain([ZONE, `www.${ZONE}`]);
    const replace = { kind: 'replace', id: own.id, certificate: next.certificate.text };
    const replaced = await edge.ask('POST', '/v1/change-sets', {
      key: author,
      body: { plan: input(replace), allow: ['certificate-replace'] },
    });
    const ended = await edge.ask('POST', `/v1/change-sets/${replaced.body.id}/apply-with-key`, {
      key: author,
      body: { privateKey: next.key.secret.reveal() },
    });
    assert.equal(ended.body.status, 'applied', ended.text);
  });

  test('a key for a change set that uploads nothing is refused', async () => {
    await using scene = await start({ approval: false });
    const { edge, zone, author } = scene;
    const saved = await edge.ask('POST', `/v1/zones/${zone}/certificates/change-sets`, {
      key: author,
      body: { plan: { kind: 'order' } },
    });
    const answer = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply-with-key`, {
      key: author,
      body: { privateKey: makeCertificate([ZONE]).key.secret.reveal() },
    });
    assert.deepEqual([answer.status, answer.body.code], [422, 'key-mismatch'], answer.text);
    assert.match(answer.body.detail, /which uploads none/);
  });
});

describe('a key made for an Origin CA certificate, over HTTP', () => {
  test('is shown once, is never sent, and fits the certificate that is made', async () => {
    await using scene = await start({ approval: false });
    const { edge, zone, author, engine } = scene;
    for (const keyType of ['ecc', 'rsa'] as const) {
      const headers = { 'idempotency-key': `once-${keyType}` };
      const ask = () =>
        edge.ask('POST', `/v1/zones/${zone}/signing-requests`, { key: author, headers, body: { keyType } });
      const made = await ask();
      assert.equal(made.status, 201, made.text);
      const { privateKey, csr, keySha256, hosts } = made.body;
      assert.deepEqual(hosts, [ZONE, `*.${ZONE}`]);
      const repeated = await ask();
      assert.deepEqual([repeated.body.privateKey, repeated.body.csr], [null, csr]);
      const saved = await edge.ask('POST', '/v1/change-sets', {
        key: author,
        body: { plan: { kind: 'certificates', zone, change: { kind: 'origin-ca', csr } } },
      });
      const job = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key: author, body: {} });
      await edge.ended(job, author);
      const { origin } = (await edge.ask('GET', `/v1/zones/${zone}/certificates`, { key: author })).body;
      assert.ok(origin.some((one: { keySha256: string }) => one.keySha256 === keySha256));
      const spki = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'pem' });
      assert.ok(spki.length > 0);
      const line = privateKey.split('\n')[1].slice(40, 60);
      assert.ok(!JSON.stringify(engine.sandbox.requests()).includes(line));
      assert.deepEqual(
        filesUnder(engine.home).filter(({ text }) => text.includes(line)),
        [],
      );
    }
  });

  test('is not made for hosts that are none of the zone', async () => {
    await using scene = await start({ approval: false });
    const { edge, zone, author } = scene;
    for (const hosts of [['www.other.example'], ['not a host'], []]) {
      const answer = await edge.ask('POST', `/v1/zones/${zone}/signing-requests`, {
        key: author,
        body: { hosts },
      });
      assert.deepEqual([answer.status, answer.body.code], [422, 'host-invalid'], answer.text);
    }
  });
});

test('an upload that must be approved, at the terminal', async () => {
  await using engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const folder = mkdtempSync(path.join(os.tmpdir(), 'zoneward-uploads-'));
  try {
    const made = makeChain([ZONE]);
    writeFileSync(path.join(folder, 'crt.pem'), made.certificate.text);
    writeFileSync(path.join(folder, 'key.pem'), made.key.secret.reveal());
    writeFileSync(path.join(folder, 'other.pem'), makeCertificate([ZONE]).key.secret.reveal());
    const env = {
      ZONEWARD_HOME: path.join(folder, 'home'),
      CLOUDFLARE_API_BASE_URL: engine.sandbox.baseUrl,
      CLOUDFLARE_API_TOKEN: engine.sandbox.tokens.full,
      CLOUDFLARE_ACCOUNT_ID: engine.sandbox.accountId,
    };
    const zoneward = (words: string) => runCli(words.split(' '), { cwd: folder, env });
    const set = await zoneward('policies set --approval always --yes');
    assert.equal(set.code, 0, set.stderr);
    const held = await zoneward(`tls certificates upload ${ZONE} --certificate crt.pem --key key.pem --yes`);
    assert.notEqual(held.code, 0);
    const id = /chg_\w+/.exec(held.stderr)?.[0] ?? '';
    assert.match(held.stderr, new RegExp(`zoneward changes resume ${id} --key FILE`));
    {
      await using other = await openZoneward({ home: env.ZONEWARD_HOME, environment: env });
      await other.tenant('local', { principal: 'key:other' }).changes.approve(id as ChangeSetId);
    }
    const wrong = await zoneward(`changes resume ${id} --key other.pem --yes`);
    assert.deepEqual(
      [wrong.code, /belongs to no certificate of this change set/.test(wrong.stderr)],
      [2, true],
    );
    const garbage = await zoneward(`changes resume ${id} --key crt.pem --yes`);
    assert.match(garbage.stderr, /no private key that can be read/);
    const done = await zoneward(`changes resume ${id} --key key.pem --yes`);
    assert.equal(done.code, 0, done.stderr + done.stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
