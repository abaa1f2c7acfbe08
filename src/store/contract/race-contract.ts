/**
 * Transactions at the same moment: whoever comes second finds what the first has written, and is answered as if it
 * had come later. Each case runs many rounds, since a race shows only when two meet.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZonewardError } from '../../base/errors.ts';
import type { ConnectionId } from '../../base/ids.ts';
import type { Store } from '../open-store.ts';
import { ended, session } from './connect-contract.ts';
import { type MakeStorePlace, withStore } from './fixture.ts';
import {
  changeSet,
  connection,
  connectionId,
  event,
  facts,
  foreigner,
  gather,
  job,
  sealed,
  tenant,
  zoneId,
} from './samples.ts';

const ROUNDS = 12;

/** The codes of those that were refused, sorted; throws what is no refusal. */
async function meet(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const codes: string[] = [];
  for (const { status, ...end } of await Promise.allSettled(calls)) {
    if (status === 'fulfilled') continue;
    const { reason } = end as PromiseRejectedResult;
    if (!isZonewardError(reason)) throw reason;
    codes.push(reason.code);
  }
  return codes.sort();
}

function races(
  makePlace: MakeStorePlace,
  name: string,
  work: (store: Store, round: number) => Promise<void>,
) {
  it(name, () =>
    withStore(makePlace, async (store) => {
      for (let round = 1; round <= ROUNDS; round += 1) await work(store, round);
      assert.deepEqual((await store.check()).problems, []);
    }),
  );
}

export function raceContract(makePlace: MakeStorePlace): void {
  describe('at the same moment', () => {
    races(makePlace, 'two connections want one label', async ({ connections }, round) => {
      const label = `Label ${round}`;
      const codes = await meet(
        ['a', 'b', 'c'].map((name) =>
          connections.create(connection(`${name}${round}`, { label }), null, [event(name)]),
        ),
      );
      assert.deepEqual(codes, ['label-taken', 'label-taken']);
    });

    races(makePlace, 'a connection is changed and removed', async ({ connections }, round) => {
      const before = connection(`x${round}`, { label: `x${round}` });
      await connections.create(before, sealed(), []);
      const codes = await meet([
        connections.update({ ...before, version: 2 }, sealed(2), []),
        connections.remove(tenant, before.id, []),
      ]);
      assert.ok(codes.length === 0 || codes[0] === 'connection-not-found', codes.join());
      assert.equal(await connections.get(tenant, before.id), null);
      assert.equal(await connections.sealedSecret(tenant, before.id), null);
    });

    races(
      makePlace,
      'a secret is put back and wrapped anew',
      async ({ connections, sealedSecrets }, round) => {
        const before = connection(`x${round}`, { label: `x${round}` });
        await connections.create(before, sealed(), []);
        const [row] = (await gather(sealedSecrets.notUnder('key2'))).filter(
          ({ context }) => context.connectionId === before.id,
        );
        assert.ok(row !== undefined);
        const rewrapped = { ...row.sealed, keyId: 'key2', wrappedKey: `new${round}` };
        const [, replaced] = await Promise.all([
          connections.update({ ...before, version: 2 }, sealed(), []),
          sealedSecrets.replaceWrapping(row, rewrapped),
        ]);
        assert.equal(replaced, true);
        assert.equal((await connections.sealedSecret(tenant, before.id))?.keyId, 'key2');
      },
    );

    races(makePlace, 'a change set is created twice, and moved twice', async ({ journal, audit }, round) => {
      const set = changeSet(`r${round}`);
      const twice = [1, 2].map(() => journal.create(set, [event('created')]));
      assert.deepEqual(await meet(twice), ['change-set-exists']);
      const move = { from: ['planned'], to: 'applying' } as const;
      const thrice = [1, 2, 3].map(() => journal.setStatus(tenant, set.id, move, [event('moved')]));
      assert.deepEqual(await meet(thrice), ['change-set-moved', 'change-set-moved']);
      assert.equal((await audit.head(tenant)).sequence, round * 2);
    });

    races(makePlace, 'one job is asked for by many', async ({ jobs }, round) => {
      const added = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => jobs.add(job(`${round}${name}`), `key${round}`)),
      );
      assert.equal(new Set(added.map(({ id }) => id)).size, 1);
    });

    races(makePlace, 'a job is claimed by many, cancelled and renewed', async ({ jobs }, round) => {
      await jobs.add(job(`${round}x`), null);
      const claims = await Promise.all(['a', 'b', 'c'].map((holder) => jobs.claim(holder, 60_000)));
      const held = claims.filter((each) => each !== null);
      assert.equal(held.length, 1);
      const [mine] = held;
      assert.ok(mine !== undefined);
      const holder = ['a', 'b', 'c'][claims.indexOf(mine)] ?? '';
      await Promise.all([
        jobs.cancel(tenant, mine.id, 5),
        jobs.renew(mine, holder, 60_000, { zones: round }),
      ]);
      const both = await jobs.get(tenant, mine.id);
      assert.deepEqual([both?.cancelRequested, both?.progress], [true, { zones: round }]);
      const ends = await Promise.all(
        (['done', 'failed'] as const).map((state) =>
          jobs.end(mine, holder, { state, result: null, error: null }),
        ),
      );
      assert.deepEqual(ends.sort(), [false, true]);
    });

    races(makePlace, 'a zone loses its reader and finds another', async ({ mirror, connections }, round) => {
      const other = `con_o${round}` as ConnectionId;
      const reader = connection(`o${round}`, { label: `o${round}` });
      await connections.create(reader, null, []);
      await mirror.putZones(tenant, connectionId, [facts(round)], round);
      await Promise.all([
        mirror.putZones(tenant, other, [facts(round)], round),
        mirror.unsee(tenant, connectionId, zoneId(round)),
      ]);
      assert.equal((await mirror.getZone(tenant, zoneId(round)))?.connectionId, other);
    });

    races(makePlace, 'many zones are refreshed in opposite orders', async ({ mirror }, round) => {
      const zones = Array.from({ length: 60 }, (_, number) => facts(number));
      await Promise.all([
        mirror.putZones(tenant, connectionId, zones, round),
        mirror.putZones(tenant, connectionId, zones.toReversed(), round),
        ...zones.map(({ id }) =>
          mirror
            .setFreshness(tenant, id, { verifiedAt: round, signal: null, staleSince: null })
            .catch((error: unknown) => {
              if (!isZonewardError(error) || error.code !== 'zone-unknown') throw error;
            }),
        ),
      ]);
      assert.equal((await mirror.listZones(tenant)).length, 60);
    });

    races(makePlace, 'one link is used by many visits', async (store, round) => {
      const { connectSessions, connections, audit } = store;
      const link = session(`l${round}`, { expiresAt: 1_000 });
      await connectSessions.create(link, 'h', []);
      const saves = ['x', 'y', 'z'].map((name) =>
        connectSessions
          .endingWith(link.id, ended)
          .create(connection(`${name}${round}`, { label: `${name}${round}` }), sealed(), [event('added')]),
      );
      const codes = await meet(saves);
      assert.equal(codes.length, 2);
      assert.ok(codes.every((code) => ['connect-session-over', 'connect-session-moved'].includes(code)));
      const saved = await connections.list(tenant);
      assert.equal(saved.length, round);
      const used = (await connectSessions.find(link.id))?.session.used;
      assert.ok(saved.some(({ id }) => id === used?.connectionId));
      assert.equal((await audit.head(tenant)).sequence, round * 2);
    });

    races(makePlace, 'a link is used and revoked', async ({ connectSessions, connections }, round) => {
      const link = session(`l${round}`, { expiresAt: 1_000 });
      await connectSessions.create(link, 'h', []);
      const one = connection(`x${round}`, { label: `x${round}` });
      const codes = await meet([
        connectSessions.endingWith(link.id, ended).create(one, sealed(), []),
        connectSessions.update({ ...link, revokedAt: 2, version: 2 }, []),
      ]);
      assert.equal(codes.length, 1);
      const { used, revokedAt } = (await connectSessions.find(link.id))?.session ?? link;
      assert.notEqual(used === null, revokedAt === null);
      assert.equal((await connections.get(tenant, one.id)) === null, used === null);
    });

    races(makePlace, 'one key of idempotency comes with two requests', async ({ idempotency }, round) => {
      const hold = { holdMs: 60_000, keepMs: 60_000 };
      const request = { tenantId: tenant, caller: 'key_a', key: `k${round}`, fingerprint: 'f' };
      const begun = await Promise.all([
        idempotency.begin(request, { ...hold, holder: 'one' }),
        idempotency.begin({ ...request, fingerprint: 'g' }, { ...hold, holder: 'two' }),
        idempotency.begin({ ...request, tenantId: foreigner }, { ...hold, holder: 'three' }),
      ]);
      assert.deepEqual(begun.map(({ kind }) => kind).sort(), ['begin', 'begin', 'other-request']);
    });
  });
}
