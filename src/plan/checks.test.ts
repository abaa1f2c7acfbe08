import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidInputError } from '../base/problem.ts';
import { PLAN_LIMITS } from '../dns/plan-limits.ts';
import type { DesiredRecord } from '../dns/record.ts';
import { bodyOf, changesOf } from './batch.ts';
import { FakeZone } from './fake-zone.ts';
import { contextOf, desired, encoder, live, ZONE } from './fixtures.ts';
import { type LiveZone, planZone } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';
import { priceOf } from './price.ts';

function plan(
  records: LiveZone['records'],
  wish: readonly DesiredRecord[],
  more: Partial<LiveZone> = {},
): ZonePlan {
  return planZone(contextOf(records, more), {
    desired: { zone: ZONE, records: wish, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  });
}

const codes = (made: ZonePlan): string[] =>
  made.problems.map((problem) => `${problem.severity} ${problem.code}`);
const count = (made: ZonePlan): number => made.groups.flatMap((group) => group.changes).length;

const a = live('a A 192.0.2.1', 1);
const free = { limits: PLAN_LIMITS.free };

const refused: readonly (readonly [string, LiveZone['records'], readonly DesiredRecord[], string])[] = [
  [
    'the same record twice in the source',
    [a],
    [desired('a A 192.0.2.1'), desired('a A 192.0.2.1')],
    'record-duplicate',
  ],
  ['a CNAME beside an address', [a], [desired('a A 192.0.2.1'), desired('a CNAME b')], 'cname-conflict'],
  ['two CNAMEs', [], [desired('a CNAME b'), desired('a CNAME c')], 'cname-conflict'],
  ['a DS without NS', [], [desired('s DS 1 13 2 abcd')], 'ds-without-ns'],
  [
    'NS removed while its DS stays',
    [live('s NS n.other.example.', 1), live('s DS 1 13 2 abcd', 2)],
    [desired('s DS 1 13 2 abcd')],
    'ds-without-ns',
  ],
  ['a new text at a delegation', [], [desired('s NS n.other.example.'), desired('s TXT "x"')], 'ns-conflict'],
  ['a TTL out of range', [a], [desired('a A 192.0.2.1', { ttl: 5 })], 'ttl-out-of-range'],
  ['a name of another zone', [], [desired('www.other.example. A 192.0.2.1')], 'name-outside-zone'],
  [
    'a set that is too long',
    [],
    Array.from({ length: 5 }, (_, i) => desired(`t TXT "${`${i}`.repeat(2000)}"`)),
    'rrset-too-long',
  ],
];

for (const [name, records, wish, code] of refused) {
  test(`refused: ${name}`, () => {
    const position = { file: 'zone.yaml', line: 3 };
    const made = plan(
      records,
      wish.map((record) => ({ ...record, position })),
    );
    assert.deepEqual([...new Set(codes(made))], [`error ${code}`]);
    assert.deepEqual(made.problems[0]?.position, position);
  });
}

/** What Cloudflare holds already stands in no one's way. */
const odd = [live('s NS n.other.example.', 1), live('s TXT "x"', 2), live('s TXT "y"', 3)];
const keep = odd.map((record) => record.fields);

test('an oddity that was there: the plan of the zone itself has nothing to say', () => {
  const made = plan(odd, keep);
  assert.deepEqual([codes(made), count(made)], [[], 0]);
});

test('an oddity that was there: its records can be edited and removed, with the position of the source', () => {
  const position = { file: 'zone.yaml', line: 3 };
  const [ns, x] = keep;
  assert.ok(ns && x);
  const made = plan(odd, [ns, { ...x, ttl: 300, position }]);
  assert.deepEqual([codes(made), count(made)], [[], 2]);
});

test('an oddity that was there does not let another in', () => {
  const made = plan(odd, [...keep, desired('s A 192.0.2.1')]);
  assert.deepEqual(codes(made), ['error ns-conflict']);
});

test('an identical pair that was there does not hide a third', () => {
  const pair = [a, live('a A 192.0.2.1', 2, { proxied: true })];
  assert.deepEqual(
    codes(
      plan(
        pair,
        pair.map((record) => record.fields),
      ),
    ),
    [],
  );
  const third = plan(pair, [...pair.map((record) => record.fields), desired('a A 192.0.2.1')]);
  assert.deepEqual(codes(third), ['error record-duplicate']);
});

test('only what is sent is held against a plan: an old TTL and tags stay, a new TTL is checked', () => {
  const old = live('a A 192.0.2.1', 1, { ttl: 30, tags: ['a'] });
  const made = plan([old], [desired('a A 192.0.2.2')], free);
  assert.deepEqual([codes(made), count(made)], [[], 1]);
  const change = made.groups[0]?.changes[0];
  assert.deepEqual(change?.action === 'update' && change.body, {
    rdata: { type: 'A', address: '192.0.2.2' },
  });
  assert.deepEqual(codes(plan([old], [desired('a A 192.0.2.2', { ttl: 31 })], free)), [
    'error ttl-out-of-range',
  ]);
  assert.deepEqual(codes(plan([], [desired('a A 192.0.2.2', { tags: ['a'] })], free)), [
    'error tags-too-many',
  ]);
});

test('conflicts are told beside broken records, all at once', () => {
  const made = plan(
    [a],
    [desired('a A 192.0.2.1'), desired('a CNAME b'), desired('x A 192.0.2.1', { ttl: 5 })],
  );
  assert.deepEqual(codes(made).sort(), ['error cname-conflict', 'error ttl-out-of-range']);
  assert.equal(count(made), 0);
});

test('a delegation elsewhere in the zone is known: a record below it is told to be shadowed', () => {
  const records = [live('s NS n.other.example.', 1)];
  const made = plan(records, [desired('s NS n.other.example.'), desired('x.s TXT "t"')]);
  assert.deepEqual(codes(made), ['warning record-shadowed']);
});

test('a body that cannot be made is a problem at its line, not an exception', () => {
  const context = contextOf([]);
  const position = { file: 'zone.yaml', line: 9 };
  const failing = {
    ...encoder,
    create: () => {
      throw new InvalidInputError('no', [{ code: 'no-form', severity: 'error', message: 'has no form' }]);
    },
  };
  const made = planZone(
    { ...context, encoder: failing },
    {
      desired: { zone: ZONE, records: [desired('a A 192.0.2.1', { position })], omitted: [] },
      scope: { kind: 'zone' },
      ignore: [],
      problems: [],
    },
  );
  assert.deepEqual([codes(made), count(made)], [['error no-form'], 0]);
  assert.deepEqual(made.problems[0]?.position, position);
});

test('text that is not UTF-8 has a plan and a hash', () => {
  const made = plan([], [{ ...desired('t TXT "x"'), rdata: { type: 'TXT', text: 'a\udc80' } }]);
  assert.deepEqual([codes(made), count(made)], [[], 1]);
});

const full = Array.from({ length: 200 }, (_, i) => live(`h${i} A 192.0.2.1`, i + 1));
const hosts = full.map((record) => record.fields);

const quotas: readonly (readonly [string, readonly DesiredRecord[], Partial<LiveZone>, string[]])[] = [
  [
    'one more than the quota',
    [...hosts, desired('new A 192.0.2.1')],
    { recordQuota: 200 },
    ['error record-quota-exceeded'],
  ],
  ['one for one', [...hosts.slice(1), desired('new A 192.0.2.1')], { recordQuota: 200 }, []],
  ['as many as the quota', [...hosts, desired('new A 192.0.2.1')], { recordQuota: 201 }, []],
  [
    'one more than usual',
    [...hosts, desired('new A 192.0.2.1')],
    { ...free, recordQuota: null },
    ['warning record-quota-exceeded'],
  ],
  ['fewer, still over the quota', hosts.slice(0, 190), { recordQuota: 100 }, []],
];

for (const [name, wish, more, expected] of quotas) {
  test(`quota: ${name}`, () => assert.deepEqual(codes(plan(full, wish, more)), expected));
}

test('quota: a zone evidently above the usual number is not warned about', () => {
  const made = plan(
    [...full, live('more A 192.0.2.1', 999)],
    [...hosts, desired('more A 192.0.2.1'), desired('x A 192.0.2.1')],
    {
      ...free,
      recordQuota: null,
    },
  );
  assert.deepEqual(codes(made), []);
});

test('quota: a full zone is exchanged without ever holding too much', () => {
  const limits = { ...PLAN_LIMITS.free, batchOperationsMax: 20 };
  const wish = Array.from({ length: 200 }, (_, i) => desired(`a${i} A 192.0.2.1`));
  const made = plan(full, wish, { limits, recordQuota: 200 });
  assert.deepEqual(codes(made), []);
  const zone = new FakeZone(full, { quota: 200, operationsMax: 20 });
  for (const batch of made.batches) zone.batch(bodyOf(changesOf(made.groups, batch)));
  assert.equal(zone.records.length, 200);
  assert.equal(made.batches.length, 20);
});

test('a group larger than a request is cut in its order, with a warning, and ends as it should', () => {
  const texts = Array.from({ length: 30 }, (_, i) => live(`a TXT "${i}"`, i + 1));
  const wish = [
    ...Array.from({ length: 30 }, (_, i) => desired(`a A 192.0.2.${i + 1}`)),
    desired('a MX 1 b'),
  ];
  const others = Array.from({ length: 15 }, (_, i) => live(`o${i} A 192.0.2.1`, 100 + i));
  const limits = { ...PLAN_LIMITS.free, batchOperationsMax: 20 };
  const made = plan([...texts, ...others], wish, { limits });
  assert.deepEqual(codes(made), ['warning group-larger-than-batch']);
  const zone = new FakeZone([...texts, ...others], { operationsMax: 20 });
  for (const batch of made.batches) zone.batch(bodyOf(changesOf(made.groups, batch)));
  assert.equal(zone.records.length, wish.length);
  assert.equal(made.batches.length, Math.ceil(count(made) / 20));
});

test('the last part of a cut group waits for the others, even beside removals that would come first', () => {
  // Two parts: 20 updates, then 5 creations. The second part shares its request with 15 removals.
  const held = Array.from({ length: 20 }, (_, i) => live(`a TXT "${i}"`, i + 1));
  const others = Array.from({ length: 15 }, (_, i) => live(`o${i} A 192.0.2.1`, 100 + i));
  const wish = [
    ...held.map((record) => ({ ...record.fields, ttl: 300 })),
    ...Array.from({ length: 5 }, (_, i) => desired(`a A 192.0.2.${i}`)),
  ];
  const limits = { ...PLAN_LIMITS.free, batchOperationsMax: 20 };
  const made = plan([...held, ...others], wish, { limits });
  const order = made.batches.flatMap((batch) => batch.groupIds).filter((id) => id.includes('.'));
  assert.deepEqual(order, ['g1.1', 'g1.2']);
  assert.deepEqual(
    made.batches.map((batch) => batch.groupIds.length),
    [1, 16],
  );
});

test('delegations to the same outside nameserver are groups of their own; own glue goes with its delegation', () => {
  const outside = plan(
    [],
    Array.from({ length: 5 }, (_, i) => desired(`s${i} NS ns.other.example.`)),
  );
  assert.equal(outside.groups.length, 5);
  const glue = plan([], [desired('s NS ns.s'), desired('ns.s A 192.0.2.1'), desired('t A 192.0.2.1')]);
  assert.deepEqual(
    glue.groups.map((group) => group.changes.length),
    [2, 1],
  );
  assert.match(glue.groups[0]?.reason ?? '', /^s\.shop\.example and 1 name that depend on each other$/);
  const untouched = plan(
    [live('s NS ns.s', 1), live('ns.s A 192.0.2.1', 2)],
    [desired('s NS ns.s', { ttl: 300 }), desired('ns.s A 192.0.2.2')],
  );
  assert.equal(untouched.groups.length, 2);
});

const prices: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 1, 1 / 1200],
  [5000, 1, 1, 2 / 1200],
  [5001, 2, 2, 4 / 1200],
  [200_000, 58, 40, 98 / 1200],
];

test('price: a read for every 5,000 records, at least one, and the writes', () => {
  for (const [liveRecords, batches, reads, budgetShare] of prices) {
    assert.deepEqual(priceOf({ liveRecords, batches }), {
      reads,
      writes: batches,
      budgetShare,
      estimatedMs: (reads + batches) * 300,
    });
  }
});
