/** What is judged without asking anyone: readings of a purchase, the calendar, who may approve. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DomainName } from '../../dns/name.ts';
import { expiryCalendar, formatICalendar } from './calendar.ts';
import { judge, QUIET_MS } from './follow-purchase.ts';
import type { Purchase, Registration, Workflow } from './model.ts';

const SENT_AT = Date.UTC(2026, 9, 1);
const MINUTE = 60_000;

const purchase = { domain: 'lemon.com' as DomainName, sentAt: SENT_AT, missedAt: null } as Purchase;

function registration(more: Partial<Registration> = {}): Registration {
  return {
    domain: 'lemon.com' as DomainName,
    status: 'active',
    createdAt: null,
    expiresAt: '2027-03-01T12:00:00Z',
    autoRenew: false,
    locked: true,
    privacyMode: 'redaction',
    ...more,
  };
}

function workflow(state: Workflow['state'], more: Partial<Workflow> = {}): Workflow {
  return { state, createdAt: 'a', updatedAt: 'a', context: {}, error: null, ...more };
}

describe('what a reading says of a purchase', () => {
  const late = SENT_AT + QUIET_MS;
  const rows: readonly (readonly [
    name: string,
    found: Parameters<typeof judge>[1],
    now: number,
    missedAt: number | null,
    state: string | undefined,
  ])[] = [
    [
      'its workflow succeeded',
      { workflow: workflow('succeeded'), registration: null },
      late,
      null,
      'registered',
    ],
    ['its workflow runs', { workflow: workflow('in_progress'), registration: null }, late, null, 'running'],
    ['its workflow failed', { workflow: workflow('failed'), registration: null }, late, null, 'failed'],
    ['it is blocked', { workflow: workflow('blocked'), registration: null }, late, null, 'blocked'],
    [
      'no workflow, but registered',
      { workflow: null, registration: registration() },
      late,
      null,
      'registered',
    ],
    [
      'no workflow, registration pending',
      { workflow: null, registration: registration({ status: 'registration_pending' }) },
      late,
      null,
      'running',
    ],
    ['nothing, at once', { workflow: null, registration: null }, SENT_AT + MINUTE, null, undefined],
    ['nothing, first look after the quiet', { workflow: null, registration: null }, late, null, undefined],
    [
      'nothing, second look too soon',
      { workflow: null, registration: null },
      late + MINUTE - 1,
      late,
      undefined,
    ],
    [
      'nothing, second look a minute later',
      { workflow: null, registration: null },
      late + MINUTE,
      late,
      'not-bought',
    ],
    [
      'nothing before the quiet, whatever was missed',
      { workflow: null, registration: null },
      late - 1,
      SENT_AT,
      undefined,
    ],
  ];
  for (const [name, found, now, missedAt, state] of rows) {
    it(`${name}: ${state ?? 'stays sent'}`, () => {
      assert.equal(judge({ ...purchase, missedAt }, found, now).state, state);
    });
  }
});

describe('the expiry calendar', () => {
  const now = Date.UTC(2027, 1, 1);
  const entries = expiryCalendar(
    [
      registration({ domain: 'later.com' as DomainName, expiresAt: '2027-08-01T00:00:00Z', autoRenew: true }),
      registration({ domain: 'xn--bcher-laden-thb.com' as DomainName }),
      registration({ domain: 'pending.com' as DomainName, expiresAt: null }),
    ],
    now,
  );

  it('is in order of time, and says what renews, from when it charges, and what a person does', () => {
    assert.deepEqual(
      entries.map(({ domain, daysLeft, chargesFrom }) => [domain, daysLeft, chargesFrom]),
      [
        ['xn--bcher-laden-thb.com', 28, null],
        ['later.com', 181, '2027-07-02T00:00:00.000Z'],
      ],
    );
    assert.match(entries[0]?.next.join(' ') ?? '', /--auto-renew on.*the API has no renewal/);
  });

  it('is an iCalendar: CRLF, lines of 75 octets at most, whole characters', () => {
    const text = formatICalendar(entries, now);
    const lines = text.split('\r\n');
    assert.equal(lines.at(-1), '');
    for (const line of lines) assert.ok(Buffer.byteLength(line) <= 75, line);
    assert.ok(!text.replaceAll('\r\n', '').includes('\n'));
    assert.ok(lines.includes('DTSTART;VALUE=DATE:20270301'));
    assert.ok(lines.includes('SUMMARY:bücher-laden.com expires'));
    assert.ok(lines.includes('DTSTAMP:20270201T000000Z'));
  });
});
