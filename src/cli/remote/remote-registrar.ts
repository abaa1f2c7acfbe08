/** Registrations of a tenant behind a server. The server buys and follows; here is asked again until the time is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Purchase, ZonewardError } from '../../app/re-exports.ts';
import type { RegistrarTarget, TenantRegistrar } from '../../app/tenant-registrar.ts';
import type * as api from '../../client/index.ts';
import type { Client } from '../../client/index.ts';
import { asked } from './remote-error.ts';
import { milliseconds } from './remote-models.ts';

const WAIT_MS = 60_000;
const LOOK_FIRST_MS = 1_000;
const LOOK_MAX_MS = 15_000;

export function remoteRegistrar(client: Client): TenantRegistrar {
  const followed = (purchase: api.Purchase, options: { waitMs: number; signal?: AbortSignal }) =>
    follow(client, purchase, options);
  return {
    ...remoteHoldings(client),
    register: async (domain, input = {}) => {
      const { signal, waitMs = WAIT_MS, ...order } = input;
      const body = { domain, ...(order as Omit<api.DomainOrder, 'domain'>) };
      const begun = await asked(client.registerDomain({ body }, signalOf(signal)));
      return followed(begun, { waitMs, ...signalOf(signal) });
    },
    status: async (name, { waitMs = 0, signal } = {}) => {
      const [latest] = (await asked(client.listPurchases({ query: { domain: name, limit: 1 } }))).items;
      if (latest === undefined) throw noPurchase(name);
      return followed(await asked(client.followPurchase({ id: latest.id })), {
        waitMs,
        ...signalOf(signal),
      });
    },
    transferCheck: async (names, { connection } = {}) => {
      const domains = names.map(({ domain, authCode }) => ({
        domain,
        ...(authCode === undefined ? {} : { authCode: authCode.reveal() }),
      }));
      const body = { domains, ...(connection === undefined ? {} : { connection }) };
      const { items } = await asked(client.checkTransfers({ body }));
      return items.map(({ message: _, next: __, ...offer }) => offer) as never;
    },
    transfer: async (domain, input = {}) => {
      const { signal, waitMs = WAIT_MS, authCode, sandbox: _, acknowledgements: __, ...order } = input;
      const body = {
        domain,
        ...(order as Omit<api.NewTransfer, 'domain'>),
        ...(authCode === undefined ? {} : { authCode: authCode.reveal() }),
      };
      const begun = await asked(client.startTransfer({ body }, signalOf(signal)));
      return followed(begun, { waitMs, ...signalOf(signal) });
    },
    purchases: async (filter = {}, limit) => {
      const query = { ...filter, ...(limit === undefined ? {} : { limit }) };
      return (await asked(client.listPurchases({ query }))).items.map(purchaseOf);
    },
    purchase: async (id) => purchaseOf(await asked(client.getPurchase({ id }))),
    approve: async (id) => purchaseOf(await asked(client.approvePurchase({ id }))),
    cancel: async (id) => purchaseOf(await asked(client.cancelPurchase({ id }))),
    spendLimit: async () => {
      const { monthly } = await asked(client.getSpendLimit({}));
      return monthly === null ? null : { monthly };
    },
    setSpendLimit: async (limit) => {
      await asked(client.setSpendLimit({ body: { monthly: limit === null ? null : { ...limit.monthly } } }));
    },
  };
}

type Holdings = Pick<
  TenantRegistrar,
  'search' | 'check' | 'list' | 'mirrored' | 'show' | 'setAutoRenew' | 'extensions' | 'extension' | 'calendar'
>;

/** What is there, and what can be had. */
function remoteHoldings(client: Client): Holdings {
  const mirrored: Holdings['mirrored'] = async ({ refresh, ...target } = {}) => {
    const query = { ...placeOf(target), ...(refresh === true ? { refresh } : {}) };
    const { items, readAt } = await asked(client.listDomains({ query }));
    return { registrations: items as never, readAt: Date.parse(readAt) };
  };
  return {
    mirrored,
    search: async (text, { limit, extensions, ...target } = {}) => {
      const query = {
        ...placeOf(target),
        text,
        ...(limit === undefined ? {} : { limit }),
        ...(extensions === undefined ? {} : { extensions: extensions.join(',') }),
      };
      return (await asked(client.searchDomains({ query }))).items as never;
    },
    check: async (names, target = {}) => {
      const query = { ...placeOf(target), names: names.join(',') };
      return (await asked(client.checkDomains({ query }))).items as never;
    },
    list: async (target) => (await mirrored(target)).registrations,
    show: async (domain, target = {}) =>
      (await asked(client.getDomain({ domain, query: placeOf(target) }))) as never,
    setAutoRenew: async (domain, autoRenew, target = {}) => {
      const query = placeOf(target);
      const before = await asked(client.getDomain({ domain, query }));
      const registration = await asked(client.setAutoRenew({ domain, query, body: { autoRenew } }));
      return { registration: registration as never, changed: before.autoRenew !== autoRenew };
    },
    extensions: async (target = {}) =>
      (await asked(client.listExtensions({ query: placeOf(target) }))).items as never,
    extension: async (name, target = {}) => {
      const extension = name.replace(/^\./, '');
      return (await asked(client.getExtension({ extension, query: placeOf(target) }))) as never;
    },
    calendar: async (target = {}) => {
      const query = placeOf(target);
      const { items } = await asked(client.domainCalendar({ query }));
      return { entries: items as never, iCalendar: await asked(client.domainICalendar({ query })) };
    },
  };
}

/** Looks until it stops moving or the time is up. */
async function follow(
  client: Client,
  begun: api.Purchase,
  { waitMs, signal }: { readonly waitMs: number; readonly signal?: AbortSignal },
): Promise<Purchase> {
  const until = Date.now() + waitMs;
  let current = begun;
  for (let pauseMs = LOOK_FIRST_MS; ; pauseMs = Math.min(LOOK_MAX_MS, pauseMs * 2)) {
    const moves = current.state === 'running' || current.state === 'sent';
    if (!moves || isAborted(signal) || Date.now() + pauseMs > until) return purchaseOf(current);
    // Who stops waiting still hears where it stands: what was sent stays sent.
    await sleep(pauseMs, undefined, signalOf(signal)).catch(() => {});
    if (!isAborted(signal)) current = await asked(client.followPurchase({ id: current.id }));
  }
}

export function purchaseOf(view: api.Purchase): Purchase {
  const { registrar, kind, years, autoRenew, privacyMode, contactsGiven, acknowledgements, ...rest } = view;
  return {
    ...rest,
    namespace: registrar,
    ...(kind === 'transfer' ? { kind } : {}),
    // Contacts never leave the server: only that they were given.
    order: {
      years,
      autoRenew,
      privacyMode,
      contacts: contactsGiven ? {} : null,
      contactExtensions: null,
      acknowledgements,
    },
    checkedAt: Date.parse(view.checkedAt),
    approval: {
      required: view.approval.required,
      grant:
        view.approval.grant === null
          ? null
          : {
              by: view.approval.grant.by,
              at: Date.parse(view.approval.grant.at),
              expiresAt: Date.parse(view.approval.grant.expiresAt),
            },
    },
    sentAt: milliseconds(view.sentAt),
    createdAt: Date.parse(view.createdAt),
    finishedAt: milliseconds(view.finishedAt),
    dueAt: milliseconds(view.dueAt),
    // Brands are given here, at the border.
  } as unknown as Purchase;
}

function placeOf({ connection, sandbox }: RegistrarTarget): { connection?: string; sandbox?: boolean } {
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(sandbox === undefined ? {} : { sandbox }),
  };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function signalOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function noPurchase(name: string): ZonewardError {
  return new ZonewardError(`There is no purchase ${name}`, {
    code: 'purchase-unknown',
    kind: 'not-found',
    next: ['zoneward domains purchases'],
  });
}
