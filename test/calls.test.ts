/**
 * What a plan and an apply cost in calls, counted by the sandbox: ⌈N / 5000⌉ readings of a zone of N records, and
 * ⌈k / 200⌉ (Free) or ⌈k / 3500⌉ requests for k operations. A saved plan is read for once more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPlanFile } from '../src/plan/plan-file.ts';
import { type Engine, startEngine } from './kit/engine.ts';

const BATCH = 'POST /zones/{zone_id}/dns_records/batch';
const LIST = 'GET /zones/{zone_id}/dns_records';
const ALLOW = { allow: ['deletions', 'updates', 'critical', 'exposure', 'wildcard', 'delegation'] };

interface Row {
  readonly plan: 'free' | 'business' | 'enterprise';
  readonly records: number;
  readonly changed: number;
  readonly reads: number;
  readonly writes: number;
}

const ROWS: readonly Row[] = [
  { plan: 'free', records: 10, changed: 0, reads: 1, writes: 0 },
  { plan: 'free', records: 600, changed: 450, reads: 1, writes: 3 },
  { plan: 'free', records: 600, changed: 200, reads: 1, writes: 1 },
  { plan: 'business', records: 600, changed: 600, reads: 1, writes: 1 },
  { plan: 'enterprise', records: 5_000, changed: 1, reads: 1, writes: 1 },
  { plan: 'enterprise', records: 12_000, changed: 3_501, reads: 3, writes: 2 },
];

async function zoneOf(engine: Engine, { plan, records }: Row): Promise<string> {
  const name = `${plan}-${records}.example`;
  engine.sandbox.seedZone(name, [], { plan });
  engine.sandbox.updateZone(name, { recordQuota: 20_000 });
  for (let from = 0; from < records; from += 200) {
    const posts = Array.from({ length: Math.min(200, records - from) }, (_, i) => ({
      type: 'A',
      name: `host-${from + i}`,
      content: `192.0.2.${(from + i) % 250}`,
      ttl: 300,
    }));
    engine.sandbox.foreignEdit(name, { posts });
  }
  return name;
}

/** A zone document with other TTLs for the first so many records. */
function documentOf(zone: string, { records, changed }: Row): string {
  const lines = Array.from({ length: records }, (_, i) => {
    return `  - {name: host-${i}, type: A, content: 192.0.2.${i % 250}, ttl: ${i < changed ? 600 : 300}}`;
  });
  return `zone: ${zone}\nrecords:\n${lines.join('\n')}\n`;
}

describe('calls', () => {
  for (const row of ROWS) {
    it(`${row.changed} changes in a ${row.plan} zone of ${row.records}: ${row.reads} + ${row.writes}`, async () => {
      await using engine = await startEngine({ rateLimit: false });
      const { sandbox, tenant } = engine;
      const zone = await zoneOf(engine, row);
      // Finding the zone by its name is no part of the price.
      await tenant.zones.sync(zone);
      sandbox.clearRequests();
      const planned = await tenant.changes.plan(zone, { file: 'zone.yaml', text: documentOf(zone, row) });
      const price = planned.zones[0]?.plan.price;
      await tenant.changes.apply(planned, ALLOW);
      const { byRoute, total } = sandbox.counts();
      assert.deepEqual(
        [byRoute[LIST] ?? 0, byRoute[BATCH] ?? 0, total],
        [row.reads, row.writes, row.reads + row.writes],
      );
      assert.deepEqual([price?.reads, price?.writes], [row.reads, row.writes], 'as the plan said');
    });
  }

  it('a saved plan adds exactly one reading', async () => {
    await using engine = await startEngine({ rateLimit: false });
    const { sandbox, tenant } = engine;
    const row: Row = { plan: 'free', records: 300, changed: 20, reads: 1, writes: 1 };
    const zone = await zoneOf(engine, row);
    await tenant.zones.sync(zone);
    sandbox.clearRequests();
    const planned = await tenant.changes.plan(zone, { file: 'zone.yaml', text: documentOf(zone, row) });
    const text = formatPlanFile(planned.zones.map(({ plan }) => plan));
    const saved = await tenant.changes.planSaved({ text, file: 'plan.json' });
    assert.equal((await tenant.changes.apply(saved, ALLOW))?.status, 'applied');
    const { byRoute, total } = sandbox.counts();
    assert.deepEqual([byRoute[LIST], byRoute[BATCH], total], [2, 1, 3]);
  });

  it('a zone that does not grow is not asked for its quota', async () => {
    await using engine = await startEngine({ rateLimit: false });
    const { sandbox, tenant } = engine;
    const row: Row = { plan: 'free', records: 300, changed: 0, reads: 1, writes: 1 };
    const zone = await zoneOf(engine, row);
    await tenant.zones.sync(zone);
    sandbox.clearRequests();
    // A change of type is a deletion and a creation.
    const text = documentOf(zone, row).replace(
      /type: A, content: 192\.0\.2\.0,/,
      'type: TXT, content: text,',
    );
    await tenant.changes.apply(await tenant.changes.plan(zone, { file: 'zone.yaml', text }), ALLOW);
    assert.equal(sandbox.counts().total, 2);
  });
});
