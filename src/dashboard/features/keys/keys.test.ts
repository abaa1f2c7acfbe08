/** What the page of API keys says of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiKey } from '../../../client/index.ts';
import { keyState, keysMadeBy, patternsOf } from './key-words.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');

function key(id: string, more: Partial<ApiKey> = {}): ApiKey {
  return {
    id,
    label: id,
    scopes: ['read'],
    connectionIds: null,
    zoneIds: null,
    namePatterns: null,
    owner: 'ops',
    createdAt: '2026-11-01T00:00:00Z',
    createdBy: 'command-line',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    ...more,
  };
}

describe('an API key', () => {
  it('stands until it ends or is revoked', () => {
    assert.equal(keyState(key('a'), NOW), 'stands');
    assert.equal(keyState(key('a', { expiresAt: '2026-11-29T12:00:00Z' }), NOW), 'expired');
    assert.equal(keyState(key('a', { expiresAt: '2026-11-29T12:00:01Z' }), NOW), 'stands');
    const both = { expiresAt: '2026-11-28T00:00:00Z', revokedAt: '2026-11-27T00:00:00Z' };
    assert.equal(keyState(key('a', both), NOW), 'revoked');
  });

  it('made what its own keys made, and only what stands counts', () => {
    const all = [
      key('root'),
      key('child', { createdBy: 'root', revokedAt: '2026-11-02T00:00:00Z' }),
      key('grandchild', { createdBy: 'child' }),
      key('other'),
    ];
    assert.deepEqual(
      keysMadeBy('root', all, NOW).map(({ id }) => id),
      ['grandchild'],
    );
    assert.deepEqual(keysMadeBy('other', all, NOW), []);
  });

  it('takes patterns in lines or with commas, each once', () => {
    assert.deepEqual(patternsOf(' @, *.dyn\n_acme-challenge* @'), ['@', '*.dyn', '_acme-challenge*']);
    assert.equal(patternsOf(' ,\n'), null);
  });
});
