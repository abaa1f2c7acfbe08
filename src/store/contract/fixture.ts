/** What the contract suite asks of an engine's test: stores to open, each empty at first. */
import assert from 'node:assert/strict';
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { Store } from '../open-store.ts';

/** One empty store, which can be opened more than once. */
export interface StorePlace {
  /** What another process opens it by; null when it cannot be shared. */
  readonly url: string | null;
  open(clock?: Clock): Promise<Store>;
  dispose(): Promise<void>;
}

export type MakeStorePlace = () => Promise<StorePlace>;

/** Runs `work` on an empty store and clears it away. */
export async function withStore(
  makePlace: MakeStorePlace,
  work: (store: Store, place: StorePlace) => Promise<void>,
  clock?: Clock,
): Promise<void> {
  const place = await makePlace();
  try {
    await using store = await place.open(clock);
    await work(store, place);
  } finally {
    await place.dispose();
  }
}

/** Asserts that it is refused with this stable code. */
export async function refuses(code: string, call: () => Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(isZonewardError(error), String(error));
    assert.equal(error.code, code);
    return true;
  });
}
