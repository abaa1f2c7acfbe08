/** What can be done with a change set in each of its states, and that each is told in words. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeSet, Job } from '../../../client/index.ts';
import { actionsOf, explainStatus, progressOf } from './change-state.ts';

const free = { required: false, grant: null };
const waiting = { required: true, grant: null };
const granted = { required: true, grant: { by: 'key', at: '', expiresAt: '' } };

describe('a change set', () => {
  it('offers what its state allows, and nothing while it is followed', () => {
    const table: readonly [ChangeSet['status'], ChangeSet['approval'], string | null, readonly string[]][] = [
      ['planned', free, null, ['cancel', 'apply']],
      ['planned', waiting, null, ['cancel', 'approve']],
      ['planned', granted, null, ['cancel', 'apply']],
      ['approved', granted, null, ['cancel', 'apply']],
      ['interrupted', free, null, ['cancel', 'resume']],
      ['applying', free, null, ['resume']],
      ['unknown', free, null, ['resume']],
      ['applied', free, null, ['undo']],
      ['applied', free, 'chg_2', []],
      ['partly-applied', free, null, ['undo']],
      ['failed', free, null, []],
      ['cancelled', free, null, []],
    ];
    for (const [status, approval, undoneBy, expected] of table) {
      const state = { status, approval, undoneBy, undoneInPart: false };
      assert.deepEqual(actionsOf(state, false), expected, status);
      assert.deepEqual(actionsOf(state, true), []);
      assert.notEqual(explainStatus({ ...state, undoes: null }).text, '');
    }
    const inPart = { status: 'applied', approval: free, undoneBy: 'chg_2', undoneInPart: true } as const;
    assert.deepEqual(actionsOf(inPart, false), ['undo']);
    assert.match(explainStatus({ ...inPart, undoes: null }).text, /in part/);
  });

  it('tells how far its job is', () => {
    const job = (state: Job['state'], progress: Job['progress']): Job => ({ state, progress }) as Job;
    const table: readonly [Job | null, RegExp, number][] = [
      [null, /first word/, 0.05],
      [job('queued', null), /worker/, 0.05],
      [job('running', null), /Applying/, 0.1],
      [job('running', { kind: 'waiting-for-lock', heldBy: 'cli:a@b' }), /cli:a@b/, 0.05],
      [job('running', { kind: 'sending', done: 200, total: 1_000 }), /200 of 1000/, 0.28],
    ];
    for (const [given, text, share] of table) {
      const progress = progressOf(given);
      assert.match(progress.text, text);
      assert.ok(Math.abs(progress.share - share) < 0.001, progress.text);
    }
  });
});
