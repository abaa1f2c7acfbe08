/**
 * The batch endpoint: deletes, patches, puts, posts, in that order and each in list order, as one transaction. The
 * first refusal undoes everything and is the only one reported.
 */
import { invalidBody } from '../api-error.ts';
import { jsonOf, type RecordEntry } from '../state/record-store.ts';
import type { World } from '../state/world.ts';
import type { Zone } from '../state/zone.ts';
import type { RecordBody } from './build.ts';
import { inTransaction } from './edit.ts';
import { batchTooLarge, recordMissing } from './record-errors.ts';

export interface BatchResult {
  readonly deletes: readonly RecordEntry[];
  readonly patches: readonly RecordEntry[];
  readonly puts: readonly RecordEntry[];
  readonly posts: readonly RecordEntry[];
}

const LISTS = ['deletes', 'patches', 'puts', 'posts'] as const;
type ListName = (typeof LISTS)[number];

/** Runs a batch body. Throws an `ApiError` and changes nothing when any part is refused. */
export function runBatch(world: World, zone: Zone, body: RecordBody): BatchResult {
  const lists = readLists(body);
  const count = LISTS.reduce((sum, name) => sum + lists[name].length, 0);
  if (count > zone.limits.batchMax) throw batchTooLarge(zone.limits.batchMax);
  return inTransaction(world, zone, (edit) => ({
    deletes: lists.deletes.map((item) => edit.delete(idOf(item))),
    patches: lists.patches.map((item) => edit.patch(idOf(item), item)),
    puts: lists.puts.map((item) => edit.overwrite(idOf(item), item)),
    posts: lists.posts.map((item) => edit.create(item)),
  }));
}

/** The result as JSON. Lists that were not sent are `null` ([U]; the schema says optional arrays). */
export function batchJson(result: BatchResult, body: RecordBody): string {
  const parts = LISTS.map((name) => {
    const sent = body[name] !== undefined && body[name] !== null;
    return `"${name}":${sent ? `[${result[name].map(jsonOf).join(',')}]` : 'null'}`;
  });
  return `{${parts.join(',')}}`;
}

function readLists(body: RecordBody): Record<ListName, readonly RecordBody[]> {
  const read = (name: ListName): readonly RecordBody[] => {
    const value = body[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw invalidBody(`${name} must be an array.`, `/${name}`);
    for (const [index, item] of (value as unknown[]).entries()) {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) {
        throw invalidBody(`${name} must hold objects.`, `/${name}/${index}`);
      }
    }
    return value as RecordBody[];
  };
  return { deletes: read('deletes'), patches: read('patches'), puts: read('puts'), posts: read('posts') };
}

function idOf(item: RecordBody): string {
  if (typeof item['id'] !== 'string') throw recordMissing();
  return item['id'];
}
