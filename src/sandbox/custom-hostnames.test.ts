import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { type Answer, outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';
import { CERTIFICATE_MS } from './tls/timeline.ts';

const RECORDS = [{ type: 'CNAME', name: 'origin', content: 'elsewhere.example.net', proxied: true }];

function post(sandbox: Sandbox, zoneId: string, body: object): Promise<Answer> {
  return send(sandbox, `POST /zones/${zoneId}/custom_hostnames`, { body });
}

test('a custom hostname: 201, pending, active, 202, deleted without envelope', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('saas.example', RECORDS);
  sandbox.updateZone(zone_id, { entitlements: ['ssl-for-saas'] });
  const made = await post(sandbox, zone_id, {
    hostname: 'App.Customer.example.',
    ssl: { method: 'txt', type: 'dv', settings: { min_tls_version: '1.2' } },
    custom_origin_server: 'origin.saas.example',
  });
  assert.equal(made.status, 201);
  const { id, ...shown } = made.json.result;
  assert.equal(shown.hostname, 'app.customer.example');
  assert.deepEqual([shown.status, shown.ssl.status], ['pending', 'initializing']);
  assert.equal(shown.ownership_verification.name, '_cf-custom-hostname.app.customer.example');
  const { customHostnames } = sdkFor(sandbox);
  sandbox.setClock({ advanceMs: 10_000 });
  const pending = await customHostnames.get(id, { zone_id });
  assert.equal(pending.ssl?.status, 'pending_validation');
  assert.equal(pending.ssl?.validation_records?.[0]?.txt_name, '_acme-challenge.app.customer.example');
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  const active = await customHostnames.get(id, { zone_id });
  assert.deepEqual([active.status, active.ssl?.status], ['active', 'active']);
  assert.equal(active.ownership_verification, undefined);
  assert.deepEqual(active.ssl?.hosts, ['app.customer.example']);
  const path = `/zones/${zone_id}/custom_hostnames/${id}`;
  const body = { ssl: { settings: { http2: 'off' } } };
  const changed = await send(sandbox, `PATCH ${path}`, { body });
  assert.equal(changed.status, 202);
  assert.deepEqual(changed.json.result.ssl.settings, { min_tls_version: '1.2', http2: 'off' });
  assert.equal(changed.json.result.ssl.status, 'active');
  const restarted = await send(sandbox, `PATCH ${path}`, { body: { ssl: { method: 'http' } } });
  assert.equal(restarted.json.result.ssl.status, 'initializing');
  const removed = await send(sandbox, `DELETE ${path}`);
  assert.equal(removed.text, JSON.stringify({ id }));
  assert.equal((await send(sandbox, `GET ${path}`)).json.result.status, 'pending_deletion');
  sandbox.setClock({ advanceMs: 31_000 });
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`)), '404/1436');
});

test('the SDK creates, edits and deletes', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('saas.example', RECORDS, { plan: 'enterprise' });
  const { customHostnames } = sdkFor(sandbox);
  const made = await customHostnames.create({
    zone_id,
    hostname: 'a.example',
    custom_metadata: { tier: 'gold' },
    ssl: { method: 'http', type: 'dv', wildcard: true },
  });
  assert.deepEqual(made.custom_metadata, { tier: 'gold' });
  assert.equal(made.ssl?.wildcard, true);
  const changed = await customHostnames.edit(made.id, { zone_id, custom_origin_sni: 'sni.saas.example' });
  assert.deepEqual(
    [changed.custom_origin_sni, changed.custom_metadata],
    ['sni.saas.example', { tier: 'gold' }],
  );
  assert.deepEqual(await customHostnames.delete(made.id, { zone_id }), { id: made.id });
});

test('what is refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('saas.example', RECORDS);
  assert.equal(outcomeOf(await post(sandbox, id, { hostname: 'a.example' })), '403/1404');
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'] });
  const rows: readonly [body: object, outcome: string][] = [
    [{ hostname: 'a.example' }, '201'],
    [{ hostname: 'A.EXAMPLE' }, '409/1406'],
    [{}, '400/1407'],
    [{ hostname: 'single' }, '400/1407'],
    [{ hostname: '*.b.example' }, '400/1407'],
    [{ hostname: 'b .example' }, '400/1407'],
    [{ hostname: 'saas.example' }, '400/1411'],
    [{ hostname: 'www.cloudflare.com' }, '400/1411'],
    [{ hostname: 'b.example', custom_metadata: { a: 'b' } }, '403/1413'],
    [{ hostname: 'b.example', custom_origin_sni: 'x.saas.example' }, '403/1414'],
    [{ hostname: 'b.example', custom_origin_server: 'none.saas.example' }, '400/1421'],
    [{ hostname: 'b.example', ssl: { method: 'cname' } }, '400/1432'],
    [{ hostname: 'b.example', ssl: { type: 'ev' } }, '400/1433'],
    [{ hostname: 'b.example', ssl: { settings: { http2: 'maybe' } } }, '400/1434'],
    [{ hostname: 'b.example', ssl: 'yes' }, '400/1434'],
    [{ hostname: 'b.example' }, '201'],
  ];
  for (const [body, outcome] of rows) {
    const answer = await post(sandbox, id, body);
    const got = answer.status === 201 ? '201' : outcomeOf(answer);
    assert.equal(got, outcome, JSON.stringify(body));
  }
});

test('the quota is counted, and ends', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('saas.example');
  const { customHostnames } = sdkFor(sandbox);
  assert.deepEqual(await customHostnames.quota.get({ zone_id }), {
    allocated: 0,
    exceeded: false,
    hard_cap: 0,
    used: 0,
  });
  sandbox.updateZone(zone_id, { entitlements: ['ssl-for-saas'] });
  for (let index = 0; index < 100; index += 1)
    await post(sandbox, zone_id, { hostname: `n${index}.example` });
  assert.equal((await customHostnames.quota.get({ zone_id })).used, 100);
  assert.equal(outcomeOf(await post(sandbox, zone_id, { hostname: 'more.example' })), '403/1405');
});

test('filters, order and pages of the list', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('saas.example', RECORDS);
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'] });
  await post(sandbox, id, {
    hostname: 'shop.example',
    ssl: { method: 'txt', certificate_authority: 'ssl_com' },
  });
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  await post(sandbox, id, { hostname: 'workshop.example', ssl: { method: 'txt', wildcard: true } });
  await post(sandbox, id, { hostname: 'plain.example', custom_origin_server: 'origin.saas.example' });
  const names = async (query: string): Promise<string> => {
    const { json } = await send(sandbox, `GET /zones/${id}/custom_hostnames?${query}`);
    return json.result.map((item: { hostname: string }) => item.hostname.split('.')[0]).join();
  };
  const rows: readonly [query: string, names: string][] = [
    ['', 'shop,workshop,plain'],
    ['hostname=shop', 'shop,workshop'],
    ['hostname.contain=SHOP', 'shop,workshop'],
    ['hostname.exact=shop.example', 'shop'],
    ['hostname.startsWith=work', 'workshop'],
    ['ssl=0', 'plain'],
    ['ssl_status=active', 'shop'],
    ['ssl_status=initializing', 'workshop'],
    ['hostname_status=active', 'shop'],
    ['wildcard=true', 'workshop'],
    ['certificate_authority=ssl_com', 'shop'],
    ['custom_origin_server=origin.saas.example', 'plain'],
    ['order=ssl&direction=asc', 'plain,shop,workshop'],
    ['order=ssl_status&direction=desc', 'workshop,shop,plain'],
    ['per_page=2&page=2', 'plain'],
    ['id=none', ''],
  ];
  for (const [query, wanted] of rows) assert.equal(await names(query), wanted, query);
});

test('the fallback origin is rolled out and taken back over time', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('saas.example', RECORDS);
  const path = `/zones/${zone_id}/custom_hostnames/fallback_origin`;
  const { fallbackOrigin } = sdkFor(sandbox).customHostnames;
  const body = { origin: 'origin.saas.example' };
  assert.equal(outcomeOf(await send(sandbox, `PUT ${path}`, { body })), '403/1404');
  sandbox.updateZone(zone_id, { entitlements: ['ssl-for-saas'] });
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`)), '404/1431');
  const missing = await send(sandbox, `PUT ${path}`, { body: { origin: 'none.saas.example' } });
  assert.equal(outcomeOf(missing), '400/1421');
  assert.equal((await fallbackOrigin.update({ zone_id, ...body })).status, 'initializing');
  sandbox.setClock({ advanceMs: 10_000 });
  assert.equal((await fallbackOrigin.get({ zone_id })).status, 'pending_deployment');
  sandbox.setClock({ advanceMs: 60_000 });
  assert.equal((await fallbackOrigin.get({ zone_id })).status, 'active');
  assert.equal((await fallbackOrigin.delete({ zone_id })).status, 'pending_deletion');
  sandbox.setClock({ advanceMs: 31_000 });
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`)), '404/1431');
});

test('a name that cannot be proved stays pending and its certificate times out, until it can', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('saas.example');
  sandbox.updateZone(id, { entitlements: ['ssl-for-saas'], certificatesValidate: false });
  const made = (await post(sandbox, id, { hostname: 'a.example', ssl: { method: 'txt' } })).json.result;
  const path = `/zones/${id}/custom_hostnames/${made.id}`;
  const statuses = async (): Promise<string[]> => {
    const { result } = (await send(sandbox, `GET ${path}`)).json;
    return [result.status, result.ssl.status];
  };
  sandbox.setClock({ advanceMs: 3_600_000 });
  assert.deepEqual(await statuses(), ['pending', 'pending_validation']);
  sandbox.setClock({ advanceMs: 86_400_000 });
  assert.deepEqual(await statuses(), ['pending', 'validation_timed_out']);
  sandbox.updateZone(id, { certificatesValidate: true });
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.deepEqual(await statuses(), ['active', 'validation_timed_out']);
  await send(sandbox, `PATCH ${path}`, { body: { ssl: { method: 'txt' } } });
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.deepEqual(await statuses(), ['active', 'active']);
});

test('a hold of another account keeps its names from being custom hostnames', async (t) => {
  const sandbox = await sandboxFor(t, { seed: { accounts: [{ name: 'Holder' }] } });
  const { id } = sandbox.seedZone('saas.example', [], { entitlements: ['ssl-for-saas'] });
  const held = sandbox.seedZone('held.example', [], { account: 'Holder', plan: 'enterprise' });
  assert.equal((await post(sandbox, id, { hostname: 'a.held.example' })).status, 201);
  await send(sandbox, `POST /zones/${held.id}/hold?include_subdomains=true`);
  assert.equal(outcomeOf(await post(sandbox, id, { hostname: 'b.held.example' })), '400/1411');
});
