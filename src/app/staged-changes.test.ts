/** Changes staged one by one: what becomes of each, and what is said of those that cannot be. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import type { StagedChange } from './staged-changes.ts';

describe('staged changes', () => {
  let engine: Engine;
  let ids: Map<string, string>;
  before(async () => {
    engine = await startEngine();
    engine.sandbox.seedZone('example.com', [
      { type: 'A', name: 'www', content: '192.0.2.10', ttl: 300 },
      { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
      { type: 'TXT', name: 'note', content: '"kept"' },
    ]);
    await engine.tenant.zones.syncAll();
    const { records } = await engine.tenant.zones.records('example.com');
    ids = new Map(records.map(({ record }) => [record.fields.name.split('.')[0] ?? '', record.id]));
  });
  after(() => engine[Symbol.asyncDispose]());

  const edit = (name: string, set: Extract<StagedChange, { kind: 'edit' }>['set']): StagedChange => ({
    kind: 'edit',
    id: ids.get(name) ?? 'unknown',
    set,
  });

  it('become one plan, and one read', async () => {
    const planned = await engine.tenant.changes.planStaged('example.com', [
      { kind: 'add', record: { name: 'new', type: 'A', content: '192.0.2.30' } },
      edit('www', { content: '192.0.2.11' }),
      edit('api', { name: 'api2' }),
      { kind: 'remove', id: ids.get('note') ?? '' },
    ]);
    const [zone] = planned.zones;
    assert.deepEqual(zone?.plan.problems, []);
    const actions = zone.plan.groups.flatMap(({ changes }) => changes.map(({ action }) => action)).sort();
    assert.deepEqual(actions, ['create', 'delete', 'update', 'update']);
  });

  const bad: readonly [string, () => readonly StagedChange[], RegExp, string][] = [
    ['a record that is gone', () => [{ kind: 'remove', id: 'f'.repeat(32) }], /record-gone/, 'changes[0]'],
    [
      'a value that cannot be',
      () => [edit('www', { ttl: '600' }), edit('api', { content: '999.1.1.1' })],
      /./,
      'changes[1]',
    ],
    [
      'a new record without sense',
      () => [{ kind: 'add', record: { name: 'x', type: 'MX', content: 'nonsense' } }],
      /./,
      'changes[0]',
    ],
  ];
  for (const [name, changes, code, subject] of bad) {
    it(`tells of ${name}`, async () => {
      const planned = await engine.tenant.changes.planStaged('example.com', changes());
      const errors = planned.zones[0]?.plan.problems.filter(({ severity }) => severity === 'error') ?? [];
      assert.equal(errors.length > 0, true);
      assert.match(errors[0]?.code ?? '', code);
      assert.equal(errors[0]?.subject, subject);
    });
  }

  it('are checked one by one without a call', async () => {
    const calls = engine.sandbox.requests().length;
    const check = (content: string, type = 'A') =>
      engine.tenant.changes.check('example.com', { name: 'x', type, content });
    assert.deepEqual(await check('192.0.2.1'), []);
    assert.notDeepEqual(await check('192.0.2.300'), []);
    assert.notDeepEqual(await check('::1'), []);
    assert.notDeepEqual(await check('', 'TXT'), []);
    assert.equal(engine.sandbox.requests().length, calls);
  });
});
