/**
 * Who is signed in, and the client that asks for them. An answer of 401 ends the session wherever it came from, and
 * the sign-in page takes over with the present address kept.
 */
import { useSyncExternalStore } from 'react';
import { type Client, createClient } from '../../client/index.ts';

export type SessionState = 'signed-in' | 'signed-out';

const KEY_PLACE = 'zoneward-api-key';
const listeners = new Set<() => void>();
let apiKey = sessionStorage.getItem(KEY_PLACE);

function tell(): void {
  for (const listener of listeners) listener();
}

const sessionFetch: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  if (!headers.has('authorization') || headers.get('authorization') === 'Bearer session')
    headers.set('authorization', `Bearer ${apiKey ?? ''}`);
  const response = await fetch(input, { ...init, headers });
  if (response.status === 401 && apiKey !== null) {
    apiKey = null;
    sessionStorage.removeItem(KEY_PLACE);
    tell();
  }
  return response;
};

export const SERVER: string = location.origin;
export const api: Client = createClient({ server: SERVER, apiKey: 'session', fetch: sessionFetch });
export { sessionFetch };

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => (apiKey === null ? 'signed-out' : 'signed-in'),
  );
}

/** Throws `ApiError` when the key does not stand; nothing is kept then. */
export async function signIn(key: string): Promise<void> {
  const asking = createClient({ server: SERVER, apiKey: key.trim(), attempts: 1 });
  await asking.listZones({ query: { limit: 1 } });
  apiKey = key.trim();
  sessionStorage.setItem(KEY_PLACE, apiKey);
  tell();
}

export async function signOut(): Promise<void> {
  apiKey = null;
  sessionStorage.removeItem(KEY_PLACE);
  tell();
}
