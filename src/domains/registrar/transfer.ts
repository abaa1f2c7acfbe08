/** Transfers judged: whether a name can come in, what it costs, and what a person does when it cannot. */
import { isZonewardError, ZonewardError } from '../../base/errors.ts';
import type { Secret } from '../../base/secret.ts';
import { type DomainName, toUnicode } from '../../dns/name.ts';
import { type Money, parseAmount } from '../../plan/money.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import type { TransferOffer } from './model.ts';
import type { Registrar, RegistrarPlace } from './ports.ts';

/** Names in one question to the registrar (cloudflare-api §7.1). */
export const TRANSFERS_PER_CHECK = 10;

/** Checks any number of names. One whose check did not work comes back with the reason `check_failed`. */
export async function checkTransfers(
  ports: { readonly registrar: Registrar },
  place: RegistrarPlace,
  names: readonly { readonly domain: DomainName; readonly authCode: Secret | null }[],
  options: CallOptions,
): Promise<readonly TransferOffer[]> {
  const offers: TransferOffer[] = [];
  for (let at = 0; at < names.length; at += TRANSFERS_PER_CHECK) {
    const asked = names.slice(at, at + TRANSFERS_PER_CHECK);
    const answered = await ports.registrar.transferCheck(place, asked, options).catch(nobodyAnswered);
    const byName = new Map(answered.map((offer) => [offer.name, offer]));
    offers.push(...asked.map(({ domain }) => byName.get(domain) ?? checkFailed(domain)));
  }
  return offers;
}

/** A check changes nothing, so one without an answer has failed and no more. */
function nobodyAnswered(error: unknown): readonly TransferOffer[] {
  if (isZonewardError(error) && error.code === 'cloudflare-unanswered') return [];
  throw error;
}

function checkFailed(name: DomainName): TransferOffer {
  return { name, transferable: false, price: null, reasons: ['check_failed'] };
}

const LATER = 'Wait, then check again.';
const REASONS: Readonly<Record<string, readonly [message: string, next: string]>> = {
  extension_not_supported_via_api: [
    'has an extension that the API does not take in',
    'Transfer it in the Cloudflare dashboard.',
  ],
  extension_not_supported: [
    'has an extension that Cloudflare does not sell',
    'Leave it where it is: zoneward provision DOMAIN',
  ],
  extension_disallows_transfer: ['has an extension that takes no transfers now', LATER],
  domain_premium: [
    'is a premium name, which the API does not transfer',
    'Transfer it in the Cloudflare dashboard.',
  ],
  domain_not_exists: ['is not registered', 'Register it: zoneward domains register NAME'],
  domain_on_cloudflare: ['is at Cloudflare already', 'zoneward domains show NAME'],
  domain_locked: ['is locked at its registrar', 'Unlock it there, then check again.'],
  registry_status: ['is held by its registry', 'Ask its registrar what holds it.'],
  domain_outside_transfer_window: ['was registered or moved less than 60 days ago', LATER],
  domain_max_term: ['is paid for as long as its registry allows', LATER],
  invalid_auth_code: ['does not take this code', 'Ask its registrar for a new code.'],
  invalid_auth_code_format: [
    'does not take a code of this form',
    'Copy the code again, without spaces around it.',
  ],
  dnssec_enabled: [
    'has DNSSEC on at Cloudflare, which must be off during a transfer',
    'zoneward tls dnssec NAME disable',
  ],
  zone_not_found: ['has no zone in the account, which a transfer needs', 'zoneward zones create NAME'],
  zone_status_invalid: ['has a zone that cannot be transferred to as it is', 'zoneward zones show NAME'],
  invalid_zone_plan: [
    'has a zone whose plan takes no transfers',
    'Look at its plan in the Cloudflare dashboard.',
  ],
  domain_unsupported: ['is no name that can be transferred', 'Check the spelling.'],
  check_failed: ['could not be checked: its registry did not answer', LATER],
};

/** Why a name cannot come in, and what to do about each reason; null when it can. */
export function explainTransfer(
  offer: TransferOffer,
): { readonly message: string; readonly next: readonly string[] } | null {
  if (offer.transferable) return null;
  const shown = toUnicode(offer.name);
  const reasons = offer.reasons.map(
    (reason) => REASONS[reason] ?? ([`cannot be transferred (${reason})`, LATER] as const),
  );
  const [first = ['cannot be transferred; no reason is given', LATER] as const, ...rest] = reasons;
  return {
    message: `${shown} ${[first, ...rest].map(([message]) => message).join(', and ')}.`,
    next: [...new Set([first, ...rest].map(([, next]) => next.replace('NAME', shown)))],
  };
}

/** Throws `domain-not-transferable` or `price-missing` (refused). @returns what the transfer costs. */
export function transferTotal(offer: TransferOffer): Money {
  const why = explainTransfer(offer);
  if (why !== null)
    throw new ZonewardError(`${why.message} Nothing was begun.`, {
      code: 'domain-not-transferable',
      kind: 'refused',
      next: why.next,
      details: { domain: offer.name, reasons: offer.reasons },
    });
  const { price, name } = offer;
  if (price === null || parseAmount(price.transfer) === null)
    throw new ZonewardError(`Cloudflare names no price for ${toUnicode(name)}; nothing was begun.`, {
      code: 'price-missing',
      kind: 'refused',
      next: ['Transfer it in the Cloudflare dashboard.'],
      details: { domain: name },
    });
  return { amount: price.transfer, currency: price.currency };
}
