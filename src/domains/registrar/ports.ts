/** What registrations need: Cloudflare's registrar, and a journal of purchases that survives a crash. */
import type { AccountId, ConnectionId, TenantId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import type { DomainName } from '../../dns/name.ts';
import type { NewEvent } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type {
  DomainOffer,
  Extension,
  Purchase,
  PurchaseId,
  PurchaseOrder,
  RegistrarNamespace,
  Registration,
  SpendLimit,
  TransferOffer,
  Workflow,
} from './model.ts';

/** Where registrations live: an account, and which of its two registrars. */
export interface RegistrarPlace {
  readonly accountId: AccountId;
  readonly namespace: RegistrarNamespace;
}

/**
 * Cloudflare's registrar. Every call is one request (a list: one a page). Reads repeat freely; `register`,
 * `transferIn` and `setAutoRenew` are never repeated once they may have left. What a thrown error promises about a write stands at
 * `CloudflareErrorCode`.
 */
export interface Registrar {
  /** Cached data, good for ideas only: `check` tells what is true. */
  search(
    place: RegistrarPlace,
    query: { readonly text: string; readonly limit: number; readonly extensions?: readonly string[] },
    options: CallOptions,
  ): Promise<readonly DomainOffer[]>;
  /** At most 20 names. A name that Cloudflare leaves out of its answer is left out here too. */
  check(
    place: RegistrarPlace,
    names: readonly DomainName[],
    options: CallOptions,
  ): Promise<readonly DomainOffer[]>;
  /** Buys. Charges the account's payment method; cannot be taken back. */
  register(
    place: RegistrarPlace,
    domain: DomainName,
    order: PurchaseOrder,
    options: CallOptions,
  ): Promise<Workflow>;
  list(place: RegistrarPlace, options: CallOptions): AsyncIterable<readonly Registration[]>;
  /** Null when the account holds no registration of the name. */
  get(place: RegistrarPlace, domain: DomainName, options: CallOptions): Promise<Registration | null>;
  /** The name's latest workflow of registering; null when there never was one. */
  registrationStatus(
    place: RegistrarPlace,
    domain: DomainName,
    options: CallOptions,
  ): Promise<Workflow | null>;
  setAutoRenew(
    place: RegistrarPlace,
    domain: DomainName,
    autoRenew: boolean,
    options: CallOptions,
  ): Promise<Workflow>;
  updateStatus(place: RegistrarPlace, domain: DomainName, options: CallOptions): Promise<Workflow | null>;
  /**
   * At most 10 names; a code is judged only where one is given. A name whose check did not work is left out. The
   * registrar's sandbox has no transfers.
   */
  transferCheck(
    place: RegistrarPlace,
    names: readonly { readonly domain: DomainName; readonly authCode: Secret | null }[],
    options: CallOptions,
  ): Promise<readonly TransferOffer[]>;
  /** Begins a transfer. Charges when it succeeds, days later; there is no call that takes it back. */
  transferIn(
    place: RegistrarPlace,
    domain: DomainName,
    order: PurchaseOrder & { readonly authCode: Secret | null },
    options: CallOptions,
  ): Promise<Workflow>;
  transferStatus(place: RegistrarPlace, domain: DomainName, options: CallOptions): Promise<Workflow | null>;
  extensions(place: RegistrarPlace, options: CallOptions): AsyncIterable<readonly Extension[]>;
  /** Null for an extension that the API does not sell. */
  extension(place: RegistrarPlace, name: string, options: CallOptions): Promise<Extension | null>;
}

/** When and through which connection an account's registrations were read. */
export interface RegistrationReading {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly place: RegistrarPlace;
  readonly readAt: number;
  readonly dueAt: number;
}

/** Registrations as they were last read. Every method is one transaction; events commit with the rows, last. */
export interface RegistrationMirror {
  /** By name; null when they were never read. */
  read(
    tenantId: TenantId,
    place: RegistrarPlace,
  ): Promise<(RegistrationReading & { readonly registrations: readonly Registration[] }) | null>;
  /** Replaces all of the account's. */
  replace(
    reading: RegistrationReading,
    registrations: readonly Registration[],
    events: readonly NewEvent[],
  ): Promise<void>;
  /** Puts what we switched ourselves into the last reading, so that the next one does not tell it again. */
  switched(
    tenantId: TenantId,
    place: RegistrarPlace,
    change: Pick<Registration, 'domain' | 'autoRenew'>,
    events: readonly NewEvent[],
  ): Promise<void>;
  /** Brings the next reading forward, or puts it off. Nothing where they were never read. */
  dueAgain(tenantId: TenantId, place: RegistrarPlace, dueAt: number): Promise<void>;
  /** Of all tenants, the longest overdue first. */
  due(now: number, limit: number): Promise<readonly RegistrationReading[]>;
}

/** Called inside the transaction with what the tenant spent this month besides; throws to refuse. Pure. */
export type Admit = (spent: readonly Purchase[]) => void;

/** The journal of purchases. Every method is one transaction; events commit with the rows, last. */
export interface PurchaseStore {
  get(tenantId: TenantId, id: PurchaseId): Promise<Purchase | null>;
  /** The open purchase of a name in an account, of whichever tenant. */
  open(place: RegistrarPlace, domain: DomainName): Promise<Purchase | null>;
  /** Newest first; with `before`, those older than that one. */
  list(
    tenantId: TenantId,
    filter: { readonly domain?: DomainName; readonly open?: boolean; readonly before?: PurchaseId },
    limit: number,
  ): Promise<readonly Purchase[]>;
  /** Those with `dueAt` at or before `now`, of all tenants, the longest overdue first. */
  due(now: number, limit: number): Promise<readonly Purchase[]>;
  /**
   * Writes a new purchase down. Refuses (`conflict`, code `purchase-under-way`) while another is open for the name.
   * With `admit`, it is asked first, alone: two purchases of a tenant cannot both pass on the same money.
   */
  create(purchase: Purchase, admit: Admit | null, events: readonly NewEvent[]): Promise<void>;
  /** Replaces it. Refuses (`conflict`, code `purchase-moved`) unless the stored version is the one before. */
  advance(purchase: Purchase, admit: Admit | null, events: readonly NewEvent[]): Promise<void>;
  spendLimit(tenantId: TenantId): Promise<SpendLimit | null>;
  setSpendLimit(tenantId: TenantId, limit: SpendLimit | null, events: readonly NewEvent[]): Promise<void>;
}
