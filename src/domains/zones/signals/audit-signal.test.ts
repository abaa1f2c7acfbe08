import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZonewardError } from '../../../base/errors.ts';
import type { AccountId, TenantId, ZoneId } from '../../../base/ids.ts';
import { type AuditState, pollAuditLog } from './audit-signal.ts';
import type { AuditLogEntry, AuditLogReader, OwnWrite } from './ports.ts';

const NOW = 1_800_000_000_000;
const zoneId = 'z1' as ZoneId;
const start: AuditState = { auditLog: 'unknown', auditTriedAt: null, auditReadUpTo: null, auditSeen: [] };

function entry(more: Partial<AuditLogEntry> = {}): AuditLogEntry {
  return {
    id: 'e1',
    at: NOW,
    zoneId,
    actor: 'ann@example.com',
    interface: 'dash',
    tokenId: null,
    ray: null,
    ...more,
  };
}

function write(more: Partial<OwnWrite> = {}): OwnWrite {
  return { zoneId, sentAt: NOW, ray: null, auditLogId: null, ...more };
}

function poll(
  entries: AuditLogReader['entries'],
  own: readonly OwnWrite[] = [],
  state: AuditState = start,
  tokenId: string | null = 't1',
) {
  return pollAuditLog(
    {
      auditLog: { entries },
      ownWrites: { since: async () => own },
      clock: { now: () => NOW, sleep: async () => {} },
    },
    {
      tenantId: 'local' as TenantId,
      accountId: 'a1' as AccountId,
      tokenId,
      state,
      options: { lane: 'sync' },
    },
  );
}

async function* pages(...all: readonly AuditLogEntry[]): AsyncGenerator<readonly AuditLogEntry[]> {
  yield all;
}

describe('audit signal', () => {
  const ours: readonly (readonly [string, Partial<AuditLogEntry>, Partial<OwnWrite>])[] = [
    ['the id of the audit log', { id: 'log7' }, { auditLogId: 'log7' }],
    ['the ray', { ray: '8c0ffee1' }, { ray: '8c0ffee1' }],
    ['the ray, which the answer gave with its data centre', { ray: '8c0ffee1' }, { ray: '8c0ffee1-TST' }],
    ['the ray, with a data centre on both sides', { ray: '8c0ffee1-TST' }, { ray: '8c0ffee1-TST' }],
    ['our token and the time, while there is no answer', { tokenId: 't1' }, {}],
  ];
  for (const [what, logged, sent] of ours) {
    it(`tells our own write by ${what}`, async () => {
      const heard = await poll(() => pages(entry(logged)), [write(sent)]);
      assert.deepEqual([[...heard.own], heard.outside.size], [[zoneId], 0]);
    });
  }

  const theirs: readonly (readonly [string, Partial<AuditLogEntry>, Partial<OwnWrite>])[] = [
    ['has another ray', { ray: '8c0ffee2' }, { ray: '8c0ffee1-TST' }],
    ['is of our token, and the answers to all our writes are known', { tokenId: 't1' }, { ray: '8c0ffee1' }],
    ['is of our token, long after', { tokenId: 't1', at: NOW + 180_000 }, {}],
    ['is of our token, on another zone', { tokenId: 't1', zoneId: 'z2' as ZoneId }, {}],
    ['has no ray, as has our write', { ray: null }, { ray: null }],
  ];
  for (const [what, logged, sent] of theirs) {
    it(`hears of a write that ${what}`, async () => {
      const heard = await poll(() => pages(entry(logged)), [write(sent)]);
      assert.equal(heard.outside.size, 1);
      assert.equal([...heard.outside.values()][0]?.actor, 'ann@example.com');
    });
  }

  it('counts an entry once, and a zone that others changed too as theirs', async () => {
    const log = () => pages(entry({ id: 'log7' }), entry({ id: 'e2', at: NOW + 1 }));
    const first = await poll(log, [write({ auditLogId: 'log7' })]);
    assert.deepEqual([first.own.size, first.outside.get(zoneId)?.changedAt], [0, NOW + 1]);
    const second = await poll(log, [write({ auditLogId: 'log7' })], first.state);
    assert.deepEqual([second.own.size, second.outside.size], [0, 0]);
  });

  it('names all who changed a zone', async () => {
    const heard = await poll(() => pages(entry(), entry({ id: 'e2', actor: 'bob', interface: 'api_token' })));
    assert.deepEqual(heard.outside.get(zoneId), {
      actor: 'ann@example.com, bob',
      interface: 'api_token',
      changedAt: NOW,
    });
  });

  for (const kind of ['permission', 'not-found'] as const) {
    it(`finds out that it may not read the log (${kind})`, async () => {
      // biome-ignore lint/correctness/useYield: it is refused before the first page.
      const heard = await poll(async function* () {
        throw new ZonewardError('no', { code: 'x', kind });
      });
      assert.deepEqual([heard.state.auditLog, heard.state.auditTriedAt, heard.calls], ['refused', NOW, 1]);
    });
  }

  it('passes on what is wrong with the connection', async () => {
    // biome-ignore lint/correctness/useYield: it is refused before the first page.
    const poll401 = poll(async function* () {
      throw new ZonewardError('dead', { code: 'x', kind: 'credentials' });
    });
    await assert.rejects(poll401, /dead/);
  });
});
