/** What every store keeps of connections and of the vault. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId } from '../../base/ids.ts';
import type { SealedRow } from '../../domains/connections/ports.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { connection, event, foreigner, gather, sealed, tenant } from './samples.ts';

export function connectionContract(makePlace: MakeStorePlace): void {
  describe('connections', () => {
    it('are kept with their secret apart, and listed by label', () =>
      withStore(makePlace, async ({ connections, audit }) => {
        await connections.create(connection('b'), sealed(), [event('connection.created')]);
        await connections.create(connection('a'), null, []);
        assert.deepEqual(await connections.get(tenant, connection('b').id), connection('b'));
        assert.deepEqual(await connections.list(tenant), [connection('a'), connection('b')]);
        assert.deepEqual(await connections.sealedSecret(tenant, connection('b').id), sealed());
        assert.equal(await connections.sealedSecret(tenant, connection('a').id), null);
        assert.equal((await audit.head(tenant)).sequence, 1);
      }));

    it('refuse a label that is taken, and take it once it is free', () =>
      withStore(makePlace, async ({ connections }) => {
        await connections.create(connection('a'), null, []);
        const twin = connection('b', { label: 'Label a' });
        await refuses('label-taken', () => connections.create(twin, sealed(), []));
        await connections.create(connection('a', { tenantId: foreigner }), null, []);
        await connections.create(connection('b'), null, []);
        await refuses('label-taken', () => connections.update({ ...twin, version: 2 }, null, []));
        await connections.remove(tenant, connection('a').id, []);
        await connections.update({ ...twin, version: 2 }, null, []);
        assert.deepEqual(await connections.list(tenant), [{ ...twin, version: 2 }]);
      }));

    it('change only from the version that was read', () =>
      withStore(makePlace, async ({ connections, audit }) => {
        await connections.create(connection('a'), sealed(), []);
        const next = connection('a', { state: 'expired', version: 2 });
        await connections.update(next, null, [event('connection.expired')]);
        await refuses('connection-moved', () => connections.update(next, sealed(9), [event('lost')]));
        await refuses('connection-not-found', () => connections.update(connection('x'), null, []));
        assert.deepEqual(await connections.get(tenant, next.id), next);
        assert.deepEqual(await connections.sealedSecret(tenant, next.id), sealed());
        assert.equal((await audit.head(tenant)).sequence, 1);
      }));

    it('keep no secret that they do not need', () =>
      withStore(makePlace, async (store) => {
        const { connections } = store;
        await connections.create(connection('a'), sealed(), []);
        const { id } = connection('a');
        await connections.update(connection('a', { kind: 'global-key', version: 2 }), sealed(2), []);
        assert.deepEqual(await store.sealedSecrets.countByKey(), { key1: 1 });
        const secretSource = { kind: 'reference', reference: 'env:TOKEN' } as const;
        await connections.update(connection('a', { secretSource, version: 3 }), null, []);
        assert.equal(await connections.sealedSecret(tenant, id), null);
        await connections.update(connection('a', { version: 4 }), sealed(3), []);
        await connections.remove(tenant, id, [event('connection.removed')]);
        assert.equal(await connections.get(tenant, id), null);
        assert.deepEqual(await store.sealedSecrets.countByKey(), {});
        await refuses('connection-not-found', () => connections.remove(tenant, id, []));
        assert.deepEqual((await store.check()).problems, []);
      }));
  });
}

export function vaultContract(makePlace: MakeStorePlace): void {
  describe('vault', () => {
    it('walks the rows under other keys and replaces a wrapping once', () =>
      withStore(makePlace, async ({ connections, sealedSecrets }) => {
        for (let number = 0; number < 3; number += 1) {
          await connections.create(connection(`c${number}`), sealed(), []);
        }
        const rows: SealedRow[] = await gather(sealedSecrets.notUnder('key2'));
        assert.equal(rows.length, 3);
        const [first] = rows;
        assert.ok(first);
        assert.deepEqual(first.context, {
          tenantId: tenant,
          connectionId: 'con_c0',
          field: 'token',
          version: 1,
        });
        const rewrapped = { ...first.sealed, keyId: 'key2', wrappedKey: 'new', ciphertext: 'ignored' };
        assert.equal(await sealedSecrets.replaceWrapping(first, rewrapped), true);
        assert.equal(await sealedSecrets.replaceWrapping(first, rewrapped), false);
        const kept = await connections.sealedSecret(tenant, 'con_c0' as ConnectionId);
        assert.deepEqual(kept, { ...sealed(), keyId: 'key2', wrappedKey: 'new' });
        assert.deepEqual(await sealedSecrets.countByKey(), { key1: 2, key2: 1 });
        assert.equal((await gather(sealedSecrets.notUnder('key2'))).length, 2);
      }));

    it('compares and sets its header', () =>
      withStore(makePlace, async ({ vaultHeader }) => {
        assert.equal(await vaultHeader.read(), null);
        assert.equal(await vaultHeader.replace('x', 'one'), false);
        assert.equal(await vaultHeader.replace(null, 'one'), true);
        assert.equal(await vaultHeader.replace(null, 'two'), false);
        assert.equal(await vaultHeader.replace('one', 'two'), true);
        assert.equal(await vaultHeader.read(), 'two');
      }));
  });
}
