/** What bringing a domain up needs of Cloudflare beyond records, and of the DNS. */
import type { AccountId, TenantId, ZoneId } from '../../base/ids.ts';
import type { DomainName } from '../../dns/name.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { ZoneFacts } from '../zones/model.ts';
import type { Provisioning, ProvisioningId } from './model.ts';

/**
 * Makes, pauses and removes zones. Each call is one request, a write never repeated once it may have left; what a thrown error
 * promises about it stands at `CloudflareErrorCode`.
 */
export interface ZoneMaker {
  /** The account's zone of exactly this name; null when it has none that the credential sees. */
  find(accountId: AccountId, name: DomainName, options: CallOptions): Promise<ZoneFacts | null>;
  create(accountId: AccountId, name: DomainName, options: CallOptions): Promise<ZoneFacts>;
  /** Irreversible: records, settings, certificates and the pair of nameservers go with it. */
  remove(zoneId: ZoneId, options: CallOptions): Promise<void>;
  /** @returns the zone as it is then. */
  setPaused(zoneId: ZoneId, paused: boolean, options: CallOptions): Promise<ZoneFacts>;
  /** Asks Cloudflare to look at the delegation now. Too often is refused as `cloudflare-rate-limited` or `-refused`. */
  askActivation(zoneId: ZoneId, options: CallOptions): Promise<void>;
}

/** The journal of provisionings. Every method is one transaction; events commit with the row, last. */
export interface ProvisioningStore {
  get(tenantId: TenantId, id: ProvisioningId): Promise<Provisioning | null>;
  /** The one of a domain that was not taken down, of this tenant. */
  current(tenantId: TenantId, domain: DomainName): Promise<Provisioning | null>;
  /** Newest first; with `before`, those older than that one. */
  list(tenantId: TenantId, limit: number, before?: ProvisioningId): Promise<readonly Provisioning[]>;
  due(now: number, limit: number): Promise<readonly Provisioning[]>;
  /** Refuses (`conflict`, code `provisioning-under-way`) while the tenant has another for the domain. */
  create(provisioning: Provisioning, events: readonly NewEvent[]): Promise<void>;
  /** Refuses (`conflict`, code `provisioning-moved`) unless the stored version is the one before. */
  advance(provisioning: Provisioning, events: readonly NewEvent[]): Promise<void>;
}
