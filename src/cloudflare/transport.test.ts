import assert from 'node:assert/strict';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { isZonewardError, type ZonewardError } from '../base/errors.ts';
import type { ZoneId } from '../base/ids.ts';
import { Secret } from '../base/secret.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type { Credential } from '../domains/connections/model.ts';
import type { BatchBody } from '../plan/plan.ts';
import { RESPONSE_BYTES_MAX } from './attempt.ts';
import { FAILURES_MAX } from './circuit-breaker.ts';
import { type Cloudflare, type CloudflareOptions, createCloudflare } from './cloudflare.ts';
import {
  collectUsage,
  envelope,
  refusal,
  type Script,
  scriptedFetch,
  seededRandom,
  VirtualClock,
} from './fakes.ts';
import { ATTEMPTS_MAX } from './retry.ts';

const CANARY = 'canary-Z8fQ2xW1vT6yR4mN9kL3jH7gD5sA0pO2';
const CREDENTIAL: Credential = { kind: 'user-token', token: new Secret(CANARY) };
const ZONE = '023e105f4ecef8ad9ca31a8372d0c353' as ZoneId;
const READ: CallOptions = { lane: 'interactive' };
const WRITE: CallOptions = { lane: 'apply' };
const BATCH: BatchBody = { deletes: [{ id: 'a'.repeat(32) }], patches: [], puts: [], posts: [] };
const BATCH_RESULT = { deletes: [{ id: 'a'.repeat(32) }], patches: [], puts: [], posts: [] };

function open(script: Script, more: Partial<CloudflareOptions> = {}) {
  const clock = new VirtualClock();
  const { fetch, sent } = scriptedFetch(script);
  const usage = collectUsage();
  const options = { credential: CREDENTIAL, clock, random: seededRandom(7), fetch, usage, ...more };
  const cloudflare = createCloudflare(options);
  return { cloudflare, clock, sent, usage };
}

async function failureOf(work: Promise<unknown>): Promise<ZonewardError> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(isZonewardError(error), inspect(error));
  return error;
}

function readZone(cloudflare: Cloudflare, options: CallOptions = READ) {
  return cloudflare.zones.getZone(ZONE, options);
}

describe('transport', () => {
  it('sends what it should, and nothing of the host’s environment', async () => {
    process.env['CLOUDFLARE_API_TOKEN'] = 'environment-token';
    process.env['CLOUDFLARE_API_KEY'] = 'environment-key';
    process.env['CLOUDFLARE_EMAIL'] = 'environment@example.com';
    process.env['CLOUDFLARE_CUSTOM_HEADERS'] = 'X-Environment: environment-header';
    process.env['CLOUDFLARE_BASE_URL'] = 'https://environment.example';
    try {
      const { cloudflare, clock, sent } = open(() => envelope({ id: ZONE, name: 'example.com' }));
      await clock.run(readZone(cloudflare));
      assert.equal(sent[0]?.url, `https://api.cloudflare.com/client/v4/zones/${ZONE}`);
      assert.deepEqual(Object.fromEntries(sent[0].headers), {
        accept: 'application/json',
        authorization: `Bearer ${CANARY}`,
        'user-agent': 'zoneward',
      });
    } finally {
      for (const name of ['API_TOKEN', 'API_KEY', 'EMAIL', 'CUSTOM_HEADERS', 'BASE_URL']) {
        delete process.env[`CLOUDFLARE_${name}`];
      }
    }
  });

  it('refuses a malformed credential before anything is sent', async () => {
    const credential: Credential = { kind: 'user-token', token: new Secret('two words') };
    const { cloudflare, clock, sent } = open(() => envelope({}), { credential });
    assert.equal((await failureOf(clock.run(readZone(cloudflare)))).code, 'credential-malformed');
    assert.equal(sent.length, 0);
  });

  it('writes every attempt down, by route, without ids', async () => {
    const { cloudflare, clock, usage } = open((_, index) =>
      index === 0 ? refusal(503, 1005, 'try again') : envelope({ id: ZONE }),
    );
    await clock.run(readZone(cloudflare));
    assert.deepEqual(
      usage.calls.map(({ method, route, status, error }) => [method, route, status, error]),
      [
        ['GET', '/zones/{zone_id}', 503, '1005'],
        ['GET', '/zones/{zone_id}', 200, null],
      ],
    );
    assert.equal(usage.calls[0]?.ray, '8c0ffee000000001-TST');
    assert.ok((usage.calls[1]?.budgetLeft ?? 0) > 1000);
    assert.doesNotMatch(JSON.stringify(usage.calls), new RegExp(`${ZONE}|${CANARY}`));
  });

  it('repeats a read through passing failures, then gives up', async () => {
    const { cloudflare, clock, sent } = open(() => new Response('<html>bad gateway</html>', { status: 502 }));
    const error = await failureOf(clock.run(readZone(cloudflare)));
    assert.equal(error.code, 'cloudflare-unavailable');
    assert.equal(sent.length, ATTEMPTS_MAX);
  });

  const passing: readonly [string, () => Response | Promise<Response>][] = [
    [
      'a reset',
      () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: new Error('ECONNRESET') })),
    ],
    ['HTML with a 5xx', () => new Response('<html>', { status: 500 })],
    ['a cut success', () => new Response('{"result":[{"id":"023e', { status: 200 })],
    ['an empty success', () => new Response('', { status: 200 })],
    ['a success that is a list', () => new Response('[]', { status: 200 })],
  ];
  for (const [name, answer] of passing) {
    it(`never repeats a write after ${name}: its outcome is unknown`, async () => {
      const { cloudflare, clock, sent } = open(answer);
      const error = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
      assert.deepEqual([error.code, error.kind], ['cloudflare-unanswered', 'unknown-outcome']);
      assert.equal(sent.length, 1);
    });

    it(`repeats a read after ${name}`, async () => {
      const { cloudflare, clock, sent } = open((_, index) =>
        index === 0 ? answer() : envelope({ id: ZONE }),
      );
      await clock.run(readZone(cloudflare));
      assert.equal(sent.length, 2);
    });
  }

  it('repeats a write that was refused by the rate limit, after the block', async () => {
    const { cloudflare, clock, sent, usage } = open((_, index) =>
      index === 0 ? refusal(429, 971, 'Please wait', { 'retry-after': '30' }) : envelope(BATCH_RESULT),
    );
    const before = clock.now();
    await clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE));
    assert.ok(clock.now() - before >= 30_000);
    assert.equal(sent.length, 2);
    assert.equal(usage.calls[0]?.error, '971');
  });

  it('sends a write in time or not at all', async () => {
    const { cloudflare, clock, sent } = open((_, index) =>
      index === 0 ? refusal(429, 971, 'Please wait', { 'retry-after': '300' }) : envelope(BATCH_RESULT),
    );
    const before = clock.now();
    const hurried = cloudflare.records.batch(ZONE, BATCH, { ...WRITE, sendWithinMs: 60_000 });
    const error = await failureOf(clock.run(hurried));
    assert.equal(error.code, 'cloudflare-rate-limited');
    const retryAfterMs = Number(error.details['retryAfterMs']);
    assert.ok(retryAfterMs > 299_000 && retryAfterMs <= 300_000);
    // Known at once, so said at once.
    assert.ok(clock.now() - before < 1_000);
    assert.equal(sent.length, 1);
    // Another caller of the same lane, with patience, is not turned away by it.
    const patient = cloudflare.records.batch(ZONE, BATCH, WRITE);
    const other = failureOf(cloudflare.records.batch(ZONE, BATCH, { ...WRITE, sendWithinMs: 1_000 }));
    assert.equal((await clock.run(other)).code, 'cloudflare-rate-limited');
    await clock.run(patient);
    assert.equal(sent.length, 2);
  });

  it('treats a batch answer that does not account for every operation as no answer', async () => {
    const { cloudflare, clock } = open(() => envelope({ ...BATCH_RESULT, deletes: [] }));
    const error = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
    assert.equal(error.code, 'cloudflare-unanswered');
    assert.match(error.message, /0 of 1 deletes/);
  });

  it('does not follow redirects', async () => {
    const { cloudflare, clock, sent } = open(
      () => new Response('', { status: 302, headers: { location: 'https://elsewhere.example/' } }),
    );
    const error = await failureOf(clock.run(readZone(cloudflare)));
    assert.equal(error.code, 'cloudflare-refused');
    assert.match(error.message, /redirect/);
    assert.equal(sent.length, 1);
  });

  it('bounds the size of an answer', async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    let chunks = 0;
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            chunks += 1;
            controller.enqueue(chunk);
          },
        }),
      );
    const { cloudflare, clock } = open(endless);
    const error = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
    assert.equal(error.code, 'cloudflare-unanswered');
    assert.ok(chunks <= RESPONSE_BYTES_MAX / chunk.length + 2, String(chunks));
  });

  it('stops calling when Cloudflare is down, and says until when', async () => {
    const { cloudflare, clock, sent } = open(() => new Response('', { status: 503 }));
    while (sent.length < FAILURES_MAX) await failureOf(clock.run(readZone(cloudflare)));
    const before = sent.length;
    const read = await failureOf(clock.run(readZone(cloudflare)));
    const write = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
    assert.deepEqual([read.code, write.code], ['cloudflare-unavailable', 'cloudflare-not-sent']);
    assert.ok(Number(write.details['retryAfterMs']) > 0);
    assert.equal(sent.length, before);
  });

  it('cancels: a read with the signal’s reason, a write with what became of it', async () => {
    const never: Script = () => new Promise(() => undefined);
    const { clock, sent, cloudflare } = open(never, {
      fetch: async (_, { signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    });
    const controller = new AbortController();
    const { signal } = controller;
    const reading = assert.rejects(cloudflare.zones.getZone(ZONE, { ...READ, signal }), /enough/);
    const writing = failureOf(cloudflare.records.batch(ZONE, BATCH, { ...WRITE, signal }));
    void clock.sleep(400).then(() => controller.abort(new Error('enough')));
    await clock.run(reading);
    // The first call of a credential goes alone: the write was still waiting for its turn.
    const error = await clock.run(writing);
    assert.equal(error.code, 'cloudflare-not-sent');
    assert.equal(error.details['aborted'], true);
    assert.equal(sent.length, 0);
    const again = new AbortController();
    const sentWrite = cloudflare.records.batch(ZONE, BATCH, { ...WRITE, signal: again.signal });
    void clock.sleep(50).then(() => again.abort(new Error('enough')));
    assert.equal((await failureOf(clock.run(sentWrite))).code, 'cloudflare-unanswered');
  });

  it('shows its secret in no error, whatever Cloudflare says', async () => {
    const scripts: readonly Script[] = [
      () => refusal(401, 1000, `Invalid API Token ${CANARY}`),
      () => Promise.reject(new TypeError(`invalid header Bearer ${CANARY}`)),
      () => new Response(`<html>${CANARY}</html>`, { status: 500 }),
    ];
    for (const script of scripts) {
      const { cloudflare, clock, usage } = open(script);
      const works: readonly (() => Promise<unknown>)[] = [
        () => readZone(cloudflare),
        () => cloudflare.records.batch(ZONE, BATCH, WRITE),
      ];
      for (const work of works) {
        const error = await failureOf(clock.run(work()));
        assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/);
      }
      assert.doesNotMatch(inspect(usage.calls, { depth: 9 }), /canary/);
    }
    assert.doesNotMatch(inspect(open(() => envelope({})).cloudflare, { depth: 9 }), /canary/);
  });

  it('keeps what tells our own writes apart', async () => {
    const { cloudflare, clock } = open(() =>
      envelope(BATCH_RESULT, { headers: { 'cf-auditlog-id': 'audit-1' } }),
    );
    const answer = await clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE));
    assert.deepEqual([answer.ray, answer.auditLogId], ['8c0ffee000000001-TST', 'audit-1']);
  });

  it('sends no write when the budget cannot be asked, and says so', async () => {
    const budgetStore = { update: () => Promise.reject(new Error('disk full')) };
    const { cloudflare, clock, sent } = open(() => envelope({}), { budgetStore });
    const error = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
    assert.equal(error.code, 'cloudflare-not-sent');
    assert.match(error.message, /disk full/);
    assert.equal(sent.length, 0);
  });

  it('is closed for good', async () => {
    const { cloudflare, clock, sent } = open(() => envelope({}));
    await clock.run(cloudflare.close());
    await clock.run(cloudflare.close());
    const error = await failureOf(clock.run(cloudflare.records.batch(ZONE, BATCH, WRITE)));
    assert.equal(error.code, 'cloudflare-not-sent');
    assert.equal(sent.length, 0);
  });

  const urls: readonly [string, RegExp][] = [
    ['ftp://api.cloudflare.com', /neither https nor http/],
    ['api.cloudflare.com', /not a URL/],
    ['https://user:canary@api.example', /user name or password/],
    ['https://api.example/?key=canary', /query/],
  ];
  for (const [baseUrl, message] of urls) {
    it(`refuses the base URL ${baseUrl}`, () => {
      assert.throws(
        () => open(() => envelope({}), { baseUrl }),
        (error) => {
          assert.ok(isZonewardError(error));
          assert.match(error.message, message);
          assert.doesNotMatch(inspect(error), /canary/);
          return error.code === 'base-url-invalid';
        },
      );
    });
  }
});

/** Real sockets: what undici and Node really throw. */
describe('transport over real connections', () => {
  async function serve(server: http.Server | net.Server): Promise<{ url: string; close: () => void }> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
  }

  async function batchAt(baseUrl: string, timeoutMs = 2_000): Promise<ZonewardError> {
    const cloudflare = createCloudflare({
      credential: CREDENTIAL,
      baseUrl,
      timeoutMs,
      random: { ...seededRandom(1), next: () => 0 },
    });
    return await failureOf(cloudflare.records.batch(ZONE, BATCH, WRITE));
  }

  it('knows that a refused connection sent nothing', async () => {
    const { url, close } = await serve(net.createServer());
    close();
    const error = await batchAt(url);
    assert.equal(error.code, 'cloudflare-not-sent');
    assert.match(error.message, /ECONNREFUSED/);
  });

  it('knows that a name without an address sent nothing', async () => {
    assert.equal((await batchAt('http://no-such-host.invalid')).code, 'cloudflare-not-sent');
  });

  const servers: readonly [string, (socket: net.Socket) => void][] = [
    ['a reset before the answer', (socket) => socket.resetAndDestroy()],
    ['an end before the answer', (socket) => socket.end()],
    [
      'headers and then a reset',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\nCF-Ray: ray-9\r\n\r\n{"resu', () =>
          socket.resetAndDestroy(),
        );
      },
    ],
    [
      'a cut chunked body',
      (socket) => {
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"resu\r\n');
      },
    ],
    ['an answer that is no HTTP', (socket) => socket.end('hello\r\n\r\n')],
    ['silence', () => undefined],
  ];
  for (const [name, behave] of servers) {
    it(`does not know the outcome of a write after ${name}`, async () => {
      const sockets = new Set<net.Socket>();
      const server = net.createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('data', () => behave(socket));
      });
      const { url, close } = await serve(server);
      const error = await batchAt(url, 150);
      for (const socket of sockets) socket.destroy();
      close();
      assert.equal(error.code, 'cloudflare-unanswered');
    });
  }

  it('reads an answer in pieces', async () => {
    const text = JSON.stringify({
      success: true,
      errors: [],
      messages: [],
      result: { id: ZONE, name: 'münchen.example' },
    });
    const bytes = Buffer.from(text);
    const server = http.createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      // In the middle of a character.
      const cut = bytes.indexOf(0xc3) + 1;
      response.write(bytes.subarray(0, cut));
      setTimeout(() => response.end(bytes.subarray(cut)), 5);
    });
    const { url, close } = await serve(server);
    const cloudflare = createCloudflare({ credential: CREDENTIAL, baseUrl: url });
    const zone = await readZone(cloudflare);
    assert.equal(zone.name, 'xn--mnchen-3ya.example');
    server.closeAllConnections();
    close();
  });
});
