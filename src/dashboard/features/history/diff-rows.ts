/** What lies between two moments of a zone, in the rows that a plan is shown in. */
import type { ZoneDiff } from '../../../client/index.ts';
import type { PlanRow } from '../review/plan-rows.ts';

const ACTIONS = { created: 'create', updated: 'update', deleted: 'delete' } as const;

export function diffRows(
  zone: { readonly id: string; readonly name: string },
  diff: ZoneDiff,
): readonly PlanRow[] {
  return diff.differences.map(({ kind, fields, before, after }, index) => ({
    key: `${before?.id ?? ''} ${after?.id ?? ''} ${index}`,
    zone,
    groupId: '',
    reason: '',
    action: ACTIONS[kind],
    recordId: (after ?? before)?.id ?? null,
    before,
    after,
    fields,
    setting: null,
    object: null,
    outcome: null,
    guards: [],
  }));
}
