/** Registrations as the API shows them, and their list: sorted, by cursor. */
import type { Registration } from 'cloudflare/resources/registrar/registrar';
import type { World } from '../state/world.ts';
import type { StoredRegistration } from './books.ts';
import { termStatus } from './renewal.ts';

export function registrationWire(world: World, item: StoredRegistration): Registration {
  const term = termStatus(item.expiresAtMs, world.clock.now());
  return {
    domain_name: item.domain,
    status: item.pending === null ? (term === 'gone' ? 'pending_delete' : term) : PENDING[item.pending],
    created_at: item.createdAtMs === null ? item.requestedAt : new Date(item.createdAtMs).toISOString(),
    expires_at: item.expiresAtMs === null ? null : new Date(item.expiresAtMs).toISOString(),
    auto_renew: item.autoRenew,
    locked: item.locked,
    privacy_mode: item.privacyMode,
  };
}

const PENDING = { registration: 'registration_pending', transfer: 'transfer_pending' } as const;

export interface CursorQuery {
  readonly perPage: number;
  readonly cursor: string;
}

/** The page after the item whose key the cursor holds; undefined when the cursor is none of ours. */
export function pageByCursor<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  query: CursorQuery,
): { readonly items: readonly T[]; readonly cursor: string } | undefined {
  let start = 0;
  if (query.cursor !== '') {
    const key = Buffer.from(query.cursor, 'base64url').toString();
    const at = items.findIndex((item) => keyOf(item) === key);
    if (at === -1) return undefined;
    start = at + 1;
  }
  const page = items.slice(start, start + query.perPage);
  const last = page.at(-1);
  const isEnd = last === undefined || start + page.length >= items.length;
  return { items: page, cursor: isEnd ? '' : Buffer.from(keyOf(last)).toString('base64url') };
}
