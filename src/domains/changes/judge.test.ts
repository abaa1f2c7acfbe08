import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LiveRecord } from '../../dns/live-record.ts';
import { recordKey } from '../../dns/record-key.ts';
import { zoneDesired, zoneLive } from '../../plan/arbitraries.ts';
import { bodyOf, type PlacedChange } from '../../plan/batch.ts';
import type { Change } from '../../plan/change.ts';
import { completeFields, type Draft } from '../../plan/diff.ts';
import { FakeZone } from '../../plan/fake-zone.ts';
import { contextOf, desired, live, ZONE } from '../../plan/fixtures.ts';
import { planDrafts, planZone } from '../../plan/make-plan.ts';
import { judge, type Reading, type Verdict } from './judge.ts';

const LATER = '2026-10-02T12:00:00.000000Z';

function place(changes: readonly Change[]): PlacedChange[] {
  return changes.map((change, index) => ({ groupId: 'g1', index, change }));
}

/** A record as it is after a write: other fields, another time. */
function written(record: LiveRecord, text: string, modifiedOn = LATER): LiveRecord {
  return { ...record, fields: completeFields(desired(text)), modifiedOn };
}

const a = live('a A 192.0.2.1', 1);
const b = live('b A 192.0.2.1', 2);
const other = live('other TXT "x"', 3);
const before = [a, b, other];
const ids = new Set(before.map((record) => record.id));

function drafted(...drafts: Draft[]): PlacedChange[] {
  const plan = planDrafts(contextOf(before), { drafts, problems: [] });
  return place(plan.groups.flatMap((group) => group.changes));
}

const remove = (record: LiveRecord): Draft => ({ action: 'delete', before: record });
const create = (text: string): Draft => ({
  action: 'create',
  after: { fields: completeFields(desired(text)), received: null },
});
const update = (record: LiveRecord, text: string): Draft => ({
  action: 'update',
  before: record,
  after: { fields: completeFields(desired(text)), received: null },
  fields: ['rdata'],
});

const a2 = written(a, 'a A 192.0.2.2');
const b2 = written(b, 'b A 192.0.2.2');
const new1 = live('new A 192.0.2.9', 101);
const new2 = live('new TXT "n"', 102);

const deletes = drafted(remove(a), remove(b));
const updates = drafted(update(a, 'a A 192.0.2.2'), update(b, 'b A 192.0.2.2'));
const creates = drafted(create('new A 192.0.2.9'), create('new TXT "n"'));
const mixed = drafted(remove(a), update(b, 'b A 192.0.2.2'), create('new A 192.0.2.9'));
const recreate = drafted(remove(a), { ...create('a A 192.0.2.1') });
const sameValue = drafted(update(a, 'a A 192.0.2.1'));

/** Readings: `q` after the quiet period, `e` before. */
type Row = readonly [
  name: string,
  changes: readonly PlacedChange[],
  readings: readonly (readonly ['e' | 'q', readonly LiveRecord[]])[],
  state: Extract<Verdict, { decided: true }>['state'] | 'undecided',
  outcomes?: readonly string[],
];

const YES = 'applied';
const NO = 'not-applied';
const DUNNO = 'unknown';

const rows: readonly Row[] = [
  ['no reading yet', deletes, [], 'undecided'],
  ['deletes: all gone, at once', deletes, [['e', [other]]], 'landed', [YES, YES]],
  ['deletes: all there, too early', deletes, [['e', before]], 'undecided'],
  ['deletes: all there, once after the quiet period', deletes, [['q', before]], 'undecided'],
  [
    'deletes: all there, twice',
    deletes,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO, NO],
  ],
  [
    'deletes: there, then gone (late)',
    deletes,
    [
      ['q', before],
      ['q', [other]],
    ],
    'landed',
    [YES, YES],
  ],
  [
    'deletes: early readings do not count',
    deletes,
    [
      ['e', before],
      ['e', before],
      ['q', before],
    ],
    'undecided',
  ],
  [
    'deletes: one gone by another hand',
    deletes,
    [
      ['q', [b, other]],
      ['q', [b, other]],
    ],
    'not-landed',
    [NO, NO],
  ],

  ['updates: all done and touched', updates, [['e', [a2, b2, other]]], 'landed', [YES, YES]],
  [
    'updates: as before, twice',
    updates,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO, NO],
  ],
  [
    'updates: done but not touched waits',
    updates,
    [['e', [written(a, 'a A 192.0.2.2', a.modifiedOn ?? ''), b2, other]]],
    'undecided',
  ],
  [
    'updates: one changed by another hand since, the other done',
    updates,
    [
      ['q', [written(a, 'a A 192.0.2.7'), b2, other]],
      ['q', [written(a, 'a A 192.0.2.7'), b2, other]],
    ],
    'landed',
    [YES, YES],
  ],
  [
    'updates: one changed by another hand, the other as before',
    updates,
    [
      ['q', [written(a, 'a A 192.0.2.7'), b, other]],
      ['q', [written(a, 'a A 192.0.2.7'), b, other]],
    ],
    'not-landed',
    [NO, NO],
  ],
  [
    'updates: all changed by another hand',
    updates,
    [
      ['q', [written(a, 'a A 192.0.2.7'), written(b, 'b A 192.0.2.7')]],
      ['q', [written(a, 'a A 192.0.2.7'), written(b, 'b A 192.0.2.7')]],
    ],
    'unknown',
    [DUNNO, DUNNO],
  ],
  [
    'updates: one record gone, the other done',
    updates,
    [
      ['q', [b2]],
      ['q', [b2]],
    ],
    'landed',
    [YES, YES],
  ],
  [
    'updates: both records gone',
    updates,
    [
      ['q', [other]],
      ['q', [other]],
    ],
    'unknown',
    [DUNNO, DUNNO],
  ],
  [
    'updates: half landed is no transaction',
    updates,
    [
      ['q', [a2, b]],
      ['q', [a2, b]],
    ],
    'mixed',
    [YES, NO],
  ],

  ['same value: touched', sameValue, [['e', [{ ...a, modifiedOn: LATER }, b]]], 'landed', [YES]],
  [
    'same value: not touched',
    sameValue,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO],
  ],
  ['same value: not touched, too early', sameValue, [['e', before]], 'undecided'],

  ['creates: all there', creates, [['e', [...before, new1, new2]]], 'landed', [YES, YES]],
  [
    'creates: none there, twice',
    creates,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO, NO],
  ],
  [
    'creates: one there',
    creates,
    [
      ['q', [...before, new1]],
      ['q', [...before, new1]],
    ],
    'landed',
    [YES, YES],
  ],
  [
    'creates: same data under an id that was there before',
    drafted(create('other TXT "y"')),
    [
      ['q', [a, b, written(other, 'other TXT "y"')]],
      ['q', [a, b, written(other, 'other TXT "y"')]],
    ],
    'not-landed',
    [NO],
  ],
  [
    'creates: there with another TTL, alone',
    drafted(create('new A 192.0.2.9')),
    [
      ['q', [live('new A 192.0.2.9', 101, { ttl: 60 })]],
      ['q', [live('new A 192.0.2.9', 101, { ttl: 60 })]],
    ],
    'unknown',
    [DUNNO],
  ],
  [
    'created again: same data, new id',
    recreate,
    [['e', [live('a A 192.0.2.1', 100), b, other]]],
    'landed',
    [YES, YES],
  ],
  [
    'created again: the old id is still there',
    recreate,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO, NO],
  ],

  ['mixed: all done', mixed, [['e', [b2, other, new1]]], 'landed', [YES, YES, YES]],
  [
    'mixed: a stale list first',
    mixed,
    [
      ['e', before],
      ['e', [b2, other, new1]],
    ],
    'landed',
    [YES, YES, YES],
  ],
  [
    'mixed: nothing done',
    mixed,
    [
      ['q', before],
      ['q', before],
    ],
    'not-landed',
    [NO, NO, NO],
  ],
  [
    'mixed: landed, and the new record removed since',
    mixed,
    [
      ['q', [b2, other]],
      ['q', [b2, other]],
    ],
    'landed',
    [YES, YES, YES],
  ],
  [
    'mixed: not landed, and someone made the new record',
    mixed,
    [
      ['q', [...before, new1]],
      ['q', [...before, new1]],
    ],
    'not-landed',
    [NO, NO, NO],
  ],
  [
    'mixed: nothing done, then an unrelated record comes',
    mixed,
    [
      ['q', before],
      ['q', [...before, live('far TXT "f"', 200)]],
    ],
    'not-landed',
    [NO, NO, NO],
  ],
];

for (const [name, changes, readings, state, outcomes] of rows) {
  test(`judge: ${name}`, () => {
    const verdict = judge(
      changes,
      ids,
      readings.map(([when, records]): Reading => ({ records, quiet: when === 'q' })),
    );
    if (state === 'undecided') {
      assert.equal(verdict.decided, false);
      return;
    }
    assert.ok(verdict.decided);
    assert.equal(verdict.state, state);
    const byAction = ['delete', 'update', 'create'];
    const inOrder = changes
      .map(({ change }, index) => ({
        rank: byAction.indexOf(change.action),
        state: verdict.outcomes[index]?.state,
      }))
      .toSorted((x, y) => x.rank - y.rank);
    assert.deepEqual(
      inOrder.map((one) => one.state),
      outcomes,
    );
  });
}

test('judge: an applied outcome names the record as it is now', () => {
  const verdict = judge(mixed, ids, [{ records: [b2, other, new1], quiet: false }]);
  assert.ok(verdict.decided);
  const byAction = new Map(mixed.map(({ change }, index) => [change.action, verdict.outcomes[index]]));
  assert.equal(byAction.get('delete')?.recordId, a.id);
  assert.equal(byAction.get('update')?.recordId, b.id);
  assert.equal(byAction.get('create')?.recordId, new1.id);
  assert.equal(byAction.get('create')?.received, new1.received);
});

/** One thing that happens between two readings. */
type Step = 'land' | 'foreign-add' | 'foreign-change' | 'foreign-remove';

test('judge: never wrong when no one else touches the same records', () => {
  fc.assert(
    fc.property(
      zoneLive,
      zoneDesired,
      fc.array(fc.constantFrom<Step>('land', 'foreign-add', 'foreign-change', 'foreign-remove'), {
        maxLength: 8,
      }),
      fc.infiniteStream(fc.nat(9)),
      (records, wish, steps, dice) => {
        const made = planZone(contextOf(records), {
          desired: { zone: ZONE, records: wish, omitted: [] },
          scope: { kind: 'zone' },
          ignore: [],
          problems: [],
        });
        const changes = made.groups.flatMap((group) =>
          group.changes.map((change, index) => ({ groupId: group.id, index, change })),
        );
        fc.pre(changes.length > 0);
        const world = new World(records, changes);
        const idsBefore = new Set(records.map((record) => record.id));
        const readings: Reading[] = [];
        let verdict: Verdict = { decided: false };
        for (const step of [...steps, 'quiet', 'quiet'] as const) {
          if (step !== 'quiet') world.step(step);
          // Lists may be stale until the quiet period is over.
          const stale = step !== 'quiet' && dice.next().value < 4;
          readings.push({
            records: stale ? world.past(dice.next().value) : world.records,
            quiet: step === 'quiet',
          });
          verdict = judge(changes, idsBefore, readings);
          if (verdict.decided) break;
        }
        assert.ok(verdict.decided, 'two quiet readings of an undisturbed zone decide');
        assert.equal(verdict.state, world.landed ? 'landed' : 'not-landed');
        const expected = world.landed ? 'applied' : 'not-applied';
        assert.ok(verdict.outcomes.every((outcome) => outcome.state === expected));
        if (!world.landed) return;
        for (const [index, { change }] of changes.entries()) {
          if (change.action !== 'create') continue;
          const record: LiveRecord | undefined = world.records.find(
            (one) => one.id === verdict.outcomes[index]?.recordId,
          );
          assert.equal(record && recordKey(record.fields), recordKey(change.after.fields));
        }
      },
    ),
    { numRuns: 600 },
  );
});

/** Cloudflare and everyone else: transactional, and busy with records that the plan does not touch. */
class World {
  readonly #zone: FakeZone;
  readonly #changes: readonly PlacedChange[];
  readonly #past: LiveRecord[][];
  #foreign = 0;
  landed = false;

  constructor(records: readonly LiveRecord[], changes: readonly PlacedChange[]) {
    this.#zone = new FakeZone(records);
    this.#changes = changes;
    this.#past = [[...records]];
  }

  get records(): LiveRecord[] {
    return this.#zone.records;
  }

  past(back: number): LiveRecord[] {
    return this.#past[Math.max(0, this.#past.length - 1 - back)] ?? [];
  }

  step(step: Step): void {
    const touched = new Set(
      this.#changes.flatMap(({ change }) => [change.before?.fields.name, change.after?.fields.name]),
    );
    const free = this.records.find(({ fields }) => !touched.has(fields.name) && fields.rdata.type !== 'NS');
    const none = { deletes: [], patches: [], puts: [], posts: [] };
    this.#foreign += 1;
    if (step === 'land' && !this.landed) {
      this.#zone.batch(bodyOf(this.#changes));
      this.landed = true;
    } else if (step === 'foreign-add') {
      const fields = completeFields(desired(`foreign TXT "${this.#foreign}"`));
      this.#zone.batch({ ...none, posts: [JSON.parse(JSON.stringify(fields))] });
    } else if (step === 'foreign-change' && free !== undefined) {
      this.#zone.batch({ ...none, patches: [{ id: free.id, comment: `by hand ${this.#foreign}` }] });
    } else if (step === 'foreign-remove' && free !== undefined) {
      this.#zone.batch({ ...none, deletes: [{ id: free.id }] });
    }
    this.#past.push(this.records);
  }
}
