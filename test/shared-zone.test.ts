/**
 * One zone under two tenants of one store, against the sandbox: neither overwrites what the other wrote because
 * Cloudflare's list is behind, and neither learns of the other.
 */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { RecordSet } from '../src/app/re-exports.ts';
import type { AccountId } from '../src/base/ids.ts';
import { Secret } from '../src/base/secret.ts';
import { isZonewardError, type Tenant } from '../src/index.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const ZONE = 'shared.example';
const BATCH = 'POST /zones/{zone_id}/dns_records/batch';

describe('one zone, two tenants, and a list that is behind', () => {
  let engine: Engine;
  let ours: Tenant;
  let theirs: Tenant;

  beforeEach(async () => {
    engine = await startEngine({ rateLimit: false });
    engine.sandbox.seedZone(ZONE, [
      { type: 'A', name: 'www', content: '203.0.113.7', ttl: 300 },
      { type: 'A', name: 'old', content: '203.0.113.8', ttl: 300 },
    ]);
    [ours, theirs] = [engine.zoneward.tenant('acme'), engine.zoneward.tenant('globex')];
    const credential = { kind: 'user-token', token: new Secret(engine.sandbox.tokens.full) } as const;
    const accountId = engine.sandbox.accountId as AccountId;
    for (const { connections, zones } of [ours, theirs]) {
      await connections.add({ credential, label: 'main', accountId });
      await zones.syncAll();
    }
  });

  afterEach(() => engine[Symbol.asyncDispose]());

  const edit = (tenant: Tenant, name: string, set: RecordSet | 'remove') =>
    tenant.changes.planEdit([ZONE], { name, type: 'A' }, set);
  const contentOf = (name: string) =>
    engine.sandbox.records(ZONE).find((record) => record.name === `${name}.${ZONE}`)?.content;

  /** They write, and the next lists are from before it. */
  async function theyWrite(reads: number): Promise<void> {
    const planned = await edit(theirs, 'www', { content: '203.0.113.99' });
    engine.sandbox.setFault({ route: BATCH, kind: 'stale-list', reads });
    assert.equal((await theirs.changes.apply(planned))?.status, 'applied');
  }

  it('an old list is read again, and the plan is on what the other wrote', async () => {
    await theyWrite(1);
    const planned = await edit(ours, 'www', { ttl: '600' });
    const [change] = planned.zones.flatMap(({ plan }) => plan.groups.flatMap(({ changes }) => changes));
    assert.deepEqual(change?.before?.fields.rdata, { type: 'A', address: '203.0.113.99' });
    assert.equal((await ours.changes.apply(planned))?.status, 'applied');
    assert.equal(contentOf('www'), '203.0.113.99');
  });

  it('a record that the other made is not missing because one list lacks it', async () => {
    const planned = await theirs.changes.planAdd(ZONE, { type: 'A', name: 'new', content: '203.0.113.9' });
    engine.sandbox.setFault({ route: BATCH, kind: 'stale-list', reads: 1 });
    assert.equal((await theirs.changes.apply(planned))?.status, 'applied');
    const clash = await ours.changes.planAdd(ZONE, {
      type: 'CNAME',
      name: 'new',
      content: 'www.shared.example',
    });
    assert.deepEqual(
      clash.zones.flatMap(({ plan }) => plan.problems.map(({ code }) => code)),
      ['cname-conflict'],
    );
  });

  it('nothing is planned while the list stays old, and the refusal tells nothing of the other', async () => {
    await theyWrite(50);
    await assert.rejects(edit(ours, 'www', { content: '203.0.113.10' }), (error) => {
      assert.ok(isZonewardError(error));
      assert.equal(error.code, 'list-outdated');
      assert.match(error.message, /of zone shared\.example is older/);
      assert.doesNotMatch(
        JSON.stringify({ ...error, message: error.message }),
        /globex|203\.0\.113|chg_|www/,
      );
      return true;
    });
    assert.equal(contentOf('www'), '203.0.113.99');
    const [zone] = await ours.zones.list();
    assert.notEqual(zone?.freshness.staleSince ?? null, null);
  });

  it('a list is believed on which the other changed a record and changed it back', async () => {
    for (const content of ['203.0.113.99', '203.0.113.7'])
      await theirs.changes.apply(await edit(theirs, 'www', { content }));
    await theirs.changes.apply(await edit(theirs, 'old', 'remove'));
    const { consistent, outdated, calls } = await ours.zones.sync(ZONE);
    assert.deepEqual({ consistent, outdated }, { consistent: true, outdated: false });
    assert.ok(calls <= 2, `${calls} calls`);
    const { records } = await ours.zones.records(ZONE);
    assert.deepEqual(
      records.map(({ record }) => record.fields.name),
      [`www.${ZONE}`],
    );
  });

  it('a plan from before the other wrote is read anew before it is applied', async () => {
    const planned = await edit(ours, 'www', { content: '203.0.113.10' });
    await theyWrite(1);
    const applied = await ours.changes.apply(planned);
    assert.equal(applied?.status, 'failed');
    assert.equal(contentOf('www'), '203.0.113.99');
  });
});
