/**
 * Buying a name, once. In this order: nothing open for the name, a fresh price, that price confirmed as an amount, the
 * tenant's spend limit, an approval where the policy asks for one; then the journal, then the one request. Whatever
 * happens to the request or to this process, the next call finds the journal's row and looks, and never sends again.
 */
import type { Clock, Random } from '../../base/clock.ts';
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Secret } from '../../base/secret.ts';
import { toUnicode } from '../../dns/name.ts';
import type { RegistrableName } from '../../dns/registrable-name.ts';
import { formatMoney, type Money } from '../../plan/money.ts';
import { refuseUnapprovedPurchase } from './approve-purchase.ts';
import { RENEW_BY_HAND } from './calendar.ts';
import {
  type FollowOptions,
  type FollowPorts,
  followPurchase,
  fromWorkflow,
  latestWorkflow,
  SEND_WITHIN_MS,
  saveOrReload,
} from './follow-purchase.ts';
import { hasLapsed, type Purchase, type PurchaseId, type PurchaseOrder } from './model.ts';
import { admitWithin, CHECK_FRESH_MS, checkNames, refuseUnconfirmed, totalOf } from './offer.ts';
import type { RegistrarPlace } from './ports.ts';
import { moved, purchaseEvent } from './purchase-events.ts';
import { checkTransfers, transferTotal } from './transfer.ts';

export interface RegisterPorts extends FollowPorts {
  readonly random: Random;
  readonly clock: Clock;
}

export interface RegisterRequest extends FollowOptions, Pick<Purchase, 'tenantId' | 'connectionId'> {
  readonly place: RegistrarPlace;
  readonly name: RegistrableName;
  /** `years` null: the extension's minimum. */
  readonly order: Omit<PurchaseOrder, 'years'> & { readonly years: number | null };
  /** A transfer from another registrar instead of a registration; null: its extension needs no code. */
  readonly transfer?: { readonly authCode: Secret | null };
  /** The whole price as an amount, as a person read it. */
  readonly confirmPrice: string | null;
  readonly approvalRequired: boolean;
}

/**
 * Buys, or goes on with what was begun for the name. @returns where the purchase stands; `planned` when it waits for
 * an approval. Throws before anything is sent for everything that forbids it.
 */
export async function registerDomain(ports: RegisterPorts, request: RegisterRequest): Promise<Purchase> {
  const standing = await ports.purchases.open(request.place, request.name.name);
  if (standing !== null && standing.tenantId !== request.tenantId) throw underWay(standing.domain);
  if (standing !== null && (standing.kind === 'transfer') !== (request.transfer !== undefined))
    throw underWay(standing.domain);
  if (standing !== null && standing.sentAt !== null) return followPurchase(ports, standing, request);
  if (request.transfer === undefined) await refuseOwned(ports, request);
  const { order, total, checkedAt } = await (request.transfer === undefined
    ? priceOf(ports, request)
    : transferPriceOf(ports, request, request.transfer));
  const kind = request.transfer === undefined ? {} : { kind: 'transfer' as const };
  refuseUnconfirmed({ domain: request.name.name, ...kind }, total, request.confirmPrice);
  if (standing === null) return begin(ports, request, { order, total, checkedAt });
  refuseDifferent(standing, order, total);
  refuseUnapprovedPurchase(standing, ports.clock.now());
  return send(ports, { ...standing, checkedAt }, request, 'stored');
}

/** What the transfer costs; the check judges the code too. */
async function transferPriceOf(
  { registrar, clock }: RegisterPorts,
  { place, name, order, call }: RegisterRequest,
  { authCode }: NonNullable<RegisterRequest['transfer']>,
): Promise<Priced> {
  const [offer] = await checkTransfers({ registrar }, place, [{ domain: name.name, authCode }], call);
  if (offer === undefined) throw new Error('bug: a checked name has an offer');
  return { order: { ...order, years: 1 }, total: transferTotal(offer), checkedAt: clock.now() };
}

interface Priced {
  readonly order: PurchaseOrder;
  readonly total: Money;
  readonly checkedAt: number;
}

async function priceOf({ registrar, clock }: RegisterPorts, request: RegisterRequest): Promise<Priced> {
  const { place, name, order, call } = request;
  const extension = await registrar.extension(place, name.extension, call);
  const years = order.years ?? extension?.yearsMin ?? 1;
  if (extension !== null && (years < extension.yearsMin || years > extension.yearsMax)) {
    const span = `${extension.yearsMin} to ${extension.yearsMax}`;
    throw new ZonewardError(`.${name.extension} is registered for ${span} years, not ${years}.`, {
      code: 'years-out-of-range',
      kind: 'input',
      next: [`--years ${extension.yearsMin}`],
    });
  }
  const [offer] = await checkNames({ registrar }, place, [name.name], call);
  // The time before the answer would be fairer to us; the time after it is what the price is good from.
  const checkedAt = clock.now();
  if (offer === undefined) throw new Error('bug: a checked name has an offer');
  return { order: { ...order, years }, total: totalOf(offer, years), checkedAt };
}

/** What the account holds already, or is buying through someone else's hands, is not bought. */
async function refuseOwned(
  { registrar }: RegisterPorts,
  { place, name, call }: RegisterRequest,
): Promise<void> {
  const owned = await registrar.get(place, name.name, call);
  if (owned === null) return;
  throw new ZonewardError(
    `${toUnicode(name.name)} is in the account already (${owned.status}). Nothing was bought.`,
    {
      code: 'domain-owned',
      kind: 'conflict',
      next: [...(hasLapsed(owned) ? [RENEW_BY_HAND] : []), `zoneward domains show ${toUnicode(name.name)}`],
    },
  );
}

async function begin(ports: RegisterPorts, request: RegisterRequest, priced: Priced): Promise<Purchase> {
  const now = ports.clock.now();
  const purchase: Purchase = {
    id: newId<PurchaseId>('buy', ports),
    ...(request.transfer === undefined ? {} : { kind: 'transfer' as const }),
    tenantId: request.tenantId,
    connectionId: request.connectionId,
    ...request.place,
    domain: request.name.name,
    ...priced,
    author: request.principal,
    approval: { required: request.approvalRequired, grant: null },
    state: 'planned',
    workflowBefore: null,
    sentAt: null,
    missedAt: null,
    workflow: null,
    reason: `To be bought for ${formatMoney(priced.total)}.`,
    next: [],
    dueAt: null,
    createdAt: now,
    finishedAt: null,
    version: 1,
  };
  if (!request.approvalRequired) return send(ports, purchase, request, 'new');
  const waiting = {
    ...purchase,
    reason: `To be bought for ${formatMoney(priced.total)}; someone else must approve it.`,
    next: [`zoneward domains approve ${purchase.id}`, 'by someone who is not its author'],
  };
  const limit = await ports.purchases.spendLimit(request.tenantId);
  await ports.purchases.create(waiting, admitWithin(limit, waiting), [
    purchaseEvent('planned', waiting, { at: now, principal: request.principal }),
  ]);
  return waiting;
}

/** The journal, then the request, then what it said. */
async function send(
  ports: RegisterPorts,
  purchase: Purchase,
  request: RegisterRequest,
  row: 'new' | 'stored',
): Promise<Purchase> {
  const before = await latestWorkflow(ports.registrar, purchase, request.call);
  if (before !== null && before.state !== 'succeeded' && before.state !== 'failed')
    throw underWay(purchase.domain);
  const limit = await ports.purchases.spendLimit(purchase.tenantId);
  const now = ports.clock.now();
  if (now - purchase.checkedAt > CHECK_FRESH_MS) throw stale(purchase);
  const change: Partial<Purchase> = {
    state: 'sent',
    sentAt: now,
    workflowBefore: before?.createdAt ?? null,
    reason: `Being bought for ${formatMoney(purchase.total)}.`,
    next: [`zoneward domains status ${toUnicode(purchase.domain)}`],
    dueAt: now + SEND_WITHIN_MS,
  };
  const sent = row === 'new' ? { ...purchase, ...change } : moved(purchase, change, now);
  const admit = admitWithin(limit, sent);
  const events = [purchaseEvent('sent', sent, { at: now, principal: request.principal })];
  if (row === 'new') await ports.purchases.create(sent, admit, events);
  else await ports.purchases.advance(sent, admit, events);
  return sendOnce(ports, sent, request);
}

async function sendOnce(ports: RegisterPorts, sent: Purchase, request: RegisterRequest): Promise<Purchase> {
  const { registrar, clock } = ports;
  const settle = (change: Partial<Purchase>): Promise<Purchase> => {
    const at = clock.now();
    const next = moved(sent, change, at);
    return saveOrReload(ports, next, [purchaseEvent(next.state, next, { at, principal: request.principal })]);
  };
  try {
    const call = { ...request.call, sendWithinMs: SEND_WITHIN_MS };
    const workflow = await (request.transfer === undefined
      ? registrar.register(sent, sent.domain, sent.order, call)
      : registrar.transferIn(sent, sent.domain, { ...sent.order, ...request.transfer }, call));
    const answered = await settle({ ...fromWorkflow(workflow, sent, clock.now()), workflow });
    return answered.state === 'running' ? await followPurchase(ports, answered, request) : answered;
  } catch (error) {
    if (!isZonewardError(error) || !NOT_BOUGHT.has(error.code)) {
      if (isZonewardError(error) && error.code === 'cloudflare-unanswered')
        return followPurchase(ports, sent, request);
      throw error;
    }
    // Cloudflare knows of another order for the name: the one that counts is looked up, not this one sent again.
    if (ORDERED_ALREADY.test(error.message)) return followPurchase(ports, sent, request);
    const refusal = refusalOf(error, sent);
    await settle({ state: 'refused', reason: `Refused. ${refusal.message}`, next: refusal.next });
    throw refusal;
  }
}

const BLOCKED = /temporarily blocked/i;

/** What a person is told. A block for fraud, payment or speed comes as 403 like a missing right, and is none. */
function refusalOf(error: ZonewardError, { id: purchaseId, domain }: Purchase): ZonewardError {
  const details = { ...error.details, purchaseId };
  if (BLOCKED.test(error.message))
    return new ZonewardError(
      `Cloudflare takes no registrations from this account for now (suspicion of fraud, a payment, or too many at once). ${toUnicode(domain)} was not bought.`,
      {
        code: 'registration-blocked',
        kind: 'refused',
        next: ['Wait 15 to 30 minutes, then check and register the name anew.'],
        details,
        cause: error,
      },
    );
  const { code, kind, message } = error;
  const next = nextAfter(error);
  return new ZonewardError(`${message}. Nothing was bought.`, { code, kind, next, details, cause: error });
}

/** Codes that promise that nothing was written. */
const NOT_BOUGHT = new Set([
  'cloudflare-refused',
  'cloudflare-not-sent',
  'cloudflare-rate-limited',
  'cloudflare-not-found',
  'permission-missing',
  'credential-malformed',
  'credential-rejected',
]);

const ORDERED_ALREADY = /workflow already exists|duplicate domain name/i;

function nextAfter(error: ZonewardError): readonly string[] {
  const hints: readonly (readonly [RegExp, string])[] = [
    [
      /no registrant contact/i,
      'Give contacts with --contacts FILE, or set a default contact in the Cloudflare dashboard.',
    ],
    [/payment|billing/i, 'Set a default payment method in the billing page of the Cloudflare dashboard.'],
    [/agreement/i, 'Accept the registration agreement in the Cloudflare dashboard.'],
    [/domain limit/i, 'Ask Cloudflare to raise the number of domains of the account.'],
  ];
  const fitting = hints.filter(([text]) => text.test(error.message)).map(([, hint]) => hint);
  return [...fitting, ...error.next];
}

function refuseDifferent(standing: Purchase, order: PurchaseOrder, total: Money): void {
  const same =
    JSON.stringify([standing.order, standing.total]) ===
    JSON.stringify([{ ...standing.order, ...order }, total]);
  if (same) return;
  throw new ZonewardError(
    `${toUnicode(standing.domain)} was approved, or waits to be, on other terms or for another price.`,
    {
      code: 'purchase-differs',
      kind: 'conflict',
      next: [`zoneward domains cancel ${standing.id}`, 'then register it anew'],
      details: { purchaseId: standing.id, total: standing.total },
    },
  );
}

function underWay(domain: Purchase['domain']): ZonewardError {
  return new ZonewardError(
    `A registration of ${toUnicode(domain)} is under way in this account; not by this order.`,
    {
      code: 'purchase-under-way',
      kind: 'conflict',
      next: ['Wait until it has ended.'],
    },
  );
}

function stale(purchase: Purchase): ZonewardError {
  return new ZonewardError(
    `The price of ${toUnicode(purchase.domain)} is older than five minutes. Nothing was bought.`,
    {
      code: 'check-stale',
      kind: 'conflict',
      next: ['Register it again: the price is asked for anew.'],
    },
  );
}
