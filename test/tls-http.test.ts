/** Certificates over HTTP: ordered through a change set, uploaded within one request, refused in words that help. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINTS } from '../src/http/endpoints.ts';
import { type Edge, openEdge } from '../src/http/testing.ts';
import { makeCertificate, makeChain } from './kit/certificates.ts';
import { startEngine } from './kit/engine.ts';

const ZONE = 'shop.example';

async function ready(edge: Edge, token: string): Promise<{ key: string; zone: string }> {
  const { secret: key } = await edge.makeKey('acme', ['read', 'plan', 'apply', 'connections']);
  await edge.ask('POST', '/v1/connections', { key, body: { credential: { token } } });
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
  const { body } = await edge.ask('GET', '/v1/zones', { key });
  return { key, zone: body.items[0].id };
}

test('certificates over HTTP', async (t) => {
  await using engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const { key, zone } = await ready(edge, engine.sandbox.tokens.full);
  const at = `/v1/zones/${zone}/certificates`;

  await t.test('an order is planned, stored and applied like every change', async () => {
    const planned = await edge.ask('POST', `${at}/plan`, { key, body: { kind: 'order' } });
    assert.equal(planned.body.plans[0].objects[0].action, 'create', planned.text);
    const saved = await edge.ask('POST', `${at}/change-sets`, { key, body: { plan: { kind: 'order' } } });
    assert.equal(saved.status, 201, saved.text);
    await edge.ended(
      await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key, body: {} }),
      key,
    );
    const { body } = await edge.ask('GET', at, { key });
    assert.equal(body.packs.filter(({ type }: { type: string }) => type === 'advanced').length, 1);
  });

  await t.test('an upload goes out within its request, and nothing tells the key', async () => {
    const { certificate, key: secret } = makeChain([ZONE]);
    const body = { certificate: certificate.text, privateKey: secret.secret.reveal() };
    const answer = await edge.ask('POST', `${at}/upload`, { key, body });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.status, 'applied');
    const details = await edge.ask('GET', `/v1/change-sets/${answer.body.id}`, { key });
    const line = secret.secret.reveal().split('\n')[1] ?? '';
    assert.ok(line.length > 20 && !details.text.includes(line) && !answer.text.includes(line));
  });

  await t.test('what does not fit is refused with its reason', async () => {
    const { certificate } = makeCertificate([ZONE]);
    const { key: other } = makeCertificate([ZONE]);
    const body = { certificate: certificate.text, privateKey: other.secret.reveal() };
    const answer = await edge.ask('POST', `${at}/upload`, { key, body });
    assert.deepEqual([answer.status, answer.body.code], [422, 'key-mismatch'], answer.text);
  });

  await t.test('what looks at certificates costs what its summary says', async () => {
    const paths = {
      listCertificates: at,
      certificateCalendar: `/v1/certificates/calendar?zones=${ZONE}&refresh=true`,
    };
    for (const [operationId, path] of Object.entries(paths)) {
      const summary = ENDPOINTS.find((one) => one.operationId === operationId)?.summary ?? '';
      const before = engine.sandbox.counts().total;
      assert.equal((await edge.ask('GET', path, { key })).status, 200);
      const calls = engine.sandbox.counts().total - before;
      assert.ok(summary.includes(`Asks Cloudflare: ${calls} calls`), `${operationId}: ${calls}; ${summary}`);
    }
  });

  await t.test(
    'the calendar is as last seen, with when that was, and as iCalendar: for no call',
    async () => {
      engine.sandbox.seedZone('unseen.example', []);
      await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key, body: {} }), key);
      await edge.ask('GET', `/v1/certificates/calendar?zones=${ZONE}&refresh=true`, { key });
      const before = engine.sandbox.counts().total;
      const { body } = await edge.ask('GET', '/v1/certificates/calendar', { key });
      assert.deepEqual(body.neverRead, [{ zoneId: body.neverRead[0]?.zoneId, zoneName: 'unseen.example' }]);
      assert.deepEqual(
        [...new Set(body.items.map(({ zoneName }: { zoneName: string }) => zoneName))],
        [ZONE],
      );
      for (const { readAt } of body.items) assert.match(readAt, /^\d{4}-\d\d-\d\dT.*Z$/);
      const ics = await edge.ask('GET', '/v1/certificates/calendar.ics', { key });
      assert.match(ics.headers.get('content-type') ?? '', /^text\/calendar/);
      assert.equal(ics.text.split('BEGIN:VEVENT').length - 1, body.items.length);
      for (const line of ics.text.split('\r\n')) assert.ok(Buffer.byteLength(line) <= 75, line);
      assert.ok(ics.text.includes('TRIGGER:-P14D'));
      assert.equal(engine.sandbox.counts().total, before, 'asks nothing');
      for (const query of ['refresh=yes', 'zones=', 'stored=true', 'connection=nobody']) {
        const answer = await edge.ask('GET', `/v1/certificates/calendar.ics?${query}`, { key });
        assert.ok([404, 422].includes(answer.status), `${query}: ${answer.status} ${answer.text}`);
      }
    },
  );

  await t.test('what a zone is called is in the same place as on the command line', async () => {
    const { body } = await edge.ask('GET', `/v1/zones/${zone}/tls`, { key });
    assert.deepEqual(body.zone, { id: zone, name: ZONE });
    assert.deepEqual([body.zoneId, body.zoneName], [zone, ZONE]);
  });

  await t.test('one hostname is found by its name and by its id', async () => {
    const change = { kind: 'hostname-add', hostname: 'www.customer.example' };
    const saved = await edge.ask('POST', `${at}/change-sets`, { key, body: { plan: change } });
    const applied = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key, body: {} });
    await edge.ended(applied, key);
    const path = `/v1/zones/${zone}/hostnames`;
    const { body } = await edge.ask('GET', `${path}/WWW.customer.example`, { key });
    assert.equal(body.hostname, 'www.customer.example');
    assert.deepEqual((await edge.ask('GET', `${path}/${body.id}`, { key })).body, body);
    const unknown = await edge.ask('GET', `${path}/api.customer.example`, { key });
    assert.deepEqual([unknown.status, unknown.body.code], [404, 'hostname-unknown']);
  });

  await t.test('the fleet view is there', async () => {
    const { body } = await edge.ask('GET', '/v1/tls', { key });
    assert.equal(body.items[0].zoneName, ZONE);
  });
});

/** Requests with a token that may read zones and records, and nothing else, and the group that the answer must name. */
const RIGHTS: readonly (readonly [ask: string, body: object | null, group: string])[] = [
  ['GET certificates', null, 'SSL and Certificates Read on the zone'],
  ['GET hostnames', null, 'SSL and Certificates Read on the zone'],
  ['GET origin-pulls', null, 'SSL and Certificates Read on the zone'],
  ['GET settings?names=mode', null, 'Zone Settings Read on the zone'],
  ['POST certificates/plan', { kind: 'order' }, 'SSL and Certificates Read on the zone'],
  [
    'POST certificates/plan',
    { kind: 'hostname-add', hostname: 'www.customer.example' },
    'SSL and Certificates Read on the zone',
  ],
];

test('a right that is missing is named over HTTP', async (t) => {
  await using engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const narrow = engine.sandbox.createToken({ name: 'narrow', permissions: ['Zone Read', 'DNS Read'] });
  const { key, zone } = await ready(edge, narrow.value);
  for (const [line, body, group] of RIGHTS)
    await t.test(`${line} ${body === null ? '' : JSON.stringify(body)}`, async () => {
      const [method = '', route = ''] = line.split(' ');
      const answer = await edge.ask(method, `/v1/zones/${zone}/${route}`, {
        key,
        ...(body === null ? {} : { body }),
      });
      assert.ok(answer.text.includes(group), `${answer.status} ${answer.text}`);
    });
});

test('a calendar over more zones than are looked at in one request says so, and is there as last seen', async () => {
  await using engine = await startEngine({
    rateLimit: false,
    seed: { zones: Array.from({ length: 201 }, (_, at) => ({ name: `z${at}.example` })) },
  });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const { key } = await ready(edge, engine.sandbox.tokens.full);
  const { body } = await edge.ask('GET', '/v1/certificates/calendar', { key });
  assert.equal(body.neverRead.length, 201);
  const before = engine.sandbox.counts().total;
  const live = await edge.ask('GET', '/v1/certificates/calendar?refresh=true', { key });
  assert.deepEqual([live.status, live.body.code], [422, 'zones-too-many'], live.text);
  assert.match(live.body.detail, /201 zones/);
  assert.equal(engine.sandbox.counts().total, before);
});

test('an upload without the right to write names it', async () => {
  await using engine = await startEngine({
    rateLimit: false,
    seed: { zones: [{ name: ZONE, plan: 'enterprise' }] },
  });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const reading = ['Zone Read', 'DNS Read', 'SSL and Certificates Read'];
  const { value } = engine.sandbox.createToken({ name: 'reading', permissions: reading });
  const { key, zone } = await ready(edge, value);
  const { certificate, key: secret } = makeChain([ZONE]);
  const body = { certificate: certificate.text, privateKey: secret.secret.reveal() };
  const answer = await edge.ask('POST', `/v1/zones/${zone}/certificates/upload`, { key, body });
  const details = await edge.ask('GET', `/v1/change-sets/${answer.body.id}`, { key });
  assert.match(answer.text + details.text, /SSL and Certificates Write on the zone/);
});

test('DNSSEC over HTTP: its stage, what is waited for, and times', async () => {
  await using engine = await startEngine({ rateLimit: false, seed: { zones: [{ name: ZONE }] } });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const { key, zone } = await ready(edge, engine.sandbox.tokens.full);
  const { body } = await edge.ask('GET', `/v1/zones/${zone}/dnssec`, { key });
  assert.deepEqual([body.stage, body.waitsFor, body.until, body.parent.dsSeenAt], ['off', null, null, null]);
  assert.match(body.since, /^\d{4}-\d\d-\d\dT.*Z$/);
});

test('a look at all TLS of zones is a job that tells its price, is watched and stopped', async () => {
  const names = Array.from({ length: 20 }, (_, at) => ({ name: `zone${at}.example` }));
  await using engine = await startEngine({ rateLimit: false, seed: { zones: names } });
  const edge = openEdge(engine.zoneward);
  await using _runner = { [Symbol.asyncDispose]: () => edge.runner.stop() };
  const { key } = await ready(edge, engine.sandbox.tokens.full);
  const asked = (): number => engine.sandbox.counts().total;
  const refresh = (body: object, as = key) => edge.ask('POST', '/v1/tls/refresh', { key: as, body });
  const seen = async (): Promise<number> =>
    (await edge.ask('GET', '/v1/tls', { key })).body.items.filter(
      (one: { readAt: unknown }) => one.readAt !== null,
    ).length;

  const calls = asked();
  const zones = ['zone0.example', 'zone1.example', 'zone1.example'];
  const job = await refresh({ zones });
  assert.deepEqual(
    [job.status, job.body.kind, job.body.input],
    [202, 'tls.refresh', { zones: 2, calls: 34 }],
  );
  const { body: done } = await edge.ended(job, key);
  assert.deepEqual(
    [done.state, done.result, done.progress],
    ['done', { zones: 2, failures: [] }, { done: 2, total: 2 }],
  );
  assert.equal(asked() - calls, job.body.input.calls, 'it costs what it said');
  assert.equal(await seen(), 2);

  engine.sandbox.setFault({
    kind: 'slow',
    delayMs: 300,
    route: 'GET /zones/{zone_id}/ssl/certificate_packs',
  });
  const all = await refresh({});
  assert.equal(all.body.input.zones, 20);
  assert.equal((await refresh({})).body.id, all.body.id, 'the one under way');
  while ((await edge.ask('GET', `/v1/jobs/${all.body.id}`, { key })).body.progress === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await edge.ask('POST', `/v1/jobs/${all.body.id}/cancel`, { key });
  assert.equal((await edge.ended(all, key)).body.state, 'cancelled');
  engine.sandbox.clearFaults();
  assert.ok((await seen()) < 20);

  const named = (await edge.makeKey('acme', ['admin'], { namePatterns: ['www'] })).secret;
  const elsewhere = (await edge.makeKey('acme', ['admin'], { zoneIds: ['0'.repeat(32) as never] })).secret;
  const reader = (await edge.makeKey('acme', ['read'])).secret;
  for (const [body, as, status, code] of [
    [{}, named, 403, 'key-limited'],
    [{ zones }, elsewhere, 404, 'zone-unknown'],
    [{}, elsewhere, 422, 'zones-none'],
    [{ zones }, reader, 403, 'scope-missing'],
    [{ zones: [] }, key, 422, 'input-invalid'],
  ] as const) {
    const refused = await refresh(body, as);
    assert.deepEqual([refused.status, refused.body.code], [status, code], refused.text);
  }
  const { items } = (await edge.ask('GET', '/v1/jobs?kind=tls.refresh', { key })).body;
  assert.equal(items.length, 2, 'no job was made of these');
});
