/** Purchases of names over HTTP, and what a tenant may spend on them. */
import { z } from '@hono/zod-openapi';
import type { Purchase, PurchaseId } from '../../app/re-exports.ts';
import { requireUnlimited, seesConnection } from '../caller.ts';
import { formatCursor, parseCursor, textAt } from '../cursor.ts';
import { requireMatch } from '../dispatch.ts';
import { type Call, type Endpoint, endpoint, json } from '../endpoint.ts';
import { flag, idParams, PAGE } from '../inputs.ts';
import { HttpError } from '../problem.ts';
import { purchaseListShape, purchaseShape, purchaseView, spendLimitShape } from '../shapes/domains.ts';

const tag = 'purchases';

async function findPurchase({ caller }: Call, id: string): Promise<Purchase> {
  const purchase = await caller.tenant.registrar.purchase(id as PurchaseId);
  const { zoneIds, namePatterns } = caller.key.reach;
  if (zoneIds === null && namePatterns === null && seesConnection(caller, { id: purchase.connectionId }))
    return purchase;
  throw new HttpError(404, 'purchase-unknown', 'There is no such purchase.');
}

const list = endpoint({
  method: 'get',
  path: '/v1/purchases',
  operationId: 'listPurchases',
  tag,
  summary: 'Purchases, newest first',
  scope: 'read',
  query: z.strictObject({
    ...PAGE,
    domain: z.string().min(1).max(255).optional(),
    open: flag.optional().openapi({ description: 'Those that have not ended' }),
  }),
  answers: { status: 200, description: 'The purchases', schema: purchaseListShape },
  handle: async ({ caller, route }, { query }) => {
    requireUnlimited(caller);
    const { limit, domain, open } = query;
    const scope = { tenant: caller.tenantName, route, query };
    const before = query.cursor === undefined ? undefined : textAt(parseCursor(scope, query.cursor), 'id');
    const filter = {
      ...(domain === undefined ? {} : { domain }),
      ...(open === undefined ? {} : { open }),
      ...(before === undefined ? {} : { before }),
    };
    const found = await caller.tenant.registrar.purchases(filter, limit);
    const last = found.length === limit ? found.at(-1) : undefined;
    return json({
      items: found.map(purchaseView),
      next: last === undefined ? null : formatCursor(scope, { id: last.id }),
    });
  },
});

const get = endpoint({
  method: 'get',
  path: '/v1/purchases/{id}',
  operationId: 'getPurchase',
  tag,
  summary: 'One purchase, as it was last seen',
  scope: 'read',
  params: idParams,
  answers: { status: 200, description: 'The purchase', schema: purchaseShape },
  handle: async (call, { params }) => json(purchaseView(await findPurchase(call, params.id))),
});

const follow = endpoint({
  method: 'post',
  path: '/v1/purchases/{id}/follow',
  operationId: 'followPurchase',
  tag,
  summary: 'Look at Cloudflare what became of it; nothing is bought',
  scope: 'plan',
  params: idParams,
  answers: { status: 200, description: 'The purchase as it is now', schema: purchaseShape },
  handle: async (call, { params }) => {
    const { domain, id } = await findPurchase(call, params.id);
    const { registrar } = call.caller.tenant;
    await registrar.status(domain, { signal: call.signal });
    return json(purchaseView(await registrar.purchase(id)));
  },
});

function decision(verb: 'approve' | 'cancel', summary: string): Endpoint {
  return endpoint({
    method: 'post',
    path: `/v1/purchases/{id}/${verb}`,
    operationId: `${verb}Purchase`,
    tag,
    summary,
    scope: verb === 'approve' ? 'approve' : 'billing',
    params: idParams,
    answers: { status: 200, description: 'The purchase as it is now', schema: purchaseShape },
    handle: async (call, { params }) => {
      const purchase = await findPurchase(call, params.id);
      requireMatch(call, purchaseView(purchase));
      return json(purchaseView(await call.caller.tenant.registrar[verb](purchase.id)));
    },
  });
}

const getLimit = endpoint({
  method: 'get',
  path: '/v1/spend-limit',
  operationId: 'getSpendLimit',
  tag,
  summary: 'What may be spent on registrations in a calendar month (UTC)',
  scope: 'read',
  answers: { status: 200, description: 'The limit', schema: spendLimitShape },
  handle: async ({ caller }) => {
    requireUnlimited(caller);
    return json({ monthly: (await caller.tenant.registrar.spendLimit())?.monthly ?? null });
  },
});

const setLimit = endpoint({
  method: 'put',
  path: '/v1/spend-limit',
  operationId: 'setSpendLimit',
  tag,
  summary: 'Set it; null: nothing may be bought',
  scope: 'admin',
  body: z
    .strictObject({
      monthly: z.strictObject({ amount: z.string().max(24), currency: z.string().length(3) }).nullable(),
    })
    .openapi('SpendLimitChange'),
  answers: { status: 200, description: 'The limit as it is now', schema: spendLimitShape },
  handle: async (call, { body: { monthly } }) => {
    const { registrar } = call.caller.tenant;
    requireUnlimited(call.caller);
    requireMatch(call, { monthly: (await registrar.spendLimit())?.monthly ?? null });
    await registrar.setSpendLimit(monthly === null ? null : { monthly });
    return json({ monthly });
  },
});

export const PURCHASE_ENDPOINTS: readonly Endpoint[] = [
  list,
  get,
  follow,
  decision('approve', 'Agree to a purchase that another one ordered'),
  decision('cancel', 'Call off a purchase that was not sent'),
  getLimit,
  setLimit,
];
