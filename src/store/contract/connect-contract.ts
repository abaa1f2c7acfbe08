/** What every store keeps of connect sessions. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ZonewardError } from '../../base/errors.ts';
import type { ConnectSession, ConnectSessionId } from '../../domains/connect/model.ts';
import type { EndSession } from '../../domains/connect/ports.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { connection, connectionId, event, foreigner, sealed, tenant } from './samples.ts';

export function session(name: string, changes: Partial<ConnectSession> = {}): ConnectSession {
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

/** As a use ends a session: once. */
export const ended: EndSession = (stored, connectionId) => {
  if (stored.used !== null || stored.revokedAt !== null)
    throw new ZonewardError('over', { code: 'connect-session-over', kind: 'conflict' });
  const used = { ...stored, used: { at: 3, connectionId }, version: stored.version + 1 };
  return { session: used, events: [event('connect-session.used')] };
};

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

    it('end in the commit that saves a connection, which is not saved without', () =>
      withStore(makePlace, async ({ connectSessions, connections, audit }) => {
        const link = session('a');
        await connectSessions.create(link, 'h', []);
        const stopped = connectSessions.endingWith(link.id, () => {
          throw new Error('stopped');
        });
        const one = connection('one');
        await assert.rejects(stopped.create(one, sealed(), [event('connection.added')]), /stopped/);
        assert.deepEqual(await connections.list(tenant), []);
        assert.deepEqual((await connectSessions.find(link.id))?.session, link);
        // What ends without its connection, ends not.
        const ending = connectSessions.endingWith(link.id, ended);
        await connections.create(connection('other', { label: one.label }), null, []);
        await refuses('label-taken', () => ending.create(one, sealed(), []));
        assert.equal((await connectSessions.find(link.id))?.session.used, null);
        await connections.remove(tenant, connection('other').id, []);

        await ending.create(one, sealed(), [event('connection.added')]);
        assert.deepEqual((await connectSessions.find(link.id))?.session.used, {
          at: 3,
          connectionId: one.id,
        });
        assert.notEqual(await connections.sealedSecret(tenant, one.id), null);
        const kinds = (await audit.latest(tenant, {}, 9)).map(({ kind }) => kind);
        assert.deepEqual(kinds.sort(), ['connect-session.used', 'connection.added']);
        const renewed = { ...one, tags: ['late'], version: 2 };
        await refuses('connect-session-over', () => ending.update(renewed, sealed(2), []));
        assert.deepEqual((await connections.get(tenant, one.id))?.tags, one.tags);
        // Another tenant's session ends by nobody else's connection.
        await connectSessions.create(session('b', { tenantId: foreigner }), 'i', []);
        const foreign = connectSessions.endingWith(session('b').id, ended);
        await refuses('connect-session-moved', () => foreign.update(renewed, null, []));
      }));
  });
}
