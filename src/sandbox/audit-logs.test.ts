import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELDS } from './audit/query.ts';
import type { Sandbox } from './index.ts';
import { ROUTES } from './routes/index.ts';
import { type Answer, outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

const WIDE = 'since=2020-01-01&before=2100-01-01';

function v2(sandbox: Sandbox, query: string, token?: string): Promise<Answer> {
  return send(
    sandbox,
    `GET /accounts/${sandbox.accountId}/logs/audit?${query}`,
    token === undefined ? {} : { token },
  );
}

async function addRecord(sandbox: Sandbox, zoneId: string, name: string, token?: string): Promise<Answer> {
  const body = { type: 'A', name, content: '192.0.2.1' };
  return send(sandbox, `POST /zones/${zoneId}/dns_records`, {
    body,
    ...(token === undefined ? {} : { token }),
  });
}

test('an entry of version 2 has who, what, where, and the ids of the answer', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const answer = await addRecord(sandbox, zone.id, 'www');
  const record = answer.json.result;
  const { json } = await v2(sandbox, WIDE);
  const [entry] = json.result;
  assert.equal(entry.id, answer.headers.get('cf-auditlog-id'));
  assert.equal(entry.raw.cf_ray_id, answer.headers.get('cf-ray')?.split('-')[0]);
  assert.deepEqual(entry.zone, { id: zone.id, name: 'one.example' });
  assert.deepEqual(entry.account, { id: sandbox.accountId, name: 'Example Account' });
  assert.deepEqual([entry.action.type, entry.action.result], ['create', 'success']);
  assert.deepEqual([entry.raw.method, entry.raw.status_code], ['POST', 200]);
  assert.equal(entry.raw.uri, `/client/v4/zones/${zone.id}/dns_records`);
  assert.deepEqual([entry.actor.type, entry.actor.context], ['user', 'api_token']);
  assert.equal(entry.actor.email, 'developer@example.com');
  assert.deepEqual(
    [entry.resource.id, entry.resource.product, entry.resource.scope],
    [record.id, 'dns_records', 'zones'],
  );
  assert.equal(entry.resource.request.name, 'www');
  assert.equal(entry.resource.response.result.id, record.id);
  assert.deepEqual(json.result_info, { count: '1', cursor: '', cursors: { after: '' } });
});

test('reads leave no entry, refused writes one that failed', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  await send(sandbox, `GET /zones/${zone.id}/dns_records`);
  await addRecord(sandbox, zone.id, 'bad name!');
  const { result } = (await v2(sandbox, WIDE)).json;
  assert.equal(result.length, 1);
  assert.equal(result[0].action.result, 'failure');
  assert.equal((await v2(sandbox, `${WIDE}&action_result=success`)).json.result.length, 0);
});

test('every filter finds its own value, and loses it as .not', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const other = sandbox.seedZone('two.example');
  await addRecord(sandbox, other.id, 'else', sandbox.tokens.account);
  await addRecord(sandbox, zone.id, 'www');
  const { result } = (await v2(sandbox, WIDE)).json;
  const entry = sandbox.audit().at(-1);
  assert.ok(entry !== undefined);
  const values: Record<string, unknown> = {
    id: entry.id,
    audit_log_id: entry.id,
    account_name: 'Example Account',
    action_result: 'success',
    action_type: 'create',
    actor_context: 'api_token',
    actor_email: 'developer@example.com',
    actor_id: sandbox.userId,
    actor_ip_address: '127.0.0.1',
    actor_token_id: entry.actor.tokenId,
    actor_token_name: entry.actor.tokenName,
    actor_type: 'user',
    raw_cf_ray_id: result[0].raw.cf_ray_id,
    raw_method: 'POST',
    raw_status_code: 200,
    raw_uri: entry.raw.uri,
    resource_id: entry.resourceId,
    resource_product: 'dns_records',
    resource_scope: 'zones',
    resource_type: 'dns.record',
    zone_id: zone.id,
    zone_name: 'one.example',
  };
  assert.deepEqual(Object.keys(values).sort(), [...Object.keys(FIELDS), 'resource_product'].sort());
  for (const [name, value] of Object.entries(values)) {
    const text = encodeURIComponent(String(value));
    const ids = async (query: string): Promise<string[]> =>
      (await v2(sandbox, `${WIDE}&${query}`)).json.result.map((item: { id: string }) => item.id);
    assert.ok((await ids(`${name}=${text}`)).includes(entry.id), `${name}=${text}`);
    assert.equal((await ids(`${name}.not=${text}`)).includes(entry.id), false, `${name}.not=${text}`);
    assert.deepEqual(await ids(`${name}=nothing-of-the-kind`), [], name);
  }
  const twice = await v2(sandbox, `${WIDE}&zone_name=one.example&zone_name=two.example`);
  assert.equal(twice.json.result.length, 2);
  const neither = await v2(sandbox, `${WIDE}&zone_name.not=one.example&zone_name.not=two.example`);
  assert.equal(neither.json.result.length, 0);
});

test('since and before are required, are moments, and bound the window', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.setClock({ now: '2026-03-10T12:00:00Z', scale: 0 });
  const zone = sandbox.seedZone('one.example');
  await addRecord(sandbox, zone.id, 'www');
  const rows: readonly [query: string, outcome: string][] = [
    ['', '400/10021'],
    ['since=2026-03-01', '400/10021'],
    ['before=2026-03-01', '400/10021'],
    ['since=yesterday&before=2026-03-11', '400/10021'],
    ['since=2026-03-10&before=2026-13-11', '400/10021'],
    ['since=2026-03-10&before=2026-03-11', '1'],
    ['since=2026-03-10&before=2026-03-10', '0'],
    ['since=2026-03-10T12:00:00Z&before=2026-03-10T12:00:01Z', '1'],
    ['since=2026-03-10T13:00:00%2B01:00&before=2026-03-11', '1'],
    ['since=2026-03-10T12:00:01Z&before=2026-03-11', '0'],
    [`${WIDE}&limit=0`, '400/10021'],
    [`${WIDE}&limit=1001`, '400/10021'],
    [`${WIDE}&limit=many`, '400/10021'],
    [`${WIDE}&cursor=bm9wZQ`, '400/10021'],
    [`${WIDE}&product_category=gold`, '400/10021'],
    [`${WIDE}&product_category=DNS`, '1'],
    [`${WIDE}&product_category=ssl`, '0'],
    [`${WIDE}&product_category=ssl&resource_product=dns_records`, '1'],
  ];
  for (const [query, outcome] of rows) {
    const answer = await v2(sandbox, query);
    const got = answer.status === 200 ? String(answer.json.result.length) : outcomeOf(answer);
    assert.equal(got, outcome, query);
  }
});

test('pages by cursor through the SDK: newest first, each entry once while others arrive', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  for (let index = 0; index < 7; index += 1) await addRecord(sandbox, zone.id, `n${index}`);
  const wanted = sandbox.audit().map((entry) => entry.id);
  const params = { account_id: sandbox.accountId, since: '2020-01-01', before: '2100-01-01', limit: 3 };
  const seen: (string | undefined)[] = [];
  for await (const entry of sdkFor(sandbox).accounts.logs.audit.list(params)) {
    seen.push(entry.id);
    if (seen.length === 2) await addRecord(sandbox, zone.id, 'meanwhile');
  }
  assert.deepEqual(seen, wanted.toReversed());
  const asc = await sdkFor(sandbox).accounts.logs.audit.list({ ...params, direction: 'asc', limit: 1000 });
  assert.deepEqual(
    asc.result.slice(0, 7).map((entry) => entry.id),
    wanted,
  );
});

test('the history of a resource', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const { id } = (await addRecord(sandbox, zone.id, 'www')).json.result;
  await addRecord(sandbox, zone.id, 'other');
  await send(sandbox, `PATCH /zones/${zone.id}/dns_records/${id}`, { body: { content: '192.0.2.2' } });
  await send(sandbox, `DELETE /zones/${zone.id}/dns_records/${id}`);
  const source = sandbox.audit()[0];
  const path = `GET /accounts/${sandbox.accountId}/logs/audit/${source?.id}/history`;
  const time = `action_time=${encodeURIComponent(source?.at ?? '')}`;
  const answer = await send(sandbox, `${path}?${WIDE}&${time}&direction=asc`);
  assert.deepEqual(
    answer.json.result.map((entry: { action: { type: string } }) => entry.action.type),
    ['create', 'update', 'delete'],
  );
  assert.equal(answer.json.result_info.history_status, 'exact');
  assert.equal(outcomeOf(await send(sandbox, `${path}?${WIDE}`)), '400/10021');
  assert.equal(outcomeOf(await send(sandbox, `${path}?${WIDE}&action_time=2020-01-01`)), '404/10021');
});

test('the delay hides what is fresh; edits of others are there as theirs', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  sandbox.setAuditDelay(60_000);
  sandbox.foreignEdit(zone.id, { posts: [{ type: 'A', name: 'x', content: '192.0.2.1' }] });
  const query = `${WIDE}&actor_context=dash`;
  assert.equal((await v2(sandbox, query)).json.result.length, 0);
  sandbox.setClock({ advanceMs: 61_000 });
  const { result } = (await v2(sandbox, query)).json;
  assert.equal(result.length, 1);
  assert.equal(result[0].actor.email, 'colleague@example.com');
  assert.equal(result[0].actor.token_id, undefined);
});

test('version 1 of the account and of the user, through the SDK', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('one.example');
  const account_id = sandbox.accountId;
  const { id } = (await addRecord(sandbox, zone.id, 'www')).json.result;
  await send(sandbox, `PATCH /zones/${zone.id}/settings/ssl`, { body: { value: 'strict' } });
  await addRecord(sandbox, zone.id, 'by-account', sandbox.tokens.account);
  const sdk = sdkFor(sandbox);
  const all = await sdk.auditLogs.list({ account_id });
  assert.equal(all.result.length, 3);
  const { result } = await sdk.auditLogs.list({ account_id, action: { type: 'rec_add' }, direction: 'asc' });
  const [first] = result;
  assert.equal(result.length, 2);
  assert.deepEqual(first?.resource, { id, type: 'dns.record' });
  assert.equal(JSON.parse(first?.newValue ?? '').content, '192.0.2.1');
  assert.deepEqual([first?.interface, first?.action?.result, first?.owner?.id], ['API', true, account_id]);
  const settings = await sdk.auditLogs.list({
    account_id,
    zone: { name: 'one.example' },
    per_page: 1,
    page: 2,
  });
  assert.deepEqual([settings.result.length, settings.result[0]?.action?.type], [1, 'change_setting']);
  assert.equal((await sdk.user.auditLogs.list()).result.length, 2);
  assert.equal((await sdk.auditLogs.list({ account_id, before: '2020-01-01' })).result.length, 0);
  const csv = await send(sandbox, `GET /accounts/${account_id}/audit_logs?export=true`);
  assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/);
  assert.equal(csv.text.trim().split('\n').length, 4);
});

test('user-level writes are in version 1 unless hidden, and never in version 2', async (t) => {
  const sandbox = await sandboxFor(t);
  const groups = await send(sandbox, 'GET /user/tokens/permission_groups?name=Zone%20Read');
  await send(sandbox, 'POST /user/tokens', {
    body: {
      name: 'made',
      policies: [
        {
          effect: 'allow',
          permission_groups: [{ id: groups.json.result[0].id }],
          resources: { 'com.cloudflare.api.account.zone.*': '*' },
        },
      ],
    },
  });
  const path = `GET /accounts/${sandbox.accountId}/audit_logs`;
  assert.equal((await send(sandbox, path)).json.result.length, 1);
  assert.equal((await send(sandbox, `${path}?hide_user_logs=true`)).json.result.length, 0);
  const secrets = /cf(?:ut|at|k)_[A-Za-z0-9]/;
  assert.doesNotMatch((await send(sandbox, path)).text, secrets);
  assert.equal((await v2(sandbox, WIDE)).json.result.length, 0);
});

test('audit logs need Account Settings Read of that account', async (t) => {
  const sandbox = await sandboxFor(t);
  const token = (...permissions: string[]): string => sandbox.createToken({ name: 't', permissions }).value;
  assert.equal(outcomeOf(await v2(sandbox, WIDE, token('DNS Write', 'Zone Read'))), '403/10000');
  assert.equal(outcomeOf(await v2(sandbox, WIDE, token('Account Settings Read'))), '200');
  const foreign = await send(sandbox, `GET /accounts/${'f'.repeat(32)}/logs/audit?${WIDE}`);
  assert.equal(outcomeOf(foreign), '403/10000');
});

test('every product that a route names is in a category', async (t) => {
  const sandbox = await sandboxFor(t);
  const { json } = await send(sandbox, `GET /accounts/${sandbox.accountId}/logs/audit/product_categories`);
  const known = json.result.flatMap((category: { products: { value: string }[] }) =>
    category.products.map((product) => product.value),
  );
  const used = new Set(ROUTES.flatMap((route) => (route.audit === undefined ? [] : [route.audit.product])));
  assert.deepEqual(
    [...used].filter((product) => !known.includes(product)),
    [],
  );
});
