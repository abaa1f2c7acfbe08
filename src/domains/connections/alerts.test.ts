import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AlertFacts, lookForAlerts } from './alerts.ts';
import type { Connection } from './model.ts';

const DAY_MS = 86_400_000;
const NOW = 1_000 * DAY_MS;
const MOMENT = { now: NOW, principal: 'zoneward' };
const CONNECTION = {
  id: 'con_1',
  label: 'Shop',
  kind: 'user-token',
  accountId: 'a'.repeat(32),
  zoneIds: [] as readonly string[],
  profile: 'minimum',
  state: 'active',
  expiresAt: null,
  rotation: { everyDays: 90, dueAt: null, lastRotatedAt: null },
} as Connection;

function facts(
  more: { calls?: number; failed?: number; left?: number | null; expiresAt?: number } = {},
): AlertFacts {
  const { calls = 0, failed = 0, left = null, expiresAt = null } = more;
  return {
    connection: { ...CONNECTION, expiresAt },
    usage: { calls, errors: { 'permission-missing': failed }, rateLimited: 0, lastError: null },
    budgetLeft: left,
  };
}

describe('alerts', () => {
  const rows: readonly [
    name: string,
    facts: AlertFacts,
    standing: string[],
    events: string[],
    after: string[],
  ][] = [
    ['nothing', facts({ calls: 100, left: 0.9 }), [], [], []],
    ['errors', facts({ calls: 100, failed: 20 }), [], ['raised error-rate'], ['error-rate']],
    ['errors, told already', facts({ calls: 100, failed: 50 }), ['error-rate'], [], ['error-rate']],
    ['fewer errors, not few', facts({ calls: 100, failed: 15 }), ['error-rate'], [], ['error-rate']],
    ['few errors', facts({ calls: 100, failed: 10 }), ['error-rate'], ['cleared error-rate'], []],
    ['too few calls to tell', facts({ calls: 19, failed: 19 }), [], [], []],
    ['silence after errors', facts({ calls: 0 }), ['error-rate'], [], ['error-rate']],
    ['a small budget', facts({ left: 0.1 }), [], ['raised budget'], ['budget']],
    ['a budget that wavers', facts({ left: 0.15 }), ['budget'], [], ['budget']],
    ['a budget again', facts({ left: 0.2 }), ['budget'], ['cleared budget'], []],
    ['an unknown budget', facts({ left: null }), ['budget'], [], ['budget']],
  ];
  for (const [name, given, standing, events, after] of rows) {
    it(name, () => {
      const alerts = lookForAlerts(given, standing, MOMENT);
      const told = alerts.events.map(
        (event) => `${event.kind.replace('connection.alert-', '')} ${event.payload['alert']}`,
      );
      assert.deepEqual([told, alerts.standing], [events, after]);
    });
  }

  it('of an end date come once per threshold, and go when the token is renewed', () => {
    let standing: readonly string[] = [];
    const told: unknown[] = [];
    for (let day = 35; day >= 0; day -= 1) {
      const alerts = lookForAlerts(facts({ expiresAt: NOW + day * DAY_MS }), standing, MOMENT);
      // The date is the same; it is the look that comes later.
      const later = lookForAlerts(facts({ expiresAt: NOW + 35 * DAY_MS }), standing, {
        ...MOMENT,
        now: NOW + (35 - day) * DAY_MS,
      });
      assert.equal(alerts.events.length <= 1, true);
      standing = later.standing;
      told.push(...later.events.map((event) => event.payload['daysLeft']));
    }
    assert.deepEqual(told, [30, 14, 7, 1, 0]);
    assert.equal(standing.length, 1);
    assert.deepEqual(lookForAlerts(facts({ expiresAt: NOW + 180 * DAY_MS }), standing, MOMENT).standing, []);
  });
});
