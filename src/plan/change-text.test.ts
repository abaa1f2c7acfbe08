/** Changes of records in words: every field that a record has, new, changed and gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordFields } from '../dns/record.ts';
import { describeChange } from './change-text.ts';
import { completeFields, updateDraft } from './diff.ts';
import { contextOf, desired, live, ZONE } from './fixtures.ts';
import { planDrafts } from './make-plan.ts';

const FULL: Partial<RecordFields> = {
  proxied: true,
  comment: 'the site',
  tags: ['team:web', 'b'],
  settings: ['ipv4_only'],
  privateRouting: true,
};

function texts(before: Partial<RecordFields> | null, after: Partial<RecordFields>): readonly string[] {
  const record = before === null ? null : live('www A 192.0.2.1', 1, before);
  const image = { fields: completeFields(desired('www A 192.0.2.1', after)), received: null };
  const draft =
    record === null ? ({ action: 'create', after: image } as const) : updateDraft(record, { after: image });
  assert.ok(draft !== null);
  const plan = planDrafts(contextOf(record === null ? [] : [record]), { drafts: [draft], problems: [] });
  const [change] = plan.groups.flatMap(({ changes }) => changes);
  assert.ok(change !== undefined);
  return describeChange(change, ZONE).details;
}

test('a new record tells every field that is not the default', () => {
  assert.deepEqual(texts(null, FULL), [
    'proxied',
    'comment "the site"',
    'tags team:web, b',
    'settings ipv4_only',
    'private routing',
  ]);
  assert.deepEqual(texts(null, { ttl: 300 }), ['ttl 300']);
});

test('a changed record tells what each field was and becomes', () => {
  assert.deepEqual([...texts({ ttl: 300 }, FULL)].sort(), [
    'comment none → "the site"',
    'private routing no → yes',
    'proxied no → yes',
    'settings none → ipv4_only',
    'tags none → team:web, b',
    'ttl 300 → auto',
  ]);
});
