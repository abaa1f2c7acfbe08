/** What the audit trail says of a purchase. Contacts stay out: only that they were given is told. */
import { toUnicode } from '../../dns/name.ts';
import { formatMoney } from '../../plan/money.ts';
import type { NewEvent, Principal } from '../audit/model.ts';
import { contactsGiven, hasEnded, type Purchase } from './model.ts';

/** One event for a purchase's move to its state. */
export function purchaseEvent(
  verb: string,
  purchase: Purchase,
  of: { readonly at: number; readonly principal: Principal },
): NewEvent {
  const { order, total, workflow } = purchase;
  return {
    kind: `${purchase.kind ?? 'registration'}.${verb}`,
    at: of.at,
    principal: of.principal,
    connectionId: purchase.connectionId,
    summary: `${toUnicode(purchase.domain)}: ${purchase.reason}`,
    payload: {
      purchaseId: purchase.id,
      domain: purchase.domain,
      accountId: purchase.accountId,
      namespace: purchase.namespace,
      state: purchase.state,
      total: formatMoney(total),
      checkedAt: purchase.checkedAt,
      years: order.years,
      autoRenew: order.autoRenew,
      contactsGiven: contactsGiven(purchase),
      workflow:
        workflow === null
          ? null
          : { state: workflow.state, createdAt: workflow.createdAt, error: workflow.error },
    },
  };
}

/** The next version of a purchase; one that has ended lets go of the contacts it was given. */
export function moved(purchase: Purchase, change: Partial<Purchase>, now: number): Purchase {
  const next = { ...purchase, ...change, version: purchase.version + 1 };
  if (!hasEnded(next)) return next;
  const order = { ...next.order, contacts: null, contactExtensions: null };
  return { ...next, order, dueAt: null, finishedAt: now };
}
