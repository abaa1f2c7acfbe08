import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../base/json.ts';
import { record } from './contract/samples.ts';
import { recordHash } from './record-hash.ts';

const base = record(1);

function hashWith(received: JsonObject, readOnly: string | null = null): string {
  return recordHash({ ...base, received: { ...base.received, ...received }, readOnly });
}

describe('record hash', () => {
  const plain = recordHash(base);
  const same: readonly (readonly [string, JsonObject])[] = [
    ['times', { modified_on: 'x', created_on: 'x', comment_modified_on: 'x', tags_modified_on: 'x' }],
    [
      'what Cloudflare derives',
      { proxiable: false, meta: { source: 'primary' }, zone_id: 'x', locked: true },
    ],
    ['a field that is new', { routing: 'simple' }],
    ['null, absent and empty', { comment: '', tags: null, settings: { flatten_cname: false }, data: {} }],
    ['false and absent', { private_routing: false }],
    ['the case of the name', { name: 'R1.Zone1.example' }],
  ];
  for (const [what, received] of same) {
    it(`does not count ${what}`, () => assert.equal(hashWith(received), plain));
  }

  const different: readonly (readonly [string, JsonObject])[] = [
    ['content', { content: '192.0.2.2' }],
    ['ttl', { ttl: 60 }],
    ['proxied', { proxied: true }],
    ['comment', { comment: 'x' }],
    ['tags', { tags: ['a'] }],
    ['settings', { settings: { ipv4_only: true } }],
    ['private routing', { private_routing: true }],
    ['priority, also 0', { priority: 0 }],
    ['type', { type: 'AAAA' }],
    ['name', { name: 'r2.zone1.example' }],
    ['data', { data: { flags: 0 } }],
  ];
  for (const [what, received] of different) {
    it(`counts ${what}`, () => assert.notEqual(hashWith(received), plain));
  }

  it('counts that the record is read-only, not why', () => {
    assert.notEqual(hashWith({}, 'a'), plain);
    assert.equal(hashWith({}, 'a'), hashWith({}, 'b'));
  });

  it('knows no order of tags or of members', () => {
    assert.equal(hashWith({ tags: ['a', 'b'] }), hashWith({ tags: ['b', 'a'] }));
    assert.equal(hashWith({ data: { a: 1, b: 2 } }), hashWith({ data: { b: 2, a: 1 } }));
  });

  it('compares data, where there is some, and not its rendering', () => {
    const data = { flags: 0, tag: 'issue', value: 'ca.example' };
    assert.equal(hashWith({ data, content: 'a' }), hashWith({ data, content: 'b' }));
  });
});
