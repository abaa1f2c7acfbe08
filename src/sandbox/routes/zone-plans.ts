/** Plan of a zone: what is available, and the subscription that changes it. Nothing is billed here. */
import { type ApiError, notFound, refusal } from '../api-error.ts';
import { PLAN_NAMES, type PlanName } from '../constants.ts';
import type { AuditLabel, Call, Needs, Route } from '../http/call.ts';
import { ok, type Reply } from '../http/envelope.ts';
import { idFrom } from '../ids.ts';
import { PLANS } from '../state/plans.ts';
import type { Zone } from '../state/zone.ts';

// [U] Which groups the real routes ask for.
const READ: Needs = { scope: 'zone', anyOf: ['Zone Read', 'Zone Write'] };
const WRITE: Needs = { scope: 'zone', anyOf: ['Zone Write'] };
const PATH = '/zones/{zone_id}/subscription';

function label(action: AuditLabel['action']): AuditLabel {
  return { product: 'billing', type: 'zone.subscription', action };
}

export const zonePlanRoutes: readonly Route[] = [
  { method: 'GET', path: PATH, needs: READ, run: getSubscription },
  { method: 'POST', path: PATH, needs: WRITE, audit: label('create'), run: setSubscription },
  { method: 'PUT', path: PATH, needs: WRITE, audit: label('update'), run: setSubscription },
  { method: 'GET', path: '/zones/{zone_id}/available_plans', needs: READ, run: listPlans },
  { method: 'GET', path: '/zones/{zone_id}/available_plans/{plan}', needs: READ, run: getPlan },
  { method: 'GET', path: '/zones/{zone_id}/available_rate_plans', needs: READ, run: listRatePlans },
];

/** [U] code and text */
const unknownPlan = (plan: string): ApiError => refusal(400, 1088, `Invalid/Missing Zone plan ID: ${plan}`);

const PERIOD_MS = 30 * 86_400_000;

function subscriptionOf(call: Call, zone: Zone): Readonly<Record<string, unknown>> {
  const plan = PLANS[zone.fields.plan];
  const now = call.world.clock.now();
  return {
    id: idFrom(`subscription:${zone.id}`),
    state: 'Paid',
    price: plan.price,
    currency: plan.currency,
    frequency: plan.price === 0 ? 'not-applicable' : 'monthly',
    rate_plan: {
      id: plan.legacy_id,
      public_name: plan.name,
      currency: plan.currency,
      scope: 'zone',
      externally_managed: false,
      is_contract: plan.legacy_id === 'enterprise',
      sets: [],
    },
    current_period_start: new Date(now - (now % PERIOD_MS)).toISOString(),
    current_period_end: new Date(now - (now % PERIOD_MS) + PERIOD_MS).toISOString(),
  };
}

function getSubscription(call: Call): Reply {
  return ok(subscriptionOf(call, call.zone));
}

/** The plan follows at once. */
function setSubscription(call: Call): Reply {
  const ratePlan = call.jsonObject()['rate_plan'];
  const id =
    typeof ratePlan === 'object' && ratePlan !== null ? (ratePlan as { id?: unknown }).id : undefined;
  const plan = planNamed(String(id));
  if (plan === undefined) throw unknownPlan(String(id));
  const before = subscriptionOf(call, call.zone);
  call.zone.fields.plan = plan;
  call.world.zoneChanged(call.zone, { content: false, fields: true });
  const after = subscriptionOf(call, call.zone);
  Object.assign(call.auditNote, { resourceId: String(after['id']), before, after });
  return ok(after);
}

/** By id or legacy name. */
function planNamed(text: string): PlanName | undefined {
  return PLAN_NAMES.find((name) => name === text || PLANS[name].id === text);
}

function available(zone: Zone, name: PlanName): Readonly<Record<string, unknown>> {
  const { legacy_discount: _, ...plan } = PLANS[name];
  return { ...plan, is_subscribed: zone.fields.plan === name, can_subscribe: zone.fields.plan !== name };
}

function listPlans(call: Call): Reply {
  return ok(PLAN_NAMES.map((name) => available(call.zone, name)));
}

function getPlan(call: Call): Reply {
  const plan = planNamed(call.param('plan'));
  if (plan === undefined) throw notFound(1088, 'Invalid/Missing Zone plan ID'); // [U] status
  return ok(available(call.zone, plan));
}

function listRatePlans(call: Call): Reply {
  return ok(
    PLAN_NAMES.filter((name) => name !== call.zone.fields.plan).map((name) => ({
      id: PLANS[name].legacy_id,
      name: PLANS[name].name,
      currency: PLANS[name].currency,
      duration: 1,
      frequency: 'monthly',
      components: [{ name: 'page_rules', default: 0, unit_price: 0 }],
    })),
  );
}
