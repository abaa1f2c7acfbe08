/**
 * A purchase looked after: what became of it is read, never asked for again. The order of looking: the workflow of the
 * name, then the registration. A workflow that was there before we sent is not ours. Finding nothing counts only when
 * the request cannot be under way any more, and twice with time between.
 */
import type { Clock } from '../../base/clock.ts';
import { isZonewardError } from '../../base/errors.ts';
import type { Principal } from '../audit/model.ts';
import type { CallOptions } from '../cloudflare-call.ts';
import { hasEnded, type Purchase, type PurchaseState, type Registration, type Workflow } from './model.ts';
import type { PurchaseStore, Registrar } from './ports.ts';
import { moved, purchaseEvent } from './purchase-events.ts';

/** A purchase's request leaves within this time or never. */
export const SEND_WITHIN_MS = 30_000;
/** From being written down until its request has surely ended, answered or not: sending, its time limit, and as much again. */
export const QUIET_MS = 240_000;
/** Between the two looks that find nothing. */
const SECOND_LOOK_MS = 60_000;
const POLL_FIRST_MS = 2_000;
const POLL_MAX_MS = 60_000;
const BLOCKED_POLL_MS = 900_000;
const ACTION_POLL_MS = 3_600_000;
/** Days pass by. */
const TRANSFER_POLL_MS = 1_800_000;

export interface FollowPorts {
  readonly registrar: Registrar;
  readonly purchases: PurchaseStore;
  readonly clock: Clock;
}

export interface FollowOptions {
  readonly principal: Principal;
  readonly call: CallOptions;
  /** Keeps looking for so long while it is under way. 0: one look. */
  readonly waitMs: number;
}

/** Looks until it stops moving or the time is up. Safe to repeat and to abort; sends nothing. */
export async function followPurchase(
  ports: FollowPorts,
  purchase: Purchase,
  options: FollowOptions,
): Promise<Purchase> {
  const until = ports.clock.now() + options.waitMs;
  let current = purchase;
  for (let pauseMs = POLL_FIRST_MS; ; pauseMs = Math.min(POLL_MAX_MS, pauseMs * 2)) {
    current = await lookOnce(ports, current, options);
    if (current.state !== 'running' && current.state !== 'sent') return current;
    if (ports.clock.now() + pauseMs > until) return current;
    await ports.clock.sleep(pauseMs, options.call.signal);
  }
}

async function lookOnce(ports: FollowPorts, purchase: Purchase, options: FollowOptions): Promise<Purchase> {
  if (hasEnded(purchase) || purchase.sentAt === null) return purchase;
  const found = await look(ports, purchase, options.call);
  const now = ports.clock.now();
  const change = judge(purchase, found, now);
  const next = moved(purchase, change, now);
  const told = next.state !== purchase.state || next.reason !== purchase.reason;
  const events = told ? [purchaseEvent(next.state, next, { at: now, principal: options.principal })] : [];
  return saveOrReload(ports, next, events);
}

/** Someone else may have looked at the same time; what they wrote is as true as what we read. */
export async function saveOrReload(
  ports: Pick<FollowPorts, 'purchases'>,
  next: Purchase,
  events: Parameters<PurchaseStore['advance']>[2],
): Promise<Purchase> {
  try {
    await ports.purchases.advance(next, null, events);
    return next;
  } catch (error) {
    if (!isZonewardError(error) || error.code !== 'purchase-moved') throw error;
    return (await ports.purchases.get(next.tenantId, next.id)) ?? next;
  }
}

interface Found {
  readonly workflow: Workflow | null;
  readonly registration: Registration | null;
}

async function look({ registrar }: FollowPorts, purchase: Purchase, call: CallOptions): Promise<Found> {
  const latest = await latestWorkflow(registrar, purchase, call);
  const ours = latest !== null && latest.createdAt !== purchase.workflowBefore ? latest : null;
  if (ours !== null && ours.state !== 'succeeded') return { workflow: ours, registration: null };
  return { workflow: ours, registration: await registrar.get(purchase, purchase.domain, call) };
}

/** The name's latest workflow of the purchase's kind. */
export function latestWorkflow(
  registrar: Registrar,
  purchase: Purchase,
  call: CallOptions,
): Promise<Workflow | null> {
  return purchase.kind === 'transfer'
    ? registrar.transferStatus(purchase, purchase.domain, call)
    : registrar.registrationStatus(purchase, purchase.domain, call);
}

/** What a reading says. Pure. */
export function judge(purchase: Purchase, { workflow, registration }: Found, now: number): Partial<Purchase> {
  if (workflow !== null) return { ...fromWorkflow(workflow, purchase, now), workflow, missedAt: null };
  if (registration !== null && PENDING.includes(registration.status))
    return {
      state: 'running',
      reason: `The ${purchase.kind ?? 'registration'} is under way.`,
      dueAt: now + POLL_MAX_MS,
      missedAt: null,
    };
  if (registration !== null)
    return { state: 'registered', reason: 'Registered; found by looking it up.', next: [], missedAt: null };
  const first = purchase.missedAt;
  const quiet = now - (purchase.sentAt ?? now) >= QUIET_MS;
  if (quiet && first !== null && now - first >= SECOND_LOOK_MS) {
    return {
      state: 'not-bought',
      reason:
        'No answer came, and neither a workflow nor a registration of it is to be found: nothing was bought.',
      next: ['Check the name again, then register it anew.'],
    };
  }
  return {
    reason: 'Sent, and no answer came; whether it was bought is being looked up.',
    next: [`zoneward domains status ${purchase.domain}`],
    missedAt: quiet ? (first ?? now) : null,
    dueAt: now + SECOND_LOOK_MS,
  };
}

const PENDING: readonly string[] = ['registration_pending', 'transfer_pending'];

/** What a workflow's state means for the purchase. */
export function fromWorkflow(
  workflow: Workflow,
  { kind = 'registration' }: { readonly kind?: 'transfer' | 'registration' },
  now: number,
): Partial<Purchase> {
  const { state, error, context } = workflow;
  const said = (key: string): string => (typeof context[key] === 'string' ? String(context[key]) : '');
  switch (state) {
    case 'pending':
    case 'in_progress':
      return {
        state: 'running' satisfies PurchaseState,
        reason:
          kind === 'transfer'
            ? 'The transfer is under way; the losing registrar has up to ten days to let the name go.'
            : 'The registration is under way.',
        next: [],
        dueAt: now + (kind === 'transfer' ? TRANSFER_POLL_MS : POLL_MAX_MS),
      };
    case 'action_required': {
      const to = said('confirmation_sent_to');
      const step =
        said('action') === 'registrant_email_confirmation_pending'
          ? `Open the confirmation mail${to === '' ? '' : ` sent to ${to}`} and follow its link.`
          : `Do what Cloudflare asks for: ${said('action') || 'see the dashboard'}.`;
      return {
        state: 'action-required',
        reason: 'A person must act before it goes on.',
        next: [step],
        dueAt: now + ACTION_POLL_MS,
      };
    }
    case 'blocked':
      return {
        state: 'blocked',
        reason: `Held by a third party${said('blocked_by') === '' ? '' : `: ${said('blocked_by')}`}. It goes on by itself.`,
        next: ['Wait; it is looked at again every 15 minutes by a worker.'],
        dueAt: now + BLOCKED_POLL_MS,
      };
    case 'succeeded':
      return { state: 'registered', reason: kind === 'transfer' ? 'Transferred.' : 'Registered.', next: [] };
    case 'failed':
      return {
        state: 'failed',
        reason: `The ${kind} failed: ${error?.message ?? 'no reason given'} (${error?.code ?? 'unknown'}).`,
        next: [
          `Look at the billing page of the Cloudflare dashboard: a failed ${kind} may have been charged.`,
          `It is not tried again by itself. To try again, check and ${kind === 'transfer' ? 'transfer' : 'register'} the name anew.`,
        ],
      };
    default:
      return state satisfies never;
  }
}
