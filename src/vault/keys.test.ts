import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId, TenantId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { SealedSecretRows, SecretContext, VaultHeaderStore } from '../domains/connections/ports.ts';
import type { KeyProvider } from './key-provider.ts';
import { addKey, type KeyRing, keyStatus, promoteKey, retireKey, rewrapKeys } from './keys.ts';
import { memoryKeys } from './local-keys.ts';
import { memorySealedRows, memoryVaultHeader } from './memory-rows.ts';
import { openVault } from './vault.ts';

const TENANT = 'ten_a' as TenantId;

function context(i: number): SecretContext {
  return { tenantId: TENANT, connectionId: `con_${i}` as ConnectionId, field: 'token', version: 1 };
}

/** A store with `count` sealed secrets under its first key. */
async function world(count: number) {
  const keys = memoryKeys();
  const header = memoryVaultHeader();
  const rows = memorySealedRows();
  const ring = { keys, storeId: 'store-1', header, rows };
  const vault = await openVault(ring);
  for (let i = 0; i < count; i += 1) {
    rows.rows.set(`${i}`, {
      context: context(i),
      sealed: await vault.seal(context(i), new Secret(`secret ${i}`)),
    });
  }
  const [first = ''] = await keys.keyIds();
  return { ...ring, vault, first };
}

/** Every row opens to its own secret with a vault that starts now. */
async function assertAllOpen(ring: KeyRing, rows: ReturnType<typeof memorySealedRows>): Promise<void> {
  const vault = await openVault(ring);
  let i = 0;
  for (const row of rows.rows.values()) {
    assert.equal((await vault.open(row.context, row.sealed)).reveal(), `secret ${i}`);
    i += 1;
  }
}

class Crash extends Error {}

/** Lets `left` effects through, then fails each: before it acts, or after it acted. */
function crashing(ring: KeyRing, limit: { left: number; after: boolean }): KeyRing {
  const guard = async <T>(act: () => Promise<T>): Promise<T> => {
    limit.left -= 1;
    if (limit.left >= 0) return await act();
    if (limit.after && limit.left === -1) await act();
    throw new Crash('power cut');
  };
  const header: VaultHeaderStore = {
    read: () => ring.header.read(),
    replace: (previous, next) => guard(() => ring.header.replace(previous, next)),
  };
  const rows: SealedSecretRows = {
    ...ring.rows,
    replaceWrapping: (before, after) => guard(() => ring.rows.replaceWrapping(before, after)),
  };
  const { addKey: add, dropKey: drop } = ring.keys;
  const keys: KeyProvider = {
    ...ring.keys,
    ...(add === undefined ? {} : { addKey: () => guard(() => add()) }),
    ...(drop === undefined ? {} : { dropKey: (id: string) => guard(() => drop(id)) }),
  };
  return { ...ring, keys, header, rows };
}

describe('changing the key', () => {
  it('adds, promotes, rewraps and retires, with rows told at each step', async () => {
    const ring = await world(5);
    const print = await ring.vault.fingerprint(TENANT, new Secret('x'));
    const second = await addKey(ring);
    assert.deepEqual(
      (await keyStatus(ring)).map(({ id, state, rows, fingerprint }) => [id, state, rows, fingerprint]),
      [
        [ring.first, 'current', 5, true],
        [second, 'ready', 0, false],
      ],
    );

    await promoteKey(ring, second);
    // A vault that was open before the promotion seals under the new key too.
    assert.equal((await ring.vault.seal(context(9), new Secret('y'))).keyId, second);
    await assertAllOpen(ring, ring.rows);

    assert.deepEqual(await rewrapKeys(ring), { keyId: second, rewrapped: 5, moved: 0 });
    await assertAllOpen(ring, ring.rows);
    assert.deepEqual(await rewrapKeys(ring), { keyId: second, rewrapped: 0, moved: 0 });

    await retireKey(ring, ring.first);
    assert.deepEqual(await ring.keys.keyIds(), [second]);
    await assertAllOpen(ring, ring.rows);
    assert.equal(await (await openVault(ring)).fingerprint(TENANT, new Secret('x')), print);
    assert.equal(await ring.vault.fingerprint(TENANT, new Secret('x')), print);
  });

  it('rewraps without touching nonce, ciphertext or version', async () => {
    const ring = await world(1);
    const before = ring.rows.rows.get('0')?.sealed;
    await promoteKey(ring, await addKey(ring));
    await rewrapKeys(ring);
    const after = ring.rows.rows.get('0')?.sealed;
    assert.notEqual(after?.wrappedKey, before?.wrappedKey);
    assert.deepEqual({ ...after, keyId: '', wrappedKey: '' }, { ...before, keyId: '', wrappedKey: '' });
  });

  it('refuses to retire the current key, a key with rows, and the key of the fingerprints', async () => {
    const ring = await world(2);
    await assert.rejects(retireKey(ring, ring.first), { code: 'vault-key-in-use' });
    await promoteKey(ring, await addKey(ring));
    await assert.rejects(retireKey(ring, ring.first), { code: 'vault-key-in-use', message: /2 secrets/ });
    ring.rows.rows.clear();
    await assert.rejects(retireKey(ring, ring.first), { code: 'vault-key-in-use', message: /fingerprint/ });
    assert.ok((await ring.keys.keyIds()).includes(ring.first));
  });

  it('takes a retirement back when a row appears under the key meanwhile', async () => {
    const ring = await world(1);
    const late = ring.rows.rows.get('0');
    assert.ok(late !== undefined);
    await promoteKey(ring, await addKey(ring));
    await rewrapKeys(ring);
    let counts = 0;
    const rows: SealedSecretRows = {
      ...ring.rows,
      countByKey: async () => {
        counts += 1;
        if (counts === 2) ring.rows.rows.set('late', late);
        return await ring.rows.countByKey();
      },
    };
    await assert.rejects(retireKey({ ...ring, rows }, ring.first), { code: 'vault-key-in-use' });
    const status = (await keyStatus(ring)).find((key) => key.id === ring.first);
    assert.deepEqual([status?.state, status?.held, status?.rows], ['older', true, 1]);
  });

  it('does not promote a key that nobody registered or that is not at hand', async () => {
    const ring = await world(0);
    await assert.rejects(promoteKey(ring, 'k-unknown'), { code: 'vault-key-missing' });
    const second = await addKey(ring);
    await ring.keys.dropKey?.(second);
    await assert.rejects(promoteKey(ring, second), { code: 'vault-key-missing' });
    // Added and never promoted: a process that does not hold it yet may start.
    await openVault(ring);
  });

  it('stops loudly at a row that does not unwrap, and leaves it', async () => {
    const ring = await world(3);
    const [a, b] = [ring.rows.rows.get('0'), ring.rows.rows.get('1')];
    assert.ok(a !== undefined && b !== undefined);
    ring.rows.rows.set('0', { context: a.context, sealed: b.sealed });
    await promoteKey(ring, await addKey(ring));
    await assert.rejects(rewrapKeys(ring), { code: 'vault-open-failed' });
    await assert.rejects(retireKey(ring, ring.first), { code: 'vault-key-in-use' });
  });
});

describe('broken off at any effect', () => {
  for (const after of [false, true]) {
    it(`${after ? 'after' : 'before'} it: every row opens, and the same commands finish`, async () => {
      let crashes = 0;
      for (let n = 0; ; n += 1) {
        const ring = await world(4);
        const limit = { left: n, after };
        const broken = crashing(ring, limit);
        let crashed = false;
        try {
          const second = await addKey(broken);
          await promoteKey(broken, second);
          await rewrapKeys(broken);
          await retireKey(broken, ring.first);
        } catch (error) {
          assert.ok(error instanceof Crash, String(error));
          crashed = true;
        }
        await assertAllOpen(ring, ring.rows);
        if (!crashed) break;
        crashes += 1;
        await finish(ring, ring.first);
        await assertAllOpen(ring, ring.rows);
        assert.ok(!(await ring.keys.keyIds()).includes(ring.first));
      }
      // add: 2 effects, promote: 1, rewrap: 4 rows and the fingerprint key, retire: 2.
      assert.equal(crashes, 10);
    });
  }
});

/** What an operator does after a crash: looks at the status and goes on. */
async function finish(ring: KeyRing, first: string): Promise<void> {
  const status = await keyStatus(ring);
  const other = status.find((key) => key.id !== first && key.held);
  const id = other?.id ?? (await addKey(ring));
  await addKey(ring, id);
  await promoteKey(ring, id);
  await rewrapKeys(ring);
  await retireKey(ring, first);
}
