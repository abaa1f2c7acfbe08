/** What every store keeps of rotations, minters, standing alerts, and of the worker that sees to them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Minter, Rotation } from '../../domains/connections/model.ts';
import type { SealedSecret } from '../../domains/connections/ports.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { connection, event, foreigner, gather, StillClock, sealed, tenant } from './samples.ts';

const { id } = connection('a');

function rotation(name: string, more: Partial<Rotation> = {}): Rotation {
  return {
    id: `rot_${name}`,
    tenantId: tenant,
    connectionId: id,
    step: 'minting',
    tokenName: `zoneward/${id}/rot_${name}`,
    oldTokenId: 'old',
    newTokenId: null,
    sealed: null,
    newExpiresAt: null,
    narrowTo: null,
    startedAt: 1_000,
    stepAt: 1_000,
    dueAt: 1_000,
    returnTo: { state: 'active', reason: 'tested', detail: '', next: [] },
    attempts: 0,
    lastError: null,
    version: 1,
    ...more,
  };
}

/** A secret of its own, told apart from others by its ciphertext. */
function secret(name: string, version: number): SealedSecret {
  return { ...sealed(version), wrappedKey: `wrapped-${name}`, ciphertext: `cipher-${name}` };
}

async function begun({ connections, rotations }: Store): Promise<void> {
  await connections.create(connection('a'), secret('old', 1), []);
  const rotating = connection('a', { state: 'rotating', version: 2 });
  await rotations.begin(rotation('1'), rotating, [event('rotation.started')]);
}

const proving = rotation('1', {
  step: 'proving',
  newTokenId: 'new',
  sealed: secret('new', 3),
  version: 2,
});

export function rotationContract(makePlace: MakeStorePlace): void {
  describe('rotations', () => {
    it('begin with their connection, once at a time', () =>
      withStore(makePlace, async (store) => {
        await begun(store);
        const { connections, rotations, audit } = store;
        assert.deepEqual(await rotations.current(tenant, id), rotation('1'));
        assert.equal((await connections.get(tenant, id))?.state, 'rotating');
        const next = connection('a', { version: 3 });
        await refuses('rotation-under-way', () => rotations.begin(rotation('2'), next, [event('x')]));
        await connections.create(connection('b'), null, []);
        const other = rotation('3', { connectionId: connection('b').id });
        const moved = connection('b', { version: 9 });
        await refuses('connection-moved', () => rotations.begin(other, moved, [event('x')]));
        assert.equal(await rotations.current(tenant, connection('b').id), null);
        assert.equal((await audit.head(tenant)).sequence, 1);
      }));

    it('switch the token in one commit, and end without a secret', () =>
      withStore(makePlace, async (store) => {
        await begun(store);
        const { connections, rotations } = store;
        await rotations.advance(proving, null, [event('rotation.minted')]);
        assert.deepEqual(await rotations.current(tenant, id), proving);
        assert.deepEqual(await connections.sealedSecret(tenant, id), secret('old', 1));
        await refuses('rotation-moved', () => rotations.advance(proving, null, [event('x')]));

        const draining = rotation('1', { step: 'draining', newTokenId: 'new', version: 3 });
        const switched = { connection: connection('a', { version: 3 }), sealed: secret('new', 3) };
        const tooLate = { ...switched, connection: connection('a', { version: 9 }) };
        await refuses('connection-moved', () => rotations.advance(draining, tooLate, [event('x')]));
        assert.deepEqual(await rotations.current(tenant, id), proving);
        await rotations.advance(draining, switched, [event('rotation.switched')]);
        assert.deepEqual(await connections.sealedSecret(tenant, id), secret('new', 3));
        assert.deepEqual(await store.sealedSecrets.countByKey(), { key1: 1 });

        const done = rotation('1', { step: 'done', newTokenId: 'new', dueAt: null, version: 4 });
        await rotations.advance(done, null, []);
        assert.equal(await rotations.current(tenant, id), null);
        const second = rotation('2', { startedAt: 2_000 });
        await rotations.begin(second, connection('a', { version: 4 }), []);
        assert.deepEqual(await rotations.list(tenant, id, 9), [second, done]);
        assert.deepEqual(await rotations.list(tenant, id, 1), [second]);
        assert.deepEqual((await store.check()).problems, []);
      }));

    it('keep a wrapping that a change of keys made meanwhile', () =>
      withStore(makePlace, async (store) => {
        await begun(store);
        const { connections, rotations, sealedSecrets } = store;
        await rotations.advance(proving, null, []);
        for (const row of await gather(sealedSecrets.notUnder('key2'))) {
          const { wrappedKey } = row.sealed;
          const after = { ...row.sealed, keyId: 'key2', wrappedKey: `${wrappedKey}-2` };
          assert.equal(row.context.field, 'token');
          assert.equal(await sealedSecrets.replaceWrapping(row, after), true);
        }
        assert.deepEqual(await sealedSecrets.countByKey(), { key2: 2 });
        // Both steps still hold the secret as it was before.
        await rotations.advance({ ...proving, attempts: 1, version: 3 }, null, []);
        const draining = rotation('1', { step: 'draining', version: 4 });
        const switched = { connection: connection('a', { version: 3 }), sealed: secret('new', 3) };
        await rotations.advance(draining, switched, []);
        assert.deepEqual(await sealedSecrets.countByKey(), { key2: 1 });
        assert.equal((await connections.sealedSecret(tenant, id))?.wrappedKey, 'wrapped-new-2');
      }));

    it('are woken when due, longest first, and never for a connection that is gone', () =>
      withStore(makePlace, async (store) => {
        const { connections, rotations } = store;
        for (const [name, dueAt] of [
          ['a', 3_000],
          ['b', 1_000],
          ['c', 2_000],
        ] as const) {
          await connections.create(connection(name), null, []);
          const own = rotation(name, { connectionId: connection(name).id, dueAt });
          await rotations.begin(own, connection(name, { version: 2 }), []);
        }
        const names = async (now: number, limit = 9) =>
          (await rotations.due(now, limit)).map((one) => one.id);
        assert.deepEqual(await names(2_000), ['rot_b', 'rot_c']);
        assert.deepEqual(await names(9_000, 1), ['rot_b']);
        await connections.remove(tenant, connection('b').id, []);
        assert.deepEqual(await names(9_000), ['rot_c', 'rot_a']);
      }));

    it('belong to their tenant', () =>
      withStore(makePlace, async (store) => {
        await begun(store);
        const { rotations } = store;
        assert.equal(await rotations.current(foreigner, id), null);
        assert.deepEqual(await rotations.list(foreigner, id, 9), []);
        await refuses('rotation-moved', () =>
          rotations.advance({ ...proving, tenantId: foreigner }, null, []),
        );
        assert.equal(await rotations.minter(foreigner, id), null);
        await refuses('connection-not-found', () => rotations.putMinter(foreigner, id, null, []));
      }));
  });

  minterContract(makePlace);
  sweepContract(makePlace);
}

function minterContract(makePlace: MakeStorePlace): void {
  describe('minters', () => {
    it('have a secret of their own, which goes with them and with the connection', () =>
      withStore(makePlace, async (store) => {
        const { connections, rotations, sealedSecrets } = store;
        await connections.create(connection('a'), secret('own', 1), []);
        const minter: Minter = { kind: 'user-token', email: null, sealed: secret('minter', 1) };
        await rotations.putMinter(tenant, id, minter, [event('connection.minter-set')]);
        assert.deepEqual(await rotations.minter(tenant, id), minter);
        assert.deepEqual(await connections.sealedSecret(tenant, id), secret('own', 1));
        const rows = await gather(sealedSecrets.notUnder('key2'));
        assert.deepEqual(rows.map((row) => row.context.field).sort(), ['minter', 'token']);

        const key: Minter = { kind: 'global-key', email: 'me@example.com', sealed: secret('key', 2) };
        await rotations.putMinter(tenant, id, key, []);
        assert.deepEqual(await rotations.minter(tenant, id), key);
        await rotations.putMinter(tenant, id, null, [event('connection.minter-removed')]);
        assert.equal(await rotations.minter(tenant, id), null);
        assert.deepEqual(await sealedSecrets.countByKey(), { key1: 1 });

        await rotations.putMinter(tenant, id, minter, []);
        await connections.remove(tenant, id, []);
        assert.equal(await rotations.minter(tenant, id), null);
        assert.deepEqual(await sealedSecrets.countByKey(), {});
        assert.deepEqual((await store.check()).problems, []);
      }));
  });
}

function sweepContract(makePlace: MakeStorePlace): void {
  describe('sweeps', () => {
    it('see the connections of all tenants but those removed', () =>
      withStore(makePlace, async ({ connections }) => {
        await connections.create(connection('b'), null, []);
        await connections.create(connection('a'), null, []);
        await connections.create(connection('a', { tenantId: foreigner }), null, []);
        await connections.create(connection('c'), null, []);
        await connections.remove(tenant, connection('c').id, []);
        const all = await gather(connections.all());
        assert.deepEqual(
          all.map((one) => [one.tenantId, one.id]),
          [
            [tenant, 'con_a'],
            [tenant, 'con_b'],
            [foreigner, 'con_a'],
          ],
        );
      }));

    it('keep which alerts stand, with their events', () =>
      withStore(makePlace, async ({ connections, alerts, audit }) => {
        await connections.create(connection('a'), null, []);
        assert.deepEqual(await alerts.standing(tenant, id), []);
        await alerts.put(tenant, id, ['budget'], [event('connection.alert-raised')]);
        await alerts.put(tenant, id, ['budget', 'error-rate'], []);
        assert.deepEqual(await alerts.standing(tenant, id), ['budget', 'error-rate']);
        assert.deepEqual(await alerts.standing(foreigner, id), []);
        assert.equal((await audit.head(tenant)).sequence, 1);
      }));

    it('are one worker’s at a time', () => {
      const clock = new StillClock();
      return withStore(
        makePlace,
        async ({ workerLease }) => {
          const first = await workerLease.acquire('one', 10_000);
          assert.ok(first !== null);
          assert.equal(await workerLease.acquire('two', 10_000), null);
          clock.at += 10_001;
          const second = await workerLease.acquire('two', 10_000);
          assert.ok(second !== null);
          assert.equal(await first.renew(10_000), false);
          await second.release();
          assert.ok((await workerLease.acquire('one', 10_000)) !== null);
        },
        clock,
      );
    });
  });
}
