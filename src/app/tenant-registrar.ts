/** Registrations of one tenant: searched, checked, bought under guard, followed, listed, their calendar. */
import { ZonewardError } from '../base/errors.ts';
import type { TenantId, ZoneId } from '../base/ids.ts';
import type { Secret } from '../base/secret.ts';
import { toUnicode } from '../dns/name.ts';
import { openOwners } from '../domains/access/four-eyes.ts';
import { policyFor } from '../domains/changes/policy.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import { approvePurchase, cancelPurchase } from '../domains/registrar/approve-purchase.ts';
import { type ExpiryEntry, expiryCalendar, formatICalendar } from '../domains/registrar/calendar.ts';
import { refuseWrongContacts } from '../domains/registrar/contacts.ts';
import { type FollowPorts, followPurchase } from '../domains/registrar/follow-purchase.ts';
import { syncRegistrations } from '../domains/registrar/mirror.ts';
import {
  type DomainOffer,
  type Extension,
  hasEnded,
  type Purchase,
  type PurchaseId,
  type PurchaseOrder,
  type Registration,
  type SpendLimit,
  type TransferOffer,
} from '../domains/registrar/model.ts';
import { checkNames, readRegistrable } from '../domains/registrar/offer.ts';
import type { RegistrarPlace } from '../domains/registrar/ports.ts';
import { type RegisterRequest, registerDomain } from '../domains/registrar/register-domain.ts';
import { domainUnknown, setAutoRenew } from '../domains/registrar/set-auto-renew.ts';
import { checkTransfers } from '../domains/registrar/transfer.ts';
import { formatMoney, parseAmount } from '../plan/money.ts';
import type { Context, LinkedConnection } from './context.ts';
import { NO_ACCOUNT } from './environment-connection.ts';
import type { TenantReach } from './tenant-reach.ts';

/** Through which connection, and at which of Cloudflare's registrars. */
export interface RegistrarTarget {
  readonly connection?: string;
  /** Cloudflare's own test registrar: `.com` and `.net`, no charge. Default: what ZONEWARD_REGISTRAR says. */
  readonly sandbox?: boolean;
  readonly signal?: AbortSignal;
}

export interface RegisterInput extends RegistrarTarget, Partial<PurchaseOrder> {
  /** The whole price, as a person read it: `10.44`. */
  readonly confirmPrice?: string;
  /** Follows it for so long. Default 60 s. */
  readonly waitMs?: number;
}

/** `years` has no meaning for a transfer. */
export interface TransferInput extends Omit<RegisterInput, 'years'> {
  /** What the registrar of today gives out for it. Absent for extensions that need none (.uk). */
  readonly authCode?: Secret;
}

export interface MirroredRegistrations {
  readonly registrations: readonly Registration[];
  /** Milliseconds. */
  readonly readAt: number;
}

export interface TenantRegistrar {
  search(
    text: string,
    options?: RegistrarTarget & { readonly limit?: number; readonly extensions?: readonly string[] },
  ): Promise<readonly DomainOffer[]>;
  check(names: readonly string[], target?: RegistrarTarget): Promise<readonly DomainOffer[]>;
  /** Buys once; called again, goes on with what was begun. See `registerDomain`. */
  register(name: string, input?: RegisterInput): Promise<Purchase>;
  /** Looks what became of the latest purchase of the name. Sends nothing. */
  status(name: string, options?: RegistrarTarget & { readonly waitMs?: number }): Promise<Purchase>;
  /** Whether names can be transferred in, what that costs, and what stands in the way. Codes are judged where given. */
  transferCheck(
    names: readonly { readonly domain: string; readonly authCode?: Secret }[],
    target?: RegistrarTarget,
  ): Promise<readonly TransferOffer[]>;
  /** Begins a transfer once; called again, goes on with what was begun. The code is sent, and kept nowhere. */
  transfer(name: string, input?: TransferInput): Promise<Purchase>;
  purchases(
    filter?: { readonly domain?: string; readonly open?: boolean; readonly before?: string },
    limit?: number,
  ): Promise<readonly Purchase[]>;
  /** As stored; asks nothing. Throws `purchase-unknown` (not-found). */
  purchase(id: PurchaseId): Promise<Purchase>;
  approve(id: PurchaseId): Promise<Purchase>;
  cancel(id: PurchaseId): Promise<Purchase>;
  /** As they were last read; read first when that is more than six hours ago, or something was done since. */
  list(target?: RegistrarTarget & { readonly refresh?: boolean }): Promise<readonly Registration[]>;
  /** The same, with the moment of the reading. */
  mirrored(target?: RegistrarTarget & { readonly refresh?: boolean }): Promise<MirroredRegistrations>;
  show(name: string, target?: RegistrarTarget): Promise<Registration>;
  setAutoRenew(
    name: string,
    autoRenew: boolean,
    target?: RegistrarTarget,
  ): Promise<{ readonly registration: Registration; readonly changed: boolean }>;
  extensions(target?: RegistrarTarget): Promise<readonly Extension[]>;
  extension(name: string, target?: RegistrarTarget): Promise<Extension>;
  calendar(
    target?: RegistrarTarget,
  ): Promise<{ readonly entries: readonly ExpiryEntry[]; readonly iCalendar: string }>;
  spendLimit(): Promise<SpendLimit | null>;
  /** What the tenant may spend in a month (UTC). Null: nothing. */
  setSpendLimit(limit: SpendLimit | null): Promise<void>;
}

const WAIT_MS = 60_000;
const LIST_MAX = 50;
const SEARCH_LIMIT = 20;

export function tenantRegistrar(context: Context, tenantId: TenantId, reach: TenantReach): TenantRegistrar {
  const { clock, random, principal } = context;
  const { purchases, audit, apiKeys } = context.store;
  const at = (target: RegistrarTarget = {}) => reachRegistrar(context, reach, target);
  const stored = async (id: PurchaseId): Promise<Purchase> => {
    const purchase = await purchases.get(tenantId, id);
    if (purchase !== null) return purchase;
    throw purchaseUnknown(id);
  };
  const mirrored: TenantRegistrar['mirrored'] = async (target = {}) => {
    const { registrar, place, call, connection } = await at(target);
    const mirror = context.store.registrations;
    const known = await mirror.read(tenantId, place);
    if (known !== null && known.dueAt > clock.now() && target.refresh !== true) return known;
    const readAt = clock.now();
    const request = { tenantId, connectionId: connection.id, place, principal, call };
    return { registrations: await syncRegistrations({ registrar, mirror, clock }, request), readAt };
  };
  /** What was done is not in the last reading. */
  const readSoon = (place: RegistrarPlace): Promise<void> =>
    context.store.registrations.dueAgain(tenantId, place, clock.now());
  const order = async (
    text: string,
    input: RegisterInput,
    kind: Pick<RegisterRequest, 'transfer'> = {},
  ): Promise<Purchase> => {
    const name = readRegistrable(text);
    refuseWrongContacts(input.contacts ?? null);

    const { registrar, place, call, connection } = await at(input);
    const policies = await context.store.policies.list(tenantId);
    // A registration cannot be taken back, so what asks for approval of guarded changes asks for it here.
    const policy = policyFor(policies, { connectionId: connection.id, zoneId: '' as ZoneId });
    const purchase = await registerDomain(
      { registrar, purchases, clock, random },
      {
        tenantId,
        connectionId: connection.id,
        place,
        name,
        call,
        principal,
        order: orderOf(input),
        ...kind,
        confirmPrice: input.confirmPrice ?? null,
        approvalRequired: policy.approval !== 'never',
        waitMs: input.waitMs ?? WAIT_MS,
      },
    );
    if (hasEnded(purchase)) await readSoon(place);
    return purchase;
  };
  return {
    search: async (text, options = {}) => {
      const { registrar, place, call } = await at(options);
      const { limit = SEARCH_LIMIT, extensions } = options;
      return registrar.search(
        place,
        { text, limit, ...(extensions === undefined ? {} : { extensions }) },
        call,
      );
    },
    check: async (names, target) => {
      const wanted = names.map((name) => readRegistrable(name).name);
      const { registrar, place, call } = await at(target);
      return checkNames({ registrar }, place, wanted, call);
    },
    register: (text, input = {}) => order(text, input),
    transferCheck: async (names, target) => {
      const asked = names.map(({ domain, authCode }) => ({
        domain: readRegistrable(domain).name,
        authCode: authCode ?? null,
      }));
      const { registrar, place, call } = await at(target);
      return checkTransfers({ registrar }, place, asked, call);
    },
    transfer: (text, { authCode, ...input } = {}) =>
      order(text, input, { transfer: { authCode: authCode ?? null } }),
    status: async (text, options = {}) => {
      const { name } = readRegistrable(text);
      const [latest] = await purchases.list(tenantId, { domain: name }, 1);
      if (latest === undefined) throw purchaseUnknown(toUnicode(name));
      const linked = await reach.linkedById(latest.connectionId);
      const ports = { registrar: linked.cloudflare.registrar, purchases, clock };
      const seen = await followPurchase(ports, latest, {
        principal,
        call: callOf(options),
        waitMs: options.waitMs ?? 0,
      });
      if (hasEnded(seen)) await readSoon(latest);
      return seen;
    },
    purchases: (filter = {}, limit = LIST_MAX) => {
      const { domain, open, before } = filter;
      const named = domain === undefined ? {} : { domain: readRegistrable(domain).name };
      const older = before === undefined ? {} : { before: before as PurchaseId };
      return purchases.list(tenantId, { ...named, ...older, ...(open === undefined ? {} : { open }) }, limit);
    },
    purchase: stored,
    approve: async (id) => {
      const purchase = await stored(id);
      const policies = await context.store.policies.list(tenantId);
      const { approvalMs } = policyFor(policies, {
        connectionId: purchase.connectionId,
        zoneId: '' as ZoneId,
      });
      return approvePurchase({ purchases, owners: openOwners(apiKeys), clock }, purchase, {
        principal,
        approvalMs,
      });
    },
    cancel: async (id) => cancelPurchase({ purchases, clock }, await stored(id), principal),
    list: async (target) => (await mirrored(target)).registrations,
    mirrored,
    show: async (text, target) => {
      const { name } = readRegistrable(text);
      const { registrar, place, call } = await at(target);
      const found = await registrar.get(place, name, call);
      if (found === null) throw domainUnknown(name);
      return found;
    },
    setAutoRenew: async (text, autoRenew, target) => {
      const { name: domain } = readRegistrable(text);
      const { registrar, place, call, connection } = await at(target);
      const request = { tenantId, connectionId: connection.id, place, domain, autoRenew, principal, call };
      const mirror = context.store.registrations;
      const done = await setAutoRenew({ registrar, audit, mirror, clock }, request);
      if (done.changed) await readSoon(place);
      return done;
    },
    extensions: async (target) => {
      const { registrar, place, call } = await at(target);
      const all: Extension[] = [];
      for await (const page of registrar.extensions(place, call)) all.push(...page);
      return all;
    },
    extension: async (name, target) => {
      const { registrar, place, call } = await at(target);
      const found = await registrar.extension(place, name.replace(/^\./, '').toLowerCase(), call);
      if (found !== null) return found;
      throw new ZonewardError(`The API does not sell .${name.replace(/^\./, '')}`, {
        code: 'extension-unknown',
        kind: 'not-found',
        next: ['zoneward domains extensions'],
      });
    },
    calendar: async (target) => {
      const now = clock.now();
      const { registrations } = await mirrored(target);
      const entries = expiryCalendar(registrations, now);
      return { entries, iCalendar: formatICalendar(entries, now) };
    },
    spendLimit: () => purchases.spendLimit(tenantId),
    setSpendLimit: async (limit) => {
      if (limit !== null) checkLimit(limit);
      const summary =
        limit === null
          ? 'Spend limit removed: nothing may be bought'
          : `Spend limit set to ${formatMoney(limit.monthly)} a month`;
      const payload = { monthly: limit === null ? null : { ...limit.monthly } };
      await purchases.setSpendLimit(tenantId, limit, [
        { kind: 'spend-limit.set', at: clock.now(), principal, summary, payload },
      ]);
    },
  };
}

/** The registrar behind a connection. Throws `account-missing` for one that names no account. */
export async function reachRegistrar(
  context: Pick<Context, 'environment'>,
  reach: TenantReach,
  target: RegistrarTarget,
): Promise<{
  readonly registrar: FollowPorts['registrar'];
  readonly place: RegistrarPlace;
  readonly call: CallOptions;
  readonly connection: LinkedConnection['connection'];
  readonly linked: LinkedConnection;
}> {
  const linked = await reach.linked(target.connection);
  const { connection, cloudflare } = linked;
  if (connection.accountId === NO_ACCOUNT) {
    throw new ZonewardError('Registrations belong to an account, and this connection names none', {
      code: 'account-missing',
      kind: 'input',
      next: ['Set CLOUDFLARE_ACCOUNT_ID', 'zoneward connections add'],
    });
  }
  const sandbox = target.sandbox ?? context.environment['ZONEWARD_REGISTRAR'] === 'sandbox';
  const place = { accountId: connection.accountId, namespace: sandbox ? 'sandbox' : 'live' } as const;
  return { registrar: cloudflare.registrar, place, call: callOf(target), connection, linked };
}

function callOf({ signal }: { readonly signal?: AbortSignal }): CallOptions {
  return { lane: 'interactive', ...(signal === undefined ? {} : { signal }) };
}

function orderOf(input: RegisterInput): Omit<PurchaseOrder, 'years'> & { readonly years: number | null } {
  return {
    years: input.years ?? null,
    autoRenew: input.autoRenew ?? false,
    privacyMode: input.privacyMode ?? null,
    contacts: input.contacts ?? null,
    contactExtensions: input.contactExtensions ?? null,
    acknowledgements: input.acknowledgements ?? null,
  };
}

function checkLimit({ monthly }: SpendLimit): void {
  if (parseAmount(monthly.amount) !== null && /^[A-Z]{3}$/.test(monthly.currency)) return;
  throw new ZonewardError(`"${monthly.amount} ${monthly.currency}" is no amount of money`, {
    code: 'amount-invalid',
    kind: 'input',
    next: ['zoneward domains limit --monthly 100.00 --currency USD'],
  });
}

function purchaseUnknown(what: string): ZonewardError {
  return new ZonewardError(`There is no purchase ${what}`, {
    code: 'purchase-unknown',
    kind: 'not-found',
    next: ['zoneward domains purchases'],
  });
}
