import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../dns/live-record.ts';
import type { DesiredRecord } from '../dns/record.ts';
import type { Draft } from './diff.ts';
import { contextOf, desired, live, ZONE } from './fixtures.ts';
import { planDrafts, planZone } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';

function plan(records: readonly LiveRecord[], wish: readonly DesiredRecord[]): ZonePlan {
  return planZone(contextOf(records), {
    desired: { zone: ZONE, records: wish, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  });
}

/** Enough unmoved records that shares stay small. */
const REST: readonly string[] = Array.from({ length: 40 }, (_, index) => `rest${index} TXT "r"`);
const hosts = (count: number): string[] => Array.from({ length: count }, (_, i) => `h${i} A 192.0.2.1`);

type Row = readonly [
  name: string,
  before: readonly (string | readonly [string, Partial<DesiredRecord>])[],
  after: readonly (string | readonly [string, Partial<DesiredRecord>])[],
  codes: readonly string[],
];

const rows: readonly Row[] = [
  // Number and share of what is lost.
  ['4 of 12 removed', hosts(12), hosts(8), ['large-deletion']],
  ['3 of 12 removed: 25 % is not more than 25 %', hosts(12), hosts(9), []],
  ['3 of 4 removed: fewer than four', hosts(4), hosts(1), []],
  ['50 of 1000 removed', hosts(1000), hosts(950), []],
  ['51 of 1000 removed', hosts(1000), hosts(949), ['large-deletion']],
  [
    'all become CNAMEs: nothing is lost',
    hosts(10),
    hosts(10).map((text) => text.replace('A 192.0.2.1', 'CNAME www')),
    [],
  ],
  [
    'a loss is not hidden by new records elsewhere',
    hosts(12),
    [...hosts(6), ...Array.from({ length: 6 }, (_, index) => `new${index} A 192.0.2.2`)],
    ['large-deletion'],
  ],
  [
    'nor by new records of another kind at the same name',
    ['a TXT "1"', 'a TXT "2"', 'a TXT "3"', 'a TXT "4"'],
    ['a A 192.0.2.1', 'a A 192.0.2.2', 'a A 192.0.2.3', 'a A 192.0.2.4'],
    ['large-deletion'],
  ],
  // Share of the answers that change.
  [
    '20 of 39 point elsewhere',
    hosts(39),
    hosts(39).map((text, i) => (i < 20 ? text.replace('.1', '.9') : text)),
    ['large-update'],
  ],
  [
    '20 of 40 point elsewhere',
    hosts(40),
    hosts(40).map((text, i) => (i < 20 ? text.replace('.1', '.9') : text)),
    [],
  ],
  ['19 of 19 point elsewhere', hosts(19), hosts(19).map((text) => text.replace('.1', '.9')), []],
  [
    '30 of 30 become CNAMEs',
    hosts(30),
    hosts(30).map((text) => text.replace('A 192.0.2.1', 'CNAME www')),
    ['large-update'],
  ],
  ['30 of 30 get another TTL', hosts(30), hosts(30).map((text) => [text, { ttl: 300 }] as const), []],
  [
    '30 of 30 become proxied',
    hosts(30),
    hosts(30).map((text) => [text, { proxied: true }] as const),
    ['large-update'],
  ],

  // Critical names.
  ['the apex loses its address', ['@ A 192.0.2.1', ...REST], REST, ['critical-record-removed']],
  ['the apex keeps one of two', ['@ A 192.0.2.1', '@ A 192.0.2.2', ...REST], ['@ A 192.0.2.1', ...REST], []],
  ['the apex becomes a CNAME', ['@ A 192.0.2.1', ...REST], ['@ CNAME www', ...REST], []],
  ['the apex address points elsewhere', ['@ A 192.0.2.1', ...REST], ['@ A 192.0.2.2', ...REST], []],
  ['www goes', ['www CNAME x', ...REST], REST, ['critical-record-removed']],
  ['www loses a TXT', ['www CNAME x', 'www TXT "x"', ...REST], ['www CNAME x', ...REST], []],
  ['another name goes', ['web A 192.0.2.1', ...REST], REST, []],
  ['the last MX goes', ['m MX 1 a', ...REST], REST, ['critical-record-removed']],
  ['one of two MX goes', ['m MX 1 a', 'm MX 2 b', ...REST], ['m MX 1 a', ...REST], []],
  ['an MX becomes an A', ['m MX 1 a', ...REST], ['m A 192.0.2.1', ...REST], ['critical-record-removed']],
  ['the CAA goes', ['@ CAA 0 issue "ca.example"', ...REST], REST, ['critical-record-removed']],
  ['DMARC goes', ['_dmarc TXT "v=DMARC1"', ...REST], REST, ['critical-record-removed']],
  ['a name that begins alike', ['_dmarcx TXT "v=DMARC1"', ...REST], REST, []],
  ['DKIM goes', ['s1._domainkey TXT "v=DKIM1"', ...REST], REST, ['critical-record-removed']],
  ['an ACME challenge goes', ['_acme-challenge.www TXT "t"', ...REST], REST, ['critical-record-removed']],
  ['a wildcard goes', ['*.w A 192.0.2.1', ...REST], REST, ['critical-record-removed']],
  [
    'SPF goes while another text stays',
    ['@ TXT "v=spf1 -all"', '@ TXT "other"', ...REST],
    ['@ TXT "other"', ...REST],
    ['critical-record-removed'],
  ],
  [
    'SPF becomes another text, in place',
    ['@ TXT "v=spf1 -all"', ...REST],
    ['@ TXT "verify=1"', ...REST],
    ['critical-record-removed'],
  ],
  ['SPF is changed', ['@ TXT "v=spf1 -all"', ...REST], ['@ TXT "v=spf1 a -all"', ...REST], []],

  // Delegations.
  ['a new delegation', REST, ['sub NS ns.other.example.', ...REST], ['delegation-changed']],
  [
    'a nameserver changes',
    ['sub NS ns1.other.example.', ...REST],
    ['sub NS ns2.other.example.', ...REST],
    ['delegation-changed'],
  ],
  [
    'a DS comes',
    ['sub NS ns.other.example.', ...REST],
    ['sub NS ns.other.example.', 'sub DS 1 13 2 abcd', ...REST],
    ['delegation-changed'],
  ],
  [
    'the TTL of an NS changes',
    ['sub NS ns.other.example.', ...REST],
    [['sub NS ns.other.example.', { ttl: 300 }], ...REST],
    [],
  ],

  // Wildcards.
  ['a new wildcard', REST, ['*.w A 192.0.2.1', ...REST], ['new-wildcard']],
  ['a wildcard points elsewhere', ['*.w A 192.0.2.1', ...REST], ['*.w A 192.0.2.2', ...REST], []],
  ['a wildcard becomes a CNAME', ['*.w A 192.0.2.1', ...REST], ['*.w CNAME www', ...REST], []],
  [
    'a wildcard of texts gets addresses',
    ['*.w TXT "x"', ...REST],
    ['*.w TXT "x"', '*.w A 192.0.2.1', ...REST],
    ['new-wildcard'],
  ],
  ['a name with a star that is no wildcard', REST, ['w A 192.0.2.1', ...REST], []],

  // Exposure.
  [
    'a grey twin of a proxied record',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], 'ssh A 203.0.113.7', ...REST],
    ['origin-exposed'],
  ],
  [
    'a grey record of another address',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], 'ssh A 203.0.113.8', ...REST],
    [],
  ],
  [
    'a proxied record turns grey',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: false }], ...REST],
    ['origin-exposed'],
  ],
  [
    'it turns grey, but the address was told already',
    [['www A 203.0.113.7', { proxied: true }], 'ssh A 203.0.113.7', ...REST],
    [['www A 203.0.113.7', { proxied: false }], 'ssh A 203.0.113.7', ...REST],
    [],
  ],
  [
    'a grey record turns proxied',
    ['web A 203.0.113.7', ...REST],
    [['web A 203.0.113.7', { proxied: true }], ...REST],
    [],
  ],
  [
    'both are new, one proxied, one grey',
    REST,
    [['www A 203.0.113.7', { proxied: true }], 'ssh A 203.0.113.7', ...REST],
    ['origin-exposed'],
  ],
  [
    'SPF names the hidden address',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], '@ TXT "v=spf1 +ip4:203.0.113.7 -all"', ...REST],
    ['origin-exposed'],
  ],
  [
    'SPF names it with /32',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], '@ TXT "v=spf1 ip4:203.0.113.7/32 -all"', ...REST],
    ['origin-exposed'],
  ],
  [
    'SPF names a network around it',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], '@ TXT "v=spf1 ip4:203.0.113.0/24 -all"', ...REST],
    [],
  ],
  [
    'SPF names an IPv6 address in another spelling',
    [['www AAAA 2001:db8::7', { proxied: true }], ...REST],
    [['www AAAA 2001:db8::7', { proxied: true }], '@ TXT "v=spf1 ip6:2001:DB8:0:0::7 -all"', ...REST],
    ['origin-exposed'],
  ],
  [
    'an HTTPS hint names it',
    [['www A 203.0.113.7', { proxied: true }], ...REST],
    [['www A 203.0.113.7', { proxied: true }], 'h HTTPS 1 . ipv4hint=198.51.100.1,203.0.113.7', ...REST],
    ['origin-exposed'],
  ],
  [
    'a grey CNAME names the target of a proxied one',
    [['www CNAME origin.other.example.', { proxied: true }], ...REST],
    [['www CNAME origin.other.example.', { proxied: true }], 'raw CNAME origin.other.example.', ...REST],
    ['origin-exposed'],
  ],
];

function toLive(rows: Row[1]): LiveRecord[] {
  return rows.map((row, index) =>
    typeof row === 'string' ? live(row, index + 1) : live(row[0], index + 1, row[1]),
  );
}

for (const [name, before, after, codes] of rows) {
  test(`guard: ${name}`, () => {
    const wish = after.map((row) => (typeof row === 'string' ? desired(row) : desired(row[0], row[1])));
    const made = plan(toLive(before), wish);
    assert.deepEqual(
      made.guards.map((guard) => guard.code),
      codes,
    );
    const ids = new Set(made.groups.map((group) => group.id));
    for (const guard of made.guards) {
      assert.ok(guard.groupIds.length > 0 && guard.groupIds.every((id) => ids.has(id)));
      assert.match(guard.override, /^[a-z]+$/);
    }
  });
}

test('guard: moving a critical record to another name takes it away', () => {
  const records = toLive(['www A 192.0.2.1', ...REST]);
  const [www] = records;
  assert.ok(www);
  const after = { fields: { ...www.fields, name: desired('web A 192.0.2.1').name }, received: null };
  const draft: Draft = { action: 'update', before: www, after, fields: ['name'] };
  const made = planDrafts(contextOf(records), { drafts: [draft], problems: [] });
  assert.deepEqual(
    made.guards.map((guard) => guard.code),
    ['critical-record-removed'],
  );
});

test('guard: an exposure names the address and each group that tells it', () => {
  const made = plan(toLive([['www A 203.0.113.7', { proxied: true }], ...REST]), [
    desired('www A 203.0.113.7', { proxied: true }),
    desired('ftp A 203.0.113.7'),
    desired('ssh A 203.0.113.7'),
    ...REST.map((text) => desired(text)),
  ]);
  const [guard] = made.guards;
  assert.match(guard?.message ?? '', /^this reveals 203\.0\.113\.7: ftp\.shop\.example A is not proxied$/);
  assert.deepEqual(
    guard?.groupIds,
    made.groups.map((group) => group.id),
  );
});

const risks: readonly (readonly [string, readonly string[], readonly DesiredRecord[], ZonePlan['risk']])[] = [
  ['nothing to do', ['a A 192.0.2.1'], [desired('a A 192.0.2.1')], 'none'],
  ['a new record', ['a A 192.0.2.1'], [desired('a A 192.0.2.1'), desired('b A 192.0.2.1')], 'low'],
  ['a comment', ['a A 192.0.2.1'], [desired('a A 192.0.2.1', { comment: 'x' })], 'low'],
  ['other data', ['a A 192.0.2.1'], [desired('a A 192.0.2.2')], 'medium'],
  ['a proxied record', ['a A 192.0.2.1'], [desired('a A 192.0.2.1', { proxied: true })], 'medium'],
  ['a removal', ['a A 192.0.2.1', 'b A 192.0.2.1'], [desired('a A 192.0.2.1')], 'medium'],
  ['a guard rail', ['a A 192.0.2.1'], [desired('a A 192.0.2.1'), desired('* A 192.0.2.1')], 'high'],
];

for (const [name, before, wish, risk] of risks) {
  test(`risk: ${name} is ${risk}`, () => assert.equal(plan(toLive(before), wish).risk, risk));
}
