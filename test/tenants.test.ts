/** Tenants of the library are apart: rows, zones, and above all credentials. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startEngine } from './kit/engine.ts';

describe('tenants', () => {
  it('do not borrow the credential of the environment, nor see another’s zones and changes', async () => {
    await using engine = await startEngine();
    const { sandbox, zoneward, tenant } = engine;
    sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    const text = 'zone: example.com\nrecords:\n  - {name: www, type: A, content: 192.0.2.2}\n';
    const planned = await tenant.changes.plan('example.com', { file: 'a.yaml', text });
    const applied = await tenant.changes.apply(planned);
    assert.ok(applied !== null);

    const other = zoneward.tenant('customer');
    const before = sandbox.counts().total;
    await assert.rejects(other.zones.syncAll(), { code: 'connection-missing' });
    await assert.rejects(other.changes.plan('example.com', { file: 'a.yaml', text }), {
      code: 'connection-missing',
    });
    await assert.rejects(other.changes.get(applied.changeSet.id), { kind: 'not-found' });
    assert.deepEqual(await other.zones.list(), []);
    assert.deepEqual(await other.changes.list(), []);
    assert.deepEqual(await other.audit.list(), []);
    assert.equal(sandbox.counts().total, before, 'and nothing was asked in its name');
  });

  it('store nothing for a plan that changes nothing', async () => {
    await using engine = await startEngine();
    const { sandbox, tenant } = engine;
    sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
    const text = 'zone: example.com\nrecords:\n  - {name: www, type: A, content: 192.0.2.1}\n';
    const planned = await tenant.changes.plan('example.com', { file: 'a.yaml', text });
    await assert.rejects(tenant.changes.save(planned), { code: 'nothing-to-change' });
    assert.equal(await tenant.changes.apply(planned), null);
    assert.deepEqual(await tenant.changes.list(), []);
  });
});
