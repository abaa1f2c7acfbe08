/**
 * API keys: what a program shows to act for a tenant. The secret is shown once and kept as its SHA-256 alone, which
 * is enough for 256 bits of chance; a key's reach is its scopes, narrowed to connections, zones and names.
 */
import type { Branded, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';

export type ApiKeyId = Branded<string, 'ApiKeyId'>;

export const SCOPES = ['read', 'plan', 'apply', 'approve', 'connections', 'billing', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a key reaches of its tenant. Null: everything. */
export interface KeyReach {
  readonly connectionIds: readonly ConnectionId[] | null;
  readonly zoneIds: readonly ZoneId[] | null;
  /** As in a zone document's `manage.only`: `@`, `*.dyn`, `_acme-challenge*`. */
  readonly namePatterns: readonly string[] | null;
}

export interface ApiKey {
  readonly id: ApiKeyId;
  /** Null: an operator's key, which acts for the tenant that each request names. */
  readonly tenantId: TenantId | null;
  readonly label: string;
  /** `admin` holds all others. */
  readonly scopes: readonly Scope[];
  readonly reach: KeyReach;
  /** Who answers for it. Keys of one owner count as one when somebody else must approve. */
  readonly owner: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | null;
  /** To the minute or so. */
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

export const UNLIMITED_REACH: KeyReach = { connectionIds: null, zoneIds: null, namePatterns: null };

export function isUnlimited({ connectionIds, zoneIds, namePatterns }: KeyReach): boolean {
  return connectionIds === null && zoneIds === null && namePatterns === null;
}

export function hasScope(key: Pick<ApiKey, 'scopes'>, scope: Scope): boolean {
  return key.scopes.includes(scope) || key.scopes.includes('admin');
}
