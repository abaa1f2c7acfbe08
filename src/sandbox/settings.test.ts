import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { SETTINGS } from './settings/catalogue.ts';
import { outcomeOf, query, sandboxFor, sdkFor, send } from './testing.ts';

const HOUR_MS = 3_600_000;

async function patch(sandbox: Sandbox, zoneId: string, id: string, value: unknown): Promise<string> {
  return outcomeOf(await send(sandbox, `PATCH /zones/${zoneId}/settings/${id}`, { body: { value } }));
}

test('a setting: default, changed, kept, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const { settings } = sdkFor(sandbox).zones;
  assert.deepEqual(await settings.get('min_tls_version', { zone_id: zone.id }), {
    id: 'min_tls_version',
    value: '1.0',
    editable: true,
    modified_on: null,
  });
  const changed = await settings.edit('min_tls_version', { zone_id: zone.id, value: '1.2' });
  assert.equal('value' in changed && changed.value, '1.2');
  const read = await settings.get('min_tls_version', { zone_id: zone.id });
  assert.deepEqual(read, changed);
  assert.match(String('modified_on' in read && read.modified_on), /^\d{4}-.*Z$/);
  const other = sandbox.seedZone('two.example');
  const untouched = await settings.get('min_tls_version', { zone_id: other.id });
  assert.equal('value' in untouched && untouched.value, '1.0');
});

test('every setting of the catalogue answers, and takes its own value when it is editable', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  const path = `/zones/${zone.id}/settings`;
  const fixed: string[] = [];
  for (const id of Object.keys(SETTINGS)) {
    const { status, json } = await send(sandbox, `GET ${path}/${id}`);
    assert.equal(status, 200, id);
    assert.equal(json.result.id, id);
    const key = 'enabled' in json.result ? 'enabled' : 'value';
    const written = await send(sandbox, `PATCH ${path}/${id}`, { body: { [key]: json.result[key] } });
    if (written.status === 200) assert.deepEqual(written.json.result[key], json.result[key], id);
    else fixed.push(id);
  }
  assert.deepEqual(fixed, ['advanced_ddos']);
});

test('values outside of the domain, unknown ids, plans', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const rows: readonly [setting: string, value: unknown, outcome: string][] = [
    ['ssl', 'strict', '200'],
    ['ssl', 'origin_pull', '400/1007'],
    ['ssl', 'maximal', '400/1007'],
    ['always_use_https', true, '400/1007'],
    ['always_use_https', undefined, '400/1007'],
    ['browser_cache_ttl', 14400, '200'],
    ['browser_cache_ttl', '14400', '400/1007'],
    ['browser_cache_ttl', 5, '400/1007'],
    ['max_upload', 100, '200'],
    ['max_upload', 500, '400/1007'],
    ['security_level', 'under_attack', '200'],
    ['origin_tls_compliance_modes', ['fips'], '200'],
    ['origin_tls_compliance_modes', ['fips', 'fips'], '400/1007'],
    ['origin_tls_compliance_modes', ['nsa'], '400/1007'],
    ['ciphers', [], '400/1057'],
    ['true_client_ip_header', 'on', '400/1057'],
    ['polish', 'lossy', '400/1057'],
    ['advanced_ddos', 'on', '400/1025'],
    ['minify', { css: 'on' }, '400/1006'],
    ['mirage', 'on', '400/1006'],
    ['server_side_exclude', 'on', '400/1006'],
    ['constructor', 'on', '400/1006'],
  ];
  for (const [setting, value, outcome] of rows) {
    assert.equal(await patch(sandbox, id, setting, value), outcome, `${setting} = ${JSON.stringify(value)}`);
  }
  const gated = await send(sandbox, `GET /zones/${id}/settings/polish`);
  assert.equal(gated.json.result.editable, false);
  sandbox.updateZone(id, { plan: 'pro' });
  assert.equal((await send(sandbox, `GET /zones/${id}/settings/polish`)).json.result.editable, true);
  assert.equal(await patch(sandbox, id, 'polish', 'lossy'), '200');
});

test('HSTS is two levels deep; what is left out is off', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const { settings } = sdkFor(sandbox).zones;
  const value = { strict_transport_security: { enabled: true, max_age: 15_552_000, preload: true } };
  const changed = await settings.edit('security_header', { zone_id: id, value });
  assert.deepEqual('value' in changed && changed.value, {
    strict_transport_security: {
      enabled: true,
      max_age: 15_552_000,
      include_subdomains: false,
      preload: true,
      nosniff: false,
    },
  });
  for (const wrong of [
    { strict_transport_security: { enabled: 'on' } },
    { strict_transport_security: { max_age: -1 } },
    { strict_transport_security: true },
    'on',
  ]) {
    assert.equal(await patch(sandbox, id, 'security_header', wrong), '400/1007', JSON.stringify(wrong));
  }
});

test('development mode ends by itself and shows in the zone', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const shown = async (): Promise<unknown[]> => {
    const setting = (await send(sandbox, `GET /zones/${id}/settings/development_mode`)).json.result;
    const zone = (await send(sandbox, `GET /zones/${id}`)).json.result;
    return [setting.value, setting.time_remaining, zone.development_mode];
  };
  sandbox.setClock({ scale: 0 });
  assert.deepEqual(await shown(), ['off', 0, 0]);
  assert.equal(await patch(sandbox, id, 'development_mode', 'on'), '200');
  assert.deepEqual(await shown(), ['on', 10800, 10800]);
  sandbox.setClock({ advanceMs: HOUR_MS });
  assert.deepEqual(await shown(), ['on', 7200, 7200]);
  sandbox.setClock({ advanceMs: 3 * HOUR_MS });
  assert.deepEqual(await shown(), ['off', 0, -3600]);
});

test('TLS 1.3 reads as zrt together with 0-RTT', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const value = async (setting: string): Promise<unknown> =>
    (await send(sandbox, `GET /zones/${id}/settings/${setting}`)).json.result.value;
  assert.equal(await patch(sandbox, id, 'tls_1_3', 'zrt'), '200');
  assert.deepEqual([await value('tls_1_3'), await value('0rtt')], ['zrt', 'on']);
  assert.equal(await patch(sandbox, id, '0rtt', 'off'), '200');
  assert.equal(await value('tls_1_3'), 'on');
  assert.equal(await patch(sandbox, id, 'tls_1_3', 'off'), '200');
  assert.equal(await patch(sandbox, id, '0rtt', 'on'), '200');
  assert.equal(await value('tls_1_3'), 'off');
});

test('settings with enabled, with PUT and DELETE, and automatic SSL, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example');
  const sdk = sdkFor(sandbox);
  const kex = await sdk.ssl.autoOriginTLSKex.edit({ zone_id, enabled: true });
  assert.deepEqual({ id: kex.id, enabled: kex.enabled }, { id: 'auto_origin_tls_kex', enabled: true });
  const value = ['fips', 'pqh'];
  assert.deepEqual((await sdk.originTLSComplianceModes.update({ zone_id, value })).value, value);
  await sdk.originTLSComplianceModes.delete({ zone_id });
  assert.deepEqual((await sdk.originTLSComplianceModes.get({ zone_id })).value, []);
  assert.equal(
    outcomeOf(await send(sandbox, `PUT /zones/${zone_id}/settings/ssl`, { body: { value: 'full' } })),
    '400/1006',
  );
  assert.equal((await sdk.ssl.recommendations.get({ zone_id })).next_scheduled_scan, null);
  await sdk.zones.settings.edit('ssl_automatic_mode', { zone_id, value: 'auto' });
  const { next_scheduled_scan } = await sdk.ssl.recommendations.get({ zone_id });
  assert.ok(Date.parse(next_scheduled_scan ?? '') > sandbox.now());
});

test('permissions: settings apart from zones, automatic SSL with either group', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const token = (...permissions: string[]): string => sandbox.createToken({ name: 't', permissions }).value;
  const body = { value: 'auto' };
  const rows: readonly [permission: string, line: string, outcome: string][] = [
    ['Zone Write', `GET /zones/${id}/settings/ssl`, '403/10000'],
    ['Zone Settings Read', `GET /zones/${id}/settings/ssl`, '200'],
    ['Zone Settings Read', `PATCH /zones/${id}/settings/ssl_automatic_mode`, '403/10000'],
    ['SSL and Certificates Write', `PATCH /zones/${id}/settings/ssl_automatic_mode`, '200'],
    ['SSL and Certificates Write', `PATCH /zones/${id}/settings/ssl`, '403/10000'],
    ['Zone Settings Write', `PATCH /zones/${id}/settings/ssl_automatic_mode`, '200'],
  ];
  for (const [permission, line, outcome] of rows) {
    const answer = await send(sandbox, line, {
      token: token(permission),
      ...(line.startsWith('GET') ? {} : { body }),
    });
    assert.equal(outcomeOf(answer), outcome, `${permission}: ${line}`);
  }
});

test('the bulk route and the legacy registrar have ended', async (t) => {
  const warnings: string[] = [];
  const sandbox = await sandboxFor(t, { warn: (line) => warnings.push(line) });
  const { id } = sandbox.seedZone('one.example');
  const domains = `/accounts/${sandbox.accountId}/registrar/domains`;
  for (const line of [
    `GET /zones/${id}/settings`,
    `PATCH /zones/${id}/settings`,
    `GET ${domains}`,
    `GET ${domains}/one.example`,
    `PUT ${domains}/one.example`,
  ]) {
    const answer = await send(sandbox, line, line.startsWith('GET') ? {} : { body: {} });
    assert.equal(outcomeOf(answer), '410/10410', line);
    assert.match(answer.json.errors[0].message, /no longer available/);
  }
  assert.equal(
    outcomeOf(await send(sandbox, `GET /zones/${id}/settings`, { token: 'x'.repeat(40) })),
    '401/1000',
  );
  assert.deepEqual(warnings, []);
});

test('a change is in the audit log, and survives a restart', async (t) => {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const stateFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'state.json');
  const first = await sandboxFor(t, { stateFile });
  const { id } = first.seedZone('one.example');
  assert.equal(await patch(first, id, 'ssl', 'strict'), '200');
  const entry = first.audit().at(-1);
  assert.deepEqual(
    [entry?.resourceType, entry?.resourceId, entry?.action],
    ['zone.setting', 'ssl', 'update'],
  );
  await first.close();
  const second = await sandboxFor(t, { stateFile });
  const { json } = await send(second, `GET /zones/${id}/settings/ssl`);
  assert.equal(json.result.value, 'strict');
});

test('ipv6 off, DNS-only mode and enforced DNS-only show in DNS answers', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const records = [{ type: 'A', name: 'www', content: '192.0.2.1', proxied: true }];
  const { id } = sandbox.seedZone('one.example', records, { plan: 'enterprise' });
  const answers = async (type: string): Promise<unknown[]> =>
    ((await query(sandbox, { name: 'www.one.example', type })).answers ?? []).map((item) =>
      'data' in item ? item.data : undefined,
    );
  assert.equal((await answers('AAAA')).length, 2);
  assert.equal(await patch(sandbox, id, 'ipv6', 'off'), '200');
  assert.deepEqual(await answers('AAAA'), []);
  assert.equal((await answers('A')).includes('192.0.2.1'), false);
  const body = { zone_mode: 'dns_only' };
  assert.equal(outcomeOf(await send(sandbox, `PATCH /zones/${id}/dns_settings`, { body })), '200');
  assert.deepEqual(await answers('A'), ['192.0.2.1']);
  await send(sandbox, `PATCH /zones/${id}/dns_settings`, { body: { zone_mode: 'standard' } });
  assert.equal((await answers('A')).includes('192.0.2.1'), false);
  const account = `PATCH /accounts/${sandbox.accountId}/dns_settings`;
  assert.equal(outcomeOf(await send(sandbox, account, { body: { enforce_dns_only: true } })), '200');
  assert.deepEqual(await answers('A'), ['192.0.2.1']);
});
