import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountId } from '../base/ids.ts';
import type { JsonObject } from '../base/json.ts';
import { Secret } from '../base/secret.ts';
import type { AuditLogEntry } from '../domains/zones/signals/ports.ts';
import { createCloudflare } from './cloudflare.ts';
import { envelope, type Script, scriptedFetch } from './fakes.ts';

const OPTIONS = { lane: 'sync' } as const;
const account = 'a'.repeat(32) as AccountId;

function entry(id: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    action: { type: 'update', result: 'success', time: '2026-11-23T10:00:00Z' },
    actor: { type: 'user', context: 'dash', email: 'ann@example.com', id: 'u1' },
    raw: { cf_ray_id: 'ray1', uri: '/client/v4/zones/z/dns_records/r', method: 'PATCH', status_code: 200 },
    resource: { product: 'dns_records', type: 'dns.record', id: 'r' },
    zone: { id: 'z1', name: 'example.com' },
    ...more,
  };
}

async function read(script: Script): Promise<{ pages: AuditLogEntry[][]; urls: URL[] }> {
  const { fetch, sent } = scriptedFetch(script);
  await using cloudflare = createCloudflare({
    credential: { kind: 'user-token', token: new Secret('t'.repeat(40)) },
    fetch,
  });
  const pages: AuditLogEntry[][] = [];
  const window = { since: Date.UTC(2026, 10, 23, 9), before: Date.UTC(2026, 10, 23, 11) };
  for await (const page of cloudflare.auditLog.entries(account, window, OPTIONS)) pages.push([...page]);
  return { pages, urls: sent.map(({ url }) => new URL(url)) };
}

describe('audit log reader', () => {
  it('asks for a window, oldest first, a thousand at a time', async () => {
    const { pages, urls } = await read(() => envelope([entry('1')], { info: { count: '1', cursor: '' } }));
    assert.equal(urls.length, 1);
    assert.equal(urls[0]?.pathname, `/client/v4/accounts/${account}/logs/audit`);
    assert.deepEqual(Object.fromEntries(urls[0]?.searchParams ?? []), {
      since: '2026-11-23T09:00:00.000Z',
      before: '2026-11-23T11:00:00.000Z',
      limit: '1000',
      direction: 'asc',
    });
    assert.deepEqual(pages, [
      [
        {
          id: '1',
          at: Date.UTC(2026, 10, 23, 10),
          zoneId: 'z1',
          actor: 'ann@example.com',
          interface: 'dash',
          tokenId: null,
          ray: 'ray1',
        },
      ],
    ]);
  });

  const cursors: readonly (readonly [string, (cursor: string) => JsonObject])[] = [
    ['as the API reference has it', (cursor) => ({ cursor })],
    ['as the SDK reads it', (cursor) => ({ cursors: { after: cursor } })],
    ['in both forms', (cursor) => ({ cursor, cursors: { after: cursor } })],
  ];
  for (const [form, info] of cursors) {
    it(`follows the cursor ${form}`, async () => {
      const { pages, urls } = await read((_, index) =>
        envelope([entry(String(index))], { info: info(index < 2 ? `c${index}` : '') }),
      );
      assert.deepEqual(
        urls.map((url) => url.searchParams.get('cursor')),
        [null, 'c0', 'c1'],
      );
      assert.deepEqual(
        pages.flat().map(({ id }) => id),
        ['0', '1', '2'],
      );
    });
  }

  const endings: readonly (readonly [string, unknown])[] = [
    ['there is no cursor', { count: '1' }],
    ['there is no result_info', undefined],
    ['the cursor is null', { cursor: null }],
  ];
  for (const [when, info] of endings) {
    it(`ends when ${when}`, async () => {
      const { urls } = await read(() => envelope([entry('1')], { info }));
      assert.equal(urls.length, 1);
    });
  }

  it('ends at a cursor that does not move, and at an empty page', async () => {
    const same = await read(() => envelope([entry('1')], { info: { cursor: 'same' } }));
    assert.equal(same.urls.length, 2);
    const empty = await read(() => envelope([], { info: { cursor: 'more' } }));
    assert.equal(empty.urls.length, 1);
  });

  const kept: readonly (readonly [string, JsonObject])[] = [
    ['another path, but a record by its type', { raw: { uri: '/x' } }],
    ['nothing said of what it is', { resource: {}, raw: {} }],
    ['a zone', { resource: { product: 'zones', type: 'zone' }, raw: {} }],
    ['a record by its path alone', { resource: { product: 'other' } }],
    ['no result told', { action: { type: 'create', time: '2026-11-23T10:00:00Z' } }],
  ];
  for (const [what, more] of kept) {
    it(`hears ${what}`, async () => {
      const { pages } = await read(() => envelope([entry('1', more)]));
      assert.equal(pages.flat().length, 1);
    });
  }

  const left: readonly (readonly [string, JsonObject])[] = [
    ['a view', { action: { type: 'view', result: 'success', time: '2026-11-23T10:00:00Z' } }],
    ['a failure', { action: { type: 'update', result: 'failure', time: '2026-11-23T10:00:00Z' } }],
    ['an entry without a zone', { zone: {} }],
    ['an entry without a time', { action: { type: 'update', result: 'success' } }],
    ['a setting', { resource: { product: 'zone_settings', type: 'zone.setting' }, raw: { uri: '/x' } }],
    ['something of another product', { resource: { product: 'workers' }, raw: { uri: '/workers' } }],
  ];
  for (const [what, more] of left) {
    it(`leaves out ${what}`, async () => {
      const { pages } = await read(() => envelope([entry('1', more), 'nonsense']));
      assert.deepEqual(pages, [[]]);
    });
  }

  const actors: readonly (readonly [JsonObject, string | null])[] = [
    [{ token_name: 'ci', token_id: 't1', type: 'account' }, 'ci'],
    [{ token_id: 't1', type: 'account' }, 't1'],
    [{ type: 'system' }, 'Cloudflare (system)'],
    [{ type: 'user' }, null],
    [{}, null],
  ];
  for (const [actor, name] of actors) {
    it(`names ${JSON.stringify(actor)} ${name}`, async () => {
      const { pages } = await read(() => envelope([entry('1', { actor })]));
      assert.equal(pages[0]?.[0]?.actor, name);
    });
  }
});
