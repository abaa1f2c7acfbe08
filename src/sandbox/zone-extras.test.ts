import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf, query, sandboxFor, sdkFor, send } from './testing.ts';

test('plans: what there is, and the subscription that changes it', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('plan.example');
  const sdk = sdkFor(sandbox);
  const plans = await sdk.zones.plans.list({ zone_id });
  assert.deepEqual(
    plans.result.map((plan) => [plan.legacy_id, plan.is_subscribed]),
    [
      ['free', true],
      ['pro', false],
      ['business', false],
      ['enterprise', false],
    ],
  );
  assert.equal(
    (await sdk.zones.plans.get('0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee', { zone_id })).name,
    'Free Website',
  );
  assert.equal((await sdk.zones.ratePlans.get({ zone_id })).result.length, 3);
  assert.equal((await sdk.zones.subscriptions.get({ zone_id })).rate_plan?.id, 'free');
  const changed = await sdk.zones.subscriptions.update({ zone_id, rate_plan: { id: 'pro' } });
  assert.deepEqual([changed.rate_plan?.id, changed.frequency, changed.state], ['pro', 'monthly', 'Paid']);
  assert.equal((await sdk.zones.get({ zone_id })).plan.legacy_id, 'pro');
  assert.equal((await sdk.dns.usage.zone.get({ zone_id })).record_quota, 3500);
  const bad = await send(sandbox, `PUT /zones/${zone_id}/subscription`, {
    body: { rate_plan: { id: 'gold' } },
  });
  assert.equal(outcomeOf(bad), '400/1088');
  assert.equal(outcomeOf(await send(sandbox, `GET /zones/${zone_id}/available_plans/gold`)), '404/1088');
});

test('holds: Enterprise only, and nobody else adds the name meanwhile', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seed({ accounts: [{ name: 'Other' }] });
  const free = sandbox.seedZone('free.example');
  const { id: zone_id } = sandbox.seedZone('held.co.uk', [], { plan: 'enterprise', account: 'Other' });
  const sdk = sdkFor(sandbox);
  assert.equal(outcomeOf(await send(sandbox, `POST /zones/${free.id}/hold`)), '403/1005');
  assert.deepEqual(await sdk.zones.holds.get({ zone_id }), {
    hold: false,
    include_subdomains: 'false',
  });
  const add = async (): Promise<string> => {
    const body = { name: 'held.co.uk', account: { id: sandbox.accountId } };
    return outcomeOf(await send(sandbox, 'POST /zones', { body }));
  };
  const held = await sdk.zones.holds.create({ zone_id, include_subdomains: true });
  assert.deepEqual([held.hold, held.include_subdomains], [true, 'true']);
  assert.equal(await add(), '400/1110');
  const until = new Date(sandbox.now() + 3_600_000).toISOString();
  assert.equal((await sdk.zones.holds.edit({ zone_id, hold_after: until })).hold_after, until);
  assert.equal(await add(), '200', 'a hold that is lifted for a while');
  assert.equal((await sdk.zones.holds.delete({ zone_id })).hold, false);
  assert.equal(
    outcomeOf(await send(sandbox, `PATCH /zones/${zone_id}/hold`, { body: { hold_after: 'x' } })),
    '400/10021',
  );
});

test('DNS settings are kept, checked, and served', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const { id: zone_id } = sandbox.seedZone(
    'dns.example',
    [
      { type: 'CNAME', name: 'c', content: 'www.dns.example' },
      { type: 'A', name: 'www', content: '192.0.2.1' },
      { type: 'NS', name: '@', content: 'ns1.second.example' },
    ],
    { plan: 'enterprise' },
  );
  const free = sandbox.seedZone('free.example');
  const sdk = sdkFor(sandbox);
  const before = await sdk.dns.settings.zone.get({ zone_id });
  assert.deepEqual(
    [before.ns_ttl, before.soa.refresh, before.nameservers.type],
    [86_400, 10_000, 'cloudflare.standard'],
  );
  const serial = sandbox.zone(zone_id).serial;
  const after = await sdk.dns.settings.zone.edit({
    zone_id,
    flatten_all_cnames: true,
    multi_provider: true,
    ns_ttl: 3600,
    soa: { min_ttl: 60 },
  });
  assert.deepEqual([after.flatten_all_cnames, after.soa.min_ttl, after.soa.refresh], [true, 60, 10_000]);
  assert.equal(sandbox.zone(zone_id).serial, serial + 1);
  const flat = await query(sandbox, { name: 'c.dns.example', type: 'A' });
  assert.deepEqual(
    flat.answers?.map((answer) => [answer.name, answer.type]),
    [['c.dns.example', 'A']],
  );
  const ns = await query(sandbox, { name: 'dns.example', type: 'NS' });
  assert.equal(ns.answers?.length, 3);
  const negative = await query(sandbox, { name: 'nope.dns.example', type: 'A' });
  assert.equal((negative.authorities?.[0] as { ttl?: number } | undefined)?.ttl, 60);
  const cases: readonly (readonly [string, unknown, string])[] = [
    [free.id, { flatten_all_cnames: true }, '400/1003'],
    [free.id, { nameservers: { type: 'custom.account' } }, '400/1003'],
    [free.id, { multi_provider: true }, '200'],
    [zone_id, { multi_provider: 'yes' }, '400/1004'],
    [zone_id, { soa: { refresh: 1 } }, '400/1004'],
    [zone_id, { soa: 5 }, '400/1004'],
    [zone_id, { ns_ttl: 5 }, '400/1004'],
    [zone_id, { zone_mode: 'odd' }, '400/1004'],
    [zone_id, { nameservers: { type: 'odd' } }, '400/1004'],
  ];
  for (const [zone, body, expected] of cases) {
    assert.equal(
      outcomeOf(await send(sandbox, `PATCH /zones/${zone}/dns_settings`, { body })),
      expected,
      JSON.stringify(body),
    );
  }
  const account_id = sandbox.accountId;
  await sdk.dns.settings.account.edit({ account_id, zone_defaults: { ns_ttl: 7200 } });
  assert.equal((await sdk.dns.settings.account.get({ account_id })).zone_defaults.ns_ttl, 7200);
  const made = await sdk.zones.create({ name: 'heir.example', account: { id: account_id } });
  assert.equal((await sdk.dns.settings.zone.get({ zone_id: made.id })).ns_ttl, 7200);
});

test('the user is edited; memberships are left', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seed({ accounts: [{ name: 'Leaving' }] });
  sandbox.seedZone('leaving.example', [], { account: 'Leaving', plan: 'pro' });
  const sdk = sdkFor(sandbox);
  const edited = await sdk.user.edit({ first_name: 'Ada', telephone: null });
  assert.deepEqual([edited.first_name, edited.has_pro_zones], ['Ada', true]);
  assert.equal(outcomeOf(await send(sandbox, 'PATCH /user', { body: { first_name: 1 } })), '400/10021');
  const memberships = await sdk.memberships.list();
  const leaving = memberships.result.find((item) => item.account?.name === 'Leaving')?.id ?? '';
  assert.equal((await sdk.memberships.get(leaving)).status, 'accepted');
  assert.equal((await sdk.zones.list()).result.length, 1);
  await sdk.memberships.update(leaving, { status: 'rejected' });
  assert.equal((await sdk.zones.list()).result.length, 0);
  assert.deepEqual(await sdk.memberships.delete(leaving), { id: leaving });
  assert.equal(outcomeOf(await send(sandbox, `GET /memberships/${leaving}`)), '404/1003');
});
