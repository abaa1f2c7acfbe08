import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { test } from 'node:test';
import { outcomeOf, rawHttp, sandboxFor, send } from './testing.ts';

test('the two requests of the product guide, exact envelope and headers', async (t) => {
  const sandbox = await sandboxFor(t, { rateLimit: { quota: 1200, windowSeconds: 300 } });
  const zone = sandbox.seedZone('guide.example', [{ type: 'A', name: '@', content: '192.0.2.1' }]);
  const zones = await send(sandbox, 'GET /zones');
  assert.equal(zones.status, 200);
  assert.deepEqual(Object.keys(zones.json), ['result', 'result_info', 'success', 'errors', 'messages']);
  const records = await send(sandbox, `GET /zones/${zone.id}/dns_records`);
  assert.deepEqual(Object.keys(records.json), ['result', 'success', 'errors', 'messages', 'result_info']);
  assert.deepEqual(Object.keys(records.json.result[0]), [
    'id', 'name', 'type', 'content', 'proxiable', 'proxied', 'ttl', 'settings', 'meta', 'comment', 'tags', 'created_on', 'modified_on',
  ]); // biome-ignore format: a word list
  assert.equal(records.text, JSON.stringify(records.json), 'compact');
  const { headers } = records;
  assert.match(headers.get('cf-ray') ?? '', /^[0-9a-f]{16}-[A-Z]{3}$/);
  assert.match(
    headers.get('cf-auditlog-id') ?? '',
    /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.match(headers.get('api-version') ?? '', /^\d{4}-\d\d-\d\d$/);
  assert.equal(headers.get('cf-cache-status'), 'DYNAMIC');
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('ratelimit'), '"default";r=1198;t=300');
  assert.equal(headers.get('ratelimit-policy'), '"default";q=1200;w=300');
});

test('an unknown route is answered as Cloudflare does, and said loudly', async (t) => {
  const lines: string[] = [];
  const sandbox = await sandboxFor(t, { warn: (line) => lines.push(line) });
  const answer = await send(sandbox, 'GET /zones/none/of/this');
  assert.equal(
    answer.text,
    '{"result":null,"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/zones/none/of/this, perhaps your object identifier is invalid?"}],"messages":[]}',
  );
  assert.equal(outcomeOf(await send(sandbox, 'DELETE /zones')), '405/7001');
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones/not-an-id/dns_records')), '404/7003');
  assert.deepEqual(lines, [
    'sandbox: no route for GET /client/v4/zones/none/of/this (COVERAGE.md lists what there is)',
    'sandbox: no route for DELETE /client/v4/zones (COVERAGE.md lists what there is)',
  ]);
});

test('the control path is closed unless asked for', async (t) => {
  const sandbox = await sandboxFor(t);
  const response = await fetch(`http://127.0.0.1:${sandbox.port}/__sandbox/state`);
  assert.equal(response.status, 404);
  assert.equal(sandbox.controlUrl, undefined);
});

test('odd clients: HTTP/1.0, no agent, NUL bytes behind, bodies on GET and DELETE, a slash at the end', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('odd.example', [{ type: 'A', name: 'a', content: '192.0.2.1' }]);
  const auth = `Authorization: Bearer ${sandbox.tokens.full}\r\n`;
  const old = await rawHttp(sandbox, `GET /client/v4/zones HTTP/1.0\r\n${auth}\r\n`);
  assert.match(old, /^HTTP\/1\.1 200 OK/);
  assert.match(old, /odd\.example/);
  const noHost = await rawHttp(sandbox, `GET /client/v4/zones HTTP/1.1\r\n${auth}\r\n`);
  assert.match(noHost, /^HTTP\/1\.1 200 OK/);
  const body = JSON.stringify({ type: 'TXT', name: 'nul', content: 'x' });
  const head = `POST /client/v4/zones/${zone.id}/dns_records HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: ${body.length}\r\n\r\n`;
  const padded = await rawHttp(sandbox, Buffer.concat([Buffer.from(head + body), Buffer.alloc(7)]));
  assert.match(padded, /^HTTP\/1\.1 200 OK/);
  assert.equal(padded.match(/HTTP\/1\.1/g)?.length, 1, 'the NUL bytes get no answer of their own');
  const inside = `${body}\0\0\0`;
  const padding = await rawHttp(
    sandbox,
    head.replace(/Content-Length: \d+/, `Content-Length: ${inside.length}`).replace('nul', 'nul2') +
      inside.replace('nul', 'nul2'),
  );
  assert.match(padding, /^HTTP\/1\.1 200 OK/);
  const getBody = await rawHttp(
    sandbox,
    `GET /client/v4/zones/ HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 2\r\n\r\n{}`,
  );
  assert.match(getBody, /^HTTP\/1\.1 200 OK/);
  const [record] = sandbox.records(zone.id);
  const remove = await rawHttp(
    sandbox,
    `DELETE /client/v4/zones/${zone.id}/dns_records/${record?.id} HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 2\r\n\r\n{}`,
  );
  assert.match(remove, /^HTTP\/1\.1 200 OK/);
  assert.deepEqual(
    sandbox.records(zone.id).map((item) => item.name),
    ['nul.odd.example', 'nul2.odd.example'],
  );
  const both = await rawHttp(
    sandbox,
    `POST /client/v4/zones HTTP/1.1\r\nHost: x\r\n${auth}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
  );
  assert.match(both, /^HTTP\/1\.1 400/);
  const rubbish = await rawHttp(sandbox, 'NONSENSE\r\n\r\n');
  assert.match(rubbish, /^HTTP\/1\.1 400 .*"code":6003/s);
});

test('the rate limit: counted per user, block for a window, headers, 429 as recorded', async (t) => {
  let nowMs = Date.parse('2026-10-01T12:00:00Z');
  const sandbox = await sandboxFor(t, {
    rateLimit: { quota: 5, windowSeconds: 10 },
    clock: { now: () => nowMs },
  });
  const other = sandbox.createToken({ name: 'another', permissions: ['Zone Read'] }).value;
  const outcomes: string[] = [];
  for (const token of [sandbox.tokens.full, other, sandbox.tokens.full, other, sandbox.tokens.full]) {
    outcomes.push(outcomeOf(await send(sandbox, 'GET /zones', { token })));
  }
  assert.deepEqual(outcomes, ['200', '200', '200', '200', '200']);
  nowMs += 4000;
  const blocked = await send(sandbox, 'GET /zones');
  assert.equal(blocked.status, 429);
  assert.equal(
    blocked.text,
    '{"result":null,"success":false,"errors":[{"code":971,"message":"Please wait and consider throttling your request speed"}],"messages":[]}',
  );
  assert.equal(blocked.headers.get('retry-after'), '10');
  assert.equal(blocked.headers.get('ratelimit'), '"default";r=0;t=10');
  nowMs += 7000;
  assert.equal(
    outcomeOf(await send(sandbox, 'GET /zones', { token: other })),
    '429/971',
    'the block outlasts the window',
  );
  assert.equal(
    outcomeOf(await send(sandbox, 'GET /zones', { token: sandbox.tokens.account })),
    '200',
    'account tokens have their own budget',
  );
  nowMs += 3001;
  const free = await send(sandbox, 'GET /zones');
  assert.equal(free.headers.get('ratelimit'), '"default";r=4;t=10');
  sandbox.spendBudget(4);
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones')), '429/971', 'traffic of others counts');
  assert.equal(sandbox.counts().rateLimited, 3);
  nowMs += 10_001;
  await send(sandbox, 'GET /zones');
  sandbox.setRateLimit({ quota: 100, windowSeconds: 1 });
  assert.equal((await send(sandbox, 'GET /zones')).headers.get('ratelimit-policy'), '"default";q=100;w=1');
  sandbox.setRateLimit(false);
  assert.equal((await send(sandbox, 'GET /zones')).headers.get('ratelimit'), null);
});

test('200 requests per second and client address, whoever asks', async (t) => {
  let nowMs = Date.parse('2026-10-01T12:00:00Z');
  const sandbox = await sandboxFor(t, {
    rateLimit: { quota: 10_000, windowSeconds: 300 },
    clock: { now: () => nowMs },
  });
  const from = async (address: string, token: string): Promise<string> =>
    outcomeOf(
      await send(sandbox, 'GET /zones', {
        headers: { Authorization: `Bearer ${token}`, 'CF-Connecting-IP': address },
      }),
    );
  const { full, account, readOnly } = sandbox.tokens;
  const outcomes: string[] = [];
  for (let sent = 0; sent < 202; sent += 1) {
    outcomes.push(await from('192.0.2.1', [full, account, readOnly][sent % 3] ?? full));
  }
  assert.deepEqual(outcomes.slice(0, 200), Array(200).fill('200'));
  assert.deepEqual(outcomes.slice(200), ['429/971', '429/971']);
  assert.equal(await from('192.0.2.2', full), '200', 'another address');
  const spent = sandbox.budgets().reduce((sum, state) => sum + state.spent, 0);
  assert.equal(spent, 201, 'what was refused for its address cost nobody');
  nowMs += 1000;
  assert.equal(await from('192.0.2.1', full), '200', 'the next second');
  sandbox.setRateLimit({ quota: 10_000, windowSeconds: 300, addressPerSecond: 1 });
  assert.equal(await from('192.0.2.1', full), '200');
  const refused = await send(sandbox, 'GET /zones', {
    headers: { Authorization: `Bearer ${full}`, 'CF-Connecting-IP': '192.0.2.1' },
  });
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
});

test('the request log tells what came and what it did', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('log.example');
  await send(sandbox, 'GET /zones?name=log.example');
  await send(sandbox, `POST /zones/${zone.id}/dns_records`, {
    body: { type: 'A', name: 'a', content: '192.0.2.1' },
  });
  await send(sandbox, `POST /zones/${zone.id}/dns_records`, {
    body: { type: 'A', name: 'a', content: '192.0.2.1' },
  });
  await send(sandbox, 'GET /zones', { headers: {} });
  const seen = sandbox
    .requests()
    .map(({ route, status, wrote, errorCodes }) => [route, status, wrote, errorCodes]);
  assert.deepEqual(seen, [
    ['GET /zones', 200, false, []],
    ['POST /zones/{zone_id}/dns_records', 200, true, []],
    ['POST /zones/{zone_id}/dns_records', 400, false, [81058]],
    ['GET /zones', 400, false, [9106]],
  ]);
  assert.equal(sandbox.requests()[0]?.url, '/client/v4/zones?name=log.example');
  const counts = sandbox.counts();
  assert.deepEqual(
    [counts.total, counts.writes, counts.byRoute['GET /zones'], counts.byStatus['400']],
    [4, 1, 2, 2],
  );
  assert.equal(sandbox.requests(2).length, 2);
  assert.ok(!JSON.stringify(sandbox.requests()).includes(sandbox.tokens.full));
  sandbox.clearRequests();
  assert.equal(sandbox.counts().total, 0);
});

test('every write leaves an audit entry, named by the answer', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('audit.example');
  const made = await send(sandbox, `POST /zones/${zone.id}/dns_records`, {
    body: { type: 'A', name: 'a', content: '192.0.2.1' },
  });
  await send(sandbox, `GET /zones/${zone.id}/dns_records`);
  await send(sandbox, `PATCH /zones/${zone.id}/dns_records/${made.json.result.id}`, { body: { ttl: 600 } });
  await send(sandbox, `PATCH /zones/${zone.id}/dns_records/${made.json.result.id}`, {
    body: { ttl: 1000000 },
  });
  await send(sandbox, `POST /zones/${zone.id}/dns_records`, { body: {}, token: sandbox.tokens.readOnly });
  const entries = sandbox.audit();
  assert.deepEqual(
    entries.map(({ action, result, resourceId }) => [action, result, resourceId]),
    [
      ['create', 'success', made.json.result.id],
      ['update', 'success', made.json.result.id],
      ['update', 'failure', undefined],
    ],
  );
  const [first, second] = entries;
  assert.equal(first?.id, made.headers.get('cf-auditlog-id'));
  assert.equal(first?.raw.ray, made.headers.get('cf-ray'));
  assert.equal(first?.actor.context, 'api_token');
  assert.equal(first?.zoneName, 'audit.example');
  assert.deepEqual(second?.before, made.json.result);
  const token = await send(sandbox, 'POST /user/tokens', {
    body: {
      name: 'secret',
      policies: [
        {
          effect: 'allow',
          permission_groups: [{ name: 'DNS Read' }],
          resources: { 'com.cloudflare.api.account.zone.*': '*' },
        },
      ],
    },
  });
  assert.ok(!JSON.stringify(sandbox.audit()).includes(token.json.result.value), 'no secret in the audit log');
  const rolled = await send(sandbox, `PUT /user/tokens/${token.json.result.id}/value`, { body: {} });
  assert.ok(!JSON.stringify(sandbox.audit()).includes(rolled.json.result), 'nor a rolled one');
});

test('HTTPS with a certificate of its own', async (t) => {
  const sandbox = await sandboxFor(t, { tls: true });
  assert.match(sandbox.baseUrl, /^https:/);
  const status = await new Promise((resolve, reject) => {
    const request = httpsRequest(
      `${sandbox.baseUrl}/zones`,
      { ca: sandbox.certificate, headers: { Authorization: `Bearer ${sandbox.tokens.full}` }, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on('error', reject);
    request.end();
  });
  assert.equal(status, 200);
  await assert.rejects(fetch(`${sandbox.baseUrl}/zones`), 'nobody trusts it without its PEM');
});
