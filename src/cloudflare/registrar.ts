/**
 * Cloudflare's registrar (cloudflare-api §7): wire shapes in, ours out (`Registrar`; its contract stands there). The
 * registrar's own sandbox has the same routes below another prefix; a `RegistrarPlace` says which.
 *
 * A missing permission and a wrong input both carry code 10000; the status and the text tell them apart
 * (`errors.ts`): 403 is the permission, 4xx with a pointer the input, "not found" texts are no error here but null.
 */
import { isZonewardError, ZonewardError } from '../base/errors.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import type { Secret } from '../base/secret.ts';
import { type DomainName, parseName } from '../dns/name.ts';
import type { CallOptions } from '../domains/cloudflare-call.ts';
import type {
  DomainOffer,
  Extension,
  PurchaseOrder,
  Registration,
  TransferOffer,
  Workflow,
} from '../domains/registrar/model.ts';
import type { Registrar, RegistrarPlace } from '../domains/registrar/ports.ts';
import type { Api } from './api.ts';
import { isObject } from './envelope.ts';

export const REGISTRATIONS_PER_PAGE = 50;
/** More pages than an account can fill. */
const PAGES_MAX = 1_000;

export function createRegistrar(api: Api): Registrar {
  return {
    search: async (place, { text, limit, extensions }, options) => {
      const query = {
        q: text,
        limit,
        ...(extensions === undefined ? {} : { extensions: extensions.join(',') }),
      };
      const { result } = await api.call(
        `GET ${prefixOf(place)}/domain-search`,
        paramsOf(place),
        { query },
        options,
      );
      return offersOf(result);
    },
    check: async (place, names, options) => {
      const request = { body: { domains: [...names] } };
      const { result } = await api.call(
        `POST ${prefixOf(place)}/domain-check`,
        paramsOf(place),
        request,
        options,
      );
      return offersOf(result);
    },
    register: async (place, domain, order, options) => {
      // Asked to answer at once: the shorter the request, the rarer that nobody hears its answer.
      const request = { body: encodeOrder(domain, order), headers: { Prefer: 'respond-async' } };
      const { result } = await api.call(
        `POST ${prefixOf(place)}/registrations`,
        paramsOf(place),
        request,
        options,
      );
      return decodeWorkflow(result);
    },
    list: (place, options) => listRegistrations(api, place, options),
    get: async (place, domain, options) => {
      const route = `GET ${prefixOf(place)}/registrations/{domain_name}` as const;
      const found = await orNull(() =>
        api.call(route, { ...paramsOf(place), domain_name: domain }, {}, options),
      );
      return found === null ? null : decodeRegistration(found.result);
    },
    registrationStatus: async (place, domain, options) => {
      const route = `GET ${prefixOf(place)}/registrations/{domain_name}/registration-status` as const;
      const found = await orNull(() =>
        api.call(route, { ...paramsOf(place), domain_name: domain }, {}, options),
      );
      return found === null ? null : decodeWorkflow(found.result);
    },
    setAutoRenew: async (place, domain, autoRenew, options) => {
      const route = `PATCH ${prefixOf(place)}/registrations/{domain_name}` as const;
      const request = { body: { auto_renew: autoRenew } };
      const { result } = await api.call(route, { ...paramsOf(place), domain_name: domain }, request, options);
      return decodeWorkflow(result);
    },
    updateStatus: async (place, domain, options) => {
      const route = `GET ${prefixOf(place)}/registrations/{domain_name}/update-status` as const;
      const found = await orNull(() =>
        api.call(route, { ...paramsOf(place), domain_name: domain }, {}, options),
      );
      return found === null ? null : decodeWorkflow(found.result);
    },
    transferCheck: async (place, names, options) => {
      refuseSandbox(place);
      const domains = names.map(({ domain, authCode }) => ({
        domain_name: domain,
        ...(authCode === null ? {} : { auth_code: encodeCode(authCode) }),
      }));
      const route = 'POST /accounts/{account_id}/registrar/domain-transfer-check';
      const { result } = await api.call(route, paramsOf(place), { body: { domains } }, options);
      return transferOffersOf(result);
    },
    transferIn: async (place, domain, order, options) => {
      refuseSandbox(place);
      const { domain_name: _, years: __, ...body } = encodeOrder(domain, order);
      const code = order.authCode === null ? {} : { auth_code: encodeCode(order.authCode) };
      const request = { body: { ...body, ...code }, headers: { Prefer: 'respond-async' } };
      const route = 'POST /accounts/{account_id}/registrar/registrations/{domain_name}/transfer-in';
      const { result } = await api.call(route, { ...paramsOf(place), domain_name: domain }, request, options);
      return decodeWorkflow(result);
    },
    transferStatus: async (place, domain, options) => {
      refuseSandbox(place);
      const route = 'GET /accounts/{account_id}/registrar/registrations/{domain_name}/transfer-in-status';
      const found = await orNull(() =>
        api.call(route, { ...paramsOf(place), domain_name: domain }, {}, options),
      );
      return found === null ? null : decodeWorkflow(found.result);
    },
    extensions: (place, options) => listExtensions(api, place, options),
    extension: async (place, name, options) => {
      const route = `GET ${prefixOf(place)}/extensions/{extension}` as const;
      const found = await orNull(() => api.call(route, { ...paramsOf(place), extension: name }, {}, options));
      return found === null ? null : decodeExtension(found.result);
    },
  };
}

/** The only place where a code leaves its `Secret`: into the body of its own request. */
function encodeCode(code: Secret): string {
  return Buffer.from(code.reveal()).toString('base64');
}

function refuseSandbox({ namespace }: RegistrarPlace): void {
  if (namespace === 'live') return;
  throw new ZonewardError("The registrar's sandbox has no transfers; nothing was sent.", {
    code: 'transfer-not-in-sandbox',
    kind: 'input',
    next: ['Leave --registrar-sandbox and ZONEWARD_REGISTRAR out.'],
  });
}

type Prefix = '/accounts/{account_id}/registrar' | '/accounts/{account_id}/registrar-sandbox';

function prefixOf({ namespace }: RegistrarPlace): Prefix {
  return namespace === 'sandbox'
    ? '/accounts/{account_id}/registrar-sandbox'
    : '/accounts/{account_id}/registrar';
}

function paramsOf({ accountId }: RegistrarPlace): { account_id: string } {
  return { account_id: accountId };
}

async function orNull<Value>(read: () => Promise<Value>): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (isZonewardError(error) && isAbsence(error)) return null;
    throw error;
  }
}

function isAbsence(error: {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}): boolean {
  if (error.code === 'cloudflare-not-found') return true;
  const faults = (error.details['faults'] ?? []) as readonly { readonly message: string }[];
  const absent =
    /^(registration is not supported for this extension|tld not supported by the api|extension not found)/i;
  return error.code === 'cloudflare-refused' && faults.some(({ message }) => absent.test(message));
}

async function* listRegistrations(
  api: Api,
  place: RegistrarPlace,
  options: CallOptions,
): AsyncGenerator<readonly Registration[]> {
  const route = `GET ${prefixOf(place)}/registrations` as const;
  yield* walk(async (cursor) => {
    const query = { per_page: REGISTRATIONS_PER_PAGE, cursor };
    const { result, resultInfo } = await api.call(route, paramsOf(place), { query }, options);
    return { items: listOf(result).map(decodeRegistration), info: resultInfo };
  });
}

async function* listExtensions(
  api: Api,
  place: RegistrarPlace,
  options: CallOptions,
): AsyncGenerator<readonly Extension[]> {
  const route = `GET ${prefixOf(place)}/extensions` as const;
  yield* walk(async (cursor) => {
    const query = { per_page: REGISTRATIONS_PER_PAGE, cursor };
    const { result, resultInfo } = await api.call(route, paramsOf(place), { query }, options);
    return { items: listOf(result).map(decodeExtension), info: resultInfo };
  });
}

async function* walk<Item>(
  page: (cursor: string | null) => Promise<{ items: readonly Item[]; info: JsonObject | null }>,
): AsyncGenerator<readonly Item[]> {
  let cursor: string | null = null;
  for (let count = 0; count < PAGES_MAX; count += 1) {
    const { items, info }: { items: readonly Item[]; info: JsonObject | null } = await page(cursor);
    yield items;
    const next: JsonValue | undefined = info?.['cursor'];
    if (typeof next !== 'string' || next === '' || next === cursor) return;
    cursor = next;
  }
}

function encodeOrder(domain: DomainName, order: PurchaseOrder): JsonObject {
  const { years, autoRenew, privacyMode, contacts, contactExtensions, acknowledgements } = order;
  return {
    domain_name: domain,
    years,
    auto_renew: autoRenew,
    ...(privacyMode === null ? {} : { privacy_mode: privacyMode }),
    ...(contacts === null ? {} : { contacts }),
    ...(contactExtensions === null ? {} : { contact_extensions: contactExtensions }),
    ...(acknowledgements === null ? {} : { acknowledgements }),
  };
}

function offersOf(result: unknown): DomainOffer[] {
  const list = isObject(result as JsonValue) ? (result as JsonObject)['domains'] : null;
  return listOf(list).map((item) => {
    const json = objectOf(item);
    const tier = textOf(json['tier']);
    const registrable = json['registrable'] === true;
    return {
      name: nameOf(json['name']),
      registrable,
      price: priceOf(json['pricing']),
      tier: tier === 'premium' || tier === 'standard' ? tier : null,
      reason: textOf(json['reason']),
    };
  });
}

/** A map by domain; checks that did not work are left out of it. */
function transferOffersOf(result: unknown): TransferOffer[] {
  return Object.entries(objectOf(objectOf(result)['domains'])).map(([name, value]) => {
    const json = objectOf(value);
    const pricing = objectOf(json['pricing']);
    const [transfer, renewal, currency] = ['transfer_cost', 'renewal_cost', 'currency'].map((key) =>
      textOf(pricing[key]),
    );
    return {
      name: nameOf(name),
      transferable: json['transferable'] === true,
      price:
        typeof transfer === 'string' && typeof renewal === 'string' && typeof currency === 'string'
          ? { currency: currency.toUpperCase(), transfer, renewal }
          : null,
      reasons: listOf(json['reasons']).flatMap((reason) => textOf(objectOf(reason)['code']) ?? []),
    };
  });
}

/** Amounts as they came; whether they are plain decimals is judged where they are compared. */
function priceOf(value: JsonValue | undefined): DomainOffer['price'] {
  const json = objectOf(value);
  const registration = textOf(json['registration_cost']);
  const renewal = textOf(json['renewal_cost']);
  const currency = textOf(json['currency']);
  if (registration === null || renewal === null || currency === null) return null;
  return { currency: currency.toUpperCase(), registration, renewal };
}

function decodeRegistration(value: unknown): Registration {
  const json = objectOf(value);
  return {
    domain: nameOf(json['domain_name']),
    status: textOf(json['status']) ?? 'unknown',
    createdAt: textOf(json['created_at']),
    expiresAt: textOf(json['expires_at']),
    autoRenew: json['auto_renew'] === true,
    locked: json['locked'] === true,
    privacyMode: textOf(json['privacy_mode']),
  };
}

const STATES = ['pending', 'in_progress', 'action_required', 'blocked', 'succeeded', 'failed'] as const;

function decodeWorkflow(value: unknown): Workflow {
  const json = objectOf(value);
  const error = json['error'];
  return {
    // A state that we do not know counts as under way: it is looked at again, and nothing is sent.
    state: STATES.find((state) => state === json['state']) ?? 'in_progress',
    createdAt: textOf(json['created_at']) ?? '',
    updatedAt: textOf(json['updated_at']) ?? '',
    context: objectOf(json['context']),
    error: isObject(error)
      ? { code: textOf(error['code']) ?? 'unknown', message: textOf(error['message']) ?? '' }
      : null,
  };
}

function decodeExtension(value: unknown): Extension {
  const json = objectOf(value);
  const schema = isObject(json['registration_schema']) ? json['registration_schema'] : null;
  const years = objectOf(objectOf(schema?.['properties'])['years']);
  const [min, max] = [years['minimum'], years['maximum']];
  return {
    name: textOf(objectOf(json['metadata'])['name']) ?? '',
    yearsMin: typeof min === 'number' ? min : 1,
    yearsMax: typeof max === 'number' ? max : 10,
    registrationSchema: schema,
  };
}

function nameOf(value: JsonValue | undefined): DomainName {
  const text = textOf(value) ?? '';
  const parsed = parseName(text);
  return parsed.ok ? parsed.value : (text as DomainName);
}

function listOf(value: unknown): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function objectOf(value: unknown): JsonObject {
  return isObject(value as JsonValue) ? (value as JsonObject) : {};
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
