/**
 * The sandbox in the tests of your own code, whatever client it uses: here a plain `fetch`. In your own code the import
 * is `from 'zoneward/sandbox'`.
 */
import assert from 'node:assert/strict';
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
