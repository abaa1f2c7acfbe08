import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

test('a zone is made, shown, paused, deleted, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox);
  const made = await sdk.zones.create({ name: 'new-shop.example', account: { id: sandbox.accountId } });
  assert.equal(made.status, 'pending');
  assert.equal(made.activated_on, null);
  assert.equal(made.name_servers.length, 2);
  assert.equal(made.plan.legacy_id, 'free');
  assert.equal((await sdk.zones.get({ zone_id: made.id })).name, 'new-shop.example');
  const paused = await sdk.zones.edit({ zone_id: made.id, paused: true });
  assert.equal(paused.paused, true);
  assert.ok(paused.modified_on > made.modified_on);
  assert.deepEqual(await sdk.zones.delete({ zone_id: made.id }), { id: made.id });
  await assert.rejects(sdk.zones.get({ zone_id: made.id }), { status: 403 });
});

test('a zone added again gets another nameserver pair', async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox);
  const pairs = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const zone = await sdk.zones.create({ name: 'again.example', account: { id: sandbox.accountId } });
    pairs.add(zone.name_servers.join());
    await sdk.zones.delete({ zone_id: zone.id });
  }
  assert.equal(pairs.size, 3);
});

test('the SDK reads every page of the zone list', async (t) => {
  const sandbox = await sandboxFor(t);
  for (let number = 0; number < 45; number += 1) sandbox.seedZone(`zone-${number}.example`);
  const names: string[] = [];
  for await (const zone of sdkFor(sandbox).zones.list({ per_page: 20 })) names.push(zone.name);
  assert.equal(new Set(names).size, 45);
  assert.deepEqual(names, [...names].sort());
});

test('zone list: filters, order, pages', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seed({ accounts: [{ name: 'Second Account' }] });
  sandbox.seedZone('alpha.example', [], { plan: 'pro' });
  sandbox.seedZone('beta.example', [], { status: 'pending', delegation: 'none' });
  sandbox.seedZone('gamma.test', [], { account: 'Second Account' });
  sandbox.seedZone('inner.example', [], { type: 'internal' });
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['alpha.example', 'beta.example', 'gamma.test']],
    ['name=alpha.example', ['alpha.example']],
    ['name=alpha.example.', ['alpha.example']],
    ['name=ALPHA.example', ['alpha.example']],
    ['name=nothing.example', []],
    ['name=contains:a.ex', ['alpha.example', 'beta.example']],
    ['name=starts_with:gam', ['gamma.test']],
    ['name=ends_with:.test', ['gamma.test']],
    ['name=not_equal:beta.example', ['alpha.example', 'gamma.test']],
    ['name=starts_with_case_sensitive:Gam', []],
    ['status=pending', ['beta.example']],
    ['status=pending&name=alpha.example', []],
    ['status=pending&name=alpha.example&match=any', ['alpha.example', 'beta.example']],
    ['account.name=Second%20Account', ['gamma.test']],
    [`account.id=${sandbox.accountId}`, ['alpha.example', 'beta.example']],
    ['type=internal', ['inner.example']],
    ['type=full,internal', ['alpha.example', 'beta.example', 'gamma.test', 'inner.example']],
    ['order=status&direction=desc', ['beta.example', 'alpha.example', 'gamma.test']],
    ['direction=desc', ['gamma.test', 'beta.example', 'alpha.example']],
    ['per_page=2&page=2', ['gamma.test']],
    ['page=9', []],
  ];
  for (const [query, expected] of cases) {
    const { status, json } = await send(sandbox, `GET /zones?${query}`);
    assert.equal(status, 200, query);
    assert.deepEqual(
      json.result.map((zone: { name: string }) => zone.name),
      expected,
      query,
    );
  }
  const empty = await send(sandbox, 'GET /zones?name=nothing.example');
  assert.deepEqual(empty.json.result_info, {
    page: 1,
    per_page: 20,
    count: 0,
    total_count: 0,
    total_pages: 1,
  });
  assert.equal((await send(sandbox, 'GET /zones?per_page=100')).json.result_info.per_page, 100);
});

test('zone create: bad inputs', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seedZone('taken.example');
  const account = { id: sandbox.accountId };
  const readOnly = sandbox.tokens.readOnly;
  const cases: readonly (readonly [unknown, string, string?])[] = [
    [{ name: 'taken.example', account }, '400/1061'],
    [{ name: 'TAKEN.example.', account }, '400/1061'],
    [{ name: 'a.taken.example', account }, '400/1099'],
    [{ name: 'example', account }, '400/1049'],
    [{ name: 'exa mple.com', account }, '400/1049'],
    [{ name: '*.example.com', account }, '400/1049'],
    [{ name: `${'a'.repeat(64)}.com`, account }, '400/1049'],
    [{ account }, '400/1049'],
    [{ name: 'fine.example' }, '400/1068'],
    [{ name: 'fine.example', account: {} }, '400/1068'],
    [{ name: 'fine.example', account: { id: 'f'.repeat(32) } }, '400/1068'],
    [{ name: 'fine.example', account }, '400/1068', readOnly],
    [{ name: 'fine.example', account, type: 'odd' }, '400/1004'],
    ['{"name":', '400/6007'],
    ['[]', '400/10021'],
  ];
  for (const [body, expected, token = sandbox.tokens.full] of cases) {
    const answer = await send(sandbox, 'POST /zones', { body, token });
    assert.equal(outcomeOf(answer), expected, JSON.stringify(body));
  }
  assert.equal(
    (await send(sandbox, 'POST /zones', { body: { name: 'taken.example', account } })).json.errors[0].message,
    'taken.example already exists',
  );
  assert.equal(sandbox.zones().length, 1);
});

test('an internationalized zone is shown in Unicode, its records in punycode', async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox);
  const zone = await sdk.zones.create({ name: 'bücher.example', account: { id: sandbox.accountId } });
  assert.equal(zone.name, 'bücher.example');
  const record = await sdk.dns.records.create({
    zone_id: zone.id,
    type: 'A',
    name: 'läden',
    content: '192.0.2.1',
    ttl: 1,
  });
  assert.equal(record.name, 'xn--lden-loa.xn--bcher-kva.example');
  for (const name of ['bücher.example', 'xn--bcher-kva.example']) {
    const found = await sdk.zones.list({ name });
    assert.deepEqual(
      found.result.map((item) => item.id),
      [zone.id],
      name,
    );
  }
});

test('patching a zone: one property, and only what the plan allows', async (t) => {
  const sandbox = await sandboxFor(t);
  const free = sandbox.seedZone('free.example');
  const big = sandbox.seedZone('big.example', [], { plan: 'enterprise' });
  const cases: readonly (readonly [string, unknown, string])[] = [
    [free.id, { paused: true, type: 'partial' }, '400/1018'],
    [free.id, { paused: 'yes' }, '400/1004'],
    [free.id, { type: 'partial' }, '400/1005'],
    [free.id, { vanity_name_servers: ['ns1.free.example'] }, '400/1005'],
    [big.id, { vanity_name_servers: ['ns1.big.example'] }, '200'],
    [big.id, { vanity_name_servers: [1] }, '400/1004'],
    [big.id, { type: 'partial' }, '200'],
    [free.id, { paused: true }, '200'],
  ];
  for (const [id, body, expected] of cases) {
    assert.equal(
      outcomeOf(await send(sandbox, `PATCH /zones/${id}`, { body })),
      expected,
      JSON.stringify(body),
    );
  }
  const partial = await send(sandbox, `GET /zones/${big.id}`);
  assert.equal(partial.json.result.cname_suffix, 'cdn.cloudflare.net');
  assert.match(partial.json.result.verification_key, /^\d+-\d+$/);
});

test('life of a zone: first check, activation check and its interval, moved, deleted, purged', async (t) => {
  const sandbox = await sandboxFor(t);
  const account = { id: sandbox.accountId };
  const statusOf = async (id: string): Promise<string> => {
    const { json } = await send(sandbox, `GET /zones/${id}`);
    return json.success ? json.result.status : 'gone';
  };
  const make = async (name: string): Promise<string> =>
    (await send(sandbox, 'POST /zones', { body: { name, account } })).json.result.id;
  const byTimer = await make('timer.example');
  sandbox.setClock({ advanceMs: 59_000 });
  assert.equal(await statusOf(byTimer), 'pending');
  sandbox.setClock({ advanceMs: 2_000 });
  assert.equal(await statusOf(byTimer), 'active');

  const byCheck = await make('check.example');
  assert.equal(outcomeOf(await send(sandbox, `PUT /zones/${byCheck}/activation_check`)), '200');
  assert.equal(await statusOf(byCheck), 'active');
  assert.equal(outcomeOf(await send(sandbox, `PUT /zones/${byCheck}/activation_check`)), '400/1224');
  sandbox.setClock({ advanceMs: 3_600_000 });
  assert.equal(outcomeOf(await send(sandbox, `PUT /zones/${byCheck}/activation_check`)), '200');

  sandbox.updateZone(byCheck, { delegation: ['ns1.elsewhere.example'] });
  sandbox.setClock({ advanceMs: 2_000 });
  assert.equal(await statusOf(byCheck), 'moved');
  sandbox.setClock({ advanceMs: 7 * 86_400_000 });
  assert.equal(await statusOf(byCheck), 'gone');

  const never = await make('never.example');
  sandbox.updateZone(never, { delegation: 'none' });
  sandbox.setClock({ advanceMs: 27 * 86_400_000 });
  assert.equal(await statusOf(never), 'pending');
  sandbox.setClock({ advanceMs: 86_400_000 });
  assert.equal(await statusOf(never), 'gone');
  assert.ok(sandbox.state().zones.some((zone) => zone.id === never));
  sandbox.setClock({ advanceMs: 8 * 86_400_000 });
  assert.ok(!sandbox.state().zones.some((zone) => zone.id === never));
});

test('accounts, user and memberships', async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox);
  const accounts = await sdk.accounts.list();
  assert.deepEqual(
    accounts.result.map((account) => account.id),
    [sandbox.accountId],
  );
  assert.equal((await sdk.accounts.get({ account_id: sandbox.accountId })).name, 'Example Account');
  const user = await send(sandbox, 'GET /user');
  assert.equal(user.json.result.email, sandbox.globalKey.email);
  const memberships = await sdk.memberships.list();
  assert.equal(memberships.result[0]?.account?.id, sandbox.accountId);
  assert.equal(outcomeOf(await send(sandbox, 'GET /user', { token: sandbox.tokens.account })), '403/10000');
  assert.equal(outcomeOf(await send(sandbox, `GET /accounts/${'f'.repeat(32)}`)), '403/10000');
  const zoneOnly = sandbox.createToken({ name: 'zones', permissions: ['Zone Read'] });
  const seen = await send(sandbox, 'GET /accounts', { token: zoneOnly.value });
  assert.equal(seen.json.result.length, 1);
  assert.equal(
    outcomeOf(await send(sandbox, `GET /accounts/${sandbox.accountId}`, { token: zoneOnly.value })),
    '403/10000',
  );
});
