/** What every store finds over all zones of a tenant. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectionId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import { connectionId, facts, foreigner, fresh, record, tenant, zoneId } from './samples.ts';

export function finderContract(makePlace: MakeStorePlace): void {
  const long = `v=${'x'.repeat(300)}`;
  const put = (store: Store): Promise<void> =>
    (async () => {
      await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
      await store.mirror.putZones(tenant, 'con_b' as ConnectionId, [facts(2), facts(3)], 1);
      const shared = [
        record(1, {
          name: 'www.zone1.example' as DomainName,
          comment: 'Owned by Web team',
          tags: ['Env:Prod'],
        }),
        record(2, { name: 'a%b.zone1.example' as DomainName, content: '203.0.113.7' }),
        record(3, { rdata: { type: 'TXT', text: long }, content: `${long}A` }),
        record(4, { rdata: { type: 'TXT', text: long }, content: `${long}B` }),
      ];
      for (const number of [1, 2, 3]) {
        await store.mirror.advance(tenant, zoneId(number), {
          baseRevision: 0,
          delta: { put: shared.map((each) => ({ record: each })), gone: [] },
          origin: { kind: 'first-read' },
          freshness: fresh,
          at: 1,
        });
      }
      await store.mirror.advance(tenant, zoneId(1), {
        baseRevision: 1,
        delta: { put: [{ record: record(2, { content: '203.0.113.8' }) }], gone: [] },
        origin: { kind: 'outside', actor: null },
        freshness: fresh,
        at: 2,
      });
      await store.mirror.putZones(tenant, 'con_b' as ConnectionId, [facts(3, { status: 'deleted' })], 3);
    })();
  const cases = [
    [{ content: '203.0.113.7' }, ['2:2']],
    [{ content: '203.0.113.*' }, ['1:2', '2:2']],
    [{ content: '*.113.8' }, ['1:2']],
    [{ content: `${long}A`.toUpperCase() }, ['1:3', '2:3']],
    [{ content: '*XA' }, ['1:3', '2:3']],
    [{ name: 'WWW.zone1.example' }, ['1:1', '2:1']],
    [{ name: 'a%*' }, ['2:2']],
    [{ name: '*%b.zone1.example' }, ['2:2']],
    [{ name: '*%w.zone1.example' }, []],
    [{ type: 'txt', connectionId }, ['1:3', '1:4']],
    [{ comment: 'web TEAM' }, ['1:1', '2:1']],
    [{ comment: 'web_team' }, []],
    [{ tag: 'env:prod' }, ['1:1', '2:1']],
    [{ tag: 'Env' }, ['1:1', '2:1']],
    [{ tag: 'en' }, []],
    [{ type: 'A', content: '192.0.2.1', name: 'www*', connectionId }, ['1:1']],
  ] as const;

  describe('mirror: finding', () => {
    it('finds current records over all zones', () =>
      withStore(makePlace, async (store) => {
        await put(store);
        for (const [query, expected] of cases) {
          const found = await store.mirror.findRecords(tenant, query, { limit: 100 });
          const places = found.map((each) => `${each.zoneId.slice(-1)}:${each.record.id.slice(-1)}`);
          assert.deepEqual(places, expected, JSON.stringify(query));
          assert.deepEqual(await store.mirror.findRecords(foreigner, query, { limit: 100 }), []);
        }
      }));

    it('goes on after a place', () =>
      withStore(makePlace, async (store) => {
        await put(store);
        const all = await store.mirror.findRecords(tenant, {}, { limit: 100 });
        assert.equal(all.length, 8);
        const paged: (typeof all)[number][] = [];
        for (;;) {
          const last = paged.at(-1);
          const after = last && { zoneId: last.zoneId, recordId: last.record.id };
          const page = await store.mirror.findRecords(tenant, {}, { limit: 3, ...(after ? { after } : {}) });
          if (page.length === 0) break;
          paged.push(...page);
        }
        assert.deepEqual(paged, all);
      }));
  });
}
