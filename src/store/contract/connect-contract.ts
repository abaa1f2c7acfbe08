/** What every store keeps of connect sessions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ConnectSession, ConnectSessionId } from '../../domains/connect/model.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { connectionId, event, foreigner, tenant } from './samples.ts';

function session(name: string, changes: Partial<ConnectSession> = {}): ConnectSession {
  return {
    id: `cns_${name}` as ConnectSessionId,
    tenantId: tenant,
    createdAt: 1,
    createdBy: 'test',
    expiresAt: 10,
    profile: 'minimum',
    label: null,
    tags: [],
    metadata: {},
    accountId: null,
    zoneIds: [],
    relink: null,
    returnUrl: null,
    brand: null,
    tries: 0,
    used: null,
    revokedAt: null,
    version: 1,
    ...changes,
  };
}

export function connectContract(makePlace: MakeStorePlace): void {
  describe('connect sessions', () => {
    it('are found by id, listed by tenant, and change for one at a time', () =>
      withStore(makePlace, async ({ connectSessions, audit }) => {
        await connectSessions.create(session('a'), 'h', [event('connect-session.created')]);
        await connectSessions.create(session('b', { tenantId: foreigner, expiresAt: 5 }), 'i', []);
        assert.deepEqual(await connectSessions.find(session('a').id), {
          session: session('a'),
          secretHash: 'h',
        });
        assert.deepEqual(await connectSessions.list(tenant, 9), [session('a')]);
        const used = session('a', { used: { at: 3, connectionId }, version: 2 });
        const updates = await Promise.allSettled(
          [1, 2, 3].map(() => connectSessions.update(used, [event('connect-session.used')])),
        );
        assert.deepEqual(updates.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
        assert.equal((await audit.head(tenant)).sequence, 2, 'one update, one event');
        const stolen = session('a', { tenantId: foreigner, version: 3 });
        await refuses('connect-session-moved', () => connectSessions.update(stolen, []));
        assert.equal(await connectSessions.prune(6), 1);
        assert.equal(await connectSessions.find(session('b').id), null);
      }));
  });
}
