/** What is said of a zone that is not there: the nearest of those that are seen, for the same work however many there are. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { seededRandom } from '../../test/kit/random.ts';
import { RigClock } from '../../test/kit/rig.ts';
import { fakeZone } from '../../test/kit/zone-facts.ts';
import type { ZonewardError } from '../base/errors.ts';
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../base/ids.ts';
import type { DomainName } from '../dns/name.ts';
import { sealEvent } from '../domains/audit/chain.ts';
import type { Zone } from '../domains/zones/model.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { Context } from './context.ts';
import { type SeenZones, zoneUnknown } from './resolve.ts';

const MANY = 5_000;
const tenant = 'acme' as TenantId;
const [own, other] = ['con_own' as ConnectionId, 'con_other' as ConnectionId];

describe('a zone that is not there', () => {
  let store: Store;
  let looked = 0;
  let context: Context;

  before(async () => {
    store = await openStore({
      url: 'sqlite::memory:',
      clock: new RigClock(),
      random: seededRandom(1),
      seal: sealEvent,
    });
    const zoneList: Store['zoneList'] = {
      ...store.zoneList,
      list: async (...input) => {
        const zones = await store.zoneList.list(...input);
        looked += zones.length;
        return zones;
      },
    };
    const mirror = { ...store.mirror, listZones: () => assert.fail('all zones are loaded') };
    context = { store: { ...store, zoneList, mirror } } as unknown as Context;
  });
  after(() => store.close());

  let number = 0;
  const put = async (
    names: readonly string[],
    connection = own,
    status: Zone['facts']['status'] = 'active',
  ): Promise<readonly ZoneId[]> => {
    const zones = names.map((name) => ({
      ...fakeZone((number++).toString(16).padStart(32, '0') as ZoneId, 'a'.repeat(32) as AccountId),
      name: name as DomainName,
      status,
    }));
    await store.mirror.putZones(tenant, connection, zones, 1);
    return zones.map(({ id }) => id);
  };
  const said = async (reference: string, seen: SeenZones = {}): Promise<readonly string[]> =>
    ((await zoneUnknown(context, tenant, reference, seen)) satisfies ZonewardError).next;

  it('is told apart from those that are, the nearest first', async () => {
    assert.deepEqual(await said('shop.example'), ['zoneward zones sync']);
    await put(['apples.example', 'shop.example', 'xn--mnchen-3ya.example', 'zebra.example']);
    assert.match((await said('shpo.example'))[0] ?? '', /^Known zones: shop\.example, /);
    assert.match((await said('hop.example'))[0] ?? '', /^Known zones: shop\.example, /);
    assert.match((await said('nothing.test'))[0] ?? '', /münchen\.example/);
    assert.ok(!(await said('f'.repeat(32)))[0]?.includes('…'), 'all four are named');
  });

  it('costs the same among many, and one that is gone is not named', async () => {
    await put(Array.from({ length: MANY }, (_, at) => `customer-${at}.example`));
    looked = 0;
    const [first = ''] = await said('customer-2718.exmaple');
    assert.match(first, /^Known zones: customer-2718\.example, .*, … \(zoneward zones list\)$/);
    assert.ok(looked <= 200, String(looked));
    await put(['customer-2718.exmapl'], own, 'deleted');
    assert.ok(!(await said('customer-2718.exmaple')).join().includes('exmapl,'));
  });

  it('names to whoever sees some of them those alone, whatever lies between', async () => {
    const seen = { readers: [other] };
    assert.deepEqual(await said('customer-1.example', seen), ['zoneward zones sync']);
    const [id] = await put(['last.example', 'zzz.example'], other);
    assert.match(
      (await said('customer-1.example', seen))[0] ?? '',
      /^Known zones: (last|zzz)\.example, \w+\.example$/,
    );
    assert.deepEqual(
      (await said('customer-1.example', { zoneIds: [id as ZoneId] }))[0],
      'Known zones: last.example',
    );
  });
});
