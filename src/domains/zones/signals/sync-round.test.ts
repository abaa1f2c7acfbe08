import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure } from '../fake-cloudflare.ts';
import { fakeConnection, tenantId } from '../fakes.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';

const MINUTE_MS = 60_000;

/** A world after its first round: everything found and read. */
async function settled(zones: number, change?: (world: FakeWorld) => void): Promise<FakeWorld> {
  const world = fakeWorld(zones);
  change?.(world);
  const report = await world.round();
  assert.equal(report.outcomes.length, zones);
  world.clock.at += MINUTE_MS;
  return world;
}

function kinds(world: FakeWorld): string[] {
  return world.mirror.events.map(({ kind }) => kind);
}

test('the first round finds and reads everything; the next costs one call', async () => {
  const world = await settled(20);
  const report = await world.round();
  assert.deepEqual([report.state, report.calls, report.outcomes.length], ['ran', 1, 0]);
  const wait = (report.nextDueAt ?? 0) - world.clock.now();
  assert.ok(wait > 20_000 && wait <= 30_000, `next in ${wait} ms`);
  assert.deepEqual(await world.wrongZones(), []);
  assert.equal(kinds(world).filter((kind) => kind === 'zone.discovered').length, 20);
});

test('a change that the audit log tells of costs one read and has its actor', async () => {
  const world = await settled(20);
  const zoneId = world.zoneIds[7] ?? assert.fail();
  const by = { actor: 'ann@example.com', interface: 'dash' };
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, by);
  const changedAt = world.clock.now();
  world.clock.at += 10_000;
  const report = await world.round();
  assert.deepEqual([report.calls, report.outcomes.map(({ updated }) => updated)], [2, [1]]);
  const [revision] = await world.mirror.revisions(tenantId, zoneId, 1);
  assert.deepEqual(revision?.origin, { kind: 'outside', ...by, changedAt });
  assert.equal(
    world.mirror.events.at(-1)?.summary,
    'zone-00007.example was changed from outside by ann@example.com: 0 created, 1 updated, 0 deleted',
  );
  world.clock.at += 30_000;
  assert.equal((await world.round()).calls, 1, 'an entry counts once, though the windows overlap');
});

test('without a readable audit log the serial tells, and nobody is named', async () => {
  const world = await settled(20, ({ cloudflare }) => {
    cloudflare.auditReadable = false;
  });
  const zoneId = world.zoneIds[3] ?? assert.fail();
  world.cloudflare.deleteRecord(zoneId, world.recordOf(zoneId));
  const report = await world.round();
  assert.deepEqual([report.calls, report.outcomes.map(({ deleted }) => deleted)], [1, [1]]);
  assert.equal(world.cloudflare.calls.audit, 1, 'the refused log is not asked at every round');
  world.clock.at += 7 * 60 * MINUTE_MS;
  await world.round();
  assert.equal(world.cloudflare.calls.audit, 2, 'but again some time later');
});

test('without any other signal, modifiedOn of the zone list tells at the next discovery', async () => {
  const world = await settled(5, ({ cloudflare }) => {
    cloudflare.auditReadable = false;
    cloudflare.soaAnswers = false;
  });
  const zoneId = world.zoneIds[3] ?? assert.fail();
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' });
  const blind = await world.round();
  assert.deepEqual([blind.outcomes.length, blind.silent], [0, 5]);
  world.clock.at += 30 * MINUTE_MS;
  const told = await world.round();
  assert.deepEqual([told.waiting, told.nextDueAt], [1, world.clock.now()], 'to be read at once');
  assert.equal((await world.round()).outcomes.length, 1);
  assert.deepEqual(await world.wrongZones(), []);
});

test('our own writes are no drift: told apart by ray in the log, by a read that finds nothing without it', async () => {
  for (const auditReadable of [true, false]) {
    const world = await settled(10, ({ cloudflare }) => {
      cloudflare.auditReadable = auditReadable;
    });
    const zoneId = world.zoneIds[2] ?? assert.fail();
    await world.writeOurselves(zoneId, world.recordOf(zoneId), '198.51.100.1');
    for (let round = 0; round < 3; round += 1) {
      const report = await world.round();
      assert.equal(report.calls, auditReadable || round === 0 ? 1 : 0);
      world.clock.at += 11 * MINUTE_MS;
    }
    const revisions = await world.mirror.revisions(tenantId, zoneId, 9);
    assert.deepEqual(
      revisions.map(({ origin }) => origin.kind),
      ['change-set', 'first-read'],
    );
    assert.ok(!kinds(world).includes('zone.drifted'));
  }
});

test('the same token used elsewhere is a change from outside', async () => {
  const world = await settled(5);
  const zoneId = world.zoneIds[2] ?? assert.fail();
  const by = { actor: 'token', ray: 'ray-of-another', tokenId: 'token-of-ours' };
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, by);
  assert.equal((await world.round()).outcomes[0]?.updated, 1);
});

test('an answer that is not in the journal yet is still recognised as ours', async () => {
  const world = await settled(5);
  const zoneId = world.zoneIds[2] ?? assert.fail();
  await world.writeOurselves(zoneId, world.recordOf(zoneId), '198.51.100.1');
  const write = world.ownWrites.writes.pop() ?? assert.fail();
  world.ownWrites.writes.push({ ...write, ray: null });
  assert.equal((await world.round()).outcomes.length, 0);
});

test('an actor who is told of late still gets the revision that was seen before', async () => {
  const world = await settled(5, ({ cloudflare }) => {
    cloudflare.auditDelayMs = 3 * MINUTE_MS;
  });
  const zoneId = world.zoneIds[2] ?? assert.fail();
  world.clock.at += 20 * MINUTE_MS;
  const by = { actor: 'ann@example.com' };
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, by);
  await world.round();
  assert.deepEqual(await world.wrongZones(), [], 'the serial told first');
  const actor = async (): Promise<unknown> => {
    const [revision] = await world.mirror.revisions(tenantId, zoneId, 1);
    return revision?.origin.kind === 'outside' ? revision.origin.actor : revision?.origin.kind;
  };
  assert.equal(await actor(), null);
  world.clock.at += 4 * MINUTE_MS;
  await world.round();
  assert.equal(await actor(), 'ann@example.com');
});

test('a signal is not lost by a crash between hearing it and reading the zone', async () => {
  const world = await settled(5);
  const zoneId = world.zoneIds[2] ?? assert.fail();
  const by = { actor: 'ann@example.com' };
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, by);
  world.cloudflare.beforePage = () => {
    throw new Error('power cut');
  };
  await world.round().catch(() => undefined);
  world.cloudflare.beforePage = null;
  world.clock.at += MINUTE_MS;
  await world.round();
  assert.deepEqual(await world.wrongZones(), []);
});

test('a dead credential pauses and says so, until the connection changes', async () => {
  const world = await settled(5);
  world.cloudflare.beforePage = () => {
    throw failure('credentials');
  };
  world.clock.at += 31 * MINUTE_MS;
  const dead = await world.round();
  assert.deepEqual([dead.state, dead.nextDueAt], ['paused', null]);
  assert.equal(kinds(world).at(-1), 'sync.paused');
  const calls = world.cloudflare.allCalls;
  assert.equal((await world.round()).state, 'paused');
  assert.equal(world.cloudflare.allCalls, calls, 'no call while paused');

  world.cloudflare.beforePage = null;
  const relinked = fakeConnection({ version: 2 });
  assert.equal((await world.round({ connection: relinked })).state, 'ran');
  assert.equal(kinds(world).at(-1), 'sync.resumed');
  const expired = fakeConnection({ version: 3, state: 'expired', stateDetail: 'the token ended' });
  assert.deepEqual((await world.round({ connection: expired })).reason, 'the token ended');
});

test('a connection that fails for a passing reason backs off, longer each time, and comes back', async () => {
  const world = await settled(5);
  world.cloudflare.beforePage = () => {
    throw failure('temporary');
  };
  world.clock.at += 31 * MINUTE_MS;
  const waits: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const report = await world.round();
    assert.equal(report.state, 'backing-off');
    waits.push(((report.nextDueAt ?? 0) - world.clock.now()) / 1_000);
    assert.equal((await world.round()).calls, 0, 'too early: no call');
    world.clock.at = report.nextDueAt ?? 0;
  }
  assert.deepEqual(waits, [22.5, 45, 90, 180, 360, 675, 675, 675]);
  assert.equal(kinds(world).filter((kind) => kind === 'sync.backed-off').length, 1, 'told once');
  world.cloudflare.beforePage = null;
  assert.equal((await world.round()).state, 'ran');
  assert.equal(kinds(world).at(-1), 'sync.resumed');
});

test('a zone that cannot be read is tried less and less, and does not hold up the others', async () => {
  const world = await settled(5);
  const zoneId = world.zoneIds[2] ?? assert.fail();
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, { actor: 'ann' });
  world.cloudflare.beforePage = (_what, _page, of) => {
    if (of === zoneId) throw failure('permission');
  };
  let tries = 0;
  for (let round = 0; round < 60; round += 1) {
    tries += (await world.round()).failures.length;
    world.clock.at += 30_000;
  }
  assert.equal(tries, 5, 'at 0, 1, 3, 7 and 15 minutes; next would be 31');
  world.cloudflare.beforePage = null;
  world.clock.at += 60 * MINUTE_MS;
  await world.round();
  assert.deepEqual(await world.wrongZones(), []);
});

test('a zone whose records are refused is unreadable, told once, until it is read again', async () => {
  const world = await settled(3);
  const zoneId = world.zoneIds[1] ?? assert.fail();
  const unreadable = async () => (await world.mirror.getZone(tenantId, zoneId))?.freshness.unreadable;
  const told = () => kinds(world).filter((kind) => /readable/.test(kind));
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, { actor: 'ann' });
  world.cloudflare.beforePage = (_what, _page, of) => {
    if (of === zoneId) throw failure('permission');
  };
  const since = world.clock.at;
  await world.round();
  world.clock.at += 20 * MINUTE_MS;
  await world.round();
  assert.deepEqual(await unreadable(), { since, reason: 'records-refused' });
  assert.deepEqual(told(), ['zone.unreadable']);
  world.cloudflare.beforePage = null;
  world.clock.at += 60 * MINUTE_MS;
  await world.round();
  assert.equal(await unreadable(), null);
  assert.deepEqual(told(), ['zone.unreadable', 'zone.readable']);
});

test('a zone made just now may be refused for minutes: it is unreadable only when that goes on', async () => {
  const world = fakeWorld(1);
  const [zoneId = assert.fail()] = world.zoneIds;
  const unreadable = async () => (await world.mirror.getZone(tenantId, zoneId))?.freshness.unreadable;
  world.cloudflare.beforePage = (what) => {
    if (what === 'records') throw failure('permission');
  };
  assert.equal((await world.round()).failures.length, 1);
  assert.equal(await unreadable(), null);
  world.clock.at += 20 * MINUTE_MS;
  await world.round();
  assert.equal((await unreadable())?.since, world.clock.at);
});

test('a zone that comes back in sight is read at the next round, for one call', async () => {
  const world = await settled(3);
  world.clock.at += 20 * MINUTE_MS;
  await world.round();
  const zoneId = world.zoneIds[1] ?? assert.fail();
  const zone = world.cloudflare.zones.get(zoneId) ?? assert.fail();
  world.cloudflare.zones.delete(zoneId);
  world.cloudflare.refusals.set(zoneId, failure('permission'));
  world.clock.at += 31 * MINUTE_MS;
  await world.round();
  assert.equal((await world.mirror.getZone(tenantId, zoneId))?.freshness.unreadable?.reason, 'not-seen');
  world.cloudflare.zones.set(zoneId, zone);
  world.cloudflare.refusals.clear();
  world.clock.at += 31 * MINUTE_MS;
  await world.round();
  const before = world.cloudflare.calls.records;
  await world.round();
  assert.equal(world.cloudflare.calls.records, before + 1);
  assert.equal((await world.mirror.getZone(tenantId, zoneId))?.freshness.unreadable, null);
  assert.equal(kinds(world).at(-1), 'zone.readable');
});

test('a zone deleted under us is asked for, and then is gone', async () => {
  const world = await settled(5);
  const zoneId = world.zoneIds[2] ?? assert.fail();
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, { actor: 'ann' });
  world.cloudflare.zones.delete(zoneId);
  const report = await world.round();
  assert.equal(report.failures.length, 1);
  assert.equal((await world.mirror.getZone(tenantId, zoneId))?.facts.status, 'deleted');
  assert.equal(kinds(world).at(-1), 'zone.vanished');
  world.clock.at += MINUTE_MS;
  assert.equal((await world.round()).failures.length, 0);
});

test('the clock may jump back: rounds go on, and changes are seen', async () => {
  const world = await settled(5);
  await world.round();
  world.clock.at -= 90 * 24 * 60 * MINUTE_MS;
  const zoneId = world.zoneIds[2] ?? assert.fail();
  world.cloudflare.editRecord(zoneId, world.recordOf(zoneId), { address: '198.51.100.1' }, { actor: 'ann' });
  for (let round = 0; round < 10; round += 1) {
    assert.equal((await world.round()).state, 'ran');
    world.clock.at += 30_000;
  }
  assert.deepEqual(await world.wrongZones(), []);
});
