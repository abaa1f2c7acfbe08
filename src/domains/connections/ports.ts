/** What connections need: a store of them, a vault for their secrets, a tester that asks Cloudflare. */
import type { AccountId, ConnectionId, TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Secret } from '../../base/secret.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneReader } from '../zones/ports.ts';
import type { Connection, Credential, Minter, Rotation } from './model.ts';

/** Connections of a tenant. Writes commit with their audit events. */
export interface ConnectionStore {
  /** Refuses (`conflict`, code `label-taken`) a label that the tenant has already. */
  create(connection: Connection, sealed: SealedSecret | null, events: readonly NewEvent[]): Promise<void>;
  get(tenantId: TenantId, id: ConnectionId): Promise<Connection | null>;
  /** In label order; removed ones are not listed. */
  list(tenantId: TenantId): Promise<readonly Connection[]>;
  /**
   * Refuses (`conflict`, code `connection-moved`) unless the stored version is `connection.version - 1`, and
   * (`label-taken`) a label that another connection of the tenant has. With `sealed` null the stored secret stays
   * as it is; but a connection whose `secretSource` is a reference keeps none: what was sealed is deleted.
   */
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
  /** The owner: a connection, or a webhook endpoint by its id. */
  readonly connectionId: ConnectionId;
  readonly field: 'token' | 'key' | 'minter' | 'webhook';
  readonly version: number;
}

/** A sealed secret and what it belongs to. */
export interface SealedRow {
  readonly context: SecretContext;
  readonly sealed: SealedSecret;
}

/**
 * Every sealed secret of the store, of all tenants: those of connections, minters and rotations under way. For
 * changing keys only; nothing here opens a secret.
 */
export interface SealedSecretRows {
  /** How many rows stand under each key id. */
  countByKey(): Promise<Readonly<Record<string, number>>>;
  /** The rows under other keys, in chunks. A row that changes while this is read may be given or left out. */
  notUnder(keyId: string): AsyncIterable<readonly SealedRow[]>;
  /**
   * Replaces the row's `keyId` and `wrappedKey`, and nothing else, no `version` and no event. False, and nothing
   * is written, when the row is gone or its `wrappedKey` is no longer that of `before`.
   */
  replaceWrapping(before: SealedRow, after: SealedSecret): Promise<boolean>;
}

/** One small text beside the secrets: which keys they may stand under. Opaque to the store. */
export interface VaultHeaderStore {
  read(): Promise<string | null>;
  /** Compare and set: false, and nothing is written, unless `previous` is what stands there (null: nothing). */
  replace(previous: string | null, next: string): Promise<boolean>;
}

/** The connections of all tenants, for what time alone brings about. */
export interface ConnectionSweep {
  /** Removed ones are left out. In chunks; one that changes while this is read may be given as it was. */
  all(): AsyncIterable<readonly Connection[]>;
}

/** Which alerts of a connection stand, as `lookForAlerts` gave them. */
export interface AlertStates {
  /** Empty before the first look. */
  standing(tenantId: TenantId, connectionId: ConnectionId): Promise<readonly string[]>;
  /** Replaces them, and commits the events with it. */
  put(
    tenantId: TenantId,
    connectionId: ConnectionId,
    standing: readonly string[],
    events: readonly NewEvent[],
  ): Promise<void>;
}

/** Fetches secrets that are named and not kept. */
export interface SecretReferences {
  /** The schemes that `resolve` knows: `env`, `file`, … */
  readonly schemes: readonly string[];
  /** `env:NAME`, `file:PATH`. Throws `ZonewardError` (`credentials`, code `secret-reference-failed`). */
  resolve(reference: string): Promise<Secret>;
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
  /** Resource keys as Cloudflare writes them; a nested value gives both its outer key and its inner ones. */
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
  /**
   * Tries the user route, then the account route, before it calls a token dead. Without an account id only the user
   * route can be asked.
   */
  verify(credential: Credential, accountId: AccountId | null, options: CallOptions): Promise<TokenFacts>;
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
  /**
   * Optional: the same call as `policies`, with what else the token tells of itself. Null when the token may not
   * read itself. Used instead of `policies` where it is there.
   */
  describe?(
    credential: Credential,
    token: TokenFacts,
    accountId: AccountId,
    options: CallOptions,
  ): Promise<TokenDescription | null>;
}

export interface TokenDescription {
  readonly name: string;
  readonly policies: readonly TokenPolicy[];
  /** True when the token works from given addresses only. */
  readonly ipRestricted: boolean;
}

/** One call that was made while a credential was inspected. `CallReport` of the Cloudflare adapter fits by shape. */
export interface InspectedCall {
  readonly method: string;
  readonly route: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly ray: string | null;
}

/** Cloudflare as one credential sees it, with a record of the calls. */
export interface Inspection {
  readonly inspector: CredentialInspector;
  readonly reader: ZoneReader;
  /** The calls made through either so far, oldest first. */
  calls(): readonly InspectedCall[];
}

/** Opens Cloudflare for a credential that need not be saved. Makes no call by itself. */
export type OpenInspection = (credential: Credential) => Inspection;

/** Whose tokens are meant: those of the credential's user, or those that an account owns. */
export type TokenOwner =
  | { readonly kind: 'user' }
  | { readonly kind: 'account'; readonly accountId: AccountId };

export interface IssuedToken {
  readonly tokenId: string;
  readonly name: string;
  /** As Cloudflare says it: `active`, `disabled`, `expired`. */
  readonly status: string;
  readonly expiresAt: number | null;
}

/** Policies as they are sent: ids count, names are for people. */
export interface TokenPolicyDefinition {
  readonly effect: 'allow' | 'deny';
  readonly permissionGroups: readonly { readonly id: string; readonly name: string }[];
  /** As Cloudflare writes it, nested values included. */
  readonly resources: JsonObject;
}

export interface TokenDefinition {
  readonly name: string;
  readonly policies: readonly TokenPolicyDefinition[];
  /** `request_ip` and the like, carried without reading; null when there is none. */
  readonly condition: JsonObject | null;
  readonly expiresAt: number | null;
}

export interface PermissionGroup {
  readonly id: string;
  readonly name: string;
  /** `com.cloudflare.api.account.zone` and the like. */
  readonly scopes: readonly string[];
}

/**
 * Reads and writes API tokens, with a credential that holds the right to. Throws like every Cloudflare call; a
 * `create` that ends `cloudflare-unanswered` may have made a token whose value nobody knows.
 */
export interface TokenIssuer {
  /** All tokens of the owner, expired ones too, all pages. Changes nothing. */
  list(credential: Credential, owner: TokenOwner, options: CallOptions): Promise<readonly IssuedToken[]>;
  /** Null when there is no such token. Changes nothing. */
  read(
    credential: Credential,
    owner: TokenOwner,
    tokenId: string,
    options: CallOptions,
  ): Promise<TokenDefinition | null>;
  /** Makes a token; the only time its value is seen. Not safe to repeat: names need not be unique. */
  create(
    credential: Credential,
    owner: TokenOwner,
    definition: TokenDefinition,
    options: CallOptions,
  ): Promise<{ readonly tokenId: string; readonly value: Secret }>;
  /** Safe to repeat: a token that is gone already counts as deleted. */
  remove(credential: Credential, owner: TokenOwner, tokenId: string, options: CallOptions): Promise<void>;
  permissionGroups(
    credential: Credential,
    owner: TokenOwner,
    options: CallOptions,
  ): Promise<readonly PermissionGroup[]>;
}

/** Rotations under way and past, and the credentials that mint. Every method is one transaction. */
export interface RotationStore {
  /** The one that has not ended; a connection has at most one. */
  current(tenantId: TenantId, connectionId: ConnectionId): Promise<Rotation | null>;
  /** Newest first. */
  list(tenantId: TenantId, connectionId: ConnectionId, limit: number): Promise<readonly Rotation[]>;
  /** Of all tenants: not ended, and to be woken by now; the longest due first. */
  due(now: number, limit: number): Promise<readonly Rotation[]>;
  /**
   * Stores a new rotation with the connection as it changes for it. Refuses (`conflict`) with `rotation-under-way`
   * or `connection-moved`.
   */
  begin(rotation: Rotation, connection: Connection, events: readonly NewEvent[]): Promise<void>;
  /**
   * Replaces the rotation; in the same commit the connection and, where given, its sealed secret, as
   * `ConnectionStore.update` does. Refuses (`conflict`) with `rotation-moved` unless the stored rotation's version
   * is `rotation.version - 1`, or `connection-moved`.
   */
  advance(
    rotation: Rotation,
    connection: { readonly connection: Connection; readonly sealed: SealedSecret | null } | null,
    events: readonly NewEvent[],
  ): Promise<void>;
  minter(tenantId: TenantId, connectionId: ConnectionId): Promise<Minter | null>;
  /** Null removes it. */
  putMinter(
    tenantId: TenantId,
    connectionId: ConnectionId,
    minter: Minter | null,
    events: readonly NewEvent[],
  ): Promise<void>;
}
