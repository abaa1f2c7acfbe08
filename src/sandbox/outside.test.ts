/** The sandbox as programs of others see it: DNS tools, and clients of Cloudflare's API as Debian ships them. */
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Sandbox } from './index.ts';
import { runTool, testWith } from './testing/tools.ts';
import { sandboxFor, send } from './testing.ts';

const RECORDS = [
  { type: 'A', name: '@', content: '192.0.2.1' },
  { type: 'A', name: 'www', content: '192.0.2.2', ttl: 600 },
  { type: 'CNAME', name: 'alias', content: 'www.dig.example' },
  { type: 'TXT', name: 'text', content: '"semi; colon" "second \\"part\\""' },
  { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'ca.example' } },
  { type: 'HTTPS', name: '@', data: { priority: 1, target: '.', value: 'alpn="h2,h3" port=443' } },
  { type: 'SRV', name: '_sip._tcp', data: { priority: 1, weight: 2, port: 5060, target: 'www.dig.example' } },
  {
    type: 'TLSA',
    name: '_443._tcp',
    data: { usage: 3, selector: 1, matching_type: 1, certificate: 'ab'.repeat(32) },
  },
  { type: 'NS', name: 'sub', content: 'ns1.elsewhere.example' },
  { type: 'A', name: '*.wild', content: '192.0.2.7' },
];

function server({ dns }: Sandbox): readonly string[] {
  return [`@${dns?.host}`, '-p', String(dns?.port)];
}

testWith('dig', 'dig reads every type as it was written, over UDP and TCP', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  sandbox.seedZone('dig.example', RECORDS);
  const dig = async (...args: string[]): Promise<string> =>
    (await runTool('dig', [...server(sandbox), ...args])).output;
  const rows: readonly [args: string, answer: string][] = [
    ['dig.example A', '192.0.2.1'],
    ['alias.dig.example A', 'www.dig.example.\n192.0.2.2'],
    ['text.dig.example TXT', '"semi; colon" "second \\"part\\""'],
    ['dig.example CAA', '0 issue "ca.example"'],
    ['dig.example HTTPS', '1 . alpn="h2,h3" port=443'],
    ['_sip._tcp.dig.example SRV', '1 2 5060 www.dig.example.'],
    ['_443._tcp.dig.example TLSA', `3 1 1 ${'AB'.repeat(32).slice(0, 56)} ABABABAB`],
    ['x.y.wild.dig.example A', '192.0.2.7'],
  ];
  for (const [args, answer] of rows) {
    for (const how of ['+notcp', '+tcp']) {
      assert.equal((await dig('+short', how, ...args.split(' '))).trim(), answer, `${args} ${how}`);
    }
  }
  assert.match(await dig('none.dig.example'), /status: NXDOMAIN/);
  assert.match(await dig('www.dig.example', 'MX'), /status: NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
  assert.match(await dig('host.sub.dig.example'), /ANSWER: 0.*sub\.dig\.example\.\s+300\s+IN\s+NS\s/s);
  assert.match(await dig('elsewhere.example'), /status: REFUSED/);
  assert.match(await dig('+edns=7', '+noednsnegotiation', 'dig.example'), /status: BADVERS/);
  assert.match(await dig('dig.example', 'AXFR'), /Transfer failed/);
  const serial = async (): Promise<number> =>
    Number((await dig('+short', 'dig.example', 'SOA')).split(' ')[2]);
  const before = await serial();
  const { id } = sandbox.zone('dig.example');
  await send(sandbox, `POST /zones/${id}/dns_records`, {
    body: { type: 'A', name: 'new', content: '192.0.2.9' },
  });
  assert.equal(await serial(), before + 1);
});

testWith('kdig', 'kdig agrees', async (t) => {
  const sandbox = await sandboxFor(t, { dnsPort: 0 });
  sandbox.seedZone('dig.example', RECORDS);
  const kdig = async (...args: string[]): Promise<string> =>
    (await runTool('kdig', [...server(sandbox), ...args])).output;
  assert.equal((await kdig('+short', 'www.dig.example')).trim(), '192.0.2.2');
  assert.match(await kdig('+edns', 'www.dig.example'), /UDP size: 1232 B; ext-rcode: NOERROR/);
  assert.match(await kdig('+tcp', '+nsid', 'dig.example', 'HTTPS'), /alpn="?h2,h3"? port="?443"?/);
  assert.match(await kdig('dig.example', 'AXFR'), /REFUSED/);
  assert.match(await kdig('dig.example', 'ANY'), /HINFO\s+"RFC8482"/);
});

/** A proxy of one method, CONNECT, that leads every name to the sandbox: for clients with a fixed base URL. */
async function leadThrough(t: TestContext, sandbox: Sandbox): Promise<Readonly<Record<string, string>>> {
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    open.add(client);
    client.on('error', () => client.destroy());
    client.once('data', () => {
      const target = connect(sandbox.port, sandbox.host, () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        client.pipe(target).pipe(client);
      });
      target.on('error', () => client.destroy());
      open.add(target);
    });
  });
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    for (const socket of open) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as { port: number };
  const ca = join(mkdtempSync(join(tmpdir(), 'outside-')), 'ca.pem');
  writeFileSync(ca, sandbox.certificate ?? '');
  return {
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    https_proxy: `http://127.0.0.1:${port}`,
    REQUESTS_CA_BUNDLE: ca,
  };
}

testWith(
  'lexicon',
  'lexicon creates, lists, updates and deletes, and takes the sandbox for Cloudflare',
  async (t) => {
    const sandbox = await sandboxFor(t, { tls: true });
    sandbox.seedZone('example.com', [{ type: 'A', name: 'home', content: '192.0.2.1' }]);
    const env = await leadThrough(t, sandbox);
    const lexicon = async (...args: string[]): Promise<string> => {
      const { ok, output } = await runTool(
        'lexicon',
        ['cloudflare', '--auth-token', sandbox.tokens.full, '--output', 'JSON', ...args],
        env,
      );
      assert.ok(ok, output);
      return output;
    };
    await lexicon(
      'create',
      'example.com',
      'TXT',
      '--name',
      '_acme-challenge',
      '--content',
      'one',
      '--ttl',
      '120',
    );
    const texts = (): unknown[] =>
      sandbox
        .records('example.com')
        .filter(({ type }) => type === 'TXT')
        .map(({ name, content, ttl }) => [name, content, ttl]);
    assert.deepEqual(texts(), [['_acme-challenge.example.com', 'one', 120]]);
    const [listed] = JSON.parse(await lexicon('list', 'example.com', 'TXT'));
    assert.deepEqual([listed.name, listed.content, listed.ttl], ['_acme-challenge.example.com', 'one', 120]);
    await lexicon(
      'update',
      'example.com',
      'TXT',
      '--identifier',
      listed.id,
      '--name',
      '_acme-challenge',
      '--content',
      'two',
    );
    assert.equal((texts()[0] as string[])[1], 'two');
    await lexicon('delete', 'example.com', 'TXT', '--name', '_acme-challenge', '--content', 'two');
    assert.deepEqual(texts(), []);
    assert.equal(sandbox.records('example.com').length, 1);
    const refused = await runTool(
      'lexicon',
      ['cloudflare', '--auth-token', 'x'.repeat(40), 'list', 'example.com', 'A'],
      env,
    );
    assert.equal(refused.ok, false);
    assert.ok(sandbox.requests().every(({ route }) => route !== 'unknown'));
  },
);

testWith(
  'ddclient',
  'ddclient moves an A and an AAAA record',
  async (t) => {
    const sandbox = await sandboxFor(t, { tls: true });
    sandbox.seedZone('example.com', [
      { type: 'A', name: 'home', content: '192.0.2.1' },
      { type: 'AAAA', name: 'home', content: '2001:db8::1' },
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'ddclient-'));
    writeFileSync(join(folder, 'ca.pem'), sandbox.certificate ?? '');
    const settings = [
      'ssl=yes',
      `ssl_ca_file=${folder}/ca.pem`,
      'usev4=ipv4',
      'ipv4=203.0.113.50',
      'usev6=ipv6',
      'ipv6=2001:db8::77',
      'protocol=cloudflare',
      `server=127.0.0.1:${sandbox.port}/client/v4`,
      'zone=example.com',
      'login=token',
      `password=${sandbox.tokens.full}`,
      'home.example.com',
    ];
    writeFileSync(join(folder, 'ddclient.conf'), `${settings.join('\n')}\n`, { mode: 0o600 });
    const args = ['-daemon=0', '-force', '-foreground', '-file', join(folder, 'ddclient.conf')];
    const { output } = await runTool('ddclient', [...args, '-cache', join(folder, 'cache')]);
    const contents = sandbox.records('example.com').map(({ content }) => content);
    assert.deepEqual(contents, ['203.0.113.50', '2001:db8::77'], output);
  },
  'perl -MIO::Socket::SSL -e 1',
);
