/** API keys of a tenant, or of the operator: made, listed, revoked, recognised. */
import { newId } from '../base/ids.ts';
import {
  type AccessPorts,
  type CreatedApiKey,
  createApiKey,
  type NewApiKey,
  type RevokedApiKeys,
  recogniseApiKey,
  revokeApiKey,
  standingKey,
} from '../domains/access/api-keys.ts';
import type { ApiKey, ApiKeyId } from '../domains/access/model.ts';
import type { Context } from './context.ts';
import { parseTenant } from './tenant-name.ts';

/** Everything but the tenant. Milliseconds where times are meant. */
export type ApiKeyRequest = Omit<NewApiKey, 'tenantId'>;

export interface ApiKeys {
  /** The secret is in the answer and nowhere else. `tenant` null: an operator's key, for all tenants. */
  create(
    tenant: string | null,
    request: ApiKeyRequest,
    options?: { readonly principal?: string },
  ): Promise<CreatedApiKey>;
  list(tenant: string | null): Promise<readonly ApiKey[]>;
  /**
   * Refused from the next request on, in every process. `withMade`: so are the keys that it made, and that those made;
   * the answer names what still stands of them. Throws `api-key-unknown` (not-found).
   */
  revoke(
    tenant: string | null,
    id: string,
    options?: { readonly principal?: string; readonly withMade?: boolean },
  ): Promise<RevokedApiKeys>;
  /** Whose key this is; null for any that does not stand. */
  recognise(secret: string): Promise<ApiKey | null>;
  /** Whether a key is neither revoked nor expired. */
  stands(id: ApiKeyId): Promise<boolean>;
  /** True until the first key of the store is made. */
  isEmpty(): Promise<boolean>;
  /** Every tenant that the store knows of. */
  tenants(): Promise<readonly string[]>;
}

export function openApiKeys(context: Context): ApiKeys {
  const store = context.store.apiKeys;
  const ports: AccessPorts = { store, clock: context.clock, random: context.random };
  const idOf = (tenant: string | null) => (tenant === null ? null : parseTenant(tenant));
  return {
    create: (tenant, request, options = {}) =>
      createApiKey(ports, { ...request, tenantId: idOf(tenant) }, options.principal ?? context.principal),
    list: (tenant) => store.list(idOf(tenant)),
    revoke: (tenant, id, { principal = context.principal, withMade = false } = {}) =>
      revokeApiKey(ports, { tenantId: idOf(tenant), id, withMade }, principal),
    recognise: (secret) => recogniseApiKey(ports, secret),
    stands: async (id) => (await standingKey(ports, id)) !== null,
    isEmpty: () => store.isEmpty(),
    tenants: () => store.tenants(),
  };
}

/** Tells one open engine from another, also within a process: who holds what in the store. */
export function engineHolder(context: Context): string {
  return `${context.holder}:${newId('run', context).slice(-6)}`;
}
