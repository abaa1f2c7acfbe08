/**
 * The canary, in the service: recognisable secrets go in over HTTP, and those that Zoneward makes itself are caught as
 * they come out once; then every answer of every route, every log line, webhook, figure, export and row is searched.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret } from '../src/base/secret.ts';
import { ENDPOINTS } from '../src/http/endpoints.ts';
import { openLog } from '../src/http/log.ts';
import { type Answer, type Ask, type Edge, openEdge } from '../src/http/testing.ts';
import { openZoneward, type Zoneward } from '../src/index.ts';
import { DEMO_SEED, type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { canary, filesUnder, type Said, sightings } from './kit/canary.ts';
import { administer, withDatabase } from './kit/postgres.ts';
import { type Receiver, startReceiver } from './kit/receiver.ts';

const GIVEN = {
  token: canary('cfut', 'ServiceToken'),
  relinked: canary('cfut', 'ServiceRelinked'),
  byLink: canary('cfut', 'ServiceByLink'),
  rejected: canary('cfut', 'ServiceRejected'),
  misplaced: canary('cfut', 'ServiceMisplaced'),
  minter: canary('cfut', 'ServiceMinter'),
  authCode: `code-${'CANARYAuthCode'.padEnd(40, 'k3Jd8')}`,
} as const;
/** The names of tenants, tables, ids: what the search must not be fooled by. */
const TENANT = 'acme';

describe('the canary in the service', () => {
  let sandbox: Sandbox;
  let zoneward: Zoneward;
  let edge: Edge;
  let receiver: Receiver;
  let home: string;
  const said: Said[] = [];
  /** Secrets that Zoneward made, each shown in one answer. */
  const made: string[] = [];

  before(async () => {
    const permissions = ['Zone Read', 'Zone Write', 'DNS Read', 'DNS Write'];
    const given = [GIVEN.token, GIVEN.relinked, GIVEN.byLink];
    sandbox = await startSandbox({
      dnsPort: false,
      warn: () => {},
      rateLimit: false,
      seed: {
        ...DEMO_SEED,
        tokens: [
          ...given.map((value, index) => ({ name: `t${index}`, value, permissions })),
          { name: 'minter', value: GIVEN.minter, permissions: [...permissions, 'API Tokens Write'] },
        ],
      },
    });
    home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-canary-service-'));
    receiver = await startReceiver();
    const log = openLog({ level: 'debug', write: (text) => said.push({ where: 'the log', text }) });
    zoneward = await openZoneward({
      home,
      environment: { CLOUDFLARE_API_BASE_URL: sandbox.baseUrl },
      webhookAllow: '127.0.0.1',
      logger: log,
    });
    edge = openEdge(zoneward, { log, checkAnswers: false });
  });
  after(async () => {
    await edge.runner.stop();
    await receiver[Symbol.asyncDispose]();
    await zoneward.close();
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  });

  const note = (where: string, { text, headers }: Answer): void => {
    said.push({ where, text: `${text} ${JSON.stringify([...headers])}` });
  };
  /** Asks, and keeps the answer for the search. */
  const ask = async (method: string, route: string, more: Ask = {}): Promise<Answer> => {
    const answer = await edge.ask(method, route, more);
    note(`${method} ${route}`, answer);
    return answer;
  };
  /** Asks for what is shown once; the answer to the same request once more is searched, not the first. */
  const askOnce = async (route: string, body: object, pick: (answer: Answer) => string): Promise<Answer> => {
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    const first = await edge.ask('POST', route, { key, body, headers });
    assert.ok(first.status < 300, first.text);
    const secret = pick(first);
    assert.ok(secret.length > 30, first.text);
    made.push(secret);
    const again = await ask('POST', route, { key, body, headers });
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    return first;
  };
  let key: string;

  it('goes in by every field, right and wrong', async () => {
    key = (await edge.makeKey(TENANT, ['admin'])).secret;
    made.push(key);
    const credential = (token: string) => ({ credential: { token } });
    const added = await ask('POST', '/v1/connections', {
      key,
      body: { ...credential(GIVEN.token), label: 'A' },
    });
    assert.equal(added.status, 201, added.text);
    const id = added.body.connection.id;
    const { email, key: globalKey } = sandbox.globalKey;
    const byKey = { credential: { key: globalKey, email }, label: 'B', accountId: sandbox.accountId };
    assert.equal((await ask('POST', '/v1/connections', { key, body: byKey })).status, 201);
    const relinked = await ask('POST', `/v1/connections/${id}/relink`, {
      key,
      body: credential(GIVEN.relinked),
    });
    assert.equal(relinked.status, 200, relinked.text);

    const secretOf = (answer: Answer): string => answer.body.secret;
    const hook = await askOnce('/v1/webhooks', { url: receiver.url }, secretOf);
    await askOnce(`/v1/webhooks/${hook.body.id}/rotate`, {}, secretOf);
    await askOnce('/v1/api-keys', { label: 'made', scopes: ['read'] }, secretOf);
    const link = await askOnce('/v1/connect-sessions', {}, ({ body }) => new URL(body.url).hash.slice(1));
    const visitor = new URL(link.body.url).hash.slice(1);
    await ask('GET', '/v1/connect', { key: visitor });
    assert.equal(
      (await ask('POST', '/v1/connect/test', { key: visitor, body: credential(GIVEN.rejected) })).body.passed,
      false,
    );
    const saved = await ask('POST', '/v1/connect/save', { key: visitor, body: credential(GIVEN.byLink) });
    assert.equal(saved.status, 201, saved.text);
    const tenant = zoneward.tenant(TENANT);
    const minter = { kind: 'user-token', token: new Secret(GIVEN.minter) } as const;
    await tenant.connections.setMinter('A', minter);
    const transfer = { connection: 'A', authCode: new Secret(GIVEN.authCode) } as never;
    const failure = await tenant.registrar
      .transfer('moving-name.com', transfer)
      .catch((error: unknown) => error);
    said.push({ where: 'a transfer', text: inspect(failure, { depth: 20, showHidden: true }) });

    // Where it does not belong, and as it is refused.
    for (const body of [credential(GIVEN.rejected), { ...credential(GIVEN.token), label: GIVEN.misplaced }])
      assert.ok((await ask('POST', '/v1/connections', { key, body })).status >= 400);
    await ask('GET', '/v1/zones', { key: GIVEN.misplaced });
    await ask('GET', `/v1/zones?name=${GIVEN.misplaced.slice(0, 4)}`, { key });
    await ask('POST', '/v1/session', { body: { apiKey: GIVEN.misplaced } });
  });

  it('goes through every route, with a body that is wrong in every way', async () => {
    const job = await ask('POST', '/v1/zones/sync', { key, body: {} });
    await edge.ended(job, key);
    for (const endpoint of ENDPOINTS) {
      if (['eraseTenant', 'removeWebhook', 'removeConnection'].includes(endpoint.operationId)) continue;
      const route = endpoint.path
        .replace('{connection}', 'A')
        .replace('{zone}', 'shop.example')
        .replaceAll(/\{\w+\}/g, 'unknown');
      const method = endpoint.method.toUpperCase();
      if (method === 'GET') await ask(method, route, { key });
      else
        for (const body of [
          { credential: { token: GIVEN.rejected } },
          { [`x${GIVEN.misplaced.slice(0, 3)}`]: 1 },
          '{',
        ])
          await ask(method, route, { key, body });
    }
    for (const route of ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/nowhere'])
      await ask('GET', route);
  });

  it('goes out by nothing: webhooks, exports, jobs, kept answers, the file', async () => {
    await zoneward.sweep({
      onEvent: (event) => said.push({ where: 'a worker event', text: inspect(event) }),
    });
    assert.ok(receiver.received.length >= 3, String(receiver.received.length));
    for (const { headers, body } of receiver.received)
      said.push({ where: 'a webhook', text: `${body} ${JSON.stringify(headers)}` });
    for await (const part of zoneward.tenants.export(TENANT))
      said.push({ where: 'the export of a tenant', text: JSON.stringify(part) });
    said.push({ where: 'the open engine', text: inspect(zoneward, { depth: 12, showHidden: true }) });
    const files = filesUnder(home);
    assert.ok(files.some(({ where }) => where.endsWith('-wal')));
    said.push(...files);
    // Jobs and kept answers are rows of that file; that they were written is seen here.
    for (const word of ['idempotent_requests', 'zones.sync'])
      assert.ok(
        files.some(({ text }) => text.includes(word)),
        word,
      );
  });

  it('is found nowhere', () => {
    const secrets = [...Object.values(GIVEN), sandbox.globalKey.key, ...made];
    assert.ok(made.length >= 5);
    assert.ok(said.length > 200, String(said.length));
    assert.deepEqual(sightings(secrets, said), []);
    // A log that says nothing would pass, too.
    assert.ok(said.filter(({ where }) => where === 'the log').length > 50);
  });
});

describe('the canary in the address of a database', () => {
  const password = `pass-${'CANARYPostgres'.padEnd(40, 'w5Rt2')}`;

  it('is in no error, setting or figure, whether the database is there or not', async () => {
    const said: Said[] = [];
    await withDatabase(async (url) => {
      await administer(`do $$ begin if not exists (select from pg_roles where rolname = 'canary')
        then create role canary login superuser password '${password}'; end if; end $$`);
      const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-canary-pg-'));
      const address = new URL(url);
      address.username = 'canary';
      address.password = password;
      const missing = new URL(address);
      missing.pathname = '/no_such_database';
      const nobody = new URL(address);
      nobody.port = '1';
      try {
        for (const store of [missing.href, nobody.href, address.href.replace('postgres', 'postgrez')]) {
          const failure = await openZoneward({ home, store, environment: {} }).catch(
            (error: unknown) => error,
          );
          assert.ok(failure instanceof Error, store);
          said.push({ where: 'an error', text: inspect(failure, { depth: 20, showHidden: true }) });
          said.push({ where: 'an error as JSON', text: JSON.stringify(failure) });
        }
        await using zoneward = await openZoneward({ home, store: address.href, environment: {} });
        const edge = openEdge(zoneward);
        said.push({ where: 'figures', text: (await edge.ask('GET', '/metrics')).text });
        said.push({ where: 'settings', text: JSON.stringify(zoneward.config) });
        said.push({
          where: 'the open engine',
          text: inspect(zoneward.config, { depth: 12, showHidden: true }),
        });
        said.push({ where: 'the check', text: JSON.stringify(await zoneward.checkStore()) });
        said.push(...filesUnder(home));
        await edge.runner.stop();
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    });
    assert.ok(said.length >= 10);
    assert.deepEqual(sightings([password], said), []);
  });
});
