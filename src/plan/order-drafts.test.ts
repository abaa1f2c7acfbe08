import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../dns/live-record.ts';
import { bodyOf, changesOf } from './batch.ts';
import { completeFields, type Draft } from './diff.ts';
import { FakeZone } from './fake-zone.ts';
import { contextOf, desired, live, recordId } from './fixtures.ts';
import { planDrafts } from './make-plan.ts';
import { orderDrafts } from './order-drafts.ts';
import { restoreZone } from './restore.ts';

function become(record: LiveRecord, text: string): Draft {
  const after = { fields: completeFields(desired(text)), received: null };
  const renamed = after.fields.name !== record.fields.name;
  return { action: 'update', before: record, after, fields: renamed ? ['name', 'rdata'] : ['rdata'] };
}

const at = (text: string, number: number): LiveRecord => live(text, number);

const rows: readonly (readonly [
  string,
  readonly LiveRecord[],
  readonly string[],
  actions: readonly string[],
])[] = [
  [
    'a chain runs from its free end',
    [at('x A 192.0.2.1', 1), at('x A 192.0.2.2', 2), at('x A 192.0.2.3', 3)],
    ['x A 192.0.2.2', 'x A 192.0.2.3', 'x A 192.0.2.4'],
    ['update 3', 'update 2', 'update 1'],
  ],
  [
    'a swap is broken once',
    [at('x A 192.0.2.1', 1), at('x A 192.0.2.2', 2)],
    ['x A 192.0.2.2', 'x A 192.0.2.1'],
    ['delete 2', 'update 1', 'create'],
  ],
  [
    'a ring of three',
    [at('x A 192.0.2.1', 1), at('x A 192.0.2.2', 2), at('x A 192.0.2.3', 3)],
    ['x A 192.0.2.2', 'x A 192.0.2.3', 'x A 192.0.2.1'],
    ['delete 3', 'update 2', 'update 1', 'create'],
  ],
  [
    'names swapped',
    [at('x A 192.0.2.1', 1), at('y CNAME z', 2)],
    ['y A 192.0.2.1', 'x CNAME z'],
    ['delete 2', 'update 1', 'create'],
  ],
  [
    'a CNAME waits for both addresses',
    [at('x CNAME z', 1), at('y A 192.0.2.1', 2), at('y A 192.0.2.2', 3)],
    ['y CNAME z', 'v A 192.0.2.1', 'w A 192.0.2.2'],
    ['update 2', 'update 3', 'update 1'],
  ],
  [
    'independent updates stay updates',
    [at('x A 192.0.2.1', 1), at('y A 192.0.2.1', 2)],
    ['x A 192.0.2.2', 'y A 192.0.2.2'],
    ['update 1', 'update 2'],
  ],
];

for (const [name, records, texts, actions] of rows) {
  test(`order: ${name}`, () => {
    const drafts = records.map((record, index) => become(record, texts[index] ?? ''));
    const plan = planDrafts(contextOf(records), { drafts, problems: [] });
    const made = plan.groups.flatMap((group) =>
      group.changes.map((change) =>
        change.before === null ? change.action : `${change.action} ${Number.parseInt(change.before.id, 16)}`,
      ),
    );
    assert.deepEqual(made, actions);
    const zone = new FakeZone(records);
    for (const batch of plan.batches) zone.batch(bodyOf(changesOf(plan.groups, batch)));
    const wanted = texts.map((text) => JSON.stringify(completeFields(desired(text)))).sort();
    assert.deepEqual(zone.records.map((record) => JSON.stringify(record.fields)).sort(), wanted);
  });
}

test('order: what is made again goes on with the history of what it was', () => {
  const records = [at('x A 192.0.2.1', 1), at('x A 192.0.2.2', 2)];
  const drafts = [
    become(at('x A 192.0.2.1', 1), 'x A 192.0.2.2'),
    become(at('x A 192.0.2.2', 2), 'x A 192.0.2.1'),
  ];
  const created = orderDrafts(drafts, records).find((draft) => draft.action === 'create');
  assert.equal(created?.continues, recordId(2));
});

test('order: at a signed delegation the nameservers are exchanged in place', () => {
  const records = [at('s NS a.other.example.', 1), at('s DS 1 13 2 abcd', 2)];
  const drafts: Draft[] = [
    { action: 'delete', before: at('s NS a.other.example.', 1) },
    { action: 'create', after: { fields: completeFields(desired('s NS b.other.example.')), received: null } },
  ];
  assert.deepEqual(
    orderDrafts(drafts, records).map((draft) => draft.action),
    ['update'],
  );
  assert.deepEqual(
    orderDrafts(drafts, records.slice(0, 1)).map((draft) => draft.action),
    ['delete', 'create'],
  );
});

test('order: a chain as long as a zone does not fill the stack', () => {
  const length = 20_000;
  const records = Array.from({ length }, (_, index) => at(`x TXT "${index}"`, index + 1));
  const drafts = records.map((record, index) => become(record, `x TXT "${index + 1}"`));
  const ordered = orderDrafts(drafts, records);
  const [first] = ordered;
  assert.equal(ordered.length, length);
  assert.equal(first?.action === 'update' && first.before.id, recordId(length));
});

test('restore: by id, by lineage, by data, in this order', () => {
  const target = [at('a A 192.0.2.1', 1), at('b A 192.0.2.1', 2), at('c A 192.0.2.1', 3)];
  const now = [at('a A 192.0.2.9', 1), at('b A 192.0.2.9', 22), at('c A 192.0.2.1', 33)];
  const { drafts } = restoreZone(target, now, new Map([[recordId(2), recordId(22)]]));
  assert.deepEqual(
    drafts.map((draft) => [
      draft.action,
      draft.action === 'create' ? null : Number.parseInt(draft.before.id, 16),
    ]),
    [
      ['update', 1],
      ['update', 22],
    ],
  );
  const without = restoreZone(target, now, new Map());
  assert.deepEqual(without.drafts.map((draft) => draft.action).sort(), ['create', 'delete', 'update']);
});

test('restore: no record is taken twice, whatever the lineage says', () => {
  const target = [at('a A 192.0.2.1', 1), at('b A 192.0.2.1', 2)];
  const now = [at('a A 192.0.2.9', 1)];
  const { drafts } = restoreZone(target, now, new Map([[recordId(2), recordId(1)]]));
  assert.deepEqual(
    drafts.map((draft) => draft.action),
    ['update', 'create'],
  );
});

test('restore: sends what Cloudflare once sent', () => {
  const then = at('a A 192.0.2.1', 1);
  const gone = restoreZone([then], [], new Map()).drafts[0];
  const changed = restoreZone([then], [at('a A 192.0.2.2', 1)], new Map()).drafts[0];
  for (const draft of [gone, changed]) {
    assert.ok(draft !== undefined && draft.action !== 'delete');
    assert.equal(draft.after.received, then.received);
  }
  assert.equal(gone?.action === 'create' && gone.continues, then.id);
});

test('restore: read-only records stay as they are and are told, when there is something to tell', () => {
  const locked = { readOnly: 'made by R2' };
  const then = [
    live('a A 192.0.2.1', 1, locked),
    live('b A 192.0.2.1', 2, locked),
    live('c A 192.0.2.1', 3, locked),
  ];
  const now = [
    live('a A 192.0.2.1', 1, locked),
    live('b A 192.0.2.9', 2, locked),
    live('new A 192.0.2.1', 4, locked),
  ];
  const { drafts, problems } = restoreZone(then, now, new Map());
  assert.deepEqual(drafts, []);
  assert.deepEqual(
    problems.map(({ severity, message }) => `${severity} ${message}`),
    [
      'warning b.shop.example A 192.0.2.9 stays as it is: made by R2',
      'warning c.shop.example A 192.0.2.1 cannot be brought back: made by R2',
      'warning new.shop.example A 192.0.2.1 stays as it is: made by R2',
    ],
  );
});
