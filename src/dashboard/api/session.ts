/**
 * Who is signed in, and the client that asks for them. The session is a cookie that no script can read. An answer of 401
 * ends it wherever it came from, and the sign-in page takes over with the present address kept.
 */
import { useSyncExternalStore } from 'react';
import { ApiError, type Client, createClient, type Session, type SignIn } from '../../client/index.ts';

export type SessionState = { readonly kind: 'asking' } | { readonly kind: 'signed-out' } | SignedIn;
export interface SignedIn {
  readonly kind: 'signed-in';
  readonly session: Session;
}

const listeners = new Set<() => void>();
let state: SessionState = { kind: 'asking' };

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** `fetch`, watched for the end of the session. */
export const sessionFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401 && state.kind === 'signed-in') become({ kind: 'signed-out' });
  return response;
};

export const api: Client = createClient({ server: '', fetch: sessionFetch });

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Finds out whether the browser has a session. Throws when the server does not answer. */
export async function askWhoAmI(): Promise<void> {
  try {
    become({ kind: 'signed-in', session: await api.whoAmI({}) });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    become({ kind: 'signed-out' });
  }
}

/** Throws `ApiError` when the key or the link does not stand. */
export async function signIn(by: SignIn): Promise<void> {
  const session = await api.signIn({ body: by });
  become({ kind: 'signed-in', session });
}

export async function signOut(): Promise<void> {
  await api.signOut({});
  become({ kind: 'signed-out' });
}
