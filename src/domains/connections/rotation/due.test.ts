import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Connection, ConnectionState, Rotation } from '../model.ts';
import { REMINDER_DAYS, reminderFor, rotationIsDue } from './due.ts';

const DAY_MS = 86_400_000;
const DUE_AT = 1_000 * DAY_MS;

function connection(fields: Partial<Connection> = {}): Connection {
  return {
    id: 'con_1',
    state: 'active',
    expiresAt: null,
    rotation: { everyDays: 90, dueAt: DUE_AT, lastRotatedAt: null },
    ...fields,
  } as Connection;
}

describe('a rotation is due', () => {
  const backedOut = (stepAt: number): Rotation => ({ step: 'backed-out', stepAt }) as Rotation;
  const rows: readonly [
    name: string,
    state: ConnectionState,
    latest: Rotation | null,
    days: number,
    due: boolean,
  ][] = [
    ['at its date', 'active', null, 0, true],
    ['not before', 'active', null, -1, false],
    ['also late', 'expiring', null, 40, true],
    ['not in a pause', 'paused', null, 1, false],
    ['not when it cannot work', 'revoked', null, 1, false],
    ['not right after it was given up', 'active', backedOut(DUE_AT), 0.5, false],
    ['again a day later', 'active', backedOut(DUE_AT), 1, true],
  ];
  for (const [name, state, latest, days, due] of rows) {
    it(name, () => {
      assert.equal(rotationIsDue(connection({ state }), latest, DUE_AT + days * DAY_MS), due);
    });
  }
});

describe('a reminder', () => {
  it('comes at 30, 14, 7 and 1 days and on the day, once each', () => {
    const names = new Map<string, number>();
    for (let hours = -40 * 24; hours <= 24; hours += 6) {
      const reminder = reminderFor(connection(), DUE_AT + (hours * DAY_MS) / 24);
      if (reminder !== null && !names.has(reminder.name)) names.set(reminder.name, reminder.daysLeft);
    }
    assert.deepEqual([...names.values()], [30, 14, 7, 1, 0]);
  });

  it('is for what comes first, the end of the token or the due date', () => {
    const soon = connection({ expiresAt: DUE_AT - 5 * DAY_MS });
    assert.deepEqual(
      [reminderFor(soon, DUE_AT - 10 * DAY_MS)?.kind, reminderFor(soon, DUE_AT - 10 * DAY_MS)?.threshold],
      ['expiry', 7],
    );
    assert.equal(reminderFor(connection(), DUE_AT - DAY_MS)?.kind, 'rotation');
  });

  it('is not sent for what is not in use or has no date', () => {
    assert.equal(reminderFor(connection({ state: 'paused' }), DUE_AT), null);
    const dateless = connection({ rotation: { everyDays: 90, dueAt: null, lastRotatedAt: null } });
    assert.equal(reminderFor(dateless, DUE_AT), null);
  });

  it('tightens and never loosens as time goes on', () => {
    fc.assert(
      fc.property(fc.integer({ min: -60, max: 10 }), fc.integer({ min: 0, max: 30 }), (from, days) => {
        const early = reminderFor(connection(), DUE_AT + from * DAY_MS)?.threshold ?? Infinity;
        const late = reminderFor(connection(), DUE_AT + (from + days) * DAY_MS)?.threshold ?? Infinity;
        assert.ok(late <= early);
        assert.ok([...REMINDER_DAYS, 0, Infinity].includes(late));
      }),
    );
  });
});
