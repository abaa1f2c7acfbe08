import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SandboxClock } from './clock.ts';

/** A clock over a source that goes on by a millisecond each time it is read, as a busy machine does. */
function overRestlessSource(): SandboxClock {
  let sourceNow = 1000;
  return new SandboxClock({ now: () => sourceNow++ });
}

test('a clock that is set and stopped in one change stands at that moment', () => {
  const clock = overRestlessSource();
  clock.change({ now: 5_000_000, scale: 0 });
  assert.deepEqual([clock.now(), clock.now()], [5_000_000, 5_000_000]);
  clock.change({ advanceMs: 250 });
  assert.equal(clock.now(), 5_000_250);
});

test('a clock that is scaled goes on from where it is', () => {
  const clock = overRestlessSource();
  clock.change({ now: 0, scale: 10 });
  assert.deepEqual([clock.now(), clock.now()], [10, 20]);
  clock.change({ scale: 1 });
  assert.equal(clock.now(), 31);
});
