/** Transfers from other registrars over HTTP: checked, begun. They are followed at `/v1/purchases`. */
import { z } from '@hono/zod-openapi';
import { explainTransfer, type PurchaseOrder, Secret } from '../../app/re-exports.ts';
import { reachAccount } from '../caller.ts';
import { type Endpoint, endpoint, json } from '../endpoint.ts';
import { defined, OWNER_DETAILS } from '../inputs.ts';
import { purchaseShape, purchaseView } from '../shapes/domains.ts';
import { transferListShape } from '../shapes/transfers.ts';

const tag = 'domains';
const reference = z.string().min(1).max(255);
const authCode = z
  .string()
  .min(1)
  .max(255)
  .openapi({ description: 'What the registrar of today gives out. Sent on, and stored nowhere' });

const check = endpoint({
  method: 'post',
  path: '/v1/transfers/check',
  operationId: 'checkTransfers',
  tag,
  summary: 'Whether names can be transferred in, for how much, and what stands in the way',
  scope: 'plan',
  body: z
    .strictObject({
      connection: reference.optional(),
      domains: z
        .array(z.strictObject({ domain: reference, authCode: authCode.optional() }))
        .min(1)
        .max(50),
    })
    .openapi('TransferCheck'),
  answers: { status: 200, description: 'In the order of the names', schema: transferListShape },
  handle: async ({ caller, signal }, { body }) => {
    const via = await reachAccount(caller, body.connection);
    const asked = body.domains.map(({ domain, authCode: code }) => ({
      domain,
      ...(code === undefined ? {} : { authCode: new Secret(code) }),
    }));
    const offers = await caller.tenant.registrar.transferCheck(asked, { ...via, signal });
    return json({
      items: offers.map((offer) => {
        const why = explainTransfer(offer);
        return { ...offer, message: why?.message ?? null, next: why?.next ?? [] };
      }),
    });
  },
});

const start = endpoint({
  method: 'post',
  path: '/v1/transfers',
  operationId: 'startTransfer',
  tag,
  summary:
    'Begin a transfer, for exactly the price that was confirmed. Sent again, it goes on with what was begun.',
  scope: 'billing',
  body: z
    .strictObject({
      connection: reference.optional(),
      domain: reference,
      authCode: authCode.optional(),
      confirmPrice: z
        .string()
        .max(24)
        .optional()
        .openapi({ description: 'What the transfer costs, as a person read it: `10.46`' }),
      autoRenew: z.boolean().optional(),
      privacyMode: z.enum(['redaction', 'off']).optional(),
      contacts: OWNER_DETAILS.contacts,
      contactExtensions: OWNER_DETAILS.contactExtensions,
    })
    .openapi('NewTransfer'),
  answers: { status: 202, description: 'The purchase, as far as it is', schema: purchaseShape },
  handle: async ({ caller, signal }, { body }) => {
    const { domain, authCode: code, confirmPrice, connection, ...wish } = body;
    const via = await reachAccount(caller, connection);
    const purchase = await caller.tenant.registrar.transfer(domain, {
      ...via,
      signal,
      waitMs: 0,
      ...(defined(wish) as Partial<PurchaseOrder>),
      ...(confirmPrice === undefined ? {} : { confirmPrice }),
      ...(code === undefined ? {} : { authCode: new Secret(code) }),
    });
    return json(purchaseView(purchase), 202, { location: `/v1/purchases/${purchase.id}` });
  },
});

export const TRANSFER_ENDPOINTS: readonly Endpoint[] = [check, start];
