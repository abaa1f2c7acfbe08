import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ZonewardError } from '../../base/errors.ts';
import type { LiveRecord } from '../../dns/live-record.ts';
import type { PlacedChange } from '../../plan/batch.ts';
import type { Draft } from '../../plan/diff.ts';
import { completeFields } from '../../plan/diff.ts';
import { contextOf, desired, live } from '../../plan/fixtures.ts';
import { planDrafts } from '../../plan/make-plan.ts';
import { isRecordLevel, nameSuspects } from './suspects.ts';

function refusal(code: number, message = 'refused'): ZonewardError {
  return new ZonewardError(message, {
    code: 'cloudflare-refused',
    kind: 'refused',
    details: { faults: [{ code, message }] },
  });
}

const create = (text: string, more = {}): Draft => ({
  action: 'create',
  after: { fields: completeFields(desired(text, more)), received: null },
});
const gone = live('gone A 192.0.2.1', 1);
const stays = live('www A 192.0.2.1', 2);
const zone: LiveRecord[] = [stays, live('far A 192.0.2.9', 3)];
const changes: PlacedChange[] = planDrafts(contextOf([gone, ...zone]), {
  drafts: [
    create('@ A 192.0.2.5'),
    create('www CNAME far'),
    create('far A 192.0.2.9', { ttl: 300 }),
    create('api A 192.0.2.6', { proxied: true }),
    create('txt TXT "x"', { tags: ['a'], comment: 'c'.repeat(120) }),
    { action: 'delete', before: gone },
    { action: 'delete', before: live('old A 192.0.2.1', 9) },
  ],
  problems: [],
}).groups.flatMap((group) => group.changes.map((change, index) => ({ groupId: group.id, index, change })));

const rows: readonly (readonly [code: number, message: string, names: readonly string[]])[] = [
  [81_058, 'An identical record already exists.', ['far.shop.example A']],
  [
    81_053,
    'An A, AAAA, or CNAME record with that host already exists.',
    ['far.shop.example A', 'www.shop.example CNAME'],
  ],
  [81_044, 'Record does not exist.', ['gone.shop.example A', 'old.shop.example A']],
  [9021, 'Invalid TTL.', ['far.shop.example A']],
  [9300, 'DNS record has 1 tags, exceeding the quota of 0.', ['txt.shop.example TXT']],
  [9313, 'DNS record comment exceeds the maximum length of 100 characters.', ['txt.shop.example TXT']],
  [9003, 'Target is not allowed for a proxied record.', ['api.shop.example A']],
  [9000, 'DNS name api.shop.example is invalid.', ['api.shop.example A']],
  [9000, 'DNS name is invalid: shop.example.', ['shop.example A']],
  [99_999, 'Something else.', []],
];

test('the fixture holds every kind of change that the rows speak of', () => assert.equal(changes.length, 7));

for (const [code, message, names] of rows) {
  test(`suspects of ${code} ${message}`, () => {
    const said = nameSuspects(refusal(code, message), changes, zone);
    assert.match(said, new RegExp(`code ${code}`));
    assert.match(said, /nothing of this request was written/);
    const suspects = /It speaks of (.*)$/.exec(said)?.[1]?.split('; ') ?? [];
    assert.deepEqual(suspects.map((text) => text.split(' ').slice(0, 2).join(' ')).sort(), [...names].sort());
  });
}

test('many suspects are counted, not listed', () => {
  const many: PlacedChange[] = Array.from({ length: 9 }, (_, index) => {
    const fields = completeFields(desired(`h${index} A 192.0.2.1`, { proxied: true }));
    const change = {
      resource: 'record',
      action: 'create',
      before: null,
      after: { fields, received: null },
      body: {},
    } as const;
    return { groupId: `g${index}`, index: 0, change };
  });
  assert.match(nameSuspects(refusal(9003), many, []), /or 4 more$/);
});

test('only codes that speak of one record let the others be tried without it', () => {
  for (const code of [1004, 9000, 9313, 81_044, 81_053, 81_058, 83_011])
    assert.ok(isRecordLevel(refusal(code)), `${code}`);
  for (const code of [81_045, 10_000, 1003, 7003, 971]) assert.ok(!isRecordLevel(refusal(code)), `${code}`);
});
