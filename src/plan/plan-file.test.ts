import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ZoneId } from '../base/ids.ts';
import { RECORD_TYPES } from '../dns/record.ts';
import { zoneDesired, zoneLive } from './arbitraries.ts';
import { contextOf, desired, encoder, live, ZONE } from './fixtures.ts';
import { hashOf } from './hash.ts';
import { planDrafts, planZone } from './make-plan.ts';
import type { ZonePlan } from './plan.ts';
import { formatPlanFile, type PlanFileOptions, parsePlanFile } from './plan-file.ts';
import { replan } from './replan.ts';
import { restoreZone } from './restore.ts';

const zone = [live('a A 192.0.2.1', 1), live('b A 192.0.2.1', 2), live('c TXT "x"', 3)];
const context = contextOf(zone);
const wish = [desired('a A 192.0.2.2', { position: { file: 'z.yaml', line: 1 } }), desired('n MX 10 a')];

function planOf(records = zone, wanted = wish): ZonePlan {
  return planZone(contextOf(records), {
    desired: { zone: ZONE, records: wanted, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  });
}

const saved = planOf();
const options: PlanFileOptions = { file: 'p.json', now: saved.readAt + 60_000, encoder };

test('every plan comes back from its file as it was', () => {
  fc.assert(
    fc.property(zoneLive, zoneDesired, (records, wanted) => {
      const plan = planOf(records, wanted);
      const parsed = parsePlanFile(formatPlanFile([plan]), options);
      assert.deepEqual(parsed, { ok: true, value: [plan], problems: [] });
    }),
    { numRuns: 200 },
  );
});

const TEXTS: Readonly<Record<string, string>> = {
  A: '192.0.2.1',
  AAAA: '2001:db8::1',
  CAA: '0 issue "ca.example"',
  CERT: '1 2 8 AAEC',
  CNAME: 'x',
  DNSKEY: '257 3 13 AAEC',
  DS: `1 13 2 ${'ab'.repeat(32)}`,
  HTTPS: '1 . alpn=h2',
  LOC: '37 46 46.000 N 122 23 35.000 W 0.00m 1.00m 10000.00m 10.00m',
  MX: '10 x',
  NAPTR: '1 2 "S" "SIP+D2T" "" _sip.x',
  NS: 'ns.other.example.',
  OPENPGPKEY: 'AAEC',
  PTR: 'x',
  SMIMEA: '3 0 0 abcd',
  SRV: '1 2 3 x',
  SSHFP: '1 1 abcd',
  SVCB: '1 . port=53',
  TLSA: '3 1 1 abcd',
  TXT: '"text"',
  URI: '1 2 "https://x.example/"',
};

test('a record of every type fits into a plan file', () => {
  const records = RECORD_TYPES.map((type) => desired(`t-${type} ${type} ${TEXTS[type]}`));
  const wanted = [...records, desired('t-ds NS ns.other.example.')];
  const plan = planOf([], wanted);
  assert.equal(plan.groups.flatMap((group) => group.changes).length, 22, JSON.stringify(plan.problems));
  assert.equal(parsePlanFile(formatPlanFile([plan]), options).ok, true);
});

/** The file with something done to its JSON; `forge` also makes the hash fit, as someone who knows how would. */
function tampered(change: (plan: Json) => void, forge: boolean): string {
  const file = JSON.parse(formatPlanFile([saved]));
  const [plan] = file.plans;
  change(plan);
  if (forge) {
    const { readAt: _, hash: __, ...content } = plan;
    plan.hash = hashOf(content);
  }
  return JSON.stringify(file);
}

// biome-ignore lint/suspicious/noExplicitAny: tampering is what types would forbid
type Json = any;
const changeOf = (plan: Json, action: string): Json =>
  plan.groups.flatMap((group: Json) => group.changes).find((change: Json) => change.action === action);

const rows: readonly (readonly [string, (plan: Json) => void, forge: boolean, says: RegExp])[] = [
  [
    'a body',
    (plan) => (changeOf(plan, 'update').body.rdata.address = '6.6.6.6'),
    false,
    /its hash does not fit/,
  ],
  [
    'a body, hash recomputed',
    (plan) => (changeOf(plan, 'update').body.rdata.address = '6.6.6.6'),
    true,
    /sent as something else/,
  ],
  [
    'a body with one member more',
    (plan) => (changeOf(plan, 'create').body.proxied = true),
    true,
    /sent as something else/,
  ],
  [
    'what is shown',
    (plan) => (changeOf(plan, 'update').after.fields.rdata.address = '192.0.2.3'),
    true,
    /sent as something else/,
  ],
  [
    'fields that are not named',
    (plan) => (changeOf(plan, 'update').after.fields.ttl = 60),
    true,
    /other fields than it names/,
  ],
  [
    'a received form',
    (plan) => (changeOf(plan, 'create').after.received = { rdata: { type: 'A', address: '6.6.6.6' } }),
    true,
    /has a received form/,
  ],
  ['the risk', (plan) => (plan.risk = 'none'), false, /its hash does not fit/],
  [
    'a name of another zone',
    (plan) => (changeOf(plan, 'delete').before.fields.name = 'www.other.example'),
    true,
    /not in the zone/,
  ],
  [
    'a group left out of the requests',
    (plan) => plan.batches[0].groupIds.pop(),
    true,
    /requests do not hold its groups/,
  ],
  [
    'a group sent twice',
    (plan) => plan.batches[0].groupIds.push('g1'),
    true,
    /requests do not hold its groups/,
  ],
  ['an unknown member', (plan) => (plan.extra = 1), true, /^plans\[0\]: .*extra/],
  ['a member missing', (plan) => delete plan.groups[0].reason, true, /^plans\[0\]\.groups\[0\]\.reason: /],
  [
    'an id that is none',
    (plan) => (changeOf(plan, 'delete').before.id = '../zones'),
    true,
    /not an id of Cloudflare/,
  ],
  [
    'a name in another form',
    (plan) => (plan.zoneName = 'Shop.Example.'),
    true,
    /not a name in internal form/,
  ],
  ['a type that is none', (plan) => (changeOf(plan, 'create').after.fields.rdata.type = 'XX'), true, /rdata/],
  [
    'data of another type',
    (plan) => (changeOf(plan, 'create').after.fields.rdata.exchange = 5),
    true,
    /exchange/,
  ],
  [
    'JSON that is too deep',
    (plan) => (changeOf(plan, 'delete').before.received.x = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`)),
    true,
    /received: is not a JSON object/,
  ],
];

for (const [name, change, forge, says] of rows) {
  test(`tampered: ${name}`, () => {
    const parsed = parsePlanFile(tampered(change, forge), options);
    assert.equal(parsed.ok, false);
    assert.match(parsed.problems[0]?.message ?? '', says);
    assert.ok(parsed.problems.every((problem) => problem.severity === 'error' && problem.next));
    assert.equal(parsed.problems[0]?.position?.file, 'p.json');
  });
}

const refused: readonly (readonly [string, string, Partial<PlanFileOptions>, string])[] = [
  ['no JSON', '{', {}, 'plan-file-invalid'],
  ['an empty file', '', {}, 'plan-file-invalid'],
  ['something else', '[]', {}, 'plan-file-invalid'],
  ['a zone document', '{"records":[]}', {}, 'plan-file-invalid'],
  ['a later version', '{"format":"zoneward-plan","version":2}', {}, 'plan-file-version'],
  ['too old', formatPlanFile([saved]), { now: saved.readAt + 86_400_001 }, 'plan-file-too-old'],
  ['older than allowed', formatPlanFile([saved]), { ageMaxMs: 1000 }, 'plan-file-too-old'],
  ['from the future', formatPlanFile([saved]), { now: saved.readAt - 3_600_000 }, 'plan-file-too-new'],
  [
    'of another zone',
    formatPlanFile([saved]),
    { zone: { id: 'e'.repeat(32) as ZoneId, name: saved.zoneName } },
    'plan-file-other-zone',
  ],
  ['one zone twice', formatPlanFile([saved, saved]), {}, 'plan-file-invalid'],
];

for (const [name, text, more, code] of refused) {
  test(`refused: ${name}`, () => {
    const parsed = parsePlanFile(text, { ...options, ...more });
    assert.deepEqual([parsed.ok, parsed.problems[0]?.code], [false, code]);
  });
}

test('accepted: its own zone, nearly too old, a clock that is a little behind', () => {
  for (const more of [
    { zone: { id: saved.zoneId, name: saved.zoneName } },
    { now: saved.readAt + 86_400_000 },
    { now: saved.readAt - 200_000 },
  ]) {
    assert.equal(parsePlanFile(formatPlanFile([saved]), { ...options, ...more }).ok, true);
  }
});

test('the file of an undo is refused: it would send what it does not show', () => {
  const { drafts } = restoreZone([live('a A 192.0.2.9', 1)], [], new Map());
  const undo = planDrafts(contextOf([]), { drafts, problems: [] });
  const parsed = parsePlanFile(formatPlanFile([undo]), options);
  assert.match(parsed.problems[0]?.message ?? '', /has a received form/);
});

test('replan: on an unmoved zone it is the same plan', () => {
  const again = replan(context, saved);
  assert.deepEqual(again, saved);
});

test('replan: before-images come from the zone, not from the file', () => {
  const text = tampered(
    (plan) => (changeOf(plan, 'delete').before.received = { type: 'A', content: '6.6.6.6' }),
    true,
  );
  const parsed = parsePlanFile(text, options);
  assert.ok(parsed.ok);
  const [forged] = parsed.value;
  assert.ok(forged);
  assert.deepEqual(replan(context, forged).groups, saved.groups);
});

test('replan: guard rails, groups and limits are judged anew; a rail that held holds on', () => {
  const records = Array.from({ length: 12 }, (_, index) => live(`h${index} A 192.0.2.1`, index + 1));
  const large = planOf(records, [desired('h0 A 192.0.2.1')]);
  assert.deepEqual(
    large.guards.map((guard) => guard.code),
    ['large-deletion'],
  );
  const disarmed = {
    ...large,
    guards: [],
    inventory: { ...large.inventory, managed: 1_000_000 },
    risk: 'low' as const,
  };
  const again = replan(contextOf(records), disarmed);
  assert.deepEqual([again.guards.map((guard) => guard.code), again.risk], [['large-deletion'], 'high']);
  const more = [
    ...records,
    ...Array.from({ length: 100 }, (_, index) => live(`m${index} A 192.0.2.1`, 100 + index)),
  ];
  const heldOn = replan(contextOf(more), large);
  assert.deepEqual([heldOn.guards.map((guard) => guard.code), heldOn.risk], [['large-deletion'], 'high']);
  const apart = {
    ...large,
    groups: large.groups.map((group) => ({ ...group, id: `x${group.id}` })),
    batches: [],
  };
  assert.deepEqual(replan(contextOf(records), apart).batches, large.batches);
});

test('replan: what moved or came in the way is a warning; broken records and another zone are errors', () => {
  const moved = replan(contextOf([...zone, live('a A 192.0.2.2', 9)]), saved);
  assert.deepEqual(
    moved.problems.map(({ severity, code }) => `${severity} ${code}`),
    ['warning record-duplicate'],
  );
  assert.equal(moved.groups.length, saved.groups.length);
  const gone = replan(contextOf(zone.slice(1)), saved);
  assert.equal(gone.groups.flatMap((group) => group.changes).length, 4);
  const other = replan(contextOf(zone, { zoneId: 'e'.repeat(32) as ZoneId }), saved);
  assert.deepEqual([other.problems[0]?.code, other.groups.length], ['plan-file-other-zone', 0]);
  const locked = replan(
    contextOf([live('a A 192.0.2.1', 1, { readOnly: 'made by R2' }), ...zone.slice(1)]),
    saved,
  );
  assert.deepEqual([locked.problems[0]?.code, locked.groups.length], ['record-read-only', 0]);
});
