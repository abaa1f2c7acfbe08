/**
 * What is staged, by zone. It is kept in the tab's own storage as well, so that a reload (or a server that is away)
 * loses nothing; two tabs stage apart from each other.
 */
import { useSyncExternalStore } from 'react';
import { NOTHING_STAGED, type Staged, type Staging } from './staging.ts';

const PLACE = 'zoneward-staged:';
const held = new Map<string, Staging>();
const listeners = new Set<() => void>();

export function stagingOf(zoneId: string): Staging {
  const known = held.get(zoneId);
  if (known !== undefined) return known;
  const read = readKept(zoneId);
  held.set(zoneId, read);
  return read;
}

export function setStaging(zoneId: string, staging: Staging): void {
  held.set(zoneId, staging);
  try {
    if (staging.changes.size === 0) sessionStorage.removeItem(PLACE + zoneId);
    else sessionStorage.setItem(PLACE + zoneId, JSON.stringify([...staging.changes.values()]));
  } catch {
    // Full, or forbidden: it is held in this page all the same.
  }
  for (const listener of listeners) listener();
}

export function useStaging(zoneId: string): readonly [Staging, (next: Staging) => void] {
  const staging = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => stagingOf(zoneId),
  );
  return [staging, (next) => setStaging(zoneId, next)];
}

function readKept(zoneId: string): Staging {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE + zoneId) ?? '[]') as readonly Staged[];
    return { changes: new Map(kept.map((one) => [one.key, one])), past: [] };
  } catch {
    return NOTHING_STAGED;
  }
}
