/**
 * What comes over a wire, with damage: records and zones as Cloudflare sends them, whole answers, DNS messages. Nothing
 * is thrown but our own errors; nothing that is there is dropped; and a write whose answer cannot be read is never told
 * as refused.
 */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { openSoaAsker } from '../../src/app/soa-asker.ts';
import { isZonewardError } from '../../src/base/errors.ts';
import type { ZoneId } from '../../src/base/ids.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { Secret } from '../../src/base/secret.ts';
import { type Cloudflare, createCloudflare } from '../../src/cloudflare/cloudflare.ts';
import { readEnvelope } from '../../src/cloudflare/envelope.ts';
import { collectUsage, scriptedFetch, seededRandom, VirtualClock } from '../../src/cloudflare/fakes.ts';
import { decodeRecordJson } from '../../src/cloudflare/wire/decode-record.ts';
import { recordEncoder } from '../../src/cloudflare/wire/encode-record.ts';
import { changedFields } from '../../src/dns/changed-fields.ts';
import type { DomainName } from '../../src/dns/name.ts';
import { anyRecord } from '../../src/dns/testing/arbitrary-record.ts';
import { damage, damageJson, edits, jsonEdits } from './mutations.ts';

const ZONE = '023e105f4ecef8ad9ca31a8372d0c353' as ZoneId;
const STAMP = '2026-10-01T00:00:00.000000Z';

/** A record as Cloudflare would send it. */
const wireRecord: fc.Arbitrary<JsonObject> = anyRecord.map((fields) => ({
  id: 'a'.repeat(32),
  proxiable: true,
  created_on: STAMP,
  modified_on: STAMP,
  meta: {},
  ...recordEncoder.create({ fields, received: null }),
}));

describe('records from the wire', () => {
  test('are read without an error and kept as they came; what we could write says the same again', () => {
    fc.assert(
      fc.property(wireRecord, jsonEdits, (good, list) => {
        const received = damageJson(good, list);
        if (typeof received !== 'object' || received === null || Array.isArray(received)) return;
        const copy = structuredClone(received);
        const live = decodeRecordJson(received as JsonObject);
        assert.deepEqual(live.received, copy);
        if (live.readOnly !== null || live.fields.rdata.type === 'unknown') return;
        const again = decodeRecordJson({
          ...recordEncoder.create({ fields: live.fields, received: null }),
          id: live.id,
        });
        assert.deepEqual(changedFields(live.fields, again.fields), []);
      }),
      { numRuns: 3_000 },
    );
  });
});

const ENVELOPE = JSON.stringify({
  result: [
    { id: ZONE, name: 'example.com', status: 'active', type: 'full', account: { id: 'b'.repeat(32) } },
  ],
  success: true,
  errors: [],
  messages: [{ code: 1, message: 'm', error_chain: [{ code: 2, message: 'n' }] }],
  result_info: { page: 1, per_page: 50, total_pages: 1, count: 1, total_count: 1 },
});

const CALLS: Readonly<Record<string, (cloudflare: Cloudflare) => Promise<unknown>>> = {
  zone: (cloudflare) => cloudflare.zones.getZone(ZONE, { lane: 'interactive' }),
  records: async (cloudflare) => {
    for await (const { records } of cloudflare.zones.listRecords(ZONE, { lane: 'sync' }))
      assert.ok(Array.isArray(records));
  },
  write: (cloudflare) => {
    const batch = { deletes: [{ id: 'a'.repeat(32) }], patches: [], puts: [], posts: [] };
    return cloudflare.records.batch(ZONE, batch, { lane: 'apply' });
  },
};

describe('answers', () => {
  test('of any shape are an envelope or none', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const envelope = readEnvelope(damage(ENVELOPE, list));
        if (envelope !== null) assert.equal(typeof envelope.success, 'boolean');
      }),
      { numRuns: 3_000 },
    );
  });

  test('give a value or an error of ours; a write that was answered unreadably is not told as refused', async () => {
    let unreadable = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(200, 200, 200, 204, 404, 429, 500, 502),
        fc.constantFrom(...Object.keys(CALLS)),
        edits,
        async (status, name, list) => {
          const body = status === 204 ? null : damage(ENVELOPE, list);
          const clock = new VirtualClock();
          const cloudflare = createCloudflare({
            credential: { kind: 'user-token', token: new Secret('canary-token') },
            clock,
            random: seededRandom(1),
            fetch: scriptedFetch(() => new Response(body, { status })).fetch,
            usage: collectUsage(),
          });
          const error = await clock.run(CALLS[name]?.(cloudflare) ?? assert.fail()).then(
            () => null,
            (reason: unknown) => reason,
          );
          if (error === null) return;
          assert.ok(isZonewardError(error), inspect(error));
          assert.ok(!inspect(error).includes('canary-token'));
          if (name !== 'write' || status >= 300 || readEnvelope(body ?? '')?.success === false) return;
          assert.equal(error.kind, 'unknown-outcome', inspect(error));
          unreadable += 1;
        },
      ),
      { numRuns: 600 },
    );
    assert.ok(unreadable > 0, 'no answer to a write was unreadable, so nothing was tried');
  });
});

describe('DNS messages', () => {
  test('with damage are an answer or none', async () => {
    const hit = fc.record({ at: fc.nat(80), byte: fc.nat(255) });
    let hits: readonly { readonly at: number; readonly byte: number }[] = [];
    const server = createSocket('udp4');
    server.on('message', (message, from) => {
      const { id, questions } = decode(message);
      const data = {
        mname: 'a.example',
        rname: 'b.example',
        serial: 7,
        refresh: 1,
        retry: 1,
        expire: 1,
        minimum: 1,
      };
      const answer = encode({
        type: 'response',
        id: id ?? 0,
        flags: AUTHORITATIVE_ANSWER,
        questions: questions ?? [],
        answers: [{ type: 'SOA', name: 'example.com', ttl: 1, data }],
      });
      for (const { at, byte } of hits) answer[at % answer.length] = byte;
      server.send(answer, from.port, from.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const asker = openSoaAsker({
      address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
      timeoutMs: 15,
      questionsPerSecond: 100_000,
    });
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(hit, { maxLength: 4 }), async (damaged) => {
          hits = damaged;
          const zone = { zoneId: ZONE, name: 'example.com' as DomainName, nameServers: ['ns.example'] };
          const serial = (await asker.serials([zone], {})).get(ZONE);
          assert.ok(serial === undefined || Number.isInteger(serial));
          if (damaged.length === 0) assert.equal(serial, 7);
        }),
        { numRuns: 150 },
      );
    } finally {
      await asker.close();
      server.close();
    }
  });
});
