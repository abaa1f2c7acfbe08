/**
 * Plan files with damage, by accident and on purpose: a file is either refused with a reason, or it is the plan that
 * was saved. Where the hash was made to fit as well, what is accepted sends what it shows and nothing else.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Parsed } from '../../src/base/problem.ts';
import { zoneDesired, zoneLive } from '../../src/plan/arbitraries.ts';
import { contextOf, encoder, ZONE } from '../../src/plan/fixtures.ts';
import { hashOf } from '../../src/plan/hash.ts';
import { planZone } from '../../src/plan/make-plan.ts';
import type { ZonePlan } from '../../src/plan/plan.ts';
import { formatPlanFile, type PlanFileOptions, parsePlanFile } from '../../src/plan/plan-file.ts';
import { damage, damageJson, edits, jsonEdits } from './mutations.ts';

const anyPlan: fc.Arbitrary<ZonePlan> = fc.tuple(zoneLive, zoneDesired).map(([records, wanted]) =>
  planZone(contextOf(records), {
    desired: { zone: ZONE, records: wanted, omitted: [] },
    scope: { kind: 'zone' },
    ignore: [],
    problems: [],
  }),
);

function read(plan: ZonePlan, text: string): Parsed<readonly ZonePlan[]> {
  const options: PlanFileOptions = { file: 'p.json', now: plan.readAt + 60_000, encoder };
  const parsed = parsePlanFile(text, options);
  if (!parsed.ok) {
    assert.ok(parsed.problems.length > 0);
    for (const { message, next } of parsed.problems)
      assert.ok(message !== '' && (next ?? '') !== '', message);
  }
  return parsed;
}

/** What the hash is over. */
function contentOf({ readAt: _, hash: __, ...content }: ZonePlan): object {
  return content;
}

describe('plan files with damage', () => {
  test('in their text: refused, or the plan that was saved', () => {
    fc.assert(
      fc.property(anyPlan, edits, (plan, list) => {
        const parsed = read(plan, damage(formatPlanFile([plan]), list));
        if (!parsed.ok || parsed.value.length === 0) return;
        assert.deepEqual(parsed.value.map(contentOf), [contentOf(plan)]);
      }),
      { numRuns: 600 },
    );
  });

  test('in their values, with a hash that fits: refused, or what is sent is what is shown', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyPlan, jsonEdits, (plan, list) => {
        const forged = damageJson(plan, list);
        if (typeof forged !== 'object' || forged === null || Array.isArray(forged)) return;
        const { readAt: _, hash: __, ...content } = forged as ZonePlan;
        const text = JSON.stringify({
          format: 'zoneward-plan',
          version: 1,
          plans: [{ ...forged, hash: hashOf(content) }],
        });
        const parsed = read(plan, text);
        if (!parsed.ok) return;
        accepted += 1;
        for (const change of parsed.value.flatMap(({ groups }) => groups.flatMap(({ changes }) => changes))) {
          if (change.action === 'create') assert.deepEqual(change.body, encoder.create(change.after));
          if (change.action === 'update')
            assert.deepEqual(change.body, encoder.patch(change.after, change.fields));
        }
      }),
      { numRuns: 3_000 },
    );
    assert.ok(accepted > 0, 'nothing was accepted, so nothing was tried');
  });
});
