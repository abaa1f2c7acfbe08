import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoverZones } from './discover-zones.ts';
import { accountId, FakeCloudflare } from './fake-cloudflare.ts';
import {
  connectionId,
  FakeClock,
  FakeMirror,
  FakeOpenWrites,
  fakeHash,
  principal,
  tenantId,
} from './fakes.ts';
import { readZone } from './read-zone.ts';

test('what others had changed before a plan or an apply is told, as no later read would find it', async () => {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  const zoneId = cloudflare.addZone('shop.example');
  cloudflare.addRecord(zoneId, 'www.shop.example', '192.0.2.1');
  const ports = { reader: cloudflare, mirror, trail: mirror, clock };
  await discoverZones(ports, { tenantId, connectionId, accountId, principal });
  mirror.events.splice(0);
  const read = () =>
    readZone(
      { ...ports, openWrites: new FakeOpenWrites(), hash: fakeHash },
      { tenantId, zoneId, principal: 'cli:ann@host' },
    );

  await read();
  assert.equal(mirror.events.length, 0, 'a first read finds nothing that anybody did');
  cloudflare.addRecord(zoneId, 'new.shop.example', '192.0.2.2');
  clock.at += 60_000;
  assert.equal((await read()).records.length, 2);
  const [event, ...more] = mirror.events;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [event?.kind, event?.principal, event?.connectionId, event?.summary],
    [
      'zone.drifted',
      'cli:ann@host',
      connectionId,
      'shop.example was changed from outside: 1 created, 0 updated, 0 deleted',
    ],
  );
  await read();
  assert.equal(mirror.events.length, 1, 'told once');
});
