import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { type Answer, outcomeOf, query, sandboxFor, sdkFor, send } from './testing.ts';

const DAY_MS = 86_400_000;
const REGISTRANT = {
  email: 'ada@example.com',
  phone: '+44.2070000000',
  postal_info: {
    name: 'Ada Example',
    address: { street: '1 Road', city: 'London', state: 'LND', postal_code: 'E1 1AA', country_code: 'GB' },
  },
};

function path(sandbox: Sandbox, rest: string, prefix = 'registrar'): string {
  return `/accounts/${sandbox.accountId}/${prefix}${rest}`;
}

function register(sandbox: Sandbox, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return send(sandbox, `POST ${path(sandbox, '/registrations')}`, {
    body,
    headers: {
      Authorization: `Bearer ${sandbox.tokens.full}`,
      'Content-Type': 'application/json',
      ...headers,
    },
  });
}

async function status(sandbox: Sandbox, domain: string, kind = 'registration'): Promise<string> {
  const answer = await send(sandbox, `GET ${path(sandbox, `/registrations/${domain}/${kind}-status`)}`);
  return answer.status === 200 ? answer.json.result.state : outcomeOf(answer);
}

test('check: free, taken, premium, extensions; malformed names are left out', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seedZone('zoned.com');
  sandbox.registrar.update({ taken: ['seeded.com'], premium: ['gold.com'] });
  const { registrar } = sdkFor(sandbox);
  const domains = [
    'Fresh-Name.com',
    'zoned.com',
    'seeded.com',
    'abc.com',
    'gold.com',
    'brand.sh',
    'brand.museum',
    'brand.tk',
    'www.fresh-name.com',
    'not a name',
    'com',
  ];
  const { domains: found } = await registrar.check({ account_id: sandbox.accountId, domains });
  assert.deepEqual(found[0], {
    name: 'fresh-name.com',
    registrable: true,
    pricing: { currency: 'USD', registration_cost: '10.46', renewal_cost: '10.46' },
    tier: 'standard',
  });
  assert.deepEqual(
    found
      .slice(1)
      .map(({ name, registrable, reason, tier, pricing }) => [name, registrable, reason, tier, pricing]),
    [
      ['zoned.com', false, 'domain_unavailable', undefined, undefined],
      ['seeded.com', false, 'domain_unavailable', undefined, undefined],
      ['abc.com', false, 'domain_unavailable', undefined, undefined],
      ['gold.com', false, 'domain_premium', 'premium', undefined],
      ['brand.sh', false, 'extension_not_supported_via_api', undefined, undefined],
      ['brand.museum', false, 'extension_not_supported', undefined, undefined],
      ['brand.tk', false, 'extension_disallows_registration', undefined, undefined],
    ],
  );
  for (const [list, outcome] of [
    [[], '400/1006'],
    [undefined, '400/1006'],
    [Array.from({ length: 21 }, (_, at) => `n${at}.com`), '400/1007'],
    [['nothing'], '400/1008'],
  ] as const) {
    const body = { domains: list };
    assert.equal(outcomeOf(await send(sandbox, `POST ${path(sandbox, '/domain-check')}`, { body })), outcome);
  }
});

test('search: suggestions with prices, by extension, and not authoritative', async (t) => {
  const sandbox = await sandboxFor(t);
  const { registrar } = sdkFor(sandbox);
  const account_id = sandbox.accountId;
  const found = await registrar.search({
    account_id,
    q: 'Coffee Shop',
    limit: 3,
    extensions: ['dev', 'sh', 'com'],
  });
  assert.deepEqual(
    found.domains.map((item) => item.name),
    ['coffeeshop.dev', 'coffeeshop.com', 'mycoffeeshop.dev'],
  );
  assert.equal((await registrar.search({ account_id, q: 'coffee', limit: 50 })).domains.length, 50);
  await register(sandbox, { domain_name: 'coffee.com' });
  const [cached] = (await registrar.search({ account_id, q: 'coffee.com' })).domains;
  assert.deepEqual([cached?.name, cached?.registrable], ['coffee.com', true]);
  assert.equal(
    (await registrar.check({ account_id, domains: ['coffee.com'] })).domains[0]?.registrable,
    false,
  );
  const missing = await send(sandbox, `GET ${path(sandbox, '/domain-search')}`);
  assert.equal(outcomeOf(missing), '400/1001');
  assert.equal(missing.json.errors[0].message, 'Missing required parameter: q');
  const long = await send(sandbox, `GET ${path(sandbox, `/domain-search?q=${'x'.repeat(101)}`)}`);
  assert.equal(outcomeOf(long), '400/1002');
});

test('a registration that is done in time: 201, charged once, a zone that works', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  const answer = await register(sandbox, { domain_name: 'brand-new.com', years: 2, auto_renew: true });
  assert.equal(answer.status, 201);
  const { result } = answer.json;
  assert.deepEqual([result.state, result.completed, result.error], ['succeeded', true, null]);
  const resource = `/accounts/${sandbox.accountId}/registrar/registrations/brand-new.com`;
  assert.deepEqual(result.links, { self: `${resource}/registration-status`, resource });
  assert.equal(result.context.registration.domain_name, 'brand-new.com');
  const item = await sdkFor(sandbox).registrar.registrations.get('brand-new.com', {
    account_id: sandbox.accountId,
  });
  assert.deepEqual(
    [item.status, item.auto_renew, item.locked, item.privacy_mode],
    ['active', true, true, 'redaction'],
  );
  const years = (Date.parse(item.expires_at ?? '') - Date.parse(item.created_at)) / (365 * DAY_MS);
  assert.equal(Math.round(years), 2);
  const charges = sandbox.registrar.charges().map(({ domain, kind, amount }) => [domain, kind, amount]);
  assert.deepEqual(charges, [['brand-new.com', 'registration', '20.92']]);
  const zone = (await send(sandbox, 'GET /zones?name=brand-new.com')).json.result[0];
  assert.equal(zone.status, 'active');
  const soa = await query(sandbox, { name: 'brand-new.com', type: 'SOA' });
  assert.equal(soa.answers?.length, 1);
});

test('the same name cannot be bought twice, whatever the first attempt did', async (t) => {
  const sandbox = await sandboxFor(t);
  const body = { domain_name: 'once-only.com' };
  const prefer = { Prefer: 'respond-async' };
  const first = await register(sandbox, body, prefer);
  assert.equal(first.status, 202);
  assert.equal(first.headers.get('preference-applied'), 'respond-async');
  const second = await register(sandbox, body);
  assert.equal(outcomeOf(second), '409/10000');
  assert.match(second.json.errors[0].message, /^A workflow already exists for this resource/);
  assert.deepEqual(second.json.errors[0].source, { pointer: '/domain_name' });
  sandbox.setClock({ advanceMs: 10_000 });
  const third = await register(sandbox, body);
  assert.equal(outcomeOf(third), '409/10000');
  assert.equal(third.json.errors[0].message, 'Duplicate domain name');
  assert.equal(sandbox.registrar.charges().length, 1);
});

test('an unattended registration has its zone and its charge when the time has come', async (t) => {
  const sandbox = await sandboxFor(t);
  await register(sandbox, { domain_name: 'unattended-name.com' }, { Prefer: 'respond-async' });
  const zones = async (): Promise<number> =>
    (await send(sandbox, 'GET /zones?name=unattended-name.com')).json.result.length;
  assert.equal(await zones(), 0);
  sandbox.setClock({ advanceMs: 5000 });
  assert.equal(await zones(), 1);
});

test('a zone that waits for its nameservers becomes active when its name is registered', async (t) => {
  const sandbox = await sandboxFor(t, { delegation: 'none' });
  const account = { id: sandbox.accountId };
  const made = await send(sandbox, 'POST /zones', { body: { name: 'waiting-zone.com', account } });
  assert.equal(made.json.result.status, 'pending');
  assert.equal((await register(sandbox, { domain_name: 'waiting-zone.com' })).status, 201);
  const path = `/zones/${made.json.result.id}`;
  assert.equal(outcomeOf(await send(sandbox, `PUT ${path}/activation_check`)), '200');
  assert.equal((await send(sandbox, `GET ${path}`)).json.result.status, 'active');
});

test('two accounts cannot hold one name', async (t) => {
  const sandbox = await sandboxFor(t, { seed: { accounts: [{ name: 'Other' }] } });
  const other = sandbox.state().accounts.find((account) => account.name === 'Other')?.id;
  await register(sandbox, { domain_name: 'wanted-name.com' });
  const refused = await send(sandbox, `POST /accounts/${other}/registrar/registrations`, {
    body: { domain_name: 'wanted-name.com' },
  });
  assert.equal(refused.json.errors[0].message, 'Domain is not available for registration');
  assert.equal(sandbox.registrar.charges('Other').length, 0);
});

test('a workflow over time, polled', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.setClock({ scale: 0 });
  const domain = 'over-time.com';
  await register(sandbox, { domain_name: domain }, { Prefer: 'return=minimal, respond-async' });
  const item = `GET ${path(sandbox, `/registrations/${domain}`)}`;
  const pending = (await send(sandbox, item)).json.result;
  assert.deepEqual([pending.status, pending.expires_at], ['registration_pending', null]);
  const seen: string[] = [];
  for (let step = 0; step < 12; step += 1) {
    const state = await status(sandbox, domain);
    if (seen.at(-1) !== state) seen.push(state);
    assert.equal(sandbox.registrar.charges().length, state === 'succeeded' ? 1 : 0);
    sandbox.setClock({ advanceMs: 400 });
  }
  assert.deepEqual(seen, ['pending', 'in_progress', 'succeeded']);
  assert.equal((await send(sandbox, item)).json.result.status, 'active');
});

test('outcomes by script: slow, failed, failed after payment, action required, blocked', async (t) => {
  const sandbox = await sandboxFor(t);
  const error = { code: 'registry_rejected', message: 'The registry said no.' };
  sandbox.registrar.update({
    outcomes: [
      { domain: 'slow-name.com', afterMs: 60_000 },
      { domain: 'failing-name.com', state: 'failed', error },
      { domain: 'costly-name.com', state: 'failed', charged: true },
      {
        domain: 'human-name.com',
        state: 'action_required',
        context: { confirmation_sent_to: 'a@b.example' },
      },
      { domain: 'blocked-name.com', state: 'blocked', resumesAfterMs: 3_600_000 },
    ],
  });
  const slow = await register(sandbox, { domain_name: 'slow-name.com' });
  assert.deepEqual([slow.status, slow.json.result.state], [202, 'in_progress']);
  const failed = await register(sandbox, { domain_name: 'failing-name.com' });
  assert.deepEqual(
    [failed.status, failed.json.result.state, failed.json.result.completed],
    [201, 'failed', true],
  );
  assert.deepEqual(failed.json.result.error, error);
  assert.equal(
    outcomeOf(await send(sandbox, `GET ${path(sandbox, '/registrations/failing-name.com')}`)),
    '404/10000',
  );
  await register(sandbox, { domain_name: 'costly-name.com' });
  const human = (await register(sandbox, { domain_name: 'human-name.com' })).json.result;
  assert.deepEqual(
    [human.state, human.completed, human.context.action, human.context.confirmation_sent_to],
    ['action_required', false, 'registrant_email_confirmation_pending', 'a@b.example'],
  );
  const blocked = (await register(sandbox, { domain_name: 'blocked-name.com' })).json.result;
  assert.deepEqual([blocked.state, blocked.context.blocked_by], ['blocked', 'registry']);
  const charged = (): string[] => sandbox.registrar.charges().map(({ domain }) => domain);
  assert.deepEqual(charged(), ['costly-name.com']);
  sandbox.setClock({ advanceMs: DAY_MS });
  assert.equal(await status(sandbox, 'human-name.com'), 'action_required');
  assert.equal(await status(sandbox, 'blocked-name.com'), 'succeeded');
  sandbox.registrar.resolve('human-name.com', { state: 'succeeded' });
  assert.equal(await status(sandbox, 'human-name.com'), 'succeeded');
  assert.deepEqual(charged().sort(), [
    'blocked-name.com',
    'costly-name.com',
    'human-name.com',
    'slow-name.com',
  ]);
  assert.throws(
    () => sandbox.registrar.resolve('human-name.com', { state: 'failed' }),
    /No workflow is running/,
  );
  assert.throws(
    () => sandbox.registrar.update({ outcomes: [{ state: 'gone' as 'failed' }] }),
    /No workflow ends/,
  );
});

test('bodies that are refused, with the field they point at', async (t) => {
  const sandbox = await sandboxFor(t);
  const good = { domain_name: 'good-name.com' };
  const contact = (change: object): object => ({ contacts: { registrant: { ...REGISTRANT, ...change } } });
  const rows: readonly [change: object, message: string, pointer: string][] = [
    [{ domain_name: undefined }, 'domain_name is required', '/domain_name'],
    [{ domain_name: 'www.good-name.com' }, 'Invalid domain name', '/domain_name'],
    [{ domain_name: 'good-name.lol' }, 'TLD Not supported by the API', '/domain_name'],
    [{ domain_name: 'good.museum' }, 'Registration is not supported for this extension', '/domain_name'],
    [{ domain_name: 'taken-name.com' }, 'Domain is not available for registration', '/domain_name'],
    [
      { domain_name: 'premium-name.com' },
      'Premium domain registration is not supported by this API',
      '/domain_name',
    ],
    [{ auto_renew: 'yes' }, 'Must be a boolean', '/auto_renew'],
    [{ years: 0 }, 'Must be between 1 and 10', '/years'],
    [{ years: 1.5 }, 'Must be between 1 and 10', '/years'],
    [{ domain_name: 'good-name.ai', years: 1 }, 'Must be between 2 and 10', '/years'],
    [{ privacy_mode: 'full' }, 'Must be one of redaction, off', '/privacy_mode'],
    [contact({ email: 'nobody' }), 'Must be a valid email address', '/contacts/registrant/email'],
    [contact({ phone: '0207' }), 'Must have the form +CC.NNN', '/contacts/registrant/phone'],
    [
      contact({ postal_info: { name: 'A' } }),
      'address is required',
      '/contacts/registrant/postal_info/address',
    ],
    [
      { domain_name: 'good-name.us' },
      'us_app_purpose is required for this extension',
      '/contact_extensions/us_app_purpose',
    ],
  ];
  for (const [change, message, pointer] of rows) {
    const { status: http, json } = await register(sandbox, { ...good, ...change });
    const [error] = json.errors;
    assert.deepEqual([http, error.code, error.message, error.source], [400, 10000, message, { pointer }]);
  }
  assert.equal(sandbox.registrar.view().workflows.length, 0);
  const us = { us_app_purpose: 'P1', us_nexus_category: 'C11' };
  const fits = await register(sandbox, { domain_name: 'good-name.us', contact_extensions: us });
  assert.equal(fits.status, 201);
  assert.equal((await register(sandbox, { ...good, ...contact({}) })).status, 201);
});

test('what the account lacks: contact, payment, room, trust', async (t) => {
  const sandbox = await sandboxFor(t);
  const rows: readonly [account: object, status: number, message: RegExp][] = [
    [{ defaultContact: false }, 400, /^No registrant contact provided and no default address book entry/],
    [{ defaultContact: true, paymentMethod: false }, 402, /^No default payment method/],
    [{ paymentMethod: true, temporarilyBlocked: true }, 403, /temporarily blocked/],
    [
      { temporarilyBlocked: false, domainsMax: 0 },
      400,
      /^Domain limit reached: you cannot register more than 0 domains\.$/,
    ],
  ];
  for (const [account, http, message] of rows) {
    sandbox.registrar.update({ account });
    const answer = await register(sandbox, { domain_name: 'needy-name.com' });
    assert.equal(answer.status, http);
    assert.match(answer.json.errors[0].message, message);
  }
  sandbox.registrar.update({ account: { domainsMax: 1 } });
  assert.equal((await register(sandbox, { domain_name: 'needy-name.com' })).status, 201);
  assert.equal((await register(sandbox, { domain_name: 'needy-name.net' })).status, 400);
});

test('list by cursor through the SDK: sorted, each once, bad cursors refused', async (t) => {
  const names = ['alpha', 'bravo', 'charlie', 'delta', 'echo'].map((label) => `${label}-name.com`);
  const registrations = names.map((domain, at) => ({ domain, expiresOn: `203${5 - at}-01-01T00:00:00Z` }));
  const sandbox = await sandboxFor(t, { seed: { registrar: { registrations } } });
  const account_id = sandbox.accountId;
  const list = async (more: object): Promise<string[]> => {
    const found: string[] = [];
    const page = sdkFor(sandbox).registrar.registrations.list({ account_id, per_page: 2, ...more });
    for await (const item of page) found.push(item.domain_name);
    return found;
  };
  assert.deepEqual(await list({ sort_by: 'name' }), names);
  assert.deepEqual(await list({ sort_by: 'name', direction: 'desc' }), names.toReversed());
  assert.deepEqual(await list({ sort_by: 'registry_expires_at' }), names.toReversed());
  const { json } = await send(sandbox, `GET ${path(sandbox, '/registrations?per_page=50')}`);
  assert.deepEqual(json.result_info, { count: 5, per_page: 50, cursor: '' });
  for (const cursor of ['nonsense', 'x'.repeat(257)]) {
    const bad = await send(sandbox, `GET ${path(sandbox, `/registrations?cursor=${cursor}`)}`);
    assert.equal(bad.json.errors[0].message, 'Invalid pagination cursor');
  }
});

test('auto_renew is changed by a workflow, and renews with a charge; without it the name runs out', async (t) => {
  const sandbox = await sandboxFor(t);
  const registrations = [{ domain: 'kept-name.com' }, { domain: 'left-name.com' }];
  sandbox.registrar.update({ registrations });
  const { registrar } = sdkFor(sandbox);
  const account_id = sandbox.accountId;
  const changed = await registrar.registrations.edit('kept-name.com', { account_id, auto_renew: true });
  assert.equal(changed.state, 'succeeded');
  assert.match(changed.links.self, /\/update-status$/);
  assert.equal((await registrar.registrations.get('kept-name.com', { account_id })).auto_renew, true);
  assert.equal(await status(sandbox, 'kept-name.com', 'update'), 'succeeded');
  assert.equal(await status(sandbox, 'left-name.com', 'update'), '404/10000');
  const patch = `PATCH ${path(sandbox, '/registrations/left-name.com')}`;
  const wrong = await send(sandbox, patch, { body: { auto_renew: 1 } });
  assert.deepEqual(wrong.json.errors[0], {
    code: 10000,
    message: 'Must be a boolean',
    source: { pointer: '/auto_renew' },
  });
  const unknown = await send(sandbox, `PATCH ${path(sandbox, '/registrations/none-name.com')}`, { body: {} });
  assert.equal(unknown.json.errors[0].message, 'Domain not found');
  const later = async (days: number): Promise<(string | undefined)[]> => {
    sandbox.setClock({ advanceMs: days * DAY_MS });
    const { result } = await registrar.registrations.list({ account_id, sort_by: 'name' });
    return result.map((item) => item.status);
  };
  assert.deepEqual(await later(366), ['active', 'expired']);
  assert.deepEqual(
    sandbox.registrar.charges().map(({ domain, kind, amount }) => [domain, kind, amount]),
    [['kept-name.com', 'renewal', '10.46']],
  );
  assert.deepEqual(await later(31), ['active', 'redemption_period']);
  assert.deepEqual(await later(31), ['active', 'pending_delete']);
  assert.deepEqual(await later(5), ['active']);
});

test('extensions: schema, cursor, ETag', async (t) => {
  const sandbox = await sandboxFor(t);
  const { registrar } = sdkFor(sandbox);
  const account_id = sandbox.accountId;
  const names: string[] = [];
  for await (const item of registrar.extensions.list({ account_id, per_page: 5 }))
    names.push(item.metadata.name);
  assert.deepEqual(names, names.toSorted());
  assert.ok(names.includes('com') && names.includes('co.uk') && !names.includes('sh'));
  const us = await registrar.extensions.get('us', { account_id });
  const schema = us.registration_schema as {
    required: string[];
    properties: Record<string, { required?: string[] }>;
  };
  assert.deepEqual(schema.required, ['domain_name', 'contact_extensions']);
  assert.deepEqual(schema.properties['contact_extensions']?.required, [
    'us_app_purpose',
    'us_nexus_category',
  ]);
  const line = `GET ${path(sandbox, '/extensions/com')}`;
  const first = await send(sandbox, line);
  const etag = first.headers.get('etag') ?? '';
  const headers = { Authorization: `Bearer ${sandbox.tokens.full}`, 'If-None-Match': etag };
  const again = await send(sandbox, line, { headers });
  assert.deepEqual([again.status, again.text, again.headers.get('etag')], [304, '', etag]);
  const other = await send(sandbox, `GET ${path(sandbox, '/extensions/net')}`, { headers });
  assert.equal(other.status, 200);
  assert.equal(outcomeOf(await send(sandbox, `GET ${path(sandbox, '/extensions/lol')}`)), '404/10000');
});

test("the registrar's sandbox: com and net, contacts mandatory, no charge, no zone", async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox).registrarSandbox;
  const account_id = sandbox.accountId;
  const body = { account_id, domain_name: 'random-name.com' };
  await assert.rejects(sdk.registrations.create(body), /No registrant contact provided/);
  const made = await sdk.registrations.create({ ...body, contacts: { registrant: REGISTRANT } });
  assert.equal(made.state, 'succeeded');
  assert.match(made.links.self, /\/registrar-sandbox\/registrations\/random-name\.com\/registration-status$/);
  const checked = await sdk.check({
    account_id,
    domains: ['random-name.com', 'other-name.dev', 'other-name.net'],
  });
  assert.deepEqual(
    checked.domains.map(({ registrable, reason }) => reason ?? registrable),
    ['domain_unavailable', 'extension_not_supported_via_api', true],
  );
  assert.equal((await sdk.search({ account_id, q: 'random', limit: 2 })).domains.length, 2);
  assert.equal((await sdk.registrations.get('random-name.com', { account_id })).status, 'active');
  assert.equal((await sdk.registrations.list({ account_id })).result.length, 1);
  assert.equal(
    (await sdk.registrations.edit('random-name.com', { account_id, auto_renew: true })).state,
    'succeeded',
  );
  assert.equal((await sdk.registrationStatus.get('random-name.com', { account_id })).state, 'succeeded');
  assert.equal((await sdk.updateStatus.get('random-name.com', { account_id })).state, 'succeeded');
  assert.equal((await sdk.extensions.list({ account_id })).result.length, 2);
  sandbox.setClock({ advanceMs: 500 * DAY_MS });
  assert.deepEqual(sandbox.registrar.view(), { registrations: [], workflows: [], charges: [] });
  assert.equal((await send(sandbox, 'GET /zones?name=random-name.com')).json.result.length, 0);
  const transfer = await send(
    sandbox,
    `POST ${path(sandbox, '/domain-transfer-check', 'registrar-sandbox')}`,
  );
  assert.equal(outcomeOf(transfer), '404/7003');
});

test('permissions: reading and writing apart, zone rights are none', async (t) => {
  const sandbox = await sandboxFor(t);
  const token = (...permissions: string[]): string => sandbox.createToken({ name: 't', permissions }).value;
  const reader = token('Registrar Domains Read');
  const list = `GET ${path(sandbox, '/registrations')}`;
  const check = { body: { domains: ['free-name.com'] } };
  const create = { body: { domain_name: 'free-name.com' } };
  assert.equal(outcomeOf(await send(sandbox, list, { token: reader })), '200');
  assert.equal(
    outcomeOf(await send(sandbox, `POST ${path(sandbox, '/domain-check')}`, { token: reader, ...check })),
    '200',
  );
  const refused = await send(sandbox, `POST ${path(sandbox, '/registrations')}`, {
    token: reader,
    ...create,
  });
  assert.deepEqual(
    [outcomeOf(refused), refused.json.errors[0].message],
    ['403/10000', 'Authentication error'],
  );
  assert.equal(
    outcomeOf(await send(sandbox, list, { token: token('Zone Write', 'DNS Write') })),
    '403/10000',
  );
});

test('what was bought, and what is under way, survives a restart', async (t) => {
  const { mkdtempSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const stateFile = join(mkdtempSync(join(tmpdir(), 'sandbox-')), 'state.json');
  const first = await sandboxFor(t, { stateFile });
  await register(first, { domain_name: 'lasting-name.com' });
  await register(first, { domain_name: 'running-name.com' }, { Prefer: 'respond-async' });
  await first.close();
  const second = await sandboxFor(t, { stateFile });
  second.setClock({ advanceMs: 10_000 });
  assert.equal(await status(second, 'running-name.com'), 'succeeded');
  assert.deepEqual(
    second.registrar.charges().map(({ domain }) => domain),
    ['lasting-name.com', 'running-name.com'],
  );
});

test('DNSSEC of a name at our registrar becomes active by itself, and ends by itself', async (t) => {
  const sandbox = await sandboxFor(t);
  await register(sandbox, { domain_name: 'signed-name.com' });
  const [zone] = (await send(sandbox, 'GET /zones?name=signed-name.com')).json.result;
  const line = `/zones/${zone.id}/dnssec`;
  const shown = async (): Promise<string> => (await send(sandbox, `GET ${line}`)).json.result.status;
  await send(sandbox, `PATCH ${line}`, { body: { status: 'active' } });
  assert.equal(await shown(), 'pending');
  sandbox.setClock({ advanceMs: 61_000 });
  assert.equal(await shown(), 'active');
  await send(sandbox, `PATCH ${line}`, { body: { status: 'disabled' } });
  assert.equal(await shown(), 'pending-disabled');
  sandbox.setClock({ advanceMs: 61_000 });
  assert.equal(await shown(), 'disabled');
});
