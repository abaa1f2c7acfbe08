import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord } from '../dns/record.ts';
import { describeRecord } from '../dns/record-key.ts';
import { bodyOf, changesOf } from './batch.ts';
import { type Edit, planEdits } from './edits.ts';
import { FakeZone } from './fake-zone.ts';
import { contextOf, desired, live } from './fixtures.ts';
import { countChanges, summarizePlans } from './summarize-plans.ts';

const a = live('a A 192.0.2.1', 1, { proxied: true, comment: 'kept', tags: ['t'] });
const a2 = live('a A 192.0.2.2', 2);
const c = live('c CNAME a', 3);
const locked = live('w CNAME worker.example.', 4, { readOnly: 'made by a Worker' });
const zone = [a, a2, c, locked];

const add = (text: string, more: Partial<DesiredRecord> = {}): Edit => ({
  kind: 'add',
  record: desired(text, more),
});
const set = (record: LiveRecord, more: Partial<DesiredRecord>): Edit => ({
  kind: 'change',
  record,
  set: more,
});
const remove = (record: LiveRecord): Edit => ({ kind: 'remove', record });
const data = (text: string): Partial<DesiredRecord> => ({ rdata: desired(`x ${text}`).rdata });

const rows: readonly (readonly [string, readonly Edit[], readonly string[], readonly string[]])[] = [
  ['add', [add('n A 192.0.2.9')], ['create n.shop.example A 192.0.2.9'], []],
  ['add what is there', [add('a A 192.0.2.1')], [], ['warning record-exists']],
  ['add what is there, with another TTL', [add('a A 192.0.2.2', { ttl: 60 })], [], ['error record-exists']],
  [
    'add twice',
    [add('n A 192.0.2.9'), add('n A 192.0.2.9')],
    ['create n.shop.example A 192.0.2.9'],
    ['warning record-exists'],
  ],
  [
    'add an address beside a CNAME',
    [add('c A 192.0.2.9')],
    ['create c.shop.example A 192.0.2.9'],
    ['error cname-conflict'],
  ],
  [
    'add what is removed at the same time',
    [remove(a2), add('a A 192.0.2.2')],
    ['delete a.shop.example A 192.0.2.2', 'create a.shop.example A 192.0.2.2'],
    [],
  ],
  ['change data', [set(a, data('A 192.0.2.7'))], ['update a.shop.example A 192.0.2.7'], []],
  ['change to what it is', [set(a, { proxied: true })], [], ['warning nothing-to-change']],
  [
    'change to what another is',
    [set(a, data('A 192.0.2.2'))],
    ['delete a.shop.example A 192.0.2.1'],
    ['warning record-merged'],
  ],
  [
    'change two to the same',
    [set(a, data('A 192.0.2.7')), set(a2, data('A 192.0.2.7'))],
    ['delete a.shop.example A 192.0.2.2', 'update a.shop.example A 192.0.2.7'],
    ['warning record-merged'],
  ],
  [
    'swap',
    [set(a, data('A 192.0.2.2')), set(a2, data('A 192.0.2.1'))],
    [
      'delete a.shop.example A 192.0.2.2',
      'update a.shop.example A 192.0.2.2',
      'create a.shop.example A 192.0.2.1',
    ],
    [],
  ],
  [
    'change the type',
    [set(c, data('A 192.0.2.9'))],
    ['delete c.shop.example CNAME a.shop.example.', 'create c.shop.example A 192.0.2.9'],
    [],
  ],
  [
    'rename',
    [set(c, { name: desired('d A 192.0.2.1').name })],
    ['update d.shop.example CNAME a.shop.example.'],
    [],
  ],
  [
    'rename onto a CNAME',
    [set(a2, { name: c.fields.name })],
    ['update c.shop.example A 192.0.2.2'],
    ['error cname-conflict'],
  ],
  ['remove', [remove(c)], ['delete c.shop.example CNAME a.shop.example.'], []],
  ['edit one record twice', [set(a, { ttl: 60 }), remove(a)], [], ['error record-edited-twice']],
  ['remove a read-only record', [remove(locked)], [], ['error record-read-only']],
  ['set a bad TTL', [set(c, { ttl: 1 })], [], ['error ttl-out-of-range']],
];

for (const [name, edits, changes, problems] of rows) {
  test(`edit: ${name}`, () => {
    const plan = planEdits(contextOf(zone), { edits });
    const made = plan.groups.flatMap((group) =>
      group.changes.map(
        (change) => `${change.action} ${describeRecord((change.after ?? change.before).fields)}`,
      ),
    );
    assert.deepEqual(made, changes);
    assert.deepEqual(
      plan.problems.map(({ severity, code }) => `${severity} ${code}`),
      problems,
    );
    if (problems.some((problem) => problem.startsWith('error'))) return;
    const fake = new FakeZone(zone);
    for (const batch of plan.batches) fake.batch(bodyOf(changesOf(plan.groups, batch)));
  });
}

test('edit: a change keeps what it does not set, also when the type changes', () => {
  const [update] =
    planEdits(contextOf(zone), { edits: [set(a, data('A 192.0.2.7'))] }).groups[0]?.changes ?? [];
  assert.deepEqual(update?.action === 'update' && update.fields, ['rdata']);
  const typed = planEdits(contextOf([a]), { edits: [set(a, data('TXT "now a text"'))] });
  const created = typed.groups[0]?.changes.find((change) => change.action === 'create');
  assert.equal(created?.continues, a.id);
  const { proxied, comment, tags } = created?.after.fields ?? assert.fail();
  assert.deepEqual([proxied, comment, tags], [false, 'kept', ['t']]);
});

test('many zones are one sum: changes, calls, guard rails and the highest risk', () => {
  const plans = [
    planEdits(contextOf(zone), { edits: [add('n A 192.0.2.9'), remove(a2)] }),
    planEdits(contextOf([]), { edits: [add('*.w A 192.0.2.9')] }),
    planEdits(contextOf(zone), { edits: [set(a, { proxied: true })] }),
  ];
  const summary = summarizePlans(plans);
  assert.deepEqual([summary.zones, summary.changedZones], [3, 2]);
  assert.deepEqual(summary.changes, { create: 2, update: 0, delete: 1 });
  assert.deepEqual(countChanges(plans[0] ?? assert.fail()), { create: 1, update: 0, delete: 1 });
  assert.deepEqual([summary.risk, summary.overrides, summary.applicable], ['high', ['wildcard'], true]);
  assert.deepEqual([summary.price.reads, summary.price.writes], [3, 2]);
  assert.equal(summary.price.budgetShare, 5 / 1200);
  const broken = planEdits(contextOf(zone), { edits: [remove(locked)] });
  assert.equal(summarizePlans([...plans, broken]).applicable, false);
});
