import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CircuitBreaker, FAILURES_MAX } from './circuit-breaker.ts';
import { seededRandom, VirtualClock } from './fakes.ts';
import { ATTEMPTS_MAX, decideRetry, type Failure, RETRY_AFTER_MAX_MS, RETRY_WITHIN_MS } from './retry.ts';

const first = { attempts: 1, elapsedMs: 0 };
const random = seededRandom(1);

describe('retry', () => {
  const cases: readonly [Failure['kind'], 'read' | 'write', boolean][] = [
    ['final', 'read', false],
    ['final', 'write', false],
    ['passing', 'read', true],
    ['passing', 'write', false],
    ['not-sent', 'read', true],
    ['not-sent', 'write', true],
    ['rate-limited', 'read', true],
    ['rate-limited', 'write', true],
  ];
  for (const [kind, what, expected] of cases) {
    it(`${kind} ${what}: ${expected ? 'again' : 'not again'}`, () => {
      const failure = { kind, retryAfterMs: null };
      assert.equal(decideRetry(failure, { ...first, write: what === 'write' }, random).retry, expected);
      const last = { write: what === 'write', attempts: ATTEMPTS_MAX, elapsedMs: 0 };
      assert.equal(decideRetry(failure, last, random).retry, false);
    });
  }

  it('keeps every delay within its bounds and obeys Retry-After', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: ATTEMPTS_MAX - 1 }),
        fc.option(fc.integer({ min: 0, max: RETRY_AFTER_MAX_MS })),
        fc.integer(),
        (attempts, retryAfterMs, seed) => {
          const failure: Failure = { kind: 'passing', retryAfterMs };
          const decision = decideRetry(failure, { write: false, attempts, elapsedMs: 0 }, seededRandom(seed));
          assert.ok(decision.retry);
          const floor = retryAfterMs ?? 0;
          assert.ok(decision.delayMs >= floor);
          assert.ok(decision.delayMs <= floor + 500 * 2 ** (attempts - 1));
        },
      ),
    );
  });

  it('gives up when told to wait too long, and when it has tried for too long', () => {
    const long: Failure = { kind: 'passing', retryAfterMs: RETRY_AFTER_MAX_MS + 1 };
    assert.equal(decideRetry(long, { ...first, write: false }, random).retry, false);
    const late = { attempts: 2, elapsedMs: RETRY_WITHIN_MS, write: false };
    assert.equal(decideRetry({ kind: 'passing', retryAfterMs: null }, late, random).retry, false);
  });
});

describe('circuit breaker', () => {
  function opened(): { clock: VirtualClock; breaker: CircuitBreaker; pauseMs: number } {
    const clock = new VirtualClock();
    const breaker = new CircuitBreaker({ clock });
    for (let i = 0; i < FAILURES_MAX; i += 1) {
      assert.equal(breaker.enter(), 0);
      breaker.failed();
    }
    return { clock, breaker, pauseMs: breaker.enter() };
  }

  it('opens after so many failures in a row, and not after fewer', () => {
    assert.ok(opened().pauseMs > 0);
    const breaker = new CircuitBreaker({ clock: new VirtualClock() });
    for (let i = 0; i < FAILURES_MAX * 3; i += 1) {
      if (i % (FAILURES_MAX - 1) === 0) breaker.succeeded();
      else breaker.failed();
      assert.equal(breaker.enter(), 0);
    }
  });

  it('lets one probe through after the pause; success closes', () => {
    const { clock, breaker, pauseMs } = opened();
    clock.jump(pauseMs);
    assert.equal(breaker.enter(), 0);
    assert.ok(breaker.enter() > 0);
    breaker.succeeded();
    assert.equal(breaker.enter(), 0);
    assert.equal(breaker.enter(), 0);
  });

  it('pauses longer after a failed probe, up to a bound; an abandoned probe leaves the door', () => {
    const { clock, breaker, pauseMs } = opened();
    clock.jump(pauseMs);
    assert.equal(breaker.enter(), 0);
    breaker.abandoned();
    assert.equal(breaker.enter(), 0);
    breaker.failed();
    assert.equal(breaker.enter(), pauseMs * 2);
    for (let i = 0; i < 20; i += 1) {
      clock.jump(breaker.enter());
      breaker.enter();
      breaker.failed();
    }
    assert.equal(breaker.enter(), 120_000);
    clock.jump(-86_400_000);
    assert.equal(breaker.enter(), 120_000);
  });
});
