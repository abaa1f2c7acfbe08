import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sandbox } from './index.ts';
import { outcomeOf, sandboxFor, sdkFor, send } from './testing.ts';

const a = (name: string, content = '192.0.2.1'): Readonly<Record<string, unknown>> => ({
  type: 'A',
  name,
  content,
});

async function batch(
  sandbox: Sandbox,
  zone: string,
  body: unknown,
): Promise<Awaited<ReturnType<typeof send>>> {
  return send(sandbox, `POST /zones/${zone}/dns_records/batch`, { body });
}

test('a batch runs deletes, patches, puts, posts and gives full records', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id: zone_id } = sandbox.seedZone('batch.example', [a('del'), a('patch'), a('put')]);
  const [del, patch, put] = sandbox.records(zone_id);
  const result = await sdkFor(sandbox).dns.records.batch({
    zone_id,
    deletes: [{ id: del?.id ?? '' }],
    patches: [{ id: patch?.id ?? '', type: 'A', name: 'patch', ttl: 600 }],
    puts: [{ id: put?.id ?? '', type: 'A', name: 'put', content: '192.0.2.2', ttl: 1 }],
    // Possible only after the delete.
    posts: [{ type: 'CNAME', name: 'del', content: 'x.example', ttl: 1 }],
  });
  assert.equal(result.deletes?.[0]?.content, '192.0.2.1');
  assert.equal(result.patches?.[0]?.ttl, 600);
  assert.equal(result.puts?.[0]?.content, '192.0.2.2');
  assert.equal(result.posts?.[0]?.type, 'CNAME');
  assert.equal(sandbox.records(zone_id).length, 3);
});

test('a swap of names works in order and is refused out of order', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('swap.example', [
    a('x'),
    { type: 'CNAME', name: 'y', content: 'z.example' },
  ]);
  const [x, y] = sandbox.records(id);
  const refused = await batch(sandbox, id, {
    patches: [
      { id: x?.id, name: 'y' },
      { id: y?.id, name: 'x' },
    ],
  });
  assert.equal(outcomeOf(refused), '400/81054');
  const done = await batch(sandbox, id, {
    patches: [
      { id: x?.id, name: 'aside' },
      { id: y?.id, name: 'x' },
      { id: x?.id, name: 'y' },
    ],
  });
  assert.equal(outcomeOf(done), '200');
});

test('one refusal undoes everything, and only the first is told', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('undo.example', [a('one'), a('two')]);
  const [one, two] = sandbox.records(id);
  const before = JSON.stringify(sandbox.records(id));
  const serial = sandbox.zone(id).serial;
  const answer = await batch(sandbox, id, {
    deletes: [{ id: one?.id }],
    patches: [{ id: two?.id, content: '192.0.2.77' }],
    posts: [a('three'), a('bad', 'nonsense'), { type: 'A', name: 'a b', content: '' }],
  });
  assert.equal(
    answer.text,
    '{"result":null,"success":false,"errors":[{"code":9005,"message":"Content for A record must be a valid IPv4 address."}],"messages":[]}',
  );
  assert.equal(answer.status, 400);
  assert.equal(JSON.stringify(sandbox.records(id)), before);
  assert.equal(sandbox.zone(id).serial, serial);
});

test('batch limits and malformed batches', async (t) => {
  const sandbox = await sandboxFor(t);
  const free = sandbox.seedZone('free.example', [], { recordQuota: 5000 });
  const pro = sandbox.seedZone('pro.example', [], { plan: 'pro', recordQuota: 5000 });
  const posts = (count: number): { posts: unknown[] } => ({
    posts: Array.from({ length: count }, (_, index) => a(`h${index}`)),
  });
  const cases: readonly (readonly [string, unknown, string])[] = [
    [free.id, posts(201), '400/81060'],
    [free.id, posts(200), '200'],
    [pro.id, posts(3501), '400/81060'],
    [pro.id, posts(3500), '200'],
    [free.id, {}, '200'],
    [free.id, { posts: null }, '200'],
    [free.id, { posts: 'x' }, '400/10021'],
    [free.id, { posts: [1] }, '400/10021'],
    [free.id, { deletes: [{}] }, '404/81044'],
    [free.id, { deletes: [{ id: 'f'.repeat(32) }] }, '404/81044'],
    [free.id, [], '400/10021'],
  ];
  for (const [id, body, expected] of cases) {
    assert.equal(outcomeOf(await batch(sandbox, id, body)), expected, JSON.stringify(body).slice(0, 60));
  }
});

test('property: a batch either does all or nothing, and indices agree with the records', async (t) => {
  const sandbox = await sandboxFor(t);
  const { id } = sandbox.seedZone('prop.example', [
    a('n0'),
    a('n1'),
    a('n2'),
    { type: 'TXT', name: 'n3', content: 'x' },
  ]);
  const name = fc.constantFrom('n0', 'n1', 'n2', 'n3', 'n4', 'bad name');
  const body = fc.oneof(
    name.map((n) => a(n)),
    name.map((n) => ({ type: 'CNAME', name: n, content: 'x.example' })),
    name.map((n) => ({ type: 'TXT', name: n, content: 'y' })),
  );
  const pick = fc.nat({ max: 5 });
  const batches = fc.record({
    deletes: fc.array(pick, { maxLength: 2 }),
    patches: fc.array(fc.tuple(pick, name), { maxLength: 2 }),
    posts: fc.array(body, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(batches, async ({ deletes, patches, posts }) => {
      const before = sandbox.records(id);
      const idAt = (index: number): string =>
        before[index % Math.max(1, before.length)]?.id ?? 'f'.repeat(32);
      const answer = await batch(sandbox, id, {
        deletes: deletes.map((index) => ({ id: idAt(index) })),
        patches: patches.map(([index, to]) => ({ id: idAt(index), name: to })),
        posts,
      });
      const after = sandbox.records(id);
      if (answer.status !== 200) assert.deepEqual(after, before);
      const listed = (await send(sandbox, `GET /zones/${id}/dns_records`)).json.result as {
        id: string;
        type: string;
        name: string;
      }[];
      assert.deepEqual(new Set(listed.map((item) => item.id)), new Set(after.map((item) => item.id)));
      const keys = listed.map((item) => `${item.type} ${item.name}`);
      assert.deepEqual(keys, [...keys].sort());
    }),
    { numRuns: 150 },
  );
});
