/** Pages for keys that may manage the tenant as a whole. To the others it says so in a sentence: nothing failed. */
import type { ReactNode } from 'react';
import { type SignedIn, useSession } from '../api/session.ts';
import { Empty } from '../kit/empty.tsx';

/** Why a key may not manage the tenant; null: it may. */
export function hindrance({
  scopes,
  connectionIds,
  zoneIds,
  namePatterns,
}: Pick<SignedIn['session']['key'], 'scopes' | 'connectionIds' | 'zoneIds' | 'namePatterns'>):
  | 'scope'
  | 'reach'
  | null {
  if (!scopes.includes('admin')) return 'scope';
  return connectionIds === null && zoneIds === null && namePatterns === null ? null : 'reach';
}

export function ForAdmins({
  what,
  children,
}: {
  /** What the page is about: `API keys`. */
  readonly what: string;
  readonly children: ReactNode;
}): ReactNode {
  const state = useSession();
  if (state.kind !== 'signed-in') return null;
  const { key } = state.session;
  const why = hindrance(key);
  if (why === null) return children;
  return (
    <Empty icon="lock" title={`Your key “${key.label}” does not manage ${what}`}>
      {why === 'scope'
        ? 'That takes the scope admin. Whoever gave you the key can make another one, or do it for you.'
        : 'That takes a key which is not narrowed to connections, zones or names: this is about all of them.'}
    </Empty>
  );
}
