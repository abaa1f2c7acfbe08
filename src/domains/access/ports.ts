/** What API keys need of the store. */
import type { TenantId } from '../../base/ids.ts';
import type { NewEvent } from '../audit/model.ts';
import type { ApiKey, ApiKeyId } from './model.ts';

export interface StoredApiKey {
  readonly key: ApiKey;
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string;
}

export interface ApiKeyStore {
  /** Commits with its events, which go to the chain of `trail`. */
  create(stored: StoredApiKey, trail: TenantId, events: readonly NewEvent[]): Promise<void>;
  /** By its id alone: who the tenant is, is what the key is to tell. Revoked and expired ones too. */
  find(id: ApiKeyId): Promise<StoredApiKey | null>;
  /** A tenant's own, or with null the operator's. Newest first; revoked ones too. */
  list(tenantId: TenantId | null): Promise<readonly ApiKey[]>;
  /** What this key has made, for whichever tenant; revoked ones too. */
  madeBy(id: ApiKeyId): Promise<readonly ApiKey[]>;
  /** Sets `revokedAt`. False, and nothing is written, when the tenant has no such key that stands. */
  revoke(
    tenantId: TenantId | null,
    id: ApiKeyId,
    at: number,
    trail: TenantId,
    events: readonly NewEvent[],
  ): Promise<boolean>;
  touch(id: ApiKeyId, at: number): Promise<void>;
  /** True while the store has no key at all. */
  isEmpty(): Promise<boolean>;
  /** Every tenant that has a key, a connection or a change set, in order. */
  tenants(): Promise<readonly TenantId[]>;
}

/** A session at the dashboard, or a link that begins one. Milliseconds since the epoch. */
export interface SignIn {
  readonly kind: 'session' | 'link';
  /** SHA-256 of the secret, hex. */
  readonly secretHash: string;
  readonly apiKeyId: ApiKeyId;
  readonly createdAt: number;
  readonly usedAt: number;
  readonly expiresAt: number;
}

export interface SignInStore {
  /** Commits with its events, which go to the chain of `trail`. */
  create(signIn: SignIn, trail: TenantId, events: readonly NewEvent[]): Promise<void>;
  /** Expired ones too, until they are pruned. */
  find(kind: SignIn['kind'], secretHash: string): Promise<SignIn | null>;
  touch(secretHash: string, at: number): Promise<void>;
  /** True for exactly one of several callers; for the others nothing is written. */
  end(
    kind: SignIn['kind'],
    secretHash: string,
    trail: TenantId,
    events: readonly NewEvent[],
  ): Promise<boolean>;
  /** Removes what has expired by `before`, or was last used before `idleSince`. @returns how many. */
  prune(limits: { readonly before: number; readonly idleSince: number }): Promise<number>;
}
