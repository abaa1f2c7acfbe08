/** Lists for a key that reaches some names only: nothing in them, and nothing about them, tells of the others. */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Engine, startEngine } from '../../test/kit/engine.ts';
import { type Answer, type Edge, openEdge } from './testing.ts';

const OWN = 12;
/** More than are read at a time, so that most reads find nothing to show. */
const HIDDEN = 5_100;

let engine: Engine;
let edge: Edge;
let admin: string;
let narrowed: string;

before(async () => {
  engine = await startEngine();
  const own = Array.from({ length: OWN }, (_, at) => `host${at}.team`);
  const hidden = Array.from({ length: HIDDEN }, (_, at) => `secret${at}`);
  const records = [...hidden, ...own].map((name) => ({ type: 'A', name, content: '192.0.2.1', ttl: 300 }));
  engine.sandbox.seedZone('example.com', records, { plan: 'enterprise' });
  edge = openEdge(engine.zoneward);
  admin = (await edge.makeKey('local', ['admin'])).secret;
  narrowed = (await edge.makeKey('local', ['read'], { namePatterns: ['*.team'] })).secret;
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
