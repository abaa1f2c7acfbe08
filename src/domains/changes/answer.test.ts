import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveRecord } from '../../dns/live-record.ts';
import { bodyOf, type PlacedChange } from '../../plan/batch.ts';
import { FakeZone } from '../../plan/fake-zone.ts';
import { contextOf, desired, live, ZONE } from '../../plan/fixtures.ts';
import { planZone } from '../../plan/make-plan.ts';
import { deltaOfAnswer, deltaOfReading, outcomesOfAnswer } from './answer.ts';
import type { BatchAnswer } from './ports.ts';

const zone = [
  live('a A 192.0.2.1', 1),
  live('b A 192.0.2.1', 2),
  live('s A 192.0.2.1', 3),
  live('s A 192.0.2.2', 4),
];
const wish = [
  desired('a A 192.0.2.2'),
  desired('new TXT "n"'),
  desired('new MX 10 a'),
  desired('s A 192.0.2.1', { comment: 'x' }),
  desired('s A 192.0.2.2'),
];
const changes: PlacedChange[] = planZone(contextOf(zone), {
  desired: { zone: ZONE, records: wish, omitted: [] },
  scope: { kind: 'zone' },
  ignore: [],
  problems: [],
}).groups.flatMap((group) => group.changes.map((change, index) => ({ groupId: group.id, index, change })));

function send(): { answer: BatchAnswer; records: LiveRecord[] } {
  const fake = new FakeZone(zone);
  const answer = { ...fake.batch(bodyOf(changes)), ray: 'ray', auditLogId: null };
  return { answer, records: fake.records };
}

test('an answer gives each change its outcome, in order, with the record that it became', () => {
  const { answer, records } = send();
  const outcomes = outcomesOfAnswer(changes, answer);
  assert.deepEqual(
    outcomes.map(({ groupId, change }) => [groupId, change]),
    changes.map(({ groupId, index }) => [groupId, index]),
  );
  for (const [index, { change }] of changes.entries()) {
    const outcome = outcomes[index];
    assert.equal(outcome?.state, 'applied');
    assert.equal(outcome?.message, undefined);
    const record = records.find((one) => one.id === outcome?.recordId);
    if (change.after === null) assert.deepEqual([record, outcome?.recordId], [undefined, change.before.id]);
    else assert.deepEqual(record?.fields, change.after.fields);
  }
});

test('a value that Cloudflare stored otherwise is told', () => {
  const { answer } = send();
  const [patched] = answer.patches;
  assert.ok(patched);
  const overridden = { ...patched, fields: { ...patched.fields, ttl: 60 } };
  const patches = answer.patches.map((record) => (record === patched ? overridden : record));
  const outcomes = outcomesOfAnswer(changes, { ...answer, patches });
  const outcome = outcomes.find((one) => one.recordId === patched.id);
  assert.equal(outcome?.state, 'applied');
  assert.match(outcome?.message ?? '', /another ttl/);
});

test('a record that the answer lacks is unknown, the others are not shifted', () => {
  const { answer } = send();
  const outcomes = outcomesOfAnswer(changes, { ...answer, posts: answer.posts.slice(0, 1), patches: [] });
  const states = changes.map(({ change }, index) => `${change.action} ${outcomes[index]?.state}`).sort();
  assert.deepEqual(states, [
    'create applied',
    'create unknown',
    'delete applied',
    'update unknown',
    'update unknown',
  ]);
});

test('the mirror takes over what an answer and what a reading show alike, with the history of what was made again', () => {
  const { answer, records } = send();
  const continuing = changes.map((placed): PlacedChange => {
    const { change } = placed;
    const isText = change.action === 'create' && change.after.fields.rdata.type === 'TXT';
    return isText ? { ...placed, change: { ...change, continues: zone[1]?.id ?? assert.fail() } } : placed;
  });
  const byId = (delta: ReturnType<typeof deltaOfAnswer>) => ({
    put: delta.put.toSorted((x, y) => (x.record.id < y.record.id ? -1 : 1)),
    gone: delta.gone,
  });
  const outcomes = outcomesOfAnswer(continuing, answer);
  const fromAnswer = byId(deltaOfAnswer(continuing, answer));
  assert.deepEqual(fromAnswer, byId(deltaOfReading(continuing, outcomes, records)));
  assert.deepEqual(fromAnswer.gone, [zone[1]?.id]);
  const withHistory = fromAnswer.put.filter((one) => one.continues !== undefined);
  assert.deepEqual(
    withHistory.map((one) => one.record.fields.rdata.type),
    ['TXT'],
  );
});

test('from a reading, only what is known to have landed is taken over', () => {
  const { answer, records } = send();
  const outcomes = outcomesOfAnswer(changes, answer).map((outcome) => ({
    ...outcome,
    state: 'not-applied' as const,
  }));
  assert.deepEqual(deltaOfReading(changes, outcomes, records), { put: [], gone: [] });
});
