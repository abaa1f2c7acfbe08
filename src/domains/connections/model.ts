/** A connection: a tenant's labelled link to one Cloudflare account, and what its credential may do. */
import type { AccountId, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import type { SealedSecret } from './ports.ts';

export const DEFAULT_LABEL = 'Cloudflare Domains Integration';

/** How requests are authenticated. `Secret` values live here only between the vault and the wire. */
export type Credential =
  | { readonly kind: 'user-token'; readonly token: Secret }
  | { readonly kind: 'account-token'; readonly token: Secret }
  | { readonly kind: 'global-key'; readonly email: string; readonly key: Secret };

export type CredentialKind = Credential['kind'];

/** Where the secret is: sealed in the vault, or named, to be fetched when needed. */
export type SecretSource =
  | { readonly kind: 'vault' }
  | { readonly kind: 'reference' /** `env:NAME`, `file:PATH`, … */; readonly reference: string };

/**
 * `untested → active | limited | expiring → expired | revoked | invalid`; `paused` and `rotating` by a person or
 * the rotation. `limited`: works, but lacks rights of its profile.
 */
export type ConnectionState =
  | 'untested'
  | 'active'
  | 'limited'
  | 'expiring'
  | 'expired'
  | 'revoked'
  | 'invalid'
  | 'paused'
  | 'rotating';

export const CAPABILITIES = [
  'zone-read',
  'zone-edit',
  'dns-read',
  'dns-edit',
  'settings-read',
  'settings-edit',
  'ssl-read',
  'ssl-edit',
  'dnssec-read',
  'dnssec-edit',
  'registrar-read',
  'registrar-edit',
  'audit-read',
  'tokens-read',
  'tokens-edit',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

export interface CapabilityFinding {
  readonly capability: Capability;
  readonly verdict: 'yes' | 'no' | 'unknown';
  /** How we know. */
  readonly evidence: 'policies' | 'zone-permissions' | 'probe' | 'global-key' | 'none';
}

/** For the account (`zoneId` null) or for one zone. */
export interface CapabilitySet {
  readonly zoneId: ZoneId | null;
  readonly findings: readonly CapabilityFinding[];
}

export type Profile = 'minimum' | 'full';

export interface Connection {
  readonly id: ConnectionId;
  readonly tenantId: TenantId;
  /** Unique within the tenant. */
  readonly label: string;
  readonly kind: CredentialKind;
  readonly accountId: AccountId;
  readonly accountName: string | null;
  /** When the credential is scoped to given zones and may not list them. Empty: all zones that it sees. */
  readonly zoneIds: readonly ZoneId[];
  readonly email: string | null;
  readonly secretSource: SecretSource;
  /** Cloudflare's id of the token, from verify; null for a global key. */
  readonly tokenId: string | null;
  readonly profile: Profile;
  readonly state: ConnectionState;
  /** Kebab-case, why it stands in this state. */
  readonly stateReason: string;
  readonly stateDetail: string;
  readonly next: readonly string[];
  readonly capabilities: readonly CapabilitySet[];
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly expiresAt: number | null;
  readonly testedAt: number | null;
  readonly rotation: RotationPolicy;
  /** Keyed per tenant, never comparable across tenants: finds the same secret saved twice. */
  readonly fingerprint: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Grows with every change; the condition of updates. */
  readonly version: number;
}

export interface RotationPolicy {
  readonly everyDays: number;
  readonly dueAt: number | null;
  readonly lastRotatedAt: number | null;
}

/** A separate credential that may make tokens, for a connection whose own may not. Sealed, field `minter`. */
export interface Minter {
  readonly kind: CredentialKind;
  readonly email: string | null;
  readonly sealed: SealedSecret;
}

/**
 * `minting → proving → draining → revoking → done`; `backing-out → backed-out` from minting and proving. The switch
 * is the commit that leads from proving to draining.
 */
export type RotationStep =
  | 'minting'
  | 'proving'
  | 'draining'
  | 'revoking'
  | 'done'
  | 'backing-out'
  | 'backed-out';

/** One replacement of a connection's token, durable: after a crash it goes on from its step. */
export interface Rotation {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly step: RotationStep;
  /** `zoneward/<connection>/<rotation-id>`: by it a token is found whose value was lost. */
  readonly tokenName: string;
  readonly oldTokenId: string;
  readonly newTokenId: string | null;
  /** The new token until the switch, after which it is the connection's. */
  readonly sealed: SealedSecret | null;
  readonly newExpiresAt: number | null;
  /** Rights beyond this profile are left out of the new token; null: it gets the policies of the old one. */
  readonly narrowTo: Profile | null;
  readonly startedAt: number;
  /** When the step was reached. */
  readonly stepAt: number;
  /** When to go on; null once ended. */
  readonly dueAt: number | null;
  /** The state that the connection goes back to: as it was, and after the switch as the new token was found. */
  readonly returnTo: {
    readonly state: ConnectionState;
    readonly reason: string;
    readonly detail: string;
    readonly next: readonly string[];
  };
  /** Tries of the present step. */
  readonly attempts: number;
  /** Code and message of the last thing that went wrong; null when nothing did. Never a secret. */
  readonly lastError: { readonly code: string; readonly message: string } | null;
  readonly version: number;
}
