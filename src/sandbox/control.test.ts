import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DEMO_SEED,
  type Fault,
  type Sandbox,
  SandboxInputError,
  type SandboxOptions,
  startSandbox,
} from './index.ts';
import { outcomeOf, query, sandboxFor, sdkFor, send } from './testing.ts';

const BODY = { type: 'A', name: 'x', content: '192.0.2.1' };
const POST_ROUTE = 'POST /zones/{zone_id}/dns_records';
const LIST_ROUTE = 'GET /zones/{zone_id}/dns_records';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function withZone(
  t: TestContext,
  options: SandboxOptions = {},
): Promise<{ sandbox: Sandbox; zone: string; post: string; list: string }> {
  const sandbox = await sandboxFor(t, options);
  const zone = sandbox.seedZone('fault.example').id;
  return { sandbox, zone, post: `POST /zones/${zone}/dns_records`, list: `GET /zones/${zone}/dns_records` };
}

test('faults before the write: nothing lands', async (t) => {
  const { sandbox, zone, post } = await withZone(t);
  sandbox.setFault({ route: POST_ROUTE, kind: 'error', status: 502 });
  const html = await send(sandbox, post, { body: BODY });
  assert.equal(html.status, 502);
  assert.match(html.text, /<h1>502 Bad Gateway<\/h1>/);
  assert.equal(html.headers.get('content-type'), 'text/html');
  sandbox.setFault({
    route: POST_ROUTE,
    kind: 'error',
    status: 503,
    body: 'json',
    code: 1052,
    message: 'try again',
  });
  assert.equal(outcomeOf(await send(sandbox, post, { body: BODY })), '503/1052');
  sandbox.setFault({ route: POST_ROUTE, kind: 'reset', phase: 'before' });
  await assert.rejects(send(sandbox, post, { body: BODY }));
  assert.equal(sandbox.records(zone).length, 0);
  assert.deepEqual(
    sandbox.requests().map(({ status, wrote, fault }) => [status, wrote, fault]),
    [
      [502, false, 'error'],
      [503, false, 'error'],
      [0, false, 'reset'],
    ],
  );
  assert.equal(outcomeOf(await send(sandbox, post, { body: BODY })), '200', 'each struck once');
});

test('faults after the write: it landed, whatever the client was told', async (t) => {
  const { sandbox, zone, post } = await withZone(t);
  const faults: readonly Fault[] = [
    { route: POST_ROUTE, kind: 'reset', phase: 'after' },
    { route: POST_ROUTE, kind: 'error', status: 502, phase: 'after' },
    { route: POST_ROUTE, kind: 'truncate' },
  ];
  for (const [index, fault] of faults.entries()) {
    sandbox.setFault(fault);
    const sent = send(sandbox, post, { body: { ...BODY, name: `n${index}` } });
    if (fault.kind === 'error') assert.equal((await sent).status, 502);
    else await assert.rejects(sent, `${fault.kind} gives no answer`);
    assert.equal(sandbox.records(zone).length, index + 1);
  }
  assert.deepEqual(
    sandbox.requests().map((entry) => entry.wrote),
    [true, true, true],
  );
});

test('a write that lands later than its reset', async (t) => {
  const { sandbox, zone, post } = await withZone(t);
  sandbox.setFault({ route: POST_ROUTE, kind: 'late-write', delayMs: 150 });
  await assert.rejects(send(sandbox, post, { body: BODY }));
  assert.equal(sandbox.records(zone).length, 0);
  assert.equal(sandbox.requests()[0]?.wrote, false);
  await sleep(300);
  assert.equal(sandbox.records(zone).length, 1);
  assert.equal(sandbox.requests()[0]?.wrote, true);
});

test('slow answers, before and after the write', async (t) => {
  const { sandbox, zone, post } = await withZone(t);
  sandbox.setFault({ route: POST_ROUTE, kind: 'slow', delayMs: 150 });
  const early = send(sandbox, post, { body: BODY });
  await sleep(60);
  assert.equal(sandbox.records(zone).length, 0);
  assert.equal(outcomeOf(await early), '200');
  sandbox.setFault({ route: POST_ROUTE, kind: 'slow', delayMs: 150, phase: 'after' });
  const started = performance.now();
  const late = send(sandbox, post, { body: { ...BODY, name: 'y' } });
  await sleep(60);
  assert.equal(sandbox.records(zone).length, 2);
  await late;
  assert.ok(performance.now() - started >= 145);
  sandbox.setLatency(80);
  const before = performance.now();
  await send(sandbox, 'GET /zones');
  assert.ok(performance.now() - before >= 75);
});

test('a list that is stale after a write, for a number of reads', async (t) => {
  const { sandbox, post, list } = await withZone(t);
  await send(sandbox, post, { body: BODY });
  sandbox.setFault({ route: POST_ROUTE, kind: 'stale-list', reads: 2 });
  const made = await send(sandbox, post, { body: { ...BODY, name: 'y' } });
  const counts: number[] = [];
  for (let read = 0; read < 3; read += 1) counts.push((await send(sandbox, list)).json.result.length);
  assert.deepEqual(counts, [1, 1, 2]);
  assert.equal(outcomeOf(made), '200');
});

test('a list that shifts between its pages', async (t) => {
  const { sandbox, zone, list } = await withZone(t);
  await send(sandbox, `POST /zones/${zone}/dns_records/batch`, {
    body: { posts: ['a', 'b', 'c', 'd'].map((name) => ({ ...BODY, name })) },
  });
  const pages = async (): Promise<string[]> => {
    const names: string[] = [];
    for (const page of [1, 2]) {
      const { json } = await send(sandbox, `${list}?per_page=2&page=${page}`);
      names.push(...json.result.map((record: { name: string }) => record.name.split('.')[0]));
    }
    return names;
  };
  sandbox.setFault({ route: LIST_ROUTE, kind: 'shifting-list' });
  assert.deepEqual(await pages(), ['a', 'b', 'b', 'c'], 'b is seen twice');
  const [shift] = sandbox.records(zone).filter((record) => record.name.startsWith('0-shift'));
  await send(sandbox, `DELETE /zones/${zone}/dns_records/${shift?.id}`);
  sandbox.setFault({ route: LIST_ROUTE, kind: 'shifting-list', how: 'delete' });
  assert.deepEqual(await pages(), ['a', 'b', 'd'], 'c is not seen');
});

test('a fault of rate: 429 and the block behind it', async (t) => {
  const { sandbox } = await withZone(t, { rateLimit: { quota: 1200, windowSeconds: 300 } });
  sandbox.setFault({ route: 'GET /zones', kind: 'rate-limit', seconds: 60 });
  const first = await send(sandbox, 'GET /zones');
  assert.equal(outcomeOf(first), '429/971');
  assert.equal(first.headers.get('retry-after'), '60');
  assert.equal(outcomeOf(await send(sandbox, 'GET /user')), '429/971');
  sandbox.setClock({ advanceMs: 60_001 });
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones')), '200');
});

test('faults pass some requests, strike several, match by method or all, and are cleared', async (t) => {
  const { sandbox, post } = await withZone(t);
  sandbox.setFault({ route: 'GET /zones', kind: 'error', status: 503, skip: 1, times: 2 });
  const seen: number[] = [];
  for (let number = 0; number < 4; number += 1) seen.push((await send(sandbox, 'GET /zones')).status);
  assert.deepEqual(seen, [200, 503, 503, 200]);
  sandbox.setFault({ route: 'GET', kind: 'error', status: 500 });
  assert.equal((await send(sandbox, 'GET /user')).status, 500);
  sandbox.setFault({ route: '*', kind: 'error', status: 504, times: 9 });
  assert.equal((await send(sandbox, post, { body: BODY })).status, 504);
  assert.equal(sandbox.faults()[0]?.struck, 1);
  sandbox.clearFaults();
  assert.equal((await send(sandbox, post, { body: BODY })).status, 200);
});

test('faults that could never strike are refused', async (t) => {
  const { sandbox } = await withZone(t);
  const bad: readonly (readonly [unknown, RegExp])[] = [
    [{ route: 'GET /nothing', kind: 'error', status: 500 }, /unknown route/],
    [{ route: 'GET /zones', kind: 'odd' }, /kind/],
    [{ route: 'GET /zones', kind: 'error' }, /status/],
    [{ route: 'GET /zones', kind: 'error', status: 200 }, /status/],
    [{ route: 'GET /zones', kind: 'reset' }, /phase/],
    [{ route: 'GET /zones', kind: 'reset', phase: 'during' }, /phase/],
    [{ route: 'GET /zones', kind: 'slow' }, /delayMs/],
    [{ route: 'GET /zones', kind: 'truncate', times: -1 }, /times/],
    [{ route: 'GET /zones', kind: 'truncate', time: 2 }, /no "time".*times/],
    [{ route: 'GET /zones', kind: 'truncate', reads: 2 }, /truncate has no "reads"/],
    [{ route: 'GET /zones', kind: 'error', status: 500, body: 'xml' }, /html, json/],
    [{ route: 'GET /zones', kind: 'shifting-list', how: 'swap' }, /insert, delete/],
    [{ kind: 'truncate' }, /route/],
    [null, /object/],
  ];
  for (const [fault, message] of bad) {
    assert.throws(
      () => sandbox.setFault(fault as Fault),
      (error) => error instanceof SandboxInputError && message.test(error.message),
      JSON.stringify(fault),
    );
  }
});

test('a control that says nothing the sandbox knows is refused, and nothing moves', async (t) => {
  const { sandbox, zone } = await withZone(t, { control: true });
  const before = JSON.stringify(sandbox.zone(zone));
  const cases: readonly (readonly [string, unknown, RegExp])[] = [
    [`PATCH zones/${zone}`, { stauts: 'moved' }, /no "stauts".*status/],
    [`PATCH zones/${zone}`, { status: 'gone' }, /status must be one of/],
    [`PATCH zones/${zone}`, { plan: 'gold' }, /plan must be one of/],
    [`PATCH zones/${zone}`, { delegation: 'elsewhere' }, /delegation must be/],
    [`PATCH zones/${zone}`, { recordQuota: 'many' }, /recordQuota must be/],
    [`PATCH zones/${zone}`, { scanFindings: [{ type: 'A', name: 'x' }] }, /scan finding 1 .*content/],
    [`PATCH zones/${zone}`, { certificatesValidate: 'no' }, /certificatesValidate/],
    ['PUT clock', { advance: 1000 }, /no "advance".*advanceMs/],
    ['PUT clock', {}, /needs now, advanceMs or scale/],
    ['PUT clock', { now: '2020-01-01T00:00:00Z', scale: -1 }, /scale must be/],
    ['PUT clock', { scale: '2' }, /scale must be/],
    ['PUT clock', { now: 'soon' }, /soon is no moment/],
    ['PUT rate-limit', { quota: 5, windowSeconds: 1, window: 1 }, /no "window"/],
    ['PUT audit', { delayMs: -1 }, /delayMs/],
    ['POST budgets', { count: -3 }, /count/],
    ['POST zones', { nam: 'x.example' }, /needs a name/],
    ['POST zones', { name: 'x.example', record: [] }, /no "record".*records/],
    ['POST tokens', { name: 't', permission: ['DNS Read'] }, /no "permission".*permissions/],
    [`POST edits/${zone}`, { post: [] }, /no "post".*posts/],
    ['PUT registrar', { account: { defaultContacts: false } }, /no "defaultContacts".*defaultContact/],
    ['PUT registrar', { foreign: { 'x.com': { lock: true } } }, /no "lock"/],
    ['PUT registrar', { taken: 'x.com' }, /taken must be a list/],
  ];
  for (const [order, body, message] of cases) {
    const [method = '', path = ''] = order.split(' ');
    const answer = await fetch(`${sandbox.controlUrl}/${path}`, { method, body: JSON.stringify(body) });
    const { error } = (await answer.json()) as { error: string };
    assert.equal(answer.status, 400, `${order} ${JSON.stringify(body)}`);
    assert.match(error, message);
  }
  assert.equal(JSON.stringify(sandbox.zone(zone)), before);
  assert.equal(sandbox.zones().length, 1);
  assert.ok(Date.now() - sandbox.now() < 60_000, 'the clock has not moved');
});

test('edits of others: in the data and the audit log, not in the request log', async (t) => {
  const { sandbox, zone, post } = await withZone(t);
  const made = await send(sandbox, post, { body: BODY });
  const serial = sandbox.zone(zone).serial;
  sandbox.foreignEdit(zone, {
    patches: [{ id: made.json.result.id, content: '192.0.2.99' }],
    posts: [{ ...BODY, name: 'y' }],
  });
  assert.equal(
    sandbox.records(zone).find((record) => record.name === 'x.fault.example')?.content,
    '192.0.2.99',
  );
  assert.equal(sandbox.zone(zone).serial, serial + 1);
  assert.deepEqual(
    sandbox.audit().map((entry) => [entry.action, entry.actor.context]),
    [
      ['create', 'api_token'],
      ['update', 'dash'],
      ['create', 'dash'],
    ],
  );
  assert.equal(sandbox.requests().length, 1);
});

test('the control path does over HTTP what the object does', async (t) => {
  const { sandbox, zone, post } = await withZone(t, { control: true });
  const control = async (
    line: string,
    body?: unknown,
  ): Promise<{ status: number; json: Record<string, unknown> & unknown[] }> => {
    const [method = '', path = ''] = line.split(' ');
    const response = await fetch(`${sandbox.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> & unknown[] };
  };
  assert.deepEqual((await control('GET /info')).json['tokens'], sandbox.tokens);
  await control('PUT /clock', { now: '2030-01-01T00:00:00Z', scale: 0 });
  assert.equal((await control('GET /clock')).json['now'], '2030-01-01T00:00:00.000Z');
  await control('PUT /clock', { advanceMs: 5000 });
  assert.equal(new Date(sandbox.now()).toISOString(), '2030-01-01T00:00:05.000Z');
  const made = await send(sandbox, post, { body: BODY });
  assert.match(made.json.result.created_on, /^2030-01-01T00:00:05/);
  await control('POST /faults', { route: POST_ROUTE, kind: 'error', status: 502 });
  assert.equal((await control('GET /faults')).json.length, 1);
  assert.equal((await send(sandbox, post, { body: BODY })).status, 502);
  const unknown = await control('POST /faults', { route: 'GET /nothing', kind: 'truncate' });
  assert.deepEqual([unknown.status, unknown.json['code']], [400, 'unknown-route']);
  await control('PATCH /zones/fault.example', { plan: 'enterprise', delegation: 'none' });
  assert.equal(sandbox.zone(zone).plan, 'enterprise');
  await control('POST /zones', { name: 'more.example', records: [BODY], plan: 'pro' });
  const more = (await control('GET /zones/more.example')).json;
  assert.equal((more['records'] as unknown[]).length, 1);
  await control('POST /edits/more.example', { posts: [{ ...BODY, name: 'foreign' }] });
  assert.equal(sandbox.records('more.example').length, 2);
  await control('PUT /rate-limit', { quota: 7, windowSeconds: 10 });
  await control('POST /budgets', { count: 3 });
  const after = await send(sandbox, 'GET /zones');
  assert.equal(after.headers.get('ratelimit'), '"default";r=3;t=10');
  assert.equal(((await control('GET /budgets')).json[0] as { spent: number }).spent, 4);
  await control('PUT /rate-limit', false);
  await control('PUT /latency', { ms: 1 });
  await control('PUT /audit', { delayMs: 1000 });
  assert.equal((await control('GET /audit')).json.length, 2);
  const token = (await control('POST /tokens', { name: 't', permissions: ['Zone Read'] })).json['value'];
  assert.equal(outcomeOf(await send(sandbox, 'GET /zones', { token: String(token) })), '200');
  await control('POST /seed', {
    accounts: [{ name: 'Third' }],
    zones: [{ name: 'third.example', account: 'Third' }],
  });
  assert.equal((await control('GET /zones')).json.length, 3);
  const state = (await control('GET /state')).json as unknown as {
    zones: { name: string; records: unknown[] }[];
  };
  assert.equal(state.zones.find((item) => item.name === 'fault.example')?.records.length, 1);
  const log = (await control('GET /requests?since=1')).json;
  assert.deepEqual(
    log.map((entry) => (entry as { status: number }).status),
    [502, 200, 200],
  );
  assert.equal((await control('GET /counts')).json['total'], 4);
  await control('DELETE /requests');
  assert.equal(sandbox.counts().total, 0);
  await control('POST /faults', { route: '*', kind: 'truncate' });
  await control('DELETE /faults');
  assert.equal(sandbox.faults().length, 0);
  assert.equal((await control('GET /nothing')).status, 404);
  assert.equal((await control('PUT /clock', { now: 'whenever' })).status, 400);
  assert.equal((await control('PATCH /zones/none.example', {})).status, 400);
  assert.equal((await control('POST /zones', { name: 'bad.example', records: [{ type: 'A' }] })).status, 400);
});

test('the state file survives a restart, tokens and all', async (t) => {
  const stateFile = join(folder(t), 'state.json');
  const first = await startSandbox({
    stateFile,
    dnsPort: false,
    seed: { zones: [{ name: 'kept.example' }] },
  });
  const zone = first.zone('kept.example');
  const made = await send(first, `POST /zones/${zone.id}/dns_records`, { body: BODY });
  await first.flush();
  assert.match(readFileSync(stateFile, 'utf8'), new RegExp(made.json.result.id));
  await send(first, `POST /zones/${zone.id}/dns_records`, { body: { ...BODY, name: 'late' } });
  const { tokens, globalKey } = first;
  const before = JSON.stringify(first.state().zones);
  await first.close();
  await first.close();
  const second = await startSandbox({
    stateFile,
    dnsPort: false,
    seed: { zones: [{ name: 'ignored.example' }] },
  });
  t.after(() => second.close());
  assert.equal(JSON.stringify(second.state().zones), before);
  assert.deepEqual([second.tokens, second.globalKey], [tokens, globalKey]);
  const list = await send(second, `GET /zones/${zone.id}/dns_records`);
  assert.equal(list.json.result.length, 2);
  assert.equal(second.audit().length, 2);
});

test('a state file that is none is refused', async (t) => {
  const path = join(folder(t), 'state.json');
  for (const text of ['', '{}', '[1]', '{"version":2,"zones":[]}']) {
    writeFileSync(path, text);
    await assert.rejects(
      startSandbox({ stateFile: path }),
      (error) => error instanceof SandboxInputError && error.code === 'bad-state',
      text,
    );
  }
});

test('seeds from a JSON file and from zone files', async (t) => {
  const dir = folder(t);
  const json = join(dir, 'seed.json');
  writeFileSync(
    json,
    JSON.stringify({
      zones: [{ name: 'json.example', records: [BODY] }],
      tokens: [
        { name: 'fixed', value: 'fixed-token-value', permissions: ['Zone Read'], zones: ['json.example'] },
      ],
    }),
  );
  const zone = join(dir, 'any.zone');
  writeFileSync(
    zone,
    '$ORIGIN file.example.\n@ 3600 IN SOA ns. admin. 1 2 3 4 5\n@ NS ns.elsewhere.example.\nwww 300 A 192.0.2.1\n',
  );
  const sandbox = await sandboxFor(t, { seed: [json, zone] });
  assert.deepEqual(
    sandbox.zones().map((item) => item.name),
    ['json.example', 'file.example'],
  );
  assert.deepEqual(
    sandbox.records('file.example').map((record) => [record.name, record.ttl]),
    [['www.file.example', 300]],
  );
  const seen = await send(sandbox, 'GET /zones', { token: 'fixed-token-value' });
  assert.deepEqual(
    seen.json.result.map((item: { name: string }) => item.name),
    ['json.example'],
  );
});

test('bad options, seeds and ports say what is wrong', async (t) => {
  const dir = folder(t);
  const bad = join(dir, 'bad.json');
  writeFileSync(bad, '{"zones": [');
  const badZone = join(dir, 'bad.zone');
  writeFileSync(badZone, '$ORIGIN x.example.\nwww A 192.0.2.1\nwww A ( 192.0.2.2\n');
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    taken.once('listening', resolve);
  });
  t.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  const zone = (records: unknown[]): SandboxOptions => ({
    seed: { zones: [{ name: 'x.example', records: records as [] }] },
  });
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ port }, new RegExp(`port ${port}: EADDRINUSE`)],
    [{ dnsPort: port }, /DNS .*EADDRINUSE/],
    [{ port: 70_000 }, /port must be/],
    [{ plan: 'gold' }, /plan must be one of/],
    [{ latencyMs: -1 }, /latencyMs/],
    [{ rateLimit: { quota: 0, windowSeconds: 1 } }, /quota/],
    [{ rateLimit: { quota: 1, windowSeconds: 0 } }, /windowSeconds/],
    [{ token: 'a b' }, /token/],
    [{ behaviour: { odd: true } }, /odd/],
    [{ seed: join(dir, 'none.json') }, /Cannot read seed/],
    [{ seed: bad }, /is not JSON/],
    [{ seed: badZone }, /bad\.zone:3: parenthesis/],
    [{ seed: { zone: [] } }, /no "zone"/],
    [{ seed: { zones: {} } }, /must be a list/],
    [{ seed: { zones: [{}] } }, /zones\[0\] needs a name/],
    [{ seed: { zones: [{ name: 'no dots' }] } }, /no zone name/],
    [{ seed: { zones: [{ name: 'x.example' }, { name: 'X.example.' }] } }, /twice/],
    [{ seed: { zones: [{ name: 'x.example', plan: 'gold' }] } }, /plan/],
    [{ seed: { zones: [{ name: 'x.example', account: 'nobody' }] } }, /no account nobody/],
    [
      zone([{ type: 'A', name: 'a', content: 'x' }]),
      /x\.example, record 1 \(A a\): Content for A record must be a valid IPv4 address/,
    ],
    [
      zone([
        { type: 'A', name: 'a', content: '192.0.2.1' },
        { type: 'CNAME', name: 'a', content: 'b.example' },
      ]),
      /record 2/,
    ],
    [{ seed: { zones: [{ name: 'x.example', record: [] }] } }, /x\.example has no "record".*records/],
    [{ seed: { zones: [{ name: 'x.example', records: {} }] } }, /x\.example: records must be a list/],
    [{ seed: { zones: [{ name: 'x.example', status: 'gone' }] } }, /status must be one of/],
    [{ seed: { zones: [{ name: 'x.example', type: 'odd' }] } }, /type must be one of/],
    [{ seed: { zones: [{ name: 'x.example', id: 'short' }] } }, /id must be 32 hex digits, not "short"/],
    [{ seed: { zones: [{ name: 'x.example', createdOn: 'once' }] } }, /createdOn must be a moment/],
    [{ seed: { zones: [{ name: 'x.example', recordQuota: 'many' }] } }, /recordQuota must be a whole number/],
    [{ seed: { zones: [{ name: 'x.example', delegation: 'odd' }] } }, /delegation must be/],
    [{ seed: { zones: [{ name: 'x.example', scanFindings: [{ type: 'A' }] }] } }, /scan finding 1/],
    [{ seed: { tokens: [{ name: 't', expiresOn: 'once' }] } }, /Token t: expiresOn must be a moment/],
    [{ seed: { tokens: [{ name: 't', ipIn: ['odd'] }] } }, /ipIn must be a list/],
    [{ seed: { tokens: [{ name: 't', permission: ['DNS Read'] }] } }, /no "permission"/],
    [
      { seed: { tokens: [{ name: 't', value: 'short' }] } },
      /value must be 8 to 256 characters without spaces\.$/,
    ],
    [{ seed: { accounts: [{ name: 'A', id: 'zz' }] } }, /Account A: id must be/],
    [{ seed: { externalHosts: { 'a.example': '192.0.2.1' } } }, /externalHosts: a\.example/],
    [{ account: { id: 'zz' } }, /account\.id/],
    [{ stateFile: join(dir, 'none', 'state.json') }, /Cannot write beside the state file/],
    [{ seed: { tokens: [{ name: 't', permissions: ['Everything'] }] } }, /no permission group "Everything"/],
    [{ seed: { tokens: [{ name: 't', zones: ['none.example'] }] } }, /no zone none\.example/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(
      startSandbox({ dnsPort: false, ...(options as SandboxOptions) }),
      (error) => error instanceof SandboxInputError && message.test(error.message),
      JSON.stringify(options),
    );
  }
});

test('the demo seed: several zones, one with more than 500 records of every common type, the same every time', async (t) => {
  const one = await sandboxFor(t, { seed: DEMO_SEED, dnsPort: 0 });
  const two = await sandboxFor(t, { seed: DEMO_SEED });
  assert.deepEqual(
    one.zones().map((zone) => zone.id),
    two.zones().map((zone) => zone.id),
  );
  const sizes = one.zones().map((zone) => one.records(zone.id).length);
  assert.ok(sizes.length >= 4 && Math.max(...sizes) > 500);
  const big = one.zones()[sizes.indexOf(Math.max(...sizes))];
  const types = new Set(one.records(big?.id ?? '').map((record) => record.type));
  for (const type of ['A', 'AAAA', 'CAA', 'CNAME', 'HTTPS', 'MX', 'NS', 'SRV', 'TXT'] as const)
    assert.ok(types.has(type), type);
  const packet = await query(one, { name: 'shop.example', type: 'MX' });
  assert.equal(packet.answers?.length, 2);
  let listed = 0;
  for await (const record of sdkFor(one).dns.records.list({ zone_id: big?.id ?? '', per_page: 500 }))
    if (record.id) listed += 1;
  assert.equal(listed, Math.max(...sizes));
});
