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
import { type FindInput, type Findings, findRecords } from './find-records.ts';
import type { RecordQuery } from './ports.ts';
import { syncAll } from './sync-all.ts';

async function world(): Promise<{
  readonly clock: FakeClock;
  readonly cloudflare: FakeCloudflare;
  readonly mirror: FakeMirror;
  find(query: RecordQuery, input?: Partial<FindInput>): Promise<Findings>;
}> {
  const clock = new FakeClock();
  const cloudflare = new FakeCloudflare(clock);
  const mirror = new FakeMirror();
  for (const name of ['one.example', 'two.example', 'three.example']) {
    const zoneId = cloudflare.addZone(name);
    cloudflare.addRecord(zoneId, `www.${name}`, '203.0.113.7');
    cloudflare.addRecord(zoneId, `api.${name}`, '203.0.113.8');
  }
  await discoverZones(
    { reader: cloudflare, mirror, trail: mirror, clock },
    { tenantId, connectionId, accountId, principal },
  );
  const ports = { reader: cloudflare, mirror, openWrites: new FakeOpenWrites(), hash: fakeHash, clock };
  await syncAll(ports, { tenantId, connectionId });
  const find = (query: RecordQuery, input: Partial<FindInput> = {}): Promise<Findings> =>
    findRecords({ mirror }, { tenantId, query, ...input });
  return { clock, cloudflare, mirror, find };
}

test('finds over all zones, says in which, and how fresh that is', async () => {
  const { clock, cloudflare, find } = await world();
  const calls = cloudflare.allCalls;
  const found = await find({ content: '203.0.113.7' });
  assert.deepEqual(found.records.map(({ zoneName, record }) => `${zoneName} ${record.fields.name}`).sort(), [
    'one.example www.one.example',
    'three.example www.three.example',
    'two.example www.two.example',
  ]);
  assert.equal(cloudflare.allCalls, calls, 'nothing asks Cloudflare');
  const all = { zones: 3, neverRead: 0, stale: 0, unreadable: 0, oldestVerifiedAt: clock.now() };
  assert.deepEqual(found.coverage, all);
  assert.ok(found.records.every(({ freshness }) => freshness.verifiedAt === clock.now()));
});

test('names are read in any form, types in any case', async () => {
  const { find } = await world();
  assert.equal((await find({ name: 'WWW.One.Example.', type: 'a' })).records.length, 1);
  assert.equal((await find({ name: 'www.one.example', type: 'MX' })).records.length, 0);
});

test('pages go on where the last ended', async () => {
  const { find } = await world();
  const names: string[] = [];
  let page = await find({ type: 'A' }, { limit: 4 });
  names.push(...page.records.map(({ record }) => record.id));
  assert.ok(page.next !== null);
  page = await find({ type: 'A' }, { limit: 4, after: page.next });
  names.push(...page.records.map(({ record }) => record.id));
  assert.deepEqual([new Set(names).size, page.next], [6, null]);
});

test('what the mirror cannot speak for is counted', async () => {
  const { cloudflare, mirror, find } = await world();
  const late = cloudflare.addZone('late.example');
  await mirror.putZones(tenantId, connectionId, [cloudflare.zones.get(late)?.facts ?? assert.fail()], 0);
  const { coverage, records } = await find({ content: '192.0.2.200' });
  assert.deepEqual([records.length, coverage.zones, coverage.neverRead], [0, 4, 1]);
});

test('a query without a condition, a bad name and a bad limit are refused', async () => {
  const { find } = await world();
  await assert.rejects(find({}), { code: 'query-empty', kind: 'input' });
  await assert.rejects(find({ name: 'a..example' }), { kind: 'input' });
  for (const limit of [0, 0.5, 10_001]) {
    await assert.rejects(find({ type: 'A' }, { limit }), { code: 'limit-out-of-range' });
  }
});
