/** What real clients send that is odd, byte by byte over a plain socket, and what the real API makes of it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Sandbox } from './index.ts';
import { rawHttp, sandboxFor } from './testing.ts';

interface RawAnswer {
  readonly head: string;
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  readonly json: any;
}

interface Sent {
  readonly body?: string | Buffer;
  /** Default `HTTP/1.1`. */
  readonly version?: string;
  /** Header lines; default Host and Content-Type, never a User-Agent. */
  readonly headers?: readonly string[];
  /** Before the path, as clients of a proxy write it. */
  readonly origin?: string;
  /** Bytes behind the request. */
  readonly behind?: Buffer;
}

async function raw(sandbox: Sandbox, line: string, sent: Sent = {}): Promise<RawAnswer> {
  const { version = 'HTTP/1.1', headers = ['Host: x', 'Content-Type: application/json'] } = sent;
  const body = Buffer.from(sent.body ?? '');
  const [method, path] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)];
  const head = [
    `${method} ${sent.origin ?? ''}/client/v4${path} ${version}`,
    `Authorization: Bearer ${sandbox.tokens.full}`,
    ...headers,
    ...(sent.body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ];
  const bytes = Buffer.concat([
    Buffer.from(`${head.join('\r\n')}\r\n\r\n`),
    body,
    sent.behind ?? Buffer.alloc(0),
  ]);
  const answer = await rawHttp(sandbox, bytes, 150);
  assert.equal(answer.match(/^HTTP\/1\.1 /gm)?.length, 1, `one answer: ${answer.slice(0, 200)}`);
  const end = answer.indexOf('\r\n\r\n');
  const text = answer.slice(end + 4);
  const json = text.startsWith('{') ? JSON.parse(text) : undefined;
  return { head: answer.slice(0, end), status: Number(answer.slice(9, 12)), text, json };
}

const RECORDS = [
  { type: 'A', name: '@', content: '192.0.2.1', ttl: 300 },
  { type: 'AAAA', name: '@', content: '2001:db8::1', ttl: 300 },
  { type: 'A', name: 'www', content: '192.0.2.2', ttl: 300 },
  { type: 'TXT', name: '@', content: 'unquoted', ttl: 300 },
  { type: 'SRV', name: '_sip._tcp', data: { priority: 1, weight: 2, port: 5060, target: 'www.odd.example' } },
  { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'ca.example' } },
];

async function stage(t: TestContext): Promise<{ sandbox: Sandbox; records: string; zone: string }> {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('odd.example', RECORDS);
  sandbox.seedZone('even.example');
  return { sandbox, zone: `/zones/${id}`, records: `/zones/${id}/dns_records` };
}

test('transport: HTTP/1.0, no Host, no User-Agent, NUL bytes, bodies where none belong, a slash at the end', async (t) => {
  const { sandbox, records } = await stage(t);
  const rows: readonly [name: string, line: string, sent: Sent][] = [
    ['HTTP/1.0', 'GET /zones', { version: 'HTTP/1.0', headers: [] }],
    ['no Host', 'GET /zones', { headers: [] }],
    ['no User-Agent', 'GET /zones', {}],
    ['NUL bytes behind a GET', 'GET /zones', { behind: Buffer.alloc(5) }],
    ['NUL bytes behind a body', `POST ${records}`, { body: text('nul1'), behind: Buffer.alloc(9) }],
    ['NUL bytes in the body', `POST ${records}`, { body: `${text('nul2')}\0\0` }],
    ['a body on GET', 'GET /zones', { body: '{"a":1}' }],
    ['an empty body on GET', 'GET /zones', { body: '' }],
    ['a slash at the end', 'GET /zones/?name=odd.example', {}],
    ['no Content-Type', `POST ${records}`, { headers: ['Host: x'], body: text('untyped') }],
    [
      'another Content-Type',
      `POST ${records}`,
      { headers: ['Host: x', 'Content-Type: text/plain'], body: text('plain') },
    ],
    ['header names in any case', 'GET /zones', { headers: ['hOsT: x', 'aCCept: */*'] }],
    ['the whole address, as through a proxy', 'GET /zones', { origin: 'http://api.cloudflare.com' }],
    ['a query without values', 'GET /zones?name=&status=&page=', {}],
  ];
  for (const [name, line, sent] of rows) {
    const answer = await raw(sandbox, line, sent);
    assert.deepEqual([answer.status, answer.json.success], [200, true], name);
  }
  const [first] = sandbox.records('odd.example');
  const removed = await raw(sandbox, `DELETE ${records}/${first?.id}`, { body: '{}' });
  assert.deepEqual(removed.json.result, { id: first?.id }, 'a body on DELETE');
  const { json, text: compact } = await raw(sandbox, `GET ${records}`);
  assert.equal(compact, JSON.stringify(json), 'compact JSON');
  const names = sandbox.records('odd.example').map(({ name }) => name.split('.')[0]);
  for (const made of ['nul1', 'nul2', 'untyped', 'plain']) assert.ok(names.includes(made), made);
});

function text(name: string): string {
  return JSON.stringify({ type: 'TXT', name, content: '"x"', ttl: 300 });
}

test('filters as old and new clients write them', async (t) => {
  const { sandbox, records } = await stage(t);
  const q = encodeURIComponent;
  const rows: readonly [path: string, count: number][] = [
    [`${records}?name=odd.example.`, 4],
    [`${records}?name=ODD.example`, 4],
    [`${records}?name.exact=www.odd.example`, 1],
    [`${records}?type=A,AAAA`, 3],
    [`${records}?type=a`, 2],
    [`${records}?content=192.0.2.2`, 1],
    [`${records}?content.exact=192.0.2.2`, 1],
    [`${records}?content.contains=2.0.2`, 2],
    [`${records}?content=${q('2\t5060\twww.odd.example')}`, 1],
    [`${records}?content=${q('0\tissue\t"ca.example"')}`, 1],
    [`${records}?content=${q('2 5060 www.odd.example')}`, 1],
    [`${records}?content=unquoted`, 1],
    [`${records}?type=A&name=www.odd.example&match=all`, 1],
    [`${records}?type=AAAA&name=www.odd.example&match=any`, 2],
    [`${records}?name=odd.example&name=www.odd.example&match=any`, 5],
    [`${records}?page=99`, 0],
    [`${records}?page=2&per_page=4`, 2],
    [`${records}?page=0&per_page=0`, 6],
    [`${records}?unknown=1`, 6],
    ['/zones?name=odd.example.', 1],
    ['/zones?name=ends_with:.example', 2],
    ['/zones?name=starts_with:odd', 1],
    ['/zones?name=contains:DD', 1],
    ['/zones?match=any&name=odd.example&status=pending', 1],
    ['/zones?page=99', 0],
  ];
  for (const [path, count] of rows) {
    const { status, json } = await raw(sandbox, `GET ${path}`);
    assert.deepEqual([status, json.result.length], [200, count], path);
  }
});

test('bodies as clients write them', async (t) => {
  const { sandbox, records } = await stage(t);
  const rows: readonly [sent: object, shown: object][] = [
    [
      { type: 'MX', name: '', content: 'mail.odd.example.', priority: 10 },
      { name: 'odd.example', content: 'mail.odd.example' },
    ],
    [
      { type: 'TXT', name: '@', content: '"quoted"' },
      { name: 'odd.example', content: '"quoted"' },
    ],
    [
      { type: 'TXT', name: 'bare', content: 'as it is' },
      { name: 'bare.odd.example', content: 'as it is' },
    ],
    [{ type: 'TXT', name: 'two', content: '"a" "b"' }, { content: '"a" "b"' }],
    [{ type: 'A', name: 'full.odd.example', content: '192.0.2.3' }, { name: 'full.odd.example' }],
    [{ type: 'A', name: 'dot.odd.example.', content: '192.0.2.3' }, { name: 'dot.odd.example' }],
    [{ type: 'A', name: 'elsewhere.test', content: '192.0.2.3' }, { name: 'elsewhere.test.odd.example' }],
    [{ type: 'CNAME', name: 'c', content: 'target.example.' }, { content: 'target.example' }],
    [{ type: 'NS', name: 'sub', content: 'ns.example.' }, { content: 'ns.example' }],
    [
      { type: 'HTTPS', name: 'h', data: { priority: 1, target: 'svc.example.', value: 'alpn="h2"' } },
      { content: '1 svc.example. alpn="h2"' },
    ],
    [{ type: 'SVCB', name: 's', data: { priority: '1', target: '.', value: '' } }, { content: '1 .' }],
    [
      { type: 'A', name: 'null', content: '192.0.2.4', data: null, comment: null, tags: null },
      { content: '192.0.2.4' },
    ],
    [{ type: 'A', name: 'empty', content: '192.0.2.5', data: {} }, { content: '192.0.2.5' }],
    [{ type: 'A', name: 'texts', content: '192.0.2.6', ttl: '600' }, { ttl: 600 }],
    [{ type: 'MX', name: 'm', content: 'mail.example', priority: '20' }, { priority: 20 }],
    [
      { type: 'CAA', name: 'caa', data: { flags: '128', tag: 'issue', value: 'ca.example' } },
      { content: '128 issue "ca.example"' },
    ],
    [
      { type: 'SRV', name: '_x._tcp', data: { priority: '1', weight: '2', port: '3', target: 'a.example.' } },
      { content: '2 3 a.example', priority: 1 },
    ],
    [
      { type: 'A', name: 'more', content: '192.0.2.7', zone_name: 'x', locked: true, whatever: [1] },
      { content: '192.0.2.7' },
    ],
    [
      { type: 'A', name: 'auto', content: '192.0.2.8' },
      { ttl: 1, proxied: false },
    ],
  ];
  for (const [sent, shown] of rows) {
    const { status, json } = await raw(sandbox, `POST ${records}`, { body: JSON.stringify(sent) });
    assert.equal(status, 200, JSON.stringify([sent, json.errors]));
    for (const [key, value] of Object.entries(shown)) {
      assert.deepEqual(json.result[key], value, `${key} of ${JSON.stringify(sent)}`);
    }
  }
  const www = sandbox.records('odd.example').find(({ name }) => name === 'www.odd.example');
  const put = await raw(sandbox, `PUT ${records}/${www?.id}`, {
    body: JSON.stringify({ type: 'A', name: 'www', content: '192.0.2.99' }),
  });
  assert.deepEqual([put.status, put.json.result.ttl], [200, 1], 'PUT without ttl resets it');
});

test('import of an empty file, and the export with SOA and NS', async (t) => {
  const { sandbox, records } = await stage(t);
  const boundary = 'xxBOUNDARYxx';
  const part = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="empty"\r\n\r\n\r\n`;
  const headers = ['Host: x', `Content-Type: multipart/form-data; boundary=${boundary}`];
  const empty = await raw(sandbox, `POST ${records}/import`, { headers, body: `${part}--${boundary}--\r\n` });
  assert.deepEqual(empty.json.result, { recs_added: 0, total_records_parsed: 0 });
  const { text: file, head } = await raw(sandbox, `GET ${records}/export`);
  assert.match(head, /Content-Type: text\/plain/i);
  assert.match(file, /^odd\.example\.\t\d+\tIN\tSOA\t/m);
  assert.equal(file.match(/^odd\.example\.\t\d+\tIN\tNS\t/gm)?.length, 2);
});

test('what the real one refuses is refused', async (t) => {
  const { sandbox, records } = await stage(t);
  const both = ['Host: x', 'Content-Length: 2', 'Transfer-Encoding: chunked'];
  const smuggled = await rawHttp(
    sandbox,
    `POST /client/v4/zones HTTP/1.1\r\nAuthorization: Bearer ${sandbox.tokens.full}\r\n${both.join('\r\n')}\r\n\r\n{}`,
  );
  assert.match(smuggled, /^HTTP\/1\.1 400 /, 'Content-Length beside Transfer-Encoding');
  assert.match(await rawHttp(sandbox, 'NONSENSE\r\n\r\n'), /^HTTP\/1\.1 400 .*"code":6003/s);
  const rows: readonly [sent: Sent, status: number][] = [
    [{ body: '{"type":"A",' }, 400],
    [{ body: '[]' }, 400],
    [{ body: 'null' }, 400],
    [{}, 400],
    [{ body: '{"type":"TXT","name":"t","content":"\\"unbalanced"}' }, 400],
    [{ body: '{"type":"TXT","name":"t","content":""}' }, 400],
    [{ body: '{"type":"SPF","name":"t","content":"v=spf1"}' }, 400],
  ];
  for (const [sent, status] of rows) {
    const answer = await raw(sandbox, `POST ${records}`, sent);
    assert.deepEqual([answer.status, answer.json.success], [status, false], JSON.stringify(sent));
  }
});
