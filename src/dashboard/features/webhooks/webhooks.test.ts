/** What the pages of webhooks say of them, and how events are chosen. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Webhook } from '../../../client/index.ts';
import { familiesOf, lastAnswer, standingOf, withType } from './webhook-words.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOOK: Webhook = {
  id: 'wh_1',
  url: 'https://example.com/hook',
  description: '',
  types: null,
  disabled: null,
  previousSecretUntil: null,
  failingSince: null,
  holdUntil: null,
  createdAt: '2026-11-01T00:00:00Z',
  createdBy: 'command-line',
};

describe('a webhook', () => {
  it('is off before it is failing, and failing before it waits', () => {
    const failingSince = '2026-11-29T11:00:00Z';
    const disabled = { reason: 'failing', at: '2026-11-29T11:30:00Z' } as const;
    assert.equal(standingOf({ ...HOOK, failingSince, disabled }, NOW).word, 'gave up');
    assert.equal(
      standingOf({ ...HOOK, failingSince, holdUntil: '2026-11-29T13:00:00Z' }, NOW).word,
      'failing',
    );
    assert.equal(standingOf({ ...HOOK, holdUntil: '2026-11-29T13:00:00Z' }, NOW).word, 'waits');
    assert.equal(standingOf({ ...HOOK, holdUntil: '2026-11-29T11:59:00Z' }, NOW).word, 'on');
  });

  it('tells what the last attempt came to', () => {
    const attempt = { at: '2026-11-29T11:00:00Z', durationMs: 5 };
    assert.equal(lastAnswer({ attempts: [] }), 'not sent yet');
    assert.equal(lastAnswer({ attempts: [{ ...attempt, status: 204, error: null }] }), '204');
    assert.equal(lastAnswer({ attempts: [{ ...attempt, status: null, error: 'refused' }] }), 'refused');
  });
});

describe('events are chosen', () => {
  const types = ['zone.created', 'zone.deleted', 'drift.adopted'].map((type) => ({ type, about: '' }));

  it('by families, in the order of the catalogue', () => {
    assert.deepEqual(
      familiesOf(types).map(({ all, types: ones }) => [all, ones.length]),
      [
        ['zone.*', 2],
        ['drift.*', 1],
      ],
    );
  });

  it('one by one, until the family takes their place', () => {
    const two = withType(withType([], 'zone.created', true), 'drift.adopted', true);
    assert.deepEqual(two, ['zone.created', 'drift.adopted']);
    assert.deepEqual(withType(two, 'zone.*', true), ['drift.adopted', 'zone.*']);
    assert.deepEqual(withType(['zone.*'], 'zone.*', false), []);
    assert.deepEqual(withType(two, 'zone.created', false), ['drift.adopted']);
  });
});
