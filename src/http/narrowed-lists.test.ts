/** Lists for a key that reaches some names only: nothing in them, and nothing about them, tells of the others. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import type { ZoneId } from '../app/re-exports.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const OWN = 12;
/** More than are read at a time, so that most reads find nothing to show. */
const HIDDEN = 3_400;

let engine: Engine;
let edge: Edge;
let admin: string;
let narrowed: string;
/** Reaches the same names, and may plan. */
let planner: string;

before(async () => {
  engine = await startEngine();
  const own = Array.from({ length: OWN }, (_, at) => `host${at}.team`);
  const hidden = Array.from({ length: HIDDEN }, (_, at) => `secret${at}`);
  const records = [...hidden, ...own].map((name) => ({ type: 'A', name, content: '192.0.2.1', ttl: 300 }));
  engine.sandbox.seedZone('example.com', records, { plan: 'enterprise' });
  edge = openEdge(engine.zoneward);
  admin = (await edge.makeKey('local', ['admin'])).secret;
  narrowed = (await edge.makeKey('local', ['read'], { namePatterns: ['*.team'] })).secret;
  planner = (await edge.makeKey('local', ['plan', 'apply'], { namePatterns: ['*.team'] })).secret;
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: admin, body: {} }), admin);
});
after(async () => {
  await edge.runner.stop();
  await engine[Symbol.asyncDispose]();
});

const list = (key: string, query: string): Promise<Answer> =>
  edge.ask('GET', `/v1/zones/example.com/records?${query}`, { key });

for (const sort of ['id', 'name', 'type'])
  it(`pages by ${sort} through what the key reaches, each page full`, async () => {
    const names: string[] = [];
    const sizes: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Answer = await list(narrowed, `sort=${sort}&limit=5${cursor && `&cursor=${cursor}`}`);
      assert.equal(page.status, 200, page.text);
      assert.equal(page.body.total, OWN);
      names.push(...page.body.items.map(({ name }: { name: string }) => name));
      sizes.push(page.body.items.length);
      cursor = page.body.next;
      const place = Buffer.from(cursor ?? '', 'base64url').toString();
      assert.ok(!place.includes('secret') && !place.includes(String(HIDDEN + OWN)), place);
    }
    assert.deepEqual(sizes, [5, 5, 2]);
    assert.equal(new Set(names).size, OWN);
    assert.ok(names.every((name) => name.endsWith('.team.example.com')));
    if (sort !== 'id') assert.deepEqual(names, names.toSorted());
  });

it('counts what the key reaches, whatever is searched', async () => {
  assert.equal((await list(admin, 'limit=1')).body.total, HIDDEN + OWN);
  assert.equal((await list(admin, 'limit=1&search=secret')).body.total, HIDDEN);
  for (const [query, total] of [
    ['search=secret', 0],
    ['search=secret7&sort=name', 0],
    ['search=host1', 3],
    ['type=A', OWN],
    ['type=TXT', 0],
  ]) {
    const { body } = await list(narrowed, `${query}&limit=500`);
    assert.deepEqual([body.total, body.items.length, body.next], [total, total, null], String(query));
  }
});

it('finds over all zones what the key reaches, each page full, and tells nothing of what else matches', async () => {
  const find = (query: string): Promise<Answer> => edge.ask('GET', `/v1/records?${query}`, { key: narrowed });
  const names: string[] = [];
  const sizes: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Answer = await find(`content=192.0.2.1&limit=5${cursor && `&cursor=${cursor}`}`);
    assert.equal(page.status, 200, page.text);
    names.push(...page.body.items.map(({ record }: { record: { name: string } }) => record.name));
    sizes.push(page.body.items.length);
    cursor = page.body.next;
  }
  assert.deepEqual(sizes, [5, 5, 2]);
  assert.equal(new Set(names).size, OWN);
  assert.ok(names.every((name) => name.endsWith('.team.example.com')));
  const { body } = await find('name=secret*&limit=1');
  assert.deepEqual([body.items, body.next, body.coverage.zones], [[], null, 1]);
});

it('tells no zone how many records it has, nor whether one of them drifts', async () => {
  const ask = (path: string, key = narrowed): Promise<Answer> => edge.ask('GET', path, { key });
  assert.equal((await ask('/v1/zones/example.com', admin)).body.recordCount, HIDDEN + OWN);
  assert.equal((await ask('/v1/zones/example.com')).body.recordCount, null);
  assert.equal((await ask('/v1/zones')).body.items[0].recordCount, null);
  for (const query of ['sort=records', 'sort=-records', 'drifting=true', 'drifting=false'])
    assert.equal((await ask(`/v1/zones?${query}`)).body.code, 'key-limited', query);
  const synced = await edge.ask('POST', '/v1/zones/example.com/sync', { key: planner });
  assert.equal(synced.body.code, 'key-limited', 'its result counts all records');
  assert.equal((await ask('/v1/inventory')).body.code, 'key-limited', 'its rules name records');
});

it('plans without counting or naming what is left alone', async () => {
  const plan = {
    kind: 'add',
    zone: 'example.com',
    record: { name: 'new.team', type: 'A', content: '192.0.2.2' },
  };
  const inventoryOf = async (key: string): Promise<{ live: number | null; managed: number | null }> => {
    const { status, text, body } = await edge.ask('POST', '/v1/plans', { key, body: plan });
    assert.equal(status, 200, text);
    return body.plans[0].inventory;
  };
  assert.equal((await inventoryOf(admin)).live, HIDDEN + OWN);
  const { live, managed } = await inventoryOf(planner);
  assert.deepEqual([live, managed], [null, null]);
  const named = { ...plan, record: { ...plan.record, name: 'secret7' } };
  const refused = await edge.ask('POST', '/v1/plans', { key: planner, body: named });
  assert.deepEqual([refused.status, refused.body.code], [403, 'name-out-of-reach']);
});

it('plans edits of what the key reaches, in the same words whatever else would match', async () => {
  const zones = ['example.com'];
  const ask = (body: object, key = planner): Promise<Answer> => edge.ask('POST', '/v1/plans', { key, body });
  const everything = await ask({
    kind: 'edit',
    zones,
    select: { content: '192.0.2.1' },
    set: { ttl: '600' },
  });
  assert.equal(everything.status, 200, everything.text);
  const changes = everything.body.plans[0].groups.flatMap((group: { changes: unknown[] }) => group.changes);
  assert.equal(changes.length, OWN);
  assert.ok(!everything.text.includes('secret'), everything.text);

  const hidden = (await list(admin, 'search=secret7&limit=1')).body.items[0].id;
  const nowhere = 'f'.repeat(32);
  const selections = [
    ['secret7', 'absent7'],
    ['secret*', 'absent*'],
  ].map((both) => both.map((name) => ({ name })));
  selections.push([{ id: hidden }, { id: nowhere }] as never);
  const edits = [
    { kind: 'remove' },
    { kind: 'edit', set: { ttl: '600' } },
    { kind: 'edit', set: { name: 'secret8' } },
  ];
  const pairs = selections.flatMap((both) =>
    edits.map((edit) => both.map((select) => ({ ...edit, zones, select }))),
  );
  for (const change of [{ kind: 'remove' }, { kind: 'edit', set: { ttl: 'no' } }])
    pairs.push(
      [hidden, nowhere].map((id) => ({
        kind: 'staged',
        zone: zones[0],
        changes: [{ ...change, id }],
      })) as never,
    );
  const told = ({ status, text }: Answer): unknown[] => [
    status,
    text
      .replaceAll(hidden, nowhere)
      .replaceAll('secret', 'absent')
      .replaceAll(/"(request_id|hash|readAt)":("[^"]*"|\d+)/g, ''),
  ];
  for (const [there = {}, absent = {}] of pairs)
    assert.deepEqual(told(await ask(there)), told(await ask(absent)), JSON.stringify(there));
  const [first = {}] = pairs[0] ?? [];
  assert.equal((await ask(first)).body.code, 'record-unknown');
  assert.equal((await ask(first, admin)).status, 200, 'who reaches it finds it');
});

it('shows the past of the names that the key reaches, and counts those only', async () => {
  const apply = async (name: string): Promise<string> => {
    const plan = { kind: 'add', zone: 'example.com', record: { name, type: 'A', content: '192.0.2.3' } };
    const saved = await edge.ask('POST', '/v1/change-sets', { key: admin, body: { plan } });
    assert.equal(saved.status, 201, saved.text);
    const job = await edge.ask('POST', `/v1/change-sets/${saved.body.id}/apply`, { key: admin, body: {} });
    assert.equal((await edge.ended(job, admin)).body.state, 'done');
    return saved.body.id;
  };
  const own = await apply('first.team');
  for (const name of ['secret-a', 'secret-b', 'secret-c']) await apply(name);
  const path = '/v1/zones/example.com/history';
  const all = (await edge.ask('GET', path, { key: admin })).body.items;
  assert.equal(all.length, 5);
  const told: unknown[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Answer = await edge.ask('GET', `${path}?limit=1${cursor && `&cursor=${cursor}`}`, {
      key: narrowed,
    });
    assert.equal(page.status, 200, page.text);
    for (const { revision, created, updated, deleted } of page.body.items)
      told.push([revision, created, updated, deleted]);
    cursor = page.body.next;
  }
  assert.deepEqual(told, [
    [2, 1, 0, 0],
    [1, OWN, 0, 0],
  ]);
  const [record] = (await list(narrowed, 'limit=1&sort=name')).body.items;
  const life = await edge.ask('GET', `/v1/zones/example.com/records/${record.id}/life`, { key: narrowed });
  assert.ok([1, OWN].includes(life.body.chapters[0].began.created), life.text);
  const { body } = await edge.ask('GET', '/v1/change-sets?limit=1', { key: narrowed });
  assert.deepEqual([body.items.map(({ id }: { id: string }) => id), body.next], [[own], null]);
});

it('names no zone to a key that does not see it', async () => {
  const other = engine.sandbox.seedZone('elsewhere.example', []);
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: admin, body: {} }), admin);
  const key = (await edge.makeKey('local', ['read'], { zoneIds: [other.id as ZoneId] })).secret;
  const unseen = await edge.ask('GET', '/v1/zones/example.com', { key });
  const unknown = await edge.ask('GET', '/v1/zones/example.org', { key });
  for (const { status, body, text } of [unseen, unknown]) {
    assert.deepEqual([status, body.code], [404, 'zone-unknown']);
    assert.ok(
      !text
        .replaceAll('/v1/zones/example.com', '')
        .replace('no zone example.com', '')
        .includes('example.com'),
      text,
    );
  }
  const { body } = await edge.ask('GET', '/v1/records?type=A', { key });
  assert.deepEqual([body.items, body.next, body.coverage.zones], [[], null, 1]);
});

it('lists jobs in full pages, with the sync of a zone that the key reaches, which it may not stop', async () => {
  const zone = (await edge.ask('GET', '/v1/zones/example.com', { key: admin })).body;
  const { secret: key } = await edge.makeKey('local', ['read', 'apply'], { zoneIds: [zone.id] });
  const sync = await edge.ask('POST', '/v1/zones/example.com/sync', { key: admin });
  await edge.ended(sync, admin);
  await edge.ended(await edge.ask('POST', '/v1/zones/sync', { key: admin, body: {} }), admin);
  const { items, next } = (await edge.ask('GET', '/v1/jobs?limit=1', { key })).body;
  assert.deepEqual([items.map(({ id }: { id: string }) => id), next], [[sync.body.id], null]);
  assert.equal((await edge.ask('GET', `/v1/jobs/${sync.body.id}`, { key })).status, 200);
  const stop = await edge.ask('POST', `/v1/jobs/${sync.body.id}/cancel`, { key });
  assert.deepEqual([stop.status, stop.body.code], [403, 'key-limited']);
  // A key of some names learns nothing of what a sync counted.
  assert.deepEqual((await edge.ask('GET', '/v1/jobs', { key: narrowed })).body, { items: [], next: null });
});

it('takes back drift of what the key reaches, as if there were no other', async () => {
  const drift = async (name: string): Promise<void> => {
    const [{ id }] = (await list(admin, `search=${name}&limit=1`)).body.items;
    engine.sandbox.foreignEdit('example.com', { patches: [{ id, content: '192.0.2.99' }] });
    await edge.ended(await edge.ask('POST', '/v1/zones/example.com/sync', { key: admin }), admin);
  };
  const revert = (key: string): Promise<Answer> =>
    edge.ask('POST', '/v1/plans', { key, body: { kind: 'revert', zones: ['example.com'] } });
  assert.equal((await revert(planner)).body.code, 'drift-none');
  await drift('secret9');
  assert.equal((await revert(admin)).status, 200);
  assert.equal((await revert(planner)).body.code, 'drift-none');
  assert.deepEqual((await edge.ask('GET', '/v1/drift', { key: narrowed })).body.items, []);
  await drift('host3.team');
  const { status, text, body } = await revert(planner);
  assert.equal(status, 200, text);
  assert.equal(body.plans[0].groups.length, 1, text);
  assert.ok(!text.includes('secret'), text);
});
