/** A plan of only what Zoneward made: what others made in the zone stays, and is told as outside of the plan. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startEngine } from './kit/engine.ts';

const ZONE = 'own.example';

function documentOf(...records: string[]): { file: string; text: string } {
  return {
    file: 'own.yaml',
    text: `zone: ${ZONE}\nrecords:\n${records.map((one) => `  - ${one}\n`).join('')}`,
  };
}

it('--own: plans what Zoneward made and what the source adds, and nothing else', async () => {
  await using engine = await startEngine({ rateLimit: false });
  const { sandbox, tenant } = engine;
  sandbox.seedZone(ZONE, [{ type: 'A', name: 'theirs', content: '192.0.2.1', ttl: 300 }]);
  const own = { scope: 'own' } as const;
  const contents = (): string[] =>
    sandbox
      .records(ZONE)
      .map(({ name, content }) => `${name} ${content}`)
      .sort();
  const first = documentOf(
    '{name: a, type: A, content: 192.0.2.2}',
    '{name: b, type: A, content: 192.0.2.3}',
  );
  const added = await tenant.changes.plan(ZONE, first, own);
  assert.equal((await tenant.changes.apply(added))?.status, 'applied');
  // Someone edits a record of ours: it stays ours.
  const b = sandbox.records(ZONE).find(({ name }) => name === `b.${ZONE}`);
  sandbox.foreignEdit(ZONE, { patches: [{ id: b?.id ?? '', content: '192.0.2.30' }] });
  const second = documentOf(
    '{name: b, type: A, content: 192.0.2.3}',
    '{name: c, type: A, content: 192.0.2.4}',
  );
  const planned = await tenant.changes.plan(ZONE, second, own);
  const [plan] = planned.zones.map((zone) => zone.plan);
  assert.deepEqual(
    plan?.groups.flatMap(({ changes }) => changes.map(({ action }) => action)),
    ['delete', 'update', 'create'],
  );
  assert.deepEqual(
    plan?.inventory.ignored.map(({ name }) => name),
    [`theirs.${ZONE}`],
  );
  const allow = { allow: ['deletions', 'updates'] };
  assert.equal((await tenant.changes.apply(planned, allow))?.status, 'applied');
  assert.deepEqual(contents(), [`b.${ZONE} 192.0.2.3`, `c.${ZONE} 192.0.2.4`, `theirs.${ZONE} 192.0.2.1`]);
  assert.deepEqual((await tenant.changes.plan(ZONE, second, own)).zones[0]?.plan.groups, []);
});
