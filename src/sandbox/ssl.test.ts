import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selfSigned } from './http/self-signed.ts';
import type { Sandbox } from './index.ts';
import { type Answer, outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';
import { CERTIFICATE_MS } from './tls/timeline.ts';

const DAY_MS = 86_400_000;
const ORDER = {
  type: 'advanced',
  hosts: ['one.example', '*.one.example'],
  validation_method: 'txt',
  validity_days: 90,
  certificate_authority: 'google',
} as const;

function order(sandbox: Sandbox, zoneId: string, change: object = {}): Promise<Answer> {
  const body = { ...ORDER, ...change };
  return send(sandbox, `POST /zones/${zoneId}/ssl/certificate_packs/order`, { body });
}

test('universal SSL: a seeded zone has its pack; off, it is gone; on, another one comes', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example');
  const { ssl } = sdkFor(sandbox);
  const [pack] = (await ssl.certificatePacks.list({ zone_id })).result;
  assert.deepEqual(
    [pack?.type, pack?.status, pack?.hosts],
    ['universal', 'active', ['*.one.example', 'one.example']],
  );
  assert.equal(pack?.primary_certificate, pack?.certificates[0]?.id);
  const expires = Date.parse(pack?.certificates[0]?.expires_on ?? '');
  assert.ok(expires > sandbox.now() && expires < sandbox.now() + 91 * DAY_MS);
  assert.deepEqual(await ssl.universal.settings.get({ zone_id }), { enabled: true });
  await ssl.universal.settings.edit({ zone_id, enabled: false });
  assert.deepEqual((await ssl.certificatePacks.list({ zone_id, status: 'all' })).result, []);
  await ssl.universal.settings.edit({ zone_id, enabled: true });
  assert.deepEqual((await ssl.certificatePacks.list({ zone_id })).result, []);
  const [fresh] = (await ssl.certificatePacks.list({ zone_id, status: 'all' })).result;
  assert.equal(fresh?.status, 'initializing');
  assert.notEqual(fresh?.id, pack?.id);
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.equal((await ssl.certificatePacks.list({ zone_id })).result[0]?.id, fresh?.id);
  const wrong = await send(sandbox, `PATCH /zones/${zone_id}/ssl/universal/settings`, { body: {} });
  assert.equal(outcomeOf(wrong), '400/10021');
});

test('a new zone has no pack until it is active', async (t) => {
  const sandbox = await sandboxFor(t);
  const account = { id: sandbox.accountId };
  const { ssl, zones } = sdkFor(sandbox);
  const { id: zone_id } = await zones.create({ name: 'fresh.com', account });
  const statuses = async (): Promise<string[]> =>
    (await ssl.certificatePacks.list({ zone_id, status: 'all' })).result.map((pack) => pack.status);
  assert.deepEqual(await statuses(), []);
  sandbox.setClock({ advanceMs: 61_000 });
  assert.deepEqual(await statuses(), ['initializing']);
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.deepEqual(await statuses(), ['active']);
});

test('an ordered pack goes through its states, and renews itself', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  sandbox.setClock({ scale: 0 });
  const { certificatePacks } = sdkFor(sandbox).ssl;
  const made = await certificatePacks.create({ zone_id, ...ORDER, hosts: [...ORDER.hosts] });
  assert.deepEqual([made.status, made.certificates], ['initializing', []]);
  assert.equal(made.validation_records, undefined);
  const seen: string[] = [];
  for (let second = 0; second < 130; second += 1) {
    const { status, validation_records: records } = await certificatePacks.get(made.id, { zone_id });
    if (seen.at(-1) !== status) seen.push(status);
    assert.equal(records !== undefined, status === 'pending_validation');
    if (records !== undefined) assert.equal(records[0]?.txt_name, '_acme-challenge.one.example');
    sandbox.setClock({ advanceMs: 1000 });
  }
  assert.deepEqual(seen, [
    'initializing',
    'pending_validation',
    'pending_issuance',
    'pending_deployment',
    'active',
  ]);
  const first = await certificatePacks.get(made.id, { zone_id });
  sandbox.setClock({ advanceMs: 80 * DAY_MS });
  const later = await certificatePacks.get(made.id, { zone_id });
  assert.equal(later.status, 'active');
  assert.notEqual(later.certificates[0]?.id, first.certificates[0]?.id);
  assert.ok(Date.parse(later.certificates[0]?.expires_on ?? '') > sandbox.now());
});

test('orders that are refused, quota, delete', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const path = `/zones/${id}/ssl/certificate_packs`;
  assert.equal(outcomeOf(await order(sandbox, id)), '403/1450');
  sandbox.updateZone(id, { entitlements: ['advanced-certificate-manager'] });
  const rows: readonly [change: object, outcome: string][] = [
    [{ type: 'universal' }, '400/1410'],
    [{ hosts: [] }, '400/1410'],
    [{ hosts: undefined }, '400/1410'],
    [{ hosts: ['www.one.example'] }, '400/1410'],
    [{ hosts: ['one.example', 'two.example'] }, '400/1410'],
    [{ hosts: ['one.example', ...Array.from({ length: 50 }, (_, at) => `h${at}.one.example`)] }, '400/1410'],
    [{ validation_method: 'dns' }, '400/1410'],
    [{ validation_method: 'http' }, '400/1410'],
    [{ validity_days: 60 }, '400/1410'],
    [{ certificate_authority: 'lets_encrypt', validity_days: 14 }, '400/1410'],
    [{ certificate_authority: 'mine' }, '400/1410'],
    [{ validation_method: 'http', hosts: ['one.example'] }, '200'],
  ];
  for (const [change, outcome] of rows) {
    assert.equal(outcomeOf(await order(sandbox, id, change)), outcome, JSON.stringify(change).slice(0, 80));
  }
  const branded = (await order(sandbox, id, { cloudflare_branding: true })).json.result;
  assert.deepEqual(branded.hosts, [...ORDER.hosts, 'sni.cloudflaressl.com']);
  const quota = async (): Promise<unknown> => (await send(sandbox, `GET ${path}/quota`)).json.result;
  assert.deepEqual(await quota(), { advanced: { allocated: 100, used: 2 } });
  assert.deepEqual((await send(sandbox, `DELETE ${path}/${branded.id}`)).json.result, { id: branded.id });
  assert.deepEqual(await quota(), { advanced: { allocated: 100, used: 1 } });
  assert.equal((await send(sandbox, `GET ${path}/${branded.id}`)).json.result.status, 'pending_deletion');
  sandbox.setClock({ advanceMs: 31_000 });
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}/${branded.id}`)), '404/1003');
  const [universal] = (await send(sandbox, `GET ${path}`)).json.result;
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${path}/${universal.id}`)), '400/1408');
});

test('a validation that fails times out; then, and only then, it can be restarted', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  sandbox.updateZone(id, { certificatesValidate: false });
  const pack = (await order(sandbox, id)).json.result;
  const [universal] = (await send(sandbox, `GET /zones/${id}/ssl/certificate_packs`)).json.result;
  assert.deepEqual([universal.type, universal.status], ['universal', 'active']);
  const path = `/zones/${id}/ssl/certificate_packs/${pack.id}`;
  const status = async (): Promise<string> => (await send(sandbox, `GET ${path}`)).json.result.status;
  sandbox.setClock({ advanceMs: 10_000 });
  assert.equal(await status(), 'pending_validation');
  assert.equal(outcomeOf(await send(sandbox, `PATCH ${path}`, { body: {} })), '400/1409');
  sandbox.setClock({ advanceMs: DAY_MS });
  const failed = (await send(sandbox, `GET ${path}`)).json.result;
  assert.equal(failed.status, 'validation_timed_out');
  assert.equal(failed.validation_errors.length, 1);
  sandbox.updateZone(id, { certificatesValidate: true });
  assert.equal(outcomeOf(await send(sandbox, `PATCH ${path}`)), '200');
  assert.equal(await status(), 'initializing');
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.equal(await status(), 'active');
  const branded = await send(sandbox, `PATCH ${path}`, { body: { cloudflare_branding: true } });
  assert.equal(branded.json.result.cloudflare_branding, true);
  assert.equal(await status(), 'active');
});

test('verification shows each pack, and changes its method', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  const pack = (await order(sandbox, zone_id, { hosts: ['one.example'] })).json.result;
  sandbox.setClock({ advanceMs: 10_000 });
  const { verification } = sdkFor(sandbox).ssl;
  const list = await verification.get({ zone_id });
  assert.deepEqual(
    list.map((item) => item.certificate_status),
    ['active', 'authorizing'],
  );
  assert.equal(list[1]?.cert_pack_uuid, pack.id);
  const { record_name: name } = (list[1]?.verification_info ?? {}) as { record_name?: string };
  assert.equal(name, '_acme-challenge.one.example');
  const changed = await verification.edit(pack.id, { zone_id, validation_method: 'http' });
  assert.deepEqual(changed, { status: 'initializing', validation_method: 'http' });
  sandbox.setClock({ advanceMs: 10_000 });
  const { result } = (await send(sandbox, `GET /zones/${zone_id}/ssl/verification`)).json;
  assert.match(result[1].verification_info.record_name, /^http:\/\/one\.example\/\.well-known\//);
  const path = `PATCH /zones/${zone_id}/ssl/verification`;
  const body = { validation_method: 'pigeon' };
  assert.equal(outcomeOf(await send(sandbox, `${path}/${pack.id}`, { body })), '400/10021');
  assert.equal(
    outcomeOf(await send(sandbox, `${path}/none`, { body: { validation_method: 'txt' } })),
    '404/1003',
  );
  sandbox.updateZone(zone_id, { certificatesValidate: false });
  sandbox.setClock({ advanceMs: 2 * DAY_MS });
  assert.deepEqual(
    (await verification.get({ zone_id, retry: true })).map((item) => item.certificate_status),
    ['active', 'initializing'],
  );
});

test('total TLS gives a pack to each proxied name that the universal one does not cover', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('one.example', [
    { type: 'A', name: 'www', content: '192.0.2.1', proxied: true },
    { type: 'A', name: 'a.b', content: '192.0.2.1', proxied: true },
    { type: 'AAAA', name: 'a.b', content: '2001:db8::1', proxied: true },
    { type: 'A', name: 'c.d', content: '192.0.2.1' },
  ]);
  const { acm, ssl } = sdkFor(sandbox);
  const post = async (body: unknown): Promise<string> =>
    outcomeOf(await send(sandbox, `POST /zones/${zone_id}/acm/total_tls`, { body }));
  assert.equal(await post({ enabled: true }), '403/1450');
  sandbox.updateZone(zone_id, { entitlements: ['advanced-certificate-manager'] });
  assert.deepEqual(await acm.totalTLS.get({ zone_id }), { enabled: false });
  assert.equal(await post({ enabled: false }), '400/1467');
  assert.equal(await post({ enabled: 'on' }), '400/10021');
  assert.deepEqual(
    await acm.totalTLS.edit({ zone_id, enabled: true, certificate_authority: 'lets_encrypt' }),
    {
      enabled: true,
      certificate_authority: 'lets_encrypt',
      validity_period: 90,
    },
  );
  assert.equal(await post({ enabled: false }), '409/1482');
  sandbox.setClock({ advanceMs: CERTIFICATE_MS });
  assert.equal(await post({ enabled: true }), '400/1467');
  const packs = (await ssl.certificatePacks.list({ zone_id })).result;
  assert.deepEqual(
    packs.filter((pack) => pack.type === 'total_tls').map((pack) => pack.hosts),
    [['a.b.one.example']],
  );
});

test('analyze reads the host names of a certificate', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example');
  const path = `POST /zones/${id}/ssl/analyze`;
  const body = { certificate: selfSigned('www.one.example').cert };
  const { result } = (await send(sandbox, path, { body })).json;
  assert.deepEqual(result.hostnames, ['localhost', 'api.cloudflare.com', 'www.one.example']);
  assert.equal(outcomeOf(await send(sandbox, path, { body: { certificate: 'x' } })), '400/1228');
});

test('certificates need their own permission', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('one.example', [], { plan: 'enterprise' });
  const token = (...permissions: string[]): string => sandbox.createToken({ name: 't', permissions }).value;
  const [settings, reader] = [token('Zone Settings Write'), token('SSL and Certificates Read')];
  for (const path of [
    'ssl/universal/settings',
    'ssl/certificate_packs',
    'ssl/certificate_packs/quota',
    'ssl/verification',
    'acm/total_tls',
    'custom_certificates',
    'custom_hostnames',
    'custom_hostnames/quota',
    'origin_tls_client_auth',
    'origin_tls_client_auth/settings',
  ]) {
    assert.equal(
      outcomeOf(await send(sandbox, `GET /zones/${id}/${path}`, { token: settings })),
      '403/10000',
      path,
    );
    assert.equal(outcomeOf(await send(sandbox, `GET /zones/${id}/${path}`, { token: reader })), '200', path);
  }
  const patch = `PATCH /zones/${id}/ssl/universal/settings`;
  const refused = await send(sandbox, patch, { token: reader, body: { enabled: false } });
  assert.equal(outcomeOf(refused), '403/10000');
});
