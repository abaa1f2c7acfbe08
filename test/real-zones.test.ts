/**
 * Whole zones through the whole engine: each source loads, names what it cannot carry, plans against an empty zone,
 * applies, and then plans empty; so does every export of the result. Runs on our own fixtures, and on the zones of
 * real organizations where their folder lies beside the project.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ExportFormat } from '../src/app/export-format.ts';
import { startEngine } from './kit/engine.ts';

const FOLDERS = ['test/fixtures/zones', '../shared/zones'].map((folder) =>
  path.join(import.meta.dirname, '..', folder),
);
const EXPORTS: Readonly<Record<ExportFormat, string>> = {
  bind: 'export.zone',
  yaml: 'export.yaml',
  json: 'export.json',
  octodns: 'octodns.yaml',
};
const ALLOW = ['wildcard', 'delegation', 'exposure', 'critical', 'deletions', 'updates'];

const files = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
  readdirSync(folder)
    .filter((file) => /\.(yaml|json|zone)$/.test(file))
    .map((file) => path.join(folder, file)),
);

describe('whole zones', () => {
  it('has fixtures', () => {
    assert.ok(files.length >= 3);
  });

  for (const file of files) {
    it(`${path.basename(file)}: applies, plans empty, exports plan empty`, async () => {
      await using engine = await startEngine({ plan: 'enterprise', rateLimit: false });
      const { sandbox, tenant } = engine;
      const text = readFileSync(file, 'utf8');
      const zone = /^zone: (\S+)/m.exec(text)?.[1] ?? path.basename(file).replace(/\.(yaml|json|zone)$/, '');
      sandbox.seedZone(zone);
      const source = { file: path.basename(file), text };

      const planned = await tenant.changes.plan(zone, source);
      const [first] = planned.zones;
      assert.ok(first !== undefined);
      assert.deepEqual(
        first.plan.problems.filter((problem) => problem.severity === 'error'),
        [],
      );
      for (const omitted of first.plan.omitted) assert.notEqual(omitted.reason, '');
      const wanted = first.plan.groups.flatMap((group) => group.changes).length;
      assert.ok(wanted > 0);
      const applied = await tenant.changes.apply(planned, { allow: ALLOW, verify: true });
      assert.equal(applied?.status, 'applied');
      assert.equal(applied.zones[0]?.verified, true);
      assert.equal(sandbox.records(zone).length, wanted);

      const again = await tenant.changes.plan(zone, source);
      assert.deepEqual(again.zones[0]?.plan.groups, []);
      for (const [format, name] of Object.entries(EXPORTS) as [ExportFormat, string][]) {
        const { text, losses } = await tenant.zones.export(zone, format);
        // octoDNS's YAML has no form for some types; what it loses is named, and the other forms lose nothing.
        if (format === 'octodns' && losses.length > 0) {
          for (const loss of losses)
            assert.ok(text.includes(loss.type), `${loss.type} is not named in the text`);
          continue;
        }
        assert.deepEqual(losses, [], `${format} loses something`);
        const replanned = await tenant.changes.plan(zone, { file: name, text });
        assert.deepEqual(replanned.zones[0]?.plan.groups, [], `${format} does not plan empty`);
        assert.equal(replanned.zones[0]?.plan.inventory.managed, wanted);
      }
    });
  }
});
