/** What connections need: a store of them, a vault for their secrets, a tester that asks Cloudflare. */
import type { AccountId, ConnectionId, TenantId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { Connection, Credential } from './model.ts';

/** Connections of a tenant. Writes commit with their audit events. */
export interface ConnectionStore {
  /** Refuses (`conflict`, code `label-taken`) a label that the tenant has already. */
  create(connection: Connection, sealed: SealedSecret | null, events: readonly NewEvent[]): Promise<void>;
  get(tenantId: TenantId, id: ConnectionId): Promise<Connection | null>;
  /** In label order; removed ones are not listed. */
  list(tenantId: TenantId): Promise<readonly Connection[]>;
  /** Refuses (`conflict`, code `connection-moved`) unless the stored version is `connection.version - 1`. */
  update(connection: Connection, sealed: SealedSecret | null, events: readonly NewEvent[]): Promise<void>;
  sealedSecret(tenantId: TenantId, id: ConnectionId): Promise<SealedSecret | null>;
  /** Deletes the secret and hides the connection; its zones, history and audit stay. */
  remove(tenantId: TenantId, id: ConnectionId, events: readonly NewEvent[]): Promise<void>;
}

/** A secret as the store may hold it. All text is base64. */
export interface SealedSecret {
  /** Which key-encryption key wraps the data key. */
  readonly keyId: string;
  readonly wrappedKey: string;
  readonly nonce: string;
  readonly ciphertext: string;
  /** Grows with every sealing; bound into the ciphertext. */
  readonly version: number;
}

/** What a sealed secret belongs to: bound into it, so that a moved ciphertext does not open. */
export interface SecretContext {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly field: 'token' | 'key' | 'minter';
  readonly version: number;
}

/** Seal and open only. Throws `ZonewardError` (code `vault-open-failed`) for anything moved, altered or foreign. */
export interface Vault {
  seal(context: SecretContext, secret: Secret): Promise<SealedSecret>;
  open(context: SecretContext, sealed: SealedSecret): Promise<Secret>;
  /** HMAC (hex), keyed per tenant. */
  fingerprint(tenantId: TenantId, secret: Secret): Promise<string>;
}

/** Cloudflare's verdict on a token. */
export interface TokenFacts {
  readonly tokenId: string;
  readonly kind: 'user-token' | 'account-token';
  readonly status: string;
  readonly expiresAt: number | null;
  readonly notBefore: number | null;
}

/** The token's policies, where it may read them. */
export interface TokenPolicy {
  readonly effect: 'allow' | 'deny';
  readonly permissionGroups: readonly string[];
  /** Resource keys as Cloudflare writes them; a nested value is flattened to its keys. */
  readonly resources: readonly string[];
}

export interface AccountFacts {
  readonly id: AccountId;
  readonly name: string;
}

/** A question to Cloudflare that changes nothing, for telling what a credential may do. */
export type Probe = 'records' | 'settings' | 'ssl' | 'dnssec' | 'registrar' | 'audit' | 'tokens';

/** Asks Cloudflare about a credential. Changes nothing there. */
export interface CredentialInspector {
  /** Tries the user route, then the account route, before it calls a token dead. */
  verify(credential: Credential, accountId: AccountId, options: CallOptions): Promise<TokenFacts>;
  /** Null when the token may not read itself. */
  policies(
    credential: Credential,
    token: TokenFacts,
    accountId: AccountId,
    options: CallOptions,
  ): Promise<readonly TokenPolicy[] | null>;
  accounts(credential: Credential, options: CallOptions): Promise<readonly AccountFacts[]>;
  /** True when allowed, false when refused for want of a right. */
  probe(
    credential: Credential,
    probe: Probe,
    target: { readonly accountId: AccountId; readonly zoneId?: string },
    options: CallOptions,
  ): Promise<boolean>;
}
