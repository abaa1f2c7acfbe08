import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeCloudflare } from './fake-cloudflare.ts';
import { FakeClock } from './fakes.ts';
import type { ZoneFacts } from './model.ts';
import { adviseOnMirror, adviseOnZone } from './zone-advice.ts';

const DAY_MS = 86_400_000;
const clock = new FakeClock();
const cloudflare = new FakeCloudflare(clock);
const id = cloudflare.addZone('shop.example');
const facts = cloudflare.zones.get(id)?.facts ?? assert.fail();

const rows: readonly {
  readonly name: string;
  readonly facts: Partial<ZoneFacts>;
  readonly days: number;
  readonly since?: number;
  readonly state: string;
  readonly daysLeft: number | null;
  readonly says: RegExp;
}[] = [
  { name: 'active', facts: {}, days: 1, state: 'fine', daysLeft: null, says: /^Cloudflare answers for it$/ },
  { name: 'paused', facts: { paused: true }, days: 1, state: 'act', daysLeft: null, says: /paused/ },
  {
    name: 'pending',
    facts: { status: 'pending' },
    days: 3.5,
    state: 'act',
    daysLeft: 24,
    says: /deletes it in 24 days$/,
  },
  {
    name: 'pending, last day',
    facts: { status: 'pending' },
    days: 27,
    state: 'act',
    daysLeft: 1,
    says: /in 1 day$/,
  },
  {
    name: 'pending, over',
    facts: { status: 'pending' },
    days: 40,
    state: 'act',
    daysLeft: 0,
    says: /any moment$/,
  },
  {
    name: 'pending, paid',
    facts: { status: 'pending', planTier: 'pro' },
    days: 40,
    state: 'act',
    daysLeft: null,
    says: /registrar$/,
  },
  {
    name: 'pending, plan unknown',
    facts: { status: 'pending', planTier: null },
    days: 1,
    state: 'act',
    daysLeft: 27,
    says: /if it is on the Free plan$/,
  },
  {
    name: 'pending partial',
    facts: { status: 'pending', type: 'partial' },
    days: 1,
    state: 'act',
    daysLeft: null,
    says: /partial/,
  },
  {
    name: 'moved, seen when',
    facts: { status: 'moved' },
    days: 3,
    since: 2,
    state: 'act',
    daysLeft: 6,
    says: /no longer names/,
  },
  {
    name: 'moved, by modifiedOn',
    facts: { status: 'moved' },
    days: 3,
    state: 'act',
    daysLeft: 4,
    says: /in 4 days/,
  },
  { name: 'deleted', facts: { status: 'deleted' }, days: 1, state: 'gone', daysLeft: null, says: /history/ },
  {
    name: 'unreadable date',
    facts: { status: 'pending', createdOn: 'soon' },
    days: 1,
    state: 'act',
    daysLeft: null,
    says: /registrar$/,
  },
];

for (const row of rows) {
  test(`advice: ${row.name}`, () => {
    const since = row.since === undefined ? undefined : clock.now() + row.since * DAY_MS;
    const advice = adviseOnZone({ ...facts, ...row.facts }, clock.now() + row.days * DAY_MS, since);
    assert.deepEqual([advice.state, advice.daysLeft], [row.state, row.daysLeft]);
    assert.match(advice.message, row.says);
    assert.equal(advice.next.length > 0, advice.state !== 'fine');
  });
}

test('a pending zone is told which nameservers replace which', () => {
  const pending: ZoneFacts = { ...facts, status: 'pending', originalNameServers: ['ns1.old.example'] };
  const advice = adviseOnZone(pending, clock.now());
  assert.deepEqual(advice.nameServersToSet, facts.nameServers);
  assert.match(
    advice.next[0] ?? '',
    /shop\.example.*ada\.ns\.cloudflare\.com, bob.*instead of ns1\.old\.example/,
  );
});

test('of a zone out of reach: why, since when, and what to give the token; unless it is gone', () => {
  const since = Date.UTC(2026, 0, 2, 3, 4);
  const fresh = { verifiedAt: 1, signal: 'full-read', staleSince: null } as const;
  const of = (reason: 'not-seen' | 'records-refused', status: ZoneFacts['status'] = 'active') =>
    adviseOnMirror(
      { facts: { ...facts, status }, freshness: { ...fresh, unreadable: { since, reason } } },
      since,
    );
  assert.match(of('not-seen').message, /out of reach since 2026-01-02 03:04Z: no connection sees it/);
  assert.match(of('records-refused').next.join(), /"DNS Read"/);
  assert.equal(of('records-refused').state, 'act');
  assert.equal(of('not-seen', 'deleted').state, 'gone');
  assert.equal(adviseOnMirror({ facts, freshness: { ...fresh, unreadable: null } }, since).state, 'fine');
});
