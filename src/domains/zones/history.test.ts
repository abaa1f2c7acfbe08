import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import fc from 'fast-check';
import type { ChangeSetId, RecordId, ZoneId } from '../../base/ids.ts';
import { FakeCloudflare, makeRecord } from './fake-cloudflare.ts';
import { connectionId, FakeClock, FakeMirror, tenantId } from './fakes.ts';
import { diffMoments, listRevisions, type Moment, recordLife, recordsAt } from './history.ts';
import { formatFreshness } from './known-zone.ts';
import type { MirrorDelta, RevisionOrigin } from './model.ts';

const clock = new FakeClock();
const mirror = new FakeMirror();
const ports = { mirror };
const cloudflare = new FakeCloudflare(clock);
const zoneId = cloudflare.addZone('shop.example');
const ref = { tenantId, zoneId };
const startedAt = clock.now();

async function advance(
  into: FakeMirror,
  id: ZoneId,
  delta: Partial<MirrorDelta>,
  origin: RevisionOrigin = { kind: 'outside', actor: null },
): Promise<number> {
  const zone = (await into.getZone(tenantId, id)) ?? assert.fail();
  clock.at += 60_000;
  return into.advance(tenantId, id, {
    baseRevision: zone.revision,
    delta: { put: [], gone: [], ...delta },
    origin,
    freshness: { verifiedAt: clock.now(), signal: 'full-read', staleSince: null },
    at: clock.now(),
  });
}

const revision = (number: number): Moment => ({ kind: 'revision', revision: number });
const put = (id: string, name: string, address: string): MirrorDelta['put'][number] => ({
  record: makeRecord(id, name, address),
});

before(async () => {
  await mirror.putZones(tenantId, connectionId, [cloudflare.zones.get(zoneId)?.facts ?? assert.fail()], 0);
  await advance(
    mirror,
    zoneId,
    { put: [put('1', 'www.shop.example', '192.0.2.1'), put('2', 'mail.shop.example', '192.0.2.2')] },
    { kind: 'first-read' },
  );
  await advance(mirror, zoneId, {
    put: [put('1', 'www.shop.example', '198.51.100.1'), put('3', 'api.shop.example', '192.0.2.3')],
  });
  await advance(mirror, zoneId, { gone: ['2' as RecordId] });
  await advance(
    mirror,
    zoneId,
    { put: [{ ...put('4', 'mail.shop.example', '192.0.2.2'), continues: '2' as RecordId }] },
    { kind: 'change-set', changeSetId: 'chg_1' as ChangeSetId },
  );
});

async function contentsAt(moment: Moment): Promise<string[]> {
  const lines: string[] = [];
  for await (const chunk of (await recordsAt(ports, ref, moment)).records) {
    lines.push(...chunk.map(({ record }) => `${record.fields.name} ${record.received['content']}`));
  }
  return lines.sort();
}

test('revisions come newest first, with their origin', async () => {
  const { revisions, zone } = await listRevisions(ports, ref, 3);
  assert.deepEqual(
    revisions.map((each) => [each.revision, each.origin.kind]),
    [
      [4, 'change-set'],
      [3, 'outside'],
      [2, 'outside'],
    ],
  );
  assert.equal(zone.freshness.signal, 'full-read');
});

test('the state at a revision, at a time, and now', async () => {
  const first = ['mail.shop.example 192.0.2.2', 'www.shop.example 192.0.2.1'];
  assert.deepEqual(await contentsAt(revision(1)), first);
  assert.deepEqual(await contentsAt({ kind: 'time', at: startedAt + 60_000 }), first);
  assert.deepEqual(await contentsAt({ kind: 'time', at: startedAt + 119_999 }), first);
  assert.deepEqual(await contentsAt({ kind: 'time', at: startedAt + 3 * 60_000 }), [
    'api.shop.example 192.0.2.3',
    'www.shop.example 198.51.100.1',
  ]);
  assert.equal((await contentsAt({ kind: 'latest' })).length, 3);
});

test('a moment of which nothing is kept is refused with what is', async () => {
  await assert.rejects(contentsAt({ kind: 'time', at: startedAt }), {
    code: 'moment-unknown',
    message: /the oldest kept is 1, of 2026-01-01T00:01:00/,
  });
  await assert.rejects(contentsAt(revision(5)), { code: 'revision-unknown', kind: 'input' });
  await assert.rejects(contentsAt(revision(0)), { code: 'moment-unknown' });
  await assert.rejects(recordsAt(ports, { tenantId, zoneId: 'x' as ZoneId }, revision(1)), {
    code: 'zone-unknown',
  });
});

test('the difference of two moments, either way', async () => {
  const told = async (from: number, to: number): Promise<string[]> =>
    (await diffMoments(ports, ref, { from: revision(from), to: revision(to) })).differences.map((each) => {
      const record = each.after ?? each.before;
      return `${each.kind} ${record.fields.name}${each.kind === 'updated' ? ` ${each.fields}` : ''}`;
    });
  assert.deepEqual(await told(1, 3), [
    'created api.shop.example',
    'deleted mail.shop.example',
    'updated www.shop.example rdata',
  ]);
  assert.deepEqual(await told(3, 1), [
    'deleted api.shop.example',
    'created mail.shop.example',
    'updated www.shop.example rdata',
  ]);
  assert.deepEqual(
    await told(1, 4),
    ['created api.shop.example', 'updated mail.shop.example ', 'updated www.shop.example rdata'],
    'the restored record is the same record, under a new id',
  );
  assert.deepEqual(await told(2, 2), []);
});

test('the life of a record goes through its ids', async () => {
  for (const id of ['2', '4']) {
    const { chapters } = await recordLife(ports, ref, id as RecordId);
    assert.deepEqual(
      chapters.map(({ version, began, ended }) => [
        version.record.id,
        began?.origin.kind,
        ended?.revision ?? null,
      ]),
      [
        ['2', 'first-read', 3],
        ['4', 'change-set', null],
      ],
    );
  }
  await assert.rejects(recordLife(ports, ref, '9' as RecordId), { code: 'record-unknown' });
});

test('a difference applied to its beginning gives its end, between any two moments', async () => {
  const step = fc.array(
    fc.record({ id: fc.constantFrom('1', '2', '3', '4', '5'), address: fc.nat(3), gone: fc.boolean() }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.nat(100),
      fc.nat(100),
      async (steps, a, b) => {
        const own = new FakeMirror();
        await own.putZones(tenantId, connectionId, [cloudflare.zones.get(zoneId)?.facts ?? assert.fail()], 0);
        await advance(own, zoneId, { put: [put('0', 'zero.shop.example', '192.0.2.9')] });
        for (const each of steps) {
          const hashes = await own.recordHashes(tenantId, zoneId);
          const byId = new Map(each.map((one) => [one.id, one]));
          const gone = [...byId.values()].filter((one) => one.gone && hashes.has(one.id as RecordId));
          const kept = [...byId.values()].filter((one) => !one.gone);
          await advance(own, zoneId, {
            put: kept.map((one) => put(one.id, `${one.id}.shop.example`, `192.0.2.${one.address}`)),
            gone: gone.map((one) => one.id as RecordId),
          });
        }
        const latest = (await own.getZone(tenantId, zoneId))?.revision ?? 0;
        const [from, to] = [1 + (a % latest), 1 + (b % latest)];
        const state = async (at: number): Promise<Map<string, string>> => {
          const records = new Map<string, string>();
          for await (const chunk of own.records(tenantId, zoneId, at)) {
            for (const { record } of chunk) records.set(record.id, JSON.stringify(record));
          }
          return records;
        };
        const result = await state(from);
        const diff = await diffMoments({ mirror: own }, ref, { from: revision(from), to: revision(to) });
        for (const { before: was, after } of diff.differences) {
          if (was !== null) assert.ok(result.delete(was.id));
          if (after !== null) result.set(after.id, JSON.stringify(after));
        }
        assert.deepEqual(new Map([...result].sort()), new Map([...(await state(to))].sort()));
      },
    ),
  );
});

test('freshness in words, also when the clock jumped back', () => {
  const fresh = { verifiedAt: 1_000_000, signal: 'full-read', staleSince: null, unreadable: null } as const;
  assert.equal(formatFreshness(fresh, 1_040_000), 'verified 40 s ago');
  assert.equal(formatFreshness(fresh, 0), 'verified 0 s ago');
  assert.equal(
    formatFreshness({ ...fresh, staleSince: 8_000_000 }, 8_205_000),
    'stale for 3 min, verified 2 h ago',
  );
  assert.equal(formatFreshness({ ...fresh, verifiedAt: null }, 5), 'never read');
  assert.equal(
    formatFreshness({ ...fresh, unreadable: { since: 2_000_000, reason: 'not-seen' } }, 2_040_000),
    'out of reach for 40 s, verified 17 min ago',
  );
});
