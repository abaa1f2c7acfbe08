/** Offers judged: whether a name can be bought, what it costs in all, and what a person does when it cannot. */
import { ZonewardError } from '../../base/errors.ts';
import { InvalidInputError } from '../../base/problem.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import { parseRegistrable, type RegistrableName } from '../../dns/registrable-name.ts';
import {
  addAmounts,
  compareAmounts,
  costOfYears,
  formatMoney,
  type Money,
  parseAmount,
} from '../../plan/money.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { DomainOffer, Purchase, SpendLimit } from './model.ts';
import { countsAsSpent } from './model.ts';
import type { Admit, Registrar, RegistrarPlace } from './ports.ts';

/** A price older than this confirms nothing. */
export const CHECK_FRESH_MS = 300_000;
/** Names in one question to the registrar (cloudflare-api §7.1). */
export const NAMES_PER_CHECK = 20;

/** Throws `InvalidInputError` for a subdomain, an extension alone, a name that cannot be. */
export function readRegistrable(text: string): RegistrableName {
  const parsed = parseRegistrable(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidInputError(`${text} is not the name of a domain; nothing was sent.`, parsed.problems);
}

/** Checks any number of names. One that Cloudflare leaves out of its answer comes back as not registrable. */
export async function checkNames(
  ports: { readonly registrar: Registrar },
  place: RegistrarPlace,
  names: readonly DomainName[],
  options: CallOptions,
): Promise<readonly DomainOffer[]> {
  const offers: DomainOffer[] = [];
  for (let at = 0; at < names.length; at += NAMES_PER_CHECK) {
    const asked = names.slice(at, at + NAMES_PER_CHECK);
    const answered = await ports.registrar.check(place, asked, options);
    const byName = new Map(answered.map((offer) => [offer.name, offer]));
    offers.push(...asked.map((name) => byName.get(name) ?? leftOut(name)));
  }
  return offers;
}

function leftOut(name: DomainName): DomainOffer {
  return { name, registrable: false, price: null, tier: null, reason: 'left_out' };
}

const REASONS: Readonly<Record<string, readonly [message: string, next: string]>> = {
  domain_premium: [
    'is a premium name, which the API does not sell',
    'Buy it in the Cloudflare dashboard, or take another name.',
  ],
  domain_unavailable: ['is taken', 'zoneward domains search WORDS'],
  extension_not_supported_via_api: [
    'has an extension that is sold in the dashboard only',
    'Buy it in the Cloudflare dashboard.',
  ],
  extension_not_supported: [
    'has an extension that Cloudflare does not sell',
    'Register it elsewhere, then: zoneward provision DOMAIN',
  ],
  extension_disallows_registration: [
    'has an extension whose registry takes no registrations now',
    'Take another extension.',
  ],
  left_out: ['was left out of the answer: Cloudflare takes it for malformed', 'Check the spelling.'],
};

/** Why a name cannot be bought, and what to do; null when it can. */
export function explainOffer(offer: DomainOffer): { readonly message: string; readonly next: string } | null {
  if (offer.registrable) return null;
  const [message, next] = REASONS[offer.reason ?? ''] ?? [
    `cannot be registered (${offer.reason ?? 'no reason given'})`,
    'Take another name.',
  ];
  return { message: `${toUnicode(offer.name)} ${message}.`, next };
}

/** Throws `domain-not-registrable` or `price-missing`. @returns what so many years cost in all. */
export function totalOf(offer: DomainOffer, years: number): Money {
  const why = explainOffer(offer) ?? premium(offer);
  if (why !== null) {
    throw new ZonewardError(`${why.message} Nothing was bought.`, {
      code: 'domain-not-registrable',
      kind: 'refused',
      next: [why.next],
      details: { domain: offer.name, reason: offer.reason, tier: offer.tier },
    });
  }
  const { price, name } = offer;
  if (price === null || parseAmount(price.registration) === null || parseAmount(price.renewal) === null) {
    throw new ZonewardError(`Cloudflare names no price for ${toUnicode(name)}; nothing was bought.`, {
      code: 'price-missing',
      kind: 'refused',
      next: ['Buy it in the Cloudflare dashboard.'],
      details: { domain: name },
    });
  }
  return { amount: costOfYears(price, years), currency: price.currency };
}

/** Registrable by the answer's word, and premium all the same: the API is documented not to sell those. */
function premium(offer: DomainOffer): ReturnType<typeof explainOffer> {
  return offer.tier === 'premium'
    ? explainOffer({ ...offer, registrable: false, reason: 'domain_premium' })
    : null;
}

type PurchasedName = Pick<Purchase, 'domain'> & { readonly kind?: Purchase['kind'] | undefined };

/** The command that orders it, or goes on with it. */
export function orderCommand({ domain, kind }: PurchasedName): string {
  return `zoneward domains ${kind === 'transfer' ? 'transfer start' : 'register'} ${toUnicode(domain)}`;
}

/** Throws `price-unconfirmed` without a confirmation, `price-changed` when it is not exactly the price. */
export function refuseUnconfirmed(
  { domain, kind }: PurchasedName,
  total: Money,
  confirmed: string | null,
): void {
  const shown = toUnicode(domain);
  const again = `${orderCommand({ domain, kind })} --confirm-price ${total.amount}`;
  const details = { domain, total, confirmed };
  if (confirmed === null) {
    throw new ZonewardError(
      `${shown} costs ${formatMoney(total)}, charged at once and not refundable. Nothing was bought.`,
      { code: 'price-unconfirmed', kind: 'conflict', next: [again], details },
    );
  }
  if (parseAmount(confirmed) === null) {
    throw new ZonewardError(`"${confirmed}" is no amount.`, {
      code: 'amount-invalid',
      kind: 'input',
      next: [`Write it with a point: ${total.amount}`],
      details,
    });
  }
  if (compareAmounts(confirmed, total.amount) !== 0) {
    throw new ZonewardError(
      `${shown} costs ${formatMoney(total)} now, not ${confirmed}. Nothing was bought.`,
      { code: 'price-changed', kind: 'conflict', next: [again], details },
    );
  }
}

/** Judges a purchase by what else was spent in its month. Throws `spend-limit-*` (conflict). */
export function admitWithin(limit: SpendLimit | null, purchase: Purchase): Admit | null {
  if (purchase.namespace === 'sandbox') return null;
  return (spent) => {
    const { total } = purchase;
    if (limit === null)
      throw overspent('spend-limit-missing', 'No spend limit is set, so nothing may be bought', total);
    const { amount, currency } = limit.monthly;
    const others = spent.filter(countsAsSpent);
    const foreign = [...others, purchase].find((one) => one.total.currency !== currency);
    if (foreign !== undefined) {
      const what = `The spend limit is in ${currency}, and ${toUnicode(foreign.domain)} costs ${foreign.total.currency}`;
      throw overspent('spend-limit-currency', what, { ...total, currency: foreign.total.currency });
    }
    const already = others.reduce((sum, one) => addTo(sum, one), '0');
    const all = addTo(already, purchase);
    if (compareAmounts(all, amount) <= 0) return;
    const what = `The limit of ${amount} ${currency} a month does not allow ${total.amount}: ${already} is spent`;
    throw overspent('spend-limit-exceeded', what, { amount: all, currency });
  };
}

function addTo(sum: string, { total }: Purchase): string {
  return addAmounts(sum, total.amount);
}

function overspent(code: string, what: string, needed: Money): ZonewardError {
  return new ZonewardError(`${what}. Nothing was bought.`, {
    code,
    kind: 'conflict',
    next: [`zoneward domains limit --monthly ${needed.amount} --currency ${needed.currency}`],
    details: { needed },
  });
}
