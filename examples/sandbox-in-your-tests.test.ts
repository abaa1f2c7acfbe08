/**
 * The sandbox in the tests of your own code, whatever client it uses: here a plain `fetch`. In your own code the import
 * is `from 'zoneward/sandbox'`.
 */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { test } from 'node:test';
import { startSandbox } from '../src/sandbox/index.ts';

/** The code under test: points a name at an address. */
async function pointAt(api: { url: string; token: string }, zoneId: string, name: string, content: string) {
  const answer = await fetch(`${api.url}/zones/${zoneId}/dns_records`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'A', name, content, ttl: 300 }),
  });
  return { ok: answer.ok, retryAfter: answer.headers.get('retry-after') };
}

test('a name resolves once it is made', async () => {
  await using sandbox = await startSandbox();
  const zone = sandbox.seedZone('example.com', []);
  const made = await pointAt(
    { url: sandbox.baseUrl, token: sandbox.tokens.full },
    zone.id,
    'www',
    '203.0.113.7',
  );
  assert.equal(made.ok, true);

  const resolver = new Resolver();
  resolver.setServers([`${sandbox.dns?.host}:${sandbox.dns?.port}`]);
  assert.deepEqual(await resolver.resolve4('www.example.com'), ['203.0.113.7']);
});

test('a token that may only read is refused', async () => {
  await using sandbox = await startSandbox();
  const zone = sandbox.seedZone('example.com', []);
  const api = { url: sandbox.baseUrl, token: sandbox.tokens.readOnly };
  assert.equal((await pointAt(api, zone.id, 'www', '203.0.113.7')).ok, false);
  assert.equal(sandbox.records('example.com').length, 0);
});

test('the rate limit is met as at Cloudflare', async () => {
  await using sandbox = await startSandbox({ rateLimit: { quota: 1, windowSeconds: 60 } });
  const zone = sandbox.seedZone('example.com', []);
  const api = { url: sandbox.baseUrl, token: sandbox.tokens.full };
  await pointAt(api, zone.id, 'one', '203.0.113.1');
  const second = await pointAt(api, zone.id, 'two', '203.0.113.2');
  assert.equal(second.ok, false);
  assert.ok(Number(second.retryAfter) > 0);
});

test('an answer that is lost: the write landed, and a second attempt must not double it', async () => {
  await using sandbox = await startSandbox({ dnsPort: false });
  const zone = sandbox.seedZone('example.com', []);
  const api = { url: sandbox.baseUrl, token: sandbox.tokens.full };
  sandbox.setFault({ route: 'POST /zones/{zone_id}/dns_records', kind: 'reset', phase: 'after' });
  await assert.rejects(pointAt(api, zone.id, 'www', '203.0.113.7'));
  // The request log is the judge: it knows what happened, whatever the client was told.
  assert.deepEqual(
    sandbox.requests().map(({ status, wrote }) => [status, wrote]),
    [[0, true]],
  );
  assert.equal((await pointAt(api, zone.id, 'www', '203.0.113.7')).ok, false, 'it is there already');
  assert.equal(sandbox.records('example.com').length, 1);
});

test('time passes in no time: a certificate is issued, served, and renewed', async () => {
  await using sandbox = await startSandbox({ dnsPort: false });
  const zone = sandbox.seedZone('example.com', [
    { type: 'A', name: 'www', content: '203.0.113.7', proxied: true },
  ]);
  const expiry = async (): Promise<number> => {
    const answer = await fetch(`${sandbox.baseUrl}/zones/${zone.id}/ssl/certificate_packs`, {
      headers: { authorization: `Bearer ${sandbox.tokens.full}` },
    });
    const { result } = (await answer.json()) as { result: { certificates: { expires_on: string }[] }[] };
    return Date.parse(result[0]?.certificates[0]?.expires_on ?? '');
  };
  const first = await expiry();
  const served = new X509Certificate(sandbox.edgeCertificate('www.example.com') ?? '');
  assert.equal(Date.parse(served.validTo), first);
  sandbox.setClock({ advanceMs: 70 * 86_400_000 });
  assert.ok((await expiry()) > first);
});

test('a colleague at the dashboard, and the audit log that names them', async () => {
  await using sandbox = await startSandbox({ dnsPort: false });
  sandbox.seedZone('example.com', []);
  sandbox.foreignEdit('example.com', { posts: [{ type: 'A', name: 'surprise', content: '203.0.113.9' }] });
  assert.deepEqual(
    sandbox
      .audit()
      .map(({ action, actor, after }) => [action, actor.context, (after as { name: string }).name]),
    [['create', 'dash', 'surprise.example.com']],
  );
});
