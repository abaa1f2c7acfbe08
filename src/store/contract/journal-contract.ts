/** What every store's journal keeps: plans whole, intents before, outcomes after, all with their events. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeSetId, TenantId } from '../../base/ids.ts';
import type { OperationOutcome } from '../../domains/changes/model.ts';
import type { Store } from '../open-store.ts';
import { type MakeStorePlace, refuses, withStore } from './fixture.ts';
import {
  batch,
  changeSet,
  connectionId,
  event,
  facts,
  foreigner,
  fresh,
  gather,
  landed,
  plan,
  record,
  recordId,
  tenant,
  zoneId,
} from './samples.ts';

const a = 'chg_a' as ChangeSetId;
const applied: OperationOutcome = {
  groupId: 'g1',
  change: 0,
  state: 'applied',
  recordId: recordId(1),
  received: { id: recordId(1), content: '\udc80' },
};

async function kinds(store: Store, of: TenantId = tenant): Promise<string[]> {
  return (await gather(store.audit.read(of, {}))).map((each) => each.kind);
}

export function journalContract(makePlace: MakeStorePlace): void {
  describe('journal: change sets', () => {
    it('gives a change set back as it was, large lists too', () =>
      withStore(makePlace, async ({ journal }) => {
        const many = plan(2, 6_000);
        assert.ok(JSON.stringify(many).length > 2_000_000);
        const whole = changeSet('a', { plans: [plan(1), many], undoes: 'chg_0' as ChangeSetId });
        await journal.create(whole, []);
        assert.deepEqual(await journal.get(tenant, a), whole);
        await refuses('change-set-exists', () => journal.create(whole, []));
      }));

    it('lists newest first, by connection, zone and status', () =>
      withStore(makePlace, async ({ journal }) => {
        await journal.create(changeSet('a'), []);
        await journal.create(changeSet('b', { createdAt: 2_000, plans: [plan(2)], status: 'applying' }), []);
        const ids = async (filter: Parameters<typeof journal.list>[1], limit = 10): Promise<string[]> =>
          (await journal.list(tenant, filter, limit)).map((each) => each.id);
        assert.deepEqual(await ids({}), ['chg_b', 'chg_a']);
        assert.deepEqual(await ids({}, 1), ['chg_b']);
        assert.deepEqual(await ids({ zoneId: zoneId(1) }), ['chg_a']);
        assert.deepEqual(await ids({ status: 'applying', connectionId }), ['chg_b']);
        const unfinished = await journal.unfinished(tenant);
        assert.deepEqual(
          unfinished.map((each) => each.id),
          ['chg_b'],
        );
      }));

    it('tells whose change sets nobody is at: in doubt, or under way without a holder', () =>
      withStore(makePlace, async ({ journal, locks }) => {
        const theirs = { tenantId: foreigner, plans: [plan(2)] };
        await journal.create(changeSet('a'), []);
        await journal.create(changeSet('b', { status: 'applying', plans: [plan(3)] }), []);
        await journal.create(changeSet('c', { ...theirs, status: 'applied' }), []);
        assert.deepEqual(await journal.unsettled(), [tenant]);
        const held = await locks.acquire('chg_b' as ChangeSetId, 'host:1', 60_000);
        assert.ok('release' in held);
        assert.deepEqual(await journal.unsettled(), []);
        await journal.create(changeSet('d', { ...theirs, status: 'unknown' }), []);
        assert.deepEqual(await journal.unsettled(), [foreigner]);
        await held.release();
        assert.deepEqual(await journal.unsettled(), [tenant, foreigner].sort());
      }));

    it('moves a status only from where it should stand', () =>
      withStore(makePlace, async (store) => {
        const { journal } = store;
        await journal.create(changeSet('a', { status: 'applied' }), []);
        await journal.create(changeSet('b', { undoes: a }), []);
        const b = 'chg_b' as ChangeSetId;
        await journal.setStatus(tenant, b, { from: ['planned', 'approved'], to: 'applying' }, [
          event('x.started'),
        ]);
        const end = {
          from: ['applying'],
          to: 'applied',
          finishedAt: 9,
          takesBack: { id: a, inPart: true },
        } as const;
        await journal.setStatus(tenant, b, end, [event('x.ended')]);
        await refuses('change-set-moved', () => journal.setStatus(tenant, b, end, [event('x.again')]));
        const taken = await journal.get(tenant, a);
        assert.deepEqual([taken?.undoneBy, taken?.undoneInPart], [b, true]);
        assert.deepEqual(
          await journal.get(tenant, b),
          changeSet('b', { undoes: a, status: 'applied', finishedAt: 9 }),
        );
        assert.deepEqual(await kinds(store), ['x.started', 'x.ended']);
      }));
  });

  describe('journal: batches', () => {
    it('writes the intent before and the outcome after, with the mirror and the events', () =>
      withStore(makePlace, async (store) => {
        const { journal, mirror } = store;
        await mirror.putZones(tenant, connectionId, [facts(1)], 1);
        await journal.create(changeSet('a', { status: 'applying' }), [event('set.created')]);
        await journal.recordIntent(batch('a', 1), [event('batch.sent', { changeSetId: a })]);
        assert.deepEqual(await journal.openBatches(zoneId(1)), [batch('a', 1)]);
        assert.equal(await journal.lastWriteAt(zoneId(1)), 2_001);
        await journal.recordOutcome(
          batch('a', 1),
          landed,
          [applied],
          {
            delta: { put: [{ record: record(1) }], gone: [] },
            origin: { kind: 'change-set', changeSetId: a },
            freshness: fresh,
            at: 3_000,
          },
          [event('batch.landed', { changeSetId: a })],
        );
        assert.deepEqual(await journal.openBatches(zoneId(1)), []);
        assert.deepEqual(await journal.batches(tenant, a), [batch('a', 1, { ...landed, idsBefore: [] })]);
        assert.deepEqual(await journal.outcomes(tenant, a, zoneId(1)), [applied]);
        assert.equal(await journal.lastWriteAt(zoneId(1)), 3_000);
        assert.equal((await mirror.getZone(tenant, zoneId(1)))?.revision, 1);
        assert.deepEqual(await kinds(store), ['set.created', 'batch.sent', 'batch.landed']);
      }));

    it('writes an outcome down whatever the mirror and the texts are like', () =>
      withStore(makePlace, async (store) => {
        const { journal, mirror } = store;
        await journal.create(changeSet('a', { summary: 'odd \udc80' }), []);
        await journal.recordIntent(batch('a', 1), []);
        const odd = { ...applied, message: 'stored as "\udc80\0"' };
        const next = {
          delta: {
            put: [{ record: record(1) }, { record: record(1, { content: '192.0.2.9' }) }],
            gone: [recordId(1), recordId(7), recordId(7)],
          },
          origin: { kind: 'change-set', changeSetId: a },
          freshness: fresh,
          at: 1,
        } as const;
        await journal.recordOutcome(batch('a', 1), landed, [odd], next, [event('e', { summary: '\udc80' })]);
        const [outcome] = await journal.outcomes(tenant, a, zoneId(1));
        assert.equal(outcome?.message, 'stored as "\ufffd\ufffd"');
        assert.deepEqual(outcome?.received, applied.received);

        await mirror.putZones(tenant, connectionId, [facts(1)], 1);
        await journal.recordIntent(batch('a', 2), []);
        await journal.recordOutcome(batch('a', 2), landed, [], next, []);
        const [kept] = await gather(mirror.records(tenant, zoneId(1)));
        assert.equal(kept?.record.received['content'], '192.0.2.9');
        assert.deepEqual((await store.check()).problems, []);
      }));

    it('writes nothing of an outcome when any part of it fails', () =>
      withStore(makePlace, async (store) => {
        const { journal } = store;
        await journal.create(changeSet('a'), []);
        await journal.recordIntent(batch('a', 1), []);
        const failing = event('bad \0 kind');
        await refuses('text-not-storable', () =>
          journal.recordOutcome(batch('a', 1), landed, [applied], null, [event('lost'), failing]),
        );
        assert.equal((await journal.openBatches(zoneId(1))).length, 1);
        assert.deepEqual(await journal.outcomes(tenant, a, zoneId(1)), []);
        assert.deepEqual(await kinds(store), []);
      }));

    it('decides once, and keeps what serves to judge until then', () =>
      withStore(makePlace, async ({ journal }) => {
        await journal.create(changeSet('a'), []);
        await journal.recordIntent(batch('a', 1), []);
        await refuses('batch-exists', () => journal.recordIntent(batch('a', 1), []));
        const unknown = { ...landed, state: 'unknown', decidedBy: null } as const;
        await journal.recordOutcome(batch('a', 1), unknown, [{ ...applied, state: 'unknown' }], null, []);
        assert.deepEqual((await journal.openBatches(zoneId(1)))[0]?.idsBefore, batch('a', 1).idsBefore);
        const reading = { ...landed, decidedBy: 'reading' } as const;
        await journal.recordOutcome(batch('a', 1), reading, [applied], null, []);
        await refuses('batch-decided', () => journal.recordOutcome(batch('a', 1), landed, [], null, []));
        await refuses('batch-not-found', () => journal.recordOutcome(batch('a', 2), landed, [], null, []));
        assert.deepEqual(await journal.outcomes(tenant, a, zoneId(1)), [applied]);
      }));

    it('keeps what was never sent, in the order of the plan', () =>
      withStore(makePlace, async ({ journal }) => {
        await journal.create(changeSet('a'), []);
        const outcomes = ['g10', 'g2', 'g1'].map(
          (groupId): OperationOutcome => ({ groupId, change: 0, state: 'conflict', message: 'moved' }),
        );
        const key = { tenantId: tenant, changeSetId: a, zoneId: zoneId(1) };
        await journal.recordUnsent(key, outcomes, []);
        const found = await journal.outcomes(tenant, a, zoneId(1));
        assert.deepEqual(found, outcomes.toReversed());
      }));

    it('shows open batches of every tenant to who holds the zone', () =>
      withStore(makePlace, async ({ journal }) => {
        await journal.create(changeSet('a'), []);
        await journal.create(changeSet('a', { tenantId: foreigner }), []);
        await journal.recordIntent(batch('a', 1), []);
        await journal.recordIntent(batch('a', 2, { tenantId: foreigner, ray: 'r2' }), []);
        const open = await journal.openBatches(zoneId(1));
        assert.deepEqual(
          open.map((each) => each.tenantId),
          [tenant, foreigner],
        );
      }));

    it('tells a tenant its own writes from a moment on, and nobody else’s', () =>
      withStore(makePlace, async ({ journal, ownWrites, mirror }) => {
        await journal.create(changeSet('a'), []);
        await journal.create(changeSet('a', { tenantId: foreigner }), []);
        await mirror.putZones(tenant, connectionId, [facts(1)], 1);
        await journal.recordIntent(batch('a', 1, { ray: 'r1' }), []);
        await journal.recordIntent(batch('a', 2, { ray: 'r2' }), []);
        await journal.recordIntent(batch('a', 3, { tenantId: foreigner, ray: 'r3' }), []);
        const own = await ownWrites.since(tenant, 2_002);
        assert.deepEqual(own, [{ zoneId: zoneId(1), sentAt: 2_002, ray: 'r2', auditLogId: null }]);
        assert.equal((await ownWrites.since(tenant, 0)).length, 2);
      }));
  });
}
