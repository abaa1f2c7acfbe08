import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConnectionId } from '../../base/ids.ts';
import { type DiscoverInput, type Discovery, discoverZones } from './discover-zones.ts';
import { accountId, FakeCloudflare, failure } from './fake-cloudflare.ts';
import { connectionId, FakeClock, FakeMirror, principal, tenantId } from './fakes.ts';

interface World {
  readonly cloudflare: FakeCloudflare;
  readonly mirror: FakeMirror;
  discover(input?: Partial<DiscoverInput>): Promise<Discovery>;
  names(list: readonly { readonly name: string }[]): string[];
}

function world(zones: number): World {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  for (let i = 0; i < zones; i += 1) cloudflare.addZone(`zone-${String(i).padStart(3, '0')}.example`);
  return {
    cloudflare,
    mirror,
    discover: (input = {}) =>
      discoverZones(
        { reader: cloudflare, mirror, sightings: mirror, trail: mirror, clock },
        { tenantId, connectionId, accountId, principal, ...input },
      ),
    names: (list) => list.map(({ name }) => name),
  };
}

test('finds all zones, 50 a call, and tells the new ones from the known', async () => {
  const { cloudflare, mirror, discover, names } = world(120);
  const first = await discover();
  assert.deepEqual(
    [
      first.seen,
      first.appeared.length,
      first.calls,
      first.complete,
      (await mirror.listZones(tenantId)).length,
    ],
    [120, 120, 3, true, 120],
  );
  cloudflare.addZone('new.example');
  const second = await discover();
  assert.deepEqual(
    [names(second.appeared), second.vanished, second.touched.length],
    [['new.example'], [], 1],
  );
});

test('a zone that Cloudflare says is gone has vanished, and comes back as a status move', async () => {
  const { cloudflare, mirror, discover, names } = world(3);
  await discover();
  const [id, zone] = [...cloudflare.zones][1] ?? assert.fail();
  cloudflare.zones.delete(id);
  assert.deepEqual(names((await discover()).vanished), ['zone-001.example']);
  assert.equal((await mirror.getZone(tenantId, id))?.facts.status, 'deleted');
  assert.deepEqual((await discover()).vanished, [], 'told once');

  cloudflare.zones.set(id, zone);
  const back = await discover();
  assert.deepEqual(
    back.statusMoves.map(({ facts, from }) => [facts.name, from, facts.status]),
    [['zone-001.example', 'deleted', 'active']],
  );
});

test('a credential that lost its zones makes none of them vanish, and is not asked about each', async () => {
  const { cloudflare, mirror, discover } = world(60);
  await discover();
  for (const id of cloudflare.zones.keys()) cloudflare.refusals.set(id, failure('permission'));
  cloudflare.zones.clear();
  const lost = await discover();
  assert.deepEqual([lost.vanished, lost.outOfReach.length, lost.calls], [[], 60, 4]);
  assert.equal(mirror.events.at(-1)?.summary, '60 zones out of reach: seen through no connection any more');
  assert.deepEqual((await discover()).unreadable, [], 'told once');
  assert.ok((await mirror.listZones(tenantId)).every(({ facts }) => facts.status === 'active'));
});

test('a listing that shifts between its pages is read again; if it keeps shifting nothing vanishes', async () => {
  const { cloudflare, discover } = world(120);
  await discover();
  let shifts = 1;
  cloudflare.beforePage = (_what, page) => {
    if (page !== 2 || shifts === 0) return;
    shifts -= 1;
    cloudflare.zones.delete([...cloudflare.zones.keys()][0] ?? assert.fail());
  };
  const once = await discover();
  assert.deepEqual([once.complete, once.vanished.length, once.calls], [true, 1, 3 + 3 + 1]);
  shifts = Number.POSITIVE_INFINITY;
  const always = await discover();
  assert.deepEqual([always.complete, always.vanished], [false, []]);
});

test('a zone that a shifted but whole-looking listing hid is asked for and stays', async () => {
  const { cloudflare, discover } = world(100);
  await discover();
  cloudflare.beforePage = (_what, page) => {
    if (page !== 2) return;
    cloudflare.zones.delete([...cloudflare.zones.keys()][0] ?? assert.fail());
    cloudflare.addZone('zzz.example');
  };
  const discovery = await discover();
  assert.deepEqual([discovery.complete, discovery.vanished, discovery.calls], [true, [], 3]);
  cloudflare.beforePage = null;
  assert.equal(
    (await discover()).vanished.length,
    1,
    'the zone that really went, once the listing misses it',
  );
});

test('a credential for given zones asks for each of them', async () => {
  const { cloudflare, discover, names } = world(5);
  const [one, two, three] = [...cloudflare.zones.keys()];
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  const zoneIds = [one, two, three];
  const first = await discover({ zoneIds });
  assert.deepEqual([first.seen, first.calls, cloudflare.calls.zones], [3, 3, 0]);
  cloudflare.zones.delete(two);
  cloudflare.refusals.set(three, failure('permission'));
  const second = await discover({ zoneIds });
  assert.deepEqual(names(second.vanished), ['zone-001.example']);
  assert.deepEqual(names(second.outOfReach), ['zone-002.example']);
});

test('a zone that this credential lost is unreadable only when no other connection sees it', async () => {
  const { cloudflare, mirror, discover, names } = world(1);
  const other = 'con_two' as ConnectionId;
  await discover();
  await discover({ connectionId: other });
  const [id, zone] = [...cloudflare.zones][0] ?? assert.fail();
  cloudflare.refusals.set(id, failure('permission'));
  cloudflare.zones.delete(id);
  const first = await discover();
  assert.deepEqual(
    [names(first.handedOver), first.outOfReach, first.unreadable],
    [[zone.facts.name], [], []],
  );
  assert.equal((await mirror.getZone(tenantId, id))?.freshness.unreadable, null);
  const second = await discover({ connectionId: other });
  assert.deepEqual(names(second.unreadable), [zone.facts.name]);
  assert.equal((await mirror.getZone(tenantId, id))?.freshness.unreadable?.reason, 'not-seen');
  assert.deepEqual(
    mirror.events.slice(-2).map(({ kind }) => kind),
    ['zone.handed-over', 'zone.unreadable'],
  );
});

test('one zone id seen through two connections is one zone, read by the first until that one dies', async () => {
  const { mirror, discover } = world(2);
  const other = 'con_two' as ConnectionId;
  await discover();
  const shared = await discover({ connectionId: other });
  assert.deepEqual([shared.shared, shared.appeared, shared.vanished], [2, [], []]);
  assert.ok((await mirror.listZones(tenantId)).every((zone) => zone.connectionId === connectionId));

  mirror.deadConnections.add(connectionId);
  await discover({ connectionId: other });
  assert.ok((await mirror.listZones(tenantId)).every((zone) => zone.connectionId === other));
});

test('a zone that one connection loses and another sees is handed over, not deleted', async () => {
  const { cloudflare, mirror, discover, names } = world(3);
  const other = 'con_two' as ConnectionId;
  await discover();
  await discover({ connectionId: other });
  const [id, zone] = [...cloudflare.zones][0] ?? assert.fail();
  cloudflare.zones.delete(id);
  const lost = await discover();
  assert.deepEqual([names(lost.handedOver), lost.vanished], [['zone-000.example'], []]);
  cloudflare.zones.set(id, zone);
  await discover({ connectionId: other });
  const mirrored = (await mirror.getZone(tenantId, id)) ?? assert.fail();
  assert.deepEqual([mirrored.connectionId, mirrored.facts.status], [other, 'active']);
});

test('the audit trail is told who found what, also of a listing that broke off', async () => {
  const { cloudflare, mirror, discover } = world(60);
  cloudflare.beforePage = (_what, page) => {
    if (page === 2) throw failure('temporary');
  };
  await assert.rejects(discover());
  const told = (): string[][] => mirror.events.splice(0).map(({ kind, summary }) => [kind, summary]);
  const first = told();
  assert.deepEqual([first.length, first[0]], [50, ['zone.discovered', 'zone-000.example found']]);

  cloudflare.beforePage = null;
  const [id] = [...cloudflare.zones.keys()];
  cloudflare.zones.delete(id ?? assert.fail());
  await discover({ principal: 'key:ops' });
  const [found] = mirror.events;
  assert.deepEqual([found?.principal, found?.connectionId], ['key:ops', connectionId]);
  assert.deepEqual(told().slice(-2), [
    ['zone.discovered', 'zone-059.example found'],
    ['zone.vanished', 'zone-000.example no longer at Cloudflare'],
  ]);
  await discover();
  assert.deepEqual(told(), [], 'told once');
});

test('a dead credential ends the discovery with its reason, also in the middle', async () => {
  const { cloudflare, mirror, discover } = world(120);
  cloudflare.beforePage = (_what, page) => {
    if (page === 2) throw failure('credentials');
  };
  await assert.rejects(discover(), { code: 'credential-rejected' });
  assert.equal((await mirror.listZones(tenantId)).length, 50, 'what was read stays');
});
