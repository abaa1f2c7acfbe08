import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { isZonewardError } from '../base/errors.ts';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { SealedSecret, SecretContext, Vault } from '../domains/connections/ports.ts';
import type { KeyProvider, WrapContext } from './key-provider.ts';
import { memoryKeys } from './local-keys.ts';
import { memoryVaultHeader } from './memory-rows.ts';
import { openVault } from './vault.ts';

const CANARY = 'cfut_CANARYcanaryCANARYcanaryCANARYcanary0123abcd';
const CONTEXT: SecretContext = {
  tenantId: 'ten_a' as TenantId,
  connectionId: 'con_a' as ConnectionId,
  field: 'token',
  version: 3,
};

async function newVault(keys: KeyProvider = memoryKeys(), storeId = 'store-1'): Promise<Vault> {
  return await openVault({ keys, storeId, header: memoryVaultHeader() });
}

/** The error with everything that it may carry, as a log would print it. */
function printed(error: unknown): string {
  assert.ok(error instanceof Error);
  return `${inspect(error, { depth: 10 })} ${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`;
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('expected a rejection');
}

describe('seal and open', () => {
  it('gives back what was sealed, whatever the text', async () => {
    const vault = await newVault();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const sealed = await vault.seal(CONTEXT, new Secret(text));
        assert.equal((await vault.open(CONTEXT, sealed)).reveal(), text);
      }),
      { numRuns: 50 },
    );
  });

  it('seals the same secret differently each time, with a data key of its own', async () => {
    const vault = await newVault();
    const [a, b] = await Promise.all([
      vault.seal(CONTEXT, new Secret(CANARY)),
      vault.seal(CONTEXT, new Secret(CANARY)),
    ]);
    for (const field of ['wrappedKey', 'nonce', 'ciphertext'] as const) assert.notEqual(a[field], b[field]);
    assert.equal(a.keyId, b.keyId);
  });

  it('leaves no trace of the secret in what the store keeps', async () => {
    const sealed = await (await newVault()).seal(CONTEXT, new Secret(CANARY));
    const kept = JSON.stringify(sealed);
    for (const trace of [CANARY, CANARY.slice(5), Buffer.from(CANARY).toString('base64').slice(4, 30)]) {
      assert.ok(!kept.includes(trace));
    }
  });
});

describe('a moved ciphertext fails closed', () => {
  const moves: readonly [name: string, context: SecretContext][] = [
    ['to another tenant', { ...CONTEXT, tenantId: 'ten_b' as TenantId }],
    ['to another connection', { ...CONTEXT, connectionId: 'con_b' as ConnectionId }],
    ['to another field', { ...CONTEXT, field: 'minter' }],
    ['to another version', { ...CONTEXT, version: 4 }],
  ];
  for (const [name, context] of moves) {
    it(name, async () => {
      const vault = await newVault();
      const sealed = await vault.seal(CONTEXT, new Secret(CANARY));
      // The row's own version column may have been moved along with it.
      for (const row of [sealed, { ...sealed, version: context.version }]) {
        const error = await failure(vault.open(context, row));
        assert.ok(isZonewardError(error) && error.code === 'vault-open-failed');
        assert.ok(!printed(error).includes(CANARY.slice(5)));
      }
    });
  }

  it('to another store, though the key is the same', async () => {
    const keys = memoryKeys();
    const sealed = await (await newVault(keys, 'store-1')).seal(CONTEXT, new Secret(CANARY));
    const foreign = await newVault(keys, 'store-2');
    await assert.rejects(foreign.open(CONTEXT, sealed), { code: 'vault-open-failed' });
  });

  it('also with a key service that ignores the context', async () => {
    const keys = memoryKeys();
    const careless: KeyProvider = {
      ...keys,
      wrap: (id, dataKey) => keys.wrap(id, dataKey, {}),
      unwrap: (id, wrapped) => keys.unwrap(id, wrapped, {}),
    };
    const vault = await newVault(careless);
    const sealed = await vault.seal(CONTEXT, new Secret(CANARY));
    for (const [name, context] of moves) {
      const row = { ...sealed, version: context.version };
      await assert.rejects(vault.open(context, row), { code: 'vault-open-failed' }, name);
    }
    const foreign = await newVault(careless, 'store-2');
    await assert.rejects(foreign.open(CONTEXT, sealed), { code: 'vault-open-failed' });
    assert.equal((await vault.open(CONTEXT, sealed)).reveal(), CANARY);
  });

  it('because the data key too is bound to all five', async () => {
    const keys = memoryKeys();
    const contexts: WrapContext[] = [];
    const watched: KeyProvider = {
      ...keys,
      wrap: (id, dataKey, context) => {
        contexts.push(context);
        return keys.wrap(id, dataKey, context);
      },
    };
    await (await newVault(watched)).seal(CONTEXT, new Secret(CANARY));
    assert.deepEqual(contexts.at(-1), {
      purpose: 'data-key',
      store: 'store-1',
      tenant: 'ten_a',
      connection: 'con_a',
      field: 'token',
      version: '3',
    });
  });

  it('frames its parts, so that text cannot slide from one into the next', async () => {
    const vault = await newVault();
    const a = { ...CONTEXT, tenantId: 'ten' as TenantId, connectionId: '_acon' as ConnectionId };
    const b = { ...CONTEXT, tenantId: 'ten_a' as TenantId, connectionId: 'con' as ConnectionId };
    await assert.rejects(vault.open(b, await vault.seal(a, new Secret('x'))), { code: 'vault-open-failed' });
  });
});

describe('an altered ciphertext fails closed', () => {
  it('with any byte of any part changed, cut or added', async () => {
    const vault = await newVault();
    const sealed = await vault.seal(CONTEXT, new Secret(CANARY));
    const fields = ['wrappedKey', 'nonce', 'ciphertext'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fields),
        fc.nat(),
        fc.constantFrom('flip', 'cut', 'add'),
        async (field, at, how) => {
          const bytes = Buffer.from(sealed[field], 'base64');
          const i = at % bytes.length;
          if (how === 'flip') bytes[i] = (bytes[i] ?? 0) ^ (1 << (at % 8));
          const altered =
            how === 'cut'
              ? bytes.subarray(0, i)
              : how === 'add'
                ? Buffer.concat([bytes, Buffer.of(0)])
                : bytes;
          await assert.rejects(vault.open(CONTEXT, { ...sealed, [field]: altered.toString('base64') }), {
            code: 'vault-open-failed',
          });
        },
      ),
      { numRuns: 300 },
    );
  });

  const rows: readonly [name: string, change: (sealed: SealedSecret) => SealedSecret][] = [
    ['text that is not base64', (sealed) => ({ ...sealed, ciphertext: '***' })],
    ['base64 with spare bits', (sealed) => ({ ...sealed, nonce: `${sealed.nonce} ` })],
    ['an unknown key', (sealed) => ({ ...sealed, keyId: 'k-000000000000' })],
    ['nothing', (sealed) => ({ ...sealed, ciphertext: '', wrappedKey: '', nonce: '' })],
  ];
  for (const [name, change] of rows) {
    it(name, async () => {
      const vault = await newVault();
      const sealed = await vault.seal(CONTEXT, new Secret(CANARY));
      await assert.rejects(vault.open(CONTEXT, change(sealed)), { code: 'vault-open-failed' });
    });
  }

  it('with the data key of another secret of the same place', async () => {
    const vault = await newVault();
    const [a, b] = [await vault.seal(CONTEXT, new Secret('a')), await vault.seal(CONTEXT, new Secret('b'))];
    await assert.rejects(vault.open(CONTEXT, { ...a, wrappedKey: b.wrappedKey }), {
      code: 'vault-open-failed',
      details: { ...CONTEXT, reason: 'commitment' },
    });
  });
});

describe('at start', () => {
  it("notices another store's key, and says which key is wanted", async () => {
    const header = memoryVaultHeader();
    const right = memoryKeys();
    await openVault({ keys: right, storeId: 'store-1', header });
    const [id = ''] = await right.keyIds();
    await assert.rejects(openVault({ keys: memoryKeys(), storeId: 'store-1', header }), (error) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'vault-key-missing');
      assert.match(error.message, new RegExp(id));
      return true;
    });
  });

  it('notices a key that passes under the right name', async () => {
    const header = memoryVaultHeader();
    const right = memoryKeys();
    await openVault({ keys: right, storeId: 'store-1', header });
    const ids = await right.keyIds();
    const wrong = memoryKeys();
    const [wrongId = ''] = await wrong.keyIds();
    const disguised: KeyProvider = {
      ...wrong,
      keyIds: async () => ids,
      unwrap: (_, wrapped, context) => wrong.unwrap(wrongId, wrapped, context),
    };
    await assert.rejects(openVault({ keys: disguised, storeId: 'store-1', header }), {
      code: 'vault-key-wrong',
    });
  });

  it('notices a header that another store wrote', async () => {
    const header = memoryVaultHeader();
    const keys = memoryKeys();
    await openVault({ keys, storeId: 'store-1', header });
    await assert.rejects(openVault({ keys, storeId: 'store-2', header }), { code: 'vault-foreign-store' });
    // With its store id forged the check value gives it away.
    const text = (await header.read()) ?? '';
    await header.replace(text, text.replace('"storeId":"store-1"', '"storeId":"store-2"'));
    await assert.rejects(openVault({ keys, storeId: 'store-2', header }), { code: 'vault-key-wrong' });
  });

  it('refuses a damaged header', async () => {
    for (const text of ['', '{}', 'null', '{"format":"zoneward-vault-2"}']) {
      const header = memoryVaultHeader();
      await header.replace(null, text);
      await assert.rejects(openVault({ keys: memoryKeys(), storeId: 's', header }), {
        code: 'vault-header-damaged',
      });
    }
  });

  it('lets two processes meet a new store at once: they agree on one header', async () => {
    const header = memoryVaultHeader();
    const keys = memoryKeys();
    const open = () => openVault({ keys, storeId: 's', header });
    const [a, b] = await Promise.all([open(), open()]);
    const tenant = 'ten_a' as TenantId;
    assert.equal(await a.fingerprint(tenant, new Secret('x')), await b.fingerprint(tenant, new Secret('x')));
  });

  it('does not call a key wrong because the key service is away', async () => {
    const header = memoryVaultHeader();
    const keys = memoryKeys();
    await openVault({ keys, storeId: 's', header });
    const away: KeyProvider = { ...keys, unwrap: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    await assert.rejects(openVault({ keys: away, storeId: 's', header }), /ECONNREFUSED/);
  });
});

describe('fingerprints', () => {
  it('find the same secret in one tenant, and nothing across tenants or stores', async () => {
    const keys = memoryKeys();
    const vault = await newVault(keys);
    const [a, b] = ['ten_a' as TenantId, 'ten_b' as TenantId];
    const print = await vault.fingerprint(a, new Secret(CANARY));
    assert.match(print, /^[0-9a-f]{64}$/);
    assert.equal(await vault.fingerprint(a, new Secret(CANARY)), print);
    assert.notEqual(await vault.fingerprint(a, new Secret(`${CANARY}x`)), print);
    assert.notEqual(await vault.fingerprint(b, new Secret(CANARY)), print);
    assert.notEqual(await (await newVault(keys, 'store-2')).fingerprint(a, new Secret(CANARY)), print);
  });
});
