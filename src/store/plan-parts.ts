/**
 * A plan in the store: a head, and its long lists cut into parts of about a megabyte. A plan of 200,000 changes
 * is some hundred megabytes of JSON, more than one value should be.
 */

import type { TenantId } from '../base/ids.ts';
import type { ZonePlan } from '../plan/plan.ts';
import type { ChangeSetPlanPartRow, ChangeSetPlanRow } from './schema.ts';
import { fromJson, toJson } from './text.ts';

const PART_LENGTH_MAX = 1_000_000;

type PlanHead = Omit<ZonePlan, 'groups' | 'batches' | 'inventory'> & {
  readonly inventory: Pick<ZonePlan['inventory'], 'live' | 'managed'>;
};

type PartList = 'groups' | 'batches' | 'ignored' | 'read-only';

/** What identifies a plan's rows. */
export interface PlanOwner {
  readonly tenantId: TenantId;
  readonly changeSetId: string;
  readonly position: number;
}

export function toPlanRow(owner: PlanOwner, plan: ZonePlan): ChangeSetPlanRow {
  const { groups: _groups, batches: _batches, inventory, ...rest } = plan;
  const head: PlanHead = { ...rest, inventory: { live: inventory.live, managed: inventory.managed } };
  return {
    tenant_id: owner.tenantId,
    change_set_id: owner.changeSetId,
    zone_id: plan.zoneId,
    position: owner.position,
    zone_name: plan.zoneName,
    hash: plan.hash,
    head: toJson(head),
  };
}

/** One part at a time, so that a caller may insert each before the next is made. */
export function* toPartRows(owner: PlanOwner, plan: ZonePlan): Generator<ChangeSetPlanPartRow> {
  const lists: Readonly<Record<PartList, readonly unknown[]>> = {
    groups: plan.groups,
    batches: plan.batches,
    ignored: plan.inventory.ignored,
    'read-only': plan.inventory.readOnly,
  };
  for (const [list, items] of Object.entries(lists)) {
    let position = 0;
    for (const part of cut(items)) {
      yield {
        tenant_id: owner.tenantId,
        change_set_id: owner.changeSetId,
        zone_id: plan.zoneId,
        list,
        position,
        items: part,
      };
      position += 1;
    }
  }
}

function* cut(items: readonly unknown[]): Generator<string> {
  let texts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = toJson(item);
    texts.push(text);
    length += text.length;
    if (length < PART_LENGTH_MAX) continue;
    yield `[${texts.join(',')}]`;
    texts = [];
    length = 0;
  }
  if (texts.length > 0) yield `[${texts.join(',')}]`;
}

/** The plan again; `parts` are its own, in any order. */
export function toPlan(row: ChangeSetPlanRow, parts: readonly ChangeSetPlanPartRow[]): ZonePlan {
  const { inventory, ...head } = fromJson<PlanHead>(row.head);
  const list = <Item extends object>(name: PartList): Item[] =>
    parts
      .filter((part) => part.list === name)
      .sort((a, b) => a.position - b.position)
      .flatMap((part) => fromJson<Item[]>(part.items));
  return {
    ...head,
    groups: list('groups'),
    batches: list('batches'),
    inventory: { ...inventory, ignored: list('ignored'), readOnly: list('read-only') },
  };
}
