/**
 * Stopped before and after every effect. One life of the program applies a change set of several requests, with a
 * fault of Cloudflare's on one of them, and dies at its nth effect (a transaction, a lease, a call), for every n;
 * in some runs the life that cleans up dies too. Then a last life recovers. The zone's own log is the judge: every
 * operation landed once or never, and the journal says which. The same with real processes: kill-anywhere.test.ts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isZonewardError } from '../src/base/errors.ts';
import type { ChangeSetId, TenantId } from '../src/base/ids.ts';
import type { LiveRecord } from '../src/dns/live-record.ts';
import type { ChangeSet } from '../src/domains/changes/model.ts';
import type { Draft } from '../src/plan/diff.ts';
import { completeFields, updateDraft } from '../src/plan/diff.ts';
import { desired, live } from '../src/plan/fixtures.ts';
import {
  accountOf,
  BATCH_FAULTS,
  type BatchFault,
  Death,
  type DeathAt,
  type ModelZone,
  Rig,
} from './kit/rig.ts';

const tenant = 'local' as TenantId;
/** So many lives must do. */
const LIVES_MAX = 6;

const RECORDS = [
  live('a A 192.0.2.1', 1),
  live('b A 192.0.2.2', 2),
  live('c TXT "three"', 3),
  live('d MX 10 mail.other.example.', 4),
  live('keep A 192.0.2.9', 5),
];

/** Two creations, an update, a deletion and a change of type. */
function drafts(records: readonly LiveRecord[]): Draft[] {
  const at = (name: string): LiveRecord => {
    const record = records.find((one) => one.fields.name === `${name}.shop.example`);
    assert.ok(record, name);
    return record;
  };
  const create = (text: string): Draft => ({
    action: 'create',
    after: { fields: completeFields(desired(text)), received: null },
  });
  const moved = updateDraft(at('a'), { after: { fields: { ...at('a').fields, ttl: 600 }, received: null } });
  assert.ok(moved !== null);
  return [
    create('new A 192.0.2.7'),
    create('more TXT "fresh"'),
    moved,
    { action: 'delete', before: at('b') },
    { action: 'delete', before: at('d') },
    create('d A 192.0.2.8'),
  ];
}

interface Case {
  readonly fault: BatchFault;
  /** Which request it strikes. */
  readonly onBatch: number;
  readonly deaths: readonly DeathAt[];
}

async function prepared(rig: Rig, zone: ModelZone): Promise<ChangeSet> {
  return rig.save(tenant, [rig.plan(zone, drafts, 2)]);
}

/** Lives one after another, the first ones dying; the last lives on. @returns how many effects the first one had. */
async function liveThrough(rig: Rig, changeSet: ChangeSet, deaths: readonly DeathAt[]): Promise<number[]> {
  const effects: number[] = [];
  for (let life = 0; life < LIVES_MAX; life += 1) {
    const process = rig.process(deaths[life] ?? null);
    try {
      await process.recover(tenant);
      const { status } = await accountOf(rig, tenant, changeSet.id);
      if (['planned', 'interrupted', 'applying', 'unknown'].includes(status)) {
        const now = await rig.store.journal.get(tenant, changeSet.id);
        assert.ok(now !== null);
        await process.apply(now);
      }
      effects.push(process.effects);
      if (
        ['applied', 'failed', 'partly-applied'].includes((await accountOf(rig, tenant, changeSet.id)).status)
      )
        return effects;
    } catch (error) {
      const full = isZonewardError(error) && error.code.startsWith('store-');
      if (!(error instanceof Death) && !full) throw error;
      effects.push(process.effects);
    }
  }
  return effects;
}

/** Every operation of the change set: how often it landed, by the zone's own log, and what the journal says. */
async function judge(rig: Rig, zone: ModelZone, id: ChangeSetId): Promise<void> {
  const { status, outcomes, changeSet } = await accountOf(rig, tenant, id);
  const plan = changeSet.plans[0];
  assert.ok(plan !== undefined);
  const told = new Map((outcomes.get(zone.id) ?? []).map((one) => [`${one.groupId} ${one.change}`, one]));
  for (const group of plan.groups) {
    for (const [index, change] of group.changes.entries()) {
      const key = `${group.id} ${index}`;
      const times = zone.landed.filter((body) => {
        if (change.action === 'delete') return body.deletes.some((one) => one.id === change.before.id);
        if (change.action === 'update') return body.patches.some((one) => one['id'] === change.before.id);
        return body.posts.some((one) => JSON.stringify(one) === JSON.stringify(change.body));
      }).length;
      assert.equal(times, 1, `${key} ${change.action} landed ${times} times`);
      assert.equal(told.get(key)?.state, 'applied', `the journal about ${key}`);
    }
  }
  assert.equal(status, 'applied');
  const names = zone.fake.records.map((record) => `${record.fields.name} ${record.fields.rdata.type}`).sort();
  assert.deepEqual(names, [
    'a.shop.example A',
    'c.shop.example TXT',
    'd.shop.example A',
    'keep.shop.example A',
    'more.shop.example TXT',
    'new.shop.example A',
  ]);
  assert.deepEqual(await rig.store.journal.openBatches(zone.id), []);
  const mirrored = [];
  for await (const chunk of rig.store.mirror.records(tenant, zone.id)) mirrored.push(...chunk);
  assert.deepEqual(
    mirrored.map(({ record }) => record.id).sort(),
    zone.fake.records.map((record) => record.id).sort(),
    'the mirror holds what the zone holds',
  );
}

async function runCase(rig: Rig, { fault, onBatch, deaths }: Case): Promise<number[]> {
  const zone = await rig.zone(RECORDS, [tenant]);
  const changeSet = await prepared(rig, zone);
  zone.faults = [...Array.from({ length: onBatch }, (): BatchFault => 'none'), fault];
  const effects = await liveThrough(rig, changeSet, deaths);
  await judge(rig, zone, changeSet.id);
  return effects;
}

describe('stopped anywhere', () => {
  for (const fault of BATCH_FAULTS) {
    it(`converges when a life ends before or after any effect, with ${fault}`, async () => {
      await using rig = await Rig.open();
      let cases = 0;
      for (const onBatch of [0, 2]) {
        const [whole = 0] = await runCase(rig, { fault, onBatch, deaths: [] });
        assert.ok(whole > 20, `${whole} effects`);
        for (let effect = 1; effect <= whole; effect += 1) {
          await runCase(rig, { fault, onBatch, deaths: [{ effect, side: 'after' }] });
          cases += 1;
          const ill = (effect + onBatch / 2) % 2 === 0 ? 'disk-full' : 'store-busy';
          await runCase(rig, { fault, onBatch, deaths: [{ effect, side: ill }] });
          cases += 1;
          // Before an effect is after the one before it, but for the first; the life that cleans up dies as well.
          if (effect % 4 !== 1) continue;
          const second = 1 + ((effect * 7 + onBatch * 3) % 18);
          const both: DeathAt[] = [
            { effect, side: 'before' },
            { effect: second, side: 'after' },
          ];
          await runCase(rig, { fault, onBatch, deaths: both });
          cases += 1;
        }
      }
      assert.ok(cases > 100, `${cases} cases`);
      assert.ok(await rig.verifyAudit(tenant));
    });
  }
});
