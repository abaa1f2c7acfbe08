import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { observe, retryAfterMs } from './rate-headers.ts';

const NOW = Date.parse('2026-11-01T12:00:00Z');

describe('rate headers', () => {
  const cases: readonly [string, Record<string, string>, unknown][] = [
    ['none', {}, { policy: null, remaining: null, resetMs: null, settledBefore: null, limited: null }],
    [
      'as documented',
      { Ratelimit: '"default";r=1173;t=212', 'Ratelimit-Policy': '"default";q=1200;w=300' },
      {
        policy: { quota: 1200, windowMs: 300_000 },
        remaining: 1173,
        resetMs: 212_000,
        settledBefore: null,
        limited: null,
      },
    ],
    [
      'several policies: the one that binds, and what is left of that one',
      {
        ratelimit: '"burst";r=9;t=1, "default";r=50;t=30',
        'ratelimit-policy': '"burst";q=200;w=1, "default";q=1200;w=300',
      },
      {
        policy: { quota: 1200, windowMs: 300_000 },
        remaining: 50,
        resetMs: 30_000,
        settledBefore: null,
        limited: null,
      },
    ],
    [
      'spaces and a scaled window',
      { ratelimit: '"default"; r=0; t=1', 'ratelimit-policy': '"default"; q=120; w=2.5' },
      {
        policy: { quota: 120, windowMs: 2_500 },
        remaining: 0,
        resetMs: 1_000,
        settledBefore: null,
        limited: null,
      },
    ],
    [
      'nonsense is not believed',
      { ratelimit: 'default', 'ratelimit-policy': '"default";q=0;w=300, "x";q=5;w=99999999' },
      { policy: null, remaining: null, resetMs: null, settledBefore: null, limited: null },
    ],
  ];
  for (const [name, headers, expected] of cases) {
    it(name, () => {
      assert.deepEqual(observe({ status: 200, headers: new Headers(headers), now: NOW }), expected);
    });
  }

  it('reads a 429 with and without Retry-After', () => {
    const limited = (headers: Record<string, string>): unknown =>
      observe({ status: 429, headers: new Headers(headers), now: NOW }).limited;
    assert.deepEqual(limited({ 'retry-after': '17' }), { retryAfterMs: 17_000 });
    assert.deepEqual(limited({}), { retryAfterMs: null });
  });

  const times: readonly [string | null, number | null][] = [
    [null, null],
    ['0', 0],
    ['1.5', 1_500],
    ['Sun, 01 Nov 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-5', null],
    ['', null],
  ];
  for (const [value, expected] of times) {
    it(`Retry-After: ${value}`, () => assert.equal(retryAfterMs(value, NOW), expected));
  }
});
