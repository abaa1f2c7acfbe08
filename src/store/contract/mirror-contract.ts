/** What every store's mirror keeps: zones, records as versions, revisions, freshness. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeSetId, ConnectionId, ZoneId } from '../../base/ids.ts';
import type { MirrorDelta, RevisionOrigin } from '../../domains/zones/model.ts';
import type { ShownList } from '../../domains/zones/ports.ts';
import type { Store } from '../open-store.ts';
import { recordHash } from '../record-hash.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import {
  batch,
  changeSet,
  connectionId,
  facts,
  foreigner,
  fresh,
  gather,
  landed,
  record,
  recordId,
  tenant,
  zoneId,
} from './samples.ts';

const outside: RevisionOrigin = { kind: 'outside', actor: null };
const unread = { verifiedAt: null, signal: null, staleSince: null, unreadable: null };

/** Advances zone 1, or the one that is said, from `base`. */
export function advance(
  store: Store,
  base: number,
  delta: Partial<MirrorDelta>,
  more: { readonly origin?: RevisionOrigin; readonly at?: number; readonly id?: ZoneId } = {},
): Promise<number> {
  return store.mirror.advance(tenant, more.id ?? zoneId(1), {
    baseRevision: base,
    delta: { put: [], gone: [], ...delta },
    origin: more.origin ?? (base === 0 ? { kind: 'first-read' } : outside),
    freshness: fresh,
    at: more.at ?? 1_000 + base,
  });
}

export function put(...records: ReturnType<typeof record>[]): Pick<MirrorDelta, 'put'> {
  return { put: records.map((each) => ({ record: each })) };
}

/** The addresses of zone 1's records by id number, as of a revision. */
async function contents(store: Store, revision?: number): Promise<Record<string, unknown>> {
  const records = await gather(store.mirror.records(tenant, zoneId(1), revision));
  return Object.fromEntries(
    records.map((each) => [Number(`0x${each.record.id.slice(1)}`), each.record.received['content']]),
  );
}

async function oneZone(store: Store): Promise<void> {
  await store.mirror.putZones(tenant, connectionId, [facts(1)], 500);
}

export function zoneContract(makePlace: MakeStorePlace): void {
  describe('mirror: zones', () => {
    it('keeps facts, in name order, and what it knows across refreshes', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await mirror.putZones(tenant, connectionId, [facts(2), facts(1)], 500);
        await advance(store, 0, put(record(1)));
        await mirror.putZones(tenant, 'con_b' as ConnectionId, [facts(1, { status: 'moved' })], 600);
        const zones = await mirror.listZones(tenant);
        assert.deepEqual(
          zones.map((zone) => zone.facts.name),
          ['zone1.example', 'zone2.example'],
        );
        assert.deepEqual(await mirror.getZone(tenant, zoneId(1)), {
          tenantId: tenant,
          connectionId: 'con_b',
          facts: facts(1, { status: 'moved' }),
          revision: 1,
          recordCount: 1,
          freshness: fresh,
        });
        assert.deepEqual((await mirror.getZone(tenant, zoneId(2)))?.freshness, unread);
        assert.equal((await mirror.listZones(tenant, { connectionId })).length, 2);
        assert.equal((await mirror.listZones(tenant, { name: 'zone2.example' })).length, 1);
        assert.equal((await mirror.listZones(tenant, { name: 'zone' })).length, 0);
      }));

    it('takes more zones than fit one statement', () =>
      withStore(makePlace, async ({ mirror }) => {
        const zones = Array.from({ length: 2_345 }, (_, number) => facts(number));
        await mirror.putZones(tenant, connectionId, zones, 500);
        await mirror.putZones(tenant, connectionId, zones, 600);
        assert.equal((await mirror.listZones(tenant)).length, 2_345);
      }));

    it('goes on behind a place, whatever comes and goes meanwhile', () =>
      withStore(makePlace, async ({ mirror }) => {
        const other = 'con_b' as ConnectionId;
        const twin = facts(9, { name: facts(2).name });
        await mirror.putZones(tenant, connectionId, [twin, facts(4), facts(2)], 500);
        await mirror.putZones(tenant, other, [facts(3)], 500);
        const walk = async (after?: { name: string; zoneId: ReturnType<typeof zoneId> }, filter = {}) => {
          const page = mirror.zonePages(tenant, filter, { chunk: 2, ...(after ? { after } : {}) });
          for await (const chunk of page) return chunk.map(({ facts: { id } }) => id);
          return [];
        };
        assert.deepEqual(await walk(), [zoneId(2), zoneId(9)]);
        // One comes in before the place, one behind it; the place itself goes out of the list.
        await mirror.putZones(tenant, connectionId, [facts(1), facts(5)], 600);
        await mirror.unsee(tenant, connectionId, zoneId(9));
        const place = { name: 'zone2.example', zoneId: zoneId(9) };
        assert.deepEqual(await walk(place), [zoneId(3), zoneId(4)]);
        assert.deepEqual(await walk(place, { connectionId }), [zoneId(4), zoneId(5)]);
        assert.deepEqual(await walk({ name: 'zone2.example', zoneId: zoneId(2) }), [zoneId(9), zoneId(3)]);
        assert.deepEqual(await walk({ name: 'zone4', zoneId: zoneId(0) }, { connectionId: other }), []);
      }));

    it('sets freshness', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const stale = { verifiedAt: 1, signal: 'soa-serial', staleSince: 2 } as const;
        await store.mirror.setFreshness(tenant, zoneId(1), stale);
        assert.deepEqual((await store.mirror.getZone(tenant, zoneId(1)))?.freshness, {
          ...stale,
          unreadable: null,
        });
        await refuses('zone-unknown', () => store.mirror.setFreshness(tenant, zoneId(9), stale));
      }));
  });
}

export function recordContract(makePlace: MakeStorePlace): void {
  describe('mirror: records', () => {
    it('go on behind an id, in the latest revision and in one that is past', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const six = [1, 2, 3, 4, 5, 6].map((number) => record(number));
        await advance(store, 0, put(...six));
        const walk = async (after: number, revision?: number) => {
          const pages = store.mirror.records(tenant, zoneId(1), revision, {
            after: recordId(after),
            chunk: 2,
          });
          for await (const chunk of pages) return chunk.map((each) => each.record.id);
          return [];
        };
        assert.deepEqual(await walk(2), [recordId(3), recordId(4)]);
        await advance(store, 1, { ...put(record(0), record(7)), gone: [recordId(2), recordId(4)] });
        assert.deepEqual(await walk(2), [recordId(3), recordId(5)]);
        assert.deepEqual(await walk(2, 1), [recordId(3), recordId(4)]);
        assert.deepEqual(await walk(6), [recordId(7)]);
        assert.deepEqual(await walk(6, 1), []);
      }));

    it('gives back every record as it came', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const whole = {
          ...record(1, {
            rdata: { type: 'TXT', text: 'a\udc80\0b' },
            content: 'a\udc80\0b',
            ttl: 300,
            proxied: true,
            comment: 'note \u0000 \ud800',
            tags: ['a:b', 'c'],
            settings: ['flatten_cname'],
            privateRouting: true,
          }),
          readOnly: 'made by Email Routing',
          modifiedOn: null,
        };
        await advance(store, 0, put(whole, record(2)));
        const found = await gather(store.mirror.records(tenant, zoneId(1)));
        assert.deepEqual(
          found.map((each) => each.record),
          [whole, record(2)],
        );
        assert.notEqual(found[0]?.lineageId, found[1]?.lineageId);
      }));

    it('shows any revision, and writes only what changed', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const other = record(2, { content: '192.0.2.2' });
        assert.equal(await advance(store, 0, put(record(1), record(2), record(3))), 1);
        assert.equal(await advance(store, 1, put(record(1), other)), 2);
        assert.equal(await advance(store, 2, { ...put(record(4)), gone: [recordId(1), recordId(77)] }), 3);
        assert.deepEqual(await contents(store, 0), {});
        assert.deepEqual(await contents(store, 1), { 1: '192.0.2.1', 2: '192.0.2.1', 3: '192.0.2.1' });
        assert.deepEqual(await contents(store, 2), { 1: '192.0.2.1', 2: '192.0.2.2', 3: '192.0.2.1' });
        assert.deepEqual(await contents(store), { 2: '192.0.2.2', 3: '192.0.2.1', 4: '192.0.2.1' });
        const zone = await store.mirror.getZone(tenant, zoneId(1));
        assert.deepEqual([zone?.revision, zone?.recordCount], [3, 3]);
        const revisions = await store.mirror.revisions(tenant, zoneId(1), 10);
        assert.deepEqual(
          revisions.map(({ revision, created, updated, deleted }) => [revision, created, updated, deleted]),
          [
            [3, 1, 0, 1],
            [2, 0, 1, 0],
            [1, 3, 0, 0],
          ],
        );
        await refuses('revision-not-found', () => gather(store.mirror.records(tenant, zoneId(1), 4)));
        assert.deepEqual((await store.check()).problems, []);
      }));

    it('doubts a list that our own write speaks against', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const ours: RevisionOrigin = { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId };
        const at = (number: number, modifiedOn: string | null) => ({ ...record(number), modifiedOn });
        await advance(store, 0, put(record(1), record(2), record(3), record(4)));
        const changed = { ...record(2, { content: '192.0.2.2' }), modifiedOn: '2026-01-01T10:00:05.5Z' };
        await advance(
          store,
          1,
          { ...put(changed, record(5)), gone: [recordId(1)] },
          { origin: ours, at: 5_000 },
        );
        await advance(store, 2, { gone: [recordId(3)] }, { at: 6_000 });
        const shown = [record(1), record(3), record(6), at(2, '2026-01-01T10:00:04Z')];
        const list = { shown, missing: [recordId(4), recordId(5), recordId(7)] };
        const doubts = (since: number, more = list) => store.mirror.doubts(tenant, zoneId(1), more, since);
        const { outdated, unconfirmed } = await doubts(5_000);
        assert.deepEqual([...outdated].sort(), [recordId(1), recordId(2)]);
        assert.deepEqual([...unconfirmed], [recordId(5)]);
        for (const modifiedOn of ['2026-01-01T10:00:05.5Z', '2026-01-01T10:00:06Z', null]) {
          const { outdated: none } = await doubts(5_000, { shown: [at(2, modifiedOn)], missing: [] });
          assert.equal(none.size, 0);
        }
        assert.equal((await doubts(5_001)).outdated.size, 0);
        // Also of what somebody else changed: time does not go back.
        const theirChange = { ...record(4, { content: '192.0.2.4' }), modifiedOn: '2026-01-01T10:00:09Z' };
        await advance(store, 3, put(theirChange), { at: 7_000 });
        const old = { shown: [at(4, '2026-01-01T10:00:08Z'), record(3)], missing: [recordId(4)] };
        const late = await doubts(7_000, old);
        assert.deepEqual([[...late.outdated], [...late.unconfirmed]], [[recordId(4)], []]);
        assert.equal((await doubts(7_001, old)).outdated.size, 0);
        const theirs = await store.mirror.doubts(foreigner, zoneId(1), list, 0);
        assert.equal(theirs.outdated.size + theirs.unconfirmed.size, 0);
      }));

    it("doubts a list that another tenant's write speaks against, also where it is as the mirror has it", () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        await store.mirror.putZones(foreigner, connectionId, [facts(1)], 500);
        const first = [record(1), record(2), record(3), record(4)];
        await advance(store, 0, put(...first));
        const theirs = { ...changeSet('b'), tenantId: foreigner };
        await store.journal.create(theirs, []);
        await store.mirror.advance(foreigner, zoneId(1), {
          baseRevision: 0,
          delta: { gone: [], ...put(...first) },
          origin: { kind: 'first-read' },
          freshness: fresh,
          at: 900,
        });
        const changed = { ...record(2, { content: '192.0.2.2' }), modifiedOn: '2026-01-01T10:00:05.5Z' };
        const entry = { ...batch('b', 1), tenantId: foreigner, sentAt: 4_000 };
        await store.journal.recordIntent(entry, []);
        await store.journal.recordOutcome(
          entry,
          { ...landed, decidedAt: 5_000 },
          [],
          {
            delta: { ...put(changed, record(5)), gone: [recordId(1)] },
            origin: { kind: 'change-set', changeSetId: theirs.id },
            freshness: fresh,
            at: 5_000,
          },
          [],
        );
        const times = (...numbers: number[]) =>
          new Map(numbers.map((one) => [recordId(one), Date.parse(record(one).modifiedOn ?? '')]));
        const doubts = async (list: ShownList, since = 4_000) => {
          const found = await store.mirror.doubts(tenant, zoneId(1), list, since);
          return [[...found.outdated].sort(), [...found.unconfirmed]];
        };
        const none = { shown: [], missing: [] };
        const before = { ...none, times: times(1, 2, 3, 4) };
        // The list from before, which is as this tenant's mirror has it.
        assert.deepEqual(await doubts(before), [[recordId(1), recordId(2)], [recordId(5)]]);
        // The list of today, and what of a list is known before its end.
        const at = (text: string) => new Map([[recordId(2), Date.parse(text)]]);
        const today = {
          shown: [changed, record(5)],
          missing: [recordId(1)],
          times: new Map([...times(3, 4, 5), ...at('2026-01-01T10:00:05.5Z')]),
        };
        assert.deepEqual(await doubts(today), [[], []]);
        // Changed by the other and changed back since: as this tenant's mirror has it, and yet of today.
        const back = { ...none, times: new Map([...times(3, 4, 5), ...at('2026-01-01T10:00:06Z')]) };
        assert.deepEqual(await doubts(back), [[], []]);
        assert.deepEqual(await doubts({ ...none, shown: [record(1)] }), [[recordId(1)], []]);
        assert.deepEqual(await doubts(before, 5_001), [[], []]);
        // The writer itself is told by its own revisions.
        const own = await store.mirror.doubts(foreigner, zoneId(1), before, 4_000);
        assert.equal(own.outdated.size + own.unconfirmed.size, 0);
      }));

    it('knows which records are ours: by their beginning, as far as that is kept', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const ours = { origin: { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId } } as const;
        const made = async () => [...(await store.mirror.madeByUs(tenant, zoneId(1)))].sort();
        await advance(store, 0, put(record(1), record(2)));
        assert.deepEqual(await made(), []);
        // We change one of theirs, and make two; someone changes one of ours; one is deleted and comes back.
        await advance(store, 1, put(record(1, { content: '192.0.2.9' }), record(3), record(4)), ours);
        await advance(store, 2, put(record(3, { content: '192.0.2.9' }), record(5)));
        await advance(store, 3, { gone: [recordId(4)] });
        const back = [{ record: record(6), continues: recordId(4) }];
        await advance(store, 4, { put: back }, ours);
        assert.deepEqual(await made(), [recordId(3), recordId(6)]);
        assert.equal((await store.mirror.madeByUs(foreigner, zoneId(1))).size, 0);
        await store.mirror.prune(tenant, 1_003);
        // Whose beginning is pruned is nobody's; what we brought back began with us, as far as is known.
        assert.deepEqual(await made(), [recordId(6)]);
      }));

    it('moves freshness alone when nothing changed', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        await advance(store, 0, put(record(1)));
        const later = { ...record(1), received: { ...record(1).received, modified_on: 'later' } };
        assert.equal(await advance(store, 1, put(later)), 1);
        assert.equal(await advance(store, 1, {}), 1);
        assert.deepEqual((await store.mirror.getZone(tenant, zoneId(1)))?.freshness, fresh);
        assert.equal((await store.mirror.revisions(tenant, zoneId(1), 10)).length, 1);
      }));

    it('refuses a base that is not where the zone is', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        await advance(store, 0, put(record(1)));
        await refuses('mirror-moved', () => advance(store, 0, put(record(2))));
        await refuses('zone-unknown', () =>
          store.mirror.advance(tenant, zoneId(9), {
            baseRevision: 0,
            delta: { put: [], gone: [] },
            origin: outside,
            freshness: fresh,
            at: 1,
          }),
        );
        assert.deepEqual(await contents(store), { 1: '192.0.2.1' });
      }));

    it('gives the hashes that a full read compares with', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const changed = record(1, { content: '192.0.2.7' });
        await advance(store, 0, put(record(1), record(2)));
        await advance(store, 1, { ...put(changed), gone: [recordId(2)] });
        const hashes = await store.mirror.recordHashes(tenant, zoneId(1));
        assert.deepEqual([...hashes], [[recordId(1), recordHash(changed)]]);
      }));

    it('shows one state while the zone moves on under a slow reader', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        const many = Array.from({ length: 2_500 }, (_, number) => record(number));
        await advance(store, 0, put(...many));
        const seen: unknown[] = [];
        for await (const chunk of store.mirror.records(tenant, zoneId(1))) {
          seen.push(...chunk.map((each) => each.record.received['content']));
          const { revision } = (await store.mirror.getZone(tenant, zoneId(1))) ?? { revision: 0 };
          const moved = record(2_400, { content: `198.51.100.${revision}` });
          await advance(store, revision, { ...put(moved), gone: [recordId(2_300 + revision)] });
        }
        assert.equal(seen.length, 2_500);
        assert.ok(seen.every((content) => content === '192.0.2.1'));
      }));

    it('follows a record through its ids', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await oneZone(store);
        await advance(store, 0, put(record(1)));
        await advance(store, 1, { gone: [recordId(1)] });
        await advance(store, 2, { put: [{ record: record(2), continues: recordId(1) }] });
        await advance(store, 3, { put: [{ record: record(3), continues: recordId(99) }] });
        await advance(store, 4, { ...put(record(1, { content: '192.0.2.5' })), gone: [recordId(2)] });
        const life = await mirror.recordVersions(tenant, zoneId(1), recordId(2));
        assert.deepEqual(
          life.map((version) => [version.record.id, version.fromRevision, version.toRevision]),
          [
            [recordId(1), 1, 2],
            [recordId(2), 3, 5],
            [recordId(1), 5, null],
          ],
        );
        assert.equal((await mirror.recordVersions(tenant, zoneId(1), recordId(3))).length, 1);
        assert.deepEqual(await mirror.recordVersions(tenant, zoneId(1), recordId(50)), []);
      }));
  });
}

export function revisionContract(makePlace: MakeStorePlace): void {
  describe('mirror: revisions', () => {
    it('keeps every origin, and times that never run backwards', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await oneZone(store);
        const actor = { actor: 'a@example.com', interface: 'dash', changedAt: 77 };
        const origins: RevisionOrigin[] = [
          { kind: 'first-read' },
          { kind: 'outside', ...actor },
          { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId },
        ];
        const times = [1_000, 3_000, 2_000];
        for (const [index, origin] of origins.entries()) {
          await advance(store, index, put(record(index)), { origin, at: times[index] ?? 0 });
        }
        const revisions = await mirror.revisionsIn(tenant, zoneId(1), { after: 0, upTo: 9 });
        assert.deepEqual(
          revisions.map((revision) => revision.origin),
          origins,
        );
        assert.deepEqual(
          revisions.map((revision) => revision.at),
          [1_000, 3_000, 3_000],
        );
        const at = (moment: number): Promise<number | null> => mirror.revisionAt(tenant, zoneId(1), moment);
        assert.deepEqual([await at(999), await at(1_000), await at(2_500), await at(9_000)], [null, 1, 1, 3]);
      }));

    it('gives what a range changed, each version once', () =>
      withStore(makePlace, async (store) => {
        await oneZone(store);
        await advance(store, 0, put(record(1), record(2), record(3)));
        await advance(store, 1, put(record(1, { content: '192.0.2.2' })));
        await advance(store, 2, { ...put(record(1, { content: '192.0.2.3' })), gone: [recordId(2)] });
        const versions = await gather(store.mirror.versionsIn(tenant, zoneId(1), { after: 1, upTo: 3 }));
        const seen = versions.map(
          (each) => `${each.record.id.slice(-1)}:${each.fromRevision}-${each.toRevision}`,
        );
        assert.deepEqual(seen.sort(), ['1:1-2', '1:2-3', '1:3-null', '2:1-3']);
      }));

    it('names the actor of an outside revision once', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await oneZone(store);
        await advance(store, 0, put(record(1)));
        await advance(store, 1, put(record(2)));
        await mirror.nameActor(tenant, zoneId(1), 1, { actor: 'x' });
        await mirror.nameActor(tenant, zoneId(1), 2, { actor: 'first', interface: 'dash' });
        await mirror.nameActor(tenant, zoneId(1), 2, { actor: 'second' });
        const origins = (await mirror.revisions(tenant, zoneId(1), 2)).map((revision) => revision.origin);
        assert.deepEqual(origins, [
          { kind: 'outside', actor: 'first', interface: 'dash' },
          { kind: 'first-read' },
        ]);
      }));

    it('marks drift as seen, forward only', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        const page = { limit: 10 };
        await oneZone(store);
        await advance(store, 0, put(record(1)));
        assert.deepEqual(await mirror.unacknowledged(tenant, {}, page), []);
        await advance(store, 1, put(record(2)));
        const drifted = [{ zoneId: zoneId(1), acknowledged: 0 }];
        assert.deepEqual(await mirror.unacknowledged(tenant, {}, page), drifted);
        assert.deepEqual(
          await mirror.unacknowledged(tenant, { connectionId, zoneId: zoneId(1) }, page),
          drifted,
        );
        assert.deepEqual(await mirror.unacknowledged(tenant, { zoneId: zoneId(2) }, page), []);
        assert.deepEqual(await mirror.unacknowledged(foreigner, {}, page), []);
        await mirror.acknowledge(tenant, zoneId(1), 2, []);
        await mirror.acknowledge(tenant, zoneId(1), 1, []);
        assert.deepEqual(await mirror.unacknowledged(tenant, {}, page), []);
        await advance(store, 2, put(record(3)));
        assert.deepEqual(await mirror.unacknowledged(tenant, {}, page), [
          { zoneId: zoneId(1), acknowledged: 2 },
        ]);
      }));

    it('tells drifted zones page by page, behind a zone that need not be there', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        const ids = [1, 2, 3].map((number) => zoneId(number));
        await mirror.putZones(
          tenant,
          connectionId,
          [1, 2, 3].map((number) => facts(number)),
          500,
        );
        for (const id of ids) {
          for (const base of [0, 1]) await advance(store, base, put(record(base)), { id });
        }
        const page = async (after: ZoneId | undefined, limit: number): Promise<ZoneId[]> => {
          const behind = after === undefined ? {} : { after };
          const zones = await mirror.unacknowledged(tenant, {}, { ...behind, limit });
          return zones.map((zone) => zone.zoneId);
        };
        assert.deepEqual(await page(undefined, 2), ids.slice(0, 2));
        assert.deepEqual(await page(ids[1], 2), ids.slice(2));
        assert.deepEqual(await page(ids[2], 2), []);
        assert.deepEqual(await page('' as ZoneId, 3), ids);
      }));

    it('prunes what no moment since then needs, and never the latest', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await oneZone(store);
        for (let revision = 0; revision < 5; revision += 1) {
          await advance(store, revision, put(record(1, { content: `192.0.2.${revision}` })));
        }
        assert.deepEqual(await mirror.prune(tenant, 1_002), { zones: 1, revisions: 2, versions: 2 });
        assert.deepEqual(await mirror.prune(tenant, 1_002), { zones: 0, revisions: 0, versions: 0 });
        assert.deepEqual(await contents(store, 3), { 1: '192.0.2.2' });
        await refuses('revision-not-found', () => gather(mirror.records(tenant, zoneId(1), 2)));
        assert.equal(await mirror.revisionAt(tenant, zoneId(1), 1_001), null);
        await mirror.prune(tenant, Number.MAX_SAFE_INTEGER);
        assert.deepEqual(await contents(store), { 1: '192.0.2.4' });
        assert.deepEqual((await store.check()).problems, []);
      }));
  });
}
