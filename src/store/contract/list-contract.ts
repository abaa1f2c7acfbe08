/** Lists for people, figures over time and for monitors, as every store must give them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId, ZoneId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { ApiCall } from '../../domains/usage/ports.ts';
import type { RecordFilter, RecordOrder, ZoneFilter, ZoneOrder } from '../../domains/zones/list-ports.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import { connectionId, facts, foreigner, fresh, record, tenant, zoneId } from './samples.ts';

const other = 'con_b' as ConnectionId;

/** Three zones: the first drifts and holds four records, the second was never read, the third is deleted. */
async function fill({ mirror }: Store): Promise<void> {
  await mirror.putZones(tenant, connectionId, [facts(1), facts(2)], 1);
  await mirror.putZones(tenant, other, [facts(3, { status: 'deleted' })], 1);
  const records = ['www', 'Mail', 'a%b', 'api'].map((label, index) =>
    record(index + 1, {
      name: `${label.toLowerCase()}.zone1.example` as DomainName,
      ...(index === 1 ? { comment: 'Owned by Ops' } : {}),
      ...(index === 3 ? { rdata: { type: 'TXT' as const, text: 'x' } } : {}),
    }),
  );
  const advance = (baseRevision: number, numbers: readonly number[], origin: 'first-read' | 'outside') =>
    mirror.advance(tenant, zoneId(1), {
      baseRevision,
      delta: { put: numbers.map((number) => ({ record: records[number - 1] ?? record(9) })), gone: [] },
      origin: origin === 'outside' ? { kind: origin, actor: null } : { kind: origin },
      freshness: fresh,
      at: baseRevision + 1,
    });
  await advance(0, [1, 2, 3], 'first-read');
  await advance(1, [4], 'outside');
}

export function listContract(makePlace: MakeStorePlace): void {
  describe('lists: zones', () => {
    const cases: readonly [ZoneFilter, string[]][] = [
      [{}, ['1', '2', '3']],
      [{ search: 'zone2' }, ['2']],
      [{ search: 'z_ne' }, []],
      [{ status: 'deleted' }, ['3']],
      [{ drifting: true }, ['1']],
      [{ drifting: false }, ['2', '3']],
      [{ stale: true }, ['2', '3']],
      [{ stale: false }, ['1']],
      [{ connectionId: other }, ['3']],
      [{ readers: [connectionId] }, ['1', '2']],
      [{ readers: [] }, []],
      [{ zoneIds: [zoneId(2), zoneId(3)], status: 'active' }, ['2']],
    ];
    it('are narrowed, counted, and no other tenant’s', () =>
      withStore(makePlace, async (store) => {
        await fill(store);
        const page = { order: 'name', descending: false, limit: 10 } as const;
        for (const [filter, expected] of cases) {
          const found = await store.zoneList.list(tenant, filter, page);
          const numbers = found.map((zone) => String(Number.parseInt(zone.facts.id.slice(1), 16)));
          assert.deepEqual(numbers, expected, JSON.stringify(filter));
          assert.equal(await store.zoneList.count(tenant, filter), expected.length);
        }
        assert.deepEqual(await store.zoneList.list(foreigner, {}, page), []);
      }));

    it('are read page by page in every order, both ways', () =>
      withStore(makePlace, async (store) => {
        await fill(store);
        const shownOf: Record<
          ZoneOrder,
          (zone: { name: string; records: number; at: number }) => string | number
        > = { name: ({ name }) => name, records: ({ records }) => records, verified: ({ at }) => at };
        for (const order of ['name', 'records', 'verified'] as const)
          for (const descending of [false, true]) {
            const seen: ZoneId[] = [];
            let after: { value: string | number; zoneId: ZoneId } | undefined;
            for (;;) {
              const page = { order, descending, limit: 1, ...(after === undefined ? {} : { after }) };
              const [zone] = await store.zoneList.list(tenant, {}, page);
              if (zone === undefined) break;
              seen.push(zone.facts.id);
              const told = {
                name: zone.facts.name,
                records: zone.recordCount,
                at: zone.freshness.verifiedAt ?? 0,
              };
              after = { value: shownOf[order](told), zoneId: zone.facts.id };
            }
            const whole = await store.zoneList.list(tenant, {}, { order, descending, limit: 10 });
            assert.deepEqual(
              seen,
              whole.map(({ facts: { id } }) => id),
              `${order} ${descending}`,
            );
            assert.equal(new Set(seen).size, 3);
          }
      }));
  });

  describe('lists: records', () => {
    const cases: readonly [RecordFilter, string[]][] = [
      [{}, ['1', '2', '3', '4']],
      [{ search: 'WWW' }, ['1']],
      [{ search: 'mail' }, ['2']],
      [{ search: 'owned by' }, ['2']],
      [{ search: 'a%b' }, ['3']],
      [{ search: 'a_b' }, []],
      [{ type: 'txt' }, ['4']],
      [{ type: 'A', search: 'zone1' }, ['1', '2', '3']],
    ];
    const list = (store: Store, filter: RecordFilter, order: RecordOrder, revision = 2) =>
      store.recordList.list(tenant, zoneId(1), filter, { revision, order, limit: 10 });
    const numbersOf = (found: Awaited<ReturnType<typeof list>>) =>
      found.map(({ record: { id } }) => String(Number.parseInt(id.slice(1), 16)));

    it('are of one revision, narrowed and counted', () =>
      withStore(makePlace, async (store) => {
        await fill(store);
        for (const [filter, expected] of cases) {
          assert.deepEqual(numbersOf(await list(store, filter, 'id')), expected, JSON.stringify(filter));
          assert.equal(await store.recordList.count(tenant, zoneId(1), 2, filter), expected.length);
        }
        assert.deepEqual(numbersOf(await list(store, {}, 'id', 1)), ['1', '2', '3']);
        await assert.rejects(list(store, {}, 'id', 3), { code: 'revision-not-found' });
        await assert.rejects(store.recordList.count(foreigner, zoneId(1), 2, {}), { code: 'zone-unknown' });
      }));

    it('of a zone that moved are found anew, and of its past as before', () =>
      withStore(makePlace, async (store) => {
        await fill(store);
        const filter = { search: 'www' };
        const seen = async (revision: number, order: RecordOrder) => [
          numbersOf(await list(store, filter, order, revision)).sort(),
          await store.recordList.count(tenant, zoneId(1), revision, filter),
        ];
        const orders = ['id', 'name', 'type'] as const;
        for (const order of orders) assert.deepEqual(await seen(2, order), [['1'], 1]);
        await store.mirror.advance(tenant, zoneId(1), {
          baseRevision: 2,
          delta: {
            put: [{ record: record(5, { name: 'www2.zone1.example' as DomainName }) }],
            gone: [record(1).id],
          },
          origin: { kind: 'outside', actor: null },
          freshness: fresh,
          at: 3,
        });
        for (const order of orders) {
          assert.deepEqual(await seen(3, order), [['5'], 1]);
          assert.deepEqual(await seen(2, order), [['1'], 1]);
        }
      }));

    it('are read page by page in every order', () =>
      withStore(makePlace, async (store) => {
        await fill(store);
        const orders = { id: ['1', '2', '3', '4'], name: ['3', '4', '2', '1'], type: ['3', '2', '1', '4'] };
        for (const [order, expected] of Object.entries(orders) as [RecordOrder, string[]][]) {
          const seen: string[] = [];
          let after: Awaited<ReturnType<typeof list>>[number]['place'] | undefined;
          for (;;) {
            const page = { revision: 2, order, limit: 1, ...(after === undefined ? {} : { after }) };
            const found = await store.recordList.list(tenant, zoneId(1), {}, page);
            if (found.length === 0) break;
            seen.push(...numbersOf(found));
            after = found[0]?.place;
          }
          assert.deepEqual(seen, expected, order);
        }
      }));
  });

  describe('figures', () => {
    const call = (at: number, more: Partial<ApiCall> = {}): ApiCall => ({
      tenantId: tenant,
      connectionId,
      at,
      method: 'GET',
      route: '/zones',
      status: 200,
      durationMs: 5,
      ray: null,
      error: null,
      budgetLeft: null,
      ...more,
    });

    it('of calls over time, by connection, and of the budget that is left', () =>
      withStore(makePlace, async ({ usage }) => {
        await usage.append([
          call(1_000, { budgetLeft: 900 }),
          call(1_999, { budgetLeft: 899 }),
          call(2_000, { status: 429, error: '10000' }),
          call(2_500, { connectionId: other, error: 'timeout', status: null, budgetLeft: 40 }),
          call(2_600, { tenantId: foreigner, budgetLeft: 1 }),
        ]);
        assert.deepEqual(await usage.series(tenant, { since: 0 }, 1_000), [
          { connectionId, at: 1_000, calls: 2, errors: 0, rateLimited: 0, budgetLeft: 899 },
          { connectionId, at: 2_000, calls: 1, errors: 1, rateLimited: 1, budgetLeft: null },
          { connectionId: other, at: 2_000, calls: 1, errors: 1, rateLimited: 0, budgetLeft: 40 },
        ]);
        assert.equal((await usage.series(tenant, { since: 2_000, connectionId: other }, 1_000)).length, 1);
        const left = (await usage.budgets(tenant, 0)).map((one) => [one.connectionId, one.budgetLeft]);
        assert.deepEqual(left, [
          [connectionId, 899],
          [other, 40],
        ]);
      }));

    it('for a monitor, over all tenants', () =>
      withStore(makePlace, async (store) => {
        const empty = await store.gauges.read(1_000);
        assert.deepEqual(
          [empty.calls, empty.budgetLeft, empty.oldestVerifiedAt, empty.connections],
          [{ ok: 0, failed: 0, rateLimited: 0 }, null, null, {}],
        );
        await fill(store);
        await store.usage.append([
          call(1, { budgetLeft: 1 }),
          call(400_000, { budgetLeft: 700 }),
          call(400_001, { budgetLeft: 600 }),
          call(400_002, { status: 429, error: '10000' }),
        ]);
        const { calls, budgetLeft, zones, oldestVerifiedAt } = await store.gauges.read(500_000);
        assert.deepEqual(calls, { ok: 2, failed: 1, rateLimited: 1 });
        assert.equal(budgetLeft, 600);
        assert.deepEqual(zones, { all: 2, neverRead: 1, stale: 0, unreadable: 0, drifting: 1 });
        assert.equal(oldestVerifiedAt, fresh.verifiedAt);
      }));
  });
}
