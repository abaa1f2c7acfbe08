/** Names as people read them, and which zones a list shows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { domainToUnicode } from 'node:url';
import type { Zone } from '../../../client/index.ts';
import { readableName, relativeName } from './names.ts';
import { freshnessOf, matchesZone, orderZones, type ZoneFilter } from './zone-filter.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const zone = (name: string, more: Partial<Zone> = {}): Zone => ({
  id: name,
  name,
  connectionId: 'con_1',
  accountId: 'a',
  accountName: 'Example',
  status: 'active',
  paused: false,
  type: 'full',
  plan: 'free',
  nameServers: [],
  originalNameServers: [],
  createdOn: null,
  modifiedOn: null,
  activatedOn: null,
  revision: 1,
  recordCount: 1,
  freshness: { verifiedAt: '2026-11-28T11:00:00Z', signal: null, staleSince: null, unreadable: null },
  ...more,
});

describe('names', () => {
  it('are relative to their zone', () => {
    const table = [
      ['example.com', '@'], ['www.example.com', 'www'], ['a.b.example.com', 'a.b'], ['myexample.com', 'myexample.com'],
    ] as const; // biome-ignore format: a table
    for (const [name, expected] of table) assert.equal(relativeName(name, 'example.com'), expected);
  });

  it('are decoded as the platform decodes them, and left alone where they are no Punycode', () => {
    for (const name of [
      'xn--caf-bcher-d4a5s.example', 'xn--bcher-kva.example', 'www.xn--fiqs8s', 'xn--80ak6aa92e.com', 'xn--p1ai',
      'xn--mgbh0fb.xn--kgbechtv', 'xn--fa-hia.de', 'plain.example', 'xn--ls8h.la',
    ]) // biome-ignore format: a list
      assert.equal(readableName(name), domainToUnicode(name), name);
    for (const name of ['xn--\u00fc.example', 'xn--99999999.example', 'xn--.example'])
      assert.ok(readableName(name).length > 0, name);
  });
});

describe('the list of zones', () => {
  const none: ZoneFilter = { text: '', status: '', connection: '', tag: '', drift: '', freshness: '' };
  const sides = { tags: ['agency'], drift: 2 };

  it('shows what fits every filter', () => {
    const table: readonly [Partial<ZoneFilter>, Partial<Zone>, boolean][] = [
      [{}, {}, true],
      [{ text: 'SHOP' }, {}, true],
      [{ text: 'other' }, {}, false],
      [{ text: 'bücher' }, { name: 'xn--bcher-kva.example' }, true],
      [{ status: 'pending' }, {}, false],
      [{ status: 'paused' }, { paused: true }, true],
      [{ connection: 'con_2' }, {}, false],
      [{ tag: 'agency' }, {}, true],
      [{ tag: 'own' }, {}, false],
      [{ drift: 'yes' }, {}, true],
      [{ drift: 'no' }, {}, false],
      [{ freshness: 'fresh' }, {}, true],
      [{ freshness: 'never' }, {}, false],
    ];
    for (const [filter, more, expected] of table)
      assert.equal(
        matchesZone(zone('shop.example', more), sides, { ...none, ...filter }, NOW),
        expected,
        JSON.stringify(filter),
      );
  });

  it('tells how well a zone is known', () => {
    const table: readonly [Zone['freshness'], string][] = [
      [{ verifiedAt: null, signal: null, staleSince: null, unreadable: null }, 'never'],
      [{ verifiedAt: '2026-11-28T11:59:00Z', signal: 'read', staleSince: null, unreadable: null }, 'fresh'],
      [{ verifiedAt: '2026-11-26T11:59:00Z', signal: 'read', staleSince: null, unreadable: null }, 'old'],
      [
        {
          verifiedAt: '2026-11-28T11:00:00Z',
          signal: 'read',
          staleSince: '2026-11-28T11:30:00Z',
          unreadable: null,
        },
        'stale',
      ],
      [
        {
          verifiedAt: '2026-11-28T11:59:00Z',
          signal: 'read',
          staleSince: null,
          unreadable: { since: '2026-11-28T11:59:30Z', reason: 'not-seen' },
        },
        'unreadable',
      ],
    ];
    for (const [freshness, expected] of table) assert.equal(freshnessOf({ freshness }, NOW), expected);
  });

  it('is in the order in which people look', () => {
    const names = orderZones([zone('shop.example'), zone('xn--caf-dma.example'), zone('blog.example')]).map(
      ({ name }) => readableName(name),
    );
    assert.deepEqual(names, ['blog.example', 'café.example', 'shop.example']);
  });
});
