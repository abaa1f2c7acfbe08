/**
 * Registrations as Cloudflare's registrar holds them, and purchases: our durable account of what was ordered.
 *
 * ```
 * planned ─→ approved ─→ sent ─→ running ─→ registered        charged
 *    └────────────────────┘ │      ├─────→ action-required    a person must act; then it goes on
 *    (no approval needed)   │      ├─────→ blocked            a third party holds it; it goes on by itself
 *                           │      └─────→ failed             final; never tried again by itself
 *                           ├─→ refused                       Cloudflare said no; nothing was bought
 *                           └─→ not-bought                    no answer came, and nothing of it is to be found
 * planned | approved ─→ cancelled
 * ```
 *
 * Invariants: a purchase is written down as `sent` before its request leaves, and leaves at most once. While one is
 * open for a name in an account, no other begins, whoever's tenant it is. `sent` without an answer is only ever
 * looked up.
 */
import type { AccountId, Branded, ConnectionId, TenantId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { DomainName } from '../../dns/name.ts';
import type { Money } from '../../plan/money.ts';
import type { Principal } from '../audit/model.ts';

export type PurchaseId = Branded<string, 'PurchaseId'>;

/** `sandbox`: Cloudflare's own test registrar, which charges nothing. */
export type RegistrarNamespace = 'live' | 'sandbox';

/** Per year, as decimal strings. */
export interface Price {
  readonly currency: string;
  readonly registration: string;
  readonly renewal: string;
}

/** What the registrar says of a name that might be bought. */
export interface DomainOffer {
  readonly name: DomainName;
  readonly registrable: boolean;
  readonly price: Price | null;
  readonly tier: 'standard' | 'premium' | null;
  /** Cloudflare's word for why not: `domain_premium`, `domain_unavailable`, `extension_not_supported`, … */
  readonly reason: string | null;
}

/** What the registrar says of a name that might be transferred in. */
export interface TransferOffer {
  readonly name: DomainName;
  readonly transferable: boolean;
  /** Of the transfer, which adds a year mostly, and of every year after it. */
  readonly price: { readonly currency: string; readonly transfer: string; readonly renewal: string } | null;
  /** Cloudflare's words for why not: `domain_locked`, `invalid_auth_code`, `zone_not_found`, … */
  readonly reasons: readonly string[];
}

/** Nameservers and contacts are no part of it: Cloudflare's API does not tell them. */
export interface Registration {
  readonly domain: DomainName;
  /** active, registration_pending, transfer_pending, expired, suspended, redemption_period, pending_delete. */
  readonly status: string;
  readonly createdAt: string | null;
  readonly expiresAt: string | null;
  readonly autoRenew: boolean;
  readonly locked: boolean;
  readonly privacyMode: string | null;
}

const LAPSED: readonly string[] = ['expired', 'redemption_period', 'pending_delete'];

/** Held still, and over: only a renewal in the dashboard keeps it. */
export function hasLapsed({ status }: Pick<Registration, 'status'>): boolean {
  return LAPSED.includes(status);
}

export interface Workflow {
  readonly state: 'pending' | 'in_progress' | 'action_required' | 'blocked' | 'succeeded' | 'failed';
  /** Tells one workflow of a name from another. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly context: JsonObject;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface Extension {
  readonly name: string;
  readonly yearsMin: number;
  readonly yearsMax: number;
  /** JSON Schema of what a registration takes, as Cloudflare sends it. */
  readonly registrationSchema: JsonObject | null;
}

/** What is sent with the name. Contacts are personal data: they leave the row when the purchase has ended. */
export interface PurchaseOrder {
  readonly years: number;
  readonly autoRenew: boolean;
  readonly privacyMode: 'redaction' | 'off' | null;
  readonly contacts: JsonObject | null;
  readonly contactExtensions: JsonObject | null;
  readonly acknowledgements: JsonObject | null;
}

export type PurchaseState =
  | 'planned'
  | 'approved'
  | 'sent'
  | 'running'
  | 'action-required'
  | 'blocked'
  | 'registered'
  | 'failed'
  | 'refused'
  | 'not-bought'
  | 'cancelled';

export interface Purchase {
  readonly id: PurchaseId;
  /** Absent: a registration. The code that a transfer needs is never part of it. */
  readonly kind?: 'transfer';
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly accountId: AccountId;
  readonly namespace: RegistrarNamespace;
  readonly domain: DomainName;
  readonly order: PurchaseOrder;
  /** What was confirmed: the whole price for all years. */
  readonly total: Money;
  /** When Cloudflare named that price. */
  readonly checkedAt: number;
  readonly author: Principal;
  readonly approval: {
    readonly required: boolean;
    readonly grant: { readonly by: Principal; readonly at: number; readonly expiresAt: number } | null;
  };
  readonly state: PurchaseState;
  /** `createdAt` of the name's latest workflow before sending: that one is not ours. */
  readonly workflowBefore: string | null;
  readonly sentAt: number | null;
  /** When looking first found neither workflow nor registration. */
  readonly missedAt: number | null;
  readonly workflow: Workflow | null;
  /** A sentence for people: why it stands where it stands. */
  readonly reason: string;
  /** What a person can do, most useful first. */
  readonly next: readonly string[];
  /** When to look again; null when nothing is awaited. */
  readonly dueAt: number | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly version: number;
}

/** Contacts are personal data: only that they were given is told of them. */
export function contactsGiven({ order }: Pick<Purchase, 'order'>): boolean {
  return order.contacts !== null || order.contactExtensions !== null;
}

const ENDED: readonly PurchaseState[] = ['registered', 'failed', 'refused', 'not-bought', 'cancelled'];

/** True once nothing more happens to it. */
export function hasEnded({ state }: Pick<Purchase, 'state'>): boolean {
  return ENDED.includes(state);
}

/** Money that is gone or may be: what was sent, unless it is certain that nothing was bought. */
export function countsAsSpent({ state, namespace, sentAt }: Purchase): boolean {
  // A failed workflow has been seen to keep its payment (cloudflare-api §7.4), so it counts.
  return namespace === 'live' && sentAt !== null && state !== 'refused' && state !== 'not-bought';
}

/** What a tenant may spend on registrations in a calendar month (UTC). Null: nothing at all. */
export interface SpendLimit {
  readonly monthly: Money;
}
