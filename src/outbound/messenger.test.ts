import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createMessenger, type Lookup, type MessengerOptions } from './messenger.ts';

const userAgent = 'test';
const strict = createMessenger({ userAgent });

describe('an address for webhooks', () => {
  const rows: readonly (readonly [url: string, refusal: RegExp | null])[] = [
    ['https://hooks.example.com/a?b=c', null],
    ['https://hooks.example.com:8443/', null],
    ['https://1.1.1.1/', null],
    ['http://hooks.example.com/', /https/],
    ['http://8.8.8.8/', /https/],
    ['ftp://hooks.example.com/', /https/],
    ['file:///etc/passwd', /https/],
    ['not a url', /not a URL/],
    ['', /not a URL/],
    ['https://me:secret@hooks.example.com/', /password/],
    ['https://hooks.example.com/#a', /fragment/],
    ['https://hooks.example.com:25/', /port 25/],
    ['https://localhost/', /public/],
    ['https://a.localhost./', /public/],
    ['https://127.0.0.1/', /public/],
    ['https://2130706433/', /public/],
    ['https://0x7f.1/', /public/],
    ['https://0177.0.0.1/', /public/],
    ['https://[::1]/', /public/],
    ['https://[::ffff:10.0.0.1]/', /public/],
    ['https://169.254.169.254/latest/meta-data', /public/],
  ];
  for (const [url, refusal] of rows)
    it(`${url === '' ? 'of nothing' : url}: ${refusal === null ? 'may be tried' : 'refused'}`, () => {
      const found = strict.refusal(url);
      if (refusal === null) assert.equal(found, null);
      else assert.match(found ?? '', refusal);
    });
});

describe('the messenger', () => {
  let server: http.Server;
  let port: number;
  let handle: http.RequestListener;
  const sockets = new Set<Socket>();
  let connections = 0;

  before(async () => {
    server = http.createServer((request, response) => handle(request, response));
    server.on('connection', (socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const answering = (...addresses: string[]): Lookup => {
    return (_host, answer) =>
      answer(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  };
  const post = (url: string, options: Partial<MessengerOptions> = {}) =>
    createMessenger({ userAgent, allowed: ['127.0.0.1'], ...options }).post({
      url,
      headers: { 'webhook-id': 'msg_1' },
      body: '{}',
    });

  it('posts the body with its headers, and gives the status', async () => {
    const seen: unknown[] = [];
    handle = (request, response) => {
      seen.push([request.method, request.url, request.headers['webhook-id'], request.headers.host]);
      request.resume().on('end', () => response.writeHead(202).end('thanks'));
    };
    const { status, error } = await post(`http://hooks.test:${port}/in?a=b`, {
      lookup: answering('127.0.0.1'),
    });
    assert.deepEqual([status, error], [202, null]);
    assert.deepEqual(seen, [['POST', '/in?a=b', 'msg_1', `hooks.test:${port}`]]);
  });

  it('refuses a name that resolves to a private address, whatever else it resolves to, and connects to nothing', async () => {
    const before = connections;
    for (const addresses of [
      ['10.0.0.1'],
      ['127.0.0.2'],
      ['169.254.169.254'],
      ['::ffff:127.0.0.2'],
      ['fe80::1'],
      ['1.1.1.1', '192.168.0.1'],
      ['127.0.0.1', '10.0.0.1'],
    ]) {
      const { status, error } = await post(`http://hooks.test:${port}/`, { lookup: answering(...addresses) });
      assert.deepEqual([status, error], [null, 'address-refused'], addresses.join());
    }
    assert.equal(connections, before);
  });

  it('speaks plain http to allowed addresses alone', async () => {
    const { error } = await post(`http://hooks.test:${port}/`, { lookup: answering('1.1.1.1') });
    assert.equal(error, 'address-refused');
  });

  it('asks for the name once: a second answer changes nothing', async () => {
    let asked = 0;
    const rebinding: Lookup = (_host, answer) => {
      asked += 1;
      answer(null, [{ address: asked === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }]);
    };
    handle = (request, response) => void request.resume().on('end', () => response.writeHead(204).end());
    const { status } = await post(`http://hooks.test:${port}/`, { lookup: rebinding });
    assert.deepEqual([status, asked], [204, 1]);
  });

  it('follows no redirect', async () => {
    const paths: unknown[] = [];
    handle = (request, response) => {
      paths.push(request.url);
      request.resume();
      response.writeHead(307, { location: `http://127.0.0.1:${port}/inner` }).end();
    };
    const { status } = await post(`http://127.0.0.1:${port}/outer`);
    assert.deepEqual([status, paths], [307, ['/outer']]);
  });

  it('bounds time and size, and gives a word of ours for what failed', async () => {
    handle = () => {};
    const slow = await post(`http://127.0.0.1:${port}/`, { timeoutMs: 100 });
    assert.deepEqual([slow.status, slow.error], [null, 'timeout']);
    let written = 0;
    handle = (request, response) => {
      request.resume();
      response.writeHead(200);
      const more = (): void => {
        written += 1;
        if (!response.destroyed && response.write('x'.repeat(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    };
    const endless = await post(`http://127.0.0.1:${port}/`, { timeoutMs: 5_000 });
    assert.deepEqual([endless.status, endless.error], [200, null]);
    assert.ok(written < 1_000, String(written));
    handle = (request) => request.socket.end('no http at all\r\n\r\n');
    assert.equal((await post(`http://127.0.0.1:${port}/`)).error, 'answer-malformed');
    assert.equal((await post('http://127.0.0.1:1024/')).error, 'connection-refused');
    const nobody: Lookup = (_host, answer) => answer(new Error('ENOTFOUND inner.secret'), []);
    assert.equal((await post('http://hooks.test:8080/', { lookup: nobody })).error, 'name-not-found');
  });

  it('reads Retry-After in seconds and as a date', async () => {
    for (const [text, least, most] of [
      ['120', 120_000, 120_000],
      [new Date(Date.now() + 60_000).toUTCString(), 50_000, 60_000],
      ['soon', null, null],
    ] as const) {
      handle = (request, response) => {
        request.resume();
        response.writeHead(429, { 'retry-after': text }).end();
      };
      const { retryAfterMs } = await post(`http://127.0.0.1:${port}/`);
      if (least === null) assert.equal(retryAfterMs, null);
      else
        assert.ok(
          retryAfterMs !== null && retryAfterMs >= least && retryAfterMs <= most,
          String(retryAfterMs),
        );
    }
  });
});
