import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from 'dns-packet';
import fc from 'fast-check';
import { answerMessage } from './dns/message.ts';
import type { Sandbox, SandboxSeed } from './index.ts';
import { World } from './state/world.ts';
import { createZone } from './state/zone-life.ts';
import { type DnsQuestion, query, sandboxFor, send } from './testing.ts';

const SEED: SandboxSeed = {
  zones: [
    {
      name: 'dns.example',
      plan: 'pro',
      records: [
        { type: 'A', name: '@', content: '192.0.2.1' },
        { type: 'A', name: 'two', content: '192.0.2.2', ttl: 600 },
        { type: 'A', name: 'two', content: '192.0.2.3', ttl: 120 },
        { type: 'CNAME', name: 'alias', content: 'two.dns.example' },
        { type: 'CNAME', name: 'chain', content: 'alias.dns.example' },
        { type: 'CNAME', name: 'loop', content: 'loop2.dns.example' },
        { type: 'CNAME', name: 'loop2', content: 'loop.dns.example' },
        { type: 'CNAME', name: 'out', content: 'elsewhere.invalid' },
        { type: 'CNAME', name: 'dangling', content: 'nothing.dns.example' },
        { type: 'CNAME', name: 'across', content: 'www.other.example' },
        { type: 'CNAME', name: 'flat', content: 'two.dns.example', settings: { flatten_cname: true } },
        { type: 'A', name: 'proxied', content: '192.0.2.9', proxied: true },
        { type: 'CNAME', name: 'proxied-cname', content: 'elsewhere.invalid', proxied: true },
        { type: 'TXT', name: 'proxied', content: '"beside"' },
        { type: 'TXT', name: 'twins', content: '"same"' },
        { type: 'TXT', name: 'twins', content: 'same' },
        { type: 'TXT', name: 'long', content: `"${'x'.repeat(300)}"` },
        { type: 'A', name: '*.wild', content: '192.0.2.77' },
        { type: 'A', name: 'known.wild', content: '192.0.2.78' },
        { type: 'A', name: 'a.b.c', content: '192.0.2.4' },
        { type: 'NS', name: 'sub', content: 'ns1.sub.dns.example' },
        { type: 'NS', name: 'sub', content: 'ns.elsewhere.invalid' },
        {
          type: 'DS',
          name: 'sub',
          data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'ab'.repeat(32) },
        },
        { type: 'A', name: 'ns1.sub', content: '192.0.2.53' },
        { type: 'MX', name: '@', content: 'mail.dns.example', priority: 10 },
        { type: 'SVCB', name: 'svc', data: { priority: 1, target: '.', value: 'alpn="h2" port=8443' } },
      ],
    },
    { name: 'other.example', records: [{ type: 'A', name: 'www', content: '198.51.100.1' }] },
    { name: 'apex.example', records: [{ type: 'CNAME', name: '@', content: 'Sites.Hosting.Invalid' }] },
  ],
  externalHosts: { 'sites.hosting.invalid': ['203.0.113.5', '2001:db8::5'] },
};

async function dnsSandbox(t: Parameters<typeof sandboxFor>[0]): Promise<Sandbox> {
  return sandboxFor(t, { dnsPort: 0, seed: SEED });
}

/** The answer in one line: rcode, aa, then each record of the answer as `name ttl type data`. */
async function shown(
  sandbox: Sandbox,
  name: string,
  type: string,
  more: Partial<DnsQuestion> = {},
): Promise<string> {
  const packet = await query(sandbox, { name, type, ...more });
  const flags = packet as { rcode?: string; flag_aa?: boolean };
  const records = (packet.answers ?? []).map((answer) => {
    const item = answer as { name: string; ttl?: number; type: string; data: unknown };
    const data = typeof item.data === 'string' ? item.data : JSON.stringify(item.data);
    return `${item.name} ${item.ttl} ${item.type} ${data}`;
  });
  return [flags.rcode, flags.flag_aa === true ? 'aa' : '-', ...records.sort()].join(' | ');
}

/** The value of the first record of a section. */
function dataOf<T>(section: Packet['answers']): T {
  const [first] = section ?? [];
  assert.ok(first !== undefined, 'the section is empty');
  return (first as unknown as { data: T }).data;
}

test('answers from the same data as the API', async (t) => {
  const sandbox = await dnsSandbox(t);
  const cases: readonly (readonly [string, string, string])[] = [
    ['dns.example', 'A', 'NOERROR | aa | dns.example 300 A 192.0.2.1'],
    [
      'TWO.dns.example',
      'A',
      'NOERROR | aa | TWO.dns.example 120 A 192.0.2.2 | TWO.dns.example 120 A 192.0.2.3',
    ],
    ['two.dns.example', 'AAAA', 'NOERROR | aa'],
    ['nope.dns.example', 'A', 'NXDOMAIN | aa'],
    ['b.c.dns.example', 'A', 'NOERROR | aa'],
    [
      'chain.dns.example',
      'A',
      'NOERROR | aa | alias.dns.example 300 CNAME two.dns.example | chain.dns.example 300 CNAME alias.dns.example | two.dns.example 120 A 192.0.2.2 | two.dns.example 120 A 192.0.2.3',
    ],
    ['alias.dns.example', 'CNAME', 'NOERROR | aa | alias.dns.example 300 CNAME two.dns.example'],
    ['out.dns.example', 'A', 'NOERROR | aa | out.dns.example 300 CNAME elsewhere.invalid'],
    ['dangling.dns.example', 'A', 'NXDOMAIN | aa | dangling.dns.example 300 CNAME nothing.dns.example'],
    [
      'across.dns.example',
      'A',
      'NOERROR | aa | across.dns.example 300 CNAME www.other.example | www.other.example 300 A 198.51.100.1',
    ],
    [
      'flat.dns.example',
      'A',
      'NOERROR | aa | flat.dns.example 120 A 192.0.2.2 | flat.dns.example 120 A 192.0.2.3',
    ],
    ['flat.dns.example', 'CNAME', 'NOERROR | aa'],
    ['apex.example', 'A', 'NOERROR | aa | apex.example 300 A 203.0.113.5'],
    ['apex.example', 'AAAA', 'NOERROR | aa | apex.example 300 AAAA 2001:db8::5'],
    ['proxied-cname.dns.example', 'CNAME', 'NOERROR | aa'],
    [
      'proxied.dns.example',
      'TXT',
      'NOERROR | aa | proxied.dns.example 300 TXT [{"type":"Buffer","data":[98,101,115,105,100,101]}]',
    ],
    [
      'twins.dns.example',
      'TXT',
      'NOERROR | aa | twins.dns.example 300 TXT [{"type":"Buffer","data":[115,97,109,101]}]',
    ],
    ['any.wild.dns.example', 'A', 'NOERROR | aa | any.wild.dns.example 300 A 192.0.2.77'],
    ['x.y.wild.dns.example', 'A', 'NOERROR | aa | x.y.wild.dns.example 300 A 192.0.2.77'],
    ['x.known.wild.dns.example', 'A', 'NXDOMAIN | aa'],
    ['any.wild.dns.example', 'MX', 'NOERROR | aa'],
    [
      'dns.example',
      'MX',
      'NOERROR | aa | dns.example 300 MX {"preference":10,"exchange":"mail.dns.example"}',
    ],
    ['www.sub.dns.example', 'A', 'NOERROR | -'],
    ['example.org', 'A', 'REFUSED | -'],
    ['dns.example', 'AXFR', 'REFUSED | -'],
  ];
  for (const [name, type, expected] of cases)
    assert.equal(await shown(sandbox, name, type), expected, `${name} ${type}`);
});

test('SOA, NS, referral with glue, negative answers with SOA', async (t) => {
  const sandbox = await dnsSandbox(t);
  const { nameServers } = sandbox.zone('dns.example');
  const ns = await query(sandbox, { name: 'dns.example', type: 'NS' });
  assert.deepEqual(
    ns.answers?.map((answer) => (answer as { data: unknown }).data),
    nameServers,
  );
  const soa = await query(sandbox, { name: 'dns.example', type: 'SOA' });
  const data = dataOf<{ mname: string; serial: number }>(soa.answers);
  assert.deepEqual([data.mname, data.serial], [nameServers[0], sandbox.zone('dns.example').serial]);
  const referral = await query(sandbox, { name: 'www.sub.dns.example', type: 'A' });
  assert.deepEqual(
    referral.authorities?.map((item) => item.type),
    ['NS', 'NS', 'DS'],
  );
  assert.deepEqual(
    referral.additionals?.map((item) => [item.name, (item as { data: unknown }).data]),
    [['ns1.sub.dns.example', '192.0.2.53']],
  );
  const ds = await query(sandbox, { name: 'sub.dns.example', type: 'DS' });
  assert.equal(dataOf<{ keyTag: number }>(ds.answers).keyTag, 1);
  for (const name of ['nope.dns.example', 'b.c.dns.example']) {
    const negative = await query(sandbox, { name, type: 'A' });
    assert.equal(negative.authorities?.[0]?.type, 'SOA', name);
    assert.equal((negative.authorities?.[0] as { ttl?: number } | undefined)?.ttl, 1800);
  }
});

test('proxied names answer with edge addresses, always the same; a paused zone with the origin', async (t) => {
  const sandbox = await dnsSandbox(t);
  const first = await shown(sandbox, 'proxied.dns.example', 'A');
  assert.match(first, /A 104\.21\.\d+\.\d+ \| proxied\.dns\.example 300 A 172\.67\.\d+\.\d+$/);
  assert.equal(await shown(sandbox, 'proxied.dns.example', 'A'), first);
  assert.match(await shown(sandbox, 'proxied.dns.example', 'AAAA'), /2606:4700:/);
  assert.match(await shown(sandbox, 'proxied-cname.dns.example', 'A'), /104\.21\./);
  const { id } = sandbox.zone('dns.example');
  await send(sandbox, `PATCH /zones/${id}`, { body: { paused: true } });
  assert.equal(
    await shown(sandbox, 'proxied.dns.example', 'A'),
    'NOERROR | aa | proxied.dns.example 300 A 192.0.2.9',
  );
});

test('a write through the API is in the next answer, and moves the serial by one', async (t) => {
  const sandbox = await dnsSandbox(t);
  const { id } = sandbox.zone('dns.example');
  const serial = async (): Promise<number> => {
    const packet = await query(sandbox, { name: 'dns.example', type: 'SOA' });
    return dataOf<{ serial: number }>(packet.answers).serial;
  };
  const before = await serial();
  const posts = [
    { type: 'A', name: 'fresh', content: '192.0.2.50' },
    { type: 'A', name: 'fresh2', content: '192.0.2.51' },
  ];
  await send(sandbox, `POST /zones/${id}/dns_records/batch`, { body: { posts } });
  assert.equal(
    await shown(sandbox, 'fresh.dns.example', 'A'),
    'NOERROR | aa | fresh.dns.example 300 A 192.0.2.50',
  );
  assert.equal(await serial(), before + 1);
});

test('EDNS, truncation, TCP', async (t) => {
  const sandbox = await dnsSandbox(t);
  const records = Array.from({ length: 40 }, (_, index) => ({
    type: 'TXT',
    name: 'big',
    content: `"${'t'.repeat(100)}${index}"`,
  }));
  sandbox.seedZone('wide.example', records, { plan: 'pro' });
  const plain = await query(sandbox, { name: 'big.wide.example', type: 'TXT' });
  assert.equal((plain as { flag_tc?: boolean }).flag_tc, true);
  assert.equal(plain.answers?.length, 0);
  assert.ok(plain.bytes.length <= 512);
  const edns = await query(sandbox, { name: 'big.wide.example', type: 'TXT', edns: 4096 });
  assert.equal((edns as { flag_tc?: boolean }).flag_tc, true);
  assert.equal(edns.additionals?.[0]?.type, 'OPT');
  const tcp = await query(sandbox, { name: 'big.wide.example', type: 'TXT', edns: 1232, transport: 'tcp' });
  assert.equal(tcp.answers?.length, 40);
  const small = await query(sandbox, { name: 'dns.example', type: 'A', edns: 1232 });
  assert.equal(small.answers?.length, 1);
  const newer = await query(sandbox, { name: 'dns.example', type: 'A', edns: 1232, ednsVersion: 1 });
  assert.deepEqual(
    [newer.bytes.readUInt16BE(2) & 15, newer.answers?.length, newer.additionals?.[0]],
    [0, 0, { ...edns.additionals?.[0], extendedRcode: 1, ednsVersion: 0 }],
    'BADVERS is told in the OPT record, with the version that is spoken',
  );
  const twice = await query(sandbox, { name: 'dns.example', type: 'A', edns: 1232, optRecords: 2 });
  assert.equal(twice.bytes.readUInt16BE(2) & 15, 1, 'FORMERR');
  const long = await query(sandbox, { name: 'long.dns.example', type: 'TXT', edns: 1232 });
  const strings = dataOf<Buffer[]>(long.answers);
  assert.deepEqual(
    strings.map((part) => part.length),
    [255, 45],
  );
  const svcb = await query(sandbox, { name: 'svc.dns.example', type: 'UNKNOWN_64' });
  assert.equal(dataOf<Buffer>(svcb.answers).toString('hex'), '000100000100030268320003000220fb');
});

test('property: whatever comes, an answer has the id of its query and nothing breaks', async () => {
  const world = new World();
  createZone(world, { name: 'fuzz.example', accountId: 'a'.repeat(32), status: 'active' });
  const valid = Buffer.from(
    '12340100000100000000000004667578 7a076578616d706c650000010001'.replaceAll(' ', ''),
    'hex',
  );
  const mutated = fc
    .array(fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 })
    .map((edits) => {
      const bytes = Buffer.from(valid);
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
  const random = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(
      fc.oneof(mutated, random),
      fc.constantFrom('udp' as const, 'tcp' as const),
      (bytes, transport) => {
        const answer = answerMessage(world, bytes, transport);
        if (answer === undefined) return;
        assert.equal(answer.readUInt16BE(0), bytes.readUInt16BE(0));
        assert.ok((answer.readUInt16BE(2) & 0x8000) !== 0);
        if (transport === 'udp') assert.ok(answer.length <= 1232);
      },
    ),
    { numRuns: 2000 },
  );
  assert.equal(answerMessage(world, valid, 'udp')?.readUInt16BE(6), 0);
});

test('a CNAME loop ends', async (t) => {
  const sandbox = await dnsSandbox(t);
  const packet = await query(sandbox, { name: 'loop.dns.example', type: 'A', transport: 'tcp' });
  assert.ok((packet.answers?.length ?? 0) >= 2 && (packet.answers?.length ?? 0) <= 10);
});
