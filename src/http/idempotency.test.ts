/** Work under an idempotency key that ends in ways a request over HTTP cannot bring about. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Zoneward } from '../app/open-zoneward.ts';
import { type DoneOnce, doOnce } from './idempotency.ts';

const REQUEST = {
  tenant: 'acme',
  caller: 'key_a',
  key: 'once',
  method: 'POST',
  path: '/v1/domains',
  body: '',
};
const ANSWER = { status: 202, headers: {}, body: '{}' };

/** A store of one entry, whose answers cannot be kept. */
function forgetful(): { readonly zoneward: Zoneward; readonly dropped: string[] } {
  const dropped: string[] = [];
  const idempotency = {
    begin: () => Promise.resolve({ kind: 'begin' }),
    keep: () => Promise.reject(new Error('the disk is full')),
    drop: (_request: unknown, holder: string) => {
      dropped.push(holder);
      return Promise.resolve();
    },
  };
  return { zoneward: { idempotency } as unknown as Zoneward, dropped };
}

it('is not let go of when it was done and its answer could not be kept: a repetition must not do it again', async () => {
  const { zoneward, dropped } = forgetful();
  const work = (): Promise<DoneOnce> => Promise.resolve({ answer: ANSWER, kept: ANSWER });
  await assert.rejects(doOnce(zoneward, REQUEST, work), /the disk is full/);
  assert.deepEqual(dropped, []);
});

it('is let go of when it failed, or ended in what another try may change', async () => {
  const { zoneward, dropped } = forgetful();
  await assert.rejects(
    doOnce(zoneward, REQUEST, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  const passing = { ...ANSWER, status: 503 };
  const { answer } = await doOnce(zoneward, REQUEST, () => Promise.resolve({ answer: passing, kept: null }));
  assert.equal(answer.status, 503);
  assert.equal(dropped.length, 2);
});
