/** Which connections see a zone, and which of them reads it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId } from '../../base/ids.ts';
import type { Connection } from '../../domains/connections/model.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import { connection, facts, foreigner, record, sealed, tenant, zoneId } from './samples.ts';

const a = 'con_a' as ConnectionId;
const b = 'con_b' as ConnectionId;
const c = 'con_c' as ConnectionId;

/** Saves connections and lets each see the zone, in this order. */
async function seen(
  { connections, mirror }: Store,
  ...by: readonly (readonly [name: string, more?: Partial<Connection>])[]
): Promise<void> {
  for (const [index, [name, more]] of by.entries()) {
    await connections.create(connection(name, more), sealed(), []);
    await mirror.putZones(tenant, `con_${name}` as ConnectionId, [facts(1)], index + 1);
  }
}

async function readerOf({ mirror }: Store): Promise<ConnectionId | undefined> {
  return (await mirror.getZone(tenant, zoneId(1)))?.connectionId;
}

async function seenBy({ mirror }: Store, connectionId: ConnectionId): Promise<number> {
  return (await mirror.listZones(tenant, { connectionId })).length;
}

export function sightingsContract(makePlace: MakeStorePlace): void {
  const on = (work: (store: Store) => Promise<void>) => () => withStore(makePlace, work);

  describe('mirror: who sees a zone', () => {
    it(
      'leaves a zone to the first that saw it, and lists it for all that do',
      on(async (store) => {
        await seen(store, ['a'], ['b']);
        assert.equal(await readerOf(store), a);
        assert.deepEqual([await seenBy(store, a), await seenBy(store, b), await seenBy(store, c)], [1, 1, 0]);
        assert.equal((await store.mirror.listZones(tenant)).length, 1, 'one zone id is one zone');
      }),
    );

    for (const state of ['expired', 'revoked', 'invalid', 'paused'] as const) {
      it(
        `gives a zone whose reader is ${state} to the next that sees it`,
        on(async (store) => {
          await seen(store, ['a', { state }], ['b']);
          assert.equal(await readerOf(store), b);
        }),
      );
    }

    it(
      'gives the zone of a removed connection to the next that sees it',
      on(async (store) => {
        await seen(store, ['a']);
        await store.connections.remove(tenant, a, []);
        await seen(store, ['b']);
        assert.equal(await readerOf(store), b);
      }),
    );

    it(
      'prefers a saved connection to one that only the environment describes',
      on(async (store) => {
        const environment = 'env:account' as ConnectionId;
        await store.mirror.putZones(tenant, environment, [facts(1)], 1);
        assert.equal(await readerOf(store), environment);
        await seen(store, ['a']);
        await store.mirror.putZones(tenant, environment, [facts(1)], 3);
        assert.equal(await readerOf(store), a);
      }),
    );

    it(
      'hands a zone over to who still sees it and can read',
      on(async (store) => {
        await seen(store, ['a'], ['b', { state: 'revoked' }], ['c']);
        assert.deepEqual(await store.mirror.unsee(tenant, a, zoneId(1)), [c]);
        assert.equal(await readerOf(store), c);
        assert.equal(await seenBy(store, a), 0);
        assert.deepEqual(await store.mirror.unsee(tenant, c, zoneId(1)), []);
        assert.equal(await readerOf(store), c, 'nobody is left to take it');
      }),
    );

    it(
      'leaves the reader alone when another stops seeing the zone',
      on(async (store) => {
        await seen(store, ['a'], ['b']);
        assert.deepEqual(await store.mirror.unsee(tenant, b, zoneId(1)), [a]);
        assert.equal(await readerOf(store), a);
      }),
    );

    const refusalAt = (at: number) => ({ reason: 'records-refused', at }) as const;
    const unreadableOf = async ({ mirror }: Store) =>
      (await mirror.getZone(tenant, zoneId(1)))?.freshness.unreadable;

    it(
      'calls a zone unreadable when nobody is left to read it, from the first refusal to the next read',
      on(async (store) => {
        const { mirror, gauges } = store;
        await seen(store, ['a']);
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), refusalAt(10)), 'unreadable');
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), refusalAt(20)), 'known');
        assert.deepEqual(await unreadableOf(store), { since: 10, reason: 'records-refused' });
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), { reason: 'not-seen', at: 30 }), 'known');
        assert.deepEqual(await unreadableOf(store), { since: 10, reason: 'not-seen' });
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), refusalAt(40)), 'known');
        assert.equal((await unreadableOf(store))?.reason, 'not-seen', 'a read by id does not make it seen');
        assert.equal((await mirror.coverage(tenant)).unreadable, 1);
        assert.equal((await gauges.read(50)).zones.unreadable, 1);

        const heard = { verifiedAt: null, signal: 'soa-serial', staleSince: 50 } as const;
        await mirror.setFreshness(tenant, zoneId(1), heard);
        await mirror.putZones(tenant, a, [facts(1)], 60);
        assert.notEqual(await unreadableOf(store), null, 'a signal, and being seen, is no read');
        await mirror.advance(tenant, zoneId(1), {
          baseRevision: 0,
          delta: { put: [], gone: [] },
          origin: { kind: 'first-read' },
          freshness: { verifiedAt: 70, signal: 'full-read', staleSince: null },
          at: 70,
        });
        assert.equal(await unreadableOf(store), null);
        assert.equal((await mirror.coverage(tenant)).unreadable, 0);
      }),
    );

    it(
      'gives a refused zone to another that sees it, and in the end to each in turn',
      on(async (store) => {
        const { mirror } = store;
        await seen(store, ['a'], ['b']);
        assert.equal(await mirror.refuse(tenant, b, zoneId(1), refusalAt(1)), 'not-reader');
        await mirror.putZones(tenant, b, [facts(1)], 2);
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), refusalAt(3)), 'handed-over');
        assert.deepEqual([await readerOf(store), await unreadableOf(store)], [b, null]);
        assert.deepEqual([await seenBy(store, a), await seenBy(store, b)], [1, 1], 'it still sees it');
        assert.equal(await mirror.refuse(tenant, b, zoneId(1), refusalAt(4)), 'unreadable');
        assert.equal(await readerOf(store), b);

        await mirror.putZones(tenant, a, [facts(1)], 5);
        assert.equal(await readerOf(store), a, 'who sees it anew tries');
        assert.equal(await mirror.refuse(tenant, a, zoneId(1), refusalAt(6)), 'known');
        await mirror.putZones(tenant, b, [facts(1)], 7);
        assert.equal(await mirror.refuse(tenant, b, zoneId(1), { reason: 'not-seen', at: 8 }), 'known');
        assert.deepEqual(await unreadableOf(store), { since: 4, reason: 'records-refused' }, 'a sees it');
      }),
    );

    it(
      'takes nothing from another tenant',
      on(async (store) => {
        await seen(store, ['a']);
        assert.deepEqual(await store.mirror.unsee(foreigner, a, zoneId(1)), []);
        assert.equal(await store.mirror.refuse(foreigner, a, zoneId(1), refusalAt(1)), 'not-reader');
        assert.equal(await unreadableOf(store), null);
        assert.equal(await seenBy(store, a), 1);
      }),
    );

    it(
      'finds records and drift for every connection that sees the zone',
      on(async (store) => {
        await seen(store, ['a'], ['b']);
        const { mirror } = store;
        const fresh = { verifiedAt: 1, signal: 'full-read', staleSince: null } as const;
        for (const [base, number] of [
          [0, 1],
          [1, 2],
        ] as const) {
          await mirror.advance(tenant, zoneId(1), {
            baseRevision: base,
            delta: { put: [{ record: record(number) }], gone: [] },
            origin: base === 0 ? { kind: 'first-read' } : { kind: 'outside', actor: null },
            freshness: fresh,
            at: base,
          });
        }
        for (const [connectionId, zones, records] of [
          [a, 1, 2],
          [b, 1, 2],
          [c, 0, 0],
        ] as const) {
          assert.equal((await mirror.unacknowledged(tenant, { connectionId }, { limit: 9 })).length, zones);
          const found = await mirror.findRecords(tenant, { connectionId, type: 'A' }, { limit: 9 });
          assert.equal(found.length, records);
        }
      }),
    );
  });
}
