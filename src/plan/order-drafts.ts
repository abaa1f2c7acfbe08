/**
 * Updates that hand data from one record to another. Inside a batch each operation is checked on its own, so a
 * record cannot take data that another still holds: of two such updates the one that frees must run first, and
 * a ring of them (a swap) must be broken. Breaking is a delete and a create: the record gets a new id, and its
 * history goes on under it.
 */
import { recordKey } from '../dns/record-key.ts';
import type { Draft } from './diff.ts';

type Update = Extract<Draft, { action: 'update' }>;

/** The same drafts, updates in an order in which none takes what is still held, rings broken. */
export function orderUpdates(drafts: readonly Draft[]): Draft[] {
  const updates = drafts.filter((draft) => draft.action === 'update');
  const holders = new Map<string, Update>();
  for (const update of updates) holders.set(recordKey(update.before.fields), update);
  const frees = (update: Update): Update | undefined => {
    const holder = holders.get(recordKey(update.after.fields));
    return holder === update ? undefined : holder;
  };
  if (updates.every((update) => frees(update) === undefined)) return [...drafts];

  const ordered: Draft[] = drafts.filter((draft) => draft.action !== 'update');
  const done = new Set<Update>();
  for (const update of updates) {
    // Each update waits for at most one other, so the chain is a line or ends in a ring.
    const chain: Update[] = [];
    let current: Update | undefined = update;
    while (current !== undefined && !done.has(current) && !chain.includes(current)) {
      chain.push(current);
      current = frees(current);
    }
    const closesRing = current !== undefined && chain.includes(current);
    const breaker = closesRing ? chain.pop() : undefined;
    if (breaker !== undefined) {
      done.add(breaker);
      ordered.push(...asDeleteAndCreate(breaker));
    }
    for (const step of chain.reverse()) {
      done.add(step);
      ordered.push(step);
    }
  }
  return ordered;
}

function asDeleteAndCreate(update: Update): Draft[] {
  return [
    { action: 'delete', before: update.before },
    {
      action: 'create',
      after: update.after,
      continues: update.before.id,
      ...(update.position === undefined ? {} : { position: update.position }),
    },
  ];
}
