/**
 * Workflows of the registrar over the sandbox's clock: pending, in progress, then how it goes by its outcome, which a
 * script may have set for the domain. Effects are done once, when the state is first found to be final: only then is
 * anything registered or charged.
 */
import type { WorkflowStatus } from 'cloudflare/resources/registrar/registrar';
import { DAY_MS, SECOND_MS } from '../constants.ts';
import { newId } from '../ids.ts';
import { family } from '../state/family.ts';
import type { Account } from '../state/principals.ts';
import type { World } from '../state/world.ts';
import { createZone } from '../state/zone-life.ts';
import {
  type Book,
  bookOf,
  type Charge,
  type Outcome,
  type StoredWorkflow,
  type WorkflowKind,
} from './books.ts';
import type { Namespace } from './extensions.ts';
import { registrationWire } from './registrations.ts';
import { addYears, renewDue } from './renewal.ts';

/** How long a request that may wait waits for its workflow. */
export const WAIT_MS: number = 10 * SECOND_MS;
/** [U] */
const PENDING_MS: number = SECOND_MS / 2;
/** [U] How long the kinds take when nothing was scripted. Transfers take 1 to 10 days. */
const USUAL_MS: Readonly<Record<WorkflowKind, number>> = {
  registration: 3 * SECOND_MS,
  update: SECOND_MS,
  transfer: 5 * DAY_MS,
};
/**
 * [U] A registration makes a zone in the account when there is none. The documentation says only of the registrar's
 * sandbox that it makes none.
 */
const REGISTRATION_MAKES_ZONE = true;

/** `domain`, or `*` for every other, by kind. */
type Script = Record<string, Outcome>;

export function scriptOf(world: World): Script {
  return family<Script>(world.bag, 'registrar_outcomes', () => ({}));
}

export function scriptKey(kind: WorkflowKind, domain: string): string {
  return `${kind} ${domain}`;
}

function outcomeFor(world: World, kind: WorkflowKind, domain: string): Outcome {
  const script = scriptOf(world);
  return (
    script[scriptKey(kind, domain)] ??
    script[scriptKey(kind, '*')] ?? { state: 'succeeded', afterMs: USUAL_MS[kind] }
  );
}

export interface Place {
  readonly world: World;
  readonly account: Account;
  readonly namespace: Namespace;
}

export type Order = Pick<StoredWorkflow, 'domain' | 'kind' | 'years' | 'cost'> &
  Partial<Pick<StoredWorkflow, 'autoRenew' | 'expiresAtMs'>>;

/**
 * Starts a workflow. A request that waits gets the state of up to ten seconds later at once: the workflow began that
 * much earlier, as if the wait were over.
 */
export function startWorkflow(place: Place, order: Order, waits: boolean): StoredWorkflow {
  const { world, account, namespace } = place;
  const outcome = outcomeFor(world, order.kind, order.domain);
  const waitedMs = waits ? Math.min(outcome.afterMs, WAIT_MS) : 0;
  const workflow: StoredWorkflow = {
    id: newId(),
    ...order,
    startedAtMs: world.clock.now() - waitedMs,
    outcome,
    done: false,
  };
  bookOf(account, namespace).workflows.push(workflow);
  settle(place);
  world.changed();
  return workflow;
}

export type WorkflowState = WorkflowStatus['state'];

function stateOf(world: World, workflow: StoredWorkflow): { state: WorkflowState; sinceMs: number } {
  const { startedAtMs, outcome, resolution } = workflow;
  if (resolution !== undefined) return { state: resolution.state, sinceMs: resolution.atMs };
  const elapsed = world.clock.now() - startedAtMs;
  if (elapsed < Math.min(PENDING_MS, outcome.afterMs)) return { state: 'pending', sinceMs: startedAtMs };
  if (elapsed < outcome.afterMs) return { state: 'in_progress', sinceMs: startedAtMs + PENDING_MS };
  const resumes = outcome.resumesAfterMs;
  if (resumes !== undefined && elapsed >= outcome.afterMs + resumes) {
    return { state: 'succeeded', sinceMs: startedAtMs + outcome.afterMs + resumes };
  }
  return { state: outcome.state, sinceMs: startedAtMs + outcome.afterMs };
}

export function workflowState(world: World, workflow: StoredWorkflow): WorkflowState {
  return stateOf(world, workflow).state;
}

export function isFinal(state: WorkflowState): boolean {
  return state === 'succeeded' || state === 'failed';
}

/** The running workflow of a domain, whatever its kind. */
export function runningWorkflow(place: Place, domain: string): StoredWorkflow | undefined {
  return bookOf(place.account, place.namespace).workflows.find(
    (item) => item.domain === domain && !isFinal(workflowState(place.world, item)),
  );
}

/** The newest workflow of a kind. */
export function lastWorkflow(place: Place, domain: string, kind: WorkflowKind): StoredWorkflow | undefined {
  return bookOf(place.account, place.namespace).workflows.findLast(
    (item) => item.domain === domain && item.kind === kind,
  );
}

/** Does what has become due: effects of finished workflows, renewals. */
export function settle(place: Place): void {
  const { world, account, namespace } = place;
  const book = bookOf(account, namespace);
  for (const workflow of book.workflows) {
    if (workflow.done) continue;
    const { state, sinceMs } = stateOf(world, workflow);
    if (!isFinal(state)) continue;
    workflow.done = true;
    if (state === 'succeeded') succeed(place, book, workflow, sinceMs);
    else fail(place, book, workflow, sinceMs);
    world.changed();
  }
  renewDue(world, book, namespace);
}

function succeed(place: Place, book: Book, workflow: StoredWorkflow, atMs: number): void {
  const item = book.registrations.find((known) => known.domain === workflow.domain);
  if (item === undefined) return;
  if (workflow.kind === 'update') {
    item.autoRenew = workflow.autoRenew ?? item.autoRenew;
    return;
  }
  const from = workflow.expiresAtMs ?? atMs;
  const expiresAtMs = addYears(from, workflow.years);
  book.registrations = book.registrations.map((known) =>
    known === item ? { ...item, createdAtMs: atMs, expiresAtMs, pending: null } : known,
  );
  if (place.namespace === 'sandbox') return;
  charge(book, workflow, atMs);
  delegate(place, workflow.domain);
}

/** The registrar publishes the nameservers of the account's zone. */
function delegate({ world, account }: Place, domain: string): void {
  const zone = world.zonesNamed(domain).find((known) => known.accountId === account.id);
  if (zone !== undefined) zone.fields.delegation = 'assigned';
  else if (REGISTRATION_MAKES_ZONE) {
    createZone(world, { name: domain, accountId: account.id, status: 'active', delegation: 'assigned' });
  }
}

function fail(place: Place, book: Book, workflow: StoredWorkflow, atMs: number): void {
  if (workflow.kind !== 'update') {
    book.registrations = book.registrations.filter((item) => item.domain !== workflow.domain);
    if (workflow.outcome.charged === true && place.namespace === 'live') charge(book, workflow, atMs);
  }
}

function charge(book: Book, workflow: StoredWorkflow, atMs: number): void {
  if (Number(workflow.cost) === 0) return;
  const entry: Charge = {
    domain: workflow.domain,
    kind: workflow.kind === 'transfer' ? 'transfer' : 'registration',
    amount: workflow.cost,
    currency: 'USD',
    years: workflow.years,
    at: new Date(atMs).toISOString(),
    workflowId: workflow.id,
  };
  book.charges.push(entry);
}

const STATUS_PATHS: Readonly<Record<WorkflowKind, string>> = {
  registration: 'registration-status',
  update: 'update-status',
  transfer: 'transfer-in-status',
};

export type WorkflowWire = WorkflowStatus & { readonly domain_name: string };

export function workflowWire(place: Place, workflow: StoredWorkflow): WorkflowWire {
  const { world, account, namespace } = place;
  const { state, sinceMs } = stateOf(world, workflow);
  const prefix = namespace === 'live' ? 'registrar' : 'registrar-sandbox';
  const resource = `/accounts/${account.id}/${prefix}/registrations/${workflow.domain}`;
  return {
    domain_name: workflow.domain,
    state,
    completed: isFinal(state),
    created_at: new Date(workflow.startedAtMs).toISOString(),
    updated_at: new Date(sinceMs).toISOString(),
    links: { self: `${resource}/${STATUS_PATHS[workflow.kind]}`, resource },
    context: { domain_name: workflow.domain, ...contextOf(place, workflow, state) },
    error: state === 'failed' ? (workflow.resolution?.error ?? workflow.outcome.error ?? REJECTED) : null,
  };
}

const REJECTED = { code: 'registry_rejected', message: 'The registry rejected the request.' };

function contextOf(place: Place, workflow: StoredWorkflow, state: WorkflowState): Record<string, unknown> {
  const scripted = workflow.outcome.context ?? {};
  if (state === 'succeeded') {
    const { registrations } = bookOf(place.account, place.namespace);
    const item = registrations.find((known) => known.domain === workflow.domain);
    return item === undefined ? {} : { registration: registrationWire(place.world, item) };
  }
  if (state === 'action_required') {
    return {
      action: 'registrant_email_confirmation_pending',
      confirmation_sent_to: 'registrant@example.com',
      ...scripted,
    };
  }
  return state === 'blocked' ? { blocked_by: 'registry', ...scripted } : {};
}
