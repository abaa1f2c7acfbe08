/** Staged changes: what is kept, what vanishes, and the way back step by step. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DnsRecord } from '../../../client/index.ts';
import {
  countStaged,
  editOf,
  NOTHING_STAGED,
  planInputOf,
  replaceIn,
  type Staging,
  stage,
  stepBack,
  summaryOf,
  textOf,
  ttlOf,
  unstage,
  withStaged,
} from './staging.ts';

const record = (id: string, more: Partial<DnsRecord> = {}): DnsRecord => ({
  id,
  name: `${id}.example.com`,
  type: 'A',
  content: '192.0.2.1',
  data: {},
  ttl: 300,
  proxied: false,
  comment: '',
  tags: [],
  settings: [],
  privateRouting: false,
  readOnly: null,
  modifiedOn: null,
  ...more,
});

describe('staging', () => {
  const www = record('www');

  it('keeps what changes something, with the record as it was', () => {
    const staged = stage(NOTHING_STAGED, [editOf(NOTHING_STAGED, www, { content: '192.0.2.2', ttl: '300' })]);
    assert.deepEqual(
      [...staged.changes.values()],
      [{ kind: 'edit', key: 'www', base: www, set: { content: '192.0.2.2' } }],
    );
    assert.equal(withStaged(www, staged.changes.get('www')).content, '192.0.2.2');
  });

  it('lets a change vanish that leads back to what is there', () => {
    const changed = stage(NOTHING_STAGED, [editOf(NOTHING_STAGED, www, { content: '192.0.2.2' })]);
    const back = stage(changed, [editOf(changed, www, { content: '192.0.2.1' })]);
    assert.equal(back.changes.size, 0);
    // An editor that gives all fields as they are changes nothing, too.
    assert.equal(stage(NOTHING_STAGED, [editOf(NOTHING_STAGED, www, textOf(www))]).changes.size, 0);
  });

  it('adds a second edit of a record to the first', () => {
    const first = stage(NOTHING_STAGED, [editOf(NOTHING_STAGED, www, { content: '192.0.2.2' })]);
    const shown = withStaged(www, first.changes.get('www'));
    const second = stage(first, [editOf(first, shown, { ttl: '600' })]);
    assert.deepEqual(second.changes.get('www'), {
      kind: 'edit',
      key: 'www',
      base: www,
      set: { content: '192.0.2.2', ttl: '600' },
    });
  });

  it('goes back step by step, however many changes a step had', () => {
    const records = ['a', 'b', 'c'].map((id) => record(id));
    const one = stage(
      NOTHING_STAGED,
      records.map((base) => ({ kind: 'remove', key: base.id, base })),
    );
    const two = stage(one, [
      { kind: 'add', key: 'new', record: { name: 'x', type: 'A', content: '192.0.2.9' } },
    ]);
    const three = unstage(two, ['a', 'b']);
    assert.deepEqual(countStaged(three), { add: 1, edit: 0, remove: 1 });
    assert.deepEqual(countStaged(stepBack(three)), { add: 1, edit: 0, remove: 3 });
    assert.deepEqual(countStaged(stepBack(stepBack(three))), { add: 0, edit: 0, remove: 3 });
    assert.equal(stepBack(stepBack(stepBack(three))).changes.size, 0);
    assert.equal(stepBack(NOTHING_STAGED), NOTHING_STAGED);
  });

  it('replaces only where there is something to replace, in what is shown', () => {
    const records = [
      record('a'),
      record('b', { content: '203.0.113.1' }),
      record('c', { comment: '192.0.2 note' }),
    ];
    const wish = { field: 'content', find: '192.0.2.', replace: '198.51.100.' } as const;
    const changes = replaceIn(NOTHING_STAGED, records, wish);
    assert.deepEqual(
      changes.map(({ key }) => key),
      ['a', 'c'],
    );
    const staged = stage(NOTHING_STAGED, changes);
    // Twice is as good as once.
    assert.deepEqual(replaceIn(staged, records, wish), []);
    assert.deepEqual(replaceIn(NOTHING_STAGED, records, { ...wish, find: '' }), []);
    const renamed = replaceIn(NOTHING_STAGED, [records[0] as DnsRecord], {
      field: 'name',
      find: 'a.',
      replace: 'z.',
    });
    assert.deepEqual(renamed[0]?.kind === 'edit' ? renamed[0].set : null, { name: 'z.example.com.' });
  });

  it('says to the server what is meant, by ids', () => {
    const staging: Staging = stage(NOTHING_STAGED, [
      { kind: 'add', key: 'new-1', record: { name: 'x', type: 'A', content: '192.0.2.9' } },
      editOf(NOTHING_STAGED, www, { proxied: true }),
      { kind: 'remove', key: 'b', base: record('b') },
    ]);
    assert.deepEqual(planInputOf('zone', staging), {
      kind: 'staged',
      zone: 'zone',
      changes: [
        { kind: 'add', record: { name: 'x', type: 'A', content: '192.0.2.9' } },
        { kind: 'edit', id: 'www', set: { proxied: true } },
        { kind: 'remove', id: 'b' },
      ],
    });
    assert.equal(summaryOf('example.com', staging), 'Edit x, www, b');
    const many = stage(
      NOTHING_STAGED,
      ['a', 'b', 'c', 'd'].map((id) => ({ kind: 'remove', key: id, base: record(id) })),
    );
    assert.equal(summaryOf('example.com', many), 'Edit a, b, c and 1 more name');
  });

  it('reads times to live as the server does', () => {
    const table: readonly [string, number | 'auto'][] = [
      ['auto', 'auto'], ['', 'auto'], ['300', 300], ['5m', 300], ['1 h', 3_600], ['1D', 86_400], ['soon', 'auto'],
    ]; // biome-ignore format: a table
    for (const [text, expected] of table) assert.equal(ttlOf(text), expected, text);
  });
});
