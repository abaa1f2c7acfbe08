/** Four eyes and policies: who may let which change through, and for how long. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZonewardError } from '../src/base/errors.ts';
import { startEngine } from './kit/engine.ts';

const SOURCE = {
  file: 'example.com.yaml',
  text: 'zone: example.com\nrecords:\n  - {name: www, type: A, content: 192.0.2.9}\n',
};

describe('approval', () => {
  it('is asked for where the policy says so, from someone else, and then lets the stored plan through', async () => {
    await using engine = await startEngine();
    const { sandbox, zoneward } = engine;
    sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    const author = zoneward.tenant('local', { principal: 'key:author' });
    const other = zoneward.tenant('local', { principal: 'key:other' });
    await author.policies.set({}, { approval: 'always' });

    const planned = await author.changes.plan('example.com', SOURCE);
    const writesBefore = sandbox.counts().writes;
    await assert.rejects(author.changes.apply(planned), { code: 'approval-missing' });
    const [stored] = await author.changes.list();
    assert.equal(stored?.status, 'planned');
    await assert.rejects(author.changes.approve(stored.id), { code: 'approver-is-author' });
    assert.equal(sandbox.counts().writes, writesBefore, 'nothing was written');

    await other.changes.approve(stored.id);
    const applied = await author.changes.resume(stored.id);
    assert.equal(applied.status, 'applied');
    assert.equal(applied.changeSet.approval.grant?.by, 'key:other');
    const kinds = (await author.audit.list()).map((event) => event.kind);
    assert.ok(kinds.includes('change-set.approved') && kinds.includes('policy.set'));
  });

  it('runs out', async () => {
    await using engine = await startEngine();
    const { sandbox, zoneward } = engine;
    sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    const author = zoneward.tenant('local', { principal: 'key:author' });
    await author.policies.set({}, { approval: 'always', approvalMs: 0 });
    const changeSet = await author.changes.save(await author.changes.plan('example.com', SOURCE));
    await zoneward.tenant('local', { principal: 'key:other' }).changes.approve(changeSet.id);
    await assert.rejects(author.changes.resume(changeSet.id), (error: unknown) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'approval-expired');
      assert.match(error.message, /was approved by key:other, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
      assert.deepEqual(error.next, [
        `By someone who is not its author: zoneward changes approve ${changeSet.id}`,
      ]);
      return true;
    });
  });

  it('lets a zone be stricter than its tenant, never looser', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    sandbox.seedZone(
      'example.com',
      names.map((name) => ({ type: 'A', name, content: '192.0.2.1' })),
    );
    const keep = names.slice(1).map((name) => `  - {name: ${name}, type: A, content: 192.0.2.1}`);
    const source = { file: 'a.yaml', text: `zone: example.com\nrecords:\n${keep.join('\n')}\n` };
    const guards = async (): Promise<readonly string[]> =>
      (await tenant.changes.plan('example.com', source)).zones.flatMap(({ plan }) =>
        plan.guards.map((one) => one.code),
      );
    assert.deepEqual(await guards(), []);
    await tenant.policies.set({ zone: 'example.com' }, { deletionsMax: 0 });
    assert.deepEqual(await guards(), ['large-deletion']);
    await tenant.policies.set({}, { deletionsMax: 1000 });
    assert.deepEqual(await guards(), ['large-deletion']);
    await tenant.policies.set({ zone: 'example.com' }, null);
    assert.deepEqual(await guards(), []);
    await assert.rejects(tenant.policies.set({}, { deletionShareMax: 25 }), { code: 'policy-invalid' });
  });
});
