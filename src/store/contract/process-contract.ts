/** What holds between processes, and after one of them was killed. Skipped where a store cannot be shared. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ChangeSetId } from '../../base/ids.ts';
import { type MakeStorePlace, type StorePlace, withStore } from './fixture.ts';
import { changeSet, connectionId, facts, gather, tenant, zoneId } from './samples.ts';

const CONTENDER = path.join(import.meta.dirname, 'contender.ts');
const PROCESSES = 3;

interface Contender {
  readonly process: ChildProcess;
  /** The lines that it has printed so far. */
  lines(): readonly string[];
  readonly ended: Promise<void>;
}

function contend(place: StorePlace, task: string, count: number): Contender {
  const child = spawn(process.execPath, [CONTENDER, place.url ?? '', task, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(child, 'close').then(() => {});
  return { process: child, lines: () => output.split('\n').slice(0, -1), ended };
}

async function contendAll(place: StorePlace, task: string, count: number): Promise<void> {
  const contenders = Array.from({ length: PROCESSES }, () => contend(place, task, count));
  await Promise.all(contenders.map((contender) => contender.ended));
  for (const { process: child, lines } of contenders) {
    assert.equal(child.exitCode, 0);
    assert.equal(lines().length, count);
  }
}

export function processContract(makePlace: MakeStorePlace): void {
  describe('between processes', () => {
    it('audit events stand in one chain', () =>
      withStore(makePlace, async (store, place) => {
        await contendAll(place, 'audit', 60);
        const events = await gather(store.audit.read(tenant, {}));
        assert.equal(events.length, PROCESSES * 60 * 2);
        for (const [index, each] of events.entries()) {
          assert.equal(each.sequence, index + 1);
          assert.equal(each.previousHash, events[index - 1]?.hash ?? '0'.repeat(64));
        }
        assert.deepEqual((await store.check()).problems, []);
      }));

    it('a budget loses no step', () =>
      withStore(makePlace, async (store, place) => {
        await contendAll(place, 'budget', 150);
        const total = await store.budget.update('shared', (state) => ({ state, result: state }));
        assert.equal(total, PROCESSES * 150);
      }));

    it('a lease has one holder', () =>
      withStore(makePlace, async (store, place) => {
        await contendAll(place, 'lock', 25);
        assert.equal(await store.settings.get('counter'), String(PROCESSES * 25));
      }));

    it('a new store is made once', async () => {
      const place = await makePlace();
      try {
        await contendAll(place, 'budget', 3);
        await using store = await place.open();
        assert.deepEqual((await store.check()).problems, []);
      } finally {
        await place.dispose();
      }
    });

    it('nothing acknowledged is lost and nothing is half written when one is killed', () =>
      withStore(makePlace, async (store, place) => {
        const id = 'chg_a' as ChangeSetId;
        await store.mirror.putZones(tenant, connectionId, [facts(1)], 1);
        await store.journal.create(changeSet('a', { status: 'applying' }), []);
        let settled = 0;
        for (let round = 0; round < 6; round += 1) {
          const contender = contend(place, 'journal', 100_000);
          while (contender.lines().length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
          contender.process.kill('SIGKILL');
          await contender.ended;
          const batches = await store.journal.batches(tenant, id);
          for (const line of contender.lines()) {
            const [what, sequence] = line.split(' ');
            const state = batches[Number(sequence) - 1]?.state;
            if (what === 'sent') assert.ok(state === 'sent' || state === 'landed', line);
            else assert.equal(state, 'landed', line);
          }
          const open = batches.filter((batch) => batch.state === 'sent').length;
          assert.ok(open <= 1);
          const outcomes = await store.journal.outcomes(tenant, id, zoneId(1));
          const zone = await store.mirror.getZone(tenant, zoneId(1));
          assert.equal(zone?.revision, outcomes.length);
          assert.equal(outcomes.length, batches.length - open - settled);
          const { sequence } = await store.audit.head(tenant);
          assert.equal(sequence, batches.length * 2 - open);
          assert.deepEqual((await store.check()).problems, []);
          settled += open;
        }
      }));
  });
}
