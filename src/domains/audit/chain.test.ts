import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../base/ids.ts';
import { EMPTY_CHAIN, sealEvent, verifyChain } from './chain.ts';
import type { AuditEvent, NewEvent } from './model.ts';

const tenant = 'local' as TenantId;

function trail(count: number): AuditEvent[] {
  const events: AuditEvent[] = [];
  let head = EMPTY_CHAIN;
  for (let i = 1; i <= count; i += 1) {
    const event: NewEvent = {
      kind: 'change-set.planned',
      at: 1_790_000_000_000 + i,
      principal: 'cli:ada@laptop',
      summary: `event ${i}`,
      payload: { number: i, text: 'half a pair: \udc80' },
    };
    const sealed = sealEvent(tenant, head, event);
    events.push(sealed);
    head = { sequence: sealed.sequence, hash: sealed.hash };
  }
  return events;
}

function edited(index: number, more: Partial<AuditEvent>): AuditEvent[] {
  return trail(5).map((event, at) => (at === index ? { ...event, ...more } : event));
}

test('a trail as it was recorded verifies, whatever its chunks, and gives its head', async () => {
  const events = trail(5);
  const last = events.at(-1);
  for (const chunks of [[events], events.map((event) => [event]), [[], events, []]]) {
    const result = await verifyChain(chunks);
    assert.deepEqual(result, { ok: true, head: { sequence: 5, hash: last?.hash } });
  }
});

test('sealing is deterministic, and absent members are the same as undefined ones', () => {
  const event: NewEvent = { kind: 'a.b', at: 1, principal: 'p', summary: 's', payload: {} };
  const withUndefined = { ...event, zoneId: undefined } as unknown as NewEvent;
  assert.equal(
    sealEvent(tenant, EMPTY_CHAIN, event).hash,
    sealEvent(tenant, EMPTY_CHAIN, withUndefined).hash,
  );
  const otherTenant = sealEvent('other' as TenantId, EMPTY_CHAIN, event).hash;
  assert.notEqual(sealEvent(tenant, EMPTY_CHAIN, event).hash, otherTenant);
});

const swapped = (): AuditEvent[] => {
  const [one, two, three, four, five] = trail(5);
  return [one, three, two, four, five].filter((event) => event !== undefined);
};

const rows: readonly (readonly [name: string, events: AuditEvent[], code: string, sequence: number])[] = [
  ['an edited summary', edited(2, { summary: 'nothing happened' }), 'edited', 3],
  ['an edited principal', edited(0, { principal: 'cli:eve@laptop' }), 'edited', 1],
  ['an edited time', edited(4, { at: 1 }), 'edited', 5],
  ['another tenant', edited(1, { tenantId: 'other' as TenantId }), 'edited', 2],
  ['an edited id', edited(1, { id: 'evt_0' as AuditEvent['id'] }), 'edited', 2],
  ['an edited payload', edited(3, { payload: { number: 99 } }), 'payload-edited', 4],
  ['a deleted event', trail(5).filter((_, index) => index !== 2), 'missing', 4],
  ['a deleted first event', trail(5).slice(1), 'missing', 2],
  ['two swapped events', swapped(), 'missing', 3],
  ['an event twice', [...trail(3), ...trail(3).slice(2)], 'reordered', 3],
];

for (const [name, events, code, sequence] of rows) {
  test(`${name} is found where it is`, async () => {
    const result = await verifyChain([events]);
    assert.ok(!result.ok);
    assert.deepEqual([result.fault.code, result.fault.sequence], [code, sequence]);
  });
}

test('an event sealed anew after an edit breaks the next link', async () => {
  const events = trail(3);
  const [first, second, third] = events;
  assert.ok(first && second && third);
  const forged = sealEvent(
    tenant,
    { sequence: first.sequence, hash: first.hash },
    { ...second, payload: second.payload ?? {}, summary: 'forged' },
  );
  const result = await verifyChain([[first, forged, third]]);
  assert.ok(!result.ok);
  assert.deepEqual([result.fault.code, result.fault.sequence], ['edited', 3]);
});

test('an erased payload still verifies; a cut end shows only in the head', async () => {
  const erased = trail(3).map((event) => ({ ...event, payload: null }));
  assert.equal((await verifyChain([erased])).ok, true);
  const short = await verifyChain([trail(5).slice(0, 3)]);
  assert.ok(short.ok);
  assert.equal(short.head.sequence, 3);
});

test('a part of a trail verifies from the head before it', async () => {
  const events = trail(5);
  const second = events[1];
  assert.ok(second);
  const start = { sequence: 2, hash: second.hash };
  assert.equal((await verifyChain([events.slice(2)], start)).ok, true);
  assert.equal((await verifyChain([events.slice(2)], { ...start, hash: 'f'.repeat(64) })).ok, false);
});
