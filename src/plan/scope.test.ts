import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DomainName } from '../dns/name.ts';
import type { IgnoreRule } from '../dns/zone-document.ts';
import { contextOf, desired, live, recordId, ZONE } from './fixtures.ts';
import { planZone } from './make-plan.ts';
import { compilePattern } from './name-pattern.ts';
import type { ZonePlan } from './plan.ts';
import type { Scope } from './scope.ts';

const patterns: readonly (readonly [
  pattern: string,
  matching: readonly string[],
  other: readonly string[],
])[] = [
  ['@', ['@'], ['www', '*']],
  ['www', ['www'], ['@', 'a.www', 'xwww', 'www2']],
  ['WWW', ['www'], ['w']],
  ['www.shop.example.', ['www'], ['@', 'www.www']],
  ['www.shop.example', ['www'], ['www.shop.example.shop.example.']],
  ['shop.example', ['@'], ['www']],
  ['xshop.example', ['xshop.example.shop.example.'], ['@', 'x']],
  ['*', ['www', 'a.b', '*', '_dmarc'], ['@']],
  ['*.dyn', ['a.dyn', 'a.b.dyn', '*.dyn'], ['dyn', 'dyn.a', 'xdyn']],
  ['_acme-challenge*', ['_acme-challenge', '_acme-challenge.www'], ['www._acme-challenge']],
  ['a*b*c', ['abc', 'a1b2c', 'a.b.c', 'abbcc'], ['acb', 'ab', 'bc']],
  ['a*a', ['aa', 'aba'], ['a']],
  ['*.shop.example.', ['www'], ['@']],
  ['büro', ['büro', 'xn--bro-hoa'], ['bro']],
];

for (const [pattern, matching, others] of patterns) {
  test(`pattern ${pattern}`, () => {
    const matches = compilePattern(pattern, ZONE);
    for (const name of matching) assert.ok(matches(desired(`${name} A 192.0.2.1`).name), name);
    for (const name of others) assert.ok(!matches(desired(`${name} A 192.0.2.1`).name), name);
  });
}

test('a pattern of many stars comes to an end', () => {
  const matches = compilePattern(`${'*a'.repeat(60)}b`, ZONE);
  assert.equal(matches(`${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(60)}.${ZONE}` as DomainName), false);
});

interface Wish {
  readonly records?: readonly ReturnType<typeof desired>[];
  readonly scope?: Scope;
  readonly ignore?: readonly IgnoreRule[];
  readonly live?: readonly ReturnType<typeof live>[];
}

const zone = [live('a A 192.0.2.1', 1), live('b A 192.0.2.1', 2), live('dyn1 A 192.0.2.1', 3)];

function plan(wish: Wish): ZonePlan {
  return planZone(contextOf(wish.live ?? zone), {
    desired: { zone: ZONE, records: wish.records ?? [], omitted: [] },
    scope: wish.scope ?? { kind: 'zone' },
    ignore: wish.ignore ?? [],
    problems: [],
  });
}

const codes = (made: ZonePlan): string[] =>
  made.problems.map((problem) => `${problem.severity} ${problem.code}`);
const actions = (made: ZonePlan): string[] =>
  made.groups.flatMap((group) =>
    group.changes.map(
      (change) => `${change.action} ${(change.after ?? change.before).fields.name.split('.')[0]}`,
    ),
  );

test('what a rule ignores stays, and is listed with the rule and its reason', () => {
  const made = plan({
    records: [desired('a A 192.0.2.1')],
    ignore: [{ name: 'dyn*', type: 'a', reason: 'the router writes it' }],
  });
  assert.deepEqual(actions(made), ['delete b']);
  assert.deepEqual(made.inventory.ignored, [
    {
      name: 'dyn1.shop.example',
      type: 'A',
      content: '192.0.2.1',
      why: 'ignore rule dyn* A: the router writes it',
    },
  ]);
});

test('a rule for another type ignores nothing', () => {
  const made = plan({ records: [desired('a A 192.0.2.1')], ignore: [{ name: 'dyn*', type: 'TXT' }] });
  assert.deepEqual(actions(made), ['delete b', 'delete dyn1']);
});

test('a rule that would hide an own record is an error, at its line', () => {
  const position = { file: 'zone.yaml', line: 7 };
  const made = plan({ records: [desired('dyn2 A 192.0.2.9', { position })], ignore: [{ name: 'dyn*' }] });
  assert.deepEqual(codes(made), ['error ignored-record-wanted']);
  assert.deepEqual(made.problems[0]?.position, position);
  assert.deepEqual(made.groups, []);
});

test('by name: other names stay, and records for them are told and left out', () => {
  const made = plan({
    records: [desired('dyn1 A 192.0.2.2'), desired('a A 192.0.2.9'), desired('new A 192.0.2.9')],
    scope: { kind: 'names', patterns: ['dyn*'] },
  });
  assert.deepEqual(actions(made), ['update dyn1']);
  assert.deepEqual(codes(made), ['warning record-outside-scope']);
  assert.match(made.problems[0]?.message ?? '', /^2 records, /);
  assert.equal(made.inventory.managed, 1);
});

test('only own: foreign records stay, even at the same name and type', () => {
  const made = plan({
    records: [desired('a A 192.0.2.2')],
    scope: { kind: 'own', recordIds: new Set([recordId(1)]) },
    live: [...zone, live('a A 192.0.2.7', 4)],
  });
  assert.deepEqual(actions(made), ['update a']);
  assert.equal(made.groups[0]?.changes[0]?.before?.id, recordId(1));
  assert.equal(made.inventory.ignored.length, 3);
});

test('only own: an identical foreign record is told, not sent', () => {
  const own: Scope = { kind: 'own', recordIds: new Set([recordId(1)]) };
  const same = plan({ records: [desired('a A 192.0.2.1'), desired('b A 192.0.2.1')], scope: own });
  assert.deepEqual([actions(same), codes(same)], [[], ['warning record-not-own']]);
  const otherTtl = plan({
    records: [desired('a A 192.0.2.1'), desired('b A 192.0.2.1', { ttl: 60 })],
    scope: own,
  });
  assert.deepEqual([actions(otherTtl), codes(otherTtl)], [[], ['warning record-not-own']]);
  assert.match(otherTtl.problems[0]?.message ?? '', /with another ttl/);
});

test('only own: an own record that has a foreign twin stays ours', () => {
  const made = plan({
    records: [desired('a A 192.0.2.1', { ttl: 60 })],
    scope: { kind: 'own', recordIds: new Set([recordId(1)]) },
    live: [live('a A 192.0.2.1', 1), live('a A 192.0.2.1', 2, { proxied: true })],
  });
  assert.deepEqual([actions(made), codes(made)], [['update a'], []]);
});

test('only own: a foreign CNAME in the way is an error', () => {
  const made = plan({
    records: [desired('c A 192.0.2.1')],
    scope: { kind: 'own', recordIds: new Set() },
    live: [live('c CNAME a', 1)],
  });
  assert.deepEqual(codes(made), ['error cname-conflict']);
});

test('read-only records are skipped: wanted as they are nothing is said, otherwise a warning', () => {
  const records = [live('r A 192.0.2.1', 1, { readOnly: 'made by a tunnel' }), live('a A 192.0.2.1', 2)];
  const asIs = plan({ live: records, records: [desired('r A 192.0.2.1'), desired('a A 192.0.2.1')] });
  assert.deepEqual([actions(asIs), codes(asIs)], [[], []]);
  const otherwise = plan({
    live: records,
    records: [desired('r A 192.0.2.1', { ttl: 60 }), desired('a A 192.0.2.1')],
  });
  assert.deepEqual([actions(otherwise), codes(otherwise)], [[], ['warning record-read-only']]);
  const unwanted = plan({ live: records, records: [desired('a A 192.0.2.1')] });
  assert.deepEqual([actions(unwanted), unwanted.inventory.readOnly.length], [[], 1]);
});

test('an empty source deletes nothing and says so', () => {
  const made = plan({ records: [] });
  assert.deepEqual([actions(made), codes(made), made.risk], [[], ['warning empty-source'], 'none']);
});

test('a source that is empty for what the plan manages deletes nothing either', () => {
  const made = plan({
    records: [desired('far A 192.0.2.9')],
    scope: { kind: 'names', patterns: ['a', 'b'] },
  });
  assert.deepEqual(
    [actions(made), codes(made)],
    [[], ['warning record-outside-scope', 'warning empty-source']],
  );
});

test('what the parser said of an empty source is not said twice', () => {
  const told = { code: 'empty-source', severity: 'warning', message: 'zone.yaml is empty' } as const;
  const made = planZone(contextOf(zone), {
    desired: { zone: ZONE, records: [], omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [told],
  });
  assert.deepEqual(made.problems, [told]);
});
