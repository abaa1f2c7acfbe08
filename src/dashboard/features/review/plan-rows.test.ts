/** Plans as rows: every change once, with its outcome and guard rails; sums; what somebody else changed meanwhile. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DnsRecord, Plan, PlannedRecord, ZonePlan } from '../../../client/index.ts';
import { fieldChanges, findConflicts, planRows, sumPlans, valueText } from './plan-rows.ts';

const planned = (content: string): NonNullable<PlannedRecord> => ({
  name: 'www.example.com',
  type: 'A',
  content,
  ttl: 300,
  proxied: false,
  comment: '',
  tags: [],
  settings: [],
  privateRouting: false,
});

function zonePlan(more: Partial<ZonePlan> = {}): ZonePlan {
  return {
    version: 1,
    zone: { id: 'z', name: 'example.com', accountId: 'a' },
    source: 'test',
    readAt: '2026-11-28T12:00:00Z',
    hash: 'h',
    applicable: true,
    risk: 'low',
    counts: { create: 1, update: 1, delete: 0 },
    price: { reads: 1, writes: 1, budgetShare: 0.002, estimatedMs: 600 },
    groups: [
      {
        id: 'g1',
        reason: 'the same name',
        changes: [
          {
            action: 'update',
            recordId: 'r1',
            before: planned('192.0.2.1'),
            after: planned('192.0.2.2'),
            fields: ['rdata'],
          },
          { action: 'create', recordId: null, before: null, after: planned('192.0.2.3'), fields: [] },
        ],
      },
    ],
    settings: [{ id: 's1', setting: 'ssl', before: 'flexible', after: 'strict' }],
    guards: [
      {
        code: 'critical',
        message: 'this touches www',
        override: 'critical',
        irreversible: false,
        groupIds: ['g1'],
      },
    ],
    problems: [],
    inventory: { live: 1, managed: 1, ignored: [], readOnly: [] },
    omitted: [],
    ...more,
  };
}

describe('rows of a plan', () => {
  it('hold every change once, with what became of it', () => {
    const outcomes = [
      { groupId: 'g1', change: 0, state: 'applied' },
      { groupId: 'g1', change: 1, state: 'refused', message: 'no' },
      { groupId: 's1', change: 0, state: 'applied' },
    ];
    const rows = planRows([{ ...zonePlan(), outcomes } as unknown as ZonePlan]);
    assert.deepEqual(
      rows.map(({ action, outcome, guards }) => [action, outcome?.state, guards.length]),
      [
        ['update', 'applied', 1],
        ['create', 'refused', 1],
        ['update', 'applied', 0],
      ],
    );
    assert.equal(new Set(rows.map(({ key }) => key)).size, 3);
    assert.deepEqual(rows.map(fieldChanges), [
      [{ field: 'content', before: '192.0.2.1', after: '192.0.2.2' }],
      [],
      [{ field: 'ssl', before: 'flexible', after: 'strict' }],
    ]);
  });

  it('add up, and the highest risk counts', () => {
    const sums = sumPlans([zonePlan(), zonePlan({ risk: 'high' }), zonePlan({ risk: 'none' })]);
    assert.deepEqual([sums.create, sums.update, sums.reads, sums.writes, sums.risk], [3, 3, 3, 3, 'high']);
    assert.equal(sumPlans([]).risk, 'none');
  });

  it('tell what somebody else changed since the edit began', () => {
    const plan: Plan = {
      connectionId: 'c',
      summary: '',
      plans: [zonePlan()],
      conflicts: [],
      settingConflicts: [],
    };
    const base = {
      ...planned('192.0.2.1'),
      id: 'r1',
      data: {},
      readOnly: null,
      modifiedOn: null,
    } as DnsRecord;
    assert.deepEqual(findConflicts(plan, new Map([['r1', base]])), []);
    assert.deepEqual(findConflicts(plan, new Map()), []);
    const [conflict] = findConflicts(plan, new Map([['r1', { ...base, content: '192.0.2.9' }]]));
    assert.deepEqual(
      [conflict?.was.content, conflict?.now?.content, conflict?.wanted?.content],
      ['192.0.2.9', '192.0.2.1', '192.0.2.2'],
    );
  });

  it('show values in words', () => {
    const table: readonly [unknown, string][] = [
      [null, '(none)'], ['', '(none)'], [true, 'on'], [false, 'off'], [[], '(none)'], [['a', 'b'], 'a, b'], [300, '300'],
      [{ a: 1 }, '{"a":1}'], ['x', 'x'],
    ]; // biome-ignore format: a table
    for (const [value, text] of table) assert.equal(valueText(value), text);
  });
});
