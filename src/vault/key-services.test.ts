import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { SecretContext } from '../domains/connections/ports.ts';
import { joinKeys } from './joined-keys.ts';
import type { KeyProvider } from './key-provider.ts';
import { addKey, promoteKey, retireKey, rewrapKeys } from './keys.ts';
import { kmsKeys, loadKms } from './kms-keys.ts';
import { kmsStandIn } from './kms-stand-in.ts';
import { memoryKeys } from './local-keys.ts';
import { memorySealedRows, memoryVaultHeader } from './memory-rows.ts';
import { secretsManagerFetcher, vaultKvFetcher } from './secret-managers.ts';
import { openSecretReferences } from './secret-references.ts';
import { transitKeys } from './transit-keys.ts';
import { openVault } from './vault.ts';
import { startVaultServerStandIn, type VaultServerStandIn } from './vault-server-stand-in.ts';

const CONTEXT: SecretContext = {
  tenantId: 'ten_a' as TenantId,
  connectionId: 'con_a' as ConnectionId,
  field: 'token',
  version: 1,
};
const WRAP = { purpose: 'data-key', store: 's', tenant: 'ten_a' };

let server: VaultServerStandIn;
before(async () => {
  server = await startVaultServerStandIn();
  server.keys.set('zoneward', [randomBytes(32)]);
  server.keys.set('zone/ward 2', [randomBytes(32)]);
});
after(() => server.close());

function transit(more: Partial<Parameters<typeof transitKeys>[0]> = {}): KeyProvider {
  const token = async (): Promise<Secret> => new Secret(server.token);
  return transitKeys({ address: server.address, token, keyNames: ['zoneward', 'zone/ward 2'], ...more });
}

function kms(): KeyProvider & { readonly api: ReturnType<typeof kmsStandIn> } {
  const api = kmsStandIn(['one', 'two']);
  return Object.assign(kmsKeys({ api, keyArns: [...api.keys.keys()] }), { api });
}

/** The same cases for every provider: what the vault relies on. */
const providers: readonly [name: string, make: () => KeyProvider][] = [
  ['local keys', () => memoryKeys()],
  ['transit (stand-in)', () => transit()],
  ['KMS (stand-in)', () => kms()],
  ['joined keys', () => joinKeys([memoryKeys(), kms()])],
];
for (const [name, make] of providers) {
  describe(`key provider contract: ${name}`, () => {
    it('unwraps what it wrapped, in its context only', async () => {
      const keys = make();
      const [id = ''] = await keys.keyIds();
      const dataKey = randomBytes(32);
      const wrapped = await keys.wrap(id, dataKey, WRAP);
      const swapped = Object.fromEntries(Object.entries(WRAP).reverse());
      assert.deepEqual(Buffer.from(await keys.unwrap(id, wrapped, swapped)), dataKey);
      assert.ok(!Buffer.from(wrapped).includes(dataKey));
      for (const context of [{ ...WRAP, tenant: 'ten_b' }, { purpose: 'data-key' }, {}]) {
        await assert.rejects(keys.unwrap(id, wrapped, context), { code: 'vault-open-failed' });
      }
    });

    it('refuses altered, cut and foreign bytes', async () => {
      const keys = make();
      const [id = ''] = await keys.keyIds();
      const wrapped = Buffer.from(await keys.wrap(id, randomBytes(32), WRAP));
      const altered = Buffer.from(wrapped);
      // A place inside the ciphertext in every format; its letter case is flipped, which base64 tells apart.
      altered[wrapped.length - 8] = (altered[wrapped.length - 8] ?? 0) ^ 0x01;
      for (const bytes of [altered, wrapped.subarray(0, 20), Buffer.alloc(0), randomBytes(80)]) {
        await assert.rejects(keys.unwrap(id, bytes, WRAP), { code: 'vault-open-failed' });
      }
    });

    it('says that it has not what it has not', async () => {
      const keys = make();
      await assert.rejects(keys.wrap('k-unknown', randomBytes(32), WRAP), { code: 'vault-key-missing' });
      await assert.rejects(keys.unwrap('k-unknown', randomBytes(60), WRAP), { code: 'vault-key-missing' });
    });

    it('serves a vault', async () => {
      const vault = await openVault({ keys: make(), storeId: 's', header: memoryVaultHeader() });
      const sealed = await vault.seal(CONTEXT, new Secret('x'));
      assert.equal((await vault.open(CONTEXT, sealed)).reveal(), 'x');
      await assert.rejects(vault.open({ ...CONTEXT, version: 2 }, { ...sealed, version: 2 }), {
        code: 'vault-open-failed',
      });
    });
  });
}

it('moves from a key file to a key service while everything runs', async () => {
  const keys = joinKeys([memoryKeys(), transit()]);
  const ring = { keys, storeId: 's', header: memoryVaultHeader(), rows: memorySealedRows() };
  const vault = await openVault(ring);
  ring.rows.rows.set('a', { context: CONTEXT, sealed: await vault.seal(CONTEXT, new Secret('x')) });
  const [local = ''] = await keys.keyIds();
  await addKey(ring, 'transit:transit/zoneward');
  await promoteKey(ring, 'transit:transit/zoneward');
  assert.equal((await rewrapKeys(ring)).rewrapped, 1);
  await retireKey(ring, local);
  // From here on the service alone is enough.
  const alone = await openVault({ ...ring, keys: transit() });
  const row = ring.rows.rows.get('a');
  assert.ok(row !== undefined);
  assert.equal((await alone.open(CONTEXT, row.sealed)).reveal(), 'x');
});

describe('transit', () => {
  it('opens what an older version of the transit key sealed', async () => {
    const keys = transit();
    const wrapped = await keys.wrap('transit:transit/zoneward', Buffer.alloc(32, 7), WRAP);
    server.keys.get('zoneward')?.push(randomBytes(32));
    assert.deepEqual(
      Buffer.from(await keys.unwrap('transit:transit/zoneward', wrapped, WRAP)),
      Buffer.alloc(32, 7),
    );
  });

  it('sends the namespace, and the name in its own path segment', async () => {
    const keys = transit({ namespace: 'team' });
    await keys.wrap('transit:transit/zone/ward 2', randomBytes(32), WRAP);
    assert.deepEqual(server.requests.at(-1), {
      method: 'POST',
      path: '/v1/transit/encrypt/zone/ward 2',
      namespace: 'team',
    });
  });

  it('tells a refused token, a missing key, a sealed and an absent server apart; none shows the token', async () => {
    const token = async (): Promise<Secret> => new Secret('hvs.CANARY');
    const cases: readonly [keys: KeyProvider, code: string][] = [
      [transit({ token }), 'vault-key-service-refused'],
      [transit({ keyNames: ['gone'] }), 'vault-key-missing'],
      [transit({ address: 'http://127.0.0.1:9' }), 'vault-key-service-unavailable'],
      [transit({ address: 'http://vault.example', token }), 'vault-key-service-refused'],
    ];
    const expectCode = (keys: KeyProvider, code: string): Promise<void> =>
      assert.rejects(
        keys.keyIds().then(([id = '']) => keys.wrap(id, randomBytes(32), WRAP)),
        (error: Error & { code?: string }) => error.code === code && !inspect(error).includes('CANARY'),
      );
    for (const [keys, code] of cases) await expectCode(keys, code);
    server.sealed = true;
    await expectCode(transit(), 'vault-key-service-unavailable');
    server.sealed = false;
  });
});

describe('KMS', () => {
  for (const [exception, code] of [
    ['ThrottlingException', 'vault-key-service-unavailable'],
    ['KMSInternalException', 'vault-key-service-unavailable'],
    ['AccessDeniedException', 'vault-key-service-refused'],
    ['CredentialsProviderError', 'vault-key-service-refused'],
    ['NotFoundException', 'vault-key-missing'],
  ] as const) {
    it(`${exception} is ${code}`, async () => {
      const keys = kms();
      const [id = ''] = await keys.keyIds();
      const wrapped = await keys.wrap(id, randomBytes(32), WRAP);
      keys.api.failing = exception;
      await assert.rejects(keys.unwrap(id, wrapped, WRAP), { code });
    });
  }

  it('does not open under another key of the same account', async () => {
    const keys = kms();
    const [one = '', two = ''] = await keys.keyIds();
    const wrapped = await keys.wrap(one, randomBytes(32), WRAP);
    await assert.rejects(keys.unwrap(two, wrapped, WRAP), { code: 'vault-open-failed' });
  });

  it('takes ARNs of keys and nothing else', () => {
    const api = kmsStandIn([]);
    for (const arn of [
      'alias/zoneward',
      'arn:aws:kms:eu-central-1:111122223333:alias/zoneward',
      '1234abcd',
    ]) {
      assert.throws(() => kmsKeys({ api, keyArns: [arn] }), { code: 'vault-key-malformed' });
    }
    assert.throws(() => kmsKeys({ api, keyArns: [] }), { code: 'vault-key-malformed' });
  });

  it('says which package is wanted when it is not installed', async () => {
    await loadKms({ region: 'eu-central-1' }).then(
      // Where the package is installed there is a client with the two methods.
      (api) => assert.deepEqual([typeof api.encrypt, typeof api.decrypt], ['function', 'function']),
      (error) => assert.match(error.message, /@aws-sdk\/client-kms/),
    );
  });
});

describe('secrets that a manager keeps', () => {
  it('are read by reference', async () => {
    server.secrets.set('secret/shops/one', { token: 'from kv' });
    const references = openSecretReferences({
      environment: {},
      fetchers: {
        'vault-kv': vaultKvFetcher({ address: server.address, token: async () => new Secret(server.token) }),
        'aws-secrets-manager': secretsManagerFetcher({
          getSecretValue: async ({ SecretId }) => {
            if (SecretId === 'plain') return { SecretString: 'from aws' };
            if (SecretId.endsWith(':json')) return { SecretString: '{"token":"from json"}' };
            throw Object.assign(new Error('secret CANARY'), { name: 'ResourceNotFoundException' });
          },
        }),
      },
    });
    for (const [reference, value] of [
      ['vault-kv:secret/shops/one#token', 'from kv'],
      ['aws-secrets-manager:plain', 'from aws'],
      ['aws-secrets-manager:arn:aws:json#token', 'from json'],
    ] as const) {
      assert.equal((await references.resolve(reference)).reveal(), value);
    }
    for (const reference of [
      'vault-kv:secret/shops/one',
      'vault-kv:secret/shops/one#nothing',
      'vault-kv:secret/shops/two#token',
      'vault-kv:alone#token',
      'aws-secrets-manager:gone',
      'aws-secrets-manager:plain#token',
    ]) {
      await assert.rejects(references.resolve(reference), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'secret-reference-failed', reference);
        assert.ok(!inspect(error).includes('CANARY') && !inspect(error).includes('from aws'));
        return true;
      });
    }
  });
});
