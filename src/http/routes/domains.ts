/** Names over HTTP: searched, priced, bought under guard, listed, kept. */
import { z } from '@hono/zod-openapi';
import type { PurchaseOrder } from '../../app/re-exports.ts';
import { reachAccount } from '../caller.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, flag, nameList, OWNER_DETAILS, PAGE } from '../inputs.ts';
import { isoTime } from '../shapes/common.ts';
import {
  expiryCalendarShape,
  extensionListShape,
  extensionShape,
  offerListShape,
  purchaseShape,
  purchaseView,
  registrationListShape,
  registrationShape,
} from '../shapes/domains.ts';

const tag = 'domains';
const NAMES_MAX = 100;
const EXTENSIONS_MAX = 50;
const SEARCH_MAX = 50;

const reference = z.string().min(1).max(255);
const domainParams = z.strictObject({ domain: reference });
const place = {
  connection: reference.optional(),
  sandbox: flag.optional().openapi({ description: "Cloudflare's own test registrar, which charges nothing" }),
};

/** At which of Cloudflare's registrars, through which connection. */
async function registrarOf(
  { caller, signal }: Call,
  asked: { readonly connection?: string | undefined; readonly sandbox?: boolean | undefined },
) {
  const { sandbox } = asked;
  const via = await reachAccount(caller, asked.connection);
  return { ...via, ...(sandbox === undefined ? {} : { sandbox }), signal };
}

const search = endpoint({
  method: 'get',
  path: '/v1/domains/search',
  operationId: 'searchDomains',
  tag,
  summary: 'Names that might be bought, by words. Prices are those of this moment.',
  scope: 'read',
  query: z.strictObject({
    ...place,
    text: z.string().min(1).max(253),
    extensions: nameList(EXTENSIONS_MAX).optional(),
    limit: PAGE.limit,
  }),
  answers: { status: 200, description: 'Offers', schema: offerListShape },
  handle: async (call, { query }) => {
    const { text, extensions, limit } = query;
    const items = await call.caller.tenant.registrar.search(text, {
      ...(await registrarOf(call, query)),
      limit: Math.min(limit, SEARCH_MAX),
      ...(extensions === undefined ? {} : { extensions }),
    });
    return json({ items });
  },
});

const check = endpoint({
  method: 'get',
  path: '/v1/domains/check',
  operationId: 'checkDomains',
  tag,
  summary: 'Whether names can be bought, and for how much',
  scope: 'read',
  query: z.strictObject({ ...place, names: nameList(NAMES_MAX) }),
  answers: { status: 200, description: 'Offers, in the order of the names', schema: offerListShape },
  handle: async (call, { query }) => {
    const target = await registrarOf(call, query);
    return json({ items: await call.caller.tenant.registrar.check(query.names, target) });
  },
});

const calendar = endpoint({
  method: 'get',
  path: '/v1/domains/calendar',
  operationId: 'domainCalendar',
  tag,
  summary: 'When registrations end or renew themselves, soonest first',
  scope: 'read',
  query: z.strictObject(place),
  answers: { status: 200, description: 'The calendar', schema: expiryCalendarShape },
  handle: async (call, { query }) => {
    const { entries } = await call.caller.tenant.registrar.calendar(await registrarOf(call, query));
    return json({ items: entries });
  },
});

const iCalendar = endpoint({
  method: 'get',
  path: '/v1/domains/calendar.ics',
  operationId: 'domainICalendar',
  tag,
  summary: 'The same as iCalendar (RFC 5545)',
  scope: 'read',
  query: z.strictObject(place),
  answers: { status: 200, description: 'The calendar', type: 'text/calendar' },
  handle: async (call, { query }) => {
    const { iCalendar: body } = await call.caller.tenant.registrar.calendar(await registrarOf(call, query));
    return { kind: 'text', type: 'text/calendar; charset=utf-8', body };
  },
});

const list = endpoint({
  method: 'get',
  path: '/v1/domains',
  operationId: 'listDomains',
  tag,
  summary: 'All registrations of an account, as they were last read; `refresh` reads them now',
  scope: 'read',
  query: z.strictObject({ ...place, refresh: flag.optional() }),
  answers: { status: 200, description: 'The registrations', schema: registrationListShape },
  handle: async (call, { query }) => {
    const target = { ...(await registrarOf(call, query)), refresh: query.refresh ?? false };
    const { registrations, readAt } = await call.caller.tenant.registrar.mirrored(target);
    return json({ items: registrations, readAt: isoTime(readAt) });
  },
});

const show = endpoint({
  method: 'get',
  path: '/v1/domains/{domain}',
  operationId: 'getDomain',
  tag,
  summary: 'One registration',
  scope: 'read',
  params: domainParams,
  query: z.strictObject(place),
  answers: { status: 200, description: 'The registration', schema: registrationShape },
  handle: async (call, { params, query }) =>
    json(await call.caller.tenant.registrar.show(params.domain, await registrarOf(call, query))),
});

const edit = endpoint({
  method: 'patch',
  path: '/v1/domains/{domain}',
  operationId: 'setAutoRenew',
  tag,
  summary: 'Switch auto-renewal on or off; on, it may charge up to 30 days before the expiry',
  scope: 'billing',
  params: domainParams,
  query: z.strictObject(place),
  body: z.strictObject({ autoRenew: z.boolean() }).openapi('DomainEdit'),
  answers: { status: 200, description: 'The registration as it is now', schema: registrationShape },
  handle: async (call, { params, query, body }) => {
    const target = await registrarOf(call, query);
    const { registrar } = call.caller.tenant;
    return json((await registrar.setAutoRenew(params.domain, body.autoRenew, target)).registration);
  },
});

const order = z
  .strictObject({
    domain: reference,
    confirmPrice: z
      .string()
      .max(24)
      .optional()
      .openapi({ description: 'The whole price for all years, as a person read it: `10.44`' }),
    years: z.int().min(1).max(10).optional(),
    autoRenew: z.boolean().optional(),
    privacyMode: z.enum(['redaction', 'off']).optional(),
    ...OWNER_DETAILS,
    connection: reference.optional(),
    sandbox: z.boolean().optional(),
  })
  .openapi('DomainOrder');

const register = endpoint({
  method: 'post',
  path: '/v1/domains',
  operationId: 'registerDomain',
  tag,
  summary: 'Buy a name once, under a confirmed price. Sent again, it goes on with what was begun.',
  scope: 'billing',
  body: order,
  answers: { status: 202, description: 'The purchase, as far as it is', schema: purchaseShape },
  handle: async (call, { body }) => {
    const { domain, confirmPrice, connection, sandbox, ...wish } = body;
    const target = await registrarOf(call, { connection, sandbox });
    const purchase = await call.caller.tenant.registrar.register(domain, {
      ...target,
      ...(defined(wish) as Partial<PurchaseOrder>),
      ...(confirmPrice === undefined ? {} : { confirmPrice }),
      // Whoever asks looks again; the worker follows it meanwhile.
      waitMs: 0,
    });
    return json(purchaseView(purchase), 202, { location: `/v1/purchases/${purchase.id}` });
  },
});

const extensions = endpoint({
  method: 'get',
  path: '/v1/extensions',
  operationId: 'listExtensions',
  tag,
  summary: 'Extensions that the API sells',
  scope: 'read',
  query: z.strictObject(place),
  answers: { status: 200, description: 'The extensions', schema: extensionListShape },
  handle: async (call, { query }) =>
    json({ items: await call.caller.tenant.registrar.extensions(await registrarOf(call, query)) }),
});

const extension = endpoint({
  method: 'get',
  path: '/v1/extensions/{extension}',
  operationId: 'getExtension',
  tag,
  summary: 'One extension, with what a registration takes',
  scope: 'read',
  params: z.strictObject({ extension: z.string().min(1).max(63) }),
  query: z.strictObject(place),
  answers: { status: 200, description: 'The extension', schema: extensionShape },
  handle: async (call, { params, query }) =>
    json(await call.caller.tenant.registrar.extension(params.extension, await registrarOf(call, query))),
});

export const DOMAIN_ENDPOINTS: readonly Endpoint[] = [
  search,
  check,
  calendar,
  iCalendar,
  list,
  show,
  edit,
  register,
  extensions,
  extension,
];
