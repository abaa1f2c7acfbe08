/** Registrations, offers and purchases as they go out. Contacts never do: they are personal data. */
import { z } from '@hono/zod-openapi';
import { contactsGiven, type Money, type Purchase } from '../../app/re-exports.ts';
import { isoTime, loose, maybeTime, page, texts, time, type View } from './common.ts';

const price = z.strictObject({ currency: z.string(), registration: z.string(), renewal: z.string() });
const offer = z
  .strictObject({
    name: z.string(),
    registrable: z.boolean(),
    price: price.nullable().openapi({ description: 'For a year, as decimal strings' }),
    tier: z.enum(['standard', 'premium']).nullable(),
    reason: z.string().nullable().openapi({ description: "Cloudflare's word for why not" }),
  })
  .openapi('DomainOffer');
export const offerListShape: z.ZodType = z.strictObject({ items: z.array(offer) }).openapi('DomainOfferList');

const registration = z
  .strictObject({
    domain: z.string(),
    status: z.string(),
    createdAt: z.string().nullable(),
    expiresAt: z.string().nullable(),
    autoRenew: z.boolean(),
    locked: z.boolean(),
    privacyMode: z.string().nullable(),
  })
  .openapi('Registration');
export const registrationShape: z.ZodType = registration;
export const registrationListShape: z.ZodType = z
  .strictObject({ items: z.array(registration), readAt: time })
  .openapi('RegistrationList');

const extension = z
  .strictObject({
    name: z.string(),
    yearsMin: z.int(),
    yearsMax: z.int(),
    registrationSchema: loose.nullable().openapi({ description: 'JSON Schema of what a registration takes' }),
  })
  .openapi('Extension');
export const extensionShape: z.ZodType = extension;
export const extensionListShape: z.ZodType = z
  .strictObject({ items: z.array(extension) })
  .openapi('ExtensionList');

export const expiryCalendarShape: z.ZodType = z
  .strictObject({
    items: z.array(
      z.strictObject({
        domain: z.string(),
        expiresAt: z.string(),
        daysLeft: z.int(),
        autoRenew: z.boolean(),
        status: z.string(),
        chargesFrom: z.string().nullable(),
        next: texts,
      }),
    ),
  })
  .openapi('ExpiryCalendar');

const money = z.strictObject({ currency: z.string(), amount: z.string() });
const workflow = z.strictObject({
  state: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  context: loose,
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});
export const purchaseShape: z.ZodType = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    accountId: z.string(),
    registrar: z.enum(['live', 'sandbox']),
    domain: z.string(),
    kind: z.enum(['registration', 'transfer']),
    years: z.int(),
    autoRenew: z.boolean(),
    privacyMode: z.string().nullable(),
    contactsGiven: z.boolean(),
    acknowledgements: loose.nullable(),
    total: money.openapi({ description: 'What was confirmed, for all years' }),
    checkedAt: time.openapi({ description: 'When Cloudflare named that price' }),
    state: z.string(),
    reason: z.string(),
    next: texts,
    author: z.string(),
    approval: z.strictObject({
      required: z.boolean(),
      grant: z.strictObject({ by: z.string(), at: time, expiresAt: time }).nullable(),
    }),
    workflow: workflow.nullable().openapi({ description: "Cloudflare's account of it, as last seen" }),
    sentAt: maybeTime,
    createdAt: time,
    finishedAt: maybeTime,
    dueAt: maybeTime,
    version: z.int(),
  })
  .openapi('Purchase');
export const purchaseListShape: z.ZodType = page(purchaseShape, 'PurchasePage');

export const spendLimitShape: z.ZodType = z
  .strictObject({ monthly: money.nullable().openapi({ description: 'Null: nothing may be spent' }) })
  .openapi('SpendLimit');

export function purchaseView(purchase: Purchase): View {
  const { id, connectionId, accountId, namespace, domain, order, state, reason, next, author } = purchase;
  const { grant, required } = purchase.approval;
  return {
    id,
    connectionId,
    accountId,
    registrar: namespace,
    domain,
    kind: purchase.kind ?? 'registration',
    years: order.years,
    autoRenew: order.autoRenew,
    privacyMode: order.privacyMode,
    contactsGiven: contactsGiven(purchase),
    acknowledgements: order.acknowledgements,
    total: purchase.total satisfies Money,
    checkedAt: isoTime(purchase.checkedAt),
    state,
    reason,
    next,
    author,
    approval: {
      required,
      grant:
        grant === null ? null : { by: grant.by, at: isoTime(grant.at), expiresAt: isoTime(grant.expiresAt) },
    },
    workflow: purchase.workflow,
    sentAt: isoTime(purchase.sentAt),
    createdAt: isoTime(purchase.createdAt),
    finishedAt: isoTime(purchase.finishedAt),
    dueAt: isoTime(purchase.dueAt),
    version: purchase.version,
  };
}
