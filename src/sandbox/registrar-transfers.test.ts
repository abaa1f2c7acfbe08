import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import type { ForeignDomain } from './registrar/registry.ts';
import { type Answer, outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

const DAY_MS = 86_400_000;
const CODE = Buffer.from('secret code').toString('base64');

function base(sandbox: Sandbox): string {
  return `/accounts/${sandbox.accountId}/registrar`;
}

function transfer(sandbox: Sandbox, domain: string, body: object = { auth_code: CODE }): Promise<Answer> {
  return send(sandbox, `POST ${base(sandbox)}/registrations/${domain}/transfer-in`, { body });
}

function check(sandbox: Sandbox, ...domains: readonly object[]): Promise<Answer> {
  return send(sandbox, `POST ${base(sandbox)}/domain-transfer-check`, { body: { domains } });
}

test('a transfer: checked, started, pending for days, done, charged, a year added', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.setClock({ now: '2026-10-01T00:00:00Z', scale: 0 });
  sandbox.seedZone('moving-name.com');
  const foreign = { 'moving-name.com': { authCode: 'secret code', expiresOn: '2027-03-01T00:00:00Z' } };
  sandbox.registrar.update({ foreign });
  const { registrar } = sdkFor(sandbox);
  const account_id = sandbox.accountId;
  const { domains } = await registrar.transferCheck({
    account_id,
    domains: [{ domain_name: 'moving-name.com', auth_code: CODE }],
  });
  assert.deepEqual(domains['moving-name.com'], {
    name: 'moving-name.com',
    transferable: true,
    pricing: { currency: 'USD', renewal_cost: '10.46', transfer_cost: '10.46' },
  });
  const started = await transfer(sandbox, 'moving-name.com');
  assert.equal(started.status, 202);
  assert.match(started.json.result.links.self, /\/transfer-in-status$/);
  const state = async (): Promise<string> =>
    (await registrar.transferInStatus.get('moving-name.com', { account_id })).state;
  assert.equal(await state(), 'pending');
  const pending = await registrar.registrations.get('moving-name.com', { account_id });
  assert.deepEqual([pending.status, pending.expires_at], ['transfer_pending', null]);
  assert.equal((await transfer(sandbox, 'moving-name.com')).status, 409);
  sandbox.setClock({ advanceMs: DAY_MS });
  assert.equal(await state(), 'in_progress');
  assert.equal(sandbox.registrar.charges().length, 0);
  sandbox.setClock({ advanceMs: 9 * DAY_MS });
  assert.equal(await state(), 'succeeded');
  const done = await registrar.registrations.get('moving-name.com', { account_id });
  assert.deepEqual([done.status, done.expires_at], ['active', '2028-03-01T00:00:00.000Z']);
  assert.deepEqual(
    sandbox.registrar.charges().map(({ kind, amount }) => [kind, amount]),
    [['transfer', '10.46']],
  );
  assert.doesNotMatch(JSON.stringify(sandbox.audit()), new RegExp(CODE));
});

test('reasons against a transfer, and the refusal when it is started all the same', async (t) => {
  const sandbox = await sandboxFor(t);
  const zones = ['locked', 'held', 'recent', 'coded', 'signed', 'full', 'mine'].map(
    (label) => `${label}-name.com`,
  );
  for (const name of zones) sandbox.seedZone(name);
  sandbox.seedZone('plain-name.co.uk');
  const foreign: Record<string, ForeignDomain> = {
    'locked-name.com': { locked: true },
    'held-name.com': { held: true },
    'recent-name.com': { recent: true },
    'coded-name.com': { authCode: 'another' },
    'full-name.com': { expiresOn: '2099-01-01T00:00:00Z' },
    'zoneless-name.com': {},
  };
  sandbox.registrar.update({ foreign, registrations: [{ domain: 'mine-name.com' }] });
  await send(sandbox, `PATCH /zones/${sandbox.zone('signed-name.com').id}/dnssec`, {
    body: { status: 'active' },
  });
  const rows: readonly [domain: string, code: string | undefined, reason: string][] = [
    ['locked-name.com', CODE, 'domain_locked'],
    ['held-name.com', CODE, 'registry_status'],
    ['recent-name.com', CODE, 'domain_outside_transfer_window'],
    ['coded-name.com', CODE, 'invalid_auth_code'],
    ['coded-name.com', 'not base64!', 'invalid_auth_code_format'],
    ['signed-name.com', CODE, 'dnssec_enabled'],
    ['full-name.com', CODE, 'domain_max_term'],
    ['mine-name.com', CODE, 'domain_on_cloudflare'],
    ['zoneless-name.com', CODE, 'zone_not_found'],
    ['nobodys-name.com', CODE, 'domain_not_exists'],
    ['some-name.sh', CODE, 'extension_not_supported_via_api'],
    ['some-name.museum', CODE, 'extension_not_supported'],
    ['plain-name.co.uk', undefined, ''],
    ['coded-name.com', undefined, ''],
  ];
  for (const [domain_name, auth_code, reason] of rows) {
    const { json } = await check(sandbox, { domain_name, ...(auth_code === undefined ? {} : { auth_code }) });
    const found = json.result.domains[domain_name];
    const reasons = (found.reasons ?? []).map((item: { code: string }) => item.code).join();
    assert.deepEqual([found.transferable, reasons], [reason === '', reason], domain_name);
    if (reason === '' || reason === 'domain_on_cloudflare') continue;
    const refused = await transfer(sandbox, domain_name, { auth_code });
    assert.equal(refused.json.errors[0].message, `Domain cannot be transferred: ${reason}`);
  }
  const missing = await transfer(sandbox, 'coded-name.com', {});
  assert.deepEqual(missing.json.errors[0].source, { pointer: '/auth_code' });
  const british = await transfer(sandbox, 'plain-name.co.uk', {});
  assert.equal(british.status, 202);
  sandbox.setClock({ advanceMs: 10 * DAY_MS });
  assert.deepEqual(sandbox.registrar.charges(), []);
  assert.equal(sandbox.registrar.view().registrations.at(-1)?.pending, null);
});

test('a check may work in part; when no check works it is 503', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.registrar.update({ foreign: { 'silent-name.com': { unreachable: true } } });
  const silent = { domain_name: 'silent-name.com' };
  const part = await check(sandbox, silent, { domain_name: 'free-name.com' }, { domain_name: 'no name' });
  assert.equal(part.json.success, true);
  assert.deepEqual(Object.keys(part.json.result.domains), ['free-name.com', 'no name']);
  assert.deepEqual(part.json.result.domains['no name'].reasons, [{ code: 'domain_unsupported' }]);
  assert.deepEqual(part.json.errors[0].source, { pointer: '/domains/0' });
  assert.equal((await check(sandbox, silent)).status, 503);
  assert.equal(outcomeOf(await check(sandbox)), '400/1006');
  const many = Array.from({ length: 11 }, (_, at) => ({ domain_name: `name-${at}.com` }));
  assert.equal(outcomeOf(await check(sandbox, ...many)), '400/10000');
});

test('the control path scripts outcomes, reads charges, ends workflows', async (t) => {
  const sandbox = await sandboxFor(t, { control: true });
  const control = async (line: string, body?: unknown): Promise<Answer['json']> => {
    const [method = '', rest = ''] = line.split(' ');
    const answer = await fetch(`${sandbox.controlUrl}${rest}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  await control('PUT /registrar', { outcomes: [{ domain: '*', state: 'action_required' }] });
  await send(sandbox, `POST ${base(sandbox)}/registrations`, { body: { domain_name: 'waiting-name.com' } });
  const before = await control('GET /registrar');
  assert.deepEqual([before.workflows[0].state, before.charges], ['action_required', []]);
  await control('POST /registrar/waiting-name.com', { state: 'succeeded' });
  assert.equal((await control('GET /registrar')).charges.length, 1);
  assert.equal((await control('PUT /registrar', { outcome: [] })).status, 400);
  assert.equal((await control('PUT /registrar', { taken: ['no name'] })).status, 400);
});
