/**
 * A connect session: a link with which somebody without an API key gives one credential to one tenant, on a page that
 * the product's customer sees. It lasts a short time, works once, and can do nothing else.
 */
import type { AccountId, Branded, ConnectionId, TenantId, ZoneId } from '../../base/ids.ts';
import type { Principal } from '../audit/model.ts';
import type { Metadata } from '../connections/descriptors.ts';
import type { Profile } from '../connections/model.ts';

export type ConnectSessionId = Branded<string, 'ConnectSessionId'>;

/** How the page shows whose it is. */
export interface Brand {
  readonly name: string;
  readonly logoUrl: string | null;
  /** `#rrggbb`. */
  readonly colour: string | null;
}

export interface ConnectSession {
  readonly id: ConnectSessionId;
  readonly tenantId: TenantId;
  readonly createdAt: number;
  readonly createdBy: Principal;
  readonly expiresAt: number;
  readonly profile: Profile;
  /** Null: the default label, or what the visitor calls it. */
  readonly label: string | null;
  readonly tags: readonly string[];
  readonly metadata: Metadata;
  readonly accountId: AccountId | null;
  readonly zoneIds: readonly ZoneId[];
  /** The connection that is given a new credential; null: a new one is made. */
  readonly relink: ConnectionId | null;
  /** Where the visitor is sent back to; null: nowhere. */
  readonly returnUrl: string | null;
  readonly brand: Brand | null;
  /** Credentials that were tried. */
  readonly tries: number;
  /** When it did its work, and on which connection; null while it has not. */
  readonly used: { readonly at: number; readonly connectionId: ConnectionId } | null;
  readonly revokedAt: number | null;
  readonly version: number;
}
