import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

test('the ladder of authentication', async (t) => {
  const sandbox = await sandboxFor(t);
  const { email, key } = sandbox.globalKey;
  const bearer = (value: string): Record<string, string> => ({ Authorization: `Bearer ${value}` });
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ['no headers', {}, '400/9106'],
    ['empty bearer', { Authorization: 'Bearer ' }, '400/6003'],
    ['another scheme', { Authorization: 'Basic abc' }, '400/6003'],
    ['too short', bearer('short'), '400/6003'],
    ['odd characters', bearer(`${'a'.repeat(39)}!`), '400/6003'],
    ['unknown, old form', bearer('a'.repeat(40)), '401/1000'],
    ['unknown, new form', bearer(`cfut_${'a'.repeat(48)}`), '401/1000'],
    ['good token', bearer(sandbox.tokens.full), '200'],
    ['good account token', bearer(sandbox.tokens.account), '200'],
    ['good key', { 'X-Auth-Email': email, 'X-Auth-Key': key }, '200'],
    ['key, other case of the address', { 'X-Auth-Email': email.toUpperCase(), 'X-Auth-Key': key }, '200'],
    ['malformed key', { 'X-Auth-Email': email, 'X-Auth-Key': 'nope' }, '400/6003'],
    ['malformed address', { 'X-Auth-Email': 'nope', 'X-Auth-Key': key }, '400/6003'],
    ['unknown key', { 'X-Auth-Email': email, 'X-Auth-Key': 'a'.repeat(37) }, '403/9103'],
    ['key without address', { 'X-Auth-Key': key }, '400/6003'],
    ['mixed schemes', { ...bearer(sandbox.tokens.full), 'X-Auth-Email': email }, '400/6003'],
  ];
  for (const [name, headers, expected] of cases) {
    assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { headers })), expected, name);
  }
  const malformed = await send(sandbox, 'GET /zones', { headers: bearer('short') });
  assert.equal(
    malformed.text,
    '{"result":null,"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],"messages":[]}',
  );
});

test('expiry, not-before, status and IP conditions', async (t) => {
  const sandbox = await sandboxFor(t);
  const inMs = (ms: number): string => new Date(sandbox.now() + ms).toISOString();
  const permissions = ['Zone Read'];
  const expiring = sandbox.createToken({ name: 'a', permissions, expiresOn: inMs(60_000) });
  const later = sandbox.createToken({ name: 'b', permissions, notBefore: inMs(60_000) });
  const elsewhere = sandbox.createToken({ name: 'c', permissions, ipIn: ['192.0.2.0/24'] });
  const here = sandbox.createToken({ name: 'd', permissions, ipIn: ['127.0.0.0/8', '2001:db8::/32'] });
  const outcome = async (token: string): Promise<string> =>
    outcomeOf(await send(sandbox, 'GET /zones', { token }));
  assert.equal(await outcome(expiring.value), '200');
  assert.equal(await outcome(later.value), '403/9109');
  assert.equal(await outcome(elsewhere.value), '403/9109');
  assert.equal(await outcome(here.value), '200');
  const told = { Authorization: `Bearer ${elsewhere.value}`, 'CF-Connecting-IP': '192.0.2.7' };
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { headers: told })), '200');
  sandbox.setClock({ advanceMs: 61_000 });
  assert.equal(await outcome(expiring.value), '403/9109');
  assert.equal(await outcome(later.value), '200');
});

test('permissions are enforced per zone and group', async (t) => {
  const sandbox = await sandboxFor(t);
  const one = sandbox.seedZone('one.example', [{ type: 'A', name: '@', content: '192.0.2.1' }]);
  const two = sandbox.seedZone('two.example');
  const [record] = sandbox.records(one.id);
  const body = { type: 'A', name: 'x', content: '192.0.2.9', ttl: 1 };
  const dnsOne = sandbox.createToken({
    name: 'dns',
    permissions: ['DNS Write'],
    zones: ['one.example'],
  }).value;
  const zoneEdit = sandbox.createToken({ name: 'zone', permissions: ['Zone Write'] }).value;
  const read = sandbox.tokens.readOnly;
  const unknown = 'f'.repeat(32);
  const cases: readonly (readonly [string, string, string, unknown?])[] = [
    [dnsOne, `GET /zones/${one.id}/dns_records`, '200'],
    [dnsOne, `POST /zones/${one.id}/dns_records`, '200', body],
    [dnsOne, `GET /zones/${two.id}/dns_records`, '403/10000'],
    [dnsOne, `GET /zones/${one.id}`, '403/10000'],
    [zoneEdit, `GET /zones/${one.id}`, '200'],
    [zoneEdit, `GET /zones/${one.id}/dns_records`, '403/10000'],
    [zoneEdit, `POST /zones/${one.id}/dns_records`, '403/10000', body],
    [read, `GET /zones/${one.id}/dns_records`, '200'],
    [read, `POST /zones/${one.id}/dns_records`, '403/10000', body],
    [read, `DELETE /zones/${one.id}/dns_records/${record?.id}`, '403/10000'],
    [read, `POST /zones/${one.id}/dns_records/batch`, '403/10000', { posts: [body] }],
    [read, `DELETE /zones/${one.id}`, '403/10000'],
    [sandbox.tokens.full, `GET /zones/${unknown}`, '403/10000'],
    [sandbox.tokens.full, `GET /zones/${unknown}/dns_records`, '403/10000'],
    [sandbox.tokens.full, 'GET /zones/not-an-id', '404/7003'],
    [sandbox.tokens.full, `GET /zones/${one.id}/dns_records/${unknown}`, '404/81044'],
    [sandbox.tokens.full, `POST /zones/${one.id}`, '405/7001'],
    [sandbox.tokens.full, 'GET /nothing/here', '404/7003'],
  ];
  for (const [token, line, expected, sent] of cases) {
    const answer = await send(sandbox, line, { token, ...(sent === undefined ? {} : { body: sent }) });
    assert.equal(outcomeOf(answer), expected, line);
  }
  const listed = await send(sandbox, 'GET /zones', { token: dnsOne });
  assert.deepEqual(listed.json.result, []);
});

test('an explicit deny wins over an allow', async (t) => {
  const sandbox = await sandboxFor(t);
  const one = sandbox.seedZone('one.example');
  const two = sandbox.seedZone('two.example');
  const groups = await send(sandbox, 'GET /user/tokens/permission_groups?name=DNS%20Read');
  const permission_groups = [{ id: groups.json.result[0].id }];
  const made = await send(sandbox, 'POST /user/tokens', {
    body: {
      name: 'all but one',
      policies: [
        { effect: 'allow', permission_groups, resources: { 'com.cloudflare.api.account.zone.*': '*' } },
        {
          effect: 'deny',
          permission_groups,
          resources: { [`com.cloudflare.api.account.zone.${one.id}`]: '*' },
        },
      ],
    },
  });
  const token = made.json.result.value;
  assert.equal(outcomeOf(await send(sandbox, `GET /zones/${one.id}/dns_records`, { token })), '403/10000');
  assert.equal(outcomeOf(await send(sandbox, `GET /zones/${two.id}/dns_records`, { token })), '200');
});

test('the deprecated permissions of a zone describe the caller', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const shown = async (token: string): Promise<string[]> =>
    (await send(sandbox, `GET /zones/${zone.id}`, { token })).json.result.permissions;
  assert.deepEqual(await shown(sandbox.tokens.readOnly), [
    '#dns_records:read',
    '#ssl:read',
    '#zone:read',
    '#zone_settings:read',
  ]);
  assert.ok((await shown(sandbox.tokens.full)).includes('#dns_records:edit'));
});

test('token verification, exactly', async (t) => {
  const sandbox = await sandboxFor(t);
  const user = sandbox.createToken({ name: 'u', permissions: ['Zone Read'] });
  const ok = await send(sandbox, 'GET /user/tokens/verify', { token: user.value });
  assert.equal(
    ok.text,
    `{"result":{"id":"${user.id}","status":"active"},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]}`,
  );
  const account = sandbox.tokens.account;
  const path = `/accounts/${sandbox.accountId}/tokens/verify`;
  const wrong = await send(sandbox, 'GET /user/tokens/verify', { token: account });
  assert.equal(wrong.status, 401);
  assert.deepEqual(wrong.json.errors, [{ code: 1000, message: 'Invalid API Token' }]);
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`, { token: account })), '200');
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`, { token: user.value })), '401/1000');
  assert.equal(outcomeOf(await send(sandbox, `GET ${path}`, { headers: {} })), '401/1001');
  assert.equal(outcomeOf(await send(sandbox, 'GET /user/tokens/verify', { token: 'x' })), '400/6003');
  const expired = sandbox.createToken({ name: 'e', permissions: [], expiresOn: '2020-01-01T00:00:00Z' });
  const answer = await send(sandbox, 'GET /user/tokens/verify', { token: expired.value });
  assert.deepEqual(answer.json.result, {
    id: expired.id,
    status: 'expired',
    expires_on: '2020-01-01T00:00:00Z',
  });
  assert.equal((await sdkFor(sandbox).user.tokens.verify()).status, 'active');
});
