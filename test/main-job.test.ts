/**
 * The main job across all rooms, on a sandbox: a file becomes a plan, the plan an apply, the apply an audit trail
 * and an undo. The judge is the sandbox's own state.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startEngine } from './kit/engine.ts';

const SEED = [
  { type: 'A', name: 'www', content: '192.0.2.10', proxied: true, comment: 'web', ttl: 1 },
  { type: 'A', name: 'api', content: '192.0.2.20', ttl: 300 },
  { type: 'MX', name: '@', content: 'mail.example.com', priority: 10, ttl: 3600 },
  { type: 'TXT', name: '@', content: '"v=spf1 -all"', ttl: 1 },
  { type: 'CNAME', name: 'old', content: 'www.example.com', ttl: 1 },
];

const DOCUMENT = `zone: example.com
records:
  - {name: www, type: A, content: 192.0.2.11}
  - {name: api, type: A, content: 192.0.2.20, ttl: 600}
  - {name: "@", type: MX, priority: 10, content: mail.example.com.}
  - {name: "@", type: TXT, content: v=spf1 mx -all}
  - {name: old, type: A, content: 192.0.2.30}
  - {name: new, type: AAAA, content: "2001:db8::1", comment: fresh}
`;

/** What can be written of a record, without ids and times. */
function writable(records: readonly object[]): object[] {
  return records
    .map((record) => {
      const { id, created_on, modified_on, meta, proxiable, ...rest } = record as Record<string, unknown>;
      return rest;
    })
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

describe('main job', () => {
  it('plans, applies, plans empty, undoes to what was', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    sandbox.seedZone('example.com', SEED);
    const before = writable(sandbox.records('example.com'));

    const source = { file: 'example.com.yaml', text: DOCUMENT };
    const planned = await tenant.changes.plan('example.com', source);
    const [zone] = planned.zones;
    assert.deepEqual(zone?.plan.problems, []);
    assert.equal(zone?.plan.price.reads, 1);
    assert.equal(zone?.plan.price.writes, 1);

    const callsBefore = sandbox.counts().total;
    const applied = await tenant.changes.apply(planned, { allow: ['critical'] });
    assert.equal(applied?.status, 'applied');
    assert.equal(sandbox.counts().total - callsBefore, 1, 'one write, and no reading again');

    const again = await tenant.changes.plan('example.com', source);
    assert.deepEqual(again.zones[0]?.plan.groups, []);

    const undo = await tenant.changes.planUndo(applied.changeSet.id);
    assert.deepEqual(undo.conflicts, []);
    const undone = await tenant.changes.apply(undo, { allow: ['deletions', 'critical', 'exposure'] });
    assert.equal(undone?.status, 'applied');
    assert.deepEqual(writable(sandbox.records('example.com')), before);
    const first = await tenant.changes.get(applied.changeSet.id);
    assert.equal(first.changeSet.undoneBy, undone.changeSet.id);

    assert.deepEqual((await tenant.audit.verify()).ok, true);
    const kinds = (await tenant.audit.list()).map((event) => event.kind);
    assert.ok(kinds.includes('change-set.batch-sent') && kinds.includes('change-set.applied'));
  });
});
