import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../../dns/live-record.ts';
import { PLAN_LIMITS } from '../../dns/plan-limits.ts';
import type { DesiredRecord } from '../../dns/record.ts';
import type { ChangeGroup } from '../../plan/change.ts';
import { contextOf, desired, live, ZONE } from '../../plan/fixtures.ts';
import { planZone } from '../../plan/make-plan.ts';
import { checkMoved } from './moved.ts';

function plan(records: readonly LiveRecord[], wish: readonly DesiredRecord[], operationsMax = 3500) {
  const limits = { ...PLAN_LIMITS.business, batchOperationsMax: operationsMax };
  return planZone(contextOf(records, { limits }), {
    desired: { zone: ZONE, records: wish, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  }).groups;
}

const a = live('a A 192.0.2.1', 1);
const b = live('b A 192.0.2.1', 2);
const c = live('c A 192.0.2.1', 3);
const zone = [a, b, c];
/** One group for each name: a is changed, b is removed, c becomes a CNAME, d is new. */
const groups = plan(zone, [desired('a A 192.0.2.2'), desired('c CNAME a'), desired('d A 192.0.2.4')]);

const names = (some: readonly ChangeGroup[]): string[] =>
  some.map((group) => group.reason.split('.')[0] ?? '');

const rows: readonly (readonly [
  name: string,
  now: readonly LiveRecord[],
  unmoved: string[],
  says?: RegExp,
])[] = [
  ['nothing moved', zone, ['a', 'b', 'c', 'd']],
  ['unrelated records came', [...zone, live('far A 192.0.2.9', 9)], ['a', 'b', 'c', 'd']],
  ['only the time of the last write moved', [{ ...a, modifiedOn: 'later' }, b, c], ['a', 'b', 'c', 'd']],
  ['a record to be changed is gone', [b, c], ['b', 'c', 'd'], /a\.shop\.example A 192\.0\.2\.1 is gone/],
  ['a record to be removed is gone', [a, c], ['a', 'c', 'd'], /b\.shop\.example .* is gone/],
  [
    'a record to be changed has other data',
    [live('a A 192.0.2.7', 1), b, c],
    ['b', 'c', 'd'],
    /changed since the plan was made \(rdata\); it is now a\.shop\.example A 192\.0\.2\.7/,
  ],
  [
    'only its comment changed',
    [live('a A 192.0.2.1', 1, { comment: 'x' }), b, c],
    ['b', 'c', 'd'],
    /\(comment\)/,
  ],
  ['the new data are there already', [...zone, live('a A 192.0.2.2', 9)], ['b', 'c', 'd'], /exists already/],
  ['the new record is there already', [...zone, live('d A 192.0.2.4', 9)], ['a', 'b', 'c'], /exists already/],
  ['another record beside the new one', [...zone, live('d A 192.0.2.5', 9)], ['a', 'b', 'c', 'd']],
  [
    'a CNAME in the place of the new record',
    [...zone, live('d CNAME a', 9)],
    ['a', 'b', 'c'],
    /stands in the way/,
  ],
  [
    'one half of a type change moved: its group stands or falls whole',
    [a, b, c, live('c AAAA 2001:db8::1', 9)],
    ['a', 'b', 'd'],
    /stands in the way/,
  ],
];

for (const [name, now, unmoved, says] of rows) {
  test(`moved: ${name}`, () => {
    const check = checkMoved(groups, now);
    assert.deepEqual(names(check.unmoved), unmoved);
    const refused = groups.filter((group) => !check.unmoved.includes(group));
    assert.equal(check.conflicts.length, refused.flatMap((group) => group.changes).length);
    for (const conflict of check.conflicts) assert.equal(conflict.state, 'conflict');
    if (says !== undefined) assert.match(check.conflicts.map((one) => one.message).join('\n'), says);
  });
}

test('moved: data that the group itself frees are no conflict, in a ring neither', () => {
  const two = [live('x A 192.0.2.1', 1, { comment: 'one' }), live('x A 192.0.2.2', 2, { comment: 'two' })];
  const swap = plan(two, [
    desired('x A 192.0.2.1', { comment: 'two' }),
    desired('x A 192.0.2.2', { comment: 'one' }),
  ]);
  assert.equal(checkMoved(swap, two).conflicts.length, 0);
});

test('moved: what stood beside a changed record before is in no one’s way', () => {
  // Cloudflare accepts records at a delegation and only shadows them.
  const odd = [live('sub NS ns1.other.example.', 1), live('sub TXT "one"', 2)];
  const change = plan(odd, [desired('sub NS ns1.other.example.'), desired('sub TXT "two"')]);
  assert.equal(change.length, 1);
  assert.equal(checkMoved(change, odd).conflicts.length, 0);
});

test('moved: the parts of a group that was too large are one: freed for each other, refused together', () => {
  const many = Array.from({ length: 6 }, (_, index) => live(`x TXT "${index}"`, index + 1));
  const wish = [0, 1, 2, 3]
    .map((index) => desired(`x A 192.0.2.${index}`))
    .concat(desired('x CAA 0 issue "a.b"'));
  const parts = plan(many, wish, 4);
  assert.deepEqual(
    parts.map((part) => part.id),
    ['g1.1', 'g1.2', 'g1.3'],
  );
  assert.equal(checkMoved(parts, many).conflicts.length, 0);
  const moved = checkMoved(parts, many.slice(1));
  assert.deepEqual([moved.unmoved.length, moved.conflicts.length], [0, 11]);
});
