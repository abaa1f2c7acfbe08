/** Plans as they appear in zone objects. Prices are illustrative; ids but the free one are made by the sandbox [U]. */
import type { PlanName } from '../constants.ts';
import { idFrom } from '../ids.ts';

export interface PlanWire {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly currency: string;
  readonly frequency: string;
  readonly is_subscribed: boolean;
  readonly can_subscribe: boolean;
  readonly legacy_id: string;
  readonly legacy_discount: boolean;
  readonly externally_managed: boolean;
}

function plan(legacyId: PlanName, id: string, name: string, price: number): PlanWire {
  return {
    id,
    name,
    price,
    currency: 'USD',
    frequency: price === 0 ? '' : 'monthly',
    is_subscribed: price > 0,
    can_subscribe: false,
    legacy_id: legacyId,
    legacy_discount: false,
    externally_managed: false,
  };
}

export const PLANS: Readonly<Record<PlanName, PlanWire>> = {
  free: plan('free', '0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee', 'Free Website', 0),
  pro: plan('pro', idFrom('plan:pro'), 'Pro Website', 20),
  business: plan('business', idFrom('plan:business'), 'Business Website', 200),
  enterprise: plan('enterprise', idFrom('plan:enterprise'), 'Enterprise Website', 5000),
};
