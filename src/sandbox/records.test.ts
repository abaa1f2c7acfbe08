import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

interface Case {
  readonly type: string;
  readonly sent: Readonly<Record<string, unknown>>;
  /** What the server shows, where it is not what was sent. */
  readonly shown: Readonly<Record<string, unknown>>;
}

/** One of each of the 21 types, with what the server makes of it. */
const TYPES: readonly Case[] = [
  { type: 'A', sent: { content: '192.0.2.7' }, shown: { content: '192.0.2.7', proxiable: true } },
  { type: 'A', sent: { content: '10.0.0.7' }, shown: { proxiable: false } },
  {
    type: 'AAAA',
    sent: { content: '2001:DB8:0:0:0:0:0:1' },
    shown: { content: '2001:db8::1', proxiable: true },
  },
  { type: 'AAAA', sent: { content: '::ffff:192.0.2.1' }, shown: { content: '::ffff:192.0.2.1' } },
  {
    type: 'CAA',
    sent: { data: { flags: '0', tag: 'issue', value: 'ca.example' } },
    shown: { content: '0 issue "ca.example"', data: { flags: 0, tag: 'issue', value: 'ca.example' } },
  },
  {
    type: 'CERT',
    sent: { data: { type: 9, key_tag: 1, algorithm: 2, certificate: 'AQID' } },
    shown: { content: '9 1 2 AQID' },
  },
  {
    type: 'CNAME',
    sent: { content: 'Target.example.net.' },
    shown: { content: 'Target.example.net', proxiable: true, settings: { flatten_cname: false } },
  },
  {
    type: 'DNSKEY',
    sent: { data: { flags: 257, protocol: 3, algorithm: 13, public_key: 'AQID' } },
    shown: { content: '257 3 13 AQID' },
  },
  {
    type: 'HTTPS',
    sent: { data: { priority: 1, target: '.', value: 'alpn="h2"' } },
    shown: { content: '1 . alpn="h2"' },
  },
  {
    type: 'LOC',
    sent: {
      data: {
        lat_degrees: 37,
        lat_minutes: 46,
        lat_seconds: 46,
        lat_direction: 'N',
        long_degrees: 122,
        long_minutes: 23,
        long_seconds: 35,
        long_direction: 'W',
        altitude: 0,
        size: 100,
        precision_horz: 0,
        precision_vert: 0,
      },
    },
    shown: { content: '37 46 46.000 N 122 23 35.000 W 0.00 100.00 0.00 0.00' },
  },
  {
    type: 'MX',
    sent: { content: 'mail.example.net.', priority: '10' },
    shown: { content: 'mail.example.net', priority: 10 },
  },
  { type: 'MX', sent: { content: '.', priority: 0 }, shown: { content: '.', priority: 0 } },
  {
    type: 'NAPTR',
    sent: {
      data: {
        order: 30,
        preference: 100,
        flags: 'S',
        service: 'SIP+D2T',
        regex: '',
        replacement: '_sip._tls.x.example.',
      },
    },
    shown: { content: '30 100 "S" "SIP+D2T" "" _sip._tls.x.example.' },
  },
  {
    type: 'NS',
    sent: { content: 'ns1.example.net' },
    shown: { content: 'ns1.example.net', proxiable: false },
  },
  { type: 'OPENPGPKEY', sent: { content: 'AQID' }, shown: { content: 'AQID' } },
  { type: 'PTR', sent: { content: 'host.example.net.' }, shown: { content: 'host.example.net' } },
  {
    type: 'SMIMEA',
    sent: { data: { usage: 3, selector: 0, matching_type: 0, certificate: 'AABB' } },
    shown: { content: '3 0 0 aabb' },
  },
  {
    type: 'SRV',
    sent: { data: { priority: 5, weight: 0, port: 5222, target: 'talk.example.net.' } },
    shown: {
      content: '0 5222 talk.example.net',
      priority: 5,
      data: { priority: 5, weight: 0, port: 5222, target: 'talk.example.net' },
    },
  },
  {
    type: 'SSHFP',
    sent: { data: { algorithm: 1, type: 1, fingerprint: 'AB'.repeat(20) } },
    shown: { content: `1 1 ${'ab'.repeat(20)}` },
  },
  {
    type: 'SVCB',
    sent: { data: { priority: 2, target: 'svc.example.net.', value: 'port=8443' } },
    shown: { content: '2 svc.example.net. port=8443' },
  },
  {
    type: 'TLSA',
    sent: { data: { usage: 0, selector: 0, matching_type: 1, certificate: 'ab'.repeat(32) } },
    shown: { content: `0 0 1 ${'ab'.repeat(32)}` },
  },
  { type: 'TXT', sent: { content: 'plain text' }, shown: { content: 'plain text' } },
  { type: 'TXT', sent: { content: '"one" "two"' }, shown: { content: '"one" "two"' } },
  {
    type: 'URI',
    sent: { data: { weight: 20, target: 'https://example.net/' }, priority: 10 },
    shown: { content: '20 "https://example.net/"', priority: 10 },
  },
];

test('every record type: create, get, put, patch, delete', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('types.example', [], { plan: 'pro' });
  const base = `/zones/${zone.id}/dns_records`;
  assert.equal(new Set(TYPES.map((item) => item.type)).size, 20);
  for (const [index, { type, sent, shown }] of TYPES.entries()) {
    const name = `t${index}.types.example`;
    const made = await send(sandbox, `POST ${base}`, { body: { type, name: `t${index}`, ...sent } });
    assert.equal(made.status, 200, `${type} ${made.text}`);
    const { result } = made.json;
    assert.equal(result.name, name);
    assert.deepEqual({ ...result, ...shown }, result, type);
    assert.match(result.id, /^[0-9a-f]{32}$/);
    assert.match(result.created_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,5}[1-9]|\.[1-9])?Z$/);
    const got = await send(sandbox, `GET ${base}/${result.id}`);
    assert.deepEqual(got.json.result, result);
    const patched = await send(sandbox, `PATCH ${base}/${result.id}`, { body: { ttl: 120 } });
    assert.deepEqual(patched.json.result, {
      ...result,
      ttl: 120,
      modified_on: patched.json.result.modified_on,
    });
    assert.ok(patched.json.result.modified_on > result.modified_on);
    // The received form, sent back whole, is accepted and gives the same value.
    const put = await send(sandbox, `PUT ${base}/${result.id}`, { body: result });
    assert.deepEqual(
      put.json.result,
      { ...result, modified_on: put.json.result?.modified_on },
      `${type} ${put.text}`,
    );
    const gone = await send(sandbox, `DELETE ${base}/${result.id}`);
    assert.equal(gone.text, `{"result":{"id":"${result.id}"},"success":true,"errors":[],"messages":[]}`);
    assert.equal(outcomeOf(await send(sandbox, `GET ${base}/${result.id}`)), '404/81044');
  }
});

test('DS stands with NS: NS first, DS goes first', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('ds.example');
  const base = `/zones/${zone.id}/dns_records`;
  const ds = {
    type: 'DS',
    name: 'sub',
    data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'AB'.repeat(32) },
  };
  assert.equal(outcomeOf(await send(sandbox, `POST ${base}`, { body: ds })), '400/81059');
  const ns = await send(sandbox, `POST ${base}`, {
    body: { type: 'NS', name: 'sub', content: 'ns1.example.net' },
  });
  const made = await send(sandbox, `POST ${base}`, { body: ds });
  assert.equal(made.json.result.content, `1 13 2 ${'ab'.repeat(32)}`);
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${base}/${ns.json.result.id}`)), '400/81059');
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${base}/${made.json.result.id}`)), '200');
  assert.equal(outcomeOf(await send(sandbox, `DELETE ${base}/${ns.json.result.id}`)), '200');
});

test('the SDK drives records', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('sdk.example', [], { plan: 'pro' });
  const sdk = sdkFor(sandbox);
  const made = await sdk.dns.records.create({
    zone_id,
    type: 'A',
    name: 'www',
    content: '192.0.2.1',
    ttl: 300,
    tags: ['owner:web'],
    comment: 'first',
  });
  assert.equal(made.ttl, 300);
  const put = await sdk.dns.records.update(made.id, {
    zone_id,
    type: 'A',
    name: 'www',
    content: '192.0.2.2',
    ttl: 1,
  });
  assert.deepEqual([put.content, put.comment, put.tags], ['192.0.2.2', null, []]);
  const edit = await sdk.dns.records.edit(made.id, {
    zone_id,
    type: 'A',
    name: 'www',
    ttl: 1,
    proxied: true,
  });
  assert.equal(edit.proxied, true);
  assert.equal((await sdk.dns.records.get(made.id, { zone_id })).id, made.id);
  assert.equal((await sdk.dns.records.delete(made.id, { zone_id })).id, made.id);
  for (let number = 0; number < 25; number += 1) {
    await sdk.dns.records.create({ zone_id, type: 'TXT', name: `t${number}`, content: 'x', ttl: 1 });
  }
  let seen = 0;
  for await (const record of sdk.dns.records.list({
    zone_id,
    per_page: 10,
    name: { endswith: 'sdk.example' },
  })) {
    assert.equal(record.type, 'TXT');
    seen += 1;
  }
  assert.equal(seen, 25);
  assert.deepEqual(await sdk.dns.usage.zone.get({ zone_id }), { record_quota: 3500, record_usage: 25 });
  assert.deepEqual(await sdk.dns.usage.account.get({ account_id: sandbox.accountId }), {
    record_quota: null,
    record_usage: 25,
  });
});

test('names and values as clients send them', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('forms.example');
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>])[] =
    [
      [{ name: '', type: 'A', content: '192.0.2.1' }, { name: 'forms.example' }],
      [{ name: '@', type: 'A', content: '192.0.2.2' }, { name: 'forms.example' }],
      [{ name: 'forms.example.', type: 'A', content: '192.0.2.3' }, { name: 'forms.example' }],
      [{ name: 'rel', type: 'A', content: '192.0.2.4' }, { name: 'rel.forms.example' }],
      [{ name: 'FQDN.Forms.Example', type: 'A', content: '192.0.2.5' }, { name: 'fqdn.forms.example' }],
      [{ name: 'foreign.tld', type: 'A', content: '192.0.2.6' }, { name: 'foreign.tld.forms.example' }],
      [{ name: '*', type: 'A', content: '192.0.2.7' }, { name: '*.forms.example' }],
      [{ name: '*.deep', type: 'A', content: '192.0.2.7' }, { name: '*.deep.forms.example' }],
      [{ name: 'münchen', type: 'A', content: '192.0.2.8' }, { name: 'xn--mnchen-3ya.forms.example' }],
      [{ name: '_a._tcp', type: 'txt', content: 'lower-case type' }, { type: 'TXT' }],
      [{ name: 'n1', type: 'A', content: '192.0.2.9', data: {} }, { content: '192.0.2.9' }],
      [
        {
          name: 'n2',
          type: 'A',
          content: '192.0.2.9',
          data: null,
          priority: null,
          comment: null,
          tags: null,
          settings: null,
        },
        { tags: [], comment: null },
      ],
      [{ name: 'n3', type: 'A', content: '192.0.2.9', ttl: '600', unknown_key: 1 }, { ttl: 600 }],
      [
        { name: 'n4', type: 'A', content: '192.0.2.9', ttl: 600, proxied: true },
        { ttl: 1, proxied: true },
      ],
      [{ name: 'n5', type: 'A', content: '192.0.2.9', proxied: 'true' }, { proxied: true }],
      [{ name: 'n6', type: 'CNAME', content: '@' }, { content: 'forms.example' }],
      [{ name: 'n7', type: 'CNAME', content: 'bücher.example' }, { content: 'xn--bcher-kva.example' }],
      [
        { name: 'n8', type: 'SRV', data: { priority: '1', weight: '2', port: '3', target: 'x.example' } },
        { content: '2 3 x.example' },
      ],
      [
        { name: 'n9', type: 'SRV', priority: 9, data: { weight: 2, port: 3, target: 'x.example' } },
        { priority: 9 },
      ],
      [
        { name: 'n10', type: 'CAA', content: '0 issue "ca.example"' },
        { data: { flags: 0, tag: 'issue', value: 'ca.example' } },
      ],
      [{ name: 'n11', type: 'TXT', content: `"${'x'.repeat(300)}"` }, { content: `"${'x'.repeat(300)}"` }],
    ];
  for (const [sent, shown] of cases) {
    const answer = await send(sandbox, `POST /zones/${zone.id}/dns_records`, { body: sent });
    assert.equal(answer.status, 200, `${JSON.stringify(sent)} ${answer.text}`);
    assert.deepEqual({ ...answer.json.result, ...shown }, answer.json.result, JSON.stringify(sent));
  }
});

test('refused records', async (t) => {
  const sandbox = await sandboxFor(t);
  const zone = sandbox.seedZone('bad.example');
  const a = { type: 'A', name: 'x', content: '192.0.2.1' };
  const cases: readonly (readonly [unknown, string])[] = [
    [{ ...a, type: undefined }, '400/9101'],
    [{ ...a, type: 'SPF' }, '400/9020'],
    [{ ...a, type: 'SOA' }, '400/9020'],
    [{ ...a, name: undefined }, '400/9101'],
    [{ ...a, name: 5 }, '400/9000'],
    [{ ...a, name: 'a b' }, '400/9000'],
    [{ ...a, name: 'a..b' }, '400/9000'],
    [{ ...a, name: 'a.*' }, '400/9000'],
    [{ ...a, name: '*a' }, '400/9000'],
    [{ ...a, name: 'x'.repeat(64) }, '400/9000'],
    [{ ...a, name: `${'x.'.repeat(125)}x` }, '400/9000'],
    [{ ...a, content: undefined }, '400/9101'],
    [{ ...a, content: '' }, '400/9101'],
    [{ ...a, content: '192.0.2' }, '400/9005'],
    [{ ...a, content: '192.0.2.01' }, '400/9005'],
    [{ ...a, content: '192.0.2.256' }, '400/9005'],
    [{ ...a, content: '2001:db8::1' }, '400/9005'],
    [{ type: 'AAAA', name: 'x', content: '192.0.2.1' }, '400/9006'],
    [{ type: 'AAAA', name: 'x', content: 'fe80::1%eth0' }, '400/9006'],
    [{ type: 'CNAME', name: 'x', content: 'a b' }, '400/9007'],
    [{ type: 'NS', name: 'x', content: '.' }, '400/9008'],
    [{ type: 'MX', name: 'x', content: 'mail.example' }, '400/9101'],
    [{ type: 'MX', name: 'x', content: 'mail.example', priority: 70000 }, '400/9102'],
    [{ type: 'TXT', name: 'x', content: '"open' }, '400/9100'],
    [{ type: 'TXT', name: 'x', content: 'a "b' }, '400/9100'],
    [{ type: 'TXT', name: 'x', content: '' }, '400/9101'],
    [{ type: 'TXT', name: 'x', content: 'y'.repeat(4100) }, '400/9015'],
    [{ type: 'SRV', name: 'x', content: undefined }, '400/9101'],
    [{ type: 'SRV', name: 'x', data: { weight: 1, port: 1, target: 'a' } }, '400/9101'],
    [{ type: 'SRV', name: 'x', data: { priority: 1, weight: 1, port: 70000, target: 'a' } }, '400/9102'],
    [{ type: 'CAA', name: 'x', data: { flags: 256, tag: 'issue', value: '' } }, '400/9102'],
    [{ type: 'CAA', name: 'x', data: { flags: 0, tag: 'is sue', value: '' } }, '400/9102'],
    [
      { type: 'TLSA', name: 'x', data: { usage: 1, selector: 1, matching_type: 1, certificate: 'abc' } },
      '400/9102',
    ],
    [{ type: 'HTTPS', name: 'x', data: { priority: 1, target: '.', value: 'nonsense=1' } }, '400/9102'],
    [
      {
        type: 'LOC',
        name: 'x',
        data: { lat_degrees: 91, lat_direction: 'N', long_degrees: 1, long_direction: 'E' },
      },
      '400/9102',
    ],
    [
      {
        type: 'LOC',
        name: 'x',
        data: { lat_degrees: 9, lat_direction: 'E', long_degrees: 1, long_direction: 'E' },
      },
      '400/9102',
    ],
    [{ type: 'OPENPGPKEY', name: 'x', content: '***' }, '400/9101'],
    [{ ...a, ttl: 59 }, '400/9021'],
    [{ ...a, ttl: 0 }, '400/9021'],
    [{ ...a, ttl: 86_401 }, '400/9021'],
    [{ ...a, ttl: 60.5 }, '400/9021'],
    [{ ...a, ttl: 'long' }, '400/9021'],
    [{ ...a, content: '127.0.0.1', proxied: true }, '400/9003'],
    [{ type: 'TXT', name: 'x', content: 'x', proxied: true }, '400/9041'],
    [{ ...a, comment: 'c'.repeat(101) }, '400/9313'],
    [{ ...a, comment: 'two\nlines' }, '400/9314'],
    [{ ...a, comment: 5 }, '400/9102'],
    [{ ...a, tags: ['a:b'] }, '400/9300'],
    [{ ...a, tags: ['sp ace'] }, '400/9301'],
    [{ ...a, tags: ['cf-x:1'] }, '400/9301'],
    [{ ...a, settings: 'none' }, '400/9102'],
    [{ ...a, proxied: true, settings: { ipv4_only: true } }, '400/9044'],
    [{ type: 'CNAME', name: 'x', content: 'a.example', settings: { flatten_cname: true } }, '400/9045'],
    ['not json', '400/6007'],
    ['[1]', '400/10021'],
    ['null', '400/10021'],
  ];
  for (const [body, expected] of cases) {
    const answer = await send(sandbox, `POST /zones/${zone.id}/dns_records`, { body });
    assert.equal(outcomeOf(answer), expected, `${JSON.stringify(body)} ${answer.text}`);
  }
  assert.equal(sandbox.records(zone.id).length, 0);
  assert.equal(sandbox.zone(zone.id).serial, sandbox.state().zones[0]?.serial);
});

async function post(
  sandbox: Sandbox,
  zone: string,
  body: Readonly<Record<string, unknown>>,
): Promise<string> {
  return outcomeOf(await send(sandbox, `POST /zones/${zone}/dns_records`, { body }));
}

test('conflicts', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('conflict.example');
  const steps: readonly (readonly [string, string, string, string, number?])[] = [
    ['A', 'a', '192.0.2.1', '200'],
    ['A', 'a', '192.0.2.1', '400/81058'],
    ['A', 'a', '192.0.2.2', '200'],
    ['CNAME', 'a', 'x.example', '400/81053'],
    ['CNAME', 'c', 'x.example', '200'],
    ['CNAME', 'c', 'X.example.', '400/81058'],
    ['CNAME', 'c', 'y.example', '400/81053'],
    ['A', 'c', '192.0.2.1', '400/81054'],
    ['AAAA', 'c', '2001:db8::1', '400/81054'],
    ['TXT', 'c', 'beside a CNAME', '200'],
    ['NS', 'a', 'ns1.example', '400/81056'],
    ['NS', 'n', 'ns1.example', '200'],
    ['NS', 'n', 'ns2.example', '200'],
    ['A', 'n', '192.0.2.1', '400/81056'],
    ['A', 'below.n', '192.0.2.1', '200'],
    ['NS', '@', 'ns1.example', '200'],
    ['A', '@', '192.0.2.1', '200'],
    ['TXT', 't', 'x', '200'],
    ['TXT', 't', '"x"', '200'],
    ['TXT', 't', 'x', '400/81058'],
    ['MX', 'm', 'mail.example', '200', 10],
    ['MX', 'm', 'mail.example', '200', 20],
    ['MX', 'm', 'mail.example', '400/81058', 10],
  ];
  for (const [type, name, content, expected, priority] of steps) {
    const body = { type, name, content, ...(priority === undefined ? {} : { priority }) };
    assert.equal(await post(sandbox, id, body), expected, JSON.stringify(body));
  }
  const cname = await send(sandbox, `POST /zones/${id}/dns_records`, {
    body: { type: 'A', name: 'c', content: '192.0.2.1' },
  });
  assert.match(
    cname.json.errors[0].message,
    /^A CNAME record with that host already exists\. For more details, refer to /,
  );
});

test('unverified behaviour can be switched', async (t) => {
  const sandbox = await sandboxFor(t, {
    behaviour: {
      txtIdentityIsDecoded: true,
      nsExcludesOtherTypes: false,
      dsNeedsNs: false,
      dnskeyNeedsMultiSigner: true,
    },
  });
  const { id } = sandbox.seedZone('switch.example');
  assert.equal(await post(sandbox, id, { type: 'TXT', name: 't', content: 'x' }), '200');
  assert.equal(await post(sandbox, id, { type: 'TXT', name: 't', content: '"x"' }), '400/81058');
  assert.equal(await post(sandbox, id, { type: 'NS', name: 't', content: 'ns.example' }), '200');
  const key = { flags: 257, protocol: 3, algorithm: 13, public_key: 'AQID' };
  assert.equal(await post(sandbox, id, { type: 'DNSKEY', name: 't', data: key }), '400/9046');
});

test('quotas, combined length, and limits by plan', async (t) => {
  const sandbox = await sandboxFor(t);
  const records = Array.from({ length: 199 }, (_, index) => ({
    type: 'A',
    name: `h${index}`,
    content: '192.0.2.1',
  }));
  const free = sandbox.seedZone('quota.example', records);
  assert.equal(await post(sandbox, free.id, { type: 'A', name: 'h199', content: '192.0.2.1' }), '200');
  assert.equal(await post(sandbox, free.id, { type: 'A', name: 'h200', content: '192.0.2.1' }), '400/81045');
  sandbox.updateZone(free.id, { plan: 'pro' });
  assert.equal(await post(sandbox, free.id, { type: 'A', name: 'h200', content: '192.0.2.1' }), '200');
  const old = sandbox.seedZone('old.example', [], { createdOn: '2024-08-31T12:00:00Z' });
  assert.equal(
    (await send(sandbox, `GET /zones/${old.id}/dns_records/usage`)).json.result.record_quota,
    1000,
  );
  const big = sandbox.seedZone('big.example', [], { plan: 'enterprise' });
  assert.equal(await post(sandbox, big.id, { type: 'A', name: 'a', content: '192.0.2.1', ttl: 30 }), '200');
  assert.equal(
    await post(sandbox, big.id, { type: 'A', name: 'b', content: '192.0.2.1', ttl: 29 }),
    '400/9021',
  );
  assert.equal(
    await post(sandbox, big.id, {
      type: 'A',
      name: 'c',
      content: '192.0.2.1',
      comment: 'c'.repeat(500),
      tags: ['a', 'b:c'],
    }),
    '200',
  );
  assert.equal(
    await post(sandbox, big.id, {
      type: 'A',
      name: 'd',
      content: '192.0.2.1',
      proxied: true,
      settings: { ipv4_only: true },
    }),
    '200',
  );
  const long = (letter: string): Readonly<Record<string, unknown>> => ({
    type: 'TXT',
    name: 'long',
    content: letter.repeat(3000),
  });
  assert.equal(await post(sandbox, big.id, long('a')), '200');
  assert.equal(await post(sandbox, big.id, long('b')), '200');
  assert.equal(await post(sandbox, big.id, long('c')), '400/83011');
});

test('PUT resets what it leaves out, PATCH keeps it, neither changes the type', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('edit.example', [], { plan: 'pro' });
  const base = `/zones/${id}/dns_records`;
  const full = {
    type: 'CNAME',
    name: 'c',
    content: 'x.example',
    ttl: 600,
    comment: 'why',
    tags: ['a:b'],
    settings: { flatten_cname: true },
  };
  const { result } = (await send(sandbox, `POST ${base}`, { body: full })).json;
  assert.equal(result.comment_modified_on, result.created_on);
  assert.equal(result.tags_modified_on, result.created_on);
  const renamed = (await send(sandbox, `PATCH ${base}/${result.id}`, { body: { name: 'd' } })).json.result;
  assert.deepEqual({ ...renamed, name: 'c.edit.example', modified_on: result.modified_on }, result);
  const cleared = (await send(sandbox, `PATCH ${base}/${result.id}`, { body: { comment: '' } })).json.result;
  assert.equal(cleared.comment, null);
  assert.ok(cleared.comment_modified_on > result.comment_modified_on);
  const put = (
    await send(sandbox, `PUT ${base}/${result.id}`, {
      body: { name: 'd', type: 'CNAME', content: 'y.example' },
    })
  ).json.result;
  assert.deepEqual(
    [put.ttl, put.comment, put.tags, put.settings, put.content],
    [1, null, [], { flatten_cname: false }, 'y.example'],
  );
  assert.equal(put.created_on, result.created_on);
  for (const method of ['PUT', 'PATCH']) {
    const answer = await send(sandbox, `${method} ${base}/${result.id}`, {
      body: { name: 'd', type: 'A', content: '192.0.2.1' },
    });
    assert.equal(outcomeOf(answer), '400/10021', method);
  }
  const srv = { type: 'SRV', name: 's', data: { priority: 1, weight: 2, port: 3, target: 'x.example' } };
  const made = (await send(sandbox, `POST ${base}`, { body: srv })).json.result;
  const part = (await send(sandbox, `PATCH ${base}/${made.id}`, { body: { data: { port: 4 } } })).json.result;
  assert.deepEqual([part.content, part.priority], ['2 4 x.example', 1]);
  const priority = (await send(sandbox, `PATCH ${base}/${made.id}`, { body: { priority: 7 } })).json.result;
  assert.deepEqual([priority.priority, priority.data.priority], [7, 7]);
});

test('what moves when a record changes: its time, the serial; not the zone', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('serial.example', [{ type: 'A', name: 'a', content: '192.0.2.1' }]);
  const [record] = sandbox.records(id);
  const item = `/zones/${id}/dns_records/${record?.id}`;
  const before = sandbox.zone(id).serial;
  const { modifiedOn } = sandbox.zone(id);
  await send(sandbox, `PATCH ${item}`, { body: { comment: 'only a note' } });
  assert.equal(sandbox.zone(id).serial, before);
  await send(sandbox, `PATCH ${item}`, { body: { content: '192.0.2.2' } });
  assert.equal(sandbox.zone(id).serial, before + 1);
  await send(sandbox, `PATCH ${item}`, { body: { content: 'nonsense' } });
  assert.equal(sandbox.zone(id).serial, before + 1);
  assert.equal(sandbox.zone(id).modifiedOn, modifiedOn);
});

test('shadowed records are told on request', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('shadow.example', [
    { type: 'NS', name: 'sub', content: 'ns1.example' },
    { type: 'A', name: 'www.sub', content: '192.0.2.1' },
    { type: 'A', name: 'deep.www.sub', content: '192.0.2.2' },
    { type: 'A', name: 'free', content: '192.0.2.3' },
  ]);
  const ns = sandbox.records(id).find((record) => record.type === 'NS');
  const list = await send(sandbox, `GET /zones/${id}/dns_records?include_shadow_metadata=true`);
  const metas = Object.fromEntries(
    list.json.result.map((record: { name: string; meta: unknown }) => [record.name, record.meta]),
  );
  assert.deepEqual(metas, {
    'deep.www.sub.shadow.example': { shadowed_by: [ns?.id] },
    'free.shadow.example': {},
    'www.sub.shadow.example': { shadowed_by: [ns?.id] },
    'sub.shadow.example': { shadowed_records_count: 2 },
  });
  const plain = await send(sandbox, `GET /zones/${id}/dns_records`);
  assert.ok(plain.json.result.every((record: { meta: object }) => Object.keys(record.meta).length === 0));
  const names = async (filter: string): Promise<string[]> =>
    (
      await send(sandbox, `GET /zones/${id}/dns_records?include_shadow_metadata=true&${filter}`)
    ).json.result?.map((record: { name: string }) => record.name);
  assert.deepEqual(await names('shadowed_by_name=sub.shadow.example'), [
    'deep.www.sub.shadow.example',
    'www.sub.shadow.example',
  ]);
  assert.deepEqual(await names('shadowing_name=www.sub.shadow.example'), ['sub.shadow.example']);
  assert.equal(
    outcomeOf(await send(sandbox, `GET /zones/${id}/dns_records?shadowing_name=shadow.example`)),
    '400/10021',
  );
});

test('scan: the old way adds, the new way waits for review', async (t) => {
  const sandbox = await sandboxFor(t);
  const found = [
    { type: 'A', name: 'found.scan.example', content: '192.0.2.1' },
    { type: 'A', name: 'more.scan.example', content: '192.0.2.2' },
  ];
  const { id: zone_id } = sandbox.seedZone('scan.example', [], { scanFindings: found });
  const sdk = sdkFor(sandbox);
  await sdk.dns.records.scanTrigger({ zone_id });
  assert.equal(sandbox.records(zone_id).length, 0);
  const review = await sdk.dns.records.scanList({ zone_id });
  assert.equal(review.result.length, 2);
  const [accepted, rejected] = review.result;
  const done = await send(sandbox, `POST /zones/${zone_id}/dns_records/scan/review`, {
    body: { accepts: [accepted], rejects: [{ id: rejected?.id }] },
  });
  assert.equal(done.json.result.accepts[0].name, 'found.scan.example');
  assert.deepEqual(done.json.result.rejects, [rejected?.id]);
  assert.equal(sandbox.records(zone_id).length, 1);
  assert.equal((await sdk.dns.records.scanList({ zone_id })).result.length, 0);
  const old = await send(sandbox, `POST /zones/${zone_id}/dns_records/scan`);
  assert.deepEqual(old.json.result, { recs_added: 1, total_records_parsed: 2 });
});
