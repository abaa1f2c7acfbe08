import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

const ALL_ZONES = { 'com.cloudflare.api.account.zone.*': '*' };

async function groupId(sandbox: Sandbox, name: string): Promise<string> {
  const { json } = await send(sandbox, `GET /user/tokens/permission_groups?name=${encodeURIComponent(name)}`);
  return json.result[0].id;
}

test('a user token: made, used, changed, rolled, deleted, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.seedZone('one.example');
  const sdk = sdkFor(sandbox);
  const policies = [
    {
      effect: 'allow' as const,
      permission_groups: [{ id: await groupId(sandbox, 'Zone Read') }],
      resources: ALL_ZONES,
    },
  ];
  const made = await sdk.user.tokens.create({ name: 'ci', policies, expires_on: '2030-01-01T00:00:00.5Z' });
  assert.match(made.value ?? '', /^cfut_[A-Za-z0-9]{48}$/);
  assert.equal(made.expires_on, '2030-01-01T00:00:00Z');
  assert.equal(made.last_used_on, null);
  const id = made.id ?? '';
  const used = await sdkFor(sandbox, made.value).zones.list();
  assert.equal(used.result.length, 1);
  const shown = await sdk.user.tokens.get(id);
  assert.equal('value' in shown, false);
  assert.match(shown.last_used_on ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(shown.policies?.[0]?.permission_groups[0]?.name, 'Zone Read');
  const changed = await sdk.user.tokens.update(id, { name: 'ci 2', policies, status: 'disabled' });
  assert.equal(changed.status, 'disabled');
  assert.equal(changed.expires_on, undefined);
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { token: made.value ?? '' })), '403/9109');
  await sdk.user.tokens.update(id, { name: 'ci 2', policies });
  const rolled = await sdk.user.tokens.value.update(id, { body: {} });
  assert.equal(typeof rolled, 'string');
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { token: made.value ?? '' })), '401/1000');
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { token: rolled })), '200');
  assert.deepEqual(await sdk.user.tokens.delete(id), { id });
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { token: rolled })), '401/1000');
});

test('an account token needs the nested form for all zones', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const path = `POST /accounts/${sandbox.accountId}/tokens`;
  const permission_groups = [{ id: await groupId(sandbox, 'DNS Read') }];
  const refused = await send(sandbox, path, {
    body: { name: 'a', policies: [{ effect: 'allow', permission_groups, resources: ALL_ZONES }] },
  });
  assert.equal(refused.status, 400);
  assert.match(
    refused.json.errors[0].message,
    /^Failed common permission check against resources\. \(Permission group: DNS Read\)$/,
  );
  const nested = { [`com.cloudflare.api.account.${sandbox.accountId}`]: ALL_ZONES };
  const made = await send(sandbox, path, {
    body: { name: 'a', policies: [{ effect: 'allow', permission_groups, resources: nested }] },
  });
  const { value } = made.json.result;
  assert.match(value, /^cfat_/);
  assert.equal(outcomeOf(await send(sandbox, `GET /zones/${zone.id}/dns_records`, { token: value })), '200');
  const listed = await sdkFor(sandbox).accounts.tokens.list({ account_id: sandbox.accountId });
  assert.deepEqual(listed.result.map((token) => token.name).sort(), ['Sandbox account token', 'a']);
});

test('token bodies that are refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const group = { id: await groupId(sandbox, 'DNS Read') };
  const policy = { effect: 'allow', permission_groups: [group], resources: ALL_ZONES };
  const foreign = { [`com.cloudflare.api.account.zone.${'f'.repeat(32)}`]: '*' };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ name: '', policies: [policy] }, /name must have a length/],
    [{ policies: [policy] }, /name must have a length/],
    [{ name: 'x' }, /policies/],
    [{ name: 'x', policies: [] }, /policies/],
    [{ name: 'x', policies: [{ ...policy, effect: 'maybe' }] }, /effect/],
    [{ name: 'x', policies: [{ ...policy, permission_groups: [] }] }, /permission_groups/],
    [
      { name: 'x', policies: [{ ...policy, permission_groups: [{ id: 'a'.repeat(32) }] }] },
      /unknown permission group/,
    ],
    [{ name: 'x', policies: [{ ...policy, resources: {} }] }, /resources/],
    [{ name: 'x', policies: [{ ...policy, resources: { nonsense: '*' } }] }, /unknown resource/],
    [{ name: 'x', policies: [{ ...policy, resources: foreign }] }, /Failed common permission check/],
    [{ name: 'x', policies: [policy], expires_on: 'soon' }, /expires_on/],
    [{ name: 'x', policies: [policy], condition: { request_ip: { in: ['300.0.0.0/8'] } } }, /condition/],
  ];
  for (const [body, expected] of cases) {
    const answer = await send(sandbox, 'POST /user/tokens', { body });
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.match(answer.json.errors[0].message, expected, JSON.stringify(body));
  }
  const conditioned = await send(sandbox, 'POST /user/tokens', {
    body: { name: 'x', policies: [policy], condition: { 'request.ip': { in: ['127.0.0.1/32'] } } },
  });
  assert.deepEqual(conditioned.json.result.condition, { request_ip: { in: ['127.0.0.1/32'] } });
});

test('a user has at most 50 tokens', async (t) => {
  const sandbox = await sandboxFor(t);
  const policies = [
    {
      effect: 'allow',
      permission_groups: [{ id: await groupId(sandbox, 'DNS Read') }],
      resources: ALL_ZONES,
    },
  ];
  const outcomes: string[] = [];
  for (let number = 0; number < 49; number += 1) {
    outcomes.push(
      outcomeOf(await send(sandbox, 'POST /user/tokens', { body: { name: `t${number}`, policies } })),
    );
  }
  assert.deepEqual([...new Set(outcomes.slice(0, 48))], ['200']);
  assert.equal(outcomes[48], '400/1010');
});

test('permission groups by name and scope; an account has none of the user scope', async (t) => {
  const sandbox = await sandboxFor(t);
  const sdk = sdkFor(sandbox);
  const all = await sdk.user.tokens.permissionGroups.list();
  assert.ok(all.result.some((group) => group.name === 'API Tokens Write'));
  const zone = await sdk.user.tokens.permissionGroups.list({
    scope: encodeURIComponent('com.cloudflare.api.account.zone'),
  });
  assert.ok(zone.result.length > 0);
  const ofAccount = await sdk.accounts.tokens.permissionGroups.list({ account_id: sandbox.accountId });
  assert.ok(!ofAccount.result.some((group) => group.scopes?.includes('com.cloudflare.api.user')));
  assert.equal(await groupId(sandbox, 'DNS Write'), '4755a26eedb94da69e1066d98aa820be');
});
