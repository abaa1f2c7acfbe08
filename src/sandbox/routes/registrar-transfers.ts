/** Transfers to the registrar (§7.1, October 2026): check, start, status. The registrar's sandbox has none. */
import type { RegistrarTransferCheckResponse } from 'cloudflare/resources/registrar/registrar';
import type { ApiMessage } from '../api-error.ts';
import { DAY_MS } from '../constants.ts';
import { dnssecStatus } from '../dns/dnssec.ts';
import type { Call, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { bookOf } from '../registrar/books.ts';
import { type DomainName, type Extension, extensionFor, parseDomain } from '../registrar/extensions.ts';
import { holderOf, isTaken, registryOf } from '../registrar/registry.ts';
import { type Place, startWorkflow } from '../registrar/workflows.ts';
import type { Zone } from '../state/zone.ts';
import { REGISTRAR_READ, REGISTRAR_WRITE } from './registrar-common.ts';
import {
  allChecksFailed,
  checkFailed,
  domainNameInvalid,
  noDomains,
  tooManyTransferChecks,
  transferRefused,
} from './registrar-errors.ts';
import {
  assertFree,
  assertMayBuy,
  placeOf,
  readBoolean,
  readContacts,
  readPrivacy,
  replyWorkflow,
  statusOf,
} from './registrations.ts';

const BASE = '/accounts/{account_id}/registrar';
const ITEM = `${BASE}/registrations/{domain}`;
const CHECKS_MAX = 10;
/** [U] What is left of a term at another registrar, when nothing was seeded. */
const FOREIGN_TERM_MS = 180 * DAY_MS;

export const transferRoutes: readonly Route[] = [
  { method: 'POST', path: `${BASE}/domain-transfer-check`, needs: REGISTRAR_READ, run: checkTransfers },
  {
    method: 'POST',
    path: `${ITEM}/transfer-in`,
    needs: REGISTRAR_WRITE,
    audit: { product: 'registrar', type: 'registrar.transfer', action: 'create' },
    run: (call) => transferIn(call, placeOf(call, 'live')),
  },
  {
    method: 'GET',
    path: `${ITEM}/transfer-in-status`,
    needs: REGISTRAR_READ,
    run: (call) => statusOf('transfer')(call, placeOf(call, 'live')),
  },
];

type Checked = RegistrarTransferCheckResponse['domains'][string];
type Reason = NonNullable<Checked['reasons']>[number]['code'];

/** A map by domain. Checks that did not work are errors beside it; when none worked, that is all there is. */
function checkTransfers(call: Call): Reply {
  const place = placeOf(call, 'live');
  const sent = call.jsonObject()['domains'];
  if (!Array.isArray(sent) || sent.length === 0) throw noDomains();
  if (sent.length > CHECKS_MAX) throw tooManyTransferChecks();
  const domains: Record<string, Checked> = {};
  const errors: ApiMessage[] = [];
  for (const [index, item] of (sent as unknown[]).entries()) {
    const { domain_name: name, auth_code: code } = (item ?? {}) as Readonly<Record<string, unknown>>;
    const shown = String(name);
    const domain = parseDomain(name);
    if (domain === undefined) domains[shown] = refused(shown, ['domain_unsupported']);
    else if (registryOf(place.world).foreign[domain.name]?.unreachable === true)
      errors.push(checkFailed(shown, index));
    else domains[domain.name] = checked(place, domain, code);
  }
  if (Object.keys(domains).length === 0) throw allChecksFailed(errors);
  const reply = ok({ domains } satisfies RegistrarTransferCheckResponse);
  return errors.length === 0
    ? reply
    : { ...reply, body: reply.body.replace('"errors":[]', `"errors":${JSON.stringify(errors)}`) };
}

function refused(name: string, reasons: readonly Reason[]): Checked {
  return { name, transferable: false, reasons: reasons.map((code) => ({ code })) };
}

function checked(place: Place, domain: DomainName, code: unknown): Checked {
  const extension = extensionFor(domain.extension, 'live');
  if (typeof extension === 'string') {
    const reason =
      extension === 'extension_disallows_registration' ? 'extension_disallows_transfer' : extension;
    return refused(domain.name, [reason]);
  }
  const reasons = reasonsAgainst(place, domain, { extension, code });
  if (reasons.length > 0) return refused(domain.name, reasons);
  return {
    name: domain.name,
    transferable: true,
    pricing: {
      currency: 'USD',
      renewal_cost: extension.renewalCost,
      transfer_cost: extension.transferCost,
    },
  };
}

/** Everything that stands in the way. A code is looked at only when one was sent. */
function reasonsAgainst(
  place: Place,
  domain: DomainName,
  sent: { readonly extension: Extension; readonly code: unknown },
): readonly Reason[] {
  const { world, account } = place;
  if (holderOf(world, domain.name, 'live') !== undefined) return ['domain_on_cloudflare'];
  if (!isTaken(world, domain, 'live')) return ['domain_not_exists'];
  const foreign = registryOf(world).foreign[domain.name] ?? {};
  const zone = world.zonesNamed(domain.name).find((known) => known.accountId === account.id);
  const reasons: Reason[] = [];
  if (foreign.locked === true) reasons.push('domain_locked');
  if (foreign.held === true) reasons.push('registry_status');
  if (foreign.recent === true) reasons.push('domain_outside_transfer_window');
  if (domain.label.includes('premium')) reasons.push('domain_premium');
  if (foreign.expiresOn !== undefined && isTermFull(world.clock.now(), foreign.expiresOn))
    reasons.push('domain_max_term');
  reasons.push(...zoneReasons(place, zone));
  const problem =
    sent.extension.transfersWithoutCode === true ? undefined : codeProblem(sent.code, foreign.authCode);
  if (problem !== undefined) reasons.push(problem);
  return reasons;
}

const TERM_YEARS_MAX = 10;

function isTermFull(now: number, expiresOn: string): boolean {
  return Date.parse(expiresOn) - now > (TERM_YEARS_MAX - 1) * 365 * DAY_MS;
}

function zoneReasons({ world }: Place, zone: Zone | undefined): readonly Reason[] {
  if (zone === undefined) return ['zone_not_found'];
  const status = dnssecStatus(world, zone);
  const isSigned = status !== null && status !== 'disabled';
  return [
    ...(isSigned ? (['dnssec_enabled'] as const) : []),
    ...(zone.fields.status === 'moved' || zone.fields.type !== 'full'
      ? (['zone_status_invalid'] as const)
      : []),
  ];
}

function codeProblem(code: unknown, wanted: string | undefined): Reason | undefined {
  if (code === undefined || code === null) return undefined;
  const isBase64 =
    typeof code === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(code);
  if (!isBase64 || code === '') return 'invalid_auth_code_format';
  const text = Buffer.from(code, 'base64').toString();
  return wanted === undefined || text === wanted ? undefined : 'invalid_auth_code';
}

function transferIn(call: Call, place: Place): Reply {
  const { world } = place;
  const body = (call.json() ?? {}) as Readonly<Record<string, unknown>>;
  const domain = parseDomain(call.param('domain'));
  if (domain === undefined) throw domainNameInvalid();
  const extension = extensionFor(domain.extension, 'live');
  if (typeof extension === 'string') throw transferRefused(extension, '/domain_name');
  const autoRenew = readBoolean(body, 'auto_renew') ?? false;
  const privacyMode = readPrivacy(body['privacy_mode']);
  const code = body['auth_code'];
  if (code === undefined && extension.transfersWithoutCode !== true) {
    throw transferRefused('auth_code is required', '/auth_code');
  }
  readContacts(body, place);
  assertFree(place, domain.name);
  const [reason] = reasonsAgainst(place, domain, { extension, code });
  if (reason !== undefined) {
    throw transferRefused(reason, reason.startsWith('invalid_auth') ? '/auth_code' : '/domain_name');
  }
  assertMayBuy(place);
  const expiresOn = registryOf(world).foreign[domain.name]?.expiresOn;
  const expiresAtMs = expiresOn === undefined ? world.clock.now() + FOREIGN_TERM_MS : Date.parse(expiresOn);
  bookOf(place.account, 'live').registrations.push({
    domain: domain.name,
    createdAtMs: null,
    expiresAtMs: null,
    requestedAt: world.clock.stamp(),
    pending: 'transfer',
    autoRenew,
    locked: true,
    privacyMode,
  });
  const order = {
    domain: domain.name,
    kind: 'transfer',
    years: 1,
    cost: extension.transferCost,
    expiresAtMs,
  } as const;
  const workflow = startWorkflow(place, order, false);
  return replyWorkflow(call, place, { workflow, statusDone: 202 });
}
