/**
 * Key services and secret managers by their settings, through the library. The services are local stand-ins written
 * from the documents of HashiCorp Vault and AWS KMS: what is shown is that we keep to those.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { openZoneward, type Zoneward } from '../src/index.ts';
import { kmsKeys } from '../src/vault/kms-keys.ts';
import { kmsStandIn } from '../src/vault/kms-stand-in.ts';
import { startVaultServerStandIn } from '../src/vault/vault-server-stand-in.ts';
import { type Engine, startEngine } from './kit/engine.ts';

async function addTo(zoneward: Zoneward, { sandbox }: Engine): Promise<void> {
  await zoneward.tenant('local').connections.add({
    credential: { kind: 'user-token', token: new Secret(sandbox.tokens.readOnly) },
    accountId: sandbox.accountId as AccountId,
    label: 'Shop',
  });
}

async function passes(zoneward: Zoneward): Promise<boolean> {
  return (await zoneward.tenant('local').connections.test('Shop')).report.passed;
}

describe('key services', () => {
  it('take the place of the key file while everything runs', async () => {
    await using engine = await startEngine({ seed: { zones: [{ name: 'a.example' }] }, rateLimit: false });
    const server = await startVaultServerStandIn();
    try {
      server.keys.set('zoneward', [randomBytes(32)]);
      await addTo(engine.zoneward, engine);
      await engine.zoneward.close();
      const environment = (places: string): Record<string, string> => ({
        CLOUDFLARE_API_BASE_URL: engine.sandbox.baseUrl,
        ZONEWARD_VAULT_KEYS: places,
        VAULT_ADDR: server.address,
        VAULT_TOKEN: server.token,
      });
      const { home } = engine;
      await using both = await openZoneward({
        home,
        environment: environment('file,transit:transit/zoneward'),
      });
      const [file, transit] = await both.keys.status();
      assert.deepEqual([file?.state, transit?.state], ['current', 'unregistered']);
      assert.ok(file !== undefined && transit !== undefined);
      await both.keys.add(transit.id);
      await both.keys.promote(transit.id);
      assert.equal((await both.keys.rewrap()).rewrapped, 1);
      await both.keys.retire(file.id);
      await using one = await openZoneward({ home, environment: environment('transit:transit/zoneward') });
      assert.equal(await passes(one), true);

      server.sealed = true;
      const sealed = openZoneward({ home, environment: environment('transit:transit/zoneward') });
      await assert.rejects(sealed, { code: 'vault-key-service-unavailable', kind: 'temporary' });
    } finally {
      await server.close();
    }
  });

  it('may be handed in by the host', async () => {
    await using engine = await startEngine({ seed: { zones: [{ name: 'a.example' }] }, rateLimit: false });
    const { home, sandbox } = engine;
    const api = kmsStandIn(['one']);
    const vaultKeys = kmsKeys({ api, keyArns: [...api.keys.keys()] });
    const options = { home, vaultKeys, environment: { CLOUDFLARE_API_BASE_URL: sandbox.baseUrl } };
    await using zoneward = await openZoneward(options);
    await addTo(zoneward, engine);
    assert.equal(await passes(zoneward), true);
    api.failing = 'AccessDeniedException';
    await assert.rejects(openZoneward(options), { code: 'vault-key-service-refused' });
  });
});

describe('secret managers', () => {
  it('are asked when the secret is needed, and nothing of it is kept', async () => {
    await using engine = await startEngine({ seed: { zones: [{ name: 'a.example' }] }, rateLimit: false });
    const { home, sandbox } = engine;
    const server = await startVaultServerStandIn();
    try {
      server.secrets.set('secret/cloudflare', { token: sandbox.tokens.readOnly });
      const environment = {
        CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
        VAULT_ADDR: server.address,
        VAULT_TOKEN: server.token,
      };
      const secretFetchers = { own: async (name: string) => (name === 'x' ? sandbox.tokens.full : '') };
      await using zoneward = await openZoneward({ home, environment, secretFetchers });
      const { connections } = zoneward.tenant('local');
      for (const reference of ['vault-kv:secret/cloudflare#token', 'own:x']) {
        const read = await connections.read({ reference, accountId: sandbox.accountId });
        assert.ok(read.ok);
        const { connection } = await connections.add({
          credential: read.value.credential,
          accountId: sandbox.accountId as AccountId,
          label: reference,
          reference,
        });
        assert.equal((await connections.test(connection.id)).report.passed, true);
      }
      assert.deepEqual(
        (await zoneward.keys.status()).map(({ rows }) => rows),
        [0],
      );
      server.secrets.clear();
      const gone = connections.test('vault-kv:secret/cloudflare#token');
      await assert.rejects(gone, { code: 'secret-reference-failed' });
      const [first] = await connections.list({ label: 'vault-kv' });
      assert.equal(first?.state, 'invalid');
    } finally {
      await server.close();
    }
  });
});
