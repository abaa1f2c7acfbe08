/** A dashboard after some weeks of work, made by the library: each page has something to show. */
import assert from 'node:assert/strict';
import { connected } from './part.ts';
import type { Rig } from './rig.ts';

const SHOP = 'shop.example';
const CLOUD = 'northwind-cloud.example';
/** A domain that waits for its registrar. */
export const PROVISIONED = 'northwind-stays.com';

export async function livedIn(rig: Rig): Promise<void> {
  await connected(rig);
  const { sandbox, zoneward } = rig;
  const tenant = zoneward.tenant('local');
  const customer = await tenant.connections.read({ token: sandbox.tokens.readOnly });
  assert.ok(customer.ok);
  await tenant.connections.add({
    credential: customer.value.credential,
    label: 'A customer',
    profile: 'minimum',
  });

  for (const zone of [SHOP, CLOUD, 'parked-name.test', 'xn--caf-bcher-d4a5s.example'])
    await tenant.zones.sync(zone);
  for (const name of ['hello', 'status-page'])
    await tenant.changes.apply(await tenant.changes.planAdd(SHOP, { name, type: 'A', content: '192.0.2.7' }));
  const later = await tenant.changes.planAdd(SHOP, { name: 'later', type: 'TXT', content: '"not yet"' });
  await tenant.changes.save(later);
  // Hundreds of records at once.
  await tenant.changes.save(await tenant.changes.planEdit([CLOUD], { type: 'A' }, { ttl: '600' }));
  const foreign = { type: 'A', name: 'foreign', content: '192.0.2.66', ttl: 300 };
  sandbox.foreignEdit(CLOUD, { posts: [foreign] });
  await tenant.zones.sync(CLOUD);

  const shop = (await tenant.zones.list()).find(({ facts }) => facts.name === SHOP)?.facts.id ?? '';
  await tenant.tls.show(shop, {});
  await tenant.tls.calendar([shop], {});

  sandbox.seedZone('moving-name.com');
  sandbox.registrar.update({
    foreign: { 'moving-name.com': { authCode: 'of its registrar' }, 'locked-name.com': { locked: true } },
  });
  const connection = (await tenant.connections.get('Example account')).id;
  await tenant.registrar.setSpendLimit({ monthly: { currency: 'USD', amount: '100.00' } });
  const bought = { connection, confirmPrice: '10.46', waitMs: 0 };
  await tenant.registrar.register('northwind-garden.com', bought);
  await tenant.policies.set({}, { approval: 'always' });
  await tenant.registrar.register('northwind-four-eyes.com', bought).catch(({ code }: { code?: string }) => {
    assert.equal(code, 'approval-missing');
  });
  await tenant.policies.set({}, null);
  await tenant.provisioning.provision(PROVISIONED, { connection });

  const { endpoint } = await tenant.webhooks.add({
    url: 'https://product.example/hooks/zoneward',
    types: ['zone.*', 'change_set.failed'],
  });
  // No such name resolves: the log has an attempt that failed.
  await tenant.webhooks.test(endpoint.id);
}
