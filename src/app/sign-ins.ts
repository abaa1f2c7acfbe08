/** Sign-ins of people at the dashboard: sessions that stand for an API key, and links that begin one. */
import type { Secret } from '../base/secret.ts';
import type { ApiKeyId } from '../domains/access/model.ts';
import {
  createSignInLink,
  recogniseSession,
  SESSION_IDLE_MS,
  type Session,
  type SignInPorts,
  type StartedSession,
  signInWithKey,
  signInWithLink,
  signOut,
} from '../domains/access/sessions.ts';
import type { Context } from './context.ts';

export interface SignIns {
  /** Null for what does not stand, without saying why. The session's secret is in the answer and nowhere else. */
  start(proof: { readonly apiKey: string } | { readonly link: string }): Promise<StartedSession | null>;
  /** Null for a session that has ended, or never was. */
  recognise(secret: string): Promise<Session | null>;
  end(secret: string): Promise<void>;
  /** The secret of a link that signs in once with the key, within an hour. Throws `api-key-unknown`. */
  link(keyId: ApiKeyId): Promise<Secret>;
  /** Removes what has ended. @returns how many. */
  prune(): Promise<number>;
}

export function openSignIns(context: Context): SignIns {
  const { store, clock, random } = context;
  const ports: SignInPorts = { store: store.apiKeys, signIns: store.signIns, clock, random };
  return {
    start: (proof) =>
      'link' in proof ? signInWithLink(ports, proof.link) : signInWithKey(ports, proof.apiKey),
    recognise: (secret) => recogniseSession(ports, secret),
    end: (secret) => signOut(ports, secret),
    link: (keyId) => createSignInLink(ports, keyId),
    prune: () => {
      const now = clock.now();
      return store.signIns.prune({ before: now, idleSince: now - SESSION_IDLE_MS });
    },
  };
}
