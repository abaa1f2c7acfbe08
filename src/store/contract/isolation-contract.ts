/** A tenant never sees, guesses or touches another's anything: every method, asked with a foreign id. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeSetId } from '../../base/ids.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import { put } from './mirror-contract.ts';
import {
  batch,
  changeSet,
  connection,
  connectionId,
  event,
  facts,
  foreigner,
  fresh,
  gather,
  landed,
  record,
  recordId,
  sealed,
  tenant,
  zoneId,
} from './samples.ts';

/** Everything that a tenant can have, in the hands of `tenant`. */
async function furnish({ mirror, journal, connections }: Store): Promise<void> {
  await connections.create(con, sealed(), [event('x')]);
  await mirror.putZones(tenant, connectionId, [facts(1)], 1);
  await mirror.advance(tenant, zoneId(1), firstRead);
  await journal.create(changeSet('a', { status: 'applying' }), []);
  await journal.recordIntent(batch('a', 1), []);
  await journal.recordOutcome(
    batch('a', 1),
    landed,
    [{ groupId: 'g1', change: 0, state: 'applied' }],
    null,
    [],
  );
}

const a = 'chg_a' as ChangeSetId;
const con = connection('a');
const firstRead = {
  baseRevision: 0,
  delta: { ...put(record(1)), gone: [] },
  origin: { kind: 'first-read' },
  freshness: fresh,
  at: 5,
} as const;

export function isolationContract(makePlace: MakeStorePlace): void {
  describe('tenants', () => {
    it('do not see each other’s connections', () =>
      withStore(makePlace, async (store) => {
        const { connections } = store;
        await furnish(store);
        assert.equal(await connections.get(foreigner, con.id), null);
        assert.deepEqual(await connections.list(foreigner), []);
        assert.equal(await connections.sealedSecret(foreigner, con.id), null);
        await refuses('connection-not-found', () => connections.remove(foreigner, con.id, []));
        const stolen = connection('a', { tenantId: foreigner, version: 2 });
        await refuses('connection-not-found', () => connections.update(stolen, sealed(2), []));
      }));

    it('do not see each other’s zones and records', () =>
      withStore(makePlace, async (store) => {
        const { mirror } = store;
        await furnish(store);
        assert.deepEqual(await mirror.listZones(foreigner), []);
        assert.equal(await mirror.getZone(foreigner, zoneId(1)), null);
        await refuses('zone-unknown', () => gather(mirror.records(foreigner, zoneId(1))));
        await refuses('zone-unknown', () => gather(mirror.records(foreigner, zoneId(1), 1)));
        await refuses('zone-unknown', () => mirror.recordHashes(foreigner, zoneId(1)));
        await refuses('zone-unknown', () =>
          mirror.advance(foreigner, zoneId(1), { ...firstRead, baseRevision: 1 }),
        );
        await refuses('zone-unknown', () => mirror.setFreshness(foreigner, zoneId(1), fresh));
        await refuses('zone-unknown', () => mirror.acknowledge(foreigner, zoneId(1), 1, []));
        assert.deepEqual(await mirror.revisions(foreigner, zoneId(1), 9), []);
        assert.equal(await mirror.revisionAt(foreigner, zoneId(1), 9_999), null);
        const range = { after: 0, upTo: 9 };
        assert.deepEqual(await mirror.revisionsIn(foreigner, zoneId(1), range), []);
        assert.deepEqual(await gather(mirror.versionsIn(foreigner, zoneId(1), range)), []);
        assert.deepEqual(await mirror.recordVersions(foreigner, zoneId(1), recordId(1)), []);
        assert.deepEqual(await mirror.prune(foreigner, 9_999), { zones: 0, revisions: 0, versions: 0 });
      }));

    it('do not see each other’s change sets', () =>
      withStore(makePlace, async (store) => {
        const { journal } = store;
        await furnish(store);
        assert.equal(await journal.get(foreigner, a), null);
        assert.deepEqual(await journal.list(foreigner, {}, 9), []);
        assert.deepEqual(await journal.unfinished(foreigner), []);
        assert.deepEqual(await journal.batches(foreigner, a), []);
        assert.deepEqual(await journal.outcomes(foreigner, a, zoneId(1)), []);
        const move = { from: ['applying'], to: 'applied' } as const;
        await refuses('change-set-not-found', () => journal.setStatus(foreigner, a, move, []));
        const theirs = batch('a', 2, { tenantId: foreigner });
        await refuses('change-set-not-found', () => journal.recordIntent(theirs, []));
        await refuses('change-set-not-found', () => journal.recordOutcome(theirs, landed, [], null, []));
        await refuses('change-set-not-found', () => journal.recordUnsent(theirs, [], []));
        await journal.create(changeSet('b', { tenantId: foreigner }), []);
        const takesBack = { from: ['planned'], to: 'applied', takesBack: { id: a, inPart: false } } as const;
        const b = 'chg_b' as ChangeSetId;
        await refuses('change-set-not-found', () => journal.setStatus(foreigner, b, takesBack, []));
        assert.equal((await journal.get(foreigner, b))?.status, 'planned');
      }));

    it('do not see each other’s audit and usage', () =>
      withStore(makePlace, async (store) => {
        const { audit, usage } = store;
        await furnish(store);
        assert.deepEqual(await gather(audit.read(foreigner, {})), []);
        assert.deepEqual(await audit.latest(foreigner, {}, 9), []);
        assert.equal((await audit.head(foreigner)).sequence, 0);
        assert.equal((await usage.summary(foreigner, { since: 0 })).calls, 0);
        assert.deepEqual(await usage.calls(foreigner, { since: 0 }, 9), []);
      }));

    it('may hold the same zone, each with its own mirror', () =>
      withStore(makePlace, async ({ mirror }) => {
        for (const who of [tenant, foreigner]) {
          await mirror.putZones(who, connectionId, [facts(1)], 1);
          await mirror.advance(who, zoneId(1), {
            baseRevision: 0,
            delta: { ...put(record(1, { content: who === tenant ? '192.0.2.1' : '192.0.2.2' })), gone: [] },
            origin: { kind: 'first-read' },
            freshness: fresh,
            at: 5,
          });
        }
        const [own] = await gather(mirror.records(tenant, zoneId(1)));
        const [theirs] = await gather(mirror.records(foreigner, zoneId(1)));
        assert.equal(own?.record.received['content'], '192.0.2.1');
        assert.equal(theirs?.record.received['content'], '192.0.2.2');
      }));
  });
}
