import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from './index.ts';
import { outcomeOf, sandboxFor, send } from './testing.ts';

async function listed(sandbox: Sandbox, zone: string, query: string): Promise<string[]> {
  const answer = await send(sandbox, `GET /zones/${zone}/dns_records?${query}`);
  assert.equal(answer.status, 200, query);
  return answer.json.result.map(
    (record: { type: string; name: string }) => `${record.type} ${record.name.split('.')[0]}`,
  );
}

test('every filter of the record list', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone(
    'list.example',
    [
      {
        type: 'A',
        name: 'web',
        content: '192.0.2.1',
        proxied: true,
        comment: 'Front Door',
        tags: ['env:Prod', 'owner:web'],
      },
      { type: 'A', name: 'api', content: '192.0.2.10', ttl: 600, tags: ['env:test'] },
      { type: 'AAAA', name: 'web', content: '2001:db8::1' },
      { type: 'CNAME', name: 'docs', content: 'Pages.Example.net', comment: 'front page' },
      { type: 'SRV', name: '_sip._tls', data: { priority: 1, weight: 2, port: 443, target: 'sip.example' } },
      { type: 'TXT', name: 'web', content: '"v=spf1 -all"' },
    ],
    { plan: 'pro' },
  );
  const all = ['A api', 'A web', 'AAAA web', 'CNAME docs', 'SRV _sip', 'TXT web'];
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', all],
    ['type=A', ['A api', 'A web']],
    ['type=A,AAAA', ['A api', 'A web', 'AAAA web']],
    ['type=a', ['A api', 'A web']],
    ['name=web.list.example', ['A web', 'AAAA web', 'TXT web']],
    ['name=WEB.list.example.', ['A web', 'AAAA web', 'TXT web']],
    ['name.exact=web.list.example', ['A web', 'AAAA web', 'TXT web']],
    ['name=web', []],
    ['name=ends_with:i.list.example', ['A api']],
    ['name=starts_with:doc', ['CNAME docs']],
    ['name.contains=EB.list', ['A web', 'AAAA web', 'TXT web']],
    ['name.startswith=_sip', ['SRV _sip']],
    ['name.endswith=.example', all],
    ['name=api.list.example&name=docs.list.example&match=any', ['A api', 'CNAME docs']],
    ['content=192.0.2.1', ['A web']],
    ['content.exact=192.0.2.1', ['A web']],
    ['content.contains=192.0.2', ['A api', 'A web']],
    ['content.startswith=pages', ['CNAME docs']],
    ['content.endswith=.NET', ['CNAME docs']],
    [`content=${encodeURIComponent('2\t443\tsip.example')}`, ['SRV _sip']],
    ['content=%22v%3Dspf1%20-all%22', ['TXT web']],
    ['proxied=true', ['A web']],
    ['proxied=false&type=A', ['A api']],
    ['comment.present', ['A web', 'CNAME docs']],
    ['comment.present=&type=A', ['A web']],
    ['comment.absent=true', ['A api', 'AAAA web', 'SRV _sip', 'TXT web']],
    ['comment.exact=front%20door', ['A web']],
    ['comment.contains=front', ['A web', 'CNAME docs']],
    ['comment.startswith=front%20p', ['CNAME docs']],
    ['comment.endswith=door', ['A web']],
    ['tag.present=env', ['A api', 'A web']],
    ['tag.absent=env', ['AAAA web', 'CNAME docs', 'SRV _sip', 'TXT web']],
    ['tag.exact=env:prod', ['A web']],
    ['tag.contains=env:e', ['A api']],
    ['tag.startswith=owner:w', ['A web']],
    ['tag.endswith=env:st', ['A api']],
    ['tag.exact=env:test&tag.exact=owner:web', []],
    ['tag.exact=env:test&tag.exact=owner:web&tag_match=any', ['A api', 'A web']],
    ['type=TXT&name=api.list.example', []],
    ['type=TXT&name=api.list.example&match=any', ['A api', 'TXT web']],
    ['search=FRONT', ['A web', 'CNAME docs']],
    ['search=db8', ['AAAA web']],
    ['search=front&type=A&match=any', ['A web']],
    ['order=name', ['SRV _sip', 'A api', 'CNAME docs', 'A web', 'AAAA web', 'TXT web']],
    ['order=type&direction=desc', ['TXT web', 'SRV _sip', 'CNAME docs', 'AAAA web', 'A api', 'A web']],
    ['order=ttl&type=A', ['A web', 'A api']],
    ['order=proxied&direction=desc&type=A', ['A web', 'A api']],
    ['order=content&type=A,AAAA', ['A web', 'A api', 'AAAA web']],
    ['per_page=2&page=2', ['AAAA web', 'CNAME docs']],
    ['per_page=2&page=4', []],
    ['page=0&per_page=0', all],
    ['page=x&per_page=-1', all],
  ];
  for (const [query, expected] of cases) assert.deepEqual(await listed(sandbox, id, query), expected, query);
});

test('default order: type, name, and of equals the newest first', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('order.example');
  for (const content of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
    await send(sandbox, `POST /zones/${id}/dns_records`, { body: { type: 'A', name: 'x', content } });
  }
  const { json } = await send(sandbox, `GET /zones/${id}/dns_records`);
  assert.deepEqual(
    json.result.map((record: { content: string }) => record.content),
    ['192.0.2.3', '192.0.2.2', '192.0.2.1'],
  );
});

test('result_info of pages, the last, past the end, and of nothing', async (t) => {
  const sandbox = await sandboxFor(t);
  const records = Array.from({ length: 12 }, (_, index) => ({
    type: 'A',
    name: `h${index}`,
    content: '192.0.2.1',
  }));
  const { id } = sandbox.seedZone('pages.example', records);
  const info = async (query: string): Promise<unknown> =>
    (await send(sandbox, `GET /zones/${id}/dns_records?${query}`)).json.result_info;
  assert.deepEqual(await info(''), { page: 1, per_page: 100, count: 12, total_count: 12, total_pages: 1 });
  assert.deepEqual(await info('per_page=5&page=3'), {
    page: 3,
    per_page: 5,
    count: 2,
    total_count: 12,
    total_pages: 3,
  });
  assert.deepEqual(await info('per_page=5&page=9'), {
    page: 9,
    per_page: 5,
    count: 0,
    total_count: 12,
    total_pages: 3,
  });
  assert.deepEqual(await info('type=MX'), {
    page: 1,
    per_page: 100,
    count: 0,
    total_count: 0,
    total_pages: 1,
  });
  assert.deepEqual(await info('per_page=9000000'), {
    page: 1,
    per_page: 5000,
    count: 12,
    total_count: 12,
    total_pages: 1,
  });
});

test('export, and what is exported is imported again', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone(
    'file.example',
    [
      { type: 'A', name: '@', content: '192.0.2.1', proxied: true, comment: 'the front' },
      { type: 'MX', name: '@', content: 'mail.example.net', priority: 10, ttl: 3600 },
      { type: 'TXT', name: '@', content: '"v=spf1; -all" "second \\"part\\""' },
      { type: 'TXT', name: 'bare', content: 'semi; colon' },
      {
        type: 'CNAME',
        name: 'flat',
        content: 'x.example.net',
        settings: { flatten_cname: true },
        tags: ['owner:web'],
      },
      { type: 'CAA', name: '@', data: { flags: 0, tag: 'issue', value: 'ca.example; policy=ev' } },
      {
        type: 'SRV',
        name: '_sip._tls',
        data: { priority: 1, weight: 2, port: 443, target: 'sip.file.example' },
      },
      { type: 'HTTPS', name: '@', data: { priority: 1, target: '.', value: 'alpn="h2,h3" port=443' } },
      {
        type: 'LOC',
        name: 'here',
        data: {
          lat_degrees: 1,
          lat_minutes: 2,
          lat_seconds: 3.5,
          lat_direction: 'S',
          long_degrees: 4,
          long_minutes: 5,
          long_seconds: 6,
          long_direction: 'E',
          altitude: -10,
          size: 1,
          precision_horz: 2,
          precision_vert: 3,
        },
      },
      {
        type: 'NAPTR',
        name: 'n',
        data: {
          order: 1,
          preference: 2,
          flags: 'U',
          service: 'E2U+sip',
          regex: '!^.*$!sip:a@b!',
          replacement: '.',
        },
      },
      { type: 'URI', name: 'u', priority: 5, data: { weight: 6, target: 'https://example.net/' } },
      { type: 'NS', name: 'sub', content: 'ns1.example.net' },
      {
        type: 'DS',
        name: 'sub',
        data: { key_tag: 1, algorithm: 13, digest_type: 2, digest: 'ab'.repeat(32) },
      },
      {
        type: 'TLSA',
        name: '_443._tcp',
        data: { usage: 3, selector: 1, matching_type: 1, certificate: 'cd'.repeat(32) },
      },
    ],
    { plan: 'pro' },
  );
  const answer = await send(sandbox, `GET /zones/${id}/dns_records/export`);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(answer.text, /^file\.example\.\t3600\tIN\tSOA\t/m);
  assert.match(answer.text, /^file\.example\.\t86400\tIN\tNS\t\w+\.ns\.cloudflare\.com\.$/m);
  assert.match(answer.text, /^file\.example\.\t1\tIN\tA\t192\.0\.2\.1 ; the front cf_tags=cf-proxied:true$/m);
  const target = sandbox.seedZone('copy.example', [], { plan: 'pro' });
  const imported = await importFile(
    sandbox,
    target.id,
    answer.text.replaceAll('file.example', 'copy.example'),
  );
  assert.deepEqual(imported.json.result, { recs_added: 14, total_records_parsed: 14 });
  const before = sandbox.records(id);
  const again = await importFile(sandbox, id, answer.text);
  assert.deepEqual(
    again.json.result,
    { recs_added: 0, total_records_parsed: 14 },
    'what is there is not added again',
  );
  assert.deepEqual(sandbox.records(id), before);
  const values = (zone: string): unknown[] =>
    sandbox
      .records(zone)
      .map(({ type, name, content, priority, data, proxied, comment, tags, settings, ttl }) => {
        const plain = type === 'TXT' ? content.replace(/^([^"].*)$/, '"$1"') : content;
        return JSON.stringify([
          type,
          name,
          plain,
          priority,
          data,
          proxied,
          comment,
          tags,
          settings,
          ttl,
        ]).replaceAll('copy.example', 'file.example');
      })
      .sort();
  assert.deepEqual(values(target.id), values(id));
});

async function importFile(
  sandbox: Sandbox,
  zone: string,
  text: string,
  proxied?: string,
): Promise<Awaited<ReturnType<typeof send>>> {
  const form = new FormData();
  form.set('file', new Blob([text]), 'zone.txt');
  if (proxied !== undefined) form.set('proxied', proxied);
  return send(sandbox, `POST /zones/${zone}/dns_records/import`, { body: form });
}

test('import: directives, defaults, SOA and apex NS, duplicates, proxied', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('in.example', [{ type: 'A', name: 'known', content: '192.0.2.1' }], {
    plan: 'pro',
  });
  const text = [
    '$TTL 1h',
    '@ IN SOA ns1.in.example. admin.in.example. ( 1 2h',
    '  3600 ; retry',
    '  1w 60 )',
    '@ NS ns1.elsewhere.example.',
    'known A 192.0.2.1',
    'www 300 IN A 192.0.2.2 ; web server',
    '    IN 600 AAAA 2001:db8::2',
    'off A 192.0.2.3 ; cf_tags=cf-proxied:false',
    'mail MX 10 www',
    '$ORIGIN sub.in.example.',
    'alias CNAME www.in.example.',
    '$GENERATE 1-3 host$ A 192.0.2.$',
    'txt TXT ( "one;two"',
    '          three )',
  ].join('\n');
  const answer = await importFile(sandbox, id, text, 'true');
  assert.deepEqual(answer.json.result, { recs_added: 9, total_records_parsed: 10 });
  const byName = Object.fromEntries(
    sandbox.records(id).map((record) => [`${record.type} ${record.name}`, record]),
  );
  assert.deepEqual(
    [byName['A www.in.example']?.comment, byName['A www.in.example']?.proxied],
    ['web server', true],
  );
  assert.equal(byName['A off.in.example']?.proxied, false);
  assert.equal(byName['A off.in.example']?.ttl, 3600);
  assert.equal(byName['MX mail.in.example']?.content, 'www.in.example');
  assert.equal(byName['A host2.sub.in.example']?.content, '192.0.2.2');
  assert.equal(byName['TXT txt.sub.in.example']?.content, '"one;two" "three"');
});

test('import: empty files add nothing, bad ones neither', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('bad.example', [], { plan: 'pro' });
  const cases: readonly (readonly [string, string])[] = [
    ['', '200'],
    ['; only a comment\n', '200'],
    ['$INCLUDE other.zone', '400/9208'],
    ['good A 192.0.2.1\nbad A', '400/9208'],
    ['good A 192.0.2.1\nbad A 192.0.2', '400/9005'],
    ['x WHAT 1', '400/9208'],
    ['x TXT "open', '400/9208'],
    ['x A ( 192.0.2.1', '400/9208'],
    ['x A 192.0.2.1 )', '400/9208'],
    ['   A 192.0.2.1', '400/9208'],
    ['$TTL never', '400/9208'],
    ['$GENERATE 1-1000000 h$ A 192.0.2.1', '400/9208'],
    [`; ${'x'.repeat(256 * 1024)}`, '400/9207'],
  ];
  for (const [text, expected] of cases) {
    assert.equal(outcomeOf(await importFile(sandbox, id, text)), expected, text.slice(0, 40));
  }
  assert.equal(sandbox.records(id).length, 0);
  const line = await importFile(sandbox, id, '\n\nbad A\n');
  assert.match(line.json.errors[0].message, /at line 3/);
  assert.equal(
    outcomeOf(await send(sandbox, `POST /zones/${id}/dns_records/import`, { body: new FormData() })),
    '400/9101',
  );
  assert.equal(
    outcomeOf(await send(sandbox, `POST /zones/${id}/dns_records/import`, { body: {} })),
    '400/10021',
  );
});
