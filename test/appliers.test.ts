/**
 * Carrying change sets out when the world does not hold still: several appliers, refusals, a zone that vanished, a
 * credential that died, a wish to stop, doubt. On the model of kit/rig.ts, whose log of what landed is the judge.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZonewardError } from '../src/base/errors.ts';
import type { TenantId } from '../src/base/ids.ts';
import type { JsonObject } from '../src/base/json.ts';
import type { LiveRecord } from '../src/dns/live-record.ts';
import type { ApplyProgress } from '../src/domains/changes/apply.ts';
import type { ChangeSet } from '../src/domains/changes/model.ts';
import { CONTINUE_WITHIN_MS } from '../src/domains/changes/recover.ts';
import { completeFields, type Draft, updateDraft } from '../src/plan/diff.ts';
import { desired, live, wireOf } from '../src/plan/fixtures.ts';
import { accountOf, Death, failed, type ModelZone, Rig } from './kit/rig.ts';

const ours = 'ours' as TenantId;
const theirs = 'theirs' as TenantId;

function create(text: string): Draft {
  return { action: 'create', after: { fields: completeFields(desired(text)), received: null } };
}

/** The body with which someone else makes the record. */
function bodyFor(text: string): JsonObject {
  return wireOf(completeFields(desired(text)));
}

function creates(count: number, from = 0): Draft[] {
  return Array.from({ length: count }, (_, i) => create(`host-${from + i} A 192.0.2.1`));
}

function recordAt(records: readonly LiveRecord[], name: string): LiveRecord {
  const record = records.find((one) => one.fields.name === `${name}.shop.example`);
  assert.ok(record, name);
  return record;
}

function setTtl(records: readonly LiveRecord[], name: string, ttl: number): Draft {
  const record = recordAt(records, name);
  const draft = updateDraft(record, { after: { fields: { ...record.fields, ttl }, received: null } });
  assert.ok(draft !== null);
  return draft;
}

function posted(zone: ModelZone): number {
  return zone.landed.reduce((sum, body) => sum + body.posts.length, 0);
}

async function refusal(work: Promise<unknown>, code: string): Promise<Error> {
  const error: unknown = await work.then(
    () => assert.fail('was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(isZonewardError(error), String(error));
  assert.equal(error.code, code);
  return error;
}

/** Leaves the change set as a process does that dies when its first request landed and no answer was read. */
async function leftBehind(rig: Rig, changeSet: ChangeSet): Promise<void> {
  await assert.rejects(rig.process({ effect: 'batch', side: 'after' }).apply(changeSet), Death);
}

describe('several appliers', () => {
  it('one waits while another holds the zone, of another tenant too; nothing is mixed', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours, theirs]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    const yours = await rig.save(theirs, [rig.plan(zone, () => creates(6, 10), 2)]);
    rig.clock.turnsPerSleep = 20;
    const waits: ApplyProgress[] = [];
    const second = rig.process();
    const [a, b] = await Promise.all([
      rig.process().apply(mine),
      second.apply(yours, {}, (event) => waits.push(event)),
    ]);
    assert.deepEqual([a.status, b.status], ['applied', 'applied']);
    assert.ok(waits.some((event) => event.kind === 'waiting-for-lock'));
    const owners = zone.landed.map((body) => (/host-1\d/.test(JSON.stringify(body.posts)) ? 'b' : 'a'));
    assert.equal(new Set(owners.slice(0, 3)).size, 1, 'the first three are of one');
    assert.equal(posted(zone), 12);
  });

  it('who may not wait is refused, and has touched nothing', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours, theirs]);
    const held = await rig.store.locks.acquire(zone.id, 'someone:1', 180_000);
    assert.ok('release' in held);
    const yours = await rig.save(theirs, [rig.plan(zone, () => creates(1))]);
    const error = await refusal(rig.process().apply(yours, { lockWaitMs: 0 }), 'zone-locked');
    assert.match(error.message, /^Zone shop\.example is being changed by someone:1,/);
    assert.deepEqual(
      [(await accountOf(rig, theirs, yours.id)).status, zone.batches, zone.lists],
      ['planned', 0, 0],
    );
    await held.release();
    assert.equal((await rig.process().apply(yours, { lockWaitMs: 0 })).status, 'applied');
  });

  it('two processes on one change set: one carries it out, the other learns that it has ended', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    rig.clock.turnsPerSleep = 20;
    const results = await Promise.allSettled([rig.process().apply(mine), rig.process().apply(mine)]);
    const [done, late] = results.sort((a) => (a.status === 'fulfilled' ? -1 : 1));
    assert.equal(done?.status === 'fulfilled' && done.value.status, 'applied');
    assert.ok(late?.status === 'rejected' && isZonewardError(late.reason));
    assert.equal(late.reason.code, 'change-set-moved');
    assert.equal(posted(zone), 6);
  });

  it("another tenant's open request is settled first, in our own name, and not told while it cannot be", async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours, theirs]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(2))]);
    await leftBehind(rig, mine);
    zone.down = failed('cloudflare-unavailable', 'temporary');
    const yours = await rig.save(theirs, [rig.plan(zone, () => creates(1, 50))]);
    const blocked = await rig.process().apply(yours);
    const [stopped] = blocked.zones.map((one) => one.stopped);
    assert.deepEqual([blocked.status, stopped?.code], ['interrupted', 'zone-undecided']);
    assert.ok(!JSON.stringify([stopped?.message, stopped?.details, stopped?.next]).includes(mine.id));
    zone.down = null;
    assert.equal((await rig.process().apply(yours)).status, 'applied');
    assert.deepEqual(await rig.store.journal.openBatches(zone.id), []);
    const settled = await rig.store.audit.latest(ours, { kind: 'change-set.batch-settled' }, 5);
    assert.deepEqual(
      settled.map((event) => event.principal),
      ['zoneward'],
    );
    const [recovered] = await rig.process().recover(ours);
    assert.equal(recovered?.result?.status, 'applied');
    assert.equal(posted(zone), 3);
  });
});

describe('doubt', () => {
  it('what can never be told is closed as such, and the zone can be written to again', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([live('a A 192.0.2.1', 1)], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, (records) => [setTtl(records, 'a', 600)])]);
    zone.faults = ['reset-before'];
    // Someone deletes the record while nobody knows what became of the request.
    rig.clock.later(30_000, () => {
      const { id } = recordAt(zone.fake.records, 'a');
      zone.fake.batch({ deletes: [{ id }], patches: [], puts: [], posts: [] });
    });
    const result = await rig.process().apply(mine);
    assert.equal(result.status, 'partly-applied');
    assert.deepEqual(
      result.zones[0]?.outcomes.map((one) => one.state),
      ['unknown'],
    );
    assert.deepEqual(await rig.store.journal.openBatches(zone.id), []);
    const next = await rig.save(ours, [rig.plan(zone, () => creates(1))]);
    assert.equal((await rig.process().apply(next)).status, 'applied');
  });

  it('before a request is sent again, what moved meanwhile is refused', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([live('a A 192.0.2.1', 1), live('b A 192.0.2.2', 2)], [ours]);
    const mine = await rig.save(ours, [
      rig.plan(zone, (records) => [
        { action: 'delete', before: recordAt(records, 'a') },
        setTtl(records, 'b', 600),
      ]),
    ]);
    zone.faults = ['reset-before'];
    rig.clock.later(30_000, () => {
      const { id } = recordAt(zone.fake.records, 'b');
      zone.fake.batch({ deletes: [], patches: [{ id, comment: 'theirs' }], puts: [], posts: [] });
    });
    const result = await rig.process().apply(mine);
    assert.equal(result.zones[0]?.stopped?.code, 'moved-since-plan');
    const byState = new Map(result.zones[0]?.outcomes.map((one) => [one.state, one]));
    assert.deepEqual([...byState.keys()].sort(), ['applied', 'conflict']);
    assert.equal(recordAt(zone.fake.records, 'b').fields.comment, 'theirs');
    assert.equal(recordAt(zone.fake.records, 'b').fields.ttl, 'auto');
  });

  it('is `unknown` only while Cloudflare cannot be read', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(2))]);
    zone.faults = ['reset-after'];
    const process = rig.process();
    const result = await process.apply(mine, {}, (event) => {
      if (event.kind === 'sending') zone.downAfterBatch = failed('cloudflare-unavailable', 'temporary');
    });
    assert.equal(result.status, 'unknown');
    zone.down = null;
    const [recovered] = await rig.process().recover(ours);
    assert.equal(recovered?.result?.status, 'applied');
    assert.equal(posted(zone), 2);
  });
});

describe('refusals', () => {
  it('a record at fault stops the rest; with --continue it is found by halving, and the others land', async () => {
    for (const continueOnRefusal of [false, true]) {
      await using rig = await Rig.open();
      const zone = await rig.zone([], [ours]);
      const mine = await rig.save(ours, [rig.plan(zone, () => creates(64))]);
      // Someone takes one of the names between the reading and the request: the fault of one record.
      const readings = new Map([[zone.id, { records: zone.fake.records, readAt: rig.clock.now() }]]);
      const taken = bodyFor('host-33 A 192.0.2.1');
      zone.fake.batch({ deletes: [], patches: [], puts: [], posts: [taken] });
      const result = await rig.process().apply(mine, { continueOnRefusal, readings });
      const states = result.zones[0]?.outcomes.map((one) => one.state) ?? [];
      if (continueOnRefusal) {
        assert.equal(result.status, 'partly-applied');
        assert.equal(states.filter((state) => state === 'applied').length, 63);
        assert.equal(states.filter((state) => state === 'refused').length, 1);
        assert.ok(zone.batches <= 1 + 2 * 6, `${zone.batches} requests`);
      } else {
        assert.equal(result.status, 'failed');
        assert.equal(zone.batches, 1);
        assert.match(result.zones[0]?.stopped?.message ?? '', /host-33/);
      }
    }
  });

  it('a full zone is no record’s fault: it stops, also with --continue; what landed before stays', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours], { quota: 5 });
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(9), 3)]);
    const result = await rig.process().apply(mine, { continueOnRefusal: true });
    assert.equal(result.status, 'partly-applied');
    assert.deepEqual([zone.batches, posted(zone)], [2, 3]);
    assert.match(result.zones[0]?.stopped?.message ?? '', /81045/);
    // Not --continue: it would not help.
    assert.match(result.zones[0]?.stopped?.next.join() ?? '', /^The zone is full/);
  });

  it('a request refused for its size is cut to what every plan takes, and so are the next', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours], { operationsMax: 200, tooLarge: true });
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(700), 450)]);
    const result = await rig.process().apply(mine);
    assert.equal(result.status, 'applied');
    // 450 is refused; then 200, 200, 50 and 200, 50.
    assert.equal(zone.batches, 6);
    assert.equal(posted(zone), 700);
  });

  it('calls of halving are bounded', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(200))]);
    const readings = new Map([[zone.id, { records: zone.fake.records, readAt: rig.clock.now() }]]);
    for (let i = 0; i < 200; i += 2) {
      const taken = bodyFor(`host-${i} A 192.0.2.1`);
      zone.fake.batch({ deletes: [], patches: [], puts: [], posts: [taken] });
    }
    const result = await rig.process().apply(mine, { continueOnRefusal: true, readings });
    assert.ok(zone.batches <= 1 + 40, `${zone.batches} requests`);
    assert.equal(result.zones[0]?.outcomes.length, 200, 'each change has its outcome');
  });
});

describe('stopped on the way', () => {
  it('a credential that died in the middle is replaced, and the rest goes on', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    const process = rig.process();
    const result = await process.apply(mine, {}, (event) => {
      if (event.kind === 'landed') zone.down = failed('credential-rejected', 'credentials');
    });
    assert.equal(result.status, 'interrupted');
    zone.down = null;
    const changeSet = (await accountOf(rig, ours, mine.id)).changeSet;
    assert.equal((await rig.process().apply(changeSet)).status, 'applied');
    assert.equal(posted(zone), 6);
  });

  it('a zone that vanished fails, and nothing is sent', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(1))]);
    zone.down = failed('cloudflare-not-found', 'not-found');
    const result = await rig.process().apply(mine);
    assert.deepEqual([result.status, zone.batches, zone.looks], ['failed', 0, 1]);
    const stopped = result.zones[0]?.stopped;
    assert.deepEqual([stopped?.code, stopped?.kind], ['zone-out-of-reach', 'not-found']);
    assert.match(
      stopped?.message ?? '',
      /does not see zone shop\.example any more.*nothing of its 1 change was made/,
    );
    assert.doesNotMatch(stopped?.next.join('\n') ?? '', /resume/, 'it has ended');
  });

  it('a zone that vanishes after a batch: what landed is told, and resuming says the same until it is back', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    const result = await rig.process().apply(mine, {}, (event) => {
      if (event.kind === 'landed') zone.down = failed('permission-missing', 'permission');
    });
    assert.deepEqual([result.status, posted(zone), zone.looks], ['interrupted', 2, 1]);
    const { changeSet, outcomes } = await accountOf(rig, ours, mine.id);
    assert.equal(outcomes.get(zone.id)?.length, 2, 'the journal holds what landed');
    const again = await rig.process().apply(changeSet);
    for (const { zones } of [result, again]) {
      const stopped = zones[0]?.stopped;
      assert.equal(stopped?.code, 'zone-out-of-reach');
      assert.match(stopped?.message ?? '', /2 of its 6 changes had landed/);
      assert.match(stopped?.next[0] ?? '', /Look whether shop\.example is still in the account/);
      assert.ok(stopped?.next[1]?.endsWith(`zoneward changes resume ${mine.id}`));
      assert.ok(stopped?.next[2]?.endsWith(`zoneward changes cancel ${mine.id}`));
    }
    zone.down = null;
    const back = (await accountOf(rig, ours, mine.id)).changeSet;
    assert.equal((await rig.process().apply(back)).status, 'applied');
    assert.equal(posted(zone), 6);
  });

  it('a right that is missing is told as such where the zone itself is seen', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    const denied = failed('permission-missing', 'permission');
    const result = await rig.process().apply(mine, {}, (event) => {
      if (event.kind === 'landed') zone.recordsDenied = denied;
    });
    assert.deepEqual([result.status, zone.looks, result.zones[0]?.stopped], ['interrupted', 1, denied]);
  });

  it('a wish to stop is heard while waiting for the lock, and after the request under way', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(6), 2)]);
    const held = await rig.store.locks.acquire(zone.id, 'someone:1', 180_000);
    assert.ok('release' in held);
    const waiting = new AbortController();
    const stopWaiting = rig.process().apply(mine, { signal: waiting.signal }, (event) => {
      if (event.kind === 'waiting-for-lock') waiting.abort();
    });
    await refusal(stopWaiting, 'apply-stopped');
    assert.equal((await accountOf(rig, ours, mine.id)).status, 'planned');
    await held.release();

    const sending = new AbortController();
    const result = await rig.process().apply(mine, { signal: sending.signal }, (event) => {
      if (event.kind === 'sending') sending.abort();
    });
    assert.deepEqual([result.status, zone.batches], ['interrupted', 1]);
    const { changeSet } = await accountOf(rig, ours, mine.id);
    assert.equal((await rig.process().apply(changeSet)).status, 'applied');
    assert.equal(posted(zone), 6);
  });

  it('without budget it waits, says so, and sends what it meant to', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(2))]);
    zone.faults = ['429', '429'];
    const waits: number[] = [];
    const result = await rig.process().apply(mine, {}, (event) => {
      if (event.kind === 'waiting-for-budget') waits.push(event.waitMs);
    });
    assert.equal(result.status, 'applied');
    assert.deepEqual(waits, [5_000, 5_000]);
    assert.equal(posted(zone), 2);
  });

  it('what moved in one zone does not stop the others', async () => {
    await using rig = await Rig.open();
    const first = await rig.zone([live('a A 192.0.2.1', 1)], [ours]);
    const second = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [
      rig.plan(first, (records) => [setTtl(records, 'a', 600)]),
      rig.plan(second, () => creates(1)),
    ]);
    const { id } = recordAt(first.fake.records, 'a');
    first.fake.batch({ deletes: [], patches: [{ id, ttl: 900 }], puts: [], posts: [] });
    const result = await rig.process().apply(mine);
    assert.deepEqual(
      result.zones.map((zone) => zone.stopped?.code ?? null),
      ['moved-since-plan', null],
    );
    assert.deepEqual([result.status, first.batches, posted(second)], ['partly-applied', 0, 1]);
  });
});

describe('after a crash', () => {
  it('a young plan goes on unasked; an old one, or one whose records moved, waits to be resumed', async () => {
    for (const what of ['young', 'old', 'moved'] as const) {
      await using rig = await Rig.open();
      const zone = await rig.zone([live('a A 192.0.2.1', 1)], [ours]);
      const mine = await rig.save(ours, [
        rig.plan(zone, (records) => [...creates(1), setTtl(records, 'a', 600)], 1),
      ]);
      await leftBehind(rig, mine);
      if (what === 'old') rig.clock.at += CONTINUE_WITHIN_MS + 1;
      assert.equal(posted(zone), 0, 'the update, which makes the zone no larger, comes first');
      if (what === 'moved')
        zone.fake.batch({ deletes: [], patches: [], puts: [], posts: [bodyFor('host-0 A 192.0.2.1')] });
      const sentBefore = zone.batches;
      const [recovered] = await rig.process().recover(ours);
      assert.deepEqual(await rig.store.journal.openBatches(zone.id), [], 'settled in any case');
      if (what === 'young') {
        assert.equal(recovered?.result?.status, 'applied');
        continue;
      }
      assert.equal(recovered?.result?.status, 'interrupted');
      assert.equal(zone.batches, sentBefore, 'nothing was sent unasked');
      const { changeSet } = await accountOf(rig, ours, mine.id);
      const resumed = await rig.process().apply(changeSet);
      assert.equal(resumed.status, what === 'old' ? 'applied' : 'partly-applied');
    }
  });

  it('a change set that a living process holds is left alone', async () => {
    await using rig = await Rig.open();
    const zone = await rig.zone([], [ours]);
    const mine = await rig.save(ours, [rig.plan(zone, () => creates(2))]);
    await leftBehind(rig, mine);
    rig.clock.at += 400_000;
    const held = await rig.store.locks.acquire(mine.id, 'someone:1', 180_000);
    assert.ok('release' in held);
    const [recovered] = await rig.process().recover(ours, { lockWaitMs: 0 });
    assert.deepEqual([recovered?.result, recovered?.error?.code], [null, 'zone-locked']);
    assert.equal((await accountOf(rig, ours, mine.id)).status, 'applying');
  });
});
