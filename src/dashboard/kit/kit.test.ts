/** The kit's pure parts: keys of a table, times for people, a stream of events, calls in a chart, errors in words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, type Problem } from '../../client/index.ts';
import { parseEvents } from '../api/event-stream.ts';
import { failureOf, failureText } from '../api/failure.ts';
import { bucketsOf, budgetOver, chooseSpan, sumOf } from '../features/connections/call-buckets.ts';
import { formatAgo, formatSpan, formatUtc } from './clock.ts';
import { rowAfterKey, selectRange } from './table-keys.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');

describe('keys of a table', () => {
  it('walk, and stop at the ends', () => {
    const table: readonly [string, number, number | null][] = [
      ['ArrowDown', 0, 1], ['ArrowDown', 9, 9], ['ArrowUp', 0, 0], ['ArrowUp', 5, 4], ['PageDown', 2, 6],
      ['PageDown', 8, 9], ['PageUp', 2, 0], ['Home', 7, 0], ['End', 0, 9], ['x', 3, null],
    ]; // biome-ignore format: a table
    for (const [key, from, to] of table)
      assert.equal(rowAfterKey(key, from, { count: 10, perPage: 4 }), to, key);
    assert.equal(rowAfterKey('End', 0, { count: 0, perPage: 4 }), 0);
  });

  it('select from one row to another, in either direction', () => {
    const keys = ['a', 'b', 'c', 'd'];
    assert.deepEqual([...selectRange(new Set(['d']), keys, { from: 0, to: 1 })].sort(), ['a', 'b', 'd']);
    assert.deepEqual([...selectRange(new Set(), keys, { from: 3, to: 2 })].sort(), ['c', 'd']);
  });
});

describe('times', () => {
  it('are told as people tell them', () => {
    const table: readonly [number, string][] = [
      [0, 'just now'], [-20, 'just now'], [-60, '1 minute ago'], [-58 * 60, '1 hour ago'], [-3_600 * 5, '5 hours ago'],
      [-86_400, 'yesterday'], [86_400 * 9, 'in 9 days'], [86_400 * 90, 'in 3 months'], [-86_400 * 800, '2 years ago'],
    ]; // biome-ignore format: a table
    for (const [seconds, expected] of table) assert.equal(formatAgo(NOW + seconds * 1_000, NOW), expected);
    assert.equal(formatUtc(NOW), '2026-11-28 12:00:00 UTC');
  });

  it('spans have the unit that fits', () => {
    const table: readonly [number, string][] = [
      [0, '0 ms'], [340, '340 ms'], [1_240, '1.2 s'], [59_000, '59 s'], [120_000, '2 min'], [5_400_000, '1.5 h'],
    ]; // biome-ignore format: a table
    for (const [ms, expected] of table) assert.equal(formatSpan(ms), expected);
  });
});

describe('server-sent events', () => {
  it('are read wherever the stream was cut', async () => {
    const text =
      'retry: 1000\n\nid: 1\nevent: job\ndata: {"a":"é"}\n\n: still here\n\nevent: other\ndata: x\n\nevent: job\ndata: 2\n\n';
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 7, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.slice(index * size, (index + 1) * size),
      );
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      const seen: string[] = [];
      for await (const data of parseEvents(stream, 'job')) seen.push(data);
      assert.deepEqual(seen, ['{"a":"é"}', '2'], `in pieces of ${size}`);
    }
  });
});

describe('calls in a chart', () => {
  const minute = (secondsAgo: number, more: object = {}) => ({
    at: new Date(NOW - secondsAgo * 1_000).toISOString(),
    calls: 1,
    errors: 0,
    rateLimited: 0,
    budgetLeft: null,
    ...more,
  });

  it('stand in the span that holds them, each once, with the least budget that was left', () => {
    const counts = [
      minute(0, { calls: 3, budgetLeft: 900 }),
      minute(30, { errors: 1, budgetLeft: 1_000 }),
      minute(61),
      minute(3_000, { errors: 1 }),
    ];
    const span = chooseSpan(counts, NOW);
    assert.equal(span.label, 'hour');
    const buckets = bucketsOf(counts, NOW, span);
    const { calls, errors } = sumOf(buckets.map((one) => ({ ...one, rateLimited: 0, at: String(one.at) })));
    assert.deepEqual([calls, errors], [6, 2]);
    const { bucketMs } = span;
    const [now] = bucketsOf([minute(0, { budgetLeft: 900 }), minute(0, { budgetLeft: 7 })], NOW, {
      ...span,
      count: 1,
    });
    assert.equal(now?.budgetLeft, 7);
    assert.equal(bucketMs, 60_000);
    assert.equal(chooseSpan([minute(20_000)], NOW).label, '6 hours');
    assert.equal(chooseSpan([minute(80_000)], NOW).label, 'day');
  });

  it('draw a budget that stays as it was seen until the five minutes are over', () => {
    const left = (...levels: readonly (number | null)[]) => levels.map((budgetLeft) => ({ budgetLeft }));
    const minutes = { full: 1_200, bucketMs: 60_000 };
    const rows: readonly (readonly [ReturnType<typeof left>, typeof minutes, readonly number[]])[] = [
      [left(null, 900, null), minutes, [1_200, 900, 900]],
      [left(900, null, null, null, null, null, null), minutes, [900, 900, 900, 900, 900, 900, 1_200]],
      [left(900, null), { full: 1_200, bucketMs: 1_800_000 }, [900, 1_200]],
      [left(0, 5), minutes, [0, 5]],
    ];
    for (const [buckets, how, expected] of rows) assert.deepEqual(budgetOver(buckets, how), expected);
  });
});

describe('failures', () => {
  const problem: Problem = {
    type: 'urn:zoneward:problem:cloudflare-refused',
    title: 'Cloudflare refused',
    status: 424,
    detail: 'Cloudflare says no',
    instance: '/v1/plans',
    code: 'cloudflare-refused',
    next: ['Do this'],
    request_id: 'req_1',
    retryable: false,
    cloudflare: { code: 9109, ray: 'ray-1' },
  };

  it('tell what happened, what to do, and the ids', () => {
    const failure = failureOf(new ApiError(424, problem));
    assert.deepEqual(
      [failure.title, failure.detail, failure.next, failure.requestId, failure.ray],
      ['Cloudflare refused', 'Cloudflare says no', ['Do this'], 'req_1', 'ray-1'],
    );
    assert.match(failureText(failure), /req_1\nCloudflare ray id ray-1/);
  });

  it('know a server that is away from a page that failed', () => {
    assert.equal(failureOf(new TypeError('Failed to fetch')).code, 'server-unreachable');
    assert.equal(failureOf(new TypeError('x is not a function')).code, 'page-failure');
    assert.equal(failureOf('text').detail, 'text');
    assert.equal(failureOf(new ApiError(502, null)).code, 'http-502');
  });
});
