/** The list of all zones' TLS. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { matchesTls, orderFleet, renewsItself, seenAt, verdictOf, type ZoneTls } from './fleet-filter.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const ALL = { text: '', verdict: '', ends: '', seen: '' };

function zone(zoneName: string, more: Partial<ZoneTls> = {}): ZoneTls {
  return {
    zoneId: zoneName,
    zoneName,
    readAt: '2026-11-29T11:00:00Z',
    findingsAt: '2026-11-29T11:30:00Z',
    bad: 0,
    couldBeBetter: 0,
    certificates: 1,
    moving: 0,
    nextExpiry: '2026-12-20T00:00:00Z',
    ...more,
  };
}

describe('the TLS of a zone', () => {
  it('is as bad as its worst finding, and unknown while nobody looked', () => {
    assert.equal(verdictOf(zone('a.example', { bad: 1, couldBeBetter: 2 })), 'bad');
    assert.equal(verdictOf(zone('a.example', { couldBeBetter: 2 })), 'could-be-better');
    assert.equal(verdictOf(zone('a.example')), 'good');
    assert.equal(verdictOf(zone('a.example', { findingsAt: null })), 'unseen');
  });

  it('is as old as the older of both looks', () => {
    assert.equal(seenAt(zone('a.example')), '2026-11-29T11:00:00Z');
    assert.equal(seenAt(zone('a.example', { readAt: null })), '2026-11-29T11:30:00Z');
    assert.equal(seenAt(zone('a.example', { readAt: null, findingsAt: null })), null);
  });

  it('is found by name as it is read and as it is written, by verdict, end and age', () => {
    const one = zone('xn--mnchen-3ya.example', { bad: 1 });
    const fits = (filter: Partial<typeof ALL>) => matchesTls(one, { ...ALL, ...filter }, NOW);
    assert.ok(fits({ text: 'München' }) && fits({ text: 'xn--' }) && !fits({ text: 'shop' }));
    assert.ok(fits({ verdict: 'bad' }) && !fits({ verdict: 'good' }));
    assert.ok(fits({ ends: '30' }) && !fits({ ends: '7' }));
    assert.ok(fits({ seen: 'fresh' }) && !fits({ seen: 'old' }));
    assert.ok(!matchesTls(zone('a.example', { nextExpiry: null }), { ...ALL, ends: '90' }, NOW));
  });

  it('stands above those that need nobody', () => {
    const unseen = zone('a.example', { findingsAt: null });
    const ordered = orderFleet([
      zone('b.example'),
      unseen,
      zone('d.example', { bad: 1 }),
      zone('c.example', { bad: 3 }),
    ]);
    assert.deepEqual(
      ordered.map(({ zoneName }) => zoneName),
      ['c.example', 'd.example', 'a.example', 'b.example'],
    );
  });
});

describe('a certificate', () => {
  it('renews itself unless somebody uploaded it', () => {
    assert.deepEqual(['universal', 'advanced', 'custom', 'legacy_custom'].map(renewsItself), [
      true,
      true,
      false,
      false,
    ]);
  });

  it('of an origin, of a client or of its own does not', () => {
    assert.deepEqual(['own', 'origin-ca', 'client', 'total_tls', 'custom-hostname'].map(renewsItself), [
      false,
      false,
      false,
      true,
      true,
    ]);
  });
});
