/**
 * Cutting a plan into requests. A request holds whole groups, at most `operationsMax` operations, and lists its
 * operations as Cloudflare runs them: deletes, patches, puts, posts, in one transaction.
 */
import type { Change, ChangeGroup } from './change.ts';
import type { BatchBody, PlannedBatch } from './plan.ts';

/**
 * First fit by falling size: groups of one or two changes, which nearly all are, fill the gaps that larger
 * ones leave, so that k operations take ⌈k / operationsMax⌉ requests. A group over the limit gets requests of
 * its own, cut in its order of sending; `isOversized` tells, so that the plan can warn.
 */
export function cutBatches(groups: readonly ChangeGroup[], operationsMax: number): PlannedBatch[] {
  const bins: { groups: ChangeGroup[]; free: number }[] = [];
  const oversized: PlannedBatch[] = [];
  // Bins that are full are not looked at again: with many single changes the search stays short.
  let firstOpen = 0;
  for (const group of [...groups].sort((a, b) => b.changes.length - a.changes.length)) {
    if (isOversized(group, operationsMax)) {
      oversized.push(...cutGroup(group, operationsMax));
      continue;
    }
    let bin = bins.slice(firstOpen).find((candidate) => candidate.free >= group.changes.length);
    if (bin === undefined) {
      bin = { groups: [], free: operationsMax };
      bins.push(bin);
    }
    bin.groups.push(group);
    bin.free -= group.changes.length;
    while (bins[firstOpen]?.free === 0) firstOpen += 1;
  }
  return [...oversized, ...bins.map((bin) => toBatch(bin.groups))];
}

export function isOversized(group: ChangeGroup, operationsMax: number): boolean {
  return group.changes.length > operationsMax;
}

function cutGroup(group: ChangeGroup, operationsMax: number): PlannedBatch[] {
  const batches: PlannedBatch[] = [];
  for (let start = 0; start < group.changes.length; start += operationsMax) {
    const to = Math.min(start + operationsMax, group.changes.length);
    batches.push({ groupIds: [group.id], slice: { from: start, to } });
  }
  return batches;
}

/** Whole groups as one request. */
export function toBatch(groups: readonly ChangeGroup[]): PlannedBatch {
  return { groupIds: groups.map((group) => group.id) };
}

/** A change with its place in the plan, as outcomes name it. */
export interface PlacedChange {
  readonly groupId: string;
  readonly index: number;
  readonly change: Change;
}

/** The changes that a request carries, in the plan's order. */
export function changesOf(groups: readonly ChangeGroup[], batch: PlannedBatch): PlacedChange[] {
  const wanted = new Set(batch.groupIds);
  return groups
    .filter((group) => wanted.has(group.id))
    .flatMap((group) => group.changes.map((change, index) => ({ groupId: group.id, index, change })))
    .slice(batch.slice?.from, batch.slice?.to);
}

/** The request body: each operation in its list, in the plan's order. */
export function bodyOf(changes: readonly PlacedChange[]): BatchBody {
  const deletes: { id: string }[] = [];
  const patches: BatchBody['patches'][number][] = [];
  const posts: BatchBody['posts'][number][] = [];
  for (const { change } of changes) {
    if (change.action === 'delete') deletes.push({ id: change.before.id });
    else if (change.action === 'update') patches.push({ id: change.before.id, ...change.body });
    else posts.push(change.body);
  }
  return { deletes, patches, puts: [], posts };
}

export function operationCount(body: BatchBody): number {
  return body.deletes.length + body.patches.length + body.puts.length + body.posts.length;
}
