/**
 * Cutting a plan into requests. A request holds whole groups, at most `operationsMax` operations, and lists its
 * operations as Cloudflare runs them: deletes, patches, puts, posts, in one transaction.
 */
import type { Change, ChangeGroup } from './change.ts';
import type { BatchBody, PlannedBatch } from './plan.ts';

interface Bin {
  readonly groups: ChangeGroup[];
  free: number;
}

/**
 * First fit by falling size: groups of one or two changes, which nearly all are, fill the gaps that larger ones
 * leave, so that k operations take ⌈k / operationsMax⌉ requests. No group may be over the limit.
 *
 * Requests that make the zone smaller come first, so that a full zone has room for those that make it larger.
 */
export function cutBatches(groups: readonly ChangeGroup[], operationsMax: number): PlannedBatch[] {
  const bins: Bin[] = [];
  // Bins that are full are not looked at again: with many single changes the search stays short.
  let firstOpen = 0;
  for (const group of groups.toSorted((a, b) => b.changes.length - a.changes.length)) {
    const size = group.changes.length;
    let index = firstOpen;
    while (index < bins.length && (bins[index]?.free ?? 0) < size) index += 1;
    const bin = bins[index] ?? { groups: [], free: operationsMax };
    if (index === bins.length) bins.push(bin);
    bin.groups.push(group);
    bin.free -= size;
    while (bins[firstOpen]?.free === 0) firstOpen += 1;
  }
  return orderBins(bins).map((bin) => ({ groupIds: bin.groups.map((group) => group.id) }));
}

/** By growth, except that a part of a group never runs before the parts before it. */
function orderBins(bins: readonly Bin[]): Bin[] {
  const growth = new Map(bins.map((bin) => [bin, sum(bin.groups.map(growthOf))]));
  const parts = bins.flatMap((bin) =>
    bin.groups.filter((group) => wholeId(group.id) !== group.id).map((group) => ({ bin, group })),
  );
  for (const same of Map.groupBy(parts, ({ group }) => wholeId(group.id)).values()) {
    let least = Number.NEGATIVE_INFINITY;
    for (const { bin } of same) {
      least = Math.max(least, growth.get(bin) ?? 0);
      growth.set(bin, least);
    }
  }
  return bins.toSorted((a, b) => (growth.get(a) ?? 0) - (growth.get(b) ?? 0));
}

/** Records that a group adds to the zone; negative when it takes some away. */
function growthOf({ changes }: ChangeGroup): number {
  return sum(changes.map(({ before, after }) => (after === null ? 0 : 1) - (before === null ? 0 : 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * Cuts groups that are larger than a request may be into parts, in their order of sending (deletions first). The
 * parts no longer stand or fall together, so the plan warns of them: their ids have a dot.
 */
export function splitOversized(groups: readonly ChangeGroup[], operationsMax: number): ChangeGroup[] {
  return groups.flatMap((group) => {
    if (group.changes.length <= operationsMax) return [group];
    const parts: ChangeGroup[] = [];
    for (let start = 0; start < group.changes.length; start += operationsMax) {
      const changes = group.changes.slice(start, start + operationsMax);
      parts.push({ ...group, id: `${group.id}.${parts.length + 1}`, changes });
    }
    return parts;
  });
}

/** The id of the group that a part was cut from; of a whole group its own. */
export function wholeId(groupId: string): string {
  return groupId.split('.', 1)[0] ?? groupId;
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
    .flatMap((group) => group.changes.map((change, index) => ({ groupId: group.id, index, change })));
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
