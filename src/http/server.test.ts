/** The edge on a socket, and over a restart: what was promised before stands after it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { openZoneward, type Zoneward } from '../app/open-zoneward.ts';
import { startSandbox } from '../sandbox/index.ts';
import { openLog } from './log.ts';
import { startServer } from './server.ts';
import { openEdge } from './testing.ts';

async function withHome(work: (open: () => Promise<Zoneward>) => Promise<void>): Promise<void> {
  await using sandbox = await startSandbox({ dnsPort: false, warn: () => {} });
  sandbox.seedZone('example.com', [{ type: 'A', name: 'www', content: '192.0.2.1' }]);
  const home = await mkdtemp(path.join(os.tmpdir(), 'zoneward-serve-test-'));
  const environment = {
    CLOUDFLARE_API_TOKEN: sandbox.tokens.full,
    CLOUDFLARE_ACCOUNT_ID: sandbox.accountId,
    CLOUDFLARE_API_BASE_URL: sandbox.baseUrl,
  };
  try {
    await work(() => openZoneward({ home, environment }));
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

const pause = (ms: number): Promise<undefined[]> =>
  new Promise((resolve) => setTimeout(() => resolve([]), ms));

const silent = openLog({ level: 'silent', write: () => {} });

describe('server', () => {
  it('answers on its socket, and lets go of it', () =>
    withHome(async (open) => {
      await using zoneward = await open();
      const options = { zoneward, log: silent, host: '127.0.0.1', worker: false };
      const server = await startServer({ ...options, port: 0 });
      assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
      const port = Number(new URL(server.url).port);
      await assert.rejects(startServer({ ...options, port }), { code: 'address-in-use' });
      const slow = fetch(`${server.url}/openapi.json`);
      assert.equal((await slow).status, 200);
      await server.close();
      await assert.rejects(fetch(`${server.url}/livez`));
    }));

  it('answers HTTP/1.0 without a host, and takes a body that breaks off for no failure of its own', () =>
    withHome(async (open) => {
      await using zoneward = await open();
      const failures: unknown[] = [];
      const answered = Promise.withResolvers<number>();
      const log: typeof silent = {
        ...silent,
        request: ({ method, status }) => method === 'POST' && answered.resolve(status),
        failure: (error) => failures.push(error),
      };
      await using server = await startServer({ zoneward, log, host: '127.0.0.1', port: 0, worker: false });
      const port = Number(new URL(server.url).port);
      const { key, secret } = await zoneward.apiKeys.create('local', { label: 'test', scopes: ['admin'] });
      assert.equal(key.tenantId, 'local');

      const old = connect(port, '127.0.0.1').end('GET /livez HTTP/1.0\r\n\r\n');
      assert.match(String(Buffer.concat(await old.toArray())), /^HTTP\/1\.1 200 .*ok\n$/s);

      const broken = connect(port, '127.0.0.1');
      const head = ['POST /v1/plans HTTP/1.1', 'Host: x', 'Content-Type: application/json'];
      head.push(`Authorization: Bearer ${secret.reveal()}`, 'Content-Length: 100', '', '{"kind":');
      broken.write(head.join('\r\n'));
      const [interim] = await Promise.race([once(broken, 'data'), pause(300)]);
      assert.equal(interim, undefined, 'it waits for the rest');
      broken.resetAndDestroy();
      assert.equal(await answered.promise, 400);
      assert.deepEqual(failures, []);
    }));

  it('gives the first answer again after a restart, and goes on with a job that waited', () =>
    withHome(async (open) => {
      const first = await open();
      const before = openEdge(first);
      await before.runner.stop();
      const { secret: key } = await before.makeKey('local', ['admin']);
      const send = (edge: typeof before) =>
        edge.ask('POST', '/v1/zones/sync', {
          key,
          body: {},
          headers: { 'idempotency-key': 'over-a-restart' },
        });
      const queued = await send(before);
      assert.deepEqual([queued.status, queued.body.state], [202, 'queued'], queued.text);
      await first.close();

      await using second = await open();
      const edge = openEdge(second);
      try {
        const again = await send(edge);
        assert.equal(again.headers.get('idempotent-replayed'), 'true');
        assert.equal(again.body.id, queued.body.id);
        const ended = await edge.ended(queued, key);
        assert.equal(ended.body.state, 'done', ended.text);
        assert.equal((await edge.ask('GET', '/v1/jobs', { key })).body.items.length, 1);
      } finally {
        await edge.runner.stop();
      }
    }));

  it('ends a queued job at once when it is cancelled', () =>
    withHome(async (open) => {
      await using zoneward = await open();
      const edge = openEdge(zoneward);
      await edge.runner.stop();
      const { secret: key } = await edge.makeKey('local', ['admin']);
      const job = await edge.ask('POST', '/v1/zones/sync', { key, body: {} });
      const cancelled = await edge.ask('POST', `/v1/jobs/${job.body.id}/cancel`, { key });
      assert.deepEqual([cancelled.status, cancelled.body.state], [202, 'cancelled']);
      const events = await edge.ask('GET', `/v1/jobs/${job.body.id}/events`, { key });
      assert.match(events.text, /"state":"cancelled"/);
      const [, id = ''] = /^id: (\d+)$/m.exec(events.text) ?? [];
      const again = (lastEventId: string) =>
        edge.ask('GET', `/v1/jobs/${job.body.id}/events`, { key, headers: { 'last-event-id': lastEventId } });
      assert.equal((await again(id)).status, 204, 'who has seen the end is told not to come back');
      for (const other of [String(Number(id) - 1), 'x', '', '-1', '9'.repeat(40)])
        assert.match((await again(other)).text, /"state":"cancelled"/, other);
    }));

  it('writes no secret to its log, wherever it stands', () => {
    const lines: string[] = [];
    const log = openLog({ level: 'debug', write: (line) => lines.push(line) });
    const key = `zwk_${'0'.repeat(26)}.${'A'.repeat(43)}`;
    log.failure(new Error(`refused: Bearer ${key}`), 'req_1');
    log.info(`with ${key}`, {
      token: 'hunter2',
      inner: { authorization: 'hunter2' },
      note: 'cfut_hunter2hunter2',
    });
    assert.equal(lines.length, 2);
    assert.doesNotMatch(lines.join(''), /hunter2|AAAA/);
  });
});
