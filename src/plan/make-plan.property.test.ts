import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { changedFields } from '../dns/changed-fields.ts';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord, DesiredZone } from '../dns/record.ts';
import { recordKey } from '../dns/record-key.ts';
import { stateOf, zoneDesired, zoneFields, zoneLive, zoneThenAndNow } from './arbitraries.ts';
import { bodyOf, changesOf, cutBatches, operationCount } from './batch.ts';
import { FakeZone } from './fake-zone.ts';
import { contextOf, liveOf, ZONE } from './fixtures.ts';
import { planDrafts, planZone } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';
import { restoreZone } from './restore.ts';
import type { Scope } from './scope.ts';

const RUNS: fc.Parameters<unknown> = { numRuns: 400 };

function sourceOf(records: readonly DesiredRecord[]): DesiredZone {
  return { zone: ZONE, records, omitted: [] };
}

function plan(
  live: readonly LiveRecord[],
  records: readonly DesiredRecord[],
  scope: Scope = { kind: 'zone' },
) {
  return planZone(contextOf(live), { desired: sourceOf(records), scope, ignore: [], problems: [] });
}

function assertNoErrors(made: ZonePlan): void {
  assert.deepEqual(
    made.problems.filter((problem) => problem.severity === 'error'),
    [],
  );
}

/** Runs every request of the plan; the zone as it is afterwards. */
function carryOut(made: ZonePlan, live: readonly LiveRecord[]): LiveRecord[] {
  const zone = new FakeZone(live);
  for (const batch of made.batches) zone.batch(bodyOf(changesOf(made.groups, batch)));
  return zone.records;
}

test('a zone planned from itself changes nothing', () => {
  fc.assert(
    fc.property(zoneLive, (live) => {
      const made = plan(
        live,
        live.map((record) => record.fields),
      );
      assert.deepEqual([made.groups, made.batches, made.risk], [[], [], 'none']);
      assertNoErrors(made);
    }),
    RUNS,
  );
});

test('carrying a plan out meets no refusal and ends in what the source says; what it does not say stays', () => {
  fc.assert(
    fc.property(zoneLive, zoneDesired, (live, records) => {
      fc.pre(records.length > 0);
      const made = plan(live, records);
      assertNoErrors(made);
      const after = carryOut(made, live);
      assert.equal(after.length, records.length);
      const byKey = new Map(after.map((record) => [recordKey(record.fields), record]));
      for (const record of records) {
        const made = byKey.get(recordKey(record)) ?? assert.fail(`${recordKey(record)} is missing`);
        assert.deepEqual(changedFields(made.fields, record), []);
      }
      for (const change of made.groups.flatMap((group) => group.changes)) {
        if (change.action !== 'update') continue;
        const now =
          after.find((record) => record.id === change.before.id) ?? assert.fail('an update keeps its id');
        const wish = records.find((record) => recordKey(record) === recordKey(now.fields));
        for (const field of ['comment', 'tags', 'privateRouting'] as const) {
          if (wish?.[field] === undefined) assert.deepEqual(now.fields[field], change.before.fields[field]);
        }
      }
      assert.deepEqual(plan(after, records).groups, [], 'planned again, there is nothing to do');
    }),
    RUNS,
  );
});

test('the order of the zone and of the source changes no plan', () => {
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length });
  fc.assert(
    fc.property(
      fc
        .tuple(zoneLive, zoneDesired)
        .chain(([live, records]) =>
          fc.tuple(fc.constant(live), fc.constant(records), shuffled(live), shuffled(records)),
        ),
      ([live, records, liveShuffled, recordsShuffled]) => {
        assert.deepEqual(plan(liveShuffled, recordsShuffled), {
          ...plan(live, records),
        });
      },
    ),
    RUNS,
  );
});

test('any groups of a plan can be applied, in any order, each whole', () => {
  fc.assert(
    fc.property(
      fc.tuple(zoneLive, zoneDesired).chain(([live, records]) => {
        const made = plan(live, records);
        return fc.tuple(fc.constant(live), fc.constant(made), fc.shuffledSubarray([...made.groups]));
      }),
      ([live, made, groups]) => {
        const zone = new FakeZone(live);
        for (const group of groups) zone.batch(bodyOf(changesOf(made.groups, { groupIds: [group.id] })));
        const together = new FakeZone(live);
        for (const batch of cutBatches(groups, 10_000)) together.batch(bodyOf(changesOf(groups, batch)));
        assert.deepEqual(stateOf(zone.records), stateOf(together.records));
      },
    ),
    RUNS,
  );
});

test('going back to any earlier state restores every writable field, and back again', () => {
  fc.assert(
    fc.property(zoneThenAndNow, ({ target, now }) => {
      const back = restore(target, now);
      assert.deepEqual(stateOf(back), stateOf(target));
      const forth = restore(now, back);
      assert.deepEqual(stateOf(forth), stateOf(now));
    }),
    { numRuns: 2000 },
  );
});

function restore(target: readonly LiveRecord[], now: readonly LiveRecord[]): LiveRecord[] {
  const { drafts, problems } = restoreZone(target, now, new Map());
  const made = planDrafts(contextOf(now), { drafts, problems });
  assertNoErrors(made);
  return carryOut(made, now);
}

test('undo of a plan keeps the ids of what was only changed, and lineage finds what was made again', () => {
  fc.assert(
    fc.property(zoneLive, zoneDesired, (live, records) => {
      fc.pre(records.length > 0);
      const after = carryOut(plan(live, records), live);
      const { drafts } = restoreZone(live, after, new Map());
      const back = carryOut(planDrafts(contextOf(after), { drafts, problems: [] }), after);
      assert.deepEqual(stateOf(back), stateOf(live));
      const survivors = live.filter((record) => after.some((other) => other.id === record.id));
      const broken = drafts.filter((draft) => draft.action === 'create').map((draft) => draft.continues);
      for (const record of survivors) {
        if (!broken.includes(record.id)) assert.ok(back.some((other) => other.id === record.id));
      }
    }),
    RUNS,
  );
});

test('requests keep the limit; groups of one and two changes fill them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(1, 2), { maxLength: 300 }),
      fc.integer({ min: 1, max: 50 }).map((half) => half * 2),
      (sizes, limit) => {
        const groups = sizes.map((size, index) => ({
          id: `g${index + 1}`,
          reason: '',
          changes: Array.from({ length: size }, (_, at) => ({
            resource: 'record' as const,
            action: 'delete' as const,
            before: liveOf(ANY, index * 2 + at + 1),
            after: null,
          })),
        }));
        const batches = cutBatches(groups, limit);
        const counts = batches.map((batch) => operationCount(bodyOf(changesOf(groups, batch))));
        const total = sizes.reduce((sum, size) => sum + size, 0);
        assert.ok(counts.every((count) => count <= limit));
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          total,
        );
        assert.equal(batches.length, Math.ceil(total / limit));
      },
    ),
  );
});

const [ANY = assert.fail()] =
  fc.sample(
    zoneFields.filter((fields) => fields.length > 0),
    { numRuns: 1, seed: 1 },
  )[0] ?? [];

test('every live record is in exactly one heap', () => {
  const scopes: fc.Arbitrary<(live: readonly LiveRecord[]) => Scope> = fc.oneof(
    fc.constant(() => ({ kind: 'zone' as const })),
    fc.constantFrom('*', '@', 'www', '*.sub', 'a*').map((pattern) => () => ({
      kind: 'names' as const,
      patterns: [pattern],
    })),
    fc.constantFrom(2, 3).map((step) => (live: readonly LiveRecord[]) => ({
      kind: 'own' as const,
      recordIds: new Set(live.filter((_, index) => index % step === 0).map((record) => record.id)),
    })),
  );
  fc.assert(
    fc.property(zoneLive, zoneDesired, scopes, fc.nat(3), (live, records, scopeOf, locked) => {
      const zone = live.map((record, index) =>
        index < locked ? { ...record, readOnly: 'made by R2' } : record,
      );
      const scope = scopeOf(zone);
      const made = planZone(contextOf(zone), {
        desired: sourceOf(records),
        scope,
        ignore: [{ name: 'b' }, { name: '*', type: 'mx' }],
        problems: [],
      });
      const { inventory } = made;
      assert.equal(inventory.live, zone.length);
      assert.equal(inventory.managed + inventory.ignored.length + inventory.readOnly.length, zone.length);
      const touched = made.groups.flatMap((group) => group.changes.flatMap((change) => change.before ?? []));
      for (const record of touched) {
        assert.equal(record.readOnly, null);
        if (scope.kind === 'own') assert.ok(scope.recordIds.has(record.id));
        assert.ok(record.fields.name !== `b.${ZONE}`);
      }
    }),
    RUNS,
  );
});
