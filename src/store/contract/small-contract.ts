/** What every store keeps of audit, leases, budgets, usage, settings and sync states. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unseen } from '../../domains/tls/snapshot.ts';
import type { ApiCall } from '../../domains/usage/ports.ts';
import type { SyncState } from '../../domains/zones/signals/ports.ts';
import { bufferUsage } from '../buffer-usage.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { connectionId, event, facts, foreigner, gather, StillClock, tenant, zoneId } from './samples.ts';

export function auditContract(makePlace: MakeStorePlace): void {
  describe('audit', () => {
    it('chains each tenant by itself and reads by every filter', () =>
      withStore(makePlace, async ({ audit }) => {
        const many = Array.from({ length: 1_200 }, (_, number) =>
          event(number % 2 ? 'odd' : 'even', { at: number, payload: { number } }),
        );
        await audit.append(tenant, many);
        await audit.append(foreigner, [event('other')]);
        await audit.append(tenant, [event('last', { at: 5_000, zoneId: zoneId(1), connectionId })]);
        const all = await gather(audit.read(tenant, {}));
        assert.deepEqual(
          all.map((each) => each.sequence),
          Array.from({ length: 1_201 }, (_, index) => index + 1),
        );
        for (const [index, each] of all.entries()) {
          assert.equal(each.previousHash, all[index - 1]?.hash ?? '0'.repeat(64));
        }
        assert.deepEqual(await audit.head(tenant), { sequence: 1_201, hash: all.at(-1)?.hash });
        const count = async (filter: Parameters<typeof audit.read>[1]): Promise<number> =>
          (await gather(audit.read(tenant, filter))).length;
        assert.equal(await count({ kind: 'odd' }), 600);
        assert.equal(await count({ since: 1_000, until: 1_199 }), 200);
        assert.equal(await count({ afterSequence: 1_200 }), 1);
        assert.equal(await count({ zoneId: zoneId(1), connectionId }), 1);
        assert.equal(await count({ zoneId: zoneId(2) }), 0);
        const latest = await audit.latest(tenant, { kind: 'even' }, 2);
        assert.deepEqual(
          latest.map((each) => each.payload),
          [{ number: 1_198 }, { number: 1_196 }],
        );
      }));
  });
}

export function leaseContract(makePlace: MakeStorePlace): void {
  describe('leases', () => {
    it('have one holder, until it releases or its time runs out', () => {
      const clock = new StillClock();
      return withStore(
        makePlace,
        async ({ locks }) => {
          const first = await locks.acquire(zoneId(1), 'one', 10_000);
          assert.ok('renew' in first);
          assert.ok(first.remainingMs() > 9_000 && first.remainingMs() <= 10_000);
          const refused = { heldBy: 'one', untilMs: clock.at + 10_000 };
          assert.deepEqual(await locks.acquire(zoneId(1), 'two', 10_000), refused);
          assert.deepEqual(await locks.acquire(zoneId(1), 'one', 10_000), refused);
          assert.ok('renew' in (await locks.acquire(zoneId(2), 'two', 10_000)));
          clock.at += 9_000;
          assert.equal(await first.renew(10_000), true);
          clock.at += 9_000;
          assert.ok('heldBy' in (await locks.acquire(zoneId(1), 'two', 10_000)));
          clock.at += 1_000;
          assert.ok(first.remainingMs() <= 0);
          const second = await locks.acquire(zoneId(1), 'two', 10_000);
          assert.ok('renew' in second);
          assert.equal(await first.renew(10_000), false);
          await first.release();
          assert.ok('heldBy' in (await locks.acquire(zoneId(1), 'three', 10_000)));
          assert.ok(second.remainingMs() > 0);
          await second.release();
          assert.equal(second.remainingMs(), 0);
          assert.ok('renew' in (await locks.acquire(zoneId(1), 'three', 10_000)));
        },
        clock,
      );
    });

    it('are believed for less, never more, when the clock jumps', () => {
      const clock = new StillClock();
      return withStore(
        makePlace,
        async ({ locks }) => {
          const lease = await locks.acquire(zoneId(1), 'one', 10_000);
          assert.ok('renew' in lease);
          clock.at -= 60_000;
          assert.ok(lease.remainingMs() <= 10_000);
          clock.at += 120_000;
          assert.ok(lease.remainingMs() <= 0);
        },
        clock,
      );
    });
  });
}

export function budgetContract(makePlace: MakeStorePlace): void {
  describe('budget', () => {
    it('steps one state for each key, or not at all', () =>
      withStore(makePlace, async ({ budget }) => {
        const step = (by: number) => (state: unknown, nowMs: number) => {
          assert.ok(nowMs > 0);
          const next = (typeof state === 'number' ? state : 0) + by;
          return { state: next, result: next };
        };
        assert.equal(await budget.update('a', step(1)), 1);
        assert.equal(await budget.update('a', step(2)), 3);
        assert.equal(await budget.update('b', step(5)), 5);
        const failure = new Error('no');
        const failing = budget.update('a', () => {
          throw failure;
        });
        await assert.rejects(failing, failure);
        assert.equal(await budget.update('a', step(0)), 3);
      }));

    it('lets calls of one process stand in line', () =>
      withStore(makePlace, async ({ budget, audit }) => {
        const step = (state: unknown) => {
          const next = (typeof state === 'number' ? state : 0) + 1;
          return { state: next, result: next };
        };
        const results = await Promise.all(
          Array.from({ length: 100 }, async () => {
            await audit.append(tenant, [event('a')]);
            return budget.update('a', step);
          }),
        );
        assert.equal(new Set(results).size, 100);
        assert.equal((await audit.head(tenant)).sequence, 100);
      }));
  });
}

export function usageContract(makePlace: MakeStorePlace): void {
  describe('usage', () => {
    const call = (more: Partial<ApiCall>): ApiCall => ({
      tenantId: tenant,
      connectionId,
      at: 1_000,
      method: 'GET',
      route: '/zones',
      status: 200,
      durationMs: 20.4,
      ray: null,
      error: null,
      budgetLeft: 1_100.5,
      ...more,
    });

    it('sums up by connection', () =>
      withStore(makePlace, async ({ usage }) => {
        await usage.append([
          call({}),
          call({ at: 2_000, status: 429, error: '10429', durationMs: 900 }),
          call({ at: 3_000, status: null, error: 'cloudflare-unanswered', route: '/zones/{zone_id}' }),
          call({ connectionId: null, status: 400, error: '10429' }),
          call({ tenantId: foreigner, error: 'x' }),
        ]);
        const summary = await usage.summary(tenant, { since: 0, connectionId });
        assert.deepEqual(
          { ...summary, lastError: summary.lastError?.route },
          {
            calls: 3,
            errors: { '10429': 1, 'cloudflare-unanswered': 1 },
            rateLimited: 1,
            routes: [
              { route: '/zones', calls: 2, slowestMs: 900 },
              { route: '/zones/{zone_id}', calls: 1, slowestMs: 20 },
            ],
            lastError: '/zones/{zone_id}',
          },
        );
        assert.equal((await usage.summary(tenant, { since: 0 })).calls, 4);
        const errors = await usage.calls(tenant, { since: 1_500, errorsOnly: true }, 1);
        assert.deepEqual(
          errors.map((each) => [each.at, each.budgetLeft, each.durationMs]),
          [[3_000, 1_100, 20]],
        );
        assert.equal(await usage.prune(2_000), 3);
        assert.equal((await usage.calls(tenant, { since: 0 }, 10)).length, 2);
      }));

    it('gathers reports and appends them together', () =>
      withStore(makePlace, async ({ usage }) => {
        const clock = new StillClock();
        const buffer = bufferUsage(usage, clock, { callsMax: 3 });
        const sink = buffer.sinkFor(tenant, connectionId);
        const { tenantId: _tenant, connectionId: _connection, ...report } = call({});
        for (let count = 0; count < 5; count += 1) sink.report(report);
        assert.equal(buffer.dropped(), 2);
        await buffer.close();
        sink.report(report);
        assert.equal(buffer.dropped(), 3);
        assert.equal((await usage.summary(tenant, { since: 0, connectionId })).calls, 3);
      }));
  });
}

export function settingsContract(makePlace: MakeStorePlace): void {
  describe('settings and sync states', () => {
    it('keep small values', () =>
      withStore(makePlace, async ({ settings, id }) => {
        assert.match(id, /^store_/);
        assert.equal(await settings.get('k'), null);
        assert.equal(await settings.setIfAbsent('k', 'one'), 'one');
        assert.equal(await settings.setIfAbsent('k', 'two'), 'one');
        await settings.set('k', 'three');
        assert.equal(await settings.get('k'), 'three');
        await refuses('text-not-storable', () => settings.set('k', 'a\0b'));
        await refuses('text-not-storable', () => settings.set('k', 'a\ud800b'));
      }));

    it('keep the rounds of a connection and the marks of its zones', () =>
      withStore(makePlace, async ({ sync, mirror }) => {
        const state = { discoveredAt: 5, auditLog: 'refused', auditSeen: ['x'] } as unknown as SyncState;
        assert.equal(await sync.load(tenant, connectionId), null);
        await sync.save(tenant, connectionId, state);
        await sync.save(tenant, connectionId, { ...state, discoveredAt: 6 });
        assert.deepEqual(await sync.load(tenant, connectionId), { ...state, discoveredAt: 6 });
        assert.equal(await sync.load(foreigner, connectionId), null);
        await mirror.putZones(tenant, connectionId, [facts(1)], 1);
        const mark = { serial: 7 } as Parameters<typeof sync.putMarks>[1] extends ReadonlyMap<
          unknown,
          infer M
        >
          ? M
          : never;
        await sync.putMarks(
          tenant,
          new Map([
            [zoneId(1), mark],
            [zoneId(2), mark],
          ]),
        );
        assert.deepEqual([...(await sync.marks(tenant, connectionId))], [[zoneId(1), mark]]);
        assert.equal((await sync.marks(foreigner, connectionId)).size, 0);
      }));
  });
}

export function tlsSnapshotContract(makePlace: MakeStorePlace): void {
  describe('TLS snapshots', () => {
    it('are replaced version by version, told by tenant, and found when due', () =>
      withStore(makePlace, async ({ tlsSnapshots }) => {
        const zone = { tenantId: tenant, zoneId: zoneId(1), zoneName: 'shop.example' as never };
        const first = { ...unseen(zone, 1_000), version: 1 };
        assert.equal(await tlsSnapshots.get(tenant, zoneId(1)), null);
        await tlsSnapshots.put(first, [event('certificate.status')]);
        assert.deepEqual(await tlsSnapshots.get(tenant, zoneId(1)), first);
        await refuses('tls-snapshot-moved', () => tlsSnapshots.put(first, []));
        const next = { ...first, readAt: 2_000, dueAt: 3_000, version: 2 };
        await tlsSnapshots.put(next, []);
        assert.deepEqual(await tlsSnapshots.list(tenant), [next]);
        assert.deepEqual(await tlsSnapshots.list(foreigner), []);
        assert.equal(await tlsSnapshots.get(foreigner, zoneId(1)), null);
        assert.deepEqual(await tlsSnapshots.due(2_999, 10), []);
        assert.deepEqual(await tlsSnapshots.due(3_000, 10), [next]);
        await tlsSnapshots.put({ ...next, dueAt: null, version: 3 }, []);
        assert.deepEqual(await tlsSnapshots.due(9_999, 10), []);
      }));
  });
}
