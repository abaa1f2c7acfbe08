/** Four eyes for purchases: approved by someone who did not order them, for a while, on the stored terms and price. */
import type { Clock } from '../../base/clock.ts';
import { ZonewardError } from '../../base/errors.ts';
import { toUnicode } from '../../dns/name.ts';
import { formatMoney } from '../../plan/money.ts';
import { type Owners, refuseOwnApproval } from '../access/four-eyes.ts';
import type { Principal } from '../audit/model.ts';
import type { Purchase } from './model.ts';
import { orderCommand } from './offer.ts';
import type { PurchaseStore } from './ports.ts';
import { moved, purchaseEvent } from './purchase-events.ts';

interface Ports {
  readonly purchases: PurchaseStore;
  readonly clock: Clock;
}

/** Throws `approver-is-author` (permission), `purchase-moved` (conflict) once it was sent or called off. */
export async function approvePurchase(
  ports: Ports & { readonly owners: Owners },
  purchase: Purchase,
  by: { readonly principal: Principal; readonly approvalMs: number },
): Promise<Purchase> {
  const who = { author: purchase.author, approver: by.principal };
  await refuseOwnApproval(ports.owners, who, 'A purchase');
  refuseBegun(purchase);
  const at = ports.clock.now();
  const grant = { by: by.principal, at, expiresAt: at + by.approvalMs };
  const change = {
    state: 'approved' as const,
    approval: { ...purchase.approval, grant },
    reason: `Approved for ${formatMoney(purchase.total)}; not bought yet.`,
    next: [`${orderCommand(purchase)} --confirm-price ${purchase.total.amount}`],
  };
  return save(ports, moved(purchase, change, at), 'approved', by.principal);
}

/** Calls off what was not sent yet. */
export async function cancelPurchase(
  ports: Ports,
  purchase: Purchase,
  principal: Principal,
): Promise<Purchase> {
  refuseBegun(purchase);
  const change = { state: 'cancelled' as const, reason: 'Called off; nothing was bought.', next: [] };
  return save(ports, moved(purchase, change, ports.clock.now()), 'cancelled', principal);
}

/** Throws `approval-missing` or `approval-expired` (permission) when the purchase may not be sent. */
export function refuseUnapprovedPurchase({ id, approval }: Purchase, now: number): void {
  const { required, grant } = approval;
  if (!required || (grant !== null && grant.expiresAt > now)) return;
  const missing = grant === null;
  throw new ZonewardError(
    `The purchase ${id} ${missing ? 'needs the approval of someone else' : 'was approved, but the approval has run out'}`,
    {
      code: missing ? 'approval-missing' : 'approval-expired',
      kind: 'permission',
      next: [`zoneward domains approve ${id}`, 'by someone who is not its author'],
    },
  );
}

async function save(ports: Ports, next: Purchase, verb: string, principal: Principal): Promise<Purchase> {
  await ports.purchases.advance(next, null, [
    purchaseEvent(verb, next, { at: ports.clock.now(), principal }),
  ]);
  return next;
}

function refuseBegun(purchase: Purchase): void {
  if (purchase.state === 'planned' || purchase.state === 'approved') return;
  throw new ZonewardError(
    `The purchase ${purchase.id} is ${purchase.state}; that cannot be called off or approved any more`,
    {
      code: 'purchase-moved',
      kind: 'conflict',
      next: [`zoneward domains status ${toUnicode(purchase.domain)}`],
    },
  );
}
