/** Registrations, offers and purchases, for people and for programs. */
import {
  contactsGiven,
  type DomainOffer,
  type ExpiryEntry,
  explainOffer,
  explainTransfer,
  formatMoney,
  hasPurchaseEnded,
  type Purchase,
  type Registration,
  type TransferOffer,
  toUnicode,
} from '../../app/re-exports.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Output } from '../output/output.ts';
import { isoTime, timeWithAge, utcTime } from '../output/time.ts';
import { nextSteps } from './connection.ts';

export function offerJson(offer: DomainOffer): Record<string, unknown> {
  const why = explainOffer(offer);
  return { ...offer, message: why?.message ?? null, next: why === null ? [] : [why.next] };
}

export function formatOffers(out: Output, offers: readonly DomainOffer[]): string {
  if (offers.length === 0) return 'Nothing was found.\n';
  return out.table(
    [
      { title: 'NAME', cell: ({ name }) => toUnicode(name) },
      { title: '', cell: ({ registrable }) => (registrable ? 'free' : 'no') },
      { title: 'FIRST YEAR', cell: (offer) => costOf(offer, 'registration'), align: 'right' },
      { title: 'THEN', cell: (offer) => costOf(offer, 'renewal'), align: 'right' },
      { title: 'TIER', cell: ({ tier }) => tier ?? '' },
      { title: 'WHY NOT', cell: (offer) => explainOffer(offer)?.message ?? '', shrinksTo: 20 },
    ],
    offers,
  );
}

function costOf({ price }: DomainOffer, which: 'registration' | 'renewal'): string {
  return price === null ? '' : formatMoney({ amount: price[which], currency: price.currency });
}

export function transferJson(offer: TransferOffer): Record<string, unknown> {
  const why = explainTransfer(offer);
  return { ...offer, message: why?.message ?? null, next: why?.next ?? [] };
}

export function formatTransferOffers(out: Output, offers: readonly TransferOffer[]): string {
  const money = (amount: string | undefined, offer: TransferOffer): string =>
    amount === undefined ? '' : formatMoney({ amount, currency: offer.price?.currency ?? '' });
  const table = out.table(
    [
      { title: 'NAME', cell: ({ name }) => toUnicode(name) },
      { title: '', cell: ({ transferable }) => (transferable ? 'can come' : 'no') },
      { title: 'TRANSFER', cell: (offer) => money(offer.price?.transfer, offer), align: 'right' },
      { title: 'THEN', cell: (offer) => money(offer.price?.renewal, offer), align: 'right' },
      { title: 'WHY NOT', cell: (offer) => explainTransfer(offer)?.message ?? '', shrinksTo: 20 },
    ],
    offers,
  );
  const steps = offers.flatMap((offer) => explainTransfer(offer)?.next ?? []);
  return `${table}${nextSteps(out, [...new Set(steps)])}`;
}

/** Tells where a purchase stands. @returns its exit code. */
export function tellPurchase(out: Output, purchase: Purchase): ExitCode {
  out.result({ json: () => purchaseJson(purchase), text: () => formatPurchase(out, purchase) });
  return purchaseExit(purchase);
}

export function formatRegistrations(
  out: Output,
  { registrations, readAt }: { readonly registrations: readonly Registration[]; readonly readAt: number },
): string {
  if (registrations.length === 0) return 'The account holds no registrations.\n';
  const table = out.table(
    [
      { title: 'DOMAIN', cell: ({ domain }) => toUnicode(domain) },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'EXPIRES', cell: ({ expiresAt }) => expiresAt?.slice(0, 10) ?? '' },
      { title: 'AUTO-RENEW', cell: ({ autoRenew }) => (autoRenew ? 'on' : 'off') },
      { title: 'LOCKED', cell: ({ locked }) => (locked ? 'yes' : 'no'), hiddenBelow: 70 },
      { title: 'PRIVACY', cell: ({ privacyMode }) => privacyMode ?? '', hiddenBelow: 80 },
    ],
    registrations,
  );
  return `${table}${out.paint.dim(`Read ${timeWithAge(readAt, out.now())}.`)}\n`;
}

/** What the API has no call for, so that nobody looks for a command. */
export const DASHBOARD_ONLY =
  'Renewing on demand, contacts, lock, privacy and transfer out are in the Cloudflare dashboard only: the API has no call for them.';

export function formatRegistration(out: Output, registration: Registration): string {
  const { domain, status, createdAt, expiresAt, autoRenew, locked, privacyMode } = registration;
  const facts = out.facts([
    ['status', status],
    ['registered', createdAt],
    ['expires', expiresAt],
    ['auto-renew', autoRenew ? 'on; may charge from 30 days before the expiry' : 'off'],
    ['locked', locked ? 'yes' : 'no'],
    ['privacy', privacyMode],
  ]);
  return `${out.paint.bold(toUnicode(domain))}\n${facts}${out.paint.dim(DASHBOARD_ONLY)}\n`;
}

export function purchaseJson(purchase: Purchase): Record<string, unknown> {
  const { order, tenantId: _, version: __, workflowBefore: ___, missedAt: ____, ...rest } = purchase;
  const { contacts: _____, contactExtensions: ______, ...terms } = order;
  return {
    ...rest,
    order: { ...terms, contactsGiven: contactsGiven(purchase) },
    checkedAt: isoTime(purchase.checkedAt),
    sentAt: isoTime(purchase.sentAt),
    dueAt: isoTime(purchase.dueAt),
    createdAt: isoTime(purchase.createdAt),
    finishedAt: isoTime(purchase.finishedAt),
  };
}

export function formatPurchase(out: Output, purchase: Purchase): string {
  const { green, yellow, red, bold } = out.paint;
  const mark =
    purchase.state === 'registered' ? green('✓') : hasPurchaseEnded(purchase) ? red('✗') : yellow('…');
  const facts = out.facts([
    ['purchase', purchase.id],
    ['state', purchase.state],
    [
      'price',
      purchase.kind === 'transfer'
        ? `${formatMoney(purchase.total)} for the transfer`
        : `${formatMoney(purchase.total)} for ${purchase.order.years} ${purchase.order.years === 1 ? 'year' : 'years'}`,
    ],
    ['looks again', purchase.dueAt === null ? null : utcTime(purchase.dueAt)],
  ]);
  return `${mark} ${bold(toUnicode(purchase.domain))}: ${purchase.reason}\n${facts}${nextSteps(out, purchase.next)}`;
}

export function formatPurchases(out: Output, purchases: readonly Purchase[]): string {
  if (purchases.length === 0) return 'Nothing was bought yet.\n';
  return out.table(
    [
      { title: 'PURCHASE', cell: ({ id }) => id },
      { title: 'DOMAIN', cell: ({ domain }) => toUnicode(domain) },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'PRICE', cell: ({ total }) => formatMoney(total), align: 'right' },
      { title: 'BEGUN', cell: ({ createdAt }) => utcTime(createdAt) },
    ],
    purchases,
  );
}

/** What a script sees of a purchase. */
export function purchaseExit({ state }: Purchase): ExitCode {
  switch (state) {
    case 'registered':
    case 'cancelled':
    case 'approved':
      return EXIT.done;
    case 'planned':
      return EXIT.credentials;
    case 'running':
    case 'blocked':
      return EXIT.temporary;
    case 'sent':
    case 'action-required':
      return EXIT.partial;
    case 'failed':
    case 'refused':
    case 'not-bought':
      return EXIT.failed;
    default:
      return state satisfies never;
  }
}

export function formatCalendar(out: Output, entries: readonly ExpiryEntry[]): string {
  if (entries.length === 0) return 'No registration has an expiry.\n';
  return out.table(
    [
      { title: 'EXPIRES', cell: ({ expiresAt }) => expiresAt.slice(0, 10) },
      { title: 'DAYS', cell: ({ daysLeft }) => String(daysLeft), align: 'right' },
      { title: 'DOMAIN', cell: ({ domain }) => toUnicode(domain) },
      { title: 'AUTO-RENEW', cell: ({ autoRenew }) => (autoRenew ? 'on' : 'off') },
      { title: 'MAY CHARGE FROM', cell: ({ chargesFrom }) => chargesFrom?.slice(0, 10) ?? '' },
      { title: 'NEXT', cell: ({ next }) => next[0] ?? '', shrinksTo: 20 },
    ],
    entries,
  );
}
